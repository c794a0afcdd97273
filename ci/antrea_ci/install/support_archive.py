"""The archive that a failure leaves: what helps to understand it, safe to send to a vendor.

Whatever goes in is redacted once more. What is secret by its nature (state, auth/, tls/, ignition, metadata.json, what
`gather` brought) never goes in: of manifests there are names and digests, of those that hold a secret only names.
"""

from __future__ import annotations

import hashlib
import io
import os
import platform
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

from antrea_ci import __version__, redaction
from antrea_ci.files import STAGING_PREFIX, read_tree, staging_folder
from antrea_ci.install.workdir import WorkDir
from antrea_ci.repo import ClusterRepo

_CHUNK = 1 << 20
_LONGEST_LOG = 64 << 20
_ARCHIVES = (".gz", ".tgz", ".tar", ".zip", ".xz")
_README = """\
What antrea-gitops leaves of an installation that failed, to be sent to whoever helps.

Every known secret was replaced by ***. Not in here: the installer's state, kubeconfig and passwords, keys, ignition,
metadata.json, and what was gathered from the machines. Host names and addresses of the site are in the logs.

journal.jsonl  what was done, and when
report/        the report of the installation
logs/          the logs, of a very long one its end
manifests.txt  SHA-256 and name of each manifest; without a digest where it holds a secret
versions.txt   what ran
"""


def write(work: WorkDir, repo: ClusterRepo, to: Path, extra: Mapping[str, bytes]) -> Path:
    """Writes the archive (tar, gzip) to ``to`` in one step and returns it; ``extra`` are further files by name.

    Raises FileExistsError where there is something already.
    """
    redaction.learn_folder(work.installer)
    to.parent.mkdir(parents=True, exist_ok=True)
    with staging_folder(to.parent) as staging:
        staged = staging / "archive"
        with tarfile.open(staged, "w:gz", compresslevel=6) as archive:
            for name, data in _small(work, repo, extra):
                _add(archive, name, io.BytesIO(redaction.data(data)), modified=0)
            for name, path in _logs(work, repo):
                _add_log(archive, name, path, staging / "log")
        os.link(staged, to)
    return to


def _small(work: WorkDir, repo: ClusterRepo, extra: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    yield "README.txt", _README.encode()
    versions = f"antrea-gitops {__version__}\nPython {platform.python_version()}\n{platform.platform()}\n"
    yield "versions.txt", versions.encode()
    if work.journal_file.exists():
        yield "journal.jsonl", work.journal_file.read_bytes()
    yield from ((f"report/{name}", data) for name, data in read_tree(repo.report).items())
    yield "manifests.txt", "".join(_manifests(work, repo)).encode()
    yield from extra.items()


def _manifests(work: WorkDir, repo: ClusterRepo) -> Iterator[str]:
    folders = {"manifests": work.manifests, "openshift": work.openshift, "rendered/install": repo.rendered}
    for folder, path in folders.items():
        for name, data in read_tree(path).items():
            # The digest of a file that is known but for a password would let the password be guessed.
            is_secret = b"kind: Secret" in data or redaction.data(data) != data
            digest = "(holds a secret)" if is_secret else hashlib.sha256(data).hexdigest()
            yield f"{digest:<64}  {folder}/{name}\n"


def _logs(work: WorkDir, repo: ClusterRepo) -> Iterator[tuple[str, Path]]:
    for path in sorted(repo.logs.rglob("*")) if repo.logs.is_dir() else ():
        name = path.relative_to(repo.logs).as_posix()
        is_ours = name.startswith(STAGING_PREFIX)  # this very archive
        if path.is_file() and not path.is_symlink() and path.suffix not in _ARCHIVES and not is_ours:
            yield f"logs/{name}", path
    if work.log_file.is_file():
        yield "logs/openshift_install.log", work.log_file


def _add_log(archive: tarfile.TarFile, name: str, path: Path, scratch: Path) -> None:
    stream = redaction.Stream()
    with path.open("rb") as log, scratch.open("w+b") as clean:
        if path.stat().st_size > _LONGEST_LOG:
            log.seek(-_LONGEST_LOG, os.SEEK_END)
            log.readline()
        while chunk := log.read(_CHUNK):
            clean.write(stream.feed(chunk))
        clean.write(stream.end())
        clean.seek(0)
        _add(archive, name, clean, modified=int(path.stat().st_mtime))


def _add(archive: tarfile.TarFile, name: str, content: IO[bytes], *, modified: int) -> None:
    member = tarfile.TarInfo(redaction.text(name))
    member.size = content.seek(0, os.SEEK_END)
    content.seek(0)
    member.mode, member.mtime = 0o600, modified
    archive.addfile(member, content)
