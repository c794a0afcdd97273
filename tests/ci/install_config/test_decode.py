"""From bytes to what the installer holds: documents, keys, shapes, scalars, old names."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antrea_ci.install_config import judge
from antrea_ci.install_config.scalars import as_text
from support.certificates import CERTIFICATE
from support.install_configs import ABSENT, PLATFORMS, config_of, text_of
from support.verdicts import PULL_SECRET, errors, found_in, found_with, warnings

NONE = text_of("none")


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_sound_file_has_no_finding(platform: str):
    version = "4.12" if platform == "flat" else "4.18"
    assert [item for item in found_in(text_of(platform), version) if item.is_error] == []


@pytest.mark.parametrize(("size", "rules"), [(120, []), ("BIG", ["shape"]), (2**31, ["shape"])])
def test_the_types_of_a_disk_are_judged_on_azure_too(size: object, rules: list[str]):
    changes = {"platform": {"azure": {"region": "a"}}, "controlPlane.platform.azure.osDisk": {"diskSizeGB": size}}
    assert errors(found_in(text_of("none", changes))) == rules


def test_a_bare_file_needs_its_pull_secret_and_a_repository_does_not():
    assert errors(found_in(NONE, in_repository=False)) == ["required"]
    assert errors(found_in(NONE + PULL_SECRET, in_repository=False)) == []
    assert errors(found_in(NONE)) == []


@pytest.mark.parametrize("text", ["", "\n \n", "# nothing\n", "---\n...\n"])
def test_a_file_without_a_value(text: str):
    assert [item.rule for item in found_in(text)] == ["install-config/empty"]


def test_the_first_document_is_judged_and_the_others_are_refused():
    found = found_in(f"---\n{NONE}---\n- a\n---\nb: 1\n")
    assert [(item.rule, item.location.line) for item in found if item.is_error] == [
        ("yaml/several-documents", NONE.count("\n") + 3)
    ]
    assert found_in(f"{NONE}---\n") == []


def test_what_stands_after_a_json_file_is_no_second_value():
    assert errors(found_in('{"apiVersion": "v1"}\nEOF\n'))[-1] == "several-documents"


def test_windows_line_ends_and_json_are_read():
    assert found_in(NONE.replace("\n", "\r\n")) == []
    assert "apiVersion" not in str(found_in('{"apiVersion": "v1"}'))


def test_a_size_over_one_mebibyte_is_refused_unread():
    assert [item.rule for item in found_in(b"\xff" * 1_048_577)] == ["install-config/size"]


def test_a_trust_bundle_of_300_kib_passes():
    bundle = "".join(f"  {line}\n" for line in (CERTIFICATE * 520).splitlines())
    text = (NONE + f"additionalTrustBundle: |\n{bundle}").encode()
    assert len(text) > 300 * 1024
    assert judge(text, "x", "4.18", in_repository=True).findings == []


@pytest.mark.parametrize(
    "bundle",
    ["-----BEGIN X-----\n" * 20_000, "-----BEGIN X-----\na: b\n" * 20_000 + "-----END X-----\n", "-" * 500_000],
    ids=["begins", "headers", "dashes"],
)
def test_a_trust_bundle_made_to_be_slow_is_refused(bundle: str):
    text = (NONE + "additionalTrustBundle: |\n" + "".join(f"  {line}\n" for line in bundle.splitlines())).encode()
    assert [item.rule for item in judge(text, "x", "4.18", in_repository=True).findings] == [
        "install-config/trust-bundle"
    ]


# --- Versions ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["4.19.0", "4.30"])
def test_a_newer_version_gets_one_warning(version: str):
    found = found_in(NONE, version)
    assert [(item.rule, item.is_error) for item in found] == [("install-config/version-newer", False)]


@pytest.mark.parametrize("version", ["4.11.9", "3.11", "", "x", "5.1", "14.12", "4.\u0661\u0662"])
def test_a_version_without_rules_is_an_error(version: str):
    assert errors(found_in(NONE, version)) == ["version-unsupported"]


# --- Keys -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("additionalTrustedBundle: x\n", "did you mean additionalTrustBundle?"),
        ("hostPrefix: 23\n", "belongs to `networking.clusterNetwork[].hostPrefix`"),
        ("zzz: 1\n", "`zzz` is not known"),
        ("featureGate\u00a0: 1\n", "non-breaking space"),
        ("osImageStream: x\n", "from OpenShift 4.20 on"),
    ],
)
def test_an_unknown_key_comes_with_where_it_may_belong(lines: str, words: str):
    (finding,) = found_with(lines)
    assert (finding.rule, finding.stricter) == ("install-config/unknown-key", True)
    assert words in finding.message


def test_a_key_is_unknown_before_its_version():
    lines = "imageDigestSources: [{source: quay.io/a/b}]\n"
    assert errors(found_with(lines, "4.12")) == ["unknown-key"]
    assert errors(found_with(lines, "4.14")) == []


def test_a_key_in_another_case_is_the_key_and_its_place_is_that_of_the_file():
    text = NONE.replace("networkType: antrea", "NETWORKTYPE: ovn").replace("networking:", "Networking:")
    found = found_in(text)
    assert warnings(found) == ["key-case", "key-case"]
    (error,) = [item for item in found if item.is_error]
    assert error.message.startswith("`Networking.NETWORKTYPE` is 'ovn'")
    assert text.splitlines()[error.location.line - 1].strip() == "NETWORKTYPE: ovn"


def test_of_two_spellings_the_later_in_the_order_of_letters_counts():
    config = config_of(NONE.replace("baseDomain: example.com", "baseDomain: b.example.com\nBASEDOMAIN: a.example.com"))
    assert config.text("baseDomain") == "b.example.com"


def test_null_is_absent():
    assert errors(found_with("proxy:\nsshKey: ~\nfips: null\ncapabilities:\n")) == []


# --- Shapes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "value", "message", "fix"),
    [
        ("compute", {"name": "worker"}, "`compute` is a mapping; it must be a list", "put `- ` before"),
        ("controlPlane", [{"name": "master"}], "`controlPlane` is a list; it must be a mapping", "controlPlane: {"),
        ("controlPlane.replicas", "3", "the text '3'; it must be a whole number", ""),
        ("controlPlane.replicas", 3.5, "the number 3.5; it must be a whole number", ""),
        ("controlPlane.replicas", 2**63, "a whole number from", ""),
        ("controlPlane.replicas", True, "the truth value true; it must be a whole number", ""),
        ("platform", "none", "the text 'none'; it must be a mapping", "write `platform: {none: {}}`"),
        ("fips", "yes", "the text 'yes'; it must be true or false", ""),
        ("networking.machineNetwork", "10.1.224.0/24", "it must be a list", "machineNetwork: [{cidr"),
        ("networking.serviceNetwork.0", 10, "the number 10; it must be a text, such as", ""),
        ("metadata.name", ["ocp"], "`metadata.name` is a list; it must be a text", "without brackets"),
        ("metadata.creationTimestamp", "today", "it must be a time", ""),
        ("pullSecret", {"auths": {}}, "`pullSecret` is a mapping; it must be a text", "single quotes"),
    ],
)
def test_a_value_of_the_wrong_kind(path: str, value: object, message: str, fix: str):
    (finding,) = found_in(text_of("none", {path: value}))
    assert finding.rule == "install-config/shape"
    assert message in finding.message
    assert fix in finding.fix


def test_a_value_that_does_not_fit_is_not_told_as_missing_too():
    assert errors(found_in(text_of("none", {"metadata": "ocp"}))) == ["shape"]
    assert errors(found_in(text_of("none", {"networking": []}))) == ["shape"]


@pytest.mark.parametrize("value", [3.0, 3])
def test_a_whole_number_with_a_point_is_one(value: float):
    assert found_in(text_of("none", {"controlPlane.replicas": value})) == []


def test_numbers_and_truth_values_become_texts_as_go_writes_them():
    config = config_of(NONE.replace("name: ocp", "name: 042").replace("example.com", "1.10"))
    assert (config.text("metadata", "name"), config.text("baseDomain")) == ("34", "1.1")


def test_a_text_that_changes_on_the_way_is_a_warning_and_shows_no_password():
    assert warnings(found_in(NONE.replace("name: ocp", "name: 042"))) == ["reinterpreted"]
    assert warnings(found_in(NONE.replace("name: ocp", "name: 42"))) == []
    text = text_of("vsphere").replace("password: PASSWORD", "password: 0123")
    (finding,) = found_in(text)
    assert finding.rule == "install-config/reinterpreted"
    assert "83" not in finding.message


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (1e21, "1e+21"),
        (1234567.5, "1.2345675e+06"),
        (100000.5, "100000.5"),
        (0.00001, "1e-05"),
        (float("-inf"), "-Inf"),
        (1e39, "+Inf"),
        (2**64, "1.8446744e+19"),
        (2**64 - 1, "18446744073709551615"),
    ],
)
def test_scalars_as_text(value: bool | float, text: str):
    assert as_text(value) == text


# --- Old names --------------------------------------------------------------------------------------------------------


def test_old_networking_names_are_carried_over():
    networking = {
        "type": "antrea",
        "machineCIDR": "10.1.224.0/24",
        "serviceCIDR": "172.30.0.0/16",
        "clusterNetworks": [{"cidr": "10.128.0.0/14", "hostSubnetLength": 9}],
    }
    text = text_of("none", {"networking": networking})
    config = config_of(text)
    assert config.mapping("networking") == {
        "networkType": "antrea",
        "machineNetwork": [{"cidr": "10.1.224.0/24"}],
        "serviceNetwork": ["172.30.0.0/16"],
        "clusterNetwork": [{"cidr": "10.128.0.0/14", "hostSubnetLength": 9, "hostPrefix": 23}],
    }
    assert config.name(("networking", "machineNetwork", 0, "cidr")) == "networking.machineCIDR"
    assert warnings(found_in(text)) == ["deprecated-key"] * 5
    assert errors(found_in(text)) == []


def test_an_old_name_beside_the_new_one_has_no_effect():
    text = text_of("none", {"networking.machineCIDR": "10.9.0.0/16"})
    assert config_of(text).items("networking", "machineNetwork") == [{"cidr": "10.1.224.0/24"}]
    assert any("has no effect" in item.message for item in found_in(text))


# --- Placeholders -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["${DOMAIN}", "{{ domain }}", "<base domain>", "...", "[domain]", "CHANGEME"])
def test_a_placeholder_is_told_as_such_and_nothing_else_of_it(text: str):
    (finding,) = found_in(text_of("none", {"baseDomain": text}))
    assert (finding.rule, finding.stricter) == ("install-config/placeholder", True)


@pytest.mark.parametrize("password", ["<secret>", "p...", "\u201cquoted\u201d"])
def test_a_password_may_look_like_one(password: str):
    assert errors(found_in(text_of("vsphere", {"platform.vsphere.vcenters.0.password": password}))) == []


def test_typographic_quotes_are_told_as_such():
    (finding,) = found_in(text_of("none", {"baseDomain": "\u201cexample.com\u201d"}))
    assert (finding.rule, "U+201C" in finding.message) == ("install-config/characters", True)


def test_absent_is_not_empty():
    assert "is missing" in found_in(text_of("none", {"baseDomain": ABSENT}))[0].message
    assert "is empty" in found_in(text_of("none", {"baseDomain": ""}))[0].message


# --- Anything ---------------------------------------------------------------------------------------------------------


@given(st.data())
def test_no_corruption_of_a_sound_file_is_a_crash(data: st.DataObject):
    text = bytearray(text_of(data.draw(st.sampled_from(PLATFORMS))).encode())
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(text)))
        cut = data.draw(st.integers(0, 20))
        text[at : at + cut] = data.draw(st.sampled_from([b"", *_PIECES]) | st.binary(max_size=4))
    found = found_in(bytes(text), data.draw(st.sampled_from(["4.12", "4.15", "4.18"])))
    assert all(item.location.file for item in found)


_PIECES = [
    *(b"\t", b"- ", b": ", b"\n", b"[", b"]", b"{", b"}", b"'", b'"', b"|", b"&a ", b"*a", b"<<: ", b"---\n", b"~"),
    *(b"1e999", b"-1", b"0x1F", b".nan", b"9" * 30, b"true", b"!!binary ", b"? ", b"\x00", b"::1/0", b"0.0.0.0/0"),
]

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["cidr", "name", "x"]), inner),
    max_leaves=5,
)


@given(st.sampled_from(PLATFORMS), _VALUES, st.data())
def test_no_value_at_any_place_is_a_crash(platform: str, value: object, data: st.DataObject):
    import json

    import yaml

    document = yaml.safe_load(text_of(platform))
    part: object = document
    while isinstance(part, dict | list) and part:
        steps = list(part) if isinstance(part, dict) else list(range(len(part)))
        step = data.draw(st.sampled_from(steps))
        if data.draw(st.booleans()) or not isinstance(part[step], dict | list):
            part[step] = value
            break
        part = part[step]
    found_in(json.dumps(document), data.draw(st.sampled_from(["4.12", "4.18"])))


def test_the_facts_name_no_type_that_is_not_there():
    from antrea_ci.install_config.schema import types

    plain = {"string", "bool", "int", "int32", "int64", "uint32", "cidr", "time", "any", "mapping"}
    for keys in types().values():
        for key in keys.values():
            kind = key.kind
            while kind.item:
                kind = kind.item
            assert kind.name in plain | types().keys(), key


def test_no_file_of_the_facts_is_left_out():
    import antrea_ci.facts
    from antrea_ci.install_config.schema import _FILES

    folder = Path(antrea_ci.facts.__file__).parent / "install-config"
    assert {path.stem for path in folder.iterdir()} - {"values", "platforms-values"} >= set(_FILES)
