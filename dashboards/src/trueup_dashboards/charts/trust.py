"""The Trust page's chart."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import altair as alt
import pyarrow as pa

from trueup_dashboards import theme
from trueup_dashboards.states import State

STATES = [state.value for state in State if state is not State.HELD]


def coverage_strips(rows: pa.Table, days: Sequence[date], names: list[str]) -> Any:
    """One strip per account's stream, one cell per day.

    Filled: final. Light: provisional. An empty frame: missing. A grey frame: beyond the
    vendor's reach. A dot: complete, with zero rows.
    """
    look = theme.colours()
    base = alt.Chart(rows).encode(
        x=theme.by_day(days, labels=14),
        y=alt.Y(
            "strip:N",
            sort=names,
            title=None,
            scale=alt.Scale(paddingInner=0.2, paddingOuter=0.1),
            axis=alt.Axis(ticks=False, domain=False, labelLimit=330, labelPadding=8),
        ),
        tooltip=[
            alt.Tooltip("strip:N", title="account"),
            alt.Tooltip("utcyearmonthdate(day):T", title="day", format="%a %Y-%m-%d"),
            alt.Tooltip("state:N", title="state"),
            alt.Tooltip("says:N", title="reason"),
            alt.Tooltip("row_count:Q", title="rows", format=",.0f"),
        ],
    )
    cells = base.mark_rect(cornerRadius=2, strokeWidth=1.2).encode(
        fill=alt.Fill(
            "state:N",
            scale=alt.Scale(
                domain=STATES,
                range=[look.accent, look.accent, look.ground, look.ground],
            ),
            legend=None,
        ),
        fillOpacity=alt.condition(
            "datum.state === 'provisional'",
            alt.value(theme.PROVISIONAL_OPACITY),
            alt.value(theme.FINAL_OPACITY),
        ),
        stroke=alt.Stroke(
            "state:N",
            scale=alt.Scale(
                domain=STATES, range=[look.ground, look.ground, look.weak, look.attention]
            ),
            legend=None,
        ),
    )
    nothing = base.transform_filter("datum.row_count === 0").mark_point(
        filled=True, size=16, opacity=1, color=look.ground
    )
    return theme.styled(cells + nothing, 34 + 24 * len(names))
