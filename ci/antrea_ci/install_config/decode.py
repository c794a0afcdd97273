"""From the bytes of a file to what the installer holds of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from antrea_ci.findings import Finding, Location
from antrea_ci.install_config.carry_over import carry_over
from antrea_ci.install_config.config import Config
from antrea_ci.install_config.shapes import Shaper
from antrea_ci.install_config.values import number
from antrea_ci.yaml_hints import hint
from antrea_ci.yamlio import Document, read_all

_READ_ON = frozenset({"yaml/duplicate-key", "yaml/byte-order-mark"})


@dataclass(frozen=True)
class Decoded:
    """What could be read of a file, if anything, and what is wrong with its YAML, keys and shapes."""

    config: Config | None
    findings: tuple[Finding, ...]


def decode(data: bytes, file: str, minor: int, *, in_repository: bool) -> Decoded:
    """The install-config in ``data`` as OpenShift 4.``minor`` reads it: its first YAML document."""
    limit = number("size_limit")
    if len(data) > limit:
        message = f"the file has {len(data)} bytes, at most {limit} are possible"
        return Decoded(None, (Finding("install-config/size", message, location=Location(file)),))
    documents, faults = read_all(data, file)
    if not documents:
        return Decoded(None, tuple(faults or [_empty(Location(file), data)]))
    first, found = documents[0], _of_first(documents, faults)
    if first.value is None:
        return Decoded(None, (*found, _empty(first.locate(), data)))
    if not isinstance(first.value, dict):
        return Decoded(None, (*found, _no_mapping(first, data)))
    shaper = Shaper(first, minor)
    value, origins, notes = carry_over(shaper.shape(), first, shaper.origins)
    config = Config(first, value, minor, in_repository, origins)
    return Decoded(config, (*found, *shaper.findings, *notes))


def _of_first(documents: Sequence[Document], faults: Sequence[Finding]) -> list[Finding]:
    """The faults of the first document; one finding for whatever stands after it, which the installer never reads."""
    found = [fault for fault in faults if fault.rule in _READ_ON and not fault.location.document]
    later = [document.locate() for document in documents[1:] if document.value is not None]
    broken = [fault.location for fault in faults if fault.rule not in _READ_ON]
    if later or broken:
        message = "more stands here after the end of the first document; the installer reads that one only"
        found.append(Finding("yaml/several-documents", message, location=replace((later or broken)[0], document=1)))
    return found


def _empty(place: Location, data: bytes) -> Finding:
    message = "the file holds nothing but comments" if data.strip() else "the file is empty"
    return Finding("install-config/empty", message, location=place)


def _no_mapping(document: Document, data: bytes) -> Finding:
    what = (
        "a list" if isinstance(document.value, list) else "one text" if isinstance(document.value, str) else "a value"
    )
    message = f"the file is {what}; a mapping of keys to values is expected"
    fix = hint(data.decode("utf-8", "replace"), 0)
    return Finding("yaml/not-a-mapping", message, location=document.locate(), fix=fix)
