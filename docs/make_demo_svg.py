"""Draws docs/demo.svg from a real run: ``python docs/make_demo_svg.py`` (needs git, kustomize, rich and this checkout).

The archive is a small one of the tests, shaped like the vendor's. The id of the commit is left out, because it changes
with every change of the template; everything else is what the commands printed.
"""

from __future__ import annotations

import io
import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "ci"), str(ROOT / "generator"), str(ROOT / "tests")]

PICTURE = ROOT / "docs" / "demo.svg"
COMMANDS = (
    "antrea-gitops new ocp --data-file ocp.answers.yml --bundle deploy.tar.gz",
    "antrea-gitops -C ocp check",
    "perl -pi -e 's/EncryptionMode: none/EncryptionMode: wireGuard/' ocp/cluster.yaml",
    "antrea-gitops -C ocp render",
    "antrea-gitops -C ocp diff",
)
_COLUMNS = 118
_COMMIT = re.compile(r"(?<=commit )[0-9a-f]{12}|(?<=  )[0-9a-f]{10}(?= → )")

# As rich's own, but without the fonts that it loads from a web address: the reader's own do.
_SVG = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, Menlo, Consolas, monospace; font-size: {char_height}px;
  line-height: {line_height}px; }}
.{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: sans-serif; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/>
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def transcript(folder: Path) -> list[tuple[str, str]]:
    """Each command with what it printed, run one after the other in ``folder``."""
    from support.bundles import write_archive

    answers = ROOT / "docs" / "examples" / "article.answers.yml"
    (folder / "ocp.answers.yml").write_bytes(answers.read_bytes())
    write_archive(folder / "deploy.tar.gz")
    return [(command, _COMMIT.sub("…", _run(command, folder))) for command in COMMANDS]


def _run(command: str, folder: Path) -> str:
    words = shlex.split(command)
    if words[0] == "antrea-gitops":
        words[:1] = [sys.executable, "-m", "antrea_generator"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "ci"), str(ROOT / "generator")])}
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=True, timeout=60)
    return done.stdout


def drawing(shown: list[tuple[str, str]]) -> str:
    """The transcript as SVG."""
    from rich.console import Console
    from rich.text import Text

    console = Console(record=True, width=_COLUMNS, file=io.StringIO(), color_system=None, force_terminal=True)
    for command, output in shown:
        console.print(Text.assemble(("$ ", "green"), (command, "bold")))
        console.print(Text(output), end="")
    return console.export_svg(title="antrea-gitops", code_format=_SVG, unique_id="demo")


def main() -> None:
    """Writes the picture."""
    with tempfile.TemporaryDirectory() as folder:
        PICTURE.write_text(drawing(transcript(Path(folder))), encoding="utf-8")


if __name__ == "__main__":
    main()
