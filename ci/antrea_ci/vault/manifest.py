"""The files of a snapshot's tree, and what its manifest says: it is public, and nothing to guess a secret by is in it.

``manifest.json``, ``SHA256SUMS`` (of the public files), ``public/...`` and, where anything is secret, ``secret.age``.
The sums are a file of their own, so that an unchanged snapshot stores them once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TypeVar, cast

from antrea_ci.errors import AntreaGitopsError
from antrea_ci.vault.model import Kind, Name, read_stamp
from antrea_ci.vault.sealed import SUMS
from antrea_ci.wording import as_json

T = TypeVar("T")

MANIFEST = "manifest.json"
PUBLIC = "public/"
SEALED = "secret.age"
_FORMAT = "antrea-gitops/vault/v1"


# Plain classes: each command that looks at the vault reads manifests, and the import of a library for models takes
# longer than all of them together.
@dataclass(frozen=True)
class PublicFiles:
    """``sums``: the SHA-256 of the list of sums."""

    files: int
    size: int
    sums: str


@dataclass(frozen=True)
class SecretFiles:
    """``sha256`` and ``size`` of the ciphertext; ``contents``: one SHA-256 over all the secret files together, only
    where generated private keys are among them."""

    sha256: str
    size: int
    files: int
    contents: str | None
    recipients: tuple[str, ...]


@dataclass(frozen=True)
class Manifest:
    """The whole of manifest.json. ``commit``: of the cluster repository, that the snapshot belongs to."""

    kind: str
    time: str
    id: str
    cluster: str
    commit: str
    versions: Mapping[str, str]
    public: PublicFiles
    secret: SecretFiles | None

    @property
    def name(self) -> str:
        return f"{self.kind}/{self.time}-{self.id}"

    def data(self) -> bytes:
        """The file."""
        return f"{as_json({'format': _FORMAT, **asdict(self)})}\n".encode()

    @classmethod
    def parse(cls, data: bytes) -> Manifest:
        """Raises AntreaGitopsError for what no antrea-gitops has written. A later version may say more."""
        try:
            found = _manifest(_Part(json.loads(data), ""))
        except (ValueError, RecursionError) as fault:
            said = "it is no JSON" if isinstance(fault, RecursionError | json.JSONDecodeError) else str(fault)
            raise AntreaGitopsError(
                f"{MANIFEST} cannot be read: {said}",
                fix="use the version of antrea-gitops that wrote it, or a newer one",
            ) from None
        if found.kind not in list(Kind) or read_stamp(found.time) is None:
            raise AntreaGitopsError(f"{MANIFEST} names no snapshot: {found.name}")
        return found

    def names(self, name: Name) -> bool:
        """Whether it is that of the snapshot ``name``."""
        return self.name == str(name)


class _Part:
    """A mapping of the file, whose values are of the types that are asked for; ValueError says which one is not."""

    def __init__(self, value: object, path: str) -> None:
        if not isinstance(value, dict):
            raise ValueError(f"{path.rstrip('.') or 'the whole'} is no mapping")
        self._values = cast("Mapping[str, object]", value)
        self._path = path

    def get(self, key: str, kind: type[T]) -> T:
        value = self._values.get(key)
        if not isinstance(value, kind) or isinstance(value, bool):
            raise ValueError(f"{self._path}{key} is missing or of another type")
        return value

    def part(self, key: str) -> _Part:
        return _Part(self._values.get(key), f"{self._path}{key}.")

    def has(self, key: str) -> bool:
        return self._values.get(key) is not None

    def texts(self, key: str) -> tuple[str, ...]:
        found = cast("list[object]", self.get(key, list))
        if not all(isinstance(one, str) for one in found):
            raise ValueError(f"{self._path}{key} is no list of texts")
        return tuple(map(str, found))

    def all_texts(self) -> dict[str, str]:
        return {key: self.get(key, str) for key in self._values}


def _manifest(read: _Part) -> Manifest:
    if (written := read.get("format", str)) != _FORMAT:
        raise ValueError(f"its format is {written}")
    public = read.part("public")
    return Manifest(
        kind=read.get("kind", str),
        time=read.get("time", str),
        id=read.get("id", str),
        cluster=read.get("cluster", str),
        commit=read.get("commit", str),
        versions=read.part("versions").all_texts(),
        public=PublicFiles(public.get("files", int), public.get("size", int), public.get("sums", str)),
        secret=_secret(read.part("secret")) if read.has("secret") else None,
    )


def _secret(read: _Part) -> SecretFiles:
    return SecretFiles(
        sha256=read.get("sha256", str),
        size=read.get("size", int),
        files=read.get("files", int),
        contents=read.get("contents", str) if read.has("contents") else None,
        recipients=read.texts("recipients"),
    )


def about_public(files: Mapping[str, bytes], listed: bytes) -> PublicFiles:
    """What a manifest says of the public files, whose list of sums is ``listed``."""
    return PublicFiles(files=len(files), size=sum(map(len, files.values())), sums=hashlib.sha256(listed).hexdigest())


def tree_files(
    manifest: Manifest, public: Mapping[str, bytes], listed: bytes, sealed: bytes | None
) -> dict[str, bytes]:
    """All files of a snapshot, by their paths in its tree."""
    secret = {} if sealed is None else {SEALED: sealed}
    named = {f"{PUBLIC}{name}": data for name, data in public.items()}
    return {MANIFEST: manifest.data(), SUMS: listed, **named, **secret}
