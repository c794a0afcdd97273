"""A stand-in for openshift-install that behaves as its recordings do: a program in a folder, and what it was asked.

``program/`` is what runs. What it does before anything is created follows the recordings of 4.12 and 4.18
(``manifests.yaml`` has the files); what comes after is data (``scenarios.yaml``) and marked inferred.
Record 0032 says why there is one.
"""

from __future__ import annotations

import functools
import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from .certificates import certificates

_HERE = Path(__file__).resolve().parent
_SCRIPT = """\
#!{python} -SEs
import sys
sys.path[:0] = {path!r}
from program.main import main
sys.exit(main({folder!r}))
"""
_RELEASE = """\
openshift-install {version}
built from commit 0000000000000000000000000000000000000000
release image quay.io/openshift-release-dev/ocp-release@sha256:{digest}
release architecture amd64
"""


@dataclass(frozen=True)
class Call:
    """One call of the program: its arguments, whole environment, folder, process, and time (seconds since 1970)."""

    args: tuple[str, ...]
    environment: Mapping[str, str]
    cwd: str
    pid: int
    time: float

    @property
    def verb(self) -> str:
        """The words before the first flag: `create cluster`."""
        return " ".join(word for word in self.args[: next(iter(self._flags()), len(self.args))])

    @property
    def names(self) -> set[str]:
        """The names of the environment's variables."""
        return set(self.environment)

    def _flags(self) -> list[int]:
        return [n for n, word in enumerate(self.args) if word.startswith("-")]


@dataclass(frozen=True)
class InstallerDouble:
    """A double in a folder of its own; ``path`` is the program."""

    folder: Path

    @property
    def path(self) -> Path:
        return self.folder / "openshift-install"

    def calls(self) -> list[Call]:
        """Every call so far, in order, ``version`` too."""
        try:
            lines = (self.folder / "calls.jsonl").read_text().splitlines()
        except FileNotFoundError:
            return []
        return [Call(**{**(read := json.loads(line)), "args": tuple(read["args"])}) for line in lines]

    def verbs(self) -> list[str]:
        """The verbs so far but ``version``."""
        return [call.verb for call in self.calls() if call.verb != "version"]

    def clusters(self) -> dict[str, dict[str, Any]]:
        """What the vCenter holds, by infraID: ``machines``, ``wanted``, ``made`` (times), ``state``, ``before``."""
        try:
            return json.loads((self.folder / "cloud.json").read_text())["clusters"]
        except FileNotFoundError:
            return {}

    def await_stop(self, name: str, timeout: float = 60) -> int:
        """Waits until a run came to the stop; its process id."""
        return int(self._await(f"reached.{name}", timeout))

    def grandchild(self, timeout: float = 60) -> int:
        """The process id of the program that ``never-ends`` has started."""
        return int(self._await("grandchild.forever", timeout))

    def release(self, name: str) -> None:
        """Lets every run pass the stop from now on."""
        (self.folder / f"go.{name}").touch()

    def change(self, **settings: Any) -> None:
        """Other settings from the next call on: ``scenario``, ``stops``, ``vcenter``, ``has_network``."""
        file = self.folder / "double.json"
        known = json.loads(file.read_text())
        scenario = settings.pop("scenario", known["scenario"])
        stops = settings.pop("stops", known["stops"])
        known |= {**settings, "scenario": scenario, "stops": stops, "steps": _steps(scenario, known["minor"], stops)}
        staged = file.with_suffix(".new")
        staged.write_text(json.dumps(known))
        os.replace(staged, file)

    def _await(self, name: str, timeout: float) -> str:
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            try:
                if text := (self.folder / name).read_text():
                    return text
            except FileNotFoundError:
                pass
            time.sleep(0.005)
        raise AssertionError(f"the double did not come to {name!r}; it was asked: {self.verbs()}")


def make_double(
    folder: Path,
    version: str,
    *,
    scenario: str = "success",
    stops: Sequence[str] = (),
    vcenter: str = "ok",
    has_network: bool = True,
    certificate_hours: float = 24,
    before_creating: Sequence[str] = (),
) -> InstallerDouble:
    """Writes a double of ``version`` (4.12.45) into ``folder``; ``4.12`` stands for the build that was recorded.

    ``scenario`` is one of scenarios.yaml, and ``stops`` names those of its waits that wait. ``vcenter``: ok,
    unreachable, wrong-password. ``certificate_hours``: how long the certificates in the ignition configs live from
    now. ``before_creating``: a command that is run before anything is made; its output is the cluster's ``before``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    minor = int(version.split(".")[1])
    is_release = version.count(".") == 2
    recorded = _data("recorded")[minor] if not is_release or minor in _data("recorded") else {}
    version_output = _RELEASE.format(version=version, digest="0" * 64) if is_release else recorded["version"]
    settings = {
        "minor": minor,
        "is_release": is_release,
        "is_architecture_unknown": minor >= 16 and not is_release,
        "version_output": version_output,
        "release_image": version_output.partition("release image ")[2].partition("\n")[0],
        "survey": _data("recorded")[12 if minor < 16 else 18]["survey"],
        "image": _data("recorded")[12 if minor < 16 else 18]["image"],
        "vcenter": vcenter,
        "has_network": has_network,
        "manifests": [row for row in _data("manifests") if _is_of(row, minor)],
        "certificates": certificates(certificate_hours),
        "before_creating": list(before_creating),
        "scenario": scenario,
        "stops": list(stops),
        "steps": _steps(scenario, minor, stops),
    }
    (folder / "double.json").write_text(json.dumps(settings))
    double = InstallerDouble(folder)
    path = [str(_HERE), str(Path(yaml.__file__).parents[1])]
    double.path.write_text(_SCRIPT.format(python=sys.executable, path=path, folder=str(folder)))
    double.path.chmod(0o755)
    return double


def scenarios() -> dict[str, dict[str, Any]]:
    """Every scenario as its file has it, by name."""
    return _data("scenarios")["scenarios"]


@functools.cache
def _data(name: str) -> Any:
    return yaml.load((_HERE / f"{name}.yaml").read_text(), yaml.CSafeLoader)


def _is_of(row: Mapping[str, Any], minor: int) -> bool:
    first, last = row.get("minors", (0, 99))
    return first <= minor <= last


def _steps(scenario: str, minor: int, stops: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """The plain steps of each verb."""
    known = _data("scenarios")
    verbs = known["usual"] | {k: v for k, v in known["scenarios"][scenario].items() if isinstance(v, list)}
    generation = "terraform" if minor < 16 else "capi"
    return {verb: _flat(steps, generation, (*stops, "never")) for verb, steps in verbs.items()}


def _flat(steps: Sequence[Any], generation: str, stops: Sequence[str]) -> list[dict[str, Any]]:
    flat: list[dict[str, Any]] = []
    for step in steps:
        inner = _data("scenarios")["parts"][step] if isinstance(step, str) else step.get(generation)
        if inner is not None:
            flat += _flat(inner, generation, stops)
        elif "terraform" not in step and "capi" not in step and step.get("wait", stops[0]) in stops:
            flat.append(step)
    return flat
