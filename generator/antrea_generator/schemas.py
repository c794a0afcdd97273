"""JSON Schemas of the files that people write, for editors and for pipelines."""

from __future__ import annotations

import json

from pydantic import BaseModel

NAMES = ("cluster", "answers")
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_text(name: str) -> str:
    """The schema ``cluster`` (of cluster.yaml) or ``answers`` (of a data file for ``new``) as JSON text."""
    schema = {"$schema": _DIALECT, **_model(name).model_json_schema()}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _model(name: str) -> type[BaseModel]:
    if name == "cluster":
        from antrea_ci.model.cluster import ClusterFile

        return ClusterFile
    from antrea_generator.answers import Answers

    return Answers
