"""``generated/``: images by kind and name, and settings inside the configurations, whatever the bundle's shape."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import pytest
import yaml

from antrea_ci.bundle.importer import import_bundle
from support.bundles import CR, SHARED_BUNDLES, below, bundle_files, custom_resource, operator, write_archive
from support.repos import build, install_spec, objects, operator_image_of, run
from support.small import cluster_repo, set_cluster

DIGEST = "sha256:" + "cd" * 32
SPLIT = ("antreaAgentImage", "antreaControllerImage")
ARCHIVES = sorted(SHARED_BUNDLES.glob("*.tar.gz")) if SHARED_BUNDLES.is_dir() else []


def with_bundle(tmp_path: Path, files: dict[str, bytes], **cluster: object) -> Path:
    """A repository with this bundle and these sections of cluster.yaml."""
    repo = cluster_repo(tmp_path / "ocp", **cluster)
    import_bundle(repo, write_archive(tmp_path / "deploy.tar.gz", below("openshift", files)), "openshift")
    return repo.root


def built(root: Path, kustomize: Path) -> dict[str, dict]:
    done = run("render", cwd=root)
    assert done.code == 0, done.err
    return objects(build(kustomize, root))


@pytest.mark.parametrize("image", ["ReplaceOperatorImage", "antrea/antrea-operator:latest", f"r.io/a/b@{DIGEST}", '""'])
def test_the_operators_image_is_set_whatever_stands_there(image: str, tmp_path: Path, kustomize: Path):
    root = with_bundle(tmp_path, {**bundle_files(), "operator.yaml": operator(image)})
    assert operator_image_of(built(root, kustomize)) == "r.example.org/antrea-operator:v1.14.1"


@pytest.mark.parametrize(
    ("fields", "images"),
    [
        (("antreaImage",), {"antrea": "r.example.org/antrea-ubi:v1.14.1"}),
        (
            SPLIT,
            {"agent": "r.example.org/agent:v1.14.1", "controller": f"r.example.org/controller@{DIGEST}"},
        ),
        (
            ("antreaImage", "interworkingImage"),
            {
                "antrea": f"r.example.org/antrea-ubi:v1.14.1@{DIGEST}",
                "interworking": "r.example.org/interworking:4.1.0",
            },
        ),
    ],
    ids=["one", "split", "interworking"],
)
def test_the_crds_image_fields_are_filled(
    fields: Iterable[str], images: dict[str, str], tmp_path: Path, kustomize: Path
):
    images = {"operator": "r.example.org/antrea-operator:v1.14.1", **images}
    root = with_bundle(tmp_path, bundle_files(image_fields=fields), images=images)
    spec = install_spec(built(root, kustomize))
    filled = {key: value for key, value in spec.items() if key.endswith("Image")}
    assert sorted(filled.values()) == sorted(value for key, value in images.items() if key != "operator")
    assert set(filled) == set(fields)


def test_an_image_that_the_crd_has_no_field_for_is_left_out(tmp_path: Path, kustomize: Path):
    images = {
        "operator": "r.example.org/o:v1.14.1",
        "antrea": "r.example.org/a:v1.14.1",
        "agent": "r.example.org/g:v1.14.1",
    }
    root = with_bundle(tmp_path, bundle_files(), images=images)
    assert "antreaAgentImage" not in install_spec(built(root, kustomize))


def test_an_init_container_with_the_operators_image_gets_it_too_and_a_sidecar_keeps_its_own(
    tmp_path: Path, kustomize: Path
):
    text = operator().decode()
    more = """\
        - name: sidecar
          image: r.example.org/sidecar:v1.0.0
      initContainers:
        - name: prepare
          image: ReplaceOperatorImage
"""
    text = text.replace("      tolerations:\n", f"{more}      tolerations:\n")
    root = with_bundle(tmp_path, {**bundle_files(), "operator.yaml": text.encode()})
    deployment = built(root, kustomize)["Deployment/antrea-operator/antrea-operator"]
    pod = deployment["spec"]["template"]["spec"]
    images = {item["name"]: item["image"] for item in [*pod["containers"], *pod["initContainers"]]}
    assert images == {
        "antrea-operator": "r.example.org/antrea-operator:v1.14.1",
        "prepare": "r.example.org/antrea-operator:v1.14.1",
        "sidecar": "r.example.org/sidecar:v1.0.0",
    }


def test_settings_go_into_the_yaml_inside_the_strings_and_comments_stay(tmp_path: Path, kustomize: Path):
    antrea = {
        "trafficEncapMode": "hybrid",
        "tunnelType": "vxlan",
        "defaultMTU": 1400,
        "featureGates": {"Egress": True, "Traceflow": False},
        "agent": {"enablePrometheusMetrics": False},
        "controller": {"apiPort": 10350},
    }
    spec = install_spec(built(with_bundle(tmp_path, bundle_files(), antrea=antrea), kustomize))
    agent, controller = spec["antreaAgentConfig"], spec["antreaControllerConfig"]
    assert yaml.safe_load(agent) == {
        "featureGates": {"Egress": True},
        "trafficEncapMode": "hybrid",
        "tunnelType": "vxlan",
        "defaultMTU": 1400,
        "enablePrometheusMetrics": False,
    }
    assert yaml.safe_load(controller) == {"featureGates": {"Traceflow": False}, "apiPort": 10350}
    for comment in ("# Enable Egress.", "#  Egress: true", "# How traffic leaves a node.", "#trafficEncapMode: encap"):
        assert comment in agent


@pytest.mark.parametrize("start", ["\n", "\n\n", "  # indented\n"])
def test_a_text_that_starts_with_blanks_survives_an_edit(start: str, tmp_path: Path, kustomize: Path):
    resource = yaml.safe_load(custom_resource("openshift"))
    resource["spec"]["antreaAgentConfig"] = start + resource["spec"]["antreaAgentConfig"]
    files = {**bundle_files(), CR: yaml.safe_dump(resource).encode()}
    spec = install_spec(built(with_bundle(tmp_path, files, antrea={"defaultMTU": 1400}), kustomize))
    assert spec["antreaAgentConfig"].startswith(start)
    assert yaml.safe_load(spec["antreaAgentConfig"])["defaultMTU"] == 1400


def test_without_settings_the_vendors_texts_are_not_touched(tmp_path: Path, kustomize: Path):
    root = with_bundle(tmp_path, bundle_files(), antrea={})
    shipped = yaml.safe_load(custom_resource("openshift"))["spec"]
    spec = install_spec(built(root, kustomize))
    for field in ("antreaAgentConfig", "antreaControllerConfig", "antreaCNIConfig"):
        assert spec[field] == shipped[field]
        assert field not in (root / "antrea/overlays/install/generated/antreainstall.yaml").read_text()


def test_the_cni_configuration_is_edited_as_json(tmp_path: Path, kustomize: Path):
    root = with_bundle(tmp_path, bundle_files(), antrea={"cni": {"cniVersion": "0.4.0", "extra": {"a": [1, "x"]}}})
    config = json.loads(install_spec(built(root, kustomize))["antreaCNIConfig"])
    assert (config["cniVersion"], config["name"], config["extra"]) == ("0.4.0", "antrea", {"a": [1, "x"]})
    assert config["plugins"][0]["type"] == "antrea"


def test_a_cni_configuration_that_is_no_json_is_an_error_at_its_place(tmp_path: Path):
    broken = custom_resource("openshift").replace(b'{"cniVersion"', b'{{"cniVersion"')
    root = with_bundle(tmp_path, {**bundle_files(), CR: broken}, antrea={"cni": {"cniVersion": "0.4.0"}})
    done = run("render", cwd=root)
    assert done.code == 1
    assert f"antrea/bundle/{CR}:" in done.err
    assert "antreaCNIConfig is not JSON" in done.err
    assert "[antrea/cannot-edit]" in done.err


# --- fixPlatformField -------------------------------------------------------------------------------------------------


def platform_bundle() -> dict[str, bytes]:
    """The public archive v1.8.0: `platform` where the CRD demands `antreaPlatform`."""
    return {**bundle_files(), CR: custom_resource("openshift").replace(b"antreaPlatform:", b"platform:")}


def test_the_platform_field_is_renamed_only_when_asked(tmp_path: Path, kustomize: Path):
    root = with_bundle(tmp_path, platform_bundle())
    assert install_spec(built(root, kustomize))["platform"] == "openshift"
    set_cluster(root, bundle={"fixPlatformField": True})
    spec = install_spec(built(root, kustomize))
    assert (spec["antreaPlatform"], "platform" in spec) == ("openshift", False)
    assert b"antreaPlatform" not in (root / "antrea/bundle" / CR).read_bytes()


def test_a_sound_resource_is_left_alone_even_when_asked(tmp_path: Path, kustomize: Path):
    root = with_bundle(tmp_path, bundle_files(), bundle={"fixPlatformField": True})
    assert install_spec(built(root, kustomize))["antreaPlatform"] == "openshift"
    assert "antreaPlatform" not in (root / "antrea/overlays/install/generated/antreainstall.yaml").read_text()


# --- Which settings exist ---------------------------------------------------------------------------------------------


def findings_of(root: Path) -> list[dict[str, object]]:
    done = run("check", "--format", "json", cwd=root)
    return [item for item in json.loads(done.out)["findings"] if item["rule"] == "antrea/unknown-setting"]


def line_of(root: Path, text: str) -> int:
    lines = (root / "cluster.yaml").read_text().splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


@pytest.mark.parametrize(
    ("antrea", "wrong", "right"),
    [
        ({"featureGates": {"Egres": True}}, "Egres", "Egress"),
        ({"agent": {"defaultMtu": 1400}}, "defaultMtu", "defaultMTU"),
        ({"controller": {"apiport": 1}}, "apiport", "apiPort"),
    ],
    ids=["gate", "agent", "controller"],
)
def test_an_unknown_setting_is_an_error_with_its_place_and_the_nearest_name(
    antrea: dict[str, object], wrong: str, right: str, tmp_path: Path
):
    root = with_bundle(tmp_path, bundle_files(), antrea=antrea)
    (finding,) = findings_of(root)
    assert (finding["file"], finding["line"]) == ("cluster.yaml", line_of(root, f"{wrong}:"))
    assert f"`{wrong}`" in str(finding["message"])
    assert right in str(finding["message"])
    assert run("render", cwd=root).code == 1


GATE_OF_2 = {"featureGates": {"BGPPolicy": True}}  # neither in the small bundle nor in Antrea 1.x


@pytest.mark.parametrize(
    ("images", "antrea", "files"),
    [
        ({"antrea": "r.example.org/antrea-ubi:v2.2.0"}, {}, {}),
        ({"antrea": f"r.example.org/antrea-ubi:v2.2.0@{DIGEST}"}, {}, {}),
        ({"antrea": f"r.example.org/antrea-ubi@{DIGEST}"}, {"version": "2.2.0"}, {}),
        ({"antrea": f"r.example.org/antrea-ubi@{DIGEST}"}, {}, {"operator.yaml": operator("r.io/a/operator:v2.2.0")}),
        ({"antrea": "r.example.org/antrea-ubi:v1.14.1"}, {"version": "2.2.0"}, {}),
    ],
    ids=["tag", "tag-and-digest", "as-written", "lock", "as-written-wins"],
)
def test_the_version_is_told_by(
    images: dict[str, str], antrea: dict[str, object], files: dict[str, bytes], tmp_path: Path, kustomize: Path
):
    images = {"operator": f"r.example.org/antrea-operator@{DIGEST}", **images}
    root = with_bundle(tmp_path, {**bundle_files(), **files}, images=images, antrea={**antrea, **GATE_OF_2})
    agent = yaml.safe_load(install_spec(built(root, kustomize))["antreaAgentConfig"])
    assert agent["featureGates"] == {"BGPPolicy": True}


def test_a_gate_of_a_later_version_is_unknown_to_an_earlier(tmp_path: Path):
    root = with_bundle(tmp_path, bundle_files(), antrea=GATE_OF_2)
    (finding,) = findings_of(root)
    assert "nor known to Antrea v1.14.1" in str(finding["message"])


def test_without_any_version_the_error_asks_for_antrea_version(tmp_path: Path):
    images = {"operator": f"r.example.org/o@{DIGEST}", "antrea": f"r.example.org/a@{DIGEST}"}
    root = with_bundle(tmp_path, bundle_files(), images=images, antrea=GATE_OF_2)
    (finding,) = findings_of(root)
    assert finding["fix"] == "add `version: x.y.z` below `antrea` in cluster.yaml"


def test_without_any_version_what_the_bundle_names_can_be_set(tmp_path: Path, kustomize: Path):
    images = {"operator": f"r.example.org/o@{DIGEST}", "antrea": f"r.example.org/a@{DIGEST}"}
    root = with_bundle(tmp_path, bundle_files(), images=images, antrea={"featureGates": {"Egress": True}})
    agent = yaml.safe_load(install_spec(built(root, kustomize))["antreaAgentConfig"])
    assert agent["featureGates"] == {"Egress": True}


# --- Real archives ----------------------------------------------------------------------------------------------------

SETTINGS: dict[str, dict[str, object]] = {
    "none": {},
    "first-gate": {"featureGates": {"AntreaProxy": False}},
    "second-gate": {"featureGates": {"Egress": True}},
    "two-gates": {"featureGates": {"NodePortLocal": True, "Traceflow": False}},
    "present": {"defaultMTU": 1400},
    "nested": {"agent": {"nodePortLocal": {"portRange": "61000-62000"}}, "controller": {"apiPort": 10351}},
}


@pytest.mark.parametrize(("flavour", "filled"), [("kubernetes", True), ("openshift", False)])
def test_a_node_ipam_that_the_vendor_enables_gets_its_networks_where_no_operator_fills_them_in(
    flavour: str, filled: bool, tmp_path: Path, kustomize: Path
):
    files = bundle_files(flavour)
    ipam = b"  antreaControllerConfig: |\n    nodeIPAM:\n      enableNodeIPAM: true\n"
    files[CR] = files[CR].replace(b"  antreaControllerConfig: |\n", ipam)
    repo = cluster_repo(tmp_path / "ocp", flavour=flavour)
    import_bundle(repo, write_archive(tmp_path / "deploy.tar.gz", below(flavour, files)), flavour)
    text = install_spec(built(repo.root, kustomize))["antreaControllerConfig"]
    networks = {
        "clusterCIDRs": ["10.128.0.0/14"],
        "nodeCIDRMaskSizeIPv4": 23,
        "serviceCIDR": "172.30.0.0/16",
    }
    assert yaml.safe_load(text)["nodeIPAM"] == {"enableNodeIPAM": True, **(networks if filled else {})}


@pytest.mark.skipif(not ARCHIVES, reason="../shared/antrea-bundles is not here")
@pytest.mark.parametrize("flavour", ["openshift", "kubernetes"])
@pytest.mark.parametrize("archive", ARCHIVES, ids=lambda path: path.name.removesuffix("-deploy.tar.gz"))
def test_every_archive_takes_every_kind_of_setting(archive: Path, flavour: str, tmp_path: Path, kustomize: Path):
    repo = cluster_repo(tmp_path / "ocp", flavour=flavour)
    import_bundle(repo, archive, flavour)
    lock = yaml.safe_load(repo.bundle_lock_file.read_text())
    shipped = yaml.safe_load((repo.bundle / CR).read_text())["spec"]
    images = {"operator": "r.example.org/antrea-operator:v1.13.1"}
    keys = {"antreaImage": "antrea", "antreaAgentImage": "agent", "antreaControllerImage": "controller"}
    images |= {keys[field]: f"r.example.org/{keys[field]}:v1.13.1" for field in lock["imageFields"] if field in keys}
    for name, antrea in SETTINGS.items():
        set_cluster(repo.root, images=images, antrea=antrea)
        found = built(repo.root, kustomize)
        spec = install_spec(found)
        assert operator_image_of(found) == images["operator"], name
        check_text(antrea, "agent", shipped["antreaAgentConfig"], spec["antreaAgentConfig"], flavour)
        check_text(antrea, "controller", shipped["antreaControllerConfig"], spec["antreaControllerConfig"], flavour)


def check_text(antrea: dict, component: str, shipped: str, text: str, flavour: str) -> None:
    """The asked settings are there, everything else is as shipped, and no comment is lost."""
    before, after = yaml.safe_load(shipped) or {}, yaml.safe_load(text) or {}
    wanted = dict(antrea.get(component, {}))
    if component == "agent" and "defaultMTU" in antrea:
        wanted["defaultMTU"] = antrea["defaultMTU"]
    for key, value in wanted.items():
        assert after[key] == ({**(before.get(key) or {}), **value} if isinstance(value, dict) else value)
    gates = {**(before.get("featureGates") or {}), **antrea.get("featureGates", {})}
    for gate, value in (after.get("featureGates") or {}).items():
        assert gates[gate] == value
    filled = {"agent": {"serviceCIDR", "serviceCIDRv6"}, "controller": {"nodeIPAM"}}
    services = filled[component] if flavour == "kubernetes" else set()
    rest = set(before) | set(after)
    for key in rest - set(wanted) - services - {"featureGates"}:
        assert after.get(key) == before.get(key), key
    comments = [line.strip() for line in shipped.splitlines() if line.strip().startswith("#")]
    kept = [line.strip() for line in text.splitlines() if line.strip().startswith("#")]
    assert kept == comments
