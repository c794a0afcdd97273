"""The cipher suites that a configuration lists."""

from __future__ import annotations

from collections.abc import Iterator

from antrea_ci.antrea_options.config import Config, Fault, fault
from antrea_ci.antrea_options.facts import options
from antrea_ci.suggest import did_you_mean

_KEY = "tlsCipherSuites"


def bad_cipher_suites(config: Config, rule: str) -> Iterator[Fault]:
    """A fault for each name in ``tlsCipherSuites`` that Go's TLS does not have; blanks do not count."""
    text = config.text(_KEY).replace(" ", "")
    known = options()["cipher-suites"]
    for name in text.split(",") if text else ():
        if name not in known:
            message = f"`{_KEY}` names {name!r}, which is no cipher suite{did_you_mean(name, known)}"
            fix = "write the names of Go's crypto/tls with commas between them"
            yield fault(config, rule, message, _KEY, fix=fix)
