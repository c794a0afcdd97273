"""Turns what pydantic says of a document into findings with places and remedies."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from antrea_ci.findings import Finding
from antrea_ci.suggest import did_you_mean
from antrea_ci.yamlio import Document, Value

Model = TypeVar("Model", bound=BaseModel)

_WANTED = {
    "bool_type": "a truth value; write true or false",
    "int_type": "a whole number; write digits only, without quotes",
    "string_type": "a text",
    "list_type": "a list",
    "dict_type": "a mapping, such as {key: value}",
    "model_type": "a mapping, such as {key: value}",
    "tuple_type": "a list",
}


def findings_of(model: type[Model], document: Document, family: str) -> tuple[Model | None, list[Finding]]:
    """The document as ``model``, or None and one finding for each fault in it (rules ``<family>/...``)."""
    try:
        return model.model_validate(document.mapping), []
    except ValidationError as error:
        return None, [_finding(detail, document, family, model) for detail in error.errors(include_url=False)]


def _finding(detail: ErrorDetails, document: Document, family: str, model: type[BaseModel]) -> Finding:
    path = _path(detail["loc"], document)
    dotted = ".".join(str(step) for step in path)
    unknown = detail["type"] == "extra_forbidden"
    location = document.locate(path, key=unknown)
    if unknown:
        hint = did_you_mean(str(path[-1]), _siblings(model, path[:-1]))
        message = f"the key `{dotted}` is not known{hint}"
        return Finding(f"{family}/unknown-key", message, location=location, fix="correct or remove it")
    if detail["type"] == "missing":
        return Finding(f"{family}/missing-key", f"`{dotted}` is missing", location=location, fix=f"add `{path[-1]}`")
    return Finding(f"{family}/value", f"`{dotted}`: {explain(detail)}", location=location)


def explain(detail: ErrorDetails) -> str:
    """What is wrong with one value, in words that say what to write instead."""
    given: object = detail["input"]
    kind = detail["type"]
    if kind == "value_error":
        return str(detail.get("ctx", {}).get("error", detail["msg"]))
    if kind == "string_type" and isinstance(given, (int, float, bool)):
        return f"{given!r} is read as a number or a truth value; put it into quotes"
    if kind in _WANTED:
        return f"{given!r} is not {_WANTED[kind]}"
    if kind == "literal_error":
        text = str(detail.get("ctx", {}).get("expected", ""))
        hint = (
            did_you_mean(given, text.replace("'", "").replace(" or ", ", ").split(", "))
            if isinstance(given, str)
            else ""
        )
        return f"{given!r} is not one of {text}{hint}"
    return f"{detail['msg'][0].lower()}{detail['msg'][1:]}"


def _path(loc: Iterable[str | int], document: Document) -> list[str | int]:
    """pydantic's place without the names of union members, which stand for nothing in the document."""
    path: list[str | int] = []
    value: Value = document.mapping
    for step in loc:
        if isinstance(value, dict):
            path.append(step)
            value = value.get(str(step))
        elif isinstance(value, list) and isinstance(step, int):
            path.append(step)
            value = value[step] if step < len(value) else None
    return path


def _siblings(model: type[BaseModel], path: Iterable[str | int]) -> list[str]:
    """The keys that the model knows at ``path``; none where it takes any."""
    current: type[BaseModel] | None = model
    for step in path:
        if current is None or isinstance(step, int):
            continue
        found = current.model_fields.get(step)
        current = _model_in(found.annotation) if found else None
    return [field.alias or name for name, field in current.model_fields.items()] if current else []


def _model_in(annotation: object) -> type[BaseModel] | None:
    """The model that an annotation such as ``X | None`` or ``tuple[X, ...]`` is about."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for argument in get_args(annotation) if (found := _model_in(argument))), None)
