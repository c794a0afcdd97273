"""The address at which an NSX manager's API is asked."""

from __future__ import annotations

from antrea_ci.errors import UsageError
from antrea_ci.nsx.doors import HTTPS, address_of


def base_of(manager: str) -> str:
    """The URL of an entry of ``nsx.managers``, without a path.

    UsageError for what is none, or where the login would be sent unencrypted.
    """
    found = address_of(manager)
    if found is None:
        raise UsageError(
            f"nsx.managers: {manager!r} is no manager's address",
            why="only an address or a host name is asked, by https: the login must not be sent unencrypted",
            fix="write the manager's name or address alone",
        )
    host = f"[{found.host}]" if ":" in found.host else found.host
    port = "" if found.port == HTTPS and not found.is_plain else f":{found.port}"
    return f"{'http' if found.is_plain else 'https'}://{host}{port}"
