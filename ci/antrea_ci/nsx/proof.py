"""Sees to it that a cluster has a certificate for NSX: what is there is used, only what is missing is made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from antrea_ci import redaction, secrets
from antrea_ci.errors import FindingsError
from antrea_ci.files import write_atomically
from antrea_ci.findings import Finding, Location
from antrea_ci.model.effective import Cluster
from antrea_ci.nsx.certificate import PublicCertificate, faults, key_fault, public
from antrea_ci.nsx.making import new_key, request, self_signed
from antrea_ci.nsx.safekeeping import CERTIFICATE, KEY, NEXT, Safe, safe_of


@dataclass(frozen=True)
class Wish:
    """``renew``: a new pair beside the old one; ``by_authority``: a request instead of a certificate of our own.

    ``folder``: where, for the provider env, key and certificate go; ``days``: how long it is valid.
    """

    renew: bool = False
    by_authority: bool = False
    folder: Path | None = None
    days: int = 3650


@dataclass(frozen=True)
class Proof:
    """What came of it. ``stored``: name of each new secret and where it is; ``note``: what people do with them.

    ``state`` says in words how things stand; ``request_file`` is where a request for an authority was written.
    """

    certificate: PublicCertificate | None
    state: str
    stored: Mapping[str, str] = field(default_factory=dict[str, str])
    note: str = ""
    request_file: Path | None = None


@dataclass(frozen=True)
class _Pair:
    key: str | None = field(repr=False)
    certificate: str | None


@dataclass(frozen=True)
class Looked:
    """What is at hand, and fits this cluster; nothing has been made or written yet."""

    cluster: Cluster
    wish: Wish
    safe: Safe = field(repr=False)
    pair: _Pair = field(repr=False)
    committed: PublicCertificate | None
    file: Path

    @property
    def end(self) -> str:
        """Of the names of both secrets."""
        return NEXT if self.wish.renew else ""


def look(cluster: Cluster, wish: Wish, environment: Mapping[str, str]) -> Looked:
    """Raises FindingsError where what is there cannot be used, and what secrets.load and safe_of raise."""
    safe = safe_of(cluster, environment, wish.folder)
    loaded = secrets.load(cluster, "nsx-check", environment)
    end = NEXT if wish.renew else ""
    pair = _Pair(*(loaded.get(name + end) or safe.waiting(name + end) for name in (KEY, CERTIFICATE)))
    redaction.learn([pair.key] if pair.key else [])
    repo = cluster.repo
    file = repo.next_nsx_certificate_file if wish.renew else repo.nsx_certificate_file
    committed = public(file.read_text(encoding="utf-8", errors="replace")) if file.is_file() else None
    _refuse(cluster, pair, committed, end)
    return Looked(cluster, wish, safe, pair, committed, file)


def prove(looked: Looked) -> Proof:
    """Key and certificate, or a request; the public part is written beside the overlay. Raises what Safe.put raises."""
    pair, end = looked.pair, looked.end
    if pair.certificate:
        return _used(looked.cluster, pair, looked.file, end)
    if looked.committed:
        missing = f"{CERTIFICATE}{end}" if pair.key else f"{KEY}{end} and {CERTIFICATE}{end}, so they were not compared"
        name = looked.cluster.repo.name(looked.file)
        return Proof(looked.committed, f"the certificate in {name} stays; not at hand here: {missing}")
    return _made(looked)


def _refuse(cluster: Cluster, pair: _Pair, committed: PublicCertificate | None, end: str) -> None:
    found = public(pair.certificate) if pair.certificate else committed
    place = Location(cluster.repo.name(cluster.repo.cluster_file))
    problems = list(_problems(cluster, pair, found, end))
    if problems:
        raise FindingsError([Finding(rule, message, location=place) for rule, message in problems])


def _problems(cluster: Cluster, pair: _Pair, found: PublicCertificate | None, end: str) -> Iterator[tuple[str, str]]:
    if pair.certificate and found is None:
        yield "nsx/certificate-unreadable", f"{CERTIFICATE}{end} holds no certificate in PEM form"
    if pair.certificate and found:
        yield from ((one.rule, f"{CERTIFICATE}{end}: {one.message}") for one in faults(found, cluster.nsx_name))
    if pair.key and (fault := key_fault(pair.key, found)):
        yield "nsx-check/key", f"{KEY}{end}: {fault}"


def _used(cluster: Cluster, pair: _Pair, file: Path, end: str) -> Proof:
    found = public(pair.certificate or "")
    assert found is not None, "_refuse has looked"
    _publish(file, found.pem)
    file.with_suffix(".csr").unlink(missing_ok=True)
    if not end and (following := cluster.repo.next_nsx_certificate_file).is_file():
        read = public(following.read_text(encoding="utf-8", errors="replace"))
        if read and read.sha256 == found.sha256:
            following.unlink()  # the renewal is done: what was next is the present one
    without = "" if pair.key else f"; {KEY}{end} is not at hand here, so it was not compared"
    return Proof(found, f"{CERTIFICATE}{end} is used{without}")


def _made(looked: Looked) -> Proof:
    cluster, wish, safe, file, end = looked.cluster, looked.wish, looked.safe, looked.file, looked.end
    key, stored = looked.pair.key, dict[str, str]()
    waits = file.with_suffix(".csr")
    if key is None:
        key = new_key()
        redaction.learn([key])
        stored[KEY + end] = safe.put(KEY + end, key)
    if wish.by_authority or waits.is_file():
        if not waits.is_file() or stored:
            _publish(waits, request(key, cluster.nsx_name))
        state = f"{cluster.repo.name(waits)} waits for an authority; store what it signs as {CERTIFICATE}{end}"
        return Proof(None, state, stored, safe.note if stored else "", waits)
    text = self_signed(key, cluster.nsx_name, wish.days)
    stored[CERTIFICATE + end] = safe.put(CERTIFICATE + end, text)
    found = public(text)
    assert found is not None, "it was just made"
    _publish(file, found.pem)
    return Proof(found, "a new certificate was made", stored, safe.note)


def _publish(file: Path, text: str) -> None:
    if not file.is_file() or file.read_text(encoding="utf-8", errors="replace") != text:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(file, text.encode())
