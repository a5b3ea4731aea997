"""What people should know of a sync, kept in the warehouse for status and the Trust page."""

from datetime import datetime

from trueup.pipeline.project import Project
from trueup.pipeline.sync import SyncResult


def note_sync(project: Project, synced: SyncResult, run_id: str, now: datetime) -> None:
    """Write down every stream's outcome and the accounts that each source reported."""
    moment = now.replace(tzinfo=None)
    with project.warehouse.transaction() as connection:
        for r in synced.streams:
            tally = r.tally
            connection.execute(
                "insert into ops.syncs values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    *(run_id, moment, r.source, r.stream, r.scope, r.status),
                    r.error.message if r.error else "",
                    *(tally.received, tally.landed, tally.quarantined, tally.unchanged),
                    tally.windows_read,
                ],
            )
        for source, accounts in synced.accounts.items():
            connection.execute("delete from ops.accounts where source = ?", [source])
            for a in accounts:
                connection.execute(
                    "insert into ops.accounts values (?, ?, ?, ?, ?, ?, ?, ?)",
                    [
                        *(source, a.account_id, a.name, a.currency, a.timezone),
                        *(a.status.value, a.reason, moment),
                    ],
                )
