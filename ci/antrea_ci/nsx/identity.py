"""The principal identity of a cluster at NSX, and the certificate by which NSX knows it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from antrea_ci.errors import AntreaGitopsError
from antrea_ci.facts import facts
from antrea_ci.nsx.answers import Identity, Stored
from antrea_ci.nsx.certificate import public
from antrea_ci.nsx.manager import Nsx
from antrea_ci.values import text_at

_FILE = "antrea/overlays/nsx/nsx-cert.pem"
_RULE = "certificate, principal identity and cluster have one name, and each cluster its own of them"


def is_same(one: str, other: str) -> bool:
    """Whether two PEM texts begin with the same certificate."""
    first, second = public(one), public(other)
    return first is not None and second is not None and first.sha256 == second.sha256


@dataclass(frozen=True)
class Known:
    """How NSX knows a cluster: its identity (None: not at all), and that identity's certificate."""

    identity: Identity | None
    certificate: Stored | None

    def faults(self, name: str, pem: str) -> list[tuple[str, str]]:
        """What is wrong with it for a cluster of this name and certificate: each with what to do."""
        if self.identity is None:
            return [(f"NSX has no principal identity {name}", how_to_make(name))]
        role = text_at(facts("nsx-api"), ("role",))
        found: list[tuple[str, str]] = []
        if self.identity.node_id != name:
            fix = "remove it (`antrea-gitops nsx remove --with-identity`) and have it made anew"
            found.append((f"its node id is {self.identity.node_id}, and not {name}", fix))
        if role not in self.identity.roles:
            has = ", ".join(self.identity.roles) or "none"
            found.append((f"its role is {has}, and not {role}", "give it Enterprise Admin in System > User Management"))
        if not self.is_by(pem):
            fix = (
                "after `antrea-gitops nsx renew` store the new pair under the names without _NEXT; for a new one "
                "`antrea-gitops nsx prepare --renew`, then `nsx renew`"
            )
            found.append(("NSX knows it by another certificate than the one of ANTREA_GITOPS_NSX_TLS_CERT", fix))
        return found

    def is_by(self, pem: str) -> bool:
        """Whether NSX knows the cluster by this certificate."""
        return self.certificate is not None and is_same(self.certificate.pem, pem)


def known(nsx: Nsx, name: str) -> Known:
    """How NSX knows the cluster of this name."""
    identity = nsx.identity(name)
    if identity is None:
        return Known(None, None)
    return Known(identity, next((one for one in nsx.certificates() if one.id == identity.certificate_id), None))


def ensure(nsx: Nsx, name: str, pem: str, *, create: bool, say: Callable[[str], None]) -> None:
    """Sees to it that NSX knows the cluster by the certificate ``pem``.

    Makes the identity with ``create`` if there is none. AntreaGitopsError, with everything that is wrong, for one that
    is another than it must be; it is never changed here.
    """
    found = known(nsx, name)
    if found.identity is None and create:
        nsx.create_identity(name, pem)
        say(f"NSX has the principal identity {name} now")
        return
    refuse(name, found.faults(name, pem))


def refuse(name: str, faults: Sequence[tuple[str, str]]) -> None:
    """Raises AntreaGitopsError if there are any."""
    if faults:
        told = "; ".join(message for message, _ in faults)
        fixes = "; ".join(fix for _, fix in faults)
        raise AntreaGitopsError(f"principal identity {name}: {told}", why=_RULE, fix=fixes)


def how_to_make(name: str) -> str:
    """How people make the identity."""
    return (
        "`antrea-gitops nsx apply --create-identity` makes it; by hand: System > User Management > Principal Identity "
        f"with Role, name and node id {name}, role Enterprise Admin, certificate {_FILE}"
    )
