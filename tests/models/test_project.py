"""The project describes itself: every model, and dbt's own unit tests of the subtle ones."""

from pathlib import Path

import pytest
import yaml

from tests.models.snowflake_rendering import MODELS
from tests.models.warehouse_harness import PROJECT, Warehouse, run_unit_tests

DESCRIBED = {
    model["name"]: model["description"]
    for path in (PROJECT / "models").rglob("*.yml")
    for model in yaml.safe_load(path.read_text()).get("models", [])
}


def test_every_model_is_described_and_nothing_else() -> None:
    assert set(DESCRIBED) == {path.stem for path in MODELS}


@pytest.mark.parametrize("name", sorted(DESCRIBED))
def test_a_description_begins_with_the_grain(name: str) -> None:
    assert DESCRIBED[name].startswith("One row per ")


def test_the_unit_tests_of_the_models_pass(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "w.duckdb")
    warehouse.transform()
    assert run_unit_tests(warehouse) == 4
