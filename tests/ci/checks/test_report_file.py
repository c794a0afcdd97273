"""``check --report FILE``: the JSON form beside whatever is printed."""

from __future__ import annotations

import json
from pathlib import Path

from support.repos import copy_template, run


def test_the_report_holds_what_the_json_form_prints(tmp_path: Path) -> None:
    repo = copy_template(tmp_path / "repo")
    printed = run("check", "--format", "json", cwd=repo)
    run("check", "--format", "github", "--report", "report/check.json", cwd=repo)
    assert json.loads((repo / "report" / "check.json").read_text()) == json.loads(printed.out)
