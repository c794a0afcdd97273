"""The one door to YAML: every reader must understand the text alike, and every fault has a place."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from contextlib import suppress

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from antrea_ci.findings import Finding
from antrea_ci.yamlio import YamlError, block, dump, dump_editable, load_editable, parse, parse_all, quoted, read_all
from support.bundles import ROOT


def refusal(text: str | bytes) -> Finding:
    with pytest.raises(YamlError) as caught:
        parse(text, "x.yaml")
    (finding,) = caught.value.findings
    return finding


@pytest.mark.parametrize(
    ("text", "rule", "line", "column"),
    [
        ("a: 1\nb: 2\na: 3\n", "yaml/duplicate-key", 3, 1),
        ("a:\n  - b: 1\n    b: 2\n", "yaml/duplicate-key", 3, 5),
        ("{a: 1, 'a': 2}", "yaml/duplicate-key", 1, 8),
        (b"\xef\xbb\xbfa: 1\n", "yaml/byte-order-mark", 1, 1),
        (b"a: 1\nb: \xff\n", "yaml/not-utf-8", 2, 4),
        ("a: 1\n\tb: 2\n", "yaml/syntax", 2, 1),
        ("a: [1\n", "yaml/syntax", 2, 1),
        ("a: 'x\n", "yaml/syntax", 2, 1),
        ("a: *b\n", "yaml/syntax", 1, 4),
        ("a: &a [*a]\n", "yaml/alias", 1, 4),
        ("a: !!python/object:os.system x\n", "yaml/tag", 1, 4),
        ("a: !secret x\n", "yaml/tag", 1, 4),
        ("? [a]\n: 1\n", "yaml/key", 1, 3),
        ("a: 1\nb:\n  <<: 1\n", "yaml/merge", 3, 7),
        ("a: 1\n---\nb: 2\n", "yaml/several-documents", 3, 1),
    ],
)
def test_a_fault_has_its_rule_and_place(text: str | bytes, rule: str, line: int, column: int):
    finding = refusal(text)
    assert (finding.rule, finding.location.file) == (rule, "x.yaml")
    assert (finding.location.line, finding.location.column) == (line, column)


def test_exploding_aliases_are_refused_quickly():
    bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12)
    )
    assert refusal(bomb).rule == "yaml/alias"


@pytest.mark.parametrize("sign", ["!", "!!", "!<", "*"])
def test_a_password_without_quotes_that_yaml_reads_as_something_else_is_not_shown(sign: str):
    assert "Passw0rd" not in refusal(f"password: {sign}Passw0rd\n").as_text()


@pytest.mark.parametrize("opener", ["[", "{a: ", "- ", "? "])
def test_deep_nesting_is_refused_and_ends_no_process(opener: str):
    """In a process of its own: libyaml would crash it."""
    program = textwrap.dedent(f"""
        from antrea_ci.yamlio import YamlError, parse
        try:
            parse({opener!r} * 100000, "x.yaml")
        except YamlError as error:
            print(error.findings[0].rule)
        """)
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT / "ci", capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout.strip() in ("yaml/depth", "yaml/syntax")) == (0, True), done.stderr[-300:]


def test_a_little_nesting_is_fine():
    assert parse("[" * 90 + "]" * 90, "x.yaml").value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12:30:45", "12:30:45"),
        ("52:54:00", "52:54:00"),
        ("2024-01-31", "2024-01-31"),
        ("2024-01-31T10:00:00Z", "2024-01-31T10:00:00Z"),
        ("4.12.45", "4.12.45"),
        ("1.30", 1.3),
        ("0o17", 15),
        ("017", 15),
        ("0x1F", 31),
        ("1_000", 1000),
        ("yes", True),
        ("off", False),
        ("y", True),
        ("N", False),
        ("08", 8.0),
        ("~", None),
        ("", None),
        ("null", None),
        ("nUll", "nUll"),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("-.inf", float("-inf")),
        ("=", "="),
        ("0b_", "0b_"),
        ("-0x_", "-0x_"),
        ("9" * 5000, "9" * 5000),
        ("1.\u0663", "1.\u0663"),
        ("\u0663", "\u0663"),
        ("'1.30'", "1.30"),
        ("!!str 1.30", "1.30"),
    ],
)
def test_plain_words_mean_what_kubernetes_takes_them_for(text: str, value: object):
    found = parse(f"a: {text}\n", "x.yaml").mapping["a"]
    assert (found, type(found)) == (value, type(value))


@given(st.text("0123456789abcdefox_.+-eE:", max_size=12))
def test_no_plain_word_crashes_it(word: str):
    with suppress(YamlError):
        parse(f"a: {word}\n", "x")


def test_merge_keys_are_resolved_and_own_keys_win():
    text = "base: &b {a: 1, b: 2}\nx:\n  <<: *b\n  b: 3\ny:\n  <<: [{a: 9}, *b]\n"
    assert parse(text, "x").mapping["x"] == {"a": 1, "b": 3}
    assert parse(text, "x").mapping["y"] == {"a": 9, "b": 2}


def test_an_empty_text_is_an_empty_mapping():
    assert parse("", "x").mapping == parse("# only a comment\n", "x").mapping == {}


def test_documents_are_counted_empty_ones_too():
    documents = parse_all("a: 1\n---\n---\nb: 2\n", "x")
    assert [(document.index, document.value) for document in documents] == [(0, {"a": 1}), (1, None), (2, {"b": 2})]
    assert documents[2].locate(("b",)).document == 2


@pytest.mark.parametrize(
    ("path", "key", "place"),
    [
        (("a",), False, "x.yaml:2:3"),
        (("a",), True, "x.yaml:1:1"),
        (("a", "list", 1), False, "x.yaml:4:7"),
        (("a", "list", 1, "c"), False, "x.yaml:4:10"),
        (("a", "list", 7), False, "x.yaml:3:5"),
        (("a", "none", "x"), False, "x.yaml:2:3"),
        (("none",), False, "x.yaml:1:1"),
        ((), False, "x.yaml:1:1"),
    ],
)
def test_locate_finds_the_value_or_its_nearest_parent(path: tuple[str | int, ...], key: bool, place: str):
    document = parse("a:\n  list:\n    - b: 1\n    - c: 2\n", "x.yaml")
    assert str(document.locate(path, key=key)) == place


def test_crlf_counts_as_one_line():
    assert refusal("a: 1\r\nb: 2\r\na: 3\r\n").location.line == 3


# --- Writing ----------------------------------------------------------------------------------------------------------

texts = st.text(st.characters(codec="utf-8"), max_size=40) | st.text(" \t\n#:-'\"|>a0é\x85\u2028\ufeff", max_size=12)


@given(texts)
def test_a_quoted_text_reads_back_as_itself(text: str):
    line = f"a: {quoted(text)}\n"
    assert parse(line, "x").mapping["a"] == text


@given(texts, st.integers(0, 5))
def test_a_block_reads_back_as_itself_here_and_in_another_reader(text: str, depth: int):
    parents = "".join(f"{'  ' * level}k:\n" for level in range(depth))
    pad = "  " * depth
    written = f"{parents}{pad}b: {block(text, 2 * depth + 2)}\n{pad}c: 1\n"
    for value in (parse(written, "x").value, yaml.safe_load(written)):
        for _ in range(depth):
            value = value["k"]  # noqa: PLW2901 - the steps down are the point
        assert value == {"b": text, "c": 1}


def test_a_text_of_lines_is_written_as_people_write_it():
    assert block("a: 1\n# b\n", 4) == "|\n    a: 1\n    # b"


@given(
    st.dictionaries(st.text("abcdef", min_size=1, max_size=4), st.booleans() | st.integers(0, 9) | st.text("ab:# 1."))
)
def test_what_is_dumped_reads_back(value: dict[str, object]):
    assert parse(dump(value, comment="one\ntwo"), "x").mapping == value  # type: ignore[arg-type]


def test_an_edit_keeps_comments_order_and_quotes():
    text = "# head\nb: 'x'  # why\na:\n  - 1\n  - \"2\"\nc: 3\n"
    document = load_editable(text)
    document["c"] = 4
    assert dump_editable(document) == text.replace("c: 3", "c: 4")


def test_reading_goes_on_after_a_duplicate_key_and_a_byte_order_mark():
    documents, faults = read_all(b"\xef\xbb\xbfa: 1\na: 2\nb: 3\nb: 4\n", "x.yaml")
    assert [document.value for document in documents] == [{"a": 2, "b": 4}]
    assert [fault.rule for fault in faults] == ["yaml/byte-order-mark", "yaml/duplicate-key", "yaml/duplicate-key"]


def test_documents_before_a_broken_one_are_still_read():
    documents, faults = read_all("a: 1\n---\nb: [\n", "x.yaml")
    assert [document.value for document in documents] == [{"a": 1}]
    assert [(fault.rule, str(fault.location)) for fault in faults] == [("yaml/syntax", "x.yaml:4:1")]


def test_every_duplicate_key_is_told_at_once():
    with pytest.raises(YamlError) as told:
        parse("a: 1\na: 2\nb: {c: 1, c: 2}\n", "x.yaml")
    assert [str(finding.location) for finding in told.value.findings] == ["x.yaml:2:1", "x.yaml:3:11"]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("cat <<EOF > f.yaml\na: 1\nEOF\n", "shell"),
        ("a:\n\tb: 1\n", "tabs"),
        ("a:\n\u00a0 b: 1\nc: d: e\n", "non-breaking space"),
        ("a: 1\nplatform:vsphere\n  b: 1\n", "blank after the colon"),
        ("a: {{ name }}\nb: }\n", "placeholder"),
    ],
)
def test_a_syntax_error_comes_with_what_was_most_likely_done(text: str, word: str):
    with pytest.raises(YamlError) as told:
        parse(text, "x.yaml")
    assert word in told.value.findings[0].fix


def test_a_scalar_is_known_as_it_was_written():
    document = parse("a: {b: [0x10, yes]}\n", "x.yaml")
    assert (document.plain(("a", "b", 0)), document.plain(("a", "b", 1))) == ("0x10", "yes")
    assert document.plain(("a", "c")) is None
    assert document.plain(("a",)) is None
