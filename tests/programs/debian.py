"""Programs that a distribution has: one that is installed is left alone, else its package is unpacked, without root."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from common import CannotInstallError, is_current, mark, run


@dataclass(frozen=True)
class Package:
    """A package of Debian and Ubuntu. ``programs``: name to path in the package; ``ask``: what each answers to.

    ``also``: packages that it does not depend on, and needs here.
    """

    name: str
    programs: Mapping[str, str]
    why: str
    ask: tuple[str, ...] = ("--version",)
    also: tuple[str, ...] = ()

    def __hash__(self) -> int:
        return hash(self.name)

    def __call__(self, folder: Path, _: Sequence[str]) -> None:
        """Puts those of the programs that are not here below ``folder``."""
        missing = [
            one for one in self.programs if not shutil.which(one) and not is_current(folder / "bin" / one, "apt")
        ]
        if not missing:
            return
        if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
            raise CannotInstallError(
                f"{', '.join(missing)}: {self.why}; install the package {self.name} of this system"
            )
        print(f"unpacking {self.name} ...", flush=True)
        unpacked = folder / self.name
        for package in self._fetched(folder / "apt" / self.name):
            run(["dpkg-deb", "--extract", str(package), str(unpacked)], folder)
        for name in missing:
            self._offer(folder / "bin" / name, unpacked)

    def _offer(self, program: Path, unpacked: Path) -> None:
        """A script that runs the unpacked program with the libraries that came with it."""
        libraries = sorted({str(path.parent) for path in unpacked.rglob("*.so*")})
        environment = f"LD_LIBRARY_PATH='{':'.join(libraries)}' " if libraries else ""
        if (unpacked / "usr/share/fonts").is_dir():
            environment += f"FONTCONFIG_FILE='{_fonts(unpacked)}' "
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/sh\n{environment}exec '{unpacked}/{self.programs[program.name]}' \"$@\"\n")
        program.chmod(0o755)
        run([str(program), *self.ask], unpacked)
        mark(program, "apt")

    def _fetched(self, apt: Path) -> list[Path]:
        """The package and those of its dependencies that this system lacks, verified by apt, in folders of our own."""
        for name in ("lists", "archives"):
            (apt / name / "partial").mkdir(parents=True, exist_ok=True)
        settings = {"Dir::State::lists": apt / "lists", "Dir::Cache": apt, "Dir::Cache::archives": apt / "archives"}
        # Nothing of the system is written, so there is nothing to lock, and no other user could read our folders.
        settings |= {"Debug::NoLocking": 1, "APT::Sandbox::User": ""}
        options = [part for key, value in settings.items() for part in ("-o", f"{key}={value}")]
        fetch = ["install", "--download-only", "--no-install-recommends", "--yes", self.name, *self.also]
        run(["apt-get", "-qq", *options, "update"], apt)
        run(["apt-get", "-qq", *options, *fetch], apt)
        return sorted((apt / "archives").glob("*.deb"))


def _fonts(unpacked: Path) -> Path:
    """The configuration of fontconfig that finds unpacked fonts beside those of the system."""
    file = unpacked / "fonts.conf"
    folders = "".join(f"<dir>{folder}</dir>" for folder in (unpacked / "usr/share/fonts", "/usr/share/fonts"))
    file.write_text(f"<fontconfig>{folders}<cachedir>{unpacked / 'fontcache'}</cachedir></fontconfig>\n")
    return file


RSYNC = Package("rsync", {"rsync": "usr/bin/rsync"}, "gitlab-ci-local needs it")
ETCD = Package("etcd-server", {"etcd": "usr/bin/etcd"}, "the API server of tests keeps its objects in it")
OPEN_VSWITCH = Package(
    "openvswitch-switch",
    {
        "ovsdb-client": "usr/bin/ovsdb-client",
        "ovsdb-server": "usr/sbin/ovsdb-server",
        "ovsdb-tool": "usr/bin/ovsdb-tool",
    },
    "tests of the pods that verify starts need it",
)
RESTIC = Package("restic", {"restic": "usr/bin/restic"}, "the benchmark compares backups with it", ("version",))
IPROUTE = Package("iproute2", {"ip": "sbin/ip"}, "tests of the firewall's rules make namespaces with it", ("-V",))
NFTABLES = Package("nftables", {"nft": "usr/sbin/nft"}, "tests of the firewall's rules load them with it")
SKOPEO = Package("skopeo", {"skopeo": "usr/bin/skopeo"}, "tests of `images push` need it")
PODMAN = Package("podman", {"podman": "usr/bin/podman"}, "a test of `images push` runs it")
# Without a window, and a third smaller than the whole; the whole one does as well where it is installed.
CHROMIUM = Package(
    "chromium-headless-shell",
    {"chromium": "usr/lib/chromium/chromium-headless-shell"},
    "tests of the page that `report` writes look at it there",
    also=("fonts-dejavu-core",),
)
PACKAGES = (RSYNC, ETCD, OPEN_VSWITCH, RESTIC, IPROUTE, NFTABLES, SKOPEO, PODMAN, CHROMIUM)
