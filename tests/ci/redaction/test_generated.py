"""What the installer makes is learnt from its folder, as soon as it is there and before the next output is read."""

from __future__ import annotations

import base64
import json
import os
import time
from pathlib import Path

import pytest

from antrea_ci import redaction
from support.canary import assert_nowhere

PASSWORD = "AbCde-fGh1j-kLmN0-pQrSt"
HASH = "$2a$10$" + "Ab1./" * 10 + "xyz"
TOKEN = "sha256~Zx9-planted_token_0123456789"


def key(first: int) -> str:
    lines = [base64.b64encode(bytes((first + n * 11 + k * k) % 256 for k in range(48))).decode() for n in range(12)]
    frame = "RSA PRIVATE " + "KEY-----"
    return "\n".join([f"-----BEGIN {frame}", *lines, f"-----END {frame}", ""])


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def ignition(content: str) -> str:
    file = {
        "path": "/opt/openshift/x",
        "contents": {"source": "data:text/plain;charset=utf-8;base64," + encoded(content)},
    }
    return json.dumps({"ignition": {"version": "3.2.0"}, "storage": {"files": [file]}})


def kubeconfig(secret: str) -> str:
    return (
        f"users:\n- name: admin\n  user:\n    client-certificate-data: QUFB\n    client-key-data: {encoded(secret)}\n"
    )


FILES = {
    "auth/kubeadmin-password": (lambda secret: secret, PASSWORD),
    "auth/kubeconfig": (kubeconfig, key(1)),
    "tls/aggregator-ca.key": (lambda secret: secret, key(2)),
    ".openshift_install_state.json": (lambda secret: json.dumps({"*tls.RootCA": {"KeyRaw": encoded(secret)}}), key(3)),
    "bootstrap.ign": (ignition, key(4)),
    "master.ign": (lambda secret: ignition(f"data:\n  tls.key: {encoded(secret)}\n"), key(5)),
    "manifests/99_kubeadmin-password-secret.yaml": (lambda secret: f"data:\n  kubeadmin: {encoded(secret)}\n", HASH),
    "openshift/token.yaml": (lambda secret: f"stringData:\n  token: {secret}\n", TOKEN),
    "metadata.json": (lambda secret: json.dumps({"vsphere": {"username": "u", "password": secret}}), "Meta-passw0rd-1"),
}
STATE_PASSWORD = json.dumps({"*password.KubeadminPassword": {"Password": PASSWORD, "PasswordHash": encoded(HASH)}})


@pytest.mark.parametrize("name", FILES)
def test_each_file_gives_its_secret_away_to_redaction(tmp_path: Path, name: str) -> None:
    write, secret = FILES[name]
    redaction.learn_folder(tmp_path)
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(write(secret))
    redaction.learn_folder(tmp_path)
    text = f"a log says {secret} and {encoded(secret)} and {json.dumps(secret)}"
    assert_nowhere({name: secret}, redaction.text(text))


def test_password_and_hash_in_the_state(tmp_path: Path) -> None:
    (tmp_path / ".openshift_install_state.json").write_text(STATE_PASSWORD)
    redaction.learn_folder(tmp_path)
    assert redaction.text(f'user: "kubeadmin", and password: "{PASSWORD}" {HASH}') == (
        'user: "kubeadmin", and password: "***" ***'
    )


def test_names_and_certificates_are_no_secrets(tmp_path: Path) -> None:
    certificate = key(9).replace("RSA PRIVATE KEY", "CERTIFICATE")
    (tmp_path / "auth").mkdir()
    (tmp_path / "auth" / "kubeconfig").write_text(
        f"certificate-authority-data: {encoded(certificate)}\ntoken: my-name\n"
    )
    redaction.learn_folder(tmp_path)
    assert redaction.text(certificate + "my-name") == certificate + "my-name"


def test_a_file_that_is_written_again_in_place_is_read_again(tmp_path: Path) -> None:
    state = tmp_path / ".openshift_install_state.json"
    state.write_text("{}")
    os.utime(state, (1, 1))
    os.utime(tmp_path, (1, 1))
    redaction.learn_folder(tmp_path)
    state.write_text(STATE_PASSWORD)
    os.utime(tmp_path, (1, 1))
    redaction.learn_folder(tmp_path)
    assert redaction.text(PASSWORD) == "***"


def test_a_key_that_was_half_written_when_it_was_first_seen_is_read_to_its_end(tmp_path: Path) -> None:
    (tmp_path / "tls").mkdir()
    file = tmp_path / "tls" / "ca.key"
    file.write_text(key(6)[:100])
    redaction.learn_folder(tmp_path)
    with file.open("a") as stream:
        stream.write(key(6)[100:])
    redaction.learn_folder(tmp_path)
    assert redaction.text(key(6)).count("***") == 12


def test_a_folder_that_is_not_there_teaches_nothing(tmp_path: Path) -> None:
    redaction.learn_folder(tmp_path / "none")
    assert redaction.text("text") == "text"


def test_nothing_new_costs_next_to_nothing(tmp_path: Path) -> None:
    for name, (write, secret) in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(write(secret))
    for folder in [tmp_path, *tmp_path.iterdir()]:
        os.utime(folder, (1, 1))
    redaction.learn_folder(tmp_path)
    began = time.perf_counter()
    for _ in range(100):
        redaction.learn_folder(tmp_path)
    assert (time.perf_counter() - began) / 100 < 0.002
