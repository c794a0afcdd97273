"""The page of `report` as people meet it: in a browser, by keyboard, on a telephone, on paper."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.xdist_group("browser")

_TOO_WIDE = """() => [...document.querySelectorAll("body *")]
  .filter((one) => !one.closest(".scroll") && one.getBoundingClientRect().right > innerWidth + 1)
  .map((one) => one.outerHTML.slice(0, 80))"""
_CUT = """() => [...document.querySelectorAll(".scroll, section, table, .traffic")]
  .filter((one) => one.scrollHeight > one.clientHeight + 1 && getComputedStyle(one).overflowY !== "visible"
    || one.getBoundingClientRect().right > innerWidth + 1).map((one) => one.outerHTML.slice(0, 80))"""

_AXE = "axe.run().then(({ violations, passes }) => [violations, passes.map((one) => one.id)])"


def rows(page: Any) -> int:
    """How many rules are to be seen."""
    return page.locator("#rules-table tbody tr:visible").count()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_it_fits_complains_about_nothing_and_asks_for_nothing(
    show: Callable[..., Any], file: Path, width: int, scheme: str
):
    with show(width=width, color_scheme=scheme) as shown:
        page = shown.page
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(_TOO_WIDE) == []
        assert (shown.complaints, shown.requests) == ([], [file.as_uri()])


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_everybody_can_read_it_and_find_their_way(show: Callable[..., Any], axe: str, width: int, scheme: str):
    with show(width=width, color_scheme=scheme) as shown:
        shown.page.evaluate(axe)
        violations, passes = shown.page.evaluate(_AXE)
        assert [(one["id"], [node["html"][:120] for node in one["nodes"]][:3]) for one in violations] == []
        assert {"color-contrast", "heading-order", "label", "scrollable-region-focusable"} <= set(passes)


def test_rules_are_filtered_by_keyboard(show: Callable[..., Any]):
    with show() as shown:
        page = shown.page
        everything = rows(page)
        page.locator("#theme").focus()
        while page.evaluate("document.activeElement.id") != "rules-filter":
            page.keyboard.press("Tab")
        page.keyboard.type("dns udp")
        assert rows(page) == 1
        assert page.locator("#rules-status").text_content() == f"1 of {everything} rules"
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.press("Delete")
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        assert page.evaluate("document.activeElement.getAttribute('aria-pressed')") == "true"
        texts = page.locator("#rules-table tbody tr:visible td:nth-child(5)").all_text_contents()
        assert 0 < len(texts) < everything
        assert set(texts) == {"during installation"}


def test_columns_are_sorted_by_keyboard_up_down_and_back(show: Callable[..., Any]):
    with show() as shown:
        page = shown.page
        cells = page.locator("#rules-table tbody td:nth-child(4)")
        original = cells.all_text_contents()
        head = page.locator("#rules-table th").nth(3)
        head.locator("button").focus()
        orders: list[tuple[str | None, list[str]]] = []
        for key in ("Enter", "Space", "Enter"):
            page.keyboard.press(key)
            orders.append((head.get_attribute("aria-sort"), cells.all_text_contents()))
        numbers = [int(text.partition("-")[0]) for text in orders[0][1] if text]
        assert numbers == sorted(numbers), "ports are numbers, not words"
        assert [order for order, _ in orders] == ["ascending", "descending", None]
        assert orders[2][1] == original
        assert orders[0][1] != original != orders[1][1]


def test_the_theme_is_chosen_by_keyboard_whatever_the_system_has(show: Callable[..., Any]):
    with show(color_scheme="dark") as shown:
        page = shown.page
        ground = "getComputedStyle(document.body).backgroundColor"
        before = page.evaluate(ground)
        button = page.locator("#theme")
        assert button.get_attribute("aria-pressed") == "true"
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert button.get_attribute("aria-pressed") == "false"
        after = page.evaluate(ground)
        assert after != before
        page.emulate_media(color_scheme="light")
        assert page.evaluate(ground) == after


def test_the_first_tab_leads_past_everything_to_the_content(show: Callable[..., Any]):
    with show() as shown:
        page = shown.page
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        assert page.locator(".skip").bounding_box()["y"] >= 0
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_on_paper_nothing_is_hidden_or_cut_and_it_is_light(show: Callable[..., Any]):
    with show(width=690, color_scheme="dark") as shown:
        page = shown.page
        everything = rows(page)
        page.locator("#theme").click()
        page.locator("#theme").click()
        page.locator("#rules-filter").fill("dns")
        assert rows(page) < everything
        page.emulate_media(media="print")
        assert rows(page) == everything
        assert page.evaluate(_CUT) == []
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert not page.locator("nav, #theme, .filter").locator("visible=true").count()


def test_without_a_script_it_is_a_document_with_everything_in_it(show: Callable[..., Any]):
    with show() as shown:
        with_script, text = rows(shown.page), shown.page.locator("main").inner_text()
    with show(java_script_enabled=False) as shown:
        assert rows(shown.page) == with_script
        assert shown.page.locator("button:visible, input:visible").count() == 0
        for told in ("Bootstrap Complete", "post-install", "restored"):
            assert told in text
            assert told in shown.page.locator("main").inner_text()


def test_a_script_that_got_into_the_page_would_not_run(show: Callable[..., Any], file: Path, tmp_path: Path):
    spoiled = tmp_path / "spoiled.html"
    foreign = "<script>document.title = 'taken over'</script><img src='https://example.com/x.png'>"
    spoiled.write_text(file.read_text().replace("<main", f"{foreign}<main", 1))
    with show(other=spoiled) as shown:
        assert "taken over" not in shown.page.title()
        assert ["Content Security Policy" in complaint for complaint in shown.complaints] == [True, True]
