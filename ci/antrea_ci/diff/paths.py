"""Where in an object a change is: steps through mappings, lists and the texts inside strings."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

_PLAIN_KEY = re.compile(r"^[A-Za-z0-9_$-]+$")


@dataclass(frozen=True)
class Item:
    """One item of a list, by what tells it from the others: ``name=manager``, or its position such as ``0``."""

    label: str


@dataclass(frozen=True)
class Inner:
    """The step into the text that a string holds: ``form`` is yaml, json, ini or pem."""

    form: str


Step: TypeAlias = "str | Item | Inner"
Steps: TypeAlias = "tuple[Step, ...]"


def path_text(steps: Sequence[Step]) -> str:
    """The path as people read it: ``spec.antreaAgentConfig → featureGates.Egress``, ``containers[name=manager]``.

    A key that holds a dot or a slash is quoted in brackets: ``labels["openshift.io/run-level"]``.
    """
    text = ""
    for step in steps:
        if isinstance(step, Item):
            text += f"[{step.label}]"
        elif isinstance(step, Inner):
            text += " → "
        elif _PLAIN_KEY.match(step):
            text += step if not text or text.endswith(" → ") else f".{step}"
        else:
            text += f"[{json.dumps(step, ensure_ascii=False)}]"
    return text
