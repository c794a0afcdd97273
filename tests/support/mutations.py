"""Single-field corruptions of a YAML file: a key misspelt, an entry dropped, a value changed. Text in, text out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

_INNER = re.compile(r"^(?P<indent> *)(?P<dash>- )?(?P<key>[A-Za-z][\w.]*):(?P<value> .*)?$")


@dataclass(frozen=True)
class Mutation:
    """``file`` with ``text`` instead of its own; ``path`` is the dotted path of the field, ``how`` what was done."""

    file: str
    path: str
    how: str
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.path}:{self.how}"


def mutations(file: str, text: str) -> Iterator[Mutation]:
    """Every corruption of a file, in the order of its fields."""
    for document in yaml.compose_all(text, Loader=yaml.SafeLoader):
        if document is not None:
            yield from _below(file, text, document, "")


def _below(file: str, text: str, node: yaml.Node, path: str) -> Iterator[Mutation]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here = f"{path}.{key.value}" if path else key.value
            yield Mutation(file, here, "misspelt key", _replaced(text, key, _misspelt(key.value)))
            yield from _entry(file, text, node, (key, value), here)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _entry(file, text, node, (item, item), f"{path}[{index}]")
    elif isinstance(node, yaml.ScalarNode) and node.style == "|":
        yield from _inside(file, text, node, path)
    elif isinstance(node, yaml.ScalarNode):
        for how, value in _other_values(node):
            yield Mutation(file, path, how, _replaced(text, node, value))


def _entry(
    file: str, text: str, parent: yaml.CollectionNode, entry: tuple[yaml.Node, yaml.Node], path: str
) -> Iterator[Mutation]:
    """One entry dropped, where it has lines of its own and siblings; and everything within it."""
    first, last = entry
    if not parent.flow_style and len(parent.value) > 1:
        yield Mutation(file, path, "dropped", _without(text, first, last))
    yield from _below(file, text, last, path)


def _inside(file: str, text: str, node: yaml.ScalarNode, path: str) -> Iterator[Mutation]:
    """The active lines of a configuration that is held as a block of text."""
    lines = text.split("\n")
    for number in range(node.start_mark.line + 1, node.end_mark.line):
        found = _INNER.match(lines[number])
        if not found:
            continue
        here = f"{path}>{found['key']}"
        head = f"{found['indent']}{found['dash'] or ''}"
        changed = {"misspelt key": f"{head}{_misspelt(found['key'])}:{found['value'] or ''}", "dropped": None}
        if found["value"]:
            changed["text"] = f"{head}{found['key']}: three"
        for how, line in changed.items():
            new = [*lines[:number], *([] if line is None else [line]), *lines[number + 1 :]]
            yield Mutation(file, here, how, "\n".join(new))


def _other_values(node: yaml.ScalarNode) -> Iterator[tuple[str, str]]:
    tag = node.tag.rpartition(":")[2]
    if tag == "int":
        yield from (("negative", "-1"), ("huge", "99999999"), ("text", "three"))
    elif tag == "bool":
        yield from (("opposite", "false" if node.value == "true" else "true"), ("text", "maybe"))
    elif node.value:
        yield from (("misspelt value", f'"{_misspelt(node.value)}"'), ("empty", '""'), ("number", "7"))


def _misspelt(word: str) -> str:
    """Two different neighbours exchanged, as near to the middle as there are such; else one letter more."""
    middle = len(word) // 2
    for place in sorted(range(len(word) - 1), key=lambda index: abs(index + 1 - middle)):
        if word[place] != word[place + 1] and word[place : place + 2].isalnum():
            return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    return f"{word}x"


def _replaced(text: str, node: yaml.Node, new: str) -> str:
    return text[: node.start_mark.index] + new + text[node.end_mark.index :]


def _without(text: str, first: yaml.Node, last: yaml.Node) -> str:
    """The text without the lines of an entry."""
    lines = text.split("\n")
    start, end = first.start_mark.line, last.end_mark.line
    # A block ends where the next thing starts; anything else ends within its last line.
    is_block = last.style in ("|", ">") if isinstance(last, yaml.ScalarNode) else not last.flow_style
    return "\n".join([*lines[:start], *lines[end if is_block else end + 1 :]])
