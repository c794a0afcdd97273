"""Key and certificate of a cluster for NSX: made once, kept where secrets are kept, never overwritten."""

from __future__ import annotations

import base64
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509.oid import NameOID

from antrea_ci.errors import AntreaGitopsError, FindingsError, UsageError
from antrea_ci.model.effective import Cluster, load
from antrea_ci.nsx import nsx_secret
from antrea_ci.nsx.making import new_key, self_signed
from antrea_ci.nsx.proof import Proof, Wish, look
from antrea_ci.nsx.proof import prove as made_of
from antrea_ci.secrets import Secrets
from antrea_ci.secrets import load as load_secrets
from support.canary import plant, sops
from support.phase2 import joining_repo
from support.repos import snapshot

CERT, KEY = "ANTREA_GITOPS_NSX_TLS_CERT", "ANTREA_GITOPS_NSX_TLS_KEY"
PLANTED = plant()


@pytest.fixture
def cluster(tmp_path: Path) -> Cluster:
    return load(joining_repo(tmp_path / "it"))


def wish(cluster: Cluster, *, renew: bool = False, by_authority: bool = False, days: int = 3650) -> Wish:
    return Wish(renew, by_authority, cluster.repo.root.parent / "keys", days)


def prove(cluster: Cluster, one: Wish, environment: dict[str, str]) -> Proof:
    return made_of(look(cluster, one, environment))


def made(cluster: Cluster, one: Wish | None = None) -> Proof:
    return prove(cluster, one or wish(cluster), {})


def read(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def test_a_new_certificate_is_what_nsx_wants(cluster: Cluster):
    proof = made(cluster, wish(cluster, days=100))
    found = read(cluster.repo.nsx_certificate_file)
    key = found.public_key()
    assert [one.value for one in found.subject.get_attributes_for_oid(NameOID.COMMON_NAME)] == ["ocp"]
    assert isinstance(key, RSAPublicKey)
    assert (key.key_size, type(found.signature_hash_algorithm).__name__) == (2048, "SHA256")
    assert abs(found.not_valid_after_utc - datetime.now(tz=UTC) - timedelta(days=100)) < timedelta(hours=1)
    assert proof.certificate is not None
    assert proof.certificate.pem == cluster.repo.nsx_certificate_file.read_text()
    assert "PRIVATE" not in proof.certificate.pem


def test_what_was_made_and_is_not_stored_yet_is_found_again(cluster: Cluster):
    made(cluster)
    before = snapshot(cluster.repo.root.parent)
    assert made(cluster).state == f"{CERT} is used"
    assert snapshot(cluster.repo.root.parent) == before


def test_where_only_the_committed_part_is_at_hand_no_second_key_is_made(cluster: Cluster, tmp_path: Path):
    first = made(cluster)
    again = prove(cluster, Wish(folder=tmp_path / "elsewhere"), {})
    assert again.certificate == first.certificate
    assert "not at hand here" in again.state
    assert not (tmp_path / "elsewhere").exists()


def test_a_pair_of_the_environment_is_used_by_value_or_path_and_its_public_part_written(
    cluster: Cluster, tmp_path: Path
):
    key = new_key()
    (tmp_path / "mine.pem").write_text(f"{self_signed(key, 'ocp', 30)}{key}")
    proof = prove(cluster, wish(cluster), {CERT: str(tmp_path / "mine.pem"), KEY: key})
    assert proof.stored == {}
    assert "PRIVATE" not in cluster.repo.nsx_certificate_file.read_text(), "a key beside the certificate stays out"


@pytest.mark.parametrize(
    ("name", "other_key", "rules"),
    [
        ("another", False, {"nsx/certificate-name"}),
        ("ocp", True, {"nsx-check/key"}),
        ("another", True, {"nsx/certificate-name", "nsx-check/key"}),
    ],
)
def test_a_pair_that_cannot_be_of_this_cluster_is_refused_as_a_whole(
    cluster: Cluster, name: str, *, other_key: bool, rules: set[str]
):
    key = new_key()
    before = snapshot(cluster.repo.root)
    with pytest.raises(FindingsError) as caught:
        prove(cluster, wish(cluster), {CERT: self_signed(key, name, 30), KEY: new_key() if other_key else key})
    assert {finding.rule for finding in caught.value.findings} == rules
    assert snapshot(cluster.repo.root) == before


def test_a_request_waits_for_its_certificate_and_keeps_its_key(cluster: Cluster, tmp_path: Path):
    proof = made(cluster, wish(cluster, by_authority=True))
    assert proof.request_file is not None
    request = x509.load_pem_x509_csr(proof.request_file.read_bytes())
    assert request.subject.rfc4514_string() == "CN=ocp"
    assert request.is_signature_valid
    key = (tmp_path / "keys" / KEY).read_text()
    again = made(cluster)
    assert (again.request_file, again.stored) == (proof.request_file, {})
    assert (tmp_path / "keys" / KEY).read_text() == key
    (tmp_path / "keys" / CERT).write_text(self_signed(key, "ocp", 30))
    assert made(cluster).state == f"{CERT} is used"
    assert not proof.request_file.exists()


def test_a_renewal_makes_a_pair_beside_the_old_one_which_then_takes_its_place(cluster: Cluster, tmp_path: Path):
    first = made(cluster)
    following = made(cluster, wish(cluster, renew=True))
    assert set(following.stored) == {f"{CERT}_NEXT", f"{KEY}_NEXT"}
    assert first.certificate != following.certificate
    assert made(cluster).certificate == first.certificate
    assert made(cluster, wish(cluster, renew=True)).certificate == following.certificate
    for name in (CERT, KEY):
        (tmp_path / "keys" / f"{name}_NEXT").replace(tmp_path / "keys" / name)
    assert made(cluster).certificate == following.certificate
    assert not cluster.repo.next_nsx_certificate_file.exists()


def test_keys_never_go_into_the_repository(cluster: Cluster):
    with pytest.raises(UsageError, match="lies in the repository"):
        prove(cluster, Wish(folder=cluster.repo.root / "keys"), {})


def test_provider_file_keeps_them_as_files_of_their_names(tmp_path: Path):
    folder = tmp_path / "secrets"
    folder.mkdir()
    secrets = {"provider": "file", "folder": str(folder), "names": {KEY: "nsx.key"}}
    cluster = load(joining_repo(tmp_path / "it", secrets=secrets))
    prove(cluster, Wish(), {})
    assert sorted(path.name for path in folder.iterdir()) == [CERT, "nsx.key"]
    assert (folder / "nsx.key").stat().st_mode & 0o777 == 0o600
    assert prove(cluster, Wish(), {}).stored == {}
    (folder / "nsx.key").write_text("")  # another one is on its way there
    cluster.repo.nsx_certificate_file.unlink()
    (folder / CERT).unlink()
    with pytest.raises(AntreaGitopsError, match="is there already"):
        prove(cluster, Wish(), {})


def test_provider_sops_encrypts_them_into_its_file_and_nothing_shows_them(tmp_path: Path):
    identity = PLANTED.environment["ANTREA_GITOPS_AGE_IDENTITY"]
    environment = {"PATH": str(sops().parent), "HOME": str(tmp_path), "ANTREA_GITOPS_AGE_IDENTITY": identity}
    # what the planted file has of them belongs to nobody
    unset = {name: f"{name}_OF_NOBODY" for name in (CERT, KEY)}
    cluster = load(joining_repo(tmp_path / "other", secrets={"provider": "sops", "names": unset}))
    PLANTED.write_sops(cluster.repo.root / "secrets.sops.yaml")
    proof = prove(cluster, Wish(), environment)
    assert proof.stored[KEY] == f"the key {KEY}_OF_NOBODY of secrets.sops.yaml"
    loaded = load_secrets(cluster, "nsx-check", environment)
    key = loaded.get(KEY) or ""
    assert "PRIVATE KEY" in key
    assert loaded.get(CERT) == cluster.repo.nsx_certificate_file.read_text()
    text = (cluster.repo.root / "secrets.sops.yaml").read_text()
    assert not any(line in text for line in key.splitlines())
    assert prove(cluster, Wish(), environment).stored == {}


# --- the Secret -------------------------------------------------------------------------------------------------------


def test_the_secret_is_what_the_pods_read(cluster: Cluster, tmp_path: Path):
    made(cluster)
    values = {name: (tmp_path / "keys" / name).read_text() for name in (CERT, KEY)}
    secret = nsx_secret(cluster, Secrets(values))
    data = secret["data"]
    assert isinstance(data, dict)
    (tmp_path / "tls.crt").write_bytes(base64.b64decode(str(data["tls.crt"])))
    (tmp_path / "tls.key").write_bytes(base64.b64decode(str(data["tls.key"])))
    words = [["x509", "-in", "tls.crt", "-noout", "-pubkey"], ["pkey", "-in", "tls.key", "-pubout"]]
    first, second = (
        subprocess.run(["openssl", *one], cwd=tmp_path, capture_output=True, check=True).stdout for one in words
    )
    assert first == second
    assert (secret["metadata"], secret["type"]) == (
        {"name": "nsx-cert", "namespace": "vmware-system-antrea"},
        "kubernetes.io/tls",
    )


def test_a_secret_of_something_else_than_what_was_reviewed_is_refused(cluster: Cluster):
    made(cluster)
    key = new_key()
    with pytest.raises(AntreaGitopsError) as caught:
        nsx_secret(cluster, Secrets({CERT: self_signed(key, "ocp", 30), KEY: key}))
    assert "another certificate than the one that is committed" in caught.value.message
    with pytest.raises(AntreaGitopsError) as caught:
        nsx_secret(cluster, Secrets({KEY: key}))
    assert f"{CERT} holds no certificate" in caught.value.message
    assert key.splitlines()[1] not in str(caught.value.as_text())
