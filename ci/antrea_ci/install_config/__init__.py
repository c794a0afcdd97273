"""install-config.yaml: what the installer reads in it, and what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from antrea_ci.install_config.judgement import Judged


def judge(data: bytes, file: str, version: str, *, in_repository: bool) -> Judged:
    """What openshift-install of ``version`` ("4.12.45" or "4.18") makes of ``data``; ``file`` is named in messages.

    In a repository, what is injected later (pull secret, passwords) may be absent.
    """
    from antrea_ci.install_config.judgement import judge_file  # the rules' modules are many

    return judge_file(data, file, version, in_repository=in_repository)
