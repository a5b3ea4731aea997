"""Checksums of published files, and in which round of checks each file was last read.

They are in one file beside the parts. It may be lost: a file without a checksum gets one when it
can be read as a whole.
"""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

import msgspec

CHECKSUMS_FILE = "checksums.json"


class PartChecksum(msgspec.Struct, frozen=True, kw_only=True):
    """A file as it was written or last read: its hash, and what changes when someone writes it."""

    sha256: str
    bytes: int
    modified_ns: int
    inode: int
    round: int
    damage: str = ""


class PartChecksums:
    """The checksums of the files below `root`, by relative path."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._path = root / CHECKSUMS_FILE
        self._known = _read(self._path)
        self._round = max((known.round for known in self._known.values()), default=0)

    def begin_round(self) -> None:
        """Files that are checked from now on come after all that were checked before."""
        self._round += 1

    def record(self, file: str, path: Path | None = None) -> None:
        """Take the file's content, which was just written or is proved, as the right one.

        `path` is where the file is until it is renamed.
        """
        path = path or self._root / file
        self._known[file] = self._seen(path, sha256_of(path))

    def forget(self, used: Iterable[str]) -> None:
        """Drop all files but those `used`."""
        kept = set(used)
        self._known = {file: known for file, known in self._known.items() if file in kept}

    def is_known(self, file: str) -> bool:
        return file in self._known

    def is_present(self, file: str) -> bool:
        """True for a file that has a checksum and exists."""
        return file in self._known and (self._root / file).exists()

    def round_of(self, file: str) -> int:
        """In which round the file was last read; 0 when it never was."""
        known = self._known.get(file)
        return known.round if known else 0

    def was_touched(self, file: str) -> bool:
        """True when size, time or inode of the file differ from those at its last check."""
        known, found = self._known[file], (self._root / file).stat()
        return (known.bytes, known.modified_ns, known.inode) != (
            *(found.st_size, found.st_mtime_ns, found.st_ino),
        )

    def problem(self, file: str) -> str:
        """Describe the damage of a known file, which is read if someone may have touched it."""
        if not (self._root / file).exists():
            return "is missing"
        return self.check(file) if self.was_touched(file) else self._known[file].damage

    def check(self, file: str) -> str:
        """Read the file; returns what is wrong with it and remembers that."""
        known = self._known[file]
        is_good = sha256_of(self._root / file) == known.sha256
        damage = "" if is_good else "differs from what was written"
        seen = self._seen(self._root / file, known.sha256)
        self._known[file] = msgspec.structs.replace(seen, damage=damage)
        return damage

    def save(self) -> None:
        """Replace the file of checksums by what is known now."""
        draft = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        draft.write_bytes(msgspec.json.encode(self._known))
        draft.replace(self._path)

    def _seen(self, path: Path, sha256: str) -> PartChecksum:
        found = path.stat()
        return PartChecksum(
            sha256=sha256,
            bytes=found.st_size,
            modified_ns=found.st_mtime_ns,
            inode=found.st_ino,
            round=self._round,
        )


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read(path: Path) -> dict[str, PartChecksum]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, PartChecksum])
    except (FileNotFoundError, msgspec.MsgspecError):
        return {}  # never written, or damaged: see the docstring of the module
