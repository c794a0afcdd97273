"""When the interworking pod counts as ready."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from antrea_ci.nsx.waits import missing_of_deployment

NAMES = ("mp-adapter", "ccp-adapter", "tn-proxy", "election-runner")
DEPLOYMENT = {
    "metadata": {"generation": 2},
    "spec": {"replicas": 1, "template": {"spec": {"containers": [{"name": name} for name in NAMES]}}},
    "status": {"observedGeneration": 2, "updatedReplicas": 1, "readyReplicas": 1, "replicas": 1},
}


def missing(*pods: dict[str, object]) -> str:
    return missing_of_deployment(SimpleNamespace(interworking_pods=lambda: list(pods)), DEPLOYMENT)


def pod(*ready: str) -> dict[str, object]:
    return {"status": {"containerStatuses": [{"name": name, "ready": name in ready} for name in NAMES]}}


def test_a_pod_with_all_its_containers_is_ready():
    assert missing(pod(*NAMES)) == ""


@pytest.mark.parametrize(("pods", "count"), [([], 0), ([pod("mp-adapter", "tn-proxy")], 2)])
def test_what_the_deployment_still_counts_is_not_enough(pods: list[dict[str, object]], count: int):
    assert missing(*pods).startswith(f"{count}/4 containers are ready")
