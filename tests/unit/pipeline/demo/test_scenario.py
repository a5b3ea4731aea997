"""Every example: its scenario, its faults and its files belong together."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.unit.pipeline.demo.scenarios import BRIGHTCART, brightcart, copied_example
from trueup.errors import ConfigError
from trueup.pipeline.demo.examples import EXAMPLES, SCENARIO_FILE, example_names, fault_names
from trueup.pipeline.demo.folder import make_folder, publish_files
from trueup.pipeline.demo.scenario import MissingRows, environment_of, load_fault, load_scenario

NOW = datetime(2026, 7, 31, 6, tzinfo=UTC)
FAULTS = [(name, fault) for name in example_names() for fault in fault_names(EXAMPLES / name)]


def rates(folder: Path) -> list[list[str]]:
    return [line.split(",") for line in (folder / "fx_rates.csv").read_text().splitlines()[1:]]


@pytest.mark.parametrize("name", example_names())
def test_a_scenario_sets_every_variable_that_its_project_names(name: str) -> None:
    scenario = load_scenario(name)
    named = re.findall(r"\$\{(\w+)\}", (scenario.folder / "trueup.yml").read_text())
    assert set(named) == set(scenario.environment)


@pytest.mark.parametrize(("name", "fault"), FAULTS)
def test_a_fault_refers_to_proofs_and_files_of_its_scenario(name: str, fault: str) -> None:
    scenario = load_scenario(name)
    loaded = load_fault(scenario, fault)
    assert loaded.rules or loaded.missing_rows
    assert loaded.proof is None or loaded.proof in scenario.proofs
    assert loaded.missing_rows is None or loaded.missing_rows.file in scenario.dated_files


def test_a_mistyped_key_is_named_with_its_file(tmp_path: Path) -> None:
    folder = copied_example(tmp_path / "shop")
    path = folder / SCENARIO_FILE
    path.write_text(path.read_text().replace("world:", "wurld:"))
    with pytest.raises(ConfigError, match=r"scenario\.yml line 2: unknown key 'wurld'"):
        load_scenario(str(folder))


def test_options_of_a_world_that_only_the_simulators_know_reach_them(tmp_path: Path) -> None:
    scenario = load_scenario(str(copied_example(tmp_path / "shop", hostile_share=3)))
    words = scenario.simulators.arguments()
    assert words[words.index("--hostile-share") + 1] == "3"
    assert words[words.index("--start") + 1] == "2026-06-01"


def test_variables_are_filled_with_what_the_simulators_announce() -> None:
    found = environment_of(brightcart(), {"base_url": "http://x:1", "shop": "a.example"})
    assert found["BRIGHTCART_META_URL"] == "http://x:1/meta"
    assert found["BRIGHTCART_SHOPIFY_SHOP"] == "a.example"


def test_the_folder_holds_the_project_without_its_scenario(tmp_path: Path) -> None:
    folder = copied_example(tmp_path / "mine")
    (folder / "models").mkdir()
    (folder / "models" / "orders.sql").write_text("select 1")
    made = tmp_path / "made"
    make_folder(made, load_scenario(str(folder)))
    names = {path.relative_to(made).as_posix() for path in made.rglob("*") if path.is_file()}
    assert names == {"trueup.yml", "models/orders.sql", ".trueup-demo"}


def test_a_row_is_not_there_before_its_time(tmp_path: Path) -> None:
    publish_files(tmp_path, brightcart(), NOW)
    assert max(row[2] for row in rates(tmp_path)) == "2026-07-30"
    published = (BRIGHTCART / "fx_rates.csv").read_text().splitlines()
    assert len(rates(tmp_path)) < len(published) - 1


def test_missing_rows_are_the_newest_of_their_kind(tmp_path: Path) -> None:
    publish_files(tmp_path, brightcart(), NOW)
    whole = rates(tmp_path)
    gap = MissingRows(file="fx_rates.csv", where={"base": "EUR"}, newest=2)
    publish_files(tmp_path, brightcart(), NOW, gap)
    left = rates(tmp_path)
    missing = [row for row in whole if row not in left]
    assert [(row[0], row[2]) for row in missing] == [("EUR", "2026-07-29"), ("EUR", "2026-07-30")]
