"""A remote repository that is talked to with a login of our own, which no list of processes and no message shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from antrea_ci import vcs
from antrea_ci.errors import MissingRequirementError
from antrea_ci.process import Completed

_SECONDS = 300.0


@dataclass(frozen=True)
class Remote:
    """Where to push: a name or an address without login. ``secrets`` must not be in a message."""

    address: str
    settings: Mapping[str, str] = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)

    def git(self, root: Path, *words: str, seconds: float = _SECONDS) -> Completed:
        """What a call of git leaves that talks to this remote; ProcessError where it takes longer than ``seconds``."""
        done = vcs.git(root, *words, settings=self.settings, timeout=seconds)
        if done is None:
            raise MissingRequirementError("git is not on this machine", fix="install git and put it on PATH")
        return done

    def said(self, done: Completed) -> str:
        """What git wrote, without secrets and without the logins of addresses."""
        from antrea_ci.diff.visible import visible
        from antrea_ci.pipeline.runs import without_login

        text = (done.stdout + b"\n" + done.stderr).decode("utf-8", "replace").strip()
        for secret in self.secrets:
            text = text.replace(secret, "***")
        return "\n".join(f"    {visible(without_login(line))}" for line in text.splitlines()[-20:])


def with_login(server: str, login: str) -> dict[str, str]:
    """The settings with which git sends ``login`` (``user:token`` in base64) to ``server``, and nowhere else."""
    return {
        # Without value: forgets the header that a checkout left in the clone. Hosts refuse a second one.
        f"http.{server}.extraheader": "",
        f"http.{server}/.extraheader": f"Authorization: Basic {login}",
        # A redirect would take the header along to wherever it leads.
        "http.followRedirects": "false",
    }
