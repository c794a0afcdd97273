"""OpenPGP signatures, by pysequoia."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from antrea_ci.errors import AntreaGitopsError
from antrea_ci.tools.catalogue import ReleaseKey

if TYPE_CHECKING:
    from pysequoia import Cert


class SignatureError(AntreaGitopsError):
    """A signature is not one of the trusted key over these bytes."""


def certificate(file: Path) -> Cert:
    """The public key in ``file``, armored or not. Raises AntreaGitopsError if it holds none."""
    from pysequoia import Cert

    try:
        return Cert.from_bytes(file.read_bytes())
    except OSError as error:
        raise AntreaGitopsError(f"{file}: {error.strerror}") from None
    except Exception as error:  # noqa: BLE001 (pysequoia raises RuntimeError and panics alike)
        raise AntreaGitopsError(f"{file} holds no OpenPGP public key: {_first_line(error)}") from None


def shipped_certificate(key: ReleaseKey) -> Cert:
    """The key that is shipped; raises SignatureError if its file does not have the fingerprint of the facts."""
    cert = certificate(key.file)
    if cert.fingerprint != key.fingerprint:
        raise SignatureError(f"{key.file} has the fingerprint {cert.fingerprint}, not {key.fingerprint}")
    return cert


def verify(data: bytes, signature: bytes, cert: Cert, *, name: str) -> None:
    """Returns if ``signature`` is one of ``cert`` over ``data``; raises SignatureError otherwise.

    ``signature`` is detached or a signed message that holds the same bytes, armored or not. ``name`` is what messages
    call the data.
    """
    import pysequoia

    def trusted(_: Sequence[str]) -> list[Cert]:
        return [cert]

    try:
        if _is_detached(signature):
            found = pysequoia.verify(bytes=data, store=trusted, signature=pysequoia.Sig.from_bytes(signature))
        else:
            found = pysequoia.verify(bytes=signature, store=trusted)
            if found.bytes != data:
                raise _refused(name, cert, "it signs other bytes")
    except RuntimeError as error:
        raise _refused(name, cert, _first_line(error)) from None
    if not any(str(valid.certificate) == cert.fingerprint for valid in found.valid_sigs):
        raise _refused(name, cert, "another key made it")


def _is_detached(signature: bytes) -> bool:
    from pysequoia import Sig

    try:
        Sig.from_bytes(signature)
    except RuntimeError:
        return False
    return True


def _refused(name: str, cert: Cert, reason: str) -> SignatureError:
    return SignatureError(
        f"the signature of {name} is not a valid one of {cert.fingerprint}: {reason}",
        why="the checksums in it decide which programs are run",
        fix="check the mirror; if Red Hat signs with another key by now, name it by `--key FILE`",
    )


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0]
