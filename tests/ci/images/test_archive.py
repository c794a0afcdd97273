"""Archives of images: both forms, whatever packs them, every digest proven, and nothing hostile is taken."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from antrea_ci.bundle.errors import BundleError
from antrea_ci.images.archive import read_images
from antrea_ci.images.layout import ArchivedImage
from support.image_archives import Image, digest_of, docker_save, oci_layout, tar_of, write, write_folder

UBI = Image("ubi")
TAGS = ["antrea/antrea-ubi:v1.13.1_vmware.1", "localhost/antrea-ubi:test"]
Change = Callable[[dict[str, bytes]], object]


def read(path: Path) -> tuple[ArchivedImage, ...]:
    folder = path.parent / "unpacked"
    folder.mkdir()
    return read_images(path, folder)


def refusal(path: Path) -> str:
    with pytest.raises(BundleError) as raised:
        read(path)
    assert raised.value.fix
    return raised.value.message


@pytest.mark.parametrize("packed", [True, False])
def test_what_docker_saves_is_read_by_its_content_with_all_tags(tmp_path: Path, packed: bool):
    path = write(
        tmp_path / "image.tar", docker_save({UBI: TAGS, Image("operator"): ["antrea/operator:v1"]}), packed=packed
    )
    first, second = read(path)
    assert (first.names, first.platforms, first.config) == (tuple(TAGS), ("linux/amd64",), digest_of(UBI.config))
    assert second.names == ("antrea/operator:v1",)


@pytest.mark.parametrize("form", ["tar", "tar.gz", "folder", "tar with a top folder"])
def test_an_oci_layout_keeps_its_digest(tmp_path: Path, form: str):
    files = oci_layout({UBI: "v1"})
    if form == "folder":
        path = write_folder(tmp_path / "layout", files)
    else:
        top = "layout/" if "top" in form else ""
        path = write(
            tmp_path / "layout.any", {top + name: data for name, data in files.items()}, packed=form == "tar.gz"
        )
    (image,) = read(path)
    digest = json.loads(files["index.json"])["manifests"][0]["digest"]
    (tmp_path / "out").mkdir()
    assert (image.digest, image.names, image.form.lay_out(tmp_path / "out").digest) == (digest, ("v1",), digest)


def test_the_same_archive_always_gives_the_same_digest(tmp_path: Path):
    digests: set[str] = set()
    for name in "ab":
        folder = tmp_path / name
        folder.mkdir()
        (image,) = read(write(folder / "image.tar", docker_save({UBI: TAGS}), packed=name == "a"))
        (folder / "layout").mkdir()
        digests.add(image.form.lay_out(folder / "layout").digest)
    assert len(digests) == 1


def test_an_index_is_one_image_for_several_platforms(tmp_path: Path):
    files = oci_layout({UBI: "", Image("ubi", "arm64"): ""}, index="antrea-ubi:v1")
    (image,) = read(write(tmp_path / "image.tar", files))
    assert (image.platforms, image.names) == (("linux/amd64", "linux/arm64"), ("antrea-ubi:v1",))


def test_an_index_of_which_the_archive_has_a_part_gives_that_part(tmp_path: Path):
    """Docker's store of containerd saves it so."""
    arm = Image("ubi", "arm64")
    (image,) = read(write(tmp_path / "image.tar", oci_layout({UBI: "", arm: ""}, index="antrea-ubi:v1", without=arm)))
    assert (image.platforms, image.names) == (("linux/amd64",), ("antrea-ubi:v1",))


def test_a_layer_may_be_linked_by_its_old_name(tmp_path: Path):
    """`docker save` before 25, podman and skopeo do so."""
    files = docker_save({UBI: TAGS})
    path = tmp_path / "image.tar"
    with tarfile.open(path, "w") as tar:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
        link = tarfile.TarInfo("0123/layer.tar")
        link.type, link.linkname = tarfile.SYMTYPE, f"../{digest_of(UBI.layer)[7:]}.tar"
        tar.addfile(link)
    (image,) = read(path)
    assert image.config == digest_of(UBI.config)


def spoilt(name: str) -> Change:
    """A change to the one member whose name ends so."""

    def change(files: dict[str, bytes]) -> None:
        (member,) = [one for one in files if one.endswith(name)]
        files[member] = files[member].replace(b"linux", b"Linux") + b" "

    return change


CONFIG, LAYER = digest_of(UBI.config)[7:], digest_of(UBI.layer)[7:]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (spoilt(f"{CONFIG}.json"), f"the configuration {CONFIG}.json has the digest"),
        (spoilt(f"{LAYER}.tar"), "layer 1 unpacks to"),
        (lambda files: files.pop(f"{LAYER}.tar"), "which is not in it"),
        (lambda files: files.update({"manifest.json": b"{"}), "manifest.json is not JSON"),
        (lambda files: files.update({"manifest.json": b"[" * 100_000}), "manifest.json is not JSON"),
        (lambda files: files.update({"manifest.json": b"[]"}), "lists no image"),
        (lambda files: files.pop("manifest.json"), "holds no image"),
        (lambda files: files.update({f"{LAYER}.tar": b"\x28\xb5\x2f\xfd"}), "is packed by zstd"),
        (lambda files: files.update({"../../etc/passwd": b"x"}), "leads out of the archive"),
        (lambda files: files.update({"/etc/passwd": b"x"}), "absolute path"),
    ],
)
def test_what_is_not_what_it_says_is_refused(tmp_path: Path, change: Change, words: str):
    files = docker_save({UBI: TAGS})
    change(files)
    message = refusal(write(tmp_path / "image.tar", files, packed=True))
    assert message.startswith("image.tar: ")
    assert words in message


@pytest.mark.parametrize("what", ["config", "layer", "manifest"])
def test_every_blob_of_an_oci_layout_has_its_digest(tmp_path: Path, what: str):
    files = oci_layout({UBI: "v1"})
    manifest = json.loads(files["index.json"])["manifests"][0]["digest"]
    packed = digest_of(gzip.compress(UBI.layer, mtime=0))
    spoilt({"config": CONFIG, "layer": packed[7:], "manifest": manifest[7:]}[what])(files)
    assert "has the digest" in refusal(write(tmp_path / "image.tar", files))


@pytest.mark.parametrize(
    ("kind", "target", "words"),
    [
        (tarfile.SYMTYPE, "/etc/passwd", "a symbolic link to '/etc/passwd'"),
        (tarfile.SYMTYPE, "../../layer.tar", "a symbolic link to '../../layer.tar'"),
        (tarfile.SYMTYPE, "gone/layer.tar", "which is not in it"),
        (tarfile.LNKTYPE, "manifest.json", "a hard link to 'manifest.json'"),
        (tarfile.FIFOTYPE, "", "a device, a pipe or something unknown"),
    ],
)
def test_links_and_devices_are_refused(tmp_path: Path, kind: bytes, target: str, words: str):
    path = tmp_path / "image.tar"
    with tarfile.open(path, "w") as tar:
        info = tarfile.TarInfo("layer/layer.tar")
        info.type, info.linkname = kind, target
        tar.addfile(info)
    assert words in refusal(path)


def test_a_bomb_is_refused_before_it_fills_the_disk(tmp_path: Path):
    bomb = tmp_path / "bomb.tar.gz"
    zeros = b"\0" * (1 << 20)
    header = tarfile.TarInfo("layer.tar")
    header.size = 80 << 20
    with gzip.open(bomb, "wb", 6) as out:
        out.write(header.tobuf())
        for _ in range(80):
            out.write(zeros)
    assert "unpacks to more than" in refusal(bomb)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty (0 bytes)"),
        (b"<html>login</html>" * 40, "is a web page"),
        (b"PK\x03\x04" + b"\0" * 600, "is a zip file"),
        (b"\x7fELF" + b"\0" * 600, "is no tar archive (it starts with 7f 45 4c 46)"),
        (gzip.compress(b"just text" * 100, mtime=0), "is a gzip file with no tar archive in it"),
        (gzip.compress(tar_of(docker_save({UBI: TAGS})), mtime=0)[:-200], "truncated"),
        (tar_of({"deploy/openshift/operator.antrea.vmware.com_antreainstalls_crd.yaml": b""}), "holds no image"),
    ],
    ids=["empty", "page", "zip", "program", "packed text", "half", "bundle"],  # of the bytes each worker makes its own
)
def test_what_is_no_image_archive_is_called_what_it_is(tmp_path: Path, data: bytes, words: str):
    path = tmp_path / "antrea-ubi.tar.gz"
    path.write_bytes(data)
    assert words in refusal(path)
