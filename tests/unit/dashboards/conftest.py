"""A version to look at, and a page of the dashboard over it."""

from collections.abc import Callable
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import trueup_dashboards
from tests.unit.dashboards.small_publish import PLAIN, Shape, publish

APP = Path(trueup_dashboards.__file__).parent / "app.py"

OpenPage = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """Caches of one test answer no other."""
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture(scope="session")
def plain_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published folder with the plain version, for tests that only read."""
    folder = tmp_path_factory.mktemp("published")
    publish(folder)
    return folder


@pytest.fixture
def open_page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> OpenPage:
    """Opens a page over a version of some shape, as a browser's first visit would."""

    def opened(name: str, shape: Shape | None = PLAIN, **address: str) -> AppTest:
        if shape is not None:
            publish(tmp_path, shape)
        monkeypatch.setenv("TRUEUP_PUBLISHED", str(tmp_path))
        page = AppTest.from_file(APP, default_timeout=60)
        for key, value in address.items():
            page.query_params[key] = value
        page.run()
        if name != "overview":
            page = page.switch_page(f"views/{name}.py").run()
        return page

    return opened


def html_of(page: AppTest) -> str:
    """All of a page's own HTML; the style sheet left out."""
    bodies = [str(block.proto.body) for block in page.get("html")]
    return "\n".join(body for body in bodies if not body.startswith("<style"))
