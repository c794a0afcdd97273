"""The one error of this room."""

from __future__ import annotations

from antrea_ci.errors import AntreaGitopsError


class BundleError(AntreaGitopsError):
    """An archive or a folder cannot be taken as a bundle; nothing has been written."""
