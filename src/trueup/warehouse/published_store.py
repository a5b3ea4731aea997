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
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import duckdb
import msgspec

from trueup.core.failpoints import failpoint
from trueup.errors import IntegrityError
from trueup.warehouse.fingerprint import (
    Candidate,
    content_hash,
    holds_rows,
    in_partition,
    partitions,
)
from trueup.warehouse.manifest import PublishedPart, PublishManifest
from trueup.warehouse.retention import RetentionPolicy, versions_to_keep

MANIFEST = "manifest.json"
SERVING_FILE = "serving.duckdb"
_VIEWS = "select schema_name, view_name, sql from duckdb_views() where not internal"


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
        for partition, rows, fingerprint in partitions(connection, table, salt):
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

    def prune(self, keep: RetentionPolicy, now: datetime) -> None:
        """Remove the versions that need not be kept, and parts that no kept one names.

        What killed publishes left goes too, so nobody else may be publishing.
        """
        versions = self.versions()
        kept = versions_to_keep(versions, self._published_at(versions), keep, now)
        kept.add((self.root / "current").readlink().name)
        for publish_id in versions:
            if publish_id not in kept:
                # Out of sight first: half of a version must not be taken for one.
                (self.root / publish_id).rename(self.root / f".{publish_id}.removed")
        for pattern in (".*.removed", ".*.building"):
            for folder in self.root.glob(pattern):
                shutil.rmtree(folder)
        self._prune_parts()

    def _published_at(self, versions: Iterable[str]) -> dict[str, datetime]:
        """When each of `versions` was published; those that cannot be read are left out."""
        found = {}
        for publish_id in versions:
            with suppress(IntegrityError):
                found[publish_id] = self.version(publish_id).published_at
        return found

    def _prune_parts(self) -> None:
        used = {
            part.file
            for publish_id in self.versions()
            for table in self.version(publish_id).tables.values()
            for part in table.parts
        }
        for path in self.root.glob("parts/*/*.parquet"):
            if str(path.relative_to(self.root)) not in used:
                path.unlink()
        for path in (*self.root.glob("parts/*/*.tmp"), *self.root.glob(".current.*")):
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
        select = f"select * from {table.schema}.{table.name} where {in_partition(table, partition)}"
        digest = content_hash(connection, select)
        file = Path("parts") / table.name / f"{partition}-{rows}-{digest}.parquet"
        path = self.root / file
        if not holds_rows(connection, path, rows):
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
            content_hash=digest,
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
