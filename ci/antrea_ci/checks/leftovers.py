"""What an update of the template or a merge has left half done: rules of ``drift`` that look at every file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from antrea_ci.checks.context import Context
from antrea_ci.findings import Finding, Location

# A marker that opens or closes; the line between the sides is also how Markdown underlines a heading.
_MARKER = re.compile(rb"^(?:<{7}|>{7})(?: |$)", re.MULTILINE)
_REJECTED = (".rej", ".orig")


def findings(context: Context) -> Iterator[Finding]:
    """An error for each conflict that nobody resolved and each change that could not be applied."""
    for name in context.files:
        if name.endswith(_REJECTED):
            yield Finding(
                "drift/rejected-hunk", "was left by an update that could not apply it", location=Location(name)
            )
        path = context.repo.root / name
        data = path.read_bytes() if path.is_file() else b""
        for marker in _MARKER.finditer(data):
            place = Location(name, data.count(b"\n", 0, marker.start()) + 1, 1)
            yield Finding("drift/conflict-marker", "a conflict is not resolved here", location=place)
