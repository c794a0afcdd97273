"""What a failed run of the installer means, in the one form that errors have here."""

from __future__ import annotations

from antrea_ci.errors import AntreaGitopsError
from antrea_ci.install.run import Run
from antrea_ci.installer import Outcome

_OF_INSTALLATIONS = ("install", "destroy")


class InstallerError(AntreaGitopsError):
    """The installer failed, or said something that must not be passed over."""

    def __init__(self, outcome: Outcome, message: str, *, why: str, fix: str) -> None:
        super().__init__(message, why=why, fix=fix)
        self.outcome = outcome


def failure(run: Run, outcome: Outcome, *, fix: str = "") -> InstallerError:
    """The error for ``outcome``: fatal lines first, else the likely cause, else its last words. Journals the cause."""
    command = f"`openshift-install {outcome.verb}`"
    if outcome.fatal:
        lines = "".join(f"\n    {fatal.line}" for fatal in outcome.fatal)
        first = outcome.fatal[0]
        run.journal.append("fatal", id=first.id, line=first.line)
        why = "; ".join(dict.fromkeys(one.why for one in outcome.fatal))
        next_step = "; ".join(dict.fromkeys(filter(None, (fix, *(one.fix for one in outcome.fatal)))))
        return InstallerError(outcome, f"{command} must not go on: it said{lines}", why=why, fix=next_step)
    cause = outcome.cause
    how = _how(outcome)
    if cause is None:
        lines = "".join(f"\n    {line}" for line in outcome.last_errors)
        message = f"{command} {how}, and nothing that is known explains it{':' if lines else ''}{lines}"
        return InstallerError(
            outcome, message, why="", fix=fix or f"read {run.home.name(run.log_file(*outcome.verb.split()))}"
        )
    run.journal.append("cause", id=cause.id, reason=cause.reason, line=cause.line)
    said = f"\n    {cause.line}" if cause.line else ""
    next_step = _next_step(run, cause.command, fix)
    return InstallerError(outcome, f"{command} {how}: {cause.reason}{said}", why=cause.why, fix=next_step)


def _next_step(run: Run, command: str, fix: str) -> str:
    """The command of the cause and then ``fix``, which knows better what can be done with this installation."""
    program, _, words = command.partition(" ")
    is_ours = program == "antrea-gitops" and words.startswith(_OF_INSTALLATIONS)
    if is_ours and fix:
        return fix
    said = run.again.line(*words.split()) if is_ours else f"`{command}`"
    return "; ".join(filter(None, (said, fix)))


def _how(outcome: Outcome) -> str:
    if outcome.is_timed_out:
        return f"did not end within {outcome.seconds / 60:.0f} minutes and was stopped"
    if outcome.code is None:
        return "ended without success"
    if outcome.code < 0:
        return f"was ended by signal {-outcome.code}"
    return f"failed with exit code {outcome.code}"
