"""The figure that a fault was aimed at, before it, after it and in truth."""

from collections.abc import Mapping
from datetime import UTC
from decimal import Decimal

import duckdb

from trueup.pipeline.demo.parts import Proof
from trueup.pipeline.demo.published_reader import reader, version
from trueup.pipeline.demo.scenario import ProofQuery
from trueup.pipeline.settings.project import Project
from trueup.warehouse.manifest import PublishManifest

Side = tuple[str, Decimal | None]


def proof_of(
    query: ProofQuery,
    project: Project,
    versions: tuple[PublishManifest, PublishManifest],
    values: Mapping[str, str],
) -> Proof:
    """The figure in the versions before and after, in truth, and as history keeps it."""
    before, after = versions
    known_at = before.known_at.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ")
    shown: list[Side] = []
    with reader(project, {**values, "known_at": known_at}) as connection:
        with version(connection, project, before.publish_id):
            shown.append(("published before", _amount(connection, query.published)))
        with version(connection, project, after.publish_id):
            shown.append(("published now", _amount(connection, query.published)))
            if query.truth:
                shown.append(("truth", _amount(connection, query.truth)))
            if query.as_known_before:
                shown.append(("kept as known before", _amount(connection, query.as_known_before)))
    if query.as_candidate:
        [row] = project.warehouse.query(query.published)
        shown.append(("had no gate held it", next(iter(row.values()))))
    figure = query.figure.format_map({**values, "currency": project.config.currency})
    return Proof(figure=figure, sides=tuple(shown))


def _amount(connection: duckdb.DuckDBPyConnection, sql: str) -> Decimal | None:
    [(amount,)] = connection.execute(sql).fetchall()
    return None if amount is None else Decimal(amount)
