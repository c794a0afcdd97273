"""The files of a snapshot's tree, and what its manifest says: it is public, and nothing to guess a secret by is in it.

``manifest.json``, ``SHA256SUMS`` (of the public files), ``public/...`` and, where anything is secret, ``secret.age``.
The sums are a file of their own, so that an unchanged snapshot stores them once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from antrea_ci.errors import AntreaGitopsError
from antrea_ci.vault.model import Kind, Name, read_stamp
from antrea_ci.vault.sealed import SUMS
from antrea_ci.wording import as_json

MANIFEST = "manifest.json"
PUBLIC = "public/"
SEALED = "secret.age"


class _Part(BaseModel):
    # A later version may say more; `format` tells it apart.
    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


class PublicFiles(_Part):
    """``sums``: the SHA-256 of the list of sums."""

    files: int
    size: int
    sums: str


class SecretFiles(_Part):
    """``sha256`` and ``size`` of the ciphertext; ``contents``: one SHA-256 over all the secret files together, only
    where generated private keys are among them."""

    sha256: str
    size: int
    files: int
    contents: str | None
    recipients: tuple[str, ...]

    model_config = ConfigDict(extra="ignore", frozen=True, strict=False)


class Manifest(_Part):
    """The whole of manifest.json. ``commit``: of the cluster repository, that the snapshot belongs to."""

    format: Literal["antrea-gitops/vault/v1"] = "antrea-gitops/vault/v1"
    kind: str
    time: str
    id: str
    cluster: str
    commit: str
    versions: dict[str, str]
    public: PublicFiles
    secret: SecretFiles | None

    @property
    def name(self) -> str:
        return f"{self.kind}/{self.time}-{self.id}"

    def data(self) -> bytes:
        """The file."""
        return f"{as_json(self.model_dump(mode='json'))}\n".encode()

    @classmethod
    def parse(cls, data: bytes) -> Manifest:
        """Raises AntreaGitopsError for what no antrea-gitops has written."""
        try:
            found = cls.model_validate_json(data)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"])) or MANIFEST
            raise AntreaGitopsError(
                f"{MANIFEST} cannot be read: {where}: {first['msg']}",
                fix="use the version of antrea-gitops that wrote it, or a newer one",
            ) from None
        if found.kind not in list(Kind) or read_stamp(found.time) is None:
            raise AntreaGitopsError(f"{MANIFEST} names no snapshot: {found.name}")
        return found

    def names(self, name: Name) -> bool:
        """Whether it is that of the snapshot ``name``."""
        return self.name == str(name)


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
