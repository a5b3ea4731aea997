import hashlib
import shutil
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.privacy.privacy_builders import MASTER_KEY, NOW, a_vault
from trueup.core.stream import PersonalKind
from trueup.errors import AccessError, ConfigError, IntegrityError
from trueup.privacy.tokens import normalised
from trueup.privacy.vault import TokenRequest, Vault

EMAIL, NAME = PersonalKind.EMAIL, PersonalKind.NAME


def a_request(value: str = "ann@x.com", kind: PersonalKind = EMAIL, who: str = "") -> TokenRequest:
    return TokenRequest(kind, value, who)


def token_of(vault: Vault, value: str = "ann@x.com", who: str = "") -> str:
    return vault.tokens_for([a_request(value, who=who)], NOW)[0]


def test_equal_values_share_a_token_over_time(tmp_path: Path) -> None:
    first = a_vault(tmp_path).tokens_for([a_request(" ANN@x.com"), a_request()], NOW)
    assert first[0] == first[1] == token_of(a_vault(tmp_path), who="customer 7")
    assert token_of(a_vault(tmp_path), "bob@x.com") != first[0]


def test_kinds_do_not_share_tokens(tmp_path: Path) -> None:
    tokens = a_vault(tmp_path).tokens_for([a_request("x"), a_request("x", NAME)], NOW)
    assert [token.split("_")[1] for token in tokens] == ["email", "name"]


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(PersonalKind), st.sampled_from(["A@x", "a@x", "a@x ", "+1", "1"])
        ),
        max_size=12,
    )
)
def test_tokens_are_equal_exactly_when_kind_and_normal_form_are(
    tmp_path: Path, drawn: list[tuple[PersonalKind, str]]
) -> None:
    vault = a_vault(tmp_path)
    tokens = vault.tokens_for([a_request(value, kind) for kind, value in drawn], NOW)
    vault.close()
    forms = [(kind, normalised(kind, value)) for kind, value in drawn]
    assert len(set(zip(forms, tokens, strict=True))) == len(set(forms)) == len(set(tokens))


def test_a_value_is_revealed_as_it_was_sent_and_on_record(tmp_path: Path) -> None:
    vault = a_vault(tmp_path)
    token = token_of(vault, "Ann@X.com")
    shown = vault.reveal(token, purpose="ticket 12", who="dpo", now=NOW)
    assert (shown, vault.verify_access_log()) == ("Ann@X.com", 1)


@pytest.mark.parametrize(("who", "purpose"), [("", "x"), ("dpo", " ")])
def test_nobody_sees_a_value_without_name_and_purpose(
    tmp_path: Path, who: str, purpose: str
) -> None:
    vault = a_vault(tmp_path)
    with pytest.raises(ConfigError, match="purpose and a name"):
        vault.reveal(token_of(vault), purpose=purpose, who=who, now=NOW)


def test_no_value_is_shown_when_the_access_cannot_be_recorded(tmp_path: Path) -> None:
    vault = a_vault(tmp_path)
    token = token_of(vault)
    vault._connection.execute("drop table access_log")
    with pytest.raises(IntegrityError, match="vault: no such table"):
        vault.reveal(token, purpose="x", who="dpo", now=NOW)


def test_an_unknown_token_is_an_access_error_on_record(tmp_path: Path) -> None:
    vault = a_vault(tmp_path)
    with pytest.raises(AccessError, match="not in the vault"):
        vault.reveal("tok_email_x", purpose="x", who="dpo", now=NOW)
    assert vault.verify_access_log() == 1


@pytest.mark.parametrize(
    "attack",
    [
        "update access_log set who = 'nobody' where sequence = 2",
        "delete from access_log where sequence = 2",
        "delete from access_log where sequence = 3",
        "insert into access_log values (4, 'x', 'x', 'x', 'x', x'00')",
    ],
)
def test_a_changed_access_log_is_noticed(tmp_path: Path, attack: str) -> None:
    vault = a_vault(tmp_path)
    for purpose in "abc":
        vault.reveal(token_of(vault), purpose=purpose, who="dpo", now=NOW)
    other = sqlite3.connect(tmp_path / "vault.sqlite")
    if not attack.startswith("insert"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            other.execute(attack)
    other.executescript(
        f"drop trigger access_log_is_not_changed; drop trigger access_log_is_not_cut; {attack};"
    )
    other.close()
    with pytest.raises(IntegrityError, match="not what was written"):
        vault.verify_access_log()


def test_an_entry_of_another_history_is_noticed(tmp_path: Path) -> None:
    vault = a_vault(tmp_path)
    vault.reveal(token_of(vault), purpose="a", who="dpo", now=NOW)
    backup = tmp_path / "backup.sqlite"
    shutil.copy(tmp_path / "vault.sqlite", backup)
    restored = Vault.open(backup, MASTER_KEY)
    for place, purposes in ((vault, "bc"), (restored, "xc")):
        for purpose in purposes:
            place.reveal(token_of(place), purpose=purpose, who="dpo", now=NOW)
    (kept,) = restored._connection.execute("select * from access_log where sequence = 3")
    vault._connection.execute("drop trigger access_log_is_not_changed")
    vault._connection.execute("update access_log set seal = ? where sequence = 3", (kept[-1],))
    with pytest.raises(IntegrityError, match="entry 3"):
        vault.verify_access_log()


def test_the_file_holds_no_value_and_is_for_its_owner_only(tmp_path: Path) -> None:
    token_of(a_vault(tmp_path), "canary.person@example.com", who="canary-customer")
    content = (tmp_path / "vault.sqlite").read_bytes()
    canary = b"canary.person@example.com"
    assert b"canary" not in content
    assert hashlib.sha256(canary).digest() not in content
    assert (tmp_path / "vault.sqlite").stat().st_mode & 0o777 == 0o600


def test_a_vault_others_can_read_is_refused(tmp_path: Path) -> None:
    a_vault(tmp_path).close()
    (tmp_path / "vault.sqlite").chmod(0o640)
    with pytest.raises(ConfigError, match="mode 0640"):
        a_vault(tmp_path)


def test_another_master_key_is_noticed_at_once(tmp_path: Path) -> None:
    a_vault(tmp_path).close()
    with pytest.raises(AccessError, match="another master key"):
        a_vault(tmp_path, bytes(32))


def test_a_vault_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    vault = a_vault(tmp_path)
    vault._connection.execute("update meta set value = x'39' where name = 'format'")
    with pytest.raises(IntegrityError, match="newer version") as refused:
        a_vault(tmp_path)
    assert (refused.value.code, "newer" in refused.value.hint) == ("TUP-703", True)


@pytest.mark.parametrize("whose", ["", "customer 7"], ids=["of-another", "of-the-same"])
@pytest.mark.parametrize("columns", ["ciphertext", "nonce", "nonce, ciphertext"])
def test_values_cannot_be_moved_to_another_token(tmp_path: Path, columns: str, whose: str) -> None:
    vault = a_vault(tmp_path)
    ann, bob = token_of(vault, who=whose), token_of(vault, "bob@x.com", who=whose)
    vault._connection.execute(
        f"update tokens set ({columns}) = (select {columns} from tokens where token = ?)"
        " where token = ?",
        (ann, bob),
    )
    with pytest.raises(IntegrityError, match="does not decrypt"):
        vault.reveal(bob, purpose="x", who="dpo", now=NOW)


def test_without_the_subjects_key_nothing_is_left(tmp_path: Path) -> None:
    vault = a_vault(tmp_path)
    token = token_of(vault, who="customer 7")
    vault._connection.execute("update subjects set wrapped_key = null, state = 'erased'")
    with pytest.raises(AccessError, match="erased"):
        vault.reveal(token, purpose="x", who="dpo", now=NOW)


def test_subjects_that_share_a_value_are_on_file_once(tmp_path: Path) -> None:
    vault = a_vault(tmp_path)
    for who in ("customer 1", "customer 2", "customer 2", "customer 3"):
        token_of(vault, who=who)
    assert vault._connection.execute("select count(*) from sharers").fetchone() == (2,)
    # Also where the same page holds values that are new.
    requests = [a_request(who="customer 4"), a_request("new@x.com", who="customer 4")]
    vault.tokens_for(requests, NOW)
    assert vault._connection.execute("select count(*) from sharers").fetchone() == (3,)


# Under the shared key of a vault at MASTER_KEY, by the version before.
SHARED = "sealed:v1:Hl8nJMD8XvxK7rVIq3sK+qOsN+MSVQ2K2r7DbXY3gQ=="
SHARED_SUBJECT = (
    "fdb6f452aa8f78473f9ae0890daf74a96ed3f52e4cd437f69a5a648bd520402a:"
    "e7fdbd8c3ab6962ddcf83d7d76b26cd6bbeddcc72c5a1fd9786e73d745d9957c"
    "90f994af1ce5396d674f3f983d74623ce5895973feadf2153f0ca2d7"
)


def test_what_an_earlier_version_sealed_can_be_unsealed(tmp_path: Path) -> None:
    vault = a_vault(tmp_path)
    row = tuple(map(bytes.fromhex, SHARED_SUBJECT.split(":")))
    vault._connection.execute("insert into subjects values (1, ?, ?, 'active')", row)
    assert vault.unseal(SHARED, purpose="x", who="dpo", now=NOW) == "ann"


def test_each_sealed_text_has_its_own_key_and_keeps_it(tmp_path: Path) -> None:
    vault = a_vault(tmp_path)
    first, other, again = vault.seal_all(["ann", "bob", "ann"])
    assert first.split(":")[2] == again.split(":")[2] != other.split(":")[2]
    [later] = a_vault(tmp_path).seal_all(["ann"])
    assert later.split(":")[2] == first.split(":")[2]
    assert vault._connection.execute("select count(*) from subjects").fetchone() == (2,)


def test_a_destroyed_key_takes_its_text_alone(tmp_path: Path) -> None:
    vault = a_vault(tmp_path)
    (ann,), (bob,) = vault.seal_all(["ann"]), vault.seal_all(["bob"])
    vault._connection.execute("update subjects set wrapped_key = null where subject_id = 1")
    with pytest.raises(AccessError, match="destroyed"):
        vault.unseal(ann, purpose="x", who="dpo", now=NOW)
    assert vault.unseal(bob, purpose="x", who="dpo", now=NOW) == "bob"


def test_what_is_sealed_can_be_unsealed_with_a_purpose(tmp_path: Path) -> None:
    (sealed,) = a_vault(tmp_path).seal_all(["ann\U0001f600"])
    vault = a_vault(tmp_path)
    assert "ann" not in sealed
    assert vault.unseal(sealed, purpose="x", who="dpo", now=NOW) == "ann\U0001f600"
    assert vault.verify_access_log() == 1


def test_a_crash_within_a_batch_leaves_no_part_of_it(tmp_path: Path) -> None:
    vault = a_vault(tmp_path)
    wanted = vault._store.wanted([a_request(), a_request("bob@x.com"), a_request()])
    with pytest.raises(sqlite3.IntegrityError), vault._transaction():
        vault._store.add(wanted, "now")
    assert vault._connection.execute("select count(*) from tokens").fetchone() == (0,)


def test_threads_get_the_same_tokens(tmp_path: Path) -> None:
    vault, found = a_vault(tmp_path), []
    requests = [a_request(f"p{n}@x.com") for n in range(200)]
    threads = [
        threading.Thread(target=lambda: found.append(tuple(vault.tokens_for(requests, NOW))))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert len(set(found)) == 1


PROCESS = """
import sys
from pathlib import Path
from datetime import UTC, datetime
from trueup.core.stream import PersonalKind
from trueup.privacy.vault import TokenRequest, Vault
vault = Vault.open(Path(sys.argv[1]), bytes(range(32)))
for start in range(0, 2000, 100):
    values = [f"p{n}@x.com" for n in range(start, start + 100)]
    requests = [TokenRequest(PersonalKind.EMAIL, value) for value in values]
    print(*vault.tokens_for(requests, datetime(2026, 1, 1, tzinfo=UTC)))
"""


def test_processes_at_once_get_the_same_tokens(tmp_path: Path) -> None:
    path = str(tmp_path / "vault.sqlite")
    running = [
        subprocess.Popen([sys.executable, "-c", PROCESS, path], stdout=subprocess.PIPE)
        for _ in range(3)
    ]
    outputs = [process.communicate(timeout=120)[0] for process in running]
    assert [process.returncode for process in running] == [0, 0, 0]
    assert len(outputs[0].split()) == 2000
    assert outputs[0] == outputs[1] == outputs[2]
