"""bundle.lock.yaml and the bundle's kustomization.yaml: what was imported, and whether it is still what lies there."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from antrea_ci.bundle.choose import is_manifest
from antrea_ci.errors import FindingsError
from antrea_ci.files import read_tree
from antrea_ci.findings import Finding, Location, in_order
from antrea_ci.repo import ClusterRepo
from antrea_ci.values import value_at
from antrea_ci.yamlio import Document, Path, parse, quoted

LOCK = "bundle.lock.yaml"
KUSTOMIZATION = "kustomization.yaml"

_LOCK_HEADER = """\
# Written by `antrea-gitops bundle import`. Do not edit: the vendor's files beside it are kept byte for byte.
"""
_KUSTOMIZATION_HEADER = """\
# Written by `antrea-gitops bundle import`. Do not edit: what is to differ from the vendor's files goes into
# ../overlays/install. Listed here is what is installed together with the cluster (phase 1).
"""
_IMPORT = "import the vendor's archive again: antrea-gitops bundle import ARCHIVE"
_PLAIN = re.compile(r"[A-Za-z_][\w./-]*(?: [\w./-]+)*|[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True)
class LockedPlaceholder:
    """A placeholder or floating image in the vendor's files."""

    file: str
    line: int
    value: str


@dataclass(frozen=True)
class Lock:
    """What bundle.lock.yaml says. ``left_out``: file and reason; ``files``: name and sha256."""

    archive_name: str
    archive_sha256: str
    flavour: str
    operator_version: str | None
    image_fields: tuple[str, ...]
    placeholders: tuple[LockedPlaceholder, ...]
    left_out: tuple[tuple[str, str], ...]
    files: tuple[tuple[str, str], ...]

    @property
    def phase1_files(self) -> tuple[str, ...]:
        """The manifests that the bundle's kustomization.yaml lists."""
        left_out = {name for name, _ in self.left_out}
        return tuple(name for name, _ in self.files if is_manifest(name) and name not in left_out)


def digests(files: Mapping[str, bytes]) -> tuple[tuple[str, str], ...]:
    """Name and sha256 of each file, by name."""
    return tuple((name, hashlib.sha256(files[name]).hexdigest()) for name in sorted(files))


def write_lock(lock: Lock) -> bytes:
    """The text of bundle.lock.yaml: the same bytes for the same lock, on every machine and with every YAML library."""
    lines = ["archive:", f"  name: {scalar(lock.archive_name)}", f"  sha256: {scalar(lock.archive_sha256)}"]
    lines.append(f"flavour: {scalar(lock.flavour)}")
    if lock.operator_version is not None:
        lines.append(f"operatorVersion: {scalar(lock.operator_version)}")
    lines += block_list("imageFields", [[scalar(name)] for name in lock.image_fields])
    lines += block_list(
        "placeholders",
        [[f"file: {scalar(p.file)}", f"line: {p.line}", f"value: {scalar(p.value)}"] for p in lock.placeholders],
    )
    lines += block_list("leftOut", [[f"file: {scalar(name)}", f"reason: {scalar(why)}"] for name, why in lock.left_out])
    lines += block_list(
        "files", [[f"name: {scalar(name)}", f"sha256: {scalar(digest)}"] for name, digest in lock.files]
    )
    return (_LOCK_HEADER + "\n".join(lines) + "\n").encode()


def write_kustomization(lock: Lock) -> bytes:
    """The text of the bundle's kustomization.yaml."""
    notes = [f"# Left out: {name}: {reason}.\n" for name, reason in lock.left_out]
    lines = ["apiVersion: kustomize.config.k8s.io/v1beta1", "kind: Kustomization"]
    lines += block_list("resources", [[scalar(name)] for name in lock.phase1_files])
    return (_KUSTOMIZATION_HEADER + "".join(notes) + "\n".join(lines) + "\n").encode()


def block_list(key: str, items: list[list[str]]) -> list[str]:
    """A block list of scalars or small mappings; ``[]`` if it is empty."""
    if not items:
        return [f"{key}: []"]
    indented = [f"{'  - ' if index == 0 else '    '}{line}" for item in items for index, line in enumerate(item)]
    return [f"{key}:", *indented]


def scalar(text: str) -> str:
    """Plain where every YAML reader takes it for this string, quoted otherwise: an all-digit hash, `on`, `a: b`."""
    return text if _PLAIN.fullmatch(text) and parse(text, "").value == text else quoted(text)


def read_lock(data: bytes, file: str) -> Lock:
    """The lock in ``data``. Raises FindingsError, naming ``file``, where it is not what write_lock writes."""
    reader = LockReader(parse(data, file), "bundle/lock-invalid", _IMPORT)
    version = reader.document.mapping.get("operatorVersion")
    return Lock(
        archive_name=reader.text(("archive", "name")),
        archive_sha256=reader.text(("archive", "sha256")),
        flavour=reader.text(("flavour",)),
        operator_version=None if version is None else reader.text(("operatorVersion",)),
        image_fields=tuple(reader.text(path) for path in reader.items("imageFields")),
        placeholders=tuple(
            LockedPlaceholder(reader.text((*p, "file")), reader.number((*p, "line")), reader.text((*p, "value")))
            for p in reader.items("placeholders")
        ),
        left_out=tuple((reader.text((*p, "file")), reader.text((*p, "reason"))) for p in reader.items("leftOut")),
        files=tuple((reader.text((*p, "name")), reader.text((*p, "sha256"))) for p in reader.items("files")),
    )


def load_lock(repo: ClusterRepo) -> Lock | None:
    """The repository's lock; None where there is none or it cannot be read, which verify_lock reports."""
    try:
        return read_lock(repo.bundle_lock_file.read_bytes(), repo.name(repo.bundle_lock_file))
    except (FileNotFoundError, FindingsError):
        return None


class LockReader:
    """Typed access to a lock's parts; a part of another type is a finding of ``rule``, to be mended by ``fix``."""

    def __init__(self, document: Document, rule: str, fix: str) -> None:
        self.document = document
        self._rule = rule
        self._fix = fix

    def items(self, key: str) -> Iterator[tuple[str, int]]:
        value = self.document.mapping.get(key)
        if not isinstance(value, list):
            raise self._error((key,), "a list")
        return ((key, index) for index in range(len(value)))

    def text(self, path: Path) -> str:
        value = value_at(self.document.mapping, path)
        if not isinstance(value, str):
            raise self._error(path, "a string")
        return value

    def number(self, path: Path) -> int:
        value = value_at(self.document.mapping, path)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self._error(path, "a number")
        return value

    def _error(self, path: Path, wanted: str) -> FindingsError:
        message = f"{'.'.join(str(step) for step in path)} must be {wanted}"
        place = self.document.locate(path)
        return FindingsError([Finding(self._rule, message, location=place, fix=self._fix)])


def verify_lock(repo: ClusterRepo) -> list[Finding]:
    """Whether the repository's bundle is still what was imported; every difference is a finding."""
    files = read_tree(repo.bundle)
    data = files.pop(LOCK, None)
    kustomization = files.pop(KUSTOMIZATION, None)
    name = repo.name(repo.bundle_lock_file)
    if data is None:
        message = "there is no lock, so nobody can say what the bundle's files were when they were imported"
        return [Finding("bundle/lock-missing", message, location=Location(name), fix=_IMPORT)]
    try:
        lock = read_lock(data, name)
    except FindingsError as error:
        return list(error.findings)
    findings = list(_differences(repo, dict(lock.files), dict(digests(files))))
    if kustomization != write_kustomization(lock):
        message = "this file is not the one that the import wrote"
        place = Location(repo.name(repo.bundle_kustomization_file))
        fix = f"{_IMPORT}; what is to differ from the vendor's files goes into antrea/overlays/install"
        findings.append(Finding("bundle/kustomization-changed", message, location=place, fix=fix))
    return in_order(findings)


def _differences(repo: ClusterRepo, locked: Mapping[str, str], present: Mapping[str, str]) -> Iterator[Finding]:
    for name in sorted({*locked, *present}):
        place = Location(repo.name(repo.bundle / name))
        if name not in present:
            yield Finding("bundle/file-missing", "this file was imported and is gone", location=place, fix=_IMPORT)
        elif name not in locked:
            fix = "move it to antrea/overlays/install, where your own manifests belong"
            yield Finding("bundle/file-unlisted", "this file did not come with the bundle", location=place, fix=fix)
        elif locked[name] != present[name]:
            fix = f"{_IMPORT}; changes belong into a patch in antrea/overlays/install"
            yield Finding("bundle/file-changed", "this file is not as the vendor shipped it", location=place, fix=fix)
