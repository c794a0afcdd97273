"""Plays a scenario's steps: what happens between the ignition configs and a running cluster, as data."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Mapping

from .cloud import Cloud
from .logs import Log
from .spelling import spellings

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from typing import Any

_POLL = 0.005


class EndedError(Exception):
    """The scenario ends the program here."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


class Stage:
    """The steps of one verb for one cluster."""

    def __init__(
        self, folder: str, directory: str, log: Log, cloud: Cloud, settings: Mapping[str, Any], infra: str, verb: str
    ) -> None:
        self._folder, self._directory, self._log, self._cloud = folder, directory, log, cloud
        self._settings, self._infra, self._verb = settings, infra, verb
        self._is_capi = settings["minor"] >= 16
        signal.signal(signal.SIGINT, self._interrupted)

    def play(self) -> None:
        for step in self._settings["steps"].get(self._verb, []):
            ((name, value),) = step.items()
            if name in ("debug", "info", "warning", "error", "fatal"):
                self._log.line(name, self._filled(value))
            else:
                getattr(self, f"_do_{name}")(value)

    def _filled(self, text: str) -> str:
        if "{" not in text:
            return text
        name = self._settings_of_cluster()
        return text.replace("{dir}", self._directory).replace("{infra}", self._infra).replace("{cluster}", name)

    def _settings_of_cluster(self) -> str:
        """CLUSTER.BASEDOMAIN, from the kubeconfig's server."""
        try:
            with open(os.path.join(self._directory, "auth", "kubeconfig"), encoding="utf-8") as stream:
                return stream.read().partition("https://api.")[2].partition(":6443")[0]
        except FileNotFoundError:
            return ""

    def _interrupted(self, *_: object) -> None:
        self._log.line("warning", "Received interrupt signal")
        # 4.15 and later end with a code of their own, earlier ones by the signal [inferred from DOMAIN 6.5].
        if self._settings["minor"] >= 15:
            os._exit(8)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)

    # One method for each kind of step

    def _do_raw(self, text: str) -> None:
        self._log.raw(self._filled(text) + "\n")

    def _do_write(self, file: Mapping[str, str]) -> None:
        for name, text in file.items():
            path = os.path.join(self._directory, self._filled(name))
            os.makedirs(os.path.dirname(path), mode=0o750, exist_ok=True)
            with open(path, "w", encoding="utf-8") as stream:
                stream.write(self._filled(text))

    def _do_machines(self, count: int) -> None:
        """Makes the first ``count`` of the wanted machines that are not there; all for -1."""
        wanted = self._cloud.cluster(self._infra)["wanted"]
        for machine in wanted if count < 0 else wanted[:count]:
            self._cloud.make(self._infra, machine)

    def _do_drop_bootstrap(self, _: bool) -> None:
        self._cloud.remove(self._infra, "bootstrap")

    def _do_reach(self, state: str) -> None:
        self._cloud.reach(self._infra, state)

    def _do_need_machines(self, message: str) -> None:
        """Fails with 5 where a machine that was wanted was never made, for clusters that this vCenter knows."""
        cluster = self._cloud.cluster(self._infra)
        if cluster["state"] == "" and set(cluster["wanted"]) - set(cluster["machines"]):
            self._log.line("error", self._filled(message))
            raise EndedError(5 if "bootstrap" in self._verb else 6)

    def _do_wait(self, name: str) -> None:
        """Says that it came here, and waits until the test lets it go on."""
        with open(os.path.join(self._folder, f"reached.{name}"), "w", encoding="utf-8") as stream:
            stream.write(str(os.getpid()))
        while not os.path.exists(os.path.join(self._folder, f"go.{name}")):
            time.sleep(_POLL)

    def _do_login(self, _: bool) -> None:
        with open(os.path.join(self._directory, "auth", "kubeadmin-password"), encoding="utf-8") as stream:
            password = stream.read()
        if "--skip-password-print" not in sys.argv:
            self._log.info(f'Login to the console with user: "kubeadmin", and password: "{password}"')

    def _do_secrets(self, _: bool) -> None:
        """Every secret that lies in the folder, in every spelling, in writes that cut through them."""
        for text in spellings(self._directory):
            for start in range(0, len(text), 7):
                os.write(2, text[start : start + 7].encode())
            os.write(2, b"\n")

    def _do_flood(self, mebibytes: int) -> None:
        line = "level=debug msg=" + "0123456789abcdef" * 63 + "\n"
        block = (line * 1024).encode()
        for _ in range(mebibytes):
            os.write(2, block)

    def _do_grandchild(self, name: str) -> None:
        """A program of the same group that ends with it only if somebody ends the whole group."""
        import subprocess

        child = subprocess.Popen([sys.executable, "-SEs", "-c", "import time; time.sleep(600)"])
        with open(os.path.join(self._folder, f"grandchild.{name}"), "w", encoding="utf-8") as stream:
            stream.write(str(child.pid))

    def _do_ignore(self, names: list[str]) -> None:
        for name in names:
            signal.signal(getattr(signal, name), signal.SIG_IGN)

    def _do_die(self, name: str) -> None:
        number = getattr(signal, name)
        if number not in (signal.SIGKILL, signal.SIGSTOP):
            signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    def _do_exit(self, code: int) -> None:
        raise EndedError(code)
