"""The command line: one lazily loaded module a verb, one place where failures become exit codes (DESIGN section 6)."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence

import click

from antrea_ci import __version__
from antrea_generator.lazy import LazyGroup
from antrea_generator.session import Session

_INTERNAL_ERROR = 3
_INTERRUPTED = 130
# What a user can mend: rights, a read-only or full disk. Anything else that the system refuses is a fault of ours.
_MACHINE_FAULTS = (
    *(errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR),
    *(errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EMFILE),
)

# Verb: module below antrea_generator.commands, and the line that `--help` shows without importing it.
_VERBS: dict[str, tuple[str, str]] = {
    "new": ("new", "Make a cluster repository: ask or read answers, import a bundle, render, check, commit."),
    "update": ("update", "Bring a newer version of the template into a cluster repository, whole or not at all."),
    "schema": ("schema", "Print the JSON Schema of cluster.yaml or of an answers file."),
    "bundle": ("bundle", "Import the vendor's operator bundle, or show the one that is there."),
    "render": ("render", "Write the overlays and rendered/ from cluster.yaml; --check only compares."),
    "check": ("check", "Find what would fail the installation, in about a second and offline."),
    "diff": ("diff", "Say which objects a change touches, how, and what that means for the cluster."),
    "backup": ("backup", "Store, list, prove and restore encrypted backups of everything that is needed to get back."),
    "ci": ("ci", "What pipelines need: comment on a pull request, mask secrets, record, confirm, push."),
    "install": ("install", "Install the cluster from a reviewed commit, and keep what is needed to get back."),
    "apply": ("apply", "Carry a merged change to the living cluster, or say how the cluster differs from rendered/."),
    "destroy": ("destroy", "Remove the cluster that this repository installed, and record that."),
    "images": ("images", "Plan, push, lock and verify the images that the cluster pulls; write its mirrors."),
    "firewall": ("firewall", "Report the traffic that the cluster needs, probe it, or learn it from firewall logs."),
    "nsx": ("nsx", "Phase 2: prepare, check, apply and remove the cluster's registration at NSX."),
    "report": ("report", "Write one page about this cluster: networks, firewall, images, findings, history, backups."),
    "tools": ("tools", "Install, list or lock the external programs of tools.lock.yaml."),
    "credentials": ("credentials", "Write the installed cluster's kubeconfig to a file, and say where its console is."),
    "doctor": ("doctor", "Say what this machine and this repository lack for each verb."),
}


class _Verbs(LazyGroup):
    modules = _VERBS


@click.group(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.option(
    "-C",
    "folder",
    type=click.Path(file_okay=False),
    default=".",
    help="Work in this folder instead of the current one.",
)
@click.version_option(__version__, prog_name="antrea-gitops")
@click.pass_context
def cli(context: click.Context, folder: str) -> None:
    """One Git repository per cluster: OpenShift and Kubernetes with Antrea.

    \b
    Example: antrea-gitops new ocp --data cluster_name=ocp --bundle deploy.tar.gz
    """
    context.obj = Session(folder)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one verb and returns its exit code; never raises."""
    try:
        # A verb without a return value has done its work.
        return cli.main(args=argv, prog_name="antrea-gitops", standalone_mode=False) or 0
    except click.exceptions.Abort:
        return _INTERRUPTED
    except KeyboardInterrupt:
        return _INTERRUPTED
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except Exception as error:  # noqa: BLE001 - the one place where an internal error becomes a log and exit code 3
        return _report(error)
    finally:
        _release_streams()


def _release_streams() -> None:
    """What a verb guarded is given out in full, and left as it was found."""
    if "antrea_ci.redaction" in sys.modules:
        from antrea_ci.redaction import release_streams

        release_streams()


def _report(error: Exception) -> int:
    from antrea_ci.errors import AntreaGitopsError
    from antrea_ci.redaction import text

    if isinstance(error, AntreaGitopsError):
        print(text(error.as_text()), file=sys.stderr)
        return error.exit_code
    if isinstance(error, BrokenPipeError):
        # The reader of our output went away; nothing is left to say to anybody.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    if isinstance(error, FileNotFoundError) and _is_folder_gone():
        print("error: the current folder has been removed\n  fix: change to one that exists", file=sys.stderr)
        return 1
    if isinstance(error, OSError) and error.errno in _MACHINE_FAULTS:
        print(text(f"error: {error.filename or 'writing'}: {error.strerror}"), file=sys.stderr)
        return 1
    return _crashed(error)


def _is_folder_gone() -> bool:
    try:
        os.getcwd()  # noqa: PTH109 - pathlib is not loaded for this
    except FileNotFoundError:
        return True
    return False


def _crashed(error: Exception) -> int:
    from antrea_generator.crash import write_log

    try:
        where = f"the log is {write_log(error)}"
    except OSError as fault:
        where = f"its log cannot be written: {fault.strerror}"
    print(f"internal error: {type(error).__name__}; {where}", file=sys.stderr)
    print("  fix: this is a fault of antrea-gitops; please report it with that log", file=sys.stderr)
    return _INTERNAL_ERROR
