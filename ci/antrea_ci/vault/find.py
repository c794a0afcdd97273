"""The snapshot that somebody means."""

from __future__ import annotations

from antrea_ci.errors import AntreaGitopsError, UsageError
from antrea_ci.suggest import did_you_mean
from antrea_ci.vault.model import Kind, Snapshot
from antrea_ci.vault.vault import Vault

NEWEST = "newest"
_SHORTEST_ID = 4
_SHOWN = 5


def find(vault: Vault, text: str, kind: Kind | None = None, *, with_state: bool = False) -> Snapshot:
    """The snapshot named ``text`` (`newest`, `KIND/TIME-ID`, `TIME-ID`, an id, or the start of one), in this clone.

    ``with_state``: the newest that holds the state of an installation, if there is one. Raises UsageError for a name
    that is none, AntreaGitopsError where there is no snapshot at all, or it is that of another cluster.
    """
    found = [one for one in vault.snapshots() if kind in (None, one.kind)]
    if not found:
        raise AntreaGitopsError(
            f"there is no backup{f' of the kind {kind}' if kind else ''} here"
            + (
                f", and {vault.unreached}"
                if vault.unreached
                else f" or in {vault.remote.address}"
                if vault.remote
                else ""
            ),
            fix="make one: antrea-gitops backup create",
        )
    if text == NEWEST:
        return _newest(vault, found, with_state=with_state)
    return vault.fetched(_named(found, text))


def _newest(vault: Vault, found: list[Snapshot], *, with_state: bool) -> Snapshot:
    newest = vault.fetched(found[-1])
    if newest.has_secrets or not with_state:
        return newest
    vault.fetch(found)
    there = {one.name for one in found}
    with_secrets = [one for one in vault.snapshots() if one.name in there and one.has_secrets]
    return vault.fetched(with_secrets[-1]) if with_secrets else newest


def _named(found: list[Snapshot], text: str) -> Snapshot:
    names = {str(one.name): one for one in found}
    short = text.removeprefix("refs/antrea-gitops/").removeprefix("refs/heads/antrea-gitops/")
    fitting = [one for name, one in names.items() if short in (name, name.partition("/")[2])]
    if not fitting and len(short) >= _SHORTEST_ID:
        fitting = [one for name, one in names.items() if _starts(name, one.id, short)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        some = ", ".join(str(one.name) for one in fitting[-_SHOWN:])
        more = f" and {len(fitting) - _SHOWN} older ones" if len(fitting) > _SHOWN else ""
        raise UsageError(f"{text} may be each of {some}{more}", fix="write more of the name")
    raise UsageError(
        f"there is no backup {text}{did_you_mean(short, names)}",
        fix="see `antrea-gitops backup list`, or name `newest`",
    )


def _starts(name: str, unique: str, text: str) -> bool:
    return name.startswith(text) or name.partition("/")[2].startswith(text) or unique.startswith(text)
