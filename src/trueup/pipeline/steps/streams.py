"""The streams of the configured sources, kept in the warehouse for models and gates."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime

from trueup.core.stream import Stream
from trueup.errors import ConfigError
from trueup.pipeline.settings.project import Project


def configured_streams(project: Project, now: datetime) -> Iterator[tuple[str, Stream]]:
    """Streams with the lookback from their source's settings."""
    for name, declared in project.streams().items():
        try:
            with closing(project.connect(name, now)) as source:
                streams = source.streams
        except ConfigError:
            # Settings may name variables that are not set: the usual lookback is as good as known.
            streams = declared
        yield from ((name, stream) for stream in streams)


def note_streams(project: Project, now: datetime) -> None:
    """Store the configured streams, if they differ from the stored ones."""
    rows = sorted(
        (source, stream.name, stream.kind.value, stream.lookback.days)
        for source, stream in configured_streams(project, now)
    )
    known = project.warehouse.query(
        "select source, stream, kind, lookback_days from ops.streams order by all"
    )
    if [tuple(row.values()) for row in known] == rows:
        return
    with project.warehouse.transaction() as connection:
        connection.execute("delete from ops.streams")
        for row in rows:
            connection.execute("insert into ops.streams values (?, ?, ?, ?)", row)
