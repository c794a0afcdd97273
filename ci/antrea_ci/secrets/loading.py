"""Loads the secrets of a verb, all or none, and sees to it that nothing can print them afterwards."""

from __future__ import annotations

from collections.abc import Mapping

from antrea_ci.model.effective import Cluster
from antrea_ci.secrets.store import Secrets


def load(cluster: Cluster, verb: str, environment: Mapping[str, str]) -> Secrets:
    """What ``verb`` needs and what of the optional is there. When this returns, redaction knows every value.

    In a pipeline of GitHub the values are masked first, on stdout. Raises MissingRequirementError with everything
    that is missing or has the wrong form, without a value.
    """
    raise NotImplementedError
