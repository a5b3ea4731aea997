"""Scenarios for tests: an example with a smaller world, or a copy of it in a folder of its own."""

import shutil
from pathlib import Path

import yaml

from trueup.pipeline.demo.examples import EXAMPLES, SCENARIO_FILE
from trueup.pipeline.demo.scenario import Scenario, load_scenario

BRIGHTCART = EXAMPLES / "brightcart"


def brightcart(**world: object) -> Scenario:
    """BrightCart with other options of its world."""
    scenario = load_scenario("brightcart")
    simulators = scenario.simulators.model_copy(update=world)
    return scenario.model_copy(update={"simulators": simulators})


def copied_example(folder: Path, **world: object) -> Path:
    """A copy of BrightCart with other options of its world, as a user may write one."""
    shutil.copytree(BRIGHTCART, folder)
    path = folder / SCENARIO_FILE
    settings = yaml.safe_load(path.read_text())
    settings["simulators"] |= world
    path.write_text(yaml.safe_dump(settings, sort_keys=False))
    return folder
