"""Where secrets are kept: the environment, a folder of files, a file that SOPS encrypted."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Protocol, cast

from antrea_ci import process, redaction
from antrea_ci.errors import AntreaGitopsError, MissingRequirementError
from antrea_ci.model.effective import Cluster
from antrea_ci.secrets.needs import AGE_IDENTITY

_DIRECTORY_VARIABLE = "ANTREA_GITOPS_SECRETS_DIR"
_SEALED = ("ANTREA_GITOPS_", "GITHUB_TOKEN", "CI_JOB_TOKEN", "ACTIONS_")
_LARGEST = 1 << 20


class Provider(Protocol):
    """Gives secrets by the names that the site uses."""

    def get(self, name: str) -> str | None:
        """The value; None where there is none. Raises ValueError, without the value, where it is no text."""
        ...

    def where(self, name: str) -> str:
        """Where that value has to be, for messages."""
        ...


class Environment:
    """Variables."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def get(self, name: str) -> str | None:
        return self._environment.get(name) or None

    def where(self, name: str) -> str:
        return f"the variable {name}"


class Folder:
    """A file for each secret, as orchestrators mount them: `folder/NAME`, which may be a link into `..data`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, name: str) -> str | None:
        try:
            with (self._folder / name).open("rb") as stream:
                data = stream.read(_LARGEST + 1)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise ValueError(f"cannot be read: {error.strerror}") from None
        if len(data) > _LARGEST:
            raise ValueError("is larger than 1 MiB, which no secret is")
        return data.decode("utf-8", "surrogateescape") or None

    def where(self, name: str) -> str:
        return f"the file {self._folder / name}"


class Sops:
    """Keys of a file that SOPS encrypted. It is decrypted when it is first needed, in memory alone."""

    def __init__(self, file: Path, shown: str, environment: Mapping[str, str]) -> None:
        self._file = file
        self._shown = shown
        self._environment = environment
        self._values: Mapping[str, object] | None = None

    def get(self, name: str) -> str | None:
        if self._values is None:
            self._values = _decrypted(self._file, self._shown, self._environment)
        value = self._values.get(name)
        if isinstance(value, dict | list):
            return json.dumps(value)
        if value is None or isinstance(value, str):
            return value or None
        raise ValueError("is read as a number or a truth value; put it into quotes")

    def where(self, name: str) -> str:
        return f"the key {name} of {self._shown}"


def provider_of(cluster: Cluster, environment: Mapping[str, str]) -> Provider:
    """The one that cluster.yaml names. Raises MissingRequirementError where there is nothing at its place."""
    section = cluster.file.secrets
    if section.provider == "env":
        return Environment(environment)
    if section.provider == "file":
        folder = folder_of(cluster, environment)
        if not folder.is_dir():
            raise MissingRequirementError(
                f"the folder of secrets {folder} is not there",
                why="cluster.yaml says `secrets.provider: file`: each secret is a file in it, by its name",
                fix=f"mount it, or name another one: `secrets.folder` in cluster.yaml, or {_DIRECTORY_VARIABLE}",
            )
        return Folder(folder)
    file = cluster.repo.root / section.file
    if not file.is_file():
        raise MissingRequirementError(
            f"the encrypted file {section.file} is not there",
            why="cluster.yaml says `secrets.provider: sops`: it is a mapping of the secrets' names to their values",
            fix=f"make it with `sops {section.file}`, or name another one: `secrets.file` in cluster.yaml",
        )
    return Sops(file, section.file, environment)


def folder_of(cluster: Cluster, environment: Mapping[str, str]) -> Path:
    """The folder of the provider file, whether it is there or not."""
    return Path(os.path.expanduser(environment.get(_DIRECTORY_VARIABLE) or cluster.file.secrets.folder))  # noqa: PTH111


def identity_text(value: str) -> str:
    """An age identity that was given as such, or the content of the file whose path was given."""
    if "AGE-SECRET-KEY-" in value.upper() or "PRIVATE KEY-----" in value:
        return value
    with suppress(OSError, ValueError):  # too long for a path, or a null character
        return Path(os.path.expanduser(value.strip())).read_text(encoding="utf-8")  # noqa: PTH111
    return value


def sops_call(shown: str, environment: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """The program sops, and the environment for it. ``shown`` names the file. MissingRequirementError without it."""
    program = shutil.which("sops", path=environment.get("PATH"))
    if program is None:
        raise MissingRequirementError(
            "sops is not in PATH",
            why=f"{shown} is encrypted with it",
            fix="install it: https://github.com/getsops/sops/releases (one file), or `brew install sops`",
        )
    # sops has no other way to be given an identity than its environment or a file.
    child = {name: value for name, value in environment.items() if not name.startswith(_SEALED)}
    if identity := environment.get(AGE_IDENTITY):
        child["SOPS_AGE_KEY"] = identity_text(identity)
        redaction.learn([child["SOPS_AGE_KEY"]])
    return program, child


def _decrypted(file: Path, shown: str, environment: Mapping[str, str]) -> Mapping[str, object]:
    program, child = sops_call(shown, environment)
    command = [program, "--decrypt", "--output-type", "json", str(file)]
    try:
        done = process.run(command, env=child, timeout=120)
    except process.ProcessError as error:
        raise MissingRequirementError(
            f"{shown} cannot be decrypted: {error.message}",
            why="every secret of this cluster is in it",
            fix=f"put an age identity that it is encrypted for into {AGE_IDENTITY}"
            if not environment.get(AGE_IDENTITY)
            else "use the identity of one of its recipients, or encrypt it anew with `sops updatekeys`",
        ) from None
    return _mapping(done.stdout, shown)


def _mapping(data: bytes, shown: str) -> Mapping[str, object]:
    try:
        read = cast("object", json.loads(data))
    except ValueError:
        read = None
    if not isinstance(read, dict):
        raise AntreaGitopsError(f"{shown} is no mapping of names to values", fix="write NAME: value, one in a line")
    return cast("Mapping[str, object]", read)
