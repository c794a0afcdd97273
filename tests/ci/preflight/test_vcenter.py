"""A real simulator of vCenter, looked at before an installation."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from antrea_ci.findings import Finding
from antrea_ci.preflight import vcenter as module
from antrea_ci.preflight.site import NotApplicableError, Site
from support.authority import Authority
from support.preflight import closed_port, cluster, held, means, silent, site, told
from support.proxies import proxy
from support.registries import registry
from support.vcenter import CLUSTER, DATASTORE, NETWORK, PASSWORD, USER, refusing, vcenter

LOGIN = {"ANTREA_GITOPS_VCENTER_USERNAME": USER, "ANTREA_GITOPS_VCENTER_PASSWORD": PASSWORD}
TOPOLOGY = {"datacenter": "DC0", "computeCluster": CLUSTER, "datastore": DATASTORE, "networks": [NETWORK]}


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def server(authority: Authority) -> Generator[str]:
    with vcenter(authority.server("127.0.0.1", "localhost")) as address:
        yield address


@pytest.fixture(autouse=True)
def trusted(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))


def zonal(server: str, topology: Mapping[str, object] | None = None) -> dict[str, object]:
    return {
        "platform.vsphere.vcenters.0.server": server,
        "platform.vsphere.failureDomains.0.server": server,
        "platform.vsphere.failureDomains.0.topology": {**TOPOLOGY, **(topology or {})},
    }


def found(
    folder: Path,
    changes: Mapping[str, object],
    *,
    login: Mapping[str, str] = LOGIN,
    form: str = "vsphere",
    version: str = "4.18.9",
) -> list[Finding]:
    return list(module.probe(site(cluster(folder, form, changes, version=version), secrets=login)))


def one(folder: Path, changes: Mapping[str, object], **options: object) -> tuple[tuple[str, str], Finding]:
    (finding,) = found(folder, changes, **options)
    assert finding.location.file == "install-config.yaml"
    assert finding.location.line
    assert PASSWORD not in finding.as_text()
    return told([finding])[0], finding


def test_a_vcenter_in_which_everything_is_there_is_right(tmp_path: Path, server: str):
    assert found(tmp_path, zonal(server)) == []


def test_the_flat_form_of_4_12_is_looked_up_with_the_paths_that_the_installer_makes(tmp_path: Path, server: str):
    flat = {"vCenter": server, "cluster": "DC0_C0", "defaultDatastore": "LocalDS_0", "network": NETWORK}
    changes = {f"platform.vsphere.{key}": value for key, value in flat.items()}
    assert found(tmp_path, changes, form="flat", version="4.12.45") == []


@pytest.mark.parametrize(
    ("topology", "words"),
    [
        ({"datacenter": "DC1"}, "there is no datacenter 'DC1' (did you mean DC0?)"),
        ({"computeCluster": "/DC0/host/DC0_C1"}, "there is no cluster '/DC0/host/DC0_C1' (did you mean DC0_C0?)"),
        ({"datastore": "/DC0/datastore/LocalDS_1"}, "there is no datastore '/DC0/datastore/LocalDS_1' (did you mean"),
        ({"networks": ["DC0_DVPG1"]}, "has the network 'DC0_DVPG1' (did you mean DC0_DVPG0?)"),
        ({"folder": "/DC0/vm/nowhere"}, "there is no folder '/DC0/vm/nowhere'"),
        ({"resourcePool": f"{CLUSTER}/Resources/pool"}, f"there is no resource pool '{CLUSTER}/Resources/pool'"),
        ({"template": "/DC0/vm/rhcos"}, "there is no template '/DC0/vm/rhcos'"),
    ],
)
def test_what_is_not_in_the_inventory_is_named(tmp_path: Path, server: str, topology: dict[str, object], words: str):
    rule, finding = one(tmp_path, zonal(server, topology))
    assert rule == ("error", "vcenter-inventory")
    assert words in finding.message


def test_everything_that_is_missing_is_told_at_once(tmp_path: Path, server: str):
    topology = {"networks": ["no-net"], "datastore": "/DC0/datastore/no-ds", "folder": "/DC0/vm/no-folder"}
    assert told(found(tmp_path, zonal(server, topology))) == [("error", "vcenter-inventory")] * 3


def test_folder_and_pool_that_are_there_are_found(tmp_path: Path, server: str):
    topology = {"folder": "/DC0/vm", "resourcePool": f"{CLUSTER}/Resources", "template": "/DC0/vm/DC0_C0_RP0_VM0"}
    assert found(tmp_path, zonal(server, topology)) == []


def test_a_host_that_is_no_cluster_is_none(tmp_path: Path, server: str):
    rule, finding = one(tmp_path, zonal(server, {"computeCluster": "/DC0/host/DC0_H0"}))
    assert rule == ("error", "vcenter-inventory")
    assert "there is no cluster '/DC0/host/DC0_H0'" in finding.message


def test_a_wrong_password_names_the_variables_and_not_the_password(tmp_path: Path, server: str):
    wrong = {**LOGIN, "ANTREA_GITOPS_VCENTER_PASSWORD": "wrong-password"}
    rule, finding = one(tmp_path, zonal(server), login=wrong)
    assert rule == ("error", "vcenter-login")
    assert "ANTREA_GITOPS_VCENTER_PASSWORD" in finding.fix
    assert "wrong-password" not in finding.as_text()


@pytest.mark.parametrize(
    ("fault", "rule", "words"),
    [
        ("NoPermission", "vcenter-permission", "may not look into the vCenter"),
        ("InvalidLogin", "vcenter-login", "user or password is wrong, or the account is locked"),
        ("RuntimeFault", "vcenter-answer", "refuses: RuntimeFault: Permission to perform this was denied."),
    ],
)
def test_what_a_vcenter_says_of_a_login_is_told(
    tmp_path: Path, authority: Authority, fault: str, rule: str, words: str
):
    with refusing(authority.server("127.0.0.1"), fault) as server:
        told_as, finding = one(tmp_path, zonal(server.address))
    assert told_as == ("error", rule)
    assert words in finding.message


def test_a_session_is_ended_whatever_came_in_between(tmp_path: Path, authority: Authority):
    with refusing(authority.server("127.0.0.1"), "RuntimeFault", method="FindByInventoryPath") as server:
        one(tmp_path, zonal(server.address))
    assert server.asked == ["RetrieveServiceContent", "Login", "FindByInventoryPath", "Logout"]


def test_of_several_vcenters_each_has_its_own_login(tmp_path: Path, server: str):
    second = {"server": server.replace("127.0.0.1", "localhost"), "user": "", "password": "", "datacenters": ["DC0"]}
    domain = {"name": "b", "region": "b", "zone": "b", "server": second["server"], "topology": TOPOLOGY}
    changes = {
        **zonal(server),
        "platform.vsphere.vcenters.1": second,
        "platform.vsphere.failureDomains.1": domain,
    }
    login = {**LOGIN, "ANTREA_GITOPS_VCENTER_USERNAME_2": USER, "ANTREA_GITOPS_VCENTER_PASSWORD_2": "wrong"}
    rule, finding = one(tmp_path, changes, login=login)
    assert rule == ("error", "vcenter-login")
    assert "ANTREA_GITOPS_VCENTER_PASSWORD_2" in finding.fix
    assert "localhost" in finding.message


def test_a_vcenter_that_this_machine_does_not_trust(
    tmp_path: Path, server: str, monkeypatch: pytest.MonkeyPatch, authority: Authority
):
    """additionalTrustBundle does not help: the installer does not look at it."""
    (tmp_path / "empty.pem").write_text("")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "empty.pem"))
    bundle = {"additionalTrustBundle": authority.pem, "additionalTrustBundlePolicy": "Always"}
    rule, finding = one(tmp_path, {**zonal(server), **bundle})
    assert rule == ("error", "vcenter-trust")
    assert "its certificate is signed by nobody who is trusted" in finding.message


@pytest.mark.parametrize(
    ("names", "until", "words"),
    [
        (("127.0.0.1",), timedelta(days=-1), "has expired"),
        (("vcenter.example.com",), timedelta(days=1), "is for another name"),
    ],
)
def test_a_certificate_that_the_installer_refuses(
    tmp_path: Path, authority: Authority, names: tuple[str, ...], until: timedelta, words: str
):
    with vcenter(authority.server(*names, until=until)) as address:
        rule, finding = one(tmp_path, zonal(address))
    assert rule == ("error", "vcenter-certificate")
    assert words in finding.message


@pytest.mark.parametrize(("version", "severity"), [("4.18.9", "error"), ("4.12.45", "warning")])
def test_an_old_vcenter_stops_the_installers_that_refuse_it(
    tmp_path: Path, authority: Authority, version: str, severity: str
):
    with vcenter(authority.server("127.0.0.1"), version="7.0.1", build="17491101") as address:
        rule, finding = one(tmp_path, zonal(address), version=version)
    assert rule == (severity, "vcenter-version")
    assert "is 7.0.1 (build 17491101); the oldest that will do is 7.0.2" in finding.message


def test_a_vcenter_that_is_not_there(tmp_path: Path):
    rule, finding = one(tmp_path, zonal(f"127.0.0.1:{closed_port()}"))
    assert rule == ("error", "vcenter-unreachable")
    assert "the connection is refused" in finding.message


def test_a_vcenter_whose_name_does_not_resolve(tmp_path: Path):
    rule, finding = one(tmp_path, zonal("vcenter.antrea-gitops.invalid"))
    assert rule == ("error", "vcenter-unreachable")
    assert "the name does not resolve" in finding.message


def test_a_vcenter_that_says_nothing_is_not_waited_for(tmp_path: Path):
    with silent() as port:
        of = cluster(tmp_path, changes=zonal(f"127.0.0.1:{port}"))
        (finding,) = module.probe(Site.of(of, held(LOGIN), (), tmp_path, means(answer=0.3)))
    assert told([finding]) == [("error", "vcenter-unreachable")]
    assert "there is no answer" in finding.message


def test_something_else_that_speaks_tls_is_no_vcenter(tmp_path: Path, authority: Authority):
    with registry("127.0.0.1:1", authority.server("127.0.0.1"), login="basic") as other:
        rule, finding = one(tmp_path, zonal(other.host))
    assert rule == ("error", "vcenter-answer")
    assert "no XML as a vCenter gives it" in finding.message


def test_a_login_that_nobody_gave_is_told_without_a_try(tmp_path: Path, server: str):
    changes = {**zonal(server), "platform.vsphere.vcenters.0.user": "", "platform.vsphere.vcenters.0.password": ""}
    rule, finding = one(tmp_path, changes, login={})
    assert rule == ("error", "vcenter-login")
    assert "give ANTREA_GITOPS_VCENTER_USERNAME and ANTREA_GITOPS_VCENTER_PASSWORD" in finding.fix


def test_the_proxy_of_this_machine_is_used_as_the_installer_uses_it(
    tmp_path: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch
):
    name = "vcenter.example.com"
    with vcenter(authority.server(name)) as address, proxy({f"{name}:443": address}) as proxied:
        monkeypatch.setenv("HTTPS_PROXY", proxied.host)
        assert found(tmp_path / "a", zonal(name)) == []
        monkeypatch.setenv("NO_PROXY", "10.0.0.0/8,.example.com")
        rule, finding = one(tmp_path / "b", zonal(name))
    assert rule == ("error", "vcenter-unreachable")
    assert "the name does not resolve" in finding.message


def test_another_platform_has_none(tmp_path: Path):
    with pytest.raises(NotApplicableError, match="platform none has no vCenter"):
        found(tmp_path, {}, form="none")
