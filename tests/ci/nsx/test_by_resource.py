"""Phase 2 by the custom resource, against a real API server; the operator's part is played."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

import pytest

from antrea_ci.errors import AntreaGitopsError
from antrea_ci.kube.api import Api
from antrea_ci.nsx.joining import Work
from antrea_ci.nsx.joining_resource import Desired, join, planned
from antrea_ci.nsx.living import Living
from antrea_ci.nsx.waits import Patience
from support.api_server import Server
from support.direct_api import DirectApi
from support.kubernetes_rest import Object
from support.players import Players

pytestmark = pytest.mark.xdist_group("api-server")
HOME = "vmware-system-antrea"
DEPLOYMENTS = f"/apis/apps/v1/namespaces/{HOME}/deployments"
ANTREA = "/apis/operator.antrea.vmware.com/v1/namespaces/antrea-operator/antreainstalls"
SECRET: Object = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "nsx-cert", "namespace": HOME}, "data": {}}
DEFINITION: Object = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "antreainstalls.operator.antrea.vmware.com"},
    "spec": {
        "group": "operator.antrea.vmware.com",
        "scope": "Namespaced",
        "names": {"kind": "AntreaInstall", "plural": "antreainstalls", "singular": "antreainstall"},
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "subresources": {"status": {}},
                "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}},
            }
        ],
    },
}


def resource(managers: str = "10.0.0.1", *, is_on: bool = True, **more: Any) -> Object:
    spec = {"antreaAgentConfig": "a: 1\n", "antreaPlatform": "kubernetes", "enableInterworking": is_on, **more}
    spec["bootstrapConfig"] = f"clusterName: kube\nNSXManagers: [{managers}]\n"
    metadata = {"name": "antrea-install", "namespace": "antrea-operator"}
    return {"apiVersion": "operator.antrea.vmware.com/v1", "kind": "AntreaInstall", "metadata": metadata, "spec": spec}


@dataclass
class Site:
    """``seen``: the switch each time that the operator saw it change."""

    api: Api
    server: Server
    told: list[str] = field(default_factory=list)
    seen: list[bool] = field(default_factory=list)

    @property
    def work(self) -> Work:
        return Work(Living.of(self.api), SECRET, Patience(20.0, self.told.append))

    def operate(self, kind: str, event: str, found: Object) -> None:
        """The interworking Deployment is there as long as the switch is on."""
        if kind != "AntreaInstall" or event == "DELETED":
            return
        is_on = found["spec"].get("enableInterworking") is True
        if self.seen[-1:] != [is_on]:
            self.seen.append(is_on)
        made = self.server.rest.found(f"{DEPLOYMENTS}/interworking")
        if is_on and not made:
            self.server.rest.ask("POST", DEPLOYMENTS, deployment())
        elif made and not is_on:
            self.server.rest.ask("DELETE", f"{DEPLOYMENTS}/interworking")


def deployment() -> Object:
    labels = {"component": "interworking"}
    pod = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "mp-adapter", "image": "r/i:1"}]}}
    return {
        "metadata": {"name": "interworking", "labels": labels},
        "spec": {"selector": {"matchLabels": labels}, "template": pod},
    }


@pytest.fixture
def site(api_server: Server) -> Generator[Site]:
    one = Site(DirectApi(api_server.kubectl, api_server.kubeconfig), api_server)
    with Players(api_server, nodes=1) as players:
        for name in (HOME, "antrea-operator"):
            api_server.rest.ask("POST", "/api/v1/namespaces", {"metadata": {"name": name}})
        api_server.rest.ask("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", DEFINITION)
        api_server.rest.wait_served(ANTREA)
        api_server.rest.ask("POST", f"{ANTREA}?fieldManager=cluster-bootstrap", resource(is_on=False))
        players.until(f"{ANTREA}/antrea-install")
        players.on_event.append(one.operate)
        players.poke()
        yield one


def test_the_switch_joins_the_cluster_and_another_configuration_joins_it_anew(site: Site) -> None:
    desired = Desired(resource(), ())
    plan = planned(site.work.living, desired)
    assert not plan.leaves_first
    assert plan.told == ("enableInterworking becomes true: the operator registers the cluster",)
    join(site.work, desired, plan)
    assert site.server.rest.found(f"{DEPLOYMENTS}/interworking")
    assert planned(site.work.living, desired).told == ()

    other = Desired(resource("10.0.0.2"), ())
    plan = planned(site.work.living, other)
    assert plan.leaves_first
    assert "policies and groups of NSX that name the old one no longer hold" in plan.told[1]
    join(site.work, other, plan)
    assert site.seen[-3:] == [True, False, True]
    living = site.server.rest.get(f"{ANTREA}/antrea-install")
    assert "10.0.0.2" in living["spec"]["bootstrapConfig"]
    assert living["spec"]["antreaAgentConfig"] == "a: 1\n"


def test_what_restarts_agents_is_left_to_apply(site: Site) -> None:
    desired = Desired(resource(antreaAgentConfig="a: 2\n"), ())
    with pytest.raises(AntreaGitopsError, match="antreaAgentConfig") as raised:
        planned(site.work.living, desired)
    assert "antrea-gitops apply" in raised.value.fix
