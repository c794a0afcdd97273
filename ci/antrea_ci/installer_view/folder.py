"""Which files of a folder the installer takes, and which it passes over or stops at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from antrea_ci.bundle.objects import BundleObject
from antrea_ci.findings import Finding, Location
from antrea_ci.installer_view import known
from antrea_ci.installer_view.manifest import load
from antrea_ci.installer_view.result import Left
from antrea_ci.wording import count


@dataclass
class Reading:
    """What was met so far. ``present`` are all files at the top of both folders, as ``folder/name``."""

    root: Path
    present: set[str] = field(default_factory=set[str])
    objects: list[BundleObject] = field(default_factory=list[BundleObject])
    ignored: list[Left] = field(default_factory=list[Left])
    refused: list[Left] = field(default_factory=list[Left])
    findings: list[Finding] = field(default_factory=list[Finding])

    def note(self, rule: str, file: str, message: str) -> None:
        """Keeps a finding about a whole file."""
        self.findings.append(Finding(f"installer/{rule}", message, location=Location(file)))


def read(reading: Reading) -> None:
    """Fills ``reading`` from its folder."""
    for folder in known.FOLDERS:
        for path in sorted(_entries(reading.root / folder)):
            name = path.relative_to(reading.root).as_posix()
            if path.parent.name == folder and path.parent.parent == reading.root:
                reading.present.add(name)
                _top_level(reading, name, path)
            else:
                _below(reading, name)


def _entries(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir() if folder.is_dir() else ():
        yield path
        if path.is_dir() and not path.is_symlink():
            yield from (found for found in path.rglob("*") if not found.is_dir())


def _top_level(reading: Reading, file: str, path: Path) -> None:
    if not known.is_read(path.name):
        if not path.is_dir():
            reason = "the installer reads only names that end in " + ", ".join(known.texts("extensions"))
            _pass_over(reading, file, reason)
        return
    if not path.is_file():
        what = "a folder" if path.is_dir() else "a link that leads nowhere"
        reading.note("unreadable", file, f"this is {what}")
        reading.refused.append(Left(file, f"is {what}"))
        return
    _load(reading, file, path)


def _load(reading: Reading, file: str, path: Path) -> None:
    folder, _, name = file.partition("/")
    roles = known.owners(name) if folder == known.OPENSHIFT else ()
    if roles and not any((path.parent / known.user_data(role)).is_file() for role in roles):
        missing = " or ".join(known.user_data(role) for role in roles)
        reading.note("machine-not-read", file, f"the installer reads this only beside {missing}")
        reading.ignored.append(Left(file, f"is read only beside {missing}"))
        return
    try:
        loaded = load(file, path.read_bytes())
    except OSError as error:
        reading.note("unreadable", file, f"this file cannot be read: {error.strerror}")
        reading.refused.append(Left(file, "cannot be read"))
        return
    reading.findings += loaded.findings
    if loaded.object is None:
        reading.refused += [Left(file, finding.message) for finding in loaded.findings]
        return
    reading.objects.append(loaded.object)
    if loaded.dropped:
        reading.ignored.append(Left(file, f"{count(loaded.dropped, 'document')} behind the first one"))


def _below(reading: Reading, file: str) -> None:
    _pass_over(reading, file, "the installer reads no sub-folders")


def _pass_over(reading: Reading, file: str, reason: str) -> None:
    reading.ignored.append(Left(file, reason))
    if file.lower().endswith(known.texts("extensions")):
        reading.note("not-read", file, f"this file will not be read: {reason}")
