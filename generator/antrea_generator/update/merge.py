"""``copier update`` itself, in the clone, and what it left: files, answers, conflicts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from antrea_ci.errors import AntreaGitopsError, FindingsError
from antrea_ci.findings import Finding
from antrea_ci.yamlio import Value
from antrea_generator.update.comparison import Comparison, rejected_answers
from antrea_generator.update.conflicts import Conflict, conflicts, kept
from antrea_generator.update.scratch import Tree, tree_of
from antrea_generator.update.setting import Setting
from antrea_generator.update.stored import name_source, read_stored
from antrea_generator.update.written import forget


@dataclass(frozen=True)
class Merged:
    """``answers``: those of the new answers file; ``before``: the files that Copier met; ``notes``: what is to do."""

    answers: Mapping[str, Value]
    before: Tree
    conflicts: tuple[Conflict, ...]
    notes: tuple[str, ...]

    def kept(self, after: Tree) -> Tree:
        """``after`` with what people keep in spite of conflicts."""
        return kept(self.before, after, self.conflicts)


def merged(given: Setting, comparison: Comparison) -> Merged:
    """Lets Copier update the clone. Raises FindingsError where an answer changed that nobody asked to change."""
    clone = given.clone
    if given.source != given.stored.source:
        name_source(clone.repo, given.stored, given.source)
    lock = forget(given)
    clone.commit("What the update starts from")
    before = clone.tree()
    changed = {name: comparison.accepted[name] for name in comparison.changed}
    outcome = given.copier.update(clone.repo.root, given.new.commit, changed)
    answers = read_stored(clone.repo).answers
    differences = [] if outcome["error"] else [*comparison.differences(answers)]
    if outcome["error"] or differences:
        rejected, fault = refused(given, comparison)
        told = {finding.location for finding in rejected}
        if findings := [*rejected, *(finding for finding in differences if finding.location not in told)]:
            raise FindingsError(findings)
        why = outcome["error"] or fault
        raise AntreaGitopsError(f"Copier cannot update to {given.new.label} of {given.source}: {why}")
    found = conflicts(clone, before, clone.tree(), tree_of(given.born.root))
    note = lock.put_back() if lock else ""
    return Merged(answers, before, found, (note,) if note else ())


def refused(given: Setting, comparison: Comparison) -> tuple[list[Finding], str]:
    """What the new version says of the answers that it does not accept, and of anything else that it stumbles over."""
    outcome = given.copier.judge(given.new.folder, comparison.accepted)
    return [*rejected_answers(outcome, comparison.accepted, given.new, comparison)], outcome["error"]
