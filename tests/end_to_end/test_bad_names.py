"""Names that attack, personal values and card numbers: as text unharmed, in the clear nowhere."""

import json
import re
import shutil

import httpx
import pytest

from tests.end_to_end.company import a_company, heard
from tests.end_to_end.trouble import Rewriting, readable_texts, trueup_here, with_settings
from tests.end_to_end.truth import differences
from trueup.cli.output.status import status_view
from trueup.pipeline.inspect.status import status
from trueup.pipeline.run import run_load, run_sync
from trueup_simulators.world import WorldConfig
from trueup_simulators.world.world_changes import HOSTILE_NAMES

HOSTILE = WorldConfig(scale="small", days=5, hostile_names=True)
TINY = WorldConfig(scale="small", days=3)

CARD = b"4111 1111 1111 1111"
CARD_IN_ANY_WRITING = re.compile(r"4111(?:[ .+-]|%20)?1111(?:[ .+-]|%20)?1111")
# Where a card number is put, and the source that sends it.
CARD_PLACES = {
    "order note": ("shopify", rb'"note":(null|"[^"]*")', b'"note":"%b"' % CARD),
    "landing page": (
        "shopify",
        rb"utm_content=\d+",
        b"utm_content=1&card=4111+1111+1111+1111&pan=4111%201111%201111%201111",
    ),
    "UTM": ("shopify", rb"utm_content=\d+", b"utm_content=4111-1111-1111-1111"),
    "customer name": ("shopify", rb'"firstName":"[^"]*"', b'"firstName":"4111111111111111"'),
    "product name": ("shopify", rb'"title":"[^"]*"', b'"title":"%b"' % CARD),
    "campaign name": ("google_ads", rb'"name":"[^"]*"', b'"name":"4111.1111.1111.1111"'),
    "ad set name": ("meta_ads", rb'"name":"[^"]*"', b'"name":"4%b"' % (rb"\\u0031" * 15)),
}
# Every personal value that the shop sends becomes one that can be told from all other text.
CANARIES = {
    rb"@example\.com": b"@canary-mail.example",
    rb'"(firstName|lastName)":"': rb'"\1":"Canaryname ',
    rb'"(address1|address2|city|zip)":"': rb'"\1":"Canarystreet ',
    rb'"phoneNumber":"[^"]*"': b'"phoneNumber":"+15550107799"',
    # Declared as personal, so that it need not look like a number of a phone.
    rb'"phone":"[^"]*"': b'"phone":"Canaryphone"',
    rb'"clientIp":"[^"]*"': b'"clientIp":"198.51.100.77"',
    rb'"note":"': b'"note":"Canarynote ',
}
# The same in texts that no stream declares as personal.
STRAYS = {
    rb'"landingPage":"[^"]*"': b'"landingPage":"https://shop.example/p?email='
    b'ann%40canary-mail.example&first_name=Canaryname&utm_source=google&utm_medium=cpc"',
    rb'"referrerUrl":("[^"]*"|null)': b'"referrerUrl":"https://pay.example/r?to=%2Fp%3Femail%3D'
    b'ann%2540canary-mail.example&phone=%2B15550107799&address1=1+Canarystreet"',
    rb'"content":("[^"]*"|null)': rb'"content":"ann\\u0040canary-mail.example"',
    rb'"term":("[^"]*"|null)': b'"term":"name=Canaryname+B"',
    rb'"tags":\[[^]]*\]': b'"tags":["vip","ann@canary-mail.example","+1 (555) 010-7799"]',
    rb'"title":"': b'"title":"for <ann@canary-mail.example> ',
    rb'"sku":"': b'"sku":"tel:+15550107799 ',
}
AD_STRAYS = {
    "google_ads": {
        rb'"descriptiveName":\s*"': b'"descriptiveName":"ann@canary-mail.example ',
        rb'"name":\s*"': b'"name":"for ann@canary-mail.example ',
    },
    "meta_ads": {rb'"name":\s*"': rb'"name":"mail\\u0040canary-mail.example '},
}
IN_THE_CLEAR = re.compile(
    r"(?i)canary-mail|canaryname|canaryphone|canarystreet|canarynote|198\.51\.100\.77"
    r"|555[ )-]{0,3}010[ -]?7799"
)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A company whose campaigns, products and customers have names that attack."""
    with a_company(tmp_path_factory.mktemp("hostile") / "company", HOSTILE) as company:
        result = company.run()
        yield company, result


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    with a_company(tmp_path_factory.mktemp("names"), TINY) as company:
        yield company


def test_figures_of_hostile_names_equal_the_truth(hostile):
    company, result = hostile
    assert result.error() is None
    assert differences(company) == {}
    assert status(company.project, company.clock.now()).quarantine == ()


@pytest.mark.parametrize("kind", ["campaign", "ad_group", "ad"])
def test_hostile_names_of_ads_are_published_as_they_are(hostile, kind):
    company, _ = hostile
    now = company.clock.now()
    accounts = [a for a in company.world.accounts if a.status == "ENABLED" and not a.is_manager]
    sent = {
        (entity.id, entity.name)
        for account in accounts
        for entity in getattr(company.world, f"{kind}s")(account.account_id, now)
    }
    rows = company.published(f"select {kind}_id, {kind}_name from core.dim_{kind} where is_current")
    assert {name.removesuffix(" (v2)") for _, name in sent} & set(HOSTILE_NAMES)
    assert "nul\x00inside" in {name for _, name in sent}
    assert sent <= set(rows)


def test_hostile_product_names_are_published_as_they_are(hostile):
    company, _ = hostile
    sent = {product.title for product in company.world.products(company.clock.now())}
    rows = company.published("select product_title from core.dim_product")
    assert set(HOSTILE_NAMES) <= sent
    assert sent <= {name for (name,) in rows}


def test_hostile_names_of_customers_come_back_from_the_vault_as_they_were(hostile):
    company, _ = hostile
    sql = "select distinct payload ->> 'firstName' as name from raw.shopify__customers"
    tokens = [row["name"] for row in company.project.warehouse.query(sql)]
    names = {
        company.project.vault.reveal(token, purpose="test", who="test", now=company.clock.now())
        for token in tokens
        if token.strip()
    }
    assert names == {name for name in HOSTILE_NAMES if name.strip()}


def test_hostile_names_leave_no_file_outside_the_company(hostile):
    company, _ = hostile
    assert list(company.folder.parent.iterdir()) == [company.folder]
    inside = {path.name for path in company.folder.iterdir()}
    assert inside == {"trueup.yml", "fx_rates.csv", ".trueup"}


def test_status_prints_hostile_accounts_without_control_characters(hostile, capsys, monkeypatch):
    company, _ = hostile
    monkeypatch.setenv("TRUEUP_NOW", company.clock.now().isoformat())
    ended = trueup_here(capsys, company, "status")
    assert ended.code == 0
    assert not re.search(r"[\x00-\x08\x1b\u202e]", ended.output)


@pytest.mark.parametrize("place", CARD_PLACES)
def test_a_card_number_is_in_no_file_and_its_record_lands(company, tmp_path, place):
    source, old, new = CARD_PLACES[place]
    project, now = with_settings(company, tmp_path / "cards").project, company.clock.now()
    with Rewriting({old: new}) as project.transport:
        run_sync(project, now, [source])
    run_load(project, now)
    assert project.transport.changed[old]
    seen = status(project, now)
    assert seen.quarantine == ()
    assert {row["source"] for row in seen.masked_cards} == {source}
    assert sum(row["masked_cards"] for row in seen.masked_cards) >= 3
    assert "Card numbers found in records" in "\n".join(status_view(seen).lines)
    texts = list(readable_texts(project.workspace))
    assert len(texts) > 50
    assert [where for where, text in texts if CARD_IN_ANY_WRITING.search(text)] == []


def test_orders_with_identifiers_that_look_like_cards_are_published(company, tmp_path):
    here = with_settings(company, tmp_path / "identifiers")
    look_alikes = {
        rb'"sku":"[^"]*"': b'"sku":"4222222222222"',
        rb"utm_source=": b"variant=30569309025904&utm_source=",
    }
    with Rewriting(look_alikes) as here.project.transport:
        here.run()
    assert all(here.project.transport.changed[old] for old in look_alikes)
    seen = status(here.project, company.clock.now())
    assert (seen.quarantine, seen.masked_cards, seen.held) == ((), (), ())
    skus = here.project.warehouse.query("select payload from raw.shopify__orders limit 1")
    assert "4222222222222" in skus[0]["payload"]


@pytest.fixture(scope="module")
def canaries(company, tmp_path_factory):
    """A run of a shop whose every personal value is a canary."""
    planted = with_settings(company, tmp_path_factory.mktemp("canary") / "shop")
    with Rewriting(CANARIES | STRAYS) as planted.project.transport:
        planted.run(names=["shopify", "fx"])
    return planted


def test_every_kind_of_canary_was_planted(canaries):
    changed = canaries.project.transport.changed
    assert {pattern for pattern in CANARIES | STRAYS if not changed[pattern]} == set()


def test_no_personal_value_is_in_the_clear_anywhere_on_disk(canaries):
    workspace = canaries.project.workspace
    places = list(readable_texts(workspace))
    kinds = {where.partition(":")[0].rpartition(".")[2] for where, _ in places}
    assert {"parquet", "duckdb", "json", "log"} <= kinds
    assert [where for where, text in places if IN_THE_CLEAR.search(text)] == []


def test_no_personal_value_is_in_the_clear_in_the_vaults_own_files(canaries):
    vault = canaries.project.workspace / "vault"
    texts = {path.name: path.read_bytes().decode("latin-1") for path in vault.iterdir()}
    assert "vault.sqlite" in texts
    assert [name for name, text in texts.items() if IN_THE_CLEAR.search(text)] == []


def test_a_planted_personal_value_would_be_found(canaries, tmp_path):
    [table] = canaries.project.lake.glob("shopify/orders")
    part = next(table.rglob("*.parquet"))
    shutil.copy(part, tmp_path / part.name)
    texts = dict(readable_texts(tmp_path))
    payload = json.loads(texts[f"{tmp_path / part.name}:payload"].splitlines()[0])
    assert payload["email"].startswith("tok_")


def test_a_stray_address_is_the_token_of_the_declared_field(company, tmp_path):
    here = with_settings(company, tmp_path / "tagged")
    tag_with_address = {rb'"email":"([^"]+)"(.*?)"tags":\[\]': rb'"email":"\1"\2"tags":["by \1"]'}
    with Rewriting(tag_with_address) as here.project.transport:
        run_sync(here.project, company.clock.now(), ["shopify"])
    run_load(here.project, company.clock.now())
    sql = "select payload ->> 'email' as email, payload -> 'tags' ->> 0 as tag"
    rows = here.project.warehouse.query(f"{sql} from raw.shopify__orders where tag is not null")
    tagged = [row for row in rows if row["tag"].startswith("by ")]
    assert tagged
    assert {row["tag"] == f"by {row['email']}" for row in tagged} == {True}


def test_status_counts_what_was_found_outside_of_declared_fields(canaries, capsys, monkeypatch):
    monkeypatch.setenv("TRUEUP_NOW", canaries.clock.now().isoformat())
    ended = trueup_here(capsys, canaries, "status")
    found = {row["stream"]: row["strays"] for row in ended.data["strays"]}
    assert found["orders"] > found["products"] > 0


@pytest.mark.parametrize("source", AD_STRAYS)
def test_an_address_in_the_name_of_an_ad_or_account_is_nowhere(company, tmp_path, source):
    here = with_settings(company, tmp_path / "named")
    with Rewriting(AD_STRAYS[source]) as here.project.transport:
        run_sync(here.project, company.clock.now(), [source])
    run_load(here.project, company.clock.now())
    assert set(here.project.transport.changed) == set(AD_STRAYS[source])
    assert all(here.project.transport.changed.values())
    texts = list(readable_texts(here.project.workspace))
    assert len(texts) > 50
    assert [where for where, text in texts if IN_THE_CLEAR.search(text)] == []


class _Defect(httpx.HTTPTransport):
    """Passes requests on, but for those of orders: there it fails with a record in its words."""

    def handle_request(self, request):
        if b"query Orders(" in request.read():
            raise KeyError({"email": "ann@canary-mail.example", "note": "Canarynote"})
        return super().handle_request(request)


def test_what_a_defect_raised_is_told_once_and_kept_nowhere(company, tmp_path):
    here, events = with_settings(company, tmp_path / "defect"), []
    with _Defect() as here.project.transport:
        synced = run_sync(here.project, company.clock.now(), ["shopify"], events.append)
    [error] = synced.errors()
    assert re.fullmatch(r"shopify\.orders: unexpected KeyError at \w+\.py:\d+", error.message)
    [told] = heard(events, "stream_broken")
    assert "[email]" in str(told.fields["raised"])
    [shown] = [f for f in status(here.project, company.clock.now()).freshness if f.status != "ok"]
    assert shown.message == error.message
    texts = list(readable_texts(here.project.workspace))
    assert [where for where, text in texts if IN_THE_CLEAR.search(text)] == []


def test_equal_addresses_still_join_as_tokens(canaries):
    rows = canaries.project.warehouse.query(
        """
        select count(*) as joined from raw.shopify__orders as orders
        inner join raw.shopify__customers as customers
            on (orders.payload ->> '$.email')
                = (customers.payload ->> '$.defaultEmailAddress.emailAddress')
        """
    )
    assert rows[0]["joined"] > 0
