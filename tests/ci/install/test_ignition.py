"""The proof: each reviewed object is in the ignition, byte for byte."""

from __future__ import annotations

import base64
import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from antrea_ci.errors import AntreaGitopsError, FindingsError
from antrea_ci.install.ignition import good_until, proof
from support.installer_double.certificates import certificates

RENDERED = {"a.yaml": b"kind: A\n", "b.yaml": "kind: Ü\n".encode()}


def plain(data: bytes) -> dict[str, str]:
    return {"source": "data:," + quote(data)}


def in_base64(data: bytes) -> dict[str, str]:
    return {"source": "data:text/plain;charset=utf-8;base64," + base64.b64encode(data).decode()}


def compressed(data: bytes) -> dict[str, str]:
    return {**in_base64(gzip.compress(data)), "compression": "gzip"}


def ignition(folder: Path, files: dict[str, dict[str, str]]) -> Path:
    listed = [{"path": path, "contents": contents} for path, contents in files.items()]
    file = folder / "bootstrap.ign"
    file.write_text(json.dumps({"ignition": {"version": "3.2.0"}, "storage": {"files": listed}}))
    return file


@pytest.mark.parametrize("form", [plain, in_base64, compressed])
def test_every_object_is_found_in_each_form_of_contents(tmp_path: Path, form) -> None:  # type: ignore[no-untyped-def]
    files = {f"/opt/openshift/manifests/{name}": form(data) for name, data in RENDERED.items()}
    found = proof(ignition(tmp_path, {**files, "/etc/motd": plain(b"x")}), RENDERED)
    assert (found.objects, found.manifests) == (2, 2)


def test_what_is_missing_and_what_differs_are_told_together(tmp_path: Path) -> None:
    file = ignition(tmp_path, {"/opt/openshift/manifests/a.yaml": plain(b"kind: A")})
    with pytest.raises(FindingsError) as caught:
        proof(file, RENDERED)
    told = [(finding.rule, finding.location.file, finding.message) for finding in caught.value.findings]
    assert told == [
        ("install/not-installed", "rendered/install/a.yaml", "a.yaml has other content in bootstrap.ign"),
        ("install/not-installed", "rendered/install/b.yaml", "b.yaml is not in bootstrap.ign"),
    ]


def test_the_same_name_in_another_folder_is_not_the_object(tmp_path: Path) -> None:
    file = ignition(tmp_path, {"/opt/openshift/openshift/a.yaml": plain(RENDERED["a.yaml"])})
    with pytest.raises(FindingsError):
        proof(file, {"a.yaml": RENDERED["a.yaml"]})


@pytest.mark.parametrize("text", ["", "no JSON", "[]"])
def test_a_file_that_is_none_proves_nothing(tmp_path: Path, text: str) -> None:
    file = tmp_path / "bootstrap.ign"
    file.write_text(text)
    with pytest.raises(AntreaGitopsError):
        proof(file, RENDERED)


def test_the_first_certificate_that_expires_decides(tmp_path: Path) -> None:
    soon = datetime.now(tz=UTC) + timedelta(hours=5)
    files = {f"/opt/openshift/tls/{name}": in_base64(pem.encode()) for name, pem in certificates(5).items()}
    found = good_until(ignition(tmp_path, files))
    assert found is not None
    assert abs(found - soon) < timedelta(minutes=10)
