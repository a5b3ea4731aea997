"""Gates of sources: every source of the project file has been read."""

from trueup.quality.gates import Gate, Severity

SOURCE_GATES = (
    Gate(
        name="sources_read",
        title="Every configured source has been read at least once",
        protects=frozenset(),
        # Figures that need the source are NULL and marked; figures of other sources are right.
        severity=Severity.WARN,
        sql="""
            with stated as (
                select source, stream from ops.streams
                where stream in ('ad_days', 'campaign_days', 'orders')
            )
            select stated.source, string_agg(stated.stream, ', ' order by stated.stream) as streams,
                coalesce(max(noted.message), 'no reason was noted') as reason
            from stated
            left join (
                select source, arg_max(message, synced_at) as message from ops.syncs
                where status <> 'ok' group by source
            ) as noted on stated.source = noted.source
            where not exists (
                select 1 from raw.batches as batches
                where batches.source = stated.source and batches.stream = stated.stream
            )
            group by stated.source
            order by stated.source
        """,
        explain="{source} has never been read ({streams}): {reason}",
        why="Figures that need this source are unknown, and so are sums over them: they are empty.",
        hint="trueup status shows why the source was not read. Then: trueup run. If nobody needs "
        "the source, remove it from trueup.yml.",
        owner="growth",
    ),
)
