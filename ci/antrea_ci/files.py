"""Writing files and folders so that a kill at any point leaves the old or the new one."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import sys
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2  # linux/fs.h
_RENAME_SWAP = 2  # macOS sys/stdio.h
STAGING_PREFIX = ".antrea-gitops-"


def write_atomically(path: Path, data: bytes, *, mode: int | None = None) -> None:
    """Replaces ``path`` by ``data`` in one step. The folder must exist. An old file's mode stays unless given."""
    if mode is None:
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
    with _staged(path.parent, data, mode) as staged:
        os.replace(staged, path)


def create_atomically(path: Path, data: bytes, *, mode: int) -> None:
    """Makes ``path`` with ``data`` in one step; raises FileExistsError where something is there already."""
    with _staged(path.parent, data, mode & ~_umask()) as staged:
        os.link(staged, path)


@contextmanager
def _staged(folder: Path, data: bytes, mode: int) -> Generator[Path]:
    """A file in ``folder`` that holds ``data`` safely, to be given its name; gone afterwards if it is still there."""
    sweep(folder)
    handle, name = tempfile.mkstemp(prefix=_ours(), dir=folder)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(name, mode)
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def replace_tree(target: Path, files: Mapping[str, bytes]) -> None:
    """Makes the folder ``target`` hold exactly ``files`` (relative POSIX path to content), swapped in as one step."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with staging_folder(target.parent) as staging:
        new = staging / "new"
        new.mkdir()
        for name, data in files.items():
            path = new / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        swap_in(new, target)


def swap_in(new: Path, target: Path) -> None:
    """Puts the folder ``new`` in the place of ``target``; what was there, if anything, is left at ``new``."""
    if not target.exists():
        os.rename(new, target)
        return
    if _exchange(new, target):
        return
    # No atomic exchange on this file system: the gap between the two renames is the shortest there is.
    old = new.with_name(new.name + ".old")
    os.rename(target, old)
    os.rename(new, target)
    os.rename(old, new)


@contextmanager
def staging_folder(parent: Path) -> Generator[Path]:
    """A private folder beside the target, so that a rename stays within one file system; gone afterwards.

    Folders that killed runs left behind are removed first; one of a living process is left alone.
    """
    sweep(parent)
    folder = Path(tempfile.mkdtemp(prefix=_ours(), dir=parent))
    os.chmod(folder, 0o777 & ~_umask())
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep(parent: Path) -> None:
    """Removes from ``parent`` the staging folders and files whose process is gone."""
    for leftover in parent.glob(f"{STAGING_PREFIX}*-*"):
        pid = leftover.name.removeprefix(STAGING_PREFIX).split("-")[0]
        if not pid.isdigit() or _is_alive(int(pid)):
            continue
        if leftover.is_dir() and not leftover.is_symlink():
            shutil.rmtree(leftover, ignore_errors=True)
        else:
            leftover.unlink(missing_ok=True)


def _ours() -> str:
    """What the names of this process's staging start with."""
    return f"{STAGING_PREFIX}{os.getpid()}-"


def read_tree(folder: Path) -> dict[str, bytes]:
    """Every file below ``folder`` by its relative POSIX path; empty if there is no such folder."""
    if not folder.is_dir():
        return {}
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def read_names(folder: Path) -> list[str]:
    """The relative POSIX paths of all files below ``folder``, but for those of Git itself, sorted."""
    found: list[str] = []
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != ".git"]
        found += [(Path(parent) / name).relative_to(folder).as_posix() for name in names]
    return sorted(found)


def _exchange(first: Path, second: Path) -> bool:
    libc = ctypes.CDLL(None, use_errno=True)
    a, b = os.fsencode(first), os.fsencode(second)
    if sys.platform == "darwin":
        swap = getattr(libc, "renamex_np", None)
        result = swap(a, b, _RENAME_SWAP) if swap else -1
    else:
        swap = getattr(libc, "renameat2", None)
        result = swap(_AT_FDCWD, a, _AT_FDCWD, b, _RENAME_EXCHANGE) if swap else -1
    if result == 0:
        return True
    if swap is None or ctypes.get_errno() in (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP):
        return False
    raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(second))


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _umask() -> int:
    # There is no way to read the umask without setting it.
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
