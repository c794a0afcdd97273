"""The failures that a user can cause or mend, each with its exit code (DESIGN section 6)."""

from __future__ import annotations

from collections.abc import Sequence

from antrea_ci.findings import Finding, in_order


class AntreaGitopsError(Exception):
    """An expected failure: told in full, without a traceback, with exit code 1.

    ``why`` says why it matters, ``fix`` what to do; both may be empty.
    """

    exit_code = 1

    def __init__(self, message: str, *, why: str = "", fix: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.why = why
        self.fix = fix

    def as_text(self) -> str:
        """The message with why and fix indented below it."""
        lines = [f"error: {self.message}"]
        lines += [f"  {name}: {text}" for name, text in (("why", self.why), ("fix", self.fix)) if text]
        return "\n".join(lines)


class FindingsError(AntreaGitopsError):
    """Several problems at once, each a finding."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(f"{len(findings)} problem{'s' if len(findings) != 1 else ''}")
        self.findings = tuple(in_order(findings))

    def __reduce__(self) -> tuple[type[FindingsError], tuple[tuple[Finding, ...]]]:
        """How it passes from a worker's process to ours."""
        return type(self), (self.findings,)

    def as_text(self) -> str:
        """Every finding, one after the other, with what the catalogue says of its rule."""
        from antrea_ci.catalogue import completed  # only who fails needs it

        return "\n".join(finding.as_text() for finding in completed(self.findings))


class UsageError(AntreaGitopsError):
    """The command was called in a way that cannot be meant."""

    exit_code = 2


class MissingRequirementError(AntreaGitopsError):
    """An external program or a secret that the verb needs is not there."""

    exit_code = 4
