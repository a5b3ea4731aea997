"""Log of syncs in the warehouse, for status and the Trust page."""

from datetime import datetime, timedelta

import duckdb

from trueup.core.account import Account, AccountStatus
from trueup.pipeline.settings.project import Project
from trueup.pipeline.sync.results import SyncResult
from trueup.privacy.log_redaction import redacted


def log_sync(project: Project, synced: SyncResult, run_id: str, now: datetime) -> None:
    """Store the result of every stream, and the accounts that each source reported."""
    moment = log_time(project, "ops.syncs", "synced_at", now)
    with project.warehouse.transaction() as connection:
        for r in synced.streams:
            tally = r.tally
            connection.execute(
                "insert into ops.syncs values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    *(run_id, moment, r.source, r.stream, r.scope, r.status),
                    # A vendor's own words may quote a record; these are published.
                    redacted(r.error.message) if r.error else "",
                    *(tally.received, tally.landed, tally.quarantined, tally.unchanged),
                    *(tally.windows_read, r.answered_from),
                ],
            )
        for source, accounts in synced.accounts.items():
            _note_unlisted(connection, source, accounts, moment)
            for a in accounts:
                connection.execute(
                    "delete from ops.accounts where source = ? and scope = ?",
                    [source, a.account_id],
                )
                connection.execute(
                    "insert into ops.accounts values (?, ?, ?, ?, ?, ?, ?, ?)",
                    [
                        *(source, a.account_id, a.name, a.currency, a.timezone),
                        *(a.status.value, a.reason, moment),
                    ],
                )


def _note_unlisted(
    connection: duckdb.DuckDBPyConnection, source: str, accounts: list[Account], moment: datetime
) -> None:
    """Mark accounts that the credential no longer lists; they stay, since they had figures."""
    connection.execute(
        "update ops.accounts set status = ?, reason = ?, seen_at = ? "
        "where source = ? and not list_contains(?, scope)",
        [
            *(AccountStatus.UNAVAILABLE.value, "the credential no longer lists it", moment),
            *(source, [a.account_id for a in accounts]),
        ],
    )


def log_time(project: Project, table: str, column: str, now: datetime) -> datetime:
    """`now` as a naive UTC time, or just after the newest note when the clock was set back.

    The newest note is what status shows: a later one must never look older.
    """
    [found] = project.warehouse.query(f"select max({column}) as at from {table}")
    moment, last = now.replace(tzinfo=None), found["at"]
    return last + timedelta(microseconds=1) if last and moment <= last else moment
