"""Two states of one repository, compared: the one way into this room."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from antrea_ci.diff.built import Built, build, inputs
from antrea_ci.diff.contents import compare_files, told_apart
from antrea_ci.diff.model import ChangeClass, ListChange, ObjectChange, RepositoryDiff, in_order
from antrea_ci.diff.phases import Manifests, compare_manifests
from antrea_ci.diff.revisions import Changes, Commit, File, State, WorkingTree, base_of, changes
from antrea_ci.errors import AntreaGitopsError, FindingsError, MissingRequirementError
from antrea_ci.render.readme import values_block, with_block_of
from antrea_ci.repo import ClusterRepo
from antrea_ci.values import text_at
from antrea_ci.wording import count
from antrea_ci.yamlio import read_all

_MOST_NAMED = 5
_NOTHING = Built({}, {}, {}, [], [], [], [])


def compare(
    root: Path, base: str | None = None, head: str | None = None, *, name: str = "", build_all: bool = False
) -> RepositoryDiff:
    """What differs between the commit ``base`` and the commit ``head``, or the working tree, of a cluster repository.

    Without ``base`` it is where that left the branch that it goes to. What cannot have changed is not rendered,
    unless ``build_all`` asks for it. A side that cannot be rendered leaves a diff without objects that says why in
    ``error``. Raises UsageError for a revision that is none, MissingRequirementError without kustomize.
    """
    repo = ClusterRepo.at(root)
    start = Commit(repo.root, base) if base is not None else base_of(repo.root, head or "HEAD", _install_branch(repo))
    end = Commit(repo.root, head) if head is not None else WorkingTree(repo.root)
    found = changes(start, end)
    name = name or repo.root.name
    # A repository without a change is looked at with as few calls of git as there can be.
    diff = RepositoryDiff(name, start.label if found.names else start.name, end.label if found.names else end.name)
    objects = compare_files(*_told_apart(repo, found))
    can_differ = bool(found.names) and _can_differ(repo, found, [*start.names(), *end.names()])
    if build_all or can_differ:
        try:
            sides = _sides(repo, start, end)
            diff = sides.told(diff) if can_differ else diff
            objects += sides.changes(sides.head)
        except _NotRenderedError as error:
            return replace(diff, error=str(error))
    ordered = in_order(objects)
    reasons = [diff.blocked, _immutable(repo, start, ordered)]
    return replace(diff, objects=ordered, blocked="; ".join(filter(None, reasons)))


def _told_apart(repo: ClusterRepo, found: Changes) -> tuple[dict[str, File], dict[str, File]]:
    """Both sides without what `render` writes; of the README that is its block of values."""
    before, after = told_apart(found.before), told_apart(found.after)
    readme = repo.name(repo.readme_file)
    if readme in before and readme in after and before[readme].mode is after[readme].mode:
        old, new = (side[readme].data.decode("utf-8", "surrogateescape") for side in (before, after))
        if with_block_of(old, new) == new:
            del before[readme], after[readme]
    return before, after


def _can_differ(repo: ClusterRepo, found: Changes, among: Sequence[str]) -> bool:
    """Whether one of the files that differ is read by ``render`` or written by it."""
    left = inputs(found.names, among=among)
    readme = repo.name(repo.readme_file)
    if left != [readme]:
        return bool(left)
    return _values(found.before.get(readme)) != _values(found.after.get(readme))


def _values(readme: File | None) -> str:
    return values_block(readme.data.decode("utf-8", "replace")) if readme else ""


class _NotRenderedError(Exception):
    """At least one side gives no manifests; the text is what both have to say."""


@dataclass(frozen=True)
class _Sides:
    """``committed``: the base's rendered/; ``base`` and ``head``: what the two states give now."""

    repo: ClusterRepo
    committed: Manifests
    base: Built
    head: Built

    def told(self, diff: RepositoryDiff) -> RepositoryDiff:
        """``diff`` with what these say of it but for its objects."""
        stale, old, new = self.base.stale, self.base, self.head
        return replace(
            diff,
            images=ListChange(tuple(old.images), tuple(new.images)),
            networks=ListChange(tuple(old.networks), tuple(new.networks)),
            firewall=ListChange(tuple(old.firewall), tuple(new.firewall)),
            warnings=(f"the base is stale: {_named(stale)} not what its sources give",) if stale else (),
            stale_base=in_order(self.changes(self.base)) if stale else (),
            blocked=_stale(new.stale) if new.stale else "",
        )

    def changes(self, state: Built) -> Sequence[ObjectChange]:
        """What ``state`` makes of the objects that were committed. Raises _NotRenderedError where they are none."""
        try:
            return compare_manifests(self.committed, Manifests(state.rendered, state.nsx, state.removal), self.repo)
        except FindingsError as error:
            raise _NotRenderedError(f"what the base committed cannot be read:\n{error.as_text()}") from None


def _sides(repo: ClusterRepo, start: Commit, end: State) -> _Sides:
    """Both states rendered at the same time. Raises _NotRenderedError."""
    has_repository = repo.name(repo.cluster_file) in set(start.names())
    with ThreadPoolExecutor(2) as pool:
        base = pool.submit(build, start, start.label) if has_repository else None
        head = pool.submit(build, end, end.label)
        errors = [*_failed(base, f"the base, {start.label},"), *_failed(head, f"the head, {end.label},")]
    if errors:
        raise _NotRenderedError("\n".join(errors))
    folders = (repo.rendered, repo.rendered_nsx, repo.rendered_nsx_removal)
    committed = Manifests(*(_committed(start, f"{repo.name(folder)}/") for folder in folders))
    return _Sides(repo, committed, base.result() if base else _NOTHING, head.result())


def _committed(start: Commit, folder: str) -> dict[str, str]:
    """The manifests below ``folder`` by the names of their files."""
    from antrea_ci.bundle.choose import is_manifest

    files = start.read(name for name in start.names() if name.startswith(folder))
    texts = {name.removeprefix(folder): file.data.decode("utf-8", "replace") for name, file in files.items()}
    return {name: text for name, text in texts.items() if is_manifest(name)}


def _failed(side: Future[Built] | None, who: str) -> Iterator[str]:
    try:
        if side:
            side.result()
    except MissingRequirementError:
        raise
    except AntreaGitopsError as error:
        yield f"{who} cannot be rendered:\n{error.as_text()}"


def _install_branch(repo: ClusterRepo) -> str:
    try:
        data = repo.cluster_file.read_bytes()
    except FileNotFoundError:  # it went just now
        data = b""
    documents, _ = read_all(data, repo.name(repo.cluster_file))
    return text_at(documents[0].value if documents else None, ("install", "branch")) or "main"


def _immutable(repo: ClusterRepo, base: Commit, changes: Sequence[ObjectChange]) -> str:
    """Why a change must not be merged that an installed cluster cannot follow; empty where there is none."""
    found: list[str] = []
    for change in changes:
        if ChangeClass.IMMUTABLE in change.classes:
            paths = [path.path for path in change.paths if ChangeClass.IMMUTABLE in path.classes]
            found += [f"{change.object} {path}".rstrip() for path in paths or [""]]
    if not found:
        return ""
    from antrea_ci.installed_records import find_records

    records = find_records(repo, _install_branch(repo), base=base.id)
    if record := records.binding:
        return f"the cluster is installed ({record.where}) and cannot follow a change of {_listed(found)}"
    unread = next((finding.message for finding in records.findings if finding.is_error), "")
    unsure = f"an installed cluster cannot follow a change of {_listed(found)}; whether it is installed cannot be told"
    return f"{unsure}: {unread}" if unread else ""


def _stale(files: Sequence[str]) -> str:
    return f"{_named(files)} not what the sources give: run `antrea-gitops render` and commit what changes"


def _named(files: Sequence[str]) -> str:
    return f"{count(len(files), 'file')} ({_listed(files)}) {'is' if len(files) == 1 else 'are'}"


def _listed(names: Sequence[str]) -> str:
    left = len(names) - _MOST_NAMED
    return ", ".join([*names[:_MOST_NAMED], *([f"{left} more"] if left > 0 else [])])
