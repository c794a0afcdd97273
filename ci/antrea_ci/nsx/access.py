"""How this machine reaches the NSX of a cluster: which managers, with which login, trusting whom."""

from __future__ import annotations

from contextlib import suppress

from antrea_ci.errors import FindingsError, MissingRequirementError
from antrea_ci.exchange import Line
from antrea_ci.model.effective import Cluster
from antrea_ci.nsx.manager import Nsx
from antrea_ci.nsx.transport import Managers
from antrea_ci.secrets import Secrets
from antrea_ci.values import value_in_any_case
from antrea_ci.web import trust_as_in_go
from antrea_ci.yamlio import parse

LOGIN = "ANTREA_GITOPS_SECRET_NSX"
_ANSWER_SECONDS = 30.0


def nsx_of(cluster: Cluster, secrets: Secrets, *, seconds: float = _ANSWER_SECONDS) -> Nsx:
    """The NSX that cluster.yaml names, with the login among ``secrets``; ``seconds`` for each answer.

    MissingRequirementError without a login.
    """
    login = secrets.login(LOGIN)
    if login is None:
        raise MissingRequirementError(
            f"there is no login of the NSX managers: {LOGIN} is missing",
            why="NSX says nothing without it",
            fix=f"store user:password of an enterprise administrator of NSX as {LOGIN}",
        )
    trust = trust_as_in_go(site_certificates(cluster))
    return Nsx(Managers(cluster.file.nsx.managers, login, Line(trust, seconds)))


def site_certificates(cluster: Cluster) -> str:
    """The site's own authorities as PEM: site.trustBundle, and on OpenShift additionalTrustBundle, whatever its policy
    says about nodes; the system's (SSL_CERT_FILE) are trusted besides."""
    bundles = [cluster.file.site.trustBundle or ""]
    path = cluster.repo.install_config_file
    if cluster.file.flavour == "openshift":
        with suppress(OSError, FindingsError):  # `check` tells what is wrong with it
            config = parse(path.read_bytes(), cluster.repo.name(path)).value
            bundle = value_in_any_case(config, ("additionalTrustBundle",))
            bundles.append(bundle if isinstance(bundle, str) else "")
    return "\n".join(filter(None, bundles))
