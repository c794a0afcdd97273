"""`nsx remove` and `nsx renew` against a real API server and a double of NSX Manager."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

from antrea_ci.nsx.identity import is_same
from support.api_server import Server
from support.joining import DEPLOYMENT, HOME, NAME, Joining, joining, renewed

pytestmark = pytest.mark.xdist_group("api-server")
REMOVE = ("remove", "--timeout", "30", "--no-vault")
RENEW = ("renew", "--yes", "--timeout", "30", "--no-vault")


@pytest.fixture
def cluster(tmp_path: Path, api_server: Server, monkeypatch: pytest.MonkeyPatch) -> Generator[Joining]:
    with joining(tmp_path, api_server, monkeypatch) as one:
        done = one.apply("--create-identity")
        assert done.code == 0, done.err
        one.nsx.asked.clear()
        one.runs.clear()
        yield one


def test_a_cluster_leaves_by_its_deregister_job_and_takes_everything_along(cluster: Joining) -> None:
    wrong = cluster.nsx_verb(*REMOVE, "--confirm", "another")
    assert wrong.code == 1
    assert NAME in cluster.nsx.planes
    done = cluster.nsx_verb(*REMOVE, "--confirm", NAME, "--with-identity")
    assert done.code == 0, done.err
    assert cluster.runs == ["deregister"]
    assert cluster.nsx.planes == cluster.nsx.identities == cluster.nsx.certificates == {}
    cluster.players.until(HOME, lambda found: found is None)
    again = cluster.nsx_verb(*REMOVE, "--confirm", NAME, "--with-identity")
    assert (again.code, again.out) == (0, f"{NAME} in NSX: not registered\n"), again.err
    assert cluster.runs == ["deregister"]
    back = cluster.apply("--create-identity")
    assert back.code == 0, back.err


def test_a_deregistration_that_fails_leaves_everything_and_is_told_why(cluster: Joining) -> None:
    cluster.players.jobs["deregister"] = "BackoffLimitExceeded"
    cluster.players.logs["deregister"] = "dial tcp 10.0.0.1:443: i/o timeout\n"
    failed = cluster.nsx_verb(*REMOVE, "--confirm", NAME)
    assert failed.code == 1
    assert "the node does not reach the managers" in failed.err
    assert cluster.server.rest.found(DEPLOYMENT) is not None
    del cluster.players.jobs["deregister"]
    assert cluster.nsx_verb(*REMOVE, "--confirm", NAME).code == 0
    assert NAME not in cluster.nsx.planes
    assert cluster.nsx.identity(NAME) is not None


def test_what_nsx_has_of_a_cluster_that_is_gone_goes_only_when_it_is_gone(cluster: Joining) -> None:
    words = (*REMOVE, "--cluster-gone", "--with-identity")
    shown = cluster.nsx_verb(*words, "--dry-run")
    assert "X-Allow-Overwrite: true" in shown.err
    refused = cluster.nsx_verb(*words, "--confirm", NAME)
    assert refused.code == 1
    assert f"NSX says that {NAME} is up" in refused.err
    cluster.nsx.states["mp_adapter"] = "UNKNOWN"
    done = cluster.nsx_verb(*words, "--confirm", NAME)
    assert done.code == 0, done.err
    assert cluster.nsx.planes == cluster.nsx.identities == cluster.nsx.certificates == {}


def test_a_renewal_reaches_both_sides_and_the_old_certificate_goes_last(
    cluster: Joining, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = cluster.secret_pem
    new = renewed(cluster, tmp_path, monkeypatch)
    pods = {one["metadata"]["uid"] for one in cluster.server.rest.get(f"{HOME}/pods")["items"]}
    done = cluster.nsx_verb(*RENEW)
    assert done.code == 0, done.err
    assert is_same(cluster.secret_pem, new)
    assert is_same(cluster.nsx.certificate_of(NAME), new)
    assert is_same(cluster.nsx.planes[NAME]["certificate"], new)
    assert [one for one in cluster.nsx.certificates.values() if is_same(one["pem_encoded"], old)] == []
    running = [
        one for one in cluster.server.rest.get(f"{HOME}/pods")["items"] if "interworking" in one["metadata"]["name"]
    ]
    assert not pods & {one["metadata"]["uid"] for one in running}
    last = cluster.nsx.changes()[-1]
    assert last.startswith("DELETE cert-")
    before = cluster.nsx.changes()
    assert cluster.nsx_verb(*RENEW).code == 0
    assert cluster.nsx.changes() == before


@pytest.mark.parametrize(
    ("method", "part"),
    [
        ("POST", "action=import"),
        ("PUT", "cluster-control-planes"),
        ("POST", "action=update_certificate"),
        ("DELETE", "certificates/"),
    ],
)
def test_a_renewal_that_is_cut_off_at_a_step_goes_on_with_the_same_command(
    cluster: Joining, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str, part: str
) -> None:
    new = renewed(cluster, tmp_path, monkeypatch)
    cluster.nsx.fail(method, part, 500)
    cluster.nsx_verb(*RENEW)
    cluster.nsx.drop(method, part)
    cluster.nsx_verb(*RENEW)
    done = cluster.nsx_verb(*RENEW)
    assert done.code == 0, done.err
    assert is_same(cluster.secret_pem, new)
    assert [one["pem_encoded"].strip() for one in cluster.nsx.certificates.values()] == [new.strip()]
    assert is_same(cluster.nsx.planes[NAME]["certificate"], new)
