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
    """A wheel of ``name``; ``needs`` are requirements as in Requires-Dist, ``tag`` says for which system it is.

    With ``script`` it installs a program of its name with that text.
    """

    name: str
    version: str
    needs: tuple[str, ...] = ()
    tag: str = "py3-none-any"
    script: str = ""

    @property
    def file(self) -> str:
        return f"{self.name.replace('-', '_')}-{self.version}-{self.tag}.whl"

    @property
    def data(self) -> bytes:
        base = f"{self.name.replace('-', '_')}-{self.version}"
        needs = "".join(f"Requires-Dist: {need}\n" for need in self.needs)
        files = {
            f"{base}.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {self.name}\nVersion: {self.version}\n{needs}",
            f"{base}.dist-info/WHEEL": f"Wheel-Version: 1.0\nTag: {self.tag}\n",
            **({f"{base}.data/scripts/{self.name}": self.script} if self.script else {}),
        }
        files[f"{base}.dist-info/RECORD"] = "".join(f"{name},,\n" for name in (*files, f"{base}.dist-info/RECORD"))
        with zipfile.ZipFile(stream := io.BytesIO(), "w") as archive:
            for name, text in files.items():
                # Without a clock, so that the bytes are the same each time.
                info = zipfile.ZipInfo(name)
                info.external_attr = (0o100755 if "/scripts/" in name else 0o100644) << 16
                archive.writestr(info, text)
        return stream.getvalue()

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


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
