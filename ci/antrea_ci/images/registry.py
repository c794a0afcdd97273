"""Asks a registry for an image as a container runtime does, without pulling it.

source: opencontainers/distribution-spec (pulling manifests, errors); distribution/distribution docs/spec/auth/token.md;
containers/image docker/docker_client.go (the answer to /v2/ decides about the login)
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias, cast
from urllib.parse import urlencode, urlsplit

from antrea_ci.exchange import Answer, Fault, Line, NoAnswerError, ask
from antrea_ci.image_references import repository_of
from antrea_ci.images.looked_up import Found, Reason, Refusal, RefusedError
from antrea_ci.values import items_at, mapping_at, text_at, texts_at

if TYPE_CHECKING:
    from antrea_ci.yamlio import Value

__all__ = ["Found", "Logins", "Reason", "Refusal", "asked_host", "is_on_loopback", "look_up", "tags"]

_INDEXES = ("application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json")
_MANIFESTS = ("application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json")
_ACCEPT = ", ".join((*_INDEXES, *_MANIFESTS))
_DOCKER_HUB, _ITS_HOST = "docker.io", "registry-1.docker.io"
_CHALLENGE = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
_LOCAL = ("localhost", "127.0.0.1", "::1")


Logins: TypeAlias = Callable[[str], tuple[str, str] | None]
"""Image reference to user and password; None where there is none."""


@dataclass(frozen=True)
class _Image:
    host: str
    repository: str
    reference: str
    scheme: str = "https"

    @property
    def root(self) -> str:
        return f"{self.scheme}://{self.host}/v2/"

    @property
    def base(self) -> str:
        return self.root + self.repository

    @property
    def digest(self) -> str:
        """Empty where it is asked for by its tag."""
        return self.reference if ":" in self.reference else ""


@dataclass(frozen=True)
class _Session:
    """The way to one image: its line, its login, and the header that opened the registry."""

    image: _Image
    line: Line
    login: tuple[str, str] | None = field(repr=False)
    opened: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)


def look_up(
    reference: str, line: Line, logins: Logins, *, platforms: bool = False, plain_on_loopback: bool = False
) -> Found | Reason:
    """Whether ``reference`` (with tag or digest; of both the digest counts, as for a container runtime) can be pulled.

    With ``platforms`` its manifest is read too, which a registry that counts pulls counts as one. Without TLS only a
    registry on this machine is spoken to, and only with ``plain_on_loopback``.
    """
    image = _read(reference)
    session = _Session(image, line, logins(reference))
    try:
        session, door = _knock(session, plain_on_loopback=plain_on_loopback)
        session = _opened(session, door)
        answer = _manifest(session, "GET" if platforms else "HEAD", image.reference)
        if not platforms and not answer.headers.get("docker-content-digest"):
            answer = _manifest(session, "GET", image.reference)
        digest = _digest(answer, image)
        found, config = _platforms(session, answer) if platforms else ((), "")
        return Found(digest, found, config, session.image.scheme == "http")
    except RefusedError as refused:
        return replace(refused.reason, is_plain=session.image.scheme == "http")
    except NoAnswerError as fault:
        return _unreached(fault)


def tags(reference: str, line: Line, logins: Logins, *, plain_on_loopback: bool = False) -> tuple[str, ...]:
    """The tags of the repository of ``reference``, the first page of them; none where the registry does not say."""
    with suppress(RefusedError, NoAnswerError):
        session = _Session(_read(reference), line, logins(reference))
        session = _opened(*_knock(session, plain_on_loopback=plain_on_loopback))
        answer = ask(line, "GET", f"{session.image.base}/tags/list", login=session.opened)
        return tuple(texts_at(_json(answer), ("tags",))) if answer.status == 200 else ()
    return ()


def is_on_loopback(host: str) -> bool:
    """Whether ``host`` (with or without a port) is this machine itself."""
    name = urlsplit(f"//{host}").hostname or ""
    return name == "localhost" or name == "::1" or name.startswith("127.")


def asked_host(reference: str) -> str:
    """The host, with its port where it is not the usual one, that is asked for ``reference``."""
    host = repository_of(reference).partition("/")[0]
    return _ITS_HOST if host == _DOCKER_HUB else host


def _read(reference: str) -> _Image:
    repository = repository_of(reference).partition("/")[2]
    name, _, digest = reference.partition("@")
    tag = name.rpartition("/")[2].partition(":")[2]
    return _Image(asked_host(reference), repository, digest or tag or "latest")


def _knock(session: _Session, *, plain_on_loopback: bool) -> tuple[_Session, Answer]:
    """The registry's answer to its base, without TLS where that is how one on this machine speaks."""
    try:
        return session, ask(session.line, "GET", session.image.root)
    except NoAnswerError as fault:
        if fault.fault is not Fault.NOT_TLS or not plain_on_loopback or not is_on_loopback(session.image.host):
            raise
    session = replace(session, image=replace(session.image, scheme="http"))
    return session, ask(session.line, "GET", session.image.root)


def _opened(session: _Session, answer: Answer) -> _Session:
    """With the login that the registry wants, if any: its answer to its base says which."""
    if answer.status != 401:
        return session
    scheme, wanted = _challenge(answer.headers.get("www-authenticate", ""))
    if scheme == "basic" and session.login is None:
        raise RefusedError(Refusal.NO_LOGIN)
    if scheme == "basic":
        return replace(session, opened=_basic(session.login))
    if scheme == "bearer":
        return replace(session, opened=_token(session, wanted))
    raise RefusedError(Refusal.OTHER, "it asks for a login in a way that nobody knows")


def _manifest(session: _Session, method: str, reference: str) -> Answer:
    url = f"{session.image.base}/manifests/{reference}"
    answer = ask(session.line, method, url, headers=_accept(), login=session.opened)
    if answer.status != 200:
        raise _refused(answer, session)
    return answer


def _digest(answer: Answer, image: _Image) -> str:
    """The digest that the registry says; what it sends is a manifest, has that digest, and is what was asked for."""
    told = answer.headers.get("docker-content-digest", "")
    found = f"sha256:{hashlib.sha256(answer.body).hexdigest()}" if answer.body else told
    for wanted in (told, image.digest):
        if wanted.startswith("sha256:") and wanted != found:
            raise RefusedError(Refusal.OTHER, f"it sends {found or 'nothing'} where {wanted} belongs")
    if answer.body and "schemaVersion" not in mapping_at(_json(answer), ()):
        raise RefusedError(Refusal.OTHER, "it sends something that is no manifest")
    return found


def _refused(answer: Answer, session: _Session) -> RefusedError:
    detail = _said(answer)
    known = {404: Refusal.MISSING, 403: Refusal.DENIED, 429: Refusal.LIMIT}
    if answer.status == 401:
        # A token was given for the login; who sends the login itself is told what is thought of that.
        refusal = Refusal.LOGIN if session.opened == _basic(session.login) else Refusal.DENIED
        return RefusedError(refusal if session.login else Refusal.NO_LOGIN, detail)
    told = answer.headers.get("retry-after", "")
    pause = float(told) if told.isdecimal() else 0.0
    return RefusedError(known.get(answer.status, Refusal.OTHER), detail or f"status {answer.status}", pause)


def _token(session: _Session, wanted: Mapping[str, str]) -> Mapping[str, str]:
    """The header with a token that the registry's own service of tokens gives for the login, or for none."""
    realm = urlsplit(wanted.get("realm", ""))
    if realm.scheme != "https" and realm.hostname not in _LOCAL:
        raise RefusedError(Refusal.OTHER, "it sends logins to an address that is not https")
    scope = wanted.get("scope") or f"repository:{session.image.repository}:pull"
    query = {"scope": scope} | ({"service": wanted["service"]} if wanted.get("service") else {})
    separator = "&" if realm.query else "?"
    url = f"{wanted['realm']}{separator}{urlencode(query)}"
    answer = ask(session.line, "GET", url, login=_basic(session.login))
    if answer.status == 429:
        raise RefusedError(Refusal.LIMIT, _said(answer))
    if answer.status in (400, 401, 403):
        raise RefusedError(Refusal.LOGIN if session.login else Refusal.NO_LOGIN, _said(answer))
    told = mapping_at(_json(answer), ())
    token = text_at(told, ("token",)) or text_at(told, ("access_token",))
    if answer.status != 200 or not token:
        raise RefusedError(Refusal.OTHER, f"{realm.netloc} gives no token, but status {answer.status}")
    return {"Authorization": f"Bearer {token}"}


def _platforms(session: _Session, answer: Answer) -> tuple[tuple[str, ...], str]:
    """The platforms, and the digest of the configuration where it is one image."""
    manifest = _json(answer)
    listed = items_at(manifest, ("manifests",)) if isinstance(manifest, dict) else []
    if listed:
        found = [_platform(mapping_at(item, ("platform",))) for item in listed]
        return tuple(dict.fromkeys(name for name in found if name and "unknown" not in name)), ""
    digest = text_at(manifest, ("config", "digest"))
    if not digest:
        return (), ""
    config = ask(session.line, "GET", f"{session.image.base}/blobs/{digest}", login=session.opened)
    if config.status != 200:
        raise RefusedError(Refusal.OTHER, f"its configuration {digest} cannot be had: status {config.status}")
    name = _platform(mapping_at(_json(config), ()))
    return (name,) if name else (), digest


def _platform(value: Mapping[str, Value]) -> str:
    names = [name for key in ("os", "architecture") if isinstance(name := value.get(key), str)]
    return "/".join(names) if len(names) == 2 else ""


def _challenge(header: str) -> tuple[str, dict[str, str]]:
    scheme, _, rest = header.strip().partition(" ")
    return scheme.casefold(), {key.casefold(): value for key, value in _CHALLENGE.findall(rest)}


def _basic(login: tuple[str, str] | None) -> dict[str, str]:
    if login is None:
        return {}
    return {"Authorization": "Basic " + base64.b64encode(":".join(login).encode()).decode()}


def _accept() -> dict[str, str]:
    return {"Accept": _ACCEPT}


def _json(answer: Answer) -> Value:
    with suppress(ValueError, RecursionError):
        return cast("Value", json.loads(answer.body))
    return None


def _said(answer: Answer) -> str:
    """The first error of the registry's answer, on one line."""
    from antrea_ci.diff.visible import on_one_line

    errors = items_at(mapping_at(_json(answer), ()), ("errors",))
    first = mapping_at(errors[0], ()) if errors else {}
    words = [word for key in ("code", "message") if isinstance(word := first.get(key), str)]
    return on_one_line(": ".join(words))


def _unreached(fault: NoAnswerError) -> Reason:
    if fault.fault in (Fault.UNTRUSTED, Fault.EXPIRED, Fault.OTHER_NAME):
        return Reason(Refusal.UNTRUSTED, str(fault))
    if fault.fault is Fault.NOT_TLS:
        return Reason(Refusal.NOT_TLS)
    return Reason(Refusal.OTHER if fault.fault is Fault.BROKEN else Refusal.NO_ANSWER, str(fault))
