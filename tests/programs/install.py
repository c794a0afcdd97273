"""How each program is had: by Go, by npm, and rsync from the distribution where it is not installed."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

HERE = Path(__file__).parent
Installer = Callable[[Path, Sequence[str]], None]

_MINUTES = 20 * 60
_NODE = 18


class CannotInstallError(Exception):
    """A program cannot be had here; the text says what is missing and what to do."""


def known() -> set[str]:
    """The names of all programs that can be installed."""
    return set(_by_name())


def grouped(names: Sequence[str]) -> dict[Installer, list[str]]:
    """The programs by who installs them."""
    groups: dict[Installer, list[str]] = {}
    for name in names:
        groups.setdefault(_by_name()[name], []).append(name)
    return groups


def _by_name() -> dict[str, Installer]:
    return {**dict.fromkeys(_go_packages(), go_programs), "gitlab-ci-local": npm_programs, "rsync": rsync}


def go_programs(folder: Path, names: Sequence[str]) -> None:
    """Builds programs of go.mod; go.sum vouches for every module."""
    stamp = _stamp("go.mod", "go.sum", "vcsim/main.go")
    missing = [name for name in names if not _is_current(folder / "bin" / name, stamp)]
    if not missing:
        return
    if not shutil.which("go"):
        raise CannotInstallError(f"{', '.join(missing)}: built by Go, which is not in PATH (https://go.dev/dl/)")
    print(f"building {', '.join(missing)} ...", flush=True)
    packages = [_go_packages()[name] for name in missing]
    environment = {**os.environ, "GOBIN": str(folder / "bin"), "GOFLAGS": "-mod=readonly"}
    _run(["go", "install", "-buildvcs=false", "-trimpath", *packages], HERE, environment)
    for name in missing:
        _mark(folder / "bin" / name, stamp)


def npm_programs(folder: Path, names: Sequence[str]) -> None:
    """Unpacks what package-lock.json names, each package with its checksum. No script of a package is run."""
    stamp = _stamp("package.json", "package-lock.json")
    program = folder / "bin" / "gitlab-ci-local"
    if _is_current(program, stamp):
        return
    _need_node()
    print("installing gitlab-ci-local ...", flush=True)
    packages = folder / "npm"
    packages.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, packages / name)
    _run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], packages)
    program.parent.mkdir(exist_ok=True)
    program.unlink(missing_ok=True)
    program.symlink_to("../npm/node_modules/.bin/gitlab-ci-local")
    _mark(program, stamp)


def _need_node() -> None:
    if not shutil.which("node") or not shutil.which("npm"):
        raise CannotInstallError(
            f"gitlab-ci-local: needs Node.js {_NODE} or later with npm in PATH (https://nodejs.org)"
        )
    version = subprocess.run(["node", "--version"], check=True, capture_output=True, text=True).stdout.strip()
    if int(version.lstrip("v").partition(".")[0]) < _NODE:
        raise CannotInstallError(f"gitlab-ci-local: needs Node.js {_NODE} or later, and {version} is in PATH")


def rsync(folder: Path, _: Sequence[str]) -> None:
    """Leaves an installed rsync alone; else unpacks Debian's or Ubuntu's, which needs no root."""
    program = folder / "bin" / "rsync"
    if shutil.which("rsync") or _is_current(program, "apt"):
        return
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        raise CannotInstallError("rsync: gitlab-ci-local needs it; install the package rsync of this system")
    print("unpacking rsync ...", flush=True)
    unpacked = folder / "rsync"
    for debian in _debian_packages(folder / "apt"):
        _run(["dpkg-deb", "--extract", str(debian), str(unpacked)], folder)
    libraries = sorted({str(path.parent) for path in unpacked.rglob("*.so.*")})
    program.parent.mkdir(exist_ok=True)
    environment = f"LD_LIBRARY_PATH='{':'.join(libraries)}' " if libraries else ""
    program.write_text(f"#!/bin/sh\n{environment}exec '{unpacked}/usr/bin/rsync' \"$@\"\n")
    program.chmod(0o755)
    _run([str(program), "--version"], folder)
    _mark(program, "apt")


def _debian_packages(apt: Path) -> list[Path]:
    """rsync and those of its dependencies that this system lacks, verified by apt, in folders of our own."""
    for name in ("lists", "archives"):
        (apt / name / "partial").mkdir(parents=True, exist_ok=True)
    settings = {"Dir::State::lists": apt / "lists", "Dir::Cache": apt, "Dir::Cache::archives": apt / "archives"}
    # Nothing of the system is written, so there is nothing to lock, and no other user could read our folders.
    settings |= {"Debug::NoLocking": 1, "APT::Sandbox::User": ""}
    options = [part for key, value in settings.items() for part in ("-o", f"{key}={value}")]
    _run(["apt-get", "-qq", *options, "update"], apt)
    _run(["apt-get", "-qq", *options, "install", "--download-only", "--no-install-recommends", "--yes", "rsync"], apt)
    return sorted((apt / "archives").glob("*.deb"))


def _run(command: list[str], folder: Path, environment: dict[str, str] | None = None) -> None:
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, check=False, capture_output=True, text=True, timeout=_MINUTES
        )
    except subprocess.TimeoutExpired:
        raise CannotInstallError(f"`{' '.join(command)}` did not end within {_MINUTES // 60} minutes") from None
    if done.returncode:
        shown = "\n".join(f"    {line}" for line in (done.stderr or done.stdout).strip().splitlines()[-15:])
        raise CannotInstallError(f"`{' '.join(command)}` failed with exit code {done.returncode}\n{shown}")


def _go_packages() -> dict[str, str]:
    """Program to its package, as the `tool` block of go.mod names them; vcsim is in a folder beside it."""
    _, _, after = (HERE / "go.mod").read_text().partition("\ntool (\n")
    packages = after.partition("\n)")[0].split()
    return {package.rpartition("/")[2]: package for package in packages}


def _stamp(*names: str) -> str:
    return hashlib.sha256(b"".join((HERE / name).read_bytes() for name in names)).hexdigest()


def _mark(program: Path, stamp: str) -> None:
    program.with_name(f".{program.name}").write_text(stamp)


def _is_current(program: Path, stamp: str) -> bool:
    mark = program.with_name(f".{program.name}")
    return program.exists() and mark.exists() and mark.read_text() == stamp
