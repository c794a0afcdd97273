"""Secrets for tests, each made up at the moment when it is needed: none opens anything, and none stands here."""

from __future__ import annotations

import base64
import hashlib
import json
import string
from collections.abc import Callable, Mapping
from urllib.parse import quote

_ALNUM = string.ascii_letters + string.digits
_BLANK = " "
_HEADERS = "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0123456789ABCDEF\n\n"


class Chance:
    """Bytes and choices that look random and are the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._asked = 0

    def randbytes(self, size: int) -> bytes:
        """The next ``size`` bytes."""
        self._asked += 1
        return hashlib.shake_256(f"{self._seed} {self._asked}".encode()).digest(size)

    def choice(self, letters: str) -> str:
        """One of ``letters``."""
        return letters[int.from_bytes(self.randbytes(2)) % len(letters)]


def _word(rng: Chance, length: int, letters: str = _ALNUM) -> str:
    """A random word that has a small letter, a capital and a digit."""
    return "aZ7" + "".join(rng.choice(letters) for _ in range(length - 3))


def _b64(rng: Chance, size: int) -> str:
    return base64.b64encode(rng.randbytes(size)).decode()


def _block(rng: Chance, kind: str, body: str, headers: str = "") -> str:
    frame = f"{kind}PRIVATE{_BLANK}KEY"
    lines = "\n".join(body[at : at + 64] for at in range(0, len(body), 64))
    return f"-----BEGIN {frame}-----\n{headers}{lines}\n-----END {frame}-----"


def _pem(kind: str, headers: str = "") -> Callable[[Chance], str]:
    return lambda rng: _block(rng, kind, "MIIE" + _b64(rng, 400), headers)


def _openssh(rng: Chance) -> str:
    body = base64.b64encode(b"openssh-key-" + b"v1\0" + rng.randbytes(200)).decode()
    return _block(rng, "OPENSSH ", body)


def _der(rng: Chance) -> str:
    return base64.b64encode(b"\x30\x82\x04\xbe\x02\x01\x00\x30" + rng.randbytes(300)).decode()


def _login(rng: Chance) -> str:
    return base64.b64encode(f"robot:{_word(rng, 20)}".encode()).decode()


def _pull_secret(rng: Chance) -> str:
    return json.dumps({"auths": {"registry.example.com": {"auth": _login(rng), "email": "a@example.com"}}})


def _docker_config(rng: Chance) -> str:
    return ".dockerconfigjson: " + base64.b64encode(_pull_secret(rng).encode()).decode()


def _jwt(rng: Chance) -> str:
    parts = [
        base64.urlsafe_b64encode(part).decode().rstrip("=") for part in (b'{"alg":"RS256"}', b'{"iss":"kubernetes"}')
    ]
    return ".".join([*parts, _word(rng, 60)])


def _kubeconfig(rng: Chance) -> str:
    return f"users:\n- name: admin\n  user:\n    client-key-data: {_b64(rng, 200)}"


def _object(rng: Chance) -> str:
    return (
        f"apiVersion: v1\nkind: Secret\nmetadata:\n  name: nsx-cert\ndata:\n  tls.crt: ''\n  tls.key: {_b64(rng, 60)}"
    )


def _object_in_json(rng: Chance) -> str:
    value = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}, "stringData": {"password": _word(rng, 9)}}
    return json.dumps(value)


def _kubeadmin(rng: Chance) -> str:
    word = "-".join(_word(rng, 5) for _ in range(4))
    return f'level=info msg=Login to the console with user: "kubeadmin", and password: "{word}"'


PLANTS: Mapping[str, tuple[str, Callable[[Chance], str]]] = {
    "rsa-key": ("private-key", _pem("RSA ")),
    "pkcs8-key": ("private-key", _pem("")),
    "ec-key": ("private-key", _pem("EC ")),
    "encrypted-key": ("private-key", _pem("ENCRYPTED ")),
    "key-with-headers": ("private-key", _pem("RSA ", _HEADERS)),
    "openssh-key": ("private-key", _openssh),
    "der-key": ("private-key", _der),
    "pull-secret": ("pull-secret", _pull_secret),
    "docker-config": ("pull-secret", _docker_config),
    "registry-login": ("pull-secret", lambda rng: f"auth: {_login(rng)}"),
    "password": ("password", lambda rng: f"password: {_word(rng, 12)}!"),
    "quoted-password": ("password", lambda rng: f'"vcenterPassword": "{_word(rng, 12)} $"'),
    "block-password": ("password", lambda rng: f"password: |-\n  {_word(rng, 12)}"),
    "assigned-password": ("password", lambda rng: f"VCENTER_PASSWORD={_word(rng, 12)}"),
    "netrc": ("password", lambda rng: f"machine git.example.com login me password {_word(rng, 12)}"),
    "kubeadmin": ("password", _kubeadmin),
    "url": ("url-login", lambda rng: f"http://proxy-user:{_word(rng, 10)}@proxy.example.com:3128"),
    "kubeconfig": ("kubeconfig", _kubeconfig),
    "jwt": ("token", _jwt),
    "openshift-token": ("token", lambda rng: f"sha256~{_word(rng, 43)}"),
    "aws-key": ("token", lambda rng: f"AKIA{''.join(rng.choice('ABCDEFGH234567') for _ in range(16))}"),
    "aws-secret": ("token", lambda rng: f"aws_secret_access_key = {_b64(rng, 30)}"),
    "github": ("token", lambda rng: f"ghp_{_word(rng, 36)}"),
    "github-fine": ("token", lambda rng: f"github_pat_{_word(rng, 22)}_{_word(rng, 59)}"),
    "gitlab": ("token", lambda rng: f"glpat-{_word(rng, 20)}"),
    "age": ("age-identity", lambda rng: "AGE-SECRET-" + "KEY-1" + _word(rng, 58).upper()),
    "object": ("secret-data", _object),
    "object-in-json": ("secret-data", _object_in_json),
}
"""By name: the rule that must find it (without its family), and what makes one."""


def _each_line(text: str, before: str) -> str:
    return "\n".join(before + line for line in text.split("\n"))


def _wrapped(text: str) -> str:
    body = base64.b64encode(text.encode()).decode()
    return "data: |\n" + "\n".join(f"    {body[at : at + 76]}" for at in range(0, len(body), 76))


FORMS: Mapping[str, Callable[[str], str]] = {
    "plain": lambda text: text,
    "indented": lambda text: _each_line(text, "      "),
    "commented": lambda text: _each_line(text, "# "),
    "windows": lambda text: text.replace("\n", "\r\n"),
    "json-string": lambda text: json.dumps({"a": text}),
    "json-in-json": lambda text: json.dumps({"a": json.dumps({"b": text})}),
    "block": lambda text: "text: |\n" + _each_line(text, "    "),
    "base64": lambda text: "text: " + base64.b64encode(text.encode()).decode(),
    "base64-url": lambda text: "text: " + base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    "base64-wrapped": _wrapped,
    "percents": lambda text: "source: data:," + quote(text),
    "data-url": lambda text: "source: data:text/plain;charset=utf-8;base64," + base64.b64encode(text.encode()).decode(),
}
"""By name: the ways in which a secret is written into a file."""
