"""The account's own figures by day, and whether a report's rows add up to them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

import msgspec

from trueup.errors import IncompleteReadError
from trueup.sources.key_set import KeySet, RecordKeys
from trueup.sources.meta_ads.errors import unknown_form


class DayFigures(msgspec.Struct, frozen=True, kw_only=True):
    """An account's figures of one day; `spend` in the account's currency, major units."""

    date_start: date
    impressions: int = 0
    inline_link_clicks: int = 0
    spend: Decimal = Decimal(0)


class _AdRow(msgspec.Struct, frozen=True, kw_only=True):
    date_start: date
    impressions: int = 0
    inline_link_clicks: int = 0


# The vendor writes numbers as strings, which only the lax mode takes for numbers.
_DAY = msgspec.json.Decoder(DayFigures, strict=False)
_ROW = msgspec.json.Decoder(_AdRow, strict=False)

ByDay = Mapping[date, DayFigures]


def account_days(records: Iterable[bytes], where: str) -> dict[date, DayFigures]:
    """Figures by day from rows of the account's level; ContractError if one cannot be read."""
    try:
        rows = [_DAY.decode(record) for record in records]
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise unknown_form(where, f"a row of account figures: {error}") from None
    return {row.date_start: row for row in rows}


class RowSums:
    """Impressions and link clicks of a report's rows, by day.

    Of rows with one key the first counts, as it will below. Rows that cannot be read are counted
    in `unreadable`: they are quarantined later on, and only then may a sum fall short.
    """

    def __init__(self, key: tuple[str, ...]) -> None:
        self.unreadable = 0
        self.by_day: dict[date, tuple[int, int]] = {}
        self._keys = RecordKeys(key)
        self._seen = KeySet()

    def add(self, records: Sequence[bytes]) -> None:
        """Count the rows of a page."""
        for index in self._seen.add(self._keys(records)):
            try:
                row = _ROW.decode(records[index])
            except (msgspec.MsgspecError, UnicodeDecodeError):
                self.unreadable += 1
                continue
            shown, clicked = self.by_day.get(row.date_start, (0, 0))
            day_sums = shown + row.impressions, clicked + row.inline_link_clicks
            self.by_day[row.date_start] = day_sums

    def misfit(self, days: Iterable[date], before: ByDay, after: ByDay) -> str | None:
        """Describe the first day that does not add up; None if every day does.

        `before` and `after` are the account's figures around the read: a day that is still being
        counted moves between them, and its rows may stand anywhere in between.
        """
        wanted = set(days)
        foreign = set(self.by_day) - wanted
        if foreign:
            return f"rows of {min(foreign)}, which was not asked for"
        for day in sorted(wanted):
            expected = _pair(before.get(day)), _pair(after.get(day))
            if not self._fits(self.by_day.get(day, (0, 0)), *expected):
                got, told = self.by_day.get(day, (0, 0)), expected[1]
                return f"{day}: rows hold {got[0]} impressions and {got[1]} link clicks, " + (
                    f"the account {told[0]} and {told[1]}"
                )
        return None

    def _fits(self, got: tuple[int, int], one: tuple[int, int], other: tuple[int, int]) -> bool:
        return all(
            (min(bounds) <= value or self.unreadable > 0) and value <= max(bounds)
            for value, *bounds in zip(got, one, other, strict=True)
        )


def refuse(misfit: str, where: str) -> IncompleteReadError:
    """The error of a report whose rows are not all there, or not all its own."""
    return IncompleteReadError(
        f"{where}: {misfit}",
        why="The report is not proved complete, so nothing of it was committed.",
        hint="Run again; if it stays, compare both levels in the vendor's own interface.",
    )


def _pair(figures: DayFigures | None) -> tuple[int, int]:
    # A day without a row is a day without delivery.
    return (figures.impressions, figures.inline_link_clicks) if figures else (0, 0)
