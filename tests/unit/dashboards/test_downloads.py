"""Downloads say what their rows are of."""

from datetime import date
from decimal import Decimal

import pyarrow as pa

from trueup_dashboards import downloads
from trueup_dashboards.names import as_csv
from trueup_dashboards.period import Period

JUNE = Period(date(2026, 6, 1), date(2026, 7, 1))
ROWS = pa.table({"campaign": ["Brand"], "spend": [Decimal("0.100000")]})


def lines(download: downloads.Download) -> list[str]:
    return as_csv(download.rows).decode("utf-8-sig").splitlines()


def test_amounts_name_their_currency_period_and_version() -> None:
    made = downloads.of_period(ROWS, "campaigns", currency="EUR", period=JUNE, publish_id="P1")
    assert made.file_name == "trueup_campaigns_2026-06-01_to_2026-06-30_EUR_P1.csv"
    assert lines(made) == [
        "currency,period_since,period_until,publish_id,campaign,spend",
        "EUR,2026-06-01,2026-07-01,P1,Brand,0.100000",
    ]


def test_a_file_without_rows_still_has_its_columns() -> None:
    made = downloads.of_version(ROWS.slice(0, 0), "gates", publish_id="P1")
    assert made.file_name == "trueup_gates_P1.csv"
    assert lines(made) == ["publish_id,campaign,spend"]
