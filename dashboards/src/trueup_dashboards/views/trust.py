"""Trust: gates, withheld tables, coverage, freshness, quarantine and loads of the version."""

from typing import Any

import pyarrow as pa
import streamlit as st

from trueup_dashboards import showing, widgets
from trueup_dashboards.charts import trust as drawing
from trueup_dashboards.published import Row
from trueup_dashboards.queries import coverage
from trueup_dashboards.queries import trust as queries
from trueup_dashboards.visit import Visit, current

ROW_PIXELS = 32
MOST_ROWS = 9
_SIGNS = {"pass": "✓ pass", "warn": "! warn", "fail": "✗ fail", "ok": "✓ ok"}


def show(visit: Visit) -> None:
    held, aside = st.columns([5, 7])
    with held:
        _held(visit)
    with aside:
        _quarantine(visit)
    _gates(visit)
    _moved(visit)
    _coverage(visit)
    _freshness(visit)
    _ledger(visit)


def _held(visit: Visit) -> None:
    gates = visit.published.rows(queries.GATES)
    rows = _held_rows(visit, gates)
    table = pa.Table.from_pylist(rows, schema=_HELD_SCHEMA)
    with widgets.panel(
        "Withheld tables",
        "a failed gate stops their update. Pages show the last good version.",
        visit.version_download(table, "trust_held"),
    ):
        if rows:
            _draw(table, _HELD_COLUMNS)
        else:
            widgets.chips(widgets.chip("✓ every table is from the newest run", "good"))


_HELD_SCHEMA = pa.schema(
    [
        ("table", pa.string()),
        ("gates", pa.string()),
        ("figures_as_of", pa.timestamp("us")),
        ("held_since", pa.timestamp("us")),
    ]
)


def _held_rows(visit: Visit, gates: list[Row]) -> list[Row]:
    """Rows of tables at an older version, then of tables that no version has shown."""
    held = [
        {
            "table": table.name,
            "gates": ", ".join(table.held_by),
            "figures_as_of": table.as_of,
            "held_since": table.held_since,
        }
        for table in visit.tables.values()
        if table.held_by
    ]
    never: dict[str, list[str]] = {}
    for gate in gates:
        if gate["status"] == "fail":
            for name in filter(None, gate["protects"].split(", ")):
                if name not in visit.tables:
                    never.setdefault(name, []).append(gate["gate"])
    return held + [
        {"table": name, "gates": ", ".join(found), "figures_as_of": None, "held_since": None}
        for name, found in sorted(never.items())
    ]


def _gates(visit: Visit) -> None:
    table = _signed(visit.published.table(queries.GATES))
    at = table["checked_at"][0].as_py() if table.num_rows else None
    with widgets.panel(
        "Gates of the last run",
        f"checked {showing.moment(at)}. Failed gates come first.",
        visit.version_download(table, "trust_gates"),
    ):
        _draw(table.drop_columns(["checked_at"]), _GATE_COLUMNS)


def _moved(visit: Visit) -> None:
    """Figures of earlier days that changed; versions of earlier releases do not list them."""
    if not visit.published.columns("ops.moved_figures") or visit.lacks("dim_channel"):
        return
    table = visit.published.table(queries.MOVED)
    since = table["since_publish_id"][0].as_py() if table.num_rows else ""
    with widgets.panel(
        f"Changed since the last version, amounts in {visit.currency}",
        f"figures of days that version {since} showed with another value; final days stand first"
        if since
        else "figures of days that the version before showed with another value",
        visit.version_download(table, "trust_moved"),
    ):
        if table.num_rows:
            _draw(widgets.drawable(table), _MOVED_COLUMNS)
        else:
            widgets.chips(widgets.chip("✓ no figure of an earlier day changed", "good"))


def _coverage(visit: Visit) -> None:
    if visit.period is None:
        return
    days = visit.published.table(
        coverage.strips(visit.coverage), since=visit.period.since, until=visit.period.until
    )
    names = sorted(set(days["strip"].to_pylist()))
    with widgets.panel(
        "Coverage by account and day",
        "full: final · light: provisional, the source may still change it · frame: missing · "
        "grey frame: beyond the vendor's reach · dot: read completely, with no rows",
        visit.download(days, "trust_coverage"),
    ):
        if names:
            st.altair_chart(
                drawing.coverage_strips(days, visit.chosen.each_day(), names), alt="Coverage"
            )
        else:
            st.html('<p class="tu-subtitle">No account has a report for these days.</p>')


def _freshness(visit: Visit) -> None:
    table = _signed(visit.published.table(queries.FRESHNESS))
    unavailable = visit.published.rows(queries.UNAVAILABLE)
    with widgets.panel(
        "Freshness",
        "each stream's last sync, and its last sync with new or changed records (UTC)",
        visit.version_download(table, "trust_freshness"),
    ):
        if unavailable:
            widgets.chips(
                *(
                    widgets.chip(f"○ {row['account']} unavailable", "attention", row["reason"])
                    for row in unavailable
                )
            )
        _draw(table, _FRESHNESS_COLUMNS)


def _quarantine(visit: Visit) -> None:
    table = visit.published.table(queries.QUARANTINE)
    with widgets.panel(
        "Quarantined records, by reason",
        "Trueup could not read these records. No figure includes them.",
        visit.version_download(table, "trust_quarantine"),
    ):
        if table.num_rows:
            _draw(table, _QUARANTINE_COLUMNS)
        else:
            widgets.chips(widgets.chip("✓ 0 records quarantined", "good"))


def _ledger(visit: Visit) -> None:
    table = visit.published.table(queries.LEDGER)
    with widgets.panel(
        "Load ledger",
        "records received, landed and quarantined, over all loads (UTC)",
        visit.version_download(table, "trust_ledger"),
    ):
        _draw(table, _LEDGER_COLUMNS)


def _signed(table: pa.Table) -> pa.Table:
    """`table` with its status as a sign and a word, because colour alone is not readable by all."""
    words = [_SIGNS.get(status, f"✗ {status}") for status in table["status"].to_pylist()]
    position = table.column_names.index("status")
    return table.set_column(position, "status", pa.array(words, pa.string()))


def _draw(table: pa.Table, columns: dict[str, Any]) -> None:
    st.dataframe(
        table,
        column_config=columns,
        column_order=list(columns),
        hide_index=True,
        placeholder=showing.NOT_AVAILABLE,
        row_height=ROW_PIXELS,
        height=ROW_PIXELS * (min(table.num_rows, MOST_ROWS) + 1) + 8,
    )


_kinds = st.column_config
_WHEN = "YYYY-MM-DD HH:mm"
_HELD_COLUMNS: dict[str, Any] = {
    "table": _kinds.TextColumn("Table"),
    "gates": _kinds.TextColumn("Failed gates"),
    "figures_as_of": _kinds.DatetimeColumn("Figures as of, UTC", format=_WHEN),
    "held_since": _kinds.DatetimeColumn("Held since, UTC", format=_WHEN),
}
_GATE_COLUMNS: dict[str, Any] = {
    "status": _kinds.TextColumn("Verdict", width=90),
    "gate": _kinds.TextColumn("Gate", width=190),
    "violations": _kinds.NumberColumn("Violations", format="localized", width=90),
    "message": _kinds.TextColumn("Message", width="large"),
    "protects": _kinds.TextColumn("Protects", width="medium"),
}
_MOVED_COLUMNS: dict[str, Any] = {
    "day": _kinds.DateColumn("Day", width=100),
    "metric": _kinds.TextColumn("Metric", width=170),
    "channel": _kinds.TextColumn("Channel", width=150),
    "before_value": _kinds.NumberColumn("Before", format="%.2f"),
    "after_value": _kinds.NumberColumn("Now", format="%.2f"),
    "change": _kinds.NumberColumn("Change", format="%+.2f"),
    "was_final": _kinds.CheckboxColumn("Was final"),
}
_FRESHNESS_COLUMNS: dict[str, Any] = {
    "status": _kinds.TextColumn("Status", width=110),
    "source": _kinds.TextColumn("Source", width=90),
    "stream": _kinds.TextColumn("Stream", width=100),
    "account": _kinds.TextColumn("Account", width=170),
    "synced_at": _kinds.DatetimeColumn("Last sync", format=_WHEN, width=130),
    "changed_at": _kinds.DatetimeColumn("Last changed", format=_WHEN, width=130),
    "message": _kinds.TextColumn("Message", width="large"),
}
_QUARANTINE_COLUMNS: dict[str, Any] = {
    "reason": _kinds.TextColumn("Reason", width=160),
    "records": _kinds.NumberColumn("Records", format="localized", width=70),
    "source": _kinds.TextColumn("Source"),
    "stream": _kinds.TextColumn("Stream"),
    "account": _kinds.TextColumn("Account"),
    "newest_at": _kinds.DatetimeColumn("Newest, UTC", format=_WHEN),
}
_LEDGER_COLUMNS: dict[str, Any] = {
    "source": _kinds.TextColumn("Source"),
    "stream": _kinds.TextColumn("Stream"),
    "account": _kinds.TextColumn("Account", width="medium"),
    "received": _kinds.NumberColumn("Received", format="localized"),
    "landed": _kinds.NumberColumn("Landed", format="localized"),
    "quarantined": _kinds.NumberColumn("Quarantined", format="localized"),
    "extracted_at": _kinds.DatetimeColumn("Last batch", format=_WHEN),
    "loaded_at": _kinds.DatetimeColumn("Last load", format=_WHEN),
}


if __name__ == "__main__":
    show(current())
