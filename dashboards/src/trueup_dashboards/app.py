"""The dashboard's first script: opens the newest version and draws the header and a page.

TRUEUP_PUBLISHED=<folder of published versions> streamlit run app.py
"""

import os
from collections.abc import Sequence
from pathlib import Path

import duckdb
import streamlit as st
from streamlit.navigation.page import StreamlitPage

from trueup_dashboards import empty, header, period_control, widgets
from trueup_dashboards.published import newest, open_published
from trueup_dashboards.visit import keep, look_at

FOLDER_VARIABLE = "TRUEUP_PUBLISHED"
HERE = Path(__file__).parent
PAGES = ("overview", "channels", "campaigns", "trust")


def _page_links(pages: Sequence[StreamlitPage]) -> None:
    """Draw links to all pages. Each carries the period: Streamlit's own menu would drop it, and
    writing it back would leave an address without period in the browser's history."""
    with st.container(horizontal=True, gap="small", key="pages"):
        for page in pages:
            st.page_link(page, query_params=period_control.written(), width="content")


def main() -> None:
    """Draw the requested page from the newest version."""
    # An icon from Streamlit's own set would be fetched from elsewhere.
    icon = str(HERE / "assets" / "icon.png")
    st.set_page_config("Trueup", page_icon=icon, layout="wide")
    widgets.style_sheet()
    pages = [st.Page(HERE / "views" / f"{name}.py", title=name.capitalize()) for name in PAGES]
    page = st.navigation(pages, position="hidden")
    _draw(page)
    _page_links(pages)


def _draw(page: StreamlitPage) -> None:
    folder = os.environ.get(FOLDER_VARIABLE, "")
    file = newest(Path(folder)) if folder else None
    if file is None:
        empty.nothing_published(page.title, folder)
        return
    try:
        keep(header.draw(page.title, look_at(open_published(file))))
        page.run()
    except duckdb.Error as error:
        empty.unreadable(page.title, file.parent.name, error)


if __name__ == "__main__":
    main()
