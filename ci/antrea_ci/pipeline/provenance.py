"""The record of what a state of the repository was made from, and by which run."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from antrea_ci import __version__, vcs
from antrea_ci.bundle.lock import load_lock
from antrea_ci.errors import AntreaGitopsError
from antrea_ci.files import read_tree
from antrea_ci.pipeline.confirm import cluster_name
from antrea_ci.pipeline.runs import current_run, without_login
from antrea_ci.repo import ClusterRepo
from antrea_ci.tools.lock import read_lock
from antrea_ci.tools.overview import overview
from antrea_ci.values import text_at
from antrea_ci.yamlio import parse

FORM = "antrea-gitops/provenance-v1"


def provenance(repo: ClusterRepo, environment: Mapping[str, str], output: Path | None = None) -> dict[str, object]:
    """The record: the same for the same state and tools but for ``run``; no clock, no secret.

    ``output`` is where it will be written, which does not make the tree unclean. Raises AntreaGitopsError where there
    is no commit.
    """
    commit = vcs.commit_of(repo.root, "HEAD")
    if commit is None:
        raise AntreaGitopsError(
            f"{repo.root} has no commit, so there is nothing to record",
            fix="run this in a clone of the cluster's repository, on a machine with git",
        )
    written = {repo.name(output)} if output else set[str]()
    changed = sorted((vcs.changed_files(repo.root, commit, None, exact=True) or set()) - written)
    run = current_run(environment)
    return {
        "record": FORM,
        "cluster": cluster_name(repo)[0],
        "repository": {"commit": commit, "clean": not changed, "changed": changed},
        "template": _template(repo),
        "tool": {"name": "antrea-gitops", "version": __version__},
        "tools": _tools(repo),
        "bundle": _bundle(repo),
        "rendered": _rendered(repo),
        "requirements": _digest_of(repo.requirements_file),
        "run": run.as_json() if run else None,
    }


def tree_digest(files: Mapping[str, bytes]) -> str:
    """One sha256 over names and contents: that of the lines that `sha256sum` prints for the files, sorted by name."""
    lines = (f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files))
    return hashlib.sha256("".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


def _template(repo: ClusterRepo) -> dict[str, str]:
    """Empty where the answers are not those of a template."""
    try:
        answers = parse(repo.answers_file.read_bytes(), repo.name(repo.answers_file)).value
    except FileNotFoundError:
        answers = None
    return {"url": without_login(text_at(answers, ("_src_path",))), "version": text_at(answers, ("_commit",))}


def _tools(repo: ClusterRepo) -> list[dict[str, object]]:
    lock = read_lock(repo.tools_lock_file)
    found = {state.name: state.found for state in overview(lock)}
    return [
        {"name": name, "version": tool.version, "sha256": dict(sorted(tool.sha256.items())), "found": found[name]}
        for name, tool in sorted(lock.tools.items())
    ]


def _bundle(repo: ClusterRepo) -> dict[str, str] | None:
    lock = load_lock(repo)
    if lock is None:
        return None
    version = lock.operator_version or ""
    return {"archive": lock.archive_name, "version": version, "sha256": lock.archive_sha256, "flavour": lock.flavour}


def _rendered(repo: ClusterRepo) -> dict[str, object]:
    files = read_tree(repo.rendered.parent)
    return {"files": len(files), "sha256": tree_digest(files)}


def _digest_of(path: Path) -> dict[str, str] | None:
    if not path.is_file():
        return None
    return {"file": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
