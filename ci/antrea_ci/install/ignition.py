"""What bootstrap.ign holds: the proof that the reviewed objects reach the cluster, and how long its keys are good.

source: coreos/ignition, specification v3.2.0 (``storage.files``); openshift/installer pkg/asset/ignition/bootstrap
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import cast
from urllib.parse import unquote_to_bytes

from antrea_ci.errors import AntreaGitopsError, FindingsError
from antrea_ci.findings import Finding, Location
from antrea_ci.pipeline.json_values import fields

_MANIFESTS = PurePosixPath("/opt/openshift/manifests")
_CERTIFICATE = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


@dataclass(frozen=True)
class Proof:
    """``objects`` of rendered/install were found; the file holds ``manifests`` in all and has this digest."""

    objects: int
    manifests: int
    sha256: str


def files_of(path: Path) -> dict[str, bytes]:
    """The files that an ignition file writes, by their absolute paths. Raises AntreaGitopsError where it is none."""
    try:
        read = cast("object", json.loads(path.read_bytes()))
    except FileNotFoundError:
        raise AntreaGitopsError(f"{path.name} is not there: the installer did not make it") from None
    except ValueError:
        raise AntreaGitopsError(f"{path.name} is no ignition file: it is not JSON") from None
    listed = fields(fields(read).get("storage")).get("files")
    return dict(_files(cast("list[object]", listed) if isinstance(listed, list) else []))


def _files(listed: list[object]) -> Iterator[tuple[str, bytes]]:
    for entry in map(fields, listed):
        appended = entry.get("append")
        parts = [entry.get("contents"), *(cast("list[object]", appended) if isinstance(appended, list) else [])]
        yield str(entry.get("path", "")), b"".join(_content(fields(part)) for part in parts if part)


def _content(contents: Mapping[str, object]) -> bytes:
    source = str(contents.get("source") or "")
    head, _, body = source.partition(",")
    data = unquote_to_bytes(body)
    if head.endswith(";base64"):
        import base64

        data = base64.b64decode(data)
    return gzip.decompress(data) if contents.get("compression") == "gzip" else data


def proof(path: Path, rendered: Mapping[str, bytes]) -> Proof:
    """That every one of ``rendered`` (file name to bytes) is in bootstrap.ign; FindingsError with all that are not."""
    inside = {PurePosixPath(name): data for name, data in files_of(path).items()}
    faults = [fault for name, data in rendered.items() if (fault := _fault(name, data, inside.get(_MANIFESTS / name)))]
    if faults:
        raise FindingsError(faults)
    manifests = sum(name.parent == _MANIFESTS for name in inside)
    return Proof(len(rendered), manifests, digest(path))


def _fault(name: str, wanted: bytes, found: bytes | None) -> Finding | None:
    if found == wanted:
        return None
    message = f"{name} is not in bootstrap.ign" if found is None else f"{name} has other content in bootstrap.ign"
    return Finding("install/not-installed", message, location=Location(f"rendered/install/{name}"))


def digest(path: Path) -> str:
    """The SHA-256 of the file, as Proof has it."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def good_until(path: Path) -> datetime | None:
    """When the first certificate in the ignition expires (UTC); None where it holds none."""
    from cryptography import x509

    ends: list[datetime] = []
    for data in files_of(path).values():
        for pem in _CERTIFICATE.findall(data):
            with suppress(ValueError):
                ends.append(x509.load_pem_x509_certificate(pem).not_valid_after_utc)
    return min(ends, default=None)


def seconds_left(path: Path) -> float:
    """How long everything in the ignition is still good; endless where it holds no certificate."""
    end = good_until(path)
    return float("inf") if end is None else (end - datetime.now(tz=UTC)).total_seconds()
