"""The reports come from a job that ran the pull request's code: whatever it wrote, the comment stays ours."""

from __future__ import annotations

import json
import os
import socket
import tempfile
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import hypothesis
import pytest
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from antrea_ci.diff.model import ListChange
from antrea_ci.diff.visible import fenced, visible
from antrea_ci.pipeline import hostile_files
from antrea_ci.pipeline.comment_text import comment, length, marker
from antrea_ci.pipeline.reported import read_reports
from antrea_ci.pipeline.runs import Run
from support.pipeline import COMMIT, difference, finding, write_reports

RUN = Run("github", "42", "1", "https://github.example.com/acme/ocp/actions/runs/42", COMMIT)
OURS = {
    "details",
    "summary",
    "b",
    "br",
    "code",
    "p",
    "h3",
    "h4",
    "strong",
    "ul",
    "li",
    "pre",
    "table",
    "thead",
    "tbody",
}
OURS |= {"tr", "th", "td", "a"}
_READER = MarkdownIt("gfm-like", {"html": True, "linkify": False})
NASTY = [
    "@everyone please",
    '<img src="https://evil.example.com/x.png">',
    "[click](https://evil.example.com)",
    "![x](https://evil.example.com/x.png)",
    "https://evil.example.com",
    "www.evil.example.com",
    "</code></details><script>alert(1)</script>",
    "```\n</details>\n<img src=x>\n```",
    "`" * 300 + "\n<img src=x>\n" + "`" * 300,
    "a\n/merge\n/approve",
    "/close",
    "| a | b |\n|---|---|\n| [x](https://evil.example.com) | c |",
    "- [ ] task\n# heading\n> quote",
    "right\u202etfel \u2066x\u2069 \u200bzero\x1b[31mred\x00",
    marker("") + " again",
    "$`math`$ $x$ :smile: #1 !2 ~label %3 &amp; &#64;all",
    "~~~\n<b>bold</b>\n~~~",
    "\ud800".encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
]


class Page(HTMLParser):
    """A page's tags and links, and its text outside of ``code`` and inside of each."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.text = ""
        self.codes: list[str] = []
        self.depth = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name != "class"]
        self.depth += tag == "code"
        self.codes += [""] if tag == "code" else []

    def handle_endtag(self, tag: str) -> None:
        self.depth -= tag == "code"

    def handle_data(self, data: str) -> None:
        if self.depth:
            self.codes[-1] += data
        else:
            self.text += data


def shown(text: str) -> Page:
    """The comment as a reader of GitHub's Markdown shows it, with HTML taken as it is."""
    return Page(_READER.render(text))


def hostile_comment(folder: Path, text: str) -> str:
    """A comment of reports that hold ``text`` wherever there is a place for it."""
    told = finding(text, file=text, object=text, why=text, fix=text)
    lists = ListChange((text,), (f"{text}2",))
    diff = difference({"k": text}, [text, text + "\n"], path=text, warnings=(text,), blocked=text, networks=lists)
    write_reports(folder, [told], diff)
    reports = read_reports(folder)
    assert reports.faults == ()
    return comment(reports, "", RUN, 65_000)


def assert_harmless(body: str) -> None:
    page = shown(body)
    assert page.tags <= OURS
    assert [link for link in page.links if link] == [RUN.url]
    assert page.depth == 0
    assert not [line for line in body.split("\n") if line.startswith("/")]
    # GitHub's reader counts no further.
    assert "`" * 255 not in body
    assert body.startswith(marker(""))
    assert body.count(marker("")) == 1 or "<!--" not in page.text
    assert all(char in "\n\t" or visible(char) == char for char in body)
    assert length(body) <= 65_000


@pytest.mark.parametrize("text", NASTY)
def test_nothing_in_a_report_becomes_more_than_code(tmp_path: Path, text: str) -> None:
    body = hostile_comment(tmp_path, text)
    assert_harmless(body)
    page = shown(body)
    for mark in ("@everyone", "evil", "alert", "merge", "bold", "task", "label"):
        assert mark not in page.text.replace("not to be merged", "").replace("must not be merged", "")


@hypothesis.settings(max_examples=30)
@hypothesis.given(text=st.text(st.characters(codec="utf-8"), max_size=60))
def test_any_text_stays_inside_of_code_and_can_be_read_there(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        body = hostile_comment(Path(folder), text)
    assert_harmless(body)
    assert " ".join(visible(text).split()) in shown(body).codes


@hypothesis.given(text=st.text(st.sampled_from("`~ \n/a\u202e"), max_size=40))
def test_a_block_ends_where_its_text_ends(text: str) -> None:
    (block,) = [token for token in _READER.parse(fenced(text)) if token.type != "text"]
    assert block.type == "fence"
    assert block.content.rstrip("\n") == visible(text).rstrip("\n")


def _symlink(path: Path) -> None:
    secret = path.parent.parent / "secret.json"
    secret.write_text(json.dumps({"findings": [finding("a secret of the runner")]}))
    path.symlink_to(secret)


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))


def _text(text: str) -> Callable[[Path], object]:
    return lambda path: path.write_text(text)


SHAPES: dict[str, tuple[Callable[[Path], object], str]] = {
    "symlink": (_symlink, "symbolic link"),
    "fifo": (os.mkfifo, "no regular file"),
    "socket": (_socket, "cannot be read"),
    "folder": (Path.mkdir, "no regular file"),
    "too-large": (lambda path: os.truncate(os.open(path, os.O_CREAT | os.O_WRONLY), 1 << 40), "larger than 16 MiB"),
    "empty": (_text(""), "not JSON"),
    "not-json": (_text("findings: []"), "not JSON"),
    "not-utf-8": (lambda path: path.write_bytes(b'{"findings": ["\xff"]}'), "not JSON"),
    "deep": (_text("[" * 100_000 + "]" * 100_000), "not JSON"),
    "deep-value": (_text('{"findings": [{"message": ' + '{"a":' * 5000 + "1" + "}" * 5000 + "}]}"), "not JSON"),
    "lone-surrogate": (_text('{"findings": [{"message": "\\ud800"}]}'), "not JSON"),
    "list": (_text("[]"), "dictionary"),
    "null": (_text("null"), "dictionary"),
    "wrong-type": (_text(json.dumps({"findings": [finding(line="12")]})), "findings.0.line"),
    "wrong-severity": (_text(json.dumps({"findings": [finding(severity="error") | {"severity": "fine"}]})), "severity"),
    "huge-number": (_text('{"findings": [{"line": 1' + "0" * 5000 + "}]}"), "not JSON"),
    "rule-with-marks": (_text(json.dumps({"findings": [finding(rule="x/`</code>")]})), "findings.0.rule"),
    "long-message": (_text(json.dumps({"findings": [finding("x" * 30_000)]})), "findings.0.message"),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", ["check.json", "diff.json"])
def test_an_unusable_report_is_named_and_the_other_one_still_shown(tmp_path: Path, shape: str, name: str) -> None:
    report = write_reports(tmp_path / "report", [finding("still here")], difference(path="spec.still"))
    make, reason = SHAPES[shape]
    (report / name).unlink()
    make(report / name)
    reports = read_reports(report)
    assert reports.is_invalid
    (fault,) = reports.faults
    assert (fault.file, fault.is_missing) == (name, False)
    if name == "check.json":
        assert reason in fault.reason
    body = comment(reports, "", RUN, 65_000)
    assert_harmless(body)
    assert f"`{name}` is not shown" in body
    assert "a secret of the runner" not in body
    assert ("still here" in body, "spec.still" in body) == (name == "diff.json", name == "check.json")


def test_a_number_too_long_to_be_written_is_unusable(tmp_path: Path) -> None:
    report = write_reports(tmp_path, [], difference(before=123456789))
    text = (report / "diff.json").read_text()
    (report / "diff.json").write_text(text.replace("123456789", "1" + "0" * 5000))
    assert read_reports(report).is_invalid


def test_the_folder_itself_may_not_be_a_link(tmp_path: Path) -> None:
    write_reports(tmp_path / "elsewhere", [finding()], difference())
    (tmp_path / "report").symlink_to("elsewhere")
    reports = read_reports(tmp_path / "report")
    assert reports.is_invalid
    assert {fault.file for fault in reports.faults} == {"check.json", "diff.json"}


def test_nothing_else_in_the_folder_is_read(tmp_path: Path) -> None:
    report = write_reports(tmp_path, [finding()], difference())
    for name in ("comment.md", "summary.md", "marker", "check.json.orig"):
        os.mkfifo(report / name)
    assert read_reports(report).faults == ()


def test_what_a_newer_version_tells_of_a_finding_is_no_fault(tmp_path: Path) -> None:
    report = write_reports(tmp_path, [finding(documentation="https://example.com")], difference())
    assert read_reports(report).faults == ()


@pytest.mark.parametrize("limit", [65_000, 1_000_000])
@pytest.mark.parametrize(("findings", "lines"), [(3_000, 1), (1, 3_000), (3_000, 3_000), (100, 5)])
def test_a_comment_never_exceeds_the_hosts_limit(tmp_path: Path, limit: int, findings: int, lines: int) -> None:
    told = [finding(f"problem {number} \U0001f600") for number in range(findings)]
    value = [f"value {number} \U0001f600" for number in range(lines)]
    write_reports(tmp_path, told, difference(value, [*value, "more"]))
    body = comment(read_reports(tmp_path), "", RUN, limit)
    assert length(body) <= limit
    assert f"{findings} error" in body
    assert "restarts-agents" in body
    if (findings, limit) == (3_000, 65_000):
        assert "more findings" in body
        assert f"[the run]({RUN.url})" in body


def test_a_summary_that_was_blown_up_does_not_break_the_comment(tmp_path: Path) -> None:
    diff = difference(warnings=tuple("w" * 900 for _ in range(300)), blocked="b" * 200_000)
    write_reports(tmp_path, [finding("still here")], diff)
    body = comment(read_reports(tmp_path), "", RUN, 65_000)
    assert length(body) <= 65_000
    assert "still here" in body


def test_errors_come_first_then_places(tmp_path: Path) -> None:
    told = [
        finding("third", severity="warning", file="a.yaml"),
        finding("second", file="b.yaml", line=10),
        finding("first", file="b.yaml", line=9),
    ]
    write_reports(tmp_path, told, difference())
    body = comment(read_reports(tmp_path), "", RUN, 65_000)
    assert body.index("first") < body.index("second") < body.index("third")


def test_a_report_as_large_as_allowed_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hostile_files, "LARGEST", 1 << 20)
    entry = json.dumps(finding())
    number = hostile_files.LARGEST // (len(entry) + 2) - 1
    (tmp_path / "check.json").write_text(f'{{"findings": [{", ".join([entry] * number)}]}}')
    found = read_reports(tmp_path).findings
    assert found is not None
    assert len(found) == number
