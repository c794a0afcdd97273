"""Family ``immutable``: what an installed cluster cannot change any more, and the record that says so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from antrea_ci.checks.context import Context
from antrea_ci.findings import Finding, Location
from antrea_ci.installed_records import Record, Records, find_records
from antrea_ci.model.effective import Cluster
from antrea_ci.model.network import parse_network
from antrea_ci.repo import ClusterRepo
from antrea_ci.yamlio import Document, Path, parse

if TYPE_CHECKING:
    from antrea_ci.installed import ImmutableValues


def findings(context: Context) -> Iterator[Finding]:
    """Every difference between what the sources say and what was installed, and every loss of the record of it."""
    cluster, repo = context.cluster, context.repo
    records = find_records(repo, cluster.file.install.branch if cluster else "main")
    yield from records.findings
    yield from _of_record(repo, records)
    governing = records.governing
    if governing and cluster:
        yield from _changes(cluster, governing)


@dataclass(frozen=True)
class _Value:
    """One thing that cannot change: its rule, its texts, and where it stands in the record and in its owner's file.

    ``below`` leads from an item of a list to the text itself.
    """

    rule: str
    texts: Callable[[ImmutableValues], tuple[str, ...]]
    recorded: Path
    openshift: Path
    kubernetes: Path
    below: Path = ()


def _networks(rule: str, key: str, texts: Callable[[ImmutableValues], tuple[str, ...]], below: str = "cidr") -> _Value:
    path = ("networking", key)
    return _Value(rule, texts, path, path, path, (below,))


_VALUES = (
    _Value("flavour", lambda v: (v.flavour,), ("flavour",), (), ("flavour",)),
    _Value("name", lambda v: (v.name,), ("name",), ("metadata", "name"), ("cluster", "name")),
    _Value("base-domain", lambda v: (v.baseDomain,), ("baseDomain",), ("baseDomain",), ("cluster", "baseDomain")),
    _Value("platform", lambda v: (v.platform,), ("platform",), ("platform",), ("flavour",)),
    _Value("network-type", lambda v: (v.networkType,), ("networkType",), ("networking", "networkType"), ("flavour",)),
    _Value("fips", lambda v: (str(v.fips).lower(),), ("fips",), ("fips",), ("flavour",)),
    _networks("machine-network", "machineNetwork", lambda v: _normal(v.networking.machineNetwork)),
    _networks("cluster-network", "clusterNetwork", lambda v: _normal(p.cidr for p in v.networking.clusterNetwork)),
    _networks("service-network", "serviceNetwork", lambda v: _normal(v.networking.serviceNetwork)),
    _networks(
        "host-prefix",
        "clusterNetwork",
        lambda v: tuple(f"/{part.hostPrefix}" for part in v.networking.clusterNetwork),
        "hostPrefix",
    ),
)


def _changes(cluster: Cluster, record: Record) -> Iterator[Finding]:
    """An error for each value of the sources that differs from the record's."""
    from antrea_ci.installed import immutable_values

    now, installed = immutable_values(cluster), record.file.immutable
    on_openshift = cluster.file.flavour == "openshift"
    path = cluster.repo.install_config_file
    document = parse(path.read_bytes(), cluster.repo.name(path)) if on_openshift else cluster.document
    # Another flavour has other owners of all values; what differs then says nothing more.
    values = _VALUES if now.flavour == installed.flavour else _VALUES[:1]
    for value in values:
        old, new = value.texts(installed), value.texts(now)
        if old == new:
            continue
        where = value.openshift if on_openshift else value.kubernetes
        place = _place(document, where, value, old, new) if where else cluster.document.locate(value.kubernetes)
        message = f"{_words(value)} is {_listed(new)} here, and the cluster was installed with {_listed(old)}"
        yield Finding(f"immutable/{value.rule}", f"{message} ({record.where})", location=place)


def _of_record(repo: ClusterRepo, records: Records) -> Iterator[Finding]:
    place = Location(repo.name(repo.installed_file))
    if records.removed and records.removed.file.is_active:
        message = f"{place.file} is not here any more, and {records.removed.where} says {records.removed.file.state}"
        yield Finding("immutable/removed", message, location=place)
    if records.only_on_branch and records.trusted and records.trusted.file.is_active:
        yield Finding("immutable/not-merged", f"{records.trusted.where} was never merged", location=place)
    if records.here and records.trusted and records.trusted.file.is_active:
        yield from _edited(records.here, records.trusted)


def _edited(here: Record, trusted: Record) -> Iterator[Finding]:
    """What the record in the working tree says otherwise than the one that nobody here can have changed."""
    if not here.file.is_active:
        message = f"the state is `destroyed` here, and {trusted.where} says {trusted.file.state}"
        yield Finding("immutable/lifted", message, location=here.document.locate(("state",)))
        return
    for value in _VALUES:
        old, new = value.texts(trusted.file.immutable), value.texts(here.file.immutable)
        if old != new:
            place = _place(here.document, ("immutable", *value.recorded), value, old, new)
            message = f"{_words(value)} is {_listed(new)} here, and {_listed(old)} in {trusted.where}"
            yield Finding("immutable/record-changed", message, location=place)


def _place(document: Document, path: Path, value: _Value, old: tuple[str, ...], new: tuple[str, ...]) -> Location:
    """Where the first text that differs stands; the list, where only something is missing at its end."""
    if not value.below:
        return document.locate(path)
    index = next((n for n, text in enumerate(new) if n >= len(old) or old[n] != text), None)
    return document.locate(path if index is None else (*path, index, *value.below))


def _normal(texts: Iterable[str]) -> tuple[str, ...]:
    """Networks in the one form that two spellings share; what is no network stays as it is."""
    return tuple(map(_network, texts))


def _network(text: str) -> str:
    try:
        return str(parse_network(text))
    except ValueError:
        return text


def _words(value: _Value) -> str:
    return value.rule.replace("-", " ")


def _listed(texts: tuple[str, ...]) -> str:
    return ", ".join(texts) or "none"
