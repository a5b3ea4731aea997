"""Charts: the same axes for all panels, and marks for what is unknown."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

import pyarrow as pa

from trueup_dashboards.charts import channels, overview, sparkline
from trueup_dashboards.queries.marts import NOT_CONFIGURED
from trueup_dashboards.widgets import with_gaps

DAYS = [date(2026, 6, 1) + timedelta(days=number) for number in range(5)]


def rows(revenue: list[float | None], spend: list[float | None], days: list[date]) -> pa.Table:
    return pa.table(
        {
            "day": days,
            "net_revenue": pa.array(revenue, pa.float64()),
            "revenue_reason": pa.array([None] * len(days), pa.string()),
            "revenue_state": ["final"] * len(days),
            "spend": pa.array(spend, pa.float64()),
            "spend_reason": pa.array(
                [None if value is not None else "not read yet" for value in spend], pa.string()
            ),
            "spend_state": ["final"] * len(days),
        }
    )


FULL = rows([5, 6, 7, 8, 90], [1, 1, 1, 1, 1], DAYS)
SPARSE = rows([-3, None], [None, 2], [DAYS[0], DAYS[3]])


def scales(chart: Any, channel: str) -> list[Any]:
    """The domains of a channel in all layers of a chart."""
    drawn = chart.to_dict()
    found = [layer["encoding"].get(channel, {}).get("scale") for layer in drawn["layer"]]
    return [scale["domain"] for scale in found if scale]


def test_trends_with_and_without_gaps_have_the_same_axes() -> None:
    axes = channels.trend_axes(pa.concat_tables([FULL, SPARSE]), DAYS)
    full, sparse = (channels.trend(table, axes, "email") for table in (FULL, SPARSE))
    all_days = [day.day for day in DAYS]
    for chart in (full, sparse):
        assert {tuple(day["date"] for day in days) for days in scales(chart, "x")} == {
            tuple(all_days)
        }
        assert {tuple(domain) for domain in scales(chart, "y")} == {(-3.0, 90.0)}


def test_the_daily_chart_has_each_day_of_the_period() -> None:
    days = scales(overview.revenue_and_spend(SPARSE, DAYS, "USD"), "x")
    assert {tuple(day["date"] for day in domain) for domain in days} == {(1, 2, 3, 4, 5)}


def marks(chart: Any) -> list[str]:
    return [layer["mark"]["type"] for layer in chart.to_dict()["layer"]]


def test_unknown_spend_is_marked_only_where_a_source_is_configured() -> None:
    axes = channels.trend_axes(FULL, DAYS)
    unconfigured = FULL.set_column(
        FULL.column_names.index("spend_reason"),
        "spend_reason",
        pa.array([NOT_CONFIGURED] * 5),
    )
    assert marks(channels.trend(SPARSE, axes, "email")) == ["rect", "bar", "line", "rect"]
    assert marks(channels.trend(unconfigured, axes, "email")) == ["rect", "bar", "line"]


def test_amounts_in_words_give_the_reason_of_an_unknown_one() -> None:
    [transform, *_] = overview.day_words(FULL).mark_bar().to_dict()["transform"]
    assert transform["calculate"].endswith("': ' + datum.revenue_reason : '')")


def test_every_day_of_a_picture_has_its_place() -> None:
    picture = unquote(sparkline.bars([Decimal(1), None, Decimal(2), Decimal(0)]))
    unknown, known = picture.split("<path")[1:]
    assert unknown.count("M") == 1
    assert f"M{sparkline.WIDTH / 4:.1f} {sparkline.HEIGHT}V0.0" in unknown
    assert [part.split(" ")[0] for part in known.split("M")[1:]] == ["0.0", "48.0", "72.0"]


def test_a_picture_of_nothing_known_is_drawn() -> None:
    assert "M0.0" in unquote(sparkline.bars([None]))
    assert unquote(sparkline.bars([])).count("M") == 0


def test_a_line_breaks_on_an_unknown_day_and_keeps_its_place() -> None:
    values = with_gaps([1.0, None, 3.0])
    assert values is not None
    assert [value == value for value in values] == [True, False, True]
    assert with_gaps([None, None]) is None
