"""``python -m antrea_generator`` and the console script."""

from __future__ import annotations

import sys


def run() -> None:
    """Runs the command line and ends the process with its exit code."""
    if sys.argv[1:] == ["--version"]:
        # Answered before click is imported: scripts ask this often.
        from antrea_ci import __version__

        print(f"antrea-gitops, version {__version__}")
        return
    import gc

    # A command ends before its garbage matters; with the usual threshold, collecting takes a fifth of its time.
    gc.set_threshold(100_000, 50, 50)
    try:
        from antrea_generator.cli import main
    except KeyboardInterrupt:
        sys.exit(130)  # as `main` ends a verb; importing click takes long enough to be interrupted

    sys.exit(main())


if __name__ == "__main__":
    run()
