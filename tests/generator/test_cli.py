"""The command line as a whole: exit codes, help, and failures that are nobody's verb."""

from __future__ import annotations

import errno
import gc
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from antrea_ci import __version__
from antrea_generator import __main__, crash
from antrea_generator.cli import cli
from antrea_generator.commands import schema
from antrea_generator.session import Session
from support.repos import run, spawn


def _verbs(command: click.Command, words: tuple[str, ...] = ()) -> Iterator[str]:
    """Every command of the command line, those of groups as `bundle import`."""
    if words:
        yield " ".join(words)
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from _verbs(inner, (*words, name))


VERBS = tuple(_verbs(cli))


def test_the_version_is_told_with_and_without_other_options(tmp_path):
    told = f"antrea-gitops, version {__version__}\n"
    assert spawn("--version").out == told
    assert run("--version", cwd=tmp_path).out == told


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_with_an_example(verb):
    ran = run(*verb.split(), "--help")
    assert ran.code == 0
    assert "Example" in ran.out


def test_the_help_names_every_verb():
    out = run("--help").out
    assert all(f"\n  {verb} " in out for verb in VERBS if " " not in verb)


def test_doctor_knows_what_every_verb_needs(tmp_path):
    verbs = json.loads(run("doctor", "--format", "json", cwd=tmp_path).out)["verbs"]
    assert {"doctor", *(verb["verb"] for verb in verbs)} == {verb for verb in VERBS if " " not in verb}


def test_a_misspelt_verb_is_a_usage_error_with_the_nearest_one():
    ran = run("rendr")
    assert (ran.code, "no such command: rendr (did you mean render?)" in ran.err) == (2, True)


def test_an_unknown_option_is_a_usage_error():
    assert run("render", "--chek").code == 2


def raise_in_schema(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(schema.command, "invoke", fail)


def test_an_interrupt_ends_with_130(monkeypatch):
    raise_in_schema(monkeypatch, KeyboardInterrupt())
    assert run("schema").code == 130


def test_an_interrupt_before_anything_is_loaded_ends_with_130(monkeypatch):
    class Interrupted:
        def find_spec(self, name: str, *_: object) -> None:
            if name == "antrea_generator.cli":
                raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "antrea_generator.cli")
    monkeypatch.setattr(sys, "meta_path", [Interrupted(), *sys.meta_path])
    monkeypatch.setattr(sys, "argv", ["antrea-gitops", "schema"])
    monkeypatch.setattr(gc, "set_threshold", lambda *_: None)  # this process has more than one command to run
    with pytest.raises(SystemExit) as ended:
        __main__.run()
    assert ended.value.code == 130


def test_a_folder_that_is_gone_is_told(monkeypatch, tmp_path):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    ran = run("check")
    assert (ran.code, ran.err) == (1, "error: the current folder has been removed\n  fix: change to one that exists\n")


def test_an_internal_error_ends_with_3_and_names_its_log(monkeypatch, tmp_path):
    monkeypatch.setattr(crash.tempfile, "tempdir", str(tmp_path))
    raise_in_schema(monkeypatch, RuntimeError("a fault of ours"))
    ran = run("schema")
    (log,) = tmp_path.iterdir()
    assert (ran.code, str(log) in ran.err, "Traceback" in ran.err) == (3, True, False)
    assert "RuntimeError: a fault of ours" in log.read_text()
    assert log.stat().st_mode & 0o077 == 0


def test_a_full_disk_is_told_without_a_log(monkeypatch):
    raise_in_schema(monkeypatch, OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/some/file"))
    ran = run("schema")
    assert (ran.code, ran.err) == (1, "error: /some/file: No space left on device\n")


def test_what_an_option_names_is_below_the_folder_of_c():
    """So that `credentials --kubeconfig ../kubeconfig` and `apply --kubeconfig ../kubeconfig` mean the same file."""
    session = Session("ocp")
    assert session.path(Path("../kubeconfig")) == Path("ocp/../kubeconfig")
    assert session.path(Path("/kubeconfig")) == Path("/kubeconfig")
    assert session.path(None) is None


def test_json_stands_alone_on_standard_output(tmp_path):
    ran = run("doctor", "--format", "json", cwd=tmp_path)
    assert isinstance(json.loads(ran.out), dict)
