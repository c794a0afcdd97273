"""What this process prints goes through redaction, whoever prints it."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys

import pytest

from antrea_ci import redaction
from support.repos import ROOT

SECRET = "guarded-Secret-1"
PRELUDE = f"""
import sys, click
from antrea_ci import redaction
redaction.guard_streams()
redaction.learn([{SECRET!r}])
"""


def printed(code: str, *, check: bool = True) -> tuple[str, str]:
    environment = {"PYTHONPATH": f"{ROOT / 'ci'}", "PYTHONUTF8": "1"}
    command = [sys.executable, "-c", PRELUDE + code]
    done = subprocess.run(command, env=environment, capture_output=True, check=False, timeout=60)
    assert not check or done.returncode == 0, done.stderr
    return done.stdout.decode(), done.stderr.decode()


@pytest.mark.parametrize(
    "code",
    [
        "print(s)",
        "click.echo(s)",
        "click.echo(s.encode())",
        "sys.stdout.buffer.write(s.encode() + b'\\n')",
        "print(s[:9], end='', flush=True); print(s[9:])",
        "from rich.console import Console; Console(highlight=False).print(s)",
        "click.secho(s)",
    ],
)
def test_however_it_is_printed(code: str) -> None:
    assert printed(f"s = '{SECRET}'\n{code}") == ("***\n", "")


def test_errors_and_tracebacks() -> None:
    out, err = printed(f"print('{SECRET}', file=sys.stderr)\nraise ValueError('no {SECRET}')", check=False)
    assert out == ""
    assert "ValueError: no ***" in err
    assert SECRET not in err


def test_a_line_that_waited_comes_out_at_the_end() -> None:
    assert printed("print('ends in guar')") == ("ends in guar\n", "")
    assert printed("import os\nprint('x')\nredaction.release_streams()\nprint(type(sys.stdout).__name__)") == (
        "x\nTextIOWrapper\n",
        "",
    )


def test_the_output_is_still_what_it_was(capfd: pytest.CaptureFixture[str]) -> None:
    before = (sys.stdout.encoding, sys.stdout.isatty(), sys.stdout.fileno(), sys.stdout.errors)
    redaction.guard_streams()
    redaction.guard_streams()
    assert (sys.stdout.encoding, sys.stdout.isatty(), sys.stdout.fileno(), sys.stdout.errors) == before
    print("ümlaut ✓")
    redaction.release_streams()
    assert (sys.stdout.encoding, sys.stdout.isatty()) == before[:2]
    assert capfd.readouterr().out == "ümlaut ✓\n"


def test_a_terminal_is_still_one() -> None:
    main, terminal = pty.openpty()
    code = PRELUDE + f"print(sys.stdout.isatty(), '{SECRET}')\nprint('prompt:', end=' ')\nsys.stdout.flush()\ninput()"
    child = subprocess.Popen(
        [sys.executable, "-c", code], env={"PYTHONPATH": str(ROOT / "ci")}, stdin=subprocess.PIPE, stdout=terminal
    )
    os.close(terminal)
    seen = b""
    while not seen.endswith(b"prompt: "):
        seen += os.read(main, 1000)
    assert b"True ***" in seen
    child.communicate(b"\n", timeout=30)
    os.close(main)


def test_an_output_that_takes_text_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    output = io.StringIO()
    monkeypatch.setattr(sys, "stdout", output)
    redaction.guard_streams()
    print(f"x {SECRET} ö")
    redaction.learn([SECRET])
    print(f"y {SECRET} ö")
    redaction.release_streams()
    assert output.getvalue() == f"x {SECRET} ö\ny *** ö\n"
