import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.core.stream import PersonalKind
from trueup.privacy.tokens import is_token, normalised, random_tokens

EMAIL, PHONE, IP, NAME = (
    PersonalKind.EMAIL,
    PersonalKind.PHONE,
    PersonalKind.IP,
    PersonalKind.NAME,
)


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (EMAIL, "Ann@Example.com ", "ann@example.com"),
        (EMAIL, "\uff41nn@example.com", "ann@example.com"),
        (EMAIL, "STRASSE@x.de", "straße@x.de"),
        (PHONE, "+49 (151) 234-567", "0049151234567"),
        (PHONE, "\uff0b49151234567", "+49151234567"),
        (IP, "2001:DB8:0::1", "2001:db8::1"),
        (IP, "::ffff:10.0.0.1", " 10.0.0.1"),
        (NAME, "Zoe\u0308", "Zoë"),
    ],
)
def test_the_same_value_in_other_words_is_the_same(
    kind: PersonalKind, one: str, other: str
) -> None:
    assert normalised(kind, one) == normalised(kind, other)


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [(PHONE, "+4915", "4915"), (PHONE, "x1", "x2"), (NAME, "ann", "Ann"), (IP, "a", "b")],
)
def test_other_values_stay_apart(kind: PersonalKind, one: str, other: str) -> None:
    assert normalised(kind, one) != normalised(kind, other)


@given(st.sampled_from(PersonalKind), st.text())
def test_normalising_twice_changes_nothing(kind: PersonalKind, value: str) -> None:
    assert normalised(kind, normalised(kind, value)) == normalised(kind, value)


def test_tokens_are_random_and_say_their_kind() -> None:
    tokens = random_tokens([EMAIL, NAME] * 500)
    assert len(set(tokens)) == 1000
    assert all(map(is_token, tokens))
    assert re.fullmatch(r"tok_email_[a-z2-7]{26}", tokens[0])
    assert len(set("".join(token.rpartition("_")[2] for token in tokens))) == 32
