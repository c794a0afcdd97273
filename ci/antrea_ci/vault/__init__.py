"""The vault: versioned, encrypted snapshots in Git of everything that is needed to get back (issue 6, section 2)."""

from antrea_ci.vault.contents import contents_of
from antrea_ci.vault.model import Contents, Kind, Pushed, Snapshot, State
from antrea_ci.vault.vault import Vault

__all__ = ["Contents", "Kind", "Pushed", "Snapshot", "State", "Vault", "contents_of"]
