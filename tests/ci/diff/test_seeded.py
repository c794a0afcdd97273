"""Any change of any rendered object is told by its path; order and comments are no change of meaning."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from antrea_ci.diff.objects import compare_objects

TEXTS = ("antreaAgentConfig", "antreaControllerConfig", "antreaCNIConfig")
IDENTITY = {("apiVersion",), ("kind",), ("metadata", "name"), ("metadata", "namespace")}


@pytest.fixture(scope="module")
def manifests(pristine: Path) -> dict[str, str]:
    """The rendered objects by the names of their files."""
    return {path.name: path.read_text() for path in sorted((pristine / "rendered" / "install").iterdir())}


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict) and value:
        for key, below in value.items():
            yield from _leaves(below, (*path, key))
    elif isinstance(value, list) and value:
        for index, below in enumerate(value):
            yield from _leaves(below, (*path, index))
    elif path not in IDENTITY:
        yield path


def _changed(manifest: Any, path: tuple[Any, ...]) -> Any:
    manifest = copy.deepcopy(manifest)
    place = manifest
    for step in path[:-1]:
        place = place[step]
    old = place[path[-1]]
    place[path[-1]] = not old if isinstance(old, bool) else old + 1 if isinstance(old, int) else f"{old}-seeded"
    return manifest


@settings(max_examples=80)
@given(data=st.data())
def test_a_changed_value_is_told_where_it_is(manifests: dict[str, str], data: st.DataObject) -> None:
    read = {name: yaml.load(text, Loader=yaml.CSafeLoader) for name, text in manifests.items()}
    name = data.draw(st.sampled_from([name for name in sorted(read) if any(_leaves(read[name]))]))
    manifest = read[name]
    path = data.draw(st.sampled_from(sorted(_leaves(manifest), key=str)))
    after = {**manifests, name: yaml.dump(_changed(manifest, path))}
    (change,) = compare_objects(manifests, after, "rendered/install")
    last = next(str(step) for step in reversed(path) if isinstance(step, str))
    assert change.has_meaning
    assert any(last in told.path for told in change.paths), (path, change.paths)


@settings(max_examples=40)
@given(data=st.data())
def test_a_changed_value_inside_of_a_text_is_told_by_its_inner_path(
    manifests: dict[str, str], data: st.DataObject
) -> None:
    (name,) = [name for name in manifests if "-antreainstall-" in name]
    manifest = yaml.load(manifests[name], Loader=yaml.CSafeLoader)
    field = data.draw(st.sampled_from(TEXTS))
    inner = yaml.load(manifest["spec"][field], Loader=yaml.CSafeLoader)
    path = data.draw(st.sampled_from(sorted(_leaves(inner), key=str)))
    changed = copy.deepcopy(manifest)
    changed["spec"][field] = yaml.dump(_changed(inner, path))
    (change,) = compare_objects(manifests, {**manifests, name: yaml.dump(changed)}, "rendered/install")
    last = next(str(step) for step in reversed(path) if isinstance(step, str))
    found = [told.path for told in change.paths if told.effect == "meaning"]
    assert any(told.startswith(f"spec.{field} → ") and last in told for told in found), (path, found)


@settings(max_examples=40)
@given(seed=st.integers(0, 2**32), data=st.data())
def test_order_and_comments_alone_are_no_change_of_meaning(
    manifests: dict[str, str], seed: int, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(sorted(manifests)))
    manifest = yaml.load(manifests[name], Loader=yaml.CSafeLoader)
    shuffled = _shuffled(manifest, random.Random(seed))
    for field in TEXTS:
        if field in shuffled.get("spec", {}):
            shuffled["spec"][field] = f"# another comment\n{shuffled['spec'][field]}"
    changes = compare_objects(manifests, {**manifests, name: yaml.dump(shuffled, sort_keys=False)}, "rendered/install")
    assert not any(change.has_meaning for change in changes), changes
    assert {one for change in changes for one in change.classes} <= {"documentation"}


def _shuffled(value: Any, chance: random.Random, key: str = "") -> Any:
    """The keys of every mapping and the items of the lists whose order says nothing, in another order."""
    if isinstance(value, dict):
        return {name: _shuffled(value[name], chance, name) for name in chance.sample(list(value), len(value))}
    if isinstance(value, list) and key not in ("command", "args", "initContainers"):
        return [_shuffled(item, chance) for item in chance.sample(value, len(value))]
    return value
