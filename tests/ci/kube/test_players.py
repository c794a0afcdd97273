"""What the tests on a real API server rest on: Antrea's operator, controllers and kubelet as they are played."""

from __future__ import annotations

import pytest

from support.api_server import Server
from support.kubernetes_rest import Object, RestError
from support.players import Players

pytestmark = pytest.mark.xdist_group("api-server")

JOBS = "/apis/batch/v1/namespaces/default/jobs"
ROOM = "/api/v1/namespaces/room"


def job(name: str) -> Object:
    spec = {"restartPolicy": "Never", "containers": [{"name": "one", "image": "registry.example.com/one:1"}]}
    return {"metadata": {"name": name}, "spec": {"template": {"spec": spec}}}


def test_a_job_fails_for_the_reason_that_the_test_gives_and_its_pod_tells_why(api_server: Server) -> None:
    with Players(api_server) as players:
        players.jobs["register"] = "BackoffLimitExceeded"
        players.logs["register"] = "no such manager"
        for name in ("register", "deregister"):
            players.rest.ask("POST", JOBS, job(name))
        failed = players.until(f"{JOBS}/register", lambda found: found["status"].get("failed"))
        complete = players.until(f"{JOBS}/deregister", lambda found: found["status"].get("completionTime"))
        assert failed["status"]["conditions"][-1]["reason"] == "BackoffLimitExceeded"
        assert complete["status"]["conditions"][-1]["type"] == "Complete"
        pods = "/api/v1/namespaces/default/pods"
        (pod,) = players.rest.get(f"{pods}?labelSelector=job-name%3Dregister")["items"]
        assert api_server.api.text(f"{pods}/{pod['metadata']['name']}/log") == b"no such manager"


def test_a_namespace_ends_with_everything_in_it(api_server: Server) -> None:
    with Players(api_server) as players:
        players.rest.ask("POST", "/api/v1/namespaces", {"metadata": {"name": "room"}})
        players.rest.ask("POST", f"{ROOM}/configmaps", {"metadata": {"name": "one", "finalizers": ["example.com/no"]}})
        players.rest.ask("PATCH", f"{ROOM}/configmaps/one", {"metadata": {"finalizers": []}})
        api_server.api.delete(ROOM)
        players.until(ROOM, lambda found: found is None)


def test_nothing_of_one_test_is_there_for_the_next(api_server: Server) -> None:
    rest = api_server.rest
    rest.ask("POST", "/api/v1/namespaces", {"metadata": {"name": "room"}})
    rest.ask("PATCH", "/api/v1/namespaces/kube-system", {"metadata": {"labels": {"seen": "yes"}}})
    api_server.wipe()
    assert rest.found(ROOM) is None
    assert "seen" not in rest.get("/api/v1/namespaces/kube-system")["metadata"]["labels"]


def test_rights_are_asked_for(api_server: Server) -> None:
    nobody = api_server.rest_of("nobody")
    with pytest.raises(RestError, match="Forbidden"):
        nobody.get("/api/v1/nodes")
