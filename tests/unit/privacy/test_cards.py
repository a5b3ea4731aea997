import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.privacy.privacy_builders import AMEX, CARDS, VISA, compact
from trueup.privacy.cards import (
    masked_record,
    masked_records,
    without_cards,
    without_doubtful_digits,
)
from trueup.privacy.digits import is_card_number


def found(record: bytes) -> bool:
    """True when the record is found among others and both searches agree."""
    page = [b'{"id":"1"}', record, b'{"id":"4111111111111111"}']
    fast = masked_records(page)
    assert fast.get(1, masked_record(record)) == masked_record(record)
    assert bool(fast) == (masked_record(record).cards > 0)
    return set(fast) == {1}


def masked(record: bytes) -> bytes:
    return masked_record(record).payload


def grouped(digits: str, separator: str, size: int = 4) -> str:
    return separator.join(digits[at : at + size] for at in range(0, len(digits), size))


def fullwidth(digits: str) -> str:
    return "".join(chr(0xFF10 + int(digit)) for digit in digits)


@pytest.mark.parametrize("card", CARDS)
def test_card_numbers_of_every_network_are_found(card: str) -> None:
    assert is_card_number(card)
    assert found(compact({"note": f"pay with card {card}, thanks"}))
    assert found(b'{"cardNumber":' + card.encode() + b"}")
    assert found(compact({"note": card})) == (len(card) >= 15)


def test_a_number_without_a_name_of_cards_stays_a_number() -> None:
    records = [b'{"amount":4111111111111111}', b'{"x":[4111111111111111.0]}']
    assert masked_records(records) == {}


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
        f"https://shop/?q={VISA}&x=1",
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
        b'{"note":"\\u00e9 ' + VISA.encode() + b'"}',
        b'{"note":"\\u00e9.' + VISA.encode() + b'"}',
        b'{"card":"\\u004141111111 11111111"}',
        json.dumps({"note": fullwidth(VISA)}).encode(),
        json.dumps({"note": fullwidth(VISA)}, ensure_ascii=False).encode(),
        json.dumps({"n": VISA.translate({48 + d: 0x0660 + d for d in range(10)})}).encode(),
        json.dumps({"n": fullwidth(VISA[:8]) + VISA[8:]}, ensure_ascii=False).encode(),
        json.dumps({"Straße": {"x": [1, [VISA]]}}, ensure_ascii=False).encode(),
        compact({"4111 1111 1111 1111": 1}),
        compact({'id "note': VISA}),
        compact({"id\nnote": VISA}),
        compact({"id": {"note": VISA}}),
        compact({"id": f"card {VISA}"}),
        b'{"card":4111111111111111.0}',
        b'{"card":-4111111111111111}',
        b'{"note":"{\\"text\\":\\"4111111111111111\\"}"}',
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


def test_the_digits_are_replaced_and_all_else_stays() -> None:
    record = b'{ "note" : "pay 4111 1111 1111 1111, \\u00e9" ,"id":"4111111111111111", "n": 1.50 }'
    assert masked(record) == (
        b'{ "note" : "pay [card], \\u00e9" ,"id":"4111111111111111", "n": 1.50 }'
    )
    assert masked_record(b'{"a":"visa 4111111111111111 or amex 378282246310005"}').cards == 2
    assert masked(b'{"url":"/p?a=1&card=4111%201111+1111-1111&b=2"}') == (
        b'{"url":"/p?a=1&card=[card]&b=2"}'
    )
    assert masked(b'{"card_number": 4111111111111111 }') == b'{"card_number": "[card]" }'


SIGNS = [" ", "-", ".", "+", '"', ":", "\\", "x", "é", "\uff14", "\u00a0", "0", "/", ",", "\t"]
CODES = ["card ", "id=", "%20", "%34", "&nbsp;", "&#52;", "\\u0034", "%2D", "exp 12/26"]
PIECES = st.sampled_from([*CARDS, "4111", "1111", *SIGNS, *CODES])
TEXTS = st.lists(PIECES, max_size=12).map("".join)
KEYS = st.sampled_from(["id", "ad_id", "note", "resourceName", "phone", "value", "name", "card"])
VALUES = st.recursive(
    TEXTS | st.integers(0, 10**19) | st.floats(0, 1e18) | st.none() | st.sampled_from([int(VISA)]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | TEXTS, inner, max_size=3),
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
    plain = [index for index, record in enumerate(records) if masked_record(record).cards]
    assert list(masked_records(records)) == plain


@given(VALUES, st.booleans())
def test_a_masked_record_is_sound_and_has_nothing_more_to_mask(
    value: object, ascii_only: bool
) -> None:
    record = json.dumps({"x": value}, ensure_ascii=ascii_only).encode()
    once = masked_record(record)
    assert isinstance(json.loads(once.payload), dict)
    if once.cards == 0:
        assert once.payload == record


def test_pages_larger_than_a_step_are_searched_to_the_end() -> None:
    filler = compact({"id": "1", "text": "lorem ipsum " * 500})
    records = [filler] * 400
    records[137] = records[399] = compact({"note": VISA})
    assert list(masked_records(records)) == [137, 399]
    assert list(masked_records([compact({"x": "y " * 1_500_000 + VISA})])) == [0]
    assert masked_records([]) == {}


def test_cards_are_found_wherever_in_a_large_page() -> None:
    one_in_three = [compact({"x": VISA if n % 3 == 0 else "y" * (n % 7)}) for n in range(30_000)]
    assert list(masked_records(one_in_three)) == [*range(0, 30_000, 3)]


@given(st.lists(st.sampled_from(CARDS), min_size=1, max_size=3), TEXTS)
def test_text_without_doubtful_digits_holds_no_card_number(cards: list[str], text: str) -> None:
    dirty = f"a {cards[0]} {text} " + ", ".join(grouped(card, "-") for card in cards)
    for spelled in (dirty, json.dumps(dirty), json.dumps(dirty, ensure_ascii=False)):
        clean = without_doubtful_digits(spelled)
        assert without_doubtful_digits(clean) == clean
        assert masked_record(compact({"x": clean})).cards == 0


def test_doubtful_digits_are_masked_in_what_no_parser_reads() -> None:
    assert without_doubtful_digits(f"a {VISA}\u00e9 b 123") == "a [card]\u00e9 b 123"
    assert without_doubtful_digits("4111-1111-1111-1111.") == "[card]."
    assert without_doubtful_digits('{"id":"\\u0034' + VISA[1:] + '"') == '{"id":"[card]"'
    assert without_doubtful_digits("x 4111%201111%201111%201111") == "x [card]"


def test_messages_keep_their_identifiers() -> None:
    text = "orders/4111111111111111: sku 4006381000093 is unknown, card 4111 1111 1111 1111"
    assert without_cards(text) == text.replace("4111 1111 1111 1111", "[card]")
    assert without_cards("C:\\users\\4111-1111-1111-1111") == "C:\\users\\[card]"


def test_random_digits_are_rarely_taken_for_a_card_number() -> None:
    source = random.Random(7)
    hits = sum(is_card_number(str(source.randrange(10**15, 10**16))) for _ in range(20_000))
    assert 0 < hits < 20_000 * 0.04
