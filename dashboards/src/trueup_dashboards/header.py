"""Header of every page: title, period, version, and the state of gates, sources and records."""

from dataclasses import replace

import streamlit as st

from trueup_dashboards import period_control
from trueup_dashboards.published import Row
from trueup_dashboards.queries import trust
from trueup_dashboards.showing import many, moment
from trueup_dashboards.visit import Visit
from trueup_dashboards.widgets import chip, chips, definitions

_SHOWN = "shown_publish_id"


def draw(title: str, visit: Visit) -> Visit:
    """Draw the header of a page and return `visit` with the chosen period."""
    name, choice, terms = st.columns([3, 7, 2], vertical_alignment="center")
    name.html(f'<div class="tu-page">{title}</div>')
    note = ""
    with choice:
        if visit.known:
            period, note = period_control.draw(visit.known)
            visit = replace(visit, period=period)
    with terms:
        definitions(visit.metrics, list(visit.metrics))
    chips(*_about(visit), *_trust(visit))
    if note:
        chips(chip(f"! {note}", "attention"))
    _announce_a_new_version(visit)
    return visit


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
        chip(f"▣ {many(held, 'table')} withheld", "bad") if held else chip("0 tables withheld"),
        _counted(many(found["late_streams"], "stream"), "late"),
        _counted(many(found["unavailable_accounts"], "account"), "unavailable"),
        _counted(many(found["quarantined"], "record"), "quarantined"),
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
    """A number of problems; 0 is shown too, because silence would not mean that there are none."""
    return chip(f"{number} {what}", "neutral" if number.startswith("0 ") else "attention")


def _announce_a_new_version(visit: Visit) -> None:
    """Say so when the page shows a newer version than at its last run."""
    before = st.session_state.get(_SHOWN)
    if before not in (None, visit.published.publish_id):
        st.toast(f"This page now shows the newer version {visit.published.publish_id}.")
    st.session_state[_SHOWN] = visit.published.publish_id
