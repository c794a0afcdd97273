"""Settings written into the commented YAML of an AntreaInstall, each behaviour on a text that fits on a screen."""

from __future__ import annotations

import json
import re
import tarfile
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import takewhile
from pathlib import Path
from textwrap import dedent
from typing import IO, cast

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from antrea_ci.inner_config import InnerConfigError, Value, edit, flatten, known_keys

BUNDLES = Path(__file__).resolve().parents[2].parent / "shared" / "antrea-bundles"

AGENT = dedent("""\
    # FeatureGates is a map of feature names to bools.
    featureGates:
    # Note: enable it with care.
    #  AntreaProxy: true

    # Enable controlling SNAT IPs of Pod egress traffic.
    #  Egress: true

    # Determines how traffic is encapsulated. It has the following options:
    # encap(default):    Inter-node Pod traffic is always encapsulated.
    # hybrid:            noEncap if source and destination Nodes are on the same subnet.
    #trafficEncapMode: encap

    # Default MTU to use.
    defaultMTU: 0

    # wireGuard specifies WireGuard related configurations.
    wireGuard:
    #  The port for WireGuard to receive traffic.
    #  port: 51820

    # ClusterIP CIDR range for Services.
    #serviceCIDR: ""

    nodePortLocal:
    # Enable NodePortLocal, a feature used to make Pods reachable.
      enable: false
    # Provide the port range used by NodePortLocal.
      portRange: "61000-62000"
    """)


def text(block: str) -> str:
    return dedent(block).removeprefix("\n")


def parse(config: str | IO[bytes]) -> Value:
    return cast("Value", yaml.load(config, Loader=yaml.CSafeLoader))


def added(before: str, after: str) -> dict[str, str]:
    """Each line that ``after`` has more than ``before``, by the line above it."""
    old = iter([*before.splitlines(), None])
    expected, above, found = next(old), "", dict[str, str]()
    for line in after.splitlines():
        if line == expected:
            expected = next(old)
        else:
            found[above] = line
        above = line
    assert expected is None, f"lost: {expected}"
    return found


def comments(config: str) -> Counter[str]:
    return Counter(line.strip() for line in config.splitlines() if line.lstrip().startswith("#"))


# What the template of the project reproduces, word for word


def test_a_gate_is_written_below_its_commented_default() -> None:
    assert added(AGENT, edit(AGENT, {("featureGates", "Egress"): False})) == {"#  Egress: true": "  Egress: false"}


def test_a_key_is_written_below_its_commented_default() -> None:
    after = edit(AGENT, {("trafficEncapMode",): "noEncap"})
    assert added(AGENT, after) == {"#trafficEncapMode: encap": "trafficEncapMode: noEncap"}


def test_an_active_value_is_replaced() -> None:
    assert edit(AGENT, {("defaultMTU",): 1400}) == AGENT.replace("defaultMTU: 0", "defaultMTU: 1400")


def test_a_string_that_is_no_plain_word_is_quoted() -> None:
    after = edit(AGENT, {("serviceCIDR",): "10.0.0.0/16"})
    assert added(AGENT, after) == {'#serviceCIDR: ""': 'serviceCIDR: "10.0.0.0/16"'}


def test_many_settings_at_once_each_find_their_place() -> None:
    wanted: dict[str, Value] = {
        "featureGates": {"Egress": False, "AntreaProxy": True},
        "wireGuard": {"port": 1},
        "defaultMTU": 0,
    }
    assert added(AGENT, edit(AGENT, flatten(wanted))) == {
        "#  AntreaProxy: true": "  AntreaProxy: true",
        "#  Egress: true": "  Egress: false",
        "#  port: 51820": "  port: 1",
    }


# flatten


def test_flatten_yields_leaf_paths() -> None:
    assert flatten({"a": {"b": 1, "c": {"d": [1]}}, "e": None}) == {("a", "b"): 1, ("a", "c", "d"): [1], ("e",): None}


def test_flatten_yields_nothing_for_an_empty_mapping() -> None:
    assert flatten({"a": {}, "b": {"c": {}}}) == {}


# Rule a: an active key


@pytest.mark.parametrize(
    ("before", "value", "after"),
    [
        ("a: 1\n", 2, "a: 2\n"),
        ("a:   1   # why\n", 2, "a:   2   # why\n"),
        ("a:\n", 2, "a: 2\n"),
        ("a:  # why\n", 2, "a: 2  # why\n"),
        ("a: null\n", 2, "a: 2\n"),
        ("a: 'x # y' # why\n", 2, "a: 2 # why\n"),
        ('a: "x\n  y"  # why\nb: 1\n', 2, "a: 2\n  # why\nb: 1\n"),
        ("a: |  # why\n  # no comment\n\nb: 1\n", 2, "a: 2  # why\n\nb: 1\n"),
        ("a:\n- 1\n# two\n- 2  # last\n# next\nb: 1\n", 3, "a: 3\n# two\n# last\n# next\nb: 1\n"),
        ("a: # why\n  - 1\n  # two\n\n  - 2\n", ["x"], "a: # why\n  # two\n  - x\n"),
        ("a: [1, # one\n  2]\nb: 1\n", [3], "a: # one\n  - 3\nb: 1\n"),
        ("a: [1]\n", [], "a: []\n"),
        ("a: [1]  # why\n", ["b c"], 'a:  # why\n  - "b c"\n'),
        ("a:\n  b: 1\n  # c\n  c:\n# d\nd: 1\n", None, "a: null\n  # c\n# d\nd: 1\n"),
        ("a:\n  # why\n  1\n", 2, "a: 2\n  # why\n"),
        ("a: 1", 2, "a: 2"),
        ("a:\n  b: 1\n", {"b": 2, "c": {"d": []}}, "a:\n  b: 2\n  c:\n    d: []\n"),
        ("'a': 1\n", 2, "'a': 2\n"),
        ("a: &x !!str 1\n", 2, "a: 2\n"),
    ],
)
def test_only_the_value_is_replaced_and_comments_stay(before: str, value: Value, after: str) -> None:
    assert edit(before, {("a",): value}) == after


@pytest.mark.parametrize(
    ("before", "value"),
    [("a: 0x10  # sixteen\n", 16), ("a: 'x'\n", "x"), ("a:\n", None), ("a: yes\n", True), ("a: [ 1,2 ]\n", [1, 2])],
)
def test_an_equal_value_is_left_as_it_is_written(before: str, value: Value) -> None:
    assert edit(before, {("a",): value}) == before


@pytest.mark.parametrize(
    ("before", "value", "after"),
    [
        ("a: 1\n", True, "a: true\n"),
        ("a: 1\n", "1", 'a: "1"\n'),
        ("a: 1\n", 1.0, "a: 1.0\n"),
        ("a: [1]", [True], "a:\n  - true"),
    ],
)
def test_equal_is_of_the_same_type(before: str, value: Value, after: str) -> None:
    assert edit(before, {("a",): value}) == after


# Rule b: a commented default


@pytest.mark.parametrize(
    "declaration",
    ["#key: x", "# key: x", "#key:", '#key: "x y"  # why', "#key: [<IPv4 CIDR>,<IPv6 CIDR>]", "#key:   x", "#\tkey: x"],
)
def test_forms_of_a_commented_default(declaration: str) -> None:
    before = f"a: 1\n{declaration}\n\nb: 1\n"
    assert added(before, edit(before, {("key",): 5})) == {declaration: "key: 5"}


@pytest.mark.parametrize(
    "child", ["#  port: 51820", "  # port: 51820", "  #port: 51820", "  #  port: 51820", "#    port: 1"]
)
def test_forms_of_a_commented_child(child: str) -> None:
    before = f"wireGuard:\n  # The port: see there.\n{child}\n\n#port: 1\nb: 1\n"
    assert added(before, edit(before, {("wireGuard", "port"): 5})) == {child: "  port: 5"}


@pytest.mark.parametrize(
    "prose", ["# key: is what you want", "#key:value", "# the key: x", "# key(default): x", "#      key: x"]
)
def test_prose_is_no_declaration(prose: str) -> None:
    before = f"a: 1\n{prose}\nb: 1\n"
    assert edit(before, {("key",): 5}) == before + "key: 5\n"


def test_a_top_level_key_is_not_taken_for_the_child_of_the_same_name() -> None:
    before = text("""
        multicast:
        #  enable: false
        other:
          x: 1
        #enable: false
          y: 1
        #enable: true
        """)
    assert added(before, edit(before, {("enable",): False})) == {"#enable: true": "enable: false"}


def test_a_child_is_not_taken_for_the_top_level_key_of_the_same_name() -> None:
    before = "#port: 1\nwireGuard:\n\n#port: 1\negress:\n"
    assert edit(before, {("wireGuard", "port"): 2}) == "#port: 1\nwireGuard:\n  port: 2\n\n#port: 1\negress:\n"


def test_a_comment_between_children_belongs_to_their_mapping_whatever_its_column() -> None:
    before = "npl:\n#enable: false\n    range: 1\n"
    assert added(before, edit(before, {("npl", "enable"): True})) == {"#enable: false": "    enable: true"}


@pytest.mark.parametrize(
    "default",
    [
        "#versions:\n#- 1\n#- 2",
        "#versions:\n#  - 1\n#  - 2",
        "#versions: [1,\n#  2\n#]",
        "# versions:\n#   - 1",
        "#versions:\n# - 1",
    ],
)
def test_a_commented_default_of_several_lines_stays_in_one_piece(default: str) -> None:
    before = f"a: 1\n{default}\n# Prose.\nb: 1\n"
    assert edit(before, {("versions",): [3]}) == f"a: 1\n{default}\nversions:\n  - 3\n# Prose.\nb: 1\n"


def test_a_list_is_indented_below_its_key() -> None:
    before = "egress:\n#  exceptCIDRs: []\nb: 1\n"
    after = edit(before, {("egress", "exceptCIDRs"): ["10.0.0.0/8", {"a b": [1, "x"]}]})
    assert after == 'egress:\n#  exceptCIDRs: []\n  exceptCIDRs:\n    - "10.0.0.0/8"\n    - {"a b": [1, "x"]}\nb: 1\n'


# Rules c and d: a parent without children, or none at all


def test_an_empty_parent_takes_the_child_after_its_own_comments() -> None:
    before = "a:\n  # What a is for.\n\n# What b is for.\nb: 1\n"
    assert added(before, edit(before, {("a", "x"): 1})) == {"  # What a is for.": "  x: 1"}


def test_comments_in_the_column_of_an_empty_child_are_its_siblings() -> None:
    before = "egress:\n  exceptCIDRs:\n  # The maximum number.\n  max: 255\n"
    after = edit(before, {("egress", "exceptCIDRs"): ["a"]})
    assert after == "egress:\n  exceptCIDRs:\n    - a\n  # The maximum number.\n  max: 255\n"


def test_a_commented_parent_is_written_once_after_its_commented_block() -> None:
    before = "a: 1\n#wireGuard:\n#  The port.\n#  port: 51820\n\n#  mtu: 1\n\nb: 1\n"
    after = edit(before, {("wireGuard", "port"): 1, ("wireGuard", "mtu"): 2})
    assert after == before.replace("#  mtu: 1\n", "#  mtu: 1\nwireGuard:\n  mtu: 2\n  port: 1\n")


def test_a_missing_parent_is_written_once_at_the_end() -> None:
    assert edit("a: 1\n", {("b", "d"): 1, ("b", "c", "e"): 2}) == "a: 1\nb:\n  c:\n    e: 2\n  d: 1\n"


def test_below_a_commented_twin_of_an_active_parent_nothing_is_written() -> None:
    before = "#wireGuard:\n#  port: 51820\n\na: 1\nwireGuard:\n  mtu: 1\nb: 1\n"
    assert added(before, edit(before, {("wireGuard", "port"): 1})) == {"  mtu: 1": "  port: 1"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a: {}\n", "a:\n  x: 1\n"),
        ("a: {b: 2}  # why\n", "a:  # why\n  b: 2\n  x: 1\n"),
        ("a: ~\nb: 1\n", "a:\n  x: 1\nb: 1\n"),
    ],
)
def test_a_parent_in_flow_style_becomes_a_block(before: str, after: str) -> None:
    assert edit(before, {("a", "x"): 1}) == after


# Rule e: a key that the text does not know


def test_an_unknown_child_goes_to_the_end_of_its_parent() -> None:
    before = "a:\n    b:\n    - 1\n    # - 2\n#    c: 1\n\n# About d.\nd: 1\n"
    assert added(before, edit(before, {("a", "x"): 1})) == {"#    c: 1": "    x: 1"}


def test_below_one_line_the_deeper_key_comes_first() -> None:
    after = edit("a:\n  b:\n    c: 1\n", {("x",): 1, ("a", "x"): 2, ("a", "b", "x"): 3})
    assert after == "a:\n  b:\n    c: 1\n    x: 3\n  x: 2\nx: 1\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "x: 1\n"),
        ("\n", "\nx: 1\n"),
        ("# c", "# c\nx: 1"),
        ("a: 1", "a: 1\nx: 1"),
        ("---\n# c\n", "---\n# c\nx: 1\n"),
    ],
)
def test_an_unknown_key_goes_to_the_end_of_the_text(before: str, after: str) -> None:
    assert edit(before, {("x",): 1}) == after


def test_the_line_ending_of_the_text_is_kept() -> None:
    before = "a: 1\r\n#b: 1\r\n\r\nc:\r\n"
    assert (
        edit(before, {("b",): [1, 2], ("c", "d"): 1}) == "a: 1\r\n#b: 1\r\nb:\r\n  - 1\r\n  - 2\r\n\r\nc:\r\n  d: 1\r\n"
    )


# What is refused


@pytest.mark.parametrize(
    ("before", "path", "message"),
    [
        ("a: 1\nb: [\n", ("x",), r"line 3: "),
        ("- 1\n", ("x",), r"line 1: not a mapping"),
        ("word\n", ("x",), r"line 1: not a mapping"),
        ("a: 1\n---\nb: 1\n", ("x",), r"line [12]: "),
        ("b: 1\na: 5\n", ("a", "x"), r"line 2: a has a value, it cannot hold x"),
        ("b: 1\na:\n- 5\n", ("a", "x"), r"line 2: a has a value, it cannot hold x"),
        ("b: &x 1\na: *x\n", ("a",), r"line 2: an alias"),
        ("a: \x01\n", ("a",), r"line 1: .*control characters"),
        ("a: \ud800\n", ("a",), r"line 1: .*surrogates"),
        ("a: !!int x\n", ("a",), r"line 1: "),
        ("a: 1\n...\n", ("x",), r"line \d: "),
        ("a: 1\n", (), r"line 1: "),
    ],
)
def test_what_cannot_be_edited_is_refused_with_its_line(before: str, path: tuple[str, ...], message: str) -> None:
    with pytest.raises(InnerConfigError, match=f"^{message}"):
        edit(before, {path: 7})


def test_a_key_and_one_below_it_cannot_both_be_set() -> None:
    with pytest.raises(InnerConfigError, match=r"'a\.b' is no key, or is below another"):
        edit("", {("a",): 1, ("a", "b"): 1})


# known_keys


def test_known_keys_are_the_active_and_the_commented_ones() -> None:
    assert known_keys(AGENT) == {
        *("featureGates", "featureGates.AntreaProxy", "featureGates.Egress", "trafficEncapMode", "defaultMTU"),
        *(
            "wireGuard",
            "wireGuard.port",
            "serviceCIDR",
            "nodePortLocal",
            "nodePortLocal.enable",
            "nodePortLocal.portRange",
        ),
    }


def test_known_keys_remain_when_a_commented_parent_is_written() -> None:
    before = "#wireGuard:\n#  port: 51820\n#  mtu: 1\n"
    assert known_keys(edit(before, {("wireGuard", "port"): 1})) == known_keys(before)


def test_known_keys_may_be_no_strings() -> None:
    assert known_keys("on: {1: 2}\n") >= {"on"}


def test_known_keys_of_a_flow_mapping() -> None:
    assert known_keys("a: {b: {c: 1}}\n") == {"a", "a.b.c"}


# Strings that another reader of YAML could take for something else


@pytest.mark.parametrize(
    "word", ["yes", "No", "on", "OFF", "y", "null", "True", "1e3", "", "~", "a b", "é", "-", "a:", "0x1", ".inf"]
)
def test_words_with_another_meaning_are_quoted(word: str) -> None:
    assert edit("a: 1\n", {("a",): word}) == f"a: {json.dumps(word, ensure_ascii=False)}\n"


@given(st.text(st.characters(exclude_categories=["Cs"])) | st.floats() | st.integers())
def test_every_scalar_is_read_back(value: str | float) -> None:
    read = parse(edit("#a: x\n", {("a",): value, ("b",): [value, {"c": value}]}))
    assert repr(read) == repr({"a": value, "b": [value, {"c": value}]})


# Random configurations

NAMES = st.sampled_from(["enable", "port", "Egress", "wireGuard", "mtu", "cidrs"])
STRINGS = st.sampled_from(["br-int", "", "10.0.0.0/8", "a # b", "yes", "x"])
LEAVES = cast(
    "st.SearchStrategy[Value]",
    st.none() | st.booleans() | st.integers() | STRINGS | st.lists(st.integers(0, 9) | STRINGS, max_size=3),
)
PROSE = st.sampled_from(
    ["# Note: this is prose.", "# - one: of them", "#", "", '# It\'s "quoted": see there', "#    deep: x"]
)


def written(key: str, value: Value, column: int, draw: st.DrawFn) -> list[str]:
    """A leaf as the vendor could have written it, in one of several styles."""
    pad, note = " " * column, draw(st.sampled_from(["", "  # note"]))
    if value is None:
        return [f"{pad}{key}:{draw(st.sampled_from(['', ' null', ' ~']))}{note}"]
    if isinstance(value, list) and value and draw(st.booleans()):
        inner = draw(st.sampled_from(["", "  "]))
        items = [line for item in value for line in (f"{pad}{inner}- {json.dumps(item)}{note}", f"{pad}# between")]
        return [f"{pad}{key}:{note}", *items]
    if isinstance(value, str) and draw(st.booleans()):
        return [f"{pad}{key}: |-{note}", *([f"{pad}  {value}"] if value else [])]
    return [f"{pad}{key}: {json.dumps(value)}{note}"]


@st.composite
def configs(draw: st.DrawFn, column: int = 0, depth: int = 2) -> list[str]:
    lines: list[str] = []
    for key in draw(st.lists(NAMES, unique=True, max_size=5)):
        lines += draw(st.lists(PROSE, max_size=2))
        kind = draw(
            st.sampled_from(["active", "comment", "mapping", "commented mapping"] if depth else ["active", "comment"])
        )
        if kind.endswith("mapping"):
            below = draw(configs(column=column + 2, depth=depth - 1))
            block = [f"{' ' * column}{key}:", *below]
        else:
            block = written(key, draw(LEAVES), column, draw)
        if kind.startswith("comment"):
            hash_at = draw(st.sampled_from([0, column]))
            block = [" " * hash_at + "#" + line[hash_at:] for line in block]
        lines += block
    return lines


SETTINGS = st.dictionaries(
    NAMES, st.recursive(LEAVES, lambda v: st.dictionaries(NAMES, v, max_size=3), max_leaves=6), max_size=4
)


def merged(old: Value, paths: dict[tuple[str, ...], Value]) -> Value:
    result = dict(old) if isinstance(old, dict) else {}
    for path, value in paths.items():
        below = {path[1:]: value}
        result[path[0]] = merged(result.get(path[0]), below) if path[1:] else value
    return result


def holds(config: Value, path: tuple[str, ...]) -> bool:
    """Whether nothing but mappings and nulls is above the path."""
    for key in path:
        if not isinstance(config, dict):
            return config is None
        config = config.get(key)
    return True


@settings(max_examples=600, deadline=None)
@given(configs(), SETTINGS, st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_exactly_what_is_asked_changes(lines: list[str], asked: dict[str, Value], ending: str, ends: bool) -> None:
    before = ending.join(lines) + ending * ends
    old = parse(before)
    paths = {path: value for path, value in flatten(asked).items() if holds(old, path)}
    after = edit(before, paths)
    assert (parse(after) or {}) == (merged(old, paths) if paths else old or {})
    assert comments(before) <= comments(after)
    assert edit(after, paths) == after
    assert edit(before, dict(reversed(paths.items()))) == after
    assert known_keys(after) >= {".".join(path) for path in paths}
    assert ending not in before or ending == "\n" or not re.search("(?<!\r)\n", after)


# The vendor's own files


@cache
def vendor_configs() -> dict[str, str]:
    """Every agent and controller configuration of every archive and flavour, by a readable name."""
    found: dict[str, str] = {}
    for archive in sorted(BUNDLES.glob("*.tar.gz")):
        with tarfile.open(archive) as tar:
            for name in tar.getnames():
                if name.endswith("_antreainstall_cr.yaml") and (stream := tar.extractfile(name)):
                    spec = cast("dict[str, dict[str, str]]", parse(stream))["spec"]
                    for key in ("antreaAgentConfig", "antreaControllerConfig"):
                        found[f"{archive.name.split('-deploy')[0]} {name.split('/')[-2]} {key[6:]}"] = spec[key]
    return found


VENDOR = vendor_configs() if BUNDLES.is_dir() else {}
on_vendor_files = pytest.mark.skipif(not VENDOR, reason=f"the vendor's archives are not at {BUNDLES}")
each_vendor_config = pytest.mark.parametrize("name", VENDOR or ["-"])


def gates(config: str) -> list[str]:
    """The feature gates that only a comment names, by a plain reading of the lines below ``featureGates:``."""
    lines = config[config.index("featureGates:\n") :].splitlines()[1:]
    block = takewhile(lambda line: not line or line[0] in " #", lines)
    return [found[1] for line in block if (found := re.fullmatch(r" *#  ([A-Z][A-Za-z0-9]+): (true|false)", line))]


def leaves(config: str) -> dict[tuple[str, ...], Value]:
    """The active settings of a configuration."""
    return flatten(cast("dict[str, Value]", parse(config)))


def nested_keys(config: str) -> Iterator[tuple[tuple[str, ...], Value]]:
    """The active leaves that have a parent."""
    return ((path, value) for path, value in leaves(config).items() if len(path) > 1)


def commented_children(config: str) -> list[tuple[str, str]]:
    """Children of a mapping whose children are all comments, and the line that declares each."""
    pattern = r"(?m)^(wireGuard|egress|nodePortLocal|antreaProxy|nodeIPAM):\n(?:(?: *#.*)?(?:\n|$))+"
    found: list[tuple[str, str]] = []
    for block in re.finditer(pattern, config):
        declared = re.findall(r"(?m)^(?:#  |  # ?)(\w+):(?: \S+)?$", block[0])
        found += [(block[1], key) for key in declared if not re.search(rf"(?m)^  {key}:", config[block.end() :])]
    return found


@on_vendor_files
@each_vendor_config
@pytest.mark.parametrize("nth", [0, 1, -1])
def test_vendor_a_gate_is_written_below_its_comment(name: str, nth: int) -> None:
    before = VENDOR[name]
    gate = gates(before)[nth]
    ((above, line),) = added(before, edit(before, {("featureGates", gate): True})).items()
    assert re.fullmatch(rf" *#  {gate}: (true|false)", above)
    assert line == f"  {gate}: true"


@on_vendor_files
@each_vendor_config
def test_vendor_every_gate_at_once(name: str) -> None:
    before = VENDOR[name]
    after = edit(before, {("featureGates", gate): False for gate in gates(before)})
    assert set(added(before, after).values()) == {f"  {gate}: false" for gate in gates(before)}


@on_vendor_files
@each_vendor_config
def test_vendor_every_active_key_is_replaced_in_place(name: str) -> None:
    before = VENDOR[name]
    for path, value in leaves(before).items():
        if path != ("featureGates",) and not isinstance(value, list):
            wanted = "a b" if value != "a b" else "c"
            old, new = before.splitlines(), edit(before, {path: wanted}).splitlines()
            ((was, now),) = [pair for pair in zip(old, new, strict=True) if pair[0] != pair[1]]
            assert now == f'{was.split(":")[0]}: "{wanted}"'
            assert was.strip().startswith(f"{path[-1]}:")


@on_vendor_files
@each_vendor_config
def test_vendor_a_nested_active_key(name: str) -> None:
    before = VENDOR[name]
    for path, _ in nested_keys(before):
        after = edit(before, {path: ["10.0.0.0/8"]})
        assert parse(after) == merged(parse(before), {path: ["10.0.0.0/8"]})
        assert comments(after) == comments(before)


@on_vendor_files
@each_vendor_config
def test_vendor_a_nested_key_that_only_a_comment_names(name: str) -> None:
    before = VENDOR[name]
    for parent, key in commented_children(before):
        ((above, line),) = added(before, edit(before, {(parent, key): 7})).items()
        assert re.match(rf" *# *{key}:", above)
        assert line == f"  {key}: 7"


@on_vendor_files
def test_vendor_files_have_nested_keys_that_only_a_comment_names() -> None:
    found = {child for config in VENDOR.values() for child in commented_children(config)}
    assert {("wireGuard", "port"), ("nodePortLocal", "enable"), ("nodeIPAM", "clusterCIDRs")} <= found


@on_vendor_files
@each_vendor_config
def test_vendor_every_commented_top_level_key(name: str) -> None:
    before = VENDOR[name]
    for declaration in re.findall(r"(?m)^#\w+:(?: \S+| \[.*])?$", before):
        key = declaration[1:].split(":")[0]
        assert added(before, edit(before, {(key,): "x"})) == {declaration: f"{key}: x"}


@on_vendor_files
@each_vendor_config
def test_vendor_nothing_asked_nothing_changed(name: str) -> None:
    assert edit(VENDOR[name], {}) == VENDOR[name]
    assert edit(VENDOR[name], leaves(VENDOR[name])) == VENDOR[name]


@on_vendor_files
@each_vendor_config
def test_vendor_known_keys_are_the_active_the_gates_and_the_commented_ones(name: str) -> None:
    config = VENDOR[name]
    keys = {".".join(path) for path in leaves(config)}
    keys |= {".".join(path[:-1]) for path, _ in nested_keys(config)} | {"featureGates"}
    keys |= {".".join(path[:1]) for path, _ in nested_keys(config)}
    keys |= {f"featureGates.{gate}" for gate in gates(config)}
    keys |= {declaration[1:].split(":")[0] for declaration in re.findall(r"(?m)^#\w+:(?: \S+| \[.*])?$", config)}
    keys |= {".".join(child) for child in commented_children(config)}
    assert known_keys(config) == keys
