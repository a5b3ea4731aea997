"""Pages without figures. Each gives the reason and the next step."""

import duckdb
import streamlit as st

from trueup_dashboards.names import as_html
from trueup_dashboards.queries import trust
from trueup_dashboards.visit import Visit


def nothing_published(title: str, folder: str) -> None:
    """The page before the first publish, or without the name of a folder."""
    where = f"<p>Trueup looked in {as_html(folder)}.</p>" if folder else ""
    _say(
        title,
        "Nothing is published yet",
        "<p>A run publishes figures once it has read its sources and its gates have passed.</p>"
        f"<p>Run <code>trueup run</code>, or <code>trueup demo</code> for an example.</p>{where}",
    )


def unreadable(title: str, publish_id: str, error: duckdb.Error) -> None:
    """The page of a version whose files are missing or damaged. It shows no older figures."""
    _say(
        title,
        "This version cannot be read",
        f"<p>Version {as_html(publish_id)}: {as_html(str(error)[:400])}</p>"
        "<p>Reload the page: a newer version may have replaced this one. If the message stays, run "
        "<code>trueup publish</code>.</p>",
    )


def never_shown(visit: Visit, tables: list[str]) -> None:
    """The page whose tables a failed gate has withheld since the first version."""
    gates = [gate for gate in visit.published.rows(trust.GATES) if gate["status"] == "fail"]
    reasons = "".join(
        f"<p><b>{as_html(gate['gate'])}</b>: {as_html(gate['message'])}</p>" for gate in gates
    )
    are = "is" if len(tables) == 1 else "are"
    _say(
        "",
        "▣ Withheld",
        f"<p>{as_html(', '.join(tables))} {are} not published: no version has passed its gates so "
        f"far.</p>{reasons or '<p>The newest run did not build it.</p>'}"
        "<p>The Trust page lists every gate. <code>trueup status</code> says how to fix it.</p>",
    )


def no_data(visit: Visit) -> None:
    """The page of days outside of the known ones. Their figures are unknown, not zero."""
    known = f"<p>Figures are known for {visit.known}.</p>" if visit.known else ""
    _say(
        "",
        "No data in this period",
        f"<p>The figures of {visit.period or 'every day'} are unknown, which does not mean zero. "
        f"{_cause(visit)}</p>{known}",
    )


def _cause(visit: Visit) -> str:
    if visit.known is None:
        return "No source has been read yet."
    return "This version has no orders or ad reports of these days."


def _say(title: str, headline: str, body: str) -> None:
    heading = f'<div class="tu-page">{title}</div>' if title else ""
    st.html(f'{heading}<div class="tu-empty"><h3>{headline}</h3>{body}</div>')
