"""A package index on loopback (PEP 503), with wheels made in memory and nothing in them but their metadata."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from support.http_server import Answer


@dataclass(frozen=True)
class Wheel:
    """A wheel of ``name``; ``needs`` are requirements as in Requires-Dist, ``tag`` says for which system it is."""

    name: str
    version: str
    needs: tuple[str, ...] = ()
    tag: str = "py3-none-any"

    @property
    def file(self) -> str:
        return f"{self.name.replace('-', '_')}-{self.version}-{self.tag}.whl"

    @property
    def data(self) -> bytes:
        info = f"{self.name.replace('-', '_')}-{self.version}.dist-info"
        needs = "".join(f"Requires-Dist: {need}\n" for need in self.needs)
        with zipfile.ZipFile(stream := io.BytesIO(), "w") as archive:
            archive.writestr(zipfile.ZipInfo(f"{info}/METADATA"), _METADATA.format(wheel=self, needs=needs))
            archive.writestr(zipfile.ZipInfo(f"{info}/WHEEL"), f"Wheel-Version: 1.0\nTag: {self.tag}\n")
            archive.writestr(zipfile.ZipInfo(f"{info}/RECORD"), f"{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")
        return stream.getvalue()

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


_METADATA = "Metadata-Version: 2.1\nName: {wheel.name}\nVersion: {wheel.version}\n{needs}"


def index(wheels: Iterable[Wheel], *, hashes: bool = True) -> Mapping[str, Answer]:
    """What the index answers below ``/simple``; without ``hashes`` its links carry none."""
    answers: dict[str, Answer] = {}
    pages: dict[str, str] = {}
    for wheel in wheels:
        fragment = f"#sha256={wheel.digest}" if hashes else ""
        link = f'<a href="../../files/{wheel.file}{fragment}">{wheel.file}</a>\n'
        pages[wheel.name] = pages.get(wheel.name, "") + link
        answers[f"/files/{wheel.file}"] = Answer(wheel.data)
    for name, page in pages.items():
        answers[f"/simple/{name}/"] = Answer(page.encode(), headers={"Content-Type": "text/html"})
    return answers
