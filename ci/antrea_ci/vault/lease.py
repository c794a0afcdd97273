"""One run at a time for a cluster: a lease in the vault's remote, else only in this clone."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from antrea_ci.model.effective import Cluster
from antrea_ci.vault.vault import Vault


class Lease:
    """A lease that is held. ``is_shared`` False: others on other machines cannot see it."""

    is_shared: bool = False
    is_lost: bool = False
    stolen_from: str = ""

    def renew(self) -> None:
        """Moves the expiry on; raises nothing. Afterwards ``is_lost`` tells whether somebody else has it."""
        raise NotImplementedError


@contextmanager
def lease(cluster: Cluster, vault: Vault, verb: str, *, steal: bool) -> Generator[Lease]:
    """Holds the lease of the cluster for ``verb``; AntreaGitopsError with holder and expiry where somebody else does."""
    raise NotImplementedError
    yield Lease()
