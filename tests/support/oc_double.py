"""A program named oc that answers for a sound cluster from files: verify asks it dozens of times, and it takes no time.

Tests of what verify makes of a cluster speak to an API over TLS instead (``kubernetes_api``).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from antrea_ci.verify.pods import digest

_SCRIPT = """\
#!/bin/sh
# oc --kubeconfig=FILE --request-timeout=N VERB --raw=PATH [--filename=-]
test -r "${1#--kubeconfig=}" || { echo "error: no kubeconfig" >&2; exit 1; }
path=${4#--raw=}
case "$3 $path" in
  create*|replace*) cat ;;
  delete*) echo '{}' ;;
  *antrea-gitops.io*) echo '{"items": []}' ;;
  */log) cat FOLDER/log ;;
  *antrea-gitops-verify-*/pods) cat FOLDER/pods ;;
  *)
    file=FOLDER/answers/$(echo "${path%%\\?*}" | tr / %)
    if test -f "$file"; then cat "$file"
    else case "$path" in
      */cluster|*/version|*/antrea-install) echo "Error from server (NotFound): not found" >&2; exit 1 ;;
      *) echo '{"items": []}' ;;
    esac; fi ;;
esac
"""
_OBJECTS = "/apis/config.openshift.io/v1"
_APPS = "/apis/apps/v1/namespaces"


def make_oc(folder: Path, nodes: int = 6) -> Path:
    """Writes the program into ``folder``, which is to be put into PATH; the cluster has ``nodes`` sound nodes."""
    answers = folder / "answers"
    answers.mkdir(parents=True)
    for path, value in _answers(nodes).items():
        (answers / path.replace("/", "%")).write_text(json.dumps(value))
    (folder / "pods").write_text(json.dumps({"items": list(_pods(nodes))}))
    (folder / "log").write_text(f"resolved 172.30.0.1\nconnected\nsum {digest(64, 65_000)}\n")
    script = folder / "oc"
    script.write_text(_SCRIPT.replace("FOLDER", str(folder)))
    script.chmod(0o755)
    return folder


def _answers(nodes: int) -> dict[str, Any]:
    operators = [_operator(name) for name in ("antrea", "authentication", "network")]
    everywhere = {"numberReady": nodes, "desiredNumberScheduled": nodes, "updatedNumberScheduled": nodes}
    agent = {"name": "antrea-agent", "image": "registry.example.com/antrea/antrea-agent:v1"}
    status = {
        "networkType": "antrea",
        "clusterNetwork": [{"cidr": "10.128.0.0/14", "hostPrefix": 23}],
        "serviceNetwork": ["172.30.0.0/16"],
    }
    return {
        f"{_OBJECTS}/clusteroperators": {"items": operators},
        **{f"{_OBJECTS}/clusteroperators/{one['metadata']['name']}": one for one in operators},
        f"{_OBJECTS}/networks/cluster": {"metadata": {"name": "cluster"}, "status": status},
        "/api/v1/nodes": {"items": [_node(number) for number in range(nodes)]},
        f"{_APPS}/kube-system/daemonsets/antrea-agent": {
            "metadata": {"name": "antrea-agent"},
            "spec": {"template": {"spec": {"containers": [agent]}}},
            "status": everywhere,
        },
        f"{_APPS}/kube-system/deployments/antrea-controller": {
            "metadata": {"name": "antrea-controller"},
            "spec": {"replicas": 1},
            "status": {"availableReplicas": 1},
        },
        f"{_APPS}/openshift-kube-proxy/daemonsets/openshift-kube-proxy": {
            "metadata": {"name": "openshift-kube-proxy"},
            "status": everywhere,
        },
    }


def _operator(name: str) -> dict[str, Any]:
    conditions = [{"type": "Available", "status": "True"}, {"type": "Degraded", "status": "False"}]
    return {"metadata": {"name": name}, "status": {"conditions": conditions}}


def _node(number: int) -> dict[str, Any]:
    labels = {"kubernetes.io/os": "linux", **({"node-role.kubernetes.io/worker": ""} if number > 2 else {})}
    ready = {"type": "Ready", "status": "True"}
    return {"metadata": {"name": f"node-{number}", "labels": labels}, "status": {"conditions": [ready]}}


def _pods(nodes: int) -> list[dict[str, Any]]:
    served = {"metadata": {"name": "server"}, "status": {"phase": "Running", "podIP": "10.128.0.9"}}
    ended = [{"metadata": {"name": f"client-{n}"}, "status": {"phase": "Succeeded"}} for n in range(nodes)]
    return [served, *ended]
