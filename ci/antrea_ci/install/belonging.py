"""Whether the state in a work folder is that of the cluster which is to be destroyed."""

from __future__ import annotations

from antrea_ci.errors import AntreaGitopsError
from antrea_ci.install.history import History
from antrea_ci.install.metadata import read_metadata
from antrea_ci.install.opening import binding_record, entries_in
from antrea_ci.install.run import Run

_WHY = "`destroy cluster` ends well where it finds no machine, and the ones that are there would be recorded as gone"


def refuse_another(run: Run) -> None:
    """Raises AntreaGitopsError unless metadata.json names the cluster and the ids that the repository recorded."""
    found = read_metadata(run.work.metadata_file)
    if found.name != run.cluster.name:
        raise AntreaGitopsError(
            f"{run.work.metadata_file} is that of the cluster {found.name or '(no name)'}, not of {run.cluster.name}",
            why="that one would be destroyed",
            fix="name the work folder of this cluster with --work-dir, or an empty one to use the vault's state",
        )
    record = binding_record(run.home, run.cluster)
    if record and record.file.infraID and record.file.infraID != found.infra_id:
        raise AntreaGitopsError(
            f"the state is that of {found.infra_id}, and {record.where} says that {record.file.infraID} is installed",
            why=_WHY,
            fix="name an empty folder with --work-dir to use the vault's state, or one that `antrea-gitops backup "
            "restore --to` made of the snapshot that belongs to it (`antrea-gitops backup list`)",
        )


def refuse_older(run: Run) -> None:
    """Raises AntreaGitopsError where this folder has an installation, and the vault knows of another unfinished one."""
    ours, theirs = run.history(), History.of_vault(entries_in(run.keeper.vault))
    if ours.exists and theirs.is_unfinished and ours.begun_at != theirs.begun_at:
        raise AntreaGitopsError(
            f"the installation in {run.work.root} was begun {ours.begun_at}, that in the vault {theirs.begun_at}",
            why=_WHY,
            fix="name an empty folder with --work-dir to destroy the one of the vault; --no-vault destroys that of "
            "this folder",
        )
