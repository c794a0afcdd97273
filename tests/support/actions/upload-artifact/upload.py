"""Copies what PATHS names below the folder of the artifact NAME, from the folder that all of it has in common on."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path


def main() -> int:
    """1 if nothing was found and that is an error, or if the artifact is there already."""
    given = [Path(line.strip()) for line in os.environ["PATHS"].splitlines() if line.strip()]
    found = [file for path in given for file in ([path] if path.is_file() else path.rglob("*")) if file.is_file()]
    target = Path(os.environ["TEST_ARTIFACTS"]) / os.environ["NAME"]
    if not found:
        print(f"{os.environ['NONE']}: no files were found at {', '.join(map(str, given))}")
        return 1 if os.environ["NONE"] == "error" else 0
    # One file alone stands at the top; else each has its path from the folder that all given paths share.
    shared = Path(os.path.commonpath([path.parent if path.is_file() else path for path in given if path.exists()]))
    target.mkdir(parents=True)
    for file in found:
        copy = target / file.relative_to(shared)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copy)
    return 0


if __name__ == "__main__":
    sys.exit(main())
