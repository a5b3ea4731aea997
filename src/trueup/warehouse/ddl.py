"""The tables that the loader and the pipeline write; models and gates only read them."""

from trueup.core.ids import is_identifier
from trueup.errors import ConfigError

RECORD_COLUMNS = """
    payload json,
    record_key varchar,
    cursor_value varchar,
    operation varchar,
    scope varchar,
    window_since timestamp,
    window_until timestamp,
    page_index integer,
    record_index integer,
    batch_id varchar,
    extracted_at timestamp,
    load_id bigint,
    loaded_at timestamp
"""

TABLES = {
    # One row per stream: how far its lake table is loaded.
    "raw.load_positions": """
        source varchar not null, stream varchar not null, delta_version bigint not null,
        load_id bigint not null, loaded_at timestamp not null, primary key (source, stream)
    """,
    # One row per loaded batch; conservation holds per row.
    "raw.batches": """
        load_id bigint not null, batch_id varchar not null, source varchar, stream varchar,
        kind varchar, scope varchar, account_name varchar, currency varchar, timezone varchar,
        delta_version bigint, extracted_at timestamp, loaded_at timestamp, received bigint,
        landed bigint, quarantined bigint, deduplicated bigint, unchanged bigint,
        code_version varchar, run_id varchar, cursor_until timestamp, strays bigint,
        masked_cards bigint
    """,
    # One row per complete version of a window.
    "raw.windows": """
        load_id bigint not null, batch_id varchar, source varchar, stream varchar, scope varchar,
        window_since timestamp, window_until timestamp, window_day date, row_count bigint,
        content_hash varchar
    """,
    # One row per figure that a source itself sums up for a window.
    "raw.control_totals": """
        load_id bigint not null, batch_id varchar, source varchar, stream varchar, scope varchar,
        window_day date, window_since timestamp, window_until timestamp, name varchar,
        value decimal(38, 9)
    """,
    # One row per quarantined record.
    "raw.quarantine": """
        load_id bigint not null, batch_id varchar, source varchar, stream varchar, scope varchar,
        page_index integer, record_index integer, reason varchar, payload varchar,
        extracted_at timestamp
    """,
    # One row per request that gave a page of a loaded batch.
    "raw.requests": """
        load_id bigint not null, batch_id varchar, page_index integer, method varchar,
        url varchar, status integer, request_id varchar, body_sha256 varchar,
        body_bytes bigint, attempts integer
    """,
    # The last load whose transform succeeded as a whole.
    "ops.transform_position": "load_id bigint not null, project_hash varchar",
    # One row per stream of the sources that the project file names.
    "ops.streams": """
        source varchar not null, stream varchar not null, kind varchar not null,
        lookback_days integer not null
    """,
    # One row per check of a run.
    "ops.checks": """
        run_id varchar, checked_at timestamp, gate varchar, status varchar, violations bigint,
        message varchar, protects varchar, load_id bigint
    """,
    # One row per stream, account and run: what the sync found, and the first day that the source
    # still answers for.
    "ops.syncs": """
        run_id varchar, synced_at timestamp, source varchar, stream varchar, scope varchar,
        status varchar, message varchar, received bigint, landed bigint, quarantined bigint,
        unchanged bigint, windows integer, answered_from date
    """,
    # One row per stream: how far the files of its lake table are checked, and which are damaged.
    "ops.lake_checks": """
        source varchar, stream varchar, next_version bigint, damaged_versions bigint[],
        damage varchar, round bigint, primary key (source, stream)
    """,
    # One row per account of the newest run that asked its source.
    "ops.accounts": """
        source varchar, scope varchar, name varchar, currency varchar, timezone varchar,
        status varchar, reason varchar, seen_at timestamp
    """,
}

# Brings tables of an earlier version to the columns above; changes nothing in others.
UPGRADES = (
    "alter table ops.syncs add column if not exists answered_from date",
    "alter table raw.batches add column if not exists strays bigint",
    "alter table raw.batches add column if not exists masked_cards bigint",
    "alter table raw.batches drop column if exists suppressed",
)


def raw_table(source: str, stream: str) -> str:
    """The raw table of a stream; refuses names that are not plain identifiers."""
    if not (is_identifier(source) and is_identifier(stream)):
        raise ConfigError(
            f"warehouse: {source!r}.{stream!r} cannot name a table",
            hint="Use lower-case letters, digits and underscores, at most 63.",
            code="TUP-301",
        )
    return f"raw.{source}__{stream}"
