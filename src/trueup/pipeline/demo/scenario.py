"""An example's scenario: its world, the SQL that compares it with the truth, and its faults."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from trueup.pipeline.demo.examples import (
    DEFAULT_EXAMPLE,
    SCENARIO_FILE,
    example_folder,
    fault_file,
)
from trueup.pipeline.settings.config import parse_model
from trueup.pipeline.settings.yaml_file import read_settings


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class World(BaseModel):
    """Options of the simulators; equal options give an equal world."""

    model_config = ConfigDict(frozen=True, extra="allow")

    seed: int = Field(description="Seed of the simulated world.")
    days: int = Field(ge=1, description="Days that have passed when the demo begins.")

    def arguments(self) -> list[str]:
        """Words of the command line that starts the simulators."""
        return [
            word for name, value in self for word in (f"--{name.replace('_', '-')}", str(value))
        ]


class Comparison(_Strict):
    """Figures of one grain, as published and in truth; money is added up per currency only."""

    figures: dict[str, Literal["money", "count"]] = Field(description="Columns to compare.")
    cells: list[str] = Field(description="Columns that name a cell.")
    published: str = Field(description="SQL with the cells and figures as published.")
    truth: str = Field(description="SQL with the cells and figures of the truth.")


class Attribution(_Strict):
    """Orders per channel, as credited and by their true cause."""

    title: str = Field(description="Heading of the table.")
    published: str = Field(description="SQL with channel and orders as credited.")
    truth: str = Field(description="SQL with channel and orders of the truth.")


class Identity(_Strict):
    """Net revenue of finance, and its split over channels."""

    finance: str = Field(description="SQL with one amount.")
    channels: str = Field(description="SQL with the channels' names and amounts.")


class ProofQuery(_Strict):
    """A figure that a fault aims at, from several sides."""

    figure: str = Field(description="Name of the figure.")
    published: str = Field(description="SQL with the figure, for the versions before and after.")
    truth: str | None = Field(default=None, description="SQL with the figure of the truth.")
    as_known_before: str | None = Field(default=None, description="SQL over the history.")
    as_candidate: bool = Field(default=False, description="Show what a gate withheld, too.")


class Scenario(_Strict):
    """Content of a `scenario.yml`; `folder` holds it, the project and the faults.

    `example` is what people call it by: a name, or the path of the folder.
    """

    example: str
    folder: Path
    title: str = Field(description="Name of the company.")
    world: str = Field(description="A line about the world.")
    simulators: World = Field(description="Options of the simulators.")
    environment: dict[str, str] = Field(description="Variables that trueup.yml names.")
    dated_files: dict[str, str] = Field(
        default={}, description="Files whose rows exist from the time in the named column on."
    )
    comparisons: list[Comparison] = Field(description="Figures to compare with the truth.")
    attribution: Attribution | None = Field(default=None, description="Orders per channel.")
    revenue_identity: Identity | None = Field(default=None, description="Revenue and its split.")
    changed_days: str = Field(description="SQL with day, channel, spend and revenue.")
    proofs: dict[str, ProofQuery] = Field(default={}, description="Figures that faults aim at.")


class MissingRows(_Strict):
    """Rows that a dated file's provider leaves out."""

    file: str = Field(description="One of dated_files.")
    where: dict[str, str] = Field(description="Values of the rows' columns.")
    newest: int = Field(ge=1, description="Rows that are left out.")


class Fault(_Strict):
    """Content of a file in `faults/`; `name` is the file's."""

    name: str
    does: str = Field(description="What was done to the world.")
    expected: str = Field(description="What should come of it.")
    hours_later: float = Field(default=0, ge=0, description="Time that passes first.")
    rules: list[dict[str, Any]] = Field(default=[], description="Rules for the simulators.")
    missing_rows: MissingRows | None = Field(default=None, description="Rows left out of a file.")
    proof: str | None = Field(default=None, description="One of the scenario's proofs.")


def load_scenario(example: str = DEFAULT_EXAMPLE) -> Scenario:
    """The scenario of an installed example, or of a folder that has one."""
    folder = example_folder(example)
    file = read_settings(folder / SCENARIO_FILE)
    return parse_model(Scenario, {**file.values, "example": example, "folder": folder}, file)


def load_fault(scenario: Scenario, name: str) -> Fault:
    """One of the scenario's faults; raises ConfigError that lists the known ones."""
    file = read_settings(fault_file(scenario.folder, name))
    return parse_model(Fault, {**file.values, "name": name}, file)


def environment_of(scenario: Scenario, announced: Mapping[str, Any]) -> dict[str, str]:
    """The variables of the project, filled with what the simulators announced."""
    return {name: text.format_map(announced) for name, text in scenario.environment.items()}
