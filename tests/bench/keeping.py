"""Issue 6, section 5: backups of one install folder (60 files, 2 MiB), beside tar and, where it is there, restic."""

from __future__ import annotations

import base64
import os
import random
import shutil
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import pyrage
from measure import median, row

FILES = 60
SIZE = 2 << 20
SNAPSHOTS = 100


def bench(folder: Path, _: str) -> None:
    repo, work, state = folder / "repo", folder / "work", folder / "state"
    keys = [pyrage.x25519.Identity.generate() for _ in range(2)]
    recipients = ",".join(str(key.to_public()) for key in keys)
    tool = ["antrea-gitops", "-C", str(repo), "backup"]
    new = ["antrea-gitops", "new", "--defaults", "--data", f"backup_recipients={recipients}", str(repo)]
    environment = os.environ | {"XDG_STATE_HOME": str(state), "ANTREA_GITOPS_AGE_IDENTITY": str(keys[0])}
    os.environ.update(environment)
    subprocess.run(new, check=True, capture_output=True)
    install_folder(work / "installer")
    create = [*tool, "create", "--work-dir", str(work)]

    changed = work / "installer" / "metadata.json"
    tar = median(["tar", "czf", str(folder / "x.tar.gz"), "-C", str(work), "."])
    ours = median(create, before=lambda: changed.write_text(f'{{"infraID": "{time.time_ns()}"}}'))
    row("backup create less 2 x tar czf", ours - 2 * tar, 0.5, "s")
    unchanged = median(create)
    for _ in range(SNAPSHOTS - 2 * 7):
        subprocess.run(create, check=True, capture_output=True)
    before = size(repo)
    subprocess.run(create, check=True, capture_output=True)
    row("growth by an unchanged snapshot", (size(repo) - before) / 1024, 5, "KiB")
    row(f"backup list of {SNAPSHOTS}", median([*tool, "list"]), 0.5, "s")
    row(f"backup verify of {SNAPSHOTS}, with an identity", median([*tool, "verify"], runs=3), 5, "s")
    print(f"  tar czf {tar:.2f} s; backup create {ours:.2f} s, of an unchanged folder {unchanged:.2f} s")
    beside_restic(folder, work, environment)


def beside_restic(folder: Path, work: Path, environment: Mapping[str, str]) -> None:
    """The same folder, an unchanged one, list and check, by restic: figures without a limit."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    restic = shutil.which("restic") or shutil.which(str(cache / "antrea-gitops/programs/bin/restic"))
    if not restic:
        print("  restic is not here: python tests/programs restic")
        return
    store = folder / "restic"
    os.environ.update(environment, RESTIC_PASSWORD="bench", RESTIC_REPOSITORY=str(store))
    subprocess.run([restic, "init"], check=True, capture_output=True)
    changed = work / "installer" / "metadata.json"
    backup = [restic, "backup", "--quiet", str(work)]
    first = median(backup, before=lambda: changed.write_text(f'{{"infraID": "{time.time_ns()}"}}'))
    unchanged = median(backup)
    before = size(store)
    subprocess.run(backup, check=True, capture_output=True)
    growth = (size(store) - before) / 1024
    listed, checked = median([restic, "snapshots"]), median([restic, "check", "--read-data"], runs=3)
    print(f"  restic backup {first:.2f} s, of an unchanged folder {unchanged:.2f} s and {growth:.1f} KiB")
    print(f"  restic snapshots {listed:.2f} s, check --read-data {checked:.2f} s (15 snapshots)")


def install_folder(folder: Path) -> None:
    """60 files of 2 MiB together: JSON with keys in base64, as the installer's are, and YAML."""
    chance = random.Random(1)
    folder.mkdir(parents=True)
    key = base64.b64encode(b"-----BEGIN RSA PRIVATE KEY-----\n" + chance.randbytes(1200)).decode()
    (folder / ".openshift_install_state.json").write_text(
        f'{{"key": "{key}", "more": "{random_text(chance, SIZE // 2)}"}}'
    )
    left = SIZE - SIZE // 2
    for number in range(FILES - 1):
        path = folder / ("tls", "manifests", "openshift", "auth")[number % 4] / f"{number:02}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"data: {random_text(chance, left // (FILES - 1))}\n")


def random_text(chance: random.Random, length: int) -> str:
    return base64.b64encode(chance.randbytes(length * 3 // 4)).decode()


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
