"""A real API server: kube-apiserver and etcd on loopback, and a real kubectl. Nothing else: no controller, no kubelet.

How a test uses it::

    pytestmark = pytest.mark.xdist_group("api-server")      # one worker starts it, once

    def test_something(api_server):                         # fixture of tests/conftest.py; wiped after each test
        with Players(api_server, nodes=3) as players:       # support.players: operator, controllers and kubelet
            apply_objects(api_server.api, manifests, ...)
            players.until(path, lambda found: ...)          # waits for an event, no sleep

``api_server.url``, ``.kubeconfig`` (of an administrator), ``.kubectl`` and ``.api`` (antrea_ci.kube.api over both) are
for what is tested; ``.rest`` is for the test itself: ``api_server.rest.get(path)``, ``.ask("POST", path, manifest)``,
``.found(path)``. ``api_server.kubeconfig_of("nobody")`` opens it for a user who may do nothing (RBAC is on).
``api_server.wipe()`` brings back the state right after the start; the fixture does it by itself.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from antrea_ci.kube.api import Api
from support.authority import Authority
from support.etcd import Keys
from support.kubernetes_rest import Rest, RestError
from support.programs import program

SERVICES = "10.96.0.0/16"
_TOKENS = {"admin": "t0ken-of-the-administrator", "nobody": "t0ken-of-nobody"}
_GROUPS = {"admin": "system:masters"}
_DEFINITIONS = "/apiextensions.k8s.io/customresourcedefinitions/"
_START_SECONDS = 120.0
# Ends the program when this process is gone, however it went: its end of the pipe closes.
_BOUND = '"$@" & cat > /dev/null; kill $! 2> /dev/null; wait $!'
_FLAGS = (
    "--advertise-address=192.0.2.1",
    "--allow-privileged=true",
    "--authorization-mode=RBAC",
    "--bind-address=127.0.0.1",
    "--disable-admission-plugins=ServiceAccount",
    "--enable-priority-and-fairness=false",
    "--endpoint-reconciler-type=none",
    "--service-account-issuer=https://api.of.tests",
    "--kubelet-preferred-address-types=InternalIP",
    f"--service-cluster-ip-range={SERVICES}",
)


@dataclass(frozen=True)
class Server:
    """The API server that runs; see the module's text."""

    url: str
    kubectl: Path
    folder: Path
    authority: Path
    keys: Keys

    @property
    def kubeconfig(self) -> Path:
        return self.kubeconfig_of("admin")

    @property
    def api(self) -> Api:
        return Api(self.kubectl, self.kubeconfig)

    @property
    def rest(self) -> Rest:
        return self.rest_of("admin")

    def rest_of(self, user: str) -> Rest:
        """The HTTP of ``admin``, or of ``nobody``."""
        return Rest(self.url, self.authority, _TOKENS[user])

    def kubeconfig_of(self, user: str) -> Path:
        """The kubeconfig of ``admin``, or of ``nobody``."""
        path = self.folder / f"{user}.kubeconfig"
        if not path.exists():
            path.write_text(json.dumps(self._kubeconfig(user)))
            path.chmod(0o600)
        return path

    def _kubeconfig(self, user: str) -> dict[str, object]:
        cluster = {"server": self.url, "certificate-authority": str(self.authority)}
        return {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "tests", "cluster": cluster}],
            "users": [{"name": user, "user": {"token": _TOKENS[user]}}],
            "contexts": [{"name": user, "context": {"cluster": "tests", "user": user}}],
            "current-context": user,
        }

    def wipe(self) -> None:
        """Makes the objects those of the start again; none of their groups is served any more."""
        made = self.keys.restore()
        groups = {key.split("/")[3].partition(".")[2] for key in made if _DEFINITIONS in key}
        if groups:
            _until(lambda: not groups & self._groups(), "groups of custom resources that are gone are still served")

    def _groups(self) -> set[str]:
        return {group["name"] for group in self.rest.get("/apis")["groups"]}


@contextmanager
def serving(folder: Path) -> Generator[Server]:
    """An API server for as long as the block runs; its data and its logs are in ``folder``."""
    programs = {name: program(name) for name in ("etcd", "kube-apiserver", "kubectl")}
    keys, peer, secure = free_ports(3)
    authority = Authority(folder)
    with ExitStack() as stack:
        at = f"http://127.0.0.1:{keys}"
        stack.enter_context(_running([str(programs["etcd"]), *_etcd_flags(folder, at, peer)], folder / "etcd.log"))
        flags = [*_FLAGS, f"--etcd-servers={at}", f"--secure-port={secure}", *_files(folder, authority)]
        log = folder / "kube-apiserver.log"
        served = stack.enter_context(_running([str(programs["kube-apiserver"]), *flags], log))
        server = Server(f"https://127.0.0.1:{secure}", programs["kubectl"], folder, authority.file, Keys(at))
        _until(lambda: _is_ready(server.rest, served, log), f"the API server is not ready, see {log}")
        # It makes its own Service once it is ready, and tests of networks look at that.
        service = "/api/v1/namespaces/default/services/kubernetes"
        _until(lambda: server.rest.found(service) is not None, "the API server has not made its own Service")
        server.keys.remember()
        yield server


def free_ports(count: int) -> list[int]:
    """Ports of loopback that nobody listens on; these servers cannot be asked for port 0."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def _etcd_flags(folder: Path, clients: str, peer: int) -> list[str]:
    peers = f"http://127.0.0.1:{peer}"
    flags = [f"--data-dir={folder / 'etcd'}", f"--listen-client-urls={clients}", f"--advertise-client-urls={clients}"]
    flags += [f"--listen-peer-urls={peers}", f"--initial-advertise-peer-urls={peers}"]
    return [*flags, f"--initial-cluster=default={peers}"]


def _files(folder: Path, authority: Authority) -> list[str]:
    pair, accounts, tokens = authority.server("127.0.0.1"), authority.server("accounts"), folder / "tokens.csv"
    tokens.write_text("".join(f"{token},{user},{user},{_GROUPS.get(user, '')}\n" for user, token in _TOKENS.items()))
    return [
        f"--tls-cert-file={pair.certificate}",
        f"--tls-private-key-file={pair.key}",
        f"--service-account-key-file={accounts.certificate}",
        f"--service-account-signing-key-file={accounts.key}",
        f"--token-auth-file={tokens}",
        f"--cert-dir={folder}",
    ]


@contextmanager
def _running(command: Sequence[str], log: Path) -> Generator[subprocess.Popen[bytes]]:
    """A program that ends with the block, and with this process."""
    bound = ["sh", "-c", _BOUND, "sh", *command]
    environment = {"PATH": os.environ["PATH"], "HOME": str(log.parent)}
    with (
        log.open("wb") as out,
        subprocess.Popen(
            bound, stdin=subprocess.PIPE, stdout=out, stderr=out, env=environment, cwd=log.parent
        ) as process,
    ):
        try:
            yield process
        finally:
            process.communicate(timeout=60)


def _is_ready(rest: Rest, process: subprocess.Popen[bytes], log: Path) -> bool:
    assert process.poll() is None, log.read_text()[-3000:]
    try:
        rest.get("/readyz")
    except (OSError, RestError):
        return False
    return True


def _until(is_so: Callable[[], bool], otherwise: str) -> None:
    """Asks again until ``is_so``; a server tells nobody that it is ready."""
    end = time.monotonic() + _START_SECONDS
    while not is_so():
        assert time.monotonic() < end, otherwise
        time.sleep(0.05)
