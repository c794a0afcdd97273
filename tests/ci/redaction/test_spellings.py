"""Redaction: a secret is replaced however it is written."""

from __future__ import annotations

import base64
import html
import json
import shlex
import textwrap
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antrea_ci import redaction
from antrea_ci.redaction import state

SECRET = "vC\"pa%ss\\wört+Zq81$x/&<k>'e"
KEY_LINES = [base64.b64encode(bytes(range(start, start + 48))).decode() for start in range(0, 60, 6)]
KEY = "\n".join(["-----BEGIN PRIVATE " + "KEY-----", *KEY_LINES, "BKx=", "-----END PRIVATE " + "KEY-----", ""])
CERTIFICATE = "\n".join(["-----BEGIN CERTIFICATE-----", *map(str.swapcase, KEY_LINES), "-----END CERTIFICATE-----", ""])

SPELLINGS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "json": lambda text: json.dumps(text)[1:-1],
    "json, not ascii": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "json in json": lambda text: json.dumps(json.dumps(text)[1:-1])[1:-1],
    "json in json, not ascii": lambda text: quoted(quoted(text)),
    "json as Go writes it": lambda text: (
        quoted(text).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    ),
    "address": lambda text: quote(text, safe=""),
    "address, small letters": lambda text: "".join(
        code.lower() if len(code := quote(c, safe="")) > 1 else c for c in text
    ),
    "query": quote_plus,
    "xml": html.escape,
    "shell": lambda text: shlex.quote(text)[1:-1],
    "yaml, single quotes": lambda text: text.replace("'", "''"),
    "python": lambda text: repr(text)[1:-1],
    "hex": lambda text: text.encode().hex(),
}


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


@pytest.mark.parametrize("name", SPELLINGS)
def test_a_secret_is_replaced_in_every_spelling(name: str) -> None:
    redaction.learn([SECRET])
    assert redaction.text(f"before {SPELLINGS[name](SECRET)} after") == "before *** after"


@pytest.mark.parametrize("before", ["", "a", "ab", "abc", "abcd", "abcde"])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
@pytest.mark.parametrize("times", [1, 2])
def test_base64_of_a_text_with_the_secret_anywhere_in_it(
    before: str, encode: Callable[[bytes], bytes], times: int
) -> None:
    redaction.learn([SECRET])
    text = f"{before}{SECRET}{before}".encode()
    for _ in range(times):
        text = encode(text)
    left, right = redaction.data(text).split(b"***")
    # Two characters at most that also depend on the secret, four of what was encoded twice.
    around = len(before) * (4 / 3) ** times
    assert len(left) <= around + 3 * times
    assert len(right) <= around + 4 * times


@pytest.mark.parametrize("width", [20, 64, 76])
@pytest.mark.parametrize("prefix", ["", "    ", 'time="2024-10-10T10:10:10Z" level=debug msg="', "level=info msg="])
def test_base64_that_is_wrapped_with_or_without_what_a_log_writes_before_each_line(width: int, prefix: str) -> None:
    redaction.learn([SECRET])
    lines = textwrap.wrap(base64.b64encode(f"user: admin\npassword: {SECRET}\nport: 443\n".encode()).decode(), width)
    output = redaction.text("\n".join(prefix + line for line in lines)).splitlines()
    assert all(line.startswith(prefix) for line in output)
    left = "".join(line.removeprefix(prefix) for line in output).split("***")
    assert base64.b64decode(left[0] + "=" * (-len(left[0]) % 4)).startswith(b"user: admin\npassword: ")
    assert len(base64.b64decode(left[0] + "=" * (-len(left[0]) % 4))) <= len("user: admin\npassword: ") + 1
    assert set(left[1:-1]) <= {""}


@pytest.mark.parametrize("write", [str, json.dumps, lambda text: textwrap.indent(text, "    ")])
def test_a_key_goes_line_by_line_and_its_frame_stays(write: Callable[[str], str]) -> None:
    redaction.learn([KEY])
    frame = "\n".join([KEY.splitlines()[0], *["***"] * (len(KEY_LINES) + 1), KEY.splitlines()[-1], ""])
    assert redaction.text(write(KEY)) == write(frame)


@pytest.mark.parametrize("width", [None, 64, 76])
def test_of_a_key_in_base64_only_what_belongs_to_line_breaks_is_left(width: int | None) -> None:
    redaction.learn([KEY])
    encoded = base64.b64encode(KEY.encode()).decode()
    output = redaction.text("\n".join(textwrap.wrap(encoded, width or len(encoded))))
    inner = output[output.index("***") : output.rindex("***")]
    assert max(map(len, inner.replace("\n", "***").split("***"))) <= 4


def test_each_line_of_a_key_is_gone_where_it_stands_alone() -> None:
    redaction.learn([KEY])
    for line in KEY_LINES:
        assert redaction.text(f"x {line} y") == "x *** y"


def test_each_login_of_a_pull_secret_is_known_whole_decoded_and_its_password() -> None:
    login = "robot:Pull-Pass-99"
    auth = base64.b64encode(login.encode()).decode()
    redaction.learn([json.dumps({"auths": {"quay.io": {"auth": auth, "email": "someone@example.com"}}}, indent=1)])
    assert (
        redaction.text(f"{auth} {login} Pull-Pass-99 someone@example.com quay.io auths")
        == "*** *** *** *** quay.io auths"
    )


def test_a_certificate_is_no_secret_even_beside_its_key() -> None:
    redaction.learn([CERTIFICATE + KEY])
    assert redaction.text(CERTIFICATE) == CERTIFICATE


def test_what_is_shorter_than_four_characters_is_not_learnt_alone() -> None:
    redaction.learn(["abc", "", " "])
    assert redaction.text("abc abc") == "abc abc"


def test_short_lines_of_a_longer_value_are_gone_where_they_stand_together() -> None:
    redaction.learn(["ab\ncd\nef\ngh"])
    assert redaction.text("xx\nab\ncd\nef\ngh\nyy") == "xx\n***\n***\n***\n***\nyy"


def test_secrets_that_overlap_are_both_gone() -> None:
    redaction.learn(["password1", "word1-and-a-long-rest"])
    assert redaction.text("=password1-and-a-long-rest=") == "=***="


def test_nothing_learnt_is_nothing_changed() -> None:
    assert redaction.data(b"x") == b"x"
    assert redaction.text("\udcff \ud800 ok") == "\udcff \ud800 ok"


def test_what_is_no_text_is_no_hindrance() -> None:
    redaction.learn(["half a pair \ud800", "a byte \udcff"])
    assert redaction.text("\ud800 half a pair \ud800") != "\ud800 half a pair \ud800"
    assert redaction.text("\udcfe a byte \udcff") == "\udcfe ***"
    assert redaction.text("\udcff \ud800 ok") == "\udcff \ud800 ok"


@given(st.text(min_size=4, max_size=80).filter(lambda text: len(text.strip()) >= 4 and len(text.splitlines()) == 1))
def test_any_text_of_one_line_is_replaced_as_it_is_in_json_and_in_base64(secret: str) -> None:
    state.forget()
    redaction.learn([secret])
    secret = secret.strip()
    for written in (
        secret,
        json.dumps(secret)[1:-1],
        base64.b64encode(secret.encode("utf-8", "surrogateescape")).decode(),
    ):
        assert written.rstrip("=") not in redaction.text(f"\u2192{written}\u2190")


def test_what_json_holds_can_still_be_read_where_a_secret_is_a_common_word_or_digits() -> None:
    redaction.learn(["state", "1234", "true"])
    before = {"state": "all 1234 states", "seconds": 12345, "more": [True, None, ("true",)]}
    after = {"state": "all *** ***s", "seconds": 12345, "more": [True, None, ["***"]]}
    assert redaction.strings(before) == after
