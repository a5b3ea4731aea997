"""Wrong settings and lost permissions: the error names who can act, other sources go on."""

import re

import pytest

from tests.end_to_end.company import a_company
from tests.end_to_end.trouble import readable_texts, trueup, trueup_here, with_settings
from trueup.cli import main
from trueup.pipeline.inspect.status import status
from trueup.pipeline.run import run_load, run_sync
from trueup_simulators.faults import FaultRule
from trueup_simulators.world import WorldConfig

TINY = WorldConfig(scale="small", days=3)
WRONG = "wrong-secret-canary"

# What is wrong, the source it belongs to, and what the message must name.
WRONG_CREDENTIALS = {
    "developer_token": ("google_ads", "developer_token: developer-token", "developer_token"),
    "client_secret": ("google_ads", "client_secret: client-secret", "client_secret"),
    "refresh_token": ("google_ads", "refresh_token: refresh-token", "Renew refresh_token"),
    "meta_token": ("meta_ads", "access_token: EAASimulatedSystemUserToken", "ads_read"),
    "shop_token": ("shopify", "access_token: shpat_simulated", "renew the token"),
}
MISSING_PERMISSIONS = {
    "meta_ads": (FaultRule(kind="permission", match="/me/adaccounts", times=None), "ads_read"),
    "shopify": (FaultRule(kind="access_denied", op="orders", times=None), "read_orders"),
    "google_ads": (
        FaultRule(
            kind="status",
            match="google-ads/v26",
            times=None,
            params={
                "status": 403,
                "category": "authorizationError",
                "code": "DEVELOPER_TOKEN_NOT_APPROVED",
            },
        ),
        "developer token",
    ),
}
UNKNOWN_ACCOUNTS = {
    "google_ads": ('"5550001000"', '"5550001000"\n    accounts: ["9999999999"]', "9999999999"),
    "meta_ads": ("poll_seconds: 0.05", 'poll_seconds: 0.05\n    accounts: ["99"]', "99"),
    "shopify": ("brightcart.myshopify.com", "other.myshopify.com", "other.myshopify.com"),
}
GONE_ACCOUNTS = {
    "revoked": ("google_ads", "account_revoked", "5550001002", "5550001001"),
    "closed": ("google_ads", "account_disabled", "5550001002", "5550001001"),
    "not shared": ("meta_ads", "permission", "1010000000000002", "1010000000000001"),
    "deleted": ("meta_ads", "account_revoked", "1010000000000002", "1010000000000001"),
}
# What is wrong in the project file: what is replaced, by what, and what the message must name.
WRONG_FILES = {
    "key": ("workers: 4", "workes: 4", "Did you mean 'workers'"),
    "key of a source": ("    path:", "    pth:", "Did you mean 'path'"),
    "type": ("workers: 4", "workers: many", "'workers'"),
    "bounds": ("workers: 4", "workers: 0", "'workers'"),
    "date": ("2026-06-01", "yesterday", "'start_date'"),
    "a day that is none": ("2026-06-01", "2026-02-30", "'start_date'"),
    "a number of 5,000 digits": ("workers: 4", f"workers: {'4' * 5_000}", "not valid YAML"),
    "a day to come": ("2026-06-01", "2030-01-01", "still to come"),
    "a day of old": ("2026-06-01", "0001-01-01", "2000-01-01"),
    "path with a NUL": ("workers: 4", 'workspace: "a\\0b"', "'workspace'"),
    "address as a folder": ("workers: 4", "workspace: s3://acme/x", "not an address"),
    "source twice": ("  fx:", "  fx: {path: other.csv}\n  fx:", "'fx' is there twice"),
    "tab": ("  fx:", "\tfx:", "never tabs"),
    "zone": ("America/New_York", "../../etc/passwd", "'timezone'"),
    "YAML": ("sources:", "sources: [unclosed", "not valid YAML"),
    "Jinja": ("currency: USD", "currency: {{ env_var('HOME') }}", "not valid YAML"),
    "missing variable": ("shpat_simulated", "${NO_SUCH_TOKEN}", "export NO_SUCH_TOKEN"),
    "empty source": ("  fx:\n    path: fx_rates.csv", "  fx:", "'sources.fx'"),
    "address": ("brightcart.myshopify.com", "evil.example/path?x", "'sources.shopify.shop'"),
    "line break in a token": ("shpat_simulated", '"a\\nevil: header"', "control characters"),
    "source": ("  fx:", "  goggle_ads:", "Did you mean 'google_ads'"),
    "path as a source": ("  fx:", "  ../../etc:", "Known types"),
    "SQL as a source": ("  fx:", '  "x\'; drop table raw.orders; --":', "Known types"),
    "HTML as a source": ("  fx:", '  "<script>alert(1)</script>":', "Known types"),
    "NUL as a source": ("  fx:", '  "fx\\0":', "Known types"),
}


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    with a_company(tmp_path_factory.mktemp("settings"), TINY) as company:
        yield company


@pytest.fixture(autouse=True)
def _its_time_and_no_faults_left(company, monkeypatch):
    monkeypatch.setenv("TRUEUP_NOW", company.clock.now().isoformat())
    yield
    company.faults.clear()


@pytest.mark.parametrize("name", WRONG_CREDENTIALS)
def test_a_wrong_credential_exits_4_names_what_to_renew_and_shows_no_secret(
    company, tmp_path, name
):
    source, setting, names = WRONG_CREDENTIALS[name]
    key = setting.partition(":")[0]
    wrong = with_settings(company, tmp_path / "wrong", (setting, f"{key}: {WRONG}"))
    ended = trueup(wrong, "sync", source)
    assert (ended.code, ended.error["class"]) == (4, "AccessError")
    assert names in ended.error["do"]
    assert WRONG not in ended.output
    texts = list(readable_texts(wrong.project.workspace))
    assert texts
    assert [place for place, text in texts if WRONG in text] == []


@pytest.mark.parametrize("source", MISSING_PERMISSIONS)
def test_a_missing_permission_is_named(company, tmp_path, capsys, source):
    rule, name = MISSING_PERMISSIONS[source]
    before = company.faults.fired().get(rule.kind, 0)
    company.faults.add(rule)
    ended = trueup_here(capsys, with_settings(company, tmp_path / "denied"), "sync", source)
    assert company.faults.fired()[rule.kind] > before
    assert (ended.code, ended.error["class"]) == (4, "AccessError")
    assert name in ended.error["message"] + ended.error["do"]


def test_a_source_with_a_wrong_credential_stops_no_other(company, tmp_path):
    changed = with_settings(company, tmp_path / "one", ("shpat_simulated", WRONG))
    synced = run_sync(changed.project, company.clock.now(), changed.project.config.sources)
    failed = {result.source for result in synced.streams if result.error}
    landed = {result.source for result in synced.streams if result.tally.landed}
    assert (failed, landed) == ({"shopify"}, {"google_ads", "meta_ads", "fx"})


@pytest.mark.parametrize("source", UNKNOWN_ACCOUNTS)
def test_an_unknown_account_in_the_settings_is_named_and_nothing_is_read(
    company, tmp_path, capsys, source
):
    old, new, name = UNKNOWN_ACCOUNTS[source]
    ended = trueup_here(
        capsys, with_settings(company, tmp_path / "unknown", (old, new)), "sync", source
    )
    assert ended.code in (3, 4)
    assert name in ended.error["message"] + ended.error["do"]
    assert ended.error["do"]
    landed = {part.parts[-3] for part in (tmp_path / "unknown").rglob("*.parquet")}
    assert landed <= {"accounts"}


@pytest.mark.parametrize("name", GONE_ACCOUNTS)
def test_an_account_that_is_gone_stops_no_other_and_coverage_shows_it(
    company, tmp_path, capsys, name
):
    source, kind, gone, good = GONE_ACCOUNTS[name]
    project, now = with_settings(company, tmp_path / "gone").project, company.clock.now()
    before = company.faults.fired().get(kind, 0)
    company.faults.add(FaultRule(kind=kind, match=gone, times=None))
    ended = trueup_here(capsys, with_settings(company, tmp_path / "cli"), "sync", source)
    synced = run_sync(project, now, [source])
    assert company.faults.fired()[kind] > before
    assert {r.scope for r in synced.streams if r.status == "unavailable"} == {gone}
    assert (ended.code, synced.errors()) == (0, [])
    run_load(project, now)
    coverage = {c.account: c for c in status(project, now).coverage if c.stream == "ad_days"}
    assert (coverage[good].missing, coverage[good].reason) == ((), "")
    assert coverage[gone].missing
    assert gone in coverage[gone].reason


def test_a_closed_account_is_listed_as_unavailable_with_its_reason(company, tmp_path):
    project, now = with_settings(company, tmp_path / "closed").project, company.clock.now()
    run_sync(project, now, ["google_ads"])
    [closed] = status(project, now).unavailable
    assert closed["scope"] == "5550001003"
    assert closed["reason"]


@pytest.mark.parametrize("name", WRONG_FILES)
def test_a_mistake_in_the_project_file_is_named_and_nothing_is_read(
    company, tmp_path, capsys, name
):
    old, new, named = WRONG_FILES[name]
    wrong = with_settings(company, tmp_path / "wrong", (old, new))
    ended = trueup_here(capsys, wrong, "sync")
    assert (ended.code, ended.error["class"]) == (3, "ConfigError")
    assert named in ended.error["message"] + ended.error["do"]
    # A token is only found wrong when it is sent.
    is_sent = name == "line break in a token"
    assert is_sent or re.search(r"trueup\.yml line \d+: ", ended.error["message"])
    assert re.fullmatch(r"TUP-3\d\d", ended.error["code"])
    assert ended.error["do"]
    assert "NO_SUCH_TOKEN" in named or "shpat" not in ended.output


NO_PROJECTS = {
    "empty": (b"", "holds nothing"),
    "a list": (b"- a\n- b", "holds a list"),
    "a text": (b"hello", "holds a text"),
    "UTF-16": ("name: x".encode("utf-16"), "not UTF-8"),
    "Latin-1": (b"name: Zo\xeb", "byte 9 is not UTF-8"),
    "a NUL": (b"name: \x00", "not valid YAML"),
    "a call": (b"name: !!python/object/apply:os.getcwd []", "not valid YAML"),
    "huge": (b"# " + b"x" * 1_000_001, "1,000,003 bytes"),
    "deep": (b"name: " + b"[" * 5_000, "nested too deeply"),
    "endless": (b"name: &n [*n]", "nested too deeply"),
    "a bomb": (
        b"a: &a [x, x, x, x, x, x, x, x, x, x]\n"
        + b"".join(
            b"%c: &%c [%b]\n" % (c, c, b", ".join([b"*%c" % (c - 1)] * 10)) for c in b"bcdef"
        ),
        "over 10,000 values",
    ),
}


@pytest.mark.parametrize("name", NO_PROJECTS)
def test_a_file_that_is_no_project_is_refused(company, tmp_path, capsys, name):
    content, named = NO_PROJECTS[name]
    wrong = with_settings(company, tmp_path / "wrong")
    (wrong.folder / "trueup.yml").write_bytes(content)
    ended = trueup_here(capsys, wrong, "status")
    assert (ended.code, ended.error["class"]) == (3, "ConfigError")
    assert "trueup.yml" in ended.error["message"]
    assert named in ended.error["message"]
    assert all(ended.error[part] for part in ("why", "do"))


@pytest.mark.parametrize("command", ["run", "status", "check"])
def test_a_folder_without_a_project_is_told_how_to_begin(tmp_path, capsys, command):
    assert main([command, "-C", str(tmp_path)]) == 3
    told = "".join(capsys.readouterr())
    assert "no project file here" in told
    assert "trueup init my-shop" in told
    assert list(tmp_path.iterdir()) == []
