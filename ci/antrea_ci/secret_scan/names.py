"""Files that are secret by what they are."""

from __future__ import annotations

from antrea_ci.secret_scan import known


def secret_file(name: str) -> str:
    """What makes the file of this path secret; empty for any other."""
    return next((kind.what for kind in known.named_files() if kind.name.match(name)), "")


def is_prose(name: str) -> bool:
    """Whether the file of this path is for people, or a program's source, rather than data."""
    plain = name.lower()
    for ending in known.words("spare_endings"):
        plain = plain.removesuffix(ending)
    base = plain.rpartition("/")[2]
    ending = base[base.rfind(".") :] if "." in base else ""
    return ending not in known.words("data_files")
