"""Secrets are never shown: in their place stands a marker, so that one still sees that they changed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Literal

from antrea_ci.diff.model import ABSENT, Difference, Effect
from antrea_ci.diff.paths import Item
from antrea_ci.diff.structure.forms import read_any
from antrea_ci.diff.structure.knowledge import kinds_of, names_of_objects, secret_fields, stand_in
from antrea_ci.diff.structure.place import Found, Place
from antrea_ci.diff.structure.spelling import identity
from antrea_ci.secret_scan import judge, known, scan
from antrea_ci.yamlio import Value

HIDDEN = "<hidden>"
HIDDEN_OTHER = "<hidden, another value>"
SECTIONS = ("data", "stringData")
"""Where an object of the kind Secret keeps its values."""

_MARKERS = (HIDDEN, HIDDEN_OTHER)
# What is read like a file of settings; the name decides how strictly the scanner judges.
_AS_FILE = "values.yaml"
# The name of an object that holds a secret is none.
_OBJECT_NAME = re.compile(r"[a-z0-9](?:[-a-z0-9.]{0,61}[a-z0-9])?")


def is_a_secret_object(value: Value) -> bool:
    """Whether a mapping is an object of the kind Secret."""
    return isinstance(value, dict) and value.get("kind") == "Secret"


def is_secret(place: Place, value: Value) -> bool:
    """Whether the name of a field, or of the variable whose value this is, makes its text or number a secret."""
    name = _name(place)
    named = _secrecy(name) if name else ""
    if not named or isinstance(value, bool) or not isinstance(value, str | int | float):
        return False
    text = str(value)
    if judge.is_encrypted(text) or stand_in().fullmatch(text):
        return False
    if named == "doubtful":
        return judge.is_password(text, prose=True)
    if named == "always" or not isinstance(value, str):
        return named == "always"
    is_name = _OBJECT_NAME.fullmatch(text) and not (named == "token" and judge.is_password(text, prose=True))
    return judge.is_random(text) or not is_name


@lru_cache(maxsize=4096)
def _secrecy(name: str) -> Literal["", "always", "doubtful", "token", "name"]:
    """How much a name says: values of ``token`` and, more often, of ``secret`` are mere names of objects too."""
    lower = name.lower()
    if name in secret_fields() or lower.endswith(known.words("password_keys")):
        return "always"
    if lower.endswith(known.words("doubtful_password_keys")):
        return "doubtful"
    word = max((word for word in known.words("token_keys") if lower.endswith(word)), key=len, default="")
    if word not in names_of_objects():
        return "always" if word else ""
    return "token" if word == "token" else "name"


def _name(place: Place) -> str:
    """The key; for the ``value`` of an entry that has a name, such as a variable, that name."""
    of = place.steps[-2] if len(place.steps) > 1 else ""
    if place.key == "value" and isinstance(of, Item) and of.label.startswith("name="):
        return of.label.removeprefix("name=").partition("#")[0]
    return place.key


def without_secrets(value: Value, *, kind: str) -> Value:
    """``value``, an object of ``kind`` or the content of a file, as it may be shown as a whole."""
    return _Cover().cover(value, Place(kinds=kinds_of(kind, [value])))


def hide(found: Sequence[Found]) -> list[Difference]:
    """The differences as they may be shown."""
    # Most changes hold no secret: one look at all of them is many times faster than one at each.
    doubtful = _has_hit("\n".join(line for one in found if not one.secret for line in _lines_of(one)))
    return [_hidden(one, doubtful=doubtful) for one in found]


def _hidden(found: Found, *, doubtful: bool) -> Difference:
    cover = _Cover(searches=doubtful)
    place = found.place._replace(secret=found.place.secret or found.secret)
    before = ABSENT if found.before is ABSENT else cover.cover(found.before, place)
    cover.is_second = before is not ABSENT
    after = ABSENT if found.after is ABSENT else cover.cover(found.after, place)
    shown = found.difference()
    if not cover.hid:
        return shown
    # What a note says of a comment may be the secret.
    note = "" if found.effect is Effect.COMMENT else found.note
    return replace(shown, before=before, after=after, note=note)


class _Cover:
    """Puts markers in the place of secrets. The second side's say whether a secret was there before."""

    def __init__(self, *, searches: bool = True) -> None:
        self.searches = searches
        self.is_second = False
        self.hid = False
        self._seen: set[str] = set()

    def cover(self, value: Value, place: Place) -> Value:
        covered = self._by_name(value, place)
        return self._by_look(covered, place.key) if self.searches else covered

    def _by_name(self, value: Value, place: Place) -> Value:
        if isinstance(value, dict):
            secret = SECTIONS if is_a_secret_object(value) else ()
            return {key: self._by_name(one, self._below(value, key, place, secret)) for key, one in value.items()}
        if isinstance(value, list):
            return [self._by_name(one, place.item("")) for one in value]
        if value is None or value == "":
            return value
        return self._marker(value) if place.secret or is_secret(place, value) or _holds_one(value, place) else value

    def _below(self, value: dict[str, Value], key: str, place: Place, secret: Sequence[str]) -> Place:
        name = value.get("name")
        named = place.item(f"name={name}") if key == "value" and isinstance(name, str) else place
        return named.below(key, secret=key in secret)

    def _by_look(self, value: Value, key: str) -> Value:
        """Narrows down which strings hold what the scanner finds; all of them where only their company shows it."""
        if not _has_hit("\n".join(_lines(key, value, ""))):
            return value
        if isinstance(value, dict):
            covered: Value = {name: self._by_look(one, name) for name, one in value.items()}
        elif isinstance(value, list):
            covered = [self._by_look(one, "") for one in value]
        else:
            return value if value in _MARKERS else self._marker(value)
        return self._all(covered) if covered == value else covered

    def _all(self, value: Value) -> Value:
        if isinstance(value, dict):
            return {key: one if key in ("name", "kind") else self._all(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self._all(one) for one in value]
        return self._marker(value) if isinstance(value, str) and value not in _MARKERS else value

    def _marker(self, value: Value) -> str:
        self.hid = True
        text = identity(value)
        if self.is_second and text not in self._seen:
            return HIDDEN_OTHER
        self._seen.add(text)
        return HIDDEN


def _holds_one(value: Value, place: Place) -> bool:
    """Whether a text holds a secret by its structure: a private key, a Secret, a field with a name that says so."""
    parsed = read_any(value) if isinstance(value, str) and not place.is_deep else None
    if parsed is None:
        return False
    inside = _Cover(searches=False)
    inside.cover(parsed.value, place.inner(parsed.form))
    return inside.hid or bool(parsed.blocks and any(parsed.blocks.private))


def _has_hit(text: str) -> bool:
    return bool(scan(text.encode("utf-8", "replace"), _AS_FILE))


def _lines_of(found: Found) -> Iterator[str]:
    for side in (found.before, found.after):
        if side is not ABSENT:
            yield from _lines(_name(found.place), side, "")


def _lines(key: str, value: Value, indent: str) -> Iterator[str]:
    """The value as the scanner likes to read it: like YAML, with the lines of texts as they are."""
    head = f"{indent}{key}:" if key else f"{indent}-"
    if isinstance(value, dict):
        yield head
        for name, one in value.items():
            yield from _lines(name, one, indent + "  ")
    elif isinstance(value, list):
        yield head
        for one in value:
            yield from _lines("", one, indent + "  ")
    elif isinstance(value, str) and "\n" in value:
        yield f"{head} |"
        yield from (f"{indent}  {line}" for line in value.split("\n"))
    else:
        yield f"{head} {value}"
