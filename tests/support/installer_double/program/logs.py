"""The installer's lines: on stderr in the form for pipes or for a terminal, and all of them in its log file."""

from __future__ import annotations

import json
import os
import sys
import time

_LEVELS = ("debug", "info", "warning", "error", "fatal")


class Log:
    """Writes to stderr what ``level`` lets through, and everything to ``DIR/.openshift_install.log``."""

    def __init__(self, directory: str, level: str, first_line: str) -> None:
        self._shown = _LEVELS.index(level)
        self._is_terminal = sys.stderr.isatty()
        os.makedirs(directory, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        self._file = os.open(os.path.join(directory, ".openshift_install.log"), flags, 0o640)
        self.line("debug", first_line, is_shown=False)

    def line(self, level: str, message: str, *, is_shown: bool = True) -> None:
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        os.write(self._file, f'time="{now}" level={level} msg={json.dumps(message, ensure_ascii=False)}\n'.encode())
        if is_shown and _LEVELS.index(level) >= self._shown:
            form = f"{level.upper()} {message}\n" if self._is_terminal else f"level={level} msg={message}\n"
            self.raw(form)

    def raw(self, text: str) -> None:
        """Text that does not come from the installer's own logger."""
        sys.stderr.write(text)
        sys.stderr.flush()

    def debug(self, message: str) -> None:
        self.line("debug", message)

    def info(self, message: str) -> None:
        self.line("info", message)

    def warning(self, message: str) -> None:
        self.line("warning", message)
