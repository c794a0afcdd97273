"""The answers file: what a repository says of the template that it was made from, and of the answers to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from antrea_ci.errors import FindingsError
from antrea_ci.files import write_atomically
from antrea_ci.findings import Finding, Location
from antrea_ci.repo import ClusterRepo
from antrea_ci.yamlio import Document, Value, parse

_SOURCE, _COMMIT = "_src_path", "_commit"


@dataclass(frozen=True)
class Stored:
    """``source``: the template's address; ``commit``: its version, as a tag or what ``git describe`` says."""

    source: str
    commit: str
    answers: Mapping[str, Value]
    document: Document

    def place(self, name: str) -> Location:
        """Where an answer stands; the file as a whole for one that does not."""
        there = name in self.document.mapping
        return self.document.locate((name,), key=True) if there else Location(self.document.file)

    def fix(self, name: str) -> str:
        """How to give another answer than one that even the recorded version does not accept."""
        return f"correct `{name}` in {self.document.file}, which somebody has edited, and commit"


def read_stored(repo: ClusterRepo) -> Stored:
    """The answers file of ``repo``. Raises FindingsError with everything that is wrong with it."""
    path = repo.answers_file
    if not path.is_file():
        message = "is not there: nobody can tell which version of which template this repository was made from"
        raise FindingsError([Finding("answers/file", message, location=Location(path.name))])
    document = parse(path.read_bytes(), path.name)
    findings = [_unknown(document, name) for name in document.mapping if name[:1] == "_" and name not in _OURS]
    findings += [_missing(document, name) for name in _OURS if not isinstance(document.mapping.get(name), str)]
    if findings:
        raise FindingsError(findings)
    answers = {name: value for name, value in document.mapping.items() if name not in _OURS}
    return Stored(str(document.mapping[_SOURCE]), str(document.mapping[_COMMIT]), answers, document)


def name_source(repo: ClusterRepo, stored: Stored, source: str) -> None:
    """Makes the answers file name ``source`` as the template."""
    text = repo.answers_file.read_text("utf-8")
    lines = text.splitlines(keepends=True)
    node = stored.document.locate((_SOURCE,), key=True)
    lines[node.line - 1] = f"{_SOURCE}: {source}\n"
    write_atomically(repo.answers_file, "".join(lines).encode())


_OURS = (_SOURCE, _COMMIT)


def _unknown(document: Document, name: str) -> Finding:
    message = f"`{name}` is no key of an answers file; Copier passes over it in silence"
    return Finding("answers/unknown", message, location=document.locate((name,), key=True), fix="remove the line")


def _missing(document: Document, name: str) -> Finding:
    what = "the template's address" if name == _SOURCE else "the template's version"
    fix = f"write `{name}: ...`; a repository made from a plain folder has no version: name the tag that it equals"
    return Finding("answers/file", f"`{name}`, {what}, is missing", location=Location(document.file), fix=fix)
