"""The facts about secrets, compiled once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import translate
from functools import cache, cached_property

from antrea_ci.facts import facts
from antrea_ci.values import text_at, value_at
from antrea_ci.yamlio import Value


@dataclass(frozen=True)
class Token:
    """A secret that can be told by its form alone. One of ``needs``, words in small letters, is in it."""

    rule: str
    what: str
    needs: tuple[bytes, ...]
    form: str

    @cached_property
    def pattern(self) -> re.Pattern[bytes]:
        """The form, compiled: most runs need none of them."""
        return re.compile(self.form.encode())


@dataclass(frozen=True)
class NamedFile:
    """A kind of file that is secret as a whole, by its path."""

    name: re.Pattern[str]
    what: str


@cache
def tokens() -> tuple[Token, ...]:
    """Every form of token, in the order of the facts."""
    return tuple(
        Token(
            text_at(entry, ("rule",)),
            text_at(entry, ("what",)),
            tuple(word.encode() for word in _texts(value_at(entry, ("needs",)))),
            text_at(entry, ("pattern",)),
        )
        for entry in _items("tokens")
    )


@cache
def token_words() -> tuple[tuple[bytes, Token], ...]:
    """Each word with the token that it may announce."""
    return tuple((word, token) for token in tokens() for word in token.needs)


@cache
def named_files() -> tuple[NamedFile, ...]:
    """Every kind of file that is told by its name."""
    return tuple(
        NamedFile(
            re.compile("|".join(translate(name) for name in _texts(value_at(entry, ("names",))))),
            text_at(entry, ("what",)),
        )
        for entry in _items("files")
    )


@cache
def words(name: str) -> tuple[str, ...]:
    """A list of words."""
    return _texts(facts("secrets")[name])


@cache
def pattern(name: str) -> re.Pattern[str]:
    """A single pattern."""
    return re.compile(str(facts("secrets")[name]))


@cache
def placeholders() -> re.Pattern[str]:
    """What a value looks like that stands for something else."""
    return re.compile("|".join(f"(?:{one})" for one in words("placeholders")))


def _items(name: str) -> list[Value]:
    found = facts("secrets")[name]
    assert isinstance(found, list)
    return found


def _texts(value: Value) -> tuple[str, ...]:
    assert isinstance(value, list)
    return tuple(str(item) for item in value)
