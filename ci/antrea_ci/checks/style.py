"""Family ``style``: yamllint with the repository's own configuration, else with the one that the template ships."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import NamedTuple, Protocol, cast

from yaml.reader import ReaderError

from antrea_ci.checks.context import Context
from antrea_ci.findings import Finding, Location

_SHIPPED = Path(__file__).parents[1] / "facts" / "yamllint.yaml"
# These files have readers of their own here, which say more of what keeps them from being read.
_READ_ELSEWHERE = ("cluster.yaml", "install-config.yaml", "tools.lock.yaml", "installed.yaml", "antrea/")
# yamllint reads about 3,000 lines a second.
_LONGEST = 2_000
_SAID_ELSEWHERE = (None, "key-duplicates")


class _Problem(NamedTuple):
    line: int
    column: int
    rule: str | None
    desc: str


class _Config(Protocol):
    """What is used here of yamllint's configuration; yamllint itself has no types."""

    def is_yaml_file(self, filepath: str) -> bool: ...

    def is_file_ignored(self, filepath: str) -> bool: ...


def findings(context: Context) -> Iterator[Finding]:
    """What yamllint says of every YAML file that its configuration does not ignore."""
    path = context.repo.yamllint_file
    own = path if path.is_file() else _SHIPPED
    try:
        config = _config(own.read_text(encoding="utf-8", errors="replace"))
    except _configuration_error() as error:
        yield Finding("style/configuration", str(error), location=Location(context.repo.name(own)))
        return
    for name in context.files:
        if config.is_yaml_file(name) and not config.is_file_ignored(name):
            yield from _of_file(context.repo.root / name, name, config)


def _of_file(path: Path, name: str, config: _Config) -> Iterator[Finding]:
    if not path.is_file():
        return
    data = path.read_bytes()
    if data.count(b"\n") > _LONGEST:
        message = f"more than {_LONGEST} lines are not looked at for style"
        yield Finding("style/long-file", message, location=Location(name))
        return
    for problem in _problems(data, name, config):
        if problem.rule in _SAID_ELSEWHERE and name.startswith(_READ_ELSEWHERE):
            continue
        rule = "style/yamllint" if problem.rule else "style/syntax"
        message = f"{problem.desc} ({problem.rule})" if problem.rule else problem.desc
        yield Finding(rule, message, location=Location(name, problem.line, problem.column))


@lru_cache(maxsize=8)
def _config(text: str) -> _Config:
    make = cast("Callable[[str], _Config]", import_module("yamllint.config").YamlLintConfig)
    return make(text)


def _configuration_error() -> type[Exception]:
    return cast("type[Exception]", import_module("yamllint.config").YamlLintConfigError)


# One process may look at hundreds of repositories that share most of these files.
@lru_cache(maxsize=1024)
def _problems(data: bytes, name: str, config: _Config) -> tuple[_Problem, ...]:
    run = cast("Callable[[str, _Config, str], Iterable[_Problem]]", import_module("yamllint.linter").run)
    text = data.decode("utf-8", "replace")
    try:
        return tuple(_Problem(p.line, p.column, p.rule, p.desc) for p in run(text, config, name))
    except ReaderError as error:  # the one fault of PyYAML's that yamllint lets through
        return (_unprintable(text, text[error.position], error.position),)


def _unprintable(text: str, character: str, position: int) -> _Problem:
    line, start = text.count("\n", 0, position) + 1, text.rfind("\n", 0, position) + 1
    return _Problem(line, position - start + 1, None, f"YAML cannot hold the character U+{ord(character):04X}")
