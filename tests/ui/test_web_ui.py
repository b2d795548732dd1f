"""What people see: the asset graph, an asset's page, its checks, a partition, a picture."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright
from small_library import KETAN
from web_server import Outcome, Server

pytestmark = pytest.mark.browser

WAIT_MS = 60_000
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
GROUPS = ("library", "analysis", "matches", "players", "captures", "published")
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@dataclass
class View:
    """A page of the browser, and what went wrong on it."""

    page: Page
    url: str
    errors: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        self.page.goto(self.url + path)
        return self.page

    def note(self, message: ConsoleMessage) -> None:
        """Keep errors of this server; whoever has no network sees others."""
        if message.type == "error" and message.location.get("url", "").startswith(self.url):
            self.errors.append(message.text)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    executable = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if executable is None:
        pytest.skip("no Chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def view(browser: Browser, server: Server, twice: list[Outcome]) -> Iterator[View]:
    """A page of the server, in whose history are two runs; it has no errors in the end."""
    page = browser.new_page(viewport={"width": 1500, "height": 1000})
    page.set_default_timeout(WAIT_MS)
    expect.set_options(timeout=WAIT_MS)
    view = View(page, server.url)
    page.on("console", view.note)
    page.on("pageerror", lambda error: view.errors.append(str(error)))
    yield view
    page.close()
    assert not view.errors


def test_the_graph_shows_the_groups(view: View) -> None:
    page = view.open("/asset-groups")
    for group in GROUPS:
        expect(page.get_by_text(group, exact=True).first).to_be_visible()


def test_a_group_shows_its_assets(view: View) -> None:
    expanded = quote("global@global:analysis")
    page = view.open(f"/asset-groups?expanded={expanded}")
    for asset in ("image_metadata", "thumbnails", "media_vectors"):
        expect(page.get_by_text(asset, exact=True).first).to_be_attached()


def test_an_assets_page_says_what_a_row_is_and_names_its_columns(view: View) -> None:
    page = view.open("/assets/thumbnails")
    expect(page.get_by_text("One row is the poster of one media")).to_be_visible()
    expect(page.get_by_text("thumbnail_width", exact=True)).to_be_visible()
    expect(page.get_by_text("Width of the poster (pixels).")).to_be_visible()
    expect(page.get_by_text("media-assets", exact=True).first).to_be_visible()
    expect(page.get_by_text("files per second")).to_be_attached()


def test_the_checks_are_there_with_their_promise(view: View) -> None:
    page = view.open("/assets/thumbnails?view=checks&checkDetail=thumbnail_coverage")
    for check in ("thumbnail_coverage", "thumbnails_open", "derived_size"):
        expect(page.get_by_text(check, exact=True).first).to_be_visible()
    expect(page.get_by_text("Every decodable image and at least 95 %")).to_be_visible()
    page = view.open("/assets/media_files?view=checks&checkDetail=library_is_mounted")
    expect(page.get_by_text("library_is_mounted", exact=True).first).to_be_visible()
    expect(page.get_by_text("blocking", exact=True).first).to_be_visible()
    expect(page.get_by_text("files present", exact=True).first).to_be_visible()
    # Two runs were launched at once. When the later one goes first, Dagster calls the check "not
    # evaluated"; its history has both results, each with its player.
    page.get_by_role("tab", name="Execution history").click()
    results = page.get_by_role("row", name="Passed").filter(has_text=KETAN)
    expect(results).to_have_count(2)


def test_a_partition_shows_rows_and_opens_a_picture(view: View, server: Server) -> None:
    page = view.open(f"/assets/media_library?view=partitions&partition={KETAN}")
    (capture,) = (server.folder / "library" / KETAN).rglob("*.png")
    expect(page.get_by_role("cell", name=capture.name).first).to_be_visible()
    page.locator("tr", has_text="newest captures").get_by_text("[Show Markdown]").first.click()
    picture = page.locator("img[alt='newest captures']")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.naturalWidth") > 100
