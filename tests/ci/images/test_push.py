"""Pushing to a real registry, by each program that can, with what sites put before a registry."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from antrea_ci.errors import MissingRequirementError
from antrea_ci.exchange import Line
from antrea_ci.images.access import access
from antrea_ci.images.archive import read_images
from antrea_ci.images.delivery import Delivery, Registry
from antrea_ci.images.layout import Layout
from antrea_ci.images.plan import PlannedImage, Use
from antrea_ci.images.programs import pusher
from antrea_ci.images.push import Outcome, Push
from antrea_ci.images.registry import Found, Reason, look_up
from antrea_ci.web import trust_as_in_go
from support.authority import Authority
from support.image_archives import Image, docker_save, oci_layout, write
from support.preflight import closed_port
from support.programs import program, search_path
from support.registries import PASSWORD, USER, registry, storage

UBI, OPERATOR = "antrea/antrea-ubi:v1.13.1_vmware.1", "antrea/antrea-operator:v1.13.1_vmware.1"
PROGRAMS = ("skopeo", "crane", "podman")
AMD64 = ("linux/amd64",)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def stored() -> Generator[str]:
    with storage() as host:
        yield host


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    files = docker_save({Image(tmp_path.name): [UBI]})
    return write(tmp_path / "antrea-ubi-v1.13.1_vmware.1.tar.gz", files, packed=True)


@dataclass(frozen=True)
class Way:
    """Into which registry, and by what."""

    host: str
    pem: str = ""
    login: tuple[str, str] | None = None
    program: str = "crane"
    pauses: Sequence[float] = (0.01, 0.01)

    def delivery(self, told: list[str] | None = None) -> Delivery:
        found = Registry(Line(trust_as_in_go(self.pem), 5.0), lambda _: self.login, self.pem)
        program(self.program)
        progress = (told if told is not None else []).append
        return Delivery(found, pusher(self.program, search_path()), progress, self.pauses)

    def push(self, paths: Sequence[Path], *images: str, told: list[str] | None = None) -> Outcome:
        plan = [planned(f"{self.host}/{image}") for image in images or (UBI,)]
        return Push(plan, self.delivery(told)).archives(paths)

    def asked(self, image: str) -> Found | Reason:
        line = Line(trust_as_in_go(self.pem), 5.0)
        return look_up(f"{self.host}/{image}", line, lambda _: self.login, platforms=True, plain_on_loopback=True)

    def found(self, image: str = UBI) -> Found:
        result = self.asked(image)
        assert isinstance(result, Found), result
        return result


def planned(reference: str, platforms: tuple[str, ...] = AMD64) -> PlannedImage:
    target = reference.partition("@")[0]
    return PlannedImage(reference, "", target, platforms, (Use("cluster.yaml", "images.antrea"),), "antrea")


def rules(outcome: Outcome) -> list[str]:
    return [finding.rule for finding in outcome.findings]


@pytest.fixture
def podman(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a system that has podman has beside it."""
    folder = Path(os.environ["XDG_CACHE_HOME"]) / "antrea-gitops" / "programs" / "podman" / "usr" / "bin"
    if folder.is_dir():
        settings = tmp_path / "containers.conf"
        engine = f'[engine]\nconmon_path = ["{folder}/conmon"]\nruntime = "crun"\n[engine.runtimes]\n'
        settings.write_text(f'{engine}crun = ["{folder}/crun"]\n')
        monkeypatch.setenv("CONTAINERS_CONF", str(settings))
    policy = tmp_path / "home" / ".config" / "containers" / "policy.json"
    policy.parent.mkdir(parents=True)
    policy.write_text('{"default": [{"type": "insecureAcceptAnything"}]}')
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


@pytest.mark.usefixtures("podman")
@pytest.mark.parametrize("name", PROGRAMS)
def test_each_program_pushes_through_tls_of_the_sites_authority_and_a_login(
    authority: Authority, stored: str, archive: Path, name: str
):
    with registry(stored, authority.server("127.0.0.1"), login="bearer") as gate:
        way = Way(gate.host, authority.pem, (USER, PASSWORD), name)
        first, second = way.push([archive]), way.push([archive])
        found = way.found()
    assert (first.findings, second.findings) == ([], [])
    assert [(one.is_new, one.digest) for one in (*first.pushed, *second.pushed)] == [
        (True, found.digest),
        (False, found.digest),
    ]
    assert found.platforms == AMD64


@pytest.mark.parametrize("name", ["skopeo", "crane"])
def test_an_index_arrives_as_it_is(stored: str, tmp_path: Path, name: str):
    files = oci_layout({Image(name): "", Image(name, "arm64"): ""}, index=UBI)
    outcome = Way(stored, program=name).push([write(tmp_path / "image.tar", files)])
    (image,) = read_images(tmp_path / "image.tar", tmp_path)
    assert [one.digest for one in outcome.pushed] == [image.digest]
    assert set(Way(stored).found().platforms) == {"linux/amd64", "linux/arm64"}


def test_skopeo_and_crane_leave_the_same_digest(stored: str, tmp_path: Path):
    path = write(tmp_path / "image.tar", docker_save({Image("same"): [UBI]}))
    with storage() as other:
        ways = [Way(stored, program="skopeo"), Way(other, program="crane")]
        digests = {way.push([path]).pushed[0].digest for way in ways}
    assert len(digests) == 1


@pytest.mark.parametrize("name", ["skopeo", "crane"])
def test_a_registry_that_breaks_in_the_middle_of_a_blob_is_tried_again(
    authority: Authority, stored: str, archive: Path, name: str
):
    told: list[str] = []
    with registry(stored, authority.server("127.0.0.1"), login="basic", breaks=2) as gate:
        way = Way(gate.host, authority.pem, (USER, PASSWORD), name, pauses=(0.01,) * 4)
        outcome = way.push([archive], told=told)
    assert (rules(outcome), [one.is_new for one in outcome.pushed], gate.breaks) == ([], [True], 0)


def test_attempts_end_and_the_next_run_does_what_is_missing(authority: Authority, stored: str, tmp_path: Path):
    ubi = write(tmp_path / "ubi.tar", docker_save({Image("ends"): [UBI]}))
    operator = write(tmp_path / "operator.tar", docker_save({Image("ends too"): [OPERATOR]}))
    with registry(stored, authority.server("127.0.0.1"), breaks=1000) as gate:
        way = Way(gate.host, authority.pem, program="skopeo", pauses=(0.01,))
        assert rules(way.push([ubi], UBI, OPERATOR)) == ["push/failed"]
        gate.breaks = 0
        assert way.push([operator], UBI, OPERATOR).pushed[0].is_new
        done = way.push([ubi, operator], UBI, OPERATOR)
    assert {one.match.image.archive: one.is_new for one in done.pushed} == {"ubi.tar": True, "operator.tar": False}


def test_several_images_and_tags_go_to_their_places(stored: str, tmp_path: Path):
    tags = ["vendor.example.com/x/antrea-ubi:v1.13.1_vmware.1", "vendor.example.com/x/antrea-ubi:newest"]
    both = docker_save({Image("a"): tags, Image("b"): [OPERATOR], Image("c"): ["busybox:1"]})
    outcome = Way(stored).push([write(tmp_path / "all.tar", both)], f"deep/path/{UBI}", OPERATOR)
    targets = {one.match.planned.target for one in outcome.pushed}
    assert targets == {f"{stored}/deep/path/{UBI}", f"{stored}/{OPERATOR}"}
    (unasked,) = outcome.findings
    assert (unasked.rule, unasked.is_error, "busybox:1" in unasked.message) == ("push/unasked", False, True)


@pytest.mark.parametrize(
    ("files", "file", "rule", "words"),
    [
        (
            docker_save({Image("x", "arm64"): [UBI]}),
            "a.tar",
            "push/platform",
            "is for linux/arm64; the nodes are linux/",
        ),
        (docker_save({Image("x"): ["antrea/antrea-ubi:v1.14.0"]}), "a.tar", "push/tag", "holds antrea-ubi:v1.14.0"),
        (oci_layout({Image("x"): "v1.14.0"}), "antrea-ubi-v1.14.0.tar", "push/tag", "holds antrea-ubi:v1.14.0"),
        (docker_save({Image("x"): [UBI], Image("y"): [UBI]}), "a.tar", "push/ambiguous", "2 different images"),
        ({"readme": b""}, "a.tar", "push/archive", "holds no image"),
    ],
)
def test_nothing_is_pushed_where_an_archive_is_wrong(
    tmp_path: Path, files: dict[str, bytes], file: str, rule: str, words: str
):
    with storage() as empty:
        good = write(tmp_path / "good.tar", docker_save({Image("good"): [OPERATOR]}))
        outcome = Way(empty).push([good, write(tmp_path / file, files)], UBI, OPERATOR)
        assert isinstance(Way(empty).asked(OPERATOR), Reason)
    assert (outcome.pushed, rules(outcome)) == ([], [rule])
    assert words in outcome.findings[0].message


def test_an_archive_without_names_goes_by_the_name_of_its_file(stored: str, tmp_path: Path):
    files = docker_save({Image("no name"): None})
    named = Way(stored).push([write(tmp_path / "antrea-ubi-v1.13.1_vmware.1.tar.gz", files, packed=True)])
    assert [one.match.planned.target for one in named.pushed] == [f"{stored}/{UBI}"]
    assert rules(Way(stored).push([write(tmp_path / "image.tar", files)])) == ["push/nameless"]


def test_an_image_that_tells_its_tag_alone_is_the_one_with_that_tag_if_there_is_only_one(stored: str, tmp_path: Path):
    path = write(tmp_path / "some.tar", oci_layout({Image("by tag"): UBI.partition(":")[2]}))
    assert [one.is_new for one in Way(stored).push([path], f"tag/{UBI}").pushed] == [True]
    assert rules(Way(stored).push([path], f"tag/{UBI}", OPERATOR)) == ["push/nameless"]


def test_a_renamed_image_is_known_by_what_the_vendor_calls_it(stored: str, archive: Path):
    plan = [planned(f"{stored}/mine/antrea-debian:v1.13.1_vmware.1")]
    outcome = Push(plan, Way(stored).delivery()).archives([archive])
    assert [one.match.planned for one in outcome.pushed] == plan


def test_an_image_that_is_not_the_locked_one_is_not_pushed(stored: str, archive: Path):
    locked = f"{stored}/locked/antrea-ubi:v1.13.1_vmware.1@sha256:{'0' * 64}"
    outcome = Push([planned(locked)], Way(stored).delivery()).archives([archive])
    assert (rules(outcome), outcome.pushed) == (["push/locked"], [])


def test_an_image_that_is_not_the_locked_one_is_told_where_the_registry_has_it_by_its_tag(stored: str, tmp_path: Path):
    path = write(tmp_path / "image.tar", oci_layout({Image("there"): f"there/{UBI}"}))
    assert [one.is_new for one in Way(stored).push([path], f"there/{UBI}").pushed] == [True]
    locked = f"{stored}/there/{UBI}@sha256:{'0' * 64}"
    outcome = Push([planned(locked)], Way(stored).delivery()).archives([path])
    assert (rules(outcome), outcome.pushed) == (["push/locked"], [])


@pytest.mark.usefixtures("podman")
def test_a_program_that_packs_anew_cannot_fulfil_a_lock(stored: str, archive: Path):
    locked = f"{stored}/anew/{UBI}@sha256:{'0' * 64}"
    outcome = Push([planned(locked)], Way(stored, program="podman").delivery()).archives([archive])
    assert (rules(outcome), outcome.pushed) == (["push/locked"], [])
    assert "skopeo or crane" in outcome.findings[0].fix


def test_a_registry_that_asks_for_a_pause_gets_it(stored: str, archive: Path, monkeypatch: pytest.MonkeyPatch):
    delivery, waited = Way(stored).delivery(), list[float]()
    monkeypatch.setattr(delivery.stop, "wait", waited.append)
    with registry(stored, None, limit=True) as gate:
        Push([planned(f"{gate.host}/{UBI}")], delivery).archives([archive])
    assert waited == [0.0, 2.0, 2.0]


@pytest.mark.parametrize(
    ("login", "rule"), [(None, "preflight/image-login"), ((USER, "wrong-password"), "preflight/image-login")]
)
def test_a_login_that_will_not_do_is_not_tried_again(
    authority: Authority, stored: str, archive: Path, login: tuple[str, str] | None, rule: str
):
    with registry(stored, authority.server("127.0.0.1"), login="bearer") as gate:
        outcome = Way(gate.host, authority.pem, login, pauses=(60.0,)).push([archive])
    assert rules(outcome) == [rule]
    assert "wrong-password" not in outcome.findings[0].as_text()


def test_registries_that_nobody_reaches(authority: Authority, stored: str, archive: Path):
    nameless = Way("registry.antrea-gitops.invalid", pauses=(60.0,)).push([archive])
    refused = Way(f"127.0.0.1:{closed_port()}").push([archive])
    with registry(stored, authority.server("127.0.0.1")) as gate:
        untrusted = Way(gate.host, pauses=(60.0,)).push([archive])
    messages = [outcome.findings[0].message for outcome in (nameless, refused, untrusted)]
    words = ["the name does not resolve", "the connection is refused", "signed by nobody who is trusted"]
    assert [word in message for word, message in zip(words, messages, strict=True)] == [True] * 3


def test_a_login_lies_in_a_file_for_its_owner_alone_and_goes():
    with access(f"registry.example.com/{UBI}", (USER, PASSWORD), "PEM") as way:
        folder = way.authfile.parent
        modes = {stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*") if path.is_file()}
        assert (stat.S_IMODE(folder.stat().st_mode), modes) == (0o700, {0o600})
        assert set(json.loads(way.authfile.read_text())["auths"]) == {"registry.example.com"}
    assert not folder.exists()


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_programs_are_told_holds_no_login(tmp_path: Path, name: str):
    """The command, by a script in the program's place that writes down its arguments."""
    log, script, target = tmp_path / "log", tmp_path / name, f"registry.example.com/{UBI}"
    script.write_text(f'#!/bin/sh\necho "$* $DOCKER_CONFIG" >> {log}\necho sha256:0\n')
    script.chmod(0o755)
    with access(target, (USER, PASSWORD), "") as way:
        pusher(name, str(tmp_path)).push(Layout(tmp_path, "sha256:0", is_index=False), target, way)
    told = log.read_text()
    assert (str(way.authfile.parent) in told, target in told, PASSWORD in told) == (True, True, False)


def test_without_a_program_all_three_are_named(tmp_path: Path):
    with pytest.raises(MissingRequirementError) as raised:
        pusher(path=str(tmp_path))
    assert all(name in raised.value.as_text() for name in PROGRAMS)
