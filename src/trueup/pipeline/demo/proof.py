"""The figure that a fault was aimed at, before it, after it and in truth."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from decimal import Decimal
from pathlib import Path

import duckdb

from trueup.pipeline.demo.faults import Deed
from trueup.pipeline.demo.parts import Proof
from trueup.pipeline.settings.project import Project
from trueup.warehouse.manifest import PublishManifest
from trueup.warehouse.published_store import SERVING_FILE

Sides = tuple[PublishManifest, PublishManifest]
"""The versions before and after."""

_DAY = """
    select sum(spend_amount) from {side}.core.{table}
    where account_id = ? and platform_date = ?::date
"""
_AS_KNOWN_AT = """
    and not is_deleted and knowledge_from <= ?::timestamp
    and (knowledge_to is null or knowledge_to > ?::timestamp)
"""
_TRUE_DAY = "select sum(spend) from read_parquet(?) where account_id = ? and day = ?::date"
_TOTAL = "select sum(spend_amount_reporting) from {side}.marts.mart_channel_daily"


def day_proof(project: Project, sides: Sides, deed: Deed, truth: Path) -> Proof:
    """One account's day: as published before and after, in truth, and as history keeps it."""
    cell = [deed.account, deed.day]
    known_at = sides[0].known_at.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ")
    with _attached(project, sides) as connection:

        def spend(sql: str, parameters: list[str]) -> Decimal:
            return Decimal(connection.execute(sql, parameters).fetchall()[0][0] or 0)

        kept = _DAY.format(side="after", table="fact_ad_spend_hist") + _AS_KNOWN_AT
        shown = (
            ("published before", spend(_DAY.format(side="before", table="fact_ad_spend"), cell)),
            ("published now", spend(_DAY.format(side="after", table="fact_ad_spend"), cell)),
            ("truth", spend(_TRUE_DAY, [str(truth / "ad_spend.parquet"), *cell])),
            ("kept as known before", spend(kept, [*cell, known_at, known_at])),
        )
    return Proof(figure=f"spend of account {deed.account} on {deed.day}", sides=shown)


def held_proof(project: Project, sides: Sides) -> Proof:
    """The spend of all channels: as published, and as it would be had no gate held it back."""
    with _attached(project, sides) as connection:
        shown = {
            side: connection.execute(_TOTAL.format(side=side)).fetchall()[0][0]
            for side in ("before", "after")
        }
    [candidate] = project.warehouse.query(_TOTAL.format(side="warehouse") + " as candidate")
    return Proof(
        figure=f"spend of all channels in {project.config.currency}",
        sides=(
            ("published before", shown["before"]),
            ("published now", shown["after"]),
            ("had no gate held it", next(iter(candidate.values()))),
        ),
    )


@contextmanager
def _attached(project: Project, sides: Sides) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    try:
        for name, manifest in zip(("before", "after"), sides, strict=True):
            path = str(project.published.root / manifest.publish_id / SERVING_FILE).replace(
                "'", "''"
            )
            connection.execute(f"attach '{path}' as {name} (read_only)")
        yield connection
    finally:
        connection.close()
