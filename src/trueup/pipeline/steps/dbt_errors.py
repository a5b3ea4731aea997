"""Errors from dbt's failures."""

import re
from pathlib import Path
from typing import Any

from trueup.errors import ConfigError, IntegrityError, QualityError, TrueupError
from trueup.warehouse.duckdb import damaged_error, is_damage

# How DuckDB, in a model's message, says that the disk and not the model is at fault.
_DISK_FAULT = re.compile(
    r"No space left|Could not (write|truncate|fsync)|Failed to commit|Disk quota"
    r"|\[Errno \d+\]"
)


def failure(result: Any, warehouse: Path) -> TrueupError:
    """Return the error of a failed dbt run; raises KeyboardInterrupt if somebody stopped it."""
    failures = [
        (entry.node.name, str(entry.message or "").strip())
        for entry in getattr(result.result, "results", None) or []
        if str(entry.status) in ("error", "fail", "runtime error")
    ]
    if not failures:
        if isinstance(result.exception, KeyboardInterrupt):
            raise KeyboardInterrupt  # dbt catches Ctrl-C and hands it over as a result
        told = str(result.exception).strip() or type(result.exception).__name__
        if is_damage(told):
            return damaged_error(warehouse, told)
        if _DISK_FAULT.search(told):
            return disk_error("dbt", told.splitlines()[0])
        return ConfigError(
            f"models: {' '.join(told.split())[:300]}",
            why="Nothing was published; readers keep seeing the last good version.",
            hint="See the log in the workspace under dbt/logs. If you changed no model, this is a "
            "defect of Trueup: please report it with this message.",
            code="TUP-314",
        )
    for name, message in failures:
        if is_damage(message):
            line = next(line for line in message.splitlines() if is_damage(line))
            return damaged_error(warehouse, f"model {name}: {line.strip()}")
        if _DISK_FAULT.search(message):
            line = next(line for line in message.splitlines() if _DISK_FAULT.search(line))
            return disk_error(f"model {name}", line.strip())
    name, message = failures[0]
    first = next((line for line in message.splitlines() if line.strip()), "failed")
    return QualityError(
        f"model {name}: {first} ({len(failures)} of the models failed)",
        why="Nothing was published; readers keep seeing the last good version.",
        hint="See the log in the workspace under dbt/logs, correct the model, then: trueup run",
        code="TUP-601",
    )


def disk_error(where: str, what: str) -> IntegrityError:
    """The disk, not a model, is at fault."""
    return IntegrityError(
        f"{where}: {what}",
        why="Nothing was published; readers keep seeing the last good version.",
        hint="Free space on the workspace's disk, or give this user write access to the workspace; "
        "then run again.",
        code="TUP-707",
    )
