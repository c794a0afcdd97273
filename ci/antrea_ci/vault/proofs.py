"""What was proven of snapshots: a reference ``checks/<kind>/<time>-<id>/<state>-<time>`` to the snapshot's commit.

Any clone sees them without fetching anything, they take no object, and a proof of one snapshot never fits another.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from antrea_ci.vault.model import Name, Proof, State, read_stamp, stamp

PREFIX = "checks/"
_RANK = {state: rank for rank, state in enumerate(State)}


def reference(name: Name, proof: Proof) -> str:
    """The reference that says so, below the namespace."""
    return f"{PREFIX}{name}/{proof.state}-{stamp(proof.time)}"


def now(state: State) -> Proof:
    return Proof(state, datetime.now(tz=UTC).replace(microsecond=0))


def best(name: Name, snapshot: str, references: Mapping[str, str]) -> Proof:
    """The best and newest proof of the snapshot with this commit; that it is stored needs none."""
    start = f"{PREFIX}{name}/"
    found = (
        _parse(ref.removeprefix(start)) for ref, at in references.items() if ref.startswith(start) and at == snapshot
    )
    proofs = [proof for proof in found if proof]
    return max(proofs, key=lambda proof: (_RANK[proof.state], proof.time), default=Proof(State.STORED, name.time))


def of_snapshot(name: Name, references: Mapping[str, str]) -> dict[str, str]:
    """All the proofs of one snapshot."""
    return {ref: at for ref, at in references.items() if ref.startswith(f"{PREFIX}{name}/")}


def subject(ref: str) -> Name | None:
    """The snapshot that a reference is a proof of; None where it is no proof."""
    return Name.parse(ref.removeprefix(PREFIX).rpartition("/")[0]) if ref.startswith(PREFIX) else None


def _parse(text: str) -> Proof | None:
    state, _, time = text.partition("-")
    parsed = read_stamp(time)
    return Proof(State(state), parsed) if parsed and state in list(State) else None
