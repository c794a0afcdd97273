"""``make bench``: speed and memory as ratios of whole-process medians against the plain tools, in one run.

Nothing here fails because of a slow machine; the table shows each figure beside its limit. With arguments only the
parts of these names are measured.
"""

from __future__ import annotations

import resource
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests")]

import checking  # noqa: E402 - the path above finds what it imports
import diffing  # noqa: E402
import firewalling  # noqa: E402
import imaging  # noqa: E402
import installing  # noqa: E402
import keeping  # noqa: E402
import learning  # noqa: E402
import paging  # noqa: E402
import redacting  # noqa: E402
import rendering  # noqa: E402


def main() -> None:
    from antrea_ci.tools.find import kustomize_path

    kustomize = str(kustomize_path())
    parts = (rendering, checking, diffing, installing, keeping, imaging, redacting, firewalling, learning, paging)
    for part in parts:
        if sys.argv[1:] and part.__name__ not in sys.argv[1:]:
            continue
        print(part.__doc__)
        with tempfile.TemporaryDirectory(prefix="antrea-gitops-bench-") as name:
            part.bench(Path(name), kustomize)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
