"""The store of assets: what is taken from the folder, from the state file, or made anew, and what is eaten.

An asset in the folder that differs from the state makes everything that is made from it dirty: what lies there of a
dirty asset is discarded with a warning and made anew. Assets that were read from the folder, and are not what the
command was asked for, are consumed: their files go. All of it is as recorded.
"""

from __future__ import annotations

import base64
import json
import os
import random
from collections.abc import Callable, Mapping, Sequence

from .logs import Log

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from typing import Any

STATE_FILE = ".openshift_install_state.json"


class FetchError(Exception):
    """An asset cannot be had: the installer's message and exit code."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


class Value:
    """What an asset is: files by their path in the folder, and data that is in no file."""

    def __init__(self, files: Mapping[str, bytes] | None = None, data: Mapping[str, Any] | None = None) -> None:
        self.files = dict(files or {})
        self.data = dict(data or {})

    def is_same(self, other: Value) -> bool:
        return self.data == other.data and (bool(self.data) or self.files == other.files)

    def to_json(self) -> dict[str, Any]:
        files = [{"Filename": n, "Data": base64.b64encode(d).decode()} for n, d in sorted(self.files.items())]
        return {**self.data, "FileList": files}

    @classmethod
    def of_json(cls, read: dict[str, Any]) -> Value:
        files = {f["Filename"]: base64.b64decode(f["Data"]) for f in read.pop("FileList")}
        return cls(files, read)


class Asset:
    """One node of the graph. ``load`` finds it in the folder, ``make`` makes it from its parents."""

    def __init__(
        self,
        name: str,
        key: str,
        parents: Sequence[str],
        make: Callable[[], Value],
        load: Callable[[], Value | None] = lambda: None,
    ) -> None:
        self.name, self.key, self.parents, self.make, self.load = name, key, parents, make, load


class _Loaded:
    def __init__(self, value: Value | None, *, is_dirty: bool, is_present: bool) -> None:
        self.value, self.is_dirty, self.is_present = value, is_dirty, is_present


class Store:
    """The assets of one folder."""

    def __init__(self, directory: str, log: Log) -> None:
        self.directory = directory
        self._log = log
        self._assets: dict[str, Asset] = {}
        self._loaded: dict[str, _Loaded] = {}
        self._state: dict[str, Value] = {}
        self._is_new = False
        try:
            with open(os.path.join(directory, STATE_FILE), "rb") as stream:
                read = json.load(stream)
        except FileNotFoundError:
            return
        self._state = {key: Value.of_json(value) for key, value in read.items()}

    def add(self, asset: Asset) -> None:
        self._assets[asset.name] = asset

    def value(self, name: str) -> Value:
        """The value of an asset that was fetched before."""
        value = self._loaded[name].value
        assert value is not None, name
        return value

    def known(self, key: str) -> dict[str, Any]:
        """What the state file holds of an asset; empty where it holds nothing."""
        return self._state[key].data if key in self._state else {}

    def fetch(self, name: str, depth: int = 0) -> Value:
        """The asset's value; ``FetchError`` with the chain of what failed."""
        indent = "  " * depth
        self._log.debug(f"{indent}Fetching {name}...")
        loaded = self._load(name, depth)
        if loaded.value is not None:
            self._log.debug(f"{indent}Reusing previously-fetched {name}")
            return loaded.value
        asset = self._assets[name]
        for parent in asset.parents:
            self._fetch_parent(name, parent, depth)
        self._log.debug(f"{indent}Generating {name}...")
        try:
            loaded.value = asset.make()
        except FetchError as error:
            raise FetchError(f'failed to generate asset "{name}": {error}', error.code) from error
        self._state[asset.key] = loaded.value
        self._is_new = True
        return loaded.value

    def deliver(self, targets: Sequence[str]) -> None:
        """Fetches the assets of a command one by one, eats what each was made from, and writes it."""
        for name in targets:
            try:
                value = self.fetch(name)
            except FetchError as error:
                raise FetchError(f"failed to fetch {name}: {error}", error.code) from error
            self.save()
            self._consume(targets)
            self.write(value)

    def write(self, value: Value) -> None:
        for name, data in value.files.items():
            path = os.path.join(self.directory, name)
            os.makedirs(os.path.dirname(path), mode=0o750, exist_ok=True)
            with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640), "wb") as stream:
                stream.write(data)

    def save(self) -> None:
        """Writes the state file, where an asset is new."""
        known = {self._assets[name].key: loaded.value for name, loaded in self._loaded.items()}
        if all(value is None or self._state.get(key) is value for key, value in known.items()) and not self._is_new:
            return
        self._state |= {key: value for key, value in known.items() if value is not None}
        self._is_new = False
        data = json.dumps({key: value.to_json() for key, value in self._state.items()})
        path = os.path.join(self.directory, STATE_FILE)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640), "w") as stream:
            stream.write(data)

    def _fetch_parent(self, name: str, parent: str, depth: int) -> None:
        try:
            self.fetch(parent, depth + 1)
        except FetchError as error:
            raise FetchError(f'failed to fetch dependency of "{name}": {error}', error.code) from error

    def _load(self, name: str, depth: int) -> _Loaded:
        if name in self._loaded:
            return self._loaded[name]
        asset = self._assets[name]
        indent = "  " * depth
        self._log.debug(f"{indent}Loading {name}...")
        parents = [self._load(parent, depth + 1) for parent in asset.parents]
        parents_are_dirty = any(parent.is_dirty for parent in parents)
        try:
            found, known = asset.load(), self._state.get(asset.key)
        except FetchError as error:
            raise FetchError(f'failed to load asset "{name}": {error}', error.code) from error
        if found is not None and parents_are_dirty:
            self._log.warning(
                f"{indent}Discarding the {name} that was provided in the target directory"
                " because its dependencies are dirty and it needs to be regenerated"
            )
        is_new = found is not None and not parents_are_dirty and (known is None or not found.is_same(known))
        value = None if parents_are_dirty else found or known
        if value is not None:
            self._log.debug(f"{indent}Using {name} loaded from {'target directory' if found else 'state file'}")
        result = _Loaded(value, is_dirty=parents_are_dirty or is_new, is_present=found is not None)
        self._loaded[name] = result
        return result

    def _consume(self, targets: Sequence[str]) -> None:
        eaten = [n for n, loaded in self._loaded.items() if loaded.is_present and n not in targets]
        random.shuffle(eaten)
        for name in eaten:
            self._log.info(f"Consuming {name} from target directory")
            self._log.debug(f'Purging asset "{name}" from disk')
            self._remove(self.value(name))
            self._loaded[name].is_present = False

    def _remove(self, value: Value) -> None:
        for name in value.files:
            path = os.path.join(self.directory, name)
            if os.path.exists(path):
                os.remove(path)
            folder = os.path.join(self.directory, os.path.dirname(name))
            if folder != os.path.join(self.directory, "") and os.path.isdir(folder) and not os.listdir(folder):
                os.rmdir(folder)
