"""Pages without figures: each says why, and what to do."""

import duckdb
import streamlit as st

from trueup_dashboards.names import as_html
from trueup_dashboards.queries import trust
from trueup_dashboards.visit import Visit


def nothing_published(title: str, folder: str) -> None:
    """Before the first publish, or when the folder is not named."""
    where = f"<p>Looked in {as_html(folder)}</p>" if folder else ""
    _say(
        title,
        "Nothing is published yet",
        "<p>Figures appear here once a run has read its sources and passed its gates.</p>"
        f"<p>Run <code>trueup run</code>, or <code>trueup demo</code> for an example.</p>{where}",
    )


def unreadable(title: str, publish_id: str, error: duckdb.Error) -> None:
    """The version's files are gone or broken; older figures are not shown in their place."""
    _say(
        title,
        "This version cannot be read",
        f"<p>Version {as_html(publish_id)}: {as_html(str(error)[:400])}</p>"
        "<p>It may just have been replaced: reload the page. If it stays, publish again with "
        "<code>trueup publish</code>.</p>",
    )


def never_shown(visit: Visit, tables: list[str]) -> None:
    """Tables that a failed gate has held back since the first version."""
    gates = [gate for gate in visit.published.rows(trust.GATES) if gate["status"] == "fail"]
    reasons = "".join(
        f"<p><b>{as_html(gate['gate'])}</b>: {as_html(gate['message'])}</p>" for gate in gates
    )
    _say(
        "",
        "▣ Held back",
        f"<p>{as_html(', '.join(tables))}: not published, since no version of it has passed its "
        f"gates so far.</p>{reasons or '<p>The newest run did not make it.</p>'}"
        "<p>The Trust page shows every gate; <code>trueup status</code> says what to do.</p>",
    )


def no_data(visit: Visit) -> None:
    """The chosen days are outside of what is known. Not zero: unknown."""
    known = f"<p>Figures are there for {visit.known}.</p>" if visit.known else ""
    _say(
        "",
        "No data in this period",
        f"<p>Nothing is known of {visit.period or 'any day'}: that is not zero.</p>{known}",
    )


def _say(title: str, headline: str, body: str) -> None:
    heading = f'<div class="tu-page">{title}</div>' if title else ""
    st.html(f'{heading}<div class="tu-empty"><h3>{headline}</h3>{body}</div>')
