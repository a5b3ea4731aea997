"""The control that chooses a page's period, and keeps it in the page's address."""

from collections.abc import Mapping
from datetime import date, timedelta

import streamlit as st

from trueup_dashboards import address
from trueup_dashboards.address import AddressError
from trueup_dashboards.period import (
    ALL,
    CHOICES,
    CUSTOM,
    DEFAULT_CHOICE,
    FIRST_DATE,
    LAST_DATE,
    Period,
    chosen,
    last_days,
)

_CHOICE, _DAYS = "period", "days"
# The choice and the address of the run before.
_CHOICE_BEFORE, _ADDRESS_BEFORE = "period_before", "address_before"


def draw(known: Period) -> tuple[Period, str]:
    """Draw the control. Returns the chosen period, and a note on one that cannot be used."""
    note = _restore(known)
    with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center"):
        choice = st.segmented_control(
            "Period", _options(), required=True, key=_CHOICE, label_visibility="collapsed"
        )
        if choice != CUSTOM:
            period = chosen(choice, known)
        else:
            try:
                period = address.checked(_custom(_default(known)))
            except AddressError as error:
                return _default(known), _sentence(error)
    _remember(choice or DEFAULT_CHOICE, period)
    return period, note


def written() -> Mapping[str, str]:
    """The period in the address, for links to other pages; empty before there are figures."""
    found: Mapping[str, str] = st.session_state.get(_ADDRESS_BEFORE, {})
    return found


def _restore(known: Period) -> str:
    """Set the control to the address where that is new; a note when it has no usable period."""
    asked = _asked()
    before = st.session_state.get(_ADDRESS_BEFORE)
    just_chosen = st.session_state.get(_CHOICE) != st.session_state.get(_CHOICE_BEFORE)
    if before is not None and (not asked or asked == before or just_chosen):
        return ""
    try:
        found = address.read(asked, known)
    except AddressError as error:
        _set(DEFAULT_CHOICE)
        return _sentence(error)
    _set(found or DEFAULT_CHOICE)
    return ""


def _asked() -> Mapping[str, str]:
    return {key: st.query_params[key] for key in address.KEYS if key in st.query_params}


def _set(found: str | Period) -> None:
    if isinstance(found, Period):
        st.session_state[_CHOICE] = CUSTOM
        st.session_state[_DAYS] = (found.since, found.last)
    else:
        st.session_state[_CHOICE] = found


def _options() -> list[str]:
    """The usual choices, and the number of days that the address asked for."""
    current = st.session_state[_CHOICE]
    more = set() if current in (ALL, CUSTOM) else {current}
    return [*sorted({*CHOICES, *more} - {ALL}, key=_number), ALL, CUSTOM]


def _number(choice: str) -> int:
    return last_days(choice) or 0


def _custom(start: Period) -> Period:
    """Any days, also ones without figures: the page then says that there are none."""
    # Streamlit forgets the days of a control that a run does not draw.
    st.session_state.setdefault(_DAYS, (start.since, start.last))
    picked: object = st.date_input(
        "Days",
        key=_DAYS,
        min_value=FIRST_DATE,
        max_value=LAST_DATE - timedelta(days=1),
        label_visibility="collapsed",
        width=240,
        format="YYYY-MM-DD",
    )
    # Between the two clicks there is only a first day.
    given = picked if isinstance(picked, tuple) else (picked,)
    days = [day for day in given if isinstance(day, date)] or [start.since, start.last]
    return Period(days[0], days[-1] + timedelta(days=1))


def _default(known: Period) -> Period:
    return chosen(DEFAULT_CHOICE, known)


def _remember(choice: str, period: Period) -> None:
    """Keep the choice for the next run, and write it into the address."""
    wanted = address.write(choice, period)
    if _asked() != wanted:
        others = {key: st.query_params.get_all(key) for key in st.query_params}
        kept = {key: values for key, values in others.items() if key not in address.KEYS}
        # Each write is a step of the browser's history: all keys in one.
        st.query_params.from_dict({**kept, **wanted})
    st.session_state[_ADDRESS_BEFORE] = wanted
    st.session_state[_CHOICE_BEFORE] = choice


def _sentence(error: AddressError) -> str:
    return f"The period cannot be used: {error}. The page shows the last {DEFAULT_CHOICE}."
