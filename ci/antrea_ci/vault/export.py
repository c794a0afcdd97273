"""The article's tar: `deploy`, `manifests` and `install-config.yaml.tmp`, as it was made by hand before installing."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from antrea_ci.errors import UsageError
from antrea_ci.files import write_atomically
from antrea_ci.vault.model import Snapshot
from antrea_ci.vault.restore import by_prefix, everything
from antrea_ci.vault.vault import Vault

_RENDERED = "source/rendered/install/"
_MANIFESTS = "installer/manifests/"
_INSTALL_CONFIGS = ("installer/install-config.yaml", "source/install-config.yaml")


@dataclass(frozen=True)
class Exported:
    """What was written. ``has_secrets``: the installer's manifests are in it, which hold keys and passwords."""

    snapshot: Snapshot
    file: Path
    files: int
    has_secrets: bool


def export(vault: Vault, snapshot: Snapshot, identities: Sequence[str], to: Path, flavour: str) -> Exported:
    """Writes the tar, gzipped where the name says so; one that holds secrets is for its owner alone (0600).

    Of a snapshot without secret files, `manifests` holds what was rendered alone.
    """
    if not to.parent.is_dir():
        raise UsageError(
            f"{to} cannot be written: {to.parent} is no folder", fix="name a file in a folder that is there"
        )
    files = everything(vault, snapshot, identities).contents
    rendered = by_prefix(files, _RENDERED)
    made = by_prefix(files, _MANIFESTS)
    members = {f"deploy/{flavour}/{name}": data for name, data in rendered.items()}
    members |= {f"manifests/{name}": data for name, data in (made or rendered).items()}
    config = next((name for name in _INSTALL_CONFIGS if name in files), "")
    if config:
        members["install-config.yaml.tmp"] = files[config]
    has_secrets = bool(made) or config.startswith("installer/")
    data = _tar(members, is_compressed=to.suffix in (".gz", ".tgz"), time=int(snapshot.time.timestamp()))
    write_atomically(to, data, mode=0o600 if has_secrets else 0o644)
    return Exported(snapshot, to, len(members), has_secrets)


def _tar(members: Mapping[str, bytes], *, is_compressed: bool, time: int) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz" if is_compressed else "w", format=tarfile.PAX_FORMAT) as archive:
        for name, data in sorted(members.items()):
            member = tarfile.TarInfo(name)
            member.size, member.mode, member.mtime = len(data), 0o600, time
            archive.addfile(member, io.BytesIO(data))
    return out.getvalue()
