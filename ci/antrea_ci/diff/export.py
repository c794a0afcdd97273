"""Writes the files of a state into a folder, as Git would check them out, and nothing of it outside of that folder."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from antrea_ci.diff.revisions import File
from antrea_ci.errors import AntreaGitopsError
from antrea_ci.vcs import Mode


def export(files: Mapping[str, File], folder: Path, shown_as: str) -> None:
    """Writes ``files`` below ``folder``; submodules are left out. ``shown_as`` is what messages call the state.

    Raises AntreaGitopsError for a symbolic link that leads out of the folder.
    """
    for name, file in files.items():
        path = folder / name
        if file.mode is not Mode.SUBMODULE:
            path.parent.mkdir(parents=True, exist_ok=True)
        if file.mode is Mode.LINK:
            path.symlink_to(os.fsdecode(file.data))
        elif file.mode is not Mode.SUBMODULE:
            path.write_bytes(file.data)
    # Where one link leads through another is only seen when all are there.
    for name in (name for name, file in files.items() if file.mode is Mode.LINK):
        if not Path(os.path.realpath(folder / name)).is_relative_to(folder.resolve()):
            raise AntreaGitopsError(
                f"{name} of {shown_as} is a symbolic link that leads out of the repository",
                why="a pull request could show what lies on the machine that renders it",
                fix="put the file itself there",
            )
