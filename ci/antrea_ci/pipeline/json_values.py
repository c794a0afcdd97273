"""Taking parts out of JSON that somebody else wrote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast


def fields(value: object) -> Mapping[str, object]:
    """A JSON object; an empty one in place of anything else."""
    return cast("Mapping[str, object]", value) if isinstance(value, dict) else {}


def entries(value: object) -> Sequence[object]:
    """A JSON array; an empty one in place of anything else."""
    return cast("Sequence[object]", value) if isinstance(value, list) else ()
