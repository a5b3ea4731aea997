"""Published versions: immutable parts, one serving file over them, one pointer to the newest.

```
published/parts/<table>/<content>.parquet     shared by all versions that hold the same rows
published/<publish_id>/serving.duckdb         views over the parts, and the state of the run
published/<publish_id>/manifest.json          what is in it, what was held back, content hashes
published/current -> <publish_id>             renamed as the last step
```
Readers open `current/serving.duckdb` read-only and so see the old version or the new one whole.
"""

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from trueup.core.failpoints import failpoint
from trueup.errors import IntegrityError

# Columns that say how a row came here; two runs that agree on all figures may differ in them.
TECHNICAL_COLUMNS = frozenset({"load_id", "closed_load_id", "batch_id", "loaded_at"})
MANIFEST = "manifest.json"
SERVING_FILE = "serving.duckdb"
_VIEWS = "select schema_name, view_name, sql from duckdb_views() where not internal"


class PublishedPart(msgspec.Struct, frozen=True, kw_only=True):
    """One immutable file of a table; `fingerprint` tells cheaply whether it is still good."""

    partition: str
    file: str
    rows: int
    content_hash: str
    fingerprint: str
    bytes: int = 0  # 0 in versions that did not note it


class PublishedTable(msgspec.Struct, frozen=True, kw_only=True):
    """One table of a version.

    `held_by` names the gates that keep it at an older publish, `held_since` is the first version
    in which they did.
    """

    schema: str
    name: str
    publish_id: str
    load_id: int
    as_of: datetime
    parts: tuple[PublishedPart, ...]
    held_by: tuple[str, ...] = ()
    held_since: datetime | None = None

    @property
    def content_hash(self) -> str:
        """Equal when the rows are equal, in whatever order and files."""
        total = sum(int(part.content_hash, 16) for part in self.parts)
        return f"{total % (1 << 128):032x}"

    @property
    def rows(self) -> int:
        return sum(part.rows for part in self.parts)


class PublishManifest(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about one published version."""

    publish_id: str
    run_id: str
    published_at: datetime
    load_id: int
    known_at: datetime
    code_version: str
    project_hash: str
    tables: dict[str, PublishedTable]
    format: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A table that is ready to be published; `partition` is its date column, or None.

    A row's `load_id` must be that of the last load that may have changed any of its values, also
    when that load brought no row but took one away, such as an exchange rate.
    """

    schema: str
    name: str
    partition: str | None


class PublishedStore:
    """The folder of published versions."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def current(self) -> PublishManifest | None:
        """The version people see, or None before the first publish."""
        if not (self.root / "current" / MANIFEST).exists():
            return None
        return self.version("current")

    def version(self, publish_id: str) -> PublishManifest:
        """What is said of one version; raises IntegrityError when that cannot be read."""
        path = self.root / publish_id / MANIFEST
        try:
            return msgspec.json.decode(path.read_bytes(), type=PublishManifest)
        except (OSError, msgspec.MsgspecError) as error:
            raise IntegrityError(
                f"published {path}: cannot be read: {error}",
                why="What people see now cannot be told, so nothing was published.",
                hint=f"Restore it from backup; or move {self.root} away, then: trueup publish",
                code="TUP-724",
            ) from error

    def unreadable(self) -> str:
        """Why readers cannot read the newest version, as when its files were moved; or nothing."""
        try:
            with duckdb.connect(str(self.serving_file()), read_only=True) as connection:
                for schema, view, sql in connection.execute(_VIEWS).fetchall():
                    if _quoted(self.root.resolve())[:-1] not in sql:
                        return f"{view} names files of another folder"
                    connection.execute(f'select * from "{schema}"."{view}" limit 0')
        except duckdb.Error as error:
            return str(error).splitlines()[0]
        return ""

    def versions(self) -> list[str]:
        """The publish ids that are kept, oldest first."""
        return sorted(path.parent.name for path in self.root.glob(f"[0-9]*/{MANIFEST}"))

    def serving_file(self) -> Path:
        """The stable path of the newest version, for dashboards and BI tools."""
        return self.root / "current" / SERVING_FILE

    def write_parts(
        self,
        connection: duckdb.DuckDBPyConnection,
        table: Candidate,
        before: Sequence[PublishedPart],
        salt: str,
    ) -> tuple[PublishedPart, ...]:
        """The table's parts: files of `before` where nothing changed, new ones where it did."""
        known = {part.partition: part for part in before}
        parts = []
        for partition, rows, fingerprint in _partitions(connection, table, salt):
            part = known.get(partition)
            try:
                if part is None or part.fingerprint != fingerprint or not self._has(part):
                    part = self._write_part(connection, table, partition, rows, fingerprint)
            except (OSError, duckdb.IOException) as error:
                raise self._unwritable(error) from error
            parts.append(part)
        return tuple(parts)

    def switch(
        self,
        connection: duckdb.DuckDBPyConnection,
        manifest: PublishManifest,
        state: Mapping[str, str],
    ) -> None:
        """Make the serving file of `manifest` and, as the last step, point readers at it.

        `state` are copied beside the views: schema-qualified name to the SELECT that gives it.
        """
        self._check_parts(manifest)
        folder = self.root / manifest.publish_id
        building = self.root / f".{manifest.publish_id}.building"
        try:
            shutil.rmtree(building, ignore_errors=True)
            building.mkdir(parents=True)
            self._build_serving_file(connection, building / SERVING_FILE, manifest, state)
            _write_durably(building / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))
            shutil.rmtree(folder, ignore_errors=True)
            building.rename(folder)
            _sync_folder(self.root)
            self._point_at(manifest.publish_id)
        except (OSError, duckdb.Error) as error:
            raise self._unwritable(error) from error

    def prune(self, keep: int) -> None:
        """Remove all but the newest `keep` versions, and parts that none of them names."""
        versions = self.versions()
        current = (self.root / "current").readlink().name
        for publish_id in versions[:-keep]:
            if publish_id != current:
                shutil.rmtree(self.root / publish_id)
        used = {
            part.file
            for publish_id in self.versions()
            for table in self.version(publish_id).tables.values()
            for part in table.parts
        }
        for path in self.root.glob("parts/*/*.parquet"):
            if str(path.relative_to(self.root)) not in used:
                path.unlink()

    def _unwritable(self, error: Exception) -> IntegrityError:
        return IntegrityError(
            f"published {self.root}: {str(error).splitlines()[0]}",
            why="The version before stays on show; nothing is half published.",
            hint="Free space or give write access, then: trueup publish",
            code="TUP-708",
        )

    def _check_parts(self, manifest: PublishManifest) -> None:
        """Raises IntegrityError for a part that is not there whole; only kept ones can be so."""
        for table in manifest.tables.values():
            for part in table.parts:
                if not self._has(part):
                    raise IntegrityError(
                        f"published {table.name}: {self.root / part.file} is missing or damaged",
                        why="Its table is held back, so the part cannot be made again. The "
                        "version before stays on show, but for what stands in this file.",
                        hint="Restore the file from backup, or mend what holds the table back "
                        "(see trueup status); then: trueup publish",
                        code="TUP-717",
                    )

    def _has(self, part: PublishedPart) -> bool:
        path = self.root / part.file
        return path.exists() and part.bytes in (0, path.stat().st_size)

    def _write_part(
        self,
        connection: duckdb.DuckDBPyConnection,
        table: Candidate,
        partition: str,
        rows: int,
        fingerprint: str,
    ) -> PublishedPart:
        select = f"select * from {table.schema}.{table.name} where {_where(table, partition)}"
        content_hash = _content_hash(connection, select)
        file = Path("parts") / table.name / f"{partition}-{rows}-{content_hash}.parquet"
        path = self.root / file
        if not _holds(connection, path, rows):
            path.parent.mkdir(parents=True, exist_ok=True)
            scratch = path.with_suffix(f".{os.getpid()}.tmp")
            connection.execute(
                f"copy ({select} order by all) to {_quoted(scratch)} "
                "(format parquet, compression zstd)"
            )
            with scratch.open("rb") as written:
                os.fsync(written.fileno())
            scratch.rename(path)
            _sync_folder(path.parent)
        return PublishedPart(
            partition=partition,
            file=str(file),
            rows=rows,
            content_hash=content_hash,
            fingerprint=fingerprint,
            bytes=path.stat().st_size,
        )

    def _build_serving_file(
        self,
        connection: duckdb.DuckDBPyConnection,
        path: Path,
        manifest: PublishManifest,
        state: Mapping[str, str],
    ) -> None:
        connection.execute(f"attach {_quoted(path)} as serving")
        try:
            for table in manifest.tables.values():
                files = [_quoted((self.root / part.file).resolve()) for part in table.parts]
                connection.execute(f"create schema if not exists serving.{table.schema}")
                connection.execute(
                    f"create view serving.{table.schema}.{table.name} as select * "
                    f"from read_parquet([{', '.join(files)}], union_by_name = true)"
                )
            for name, select in state.items():
                connection.execute(f"create schema if not exists serving.{name.split('.')[0]}")
                connection.execute(f"create table serving.{name} as {select}")
            connection.execute("checkpoint serving")
        finally:
            connection.execute("detach serving")
        _sync_file(path)

    def _point_at(self, publish_id: str) -> None:
        link = self.root / f".current.{os.getpid()}"
        link.unlink(missing_ok=True)
        link.symlink_to(publish_id)
        failpoint("C14")
        link.replace(self.root / "current")
        _sync_folder(self.root)
        failpoint("C15")


def _partitions(
    connection: duckdb.DuckDBPyConnection, table: Candidate, salt: str
) -> list[tuple[str, int, str]]:
    """Each partition's name, rows and fingerprint; a table without a date column is one."""
    name = f"{table.schema}.{table.name}"
    if table.partition is None:
        rows = connection.execute(f"select count(*) from {name}").fetchall()[0][0]
        return [("all", rows, _content_hash(connection, f"select * from {name}"))]
    month = f"coalesce(strftime({table.partition}, '%Y-%m'), 'none')"
    found = connection.execute(
        f"select {month}, count(*), max(load_id), sum(hash(load_id)) from {name} "
        "group by 1 order by 1"
    ).fetchall()
    if not found:
        return [("none", 0, f"{salt}:empty")]
    return [(m, rows, f"{salt}:{rows}:{newest}:{total}") for m, rows, newest, total in found]


def _holds(connection: duckdb.DuckDBPyConnection, path: Path, rows: int) -> bool:
    """Whether `path` is a whole file of so many rows, as its last bytes tell."""
    try:
        found = connection.execute(
            "select num_rows from parquet_file_metadata(?)", [str(path)]
        ).fetchall()
    except duckdb.Error:
        return False
    return found == [(rows,)]


def _where(table: Candidate, partition: str) -> str:
    if table.partition is None:
        return "true"
    if partition == "none":
        return f"{table.partition} is null"
    first = f"date '{partition}-01'"
    return f"{table.partition} >= {first} and {table.partition} < {first} + interval 1 month"


def _content_hash(connection: duckdb.DuckDBPyConnection, select: str) -> str:
    """128 bits that depend on the rows but not on their order: the sum of the rows' MD5s."""
    described = connection.execute(f"describe {select}").fetchall()
    columns = [row[0] for row in described if row[0] not in TECHNICAL_COLUMNS]
    # A text of one tilde is not NULL, and no text holds the mark between two columns.
    text = "coalesce(replace(replace(\"{}\"::varchar, '|', '||'), '~', '~~'), '~')"
    parts = ", ".join(text.format(column) for column in columns)
    high, low = connection.execute(
        f"select coalesce(sum(md5_number_upper(line)::hugeint), 0)::varchar, "
        f"coalesce(sum(md5_number_lower(line)::hugeint), 0)::varchar "
        f"from (select concat_ws(' | ', {parts}) as line from ({select}))"
    ).fetchall()[0]
    mask = (1 << 64) - 1
    return f"{int(high) & mask:016x}{int(low) & mask:016x}"


def _rows_of(path: Path) -> int | None:
    """The rows of a part, by its footer; None when it is not there or was cut short."""
    try:
        rows: int = pq.read_metadata(path).num_rows
    except (OSError, pa.ArrowException):
        return None
    return rows


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _write_durably(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_file(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _sync_folder(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
