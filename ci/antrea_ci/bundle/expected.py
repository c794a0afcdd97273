"""What kind of archive a reader is told to expect, so that its messages are about that kind."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Expected:
    """What kind of archive is read. ``what``, the ``usual`` contents, ``unpack`` and ``give`` are words for messages.

    ``mark`` stands in a file of every such archive; without it, what could not be read of one inside is an error.
    """

    what: str
    usual_entries: str
    usual_size: str
    unpack: str
    give: str
    mark: bytes


BUNDLE = Expected(
    what="a bundle",
    usual_entries="a bundle has about twenty",
    usual_size="a bundle has about 100 KiB",
    unpack="unpack it and import the folder `deploy` in it",
    give="give the vendor's deploy.tar.gz (also .tar, .tgz, .tar.bz2, .tar.xz, .zip) or a folder",
    mark=b"AntreaInstall",
)
