import base64
import json
import random
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.privacy.privacy_builders import (
    AD_DAYS,
    NOW,
    ORDERS,
    VISA,
    a_validator,
    a_vault,
    an_ad_day,
    an_order,
    compact,
)
from trueup.core.stream import Stream, StreamKind
from trueup.ingest.validator import RecordValidator, ValidatedRecords
from trueup.privacy.tokens import is_token

BAD = {
    "not_json": b'{"ad":{"id":"1"},"date":"2026-11-01","spend":NaN}',
    "number_out_of_range": an_ad_day().replace(b'"3"', b"1e400"),
    "invalid_text": an_ad_day(name="x").replace(b'"x"', b'"\\ud800"'),
    "nul_character": an_ad_day(ad={"id": "1\0"}),
    "duplicate_json_key": an_ad_day().replace(b"{", b'{"clicks":"4",', 1),
    "not_an_object": b'["EUR","USD"]',
    "missing_key": an_ad_day(ad={}),
    "too_deep": an_ad_day(x=1).replace(b"1}", b"[" * 9999 + b"]" * 9999 + b"}"),
    "card_number": an_ad_day(ad={"id": f"card {VISA}"}),
    "too_large": an_ad_day(name="x" * 2000),
}


def reasons(validated: ValidatedRecords) -> dict[int, str]:
    return {refused.record_index: refused.reason for refused in validated.refused}


def test_sound_records_land_with_their_very_bytes(tmp_path: Path) -> None:
    records = [an_ad_day(ad={"id": str(n)}) for n in range(200)]
    validated = a_validator(tmp_path).validate(records)
    assert validated.payloads == records
    assert validated.keys == [f"{n}|2026-11-01" for n in range(200)]
    assert (set(validated.days), set(validated.cursors)) == ({"2026-11-01"}, {None})
    assert (validated.indexes, validated.refused) == (list(range(200)), [])


@pytest.mark.parametrize("reason", BAD)
def test_a_bad_record_is_kept_aside_and_harms_no_sibling(tmp_path: Path, reason: str) -> None:
    good = [an_ad_day(ad={"id": str(n)}) for n in range(150)]
    page = [*good[:70], BAD[reason], *good[70:]]
    validated = a_validator(
        tmp_path, max_record_bytes=1000 if reason == "too_large" else 100_000
    ).validate(page)
    assert validated.payloads == good
    assert validated.indexes == [*range(70), *range(71, 151)]
    assert reasons(validated) == {70: reason}
    if reason != "card_number":
        assert validated.refused[0].payload_text == BAD[reason].decode()


def test_a_page_of_nothing_but_bad_records_is_all_kept_aside(tmp_path: Path) -> None:
    validated = a_validator(tmp_path, max_record_bytes=1000).validate(list(BAD.values()))
    expected = [name if name != "too_deep" else "too_large" for name in BAD]
    assert list(reasons(validated).values()) == expected
    assert a_validator(tmp_path).validate([]) == ValidatedRecords()


@pytest.mark.parametrize("reason", BAD)
def test_whatever_is_kept_aside_has_no_card_number(tmp_path: Path, reason: str) -> None:
    record = BAD[reason] + b' {"note":"4111-1111-1111-1111"}'
    (refused,) = a_validator(tmp_path, max_record_bytes=1000).validate([record]).refused
    assert "1111" not in refused.payload_text


def test_bytes_that_are_not_text_are_kept_as_base64(tmp_path: Path) -> None:
    record = b'{"name":"\xff' + VISA.encode() + b'"}'
    (refused,) = a_validator(tmp_path).validate([record]).refused
    prefix, _, encoded = refused.payload_text.partition(":")
    assert (refused.reason, prefix) == ("invalid_text", "base64")
    assert base64.b64decode(encoded) == b'{"name":"\xff[card]"}'


@pytest.mark.parametrize("odd", [b"\xc0\xaf", b"\xed\xa0\x80", b"\xff"])
def test_text_that_is_not_utf8_is_refused(tmp_path: Path, odd: bytes) -> None:
    record = an_ad_day(name="x").replace(b'"x"', b'"' + odd + b'"')
    assert reasons(a_validator(tmp_path).validate([record])) == {0: "invalid_text"}


def test_a_nul_in_a_name_is_a_character_like_others(tmp_path: Path) -> None:
    record = an_ad_day(name="a\0b")
    assert a_validator(tmp_path).validate([record]).payloads == [record]


@pytest.mark.parametrize("key", [None, {"a": 1}, [1]])
def test_a_key_must_be_plain(tmp_path: Path, key: object) -> None:
    validated = a_validator(tmp_path).validate([an_ad_day(ad={"id": key}), an_ad_day(ad="x")])
    assert reasons(validated) == {0: "missing_key", 1: "missing_key"}


def test_different_key_parts_never_give_one_key(tmp_path: Path) -> None:
    parts = [("a|b", "c"), ("a", "b|c"), ("a\\", "|c"), ("a\\|", "c"), ("a", "\\|c"), ("", "")]
    stream = Stream(name="s", kind=StreamKind.SNAPSHOT, key=("x", "y"))
    validated = a_validator(tmp_path, stream).validate(
        [compact({"x": x, "y": y}) for x, y in parts]
    )
    assert len(set(validated.keys)) == len(parts)


def test_keys_keep_every_digit_of_a_number(tmp_path: Path) -> None:
    stream = Stream(name="s", kind=StreamKind.SNAPSHOT, key=("id",))
    numbers = [12345678901234567890123, 12345678901234567890124, True, 1.5, "1"]
    validated = a_validator(tmp_path, stream).validate(
        [compact({"id": number}) for number in numbers]
    )
    assert validated.keys == [
        "12345678901234567890123",
        "12345678901234567890124",
        "true",
        "1.5",
        "1",
    ]


def test_a_missing_cursor_is_none_and_a_missing_day_is_refused(tmp_path: Path) -> None:
    orders = a_validator(tmp_path, ORDERS).validate([an_order(), an_order(updatedAt=None)])
    assert orders.cursors == ["2026-11-01T10:00:00Z", None]
    stream = Stream(name="s", kind=StreamKind.REPORT, key=("ad.id",), day="date")
    days = a_validator(tmp_path, stream).validate([an_ad_day(), an_ad_day(date=None)])
    assert reasons(days) == {1: "missing_key"}


def test_personal_values_become_tokens_and_all_else_stays(tmp_path: Path) -> None:
    vault = a_vault(tmp_path)
    record = an_order(
        email="Ann@X.com",
        customer={"id": "c1", "email": "ann@x.com", "phone": None},
        addresses=[{"city": "Köln", "zip": "50667"}, None, {"city": ""}],
        aliases=["Ann", "A."],
        billing={"city": "Köln"},
        total="12.50",
    )
    payload = json.loads(RecordValidator(ORDERS, vault, now=NOW).validate([record]).payloads[0])
    assert payload["email"] == payload["customer"]["email"]
    assert is_token(payload["email"])
    assert (
        vault.reveal(payload["billing"], purpose="t", who="t", now=NOW) == '{"city":"K\\u00f6ln"}'
    )
    assert payload["customer"]["phone"] is None
    assert payload["addresses"][1:] == [None, {"city": ""}]
    assert (payload["addresses"][0]["zip"], payload["total"]) == ("50667", "12.50")
    assert all(map(is_token, payload["aliases"]))


def test_records_without_personal_values_keep_their_very_bytes(tmp_path: Path) -> None:
    records = [an_order(), an_order(email=None, customer=None, addresses=[], aliases=None)]
    records.append(b'{ "id" : "1" ,\n "note":"", "note2" : 1.50 }')
    assert a_validator(tmp_path, ORDERS).validate(records).payloads == records


@pytest.mark.parametrize(
    "changes",
    [{"customer": "Ann, ann@x.com"}, {"customer": [{"email": "a"}]}, {"addresses": {"city": "x"}}],
)
def test_personal_values_in_an_unknown_shape_do_not_slip_in(
    tmp_path: Path, changes: dict[str, object]
) -> None:
    validated = a_validator(tmp_path, ORDERS).validate(
        [an_order(), an_order(**changes), an_order()]
    )
    assert reasons(validated) == {1: "unexpected_shape"}
    assert len(validated.payloads) == 2


def test_refused_records_of_persons_are_sealed(tmp_path: Path) -> None:
    vault = a_vault(tmp_path)
    record = an_order(email="canary@x.com", id=f"card {VISA}")
    (refused,) = RecordValidator(ORDERS, vault, now=NOW).validate([record]).refused
    assert "canary" not in refused.payload_text
    shown = vault.unseal(refused.payload_text, purpose="t", who="t", now=NOW)
    assert shown == record.decode().replace(VISA, "[card]")


def subject_count(vault_folder: Path) -> int:
    vault = a_vault(vault_folder)
    count: int = vault._connection.execute("select count(*) from subjects").fetchone()[0]
    vault.close()
    return count


def test_values_of_one_person_hang_on_one_subject(tmp_path: Path) -> None:
    one = an_order(email="a@x", note="n", customer={"id": "c1", "email": "b@x"})
    guest = an_order(email="g@x", note="other", billing={"city": "Rome"})
    validator = a_validator(tmp_path, ORDERS)
    validator.validate([one])
    assert subject_count(tmp_path) == 1
    validator.validate([guest])
    assert subject_count(tmp_path) == 2


def test_equal_ids_of_other_sources_are_other_persons(tmp_path: Path) -> None:
    for number, source in enumerate(("shop", "crm", "crm")):
        record = an_order(note=f"note {number}", customer={"id": "17"})
        a_validator(tmp_path, ORDERS, source=source).validate([record])
    assert subject_count(tmp_path) == 2


def test_an_address_in_any_text_becomes_the_token_of_the_declared_field(tmp_path: Path) -> None:
    record = an_order(
        email="Ann@Example.com",
        landingPage="/p?email=ann%40example.com&utm_source=x#top",
        tags=["VIP", "for ann@example.com"],
    )
    validated = a_validator(tmp_path, ORDERS).validate([record])
    token = json.loads(validated.payloads[0])["email"]
    assert is_token(token)
    expected = record.replace(b"Ann@Example.com", token.encode())
    expected = expected.replace(b"ann%40example.com", token.encode())
    assert validated.payloads[0] == expected.replace(b"ann@example.com", token.encode())
    assert validated.strays == 2


def test_streams_without_declared_fields_are_searched_too(tmp_path: Path) -> None:
    vault = a_vault(tmp_path)
    plain = [an_ad_day(ad={"id": str(n)}) for n in range(100)]
    named = compact({"ad": {"id": "x"}, "date": "2026-11-01", "name": "for ann@example.com, +4"})
    validated = RecordValidator(AD_DAYS, vault, now=NOW).validate([*plain[:70], named, *plain[70:]])
    payload = json.loads(validated.payloads[70])
    token = payload["name"].removeprefix("for ").removesuffix(", +4")
    assert vault.reveal(token, purpose="t", who="t", now=NOW) == "ann@example.com"
    assert validated.payloads[:70] + validated.payloads[71:] == plain
    assert validated.strays == 1


def test_a_key_and_a_cursor_hold_the_token_and_not_the_address(tmp_path: Path) -> None:
    stream = Stream(name="s", kind=StreamKind.INCREMENTAL, key=("who", "n"), cursor="at")
    record = compact({"who": "ann@x.com", "n": 1, "at": "a@x.com"})
    validated = a_validator(tmp_path, stream).validate([record])
    payload = json.loads(validated.payloads[0])
    assert validated.keys == [f"{payload['who']}|1"]
    assert validated.cursors == [payload["at"]]
    assert is_token(payload["who"])


@pytest.mark.parametrize(
    "record",
    [an_ad_day(name="ann@x.com") + b"}", an_ad_day(**{"ann@x.com": 1}), b'"?name=Ann"'],
    ids=["not-json", "field-name", "not-an-object"],
)
def test_refused_records_that_may_hold_a_person_are_sealed(tmp_path: Path, record: bytes) -> None:
    vault = a_vault(tmp_path)
    (refused,) = RecordValidator(AD_DAYS, vault, now=NOW).validate([record]).refused
    # Chance may spell any three letters in what is encrypted.
    assert refused.payload_text.startswith("sealed:")
    assert "ann@x.com" not in refused.payload_text
    assert "name=Ann" not in refused.payload_text
    assert vault.unseal(refused.payload_text, purpose="t", who="t", now=NOW) == record.decode()


def test_strays_of_nobody_known_are_their_own_persons(tmp_path: Path) -> None:
    validator = a_validator(tmp_path)
    validator.validate([an_ad_day(name="a@x.com and b@x.com"), an_ad_day(name="A@x.com")])
    assert subject_count(tmp_path) == 2


CUSTOMERS_WORDS = {
    "note": {"note": "please use 4111 1111 1111 1111 exp 12/26 cvv 123"},
    "landing page": {"landingPage": f"https://shop.example/?x={VISA}&utm_source=google"},
    "form encoding": {"landingPage": "https://shop.example/?card=4111+1111+1111+1111&a=1"},
    "percent": {"landingPage": "https://shop.example/?card=4111%201111%201111%201111"},
    "tab": {"tags": ["vip", "4111\t1111\t1111\t1111"]},
    "comma": {"discountCodes": ["4111,1111,1111,1111"]},
    "slash": {"referrerUrl": "https://x.example/4111/1111/1111/1111"},
    "name": {"customer": {"id": "c1", "displayName": VISA}},
    "form field": {"customAttributes": [{"key": "Card number", "value": VISA}]},
}


@pytest.mark.parametrize("name", CUSTOMERS_WORDS)
def test_no_words_of_a_customer_remove_an_order(tmp_path: Path, name: str) -> None:
    record = an_order(**CUSTOMERS_WORDS[name], total="12.50")
    plain = [an_order(id=str(n)) for n in range(80)]
    validated = a_validator(tmp_path, ORDERS).validate([*plain, record])
    assert reasons(validated) == {}
    assert validated.keys[-1] == "gid://shopify/Order/1"
    assert re.search(rb"1111|tok_text_.*1111", validated.payloads[-1]) is None
    assert json.loads(validated.payloads[-1])["total"] == "12.50"
    assert validated.masked_cards == 1


def test_a_card_number_is_not_in_the_vault_either(tmp_path: Path) -> None:
    vault = a_vault(tmp_path)
    record = an_order(note=f"card {VISA}", customer={"id": "c1", "email": f"{VISA}@x.com"})
    (payload,) = RecordValidator(ORDERS, vault, now=NOW).validate([record]).payloads
    token = json.loads(payload)["note"]
    assert vault.reveal(token, purpose="t", who="t", now=NOW) == "card [card]"


IDENTIFIERS = {
    "SKU that is an EAN": {"sku": "4006381000093"},
    "EAN in a title": {"title": "Stabilo 4006381000093"},
    "variant in a landing page": {"landingPage": "/products/a?variant=39528111112222"},
    "id": {"lineItems": [{"id": VISA, "variantId": int(VISA)}]},
}


@pytest.mark.parametrize("name", IDENTIFIERS)
def test_an_order_with_an_identifier_lands_as_it_was_sent(tmp_path: Path, name: str) -> None:
    record = an_order(**IDENTIFIERS[name])
    validated = a_validator(tmp_path, ORDERS).validate([record])
    assert (validated.payloads, validated.masked_cards) == ([record], 0)


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "4111 1111 1111 1111"},
        {"updatedAt": f"card {VISA}"},
        {"4111 1111 1111 1111": 1, "5555 5555 5555 4444": 2},
    ],
    ids=["key", "cursor", "two field names"],
)
def test_a_record_that_is_known_by_a_card_number_is_quarantined(
    tmp_path: Path, changes: dict[str, object]
) -> None:
    validated = a_validator(tmp_path, ORDERS).validate([an_order(**changes), an_order()])
    assert reasons(validated) == {0: "card_number"}
    assert len(validated.payloads) == 1


TEXTS = st.text(max_size=8) | st.sampled_from(['"', '\\"email\\":', "ann@x.com", "é\\u0022:"])
ANY = st.recursive(
    TEXTS | st.none() | st.integers() | st.booleans(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXTS, inner, max_size=2),
    max_leaves=4,
)
CUSTOMERS = st.none() | st.fixed_dictionaries({}, optional={"email": ANY, "phone": ANY, "x": ANY})
ADDRESSES = st.lists(
    st.none() | st.fixed_dictionaries({}, optional={"city": ANY, "zip": ANY}), max_size=2
)
OPTIONAL = {"email": ANY, "note": ANY, "customer": CUSTOMERS, "addresses": ADDRESSES, "z": ANY}


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.fixed_dictionaries({"id": st.just("1")}, optional=OPTIONAL), st.booleans(), st.booleans())
def test_putting_the_values_back_gives_the_very_bytes(
    tmp_path: Path, order: dict[str, object], spaced: bool, ascii_only: bool
) -> None:
    separators = (" , ", " : ") if spaced else (",", ":")
    record = json.dumps(order, separators=separators, ensure_ascii=ascii_only).encode(
        "utf-8", "surrogatepass"
    )
    vault = a_vault(tmp_path)
    validated = RecordValidator(ORDERS, vault, now=NOW).validate([record])
    if validated.payloads:
        payload = restored = validated.payloads[0]
        found = RecordValidator(ORDERS, vault, now=NOW)._places([record], [json.loads(record)])[0]
        for place in found:
            token = vault.tokens_for([place.request], NOW)[0]
            written = f'"{token}"' if place.is_whole else token
            restored = restored.replace(written.encode(), record[place.start : place.end], 1)
        assert restored == record
        assert (payload == record) == (not found)
    vault.close()


ODD = [
    an_ad_day(name="a\0b"),
    an_ad_day(date=None),
    an_ad_day(name="call ann@example.com"),
    an_ad_day(url="https://x/?first_name=Ann&p=1"),
    an_ad_day(ad={"id": 7}),
    an_ad_day(ad={"id": "a|b"}),
    an_ad_day(name='Brand "X" \\ \n é'),
    an_ad_day(name=f"pay {VISA}"),
    an_ad_day(sku="4006381000093"),
    an_ad_day(name="50% off = now + then", ids=[1, 2]),
    b'{"date":"2026-11-01","ad":{"id":"1"}}',
    json.dumps({"ad": {"id": "12"}, "date": "2026-11-01"}).encode(),
]


@pytest.mark.parametrize("seed", range(5))
def test_chunks_and_single_records_are_admitted_the_same(tmp_path: Path, seed: int) -> None:
    source = random.Random(seed)
    kinds = [an_ad_day(ad={"id": str(n)}) for n in range(300)] + list(BAD.values()) + ODD
    page = [source.choice(kinds[:300] if source.random() < 0.98 else kinds) for _ in range(400)]
    validator = RecordValidator(AD_DAYS, a_vault(tmp_path), now=NOW)
    whole, alone = validator.validate(page), [validator.validate([record]) for record in page]
    assert whole.keys == [key for one in alone for key in one.keys]
    assert whole.payloads == [payload for one in alone for payload in one.payloads]
    assert whole.days == [day for one in alone for day in one.days]
    assert whole.strays == sum(one.strays for one in alone)
    assert whole.masked_cards == sum(one.masked_cards for one in alone)
    assert reasons(whole) == {i: r.reason for i, one in enumerate(alone) for r in one.refused}
