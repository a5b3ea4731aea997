import pytest

from trueup.errors import known_names


@pytest.mark.parametrize(
    ("name", "known", "hint"),
    [
        ("shopfy", ["shopify", "fx"], "Did you mean 'shopify'? Known sources: fx, shopify."),
        ("erp", ["shopify", "fx"], "Known sources: fx, shopify."),
        ("erp", [], "Known sources: none."),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest_and_all_known(name, known, hint) -> None:
    assert known_names(name, known, "sources") == hint
