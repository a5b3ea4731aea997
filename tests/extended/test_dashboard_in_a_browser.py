"""The dashboard in a real browser: figures are there, nothing leaves the machine, no name acts."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlparse

import httpx
import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Dialog,
    Page,
    Request,
    expect,
    sync_playwright,
)

import trueup_dashboards
from tests.end_to_end.trouble import a_free_port
from tests.unit.dashboards.small_publish import publish

SERVER = Path(trueup_dashboards.__file__).parent / "server.py"
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
QUIET_FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
HERE = "127.0.0.1"

pytestmark = pytest.mark.skipif(
    CHROMIUM is None and "TRUEUP_REQUIRE_JUDGES" not in os.environ,
    reason="no Chromium here; where judges are required this is a failure",
)


@dataclass
class Visitor:
    """A browser tab that remembers what a page should never do."""

    page: Page
    address: str
    elsewhere: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def watch(self) -> None:
        self.page.on("request", self._note_request)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._note_refusal)
        self.page.on("dialog", self._note_dialog)

    def open(self, path: str) -> Page:
        self.page.goto(f"{self.address}/{path}")
        drawn = '[data-testid="stApp"][data-test-script-state="notRunning"] .tu-strip'
        self.page.wait_for_selector(drawn, timeout=60_000)
        return self.page

    def _note_refusal(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            self.errors.append(message.text)

    def _note_dialog(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def _note_request(self, request: Request) -> None:
        parts = urlparse(request.url)
        if parts.scheme not in ("data", "blob") and parts.hostname != HERE:
            self.elsewhere.append(request.url)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a dashboard over a small version full of hostile names."""
    folder = tmp_path_factory.mktemp("published")
    publish(folder)
    port = a_free_port()
    command = (
        *(sys.executable, "-m", "streamlit", "run", str(SERVER)),
        *("--server.address", HERE, "--server.port", str(port)),
    )
    empty = tmp_path_factory.mktemp("working_folder")
    environment = os.environ | {"TRUEUP_PUBLISHED": str(folder)}
    with subprocess.Popen(
        command, env=environment, cwd=empty, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT
    ) as server:
        try:
            yield _once_up(f"http://{HERE}:{port}", server)
        finally:
            server.terminate()
    assert list(empty.iterdir()) == []


def _once_up(address: str, server: subprocess.Popen[bytes]) -> str:
    for _ in range(300):
        assert server.poll() is None, "the server has ended"
        try:
            httpx.get(f"{address}/_stcore/health", timeout=2).raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.2)
        else:
            return address
    raise AssertionError("the server did not come up within a minute")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET_FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def visitor(browser: Browser, served: str) -> Iterator[Visitor]:
    """A visitor far west, where a date taken for a moment would turn into the day before."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 720}, timezone_id="America/Los_Angeles"
    )
    visitor = Visitor(page=context.new_page(), address=served)
    visitor.watch()
    yield visitor
    context.close()
    assert visitor.elsewhere == []
    assert visitor.dialogs == []
    assert visitor.errors == []


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("", ["482 k", "MER 7.18", "481,672.55", "✓ difference 0.00 on every day"]),
        ("channels", ["differs from it by 0.00", "Paid search", "Unattributed"]),
        ("campaigns", ["24 campaigns", "Spend and CAC per campaign, USD"]),
        ("trust", ["Gates of the last run", "Coverage by account and day", "Load ledger"]),
    ],
    ids=["overview", "channels", "campaigns", "trust"],
)
def test_a_page_shows_its_key_figures(visitor: Visitor, path: str, words: list[str]) -> None:
    page = visitor.open(path)
    for text in ["2026-06-04 to 2026-07-01", "version 20260702T060400Z-001", *words]:
        expect(page.get_by_text(text).first).to_be_visible(timeout=30_000)


def test_the_overview_fits_on_one_screen(visitor: Visitor) -> None:
    page = visitor.open("")
    expect(page.get_by_text("✓ difference 0.00 on every day")).to_be_in_viewport(timeout=30_000)
    assert page.evaluate("document.querySelector('.stMain').scrollHeight") <= 720


def test_pages_are_reached_by_their_names(visitor: Visitor) -> None:
    page = visitor.open("")
    for name in ("Channels", "Campaigns", "Trust", "Overview"):
        page.get_by_role("link", name=name).click()
        expect(page.locator(".tu-page", has_text=name)).to_be_visible(timeout=30_000)


def test_another_period_changes_the_figures(visitor: Visitor) -> None:
    page = visitor.open("")
    page.get_by_role("radio", name="7 days").or_(page.get_by_role("button", name="7 days")).click()
    expect(page.get_by_text("2026-06-25 to 2026-07-01")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("482 k")).to_have_count(0)


def test_a_period_stays_in_the_address_over_pages_and_reloads(visitor: Visitor) -> None:
    page = visitor.open("?days=14")
    page.get_by_role("link", name="Channels").click()
    expect(page).to_have_url(re.compile(r"/channels\?days=14$"), timeout=30_000)
    expect(page.get_by_text("2026-06-18 to 2026-07-01").first).to_be_visible(timeout=30_000)
    page.get_by_text("7 days", exact=True).click()
    expect(page).to_have_url(re.compile(r"/channels\?days=7$"), timeout=30_000)
    page.reload()
    expect(page.get_by_text("2026-06-25 to 2026-07-01").first).to_be_visible(timeout=30_000)


def test_going_back_goes_to_the_page_before_with_its_period(visitor: Visitor) -> None:
    page = visitor.open("?since=2026-06-01&until=2026-06-11")
    page.get_by_role("link", name="Trust").click()
    expect(page).to_have_url(re.compile("/trust.since=2026-06-01&until=2026-06-11"))
    page.go_back()
    expect(page.locator(".tu-page", has_text="Overview")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("2026-06-01 to 2026-06-10").first).to_be_visible(timeout=30_000)


def test_a_change_of_page_is_one_step_of_the_history(visitor: Visitor) -> None:
    page = visitor.open("?since=2026-06-01&until=2026-06-11")
    before = page.evaluate("history.length")
    page.get_by_role("link", name="Trust").click()
    expect(page.get_by_text("Load ledger")).to_be_visible(timeout=30_000)
    assert page.evaluate("history.length") == before + 1
    page.go_back()
    expect(page.locator(".tu-page", has_text="Overview")).to_be_visible(timeout=30_000)


def test_a_period_of_nonsense_is_named_as_text(visitor: Visitor) -> None:
    page = visitor.open("?days=<img src=x onerror=alert(5)>")
    note = page.get_by_text('days="<img src=x onerror=alert(5)>" is neither')
    expect(note).to_be_visible(timeout=30_000)
    expect(page.get_by_text("2026-06-04 to 2026-07-01").first).to_be_visible()


def test_unread_days_keep_their_place_in_every_panel(visitor: Visitor) -> None:
    page = visitor.open("channels?since=2026-04-24&until=2026-07-03")
    panels = page.locator("[data-testid=stVegaLiteChart] svg", has_text="Apr 24")
    expect(panels).to_have_count(9, timeout=30_000)
    expect(page.locator("svg text", has_text="Jun 09")).to_have_count(9)


def test_the_csv_holds_what_is_drawn_and_no_formula(visitor: Visitor) -> None:
    page = visitor.open("campaigns")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="CSV").first.click()
    text = Path(waiting.value.path()).read_text("utf-8-sig")
    assert len(text.splitlines()) == 1 + 24
    assert text.startswith("currency,period_since,period_until,publish_id,campaign,")
    name = "trueup_campaigns_2026-06-04_to_2026-07-01_USD_20260702T060400Z-001.csv"
    assert waiting.value.suggested_filename == name
    assert "\"'=HYPERLINK(" in text
    assert "\n=" not in text.replace("\r", "\n")


def test_no_other_csv_is_offered(visitor: Visitor) -> None:
    page = visitor.open("campaigns")
    page.locator('[data-testid="stDataFrame"]').first.hover()
    expect(page.get_by_role("button", name="Search: Campaigns")).to_be_visible(timeout=30_000)
    expect(page.get_by_role("button", name="Download as CSV: Campaigns")).to_have_count(0)


def test_a_hostile_name_under_the_pointer_is_text(visitor: Visitor) -> None:
    page = visitor.open("campaigns")
    point = page.locator('path[aria-label*="<img src=x"]').first
    point.hover(force=True, timeout=30_000)
    tooltip = page.locator("#vg-tooltip-element")
    expect(tooltip).to_contain_text("<img src=x onerror=alert(1)>")
    assert tooltip.locator("img, script").count() == 0


def test_days_are_the_same_in_every_time_zone(visitor: Visitor) -> None:
    page = visitor.open("")
    expect(page.locator("svg text", has_text="Jun 04").first).to_be_visible(timeout=30_000)
    expect(page.locator("svg text", has_text="Jun 03")).to_have_count(0)
    bar = page.locator('path[aria-label*="net revenue"]').first
    bar.hover(force=True)
    expect(page.locator("#vg-tooltip-element")).to_contain_text("Thu 2026-06-04")


def test_another_name_for_this_machine_shows_nothing(browser: Browser, served: str) -> None:
    """As after DNS rebinding: the name is foreign, the address is ours."""
    page = browser.new_page()
    answer = page.goto(served.replace(HERE, "figures.localhost"))
    assert answer is not None
    assert answer.status == 403
    assert "answers only under its own address" in page.content()
    page.close()
