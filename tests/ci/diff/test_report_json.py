"""The JSON form: what is written can be read back, and nothing else can be read."""

from __future__ import annotations

import json
import os
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from antrea_ci.diff.model import ChangeClass, ObjectChange, PathChange, RepositoryDiff
from antrea_ci.diff.report_json import from_json, to_json
from antrea_ci.wording import as_json
from support.diffs import DIFFS

ONE = RepositoryDiff(
    "ocp",
    "main (0123456789)",
    "the working tree",
    (
        ObjectChange(
            "changed",
            "AntreaInstall/antrea-operator/antrea-install",
            (ChangeClass.RESTARTS_AGENTS, ChangeClass.FIREWALL),
            (
                PathChange(
                    "spec.a", before=False, after=True, classes=(ChangeClass.RESTARTS_AGENTS,), why="agents restart"
                ),
            ),
        ),
    ),
)


@settings(max_examples=60)
@given(st.lists(DIFFS, min_size=1, max_size=3))
def test_what_is_written_is_read_back(diffs: list[RepositoryDiff]) -> None:
    assert list(from_json(json.dumps(to_json(diffs)).encode())) == diffs


def test_a_name_that_is_no_utf8_is_told_in_json_that_everybody_reads() -> None:
    name = os.fsdecode(b"caf\xe9.txt")
    text = as_json(to_json([replace(ONE, objects=(ObjectChange("added", name, (ChangeClass.UNKNOWN,), why=name),))]))
    (told,) = from_json(text.encode())
    assert told.objects[0].object == "caf\\udce9.txt"


def test_the_form_is_the_documented_one() -> None:
    told = to_json([ONE])
    assert told["objects"] == [
        {
            "change": "changed",
            "object": "AntreaInstall/antrea-operator/antrea-install",
            "was": "",
            "class": "restarts-agents",
            "classes": ["restarts-agents", "firewall"],
            "why": "",
            "is_file": False,
            "paths": [
                {
                    "path": "spec.a",
                    "before": False,
                    "after": True,
                    "class": "restarts-agents",
                    "classes": ["restarts-agents"],
                    "why": "agents restart",
                    "effect": "meaning",
                    "note": "",
                }
            ],
        }
    ]
    assert told["summary"]["worst"] == "restarts-agents"
    assert told["summary"]["counts"] == {"changed": 1}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b"[" * 100_000,
        json.dumps({**to_json([ONE]), "more": 1}).encode(),
        json.dumps({"objects": [{"change": "eaten"}], "summary": {}}).encode(),
    ],
    ids=["empty", "list", "no-keys", "bytes", "deep", "more-keys", "unknown-change"],
)
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="not the JSON form of a diff"):
        from_json(data)
