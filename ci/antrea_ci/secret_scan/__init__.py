"""Finds secrets in bytes. Knows neither Git nor repositories; facts in ``facts/secrets.yaml``."""

from __future__ import annotations

from antrea_ci.secret_scan import forms, keys, objects
from antrea_ci.secret_scan.hit import Hit
from antrea_ci.secret_scan.layers import as_utf8, layers
from antrea_ci.secret_scan.names import is_prose, secret_file

__all__ = ["Hit", "scan"]


def scan(data: bytes, name: str) -> list[Hit]:
    """Every secret in the content ``data`` of a file with the path ``name``, each place once, in order.

    Offsets count in the UTF-8 form of ``data``.
    """
    found: dict[int, Hit] = {}
    what = secret_file(name) if data.strip() else ""
    if what:
        return [Hit(0, "installer-file", what)]
    for layer in layers(as_utf8(data), prose=is_prose(name)):
        # What says most about a secret comes first.
        for part in (objects, keys, forms):
            for hit in part.find(layer):
                place = layer.place(hit.offset)
                found.setdefault(place, Hit(place, hit.rule, hit.what))
    return sorted(found.values())
