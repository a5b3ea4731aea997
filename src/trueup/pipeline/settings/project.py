"""A project, opened by its folder: settings, folders, vault, sources and warehouse."""

import importlib
import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path

import httpx
from pydantic import BaseModel, SecretStr

from trueup.core.batch import BatchHeader
from trueup.core.source import Source
from trueup.core.stream import Stream
from trueup.errors import ConfigError, known_names
from trueup.lake.layout import open_lake
from trueup.lake.table import StreamTable
from trueup.pipeline.settings.config import ProjectConfig, load_config, parse_model
from trueup.pipeline.settings.environment import AnyVariable, accepted_vault_generation, master_key
from trueup.pipeline.settings.failpoint_settings import arm_from_environment
from trueup.pipeline.settings.network import network_of
from trueup.pipeline.settings.vault_binding import (
    VAULT_FILE,
    bind_vault,
    open_vault,
    require_newest_vault,
)
from trueup.privacy.vault import Vault
from trueup.sources.context import SourceContext, ignore_incomplete_read
from trueup.sources.registry import source_type
from trueup.warehouse.duckdb import DuckDBWarehouse
from trueup.warehouse.published_store import PublishedStore


@dataclass
class Project:
    """Everything a step needs. Folders are made on first use, nothing is read before."""

    folder: Path
    config: ProjectConfig
    master_key: bytes | None = None
    transport: httpx.BaseTransport | None = None
    # What the environment says of the network; proxies may carry passwords.
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
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
        """The lake's vault; its master key is the environment's or in a file of mode 0600."""
        return open_vault(self.vault_folder, self.lake, self.master_key)

    @property
    def vault_folder(self) -> Path:
        return self.workspace / "vault"

    def open_lake(self) -> None:
        open_lake(self.lake)

    def bind_vault(self) -> None:
        """Tie lake and vault to each other, before the first token comes into the lake.

        Raises IntegrityError when the vault is another one or an older copy.
        """
        bind_vault(self.vault, self.vault_folder, self.lake)
        self.require_newest_vault(self.newest_headers(), accepted_vault_generation())

    def require_newest_vault(
        self, headers: Iterable[BatchHeader], accepted: int | None = None
    ) -> None:
        """Raises IntegrityError when the vault is older than the tokens of these batches."""
        known = max((header.vault_generation for header in headers), default=0)
        require_newest_vault(self.vault, self.vault_folder / VAULT_FILE, known, accepted)

    def tables(self) -> list[StreamTable]:
        """The lake table of every stream of the project."""
        return [
            self.table(source, stream.name)
            for source, streams in self.streams().items()
            for stream in streams
        ]

    def newest_headers(self) -> list[BatchHeader]:
        """The header of the newest batch of each table."""
        return [commit.header for table in self.tables() if (commit := table.newest_commit())]

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
        self,
        name: str,
        now: datetime,
        on_incomplete_read: Callable[[str], None] = ignore_incomplete_read,
    ) -> Source:
        """Build a source's connector; raises ConfigError when its settings are wrong."""
        kind = source_type(name)
        config = self._source_config(name)
        context = SourceContext(
            sleep=time.sleep,
            monotonic=time.monotonic,
            now=now,
            transport=self.transport,
            on_incomplete_read=on_incomplete_read,
            folder=self.folder,
            network=network_of(self.config.network, self.environment, self.folder),
        )
        source: Source = imported(kind.create)(config, context)
        return source

    def secrets(self, name: str) -> frozenset[str]:
        """The secret settings of a source: no message may quote them."""
        values = (value for _, value in self._source_config(name))
        return frozenset(v.get_secret_value() for v in values if isinstance(v, SecretStr))

    def _source_config(self, name: str) -> BaseModel:
        model: type[BaseModel] = imported(source_type(name).config)
        place = ("sources", name)
        return parse_model(model, self.config.sources[name], self.config.file, place)


def open_project(folder: Path, environment: Mapping[str, str] | None = None) -> Project:
    """Open a project for a run: every variable that the project file names must be set."""
    arm_from_environment()
    return Project(
        folder=folder,
        config=load_config(folder, environment),
        master_key=master_key(),
        environment=os.environ if environment is None else environment,
    )


def open_for_reading(folder: Path) -> Project:
    """Open a project for reading: credentials may be unset, and no source can be read."""
    arm_from_environment()
    return Project(folder=folder, config=load_config(folder, AnyVariable(os.environ)))


def chosen_sources(project: Project, names: Iterable[str] | None) -> list[str]:
    """Named sources, or all; raises ConfigError for one that the project lacks."""
    known = list(project.config.sources)
    chosen = list(dict.fromkeys(names or known))
    for name in chosen:
        if name not in known:
            raise ConfigError(
                f"no source named {name!r}",
                why="Nothing was started.",
                hint=known_names(name, known, "sources"),
                code="TUP-317",
            )
    return chosen


def declared_streams(type_name: str) -> tuple[Stream, ...]:
    """The streams that a source type declares."""
    streams: tuple[Stream, ...] = imported(source_type(type_name).streams)
    return streams


def imported(path: str):  # type: ignore[no-untyped-def]  # whatever the registry names
    module, _, name = path.partition(":")
    return getattr(importlib.import_module(module), name)
