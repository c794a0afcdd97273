"""Strings that hold something are compared by what they hold."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antrea_ci.certificates import read_certificate
from antrea_ci.diff.model import ABSENT, Effect
from antrea_ci.diff.structure import differences, text_differences
from support.certificates import CERTIFICATE
from support.differences import notes, told

CONFIG = "# the gates\nfeatureGates:\n  Egress: false  # later\nservers: [a, b]\n"


def test_a_gate_in_the_agents_configuration_differs_alone():
    assert told({"antreaAgentConfig": CONFIG}, {"antreaAgentConfig": CONFIG.replace("false", "true")}) == [
        "antreaAgentConfig → featureGates.Egress: false → true"
    ]


@pytest.mark.parametrize(
    ("after", "note"),
    [
        (CONFIG.replace("# the gates", "# gates"), "comments gone: # the gates; comments new: # gates"),
        (CONFIG.replace("  # later", ""), "comments gone: # later"),
        (CONFIG.replace("[a, b]", "['a', \"b\"]"), "comments, blank lines, quotes or the order of keys"),
    ],
)
def test_comments_and_style_alone_are_told_as_such(after: str, note: str):
    (found,) = differences({"x": CONFIG}, {"x": after}, kind="ConfigMap")
    assert (found.steps, found.effect, found.note) == (("x",), Effect.COMMENT, note)


def test_comments_are_told_beside_a_change_of_meaning():
    after = CONFIG.replace("false", "true").replace("gates\n", "open gates\n")
    assert told({"x": CONFIG}, {"x": after}) == [
        "x → featureGates.Egress: false → true",
        'x: "# the gates" → "# the open gates" [comment]',
    ]


def test_a_list_inside_keeps_the_rules_of_lists():
    assert told({"x": CONFIG}, {"x": CONFIG.replace("a, b", "b, a")}) == [
        'x → servers: ["a", "b"] → ["b", "a"] [order]'
    ]


def test_settings_of_which_all_are_comments_have_none():
    before, after = "# a: 1\n# b: 2\n", "a: 1\n# b: 2\n"
    assert told({"antrea-agent.conf": before}, {"antrea-agent.conf": after})[0] == (
        '["antrea-agent.conf"] → a: absent → 1'
    )
    assert notes({"antreaAgentConfig": "# a"}, {"antreaAgentConfig": "# b"}) == [
        "comments gone: # a; comments new: # b"
    ]


def test_json_in_yaml_in_json():
    def text(value: int) -> str:
        return json.dumps({"outer": f"inner: '{json.dumps({'a': value, 'b': 0})}'\nx: y\n"})

    assert told({"note": text(1)}, {"note": text(2)}) == ["note → outer → inner → a: 1 → 2"]


def test_documents_are_compared_one_by_one():
    assert told({"x": "a: 1\n---\nb: 2\n"}, {"x": "a: 1\n---\nb: 3\n---\nc: 4\n"}) == [
        "x → [1].b: 2 → 3",
        'x → [2]: absent → {"c": 4}',
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a: 1\na: 2\n", "a: 3\na: 2\n"),
        ('{"a": 1, "a": 2}', '{"a": 3, "a": 2}'),
        ("#!/bin/sh\n# one\n", "#!/bin/sh\n# two\n"),
        ("#!/bin/sh\nA=1\n", "#!/bin/bash\nA=1\n"),
        ("a: !x 1\nb: 2\n", "a: !x 2\nb: 2\n"),
        ("&a [*a, b]", "&a [*a, c]"),
        ("[a-z]+", "[0-9]+"),
        ("{.metadata.name}", "{.metadata.namespace}"),
        ("a line\nanother\n", "a line\nanother one\n"),
        ("cat <<E\n" + CERTIFICATE + "E\nrm a\n", "cat <<E\n" + CERTIFICATE + "E\nrm b\n"),
        ("[" * 3000, "{" * 3000),
        ("a: \ud800\nb: 1\n", "a: \ud801\nb: 1\n"),
    ],
    ids=range(12),
)
def test_what_is_not_surely_structured_is_a_plain_text(before: str, after: str):
    (found,) = differences({"x": before}, {"x": after}, kind="ConfigMap")
    assert (found.steps, found.effect) == (("x",), Effect.MEANING)


def test_a_number_that_nobody_can_write_is_a_text():
    before, after = (f"a: 0x{digit * 9000}\nb: 1" for digit in "ef")
    (found,) = differences({"x": before}, {"x": after}, kind="ConfigMap")
    assert isinstance(found.before, str)


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_two_texts_are_too_much(before: str, after: str):
    assert (text_differences(before, after, file="any.yaml") == []) is (before == after)


def test_texts_nested_as_deep_as_can_be_are_compared():
    def nested(text: str) -> str:
        for _ in range(9):
            value: Any = text
            for _ in range(40):
                value = [value]
            text = json.dumps(value)
        return text

    for before, after in ((nested("a"), nested("b")), ("[" * 900 + "]" * 900, "[" * 901 + "]" * 901)):
        (found,) = differences({"x": before}, {"x": after}, kind="ConfigMap")
        assert found.effect is Effect.MEANING
        assert differences(ABSENT, {"x": before}, kind="ConfigMap") != []


def test_lines_of_assignments_are_compared_by_their_keys():
    before, after = "# c\n[a]\nx=1\ny=2\n", "# d\n[a]\ny=2\nx=3\n"
    assert told({"x": before}, {"x": after})[0] == 'x → ["[a]"].x: "1" → "3"'


def test_a_certificate_is_told_by_subject_and_end():
    (found,) = told(
        {"additionalTrustBundle": "# none\n" + CERTIFICATE.replace("MIIB", "MIIC")},
        {"additionalTrustBundle": CERTIFICATE},
    )[1:]
    assert found.startswith(
        'additionalTrustBundle → [subject=CN=Example CA]: absent → {"subject": "CN=Example CA", "expires": "2126-11-01"'
    )


def test_certificates_in_other_lines_are_the_same():
    assert told({"ca": CERTIFICATE}, {"ca": "# ours\n" + CERTIFICATE.replace("\n", "\r\n")})[0].endswith("[comment]")


def test_a_certificate_that_stands_twice_is_there_twice():
    (found,) = told({"ca": CERTIFICATE}, {"ca": CERTIFICATE * 2})
    assert found.startswith("ca → [sha256=736c56f3107e0fae#2]: absent → ")


@given(st.binary(max_size=60))
def test_bytes_that_are_no_certificate_are_none(data: bytes):
    assert read_certificate(data) is None


class TestFiles:
    def test_a_files_steps_start_inside_it(self):
        (found,) = text_differences("a: 1\n", "a: 2\n", file="cluster.yaml")
        assert (found.steps, found.before, found.after) == (("a",), 1, 2)

    def test_a_comment_in_a_file_is_told(self):
        (found,) = text_differences("a: 1\n", "a: 1  # one\n", file="install-config.yaml")
        assert (found.steps, found.effect, found.note) == ((), Effect.COMMENT, "comments new: # one")

    def test_a_file_for_people_is_a_text(self):
        (found,) = text_differences("# A\n\ntext\n", "# B\n\ntext\n", file="README.md")
        assert (found.steps, found.effect) == ((), Effect.MEANING)
