"""What a change means for the cluster: its classes (DESIGN section 8), from facts with sources; nothing is guessed."""

from __future__ import annotations

from antrea_ci.diff.classes.books import Subject
from antrea_ci.diff.classes.judge import Classified, classify, classify_moved, classify_whole

__all__ = ["Classified", "Subject", "classify", "classify_moved", "classify_whole"]
