"""Layout of the lake: its paths, and the columns of a stream's table.

```
<lake>/_trueup.json                                    format of the lake, id of its vault
<lake>/<source>/<stream>/_delta_log/…                  commits; each carries a batch header
<lake>/<source>/<stream>/ingest_date=…/<batch>-<part>-<attempt>.parquet
```
"""

import contextlib
import json
import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import portalocker
import pyarrow as pa

from trueup.core.ids import is_identifier
from trueup.errors import ConfigError, IntegrityError

LAKE_FORMAT = 1
MARKER = "_trueup.json"
# Delta Lake's library reads `%20` as a space, DuckDB the others as patterns and queries.
_MISREAD = re.compile(r"%[0-9A-Fa-f]{2}|[?*#\\\[\]]")

# Times are UTC; `payload` is the record's JSON as sent, personal values replaced by tokens.
RECORD_SCHEMA = pa.schema(
    [
        pa.field("payload", pa.string(), nullable=False),
        pa.field("record_key", pa.string()),
        pa.field("cursor_value", pa.string()),
        pa.field("operation", pa.string(), nullable=False),
        pa.field("problem", pa.string()),
        pa.field("scope", pa.string(), nullable=False),
        pa.field("window_since", pa.timestamp("us", tz="UTC")),
        pa.field("window_until", pa.timestamp("us", tz="UTC")),
        pa.field("page_index", pa.int32(), nullable=False),
        pa.field("record_index", pa.int32(), nullable=False),
        pa.field("batch_id", pa.string(), nullable=False),
        pa.field("extracted_at", pa.timestamp("us", tz="UTC"), nullable=False),
    ]
)
TABLE_SCHEMA = RECORD_SCHEMA.append(pa.field("ingest_date", pa.date32(), nullable=False))

TABLE_CONFIGURATION = {
    # The log is the audit trail: it is never cleaned up.
    "delta.enableExpiredLogCleanup": "false",
    "delta.logRetentionDuration": "interval 36500 days",
}


def table_path(lake: Path, source: str, stream: str) -> Path:
    """The folder of a stream's table; names outside `[a-z][a-z0-9_]*` cannot reach a path."""
    for name in (source, stream):
        if not is_identifier(name):
            raise ConfigError(
                f"lake: {name!r} cannot name a source or stream",
                hint="Use lower-case letters, digits and underscores, at most 63.",
                code="TUP-301",
            )
    return lake / source / stream


def open_lake(lake: Path) -> None:
    """Create the lake's folder and marker, or check that this version may write to it.

    Raises IntegrityError for a lake of a newer format and for a folder that cannot be written,
    ConfigError for one whose path the libraries would misread.
    """
    if misread := _MISREAD.search(str(lake)):
        raise ConfigError(
            f"lake {lake}: a path with {misread[0]!r} in it cannot be used",
            why="Delta Lake or DuckDB would take it for a pattern or an address and look for "
            "files elsewhere, so nothing was started.",
            hint="Rename the folder, or set workspace in trueup.yml to another one.",
            code="TUP-309",
        )
    marker = lake / MARKER
    with _told_plainly(lake):
        lake.mkdir(parents=True, exist_ok=True)
        if not marker.exists():
            # A link, unlike a rename, never replaces the marker of a process that was quicker.
            with (
                _draft(marker, {"format": LAKE_FORMAT}) as draft,
                contextlib.suppress(FileExistsError),
            ):
                os.link(draft, marker)
        found = _marker(lake)["format"]
        if found > LAKE_FORMAT:
            raise newer_format_error(f"lake {lake}", found, LAKE_FORMAT)


def noted_vault(lake: Path) -> str:
    """Id of the vault whose tokens are in the lake; empty when none is recorded."""
    with _told_plainly(lake):
        return str(_marker(lake).get("vault", "")) if (lake / MARKER).exists() else ""


def note_vault(lake: Path, vault_id: str) -> str:
    """Record the lake's vault unless one is recorded; returns the recorded one."""
    marker = lake / MARKER
    with _told_plainly(lake), marker.open("r+b") as held:
        # Whoever waited for a marker that was replaced meanwhile finds the note in the new one.
        portalocker.lock(held, portalocker.LockFlags.EXCLUSIVE)
        found = _marker(lake)
        if "vault" not in found:
            with _draft(marker, found | {"vault": vault_id}) as draft:
                draft.replace(marker)
        return str(_marker(lake)["vault"])


def holds_batches(lake: Path) -> bool:
    """True when any stream has a commit."""
    return any(True for _ in lake.glob("*/*/_delta_log/*.json"))


def _marker(lake: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((lake / MARKER).read_text())
    return {**found, "format": int(found["format"])}


@contextlib.contextmanager
def _draft(marker: Path, content: dict[str, Any]) -> Iterator[Path]:
    """Temporary file of `content` beside the marker; removed at the end."""
    draft = marker.with_name(f".{marker.name}.{secrets.token_hex(8)}")
    try:
        with draft.open("w") as file:
            file.write(json.dumps(content) + "\n")
            file.flush()
            os.fsync(file.fileno())
        yield draft
    finally:
        draft.unlink(missing_ok=True)
    handle = os.open(marker.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def _told_plainly(lake: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise IntegrityError(
            f"lake {lake}: {error.strerror}",
            why="No source was read, since nothing could be stored.",
            hint="Give this user write access to the folder and space on its disk.",
            code="TUP-701",
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise IntegrityError(
            f"lake {lake}: {MARKER} is not a lake marker",
            why="Reading on could misplace or repeat records, so nothing was touched.",
            hint=f"Restore {MARKER} from backup; or set workspace in trueup.yml to a folder of "
            "Trueup's own.",
            code="TUP-702",
        ) from error


def newer_format_error(where: str, found: int, known: int) -> IntegrityError:
    return IntegrityError(
        f"{where}: written in format {found}, this version knows {known}",
        why="Reading on could misplace or repeat records, so nothing was touched.",
        hint="Install the version of Trueup that wrote it, or a newer one.",
        code="TUP-703",
    )
