"""Secrets that can be told by their own form: keys, tokens, logins of registries and of addresses."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from antrea_ci.secret_scan import judge, known
from antrea_ci.secret_scan.hit import Hit
from antrea_ci.secret_scan.layers import Layer

# The patterns are compiled when they are first needed, which for most of them is never.
# Between two lines of a key: line breaks, also written as \n, indentation, quotes, and marks of comments and lists.
_GAP = rb"(?:\\+[nrt]|[\s\"'+,|>#*\\-])*"
_KEY_BLOCK = (
    rb"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----"
    + _GAP
    + rb"(?:(?:Proc-Type|DEK-Info|Version|Comment)[^\n\\]*"
    + _GAP
    + rb")*([A-Za-z0-9+/=]{12,})"
)
_LOOKS_ENCODED = rb"(?=.*[A-Z])(?=.*[a-z0-9])"
# A key in DER is a sequence that begins with its version, 0 or 1: PKCS #1, PKCS #8 and SEC 1 alike.
_KEY_IN_DER = rb"(?s)(?:^|(?<=\x00))\x30(?:\x82..|\x81.|[\x20-\x7f])\x02\x01[\x00\x01](?:\x30|\x04\x20|\x04\x30|\x02)"
_AUTH = rb"auth[\"']?\s*[:=]\s*(?:[|>][+-]?\s+)?[\"']?"
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{4,}={0,2}")
_URL = rb"://([^\s/:@\"'<>|]{0,80}):([^\s/@\"'<>]{1,200})@[A-Za-z0-9\[$]"
_SCHEME = rb"[A-Za-z][A-Za-z0-9+.-]{1,20}$"
_HEADER = rb"(?i)\b(basic|bearer)[ \t]+([A-Za-z0-9+/._~-]{8,}=*)"
_NETRC = rb"\bmachine\s+\S+\s+login\s+\S+\s+password\s+(\S+)"
_OPTION = rb"(?<=\s)--?(?:password|passwd|passphrase|pass)[ \t]+[\"']?([^\s\"'-][^\s\"']*)"
_SHORT_OPTION = rb"\blogin\b[^\n]*?\s-p[ \t]+[\"']?([^\s\"'-][^\s\"']*)"
_CURL = rb"\bcurl\b[^\n]*?\s(?:-[a-zA-Z]*u|--user)[ \t=]*[\"']?[^\s\"':]+:([^\s\"']+)"
_KUBEADMIN_ALONE = rb"\s*(?=\S*[a-z])(?=\S*[A-Z])[A-Za-z0-9]{5}(?:-[A-Za-z0-9]{5}){3}\s*"
_KUBEADMIN = rb"password[^\n]{0,20}?(?<![A-Za-z0-9-])([A-Za-z0-9]{5}(?:-[A-Za-z0-9]{5}){3})(?![A-Za-z0-9-])"


_SHORT = 40
_DER_HEAD = 9


def find(layer: Layer) -> Iterator[Hit]:
    """Every secret of ``layer`` that its form gives away; offsets count in the layer."""
    for word, token in known.token_words():
        if word in layer.lower:
            yield from (Hit(found.start(), token.rule, token.what) for found in token.pattern.finditer(layer.data))
    for word, search in _SEARCHES:
        if word in layer.lower:
            yield from search(layer)
    if len(layer.data) <= _SHORT and re.fullmatch(_KUBEADMIN_ALONE, layer.data):
        yield Hit(0, "password", "the administrator's password")
    # A file that is a key as a whole is one from its first bytes on; base64 may hold one anywhere.
    searched = layer.data if layer.encoded else layer.data[:_DER_HEAD]
    if b"\x02\x01" in searched:
        what = "a private key without its frame"
        yield from (Hit(found.start(), "private-key", what) for found in re.finditer(_KEY_IN_DER, searched))


def _keys(layer: Layer) -> Iterator[Hit]:
    for found in re.finditer(_KEY_BLOCK, layer.data):
        if re.match(_LOOKS_ENCODED, found[1]):
            yield Hit(found.start(), "private-key", "a private key")


def _registry_logins(layer: Layer) -> Iterator[Hit]:
    for found in re.finditer(_AUTH, layer.lower):
        value = _BASE64.match(layer.data, found.end())
        if value is None or layer.data[max(0, found.start() - 1) : found.start()].isalnum():
            continue
        text = (judge.decoded(value[0].decode()) or b"").strip()
        if b":" in text.strip(b":") and text.isascii() and text.decode("ascii").isprintable():
            yield Hit(found.end(), "pull-secret", "the login of a registry")


def _headers(layer: Layer) -> Iterator[Hit]:
    for found in re.finditer(_HEADER, layer.data):
        text = found[2].decode()
        if found[1].lower() == b"bearer" and judge.is_random(text):
            yield Hit(found.start(2), "token", "a token of an HTTP header")
        elif b":" in (judge.decoded(text) or b"").strip(b":") and text.isascii():
            yield Hit(found.start(2), "password", "a login of an HTTP header")


def _address_logins(layer: Layer) -> Iterator[Hit]:
    for found in re.finditer(_URL, layer.data):
        password = found[2].decode("utf-8", "replace")
        is_example = judge.is_weak(password) and layer.prose
        scheme = re.search(_SCHEME, layer.data[max(0, found.start() - 24) : found.start()])
        if scheme and not judge.is_placeholder(password) and not is_example:
            yield Hit(found.start() - len(scheme[0]), "url-login", "a user and password in an address")


def _logins(layer: Layer) -> Iterator[Hit]:
    for found in re.finditer(_NETRC, layer.data):
        if judge.is_password(found[1].decode("utf-8", "replace"), prose=False):
            yield Hit(found.start(1), "password", "a password of a netrc file")
    for found in re.finditer(_KUBEADMIN, layer.data):
        yield Hit(found.start(1), "password", "the administrator's password")


def _commands(layer: Layer) -> Iterator[Hit]:
    for form in (_OPTION, _SHORT_OPTION, _CURL):
        for found in re.finditer(form, layer.data):
            if judge.is_password(found[1].decode("utf-8", "replace"), prose=True):
                yield Hit(found.start(1), "password", "a password in a command")


# What each search cannot do without, in small letters.
_SEARCHES: tuple[tuple[bytes, Callable[[Layer], Iterator[Hit]]], ...] = (
    (b"private key", _keys),
    (b"auth", _registry_logins),
    (b"://", _address_logins),
    (b"password", _logins),
    (b"-pass", _commands),
    (b"login", _commands),
    (b"curl", _commands),
    (b"basic ", _headers),
    (b"bearer ", _headers),
)
