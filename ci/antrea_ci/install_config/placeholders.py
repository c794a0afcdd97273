"""Values that somebody meant to replace, and characters that word processors put in place of plain ones."""

from __future__ import annotations

import re
from collections.abc import Iterator

from antrea_ci.findings import Finding
from antrea_ci.install_config.config import Config, Steps
from antrea_ci.install_config.words import is_secret
from antrea_ci.yaml_hints import odd_character
from antrea_ci.yamlio import Value

_ANYWHERE = re.compile(r"\$\{[^}\n]*\}|\{\{.*?\}\}|\{%.*?%\}")
_WHOLE = re.compile(r"<[^<>\n]+>|\.\.\.|\[[^\[\]\n]+\]|(?i:change_?me|replace_?me|todo|tbd|xxx+)")
_FREE_TEXT = frozenset({"networkConfig", "annotations"})


def findings(config: Config) -> Iterator[Finding]:
    """One for each text that is, or holds, a placeholder or such a character."""
    for path, text in _texts(dict(config.value), ()):
        secret = is_secret(path)
        if found := _ANYWHERE.search(text) or (None if secret else _WHOLE.fullmatch(text.strip())):
            what = "is a placeholder" if secret else f"holds the placeholder {found[0]!r}"
            yield config.finding("placeholder", path, what)
        elif (path[-1] != "password") and (odd := odd_character(text)):
            yield config.finding("characters", path, f"holds a {odd}", fix="type it again with plain characters")


def _texts(value: Value, path: Steps) -> Iterator[tuple[Steps, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, (*path, index))
    elif isinstance(value, dict):
        for key, item in value.items():
            if key not in _FREE_TEXT:
                yield from _texts(item, (*path, key))
