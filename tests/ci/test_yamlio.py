"""YAML is read strictly, as Kubernetes' readers understand it, with the place of every value."""

from __future__ import annotations

import string

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from antrea_ci.yamlio import YamlError, block, dump, dump_editable, load_editable, parse, parse_all, quoted

BOMB = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{new}: &{new} [{','.join([f'*{old}'] * 10)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


def refusal(text: str | bytes) -> tuple[str, str]:
    with pytest.raises(YamlError) as caught:
        parse(text, "f.yaml")
    (finding,) = caught.value.findings
    return finding.rule, str(finding.location)


@pytest.mark.parametrize(
    ("text", "rule", "place"),
    [
        ("a: 1\nb: 2\na: 3\n", "yaml/duplicate-key", "f.yaml:3:1"),
        (b"\xef\xbb\xbfa: 1\n", "yaml/byte-order-mark", "f.yaml:1:1"),
        (b"a: 1\nb: \xff\n", "yaml/not-utf-8", "f.yaml:2"),
        ("a:\n\tb: 1\n", "yaml/syntax", "f.yaml:2:1"),
        ("a: b: c\n", "yaml/syntax", "f.yaml:1:5"),
        ("a: 1\n---\nb: 2\n", "yaml/several-documents", "f.yaml:3:1"),
        ("a: &a [*a]\n", "yaml/alias", "f.yaml:1:4"),
        (BOMB, "yaml/alias", "f.yaml:6:4"),
        ("a: !!python/object:os.system x\n", "yaml/tag", "f.yaml:1:4"),
        ("? [a, b]\n: 1\n", "yaml/key", "f.yaml:1:3"),
        ("[" * 100_000, "yaml/depth", "f.yaml:1:101"),
        ("- " * 100_000 + "x", "yaml/depth", "f.yaml:1:201"),
    ],
)
def test_what_two_readers_could_understand_differently_is_refused_with_its_place(text, rule, place):
    assert refusal(text) == (rule, place)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("52:54:00:00:00:01", "52:54:00:00:00:01"),
        ("1:30", "1:30"),
        ("2024-01-01", "2024-01-01"),
        ("1.2.3", "1.2.3"),
        ("yes", True),
        ("off", False),
        ("017", 15),
        ("0x10", 16),
        ("1_000", 1000),
        ("-3", -3),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("~", None),
        ("", None),
        ("'1.30'", "1.30"),
    ],
)
def test_plain_words_mean_what_kubernetes_reads(text, value):
    found = parse(f"key: {text}\n", "f").mapping["key"]
    assert (found, type(found)) == (value, type(value))


def test_merge_keys_give_way_to_the_mappings_own():
    assert parse("base: &b {x: 1, y: 2}\nit: {<<: *b, y: 3}\n", "f").mapping["it"] == {"x": 1, "y": 3}


def test_a_place_is_that_of_the_value_or_of_its_key_or_of_the_nearest_parent():
    document = parse("a:\n  b:\n    - x\n    - y\n", "f.yaml")
    assert str(document.locate(("a", "b", 1))) == "f.yaml:4:7"
    assert str(document.locate(("a", "b"), key=True)) == "f.yaml:2:3"
    assert str(document.locate(("a", "c", "d"))) == "f.yaml:2:3"


def test_an_empty_document_is_kept_among_several():
    assert [document.value for document in parse_all("a: 1\n---\n---\nb: 2\n", "f")] == [{"a": 1}, None, {"b": 2}]


ANY = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\ufffe\uffff"))


@given(ANY)
def test_a_quoted_text_is_read_back_by_this_reader_and_by_another(text):
    assert parse(f"key: {quoted(text)}\n", "f").mapping == {"key": text}
    assert yaml.safe_load(f"key: {quoted(text)}\n") == {"key": text}


@given(st.text(st.sampled_from(string.printable + "äé\u00a0\u2028"), max_size=80), st.sampled_from([2, 4, 8]))
def test_a_block_text_is_read_back(text, indent):
    assert parse(f"key: {block(text, indent)}\nnext: 1\n", "f").mapping == {"key": text, "next": 1}


def test_a_block_text_of_lines_is_written_as_lines():
    assert block("a: 1\n# why\nb: 2\n", 4) == "|\n    a: 1\n    # why\n    b: 2"


def test_what_is_written_is_read_back_with_numbers_like_versions_quoted():
    value = {"version": "1.30", "on": True, "list": ["a", "b"], "empty": None}
    text = dump(value, comment="first\nsecond")
    assert text.startswith("# first\n# second\nversion: '1.30'\n")
    assert parse(text, "f").mapping == value


def test_an_edit_keeps_comments_order_and_quotes():
    editable = load_editable("# why\nb: '1'  # here\na: 2\n")
    editable["a"] = 3
    assert dump_editable(editable) == "# why\nb: '1'  # here\na: 3\n"
