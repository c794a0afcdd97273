"""Which part of a creation failed: by the exit code where it tells, else by the stages that were reached."""

from __future__ import annotations

import pytest

from antrea_ci.install.creation import part_of
from antrea_ci.install.history import History
from antrea_ci.install.journal import Entry
from antrea_ci.installer import Outcome


def _history(reached: str) -> History:
    return History([Entry("t", "install.begin", {}), Entry("t", "stage.begin", {"reached": reached})])


@pytest.mark.parametrize(
    ("code", "reached", "expected"),
    [
        (4, "", "infrastructure"),
        (1, "", "infrastructure"),
        (1, "machines", "bootstrap"),
        (1, "bootstrapped", "install"),
        (5, "machines", "bootstrap"),
        (6, "alone", "install"),
        (7, "alone", "stability"),
        (8, "machines", "bootstrap"),
        (-9, "alone", "install"),
        (None, "bootstrapped", "install"),
    ],
)
def test_part_that_failed(code: int | None, reached: str, expected: str) -> None:
    outcome = Outcome("create cluster", code, (), (), None, 1.0)
    assert part_of(outcome, _history(reached)) == expected
