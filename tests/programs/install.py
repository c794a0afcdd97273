"""How each program is had: by Go, by npm, and from the distribution."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from common import CannotInstallError, is_current, mark, run
from debian import PACKAGES

HERE = Path(__file__).parent
KUBERNETES = HERE / "kubernetes"
Installer = Callable[[Path, Sequence[str]], None]

_NODE = 18


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
    distributed: dict[str, Installer] = {name: package for package in PACKAGES for name in package.programs}
    built = {**dict.fromkeys(_go_packages(HERE), go_programs), **dict.fromkeys(_go_packages(KUBERNETES), kubernetes)}
    return {**built, "gitlab-ci-local": npm_programs, **distributed}


def go_programs(folder: Path, names: Sequence[str]) -> None:
    """Builds programs of go.mod."""
    _built(folder, names, HERE, _stamp("go.mod", "go.sum", "vcsim/main.go"))


def kubernetes(folder: Path, names: Sequence[str]) -> None:
    """Builds programs of Kubernetes, which refuse to speak to each other unless they are told their own version."""
    text = (KUBERNETES / "go.mod").read_text()
    version = text.partition("\tk8s.io/kubernetes ")[2].partition("\n")[0].split()[0]
    major, minor, _ = version.lstrip("v").split(".")
    told = {"gitVersion": version, "gitMajor": major, "gitMinor": minor}
    symbols = " ".join(f"-X k8s.io/component-base/version.{name}={value}" for name, value in told.items())
    flags = ("-tags=providerless", f"-ldflags=-s -w {symbols}")
    _built(folder, names, KUBERNETES, _stamp("kubernetes/go.mod", "kubernetes/go.sum"), *flags)


def _built(folder: Path, names: Sequence[str], module: Path, stamp: str, *flags: str) -> None:
    """Builds what is not there, in one run so that packages are shared; go.sum vouches for every module."""
    missing = [name for name in names if not is_current(folder / "bin" / name, stamp)]
    if not missing:
        return
    if not shutil.which("go"):
        raise CannotInstallError(f"{', '.join(missing)}: built by Go, which is not in PATH (https://go.dev/dl/)")
    print(f"building {', '.join(missing)} ...", flush=True)
    packages = [_go_packages(module)[name] for name in missing]
    environment = {**os.environ, "GOBIN": str(folder / "bin"), "GOFLAGS": "-mod=readonly"}
    run(["go", "install", "-buildvcs=false", "-trimpath", *flags, *packages], module, environment)
    for name in missing:
        mark(folder / "bin" / name, stamp)


def npm_programs(folder: Path, names: Sequence[str]) -> None:
    """Unpacks what package-lock.json names, each package with its checksum. No script of a package is run."""
    stamp = _stamp("package.json", "package-lock.json")
    program = folder / "bin" / "gitlab-ci-local"
    if is_current(program, stamp):
        return
    _need_node()
    print("installing gitlab-ci-local and axe-core ...", flush=True)
    packages = folder / "npm"
    packages.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, packages / name)
    run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], packages)
    program.parent.mkdir(exist_ok=True)
    program.unlink(missing_ok=True)
    program.symlink_to("../npm/node_modules/.bin/gitlab-ci-local")
    mark(program, stamp)


def _need_node() -> None:
    if not shutil.which("node") or not shutil.which("npm"):
        raise CannotInstallError(
            f"gitlab-ci-local: needs Node.js {_NODE} or later with npm in PATH (https://nodejs.org)"
        )
    version = subprocess.run(["node", "--version"], check=True, capture_output=True, text=True).stdout.strip()
    if int(version.lstrip("v").partition(".")[0]) < _NODE:
        raise CannotInstallError(f"gitlab-ci-local: needs Node.js {_NODE} or later, and {version} is in PATH")


def _go_packages(module: Path) -> dict[str, str]:
    """Program to its package, as the `tool` block of go.mod names them; vcsim is in a folder beside it."""
    _, _, after = (module / "go.mod").read_text().partition("\ntool (\n")
    packages = after.partition("\n)")[0].split()
    return {package.rpartition("/")[2]: package for package in packages}


def _stamp(*names: str) -> str:
    return hashlib.sha256(b"".join((HERE / name).read_bytes() for name in names)).hexdigest()
