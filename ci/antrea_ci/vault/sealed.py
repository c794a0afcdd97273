"""Secret files as one encrypted file: a compressed tar in age, which holds the digest of each of them.

The tar depends on nothing but paths, permissions and contents. Plain text is never on disk.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from antrea_ci.errors import AntreaGitopsError, MissingRequirementError

if TYPE_CHECKING:
    import pyrage

SUMS = "SHA256SUMS"
_BELOW = "files/"
_LEVEL = 4
_NO_KEY = "No matching keys"
_LARGEST = 2 << 30


@dataclass(frozen=True)
class Files:
    """Secret files by path, with the permissions of those that are not 0600."""

    contents: Mapping[str, bytes] = field(repr=False)
    modes: Mapping[str, int] = field(default_factory=dict[str, int])

    def mode(self, name: str) -> int:
        return self.modes.get(name, 0o600)

    def digest(self) -> str:
        """One SHA-256 over paths, permissions and contents together."""
        total = hashlib.sha256()
        for name in sorted(self.contents):
            data = self.contents[name]
            total.update(f"{len(name)} {name} {self.mode(name):o} {len(data)}\0".encode("utf-8", "surrogateescape"))
            total.update(data)
        return total.hexdigest()


def seal(files: Files, recipients: Sequence[str]) -> bytes:
    """The files, readable for each of ``recipients`` alone. Raises AntreaGitopsError for one that is none."""
    import pyrage

    return pyrage.encrypt(_packed(files), [recipient(text) for text in recipients])


def unseal(data: bytes, identities: Sequence[str], recipients: Sequence[str]) -> Files:
    """The files again, each with its digest checked. ``recipients`` is what the message names if no key fits."""
    import pyrage

    if not identities:
        raise MissingRequirementError(
            "ANTREA_GITOPS_AGE_IDENTITY is not set",
            why=f"the secret files of a backup are encrypted; one of these can read them: {', '.join(recipients)}",
            fix="put the identity of one of them (or the path of its file) into ANTREA_GITOPS_AGE_IDENTITY",
        )
    keys = [identity(text) for text in identities]
    try:
        packed = pyrage.decrypt(data, keys)
    except pyrage.DecryptError as error:
        if _NO_KEY in str(error):
            raise AntreaGitopsError(
                "ANTREA_GITOPS_AGE_IDENTITY does not open this backup",
                why=f"it was encrypted for {', '.join(recipients)}",
                fix="use the identity of one of them",
            ) from None
        raise AntreaGitopsError(f"the encrypted file is damaged: {error}") from None
    return _unpacked(packed)


def recipient(text: str) -> pyrage.x25519.Recipient | pyrage.ssh.Recipient:
    """The age or SSH public key that ``text`` is; AntreaGitopsError for anything else."""
    import pyrage

    try:
        if text.startswith("ssh-"):
            return pyrage.ssh.Recipient.from_str(text)
        return pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError:
        raise AntreaGitopsError(
            f"backup.recipients: {text!r} is neither an age public key (age1...) nor an SSH public key",
            fix="write what `age-keygen -y FILE` prints, or the whole line of an ssh-ed25519 or ssh-rsa .pub file",
        ) from None


def identity(text: str) -> pyrage.x25519.Identity | pyrage.ssh.Identity:
    """The age or SSH private key that ``text`` is; AntreaGitopsError, without it, for anything else."""
    import pyrage

    try:
        if "PRIVATE KEY-----" in text:
            return pyrage.ssh.Identity.from_buffer(f"{text.strip()}\n".encode())
        return pyrage.x25519.Identity.from_str(text.strip())
    except pyrage.IdentityError as error:
        what = "an SSH key with a passphrase" if "decrypted first" in str(error) else "no age or SSH private key"
        raise AntreaGitopsError(
            f"ANTREA_GITOPS_AGE_IDENTITY holds {what}",
            fix="use an AGE-SECRET-KEY-1... line of age-keygen, or an SSH private key without passphrase",
        ) from None


def _packed(files: Files) -> bytes:
    out = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=out, mode="wb", compresslevel=_LEVEL, mtime=0) as stream,
        tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as archive,
    ):
        _add(archive, SUMS, sums(files.contents), 0o600)
        for name in sorted(files.contents):
            _add(archive, f"{_BELOW}{name}", files.contents[name], files.mode(name))
    return out.getvalue()


def _add(archive: tarfile.TarFile, name: str, data: bytes, mode: int) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(data), mode
    archive.addfile(member, io.BytesIO(data))


def _unpacked(packed: bytes) -> Files:
    contents: dict[str, bytes] = {}
    modes: dict[str, int] = {}
    total = 0
    try:
        with tarfile.open(fileobj=io.BytesIO(packed), mode="r:gz") as archive:
            for member in archive:
                total += member.size
                stream = archive.extractfile(member)
                if stream is None or total > _LARGEST:
                    raise AntreaGitopsError("the decrypted file holds what no backup of ours does")
                contents[member.name] = stream.read()
                modes[member.name] = member.mode & 0o777
    except (tarfile.TarError, OSError, EOFError) as error:
        raise AntreaGitopsError(f"the decrypted file is damaged: {error}") from None
    return _checked(contents, modes)


def _checked(contents: Mapping[str, bytes], modes: Mapping[str, int]) -> Files:
    found = {name.removeprefix(_BELOW): data for name, data in contents.items() if name.startswith(_BELOW)}
    wrong = bad_sums(contents.get(SUMS, b""), digests(found))
    if wrong:
        raise AntreaGitopsError(f"secret files that differ from their digests: {', '.join(wrong)}")
    return Files(found, {name.removeprefix(_BELOW): mode for name, mode in modes.items()})


def opens(data: bytes, identities: Sequence[str]) -> bool:
    """Whether one of the identities is that of a recipient of ``data``."""
    import pyrage

    try:
        pyrage.decrypt(data, [identity(text) for text in identities])
    except pyrage.DecryptError as error:
        return _NO_KEY not in str(error)
    return True


def sums(files: Mapping[str, bytes]) -> bytes:
    """The SHA-256 of each file, as `sha256sum --check` reads it."""
    lines = (f"{digest}  {name}\n" for name, digest in sorted(digests(files).items()))
    return "".join(lines).encode("utf-8", "surrogateescape")


def digests(files: Mapping[str, bytes]) -> dict[str, str]:
    """The SHA-256 of each file."""
    return {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}


def bad_sums(listed: bytes, found: Mapping[str, str]) -> list[str]:
    """The names of files whose digests are not as the list says, that it lacks, or that are gone."""
    lines = (line.partition("  ") for line in listed.decode("utf-8", "surrogateescape").splitlines())
    wanted = {name: digest for digest, _, name in lines}
    return sorted(name for name in {*wanted, *found} if wanted.get(name) != found.get(name))
