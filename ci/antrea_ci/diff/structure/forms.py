"""What a string holds when it is more than a string: certificates, JSON, YAML, lines of ``key=value``."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from antrea_ci.certificates import read_certificate
from antrea_ci.yaml_nodes import MAX_DEPTH
from antrea_ci.yamlio import Value, read_all

_LARGEST = 8 * 1024 * 1024  # characters; a longer text is compared as text
_BEGIN = "-----BEGIN "
_PRIVATE = "PRIVATE KEY"
_ASSIGNMENT = re.compile(r"([A-Za-z0-9_][A-Za-z0-9_.\-/]*)[ \t]*=(?!=)(.*)")
_SECTION = re.compile(r"\[([^\[\]]+)\][ \t]*")
_TAGGED = re.compile(r"^.*(?:^|[:?,\[{-])[ \t]*!\w.*$", re.MULTILINE)
_COMMENT = re.compile(r"^[ \t]*(#.*)|^[^\n\"'#]*?[ \t](#.*)", re.MULTILINE)


@dataclass(frozen=True)
class Blocks:
    """What tells PEM blocks apart: a name for each, its digest, and whether it is a private key."""

    names: tuple[str, ...]
    digests: tuple[str, ...]
    private: tuple[bool, ...]


@dataclass(frozen=True)
class Parsed:
    """``value`` is what the text says; None where it says nothing, because all of it is comments.

    ``several``: ``value`` lists the documents. Of PEM, ``value`` lists what may be shown of each of the ``blocks``.
    """

    form: str
    value: Value
    several: bool = False
    blocks: Blocks | None = None


def read_any(text: str) -> Parsed | None:
    """What a text holds that has no other beside it; None for a plain one."""
    if not may_be_structured(text):
        return None
    return next(filter(None, (read(text) for read in readers())), None)


def readers() -> tuple[Callable[[str], Parsed | None], ...]:
    """What reads a text of each form, or says None; the strictest first."""
    return (read_pem, read_json, read_yaml, read_assignments)


def may_be_structured(text: str) -> bool:
    """A look that is much faster than reading: only such a text is structured by itself, without another beside it.

    Of single lines it takes ``{"a":1}``, ``{a: 1}``, ``[a, b]``, but not ``[a-z]`` or ``{.metadata.name}``.
    """
    if "\n" not in text and text.lstrip()[:1] not in ("{", "["):
        return False
    plain = text.strip()
    if "\n" in plain:
        return len(text) <= _LARGEST
    ends, body = plain[:1] + plain[-1:], plain[1:-1].lstrip()
    if len(text) > _LARGEST or len(plain) < 2 or ends not in ("{}", "[]"):
        return False
    return not body or body[0] in '"{[' or (": " if ends == "{}" else ", ") in body


def comments_of(text: str) -> list[str]:
    """The comments of YAML or ``key=value`` lines; by their looks, so one inside quotes may be among them."""
    return [(found[1] or found[2]).strip() for found in _COMMENT.finditer(text)]


def tagged_lines(text: str) -> list[str]:
    """The lines of YAML with a tag, such as GitLab's ``!reference``, which is no part of the values that are read."""
    return sorted(found[0].strip() for found in _TAGGED.finditer(text)) if "!" in text else []


def read_json(text: str) -> Parsed | None:
    """An object or a list; none with a key that stands twice, of which readers make different things."""
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse)
        json.dumps(value, ensure_ascii=False).encode()  # half a surrogate pair is no text
    except (ValueError, RecursionError):
        return None
    return Parsed("json", value) if _is_flat(value) else None


def _is_flat(value: Value) -> bool:
    """Whether it is not nested deeper than a document of YAML may be."""
    level: list[Value] = [value]
    for _ in range(MAX_DEPTH):
        below = (one.values() if isinstance(one, dict) else one for one in level if isinstance(one, dict | list))
        level = [item for items in below for item in items]
    return not level


def _unique(pairs: list[tuple[str, Value]]) -> dict[str, Value]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a key stands twice")
    return value


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


def read_yaml(text: str) -> Parsed | None:
    """Documents that are mappings or lists; one of them is taken for itself."""
    try:
        documents, faults = read_all(text, "")
    except UnicodeEncodeError:  # half a surrogate pair, which no file can hold, but a text of JSON can
        return None
    values = [document.value for document in documents]
    if faults or not all(value is None or isinstance(value, dict | list) for value in values):
        return None
    if len(values) > 1:
        return Parsed("yaml", values, several=True)
    value = values[0] if values else None
    # `null` and `~` are values, not the absence of any.
    return None if value is None and _says_something(text) else Parsed("yaml", value)


def _says_something(text: str) -> bool:
    lines = (line.strip() for line in text.splitlines())
    return any(line and not line.startswith("#") and line != "---" for line in lines)


def read_assignments(text: str) -> Parsed | None:
    """Lines of ``key=value``, which may stand in sections. Blanks around a value belong to it."""
    top: dict[str, Value] = {}
    section = top
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith(("#", ";")):
            if line.startswith("#!"):
                return None
            continue
        head = _SECTION.fullmatch(line)
        if head and f"[{head[1]}]" not in top:
            section = {}
            top[f"[{head[1]}]"] = section
            continue
        found = _ASSIGNMENT.fullmatch(line)
        if not found or found[1] in section:
            return None
        section[found[1]] = found[2]
    return Parsed("ini", top) if top else None


def read_pem(text: str) -> Parsed | None:
    """Certificates, keys and what else comes in PEM; comments may stand between them."""
    if _BEGIN not in text:
        return None
    from antrea_ci.install_config.certificates import Block, next_block

    blocks: list[Block] = []
    position = 0
    while block := next_block(text, position):
        if not _is_spare(text[position : block.start]):
            return None
        blocks.append(block)
        position = block.end
    if not blocks or not _is_spare(text[position:]):
        return None
    shown = [_shown(block.label, block.data) for block in blocks]
    names = tuple(_block_name(block.label, value) for block, value in zip(blocks, shown, strict=True))
    digests = tuple(hashlib.sha256(block.data).hexdigest() for block in blocks)
    private = tuple(block.label.endswith(_PRIVATE) for block in blocks)
    return Parsed("pem", list[Value](shown), blocks=Blocks(names, digests, private))


def _shown(label: str, data: bytes) -> dict[str, Value]:
    digest = hashlib.sha256(data).hexdigest()
    certificate = read_certificate(data) if label.endswith("CERTIFICATE") else None
    if certificate:
        return {"subject": certificate.subject, "expires": certificate.expires.isoformat(), "sha256": digest}
    return {"label": label, "sha256": digest}


def _block_name(label: str, value: dict[str, Value]) -> str:
    return f"subject={value['subject']}" if "subject" in value else label.lower()


def _is_spare(text: str) -> bool:
    return all(not line.strip() or line.lstrip().startswith("#") for line in text.splitlines())
