"""What stands above every page: its title, the period, and how far the version can be trusted."""

from dataclasses import replace
from datetime import date, timedelta

import streamlit as st

from trueup_dashboards.period import CHOICES, CUSTOM, DEFAULT_CHOICE, Period, chosen
from trueup_dashboards.published import Row
from trueup_dashboards.queries import trust
from trueup_dashboards.showing import many, moment
from trueup_dashboards.visit import Visit
from trueup_dashboards.widgets import chip, chips, definitions

_SHOWN = "shown_publish_id"


def draw(title: str, visit: Visit) -> Visit:
    """The header of a page; gives back `visit` with the period that was chosen in it."""
    name, choice, terms = st.columns([4, 6, 2], vertical_alignment="center")
    name.html(f'<div class="tu-page">{title}</div>')
    with choice:
        visit = replace(visit, period=_choose(visit.known) if visit.known else None)
    with terms:
        definitions(visit.metrics, list(visit.metrics))
    chips(*_about(visit), *_trust(visit))
    _tell_of_a_new_version(visit)
    return visit


def _choose(known: Period) -> Period:
    with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center"):
        choice = st.segmented_control(
            "Period",
            [*CHOICES, CUSTOM],
            default=DEFAULT_CHOICE,
            required=True,
            key="period",
            label_visibility="collapsed",
        )
        if choice == CUSTOM:
            return _custom(known)
    return chosen(choice, known)


def _custom(known: Period) -> Period:
    """Any days, also ones without figures: the page then says that there are none."""
    start = chosen(DEFAULT_CHOICE, known)
    picked = st.date_input(
        "Days",
        value=(start.since, start.last),
        key="days",
        label_visibility="collapsed",
        width=240,
        format="YYYY-MM-DD",
    )
    # Between the two clicks there is only a first day.
    days = [day for day in picked if isinstance(day, date)] or [start.since, start.last]
    return Period(days[0], days[-1] + timedelta(days=1))


def _about(visit: Visit) -> list[str]:
    parts = [f"as of {moment(visit.published_at)}", f"version {visit.published.publish_id}"]
    if visit.period:
        parts.insert(0, f"{visit.period.since} to {visit.period.last}")
    return [chip(words) for words in parts]


def _trust(visit: Visit) -> list[str]:
    found = visit.published.rows(trust.SUMMARY)[0]
    held = sum(1 for table in visit.tables.values() if table.held_by)
    return [
        _gates(found),
        chip(f"▣ {many(held, 'table')} held back", "bad") if held else chip("0 tables held back"),
        _counted(many(found["late_streams"], "stream"), "late"),
        _counted(many(found["unavailable_accounts"], "account"), "unavailable"),
        _counted(many(found["kept_aside"], "record"), "kept aside"),
    ]


def _gates(found: Row) -> str:
    passed = found["gates"] - found["failed"] - found["warned"]
    words = f"{passed} of {many(found['gates'], 'gate')} passed"
    if found["failed"]:
        return chip(f"✗ {words}, {found['failed']} failed", "bad")
    if found["warned"]:
        return chip(f"! {words}, {found['warned']} warned", "attention")
    return chip(f"✓ {words}", "good")


def _counted(number: str, what: str) -> str:
    """None is said as well: "0 late" is a statement, silence is not."""
    return chip(f"{number} {what}", "neutral" if number.startswith("0 ") else "attention")


def _tell_of_a_new_version(visit: Visit) -> None:
    """A version that came while the page was open is followed, and said so."""
    before = st.session_state.get(_SHOWN)
    if before not in (None, visit.published.publish_id):
        st.toast(f"A newer version is shown: {visit.published.publish_id}")
    st.session_state[_SHOWN] = visit.published.publish_id
