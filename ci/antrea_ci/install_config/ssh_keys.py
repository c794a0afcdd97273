"""Public SSH keys as golang.org/x/crypto/ssh reads them from a text in the form of authorized_keys."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from antrea_ci.install_config.base64_text import strict_base64

_BLANKS = " \t"
_ED25519_LENGTH = 32
_CERTIFICATE = re.compile(
    r"^(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-nistp(?:256|384|521)|sk-\S+)-cert-v01@openssh\.com\Z"
)
# Name: the prime p and b of the curve y² = x³ - 3x + b (FIPS 186-4, appendix D).
_CURVES = {
    "nistp256": (
        2**256 - 2**224 + 2**192 + 2**96 - 1,
        0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
    ),
    "nistp384": (
        2**384 - 2**128 - 2**96 + 2**32 - 1,
        0xB3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF,
    ),
    "nistp521": (
        2**521 - 1,
        0x51953EB9618E1C9A1F929A21A0B68540EEA2DA725B99B315F3B8B489918EF109E156193951EC7E937B1652C0BD3BB1BF073573DF883D2C34F1EF451FD46B503F00,
    ),
}


@dataclass(frozen=True)
class Line:
    """One line that is no comment: its number in the text (from 1) and the type of its key, empty if it holds none."""

    number: int
    type: str


def key_lines(text: str) -> list[Line]:
    """Every line of ``text`` that should hold a key."""
    lines = [line.partition("\r")[0].strip() for line in text.split("\n")]
    return [Line(number, _key_type(line)) for number, line in enumerate(lines, 1) if line and not line.startswith("#")]


def _key_type(line: str) -> str:
    """The type that the key's own bytes name; the word before them is not looked at, options before it are skipped."""
    return next((found for rest in (line, _after_options(line)) if (found := _parse(_after_word(rest)))), "")


def _after_word(line: str) -> str:
    cut = next((index for index, character in enumerate(line) if character in _BLANKS), len(line))
    return line[cut:].strip()


def _after_options(line: str) -> str:
    quoted = False
    for index, character in enumerate(line):
        if character in _BLANKS and not quoted:
            return line[index:].lstrip(_BLANKS)
        if character == '"' and (index == 0 or line[index - 1] != "\\"):
            quoted = not quoted
    return ""


def _parse(text: str) -> str:
    word = re.split(r"[ \t]", text, maxsplit=1)[0]
    try:
        fields = list(_fields(strict_base64(word)))
        kind = fields[0].decode("ascii")
    except (ValueError, IndexError):
        return ""
    return kind if _is_key(kind, fields[1:]) else ""


def _fields(blob: bytes) -> Iterator[bytes]:
    """The length-prefixed fields of RFC 4253; a cut one raises ValueError."""
    while blob:
        length = int.from_bytes(blob[:4], "big")
        if len(blob) < 4 + length:
            raise ValueError("cut short")
        yield blob[4 : 4 + length]
        blob = blob[4 + length :]


def _is_key(kind: str, fields: list[bytes]) -> bool:
    if _CERTIFICATE.match(kind):
        return bool(fields)
    security_key = kind.removeprefix("sk-").removesuffix("@openssh.com") if kind.startswith("sk-") else ""
    if security_key:
        return len(fields) > 1 and _is_key(security_key, fields[:-1])
    if kind == "ssh-rsa":
        return len(fields) == 2 and _is_exponent(int.from_bytes(fields[0], "big", signed=True))
    if kind == "ssh-ed25519":
        return len(fields) == 1 and len(fields[0]) == _ED25519_LENGTH
    if kind.startswith("ecdsa-sha2-"):
        return len(fields) == 2 and _on_curve(kind.removeprefix("ecdsa-sha2-"), fields)
    return kind == "ssh-dss" and len(fields) == 4 and int.from_bytes(fields[0], "big").bit_length() == 1024


def _is_exponent(value: int) -> bool:
    return value.bit_length() <= 24 and value >= 3 and value % 2 == 1


def _on_curve(name: str, fields: list[bytes]) -> bool:
    if name not in _CURVES:
        return False
    prime, b = _CURVES[name]
    if fields[0] != name.encode():
        return False
    point, size = fields[1], (prime.bit_length() + 7) // 8
    if len(point) != 1 + 2 * size or point[0] != 4:
        return False
    x, y = int.from_bytes(point[1 : 1 + size], "big"), int.from_bytes(point[1 + size :], "big")
    return x < prime and y < prime and (y * y - x * x * x + 3 * x - b) % prime == 0
