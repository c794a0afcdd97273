"""Edits the text of ``antreaAgentConfig`` and ``antreaControllerConfig``: YAML whose comments document the defaults.

A setting is written below the comment that declares its default, so that the text still reads like the vendor's; all
else stays byte for byte. Lines and columns count from 0 in here, from 1 in messages. Values are read by YAML 1.1.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Mapping
from typing import NamedTuple, TypeAlias, cast

import yaml

Value: TypeAlias = "str | int | float | bool | list[Value] | dict[str, Value] | None"
Path: TypeAlias = tuple[str, ...]

# Prose can look like this too ("# hybrid: noEncap if ..."): a default is one word, quoted, or a flow collection.
_DECLARATION = re.compile(
    r"""#\s*(?P<key>[A-Za-z_][\w.-]*):(?:\s+(?P<default>"[^"]*"|'[^']*'|[\[{].*|[^\s#"'\[{]\S*))?(?:\s+#.*|\s*)"""
)
_DEEPEST = 4  # columns: a comment further right of the key above it is prose
_PLAIN = re.compile(r"(?!(?:y|n|yes|no|on|off|true|false|null)$)[a-z][a-z0-9_.-]*", re.IGNORECASE | re.ASCII)
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


class InnerConfigError(ValueError):
    """The text cannot be read or cannot hold the setting."""

    def __init__(self, line: int, problem: object) -> None:
        super().__init__(f"line {line + 1}: {problem}")


def flatten(settings: Mapping[str, Value]) -> dict[Path, Value]:
    """Nested mappings as leaf paths; lists and scalars are leaves, an empty mapping yields nothing."""
    below = {key: flatten(value) if isinstance(value, dict) else {(): value} for key, value in settings.items()}
    return {(key, *rest): leaf for key, leaves in below.items() for rest, leaf in leaves.items()}


def known_keys(text: str) -> frozenset[str]:
    """The dotted paths of every key that the text has, be it active or only a comment."""
    config = _CommentedConfig(text)
    return frozenset(".".join(map(str, p)) for p in {*config.active, *flatten(config.settings), *config.named} if p)


def edit(text: str, settings: Mapping[Path, Value]) -> str:
    """The text with each path set to its value and every comment kept; the order of ``settings`` does not matter."""
    for path in settings:
        if not path or any(path[:length] in settings for length in range(1, len(path))):
            raise InnerConfigError(0, f"{'.'.join(path)!r} is no key, or is below another key that is to be set")
    old = _CommentedConfig(text or "\n")
    edited = _Editor(old, settings).text()
    if edited == (text or "\n"):
        return text
    new, expected = _Config(edited), old.settings
    for path, value in settings.items():
        expected = _with(expected, path, value)
    if sorted(old.comments.values()) != sorted(new.comments.values()) or _flow(new.settings) != _flow(expected):
        names = ", ".join(map(".".join, sorted(settings)))
        raise InnerConfigError(0, f"setting {names} would change other keys or lose a comment")
    return edited if text else edited.removeprefix("\n")


def _with(mapping: Mapping[str, Value], path: Path, leaf: Value) -> dict[str, Value]:
    """A copy of the mapping in which ``path`` is ``leaf``."""
    below = child if isinstance(child := mapping.get(path[0]), dict) else {}
    return {**mapping, path[0]: _with(below, path[1:], leaf) if path[1:] else leaf}


class _Entry(NamedTuple):
    """An active key with its value. What stands in a flow mapping has no entries of its own."""

    line: int
    column: int
    child_column: int
    after_colon: int  # a column
    last_line: int  # of the value; comments and blank lines after it are not part of it
    is_open: bool  # a mapping in block style, or nothing at all: children can be written below
    value: Value


class _Config:
    """What a text holds: its settings, each active key, and by line the comment that ends it, or nothing."""

    def __init__(self, text: str) -> None:
        self.lines = text.splitlines()  # the breaks that only Python knows are not allowed in YAML
        self.breaks = [line[len(self.lines[n]) :] for n, line in enumerate(text.splitlines(keepends=True))]
        self._token_ends: dict[int, int] = {}  # by line, the column after its last token
        self._inside: set[int] = set()  # the lines that begin inside a scalar
        try:
            root = yaml.CSafeLoader(text).get_single_node()
            settings = cast("Value", yaml.CSafeLoader(text).get_single_data())
        except yaml.MarkedYAMLError as error:
            raise InnerConfigError(error.problem_mark.line if error.problem_mark else 0, error.problem) from error
        except (yaml.YAMLError, ValueError, KeyError) as error:
            raise InnerConfigError(0, error) from error
        is_block = isinstance(root, yaml.MappingNode) and not root.flow_style
        if not is_block and settings is not None:
            raise InnerConfigError(root.start_mark.line if root else 0, "not a mapping in block style")
        self._take_tokens(yaml.CSafeLoader(text))
        column = root.start_mark.column if root and is_block else 0
        self.settings = settings if isinstance(settings, dict) else {}
        root_entry = _Entry(-1, column - 1, column, 0, len(self.lines) - 1, is_open=True, value=settings)
        self.active: dict[Path, _Entry] = {(): root_entry}
        self._take_keys(root, settings, ())
        self.comments = {line: found for line in range(len(self.lines)) if (found := self._comment(line))}

    def lone_comment(self, line: int) -> tuple[int, str]:
        """The column and text of the comment that has the line to itself, or ``(-1, "")``. The column is that of what
        it says, but one blank after the ``#`` does not count: ``# key:`` and ``#key:`` stand in the same column."""
        comment = self.comments.get(line)
        if comment is None or line in self._token_ends:
            return -1, ""
        blanks = len(comment) - len(comment[1:].lstrip()) - 1
        return self.lines[line].index("#") + (blanks if blanks > 1 else 0), comment

    def _comment(self, line: int) -> str:
        end = 0 if line not in self._inside else len(self.lines[line])
        found = re.compile(r"(?<!\S)#.*").search(self.lines[line], self._token_ends.get(line, end))
        return found.group() if found else ""

    def _take_tokens(self, loader: yaml.CSafeLoader) -> None:
        while token := loader.get_token():
            first, last, end = token.start_mark.line, token.end_mark.line, token.end_mark.column
            if isinstance(token, yaml.AliasToken):
                raise InnerConfigError(first, "an alias cannot be edited")
            if isinstance(token, yaml.ScalarToken) and token.style in ("|", ">"):
                self._token_ends[first] = token.start_mark.column + 1  # a comment may follow the sign
                last = max(n for n in range(first, last + bool(end)) if n == first or self.lines[n].strip())
                end = len(self.lines[last]) if last > first else 0
            self._inside.update(range(first + 1, last + 1))
            if token.end_mark.index > token.start_mark.index:
                self._token_ends[last] = max(end, self._token_ends.get(last, 0))

    def _take_keys(self, mapping: yaml.Node | None, values: Value, path: Path) -> None:
        if not isinstance(mapping, yaml.MappingNode) or mapping.flow_style or not isinstance(values, dict):
            return
        ends = sorted(self._token_ends.items())
        for key, node in cast("list[tuple[yaml.Node, yaml.Node]]", mapping.value):
            below, start, end = (*path, str(cast("object", key.value))), key.start_mark, node.end_mark
            value = values.get(below[-1])
            is_block = isinstance(node, yaml.MappingNode) and not node.flow_style
            is_open = is_block or (value is None and node.start_mark.index == end.index)
            child_column = node.start_mark.column if is_block else start.column + 2
            colon = self.lines[start.line].find(":", key.end_mark.column)
            last_line = ends[bisect_right(ends, (end.line, end.column)) - 1][0]  # a block's mark is at the next token
            self.active[below] = _Entry(start.line, start.column, child_column, colon + 1, last_line, is_open, value)
            self._take_keys(node, value, below)


class _Scope(NamedTuple):
    """A key, active or commented, that the keys declared below it may belong to."""

    path: Path
    column: int
    is_twin: bool = False  # a commented twin of an active key: nothing is to be written below it


class _CommentedConfig(_Config):
    """Also the keys that comments declare. A comment belongs to the key that its indentation says, but never further
    out than the active key that follows it."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.named: set[Path] = set()
        self._last_lines: dict[Path, int] = {}  # of the commented default
        self._keys = {entry.line: path for path, entry in self.active.items()}
        self._key_lines = sorted(self._keys)
        line = -1
        while line < len(self.lines):
            line = self._enter(self._keys[line]) if line in self._keys else self._take_comment(line)

    def last_declared(self, path: Path, default: int) -> int:
        """The last line of what comments declare at the path or below, or the default if they do not."""
        return max((last for key, last in self._last_lines.items() if key[: len(path)] == path), default=default)

    def _enter(self, path: Path) -> int:
        """Makes the active key the innermost scope, if it can be one; the line to go on with, after its value."""
        entry = self.active[path]
        outer = [path[:length] for length in range(len(path) + entry.is_open)]
        self._scopes = [_Scope(above, self.active[above].column) for above in outer]
        return (entry.line if entry.is_open else entry.last_line) + 1

    def _take_comment(self, line: int) -> int:
        column, comment = self.lone_comment(line)
        found = _DECLARATION.fullmatch(comment)
        if found and (scope := self._scope(line, column)):
            path = (*scope.path, found["key"])
            self.named.add(path)
            is_twin = scope.is_twin or path in self.active
            if not is_twin:
                self._last_lines.setdefault(path, self._end_of_default(line, column, found["default"] or "|"))
            if not found["default"]:
                self._scopes.append(_Scope(path, column, is_twin))
        return line + 1

    def _scope(self, line: int, column: int) -> _Scope | None:
        """The mapping that a comment in this column declares a key of; none if it is indented like prose."""
        while len(self._scopes) > 1 and self._scopes[-1].column >= column:
            self._scopes.pop()
        scope, following = self._scopes[-1], bisect_right(self._key_lines, line)
        around = self._keys[self._key_lines[following]][:-1] if following < len(self._key_lines) else ()
        if len(around) > len(scope.path):
            scope = _Scope(around, self.active[around].column)
        return scope if column - scope.column <= (_DEEPEST if scope.path else 2) else None

    def _end_of_default(self, line: int, column: int, default: str) -> int:
        """Of a default that goes on below its key (a list, an open bracket, a block scalar), the last line."""
        is_done = default[0] not in "[{|>" or default[-1] in "]}"
        while not is_done:
            below, comment = self.lone_comment(line + 1)
            content = comment[1:].strip()
            is_done = not content or below < column or (below == column and not re.match(r"-( |$)|[\]}]", content))
            line += not is_done
        return line


class _Editor:
    """Finds where each setting goes."""

    def __init__(self, config: _CommentedConfig, settings: Mapping[Path, Value]) -> None:
        self._config = config
        self._replaced: dict[int, list[str]] = {}  # by line, what stands there instead
        self._added: dict[int, list[str]] = {}  # by line, what comes after it
        new: dict[Path, dict[str, Value]] = {}
        for path, value in sorted(settings.items(), key=lambda item: item[0]):
            length = max(n for n in range(len(path) + 1) if path[:n] in config.active)
            if path[length:]:
                new[path[:length]] = _with(new.get(path[:length], {}), path[length:], value)
            elif _flow(config.active[path].value) != _flow(value):
                self._replace(config.active[path], value)
        # After one line the deeper key comes first: it still belongs to the mapping that ends there.
        for parent in sorted(new, key=lambda path: (-len(path), path)):
            self._add(parent, new[parent])

    def text(self) -> str:
        """The edited text. What is added takes the text's own line ending."""
        text, ending = "", "\r\n" if "\r\n" in self._config.breaks else "\n"
        for number, line in enumerate(self._config.lines):
            lines = self._replaced.get(number, [line]) + self._added.get(number, [])
            text += ending.join(lines) + self._config.breaks[number] if lines else ""
        return text

    def _replace(self, entry: _Entry, value: Value) -> None:
        """Writes the value behind the key's colon; the comments that stood inside of the old one follow."""
        content, comment = self._config.lines[entry.line], self._config.comments.get(entry.line, "")
        first, *below = _lines("", value, entry.column)
        old = content[entry.after_colon : len(content) - len(comment)]
        gap = old[: len(old) - len(old.lstrip())] if old.strip() else " "
        new = gap + first.strip()[2:] if first.strip()[2:] else ""
        lines = [content[: entry.after_colon] + new + old[len(old.rstrip()) :] + comment]
        for number in range(entry.line + 1, entry.last_line + 1):
            self._replaced[number - 1], line = [], self._config.lines[number]
            if comment := self._config.comments.get(number):
                lines.append(line[: len(line) - len(line.lstrip())] + comment)
        self._replaced[entry.last_line] = lines + below

    def _add(self, parent: Path, keys: dict[str, Value]) -> None:
        """Writes new keys, each below its commented default, else at the end of the parent's block."""
        entry = self._config.active[parent]
        if not isinstance(entry.value, dict | None):
            raise InnerConfigError(entry.line, f"{'.'.join(parent)} has a value, it cannot hold {', '.join(keys)}")
        if not entry.is_open:
            self._replace(entry, {**(entry.value or {}), **keys})
            return
        end = entry.last_line
        while not entry.value and self._config.lone_comment(end + 1)[0] > entry.column:
            end += 1
        end = max(end, self._config.last_declared(parent, end))
        for key, value in keys.items():
            line = self._config.last_declared((*parent, key), end)
            self._added.setdefault(line, []).extend(_lines(_inline(key), value, entry.child_column))


def _lines(key: str, value: Value, column: int) -> list[str]:
    start = f"{' ' * column}{key}:"
    if isinstance(value, list) and value:
        return [start, *(f"{' ' * (column + 2)}- {_inline(item)}" for item in value)]
    if isinstance(value, dict) and value:
        return [start, *(line for n in sorted(value, key=str) for line in _lines(_inline(n), value[n], column + 2))]
    return [f"{start} {_inline(value)}"]


def _inline(value: Value) -> str:
    """The value on one line; a string without quotes where YAML 1.1 and 1.2 both read it as one."""
    return value if isinstance(value, str) and _PLAIN.fullmatch(value) else _flow(value)


def _flow(value: Value) -> str:
    """The value in JSON's form, but for the floats of YAML 1.1. Values of one type that are equal give one text."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_flow(key)}: {_flow(value[key])}" for key in sorted(value, key=str)) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, float):
        return re.sub(r"(inf|nan)$", r".\1", re.sub(r"^([^.]+)e", r"\1.0e", repr(value)))
    text = json.dumps(value, ensure_ascii=False, default=str)  # a date is a string to Antrea
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found.group()):04x}", text)
