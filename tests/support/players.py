"""Who is missing beside a real API server: kubelet, the controllers of workloads, and Antrea's operator.

A test says how they play; each plays by the events of the API, in one thread, and nobody sleeps::

    with Players(api_server, nodes=3) as players:
        players.degraded = ("RenderConfigError", "no such key")   # what the operator says instead of Available
        players.stuck = {"antrea-agent"}                          # workloads (by name) whose pods do not become ready
        players.jobs["register"] = "BackoffLimitExceeded"         # the reason for which a Job fails; else it completes
        players.restarts["antrea-agent"] = 7                      # restarts that each pod of a workload has
        players.logs["register"] = "no such manager"              # what the pods of a workload say (pod's name if alone)
        players.network.unreached = ("node-2",)                   # what happens to the pods of `verify`
        players.on_event.append(lambda kind, event, found: ...)   # anything else; runs before the players
        players.until(path, lambda found: ...)                    # the object, once it is so (None: is gone)
        players.poke()                                            # everybody looks at everything again, after a change

They make the nodes ``node-0`` to ``node-N``, kube-proxy, and with ``openshift`` the CRDs ClusterOperator and Network with
the operators that are well. A workload gets pods, as many as there are nodes or replicas; a pod that is deleted is gone
at once and made again. A namespace that is deleted is emptied and ends. CRDs are established by the API server itself.
``players.commands`` lists what kubelet was asked for (paths of logs). What goes wrong in a player fails the test.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Self

from support.antrea_operator import INSTALLS, Operator
from support.api_server import Server
from support.kubelet import Kubelet
from support.kubernetes_cluster import Network
from support.kubernetes_rest import Object, RestError, Watch
from support.workloads import Workloads

_KINDS = {
    "Namespace": "/api/v1/namespaces",
    "Pod": "/api/v1/pods",
    "Deployment": "/apis/apps/v1/deployments",
    "DaemonSet": "/apis/apps/v1/daemonsets",
    "Job": "/apis/batch/v1/jobs",
    "CustomResourceDefinition": "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
}
_GONE = (404, 409)
