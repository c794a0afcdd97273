"""Where the template comes from: the packaged copy, a checkout, or any source that Copier takes."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from antrea_ci import __version__
from antrea_ci.facts import facts

_PACKAGE = Path(__file__).parent
_NEEDED = ("copier.yml", "template", "ci/antrea_ci/facts/antrea-config.yaml")


@dataclass(frozen=True)
class TemplateSource:
    """``path``: what Copier copies from. ``recorded``: what the answers file must name instead, as (URL, commit)."""

    path: str
    ref: str | None
    recorded: tuple[str, str] | None


@contextmanager
def template_source(template: str | None, ref: str | None) -> Generator[TemplateSource]:
    """The source that was asked for, or the template that belongs to this very version."""
    if template is not None:
        # Recorded in the answers, a relative path would mean another folder at the next update.
        local = Path(template)
        yield TemplateSource(str(local.resolve()) if local.is_dir() else template, ref, None)
        return
    url, commit = str(facts("template")["url"]), f"v{__version__}"
    packaged = _PACKAGE / "packaged"
    if packaged.is_dir():
        yield TemplateSource(str(packaged), None, (url, commit))
        return
    # In a checkout Copier would take the last commit; a copy without .git gives the files as they are.
    checkout = _PACKAGE.parents[1]
    with tempfile.TemporaryDirectory(prefix="antrea-gitops-") as folder:
        for name in _NEEDED:
            source, target = checkout / name, Path(folder) / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, target)
            else:
                shutil.copy2(source, target)
        yield TemplateSource(folder, None, (url, commit))
