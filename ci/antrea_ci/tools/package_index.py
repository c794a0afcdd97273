"""The checksums of a package's files, from the indexes and folders that this machine's pip is configured for."""

from __future__ import annotations

import ast
import hashlib
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit
from urllib.request import url2pathname

from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, parse_sdist_filename, parse_wheel_filename
from packaging.version import Version

from antrea_ci.tools import download
from antrea_ci.tools.requirements_file import normalized

_INDEX = "https://pypi.org/simple"
_PAGE_LIMIT = 64 << 20
_FILE_LIMIT = 1 << 30
# pip's own order: a later section wins.
_SECTIONS = ("global", "install", ":env:")

_Wanted = Callable[[str], bool]


@dataclass(frozen=True)
class Sources:
    """Where pip looks: addresses of indexes (one page a package), and pages, folders or files beside them."""

    indexes: tuple[str, ...]
    find_links: tuple[str, ...]


def sources(config: str) -> Sources:
    """The sources in what `pip config list` prints: an index and further ones, and find-links."""
    settings: dict[str, str] = {}
    for section in _SECTIONS:
        for line in config.splitlines():
            key, _, value = line.partition("=")
            if key.startswith(f"{section}."):
                settings[key.removeprefix(f"{section}.")] = str(ast.literal_eval(value))
    indexes = [settings.get("index-url") or _INDEX, *settings.get("extra-index-url", "").split()]
    without = settings.get("no-index", "").lower() in ("1", "true", "yes", "on")
    return Sources(() if without else tuple(indexes), tuple(settings.get("find-links", "").split()))


def checksums(where: Sources, name: str, version: str) -> set[str]:
    """The sha256 of every file of this version that ``where`` offers, for any system and Python.

    A file whose link carries no sha256 is fetched to count it. An index that does not know the package is passed over,
    as pip does. Raises DownloadError for any other answer.
    """

    def wanted(file: str) -> bool:
        return _is_file_of(file, name, version)

    found: set[str] = set()
    for index in where.indexes:
        try:
            found |= _page(f"{index.rstrip('/')}/{normalized(name)}/", wanted)
        except download.DownloadError as error:
            if error.status != 404:
                raise
    for place in where.find_links:
        found |= _place(place, wanted)
    return found


def _place(place: str, wanted: _Wanted) -> set[str]:
    """An entry of find-links: a page's address, or a folder's or page's path."""
    scheme = urlsplit(place).scheme
    if scheme in ("http", "https"):
        return _page(place, wanted)
    path = Path(url2pathname(urlsplit(place).path)) if scheme == "file" else Path(place).expanduser()
    if not path.is_dir():
        return _links(path.read_bytes(), path.resolve().as_uri(), wanted) if path.is_file() else set()
    return {_digest(file) for file in path.iterdir() if wanted(file.name)}


def _page(url: str, wanted: _Wanted) -> set[str]:
    return _links(download.fetch_bytes(url, limit=_PAGE_LIMIT), url, wanted)


def _links(page: bytes, url: str, wanted: _Wanted) -> set[str]:
    """The sums of the files that a page of PEP 503 links to."""
    parser = _Anchors()
    parser.feed(page.decode("utf-8", "replace"))
    found: set[str] = set()
    for link in parser.links:
        address, fragment = urldefrag(urljoin(url, link))
        if wanted(unquote(urlsplit(address).path.rpartition("/")[2])):
            kind, _, digest = fragment.partition("=")
            found.add(digest.lower() if kind == "sha256" else _fetched(address))
    return found


class _Anchors(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value for name, value in attrs if tag == "a" and name == "href" and value]


def _fetched(address: str) -> str:
    if urlsplit(address).scheme == "file":
        return _digest(Path(url2pathname(urlsplit(address).path)))
    with tempfile.TemporaryDirectory() as folder:
        return download.fetch(address, Path(folder) / "file", limit=_FILE_LIMIT)


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _is_file_of(file: str, name: str, version: str) -> bool:
    try:
        found = parse_wheel_filename(file)[:2] if file.endswith(".whl") else parse_sdist_filename(file)
        return found == (normalized(name), Version(version))
    except (InvalidWheelFilename, InvalidSdistFilename):
        return False
