"""The file itself: the same for the same repository, in need of nothing, and safe whatever stands in a repository."""

from __future__ import annotations

import base64
import hashlib
import html
import re
import shutil
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antrea_ci import redaction
from antrea_ci.findings import Finding
from antrea_ci.page import Page, as_json, document
from antrea_ci.page.markup import element, text
from antrea_ci.wording import as_json as written
from support.cluster_pages import Read, headings, lived_in, page_of, read
from support.repos import git
from support.vaults import Site

HOSTILE = "</p><script>alert(1)</script>]]><img src=x onerror=alert(2)>\u202etxt.exe\u202c&amp;\x07 `code` '\""


def test_the_same_repository_gives_the_same_bytes_wherever_it_lies(site: Site, page: Page, tmp_path: Path):
    shutil.copytree(site.folder, tmp_path / "elsewhere", symlinks=True)
    assert document(page_of(tmp_path / "elsewhere/ocp")) == document(page)


def test_it_loads_nothing_and_sends_nothing(shown: Read):
    targets = [*shown.attributes("href"), *shown.attributes("src"), *shown.attributes("action")]
    assert {target for target in targets if not target.startswith("#")} == {"data:,"}
    assert not [tag for tag, _ in shown.elements if tag in ("iframe", "img", "object", "embed", "form", "base")]


def test_only_its_own_style_and_script_may_act(page: Page, shown: Read):
    (policy,) = [found["content"] for tag, found in shown.elements if found.get("http-equiv")]
    whole = document(page)
    for tag in ("style", "script"):
        (body,) = re.findall(f"<{tag}>(.*?)</{tag}>", whole, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in (policy or "")
    assert "default-src 'none'" in (policy or "")
    assert not list(shown.attributes("style")), "the policy would leave them out"


def test_headings_come_in_order_and_every_reference_leads_somewhere(shown: Read):
    levels = headings(shown)
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    names = list(shown.attributes("id"))
    assert len(names) == len(set(names))
    wanted = [link.removeprefix("#") for link in shown.attributes("href") if link.startswith("#")]
    wanted += [*shown.attributes("aria-labelledby"), *shown.attributes("aria-controls"), *shown.attributes("for")]
    assert set(wanted) <= set(names)


def test_it_is_small(page: Page):
    assert len(document(page).encode()) < 300_000


def test_a_long_past_and_many_findings_leave_it_small_and_say_what_is_left_out(page: Page):
    judged = replace(page.judgement, findings=tuple(Finding("a/b", f"the {n}th", why="x" * 200) for n in range(400)))
    past = replace(page.past, installations=page.past.installations * 40)
    found = document(replace(page, judgement=judged, past=past))
    assert len(found.encode()) < 300_000
    assert "300 more are told by antrea-gitops check" in read(found).text
    assert read(found).text.count(": installed, 35m 36s") == 37


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Read:
    """A page of a repository in which everything that people write is hostile."""
    folder = tmp_path_factory.mktemp("hostile")
    site = lived_in(
        folder,
        reason=HOSTILE,
        checks={"suppress": [{"rule": "images/example", "reason": HOSTILE}]},
        antrea={"agent": {"transportInterface": HOSTILE}},
        backup={"remote": "https://someone:login-canary@git.example.com/vault.git", "recipients": []},
    )
    git(site.repo, "commit", "--quiet", "--allow-empty", "--message", HOSTILE.replace("\x07", ""))
    return read(document(page_of(site.repo)))


def test_nothing_that_people_wrote_becomes_markup(hostile: Read):
    tags = [tag for tag, _ in hostile.elements]
    assert (tags.count("script"), tags.count("img")) == (1, 0)
    assert not list(hostile.attributes("onerror"))
    assert hostile.text.count("<script>alert(1)</script>]]><img") >= 4, "it is shown as it was written"


def test_nothing_turns_or_hides_text(hostile: Read):
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08]", hostile.text)
    assert "\\u202etxt.exe" in hostile.text


def test_no_login_of_an_address_is_shown(hostile: Read):
    assert "login-canary" not in hostile.text
    assert "git.example.com" in hostile.text


def test_a_secret_that_somebody_wrote_into_a_file_is_not_passed_on(site: Site, tmp_path: Path):
    shutil.copytree(site.folder, tmp_path / "leaky", symlinks=True)
    repo = tmp_path / "leaky/ocp"
    git(repo, "commit", "--quiet", "--allow-empty", "--message", "the password is <tr0ub4dor&3>")
    redaction.learn(["<tr0ub4dor&3>"])
    page = page_of(repo)
    for told in (document(page), written(as_json(page))):
        assert "tr0ub4dor" not in told
        assert "the password is" in told


@given(st.text())
def test_any_text_is_one_text_in_an_element_and_in_an_attribute(value: str):
    found = read(element("p", value, title=value))
    (shown,) = found.attributes("title")
    assert [tag for tag, _ in found.elements] == ["p"]
    assert shown == html.unescape(text(value))
    assert all(char.isprintable() or char in "\n\t" for char in shown)


@given(st.text(st.characters(categories=["L", "N", "P", "S"])))
def test_text_that_can_be_seen_stays_as_it_is(value: str):
    if "@" not in value:
        assert html.unescape(text(value)) == value
