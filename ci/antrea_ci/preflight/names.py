"""Names, asked for as every program of this machine asks: by the system's resolver, with its files and caches."""

from __future__ import annotations

import socket
from collections.abc import Callable
from enum import StrEnum
from typing import TypeAlias

from antrea_ci.bounded import within


class Trouble(StrEnum):
    """Why a name has no address, as far as the system tells."""

    MISSING = "there is no such name"
    FAILING = "the name servers fail"
    SILENT = "the name servers do not answer"


class NameFaultError(Exception):
    """A name that does not resolve."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


Resolve: TypeAlias = Callable[[str], tuple[str, ...]]
"""Name to its addresses of both families; raises as ``socket.getaddrinfo`` does, and may take as long."""

_MISSING = frozenset({socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)})


def by_system(name: str) -> tuple[str, ...]:
    """What getaddrinfo says of ``name``, in its order, each address once."""
    found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in found))


def addresses(name: str, resolve: Resolve, seconds: float) -> tuple[str, ...]:
    """The addresses of ``name``; NameFaultError where there are none, or no answer within ``seconds``."""
    try:
        return within(seconds, lambda: resolve(name))
    except TimeoutError:
        raise NameFaultError(Trouble.SILENT) from None
    except socket.gaierror as error:
        raise NameFaultError(Trouble.MISSING if error.errno in _MISSING else Trouble.FAILING) from None
    except UnicodeError:  # a label of more than 63 characters
        raise NameFaultError(Trouble.MISSING) from None
