"""One run of a page: its version, its period, and what is the same for all its figures."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import cast

import pyarrow as pa
import streamlit as st

from trueup_dashboards import downloads
from trueup_dashboards.downloads import Download
from trueup_dashboards.metrics import Metric, dictionary
from trueup_dashboards.period import Period
from trueup_dashboards.published import Published, Row
from trueup_dashboards.queries import coverage, marts, trust
from trueup_dashboards.states import (
    DayStates,
    Reliance,
    TableState,
    coverage_of,
    day_states,
    local_date,
    over,
    reliance,
    table_states,
)

_KEY = "visit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """`known` are the whole days that the version has figures for; None when it has none."""

    published: Published
    published_at: datetime
    tables: dict[str, TableState]
    metrics: dict[str, Metric]
    days: DayStates
    coverage: str
    currency: str
    timezone: str
    known: Period | None
    period: Period | None = None

    @property
    def chosen(self) -> Period:
        """The period of the page. Raises ValueError when the version has no figures."""
        if self.period is None:
            raise ValueError("no period: the version has no figures")
        return self.period

    def lacks(self, *tables: str) -> list[str]:
        """Names among `tables` that no version has shown so far."""
        return [name for name in tables if name not in self.tables]

    def reliance(self, kind: str, *tables: str) -> Reliance:
        """State of a figure of the chosen period that is read from `tables`."""
        states = over(self.chosen, self.days, kind)
        return reliance(states, self._weakest(tables))

    def download(self, rows: pa.Table, name: str) -> Download:
        """`rows` with amounts of the chosen period, as a CSV file."""
        return downloads.of_period(
            rows,
            name,
            currency=self.currency,
            period=self.chosen,
            publish_id=self.published.publish_id,
        )

    def version_download(self, rows: pa.Table, name: str) -> Download:
        """`rows` about the version itself, as a CSV file."""
        return downloads.of_version(rows, name, publish_id=self.published.publish_id)

    def _weakest(self, tables: tuple[str, ...]) -> TableState:
        """The table that is withheld, or else the oldest."""
        found = [self.tables[name] for name in tables]
        return min(found, key=lambda table: (not table.held_by, table.as_of))


def look_at(published: Published) -> Visit:
    """The visit of `published`, without a period. Raises duckdb.Error on a broken version."""
    about = published.rows(trust.PUBLISH)[0]
    timezone = _timezone(published)
    tables = table_states(published)
    span = _span(published, tables)
    return Visit(
        published=published,
        published_at=about["published_at"],
        tables=tables,
        metrics=dictionary(published),
        days=day_states(published, timezone),
        coverage=coverage_of(published),
        currency=span["currency"] or _project_currency(published),
        timezone=timezone,
        known=_whole_days(span, local_date(about["published_at"], timezone)),
    )


def keep(visit: Visit) -> None:
    """Pass `visit` to the page of this run."""
    st.session_state[_KEY] = visit


def current() -> Visit:
    return cast("Visit", st.session_state[_KEY])


def _timezone(published: Published) -> str:
    if "reporting_timezone" not in published.columns("ops.project"):
        return "UTC"
    found: str = published.rows("select reporting_timezone from ops.project")[0][
        "reporting_timezone"
    ]
    return found


def _project_currency(published: Published) -> str:
    if "reporting_currency" not in published.columns("ops.project"):
        return ""
    found: str = published.rows("select reporting_currency from ops.project")[0][
        "reporting_currency"
    ]
    return found


def _span(published: Published, tables: dict[str, TableState]) -> Row:
    """The days of the first mart that has any, or else those of the reports."""
    for mart in (marts.FINANCE, marts.CHANNELS, marts.CAMPAIGNS):
        if mart in tables:
            [found] = published.rows(marts.span(mart))
            if found["first_day"] is not None:
                return found
    return published.rows(coverage.SPAN)[0]


def _whole_days(span: Row, today: date) -> Period | None:
    """From the first day with figures to the last that was over when it was published."""
    first, last = span["first_day"], span["last_day"]
    if first is None or last is None:
        return None
    until = min(last + timedelta(days=1), today)
    return Period(first, until if until > first else last + timedelta(days=1))
