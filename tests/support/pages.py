"""Commands and their output, as pages of the documentation show them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_OMITTED = "…"


@dataclass(frozen=True)
class Step:
    """One command of the README with the lines that are shown below it."""

    command: str
    shown: tuple[str, ...]

    @property
    def code(self) -> int:
        """What the command must exit with: 1 where an error is shown."""
        return int(any(re.search(r"(^|: )error: ", line) for line in self.shown))

    def lacks(self, output: str) -> list[str]:
        """The shown lines that are not in the output; `…` stands for anything, alone for any lines."""
        lines = output.splitlines()
        return [line for line in self.shown if line.strip(" " + _OMITTED) and not _is_in(line, lines)]


def _is_in(shown: str, lines: list[str]) -> bool:
    pattern = re.compile(".*".join(re.escape(part) for part in shown.split(_OMITTED)))
    return any(pattern.fullmatch(line) for line in lines)


def steps_of(text: str) -> Iterator[Step]:
    """The commands in ``text``, in order."""
    for block in _BLOCK.findall(text):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *shown = part.splitlines()
            yield Step(command, tuple(shown))
