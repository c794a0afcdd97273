"""openshift-install behind one interface: find it, run it, tell what it says and why it failed."""

from __future__ import annotations

from antrea_ci.installer.causes import Cause
from antrea_ci.installer.environment import ignored_variables, installer_environment
from antrea_ci.installer.fatal import FatalLine
from antrea_ci.installer.known import part_of_code, reached_by
from antrea_ci.installer.lines import Line
from antrea_ci.installer.outcome import Outcome
from antrea_ci.installer.program import Installer, find_installer
from antrea_ci.installer.progress import PlainProgress, Progress, progress_for
from antrea_ci.installer.review import stages_in
from antrea_ci.installer.running import Errand, Hooks, attach_installer, run_installer
from antrea_ci.installer.stages import Stage

__all__ = [
    "Cause",
    "Errand",
    "FatalLine",
    "Hooks",
    "Installer",
    "Line",
    "Outcome",
    "PlainProgress",
    "Progress",
    "Stage",
    "attach_installer",
    "find_installer",
    "ignored_variables",
    "installer_environment",
    "part_of_code",
    "progress_for",
    "reached_by",
    "run_installer",
    "stages_in",
]
