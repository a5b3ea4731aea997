"""CSV downloads: the rows of a panel with the currency, period and version that they are of."""

from dataclasses import dataclass

import pyarrow as pa

from trueup_dashboards.period import Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """One CSV file; `name` identifies its panel, `file_name` also says what the rows are of."""

    name: str
    file_name: str
    rows: pa.Table


def of_period(
    rows: pa.Table, name: str, *, currency: str, period: Period, publish_id: str
) -> Download:
    """`rows` with amounts of `period`. As in every window, `period_until` is not a day of it."""
    about = {
        "currency": pa.scalar(currency),
        "period_since": pa.scalar(period.since),
        "period_until": pa.scalar(period.until),
        "publish_id": pa.scalar(publish_id),
    }
    words = (name, f"{period.since}_to_{period.last}", currency, publish_id)
    return Download(name=name, file_name=_file_name(*words), rows=_led_by(about, rows))


def of_version(rows: pa.Table, name: str, *, publish_id: str) -> Download:
    """`rows` that say how the version came about; they have no period and no currency."""
    about = {"publish_id": pa.scalar(publish_id)}
    return Download(name=name, file_name=_file_name(name, publish_id), rows=_led_by(about, rows))


def _led_by(about: dict[str, pa.Scalar], rows: pa.Table) -> pa.Table:
    """`rows` with the same values of `about` before each."""
    repeated = [pa.array([value.as_py()] * rows.num_rows, value.type) for value in about.values()]
    return pa.table([*repeated, *rows.columns], names=[*about, *rows.column_names])


def _file_name(*words: str) -> str:
    return f"trueup_{'_'.join(filter(None, words))}.csv"
