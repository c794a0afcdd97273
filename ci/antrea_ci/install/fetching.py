"""Brings the state of an installation from the vault into a work folder that is in use."""

from __future__ import annotations

from antrea_ci.files import staging_folder, swap_in, write_atomically
from antrea_ci.install.journal import line_of
from antrea_ci.install.workdir import WorkDir
from antrea_ci.secrets import Secrets, age_identities
from antrea_ci.vault import Kind, Snapshot, Vault
from antrea_ci.vault.restore import by_prefix, everything, write
from antrea_ci.vault.sealed import Files

_INSTALLER, _JOURNAL = "installer/", "journal.jsonl"
_OTHERS = (Kind.MANUAL, Kind.NIGHTLY, Kind.PRE_APPLY, Kind.POST_APPLY)
OF_INSTALLATIONS = tuple(kind for kind in Kind if kind not in _OTHERS)


def fetch_state(vault: Vault, work: WorkDir, secrets: Secrets) -> Snapshot | None:
    """Restores the newest snapshot of an installation; None where there is none.

    The journal comes last: until it is there, nothing is resumed. Raises MissingRequirementError without an identity.
    """
    snapshot = vault.newest(*OF_INSTALLATIONS)
    if snapshot is None:
        return None
    files = everything(vault, snapshot, age_identities(secrets))
    modes = {name.removeprefix(_INSTALLER): mode for name, mode in files.modes.items()}
    with staging_folder(work.root) as staging:
        staging.chmod(0o700)
        write(staging / "new", Files(by_prefix(files.contents, _INSTALLER), modes))
        swap_in(staging / "new", work.installer)
    journal = files.contents.get(_JOURNAL, b"") + line_of("restored", snapshot=str(snapshot.name))
    write_atomically(work.journal_file, journal, mode=0o600)
    return snapshot
