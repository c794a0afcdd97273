"""Carries a plan out: in order, with waits, verified and recorded. Whatever interrupts it, the same command goes on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from antrea_ci import redaction
from antrea_ci.apply.confirm import confirm
from antrea_ci.apply.objects import applied
from antrea_ci.apply.plan import INSTALL, OPERATOR, Plan, refuse
from antrea_ci.apply.record import Books, living, written
from antrea_ci.apply.report import Story
from antrea_ci.apply.request import Request
from antrea_ci.apply.waits import Antrea, Marks, is_degraded
from antrea_ci.apply.window import refuse_closed
from antrea_ci.errors import AntreaGitopsError
from antrea_ci.install.delivery import deliver
from antrea_ci.install.renewal import Renewal
from antrea_ci.kube.api import Api, ApiError
from antrea_ci.kube.waiting import wait_until
from antrea_ci.vault import Kind
from antrea_ci.verify import verify
from antrea_ci.wording import as_json, count

Progress = Callable[[str], None]
_SETTLING_SECONDS = 10.0


@dataclass
class Run:
    """One run with all that it needs; ``story`` is told as it goes."""

    request: Request
    api: Api
    books: Books
    renewal: Renewal
    story: Story
    environment: Mapping[str, str]
    progress: Progress
    _marks: Marks | None = field(default=None)

    def carry_out(self, plan: Plan) -> None:
        """Changes the cluster, waits, verifies and records. AntreaGitopsError with what went wrong."""
        was_degraded = is_degraded(self.api, self.books.cluster)
        self._warn(self.books.keep(Kind.PRE_APPLY, public={}, secret=living([s.live for s in plan.steps if s.live])))
        self.renewal.require()
        for name in applied(
            self.api,
            plan.due,
            progress=self.progress,
            timeout=self.request.timeout,
            force=self.request.force_conflicts,
            before_resources=lambda: self._before_resources(plan),
        ):
            self.story.changed.append(name)
        self._delete(plan)
        self.finish(self._marks, restarts=plan.restarts.replace_at_once, was_degraded=was_degraded)

    def _before_resources(self, plan: Plan) -> None:
        """An operator that has just been replaced takes what it finds first for what runs: let it look before."""
        if OPERATOR in self.story.changed and plan.replaces(OPERATOR) and plan.replaces(INSTALL):
            before = Marks.of(self.api)
            with suppress(AntreaGitopsError):
                wait_until(
                    lambda: "" if Marks.of(self.api) != before else "the new operator has not looked around yet",
                    what="the new operator",
                    seconds=_SETTLING_SECONDS,
                    progress=self.progress,
                )
        self.renewal.require()
        self._marks = Marks.of(self.api) if plan.changes_of(INSTALL) else None

    def _delete(self, plan: Plan) -> None:
        for one in plan.leftovers if self.request.prune else ():
            if not one.is_kept:
                self.api.delete(one.path)
                self.progress(f"deleted {one.name}")
                self.story.deleted.append(one.name)

    def finish(self, marks: Marks | None = None, *, restarts: bool = False, was_degraded: bool = False) -> None:
        """What comes after the objects: waits, *verify*, and the record."""
        cluster = self.books.cluster
        antrea = Antrea(self.api, cluster, marks, restarts, was_degraded)
        self._warn(antrea.wait(seconds=self.request.timeout, progress=self.progress))
        found = verify(
            cluster, self.api.kubeconfig, self.api.program, timeout=self.request.timeout, progress=self.progress
        )
        self.story.verification = found
        if not found.succeeded:
            raise found.complaint("the change is applied")
        self._record()

    def _record(self) -> None:
        books = self.books
        self.story.outcome = "applied"
        file = books.renewed()
        public = {"report/apply.json": as_json(redaction.strings(self.story.as_json())).encode()}
        public |= {"installed.yaml": written(file)} if file else {}
        if file and books.has_new_versions():
            message = f"Record that {books.cluster.name} follows {books.commit[:12]}"
            branch = books.cluster.file.install.branch
            where = deliver(books.home, branch, written(file), message, self.environment, "`antrea-gitops apply`")
            self.story.recorded = f"{where.branch} {where.request}".rstrip()
            self.progress(f"installed.yaml is on {self.story.recorded}")
        self._warn(books.keep(Kind.POST_APPLY, public=public))

    def _warn(self, text: str) -> None:
        if text:
            self.story.warnings.append(text)


def admit(run: Run, plan: Plan) -> None:
    """Raises AntreaGitopsError where the plan must not be carried out, or not now, or nobody said that it shall."""
    refuse(plan, force_conflicts=run.request.force_conflicts)
    if plan.restarts.touch_agents:
        now = datetime.now(tz=UTC)
        reason = run.request.outside_window
        run.story.window = refuse_closed(run.books.cluster, plan.restarts.summary, now=now, reason=reason)
    number = len(plan.changes)
    what = f"{count(number, 'object')} of the cluster {run.books.cluster.name} will change; {plan.restarts.summary}"
    confirm(run.books.cluster, what, yes=run.request.yes, typed=run.request.typed, ask=run.request.ask)


def is_settled(run: Run) -> str:
    """Whether nothing is left of an earlier run: "" if so, else what is."""
    if run.books.is_unfinished():
        return "an earlier run did not come to its end"
    try:
        return Antrea(run.api, run.books.cluster).missing()
    except ApiError:
        raise
    except AntreaGitopsError as error:
        return error.message
