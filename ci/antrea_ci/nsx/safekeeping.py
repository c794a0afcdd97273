"""Puts a new key and certificate where this cluster's secrets are kept, and never over another one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from antrea_ci import process
from antrea_ci.errors import AntreaGitopsError, UsageError
from antrea_ci.files import create_atomically
from antrea_ci.model.effective import Cluster
from antrea_ci.places import state_folder
from antrea_ci.secrets.providers import folder_of, sops_call

CERTIFICATE = "ANTREA_GITOPS_NSX_TLS_CERT"
KEY = "ANTREA_GITOPS_NSX_TLS_KEY"
NEXT = "_NEXT"
_PRIVATE = 0o600
_TOO_OLD = "flag provided but not defined"


class Safe(Protocol):
    """Where secrets are kept. Names are those of DESIGN section 8; the site may use others."""

    def waiting(self, name: str) -> str | None:
        """What an earlier run made and nobody has stored yet; None where nothing is."""
        ...

    def put(self, name: str, value: str) -> str:
        """Keeps it, and says where. Raises AntreaGitopsError where something is there, or nothing can be written."""
        ...

    @property
    def note(self) -> str:
        """What is left to do for people; empty where nothing is."""
        ...


def safe_of(cluster: Cluster, environment: Mapping[str, str], folder: Path | None) -> Safe:
    """The one that cluster.yaml's provider means. ``folder``: where, for the provider env, files go instead.

    Raises UsageError where that lies in the repository, or the provider is another one.
    """
    section = cluster.file.secrets
    if folder is not None and section.provider != "env":
        message = f"--key-folder is for the provider env, and this cluster's secrets are kept by {section.provider}"
        raise UsageError(message, fix="leave the option out")
    if section.provider == "sops":
        return _Sops(cluster, environment)
    if section.provider == "file":
        return _Files(folder_of(cluster, environment), section.names)
    home = folder or _folder_of(cluster)
    if home.resolve().is_relative_to(cluster.repo.root):
        message = f"{home} lies in the repository, from where a key would reach Git"
        raise UsageError(message, fix="name a folder outside of it")
    return _Apart(home, section.names)


def _folder_of(cluster: Cluster) -> Path:
    """One for each clone, so that nobody takes the key of another cluster that once had this name."""
    clone = hashlib.sha256(str(cluster.repo.root).encode()).hexdigest()[:8]
    return state_folder() / "nsx" / f"{cluster.nsx_name}-{clone}"


@dataclass(frozen=True)
class _Files:
    """Provider file: a file for each secret in one folder."""

    folder: Path
    names: Mapping[str, str]

    @property
    def note(self) -> str:
        return ""

    def waiting(self, name: str) -> str | None:
        """What is in the folder was loaded already."""
        del name
        return None

    def put(self, name: str, value: str) -> str:
        return str(_written(self.path(name), value))

    def path(self, name: str) -> Path:
        return self.folder / self.names.get(name, name)


@dataclass(frozen=True)
class _Apart:
    """Provider env: nothing can be put into somebody's environment, so files wait outside of the tree."""

    folder: Path
    names: Mapping[str, str]

    @property
    def note(self) -> str:
        return (
            "store each file as the secret of its name where your pipelines take secrets from, or export its path "
            "under that name; then remove the files"
        )

    def waiting(self, name: str) -> str | None:
        try:
            return _Files(self.folder, self.names).path(name).read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError):
            raise AntreaGitopsError(f"{self.folder / name} cannot be read", fix="move it away, or mend it") from None

    def put(self, name: str, value: str) -> str:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return _Files(self.folder, self.names).put(name, value)


@dataclass(frozen=True)
class _Sops:
    """Provider sops: a key of the encrypted file."""

    cluster: Cluster
    environment: Mapping[str, str]

    @property
    def note(self) -> str:
        return f"commit {self.cluster.file.secrets.file}"

    def waiting(self, name: str) -> str | None:
        """What is in the file was loaded already."""
        del name
        return None

    def put(self, name: str, value: str) -> str:
        section = self.cluster.file.secrets
        key = section.names.get(name, name)
        program, child = sops_call(section.file, self.environment)
        command = [program, "set", "--value-stdin", str(self.cluster.repo.root / section.file), f'["{key}"]']
        try:
            process.run(command, env=child, stdin=json.dumps(value).encode(), timeout=120)
        except process.ProcessError as error:
            is_old = _TOO_OLD in error.stderr
            fix = (
                "update sops to 3.11 or newer" if is_old else f"see whether `sops {section.file}` can change it by hand"
            )
            raise AntreaGitopsError(f"{section.file} cannot be changed: {error.message}", fix=fix) from None
        return f"the key {key} of {section.file}"


def _written(path: Path, value: str) -> Path:
    try:
        create_atomically(path, value.encode(), mode=_PRIVATE)
    except FileExistsError:
        message, why = f"{path} is there already", "a key is never overwritten"
        raise AntreaGitopsError(message, why=why, fix="move it away, if nothing needs it any more") from None
    except OSError as error:
        fix = "make the folder writable for you"
        raise AntreaGitopsError(f"{path} cannot be written: {error.strerror}", fix=fix) from None
    return path
