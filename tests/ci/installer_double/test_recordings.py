"""The double of openshift-install does, step by step, what the real one was recorded to do."""

from __future__ import annotations

import json
import re
import signal
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.install_configs import text_of
from support.installer_double import InstallerDouble, make_double
from support.repos import SHARED

_RECORDINGS = SHARED / "installer"
pytestmark = pytest.mark.skipif(not _RECORDINGS.is_dir(), reason="needs the recordings in ../shared")

_ANTREA = (
    "namespace",
    "operator.antrea.vmware.com_antreainstalls_crd",
    "operator.antrea.vmware.com_v1_antreainstall_cr",
    "operator",
    "role",
    "role_binding",
    "service_account",
)
_SHAPES = {
    ".hidden.yaml": "kind: ConfigMap\nmetadata: {name: hidden}\n",
    "99_override.yaml": "kind: ConfigMap\nmetadata: {name: override}\n",
    "broken.yaml": "a: [\n",
    "comment.yaml": "# nothing\n",
    "empty.yaml": "",
    "json.json": '{"kind": "ConfigMap", "metadata": {"name": "json"}}',
    "kustomization.yaml": "resources: [a.yaml]\n",
    "multi.yaml": "kind: ConfigMap\nmetadata: {name: a}\n---\nkind: ConfigMap\nmetadata: {name: json}\n",
    "plain.txt": "text",
    "sub/namespace.yaml": "kind: Namespace\nmetadata: {name: sub}\n",
    "upper.YAML": "kind: ConfigMap\nmetadata: {name: upper}\n",
    "yml.yml": "kind: ConfigMap\nmetadata: {name: yml}\n",
}


class _Folder:
    """The installer's folder of a situation, and what its author did in it between the steps."""

    def __init__(self, path: Path, install_config: Mapping[str, Any]) -> None:
        self.path = path
        self.config = install_config
        path.mkdir()

    def put_config(self, **changes: Any) -> None:
        (self.path / "install-config.yaml").write_text(yaml.safe_dump({**self.config, **changes}, sort_keys=False))

    def put_antrea(self) -> None:
        (self.path / "manifests").mkdir(exist_ok=True)
        for name in _ANTREA:
            text = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, namespace: antrea-operator}}\n"
            (self.path / "manifests" / f"{name}.yaml").write_text(text)

    def put_both(self) -> None:
        self.put_antrea()
        self.put_config()

    def put_back_changed(self) -> None:
        self.put_antrea()
        networking = {**self.config["networking"], "clusterNetwork": [{"cidr": "10.128.0.0/14", "hostPrefix": 24}]}
        self.put_config(networking=networking)

    def lose_cluster_config(self) -> None:
        self.put_antrea()
        (self.path / "manifests/cluster-config.yaml").unlink()

    def put_shapes(self) -> None:
        for name, text in _SHAPES.items():
            file = self.path / "manifests" / name
            file.parent.mkdir(exist_ok=True)
            file.write_text(text)

    def drop(self, name: str) -> Callable[[], None]:
        return (self.path / "manifests" / name).unlink

    def edit(self) -> None:
        file = self.path / "manifests/cluster-scheduler-02-config.yml"
        file.write_text(file.read_text().replace("mastersSchedulable: true", "mastersSchedulable: false"))

    def files(self) -> list[str]:
        return sorted(p.relative_to(self.path).as_posix() for p in self.path.rglob("*") if p.is_file())


def _nothing() -> None:
    pass


# What each situation's author did before each step (the recordings say it in words), where it is more than giving
# the install-config before the first step, and copying the Antrea files before the second.
_ACTIONS: dict[str, Callable[[_Folder], list[Callable[[], None]]]] = {
    "install-config-put-back": lambda f: [f.put_config, f.put_both],
    "changed-install-config-put-back": lambda f: [f.put_config, f.put_back_changed],
    "cluster-config-missing": lambda f: [f.put_config, f.lose_cluster_config],
    "manifests-before-create-manifests": lambda f: [f.put_both, _nothing],
    "file-shapes": lambda f: [
        f.put_config,
        f.put_shapes,
        *(f.drop(name) for name in ("broken.yaml", "comment.yaml", "empty.yaml", "kustomization.yaml")),
    ],
    "commands-twice": lambda f: [f.put_config, _nothing, _nothing, _nothing],
    "edited-generated-manifest": lambda f: [f.put_config, f.edit],
    "create-cluster-platform-none": lambda f: [f.put_config, _nothing],
    "create-cluster-vsphere-no-network": lambda f: [f.put_config, _nothing],
    "wait-for-unreachable": lambda f: [f.put_config, _nothing, _nothing],
    "empty-dir-no-terminal": lambda _: [_nothing],
    "destroy-without-metadata": lambda _: [_nothing],
    "rejected-config": lambda f: [lambda: f.put_config(networking=_overlapping(f.config))],
    "unknown-key": lambda f: [lambda: f.put_config(networking={**f.config["networking"], "networktype": "x"})],
}
_PLATFORMS = {
    "seed-procedure-vsphere": "vsphere",
    "seed-procedure-baremetal": "baremetal",
    "create-cluster-vsphere-no-network": "vsphere",
    "vcenter-unreachable": "vsphere",
    "vcenter-wrong-password": "vsphere",
    "ignition-then-cluster-then-again-then-destroy": "vsphere",
}
_SETTINGS: dict[str, dict[str, Any]] = {
    "create-cluster-vsphere-no-network": {"has_network": False},
    "ignition-then-cluster-then-again-then-destroy": {"has_network": False, "scenario": "destroy-endless"},
    "vcenter-unreachable": {"vcenter": "unreachable"},
    "vcenter-wrong-password": {"vcenter": "wrong-password"},
    "wait-for-unreachable": {"scenario": "api-unreachable"},
}


def _overlapping(install_config: Mapping[str, Any]) -> dict[str, Any]:
    return {**install_config["networking"], "serviceNetwork": ["10.128.0.0/16"]}


def _situations() -> list[Any]:
    if not _RECORDINGS.is_dir():
        return []
    return [
        pytest.param(version, name, id=f"{version}-{name}")
        for version in ("4.12", "4.18")
        for name in json.loads((_RECORDINGS / f"recording-{version}.json").read_text())
    ]


def _recorded(version: str, name: str) -> dict[str, Any]:
    situation = json.loads((_RECORDINGS / f"recording-{version}.json").read_text())[name]
    return situation if "steps" in situation else {"steps": [{"args": ["version"], **situation}]}


def _install_config(version: str, name: str) -> dict[str, Any]:
    """An install-config of the situation's platform with the recorded name and number of workers."""
    kind = _PLATFORMS.get(name, "none")
    kind = "flat" if (kind, version) == ("vsphere", "4.12") else kind
    workers = 3 if kind in ("vsphere", "flat") else 0
    changes = {"compute.0.replicas": workers, "pullSecret": '{"auths":{"example.com":{"auth":"dTpw"}}}'}
    install_config = yaml.safe_load(text_of(kind, changes))
    for platform in install_config["platform"].values():
        platform.pop("hosts", None) if kind != "baremetal" else platform.update(hosts=platform["hosts"][:3])
    return install_config


@pytest.mark.parametrize(("version", "name"), _situations())
def test_does_step_by_step_what_was_recorded(tmp_path: Path, version: str, name: str) -> None:
    recorded = _recorded(version, name)
    double = make_double(tmp_path / "double", version, **_SETTINGS.get(name, {}))
    folder = _Folder(tmp_path / "folder", _install_config(version, name))
    actions = _ACTIONS.get(name, lambda f: [f.put_config, f.put_antrea])(folder)
    ignition_files = None
    for number, step in enumerate(recorded["steps"]):
        (actions[number] if number < len(actions) else _nothing)()
        code, out, err = _run(double, step["args"], folder.path, is_endless=step["exit"] == "timeout")
        assert code == step["exit"]
        assert out == step["stdout"]
        _assert_same_lines(err, step["stderr"], is_endless=code == "timeout")
        if "files_after" in step:
            assert _normal_files(folder.files()) == _normal_files(step["files_after"])
        if (folder.path / "bootstrap.ign").is_file():
            ignition_files = _manifests_in_ignition(folder.path / "bootstrap.ign")
    if "bootstrap_ign_manifests" in recorded:
        assert ignition_files == sorted(recorded["bootstrap_ign_manifests"])
    if "metadata.json" in recorded:
        made = json.loads((folder.path / "metadata.json").read_text())
        assert _shape(made) == _shape(recorded["metadata.json"])


def _run(double: InstallerDouble, args: list[str], folder: Path, *, is_endless: bool) -> tuple[int | str, str, str]:
    command = [str(double.path), *args, "--dir", str(folder)]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if is_endless:
        double.await_stop("never")
        process.send_signal(signal.SIGKILL)
    out, err = process.communicate(timeout=60)
    text = err.decode().replace(str(folder), "DIR")
    return "timeout" if is_endless else process.returncode, out.decode(), text


_TRACE = re.compile(r"level=debug msg=\s*(Fetching|Loading|Reusing|Generating|Using|Purging) ")
_NORMAL = [
    (r"\b(ocp)-[0-9a-z]{5}\b", r"\1-INFRA"),
    (r"^[IWE]\d{4} [\d:.]+ +\d+ ", "KLOG "),
    (r'^time="[^"]*"', 'time="TIME"'),
    (r"\(until [^)]*\)", "(until TIME)"),
    (r"on [\w.]+:53", "on DNS:53"),
    (r"sha256=[0-9a-f]*", "sha256="),
    (r'username="\w+"', 'username="USER"'),
    (r"vcenter(-down)?\.example\.com", "VCENTER"),
]


def _assert_same_lines(err: str, recorded: str, *, is_endless: bool) -> None:
    wanted, got = _lines(recorded), _lines(err)
    if not re.match(r"(level=|time=|[IWE]\d{4} |$)", recorded):
        # The recording of a debug log lacks its beginning, and starts within a line.
        wanted = wanted[1:]
        assert wanted
        got = got[-len(wanted) :]
    if is_endless:
        assert set(got) == set(wanted)
    else:
        assert got == wanted


def _lines(text: str) -> list[str]:
    """The lines without what differs from run to run; the order of what is consumed does."""
    for pattern, replacement in _NORMAL:
        text = re.sub(pattern, replacement, text, flags=re.MULTILINE)
    lines: list[str] = []
    run: list[str] = []
    for line in (line for line in text.splitlines() if not _TRACE.match(line)):
        if "msg=Consuming" in line:
            run.append(line)
            continue
        lines += [*sorted(run), line]
        run = []
    return lines + sorted(run)


def _normal_files(names: list[str]) -> list[str]:
    return sorted(re.sub(r"ocp-[0-9a-z]{5}", "INFRA", name) for name in names)


def _manifests_in_ignition(file: Path) -> list[str]:
    entries = json.loads(file.read_text())["storage"]["files"]
    folders = ("/opt/openshift/manifests/", "/opt/openshift/openshift/")
    return sorted(entry["path"] for entry in entries if entry["path"].startswith(folders))


def _shape(value: Any) -> Any:
    """The keys of nested mappings, and how long lists are."""
    if isinstance(value, dict):
        return {key: _shape(inner) for key, inner in value.items()}
    return [_shape(inner) for inner in value] if isinstance(value, list) else None
