"""Images looked up in a real registry, behind the doors that sites put before it."""

from __future__ import annotations

import json
import ssl
from collections.abc import Generator
from datetime import timedelta
from pathlib import Path

import pytest

from antrea_ci.exchange import Line
from antrea_ci.images.registry import Found, Reason, Refusal, look_up
from antrea_ci.web import trust_as_in_go
from support.authority import Authority
from support.http_server import Answer, serve
from support.preflight import closed_port, silent
from support.registries import PASSWORD, USER, push, registry, storage

IMAGE = "antrea/antrea-ubi:v1.13.1_vmware.1"
GOOD, WRONG = (USER, PASSWORD), (USER, "wrong-password")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def stored() -> Generator[str]:
    with storage() as host:
        yield host


@pytest.fixture(scope="module")
def digest(stored: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    return push(stored, IMAGE, tmp_path_factory.mktemp("image"))


def ask(authority: Authority, reference: str, login: tuple[str, str] | None = None, **options: bool) -> Found | Reason:
    return look_up(reference, Line(trust_as_in_go(authority.pem), 5.0), lambda _: login, **options)


@pytest.mark.parametrize("kind", ["", "basic", "bearer"])
def test_an_image_is_found_with_the_login_that_its_registry_asks_for(
    authority: Authority, stored: str, digest: str, kind: str
):
    with registry(stored, authority.server("127.0.0.1"), login=kind) as gate:
        assert ask(authority, f"{gate.host}/{IMAGE}", GOOD) == Found(digest)
        assert ask(authority, f"{gate.host}/{IMAGE}@{digest}", GOOD) == Found(digest)


def test_a_login_is_sent_to_nobody_who_does_not_ask_for_it(authority: Authority, stored: str, digest: str):
    with registry(stored, authority.server("127.0.0.1")) as gate:
        ask(authority, f"{gate.host}/{IMAGE}", GOOD)
    assert {authorization for _, _, authorization in gate.asked} == {""}


def test_a_look_does_not_count_as_a_pull(authority: Authority, stored: str, digest: str):
    """Docker Hub counts GET of manifests, and not HEAD."""
    with registry(stored, authority.server("127.0.0.1")) as gate:
        ask(authority, f"{gate.host}/{IMAGE}")
    assert {method for method, path, _ in gate.asked if "/manifests/" in path} == {"HEAD"}


def test_platforms_are_read_from_the_image(authority: Authority, stored: str, digest: str, tmp_path: Path):
    push(stored, "antrea/arm:v1", tmp_path, platform="linux/arm64")
    with registry(stored, authority.server("127.0.0.1"), login="bearer") as gate:
        assert ask(authority, f"{gate.host}/{IMAGE}", GOOD, platforms=True) == Found(digest, ("linux/amd64",))
        found = ask(authority, f"{gate.host}/antrea/arm:v1", GOOD, platforms=True)
    assert isinstance(found, Found)
    assert found.platforms == ("linux/arm64",)


@pytest.mark.parametrize("reference", ["antrea/antrea-ubi:v9", "antrea/nothing:v1", f"{IMAGE}@sha256:{'0' * 64}"])
def test_what_is_not_there_is_missing(authority: Authority, stored: str, digest: str, reference: str):
    with registry(stored, authority.server("127.0.0.1"), login="basic") as gate:
        found = ask(authority, f"{gate.host}/{reference}", GOOD)
    assert isinstance(found, Reason)
    assert found.refusal is Refusal.MISSING


@pytest.mark.parametrize(
    ("kind", "login", "refusal"),
    [
        ("basic", None, Refusal.NO_LOGIN),
        ("bearer", None, Refusal.NO_LOGIN),
        ("basic", WRONG, Refusal.LOGIN),
        ("bearer", WRONG, Refusal.LOGIN),
    ],
)
def test_a_login_that_is_wrong_or_lacking(
    authority: Authority, stored: str, digest: str, kind: str, login: tuple[str, str] | None, refusal: Refusal
):
    with registry(stored, authority.server("127.0.0.1"), login=kind) as gate:
        found = ask(authority, f"{gate.host}/{IMAGE}", login)
    assert isinstance(found, Reason)
    assert (found.refusal, "wrong-password" in str(found)) == (refusal, False)


@pytest.mark.parametrize(
    ("rules", "refusal"),
    [({"closed": ("antrea/antrea-ubi",)}, Refusal.DENIED), ({"limit": True}, Refusal.LIMIT)],
)
def test_a_registry_that_refuses(
    authority: Authority, stored: str, digest: str, rules: dict[str, object], refusal: Refusal
):
    with registry(stored, authority.server("127.0.0.1"), login="bearer", **rules) as gate:
        found = ask(authority, f"{gate.host}/{IMAGE}", GOOD)
    assert isinstance(found, Reason)
    assert found.refusal is refusal
    assert found.detail


@pytest.mark.parametrize("realm", ["http://auth.example.com/token", "file:///etc/passwd", ""])
def test_a_login_is_sent_to_no_address_without_tls(authority: Authority, stored: str, digest: str, realm: str):
    rules = {"login": "bearer", "realm": realm or " "}
    with registry(stored, authority.server("127.0.0.1"), **rules) as gate:
        found = ask(authority, f"{gate.host}/{IMAGE}", GOOD)
    assert found == Reason(Refusal.OTHER, "it sends logins to an address that is not https")


def test_a_certificate_of_nobody_who_is_trusted(authority: Authority, stored: str, digest: str):
    with registry(stored, authority.server("127.0.0.1")) as gate:
        found = look_up(f"{gate.host}/{IMAGE}", Line(ssl.create_default_context(), 5.0), lambda _: None)
    assert isinstance(found, Reason)
    assert found.refusal is Refusal.UNTRUSTED


def test_an_expired_certificate(authority: Authority, stored: str, digest: str):
    with registry(stored, authority.server("127.0.0.1", until=timedelta(days=-1))) as gate:
        found = ask(authority, f"{gate.host}/{IMAGE}")
    assert isinstance(found, Reason)
    assert found.refusal is Refusal.UNTRUSTED
    assert "has expired" in found.detail


def test_a_registry_that_speaks_plain_http(authority: Authority, stored: str, digest: str):
    found = ask(authority, f"{stored}/{IMAGE}")
    assert isinstance(found, Reason)
    assert found.refusal is Refusal.NOT_TLS


def test_registries_that_cannot_be_reached(authority: Authority):
    with silent() as port:
        asleep = look_up(f"127.0.0.1:{port}/{IMAGE}", Line(trust_as_in_go(), 0.3), lambda _: None)
    refused = ask(authority, f"127.0.0.1:{closed_port()}/{IMAGE}")
    nameless = ask(authority, f"registry.antrea-gitops.invalid/{IMAGE}")
    assert [getattr(found, "refusal", None) for found in (asleep, refused, nameless)] == [Refusal.NO_ANSWER] * 3
    assert "the connection is refused" in str(refused)
    assert "the name does not resolve" in str(nameless)


MANIFEST = json.dumps({"schemaVersion": 2, "config": {"digest": "sha256:c"}}).encode()
CONFIG = b'{"os": "linux", "architecture": "amd64"}'


@pytest.mark.parametrize(
    ("manifest", "config", "words"),
    [
        (Answer(b"<html>sign in</html>"), Answer(CONFIG), "no manifest"),
        (Answer(MANIFEST, announced=1000), Answer(CONFIG), "cannot be understood"),
        (Answer(MANIFEST), Answer(CONFIG[:20], announced=len(CONFIG)), "cannot be understood"),
        (Answer(MANIFEST), Answer(status=500), "its configuration sha256:c cannot be had: status 500"),
    ],
    ids=["a page", "half a manifest", "half a configuration", "no configuration"],
)
def test_what_is_no_whole_image_is_none(authority: Authority, manifest: Answer, config: Answer, words: str):
    path = f"/v2/{IMAGE.partition(':')[0]}"
    answers = {"/v2/": Answer(), f"{path}/manifests/v1.13.1_vmware.1": manifest, f"{path}/blobs/sha256:c": config}
    with serve(answers) as server:
        reference = f"{server.url.partition('//')[2]}/{IMAGE}"
        found = ask(authority, reference, platforms=True, plain_on_loopback=True)
    assert isinstance(found, Reason)
    assert (found.refusal, words in found.detail) == (Refusal.OTHER, True), found
