"""Makes a cluster repository, whole or not at all: answers, template, bundle, render, check, commit."""

from __future__ import annotations

import os
import re
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from antrea_ci.bundle.importer import import_bundle
from antrea_ci.checks import check
from antrea_ci.errors import AntreaGitopsError, FindingsError, UsageError
from antrea_ci.files import staging_folder, write_atomically
from antrea_ci.findings import Finding
from antrea_ci.render.engine import render
from antrea_ci.render.kustomize import find_kustomize
from antrea_ci.repo import ClusterRepo
from antrea_ci.vcs import create_repository
from antrea_generator.answer_rules import Given, check_answers
from antrea_generator.template_source import TemplateSource, template_source

_SOURCE_LINE = re.compile(r"^(?:_commit|_src_path): .*\n", re.MULTILINE)


@dataclass(frozen=True)
class NewRepository:
    """What was made: the folder, its first commit, and what ``check`` warns of."""

    folder: Path
    commit: str
    warnings: list[Finding]


def make_repository(
    destination: Path,
    given: Given,
    *,
    bundle: Path | None = None,
    template: str | None = None,
    ref: str | None = None,
    ask: bool = False,
) -> NewRepository:
    """Makes the repository at ``destination``, which must be absent or an empty folder; on any failure it stays so.

    With ``ask`` Copier asks for what was not given. Raises FindingsError with every problem at once, or another
    AntreaGitopsError.
    """
    destination = Path(os.path.abspath(destination))  # noqa: PTH100 - a link at the destination must be seen as such
    _refuse_occupied(destination)
    check_answers(given)
    with (
        _parents_of(destination),
        template_source(template, ref) as source,
        staging_folder(destination.parent) as staging,
    ):
        folder = staging / destination.name
        _copy(source, folder, given, ask=ask)
        repo = ClusterRepo.at(folder)
        if ask:
            check_answers(_recorded_answers(repo))
        warnings = _complete(repo, bundle)
        commit = create_repository(folder, f"Cluster repository of {destination.name}")
        # rename(2) replaces an empty folder, and nothing else.
        os.rename(folder, destination)
    return NewRepository(destination, commit, warnings)


@contextmanager
def _parents_of(destination: Path) -> Generator[None]:
    """Makes the folders above ``destination``; on a failure those that were made go again."""
    missing = [folder for folder in destination.parents if not folder.exists()]
    destination.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        for folder in missing:
            with suppress(OSError):
                folder.rmdir()
        raise


def _refuse_occupied(destination: Path) -> None:
    if destination.is_symlink() or (destination.exists() and not destination.is_dir()):
        raise UsageError(f"{destination} exists and is no folder", fix="name a folder that does not exist yet")
    if destination.is_dir() and any(destination.iterdir()):
        raise UsageError(
            f"{destination} exists and is not empty",
            fix="name another folder; to change an existing repository edit its files and run `antrea-gitops render`",
        )


def _copy(source: TemplateSource, folder: Path, given: Given, *, ask: bool) -> None:
    import copier
    from copier.errors import CopierError

    try:
        copier.run_copy(
            source.path, folder, data=dict(given.values), vcs_ref=source.ref, defaults=not ask, quiet=True, unsafe=False
        )
    except (CopierError, ValueError, OSError) as error:
        raise AntreaGitopsError(f"the template {source.path} cannot be used: {error}") from None
    if source.recorded is not None:
        _record_source(folder / ".copier-answers.yml", *source.recorded)


def _record_source(answers: Path, url: str, commit: str) -> None:
    """Names the template's public home, so that ``copier update`` finds it from anywhere."""
    text = answers.read_text("utf-8")
    head, _, rest = text.partition("_src_path: ")
    lines = f"_commit: {commit}\n_src_path: {url}\n"
    write_atomically(answers, (_SOURCE_LINE.sub("", head) + lines + rest.partition("\n")[2]).encode())


def _recorded_answers(repo: ClusterRepo) -> Given:
    from antrea_ci.yamlio import parse

    document = parse(repo.answers_file.read_bytes(), repo.answers_file.name)
    values = {name: value for name, value in document.mapping.items() if not name.startswith("_")}
    return Given(values, {name: document.locate((name,)) for name in values})


def _complete(repo: ClusterRepo, bundle: Path | None) -> list[Finding]:
    """Imports, renders and checks; returns the warnings, raises FindingsError with the errors."""
    if bundle is not None:
        from antrea_ci.model.cluster import read_flavour

        import_bundle(repo, bundle, read_flavour(repo))
    rendering = render(repo, find_kustomize(repo))
    rendering.write()
    findings = check(repo, rendering)
    errors = [finding for finding in findings if finding.is_error]
    if errors:
        raise FindingsError(errors)
    return findings
