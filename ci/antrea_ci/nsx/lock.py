"""interworking.lock.yaml and the kustomization.yaml beside it: what came, and whether it is still that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from antrea_ci.bundle.lock import KUSTOMIZATION, LockReader, block_list, digests, scalar
from antrea_ci.errors import FindingsError
from antrea_ci.files import read_tree
from antrea_ci.findings import Finding, Location, in_order
from antrea_ci.nsx import known
from antrea_ci.repo import ClusterRepo
from antrea_ci.yamlio import parse

LOCK = "interworking.lock.yaml"
_IMPORT = "take the vendor's archive again: antrea-gitops nsx prepare ARCHIVE"
_OWN = "changes belong into a patch in antrea/overlays/nsx"
_HEADER = """\
# Written by `antrea-gitops nsx prepare`. Do not edit: the vendor's files beside it are kept byte for byte.
"""
_KUSTOMIZATION = """\
# Written by `antrea-gitops nsx prepare`. Do not edit: what is to differ from the vendor's files goes into
# ../overlays/nsx, which also brings what is told to the cluster ({bootstrap}).
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
"""


@dataclass(frozen=True)
class Lock:
    """What interworking.lock.yaml says. ``version`` is None where the files do not tell it.

    ``left_out``: files of the archive that are not kept, each with the reason; ``files``: name and sha256.
    """

    archive_name: str
    archive_sha256: str
    version: str | None
    left_out: tuple[tuple[str, str], ...]
    files: tuple[tuple[str, str], ...]


def write_lock(lock: Lock) -> bytes:
    """The text of the lock: the same bytes for the same lock."""
    lines = ["archive:", f"  name: {scalar(lock.archive_name)}", f"  sha256: {scalar(lock.archive_sha256)}"]
    lines += [f"version: {scalar(lock.version)}"] if lock.version is not None else []
    lines += block_list("leftOut", [[f"file: {scalar(name)}", f"reason: {scalar(why)}"] for name, why in lock.left_out])
    lines += block_list(
        "files", [[f"name: {scalar(name)}", f"sha256: {scalar(digest)}"] for name, digest in lock.files]
    )
    return (_HEADER + "\n".join(lines) + "\n").encode()


def write_kustomization() -> bytes:
    """The text of the kustomization.yaml beside the vendor's files: what joins the cluster alone is a resource."""
    head = _KUSTOMIZATION.format(bootstrap=known.text("archive", "bootstrap"))
    return (head + "\n".join(block_list("resources", [[known.text("archive", "join")]])) + "\n").encode()


def read_lock(data: bytes, file: str) -> Lock:
    """The lock in ``data``. Raises FindingsError, naming ``file``, where it is not what write_lock writes."""
    reader = LockReader(parse(data, file), "nsx/lock-invalid", _IMPORT)
    has_version = reader.document.mapping.get("version") is not None
    return Lock(
        archive_name=reader.text(("archive", "name")),
        archive_sha256=reader.text(("archive", "sha256")),
        version=reader.text(("version",)) if has_version else None,
        left_out=tuple((reader.text((*p, "file")), reader.text((*p, "reason"))) for p in reader.items("leftOut")),
        files=tuple((reader.text((*p, "name")), reader.text((*p, "sha256"))) for p in reader.items("files")),
    )


def load_lock(repo: ClusterRepo) -> Lock | None:
    """The repository's lock; None where there is none or it cannot be read, which verify_lock reports."""
    path = repo.interworking / LOCK
    try:
        return read_lock(path.read_bytes(), repo.name(path))
    except (FileNotFoundError, FindingsError):
        return None


def verify_lock(repo: ClusterRepo) -> list[Finding]:
    """Whether the vendor's files are still what came in the archive; nothing is said where there are none."""
    files = read_tree(repo.interworking)
    if not files:
        return []
    data, kustomization = files.pop(LOCK, None), files.pop(KUSTOMIZATION, None)
    name = repo.name(repo.interworking / LOCK)
    if data is None:
        message = "there is no lock, so nobody can say what these files were when they came"
        return [Finding("nsx/lock-missing", message, location=Location(name), fix=_IMPORT)]
    try:
        lock = read_lock(data, name)
    except FindingsError as error:
        return list(error.findings)
    findings = list(_differences(repo, dict(lock.files), dict(digests(files))))
    if kustomization != write_kustomization():
        place = Location(repo.name(repo.interworking / KUSTOMIZATION))
        message = "this file is not the one that `nsx prepare` wrote"
        findings.append(Finding("nsx/file-changed", message, location=place, fix=f"{_IMPORT}; {_OWN}"))
    return in_order(findings)


def _differences(repo: ClusterRepo, locked: Mapping[str, str], present: Mapping[str, str]) -> Iterator[Finding]:
    for name in sorted({*locked, *present}):
        place = Location(repo.name(repo.interworking / name))
        if name not in present:
            yield Finding(
                "nsx/file-missing", "this file came with the archive and is gone", location=place, fix=_IMPORT
            )
        elif name not in locked:
            fix = "move it to antrea/overlays/nsx, where your own manifests belong"
            yield Finding("nsx/file-unlisted", "this file did not come with the archive", location=place, fix=fix)
        elif locked[name] != present[name]:
            message, fix = "this file is not as the vendor shipped it", f"{_IMPORT}; {_OWN}"
            yield Finding("nsx/file-changed", message, location=place, fix=fix)
