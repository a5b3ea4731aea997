"""Every requested field is used: by staging, as a key, or as declared personal data."""

import re
from functools import cache
from pathlib import Path

import pytest

import trueup
from trueup.sources.google_ads.client import _camel
from trueup.sources.google_ads.streams import STREAMS as GOOGLE
from trueup.sources.meta_ads.streams import STREAMS as META
from trueup.sources.shopify.documents import document, operations
from trueup.sources.shopify.streams import STREAMS as SHOPIFY

DBT = Path(trueup.__file__).parents[2] / "dbt"
# Ways to the next page, and ids of what is joined elsewhere.
PAGING = {"pageInfo", "hasNextPage", "endCursor", "nodes", "variants", "customer"}
_NAME = re.compile(r"\b[a-z]\w+\b")
_CUT = re.compile(r"#.*|\.\.\.\s*(on )?\w+|fragment \w+ on \w+|query \w+\([^)]*\)|\([^)]*\)")


@cache
def staging_of(source: str, stream: str) -> str:
    return (DBT / "models/staging" / source / f"stg_{source}__{stream}.sql").read_text()


@cache
def all_sql() -> str:
    return "\n".join(path.read_text() for path in DBT.rglob("*.sql"))


@pytest.mark.parametrize("stream", GOOGLE, ids=lambda stream: stream.name)
def test_every_field_of_google_ads_is_used(stream) -> None:
    asked = {_camel(field) for field in stream.fields}
    used = {field for field in asked if f"'{field}'" in staging_of("google_ads", stream.name)}
    assert asked - used - {*stream.key, stream.day, "customer.id"} == set()


@pytest.mark.parametrize("stream", META, ids=lambda stream: stream.name)
def test_every_field_of_meta_ads_is_used(stream) -> None:
    asked = set(stream.fields)
    used = {field for field in asked if f"'{field}'" in staging_of("meta_ads", stream.name)}
    assert asked - used - {*stream.key, stream.day} == set()


@pytest.mark.parametrize("operation", ["Orders", "Customers", "Products", "Shop"])
def test_every_field_of_shopify_is_used_or_declared_as_personal(operation: str) -> None:
    assert operation in operations()
    asked = set(_NAME.findall(_CUT.sub("", document(operation)))) - {"orders", "on"}
    paths = {field.path for stream in SHOPIFY for field in stream.personal}
    personal = {name for path in paths for name in re.split(r"[.\[\]]+", path)}
    used = {name for name in asked if re.search(rf"\b{name}\b", all_sql())}
    assert asked - used - personal - PAGING - {"provinceCode"} == set()
