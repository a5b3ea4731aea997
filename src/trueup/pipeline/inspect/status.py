"""Status of a project: freshness, coverage, gates, withheld tables and quarantined records.

Reads only. While a run is at work, and so holds the warehouse, the newest published version's
copies of the same tables answer instead.
"""

from dataclasses import dataclass
from datetime import datetime

from trueup.errors import DamagedWarehouseError, IntegrityError, QualityError, TrueupError
from trueup.pipeline.inspect.coverage import Coverage, coverage_of
from trueup.pipeline.inspect.state_tables import Row, State, key_of, read_state, utc
from trueup.pipeline.settings.project import Project


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
class WithheldTable:
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
    held: tuple[WithheldTable, ...] = ()
    quarantine: tuple[Row, ...] = ()
    strays: tuple[Row, ...] = ()
    masked_cards: tuple[Row, ...] = ()
    publish_id: str | None = None
    published_at: datetime | None = None
    known_at: datetime | None = None
    unreadable: str = ""
    """Why the published version cannot be read; empty when it can."""
    damaged: tuple[str, ...] = ()
    """Published files that are damaged."""
    lake_damage: tuple[str, ...] = ()
    warehouse_damage: DamagedWarehouseError | None = None

    def errors(self) -> tuple[TrueupError, ...]:
        """All that is wrong with the project, each with what to do."""
        found: list[TrueupError | None] = []
        found += [
            _published_error(self),
            self.warehouse_damage,
            *map(_lake_error, self.lake_damage),
        ]
        found += [_withheld_error(self), _failed_error(self)]
        return tuple(error for error in found if error is not None)


def status(project: Project, now: datetime) -> ProjectStatus:
    """The state of `project` as seen at `now`; works before the first run and during one."""
    read = read_state(project)
    state = read.tables
    manifest = project.published.current()
    return ProjectStatus(
        name=project.config.name,
        now=now,
        seen_in=read.seen_in,
        freshness=_freshness(state),
        coverage=coverage_of(project, state, now),
        unavailable=tuple(a for a in state["ops.accounts"] if a["status"] == "unavailable"),
        gates=tuple(state["ops.checks"]),
        held=_held(project, state["ops.checks"]),
        quarantine=tuple(state["ops.quarantine"]),
        strays=_counted(state["ops.batches"], "strays"),
        masked_cards=_counted(state["ops.batches"], "masked_cards"),
        publish_id=manifest.publish_id if manifest else None,
        published_at=manifest.published_at if manifest else None,
        known_at=manifest.known_at if manifest else None,
        unreadable=project.published.unreadable() if manifest else "",
        damaged=tuple(map(str, project.published.damage())),
        lake_damage=tuple(row["damage"] for row in state["ops.lake_checks"]),
        warehouse_damage=read.damage,
    )


def _published_error(status: ProjectStatus) -> IntegrityError | None:
    problems = status.damaged or ((status.unreadable,) if status.unreadable else ())
    if not problems:
        return None
    more = f" and {len(problems) - 1} more" if len(problems) > 1 else ""
    return IntegrityError(
        f"published version {status.publish_id}: {problems[0]}{more}",
        why="Readers may see other rows than were published, or an error.",
        hint="Rebuild the damaged files: trueup publish",
        code="TUP-733",
    )


def _lake_error(damage: str) -> IntegrityError:
    return IntegrityError(
        damage,
        why="The warehouse holds the rows of these files, so figures stay right. But it could not "
        "be rebuilt from the lake.",
        hint="Restore the files from backup, then: trueup check",
        code="TUP-734",
    )


def _withheld_error(status: ProjectStatus) -> QualityError | None:
    failed = [row["gate"] for row in status.gates if row["status"] == "fail"]
    if not (failed or status.held):
        return None
    names = ", ".join(failed or sorted({gate for table in status.held for gate in table.gates}))
    return QualityError(
        f"{len(status.held)} table(s) withheld by {names}",
        why="They show their last good version, or nothing if there is none.",
        hint="See what each gate found above, and what to do about it in docs/reference/gates.md",
        code="TUP-603",
    )


def _failed_error(status: ProjectStatus) -> QualityError | None:
    failed = [f"{f.source}.{f.stream} · {f.account}" for f in status.freshness if f.status != "ok"]
    if not failed:
        return None
    return QualityError(
        f"the last sync failed for {', '.join(failed)}",
        why="Figures that need these streams are as old as their last sync.",
        hint="See the reasons above, then: trueup run",
        code="TUP-604",
    )


def _freshness(state: State) -> tuple[Freshness, ...]:
    changed = {key_of(row): row["extracted_at"] for row in state["ops.batches"]}
    return tuple(
        Freshness(
            source=row["source"],
            stream=row["stream"],
            account=row["scope"],
            status=row["status"],
            message=row["message"],
            asked_at=utc(row["synced_at"]),
            changed_at=utc(changed.get(key_of(row))),
        )
        for row in state["ops.syncs"]
    )


def _counted(batches: list[Row], count: str) -> tuple[Row, ...]:
    """Streams that held values of a kind, such as undeclared personal ones, and how many."""
    return tuple(
        {name: row[name] for name in ("source", "stream", "scope", count)}
        for row in batches
        # The newest published version may be of an earlier version of Trueup.
        if row.get(count)
    )


def _held(project: Project, checks: list[Row]) -> tuple[WithheldTable, ...]:
    manifest = project.published.current()
    shown = manifest.tables if manifest else {}
    held = [
        WithheldTable(
            name=table.name,
            gates=table.held_by,
            as_of=table.as_of,
            held_since=_held_since(project, table.publish_id),
        )
        for table in shown.values()
        if table.held_by
    ]
    for name, gates in _never_shown(checks, set(shown)).items():
        held.append(WithheldTable(name=name, gates=gates, as_of=None, held_since=None))
    return tuple(sorted(held, key=lambda table: table.name))


def _held_since(project: Project, publish_id: str) -> datetime | None:
    """Time of the first published version that did not update the table."""
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
