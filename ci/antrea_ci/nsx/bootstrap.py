"""What the register job and the adapters are told: the cluster's name, the managers, the project or VPC."""

from __future__ import annotations

import re
from collections.abc import Mapping

from antrea_ci.bundle.images import placeholders_in
from antrea_ci.errors import FindingsError
from antrea_ci.inner_config import InnerConfigError, edit, known_keys
from antrea_ci.model.effective import Cluster
from antrea_ci.nsx import known
from antrea_ci.values import value_at
from antrea_ci.yamlio import Value, read_all

_COMMENT = re.compile(r"(?:^|(?<=\s))#.*")


def settings_of(cluster: Cluster, text: str) -> dict[tuple[str, ...], Value]:
    """What cluster.yaml says, by the keys of bootstrap.conf; the path under the name that ``text`` has for it."""
    found: dict[tuple[str, ...], Value] = {
        (known.text("keys", "name"),): cluster.nsx_name,
        (known.text("keys", "managers"),): list(cluster.file.nsx.managers),
    }
    names, has = known.texts("keys", "path"), known_keys(text)
    key = next((name for name in names if name in has), None)
    if key is not None or cluster.file.nsx.vpcPath:
        found[(key or names[0],)] = cluster.file.nsx.vpcPath or ""
    return found


def filled(cluster: Cluster, text: str) -> str:
    """bootstrap.conf with this cluster's values; what else the vendor wrote stays, but for words about placeholders.

    Raises InnerConfigError where the text cannot hold them.
    """
    return edit(_without_hints(text), settings_of(cluster, text))


def _without_hints(text: str) -> str:
    """Less the comments that say which placeholder is to be replaced: nothing is left to be replaced."""
    lines = text.split("\n")
    return "\n".join(line for line in lines if not _is_hint(line))


def _is_hint(line: str) -> bool:
    comment = _COMMENT.search(line)
    return comment is not None and not line[: comment.start()].strip() and _has_placeholder(comment[0])


def _has_placeholder(comment: str) -> bool:
    return next(placeholders_in(comment.lstrip("# ")), None) is not None


def told_values(text: str) -> Mapping[str, Value]:
    """The keys of a bootstrap.conf; empty where it is no mapping."""
    try:
        documents, _ = read_all(text, "")
    except FindingsError:
        return {}
    value = value_at(documents[0].value, ()) if documents else None
    return value if isinstance(value, dict) else {}


__all__ = ["InnerConfigError", "filled", "settings_of", "told_values"]
