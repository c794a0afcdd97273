"""`firewall learn` as people and pipelines call it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.firewall_logs import FORMATS, Flow
from support.repos import run, spawn
from support.small import rendering_repo

NODE, POD = "10.1.224.21", "10.128.3.7"


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory, kustomize: Path) -> Path:
    """A cluster, and a log of drops that no row explains."""
    root = rendering_repo(tmp_path_factory.mktemp("learn") / "ocp").root
    assert run("render", cwd=root).code == 0
    (root / "unexplained.log").write_text(FORMATS["nsx"](Flow(NODE, POD, "TCP", 40000, 7777)))
    return root


def test_the_exit_code_says_whether_rows_are_lacking(repository: Path) -> None:
    assert run("firewall", "learn", "unexplained.log", cwd=repository).code == 0
    assert run("firewall", "learn", "--strict", "unexplained.log", cwd=repository).code == 1
    (repository / "lacking.log").write_text(FORMATS["kernel"](Flow(NODE, POD)))
    done = run("firewall", "learn", "lacking.log", "unexplained.log", cwd=repository)
    assert done.code == 1
    assert "lacks 1 row of the report" in done.out
    assert "TCP 7777 10.1.224.0/24 (machineNetwork) → 10.128.0.0/14 (clusterNetwork)" in done.out


def test_json_stands_alone_and_standard_input_is_a_log(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "log").write_text(FORMATS["fortinet"](Flow(NODE, POD)) + "\nwhat is this\n")
    sh = f"exec \"$@\" < '{tmp_path}/log'"
    done = spawn("-C", repository, "firewall", "learn", "-", "--format", "json", before=("sh", "-c", sh, "sh"))
    found = json.loads(done.out)
    assert (done.code, found["missing"][0]["rule"]["port"], found["missing"][0]["count"]) == (1, "8443", 1)
    assert (found["lines"]["formats"], found["lines"]["unknown"]) == ({"fortinet": 1}, 1)


def test_a_file_of_which_nothing_is_understood_is_no_good_news(repository: Path) -> None:
    (repository / "other.log").write_bytes(b"\x1b[2J\xff\xe2\x80\xae\n" * 5)
    done = run("firewall", "learn", "other.log", cwd=repository)
    assert done.code == 1
    assert "No line is of a format that is known here" in done.out
    assert r"\x1b[2J\xff\x202e" in done.out
    (repository / "damaged.gz").write_bytes(b"\x1f\x8b\x08\x00damaged")
    done = run("firewall", "learn", "damaged.gz", cwd=repository)
    assert (done.code, "Nothing was dropped" in done.out) == (1, False)
    (repository / "empty.log").write_bytes(b"")
    assert run("firewall", "learn", "empty.log", cwd=repository).code == 0


def test_what_cannot_be_meant_is_told_at_once(repository: Path) -> None:
    done = run("firewall", "learn", "nowhere.log", cwd=repository)
    assert (done.code, "nowhere.log does not exist" in done.err) == (2, True)
    assert run("firewall", "learn", "antrea", cwd=repository).code == 2  # a folder
    wrong = ("--address", "DNS server=10.1.1.1", "--address", "clients=nobody")
    done = run("firewall", "learn", *wrong, "unexplained.log", cwd=repository)
    assert done.code == 2
    assert "did you mean DNS servers?" in done.err
    assert "nobody is no address of clients" in done.err
