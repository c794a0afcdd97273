"""Two values, compared by what they mean: where they differ, and how that is shown."""

from __future__ import annotations

from antrea_ci.diff.structure.compare import differences, text_differences
from antrea_ci.diff.structure.hidden import HIDDEN, HIDDEN_OTHER, without_secrets
from antrea_ci.diff.structure.shown import lines, shown

__all__ = ["HIDDEN", "HIDDEN_OTHER", "differences", "lines", "shown", "text_differences", "without_secrets"]
