"""The search for planted secrets finds each of them, and redaction leaves none that it could find."""

from __future__ import annotations

import subprocess
import tarfile
from pathlib import Path

import pytest

from antrea_ci import redaction
from antrea_ci.redaction.parts import secrets_of
from support.canary import assert_nowhere, every_spelling, plant

PLANTED = plant()


@pytest.mark.parametrize("name", PLANTED.marks)
def test_the_search_finds_every_mark_in_every_spelling(name: str) -> None:
    mark = {name: PLANTED.marks[name]}
    for written in every_spelling(PLANTED.marks[name]):
        with pytest.raises(AssertionError, match=f"{name} in a text"):
            assert_nowhere(mark, f"before {written} after")
    assert_nowhere(mark, "before after", b"\x00\xff")


def test_the_search_looks_into_archives_links_and_objects_that_nothing_leads_to(tmp_path: Path) -> None:
    mark = {"one": "planted-mark-1"}
    (tmp_path / "file").write_text("planted-mark-1")
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "file")
    command = ["git", "hash-object", "-w", "file"]
    subprocess.run(["git", "init", "--quiet", str(tmp_path / "repo")], check=True)
    subprocess.run(["git", "-C", str(tmp_path / "repo"), *command[1:3], str(tmp_path / "file")], check=True)
    (tmp_path / "file").unlink()
    with pytest.raises(AssertionError, match=r"a\.tar\.gz(?s:.*)objects of"):
        assert_nowhere(mark, tmp_path)
    assert_nowhere(mark, tmp_path, without=[tmp_path / "a.tar.gz", tmp_path / "repo" / ".git"])


def test_redaction_leaves_nothing_that_the_search_finds() -> None:
    redaction.learn(part for secret in secrets_of(PLANTED.environment) for part in secret.parts)
    lines = [f'level=debug msg="{written}"' for mark in PLANTED.marks.values() for written in every_spelling(mark)]
    text = "\n".join([*lines, *PLANTED.environment.values()]).encode()
    for size in (1, 7, 100, 4096, len(text)):
        stream = redaction.Stream()
        output = b"".join(stream.feed(text[at : at + size]) for at in range(0, len(text), size)) + stream.end()
        assert_nowhere(PLANTED.marks, output)
