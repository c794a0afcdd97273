"""The lines that openshift-install writes, in every form that it has (DOMAIN 6.5, recordings of 4.12 and 4.18)."""

from __future__ import annotations

import re
from dataclasses import dataclass

_LEVELS = {
    "trace": "debug",
    "debug": "debug",
    "info": "info",
    "warn": "warning",
    "warning": "warning",
    "error": "error",
    "fatal": "fatal",
    "panic": "fatal",
}
# `level=info msg=…`, with or without quotes, in .openshift_install.log and of libraries with `time="…"` before it.
_LOGRUS = re.compile(r'^(?:time=(?:"[^"]*"|\S+) )?level=(?P<level>[a-z]+) msg=(?P<message>.*)$', re.DOTALL)
# On a terminal: `INFO …`, padded to a fixed width.
_TERMINAL = re.compile(
    r"^(?P<level>TRACE|DEBUG|INFO|WARN|WARNING|ERROR|FATAL|PANIC)(?:\[\d+\])? (?P<message>.*)$", re.DOTALL
)
# klog, of the Kubernetes client: `I1123 03:20:17.522902   22705 session.go:227] …`.
_KLOG = re.compile(r"^(?P<level>[IWEF])\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ (?P<message>\S+:\d+\] .*)$", re.DOTALL)
_KLOG_LEVELS = {"I": "debug", "W": "debug", "E": "debug", "F": "fatal"}
_ESCAPED = re.compile(r'\\(["\\nt])')
_ESCAPES = {"n": "\n", "t": "\t"}
_CONTROL = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[78=>])|[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True)
class Line:
    """One line: ``level`` is debug, info, warning, error or fatal, empty where the line tells none.

    What klog writes counts as debug, also its errors: the client repeats them for as long as it waits.
    """

    level: str
    message: str

    @property
    def is_error(self) -> bool:
        """Whether it tells a failure. What the command line of the installer and Go's runtime say has no level."""
        return self.level in ("error", "fatal") or (not self.level and self.message.startswith(("Error: ", "panic: ")))


def parse_line(data: bytes) -> Line:
    """The line of these bytes; control characters are taken out, what is no UTF-8 becomes a replacement character."""
    text = _CONTROL.sub("", data.decode("utf-8", "replace")).rstrip()
    if found := _LOGRUS.match(text):
        return Line(_LEVELS.get(found["level"], ""), _unquoted(found["message"]).strip())
    if found := _TERMINAL.match(text):
        return Line(_LEVELS[found["level"].lower()], found["message"].strip())
    if found := _KLOG.match(text):
        return Line(_KLOG_LEVELS[found["level"]], found["message"].strip())
    return Line("", text.strip())


def _unquoted(message: str) -> str:
    if len(message) < len('""') or not (message.startswith('"') and message.endswith('"')):
        return message
    return _ESCAPED.sub(lambda found: _ESCAPES.get(found[1], found[1]), message[1:-1])
