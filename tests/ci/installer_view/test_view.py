"""What is taken from a folder, what is passed over, and what stops the installation."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antrea_ci.checks.bare import check_manifests
from antrea_ci.errors import UsageError
from antrea_ci.installer_view import View, view
from antrea_ci.installer_view.known import generated_files
from antrea_ci.installer_view.rules import _is_base64

CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {}\n  namespace: kube-system\n"
CLUSTER_CONFIG = CONFIG_MAP.format("cluster-config-v1")
SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: kube-system}\ndata:\n  key: "
EMBEDDED = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: cluster-config-v1, namespace: kube-system}
data:
  install-config: |
    additionalTrustBundlePolicy: Proxyonly
    apiVersion: v1
    baseDomain: example.com
    compute:
    - {architecture: amd64, hyperthreading: Enabled, name: worker, platform: {}, replicas: 3}
    metadata: {creationTimestamp: null, name: ocp}
    networking:
      clusterNetwork:
      - {cidr: 10.128.0.0/14, hostPrefix: 23}
    platform:
      vsphere: {vcenters: [{server: vc, user: "", password: ""}]}
    publish: External
    pullSecret: ""
"""
MINE = """\
# comments do not count
apiVersion: v1
baseDomain: example.com
metadata: {name: ocp}
networking: {clusterNetwork: [{cidr: 10.128.0.0/14, hostPrefix: 23}]}
platform: {vsphere: {vcenters: [{server: vc, user: me, password: mine}]}}
pullSecret: '{"auths": {}}'
"""


def seen(root: Path, files: dict[str, str], version: str = "4.18.9") -> View:
    for name, text in {"manifests/cluster-config.yaml": CLUSTER_CONFIG, **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return view(root, version)


def found(it: View) -> set[tuple[str, str]]:
    return {(finding.rule.partition("/")[2], finding.location.file) for finding in it.findings} - {
        ("no-state", ".openshift_install_state.json")
    }


def consumed(it: View) -> list[str]:
    return [item.file for item in it.consumed if item.file != "manifests/cluster-config.yaml"]


@pytest.mark.parametrize("name", ["a.yaml", "a.yml", "a.json", ".hidden.yaml", "deep.name.yaml"])
@pytest.mark.parametrize("folder", ["manifests", "openshift"])
def test_these_names_are_read(folder: str, name: str, tmp_path: Path):
    it = seen(tmp_path, {f"{folder}/{name}": CONFIG_MAP.format("a")})
    assert (consumed(it), it.ignored, found(it)) == ([f"{folder}/{name}"], (), set())


@pytest.mark.parametrize("name", ["a.YAML", "a.Yml", "sub/a.yaml", "sub/sub/a.json"])
def test_these_look_like_manifests_and_are_not_read(name: str, tmp_path: Path):
    it = seen(tmp_path, {f"manifests/{name}": CONFIG_MAP.format("a")})
    assert consumed(it) == []
    assert [item.file for item in it.ignored] == [f"manifests/{name}"]
    assert found(it) == {("not-read", f"manifests/{name}")}


@pytest.mark.parametrize("name", ["README.md", "a.yaml.bak", "a.yaml~", "yaml", "a.tmpl"])
def test_other_files_are_listed_without_a_finding(name: str, tmp_path: Path):
    it = seen(tmp_path, {f"manifests/{name}": "text"})
    assert [item.file for item in it.ignored] == [f"manifests/{name}"]
    assert found(it) == set()


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "no-object"),
        ("---\n", "no-object"),
        ("null\n", "no-object"),
        ("# only\n# comments\n", "no-object"),
        ("---\n---\n" + CONFIG_MAP.format("a"), "no-object"),
        ("- 1\n", "no-kind"),
        ("text\n", "no-kind"),
        ("kind: 5\n", "no-kind"),
        ("apiVersion: v1\nkind: List\nitems: []\n", "list"),
        ("apiVersion: v1\nkind: ConfigMapList\nitems: [{}]\n", "list"),
        ("a: b: c\n", "broken-yaml"),
        ("\tkind: a\n", "broken-yaml"),
        ("{{ template }}\n", "broken-yaml"),
        ("kind: a\nkind: b\n", "ambiguous-yaml"),
        ("\ufeffkind: a\n", "ambiguous-yaml"),
    ],
)
def test_these_contents_stop_the_installation(text: str, rule: str, tmp_path: Path):
    it = seen(tmp_path, {"manifests/a.yaml": text})
    assert (consumed(it), [item.file for item in it.refused]) == ([], ["manifests/a.yaml"])
    assert found(it) == {(rule, "manifests/a.yaml")}


@pytest.mark.parametrize(
    "text",
    [
        "---\n" + CONFIG_MAP.format("a"),
        "# comment\n---\n" + CONFIG_MAP.format("a") + "---\n",
        CONFIG_MAP.format("a").replace("\n", "\r\n"),
        json.dumps({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}}, indent="\t"),
    ],
    ids=["marker", "trailing-marker", "crlf", "json-with-tabs"],
)
def test_these_contents_are_one_object(text: str, tmp_path: Path):
    it = seen(tmp_path, {"manifests/a.yaml": text})
    assert (consumed(it), found(it)) == (["manifests/a.yaml"], set())


def test_documents_behind_the_first_are_lost(tmp_path: Path):
    it = seen(tmp_path, {"manifests/a.yaml": "\n---\n".join(CONFIG_MAP.format(name) for name in "abc")})
    assert next((item.file, item.object) for item in it.consumed) == ("manifests/a.yaml", "ConfigMap/kube-system/a")
    assert [item.file for item in it.ignored] == ["manifests/a.yaml"]
    (finding,) = [item for item in it.findings if item.rule == "installer/several-documents"]
    assert (finding.location.line, finding.stricter) == (8, True)


def test_a_link_that_leads_nowhere_stops_the_installer(tmp_path: Path):
    seen(tmp_path, {})
    (tmp_path / "manifests/a.yaml").symlink_to("nowhere")
    assert found(view(tmp_path, "4.18")) == {("unreadable", "manifests/a.yaml")}


def test_a_folder_without_manifests_is_wrong_usage(tmp_path: Path):
    with pytest.raises(UsageError, match="neither"):
        view(tmp_path, "4.18")


@pytest.mark.parametrize("version", ["four", "4", "5.1", "4.18.x"])
def test_a_version_that_is_none_is_wrong_usage(version: str, tmp_path: Path):
    (tmp_path / "manifests").mkdir()
    with pytest.raises(UsageError, match="no version"):
        check_manifests(tmp_path, version)


# --- Machines ---------------------------------------------------------------------------------------------------------

MACHINE_CONFIG = "apiVersion: machineconfiguration.openshift.io/v1\nkind: MachineConfig\nmetadata: {name: a}\n"


@pytest.mark.parametrize(
    ("name", "role", "read"),
    [
        ("99_openshift-machineconfig_99-worker-x.yaml", "worker", True),
        ("99_openshift-machineconfig_99-worker-x.yaml", "master", True),
        ("99_openshift-cluster-api_master-machines-0.yaml", "master", True),
        ("99_openshift-cluster-api_master-machines-0.yaml", "worker", False),
        ("99_openshift-cluster-api_worker-machineset-0.yaml", "master", False),
        ("99-worker-x.yaml", "nobody", True),
    ],
)
def test_machine_manifests_need_their_user_data(name: str, role: str, read: bool, tmp_path: Path):
    user_data = f"openshift/99_openshift-cluster-api_{role}-user-data-secret.yaml"
    it = seen(tmp_path, {f"openshift/{name}": MACHINE_CONFIG, user_data: CONFIG_MAP.format("user-data")})
    assert (f"openshift/{name}" in consumed(it)) is read
    assert (("machine-not-read", f"openshift/{name}") in found(it)) is not read


# --- The installer's own files ----------------------------------------------------------------------------------------


def test_what_the_installer_makes_depends_on_its_version():
    crd = "manifests/cluster-network-01-crd.yml"
    assert crd in generated_files(12)
    assert crd not in generated_files(18)
    assert crd in generated_files(None)


def test_an_object_twice_stops_the_installer_only_where_its_own_file_is_there(tmp_path: Path):
    scheduler = "apiVersion: config.openshift.io/v1\nkind: Scheduler\nmetadata: {name: cluster}\n"
    alone = seen(tmp_path, {"openshift/99-scheduler.yaml": scheduler})
    assert found(alone) == set()
    both = seen(tmp_path, {"manifests/cluster-scheduler-02-config.yml": scheduler})
    assert found(both) == {("generated-object", "openshift/99-scheduler.yaml")}
    assert [item.file for item in both.refused] == ["openshift/99-scheduler.yaml"]


def test_an_edited_file_of_the_installer_is_no_collision(tmp_path: Path):
    dns = "apiVersion: config.openshift.io/v1\nkind: DNS\nmetadata: {name: cluster}\nspec: {mine: true}\n"
    assert found(seen(tmp_path, {"manifests/cluster-dns-02-config.yml": dns})) == set()


@pytest.mark.parametrize(
    ("networks", "rule"),
    [("antrea", None), ("Antrea", "network-type"), ("OVNKubernetes", "network-type"), ("Calico", "network-type")],
)
def test_the_network_of_the_generated_manifests(networks: str, rule: str | None, tmp_path: Path):
    file = "manifests/cluster-network-02-config.yml"
    head = "apiVersion: config.openshift.io/v1\nkind: Network\nmetadata: {name: cluster}\nspec: "
    assert found(seen(tmp_path, {file: f"{head}{{networkType: {networks}}}\n"})) == ({(rule, file)} if rule else set())


@pytest.mark.parametrize(("spec", "clean"), [("{type: OVNKubernetes}", False), ("{type: antrea}", True), ("{}", True)])
def test_the_operators_own_network_configuration(spec: str, clean: bool, tmp_path: Path):
    file = "manifests/cluster-network-03-config.yml"
    head = "apiVersion: operator.openshift.io/v1\nkind: Network\nmetadata: {name: cluster}\nspec: {defaultNetwork: "
    assert found(seen(tmp_path, {file: f"{head}{spec}}}\n"})) == (set() if clean else {("other-network", file)})


# --- Objects ----------------------------------------------------------------------------------------------------------


def test_a_namespace_may_be_made_by_another_file(tmp_path: Path):
    files = {"manifests/a.yaml": CONFIG_MAP.format("a").replace("kube-system", "mine")}
    assert found(seen(tmp_path, files)) == {("namespace-missing", "manifests/a.yaml")}
    namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: mine}\n"
    assert found(seen(tmp_path, {"openshift/b.yaml": namespace})) == set()


@pytest.mark.parametrize("value", ["''", "'YQ=='", "null", "|\n    Y\n    Q==\n"])
def test_these_values_of_a_secret_are_base64(value: str, tmp_path: Path):
    assert found(seen(tmp_path, {"manifests/a.yaml": f"{SECRET}{value}\n"})) == set()


@pytest.mark.parametrize("value", ["YQ", "'<base64>'", "5", "'Y Q=='", "secret-word", "YQ=", "[YQ==]"])
def test_these_are_not_and_are_never_shown(value: str, tmp_path: Path):
    it = seen(tmp_path, {"manifests/a.yaml": f"{SECRET}{value}\n"})
    assert found(it) == {("base64", "manifests/a.yaml")}
    assert not any(value.strip("'") in finding.message for finding in it.findings if finding.rule == "installer/base64")


@given(st.binary())
def test_whatever_is_encoded_is_base64(data: bytes):
    assert _is_base64(base64.encodebytes(data).decode())


# --- install-config.yaml put back -------------------------------------------------------------------------------------


def put_back(root: Path, config: str, *, state: dict[str, object] | None = None) -> View:
    if state is not None:
        (root / ".openshift_install_state.json").write_text(json.dumps(state))
    return seen(root, {"manifests/cluster-config.yaml": EMBEDDED, "install-config.yaml": config})


def test_the_same_one_with_the_state_is_harmless(tmp_path: Path):
    it = put_back(tmp_path, MINE, state={})
    assert found(it) == set()
    assert [item.file for item in it.consumed] == ["manifests/cluster-config.yaml"]


def test_the_same_one_without_the_state_is_a_warning(tmp_path: Path):
    assert found(put_back(tmp_path, MINE)) == {("install-config-put-back", "install-config.yaml")}


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("hostPrefix: 23", "hostPrefix: 24", "networking.clusterNetwork.0.hostPrefix"),
        ("baseDomain: example.com", "baseDomain: example.org", "baseDomain"),
        ("apiVersion: v1\n", "apiVersion: v1\nfips: true\n", "fips"),
        ("{server: vc,", "{server: other,", "platform.vsphere.vcenters.0.server"),
        ("hostPrefix: 23}", "hostPrefix: 23}, {cidr: 10.2.0.0/16}", "networking.clusterNetwork"),
    ],
)
def test_a_changed_one_discards_every_manifest(old: str, new: str, key: str, tmp_path: Path):
    assert old in MINE
    it = put_back(tmp_path, MINE.replace(old, new), state={})
    assert (it.consumed, [item.file for item in it.ignored]) == ((), ["manifests/cluster-config.yaml"])
    (finding,) = [item for item in it.findings if item.is_error]
    assert finding.rule == "installer/install-config-changed"
    assert finding.message.startswith(f"`{key}`")


def test_a_key_that_went_may_have_been_a_default(tmp_path: Path):
    it = put_back(tmp_path, MINE.replace(", hostPrefix: 23", ""), state={})
    assert found(it) == {("install-config-put-back", "install-config.yaml")}


@pytest.mark.parametrize(("prefix", "rule"), [(23, None), (24, "install-config-changed")])
def test_the_state_decides_before_the_copy_without_secrets(prefix: int, rule: str | None, tmp_path: Path):
    text = MINE.replace("hostPrefix: 23", f"hostPrefix: {prefix}")
    state = {"*installconfig.InstallConfig": {"file": {"Data": base64.b64encode(text.encode()).decode()}}}
    it = put_back(tmp_path, MINE, state=state)
    assert {name for name, _ in found(it)} == ({rule} if rule else set())


@pytest.mark.parametrize("state", ["", '{"a": ', "[]", "\x00"])
def test_a_state_file_that_was_cut_off_stops_the_installer(state: str, tmp_path: Path):
    assert ("broken-state", ".openshift_install_state.json") in found(
        seen(tmp_path, {".openshift_install_state.json": state})
    )


@pytest.mark.parametrize("config", ["a: [", "", "\ufeff", "- 1\n"])
def test_an_install_config_that_is_none_is_never_a_crash(config: str, tmp_path: Path):
    assert {file for _, file in found(put_back(tmp_path, config, state={}))} <= {"install-config.yaml"}


def test_before_create_manifests_only_the_missing_file_is_told(tmp_path: Path):
    (tmp_path / "manifests").mkdir()
    (tmp_path / "manifests/a.yaml").write_text(CONFIG_MAP.format("a"))
    (tmp_path / "install-config.yaml").write_text(MINE)
    assert found(view(tmp_path, "4.18")) == {("cluster-config-missing", "manifests")}


# --- What is printed --------------------------------------------------------------------------------------------------


def test_the_lists_as_text_and_json(tmp_path: Path):
    files = {"manifests/a.yaml": CONFIG_MAP.format("a"), "manifests/a.txt": "", "openshift/b.yaml": ""}
    it = seen(tmp_path, files)
    assert it.as_text() == (
        "2 files will be consumed:\n"
        "  manifests/a.yaml  ConfigMap/kube-system/a\n"
        "  manifests/cluster-config.yaml  ConfigMap/kube-system/cluster-config-v1\n"
        "\n"
        "1 file will be ignored:\n"
        "  manifests/a.txt: the installer reads only names that end in .yaml, .yml, .json\n"
        "\n"
        "1 file will stop the installation:\n"
        "  openshift/b.yaml: the file holds no object"
    )
    told = it.as_json()
    assert told["consumed"][0] == {"file": "manifests/a.yaml", "object": "ConfigMap/kube-system/a"}
    assert [item["file"] for item in told["ignored"] + told["refused"]] == ["manifests/a.txt", "openshift/b.yaml"]
