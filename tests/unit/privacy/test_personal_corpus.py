"""Personal values among names, days and codes: all of the first are found, none of the second."""

import html
import json
import re
from urllib.parse import quote, unquote

import pytest

from tests.unit.privacy.counted_work import work_of
from tests.unit.privacy.personal_corpus import (
    ADDRESS_CONTEXTS,
    ADDRESSES,
    MARKED_PHONES,
    PHONE_CONTEXTS,
    PHONES,
    SPACED_PHONES,
    UNTOUCHED,
)
from trueup.privacy.pii_detection import has_sign, is_suspect, masked, stray_places, strays_in

PERSONAL = [
    *((context, value) for context in ADDRESS_CONTEXTS for value in ADDRESSES),
    *((context, value) for context in PHONE_CONTEXTS for value in PHONES),
    *((context, value) for context in PHONE_CONTEXTS[:6] for value in SPACED_PHONES),
    *(("{}", value) for value in MARKED_PHONES),
]
LAYERS = {
    "percent": quote,
    "percent, all": lambda text: "".join(f"%{byte:02X}" for byte in text.encode()),
    "percent, lower case": lambda text: quote(text).lower(),
    "percent and u": lambda text: text.replace("@", "%u0040"),
    "HTML, decimal": lambda text: text.replace("@", "&#64;"),
    "HTML, padded": lambda text: text.replace("@", "&#00064;"),
    "HTML, hexadecimal": lambda text: text.replace("@", "&#x40;"),
    "HTML, name": lambda text: text.replace("@", "&commat;").replace(".", "&period;"),
    "HTML, all": lambda text: "".join(f"&#{ord(character)};" for character in text),
    "HTML of HTML": lambda text: html.escape(text.replace("@", "&#64;")),
    "u escape": lambda text: text.replace("@", "\\u0040"),
    "u escape, braces": lambda text: text.replace("@", "\\u{40}"),
    "x escape": lambda text: text.replace("@", "\\x40"),
    "JSON": lambda text: json.dumps(text.replace("@", "\uff20")),
    "JSON in JSON": lambda text: json.dumps(json.dumps(text.replace("@", "\uff20"))),
}


def record_of(text: str) -> bytes:
    return json.dumps({"x": text}, ensure_ascii=False).encode()


def test_the_corpus_is_large_enough() -> None:
    assert len(set(PERSONAL)) >= 400
    assert len(set(UNTOUCHED)) == len(UNTOUCHED) >= 80


def is_found(text: str, value: str) -> bool:
    record, found = record_of(text), [stray.value for stray in strays_in(text)]
    # A page with nothing but digits behind a scheme is not searched.
    is_seen = has_sign(record) or re.match("(?i)(tel|sms|callto):", text)
    is_placed = is_suspect(record) and len(stray_places(record, (), "")) == 1
    return bool(is_seen and is_placed and found[0] in unquote(text) and found[0][-4:] in value[-8:])


def test_every_personal_value_is_found_in_every_context() -> None:
    texts = [(context.format(value), value) for context, value in PERSONAL]
    assert [text for text, value in texts if not is_found(text, value)] == []


def test_names_days_and_codes_stay_as_they_are() -> None:
    changed = [(text, masked(text)) for text in UNTOUCHED if masked(text) != text]
    changed += [(text, "") for text in UNTOUCHED if stray_places(record_of(text), (), "")]
    assert changed == []


@pytest.mark.parametrize("name", LAYERS)
def test_an_address_is_found_under_every_encoding(name: str) -> None:
    text = f"to {LAYERS[name]('ann@example.com')} now"
    record = record_of(text)
    assert has_sign(record)
    [place] = stray_places(record, (), "")
    assert place.request.value.replace("\uff20", "@") == "ann@example.com"


@pytest.mark.parametrize("second", LAYERS)
@pytest.mark.parametrize("first", LAYERS)
def test_an_address_is_found_under_two_encodings(first: str, second: str) -> None:
    text = LAYERS[second](f"to {LAYERS[first]('ann@example.com')} now")
    record = record_of(text)
    assert has_sign(record)
    [place] = stray_places(record, (), "")
    assert place.request.value.replace("\uff20", "@") == "ann@example.com"


@pytest.mark.parametrize("name", ["percent", "HTML of HTML", "percent, all"])
def test_six_layers_are_undone_and_no_more(name: str) -> None:
    text, layer = "ann@example.com", LAYERS["percent"]
    for _ in range(6):
        text = layer(text)
    assert [stray.value for stray in strays_in(text)] == ["ann@example.com"]
    assert strays_in(layer(text)) == []


@pytest.mark.parametrize("text", ["YW5uQGV4YW1wbGUuY29t", "ann=40example.com", "ann at x.com"])
def test_other_encodings_are_not_found_as_the_decision_says(text: str) -> None:
    assert strays_in(text) == []


@pytest.mark.parametrize(
    "unit",
    [
        *("ann@example.com ", "a@b.de,", "?name=ann", "?phone=ann", "?name={a", "&a=1", "@", "a"),
        *("%25", "%2540", "&amp;", "\\u0040", "&#64;", "a.a@", "a.", "+49 30 1234567 "),
        "?email=a@b",
    ],
)
def test_the_work_grows_as_the_text_does(unit: str) -> None:
    short, long = (unit * (size // len(unit)) for size in (8_000, 32_000))
    for search in (strays_in, lambda text: stray_places(record_of(text), (), "")):
        assert work_of(search, long) < 5 * work_of(search, short)
