"""Which versions belong together: the facts of ``facts/versions.yaml`` as questions that checks ask."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

from antrea_ci.facts import facts
from antrea_ci.model.cluster import Flavour
from antrea_ci.values import text_at, value_at
from antrea_ci.yamlio import Value

Numbers: TypeAlias = tuple[int, ...]

_NUMBERS = re.compile(r"v?(\d+)\.(\d+)(?:\.(\d+))?(.*)", re.DOTALL)


@dataclass(frozen=True)
class Tag:
    """A version as an image's tag says it: ``v1.13.1_vmware.1`` is 1.13.1 with the build ``_vmware.1``."""

    text: str
    numbers: Numbers
    build: str

    @property
    def version(self) -> str:
        """The three numbers."""
        return ".".join(map(str, self.numbers))

    @property
    def minor(self) -> str:
        """The first two numbers."""
        return ".".join(map(str, self.numbers[:2]))


@dataclass(frozen=True)
class KnownBad:
    """An image that is known to fail. ``image`` is a part of its name, ``tag`` the whole tag without a leading v."""

    image: str
    tag: str
    fault: str
    instead: str
    source: str


def parse_tag(text: str | None) -> Tag | None:
    """The version that a tag tells; None for a tag that is none, such as ``stable``."""
    found = _NUMBERS.fullmatch(text or "")
    if not found:
        return None
    return Tag(text or "", (int(found[1]), int(found[2]), int(found[3] or 0)), found[4])


def kubernetes_minor(flavour: Flavour, version: str) -> int:
    """``n`` of the Kubernetes 1.n in this version of OpenShift, or of Kubernetes itself."""
    minor = int(version.split(".")[1])
    return minor + _number("openshift", "kubernetes_offset") if flavour == "openshift" else minor


def oldest_kubernetes(antrea: Tag) -> int:
    """``n`` of the oldest Kubernetes 1.n with which this Antrea is tested."""
    rows = ((text_at(row, ("antrea",)), value_at(row, ("kubernetes",))) for row in _rows("antrea_kubernetes"))
    return next(int(str(minor)) for since, minor in rows if antrea.numbers >= _numbers(since))


def interworking_tags(antrea: Tag) -> tuple[str, ...]:
    """How the tags of the interworking images begin that go with this Antrea; empty where nobody has said it."""
    for row in _rows("products"):
        if text_at(row, ("antrea",)) == antrea.version:
            tags = value_at(row, ("interworking",))
            return tuple(map(str, tags)) if isinstance(tags, list) else ()
    return ()


def is_proven(openshift_minor: int, antrea: Tag) -> bool:
    """Whether somebody has said in public that this pair works."""
    return (f"4.{openshift_minor}", antrea.version) in set(_proven())


def proven_pairs() -> list[str]:
    """The pairs that somebody has said to work, as messages name them."""
    return [f"OpenShift {openshift} with Antrea {antrea}" for openshift, antrea in _proven()]


@cache
def known_bad() -> tuple[KnownBad, ...]:
    """Every image that is known to fail."""
    keys = ("image", "tag", "fault", "instead", "source")
    return tuple(KnownBad(*(text_at(row, (key,)) for key in keys)) for row in _rows("known_bad"))


def _proven() -> Iterator[tuple[str, str]]:
    for row in _rows("proven"):
        yield text_at(row, ("openshift",)), text_at(row, ("antrea",))


def _rows(name: str) -> list[Value]:
    rows = value_at(facts("versions"), (name,))
    assert isinstance(rows, list)
    return rows


def _number(*path: str) -> int:
    return int(str(value_at(facts("versions"), path)))


def _numbers(text: str) -> Numbers:
    return tuple(int(part) for part in text.split("."))
