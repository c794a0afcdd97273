"""The cluster's API by way of oc or kubectl: plain paths, so that both speak alike and nothing is looked up first."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from antrea_ci import process
from antrea_ci.errors import AntreaGitopsError
from antrea_ci.facts import facts
from antrea_ci.kube.paths import object_name, object_path
from antrea_ci.values import items_at, text_at, texts_at
from antrea_ci.yamlio import Value

__all__ = ["FIELD_MANAGER", "Api", "ApiError", "Conflict", "ConflictError", "object_path"]

_ANSWER_SECONDS = 20
_PROGRAM_SECONDS = 45.0
# What the program needs of our environment; secrets that are there for others are not handed on.
_VARIABLES = ("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "SSL_CERT_FILE", "SSL_CERT_DIR")
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
# kubectl 1.34 takes a user's own defaults, such as `delete --interactive`, from ~/.kube/kuberc unless told not to.
_OURS = {"KUBECTL_KUBERC": "false"}
_FROM_SERVER = re.compile(r"Error from server(?: \((?P<reason>\w+)\))?: (?P<said>.*)")


# What kubectl says of a refused server-side apply: one field behind the colon, or several in lines of their own.
_CONFLICT = re.compile(
    r'conflicts? with "(?P<manager>[^"]*)"[^:\n]*:(?P<fields>.*?)(?=\nconflicts? with |\nPlease review|\Z)', re.DOTALL
)

_UNKNOWN = "unknown flag: --show-managed-fields"

FIELD_MANAGER = "antrea-gitops"
"""Who owns what this project applies, in `metadata.managedFields`."""


class ApiError(AntreaGitopsError):
    """The API refused, or did not answer. ``reason`` is its own word, such as ``NotFound``; "" if it gave none."""

    def __init__(self, message: str, reason: str = "") -> None:
        rows = items_at(facts("kube-refusals"), ("fixes",))
        known = (text_at(row, ("fix",)) for row in rows if any(word in message for word in texts_at(row, ("words",))))
        super().__init__(message, fix=next(known, text_at(facts("kube-refusals"), ("otherwise",))))
        self.reason = reason

    @property
    def is_passing(self) -> bool:
        """Whether the API may answer the same question later."""
        return not self.reason or self.reason in texts_at(facts("kube-refusals"), ("passing",))


@dataclass(frozen=True)
class Conflict:
    """Another manager, and the fields that it owns and we want to have other values."""

    manager: str
    fields: tuple[str, ...]


class ConflictError(ApiError):
    """Server-side apply would take fields from other managers. ``owners`` says from whom."""

    def __init__(self, what: str, owners: Sequence[Conflict]) -> None:
        told = "; ".join(f"{one.manager} owns {', '.join(one.fields)}" for one in owners)
        super().__init__(f"{what}: {told}", "Conflict")
        self.fix = "see who that is, and let one of the two have the fields; --force-conflicts takes them over"
        self.owners = tuple(owners)


class Api:
    """One cluster, by the kubeconfig that opens it. ``source`` says whose that is, for people."""

    def __init__(self, program: Path, kubeconfig: Path, source: str = "") -> None:
        self.program = program
        self.kubeconfig = kubeconfig
        self.source = source
        self._whole: tuple[str, ...] = ("--show-managed-fields",)

    @property
    def cli(self) -> str:
        """What people call the program: oc or kubectl."""
        return self.program.name

    def get(self, path: str) -> Value:
        """The object or list at ``path``."""
        return _parsed(self.text(path), path)

    def items(self, path: str) -> list[Value]:
        """The items of the list at ``path``."""
        return items_at(self.get(path), ("items",))

    def text(self, path: str) -> bytes:
        """What is at ``path``, as it comes."""
        return self._ask("get", path)

    def create(self, path: str, manifest: Mapping[str, Value]) -> Value:
        """Makes an object in the collection at ``path``; what the API made of it."""
        return _parsed(self._ask("create", path, manifest), path)

    def replace(self, path: str, manifest: Mapping[str, Value]) -> None:
        """Puts ``manifest`` in the place of the object at ``path``; refused if that has changed since it was read."""
        self._ask("replace", path, manifest)

    def replaced(self, path: str, manifest: Mapping[str, Value]) -> Value:
        """What ``replace`` would make of the object at ``path``; nothing is changed."""
        return _parsed(self._ask("replace", f"{path}?dryRun=All", manifest), path)

    def apply(
        self, manifests: Sequence[Mapping[str, Value]], *, dry_run: bool = False, force: bool = False
    ) -> list[Value]:
        """Server-side apply of each of ``manifests``, in their order, as the field manager ``antrea-gitops``.

        The objects as the server has them then, or with ``dry_run`` would have them; nothing is changed by that. An
        ApiError names the object; its ``reason`` is ``Conflict`` where other managers own a field, whom it names with
        the fields, unless ``force`` takes them over. What comes after the object at fault is not applied.
        """
        return [self._apply(manifest, dry_run=dry_run, force=force) for manifest in manifests]

    def _apply(self, manifest: Mapping[str, Value], *, dry_run: bool, force: bool) -> Value:
        options = [f"--field-manager={FIELD_MANAGER}", "--server-side", "--filename=-", "--output=json"]
        options += ["--dry-run=server"] if dry_run else []
        options += ["--force-conflicts"] if force else []
        what = object_name(manifest)
        try:
            return _parsed(self._run(["apply", *options, *self._whole], what, manifest), what)
        except ApiError as error:
            if not self._whole or _UNKNOWN not in error.message:
                raise
        self._whole = ()  # kubectl before 1.21 does not know the option, and shows them always
        return _parsed(self._run(["apply", *options], what, manifest), what)

    def delete(self, path: str) -> None:
        """Asks for the removal of what is at ``path``, and does not wait for it."""
        self._ask("delete", path)

    def _ask(self, verb: str, path: str, manifest: Mapping[str, Value] | None = None) -> bytes:
        return self._run([verb, f"--raw={path}", *(["--filename=-"] if manifest is not None else [])], path, manifest)

    def _run(self, words: Sequence[str], target: str, manifest: Mapping[str, Value] | None) -> bytes:
        command = [str(self.program), f"--kubeconfig={self.kubeconfig}", f"--request-timeout={_ANSWER_SECONDS}s"]
        stdin = b"" if manifest is None else json.dumps(manifest).encode()
        what = f"{self.cli} {words[0]} {target}"
        try:
            done = process.run(
                [*command, *words], env=_environment(), stdin=stdin, timeout=_PROGRAM_SECONDS, check=False
            )
        except process.ProcessError:
            raise ApiError(f"{what}: no answer within {_PROGRAM_SECONDS:g} s") from None
        if done.code != 0:
            raise _error(what, done.stderr.decode("utf-8", "replace"))
        return done.stdout


def _error(what: str, stderr: str) -> ApiError:
    if owners := [Conflict(found["manager"], _fields(found["fields"])) for found in _CONFLICT.finditer(stderr)]:
        return ConflictError(what, owners)
    if found := _FROM_SERVER.search(stderr):
        return ApiError(f"{what}: {found['said']}", found["reason"] or "")
    lines = stderr.strip().splitlines() or ["it failed without a word"]
    return ApiError(f"{what}: {lines[-1]}")


def _fields(text: str) -> tuple[str, ...]:
    return tuple(line.strip().removeprefix("- ") for line in text.splitlines() if line.strip())


def _parsed(data: bytes, path: str) -> Value:
    try:
        return cast("Value", json.loads(data))
    except ValueError:
        raise ApiError(f"{path}: the answer is no JSON") from None


def _environment() -> dict[str, str]:
    names = [*_VARIABLES, *_PROXIES, *map(str.lower, _PROXIES)]
    return {name: os.environ[name] for name in names if name in os.environ} | _OURS
