"""A project opened for work: its settings, folders, vault, sources and warehouse, wired once."""

import importlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path

import httpx

from trueup.core.page import Source
from trueup.core.stream import Stream
from trueup.errors import IntegrityError
from trueup.lake.layout import open_lake
from trueup.lake.table import StreamTable
from trueup.pipeline.settings.config import PROJECT_FILE, ProjectConfig, parse_model
from trueup.privacy.vault import Vault, load_or_create_master_key
from trueup.sources.context import SourceContext, ignore_unproved
from trueup.sources.registry import source_type
from trueup.warehouse.duckdb import DuckDBWarehouse
from trueup.warehouse.serving import PublishedStore


@dataclass
class Project:
    """Everything a step needs. Folders are made on first use, nothing is read before."""

    folder: Path
    config: ProjectConfig
    master_key: bytes | None = None
    transport: httpx.BaseTransport | None = None
    _tables: dict[tuple[str, str], StreamTable] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def workspace(self) -> Path:
        return (self.folder / self.config.workspace).resolve()

    @property
    def lake(self) -> Path:
        return self.workspace / "lake"

    @cached_property
    def warehouse(self) -> DuckDBWarehouse:
        return DuckDBWarehouse(self.workspace / "warehouse.duckdb")

    @cached_property
    def published(self) -> PublishedStore:
        return PublishedStore(self.workspace / "published")

    @cached_property
    def vault(self) -> Vault:
        """The vault; its master key comes from the environment or from a file of mode 0600."""
        self.refuse_lost_vault()
        self.vault_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        key = self.master_key or load_or_create_master_key(self.key_file)
        return Vault.open(self.vault_file, key)

    @property
    def vault_file(self) -> Path:
        return self.workspace / "vault" / "vault.sqlite"

    @property
    def key_file(self) -> Path:
        return self.workspace / "vault" / "master.key"

    def refuse_lost_vault(self) -> None:
        """Raises IntegrityError rather than let a new key or vault take the place of a lost one."""
        # In this order: who makes a lake has made its vault before.
        has_records = any(self.lake.glob("*/*/_delta_log"))
        has_vault = self.vault_file.exists()
        if has_vault and self.master_key is None and not self.key_file.exists():
            raise IntegrityError(
                f"vault {self.vault_file}: its key file {self.key_file.name} is gone",
                why="A new key could not read what is in there, so nothing was started.",
                hint="Restore the key file from your backup, or set TRUEUP_MASTER_KEY.",
                code="TUP-710",
            )
        if has_records and not has_vault:
            raise IntegrityError(
                f"vault {self.vault_file}: is gone, and the lake holds tokens of it",
                why="A new vault would give the same people other tokens: customers would be "
                "doubled. So nothing was started.",
                hint="Restore the vault's folder from your backup. Without one, begin anew: move "
                f"{self.lake} and {self.warehouse.path} away, then: trueup run",
                code="TUP-721",
            )

    def open_lake(self) -> None:
        open_lake(self.lake)

    def table(self, source: str, stream: str) -> StreamTable:
        """The lake table of a stream; one object per stream, so that its commits are in turn."""
        with self._lock:
            key = (source, stream)
            if key not in self._tables:
                self._tables[key] = StreamTable(self.lake, source, stream)
            return self._tables[key]

    def streams(self) -> dict[str, tuple[Stream, ...]]:
        """The declared streams of every source of the project, without any connection."""
        return {name: declared_streams(name) for name in self.config.sources}

    def connect(
        self, name: str, now: datetime, on_unproved: Callable[[str], None] = ignore_unproved
    ) -> Source:
        """Build a source's connector; raises ConfigError when its settings are wrong."""
        kind = source_type(name)
        where = f"{self.folder / PROJECT_FILE}: sources.{name}"
        config = parse_model(imported(kind.config), self.config.sources[name], where)
        context = SourceContext(
            sleep=time.sleep,
            monotonic=time.monotonic,
            now=now,
            transport=self.transport,
            on_unproved=on_unproved,
            folder=self.folder,
        )
        source: Source = imported(kind.create)(config, context)
        return source


def declared_streams(type_name: str) -> tuple[Stream, ...]:
    """The streams that a source type declares."""
    streams: tuple[Stream, ...] = imported(source_type(type_name).streams)
    return streams


def imported(path: str):  # type: ignore[no-untyped-def]  # whatever the registry names
    module, _, name = path.partition(":")
    return getattr(importlib.import_module(module), name)
