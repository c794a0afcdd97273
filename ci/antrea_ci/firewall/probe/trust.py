"""Whom the cluster's machines trust, and whether their names are in DNS: what preflight knows, without secrets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from ssl import SSLContext

from antrea_ci.catalogue import completed
from antrea_ci.exchange import Fault, Line, NoAnswerError, ask
from antrea_ci.facts import facts
from antrea_ci.findings import Finding
from antrea_ci.firewall.probe.plan import Side, tls_side
from antrea_ci.firewall.rule import Rule
from antrea_ci.install_config.config import Config
from antrea_ci.install_config.decode import decode
from antrea_ci.model.effective import Cluster
from antrea_ci.preflight.dns import probe as probe_names
from antrea_ci.preflight.outlet import used_bundle
from antrea_ci.preflight.site import Means, NotApplicableError, Site, minor_of
from antrea_ci.secrets import Secrets
from antrea_ci.values import mapping_at
from antrea_ci.web import trust_as_in_go

_OF_CERTIFICATE = (Fault.UNTRUSTED, Fault.EXPIRED, Fault.OTHER_NAME, Fault.NOT_TLS)


@dataclass(frozen=True)
class Trust:
    """Looks at certificates where rows of ``side`` need it.

    ``stand_ins`` are addresses that were given for names: their certificates are for the names.
    """

    side: Side
    context: SSLContext
    stand_ins: frozenset[str] = frozenset()

    def applies(self, rule: Rule) -> bool:
        """Whether the far end of a row has to show a certificate."""
        wanted = {name: str(side) for name, side in mapping_at(facts("firewall-probe"), ("tls",)).items()}
        return tls_side(rule, wanted) == self.side

    def fault(self, host: str, port: int, seconds: float) -> str:
        """What is wrong with the certificate; empty where it is trusted, or nothing can be told."""
        shown = f"[{host}]" if ":" in host else host
        line = Line(self.context, seconds, lambda _: None)
        try:
            ask(line, "HEAD", f"https://{shown}:{port}/")
        except NoAnswerError as error:
            is_by_name = error.fault is Fault.OTHER_NAME and host in self.stand_ins
            return str(error) if error.fault in _OF_CERTIFICATE and not is_by_name else ""
        return ""


def trust_of(cluster: Cluster, side: Side, addresses: Mapping[str, Sequence[str]]) -> Trust:
    """Nodes trust additionalTrustBundle besides the system's certificates, the installer the latter alone.

    ``addresses`` stand in for names, as those of cluster.yaml do.
    """
    config = _config(cluster)
    bundle = used_bundle(config) if config and side == "nodes" else ""
    given = [one for several in (addresses, cluster.file.firewall.addresses) for one in several.values()]
    return Trust(side, trust_as_in_go(bundle), frozenset(address for one in given for address in one))


def names(cluster: Cluster, seconds: float) -> tuple[Finding, ...]:
    """What is wrong with the cluster's names; nothing where they are not made by people."""
    config = _config(cluster)
    means = replace(Means(), seconds=seconds)
    site = Site(cluster, config, Secrets({}), (), cluster.repo.root, means)
    try:
        return tuple(completed(list(probe_names(site))))
    except NotApplicableError:
        return ()


def _config(cluster: Cluster) -> Config | None:
    if cluster.file.flavour != "openshift":
        return None
    path = cluster.repo.install_config_file
    return decode(path.read_bytes(), cluster.repo.name(path), minor_of(cluster), in_repository=True).config
