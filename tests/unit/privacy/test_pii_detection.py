import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.privacy.pii_detection import has_sign, is_suspect, masked, stray_places, strays_in

FOUND = {
    "plain": ("write to Ann@Example.com.", [("email", "Ann@Example.com")]),
    "in quotes": ("'a@x.org' <b.c@y.uk>", [("email", "a@x.org"), ("email", "b.c@y.uk")]),
    "percent": ("/p?email=ann%40example.com&x=1", [("email", "ann@example.com")]),
    "plus in percent": ("/p?e=ann%2Bshop%40example.com", [("email", "ann+shop@example.com")]),
    "twice percent": ("/r?to=%2Fp%3Femail%3Dann%2540example.com", [("email", "ann@example.com")]),
    "escaped": (r"ann\u0040example.com", [("email", "ann@example.com")]),
    "umlauts": ("jörg@bü.de j%C3%B6rg%40x.de", [("email", "jörg@bü.de"), ("email", "jörg@x.de")]),
    "apostrophe": ("o'brien@example.com", [("email", "o'brien@example.com")]),
    "wide": ("ann\uff20example.com", [("email", "ann\uff20example.com")]),
    "punycode": ("ann@example.xn--p1ai", [("email", "ann@example.xn--p1ai")]),
    "no dot, but named so": ("?email=ann@intranet", [("email", "ann@intranet")]),
    "after a campaign": ("spring_ann@example.com_v2", [("email", "spring_ann@example.com")]),
    "tel": ("call tel:030-1234-5678 now", [("phone", "030-1234-5678")]),
    "tel, percent": ("href=tel%3A%2B493012345678", [("phone", "+493012345678")]),
    "tel, percent, no plus": ("href=tel%3A03012345678", [("phone", "03012345678")]),
    "international": ("Tel. +49 (30) 1234-5678, Ann", [("phone", "+49 (30) 1234-5678")]),
    "phone parameter": ("?phone=4930123456&id=4930123456", [("phone", "4930123456")]),
    "plus parameter": ("?tel=%2B15550107799", [("phone", "+15550107799")]),
    "names": ("?first_name=Ann&lastName=M%C3%BCller+Ba", [("name", "Ann"), ("name", "Müller Ba")]),
    "name": ("https://x.com/?name=Ann%26Bob#top", [("name", "Ann&Bob")]),
    "nested names": ("?customer%5Bfirst_name%5D=Ann&a[name]=b", [("name", "Ann")]),
    "whose": ("?billing_address[last-name]=Li&contactName=Bo", [("name", "Li"), ("name", "Bo")]),
    "address": ("?address1=1+Main+St&zip=506", [("address", "1 Main St"), ("address", "506")]),
    "address in a name": ("?name=ann%40x.com", [("email", "ann@x.com")]),
    "bare query": ("email=a@x.com&first_name=Ann", [("email", "a@x.com"), ("name", "Ann")]),
}  # fmt: skip
UNHARMED = [
    "gid://shopify/Order/4930123456789",
    "https://x.com/?gclid=EAIaIQobChMI4930123456789&utm_id=120210000000000000&fbclid=IwAR0",
    "/products/a?variant=41234567890123&utm_term=+120210000000000000",
    "?campaign_name=Spring&ad.name=Blue&product_name=x&utm_name=y&username_id=3&filename=a.png",
    "?name={{campaign.name}}&phone={phone}&name=&name=42&email=newsletter&mail=1&phone=yes",
    "https://cdn.x.com/logo@2x.png @brand ann@ @x.com lodash@4.17.21 maps/@52.5,13.4,15z",
    "2026-11-01T00:00:00+0000 +12 percent 1e+10 50%40 a+49301234567 =+49301234567",
    "utm_medium=email&utm_source=phone",
    "hotel:20261101000000 12345678901",
    "?email=tok_email_" + "a" * 26 + "&name=tok_name_" + "b" * 26,
]


@pytest.mark.parametrize("name", FOUND)
def test_what_names_a_person_is_found(name: str) -> None:
    text, expected = FOUND[name]
    assert [(s.kind.value, s.value) for s in strays_in(text)] == expected
    assert is_suspect(text.encode())
    assert has_sign(text.encode()) or name == "tel"


@pytest.mark.parametrize("text", UNHARMED)
def test_ids_templates_and_flags_are_left_alone(text: str) -> None:
    assert masked(text) == text


def test_all_around_a_value_stays_as_it_was() -> None:
    text = "/a%20b?x=%7B1%7D&email=ann%40x.com&name=A%26B&y=%C3%BC#tel:+4930123456"
    assert masked(text) == "/a%20b?x=%7B1%7D&email=[email]&name=[name]&y=%C3%BC#tel:[phone]"
    assert masked(masked(text)) == masked(text)


def test_a_value_with_surrogates_in_pairs_is_whole() -> None:
    [stray] = strays_in(r"\ud83d\ude00?name=\ud83d\ude00Ann")
    assert stray.value == "\U0001f600Ann"


def test_a_fields_name_that_is_an_address_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        stray_places(b'{"ann@x.com": 1}', (), "")


@given(st.text(alphabet='ab@.%4025=?&+\\"\uff20éname:tl', max_size=40), st.booleans())
def test_whatever_is_masked_stays_sound_and_nothing_is_left(text: str, ascii_only: bool) -> None:
    written = json.dumps(text, ensure_ascii=ascii_only)
    again = '"' + masked(written[1:-1]) + '"'
    assert isinstance(json.loads(again), str)
    if strays_in(written[1:-1]):
        assert is_suspect(written.encode())
