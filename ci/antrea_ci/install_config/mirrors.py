"""Rules about mirrors of images (validateImageContentSources, validateImageDigestSources, validateNamedRepository)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_address

from antrea_ci.findings import Finding
from antrea_ci.install_config.config import Config
from antrea_ci.install_config.dns import subdomain_fault

_KINDS = ("imageContentSources", "imageDigestSources")
_BOTH_REFUSED_SINCE = 14
_LONGEST_NAME = 255
# github.com/distribution/reference: the grammar of image references.
_DOMAIN_PART = r"(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
_DOMAIN = rf"(?:{_DOMAIN_PART}(?:\.{_DOMAIN_PART})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?"
_PATH = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_IDENTIFIER = re.compile(r"[0-9a-f]{64}")
_REFERENCE = re.compile(
    rf"(?P<name>{_DOMAIN}(?:/{_PATH})+)(?P<tag>:\w[\w.-]{{0,127}})?(?P<digest>@[A-Za-z][A-Za-z0-9+._-]*:[0-9a-fA-F]{{32,}})?",
    re.ASCII,
)


def findings(config: Config) -> Iterator[Finding]:
    """What is wrong with the sources and their mirrors."""
    for kind in _KINDS:
        for index, item in enumerate(config.items(kind)):
            if isinstance(item, dict):
                yield from _source(config, kind, index)
    if config.minor >= _BOTH_REFUSED_SINCE and all(config.items(kind) for kind in _KINDS):
        message = "stands beside `imageDigestSources`; only one of them is possible"
        fix = "move its entries to imageDigestSources and remove it"
        yield config.finding("image-sources-twice", (_KINDS[0],), message, key=True, fix=fix)


def _source(config: Config, kind: str, index: int) -> Iterator[Finding]:
    source = (kind, index, "source")
    if config.lacks(*source):
        yield config.finding("image-source", source, config.absence(*source), fix="add `source: REGISTRY/REPOSITORY`")
    paths = [source, *((kind, index, "mirrors", n) for n in range(len(config.items(kind, index, "mirrors"))))]
    for path in paths:
        text = config.at(*path)
        if isinstance(text, str) and (text or path != source) and (fault := repository_fault(text)):
            yield config.finding("image-source", path, f"is {text!r}: {fault}")


def repository_fault(text: str) -> str:
    """Why the installer does not take ``text`` for a repository, or for a registry alone; empty if it does."""
    first, slash, rest = text.partition("/")
    with_domain = bool(slash) and ("." in first or ":" in first or first == "localhost")
    domain, remainder = (first, rest) if with_domain else ("docker.io", text if slash else f"library/{text}")
    if remainder.partition(":")[0] != remainder.partition(":")[0].lower():
        return "a repository is written in lower case"
    found = _REFERENCE.fullmatch(f"{domain}/{remainder}")
    if not text or not found or len(found["name"]) > _LONGEST_NAME or _IDENTIFIER.fullmatch(text):
        return "it is no REGISTRY/REPOSITORY"
    if not with_domain or domain == "index.docker.io":
        return _registry_fault(text)
    if domain == "docker.io" and "/" not in remainder:
        return _registry_fault(text)
    return "it must be a repository without tag and digest" if found["tag"] or found["digest"] else ""


def _registry_fault(text: str) -> str:
    """The installer takes a registry alone, with or without a port, although it is no full reference."""
    host, colon, port = text.rpartition(":")
    host = host if colon and "/" not in port else text
    try:
        ip_address(host)
    except ValueError:
        return "it names no registry" if subdomain_fault(host) else ""
    return ""
