"""What the rules say of an install-config, in a form that tests compare."""

from __future__ import annotations

from antrea_ci.catalogue import completed
from antrea_ci.findings import Finding
from antrea_ci.install_config import judge
from support.install_configs import FILE, text_of

PULL_SECRET = 'pullSecret: \'{"auths": {"registry.example.com": {"auth": "dXNlcjpwYXNz"}}}\'\n'


def found_in(text: str | bytes, version: str = "4.18", *, in_repository: bool = True) -> list[Finding]:
    """Every finding about ``text``."""
    data = text.encode() if isinstance(text, str) else text
    return completed(judge(data, FILE, version, in_repository=in_repository).findings)


def found_with(lines: str, version: str = "4.18", platform: str = "none", **changes: object) -> list[Finding]:
    """Every finding about a sound file of ``platform`` with further top-level ``lines`` and ``changes``."""
    paths = {path.replace("__", "."): value for path, value in changes.items()}
    return found_in(text_of(platform, paths) + lines, version)


def errors(found: list[Finding]) -> list[str]:
    """The rules of the errors, without their family."""
    return sorted(item.rule.partition("/")[2] for item in found if item.is_error)


def warnings(found: list[Finding]) -> list[str]:
    """The same of the warnings."""
    return sorted(item.rule.partition("/")[2] for item in found if not item.is_error)
