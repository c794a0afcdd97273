"""copier.yml of one version of the template: its questions, and what must not stand there."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from antrea_ci.errors import FindingsError
from antrea_ci.facts import facts
from antrea_ci.findings import Finding, Location
from antrea_ci.suggest import did_you_mean
from antrea_ci.values import text_at, texts_at
from antrea_ci.yamlio import Document, Value, parse_all

_NAMES = ("copier.yml", "copier.yaml")


@dataclass(frozen=True)
class Question:
    """What Copier asks under one name. ``details`` are those of copier.yml; a short form has only its default."""

    name: str
    details: Mapping[str, Value]

    @property
    def type(self) -> str:
        """The type as it is written; of a question that has none, the one of its default."""
        written = text_at(dict(self.details), ("type",))
        default = type(self.details.get("default")).__name__
        return written or (default if default in ("bool", "int", "float", "str") else "yaml")

    @property
    def is_stored(self) -> bool:
        return not self.details.get("secret")

    def has_same(self, key: str, other: Question) -> bool:
        """Whether both say the same under ``key``."""
        return json.dumps(self.details.get(key)) == json.dumps(other.details.get(key))


@dataclass(frozen=True)
class TemplateConfig:
    """The questions by name, in their order, and what is wrong with the file."""

    questions: Mapping[str, Question]
    findings: tuple[Finding, ...]


def read_config(checkout: Path, label: str) -> TemplateConfig:
    """The copier.yml in ``checkout``, which messages call that of ``label``. Raises FindingsError if it is no YAML."""
    path = next((checkout / name for name in _NAMES if (checkout / name).is_file()), None)
    if path is None:
        raise FindingsError([Finding("template/source", f"the template of {label} has no copier.yml")])
    documents = parse_all(path.read_bytes(), f"{path.name} of {label}")
    findings: list[Finding] = []
    questions: dict[str, Question] = {}
    for document in documents:
        findings += _setting_findings(document)
        for name, details in document.mapping.items():
            if not name.startswith("_"):
                questions[name] = Question(name, details if isinstance(details, dict) else {"default": details})
                findings += _question_findings(document, name, details)
    return TemplateConfig(questions, tuple(findings))


def _setting_findings(document: Document) -> Iterator[Finding]:
    known = texts_at(facts("copier"), ("settings",))
    unsafe = texts_at(facts("copier"), ("unsafe",))
    for name in document.mapping:
        if not name.startswith("_"):
            continue
        place = document.locate((name,), key=True)
        setting = name.removeprefix("_")
        if setting not in known:
            message = f"Copier has no setting `{name}`{did_you_mean(name, [f'_{one}' for one in known])}"
            why = "Copier passes over it in silence, so what it is meant to do is not done"
            yield Finding("template/setting", message, location=place, why=why, fix=_MEND)
        elif setting in unsafe and document.mapping[name]:
            message = f"`{name}` runs code of the template on this machine"
            why = "a template of cluster repositories needs none, and no update is worth that trust"
            yield Finding("template/unsafe", message, location=place, why=why, fix=_MEND)


def _question_findings(document: Document, name: str, details: Value) -> Iterator[Finding]:
    known = texts_at(facts("copier"), ("question",))
    for key in details if isinstance(details, dict) else ():
        if key not in known:
            message = f"a question has no `{key}`{did_you_mean(key, known)}"
            place: Location = document.locate((name, key), key=True)
            yield Finding("template/setting", f"`{name}`: {message}", location=place, fix=_MEND)


_MEND = "mend the template, or update to another version of it with `--to`"
