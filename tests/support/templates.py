"""What stock Copier does again for every run, and every file, is done once in a process of tests.

It makes a new environment for every run, in which Jinja compiles each file, question and path again, and starts Git for
every file that it writes. Together that is three quarters of what a run takes.
"""

from __future__ import annotations

from types import CodeType
from typing import Any

import jinja2
import pytest
from copier._main import Worker

_DELIMITERS = [f"{what}_{end}_string" for what in ("block", "variable", "comment") for end in ("start", "end")]
_SETTINGS = [*_DELIMITERS, "line_statement_prefix", "line_comment_prefix", "trim_blocks", "lstrip_blocks"]
_SETTINGS += ["newline_sequence", "keep_trailing_newline", "optimized", "undefined", "finalize", "autoescape"]
_SETTINGS += ["is_async"]


def compile_once(patch: pytest.MonkeyPatch) -> None:
    """Makes ``jinja2.Environment.compile`` remember what it has compiled: the same for the same text and settings."""
    plain = jinja2.Environment.compile
    known: dict[tuple[Any, ...], CodeType] = {}

    def compiled(
        self: jinja2.Environment, source: Any, name: str | None = None, filename: str | None = None, **more: bool
    ) -> Any:
        if not isinstance(source, str) or any(more.values()):
            return plain(self, source, name, filename, **more)
        settings = tuple(getattr(self, setting) for setting in _SETTINGS)
        names = tuple(frozenset(found) for found in (self.extensions, self.filters, self.tests))
        # Only tracebacks show the file's own path, which is another one in every clone of the template.
        key = (type(self), settings, names, source, name)
        if key not in known:
            known[key] = plain(self, source, name, filename)
        return known[key]

    patch.setattr(jinja2.Environment, "compile", compiled)


def trust_file_modes(patch: pytest.MonkeyPatch) -> None:
    """No repository of the tests has ``core.fileMode: false``, which Copier asks Git for each file."""
    patch.setattr(Worker, "_sync_git_index_executable_bit", lambda *_: None, raising=False)
