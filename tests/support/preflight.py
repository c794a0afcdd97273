"""Clusters for preflight, whose outside is on loopback."""

from __future__ import annotations

import dataclasses
import socket
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from antrea_ci.catalogue import completed
from antrea_ci.findings import Finding
from antrea_ci.model.effective import Cluster, examine
from antrea_ci.preflight.limits import limits
from antrea_ci.preflight.site import Means, Site
from antrea_ci.secrets import Secrets
from support.install_configs import text_of
from support.registries import pull_secret
from support.small import cluster_repo

PULL_SECRET = "ANTREA_GITOPS_PULL_SECRET"


def cluster(
    folder: Path,
    platform: str = "vsphere",
    changes: Mapping[str, object] | None = None,
    *,
    version: str = "4.18.9",
    **sections: object,
) -> Cluster:
    """A cluster in ``folder``; ``changes`` are made in its install-config, ``sections`` in its cluster.yaml."""
    repo = cluster_repo(folder / "repository", openshift={"version": version}, **sections)
    repo.install_config_file.write_text(text_of(platform, changes))
    found, findings = examine(repo)
    assert found is not None, findings
    return found


def means(**changes: object) -> Means:
    """How the outside is reached, with little patience; ``<name>_port`` changes a port."""
    ports = {name.removesuffix("_port"): port for name, port in changes.items() if name.endswith("_port")}
    others = {name: value for name, value in changes.items() if not name.endswith("_port")}
    quick = Means(connect=0.3, answer=5.0, nobody=())
    return dataclasses.replace(quick, ports={**limits()["ports"], **ports}, **others)  # type: ignore[arg-type]


def site(
    of: Cluster,
    given: Means | None = None,
    *,
    secrets: Mapping[str, str] | None = None,
    images: Sequence[str] = (),
    work: Path | None = None,
) -> Site:
    """What probes are told."""
    return Site.of(of, held(secrets or {}), images, work or of.repo.root, given or means())


def held(secrets: Mapping[str, str]) -> Secrets:
    """``secrets`` and, where it is not among them, a pull secret."""
    return Secrets({PULL_SECRET: pull_secret("registry.example.com"), **secrets})


def names(known: Mapping[str, Sequence[str]]) -> Callable[[str], tuple[str, ...]]:
    """A resolver that knows ``known`` alone; a name that starts with ``*.`` is every label in its place."""

    def resolve(name: str) -> tuple[str, ...]:
        found = known.get(name) or known.get(f"*.{name.partition('.')[2]}")
        if not found:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return tuple(found)

    return resolve


def told(findings: Sequence[Finding]) -> list[tuple[str, str]]:
    """Severity and rule (without its family) of each, as the catalogue completes them."""
    done = completed(findings)
    assert all(finding.why and finding.fix and finding.source for finding in done)
    return [(finding.severity.value, finding.rule.partition("/")[2]) for finding in done]


@contextmanager
def listening(address: str = "127.0.0.1") -> Generator[int]:
    """A port at which something takes connections."""
    with socket.create_server((address, 0)) as server:
        yield server.getsockname()[1]


@contextmanager
def silent() -> Generator[int]:
    """A port that says nothing: so many connections wait for it that the system drops the next."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        waiting = [socket.socket() for _ in range(3)]
        for one in waiting:
            one.setblocking(False)  # noqa: FBT003 (as the module has it)
            one.connect_ex(server.getsockname())
        try:
            yield server.getsockname()[1]
        finally:
            for one in waiting:
                one.close()


def closed_port() -> int:
    """A port at which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]
