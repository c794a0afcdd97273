"""Every step of the recordings of real installers, 4.12 and 4.18, is read for what it was."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.installer_reading import read
from support.repos import SHARED

_RECORDINGS = SHARED / "installer"
pytestmark = pytest.mark.skipif(not _RECORDINGS.is_dir(), reason="the data of ../shared is not here")

# What must be named where a step ended with another code than 0; the steps that are not here ended with 0.
_CAUSES = {
    ("file-shapes", 0): "broken-manifest",
    ("file-shapes", 1): "duplicate-objects",
    ("file-shapes", 2): "broken-manifest",
    ("file-shapes", 3): "broken-manifest",
    ("create-cluster-platform-none", 0): "platform-none",
    ("create-cluster-vsphere-no-network", 0): "rhcos-image",
    ("vcenter-wrong-password", 0): "vcenter-login",
    ("empty-dir-no-terminal", 0): "no-terminal-survey",
    ("destroy-without-metadata", 0): "missing-metadata",
    ("rejected-config", 0): "install-config-rejected",
}
_LATER = {"4.12": ["rhcos-image", "terraform-missing"], "4.18": ["rhcos-image", "rhcos-image"]}


def steps(version: str) -> Iterator[tuple[str, dict[str, Any]]]:
    recording = json.loads((_RECORDINGS / f"recording-{version}.json").read_text())
    for name, situation in recording.items():
        yield from ((name, step) for step in situation.get("steps", ()))


def readings(version: str, tmp_path: Path) -> Iterator[tuple[str, dict[str, Any], Any]]:
    for name, step in steps(version):
        verb = " ".join(word for word in step["args"][:2])
        text = step["stdout"] + step["stderr"]
        yield name, step, read(tmp_path, text, verb=verb, minor=int(version[2:]), pieces=5000)


@pytest.mark.parametrize("version", ["4.12", "4.18"])
def test_each_failure_has_its_cause(version: str, tmp_path: Path) -> None:
    found: dict[str, list[str]] = {}
    for name, step, reading in readings(version, tmp_path):
        if step["exit"] not in (0, "timeout"):
            cause = reading.cause(step["exit"])
            assert cause is not None, (name, step)
            found.setdefault(name, []).append(cause.id)
    later = found.pop("ignition-then-cluster-then-again-then-destroy")
    assert later == _LATER[version]
    expected: dict[str, list[str]] = {}
    for (name, _), cause in _CAUSES.items():
        if version != "4.12" or name != "vcenter-wrong-password":
            expected.setdefault(name, []).append(cause)
    assert found == expected


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("4.12", {("changed-install-config-put-back", "create ignition-configs"): ["manifests-discarded"]}),
        (
            "4.18",
            {
                ("changed-install-config-put-back", "create ignition-configs"): ["manifests-discarded"],
                ("vcenter-unreachable", "create manifests"): ["vcenter-login", "vcenter-unresolved"],
                ("vcenter-wrong-password", "create manifests"): ["vcenter-login"],
            },
        ),
    ],
)
def test_fatal_lines_are_found_where_they_mean_it_and_nowhere_else(
    version: str, expected: dict[tuple[str, str], list[str]], tmp_path: Path
) -> None:
    """Bare metal of 4.12 discards manifests in a plain `create manifests`, which harms nobody."""
    found = {
        (name, " ".join(step["args"][:2])): sorted(fatal.id for fatal in reading.fatal)
        for name, step, reading in readings(version, tmp_path)
        if reading.fatal
    }
    assert found == expected


@pytest.mark.parametrize("version", ["4.12", "4.18"])
def test_the_last_words_tell_which_steps_succeeded(version: str, tmp_path: Path) -> None:
    for name, step, reading in readings(version, tmp_path):
        assert reading.said_done == (step["exit"] == 0), (name, step["args"])


def test_the_end_of_a_real_installation_tells_its_stages_and_no_password(tmp_path: Path) -> None:
    log = (_RECORDINGS / "article-install-tail.log").read_bytes()
    reading = read(tmp_path, log, minor=12)
    assert [(stage.name, stage.seconds, stage.within) for stage in reading.stages] == [
        ("pre-bootstrap", 27, ""),
        ("bootstrap", 13, ""),
        ("master", 18, ""),
        ("Bootstrap Complete", 869, ""),
        ("API", 127, "Bootstrap Complete"),
        ("Bootstrap Destroy", 43, ""),
        ("Cluster Operators", 772, ""),
    ]
    assert reading.total_seconds == 1750
    assert reading.said_done
    assert b"BgitS" in log
    assert b"BgitS" not in (tmp_path / "log").read_bytes()
