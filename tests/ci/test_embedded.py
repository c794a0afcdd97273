"""Places inside strings that hold texts of their own, as places in the file around them."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from antrea_ci.embedded import EmbeddedText, embedded_text
from antrea_ci.findings import Location
from antrea_ci.yamlio import parse, parse_all
from support.repos import SHARED

BUNDLES = SHARED / "antrea-bundles"
FOLDED = """\
kind: AntreaInstall
spec:
  antreaAgentConfig: "featureGates:\\n  # an \\"example\\"\\n  Egress: true\\n\\n\\
    tunnelType: ipip  and\\
    \\ more\\nnoSNAT:
    yes\\n"
"""


def embedded(source: str, *path: str) -> EmbeddedText:
    found = embedded_text(parse(source, "f.yaml"), path, source)
    assert found is not None
    return found


def shown(source: str, place: Location, length: int) -> str:
    """What stands in the file at a place."""
    return source.split("\n")[place.line - 1][place.column - 1 :][:length]


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ("a: |\n  x: 1\n  y: 2\n", "3:3"),
        ("a: |2-\n    x: 1\n  y: 2\n", "3:3"),
        ("a:\n  - b: >-\n      x: 1\n\n      y: 2\n", "5:7"),
        ('a: "x: 1\\ny: 2"\n', "1:11"),
        ("a: 'x: 1\n\n  y: 2'\n", "3:3"),
        ("a: x 1\n\n  y: 2\n".replace("y: 2", "y 2"), "3:3"),
    ],
    ids=["literal", "literal with indicators", "folded", "double-quoted", "single-quoted", "plain"],
)
def test_the_second_line_of_a_text_is_found_in_every_style(source: str, place: str) -> None:
    path = ("a", 0, "b") if "- b" in source else ("a",)
    found = embedded_text(parse(source, "f.yaml"), path, source)
    assert found is not None
    assert str(found.place(Location("f.yaml", 2, 1))) == f"f.yaml:{place}"


def test_a_folded_string_with_escapes_as_public_bundles_have_it() -> None:
    text = embedded(FOLDED, "spec", "antreaAgentConfig")
    inner = parse(text.text, "f.yaml")
    assert shown(FOLDED, text.place(inner.locate(("featureGates", "Egress"))), 4) == "true"
    assert shown(FOLDED, text.place(inner.locate(("tunnelType",))), 9) == "ipip  and"
    assert shown(FOLDED, text.place(inner.locate(("noSNAT",))), 3) == "yes"


def test_the_place_names_the_document_of_the_outer_file() -> None:
    source = "first: 1\n---\na: |\n  x: 1\n"
    text = embedded_text(parse_all(source, "f.yaml")[1], ("a",), source)
    assert text is not None
    assert text.place(Location("inner", 1, 4)) == Location("f.yaml", 4, 6, 1)


def test_a_text_as_a_whole_is_where_its_scalar_starts() -> None:
    text = embedded("a: |\n  x: 1\n", "a")
    assert text.place(Location("inner")) == Location("f.yaml", 1, 4)


def test_a_place_behind_the_end_is_the_last_character() -> None:
    text = embedded("a: x\n", "a")
    assert text.place(Location("inner", 9, 9)) == Location("f.yaml", 1, 4)


def test_what_is_no_scalar_has_no_places() -> None:
    source = "a: [1]\n"
    assert embedded_text(parse(source, "f.yaml"), ("a",), source) is None
    assert embedded_text(parse(source, "f.yaml"), ("b",), source) is None


TEXTS = st.lists(st.text(st.sampled_from("ab:#-'\"\\é \t{|>\u2028😀"), max_size=12), max_size=8).map("\n".join)


@given(TEXTS, st.sampled_from(['"', "'", "|", ">", None]), st.sampled_from([8, 40, 200]), st.integers(0, 3))
def test_every_character_is_found_in_whatever_style_it_is_written(
    text: str, style: str | None, width: int, depth: int
) -> None:
    value: object = {"k": text, "z": 1}
    for _ in range(depth):
        value = {"n": value}
    source = yaml.dump(value, default_style=None, width=width, allow_unicode=True, Dumper=dumper(style))
    document = parse(source, "f.yaml")
    found = embedded_text(document, (*["n"] * depth, "k"), source)
    assert found is not None
    assume(found.text == text)  # PyYAML's writer spoils a few texts that start with a blank
    for row, line in enumerate(text.replace("\u2028", "\n").split("\n"), 1):
        for column, character in enumerate(line, 1):
            place = found.place(Location("inner", row, column))
            there = at(source, place)
            assert there[:1] == character or there.startswith("\\") or (character == " " and there[:1] in ("\n", ""))


def dumper(style: str | None) -> type[yaml.SafeDumper]:
    """A dumper that writes strings in one style, where they can be."""

    class Styled(yaml.SafeDumper):
        pass

    Styled.add_representer(str, lambda self, text: self.represent_scalar("tag:yaml.org,2002:str", text, style=style))
    return Styled


def at(source: str, place: Location) -> str:
    """What the file has from a place on, its lines counted as libyaml counts them."""
    starts = [0, *(n + 1 for n, character in enumerate(source) if character in "\n\u2028")]
    return source[starts[place.line - 1] + place.column - 1 :]


def custom_resources(archive: Path) -> Iterator[str]:
    with tarfile.open(archive) as tar:
        for member in tar:
            stream = tar.extractfile(member) if member.name.endswith("antreainstall_cr.yaml") else None
            if stream is not None:
                yield stream.read().decode()


@pytest.mark.skipif(not BUNDLES.is_dir(), reason="../shared is not there")
@pytest.mark.parametrize("archive", sorted(BUNDLES.glob("*.tar.gz")), ids=lambda path: Path(path).name)
def test_every_key_of_real_custom_resources_is_found(archive: Path) -> None:
    for source in custom_resources(archive):
        outer = parse(source, "cr.yaml")
        text = embedded_text(outer, ("spec", "antreaAgentConfig"), source)
        assert text is not None
        inner = parse(text.text, "cr.yaml")
        assert isinstance(inner.node, yaml.MappingNode)
        for key, _ in inner.node.value:
            place = text.place(Location("cr.yaml", key.start_mark.line + 1, key.start_mark.column + 1))
            assert shown(source, place, len(key.value)) == key.value
