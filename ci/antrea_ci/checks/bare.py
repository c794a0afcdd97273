"""Checks of single files and folders outside a cluster repository, judged as the program that reads them would."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from antrea_ci.catalogue import completed
from antrea_ci.errors import UsageError
from antrea_ci.findings import Finding, in_order

if TYPE_CHECKING:
    from antrea_ci.antrea_catalogue import Component
    from antrea_ci.installer_view import View

_OPENSHIFT_VERSION = re.compile(r"4\.\d{1,2}(\.\d+)?(-[\w.]+)?")


def check_install_config(path: Path, version: str, shown: str = "") -> list[Finding]:
    """An install-config as openshift-install of ``version`` ("4.12.45" or "4.18") would take it.

    ``shown`` is the file's name in messages, if it is not ``path``. UsageError where ``version`` is none.
    """
    from antrea_ci.install_config import judge

    _refuse_misspelt(version)
    return in_order(completed(judge(_read(path), shown or str(path), version, in_repository=False).findings))


def check_antrea_config(component: Component, path: Path, version: str, shown: str = "") -> list[Finding]:
    """An antrea-agent.conf or antrea-controller.conf as that program of ``version`` ("1.13.1") would take it.

    ``shown`` is the file's name in messages, if it is not ``path``.
    """
    from antrea_ci.antrea_options import judge

    return in_order(completed(judge(component, _read(path), shown or str(path), version)))


def check_manifests(folder: Path, version: str) -> View:
    """What openshift-install reads in ``folder``, which holds ``manifests/`` and ``openshift/``.

    Without a ``version`` the generated names of every known one count. UsageError where it is none.
    """
    from antrea_ci.installer_view import view as look_at

    if version:
        _refuse_misspelt(version)
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder", fix="name the folder that is given to openshift-install as `--dir`")
    view = look_at(folder, version)
    return replace(view, findings=tuple(in_order(completed(view.findings))))


def _refuse_misspelt(version: str) -> None:
    if not _OPENSHIFT_VERSION.fullmatch(version):
        raise UsageError(f"{version!r} is no version of OpenShift", fix="write it as 4.18 or 4.18.9")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except IsADirectoryError:
        raise UsageError(f"{path} is a folder; name a file") from None
    except FileNotFoundError:
        raise UsageError(f"{path} does not exist", fix="paths are relative to the folder of `-C`, if given") from None
