"""docs/firewall.md: its commands as written, in the article's cluster."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import yaml

from support.pages import steps_of
from support.repos import ROOT, run

PAGE = ROOT / "docs/firewall.md"


def test_the_commands_as_written(tmp_path: Path) -> None:
    folder = tmp_path / "ocp"
    assert run("new", folder, "--defaults", "--data-file", ROOT / "docs/examples/article.answers.yml").code == 0
    text = PAGE.read_text()
    for step in steps_of(text):
        done = run(*shlex.split(step.command)[1:], cwd=folder)
        assert (done.code, done.err, step.lacks(done.out)) == (0, "", []), step.command
    (section,) = re.findall(r"^```yaml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    names = yaml.safe_load(section)["firewall"]["addresses"]
    cluster = folder / "cluster.yaml"
    before = run("firewall", "report", "--format", "csv", cwd=folder).out
    assert all(name in before for name in {*names} - {"vcenter.example.com"})
    cluster.write_text(cluster.read_text() + section)
    after = run("firewall", "report", "--format", "csv", cwd=folder).out
    assert not [name for name in names if name in after]
    assert "10.1.224.0/24,10.1.1.53,UDP,53," in after
