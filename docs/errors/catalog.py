"""Reads the catalogue of error codes and makes its page."""

from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field

from trueup import errors

FOLDER = Path(__file__).parent
# In the order of the page: a file for each class.
FILES = ("command", "config", "access", "contract", "quality", "integrity", "transient")
HEAD = """# Errors

Generated from `docs/errors`. An error shows its code first, as in `✗ TUP-302`. A code means one
case only, and its class says who can act. Each entry says what the case means for the numbers, then
what to do; the error itself says so for the very file, account or day. A link to an entry ends in
its code: `#tup-302`.

A script should tell cases apart by their code or by the [exit code](cli.md#exit-codes), never by
the text. A command that meets several errors ends with the one that somebody must mend first.
"""
ACTORS = {
    "TrueupError": "whoever typed the command",
    "ConfigError": "the user, in the project file, the environment or the installation",
    "AccessError": "the user, at the vendor: a credential or a permission",
    "ContractError": "the connector's maintainer; the vendor sent what it does not know",
    "QualityError": "the data's owner; data broke what is expected of it",
    "IntegrityError": "the operator of the machine; lake, state or disk are not as they should be",
    "TransientError": "nobody at first; the same command may succeed later",
}


class Case(BaseModel):
    """What one code means, to somebody who met it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = Field(min_length=1)
    numbers: str = Field(min_length=1)
    do: str = Field(min_length=1)
    command: str = ""
    # Said only where several modules raise the code, so that none comes to share it unseen.
    modules: tuple[str, ...] = ()
    # Only the cases without a class of their own say it: they end in codes that shells know.
    exit_code: int | None = None


class Kind(BaseModel):
    """All cases of one class of error."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    name: str = Field(alias="class")
    errors: dict[str, Case]

    def exit_code(self, code: str) -> int:
        """How a command ends that meets the case."""
        own: int | None = self.errors[code].exit_code
        return getattr(errors, self.name).exit_code if own is None else own


def kinds() -> list[Kind]:
    """The catalogue, one class after the other."""
    texts = [(FOLDER / f"{name}.yml").read_text() for name in FILES]
    return [Kind.model_validate(yaml.safe_load(text)) for text in texts]


def errors_page() -> str:
    """Every code: the case, who acts, how the command ends, the numbers, and what to do."""
    return HEAD + "".join(_section(kind) for kind in kinds())


def _section(kind: Kind) -> str:
    head = f"\n## {kind.name}\n\nWho acts: {ACTORS[kind.name]}.\n"
    return head + "".join(_entry(kind, code, case) for code, case in kind.errors.items())


def _entry(kind: Kind, code: str, case: Case) -> str:
    lines = [
        *("", f"### {code}", ""),
        *(f"**{case.title}.** Exit code {kind.exit_code(code)}.", ""),
        *(case.numbers, "", f"**Do:** {case.do}"),
        *(("", "```", case.command, "```") if case.command else ()),
    ]
    return "\n".join(lines) + "\n"
