"""The dashboard's first script: opens the newest version and draws the header and a page.

TRUEUP_PUBLISHED=<folder of published versions> streamlit run app.py
"""

import os
from pathlib import Path

import duckdb
import streamlit as st

from trueup_dashboards import empty, header, widgets
from trueup_dashboards.published import newest, open_published
from trueup_dashboards.visit import keep, look_at

FOLDER_VARIABLE = "TRUEUP_PUBLISHED"
HERE = Path(__file__).parent
PAGES = ("overview", "channels", "campaigns", "trust")


def main() -> None:
    """Draw the requested page from the newest version."""
    # An icon from Streamlit's own set would be fetched from elsewhere.
    icon = str(HERE / "assets" / "icon.png")
    st.set_page_config("Trueup", page_icon=icon, layout="wide")
    widgets.style_sheet()
    page = st.navigation(
        [st.Page(HERE / "views" / f"{name}.py", title=name.capitalize()) for name in PAGES],
        position="top",
    )
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
