"""What the facts know of phase 2: names of files, objects and keys, and what NSX wants of a certificate."""

from __future__ import annotations

import re
from functools import cache

from antrea_ci.facts import facts
from antrea_ci.values import text_at, texts_at, value_at
from antrea_ci.yamlio import Path


def text(*path: str) -> str:
    """A string of facts/nsx.yaml."""
    found = text_at(facts("nsx"), path)
    assert found, path
    return found


def number(*path: str) -> int:
    """A number of facts/nsx.yaml."""
    found = value_at(facts("nsx"), path)
    assert isinstance(found, int), path
    return found


def texts(*path: str) -> list[str]:
    """A list of strings of facts/nsx.yaml."""
    return texts_at(facts("nsx"), path)


@cache
def names() -> re.Pattern[str]:
    """What the name of a principal identity, and of its node, looks like."""
    return re.compile(text("certificate", "name"))


def bootstrap_path() -> Path:
    """Where bootstrap.conf is in its ConfigMap."""
    return ("data", text("bootstrap", "key"))
