"""Where the API keeps an object."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from antrea_ci.facts import facts
from antrea_ci.schemas.scope import is_cluster_scoped
from antrea_ci.values import text_at
from antrea_ci.yamlio import Value


def object_path(manifest: Mapping[str, Value]) -> str:
    """The path of the object that ``manifest`` describes, such as ``/apis/apps/v1/namespaces/a/deployments/b``.

    An object with a namespace lies in it, one without is taken for one of the cluster, unless its kind never is.
    """
    item = dict(manifest)
    name, namespace = (text_at(item, ("metadata", key)) for key in ("name", "namespace"))
    return f"{collection_path(text_at(item, ('apiVersion',)), text_at(item, ('kind',)), namespace)}/{quote(name)}"


def object_name(manifest: Mapping[str, Value]) -> str:
    """An object as messages name it: ``kind/namespace/name``."""
    item = dict(manifest)
    names = (text_at(item, ("kind",)), *(text_at(item, ("metadata", key)) for key in ("namespace", "name")))
    return "/".join(filter(None, names))


def collection_path(api_version: str, kind: str, namespace: str = "") -> str:
    """The path of all objects of a kind, in a namespace where one is named."""
    group = api_version.rpartition("/")[0]
    root = f"/apis/{api_version}" if group else f"/api/{api_version}"
    inside = f"/namespaces/{quote(namespace)}" if namespace and not is_cluster_scoped(group, kind) else ""
    return f"{root}{inside}/{plural(group, kind)}"


def plural(group: str, kind: str) -> str:
    """A kind as paths name it: by the rule of Kubernetes' own machinery, and the facts where a kind has another one."""
    if named := text_at(facts("kinds-scope"), ("plurals", group, kind)):
        return named
    word = kind.lower()
    if word.endswith("s"):
        return f"{word}es"
    return f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"
