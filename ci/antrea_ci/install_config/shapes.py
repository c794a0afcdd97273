"""Fits a document into the installer's types: keys in their own spelling, values as Go's decoder would hold them."""

from __future__ import annotations

from collections.abc import Iterator

from antrea_ci.findings import Finding, Severity
from antrea_ci.install_config import words
from antrea_ci.install_config.config import Steps
from antrea_ci.install_config.scalars import INTEGERS, UnfitError, as_text, fit
from antrea_ci.install_config.schema import ROOT, Key, Kind, types
from antrea_ci.yamlio import Document, Value

_COLLECTIONS = frozenset({"list", "map", "mapping"})


class Shaper:
    """One pass over a document. ``findings`` and ``origins`` (see Config) are complete once ``shape`` has returned."""

    def __init__(self, document: Document, minor: int) -> None:
        self.document = document
        self.minor = minor
        self.findings: list[Finding] = []
        self.origins: dict[Steps, Steps] = {}

    def shape(self) -> dict[str, Value]:
        """The document's mapping as the installer holds it; what does not fit stays as it is, with a finding."""
        return self._struct(self.document.mapping, ROOT, (), ())

    def _struct(self, value: dict[str, Value], type_name: str, path: Steps, written: Steps) -> dict[str, Value]:
        shaped: dict[str, Value] = {}
        # The installer turns the file into JSON, whose keys it sorts: of two spellings of a key the later one counts.
        for name, item in sorted(value.items()):
            here = (*written, name)
            key = self._key(name, type_name, here)
            if key is None:
                continue
            there = (*path, key.name)
            if key.name in shaped:
                message = f"the key `{key.name}` stands twice in this mapping, in two spellings"
                self._tell("duplicate-key", here, message, key=True)
            if there != here:
                self.origins[there] = here
            if item is not None:
                shaped[key.name] = self._value(item, key, key.kind, there, here)
        return shaped

    def _key(self, name: str, type_name: str, here: Steps) -> Key | None:
        keys = types()[type_name]
        key = keys.get(name) or next((key for key in keys.values() if key.name.lower() == name.lower()), None)
        if key is None or not key.known_in(self.minor):
            message, fix = words.unknown_key(here, key, keys.values(), self.minor)
            self._tell("unknown-key", here, message, key=True, fix=fix)
            return None
        if key.replacement and self.minor >= key.deprecated_since:
            message = f"{words.named(here)} is an old name"
            self._warn("deprecated-key", here, message, f"write `{key.replacement}` instead")
        elif key.name != name:
            message = f"{words.named(here)} is read as `{key.name}`"
            self._warn("key-case", here, message, f"write `{key.name}`")
        return key

    def _value(self, value: Value, key: Key, kind: Kind, path: Steps, written: Steps) -> Value:
        if kind.name == "list" and kind.item and isinstance(value, list):
            return list(self._items(value, key, kind.item, path, written))
        if kind.name == "map" and kind.item and isinstance(value, dict):
            return {
                name: self._value(item, key, kind.item, (*path, name), (*written, name))
                for name, item in value.items()
                if item is not None
            }
        if kind.name in types() and isinstance(value, dict):
            return self._struct(value, kind.name, path, written)
        if kind.name == "any" or (kind.name == "mapping" and isinstance(value, dict)):
            return value
        if isinstance(value, list | dict) or kind.name in _COLLECTIONS or kind.name in types():
            return self._misfit(value, key, kind, written)
        try:
            fitting = fit(value, kind.name)
        except UnfitError as error:
            return self._misfit(value, key, kind, written, str(error))
        self._reinterpreted(value, kind, written)
        return fitting

    def _items(self, values: list[Value], key: Key, kind: Kind, path: Steps, written: Steps) -> Iterator[Value]:
        for index, item in enumerate(values):
            if item is None:
                yield "" if kind.name in ("string", "cidr") else {}
            else:
                yield self._value(item, key, kind, (*path, index), (*written, index))

    def _misfit(self, value: Value, key: Key, kind: Kind, written: Steps, wanted: str = "") -> Value:
        """What does not fit stays, so that no rule calls it missing; but a number would be taken for one that fits."""
        message, fix = words.misfit(value, key, kind, written, wanted)
        self._tell("shape", written, message, fix=fix)
        return None if kind.name in INTEGERS and isinstance(value, int | float) else value

    def _reinterpreted(self, value: Value, kind: Kind, written: Steps) -> None:
        """A number or truth value in a text field becomes text again, not always the text that was written."""
        if kind.name != "string" or isinstance(value, str | list | dict):
            return
        plain = self.document.plain(written)
        if plain is None or plain == as_text(value):
            return
        shown = "" if words.is_secret(written) else f" {as_text(value)!r}"
        message = f"{words.named(written)} is read as a number or a truth value and becomes another text{shown}"
        self._warn("reinterpreted", written, message, "put it into quotes")

    def _tell(self, rule: str, written: Steps, message: str, *, key: bool = False, fix: str = "") -> None:
        location = self.document.locate(written, key=key)
        self.findings.append(Finding(f"install-config/{rule}", message, location=location, fix=fix))

    def _warn(self, rule: str, written: Steps, message: str, fix: str) -> None:
        location = self.document.locate(written, key=True)
        self.findings.append(Finding(f"install-config/{rule}", message, Severity.WARNING, location, fix=fix))
