"""The mirrors of the images in install-config.yaml: `imageDigestSources`, or `imageContentSources` before 4.14."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import yaml

from antrea_ci.errors import AntreaGitopsError, FindingsError
from antrea_ci.image_references import repository_of
from antrea_ci.images.mirrors import DIGEST_SOURCES_SINCE, KEYS, Mirrors
from antrea_ci.images.plan import PlannedImage
from antrea_ci.install_config.config import Config
from antrea_ci.values import items_at, text_at
from antrea_ci.yaml_nodes import child
from antrea_ci.yamlio import Path, Value, dump, parse


@dataclass(frozen=True)
class MirrorConfig:
    """``key`` of install-config.yaml, and the entries that it lacks: source to mirror. ``tagged`` are references that
    no mirror serves, because they have no digest."""

    key: str
    missing: Mapping[str, str]
    tagged: tuple[str, ...]

    def as_json(self) -> dict[str, Value]:
        """For machines."""
        entries: list[Value] = [{"source": source, "mirrors": [mirror]} for source, mirror in self.missing.items()]
        return {"key": self.key, "entries": entries, "without_digest": list(self.tagged)}

    def as_text(self) -> str:
        """The entries, as they stand in install-config.yaml."""
        return dump({self.key: [{"source": source, "mirrors": [mirror]} for source, mirror in self.missing.items()]})


def mirror_config(config: Config, images: Sequence[PlannedImage]) -> MirrorConfig:
    """What has to be written so that nodes find the images where `images push` puts them."""
    mirrors = Mirrors.of(config)
    wanted = {repository_of(image.reference): repository_of(image.target) for image in images}
    moved = {source: mirror for source, mirror in wanted.items() if source != mirror}
    missing = {source: mirror for source, mirror in moved.items() if not mirrors.first(source)}
    tagged = tuple(one.reference for one in images if not one.digest and repository_of(one.reference) in moved)
    return MirrorConfig(_key(config), missing, tagged)


def _key(config: Config) -> str:
    """That of the version; from 4.14 on the older one where it is in use, because both together are refused."""
    newer, older = KEYS
    if config.minor < DIGEST_SOURCES_SINCE:
        return older
    return older if config.items(older) and not config.items(newer) else newer


_FIX = "write it as a list, one `- source: ...` a line; or add the entries that `images mirror-config` prints"


def with_mirrors(text: str, config: Config, wanted: MirrorConfig) -> str:
    """The text of install-config.yaml with the missing entries after those that are there, or at its end.

    AntreaGitopsError where it is written so that nothing can be added.
    """
    written = config.written((wanted.key,))
    end = "\r\n" if "\r\n" in text else "\n"
    lines = [f"{line}{end}" for line in wanted.as_text().splitlines()]
    after = _with(text, child(config.document.node, written[0]), lines, end)
    if after is None or not _has(after, written, wanted.missing):
        raise AntreaGitopsError(
            f"install-config.yaml has `{written[0]}` in a form that nothing can be added to", fix=_FIX
        )
    return after


def _with(text: str, pair: tuple[yaml.Node, yaml.Node] | None, lines: Sequence[str], end: str) -> str | None:
    """None where the value is of a form that is not known."""
    if pair is None:
        gap = "" if text.endswith("\n") or not text else end
        return f"{text}{gap}{''.join(lines)}"
    found = pair[1]
    if isinstance(found, yaml.SequenceNode) and not found.flow_style and found.value:
        return _appended(text, found, lines[1:], end)
    if isinstance(found, (yaml.SequenceNode, yaml.ScalarNode)) and not found.value:
        start, stop = found.start_mark.index, found.end_mark.index
        return text[:start].rstrip(" ") + end + "".join(lines[1:]).removesuffix(end) + text[stop:]
    return None


def _has(text: str, path: Path, missing: Mapping[str, str]) -> bool:
    """Whether the list at ``path`` of ``text`` says what was missing; a document that was ended before it does not."""
    try:
        entries = items_at(parse(text.encode(), "install-config.yaml").value, path)
    except FindingsError:
        return False
    return missing.keys() <= {text_at(entry, ("source",)) for entry in entries}


def _appended(text: str, found: yaml.SequenceNode, lines: Sequence[str], end: str) -> str:
    """The lines behind the last entry, as far to the right as the list."""
    last = _last_line(found)
    above = text.splitlines(keepends=True)
    head = above[: last + 1]
    if head and not head[-1].endswith("\n"):
        head[-1] += end
    indent = " " * max(found.start_mark.column, 0)
    moved = [indent + line.removeprefix("  ") for line in lines]
    return "".join([*head, *moved, *above[last + 1 :]])


def _last_line(node: yaml.Node) -> int:
    """The line of the last scalar in ``node``: a block's own end is where the next key begins, behind comments."""
    if isinstance(node, yaml.ScalarNode):
        return node.end_mark.line
    parts = [part for pair in node.value for part in pair] if isinstance(node, yaml.MappingNode) else node.value
    if not parts:
        return node.end_mark.line
    own = node.end_mark.line if isinstance(node, yaml.CollectionNode) and node.flow_style else 0
    return max(own, *(_last_line(part) for part in parts))
