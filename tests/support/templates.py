"""Templates are compiled once in a process of tests.

Copier makes a new environment for every run, in which Jinja compiles each file, question and path again: two thirds of
what a run takes. What is compiled is the same for the same text and settings.
"""

from __future__ import annotations

from types import CodeType
from typing import Any

import jinja2
import pytest

_DELIMITERS = [f"{what}_{end}_string" for what in ("block", "variable", "comment") for end in ("start", "end")]
_SETTINGS = [*_DELIMITERS, "line_statement_prefix", "line_comment_prefix", "trim_blocks", "lstrip_blocks"]
_SETTINGS += ["newline_sequence", "keep_trailing_newline", "optimized", "undefined", "finalize", "autoescape"]
_SETTINGS += ["is_async"]


def compile_once(patch: pytest.MonkeyPatch) -> None:
    """Makes ``jinja2.Environment.compile`` remember what it has compiled, as long as ``patch`` lasts."""
    plain = jinja2.Environment.compile
    known: dict[tuple[Any, ...], CodeType] = {}

    def compiled(self: jinja2.Environment, source: Any, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(source, str) or args[2:3] == (True,) or kwargs.get("raw"):
            return plain(self, source, *args, **kwargs)
        settings = tuple(getattr(self, name) for name in _SETTINGS)
        names = tuple(frozenset(found) for found in (self.extensions, self.filters, self.tests))
        key = (type(self), settings, names, source, args, tuple(sorted(kwargs.items())))
        if key not in known:
            known[key] = plain(self, source, *args, **kwargs)
        return known[key]

    patch.setattr(jinja2.Environment, "compile", compiled)
