"""A damaged warehouse is rebuilt from the lake; nothing but the log of past runs is in it alone."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from trueup.errors import DamagedWarehouseError, TrueupError
from trueup.lake.file_checks import check_presence
from trueup.pipeline.events import Event, Listener
from trueup.pipeline.settings.project import Project

_T = TypeVar("_T")


def rebuilding(
    project: Project, listener: Listener, work: Callable[[], _T]
) -> tuple[_T, Path | None]:
    """Do `work`; when the warehouse turns out to be damaged, move it aside and do it once more.

    Returns the place of the damaged file, too. Raises DamagedWarehouseError, and leaves the
    file where it is, when the lake is not complete.
    """
    try:
        return work(), None
    except DamagedWarehouseError as error:
        _require_lake(project, error)
        aside = project.warehouse.move_aside()
        fields: dict[str, object] = {"error": f"{error.code} {error.message}", "moved_to": aside}
        listener(Event("warehouse_rebuilt", fields=fields))
        return work(), aside


def _require_lake(project: Project, damage: DamagedWarehouseError) -> None:
    try:
        for table in project.tables():
            if table.exists():
                check_presence(table)
    except TrueupError as error:
        raise DamagedWarehouseError(
            f"{damage.message}; and the lake is not complete: {error.message}",
            why="The warehouse could not be rebuilt, so it was left where it is. What was "
            "published stays visible.",
            hint=error.hint,
            code="TUP-732",
        ) from error
