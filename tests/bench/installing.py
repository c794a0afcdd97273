"""Issue 6, section 5: what `install` adds to the bare installer, up to ignition. The installer is the tests' double."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

import yaml
from measure import median, row

from support.installation import Site, make_site

LIMIT = 1.5


def bench(folder: Path, _: str) -> None:
    site = make_site(folder / "site", "4.18.9")
    config = _config(site, folder / "install-config.yaml")
    by_hand = ["sh", "-c", _by_hand(site, config, folder / "by-hand")]
    ours = [sys.executable, "-m", "antrea_generator", *site.arguments("install", "--until", "ignition")]
    with _environment(site.environment):
        plain = median(by_hand)
        for what, more in {"without vault": ["--no-vault"], "vault and its remote": []}.items():
            whole = median([*ours, *more], before=lambda: shutil.rmtree(site.work, ignore_errors=True))
            row(f"install up to ignition less the installer, {what}", whole - plain, LIMIT, "s")


def _config(site: Site, file: Path) -> Path:
    """The install-config with its secrets, as a person would write it."""
    config = yaml.safe_load((site.repo / "install-config.yaml").read_text())
    config["pullSecret"] = site.environment["ANTREA_GITOPS_PULL_SECRET"]
    for vcenter in config["platform"]["vsphere"]["vcenters"]:
        vcenter |= {"user": "administrator@vsphere.local", "password": "secret"}
    file.write_text(yaml.safe_dump(config))
    return file


def _by_hand(site: Site, config: Path, folder: Path) -> str:
    """The article's steps 4 to 10, as far as the ignition."""
    where, installer = shlex.quote(str(folder)), shlex.quote(str(site.double.path))
    steps = [
        f"rm -rf {where} && mkdir {where} && cp {shlex.quote(str(config))} {where}/install-config.yaml",
        f"{installer} create manifests --dir {where}",
        f"cp {shlex.quote(str(site.repo))}/rendered/install/* {where}/manifests/",
        f"{installer} create ignition-configs --dir {where}",
    ]
    return " && ".join(steps)


@contextmanager
def _environment(wanted: Mapping[str, str]) -> Generator[None]:
    before = dict(os.environ)
    os.environ.update(wanted)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
