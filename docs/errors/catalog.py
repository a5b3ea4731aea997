"""Reads the catalogue of error codes and writes its page."""

from pathlib import Path
from typing import NamedTuple

import yaml
from pydantic import BaseModel, ConfigDict, Field

from trueup import errors

FOLDER = Path(__file__).parent
# One file per class, in the order of the page.
FILES = ("command", "config", "access", "contract", "quality", "integrity", "transient")
HEAD = """# Errors

Generated from `docs/errors`. Every error shows its code first, as in `✗ TUP-302`. A code stands for
one situation only. The error's own message names the file, account or day concerned.

Each entry says who acts, what the error means for the numbers, and what to do. Some words have a
fixed meaning, such as *window*, *batch* and *withheld*: see the [glossary](../glossary.md). A link
to an entry ends in its code, as in `#tup-302`.

Scripts should distinguish errors by their code or [exit code](cli.md#exit-codes), never by the
text. A command that meets several errors ends with the exit code of the one to fix first.

| class | what is wrong | who acts |
|---|---|---|
"""


class Actor(NamedTuple):
    """A class of errors in words: the common cause, and the person who can fix it."""

    cause: str
    who: str


ACTORS = {
    "TrueupError": Actor("The command was wrong, was stopped, or met a defect.", "you"),
    "ConfigError": Actor(
        "A setting, an environment variable or a part of the installation is missing or wrong.",
        "you",
    ),
    "AccessError": Actor(
        "A credential was refused or lacks a permission.", "you, in the vendor's account"
    ),
    "ContractError": Actor(
        "The vendor sent something that the connector does not understand.",
        "Trueup's maintainers, after your report",
    ),
    "QualityError": Actor(
        "A model failed, or the data does not meet the condition of a gate.",
        "the owner of the data",
    ),
    "IntegrityError": Actor(
        "The lake, the warehouse, the vault or a disk is not in the expected state.",
        "the operator of the machine",
    ),
    "TransientError": Actor(
        "Nothing is broken. The same command may succeed later.",
        "nobody yet; run the command again",
    ),
}


class Case(BaseModel):
    """One error code, explained to the person who met it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = Field(min_length=1)
    numbers: str = Field(min_length=1)
    do: str = Field(min_length=1)
    command: str = ""
    # Only where somebody else acts than for the other errors of the class.
    who: str = ""
    # Only for a code that several modules raise, so that no further module shares it unnoticed.
    modules: tuple[str, ...] = ()
    # Only for codes without a class of their own, which end with exit codes that shells know.
    exit_code: int | None = None


class Kind(BaseModel):
    """All codes of one class of errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    name: str = Field(alias="class")
    errors: dict[str, Case]

    def exit_code(self, code: str) -> int:
        """Exit code of a command that ends with this error."""
        own: int | None = self.errors[code].exit_code
        return getattr(errors, self.name).exit_code if own is None else own


def kinds() -> list[Kind]:
    """All classes with their codes, in the order of the page."""
    texts = [(FOLDER / f"{name}.yml").read_text() for name in FILES]
    return [Kind.model_validate(yaml.safe_load(text)) for text in texts]


def errors_page() -> str:
    """The page of all codes: who acts, what it means for the numbers, what to do."""
    found = kinds()
    return HEAD + "".join(map(_row, found)) + "".join(map(_section, found))


def _row(kind: Kind) -> str:
    actor = ACTORS[kind.name]
    return f"| [{kind.name}](#{kind.name.lower()}) | {actor.cause} | {actor.who} |\n"


def _section(kind: Kind) -> str:
    head = f"\n## {kind.name}\n\n{ACTORS[kind.name].cause}\n"
    return head + "".join(_entry(kind, code, case) for code, case in kind.errors.items())


def _entry(kind: Kind, code: str, case: Case) -> str:
    who = case.who or ACTORS[kind.name].who
    lines = [
        *("", f"### {code}", ""),
        *(f"**{case.title}.** Exit code {kind.exit_code(code)}.", ""),
        f"- Who acts: {who}.",
        f"- For the numbers: {case.numbers}",
        f"- What to do: {case.do}",
        *(("", "```", case.command, "```") if case.command else ()),
    ]
    return "\n".join(lines) + "\n"
