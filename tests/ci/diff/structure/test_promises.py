"""What holds for any two values: nothing is lost, nothing is invented, and what says nothing is told as such."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from antrea_ci.diff.model import ABSENT, Difference, Effect
from antrea_ci.diff.paths import Inner, Item
from antrea_ci.diff.structure import differences
from antrea_ci.yamlio import read_all
from support.values import VALUES, Text, mutations, shuffled, steps, written

SEEDS = st.integers(0, 2**32)


def found(before: Any, after: Any) -> list[Difference]:
    return differences(written(before), written(after), kind="ConfigMap", hide_secrets=False)


@given(VALUES)
def test_a_value_does_not_differ_from_itself(value: Any):
    assert found(value, value) == []


@given(VALUES, VALUES)
@settings(max_examples=120)
def test_there_is_no_difference_if_and_only_if_both_are_the_same_yaml(before: Any, after: Any):
    same = json.dumps(written(before), sort_keys=True) == json.dumps(written(after), sort_keys=True)
    assert (found(before, after) == []) is same


@given(VALUES, SEEDS)
@settings(max_examples=80)
def test_any_single_change_is_one_of_meaning_that_leads_to_its_place(value: Any, seed: int):
    for mutation in mutations(value, random.Random(seed)):
        told = [one.steps for one in found(value, mutation.result) if one.effect is Effect.MEANING]
        assert any(leads_to(one, mutation.path, value) for one in told), (mutation, told)


def leads_to(told: Any, path: tuple[str | int | None, ...], value: Any) -> bool:
    """Whether the steps lead to the place that was changed, or at least to what is around it."""
    for step, key in zip(told, path[:-1], strict=False):
        if isinstance(key, int):
            named = isinstance(step, Item) and (step.label == str(key) or step.label in labels(value)[key : key + 1])
        else:
            named = isinstance(step, Inner) if key is None else step == key
        if not named:
            return False
        value = dict(steps(value))[key]
    return len(told) >= len(path) - 1


@given(VALUES, SEEDS)
@settings(max_examples=80)
def test_order_and_comments_alone_never_change_the_meaning(value: Any, seed: int):
    effects = {one.effect for one in found(value, shuffled(value, random.Random(seed)))}
    assert Effect.MEANING not in effects


@given(VALUES, VALUES)
@settings(max_examples=120)
def test_before_and_the_differences_tell_after(before: Any, after: Any):
    assert in_any_order(applied(before, found(before, after)), before, after) == in_any_order(after, before, after)


@given(VALUES, SEEDS)
@settings(max_examples=60)
def test_so_they_do_after_a_small_change(value: Any, seed: int):
    for mutation in mutations(value, random.Random(seed)):
        after = mutation.result
        assert in_any_order(applied(value, found(value, after)), value, after) == in_any_order(after, value, after)


def applied(before: Any, told: list[Difference], depth: int = 0) -> Any:
    """``before`` with the differences carried out, all of which start with the same ``depth`` steps."""
    below: dict[Any, list[Difference]] = defaultdict(list)
    for one in told:
        if len(one.steps) > depth:
            below[one.steps[depth]].append(one)
        elif one.effect is not Effect.ORDER and one.effect is not Effect.COMMENT and not is_reordered(one):
            return one.after
    if isinstance(before, str | Text) and below:
        held = before if isinstance(before, Text) else held_by(before)
        assert held, before
        return Text(applied(held.value, next(iter(below.values())), depth + 1), "yaml")
    if before is None and below:  # a key without a value is filled key by key
        before = {}
    if isinstance(before, dict):
        changed = {key: applied(before.get(key), ones, depth + 1) for key, ones in below.items()}
        return {key: one for key, one in {**before, **changed}.items() if one is not ABSENT}
    return applied_to_list(before, below, depth) if isinstance(before, list) else before


def is_reordered(one: Difference) -> bool:
    return one.note.startswith("another order")


def applied_to_list(before: list[Any], below: dict[Any, list[Difference]], depth: int) -> list[Any]:
    result, names = list(before), labels(before)
    added: list[Any] = []
    for step, ones in below.items():
        new = [one for one in ones if len(one.steps) == depth + 1 and one.before is ABSENT]
        added += [one.after for one in new]
        rest = [one for one in ones if one not in new]
        if rest:
            index = names.index(step.label) if step.label in names else int(step.label)
            result[index] = applied(before[index], rest, depth + 1)
    return [one for one in result if one is not ABSENT] + added


def labels(items: list[Any]) -> list[str]:
    """``name=a`` where all items have a name of their own."""
    names = [f"name={item.get('name')}" if isinstance(item, dict) else "" for item in items]
    return names if len(set(names)) == len(names) else []


def in_any_order(value: Any, *sides: Any) -> str:
    """The text of a value in which order makes no difference. Texts of either side stand for what they hold."""
    return json.dumps(unordered(value, {one.written: one for side in sides for one in texts_of(side)}))


def texts_of(value: Any) -> list[Text]:
    below = [one for _, step in steps(value) for one in texts_of(step)]
    return [value, *below] if isinstance(value, Text) else below


def unordered(value: Any, texts: dict[str, Text]) -> Any:
    if isinstance(value, Text):
        return ["text of", unordered(value.value, texts)]
    if isinstance(value, dict):
        return sorted([key, unordered(one, texts)] for key, one in value.items())
    if isinstance(value, list):
        return sorted((unordered(one, texts) for one in value), key=json.dumps)
    held = texts.get(value) or held_by(value) if isinstance(value, str) else None
    return unordered(held, texts) if held else value


def held_by(text: str) -> Text | None:
    """What a plain string would hold if it stood beside one that holds something."""
    documents, faults = read_all(text, "")
    value = documents[0].value if len(documents) == 1 and not faults else None
    return Text(value, "yaml") if isinstance(value, dict | list) else None
