"""The command line of the double: records the call, then does what the verb does."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping, Sequence

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from typing import Any

CALLS = "calls.jsonl"
SETTINGS = "double.json"
_FLAGS_WITH_VALUE = ("--dir", "--log-level", "--bootstrap", "--master", "--key")


class Command:
    """A command line, taken apart: the verb's words, and the flags by their name."""

    def __init__(self, arguments: Sequence[str], known: Sequence[str]) -> None:
        self.words: list[str] = []
        self.flags: dict[str, str] = {}
        rest = list(arguments)
        while rest:
            word = rest.pop(0)
            name, equals, value = word.partition("=")
            if not word.startswith("-"):
                self.words.append(word)
            elif name in _FLAGS_WITH_VALUE and not equals and not rest:
                raise ValueError(f"flag needs an argument: {name}")
            elif name in _FLAGS_WITH_VALUE:
                self.flags[name] = value if equals else rest.pop(0)
            elif name in known:
                self.flags[name] = value or "true"
            else:
                raise ValueError(f"unknown flag: {name}")

    @property
    def verb(self) -> str:
        return " ".join(self.words)

    @property
    def directory(self) -> str:
        return self.flags.get("--dir", ".")


def main(folder: str) -> int:
    with open(os.path.join(folder, SETTINGS), encoding="utf-8") as stream:
        settings = json.load(stream)
    _record(folder)
    known = ["--help"] + (["--skip-password-print"] if settings["minor"] >= 16 else [])
    try:
        command = Command(sys.argv[1:], known)
    except ValueError as error:
        sys.stderr.write(f"Error: {error}\n")
        return 1
    if command.verb == "version":
        return _version(settings)
    from .verbs import run

    return run(command, folder, settings)


def _record(folder: str) -> None:
    """One line per call, in one write, so that concurrent calls do not mix."""
    call = {
        "args": sys.argv[1:],
        "environment": dict(os.environ),
        "cwd": os.getcwd(),
        "pid": os.getpid(),
        "time": time.time(),
    }
    handle = os.open(os.path.join(folder, CALLS), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.write(handle, json.dumps(call).encode() + b"\n")
    os.close(handle)


def _version(settings: Mapping[str, Any]) -> int:
    if settings["is_architecture_unknown"]:
        sys.stderr.write(
            "level=warning msg=Release Image Architecture not detected. Release Image Architecture is unknown\n"
        )
    sys.stdout.write(settings["version_output"])
    return 0
