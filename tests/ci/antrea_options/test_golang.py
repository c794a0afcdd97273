"""Texts as Go's own parsers take them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antrea_ci.antrea_options.golang import parse_cidr, parse_duration, parse_integer, split_host_port
from antrea_ci.antrea_options.scalars import fits_integer, resolve_plain


@pytest.mark.parametrize("text", ["10.0.0.0/8", "10.0.0.1/8", "fd00::/48", "::/0", "0.0.0.0/0"])
def test_a_network_may_have_host_bits(text: str) -> None:
    assert parse_cidr(text) is not None


@pytest.mark.parametrize(
    "text", ["", "10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/255.0.0.0", "010.0.0.0/8", "fe80::1%eth0/64", "a/8"]
)
def test_what_is_no_network(text: str) -> None:
    assert parse_cidr(text) is None


def test_leading_zeros_are_taken_where_kubernetes_takes_them() -> None:
    assert str(parse_cidr("010.001.0.0/16", sloppy=True)) == "10.1.0.0/16"


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [("5s", 5 * 10**9), ("1m30s", 90 * 10**9), ("1.5h", 5400 * 10**9), ("-2ms", -2 * 10**6), ("0", 0), (".5us", 500)],
)
def test_a_duration_has_units(text: str, nanoseconds: int) -> None:
    assert parse_duration(text) == nanoseconds


@pytest.mark.parametrize("text", ["", "5", "s", "5 s", "5ss", "1d", "+", "300000h300000000h"])
def test_what_is_no_duration(text: str) -> None:
    assert parse_duration(text) is None


@given(
    st.integers(0, 10**6), st.sampled_from([("ns", 1), ("us", 10**3), ("ms", 10**6), ("s", 10**9), ("m", 6 * 10**10)])
)
def test_a_duration_is_its_number_times_its_unit(number: int, unit: tuple[str, int]) -> None:
    assert parse_duration(f"{number}{unit[0]}") == number * unit[1]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("10.0.0.1:53", ("10.0.0.1", "53")),
        ("[fd00::a]:53", ("fd00::a", "53")),
        ("name:", ("name", "")),
        ("name", None),
        ("fd00::a", None),
        ("[fd00::a]", None),
        ("[a]b:1", None),
    ],
)
def test_host_and_port(text: str, parts: tuple[str, str] | None) -> None:
    assert split_host_port(text) == parts


@pytest.mark.parametrize(("text", "number"), [("61000", 61000), ("-1", -1), ("1_000", None), ("", None), ("٣", None)])
def test_an_integer_has_plain_digits(text: str, number: int | None) -> None:
    assert parse_integer(text) == number


# What gopkg.in/yaml.v2 v2.4.0 makes of a plain word, as a program that links it says.
PLAIN = {
    "5": 5, "007": 7, "08": 8.0, "0x1f": 31, "0b11": 3, "1_000": 1000, "1e3": 1000.0, "1.5": 1.5, "+7": 7, "0o17": 15,
    "-010": -8, "12e03": 12000.0, "18446744073709551615": 18446744073709551615, "yes": True, "n": False, "Off": False,
    "tRue": "tRue", "1:30": "1:30", "2020-01-01": "2020-01-01", "~": None, "Null": None, "1,000": "1,000", "-": "-",
}  # fmt: skip


@pytest.mark.parametrize(("text", "value"), PLAIN.items())
def test_a_plain_word_is_what_go_makes_of_it(text: str, value: object) -> None:
    found = resolve_plain(text)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize("text", ["9" * 5000, "0x" + "f" * 5000, "-0b" + "1" * 5000])
def test_a_number_that_no_variable_holds_is_a_text(text: str) -> None:
    assert resolve_plain(text) == text
    assert parse_duration(f"{text}s") is None
    assert parse_integer(text) is None


@pytest.mark.parametrize(
    ("value", "bits", "fits"),
    [
        (2**31 - 1, 32, True),
        (2**31, 32, False),
        (1.9, 64, True),
        (1e40, 64, False),
        (True, 64, False),
        ("5", 64, False),
    ],
)
def test_an_integer_of_so_many_bits(value: bool | int | float | str, bits: int, fits: bool) -> None:
    assert fits_integer(value, bits) is fits
