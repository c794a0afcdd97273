"""What the installer would do with a folder, for people and programs."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from antrea_ci.findings import Finding
from antrea_ci.wording import count


@dataclass(frozen=True, order=True)
class Consumed:
    """A file that reaches the bootstrap machine, and the object in it (``kind/namespace/name``)."""

    file: str
    object: str


@dataclass(frozen=True, order=True)
class Left:
    """A file, or a part of it, that does not."""

    file: str
    reason: str


@dataclass(frozen=True)
class View:
    """The folder in the installer's eyes; paths are relative to it, with slashes.

    ``refused`` are the files at which the installer or the bootstrap machine stops, so that nothing is installed.
    """

    consumed: tuple[Consumed, ...]
    ignored: tuple[Left, ...]
    refused: tuple[Left, ...]
    findings: tuple[Finding, ...]

    def as_text(self) -> str:
        """The exact lists, and why something is not in the first."""
        lines = [f"{count(len(self.consumed), 'file')} will be consumed:"]
        lines += [f"  {item.file}  {item.object}" for item in self.consumed]
        for title, items in (("will be ignored", self.ignored), ("will stop the installation", self.refused)):
            if items:
                lines += ["", f"{count(len(items), 'file')} {title}:"]
                lines += [f"  {item.file}: {item.reason}" for item in items]
        return "\n".join(lines)

    def as_json(self) -> dict[str, list[dict[str, str]]]:
        """The lists without the findings, which have a form of their own."""
        return {
            "consumed": [asdict(item) for item in self.consumed],
            "ignored": [asdict(item) for item in self.ignored],
            "refused": [asdict(item) for item in self.refused],
        }
