"""`apply` as the command line and pipelines call it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from antrea_ci.apply.drift import Drift, nothing_to_compare
from antrea_ci.apply.drift import drift as compared
from antrea_ci.apply.engine import Run, admit, is_settled
from antrea_ci.apply.identity import refuse_another
from antrea_ci.apply.plan import Plan, plan, refuse
from antrea_ci.apply.record import Books, record, refuse_without_cluster
from antrea_ci.apply.report import Story
from antrea_ci.apply.request import Request
from antrea_ci.apply.steps import Manifest
from antrea_ci.apply.window import told_if_closed
from antrea_ci.errors import AntreaGitopsError
from antrea_ci.firewall import rendered_objects
from antrea_ci.install import source
from antrea_ci.install.entrance import interruptible, make_folders
from antrea_ci.install.renewal import Renewal
from antrea_ci.installed_records import find_records
from antrea_ci.kube.access import NoKubeconfigError, opened
from antrea_ci.kube.api import Api
from antrea_ci.model.effective import Cluster
from antrea_ci.repo import ClusterRepo
from antrea_ci.secrets import Secrets, load
from antrea_ci.values import mapping_at
from antrea_ci.vault import Vault
from antrea_ci.vault.lease import lease


@dataclass(frozen=True)
class _Admitted:
    """A commit that may be applied: the cluster as it describes it, with the paths of the repository at home."""

    cluster: Cluster
    rendered: list[Manifest]
    secrets: Secrets
    vault: Vault


@dataclass(frozen=True)
class Audience:
    """Who is told: ``progress`` what happens, ``on_plan`` what is going to, ``on_end`` all of it, however it ended."""

    progress: Callable[[str], None]
    on_plan: Callable[[Story], None] = lambda _: None
    on_end: Callable[[Story], None] = lambda _: None


def apply(home: ClusterRepo, request: Request, environment: Mapping[str, str], audience: Audience) -> Story:
    """Brings the cluster to the commit that ``request`` names, or with ``dry_run`` tells what that would do.

    Raises AntreaGitopsError for every expected failure, KeyboardInterrupt after a signal; the report says the same, and
    the same call goes on.
    """
    with interruptible():
        commit = source.commit_to_install(home, request.ref)
        if not request.dry_run:
            make_folders(home)
        with _admitted(home, request, commit, environment) as admitted:
            story = Story(admitted.cluster, commit, waived=request.waived)
            with _told(home, story, audience, is_kept=not request.dry_run):
                _open(home, request, admitted, story, environment, audience)
    return story


def drift(home: ClusterRepo, request: Request, environment: Mapping[str, str]) -> Drift:
    """Compares the cluster with what the commit renders, by reading alone.

    Without a cluster (not installed yet, or destroyed) there is no difference, which the diff's warnings say.
    """
    commit = source.commit_named(home, request.ref)
    with tempfile.TemporaryDirectory(prefix="antrea-gitops-") as folder:
        cluster = source.checked_out(home, commit, Path(folder) / "source")
        rendered = _rendered(cluster)
    cluster = replace(cluster, repo=home)
    secrets = load(cluster, "drift", environment)
    record = find_records(home, cluster.file.install.branch).latest
    if record and record.file.state != "installed":
        return nothing_to_compare(cluster.name, commit, f"{record.where} says that it is {record.file.state}")
    try:
        with _opened(cluster, secrets, request, environment) as api:
            return compared(api, home, cluster.name, commit, rendered, is_recorded=record is not None)
    except NoKubeconfigError as error:
        if record:
            raise
        return nothing_to_compare(cluster.name, commit, f"no installation is recorded, and {error.message}")


@contextmanager
def _admitted(home: ClusterRepo, request: Request, commit: str, environment: Mapping[str, str]) -> Generator[_Admitted]:
    """As `install` admits a commit; its files are there for as long as the block runs."""
    with tempfile.TemporaryDirectory(prefix="antrea-gitops-") as folder:
        cluster = source.checked_out(home, commit, Path(folder) / "source")
        if not request.any_commit:
            source.refuse_unreviewed(home, cluster, commit)
        source.refuse_faults(home, commit)
        rendered = _rendered(cluster)
        at_home = replace(cluster, repo=home)
        secrets = load(at_home, "apply", environment)
        vault = Vault.of(at_home, secrets)
        yield _Admitted(cluster, rendered, secrets, vault.without_remote() if request.no_vault else vault)


def _rendered(cluster: Cluster) -> list[Manifest]:
    found = [mapping_at(one, ()) for one in rendered_objects(cluster.repo).values()]
    if not found:
        raise AntreaGitopsError(
            "the commit has nothing in rendered/install", fix="`antrea-gitops render`, and commit what it writes"
        )
    return found


@contextmanager
def _told(home: ClusterRepo, story: Story, audience: Audience, *, is_kept: bool) -> Generator[None]:
    """Writes the report, however it ends."""
    try:
        yield
    except AntreaGitopsError as error:
        has_begun = bool(story.changed) or story.goes_on
        story.outcome, story.error = ("failed" if has_begun else "refused"), error.as_text()
        raise
    except BaseException as error:
        story.outcome, story.error = "interrupted", type(error).__name__
        raise
    finally:
        if is_kept:
            record(home, "apply", story.as_json(), story.markdown())
        audience.on_end(story)


def _open(
    home: ClusterRepo,
    request: Request,
    admitted: _Admitted,
    story: Story,
    environment: Mapping[str, str],
    audience: Audience,
) -> None:
    at_home = replace(admitted.cluster, repo=home)
    records = find_records(home, admitted.cluster.file.install.branch)
    refuse_without_cluster(records.binding, records.latest.file if records.latest else None)
    books = Books(home, admitted.cluster, story.commit, None if request.no_vault else admitted.vault, records.binding)
    with _opened(at_home, admitted.secrets, request, environment) as api:
        story.warnings += refuse_another(admitted.cluster, records.binding.file if records.binding else None, api)
        if request.dry_run:
            story.window = told_if_closed(admitted.cluster, datetime.now(tz=UTC))
            refuse(_planned(api, home, request, admitted, story, audience), force_conflicts=request.force_conflicts)
            story.outcome = "dry-run"
            return
        with lease(at_home, admitted.vault, "apply", steal=request.steal_lease) as held, Renewal(held) as renewal:
            story.before = books.applied_before()
            run = Run(request, api, books, renewal, story, environment, audience.progress)
            _run(run, _planned(api, home, request, admitted, story, audience))


@contextmanager
def _opened(cluster: Cluster, secrets: Secrets, request: Request, environment: Mapping[str, str]) -> Generator[Api]:
    given, work = request.kubeconfig, request.work_dir
    with opened(cluster, secrets, kubeconfig=given, work_dir=work, environment=environment) as api:
        yield api


def _planned(
    api: Api, home: ClusterRepo, request: Request, admitted: _Admitted, story: Story, audience: Audience
) -> Plan:
    """What is to be done, which is told."""
    story.plan = found = plan(api, home, story.commit, admitted.rendered, prune=request.prune)
    story.warnings += found.remarks()
    audience.on_plan(story)
    return found


def _run(run: Run, found: Plan) -> None:
    if found.changes:
        admit(run, found)
        run.carry_out(found)
        return
    left = is_settled(run)
    if not left:
        run.story.outcome = "unchanged"
        return
    run.progress(f"no object differs, but {left}: going on with what comes after")
    run.story.goes_on = True
    run.finish()
