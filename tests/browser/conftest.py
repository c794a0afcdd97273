"""One browser for all tests: Chromium, which has no network, on pages of one cluster with a past."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from antrea_ci.page import document
from support.cluster_pages import lived_in, page_of
from support.programs import npm_package, program


@dataclass
class Shown:
    """A page in a window; ``complaints``: what the console was told, and ``requests`` that left the page."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def browser() -> Generator[Browser]:
    """In containers there is no namespace for Chromium's own sandbox; the pages are ours."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program("chromium"), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a cluster with installations, backups, findings of both kinds, and a record of NSX."""
    folder = tmp_path_factory.mktemp("browser")
    site = lived_in(folder, antrea={"featureGates": {"Egress": True}})
    found = folder / "cluster.html"
    found.write_text(document(page_of(site.repo)), encoding="utf-8")
    return found


@pytest.fixture(scope="session")
def axe() -> str:
    """The rules of accessibility, as a script."""
    return (npm_package("axe-core") / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture
def show(browser: Browser, file: Path) -> Callable[..., Any]:
    """Opens the page in a window of its own: ``with show(width=390, color_scheme="dark") as shown``."""

    @contextmanager
    def opened(*, width: int = 1440, other: Path | None = None, **settings: Any) -> Generator[Shown]:
        context = browser.new_context(viewport={"width": width, "height": 900}, offline=True, **settings)
        shown = Shown(context.new_page())
        shown.page.set_default_timeout(10_000)
        shown.page.on("console", lambda message: shown.complaints.append(message.text))
        shown.page.on("pageerror", lambda error: shown.complaints.append(str(error)))
        shown.page.on("request", lambda request: shown.requests.append(request.url))
        shown.page.goto((other or file).as_uri())
        yield shown
        context.close()

    return opened
