"""Hands a login and certificates to a program by files that nobody else can read."""

from __future__ import annotations

import base64
import json
import os
import ssl
import tempfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from antrea_ci.image_references import repository_of

_HUB = "docker.io"
_HUB_KEY = "https://index.docker.io/v1/"


@dataclass(frozen=True)
class Access:
    """``authfile``: logins in Docker's form, called config.json; ``certificates``: a folder with ca.crt;
    ``trusted``: one file with the system's certificates and ours (the last two None where there are none of ours).
    ``is_plain``: the registry speaks no TLS.
    """

    authfile: Path
    certificates: Path | None
    trusted: Path | None
    is_plain: bool = field(default=False)


@contextmanager
def access(target: str, login: tuple[str, str] | None, pem: str, *, is_plain: bool = False) -> Generator[Access]:
    """Files for ``target``'s registry alone, in a folder of mode 0700, for as long as the block runs."""
    with tempfile.TemporaryDirectory(prefix="antrea-gitops-") as name:  # mode 0700
        folder = Path(name)
        authfile = folder / "config.json"
        _write(authfile, json.dumps({"auths": _auths(target, login)}))
        if not pem:
            yield Access(authfile, None, None, is_plain)
            return
        certificates = folder / "certificates"
        certificates.mkdir()
        _write(certificates / "ca.crt", pem)
        _write(folder / "trusted.pem", f"{_of_system()}\n{pem}\n")
        yield Access(authfile, certificates, folder / "trusted.pem", is_plain)


def _auths(target: str, login: tuple[str, str] | None) -> dict[str, dict[str, str]]:
    if login is None:
        return {}
    host = repository_of(target).partition("/")[0]
    entry = {"auth": base64.b64encode(":".join(login).encode()).decode()}
    return dict.fromkeys((_HUB, _HUB_KEY) if host == _HUB else (host,), entry)


def _of_system() -> str:
    """The certificates that SSL_CERT_FILE would take the place of."""
    file = os.environ.get("SSL_CERT_FILE") or ssl.get_default_verify_paths().cafile or ""
    with suppress(OSError, UnicodeDecodeError):
        return Path(file).read_text(encoding="utf-8") if file else ""
    return ""


def _write(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
        stream.write(text)
