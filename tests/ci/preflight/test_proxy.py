"""The proxy through which nodes pull."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path

import pytest

from antrea_ci.findings import Finding
from antrea_ci.preflight import proxy as module
from antrea_ci.preflight import registry as registry_probe
from antrea_ci.preflight.outlet import no_proxy
from antrea_ci.preflight.site import NotApplicableError, Site
from antrea_ci.proxies import bypasses
from support.authority import Authority
from support.preflight import PULL_SECRET, closed_port, cluster, listening, site, told
from support.proxies import proxy
from support.registries import pull_secret, push, registry, storage

HOST = "registry.example.com"
IMAGE = f"{HOST}/antrea/antrea-ubi:v1.14.1"
LOGIN = {"ANTREA_GITOPS_SECRET_PROXY": "user:p@ss:word"}
BASIC = "Basic " + base64.b64encode(b"user:p@ss:word").decode()


def told_site(
    folder: Path, settings: Mapping[str, str], secrets: Mapping[str, str] | None = None, **changes: object
) -> Site:
    return site(cluster(folder, "none", {"proxy": dict(settings), **changes}), secrets=secrets, images=[IMAGE])


def found(folder: Path, settings: Mapping[str, str], secrets: Mapping[str, str] | None = None) -> list[Finding]:
    return list(module.probe(told_site(folder, settings, secrets)))


def test_a_proxy_that_lets_the_registries_through_is_right(tmp_path: Path):
    with listening() as port, proxy({f"{HOST}:443": f"127.0.0.1:{port}"}, login=BASIC) as proxied:
        settings = {"httpProxy": f"http://{proxied.host}", "httpsProxy": f"http://{proxied.host}"}
        assert found(tmp_path, settings, LOGIN) == []
    assert proxied.asked == [f"{HOST}:443"]


@pytest.mark.parametrize(
    ("secrets", "words"), [({}, "asks for a login"), (LOGIN, "does not take the login")], ids=["none", "wrong"]
)
def test_a_login_that_the_proxy_does_not_take(tmp_path: Path, secrets: dict[str, str], words: str):
    with proxy({}, login="Basic other") as proxied:
        (finding,) = found(tmp_path, {"httpsProxy": f"http://{proxied.host}"}, secrets)
    assert told([finding]) == [("error", "proxy-login")]
    assert words in finding.message
    assert finding.location.file == "install-config.yaml"
    assert "p@ss" not in finding.as_text()


def test_a_registry_that_the_proxy_forbids(tmp_path: Path):
    with proxy({}) as proxied:
        (finding,) = found(tmp_path, {"httpsProxy": f"http://{proxied.host}"})
    assert told([finding]) == [("error", "proxy-refuses")]
    assert f"does not let {HOST}:443 through (status 403)" in finding.message


@pytest.mark.parametrize("key", ["httpProxy", "httpsProxy"])
def test_a_proxy_that_is_not_there(tmp_path: Path, key: str):
    (finding,) = found(tmp_path, {key: f"http://127.0.0.1:{closed_port()}"})
    assert told([finding]) == [("error", "proxy")]
    assert key in finding.message


def test_registries_of_no_proxy_are_not_asked_for(tmp_path: Path):
    with proxy({}) as proxied:
        assert found(tmp_path, {"httpsProxy": f"http://{proxied.host}", "noProxy": ".example.com"}) == []
    assert proxied.asked == []


def test_a_proxy_that_speaks_tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    with listening() as port:
        ways = {f"{HOST}:443": f"127.0.0.1:{port}"}
        with proxy(ways, login=BASIC, pair=authority.server("127.0.0.1")) as proxied:
            assert found(tmp_path, {"httpsProxy": f"https://{proxied.host}"}, LOGIN) == []
    assert proxied.asked == [f"{HOST}:443"]


def test_images_are_asked_for_through_the_proxy(tmp_path: Path):
    """The registry's name leads nowhere but through it."""
    authority = Authority(tmp_path)
    trust = {"additionalTrustBundle": authority.pem}
    with storage() as stored:
        push(stored, "antrea/antrea-ubi:v1.14.1", tmp_path)
        with registry(stored, authority.server(HOST), login="basic") as gate, proxy({}, login=BASIC) as proxied:
            proxied.ways = {f"{HOST}:443": gate.host}
            secrets = {**LOGIN, PULL_SECRET: pull_secret(HOST)}
            through = told_site(tmp_path, {"httpsProxy": f"http://{proxied.host}"}, secrets, **trust)
            assert list(registry_probe.probe(through)) == []
    assert set(proxied.asked) == {f"{HOST}:443"}
    assert BASIC not in {authorization for _, _, authorization in gate.asked}


def test_registries_behind_a_proxy_that_is_not_there_are_said_to_be_behind_it(tmp_path: Path):
    address = f"127.0.0.1:{closed_port()}"
    (finding,) = registry_probe.probe(told_site(tmp_path, {"httpsProxy": f"http://{address}"}))
    assert told([finding]) == [("error", "registry-unreachable")]
    assert f"the proxy does not let it through ({address}: the connection is refused)" in finding.message


@pytest.mark.parametrize(
    ("host", "exceptions", "expected"),
    [
        ("registry.example.com", (".example.com",), True),
        ("example.com", (".example.com",), False),
        ("example.com", ("example.com",), True),
        ("registry.example.com", ("example.com",), True),
        ("registryexample.com", ("example.com",), False),
        ("registry.example.com:5000", ("registry.example.com:5000",), True),
        ("registry.example.com", ("registry.example.com:5000",), False),
        ("registry.example.com", ("*",), True),
        ("10.1.224.9:5000", ("10.1.224.0/24",), True),
        ("10.1.225.9", ("10.1.224.0/24", "10.1.225.8"), False),
        ("[fd00::9]:5000", ("fd00::/64",), True),
        ("registry.example.com", ("10.0.0.0/8",), False),
        ("localhost:5000", (), True),
        ("127.0.0.1:5000", (), True),
    ],
)
def test_who_is_asked_directly(host: str, exceptions: tuple[str, ...], expected: bool):
    assert bypasses(host, exceptions) is expected


def test_the_network_of_the_machines_is_never_behind_the_proxy(tmp_path: Path):
    of = told_site(tmp_path, {"httpsProxy": "http://proxy.example.com:3128", "noProxy": "a.example.com, b.example.com"})
    assert of.config is not None
    assert no_proxy(of.config) == ("a.example.com", "b.example.com", "10.1.224.0/24")


def test_without_a_proxy_there_is_nothing_to_ask(tmp_path: Path):
    with pytest.raises(NotApplicableError, match="no proxy"):
        list(module.probe(site(cluster(tmp_path, "none"))))
