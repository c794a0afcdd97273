"""Pushes the images of archives, all at once, and nothing where anything is wrong with an archive."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar, cast

from antrea_ci import process
from antrea_ci.errors import AntreaGitopsError
from antrea_ci.findings import Finding, Severity
from antrea_ci.images.archive import read_images
from antrea_ci.images.delivery import Delivery, Pushed
from antrea_ci.images.layout import ArchivedImage
from antrea_ci.images.match import matched
from antrea_ci.images.plan import PlannedImage

A = TypeVar("A")
B = TypeVar("B")
R = TypeVar("R")
_AT_ONCE = 4
_MOMENT = 0.1


@dataclass
class Outcome:
    """``findings`` has every error, of any archive and image, and the warnings."""

    pushed: list[Pushed] = field(default_factory=list[Pushed])
    findings: list[Finding] = field(default_factory=list[Finding])

    @property
    def failed(self) -> bool:
        return any(finding.is_error for finding in self.findings)


@dataclass(frozen=True)
class Push:
    """``platform`` is how bad an image for another architecture than that of ``plan`` is."""

    plan: Sequence[PlannedImage]
    delivery: Delivery
    platform: Severity = Severity.ERROR
    _begun: list[Future[object]] = field(default_factory=list["Future[object]"], repr=False)

    def archives(self, paths: Sequence[Path]) -> Outcome:
        """What was pushed of ``paths``. An interrupt ends the programs that were started, and then everything else."""
        outcome = Outcome()
        with (
            process.orderly_end(),
            TemporaryDirectory(prefix="antrea-gitops-", ignore_cleanup_errors=True) as name,
            ThreadPoolExecutor(_AT_ONCE) as pool,
        ):
            try:
                self._run(paths, Path(name), pool, outcome)
            except BaseException:
                self._end()
                raise
        return outcome

    def _end(self) -> None:
        """Ends what was started; again and again, because one may be about to start a program."""
        self.delivery.stop.set()
        for one in self._begun:
            one.cancel()
        while wait(self._begun, _MOMENT).not_done:
            process.end_all()

    def _all(self, pool: ThreadPoolExecutor, call: Callable[[A, B], R], one: Iterable[A], two: Iterable[B]) -> list[R]:
        """``call`` for every pair, at once; the results in their order."""
        begun = [pool.submit(call, *pair) for pair in zip(one, two, strict=True)]
        self._begun.extend(cast("list[Future[object]]", begun))
        # An interrupt that another thread takes does not end a wait of this one, only the next moment does.
        while wait(begun, _MOMENT).not_done:
            pass
        return [each.result() for each in begun]

    def _run(self, paths: Sequence[Path], scratch: Path, pool: ThreadPoolExecutor, outcome: Outcome) -> None:
        folders = [_folder(scratch / f"archive{number}") for number in range(len(paths))]
        images: list[ArchivedImage] = []
        for read in self._all(pool, self._read, paths, folders):
            if isinstance(read, Finding):
                outcome.findings.append(read)
            else:
                images += read
        found = matched(images, self.plan, platform=self.platform)
        outcome.findings += found.findings
        if outcome.failed:
            return
        places = [_folder(scratch / f"layout{number}") for number in range(len(found.matches))]
        for done in self._all(pool, self.delivery.deliver, found.matches, places):
            if isinstance(done, Pushed):
                outcome.pushed.append(done)
            else:
                outcome.findings.append(done)

    def _read(self, path: Path, folder: Path) -> tuple[ArchivedImage, ...] | Finding:
        self.delivery.progress(f"reading {path.name}")
        try:
            return read_images(path, folder)
        except AntreaGitopsError as error:
            return Finding("push/archive", error.message, why=error.why, fix=error.fix)


def _folder(path: Path) -> Path:
    path.mkdir()
    return path
