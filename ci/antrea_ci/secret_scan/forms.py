"""Secrets that can be told by their own form: keys, tokens, logins of registries and of addresses."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from antrea_ci.secret_scan import judge, known
from antrea_ci.secret_scan.hit import Hit
from antrea_ci.secret_scan.layers import Layer

# Between two lines of a key: line breaks, also written as \n, indentation, quotes, and marks of comments and lists.
_GAP = rb"(?:\\+[nrt]|[\s\"'+,|>#*\\-])*"
_KEY_BLOCK = re.compile(
    rb"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----"
    + _GAP
    + rb"(?:(?:Proc-Type|DEK-Info|Version|Comment)[^\n\\]*"
    + _GAP
    + rb")*([A-Za-z0-9+/=]{12,})"
)
_LOOKS_ENCODED = re.compile(rb"(?=.*[A-Z])(?=.*[a-z0-9])")
# A key in DER is a sequence that begins with its version, 0 or 1: PKCS #1, PKCS #8 and SEC 1 alike.
_KEY_IN_DER = re.compile(
    rb"(?:^|(?<=\x00))\x30(?:\x82..|\x81.|[\x20-\x7f])\x02\x01[\x00\x01](?:\x30|\x04\x20|\x04\x30|\x02)", re.DOTALL
)
_AUTH = re.compile(rb"auth[\"']?\s*[:=]\s*[\"']?")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{4,}={0,2}")
_URL = re.compile(
    rb"[a-z][a-z0-9+.-]{1,20}://([^\s/:@\"'<>|]{0,80}):([^\s/@\"'<>]{1,200})@[A-Za-z0-9\[$]", re.IGNORECASE
)
_HEADER = re.compile(rb"(?i)\b(basic|bearer)[ \t]+([A-Za-z0-9+/._~-]{8,}=*)")
_NETRC = re.compile(rb"\bmachine\s+\S+\s+login\s+\S+\s+password\s+(\S+)")
_KUBEADMIN = re.compile(rb"password[^\n]{0,20}?(?<![A-Za-z0-9-])([A-Za-z0-9]{5}(?:-[A-Za-z0-9]{5}){3})(?![A-Za-z0-9-])")


def find(layer: Layer) -> Iterator[Hit]:
    """Every secret of ``layer`` that its form gives away; offsets count in the layer."""
    for word, token in known.token_words():
        if word in layer.lower:
            yield from (Hit(found.start(), token.rule, token.what) for found in token.pattern.finditer(layer.data))
    for word, search in _SEARCHES:
        if word in layer.lower:
            yield from search(layer)
    if layer.encoded:
        what = "a private key without its frame"
        yield from (Hit(found.start(), "private-key", what) for found in _KEY_IN_DER.finditer(layer.data))


def _keys(layer: Layer) -> Iterator[Hit]:
    for found in _KEY_BLOCK.finditer(layer.data):
        if _LOOKS_ENCODED.match(found[1]):
            yield Hit(found.start(), "private-key", "a private key")


def _registry_logins(layer: Layer) -> Iterator[Hit]:
    for found in _AUTH.finditer(layer.lower):
        value = _BASE64.match(layer.data, found.end())
        if value is None or layer.data[max(0, found.start() - 1) : found.start()].isalnum():
            continue
        text = judge.decoded(value[0].decode())
        if text and b":" in text.strip(b":") and text.isascii() and text.decode("ascii").isprintable():
            yield Hit(found.end(), "pull-secret", "the login of a registry")


def _headers(layer: Layer) -> Iterator[Hit]:
    for found in _HEADER.finditer(layer.data):
        text = found[2].decode()
        if found[1].lower() == b"bearer" and judge.is_random(text):
            yield Hit(found.start(2), "token", "a token of an HTTP header")
        elif b":" in (judge.decoded(text) or b"").strip(b":") and text.isascii():
            yield Hit(found.start(2), "password", "a login of an HTTP header")


def _address_logins(layer: Layer) -> Iterator[Hit]:
    for found in _URL.finditer(layer.data):
        password = found[2].decode("utf-8", "replace")
        is_example = judge.is_weak(password) and layer.prose
        if not judge.is_placeholder(password) and not is_example:
            yield Hit(found.start(), "url-login", "a user and password in an address")


def _logins(layer: Layer) -> Iterator[Hit]:
    for found in _NETRC.finditer(layer.data):
        if judge.is_password(found[1].decode("utf-8", "replace"), prose=False):
            yield Hit(found.start(1), "password", "a password of a netrc file")
    for found in _KUBEADMIN.finditer(layer.data):
        yield Hit(found.start(1), "password", "the administrator's password")


# What each search cannot do without, in small letters.
_SEARCHES: tuple[tuple[bytes, Callable[[Layer], Iterator[Hit]]], ...] = (
    (b"private key", _keys),
    (b"auth", _registry_logins),
    (b"://", _address_logins),
    (b"password", _logins),
    (b"basic ", _headers),
    (b"bearer ", _headers),
)
