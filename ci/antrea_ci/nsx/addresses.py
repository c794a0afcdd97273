"""Where an NSX manager of cluster.yaml is asked."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

from antrea_ci.errors import UsageError

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


def is_on_this_machine(manager: str) -> bool:
    """Whether it stands in for a manager, on loopback, where something is tried: it may have a port, and be a URL."""
    return _parts(_url(manager)).hostname in _LOOPBACK


def base_of(manager: str) -> str:
    """The address of a manager without a path. UsageError for one that is none, or would get the login unencrypted."""
    base = _url(manager)
    parts = _parts(base)
    if parts.hostname and (parts.scheme == "https" or (parts.scheme == "http" and is_on_this_machine(manager))):
        return base
    raise UsageError(
        f"nsx.managers: {manager} is no https address, and the login would be sent unencrypted",
        fix="write the manager's name or address alone",
    )


def _url(manager: str) -> str:
    is_bare = manager.count(":") > 1 and "://" not in manager and not manager.startswith("[")
    host = f"[{manager}]" if is_bare else manager
    return (host if "://" in host else f"https://{host}").rstrip("/")


def _parts(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:  # brackets that are no address
        return urlsplit("")
