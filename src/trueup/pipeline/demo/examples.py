"""The example companies that come with Trueup: a folder each, with a scenario."""

from pathlib import Path

import trueup
from trueup.errors import ConfigError, IntegrityError, known_names

_PACKAGE = Path(trueup.__file__).parent
_PACKAGED, _CHECKOUT = _PACKAGE / "_examples", _PACKAGE.parents[1] / "examples"
# Inside an installed package, or beside `src` in a checkout.
EXAMPLES = _PACKAGED if _PACKAGED.exists() else _CHECKOUT
DEFAULT_EXAMPLE = "brightcart"
SCENARIO_FILE = "scenario.yml"
FAULTS_FOLDER = "faults"


def example_names() -> list[str]:
    """Names of the installed examples."""
    return sorted(path.parent.name for path in EXAMPLES.glob(f"*/{SCENARIO_FILE}"))


def fault_names(folder: Path) -> list[str]:
    """Names of the faults that an example can plant."""
    return sorted(path.stem for path in (folder / FAULTS_FOLDER).glob("*.yml"))


def example_folder(example: str = DEFAULT_EXAMPLE) -> Path:
    """The folder of an installed example, or the folder of that path if it has a scenario."""
    folder = EXAMPLES / example
    if (folder / SCENARIO_FILE).exists():
        return folder
    if (Path(example) / SCENARIO_FILE).exists():
        return Path(example)
    if example == DEFAULT_EXAMPLE:
        raise IntegrityError(
            f"demo: {folder} does not hold the example",
            hint="Install Trueup again; the example belongs to the package.",
            code="TUP-712",
        )
    known = example_names()
    raise ConfigError(
        f"demo: {example!r} is neither an example nor a folder with a {SCENARIO_FILE}",
        hint=known_names(example, known, "examples"),
        code="TUP-355",
    )


def fault_file(folder: Path, name: str) -> Path:
    """The file of the fault called `name`; raises ConfigError that lists the known ones."""
    known = fault_names(folder)
    if name in known:
        return folder / FAULTS_FOLDER / f"{name}.yml"
    raise ConfigError(
        f"no fault named {name!r}",
        hint=known_names(name, known, "faults"),
        code="TUP-352",
    )
