"""The page as one HTML document that needs nothing else, and that nothing else can act in."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from antrea_ci.page.content import Page
from antrea_ci.page.markup import Markup, element, fragment
from antrea_ci.page.sections.backups import backups_section
from antrea_ci.page.sections.findings import findings_section
from antrea_ci.page.sections.firewall import firewall_section
from antrea_ci.page.sections.history import history_section
from antrea_ci.page.sections.images import images_section
from antrea_ci.page.sections.networks import networks_section
from antrea_ci.page.sections.nsx import nsx_section
from antrea_ci.page.sections.overview import header, overview, tiles

_FOLDER = Path(__file__).parent
_SECTIONS = {
    "cluster": "This cluster",
    "networks": "Networks",
    "firewall": "Firewall",
    "images": "Images",
    "findings": "Findings",
    "history": "History",
    "backups": "Backups",
    "nsx": "NSX",
}


def document(page: Page) -> str:
    """The whole file. The same page gives the same text."""
    body = element(
        "body",
        element("a", "Skip to the content", href="#main", class_="skip"),
        header(page.about),
        element("div", _navigation(), element("main", tiles(page), _sections(page), id="main"), class_="frame"),
        _footer(page),
        element("script", _read("page.js")),
    )
    return f"<!DOCTYPE html>\n{element('html', _head(page), body, lang='en')}\n"


def _head(page: Page) -> Markup:
    style, script = _read("style.css"), _read("page.js")
    # Only these two texts may act, whatever else found its way into the page; nothing is loaded, nothing is sent.
    policy = (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", f"{page.about.full_name or 'A cluster'}: cluster report"),
        element("link", rel="icon", href="data:,"),
        element("style", style),
    )


def _navigation() -> Markup:
    links = [element("li", element("a", title, href=f"#{key}")) for key, title in _SECTIONS.items()]
    return element("nav", element("ol", links), aria_label="Sections")


def _sections(page: Page) -> Markup:
    return fragment(
        overview(page),
        networks_section(page.networks),
        firewall_section(page),
        images_section(page.images),
        findings_section(page.judgement),
        history_section(page.past),
        backups_section(page.backups),
        nsx_section(page.nsx),
    )


def _footer(page: Page) -> Markup:
    made = f"Made by antrea-gitops {page.about.tool} from files, offline; the cluster itself was not asked. "
    same = "The same repository gives the same page."
    return element("footer", element("p", made, same))


def _read(name: str) -> Markup:
    return Markup((_FOLDER / name).read_text(encoding="utf-8"))


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
