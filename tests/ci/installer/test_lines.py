"""Every form in which the installer writes a line gives the same level and message."""

from __future__ import annotations

import pytest

from antrea_ci.installer.lines import Line, parse_line


@pytest.mark.parametrize(
    ("data", "level", "message"),
    [
        (b"level=info msg=Consuming Install Config", "info", "Consuming Install Config"),
        (b'level=info msg="Install complete!"', "info", "Install complete!"),
        (b"level=warning msg=    Discarding the Common Manifests", "warning", "Discarding the Common Manifests"),
        (b'time="2026-11-23T03:21:17Z" level=warning msg="Post \\"v\\": no"', "warning", 'Post "v": no'),
        (b'time="2021-02-01T15:09:29+01:00" level=fatal msg=no', "fatal", "no"),
        (b"INFO Waiting up to 20m0s for the API...", "info", "Waiting up to 20m0s for the API..."),
        (b"DEBUG                API: 2m18s                    ", "debug", "API: 2m18s"),
        (b"WARNING Discarding", "warning", "Discarding"),
        (b"WARN[0001] Discarding", "warning", "Discarding"),
        (b"FATAL Bootstrap failed to complete", "fatal", "Bootstrap failed to complete"),
        (b"\x1b[36mINFO\x1b[0m Creating", "info", "Creating"),
        (b'I1123 03:20:54.779666   23042 session.go:227] "Created"', "debug", 'session.go:227] "Created"'),
        (b"E1123 03:21:21.511299   23314 reflector.go:158] Failed", "debug", "reflector.go:158] Failed"),
        (b"F1123 03:21:21.511299   23314 main.go:1] no", "fatal", "main.go:1] no"),
        (b"level=info msg=ends in carriage return\r", "info", "ends in carriage return"),
        (b"level=info", "", "level=info"),
        (b"panic: runtime error", "", "panic: runtime error"),
        (b"INFORMATION for you", "", "INFORMATION for you"),
        (b"", "", ""),
    ],
)  # fmt: skip
def test_a_line_is_taken_apart(data: bytes, level: str, message: str) -> None:
    assert parse_line(data) == Line(level, message)


def test_bytes_that_are_no_text_are_replaced() -> None:
    assert parse_line(b"level=error msg=\xff\xfe broken \xc3") == Line("error", "\ufffd\ufffd broken \ufffd")


def test_nothing_of_a_line_can_move_the_cursor_of_a_terminal() -> None:
    drawn = parse_line(b"\x1b7\x1b[?25l\x1b8\x1b[0G\x1b[2K\x1b[0;1;92m? \x1b[0mPlatform\x07\x08")
    assert drawn == Line("", "? Platform")


@pytest.mark.parametrize(
    "text", ["level=error msg=no", "ERROR no", "FATAL no", "panic: no", "Error: unknown flag: --x"]
)
def test_what_tells_a_failure_is_an_error(text: str) -> None:
    assert parse_line(text.encode()).is_error


@pytest.mark.parametrize(
    "text", ["level=warning msg=no", "E1123 03:21:21.511299   23314 reflector.go:158] no", "Errors"]
)
def test_what_is_only_said_is_none(text: str) -> None:
    assert not parse_line(text.encode()).is_error
