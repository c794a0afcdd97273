"""Family ``backup``: who can read backups, and where they go."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from antrea_ci import vcs
from antrea_ci.checks.context import Context
from antrea_ci.errors import AntreaGitopsError
from antrea_ci.findings import Finding
from antrea_ci.model.effective import Cluster

_ENOUGH = 2
_SOURCE = "origin"
_ADDRESS = re.compile(r"^(?:[a-z+]+://)?(?:[^@/]+@)?(?P<host>[^/:]+)(?::\d+(?=/))?[:/]+(?P<path>.+)\Z")


def findings(context: Context) -> Iterator[Finding]:
    """What is wrong with the section; the remote is not asked."""
    cluster = context.cluster
    if cluster:
        yield from _recipients(cluster)
        yield from _remote(cluster)


def _recipients(cluster: Cluster) -> Iterator[Finding]:
    from antrea_ci.vault.sealed import recipient

    at = ("backup", "recipients")
    texts = cluster.file.backup.recipients
    for number, text in enumerate(texts):
        try:
            recipient(text)
        except AntreaGitopsError as error:
            yield Finding("backup/recipient", error.message, location=cluster.document.locate((*at, number)))
    # Who names neither recipients nor a remote has no backups, and `install` asks whether that is meant.
    if len(set(texts)) < _ENOUGH and (texts or cluster.file.backup.remote):
        count = f"{len(set(texts)) or 'no'} recipient"
        yield Finding(
            "backup/few-recipients", f"`backup.recipients` names {count}", location=cluster.document.locate(at)
        )


def _remote(cluster: Cluster) -> Iterator[Finding]:
    from antrea_ci.vault.remote import checked_address

    remote = cluster.file.backup.remote
    if remote is None:
        return
    place = cluster.document.locate(("backup", "remote"))
    try:
        checked_address(remote)
    except AntreaGitopsError as error:
        yield Finding("backup/remote", error.message, location=place)
        return
    if name := _of_code(cluster, remote):
        message = f"`backup.remote` is the repository of the code: the remote `{name}` of this clone"
        yield Finding("backup/code-repository", message, location=place)


def _of_code(cluster: Cluster, address: str) -> str:
    """The remote of the clone that ``address`` is; empty if it is none. A clone calls its source origin."""
    if address == _SOURCE:
        return address
    done = vcs.git(cluster.repo.root, "config", "--null", "--get-regexp", r"^remote\..*\.(url|pushurl)$")
    entries = os.fsdecode(done.stdout).split("\0") if done and done.code == 0 else []
    for entry in filter(None, entries):
        key, _, url = entry.partition("\n")
        name = key.removeprefix("remote.").rpartition(".")[0]
        if address == name or _plain(address) == _plain(url):
            return name
    return ""


def _plain(address: str) -> str:
    """Host and path alone: the same repository is reached as https://, ssh:// and user@host:path."""
    text = address.removeprefix("file://").rstrip("/").removesuffix(".git")
    found = _ADDRESS.match(text)
    return f"{found['host'].lower()}/{found['path'].strip('/')}" if found and not text.startswith(("/", ".")) else text
