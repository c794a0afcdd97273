"""Cluster repositories for tests: from the template by stock Copier, or by this tool's own command line."""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import io
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import copier
import yaml

from antrea_generator.cli import main

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
_PACKAGED = ("copier.yml", "template", "ci/antrea_ci/facts/antrea-config.yaml")


@dataclass(frozen=True)
class Ran:
    """What one call of the command line left."""

    code: int
    out: str
    err: str


def run(*argv: str | Path, cwd: Path | None = None) -> Ran:
    """Runs ``antrea-gitops ARGV`` in this process (``cwd`` is given as ``-C``)."""
    arguments = [*(["-C", str(cwd)] if cwd else []), *map(str, argv)]
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as err:
        code = main(arguments)
    return Ran(code, out.getvalue(), err.getvalue())


def spawn(
    *argv: str | Path, cwd: Path | None = None, env: Mapping[str, str] | None = None, before: Sequence[str] = ()
) -> Ran:
    """Runs ``antrea-gitops ARGV`` in a process of its own, behind the words ``before``."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "ci"), str(ROOT / "generator")])}
    command = [*before, sys.executable, "-m", "antrea_generator", *map(str, argv)]
    done = subprocess.run(
        command, cwd=cwd, env=environment | dict(env or {}), capture_output=True, check=False, timeout=120
    )
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


def write_packaged(folder: Path) -> Path:
    """Writes the template, with just the files that a wheel has of it, to ``folder``; returns it."""
    for name in _PACKAGED:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, target)
        else:
            shutil.copy2(ROOT / name, target)
    return folder


@cache
def template_copy() -> Path:
    """The template as packaged, without .git, so that Copier takes the files as they are. Not to be changed."""
    folder = Path(tempfile.mkdtemp(prefix="template-of-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return write_packaged(folder)


def template_git(folder: Path, tag: str = "v0.1.0") -> Path:
    """The template as a Git repository of its own with one tag."""
    write_packaged(folder)
    git(folder, "init", "--quiet")
    commit(folder, tag)
    return folder


def commit(folder: Path, tag: str | None = None) -> None:
    """Commits everything in ``folder``, and tags it."""
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", tag or "change")
    if tag:
        git(folder, "tag", tag)


def copy_template(destination: Path, **answers: object) -> Path:
    """What stock ``copier copy --defaults`` makes of these answers."""
    copier.run_copy(str(template_copy()), destination, data=answers, defaults=True, quiet=True)
    return destination


def git(folder: Path, *argv: str) -> str:
    """What git prints; a failure is an AssertionError with its message."""
    done = subprocess.run(["git", "-C", str(folder), *argv], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, (argv, done.stdout, done.stderr)
    return done.stdout.strip()


def tree_of(folder: Path) -> str:
    """The id of the tree of the last commit: the same for the same files."""
    return git(folder, "rev-parse", "HEAD^{tree}")


def snapshot(folder: Path, *, without: Sequence[str] = (".git",)) -> dict[str, str]:
    """A digest of every file below ``folder`` (links by their target), apart from the top-level names ``without``."""
    found: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if name.split("/")[0] in without:
            continue
        if path.is_symlink():
            found[name] = f"-> {path.readlink()}"
        elif path.is_file():
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def objects(text: str) -> dict[str, dict[str, object]]:
    """The manifests of a stream of YAML, by ``kind/namespace/name``, without entries that are null."""
    found: dict[str, dict[str, object]] = {}
    for manifest in yaml.load_all(text, Loader=yaml.CSafeLoader):
        if manifest is None:
            continue
        metadata = manifest["metadata"]
        key = f"{manifest['kind']}/{metadata.get('namespace', '')}/{metadata['name']}"
        assert key not in found, key
        found[key] = without_nulls(manifest)
    return found


def without_nulls(value: object) -> object:
    """The value without keys that hold null."""
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else value


def build(kustomize: Path, repository: Path) -> str:
    """What the plain binary builds from the install overlay, called as anybody would."""
    done = subprocess.run(
        [str(kustomize), "build", "antrea/overlays/install"],
        cwd=repository,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def rendered(repository: Path) -> dict[str, dict[str, object]]:
    """The objects of ``rendered/install``; each file holds exactly one."""
    found: dict[str, dict[str, object]] = {}
    for path in sorted((repository / "rendered" / "install").iterdir()):
        one = objects(path.read_text())
        assert len(one) == 1, path.name
        found |= one
    return found


def install_spec(found: Mapping[str, Mapping[str, object]]) -> dict[str, str]:
    """``spec`` of the one AntreaInstall."""
    (spec,) = [item["spec"] for key, item in found.items() if key.startswith("AntreaInstall/")]
    assert isinstance(spec, dict)
    return spec


def operator_image_of(found: Mapping[str, dict]) -> str:
    """The image of the operator's container."""
    (deployment,) = [item for key, item in found.items() if key.startswith("Deployment/")]
    return deployment["spec"]["template"]["spec"]["containers"][0]["image"]
