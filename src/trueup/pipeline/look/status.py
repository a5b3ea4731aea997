"""What is known of a project: freshness, coverage, gates, what is held back and kept aside.

Reads only. While a run is at work, and so holds the warehouse, the newest published version's
copies of the same tables answer instead.
"""

from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from trueup.core.stream import Stream, StreamKind
from trueup.errors import ConfigError, IntegrityError
from trueup.lake.table import StreamTable
from trueup.pipeline.build.publish import STATE_TABLES
from trueup.pipeline.runlock import look_lock
from trueup.pipeline.settings.project import Project
from trueup.pipeline.sync.plan import closed_until

Row = dict[str, Any]
Days = tuple[date, date]
"""First and last day, both inclusive, in the account's zone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """One account's stream: when its source was last asked, and when it last gave something new."""

    source: str
    stream: str
    account: str
    status: str
    message: str
    asked_at: datetime | None
    changed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """One account's stream: which days are in, may still change, or are missing and why.

    A day that is in with zero rows is complete: unknown is not zero. For cursor streams
    `complete_until` says up to when everything is in.
    """

    source: str
    stream: str
    account: str
    timezone: str
    complete: tuple[Days, ...] = ()
    provisional: tuple[Days, ...] = ()
    missing: tuple[Days, ...] = ()
    reason: str = ""
    complete_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldTable:
    """A table that a gate keeps at an older version; `as_of` is None when it was never shown."""

    name: str
    gates: tuple[str, ...]
    as_of: datetime | None
    held_since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectStatus:
    """Everything `trueup status` shows; `seen_in` says where it was read."""

    name: str
    now: datetime
    seen_in: str
    freshness: tuple[Freshness, ...] = ()
    coverage: tuple[Coverage, ...] = ()
    unavailable: tuple[Row, ...] = ()
    gates: tuple[Row, ...] = ()
    held: tuple[HeldTable, ...] = ()
    quarantine: tuple[Row, ...] = ()
    strays: tuple[Row, ...] = ()
    publish_id: str | None = None
    published_at: datetime | None = None
    known_at: datetime | None = None
    unreadable: str = ""
    """Why the published version cannot be read; empty when it can."""


def status(project: Project, now: datetime) -> ProjectStatus:
    """The state of `project` as seen at `now`; works before the first run and during one."""
    seen_in, state = _state(project)
    manifest = project.published.current()
    return ProjectStatus(
        name=project.config.name,
        now=now,
        seen_in=seen_in,
        freshness=_freshness(state),
        coverage=_coverage(project, state, now),
        unavailable=tuple(a for a in state["ops.accounts"] if a["status"] == "unavailable"),
        gates=tuple(state["ops.checks"]),
        held=_held(project, state["ops.checks"]),
        quarantine=tuple(state["ops.quarantine"]),
        strays=_strays(state["ops.batches"]),
        publish_id=manifest.publish_id if manifest else None,
        published_at=manifest.published_at if manifest else None,
        known_at=manifest.known_at if manifest else None,
        unreadable=project.published.unreadable() if manifest else "",
    )


def _state(project: Project) -> tuple[str, dict[str, list[Row]]]:
    """The state tables and where they were read: warehouse, published version, or nowhere."""
    if project.warehouse.path.exists():
        # A run that begins meanwhile waits until we have closed its warehouse.
        with look_lock(project.workspace) as is_idle:
            if is_idle:
                try:
                    return "warehouse", _read(project.warehouse.path, STATE_TABLES)
                except duckdb.IOException:
                    pass  # another program has it open, or this user may not read it: see below
    serving = project.published.serving_file()
    if serving.exists():
        return "published version", _read(
            serving, {name: f"select * from {name}" for name in STATE_TABLES}
        )
    return "nothing yet", {name: [] for name in STATE_TABLES}


def _read(path: Any, selects: dict[str, str]) -> dict[str, list[Row]]:
    with _read_only(str(path)) as connection:
        return {name: _rows(connection, select) for name, select in selects.items()}


@contextmanager
def _read_only(path: str) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(path, read_only=True)
    try:
        yield connection
    finally:
        connection.close()


def _rows(connection: duckdb.DuckDBPyConnection, select: str) -> list[Row]:
    try:
        cursor = connection.execute(f"select * from ({select}) order by all")
    except (duckdb.CatalogException, duckdb.BinderException):
        return []  # a warehouse in which that has never happened yet, or of an earlier version
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _freshness(state: dict[str, list[Row]]) -> tuple[Freshness, ...]:
    changed = {_key(row): row["extracted_at"] for row in state["ops.batches"]}
    return tuple(
        Freshness(
            source=row["source"],
            stream=row["stream"],
            account=row["scope"],
            status=row["status"],
            message=row["message"],
            asked_at=_utc(row["synced_at"]),
            changed_at=_utc(changed.get(_key(row))),
        )
        for row in state["ops.syncs"]
    )


def _coverage(project: Project, state: dict[str, list[Row]], now: datetime) -> tuple[Coverage, ...]:
    days: dict[tuple[str, str, str], set[date]] = {}
    for row in state["ops.windows"]:
        days.setdefault(_key(row), set()).add(row["window_day"])
    why = {_key(row): row["message"] for row in state["ops.syncs"] if row["status"] != "ok"}
    found = []
    for source, stream in _configured_streams(project, now):
        if stream.kind is not StreamKind.REPORT:
            continue
        for account in state["ops.accounts"]:
            if account["source"] == source:
                key = (source, stream.name, account["scope"])
                reason = account["reason"] or why.get(key, "") or why.get((source, "*", "*"), "")
                calendar = _Calendar(project.config.start_date, stream, account, now)
                found.append(calendar.coverage(source, days.get(key, set()), reason))
    return (*found, *_cursors(project, state["ops.batches"]))


def _configured_streams(project: Project, now: datetime) -> Iterator[tuple[str, Stream]]:
    """Every stream, with the lookback that its source's settings give it."""
    for name, declared in project.streams().items():
        try:
            with closing(project.connect(name, now)) as source:
                streams = source.streams
        except ConfigError:
            # Settings may name variables that are not set: the usual lookback is as good as known.
            streams = declared
        yield from ((name, stream) for stream in streams)


@dataclass(frozen=True, slots=True)
class _Calendar:
    """The days that one account's report stream is expected to have."""

    start: date
    stream: Stream
    account: Row
    now: datetime

    def coverage(self, source: str, known: set[date], reason: str) -> Coverage:
        zone = self.account["timezone"] or "UTC"
        today = self.now.astimezone(ZoneInfo(zone)).date()
        settled = closed_until(self.stream, today)
        expected = [self.start + timedelta(days=n) for n in range((today - self.start).days + 1)]
        # Reports of today may not be there before the first run of the day: that is no gap.
        missing = [day for day in expected if day not in known and day < today]
        return Coverage(
            source=source,
            stream=self.stream.name,
            account=self.account["scope"],
            timezone=zone,
            complete=ranges(day for day in known if day < settled),
            provisional=ranges(day for day in known if day >= settled),
            missing=ranges(missing),
            reason=(reason or "never read") if missing else "",
        )


def ranges(days: Iterable[date]) -> tuple[Days, ...]:
    """Days as runs of consecutive ones, each by its first and last day."""
    runs: list[Days] = []
    for day in sorted(days):
        if runs and day - runs[-1][1] == timedelta(days=1):
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return tuple(runs)


def _cursors(project: Project, batches: list[Row]) -> Iterator[Coverage]:
    """How far each cursor stream is complete, as the lake's newest batch of it says."""
    kinds = {
        (source, stream.name): stream.kind
        for source, streams in project.streams().items()
        for stream in streams
    }
    for row in batches:
        if kinds.get((row["source"], row["stream"])) is StreamKind.INCREMENTAL:
            until, reason = _reached(project.table(row["source"], row["stream"]), row["scope"])
            yield Coverage(
                source=row["source"],
                stream=row["stream"],
                account=row["scope"],
                timezone="UTC",
                reason=reason,
                complete_until=until,
            )


def _strays(batches: list[Row]) -> tuple[Row, ...]:
    """Streams that held personal values where none is declared, and how many."""
    return tuple(
        {name: row[name] for name in ("source", "stream", "scope", "strays")}
        for row in batches
        # The newest published version may be of an earlier version of Trueup.
        if row.get("strays")
    )


def _reached(table: StreamTable, scope: str) -> tuple[datetime | None, str]:
    """Up to when a scope is complete, or why that cannot be told."""
    try:
        last = table.last_commit(scope)
    except IntegrityError as error:  # of one table; all else can still be shown
        return None, f"{error.code} {error.message}"
    return (last.header.state.cursor_until, "") if last else (None, "its lake table is gone")


def _held(project: Project, checks: list[Row]) -> tuple[HeldTable, ...]:
    manifest = project.published.current()
    shown = manifest.tables if manifest else {}
    held = [
        HeldTable(
            name=table.name,
            gates=table.held_by,
            as_of=table.as_of,
            held_since=_held_since(project, table.publish_id),
        )
        for table in shown.values()
        if table.held_by
    ]
    for name, gates in _never_shown(checks, set(shown)).items():
        held.append(HeldTable(name=name, gates=gates, as_of=None, held_since=None))
    return tuple(sorted(held, key=lambda table: table.name))


def _held_since(project: Project, publish_id: str) -> datetime | None:
    """When the first version was published that no longer showed the table anew."""
    later = [version for version in project.published.versions() if version > publish_id]
    return project.published.version(later[0]).published_at if later else None


def _never_shown(checks: list[Row], shown: set[str]) -> dict[str, tuple[str, ...]]:
    held: dict[str, list[str]] = {}
    for row in checks:
        if row["status"] == "fail":
            for name in row["protects"].split(", "):
                if name not in shown:
                    held.setdefault(name, []).append(row["gate"])
    return {name: tuple(gates) for name, gates in held.items()}


def _key(row: Row) -> tuple[str, str, str]:
    return row["source"], row["stream"], row["scope"]


def _utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment else None
