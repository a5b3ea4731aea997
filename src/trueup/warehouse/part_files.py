"""The files of published tables: written once, named by their rows, checked against a checksum.

A run reads files that someone else has written, copied or moved, and some of the others in turn:
the cost of a check does not grow with the history.
"""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import msgspec

from trueup.warehouse.fingerprint import Candidate, content_hash, in_partition, partitions
from trueup.warehouse.manifest import PublishedPart, PublishManifest
from trueup.warehouse.part_checksums import PartChecksums
from trueup.warehouse.serving_file import quoted

FILES_PER_CHECK = 50
BYTES_PER_CHECK = 64_000_000
"""So much of what nobody has touched is read by one check, and at least one file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DamagedPart:
    """A published file that does not hold what was written; `period` is a month, or `all`."""

    table: str
    period: str
    file: str
    problem: str

    def __str__(self) -> str:
        """`table period: file problem`; the serving file belongs to no table."""
        period = "" if self.period == "all" else f" {self.period}"
        where = f"{self.table}{period}: " if self.table else ""
        return f"{where}{self.file} {self.problem}"


class PartFiles:
    """The files below `root`, the folder of all published versions."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def write(
        self,
        connection: duckdb.DuckDBPyConnection,
        table: Candidate,
        before: Sequence[PublishedPart],
        salt: str,
    ) -> tuple[PublishedPart, ...]:
        """The table's parts: files of `before` where nothing changed, new ones where it did."""
        known = {part.partition: part for part in before}
        checksums = PartChecksums(self._root)
        parts = []
        for found in partitions(connection, table, salt):
            part = known.get(found[0])
            if part is None or part.fingerprint != found[2] or self._problem(part, checksums):
                part = self._written(connection, table, found, checksums)
            parts.append(part)
        checksums.save()
        return tuple(parts)

    def restore(
        self,
        connection: duckdb.DuckDBPyConnection,
        table: Candidate,
        parts: Sequence[PublishedPart],
    ) -> None:
        """Write damaged files of an older version again where the candidate has the same rows."""
        checksums = PartChecksums(self._root)
        damaged = {part.partition: part for part in parts if self._problem(part, checksums)}
        for found in partitions(connection, table, "") if damaged else ():
            part, rows = damaged.get(found[0]), _rows_of(table, found[0])
            if part and content_hash(connection, rows) == part.content_hash:
                self._written(connection, table, found, checksums)
        checksums.save()

    def check(self, manifest: PublishManifest) -> list[DamagedPart]:
        """Read every file that was touched, and those that were not read for longest."""
        checksums = PartChecksums(self._root)
        checksums.begin_round()
        parts = {part.file: part for table in manifest.tables.values() for part in table.parts}
        good = [file for file, part in parts.items() if not self._problem(part, checksums)]
        good.sort(key=lambda file: (checksums.round_of(file), file))
        read = 0
        for file in good[:FILES_PER_CHECK]:
            if read < BYTES_PER_CHECK:
                checksums.check(file)
                read += parts[file].bytes
        checksums.save()
        return self.damage(manifest, checksums)

    def damage(
        self, manifest: PublishManifest, checksums: PartChecksums | None = None
    ) -> list[DamagedPart]:
        """The damaged files of a version, as far as known; reads only those that were touched."""
        checksums = checksums or PartChecksums(self._root)
        return [
            DamagedPart(table=table.name, period=part.partition, file=part.file, problem=problem)
            for table in manifest.tables.values()
            for part in table.parts
            if (problem := self._problem(part, checksums))
        ]

    def prune(self, used: Iterable[str]) -> None:
        """Remove the parts that are not `used`, the checksums too, and what killed ones left."""
        used = set(used)
        for path in self._root.glob("parts/*/*.parquet"):
            if str(path.relative_to(self._root)) not in used:
                path.unlink()
        for path in (*self._root.glob("parts/*/*.tmp"), *self._root.glob(".checksums.json.*")):
            path.unlink()
        checksums = PartChecksums(self._root)
        checksums.forget(used)
        checksums.save()

    def _problem(self, part: PublishedPart, checksums: PartChecksums) -> str:
        """Describe the damage of a file, which is read if someone may have touched it."""
        path = self._root / part.file
        if checksums.is_known(part.file):
            return checksums.problem(part.file)
        if not path.exists():
            return "is missing"
        if not _holds_rows(path, part.rows):
            return "cannot be read"
        checksums.record(part.file)
        return ""

    def _written(
        self,
        connection: duckdb.DuckDBPyConnection,
        table: Candidate,
        found: tuple[str, int, str],
        checksums: PartChecksums,
    ) -> PublishedPart:
        partition, rows, fingerprint = found
        select = _rows_of(table, partition)
        digest = content_hash(connection, select)
        part = PublishedPart(
            partition=partition,
            file=str(Path("parts") / table.name / f"{partition}-{rows}-{digest}.parquet"),
            rows=rows,
            content_hash=digest,
            fingerprint=fingerprint,
        )
        if self._problem(part, checksums):
            _write(connection, select, self._root / part.file)
            checksums.record(part.file)
        size = (self._root / part.file).stat().st_size
        return msgspec.structs.replace(part, bytes=size)


def sync_folder(path: Path) -> None:
    """Make new names in a folder durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write(connection: duckdb.DuckDBPyConnection, select: str, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_suffix(f".{os.getpid()}.tmp")
    connection.execute(
        f"copy ({select} order by all) to {quoted(str(scratch))} (format parquet, compression zstd)"
    )
    with scratch.open("rb") as written:
        os.fsync(written.fileno())
    scratch.rename(path)
    sync_folder(path.parent)


def _rows_of(table: Candidate, partition: str) -> str:
    return f"select * from {table.schema}.{table.name} where {in_partition(table, partition)}"


def _holds_rows(path: Path, rows: int) -> bool:
    """True for a file of so many rows whose values can all be read."""
    read = f"select count(*), bit_xor(hash(columns(*))) from read_parquet({quoted(str(path))})"
    try:
        with duckdb.connect() as connection:
            return bool(connection.execute(read).fetchall()[0][0] == rows)
    except duckdb.Error:
        return False
