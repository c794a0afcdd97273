"""The secrets of the environment, taken apart: everything that could show up in a log on its own."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from urllib.parse import unquote

from antrea_ci.facts import facts
from antrea_ci.pipeline.json_values import fields
from antrea_ci.values import mapping_at, texts_at

SHORTEST = 4
"""A shorter part is not masked alone: a log without every `ab` is of no use to anybody."""
_SHORTEST_USER = 8
_LARGEST_FILE = 1 << 20
_URL_LOGIN = re.compile(r"://([^\s/?#'\"@]+)@")
_PUBLIC = re.compile(r"-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----.*?(?:-----END [A-Z0-9 ]*-----|\Z)", re.DOTALL)
_FRAME = "-----"
# What is secret in a kubeconfig, as YAML or as JSON; see its reference, kubernetes.io/docs/reference/config-api
_IN_KUBECONFIG = re.compile(
    r"""\b(client-key-data|token|password|id-token|refresh-token|access-token|client-secret)["']?\s*:\s*["']?"""
    r"""([^\s"',}]{4,})"""
)


@dataclass(frozen=True)
class Secret:
    """A variable with its value, and the ``parts`` of that. ``fault`` says what is wrong, without a value."""

    variable: str
    value: str = field(repr=False)
    parts: tuple[str, ...] = field(repr=False)
    fault: str = ""


def secrets_of(environment: Mapping[str, str]) -> list[Secret]:
    """Every variable of the facts that has a value, and every other one that holds an address with a login."""
    found: list[Secret] = []
    for variable, value in sorted(environment.items()):
        form = _form_of(variable)
        if value.strip():
            found += [secret_of(variable, value, form)] if form else _of_address(variable, value)
    return found


def is_secret(variable: str) -> bool:
    """Whether a variable of this name holds a secret."""
    return bool(_form_of(variable))


def _form_of(variable: str) -> str:
    forms = mapping_at(facts("secret-variables"), ("variables",))
    return next((str(form) for pattern, form in forms.items() if fnmatchcase(variable, pattern)), "")


def secret_of(variable: str, value: str, form: str) -> Secret:
    """The secret that ``variable`` holds in this form; it may name a file where the form allows that."""
    if form in ("file", "pull-secret", "kubeconfig"):
        value = _content(value)
    fault = ""
    parts = [value, *_lines(value)]
    if form == "pull-secret":
        told, fault = _pull_secret(value)
        parts += told
    elif form == "login":
        parts += _login(value.strip())
    elif form == "user":
        parts = _user(value.strip())
    elif form == "kubeconfig":
        parts = [value, *_of_kubeconfig(value)]
    return Secret(variable, value, tuple(dict.fromkeys(filter(None, parts))), fault)


def parts_of(value: str) -> list[str]:
    """What of a value of unknown form is secret on its own: of a pull secret the logins, of several lines each."""
    told, _ = _pull_secret(value) if value.lstrip().startswith("{") else ([], "")
    if told:
        return told[1:]
    private = _PUBLIC.sub("", value).strip()
    return list(dict.fromkeys([private, *_lines(private)])) if private else []


def _of_address(variable: str, value: str) -> list[Secret]:
    logins = [found for found in _URL_LOGIN.findall(value) if ":" in found]
    parts = [part for login in logins for part in (login, *_login(login), *_login(unquote(login)))]
    return [Secret(variable, value, tuple(dict.fromkeys(filter(None, parts))))] if parts else []


def _content(value: str) -> str:
    """The content of the file whose path ``value`` is; ``value`` itself where there is no such file."""
    try:
        path = Path(value.strip())
        if path.is_file():
            with path.open("rb") as stream:
                return stream.read(_LARGEST_FILE).decode("utf-8", "replace")
    except (OSError, ValueError):  # too long for a path, or a null character
        pass
    return value


def _lines(value: str) -> list[str]:
    """Each line of a value of several; frames of a key, and notes as age writes them above one, are no secret."""
    lines = [line.strip() for line in value.splitlines()]
    return [line for line in lines if len(line) >= SHORTEST and not line.startswith(("#", _FRAME))]


def _login(text: str) -> list[str]:
    user, _, password = text.partition(":")
    return [password, *_user(user)]


def _of_kubeconfig(text: str) -> list[str]:
    """The keys, tokens and passwords in a kubeconfig; its other lines stand in every other one too."""
    found = [part for _, part in _IN_KUBECONFIG.findall(text)]
    decoded = [key for name, part in _IN_KUBECONFIG.findall(text) if name == "client-key-data" and (key := _text(part))]
    return [*found, *decoded, *(line for key in decoded for line in _lines(key))]


def _text(encoded: str) -> str:
    try:
        return base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, ValueError):
        return ""


def _user(name: str) -> list[str]:
    """The name, unless a log without it could not be read."""
    common = texts_at(facts("secret-variables")["common_users"], ())
    return [] if len(name) < _SHORTEST_USER or name.casefold() in common else [name]


def _pull_secret(text: str) -> tuple[list[str], str]:
    """Every part, and what is wrong."""
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError):
        return [], "it is not JSON"
    auths = fields(fields(value).get("auths"))
    if not auths:
        return [], "it has no `auths` with an entry"
    parts = [json.dumps(value, separators=(",", ":"))]
    unreadable = 0
    for entry in auths.values():
        parts += [told for told in fields(entry).values() if isinstance(told, str)]
        login = _decoded(fields(entry).get("auth"))
        unreadable += login is None
        parts += [login, *_login(login)] if login else []
    fault = f"`auth` of {unreadable} of its {len(auths)} entries is not user:password in base64" if unreadable else ""
    return parts, fault


def _decoded(auth: object) -> str | None:
    """``user:password``; empty where an entry has no `auth`, None where it is something else."""
    if auth is None:
        return ""
    try:
        login = base64.b64decode(str(auth), validate=True).decode()
    except (binascii.Error, ValueError):
        return None
    return login if ":" in login else None
