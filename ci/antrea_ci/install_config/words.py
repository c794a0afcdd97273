"""How findings about keys and shapes speak: what stands there, what belongs there, where a lost key belongs."""

from __future__ import annotations

from collections.abc import Iterable

from antrea_ci.install_config.config import Steps
from antrea_ci.install_config.scalars import WANTED
from antrea_ci.install_config.schema import Key, Kind, places
from antrea_ci.install_config.values import known, texts
from antrea_ci.suggest import nearest
from antrea_ci.yaml_hints import odd_character
from antrea_ci.yamlio import Value

_LONGEST_SHOWN = 60
_TEXTS = (Kind("string"), Kind("cidr"))


def named(path: Steps) -> str:
    """``path`` as messages show it: `` `compute[0].replicas` ``."""
    return "`" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)[1:] + "`"


def is_secret(path: Steps) -> bool:
    """Whether what stands at ``path`` may never be shown."""
    return any(str(step).lower() in {key.lower() for key in texts("secret_keys")} for step in path)


def unknown_key(path: Steps, key: Key | None, siblings: Iterable[Key], minor: int) -> tuple[str, str]:
    """Message and remedy for a key that this version does not have at this place; ``key`` if another version does."""
    name = str(path[-1])
    if key and minor < key.since:
        message = f"{named(path)} is known from OpenShift 4.{key.since} on; 4.{minor} drops it"
        return message, "remove it, or install a version that knows it"
    if key:
        return f"{named(path)} is known up to OpenShift 4.{key.until}; 4.{minor} drops it", "remove it"
    if odd := odd_character(name):
        return f"{named(path)} is no key: it holds a {odd}", "type the line again"
    if ":" in name:
        return f"{named(path)} is no key", "put a blank after the colon, as in `key: value`"
    close = nearest(name, (sibling.name for sibling in siblings if sibling.known_in(minor)))
    message = f"the key {named(path)} is not known"
    if elsewhere := places().get(name.lower(), ()):
        message += f" here; it belongs to {' or '.join(f'`{place}`' for place in _nearest_places(elsewhere, path))}"
        return message, "move it there; mind the indentation"
    return message + (f" (did you mean {close}?)" if close else ""), "correct or remove it"


def _nearest_places(paths: tuple[str, ...], path: Steps) -> list[str]:
    """The places that share most of ``path``, the shortest first; two are enough to tell."""

    def order(place: str) -> tuple[int, int]:
        steps = place.replace("[]", "").split(".")
        common = len({str(step) for step in path[:-1]} & set(steps))
        return -common, len(steps)

    return sorted(paths, key=order)[:2]


def misfit(value: Value, key: Key, kind: Kind, path: Steps, wanted: str) -> tuple[str, str]:
    """Message and remedy for a value of the wrong kind."""
    wanted = wanted or WANTED.get(kind.name, "a mapping")
    message = f"{named(path)} is {_shown(value, path)}; it must be {wanted}"
    return message, _remedy(value, key, kind)


def _remedy(value: Value, key: Key, kind: Kind) -> str:
    if key.name == "platform" and isinstance(value, str) and value.lower() in known("platforms", 99):
        return f"write `platform: {{{value.lower()}: {{}}}}`"
    if kind.name == "list" and isinstance(value, dict):
        sample = f": `{key.example}`" if key.example else ""
        return f"put `- ` before its first key and indent the others to match{sample}"
    if kind.name == "list" and kind.item in _TEXTS and isinstance(value, str | int):
        return f"write it as `{key.name}: [{_item(value)}]`"
    if key.example:
        return f"write it as `{key.example}`"
    if kind.name == "string" and isinstance(value, list):
        return "write the one value, without brackets or `- `"
    return ""


def _item(value: Value) -> str:
    return str(value) if isinstance(value, str | int) and len(str(value)) < _LONGEST_SHOWN else "..."


def _shown(value: Value, path: Steps) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    kind = "a text" if isinstance(value, str) else "a truth value" if isinstance(value, bool) else "a number"
    if is_secret(path) or len(str(value)) > _LONGEST_SHOWN:
        return kind
    return f"{kind.replace('a ', 'the ', 1)} {'true' if value is True else 'false' if value is False else repr(value)}"
