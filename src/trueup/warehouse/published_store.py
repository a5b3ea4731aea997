"""Published versions: immutable parts, one serving file over them, one pointer to the newest.

```
published/parts/<table>/<content>.parquet     shared by all versions that hold the same rows
published/checksums.json                      of the parts: see `part_checksums`
published/<publish_id>/serving.duckdb         views over the parts, and the state of the run
published/<publish_id>/manifest.json          what is in it, what was withheld, content hashes
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
from types import MappingProxyType

import duckdb
import msgspec

from trueup.core.failpoints import failpoint
from trueup.errors import IntegrityError
from trueup.warehouse.fingerprint import Candidate, TableComment
from trueup.warehouse.manifest import PublishedPart, PublishManifest
from trueup.warehouse.part_checksums import PartChecksums
from trueup.warehouse.part_files import DamagedPart, PartFiles, sync_folder
from trueup.warehouse.retention import RetentionPolicy, versions_to_keep
from trueup.warehouse.serving_file import SERVING_FILE, build_serving_file, unreadable, was_moved

MANIFEST = "manifest.json"


class PublishedStore:
    """The folder of published versions."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._parts = PartFiles(root)

    def current(self) -> PublishManifest | None:
        """The version people see, or None before the first publish."""
        if not (self.root / "current" / MANIFEST).exists():
            return None
        return self.version("current")

    def version(self, publish_id: str) -> PublishManifest:
        """Manifest of one version; raises IntegrityError if it cannot be read."""
        path = self.root / publish_id / MANIFEST
        try:
            manifest = msgspec.json.decode(path.read_bytes(), type=PublishManifest)
            self._refuse_altered(f"{path.parent.resolve().name}/{MANIFEST}")
            return manifest
        except (OSError, ValueError, msgspec.MsgspecError) as error:
            raise IntegrityError(
                f"published {path}: cannot be read: {error}",
                why="What people see now cannot be told, so nothing was published.",
                hint=f"Restore it from backup; or move {self.root} away, then: trueup publish",
                code="TUP-724",
            ) from error

    def _refuse_altered(self, file: str) -> None:
        """Raises ValueError when the file, which is small, differs from its checksum."""
        checksums = PartChecksums(self.root)
        if checksums.is_present(file) and (problem := checksums.check(file)):
            raise ValueError(problem)

    def unreadable(self) -> str:
        """Reason that the newest version is unreadable, such as lost files; empty if it is not."""
        return unreadable(self.serving_file())

    def was_moved(self) -> bool:
        """True when the newest version, which can be read, was made in another folder."""
        return was_moved(self.serving_file())

    def damage(self) -> list[DamagedPart]:
        """The damaged files of the newest version, as far as known; changes nothing."""
        manifest = self.current()
        return [*self._parts.damage(manifest), *self._serving_damage()] if manifest else []

    def check(self) -> list[DamagedPart]:
        """Read files of the newest version that may be damaged; returns those that are."""
        manifest = self.current()
        return [*self._parts.check(manifest), *self._serving_damage()] if manifest else []

    def _serving_damage(self) -> list[DamagedPart]:
        file = str((self.serving_file()).resolve().relative_to(self.root.resolve()))
        checksums = PartChecksums(self.root)
        problem = checksums.check(file) if checksums.is_present(file) else ""
        return [DamagedPart(table="", period="all", file=file, problem=problem)] if problem else []

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
        try:
            return self._parts.write(connection, table, before, salt)
        except (OSError, duckdb.IOException) as error:
            raise self._unwritable(error) from error

    def restore_parts(
        self,
        connection: duckdb.DuckDBPyConnection,
        table: Candidate,
        parts: Sequence[PublishedPart],
    ) -> None:
        """Write damaged files of a withheld table again, where its new rows are the same."""
        try:
            self._parts.restore(connection, table, parts)
        except (OSError, duckdb.IOException) as error:
            raise self._unwritable(error) from error

    def switch(
        self,
        connection: duckdb.DuckDBPyConnection,
        manifest: PublishManifest,
        state: Mapping[str, str],
        comments: Mapping[str, TableComment] = MappingProxyType({}),
    ) -> None:
        """Make the serving file of `manifest` and, as the last step, point readers at it.

        `state` are copied beside the views: schema-qualified name to the SELECT that gives it.
        `comments` say what views and state are, by their schema-qualified names.
        """
        self._check_parts(manifest)
        folder = self.root / manifest.publish_id
        building = self.root / f".{manifest.publish_id}.building"
        try:
            shutil.rmtree(building, ignore_errors=True)
            building.mkdir(parents=True)
            build_serving_file(
                connection, building / SERVING_FILE, self.root, manifest, state, comments
            )
            _write_durably(building / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))
            self._record(manifest.publish_id, building)
            shutil.rmtree(folder, ignore_errors=True)
            building.rename(folder)
            sync_folder(self.root)
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
        """Publication time of each of `versions`; those that cannot be read are left out."""
        found = {}
        for publish_id in versions:
            with suppress(IntegrityError):
                found[publish_id] = self.version(publish_id).published_at
        return found

    def _prune_parts(self) -> None:
        versions = self.versions()
        try:
            manifests = [self.version(publish_id) for publish_id in versions]
        except IntegrityError:
            return  # which parts that version names is unknown until it leaves by its age
        tables = [table for manifest in manifests for table in manifest.tables.values()]
        parts = {part.file for table in tables for part in table.parts}
        files = {f"{version}/{name}" for version in versions for name in (MANIFEST, SERVING_FILE)}
        self._parts.prune(parts | files)
        for path in self.root.glob(".current.*"):
            path.unlink()

    def _unwritable(self, error: Exception) -> IntegrityError:
        return IntegrityError(
            f"published {self.root}: {str(error).splitlines()[0]}",
            why="Readers keep seeing the version before; nothing is half published.",
            hint="Free space or give write access, then: trueup publish",
            code="TUP-708",
        )

    def _check_parts(self, manifest: PublishManifest) -> None:
        """Raises IntegrityError for a damaged part; only those of withheld tables can be so."""
        for part in self._parts.damage(manifest):
            raise IntegrityError(
                f"published {part.table}: {self.root / part.file} {part.problem}",
                why="The table is withheld and its rows have changed since, so this file cannot "
                "be rebuilt. The version before stays visible, except for the rows of this file.",
                hint="Restore the file from backup, or fix the reason for which the table is "
                "withheld (see trueup status); then: trueup publish",
                code="TUP-717",
            )

    def _record(self, publish_id: str, building: Path) -> None:
        checksums = PartChecksums(self.root)
        for name in (SERVING_FILE, MANIFEST):
            checksums.record(f"{publish_id}/{name}", building / name)
        checksums.save()

    def _point_at(self, publish_id: str) -> None:
        link = self.root / f".current.{os.getpid()}"
        link.unlink(missing_ok=True)
        link.symlink_to(publish_id)
        failpoint("C14")
        link.replace(self.root / "current")
        sync_folder(self.root)
        failpoint("C15")


def _write_durably(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
