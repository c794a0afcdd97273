"""One update, from the last commit to files in the person's tree: every step in a clone, the last only when whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from antrea_ci.errors import AntreaGitopsError, FindingsError
from antrea_ci.repo import ClusterRepo
from antrea_generator.update.comparison import Comparison
from antrea_generator.update.conflicts import Conflict
from antrea_generator.update.delivery import delivery, refuse_changed
from antrea_generator.update.history import version_of
from antrea_generator.update.merge import Merged, merged, refused
from antrea_generator.update.migrations import MIGRATIONS, Migration, due, migrated
from antrea_generator.update.outcome import Errors, errors_of, refuse_new_errors, rendered, told
from antrea_generator.update.owners import read_facts
from antrea_generator.update.scratch import Scratch, Tree, scratch, tree_of
from antrea_generator.update.setting import Setting, setting
from antrea_generator.update.unmerged import record, unmerged
from antrea_generator.update.wanted import Wanted, read_asked, wanted_answers


@dataclass(frozen=True)
class Request:
    """What a person asks for. ``to``: a tag, branch or commit; ``template``: another source; both may be left out.

    ``pairs``: answers to change, as ``NAME=VALUE``.
    """

    to: str | None = None
    template: str | None = None
    pairs: tuple[str, ...] = ()
    dry_run: bool = False
    keep_conflicts: bool = False


@dataclass(frozen=True)
class Update:
    """What was done, or would be. ``files``: those that differ; ``diff``: what that means for the cluster."""

    source: str
    before: str
    after: str
    notes: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    diff: str = ""

    def as_json(self, *, is_written: bool) -> dict[str, object]:
        """The form that ``--format json`` prints."""
        conflicts = [{"file": one.file, "regions": list(one.regions)} for one in self.conflicts]
        versions = {"source": self.source, "from": self.before, "to": self.after}
        return {**versions, "notes": self.notes, "files": self.files, "conflicts": conflicts, "written": is_written}


def update(repo: ClusterRepo, request: Request, *, migrations: Sequence[Migration] = MIGRATIONS) -> Update:
    """Updates ``repo`` as asked. Where this fails, or meets conflicts that are not to be kept, ``repo`` is as it was.

    Raises FindingsError with every problem of a step at once, or another AntreaGitopsError.
    """
    with scratch(repo) as clone:
        base, given = clone.tree(), setting(repo, clone, request.template, request.to)
        known = errors_of(clone.repo)
        wanted, comparison = _compared(given, request.pairs, migrations)
        labels = (given.source, given.old.label, given.new.label)
        if not given.moves and not comparison.changed:
            return Update(*labels)
        outcome = merged(given, comparison)
        notes = [*wanted.notes, *comparison.notes(outcome.answers), *outcome.notes]
        if outcome.conflicts and not request.keep_conflicts:
            refuse_changed(delivery(repo, base, base), base, _owned(given, base))
            return Update(*labels, tuple(notes), conflicts=outcome.conflicts)
        sides = unmerged(clone)
        plan = delivery(repo, base, _completed(clone, outcome, known, notes))
        refuse_changed(plan, base, _owned(given, base))
        diff = "" if outcome.conflicts else told(clone, repo.root.name)
        if not request.dry_run:
            plan.write()
            record(repo.root, sides)
        return Update(*labels, tuple(notes), tuple(plan.names), outcome.conflicts, diff)


def _compared(given: Setting, pairs: Sequence[str], migrations: Sequence[Migration]) -> tuple[Wanted, Comparison]:
    """Migrates clone and birth alike, then says what the answers shall be. Raises FindingsError with all problems."""
    passed = due(migrations, version_of(given.old.label), version_of(given.new.label)) if given.moves else ()
    answers = migrated(passed, given.stored.answers, given.clone.repo)
    if given.born.cluster_file.is_file():
        migrated(passed, given.stored.answers, given.born)
    questions = given.new.config.questions
    facts = read_facts(given.born, questions), read_facts(given.clone.repo, questions)
    wanted = wanted_answers(given.stored, answers, facts, read_asked(pairs, questions))
    comparison = Comparison(given.stored, wanted, given.old.config.questions, questions, given.new.label)
    if findings := [*comparison.unknown(), *comparison.lost()]:
        raise FindingsError([*findings, *refused(given, comparison)[0]])
    return wanted, comparison


def _completed(clone: Scratch, outcome: Merged, known: Errors, notes: list[str]) -> Tree:
    """Renders the outcome and checks it; with conflicts in it, as far as that can be done."""
    if not outcome.conflicts:
        rendered(clone.repo)
        refuse_new_errors(clone.repo, known)
        return clone.tree()
    try:
        rendered(clone.repo)
    except AntreaGitopsError:
        notes.append("not rendered: once the conflicts are resolved, run `antrea-gitops render`")
    return outcome.kept(clone.tree())


def _owned(given: Setting, base: Tree) -> list[str]:
    """The files that the template writes, and those from which the cluster follows."""
    repo = given.clone.repo
    folders = tuple(f"{repo.name(folder)}/" for folder in (repo.bundle.parent, repo.rendered.parent, repo.firewall))
    sources = {repo.name(path) for path in (repo.cluster_file, repo.install_config_file, repo.installed_file)}
    known = sources | set(tree_of(given.born.root))
    return [name for name in base if name in known or name.startswith(folders)]
