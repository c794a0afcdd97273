"""Redaction of chunks: wherever they are cut, no secret comes out, and no more than a line waits."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antrea_ci import redaction
from antrea_ci.redaction import state

SECRET = 'kAb9-xyzzy\\tail"77'
LONG = "L0ng" + "".join(f"{number:04x}Zq" for number in range(40))
LOG = 'time="2024-10-10T10:10:10Z" level=debug msg="'
NO_LINE_ENDS = st.characters(blacklist_categories=["Cs", "Cc", "Zl", "Zp"])


def passed(chunks: Sequence[bytes]) -> bytes:
    stream = redaction.Stream()
    return b"".join([*map(stream.feed, chunks), stream.end()])


@pytest.mark.parametrize("secret", [SECRET, LONG])
@pytest.mark.parametrize("write", [str, json.dumps, lambda text: base64.b64encode(text.encode()).decode()])
def test_a_secret_that_is_cut_at_any_boundary(secret: str, write: object) -> None:
    assert callable(write)
    redaction.learn([secret])
    text = f"line one\nbefore {write(secret)} after\nlast\n".encode()
    expected = redaction.data(text)
    assert b"***" in expected
    for at in range(len(text) + 1):
        assert passed([text[:at], text[at:]]) == expected
    assert passed([text[at : at + 1] for at in range(len(text))]) == expected


@given(
    st.lists(st.text(NO_LINE_ENDS, min_size=5, max_size=70), min_size=1, max_size=4),
    st.lists(st.text(NO_LINE_ENDS | st.just("\n"), max_size=30), min_size=5, max_size=5),
    st.lists(st.integers(0, 400), max_size=6),
)
def test_any_secrets_in_any_text_in_any_chunks(secrets: list[str], texts: list[str], cuts: list[int]) -> None:
    secrets = [secret.strip() for secret in secrets if len(secret.strip()) >= 4]
    state.forget()
    redaction.learn(secrets)
    parts = [part for text, secret in zip(texts, [*secrets, *[""] * 5], strict=False) for part in (text, secret)]
    data = "".join(parts).encode()
    edges = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    output = passed([data[a:b] for a, b in pairwise(edges)]).decode()
    assert not [secret for secret in secrets if secret in output]


@pytest.mark.parametrize("prefix", ["", "    ", "\t", LOG, "level=info msg="])
@pytest.mark.parametrize("end", ["", " ", '"', "\\", "\r", '\\n"'])
def test_a_secret_over_two_lines_loses_both_halves(prefix: str, end: str) -> None:
    redaction.learn([LONG[:40]])
    for at in range(4, 37):
        text = f"{prefix}x {LONG[:at]}{end}\n{prefix}{LONG[at:40]} y\n"
        assert passed([text.encode()]).decode() == f"{prefix}x ***{end}\n{prefix}*** y\n"


@given(
    st.text(
        st.characters(min_codepoint=33, max_codepoint=0x2FF, exclude_categories=["Cc", "Zs"]), min_size=12, max_size=99
    ),
    st.lists(st.integers(4, 95), min_size=1, max_size=3, unique=True),
    st.sampled_from(["", "    ", LOG]),
    st.integers(1, 60),
)
def test_any_secret_over_any_lines_in_any_chunks(secret: str, cuts: list[int], prefix: str, size: int) -> None:
    state.forget()
    redaction.learn([secret])
    edges = [0, *sorted(cut for cut in cuts if cut < len(secret) - 4), len(secret)]
    lines = [secret[a:b] for a, b in pairwise(edges)]
    data = "".join(f"{prefix}{line}\n" for line in ["x", *lines, "y"]).encode()
    output = passed([data[at : at + size] for at in range(0, len(data), size)]).decode()
    kept = [line.strip(" \t\r\"'\\#>|*") for line in lines]
    assert not [line for line in kept if len(line) > 4 and line in output.replace(prefix, "")]


@pytest.mark.parametrize("at", [1, 2, 3])
def test_of_a_secret_over_two_lines_at_most_three_characters_get_out(at: int) -> None:
    redaction.learn(["abcdefgh"])
    stream = redaction.Stream()
    assert stream.feed(b"x " + b"abcdefgh"[:at] + b"\n") == b"x " + b"abc"[:at] + b"\n"
    assert stream.feed(b"abcdefgh"[at:] + b" y\n") == b"*** y\n"


@pytest.mark.parametrize("width", [5, 8, 20, 31, 64])
def test_a_secret_over_many_lines(width: int) -> None:
    redaction.learn([LONG])
    lines = [LONG[at : at + width] for at in range(0, len(LONG), width)]
    for chunks in (["\n".join(lines)], [line + "\n" for line in lines]):
        output = passed([chunk.encode() for chunk in chunks]).decode()
        assert set("".join(output.split())) <= {"*"}


def test_a_line_comes_out_as_soon_as_it_is_whole() -> None:
    redaction.learn([SECRET])
    stream = redaction.Stream()
    assert stream.feed(b"first line\nsecond") == b"first line\n"
    assert stream.feed(b" line\n") == b"second line\n"


def test_a_line_waits_for_one_more_if_a_secret_may_begin_in_it() -> None:
    redaction.learn([SECRET])
    stream = redaction.Stream()
    assert stream.feed(b"one\nends in kAb9-x\n") == b"one\n"
    assert stream.feed(b"but does not go on\n") == b"ends in kAb9-x\nbut does not go on\n"


def test_no_more_than_one_line_waits() -> None:
    redaction.learn([LONG])
    stream = redaction.Stream()
    assert stream.feed(LONG[:10].encode() + b"\n") == b""
    assert stream.feed(LONG[10:15].encode() + b"\n") == b"***\n"
    assert stream.feed(b"else\n") == LONG[10:15].encode() + b"\nelse\n"


def test_what_is_cut_off_in_the_middle_of_a_secret_is_taken_for_it() -> None:
    redaction.learn([LONG])
    assert passed([b"killed while printing " + LONG[:20].encode()]) == b"killed while printing ***"
    assert passed([b"but L0ng"]) == b"but L0ng"


def test_a_prompt_comes_out_when_it_is_flushed() -> None:
    redaction.learn([SECRET])
    stream = redaction.Stream()
    assert stream.feed(b"Name of the cluster: ") == b""
    assert stream.flush() == b"Name of the cluster: "
    assert stream.feed(b"xkAb9-x") == b""
    assert stream.flush() == b"x"
    assert stream.feed(SECRET[6:].encode() + b"\n") == b"***\n"


def test_a_line_without_end_comes_out_in_parts_with_its_secrets_whole() -> None:
    redaction.learn([SECRET])
    stream = redaction.Stream()
    line = (b"." * 1001 + SECRET.encode()) * 500
    chunks = [stream.feed(line[at : at + 777]) for at in range(0, len(line), 777)]
    assert len(b"".join(chunks)) > len(line) * 3 // 4
    assert b"".join([*chunks, stream.end()]).replace(b".", b"") == b"***" * 500


def test_a_secret_that_is_learnt_while_its_line_waits() -> None:
    redaction.learn(["something else"])
    stream = redaction.Stream()
    stream.feed(b"password: late-Pass")
    redaction.learn(["late-Password-1"])
    assert stream.feed(b"word-1\n") == b"password: ***\n"


def test_threads_learn_and_redact_at_the_same_time() -> None:
    faults: list[str] = []

    def work(number: int) -> None:
        for count in range(20):
            secret = f"secret-{number}-{count}-end"
            redaction.learn([secret])
            if secret in redaction.text(f"x {secret} y"):
                faults.append(secret)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults


@pytest.mark.parametrize(
    "secret", ["debug", "level", "=debug", "2024-10", "T10:10", "INFO", "time", "g msg", "INFO two"]
)
def test_a_secret_that_is_a_part_of_what_logs_write_before_each_message(secret: str) -> None:
    redaction.learn([secret])
    text = 'time="2024-10-10T10:10:10Z" level=debug msg="one"\nINFO two\n' * 2
    output = redaction.text(text)
    assert "***" in output
    assert secret not in output


@pytest.mark.parametrize("secret", ["ends in \\", "back\\new line", "\\n\\n\\nabc", "a\"'\\b|#>*c", "* * *x"])
def test_a_secret_of_signs_that_do_not_count_at_line_ends(secret: str) -> None:
    redaction.learn([secret])
    for text in (f"x {secret} y\n", f"{secret}\n{secret}", json.dumps({"a": secret}), f"z{secret}new"):
        assert secret.strip() not in redaction.text(text)
