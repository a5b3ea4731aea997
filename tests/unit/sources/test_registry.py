import pytest

from trueup.errors import ConfigError
from trueup.sources.registry import REGISTRY, source_type


def test_a_known_type_is_found() -> None:
    assert source_type("fx") is REGISTRY["fx"]


def test_a_mistyped_type_names_the_nearest_and_all_known() -> None:
    with pytest.raises(ConfigError) as raised:
        source_type("shopfy")
    assert "'shopify'" in raised.value.hint
    assert all(name in raised.value.hint for name in REGISTRY)
