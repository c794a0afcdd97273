"""Repositories that are measured."""

from __future__ import annotations

import shutil
from pathlib import Path

REPOSITORIES = 200


def many(folder: Path, sample: Path) -> list[str]:
    """Repositories that differ in networks, images and gates."""
    for number in range(REPOSITORIES):
        copy = folder / f"r{number:03d}"
        shutil.copytree(sample, copy, ignore=shutil.ignore_patterns(".git"))
        for name, changes in {
            "install-config.yaml": {"10.0.0.": f"10.{number % 100 + 1}.0."},
            "cluster.yaml": {
                "v1.14.1": f"v1.14.{number}",
                "featureGates: {}": f"featureGates: {{Egress: {'true' if number % 2 else 'false'}}}",
            },
        }.items():
            text = (copy / name).read_text()
            for old, new in changes.items():
                text = text.replace(old, new)
            (copy / name).write_text(text)
    return [str(path) for path in sorted(folder.iterdir())]
