import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.privacy.privacy_builders import AMEX, CARDS, VISA, compact
from trueup.privacy.cards import holds_card, records_with_cards, redact_cards
from trueup.privacy.digits import is_card_number


def found(record: bytes) -> bool:
    """True when the record is found among others and both searches agree."""
    page = [b'{"id":"1"}', record, b'{"id":"4111111111111111"}']
    fast = records_with_cards(page) == [1]
    assert fast == holds_card(record)
    return fast


def grouped(digits: str, separator: str, size: int = 4) -> str:
    return separator.join(digits[at : at + size] for at in range(0, len(digits), size))


def fullwidth(digits: str) -> str:
    return "".join(chr(0xFF10 + int(digit)) for digit in digits)


@pytest.mark.parametrize("card", CARDS)
def test_card_numbers_of_every_network_are_found(card: str) -> None:
    assert is_card_number(card)
    assert found(compact({"note": card}))
    assert found(compact({"note": f"pay with {card}, thanks"}))
    assert found(b'{"amount":' + card.encode() + b"}")


@pytest.mark.parametrize("separator", [" ", "-", ".", "  ", " - ", "\u00a0", "\u2009", "\u2013"])
@pytest.mark.parametrize("size", [2, 4, 6, 8])
def test_split_card_numbers_are_found(separator: str, size: int) -> None:
    text = f"card {grouped(VISA, separator, size)} exp 12 26"
    if (separator, size) == (".", 8):
        assert not found(compact({"note": text}))  # 41111111.11111111 is a decimal number
        return
    assert found(compact({"note": text}))
    assert found(json.dumps({"note": text}, ensure_ascii=False).encode())


@pytest.mark.parametrize(
    "text",
    [
        f"1226 {VISA} 999",
        f"{VISA} 12 26",
        f"12 26 {grouped(VISA, ' ')} 123",
        f"2026-11-01 {grouped(VISA, '-')}",
        f"+1 {grouped(VISA, ' ')}",
        f"{VISA}.00",
        f"x{VISA}y",
        f"https://shop/?utm_term={VISA}&x=1",
        grouped(AMEX, " ", 5),
    ],
)
def test_neighbours_do_not_hide_a_card_number(text: str) -> None:
    assert found(compact({"note": text}))


@pytest.mark.parametrize(
    "record",
    [
        b'{"note":"\\u0034' + VISA[1:].encode() + b'"}',
        b'{"note":"' + b"".join(b"\\u003%c" % ord(d) for d in VISA) + b'"}',
        b'{"note":"4111\\u00201111\\u002d1111\\u002E1111"}',
        b'{"note":"\\u00e9' + VISA.encode() + b'"}',
        b'{"note":"\\u00e9.' + VISA.encode() + b'"}',
        b'{"note":"\\u004141111111 11111111"}',
        json.dumps({"note": fullwidth(VISA)}).encode(),
        json.dumps({"note": fullwidth(VISA)}, ensure_ascii=False).encode(),
        json.dumps({"n": VISA.translate({48 + d: 0x0660 + d for d in range(10)})}).encode(),
        json.dumps({"n": fullwidth(VISA[:8]) + VISA[8:]}, ensure_ascii=False).encode(),
        json.dumps({"Straße": {"x": [1, [VISA]]}}, ensure_ascii=False).encode(),
        compact({VISA: 1}),
        compact({'x"id': VISA}),
        compact({"x\n_id": VISA}),
        compact({"id": {"note": VISA}}),
        compact({"id": f"order {VISA}"}),
        b'{"x":4111111111111111.0}',
        b'{"x":-4111111111111111}',
        b'{"note":"{\\"id\\":\\"4111111111111111\\"}"}',
        b'{"x": 4111111111111111',
    ],
)
def test_disguised_card_numbers_are_found(record: bytes) -> None:
    assert found(record)


@pytest.mark.parametrize(
    "value",
    [
        {"id": VISA},
        {"campaign_id": VISA},
        {"adId": VISA},
        {"line_item_ids": [VISA, VISA]},
        {"legacyGid": VISA},
        {"id": int(VISA)},
        {"resourceName": f"customers/{VISA}/ads/{VISA}~{VISA}"},
        {"campaign": f"customers/123/campaigns/{VISA}"},
        {"order": f"gid://shopify/Order/{VISA}"},
        {"conversions": 0.4111111111111111},
        {"note": "0.4111111111111111"},
        {"phone": "+4222222222222"},
        {"phone": "4222222222222"},
        {"note": "call +42 2222 222 2222"},
        {"note": "4111111111111112"},
        {"note": "9111111111111111"},
        {"note": VISA + "00000"},
        {"at": "2026-11-01 10:00:00 2026-11-02 11:00:00"},
        {"uuid": "4111e1d1-4111-4111-4111-411141114111"},
    ],
    ids=str,
)
def test_ids_and_other_numbers_are_spared(value: object) -> None:
    assert not found(compact(value))


PIECES = st.sampled_from(
    [*CARDS, "4111", "1111", " ", "-", ".", "+", '"', ":", "\\", "x", "é", "\uff14", "\u00a0", "0"]
)
TEXTS = st.lists(PIECES, max_size=12).map("".join)
KEYS = st.sampled_from(["id", "ad_id", "note", "resourceName", "phone", "Gid", VISA])
VALUES = st.recursive(
    TEXTS | st.integers(0, 10**19) | st.floats(0, 1e18) | st.none() | st.sampled_from([int(VISA)]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)


@given(st.lists(st.tuples(VALUES, st.booleans(), st.booleans()), max_size=6))
def test_the_fast_search_finds_exactly_what_the_plain_one_does(
    drawn: list[tuple[object, bool, bool]],
) -> None:
    records = [
        json.dumps({"x": value}, ensure_ascii=ascii_only, indent=1 if indent else None).encode()
        for value, ascii_only, indent in drawn
    ]
    plain = [index for index, record in enumerate(records) if holds_card(record)]
    assert records_with_cards(records) == plain


def test_pages_larger_than_a_step_are_searched_to_the_end() -> None:
    filler = compact({"id": "1", "text": "lorem ipsum " * 500})
    records = [filler] * 400
    records[137] = records[399] = compact({"note": VISA})
    assert records_with_cards(records) == [137, 399]
    assert records_with_cards([compact({"x": "y" * 3_000_000 + VISA})]) == [0]
    assert records_with_cards([]) == []


def test_cards_are_found_wherever_in_a_large_page() -> None:
    one_in_three = [compact({"x": VISA if n % 3 == 0 else "y" * (n % 7)}) for n in range(30_000)]
    assert records_with_cards(one_in_three) == [*range(0, 30_000, 3)]


@given(st.lists(st.sampled_from(CARDS), min_size=1, max_size=3), TEXTS)
def test_redacted_text_holds_no_card_number(cards: list[str], text: str) -> None:
    dirty = f"a {cards[0]} {text} " + ", ".join(grouped(card, "-") for card in cards)
    for spelled in (dirty, json.dumps(dirty), json.dumps(dirty, ensure_ascii=False)):
        clean = redact_cards(spelled)
        assert redact_cards(clean) == clean
        assert not holds_card(compact({"x": clean}))


def test_redaction_keeps_what_is_around() -> None:
    assert redact_cards(f"a {VISA}\u00e9 b 123") == "a XXXXXXXXXXXXXXXX\u00e9 b 123"
    assert redact_cards("4111-1111-1111-1111.") == "XXXX-XXXX-XXXX-XXXX."
    assert redact_cards('"\\u0034' + VISA[1:] + '"') == '"XXXXXXXXXXXXXXXX"'


def test_random_digits_are_rarely_taken_for_a_card_number() -> None:
    source = random.Random(7)
    hits = sum(is_card_number(str(source.randrange(10**15, 10**16))) for _ in range(20_000))
    assert 0 < hits < 20_000 * 0.04
