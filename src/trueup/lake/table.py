"""A stream's Delta table: batches are appended under a position that only one writer can take.

The position of a scope is the version of its last commit. It is kept as the scope's application
transaction, so it is read from the snapshot in one step, however long the history is.
"""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from pathlib import Path

import msgspec
from deltalake import CommitProperties, DeltaTable, Transaction
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError
from deltalake.transaction import AddAction, RemoveAction

from trueup.core.batch import HEADER_FORMAT, BatchHeader, decode_header, encode_header
from trueup.core.failpoints import failpoint
from trueup.errors import IntegrityError, TransientError
from trueup.lake.layout import TABLE_CONFIGURATION, TABLE_SCHEMA, newer_format_error, table_path

HEADER_KEY = "trueup.batch"
_COMMIT_ATTEMPTS = 50
_DECORATION = re.compile(r"\x1b\[[0-9;]*m|[\s↳]+")
_STACK = re.compile(r"\d+: ")
_GAP = re.compile(r'found gap: .*?filename: "(\d+\.json)".* -> .*?filename: "(\d+\.json)"')


@dataclass(frozen=True, slots=True)
class Commit:
    """One batch of the log: the Delta version that holds it, and its header."""

    version: int
    header: BatchHeader


class StreamTable:
    """One stream's table. Commits of one process go one at a time, those of others are seen."""

    def __init__(self, lake: Path, source: str, stream: str) -> None:
        self.source = source
        self.stream = stream
        self.path = table_path(lake, source, stream)
        self._lock = threading.Lock()
        self._delta: DeltaTable | None = None

    def exists(self) -> bool:
        return (self.path / "_delta_log").is_dir()

    def version(self) -> int:
        """The newest Delta version; -1 when the table does not exist yet."""
        with self._lock, self._told_plainly():
            return self._refreshed().version() if self.exists() else -1

    def last_commit(self, scope: str) -> Commit | None:
        """The newest batch of `scope`, or None before its first."""
        with self._lock, self._told_plainly():
            if not self.exists():
                return None
            position = self._refreshed().transaction_version(self._app_id(scope))
        return None if position is None else self.commit_at(position)

    def newest_commit(self) -> Commit | None:
        """The newest batch of any scope, or None before the first."""
        version = self.version()
        return self.commit_at(version) if version >= 0 else None

    def commit_at(self, version: int) -> Commit | None:
        """The batch that `version` holds; None for versions without one, such as the creation.

        Read from the log's own file: `history()` numbers versions from the newest handle down
        and so misnames them when the handle is older than the table.
        """
        name = self.path / "_delta_log" / f"{version:020d}.json"
        try:
            lines = name.read_text().splitlines()
        except FileNotFoundError as error:
            raise IntegrityError(
                f"{self.source}.{self.stream}: version {version} is missing from its log",
                why="What this batch holds cannot be told, so nothing was done with it.",
                hint=f"Restore {name} from backup; Trueup never removes it.",
                code="TUP-704",
            ) from error
        try:
            infos = [json.loads(line).get("commitInfo", {}) for line in lines]
            found = [info[HEADER_KEY] for info in infos if HEADER_KEY in info]
            return Commit(version, self._decoded(found[0], version)) if found else None
        except (ValueError, AttributeError, msgspec.MsgspecError) as error:
            raise IntegrityError(
                f"{self.source}.{self.stream}: version {version} of its log cannot be read",
                why="What this batch holds cannot be told, so nothing was done with it.",
                hint=f"Restore {name} from backup; Trueup never changes it.",
                code="TUP-704",
            ) from error

    def commits_after(self, version: int) -> Iterator[Commit]:
        """The batches of versions beyond `version`, in order."""
        for number in range(version + 1, self.version() + 1):
            if commit := self.commit_at(number):
                yield commit

    def unused_files(self, retention: timedelta) -> list[str]:
        """Every file below the table that its newest version does not need, and older files only.

        Their age is by the time they were written, or by the time they left the table.
        """
        hours = int(retention / timedelta(hours=1))
        with self._lock, self._told_plainly():
            # Lists all of the folder; without `full`, only files that were once committed.
            return self._refreshed().vacuum(
                hours, dry_run=True, enforce_retention_duration=False, full=True
            )

    def data_files(self) -> list[tuple[str, int]]:
        """Path and size of every data file, as the log states them."""
        with self._lock, self._told_plainly():
            actions = self._refreshed().get_add_actions(flatten=True)
            columns = [actions.column(name).to_pylist() for name in ("path", "size_bytes")]
        return list(zip(*columns, strict=True))

    def started_at(self) -> datetime:
        """Time of the table's first log entry, by the machine's clock."""
        with self._lock, self._told_plainly():
            milliseconds = self._refreshed().metadata().created_time
        return datetime.fromtimestamp(milliseconds / 1000, UTC)

    def append(self, header: BatchHeader, expected: Commit | None) -> Commit:
        """Commit a batch whose part files are durable, as the one after `expected`.

        Raises TransientError when another writer has moved the scope on or a part is gone, and
        IntegrityError when the log cannot be written: nothing is committed.
        """
        self._check_parts(header)
        with self._lock, self._told_plainly():
            for _ in range(_COMMIT_ATTEMPTS):
                delta = self._refreshed()
                self._check_position(delta, header.scope, expected)
                version = delta.version() + 1
                try:
                    self._commit(delta, header, version)
                except (CommitFailedError, OSError) as error:
                    # Another scope's commit took the version, or ours went through unnoticed.
                    found = self._at(version)
                    if found is None or _attempt(found.header) != _attempt(header):
                        if isinstance(error, OSError):
                            raise
                        continue
                failpoint("C7")
                return Commit(version, header)
        raise TransientError(
            f"{self.source}.{self.stream}: {_COMMIT_ATTEMPTS} commits in a row were overtaken",
            hint="Run again; if it stays so, look for another writer of this lake.",
            code="TUP-752",
        )

    def _commit(self, delta: DeltaTable, header: BatchHeader, version: int) -> None:
        stamp = int(header.extracted_at.timestamp() * 1000)
        day = header.extracted_at.astimezone(UTC).date().isoformat()
        actions: list[AddAction | RemoveAction] = [
            AddAction(
                path=part.path,
                size=part.bytes,
                partition_values={"ingest_date": day},
                modification_time=stamp,
                data_change=True,
                stats=json.dumps({"numRecords": part.rows}),
            )
            for part in header.files
        ]
        failpoint("C6")
        delta.create_write_transaction(
            actions,
            "append",
            TABLE_SCHEMA,
            ["ingest_date"],
            commit_properties=CommitProperties(
                custom_metadata={HEADER_KEY: encode_header(header)},
                app_transactions=[Transaction(self._app_id(header.scope), version, stamp)],
                max_commit_retries=0,
            ),
        )

    def _check_position(self, delta: DeltaTable, scope: str, expected: Commit | None) -> None:
        found = delta.transaction_version(self._app_id(scope))
        if found != (expected.version if expected else None):
            raise TransientError(
                f"{self.source}.{self.stream}: another run has moved {scope!r} on meanwhile",
                why="This batch was read from an older position, so it was not written.",
                hint="Run again: it starts from where the other run got to.",
                code="TUP-751",
            )

    def _check_parts(self, header: BatchHeader) -> None:
        for part in header.files:
            if not (self.path / part.path).exists():
                raise TransientError(
                    f"{self.source}.{self.stream}: {part.path} is gone before its commit",
                    why="It was written over a week ago, as when a machine sleeps in the middle "
                    "of a run, and was swept as left over. Nothing was committed.",
                    hint="Run again: it resumes at its last batch.",
                    code="TUP-766",
                )

    def _at(self, version: int) -> Commit | None:
        return self.commit_at(version) if self._refreshed().version() >= version else None

    def _decoded(self, text: str, version: int) -> BatchHeader:
        where = f"{self.source}.{self.stream} version {version}"
        found = msgspec.json.decode(text, type=_Format).format
        if found > HEADER_FORMAT:
            raise newer_format_error(where, found, HEADER_FORMAT)
        return decode_header(text)

    def _refreshed(self) -> DeltaTable:
        if self._delta is None:
            self._delta = self._opened()
        else:
            self._delta.update_incremental()
        return self._delta

    def _opened(self) -> DeltaTable:
        try:
            return DeltaTable(str(self.path))
        except TableNotFoundError:
            return self._created()

    def _created(self) -> DeltaTable:
        try:
            return DeltaTable.create(
                str(self.path),
                TABLE_SCHEMA,
                mode="error",
                partition_by=["ingest_date"],
                configuration=dict(TABLE_CONFIGURATION),
            )
        except DeltaError:  # another process made it first, or else this raises again
            return DeltaTable(str(self.path))

    @contextmanager
    def _told_plainly(self) -> Iterator[None]:
        """Errors of the storage and of the Delta format as what an operator can act on."""
        try:
            yield
        except (OSError, DeltaError) as error:
            raise IntegrityError(
                f"{self.source}.{self.stream}: its lake table cannot be used: {_cause(error)}",
                why="Nothing was committed to it now; the batches before stay as they are.",
                hint=f"If the disk is full or locked, free space or give write access; if the log "
                f"is damaged, restore {self.path / '_delta_log'} from backup; a table that a "
                "newer program wrote needs a newer Trueup. Then run again: it resumes at its "
                "last batch.",
                code="TUP-715",
            ) from error

    def _app_id(self, scope: str) -> str:
        return f"trueup/{self.source}/{self.stream}/{scope}"


def _cause(error: Exception) -> str:
    """The innermost cause in one line, without the library's own stack."""
    # Causes are listed outermost first, drawn as a tree in colours.
    lines = [_DECORATION.sub(" ", line).strip() for line in str(error).splitlines()]
    told = takewhile(lambda line: not _STACK.match(line), filter(None, lines))
    what = next(reversed(list(told)), type(error).__name__)
    gap = _GAP.search(what)
    return f"a file is missing from its log, between {gap[1]} and {gap[2]}" if gap else what


def _attempt(header: BatchHeader) -> tuple[str, str]:
    """Identity of an attempt: distinguishes batches of one name from two runs."""
    return header.batch_id, header.run_id


class _Format(msgspec.Struct):
    format: int = HEADER_FORMAT
