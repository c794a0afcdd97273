"""Facts as data files with their sources; this module only finds and reads them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from antrea_ci.yamlio import Value, parse

_FOLDER = Path(__file__).parent


@cache
def facts(name: str) -> dict[str, Value]:
    """The data file ``name`` (without its ending) as plain values. The caller must not change them."""
    file = f"{name}.yaml"
    return parse((_FOLDER / file).read_bytes(), file).mapping
