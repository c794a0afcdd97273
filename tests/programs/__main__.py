"""`python tests/programs [NAME]...`: programs that only tests and benchmarks run, below the folder of kept programs.

Without a name: what the tests need. Versions and checksums are in go.mod and go.sum (those of Kubernetes in a folder of
its own), package.json and package-lock.json beside this file. What is there at the right version is left alone, so a
second run is quick.
"""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import install

FOR_TESTS = ("act", "actionlint", "chromium", "crane", "etcd", "gitlab-ci-local", "kube-apiserver", "kubectl")
FOR_TESTS += ("ovsdb-server", "ip", "nft", "podman", "rsync", "skopeo", "vcsim")


def main(names: list[str]) -> int:
    """0 when every program named is there; else each reason on stderr, and 1; 2 for a name that nobody knows."""
    unknown = sorted(set(names) - install.known())
    if unknown:
        print(
            f"error: nobody installs {', '.join(unknown)}; known are {', '.join(sorted(install.known()))}",
            file=sys.stderr,
        )
        return 2
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    groups = install.grouped(names or list(FOR_TESTS))
    with ThreadPoolExecutor() as pool:
        pending = [pool.submit(group, cache / "antrea-gitops" / "programs", wanted) for group, wanted in groups.items()]
    failures = [str(failure) for one in pending if (failure := one.exception())]
    for failure in failures:
        print(f"error: {failure}", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
