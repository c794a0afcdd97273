"""``new`` that is killed at any step leaves no destination or a whole one, and the next run succeeds."""

from __future__ import annotations

import shutil
from pathlib import Path

from support.bundles import write_archive
from support.forked import points, run_with_kill
from support.repos import git, run, tree_of

_STEPS = 10


def test_a_kill_leaves_nothing_or_the_whole(tmp_path: Path):
    archive = write_archive(tmp_path / "deploy.tar.gz")
    parent = tmp_path / "clusters"
    parent.mkdir()
    argv = ["new", str(parent / "ocp"), "--bundle", str(archive), "--defaults"]
    assert run("new", tmp_path / "whole", "--bundle", archive, "--defaults").code == 0
    whole = tree_of(tmp_path / "whole")
    last = points(argv)
    shutil.rmtree(parent / "ocp")
    assert last > 100
    # The last ones hold the only step that makes the destination appear; the others are sampled.
    chosen = sorted({*range(1, last, max(1, last // _STEPS)), *range(last - 3, last + 1)})
    seen: set[str] = set()
    for n in chosen:
        assert run_with_kill(argv, n), n
        if (parent / "ocp").exists():
            assert tree_of(parent / "ocp") == whole
            assert git(parent / "ocp", "status", "--porcelain") == ""
            git(parent / "ocp", "fsck", "--strict")
            shutil.rmtree(parent / "ocp")
            seen.add("whole")
        else:
            seen.add("nothing")
    assert seen == {"whole", "nothing"}
    done = run(*argv)
    assert done.code == 0, done.err
    assert tree_of(parent / "ocp") == whole
    # What the killed runs left beside it is gone.
    assert [path.name for path in parent.iterdir()] == ["ocp"]
