"""The client of NSX Manager: which manager is asked, whom it trusts, and what it says when it is refused."""

from __future__ import annotations

from collections.abc import Callable, Generator
from datetime import timedelta
from pathlib import Path

import pytest

from antrea_ci.errors import AntreaGitopsError, UsageError
from antrea_ci.exchange import Line
from antrea_ci.nsx.manager import Nsx, delete_command
from antrea_ci.nsx.refusals import NsxError
from antrea_ci.nsx.transport import Managers
from antrea_ci.web import trust_as_in_go
from support.authority import Authority
from support.certificates import CERTIFICATE
from support.http_server import Answer, closed_port, serve
from support.nsx_manager import PASSWORD, USER, NsxManager, nsx_manager


@pytest.fixture
def double() -> Generator[NsxManager]:
    with nsx_manager() as manager:
        yield manager


def client(
    *addresses: str, password: str = PASSWORD, trusted: str = "", sleep: Callable[[float], None] | None = None
) -> Nsx:
    line = Line(trust_as_in_go(trusted), 5.0)
    return Nsx(Managers(addresses, (USER, password), line, sleep or (lambda _: None)))


def refusal(call: Callable[[], object]) -> AntreaGitopsError:
    with pytest.raises(AntreaGitopsError) as raised:
        call()
    assert PASSWORD not in raised.value.as_text()
    return raised.value


def test_an_identity_is_made_with_name_node_id_role_and_certificate_and_found_again(double: NsxManager) -> None:
    nsx = client(double.address)
    for name in ("one", "two", "three"):  # a list has pages
        double.certificates.clear()
        made = nsx.create_identity(name, CERTIFICATE)
    assert nsx.identity("three") == made
    assert (made.name, made.node_id, made.roles) == ("three", "three", ("enterprise_admin",))
    assert nsx.identity("four") is None


def test_a_certificate_takes_the_place_of_another_and_the_old_one_goes_only_when_unused(double: NsxManager) -> None:
    nsx = client(double.address)
    identity = nsx.create_identity("ocp", CERTIFICATE)
    assert refusal(lambda: nsx.delete_certificate(identity.certificate_id)).message.endswith("cannot be deleted.")
    new = nsx.import_certificate("ocp", CERTIFICATE)
    nsx.set_identity_certificate(identity, new)
    nsx.delete_certificate(identity.certificate_id)
    nsx.delete_certificate(identity.certificate_id)  # gone already: nothing to be said
    assert [(one.id, one.is_used) for one in nsx.certificates()] == [(new, True)]


def test_a_registered_cluster_is_read_changed_and_removed_although_its_identity_owns_it(double: NsxManager) -> None:
    nsx = client(double.address)
    nsx.create_identity("ocp", CERTIFICATE)
    cluster_id = double.register("ocp", CERTIFICATE)
    plane = nsx.control_plane("ocp")
    assert plane is not None
    assert (plane.cluster_id, plane.certificate) == (cluster_id, CERTIFICATE)
    nsx.set_control_plane_certificate(plane, "another")
    assert double.planes["ocp"]["certificate"] == "another"
    assert refusal(lambda: nsx.set_control_plane_certificate(plane, "a third")).fix.endswith(
        "run the same command again"
    )
    nsx.delete_control_plane("ocp")
    assert nsx.control_plane("ocp") is None
    assert nsx.health("ocp") is None


def test_health_tells_each_part_and_the_words_of_what_is_not_well(double: NsxManager) -> None:
    nsx = client(double.address)
    nsx.create_identity("ocp", CERTIFICATE)
    double.register("ocp", CERTIFICATE)
    health = nsx.health("ocp")
    assert health is not None
    assert health.is_up
    assert health.agents == {"healthy": 3, "degraded": 0, "failed": 0}
    double.states["mp_adapter"] = "UNKNOWN"
    health = nsx.health("ocp")
    assert health is not None
    assert not health.is_up
    assert health.parts["mp-adapter"] == "UNKNOWN"
    assert health.faults == ("MP_ADAPTER_HEALTHY: Lost",)


def test_the_first_manager_that_answers_is_asked_from_then_on(double: NsxManager) -> None:
    nsx = client(closed_port(), double.address)
    assert nsx.version().startswith("4.2.2")
    with serve({}) as dead:
        nsx = client(double.address, dead.url)
        nsx.version()
        assert dead.asked == []


def test_a_manager_that_is_not_well_is_passed_by_where_nothing_is_changed(double: NsxManager) -> None:
    with nsx_manager() as ill:
        ill.fail("GET", "principal-identities", 500, times=-1)
        ill.fail("POST", "principal-identities", 500, times=-1)
        assert client(ill.address, double.address).identity("ocp") is None
        told = refusal(lambda: client(closed_port(), ill.address).identity("ocp")).message
        assert f"NSX manager {ill.address}: GET " in told
        assert "answered with 500" in told
        refusal(lambda: client(ill.address, double.address).create_identity("ocp", CERTIFICATE))
    assert not double.identities


def test_all_managers_and_their_reasons_are_told_where_none_answers() -> None:
    error = refusal(client(closed_port(), "nsx.invalid").version)
    assert "the connection is refused" in error.message
    assert "nsx.invalid: the name does not resolve" in error.message
    assert "correct nsx.managers" in error.fix


def test_a_wrong_login_is_told_at_once_and_no_other_manager_counts_it_too(double: NsxManager) -> None:
    with nsx_manager(of=NsxManager()) as second:
        error = refusal(client(double.address, second.address, password="wrong word").version)
        assert second.asked == []
    assert len(double.asked) == 1
    assert "does not take the login" in error.message
    assert "ANTREA_GITOPS_SECRET_NSX" in error.fix
    assert "wrong word" not in error.as_text()


@pytest.mark.parametrize(
    ("status", "words", "fix"),
    [
        (403, "User is not authorized to perform this operation", "Enterprise Admin"),
        (409, "Principal identity ocp already exists.", "nsx status"),
        (400, "Certificate is not in the PEM format.", "RSA with 2048 bits"),
        (500, "General error has occurred.", "is not well"),
    ],
)
def test_a_refusal_is_told_with_the_managers_words_and_what_to_do(
    double: NsxManager, status: int, words: str, fix: str
) -> None:
    double.fail("POST", "with-certificate", status, words)
    error = refusal(lambda: client(double.address).create_identity("ocp", CERTIFICATE))
    assert isinstance(error, NsxError)
    assert error.status == status
    assert words in error.message
    assert fix in error.fix


def test_busy_managers_are_asked_again_when_they_want_it_and_given_up_after_a_while(double: NsxManager) -> None:
    pauses: list[float] = []
    double.fail("GET", "version", 429, headers={"Retry-After": "7"})
    assert client(double.address, sleep=pauses.append).version()
    assert pauses == [7.0]
    double.fail("GET", "version", 503, times=-1)
    error = refusal(client(double.address, sleep=pauses.append).version)
    assert pauses == [7.0, 1.0, 2.0, 4.0]
    assert "503" in error.message


def test_nobody_guesses_whether_a_post_was_carried_out_whose_answer_was_lost(double: NsxManager) -> None:
    double.drop("POST", "with-certificate")
    error = refusal(lambda: client(double.address).create_identity("ocp", CERTIFICATE))
    assert "may have been done" in error.why
    assert "run the same command again" in error.fix
    assert len(double.identities) == 1


def test_a_private_authority_is_trusted_only_where_it_is_given(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with nsx_manager(authority.server("127.0.0.1")) as double:
        assert client(double.address, trusted=authority.pem).version()
        error = refusal(client(double.address).version)
    assert "signed by nobody who is trusted" in error.message
    assert "additionalTrustBundle" in error.fix
    with nsx_manager(authority.server("nsx.example.com")) as other:
        assert "for another name" in refusal(client(other.address, trusted=authority.pem).version).message
    with nsx_manager(authority.server("127.0.0.1", until=timedelta(days=-1))) as old:
        assert "has expired" in refusal(client(old.address, trusted=authority.pem).version).message


def test_the_login_goes_to_no_address_without_tls_and_to_nothing_that_is_no_nsx() -> None:
    with pytest.raises(UsageError, match="no manager"):
        client("http://nsx.example.com").version()
    page = Answer(b"<html>404 not found</html>", 404, {"Content-Type": "text/html"})
    path = "/policy/api/v1/infra/sites/default/enforcement-points/default/cluster-control-planes/ocp"
    with serve({path: page}) as web:
        assert "is no NSX manager" in refusal(lambda: client(web.url).control_plane("ocp")).message


def test_people_get_the_call_that_removes_a_cluster_without_a_password() -> None:
    told = delete_command("10.0.0.1", "ocp")
    assert "-X DELETE -H 'X-Allow-Overwrite: true' 'https://10.0.0.1/policy/api/v1/infra/" in told
    assert "/cluster-control-planes/ocp?cascade=true'" in told
