"""The output of the installer while it comes: redacted, written to the log, shown, and heard for what it means."""

from __future__ import annotations

from collections import deque
from collections.abc import Set
from pathlib import Path

from antrea_ci import redaction
from antrea_ci.installer.causes import Cause, Classifier
from antrea_ci.installer.fatal import FatalLine, fatal_line
from antrea_ci.installer.known import known, last_words
from antrea_ci.installer.lines import Line, parse_line
from antrea_ci.installer.log_file import LogFile
from antrea_ci.installer.progress import Progress
from antrea_ci.installer.sieve import Sieve
from antrea_ci.installer.stages import Stage, StageReader

_ERRORS_KEPT = 20
_LONGEST_PART = 64 << 10
# Lines of these levels are shown; the rest is in the log only.
_SHOWN = (
    *(b"level=info", b"level=warn", b"level=error", b"level=fatal", b"level=panic"),
    *(b"INFO ", b"WARN", b"ERROR ", b"FATAL ", b"PANIC ", b"panic: ", b"Error: "),
)


class Reading:
    """One run of the installer, heard line by line. Its memory does not grow with the output."""

    def __init__(self, verb: str, minor: int, folder: Path, log: Path, progress: Progress) -> None:
        facts = known()
        self._verb = verb
        self._last_words = last_words(verb)
        self._folder = folder
        self._progress = progress
        self._log = LogFile(log)
        self._stream = redaction.Stream()
        self._classifier = Classifier(verb, minor)
        self._stages = StageReader(facts.times, facts.nested_stages)
        self._sieve = Sieve({*_SHOWN, *self._words()}, facts.times.begin.encode())
        self._rest = b""
        self._live = ""
        self._errors: deque[str] = deque(maxlen=_ERRORS_KEPT)
        self._fatal: dict[str, FatalLine] = {}
        self.said_done = False

    def feed(self, data: bytes) -> None:
        """Takes what the installer has written."""
        # What it made for the cluster, such as the administrator's password, is learnt before it is read.
        redaction.learn_folder(self._folder)
        _learn_password(data)
        self._take(self._stream.feed(data))

    def end(self) -> None:
        """Takes the rest; nothing comes any more."""
        redaction.learn_folder(self._folder)
        self._take(self._stream.end())
        self._hear_block(self._rest)
        self._rest = b""
        self._log.close()

    @property
    def fatal(self) -> tuple[FatalLine, ...]:
        """The fatal lines so far, each kind once."""
        return tuple(self._fatal.values())

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The stages that the installer told, in its order."""
        return tuple(self._stages.stages)

    @property
    def total_seconds(self) -> float | None:
        """How long the installer says that it took."""
        return self._stages.total

    @property
    def last_errors(self) -> tuple[str, ...]:
        return tuple(self._errors)

    def cause(self, code: int | None) -> Cause | None:
        """Why it ended with this code."""
        return self._classifier.cause(code)

    def _take(self, data: bytes) -> None:
        if fault := self._log.write(data):
            self._progress.line(Line("warning", fault))
        block, newline, rest = (self._rest + data).rpartition(b"\n")
        if not newline and len(rest) > _LONGEST_PART:
            block, rest = rest, b""
        self._rest = rest
        self._hear_block(block)

    def _hear_block(self, block: bytes) -> None:
        if not block:
            return
        for heard in self._sieve.lines(block):
            self._hear(heard.line, heard.words)
        self._progress.last(parse_line(block[block.rfind(b"\n") + 1 :][-_LONGEST_PART:]))

    def _hear(self, line: Line, words: Set[bytes]) -> None:
        self._classifier.hear(line, words)
        if self._last_words and line.message.startswith(self._last_words):
            self.said_done = True
        if line.is_error:
            self._errors.append(line.message)
        if found := fatal_line(line, words, self._verb):
            self._fatal.setdefault(found.id, found)
        if stage := self._stages.read(line.message):
            self._progress.stage(stage)
        self._follow_stage(line, words)
        if line.level != "debug":
            self._progress.line(line)

    def _follow_stage(self, line: Line, words: Set[bytes]) -> None:
        for live in known().live:
            if live.name != self._live and live.pattern.needs in words and live.pattern.expression.search(line.message):
                self._live = live.name
                self._progress.enter(live.name, live.usual)

    def _words(self) -> set[bytes]:
        facts = known()
        words = {fact.pattern.needs for fact in (*facts.fatal, *facts.live)}
        words |= self._classifier.words()
        words.add(b"Time elapsed: ")
        return words | ({self._last_words.encode()} if self._last_words else set())


def _learn_password(data: bytes) -> None:
    form = known().password
    place = data.find(form.needs)
    if place >= 0:
        redaction.learn(form.expression.findall(data[place:].decode("ascii", "replace")))
