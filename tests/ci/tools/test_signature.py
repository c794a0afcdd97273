"""Signatures, with throwaway keys, and the identity of the key that is shipped."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pysequoia import SignatureMode, Tsk, sign

from antrea_ci.errors import AntreaGitopsError
from antrea_ci.tools.catalogue import release_key
from antrea_ci.tools.signature import SignatureError, certificate, shipped_certificate, verify

DATA = b"0123  openshift-install-linux-4.12.45.tar.gz\n"
KEY = Tsk.generate("Release <release@example.com>")
CERT = KEY.extract_certificate()


def test_the_shipped_key_is_red_hats_release_key_2() -> None:
    cert = shipped_certificate(release_key())
    assert cert.fingerprint == "567e347ad0044ade55ba8a5f199e2f91fd431d51"
    assert [str(user) for user in cert.user_ids] == ["Red Hat, Inc. (release key 2) <security@redhat.com>"]
    assert not cert.is_revoked


def test_a_shipped_key_with_another_fingerprint_is_refused() -> None:
    with pytest.raises(SignatureError, match="has the fingerprint"):
        shipped_certificate(replace(release_key(), fingerprint="00" * 20))


@pytest.mark.parametrize("mode", [SignatureMode.DETACHED, SignatureMode.INLINE])
@pytest.mark.parametrize("armor", [True, False])
def test_a_good_signature_is_accepted(mode: SignatureMode, armor: bool) -> None:
    verify(DATA, sign(KEY.signer(), DATA, mode=mode, armor=armor), CERT, name="sums")


@pytest.mark.parametrize("mode", [SignatureMode.DETACHED, SignatureMode.INLINE])
def test_a_signature_over_other_bytes_is_refused(mode: SignatureMode) -> None:
    made = sign(KEY.signer(), DATA + b"x", mode=mode)
    with pytest.raises(SignatureError) as raised:
        verify(DATA, made, CERT, name="sums")
    assert "Stack backtrace" not in str(raised.value)


def test_a_signature_by_another_key_is_refused() -> None:
    other = Tsk.generate("Release <release@example.com>")
    with pytest.raises(SignatureError):
        verify(DATA, sign(other.signer(), DATA, mode=SignatureMode.DETACHED), CERT, name="sums")


@pytest.mark.parametrize("junk", [b"", b"<html></html>", b"-----BEGIN PGP SIGNATURE-----\n\nAAAA\n"])
def test_what_is_no_signature_is_refused(junk: bytes) -> None:
    with pytest.raises(SignatureError):
        verify(DATA, junk, CERT, name="sums")


def test_a_key_file_that_holds_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "key.asc").write_text("no key")
    with pytest.raises(AntreaGitopsError, match="holds no OpenPGP public key"):
        certificate(tmp_path / "key.asc")
