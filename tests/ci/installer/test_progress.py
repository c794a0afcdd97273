"""Progress is plain lines with a sign of life for CI, and drawn on a terminal."""

from __future__ import annotations

import io
import os
import pty

import pytest

from antrea_ci.installer import Line, PlainProgress, Stage, progress_for
from antrea_ci.installer.progress import duration


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def plain() -> tuple[PlainProgress, io.StringIO, Clock]:
    stream, clock = io.StringIO(), Clock()
    return PlainProgress(stream, clock), stream, clock


def test_plain_lines_tell_time_phase_stage_and_what_is_usual() -> None:
    progress, stream, clock = plain()
    progress.phase("cluster")
    clock.now += 75
    progress.enter("bootstrapping", 869)
    progress.line(Line("info", "Waiting up to 30m0s"))
    progress.line(Line("warning", "look here"))
    progress.stage(Stage("Bootstrap Complete", 869))
    progress.stage(Stage("API", 127, "Bootstrap Complete"))
    progress.done()
    assert stream.getvalue().splitlines() == [
        "      0s == cluster",
        "   1m15s -- bootstrapping (usually 14m29s)",
        "   1m15s Waiting up to 30m0s",
        "   1m15s warning: look here",
        "   1m15s Bootstrap Complete: 14m29s",
        "   1m15s    API: 2m7s",
    ]


def test_there_is_a_sign_of_life_at_least_every_minute_while_the_installer_is_silent() -> None:
    progress, stream, clock = plain()
    progress.enter("bootstrapping", 869)
    progress.last(Line("debug", "Still waiting"))
    silence = longest = 0.0
    for _ in range(300):
        before = len(stream.getvalue())
        clock.now += 1
        progress.beat()
        silence = 0.0 if len(stream.getvalue()) > before else silence + 1
        longest = max(longest, silence)
    assert 40 < longest < 60
    assert stream.getvalue().splitlines()[1] == (
        "     50s -- still bootstrapping for 50s (usually 14m29s); last: Still waiting"
    )


def test_a_stage_that_goes_on_is_told_once() -> None:
    progress, stream, _ = plain()
    for _ in range(3):
        progress.enter("bootstrapping", None)
    assert stream.getvalue().count("bootstrapping") == 1


def test_a_flood_of_lines_is_cut_but_for_errors_and_says_so() -> None:
    progress, stream, clock = plain()
    for number in range(1000):
        progress.line(Line("info", f"line {number}"))
    progress.line(Line("error", "the reason"))
    clock.now += 1
    progress.line(Line("info", "later"))
    lines = stream.getvalue().splitlines()
    assert len(lines) < 60
    assert [line.strip() for line in lines[-3:]] == [
        "0s (950 more lines, all of them in the log)",
        "0s error: the reason",
        "1s later",
    ]


def test_who_reads_may_go_away() -> None:
    progress, stream, _ = plain()
    stream.close()
    progress.phase("cluster")
    progress.line(Line("info", "x"))
    progress.done()


@pytest.mark.parametrize(("seconds", "text"), [(0.4, "0s"), (59, "59s"), (60, "1m0s"), (3725, "1h2m5s")])
def test_a_duration_is_written_as_the_installer_does(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_a_stream_that_is_no_terminal_gets_plain_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    assert isinstance(progress_for(io.StringIO()), PlainProgress)


@pytest.mark.parametrize(("term", "ci"), [("dumb", ""), ("xterm", "true")])
def test_a_terminal_that_cannot_draw_gets_plain_lines(monkeypatch: pytest.MonkeyPatch, term: str, ci: str) -> None:
    monkeypatch.setenv("TERM", term)
    monkeypatch.setenv("CI", ci)
    assert isinstance(progress_for(Terminal()), PlainProgress)


def test_a_terminal_shows_the_stage_its_time_what_is_usual_and_the_last_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("CI", "")
    control, terminal = pty.openpty()
    with os.fdopen(terminal, "w") as stream:
        progress = progress_for(stream)
        assert not isinstance(progress, PlainProgress)
        progress.phase("cluster")
        progress.enter("bootstrapping", 869)
        progress.line(Line("warning", "look [here]"))
        progress.last(Line("debug", "Still waiting for [x]"))
        progress.beat()
        progress.stage(Stage("Bootstrap Complete", 869))
        progress.done()
        stream.flush()
        drawn = os.read(control, 1 << 16).decode()
    os.close(control)
    for text in ("bootstrapping for 0s (usually 14m29s)", "warning: look [here]", "Still waiting for [x]"):
        assert text in drawn
    assert "Bootstrap Complete: 14m29s" in drawn
    # Where it stood before is cleared when it is done, and the cursor is there again.
    assert drawn.rstrip().endswith("\x1b[2K")
