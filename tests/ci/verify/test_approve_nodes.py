"""Which certificate requests are approved: those of planned nodes for exactly what a kubelet needs, and no other."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from antrea_ci.findings import Location
from antrea_ci.model.effective import Cluster, load
from antrea_ci.model.network import Entry
from antrea_ci.verify.approval import Approvals
from antrea_ci.verify.approving import approve
from antrea_ci.yamlio import dump
from support import certificate_requests as csr
from support import kubernetes_cluster as k8s
from support.kubernetes_api import Direct, RefusedError, State
from support.small import INSTALL_CONFIG, cluster_repo

NEW, OLD = "compute-0.ocp.example.com", "control-plane-0.ocp.example.com"
ADDRESS = "10.1.224.30"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Cluster:
    return load(cluster_repo(tmp_path_factory.mktemp("openshift")))


def state_with(*requests: dict[str, Any], nodes: tuple[str, ...] = (OLD,)) -> State:
    objects = {f"{csr.PATH}/{one['metadata']['name']}": one for one in requests}
    objects |= {f"/api/v1/nodes/{name}": k8s.node(name, f"10.1.224.{30 + index}") for index, name in enumerate(nodes)}
    return State(objects)


def one_round(cluster: Cluster, *requests: dict[str, Any], nodes: tuple[str, ...] = (OLD,)) -> Approvals:
    return approve(cluster, Direct(state_with(*requests, nodes=nodes)))


def left(cluster: Cluster, request: dict[str, Any], nodes: tuple[str, ...] = (OLD,)) -> str:
    """Why the request was not approved."""
    found = one_round(cluster, request, nodes=nodes)
    assert found.approved == ()
    (one,) = found.left
    assert one.command == f"oc adm certificate approve {request['metadata']['name']}"
    return one.why


def test_a_new_node_and_then_its_own_api_are_approved(cluster):
    assert one_round(cluster, csr.client(NEW)).approved == ("csr-client",)
    assert one_round(cluster, csr.serving(OLD, OLD, ADDRESS)).approved == ("csr-serving",)


def test_the_approval_is_the_requests_own_with_one_condition_more(cluster):
    request = csr.client(NEW)
    state = state_with(request)
    approve(cluster, Direct(state))
    ((method, path, body),) = state.written
    assert (method, path) == ("PUT", f"{csr.PATH}/csr-client/approval")
    (condition,) = body["status"]["conditions"]
    assert (condition["type"], condition["status"]) == ("Approved", "True")
    assert body["spec"] == request["spec"]
    assert body["metadata"]["resourceVersion"] == "7"


def test_a_request_that_changed_after_it_was_judged_is_not_approved(cluster):
    state = state_with(csr.client(NEW))

    class Racing(Direct):
        def replace(self, path, manifest):
            state.objects[f"{csr.PATH}/csr-client"]["metadata"] = {"name": "csr-client", "resourceVersion": "8"}
            super().replace(path, manifest)

    found = approve(cluster, Racing(state))
    assert found.approved == ()
    assert "modified" in found.left[0].why


def test_both_forms_of_usages_are_a_kubelets(cluster):
    usages = ["key encipherment", "digital signature", "client auth"]
    assert one_round(cluster, csr.client(NEW, usages=usages)).approved


@pytest.mark.parametrize("kind", ["Approved", "Denied", "Failed"])
def test_what_somebody_has_decided_is_left_alone(cluster, kind):
    assert one_round(cluster, csr.decided(csr.client(NEW), kind)) == Approvals()


def test_requests_to_other_signers_are_nobodys_business_here(cluster):
    assert one_round(cluster, csr.client(NEW, signerName="kubernetes.io/kube-apiserver-client")) == Approvals()


FIRST = {
    "another requestor": ({"username": "system:serviceaccount:default:default"}, "not from the machines' bootstrapper"),
    "a node that asks for another": ({"username": f"system:node:{OLD}"}, "not from the machines' bootstrapper"),
    "other groups": ({"groups": [*csr.BOOTSTRAPPERS, "system:masters"]}, "not from the machines' bootstrapper"),
    "a usage more": ({"usages": ["digital signature", "client auth", "server auth"]}, "asks for the usages"),
    "no usage": ({"usages": ["digital signature"]}, "asks for the usages"),
    "no request at all": ({"request": "aGVsbG8="}, "cannot be read"),
    "no base64": ({"request": "%%%"}, "cannot be read"),
    "an administrator": ({"request": csr.pem(["system:admin"])}, "is no node"),
    "two subjects": ({"request": csr.pem([f"system:node:{NEW}", "system:admin"])}, "is no node"),
    "the group of administrators": (
        {"request": csr.pem([f"system:node:{NEW}"], ["system:masters"])},
        "groups system:masters",
    ),
    "one group more": (
        {"request": csr.pem([f"system:node:{NEW}"], ["system:nodes", "system:masters"])},
        "not for system:nodes alone",
    ),
    "no group": ({"request": csr.pem([f"system:node:{NEW}"], [])}, "not for system:nodes alone"),
    "another part of the subject": (
        {"request": csr.pem([f"system:node:{NEW}"], more=[x509.NameAttribute(NameOID.COUNTRY_NAME, "DE")])},
        "also asks for C=DE",
    ),
    "names beside the subject": (
        {"request": csr.pem([f"system:node:{NEW}"], san=csr.names(NEW))},
        "beside the subject",
    ),
    "a certificate authority": (
        {"request": csr.pem([f"system:node:{NEW}"], extensions=[x509.BasicConstraints(ca=True, path_length=None)])},
        "the extension 2.5.29.19",
    ),
    "an attribute": ({"request": csr.pem([f"system:node:{NEW}"], challenge=b"please")}, "the attribute"),
    "two requests in one": ({"request": csr.pem([f"system:node:{NEW}"]) * 2}, "cannot be read"),
    "something before the request": ({"request": b"x\n" + csr.pem([f"system:node:{NEW}"])}, "cannot be read"),
}


@pytest.mark.parametrize(("spec", "why"), FIRST.values(), ids=FIRST)
def test_a_first_request_that_asks_for_anything_else_is_left(cluster, spec, why):
    if isinstance(spec.get("request"), bytes):
        spec = {**spec, "request": base64.b64encode(spec["request"]).decode()}
    assert why in left(cluster, {**csr.client(NEW), "spec": {**csr.client(NEW)["spec"], **spec}})


@pytest.mark.parametrize("name", ["api", "api-int", "bootstrap", "x.apps"])
def test_names_of_the_cluster_itself_are_no_nodes(cluster, name):
    assert "a name of the cluster itself" in left(cluster, csr.client(f"{name}.ocp.example.com"))


def test_a_name_outside_of_the_cluster_that_dns_does_not_place_among_its_machines_is_left(cluster):
    assert "DNS gives it no address of machineNetwork" in left(cluster, csr.client("localhost"))


@pytest.mark.parametrize("name", ["", "Compute-0.ocp.example.com", "compute_0", "compute-0.ocp.example.com.", "../x"])
def test_a_name_that_no_node_can_have_is_left(cluster, name):
    assert left(cluster, csr.client(name))


def test_a_name_that_dns_places_in_the_machine_network_is_a_node(cluster):
    loopback = [Entry(text, ("machineNetwork", Location("x"))) for text in ("127.0.0.0/8", "::1/128")]
    here = replace(cluster, plan=replace(cluster.plan, machine=tuple(loopback)))
    assert one_round(here, csr.client("localhost")).approved == ("csr-client",)


def test_the_name_of_a_node_that_is_there_is_not_given_again(cluster):
    assert "is there already" in left(cluster, csr.client(OLD))


def test_no_more_nodes_are_admitted_than_planned(cluster):
    nodes = tuple(f"node-{index}.ocp.example.com" for index in range(5))
    requests = [csr.client(f"compute-{index}.ocp.example.com", f"csr-{index}") for index in range(3)]
    found = one_round(cluster, *requests, nodes=nodes)
    assert found.approved == ("csr-0",)
    assert [one.name for one in found.left] == ["csr-1", "csr-2"]
    assert "6 nodes are planned" in found.left[0].why


def test_a_node_that_was_approved_and_has_not_come_yet_counts(cluster):
    nodes = tuple(f"node-{index}.ocp.example.com" for index in range(5))
    coming = csr.decided(csr.client("compute-8.ocp.example.com", "csr-a"), "Approved")
    found = one_round(cluster, coming, csr.client(NEW, "csr-b"), nodes=nodes)
    assert found.approved == ()


def test_a_planned_node_may_ask_twice_before_it_comes(cluster):
    nodes = tuple(f"node-{index}.ocp.example.com" for index in range(5))
    found = one_round(cluster, csr.client(NEW, "csr-a"), csr.client(NEW, "csr-b"), nodes=nodes)
    assert found.approved == ("csr-a", "csr-b")


@pytest.mark.parametrize(("host", "is_planned"), [("worker-7", True), ("compute-0", False)])
def test_where_files_name_the_hosts_only_those_are_nodes(tmp_path, host, is_planned):
    repo = cluster_repo(tmp_path / "repo")
    repo.agent_config_file.write_text(dump({"hosts": [{"hostname": "worker-7", "role": "worker"}]}))
    found = one_round(load(repo), csr.client(f"{host}.ocp.example.com"))
    assert bool(found.approved) is is_planned


SERVING = {
    "an address that is not the node's": (csr.serving(OLD, OLD, "10.1.224.99"), "10.1.224.99"),
    "an address outside of machineNetwork": (csr.serving(OLD, OLD, "192.0.2.1"), "192.0.2.1"),
    "the API's virtual address": (csr.serving(OLD, OLD, "10.1.224.10"), "10.1.224.10"),
    "the API's name": (csr.serving(OLD, OLD, "api.ocp.example.com", ADDRESS), "api.ocp.example.com"),
    "every name": (csr.serving(OLD, "*.ocp.example.com"), "*.ocp.example.com"),
    "no name": (csr.serving(OLD), "names no address"),
    "a node that is not there": (csr.serving(NEW, NEW), f"there is no node {NEW}"),
    "a node that asks for another": (csr.serving(OLD, OLD, username=f"system:node:{NEW}"), "and is for"),
    "other groups": (csr.serving(OLD, OLD, groups=["system:nodes"]), "and is for"),
    "a usage more": (csr.serving(OLD, OLD, usages=["client auth", "server auth"]), "asks for the usages"),
    "a client's usage": (csr.serving(OLD, OLD, usages=["digital signature", "client auth"]), "asks for the usages"),
    "an address of mail": (
        csr.serving(OLD, request=csr.pem([f"system:node:{OLD}"], san=[x509.RFC822Name("a@example.com")])),
        "RFC822Name",
    ),
    "an address on the web": (
        csr.serving(OLD, request=csr.pem([f"system:node:{OLD}"], san=[x509.UniformResourceIdentifier("spiffe://x/y")])),
        "UniformResourceIdentifier",
    ),
}


@pytest.mark.parametrize(("request_", "why"), SERVING.values(), ids=SERVING)
def test_a_node_that_asks_for_more_than_its_own_name_and_addresses_is_left(cluster, request_, why):
    assert why in left(cluster, request_)


def test_an_address_that_two_nodes_claim_is_neithers(cluster):
    state = state_with(csr.serving(OLD, OLD, ADDRESS), nodes=(OLD, NEW))
    state.objects[f"/api/v1/nodes/{NEW}"] = k8s.node(NEW, ADDRESS)
    assert approve(cluster, Direct(state)).approved == ()


def test_an_address_that_only_the_node_itself_claims_and_nobody_planned_is_left(cluster):
    state = state_with(csr.serving(OLD, OLD, "10.1.224.10"))
    state.objects[f"/api/v1/nodes/{OLD}"] = k8s.node(OLD, "10.1.224.10")
    assert approve(cluster, Direct(state)).approved == ()


def test_without_a_pending_request_nothing_else_is_asked(cluster):
    state = state_with(csr.decided(csr.client(NEW), "Approved"))
    approve(cluster, Direct(state))
    assert state.asked == [f"GET {csr.PATH}"]


def test_an_api_that_refuses_the_approval_leaves_the_request(cluster):
    state = state_with(csr.client(NEW))

    class Forbidding(Direct):
        def _ask(self, verb, path, manifest=None):
            if verb == "replace":
                state.refused["*"] = RefusedError(403, "Forbidden", "not you")
                verb = "get"
            return super()._ask(verb, path, manifest)

    assert "not you" in approve(cluster, Forbidding(state)).left[0].why


# Parts of requests, of which the first alone is right; a request is right when all its parts are.
PARTS: dict[str, tuple[Any, ...]] = {
    "username": (csr.BOOTSTRAPPER, f"system:node:{NEW}", "system:admin", ""),
    "groups": (csr.BOOTSTRAPPERS, csr.BOOTSTRAPPERS[:2], (*csr.BOOTSTRAPPERS, "system:masters"), ()),
    "usages": (("digital signature", "client auth"), ("client auth", "server auth"), ("any",), ()),
    "names": ((f"system:node:{NEW}",), ("system:node:",), (NEW,), (f"system:node:{NEW}", "x"), (f"system:node:{OLD}",)),
    "organizations": (("system:nodes",), ("system:masters",), ("system:nodes", "system:masters"), ()),
    "san": ((), (NEW,), ("10.1.224.40",), ("api.ocp.example.com",)),
    "challenge": (b"", b"please"),
}


@given(st.fixed_dictionaries({name: st.integers(0, len(values) - 1) for name, values in PARTS.items()}))
def test_a_request_is_approved_only_if_every_part_of_it_is_a_planned_nodes(cluster, chosen):
    part = {name: PARTS[name][index] for name, index in chosen.items()}
    san = csr.names(*part["san"])
    request = csr.pem(part["names"], part["organizations"], san, challenge=part["challenge"])
    spec = {"username": part["username"], "groups": list(part["groups"]), "usages": list(part["usages"])}
    found = one_round(cluster, csr.client(NEW, request=request, **spec))
    assert bool(found.approved) is (not any(chosen.values()))


def test_replicas_of_zero_leave_every_worker_to_people(tmp_path):
    repo = cluster_repo(tmp_path / "repo")
    head, tail = INSTALL_CONFIG.split("name: worker\n    replicas: 3")
    repo.install_config_file.write_text(f"{head}name: worker\n    replicas: 0{tail}")
    nodes = tuple(f"control-plane-{index}.ocp.example.com" for index in range(3))
    assert "3 nodes are planned" in left(load(repo), csr.client(NEW), nodes)
