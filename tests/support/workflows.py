"""The workflows of a cluster repository, as the template gives them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from support.pipeline_trees import FULL, rendered_text

NAMES = ("pull-request", "main", "nightly", "install", "destroy", "apply", "nsx")


def text_of(workflow: str, **answers: Any) -> str:
    """A workflow's file, for ``FULL`` and ``answers``."""
    raw = workflow == "pull-request"
    return rendered_text(f".github/workflows/{workflow}.yml{'' if raw else '.jinja'}", {**FULL, **answers})


def workflow_of(workflow: str, **answers: Any) -> dict[Any, Any]:
    """The same as values."""
    return yaml.safe_load(text_of(workflow, **answers))


ON = True  # the key `on`, as YAML 1.1 reads it
WORKFLOWS = {name: workflow_of(name) for name in NAMES}


def jobs() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Workflow, job and what the job consists of."""
    for name, workflow in WORKFLOWS.items():
        for job, body in workflow["jobs"].items():
            yield name, job, body


def steps() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Workflow, job and one step of it."""
    for name, job, body in jobs():
        for step in body["steps"]:
            yield name, job, step


def secrets_of(value: object) -> set[str]:
    """The names of the secrets that are read anywhere in ``value``."""
    return set(re.findall(r"secrets\.([A-Za-z0-9_]+)", yaml.dump(value)))
