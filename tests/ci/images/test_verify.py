"""What `images verify` finds beyond whether an image is there: locks, machines, mirrors, and the tag that was meant."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from pathlib import Path

import pytest

from antrea_ci.catalogue import completed
from antrea_ci.exchange import Line
from antrea_ci.findings import Finding
from antrea_ci.images.mirrors import Mirrors
from antrea_ci.images.registry import Reason, Refusal, look_up
from antrea_ci.images.verdict import findings
from antrea_ci.images.verify import Outside, Verified, Wanted, verified
from antrea_ci.web import trust_as_in_go
from support.authority import Authority
from support.http_server import Answer, serve
from support.registries import PASSWORD, USER, push, registry, storage

NAME = "antrea/antrea-ubi"
GONE = f"sha256:{'0' * 64}"


@pytest.fixture(scope="module")
def stored() -> Generator[str]:
    with storage() as host:
        yield host


@pytest.fixture(scope="module")
def digest(stored: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    return push(stored, f"{NAME}:v1.13.1_vmware.1", tmp_path_factory.mktemp("image"))


def verify(reference: str, entries: Sequence[tuple[str, tuple[str, ...], bool]] = ()) -> tuple[Verified, list[Finding]]:
    outside = Outside(Line(trust_as_in_go(), 5.0), lambda _: None, Mirrors(tuple(entries)), plain_on_loopback=True)
    (one,) = verified([Wanted(reference, ("linux/amd64",))], outside, tags_too=True)
    return one, completed(findings([one]))


def test_a_locked_image_is_pulled_by_its_digest_and_its_tag_is_compared(stored: str, digest: str, tmp_path: Path):
    reference = f"{stored}/{NAME}:moving@{push(stored, f'{NAME}:moving', tmp_path)}"
    assert verify(reference)[1] == []
    other = push(stored, f"{NAME}:moving", tmp_path, platform="linux/arm64")
    (finding,) = verify(reference)[1]
    assert (finding.rule, other in finding.message, finding.is_error) == ("preflight/image-moved", True, True)


def test_a_lock_on_something_that_is_not_there_is_an_error_although_the_tag_is(stored: str, digest: str):
    (finding,) = verify(f"{stored}/{NAME}:v1.13.1_vmware.1@{GONE}")[1]
    assert finding.rule == "preflight/image-missing"


def test_the_tag_that_was_meant_is_named(stored: str, digest: str):
    (finding,) = verify(f"{stored}/{NAME}:v1.13.1-vmware.1")[1]
    assert "did you mean the tag v1.13.1_vmware.1?" in finding.message


def test_an_image_for_other_machines(stored: str, tmp_path: Path):
    push(stored, "antrea/arm:v1", tmp_path, platform="linux/arm64")
    (finding,) = verify(f"{stored}/antrea/arm:v1")[1]
    assert finding.rule == "preflight/image-platform"
    assert "is for linux/arm64; the nodes are linux/amd64" in finding.message


def test_mirrors_come_first_and_serve_digests_only(stored: str, digest: str):
    source = "vendor.antrea-gitops.invalid"
    entries = [(source, ("127.0.0.1:1/nothing", stored), False)]
    one, told = verify(f"{source}/{NAME}@{digest}", entries)
    assert (one.place, [finding.rule for finding in told]) == (f"{stored}/{NAME}@{digest}", ["preflight/mirror"])
    (finding,) = verify(f"{source}/{NAME}:v1.13.1_vmware.1", entries)[1]
    assert finding.rule == "preflight/registry-unreachable"


def test_a_source_that_is_never_contacted_is_not(stored: str):
    entries = [(stored, ("127.0.0.1:1",), True)]
    one, _ = verify(f"{stored}/{NAME}@{GONE}", entries)
    assert [place for place, _ in one.answers] == [f"127.0.0.1:1/{NAME}@{GONE}"]


def test_a_registry_that_sends_another_image_than_was_asked_for_is_not_believed():
    path = f"/v2/{NAME}/manifests/{GONE}"
    with serve({"/v2/": Answer(), path: Answer(b"{}", headers={"Docker-Content-Digest": GONE})}) as server:
        reference, line = f"{server.url.removeprefix('http://')}/{NAME}@{GONE}", Line(trust_as_in_go(), 5.0)
        found = look_up(reference, line, lambda _: None, platforms=True, plain_on_loopback=True)
    assert isinstance(found, Reason)
    assert (found.refusal, "where sha256:0000" in found.detail) == (Refusal.OTHER, True)


@pytest.mark.parametrize("rules", [{"limit": True}, {"closed": (NAME,)}])
def test_refusals_are_errors_with_the_registrys_own_words(
    stored: str, digest: str, tmp_path: Path, rules: dict[str, object]
):
    authority = Authority(tmp_path)
    with registry(stored, authority.server("127.0.0.1"), login="bearer", **rules) as gate:
        line, login = Line(trust_as_in_go(authority.pem), 5.0), (USER, PASSWORD)
        image = Wanted(f"{gate.host}/{NAME}:v1.13.1_vmware.1", ())
        (finding,) = findings(verified([image], Outside(line, lambda _: login, Mirrors()), tags_too=True))
    assert finding.rule in ("preflight/registry-limit", "preflight/image-login")
    assert ("enough" in finding.message) or ("requested access is denied" in finding.message)
