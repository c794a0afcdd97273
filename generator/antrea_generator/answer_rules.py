"""Reads answers from a data file and from ``--data``, and checks them as a whole: every problem at once."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from typing import get_args

from pydantic import ValidationError

from antrea_ci.errors import FindingsError, UsageError
from antrea_ci.findings import Finding, Location
from antrea_ci.model.network import Entry, NetworkPlan
from antrea_ci.model.problems import explain
from antrea_ci.suggest import did_you_mean
from antrea_ci.yamlio import Document, Value, YamlError, parse
from antrea_generator.answers import Answers

_VIRTUAL_ADDRESSES = ("vsphere", "baremetal", "nutanix")
_FIRST_WITH_FAILURE_DOMAINS = 13
_FAILURE_DOMAIN_KEYS = ("name", "region", "zone")
_HOST_KEYS = ("name", "bootMACAddress", "bmc")


@dataclass(frozen=True)
class Given:
    """The answers that were given, before defaults, and where each of them stands."""

    values: Mapping[str, Value]
    places: Mapping[str, Location]

    def place(self, name: str) -> tuple[str, Location]:
        """The name by which messages call an answer, and its place; a default has none."""
        if name in self.places:
            return name, self.places[name]
        return f"{name} (default)", Location()


def read_answers(data_file: Path | None, pairs: Sequence[str]) -> Given:
    """The answers of a YAML data file, overridden by ``NAME=VALUE`` pairs. Raises FindingsError or UsageError."""
    values: dict[str, Value] = {}
    places: dict[str, Location] = {}
    if data_file is not None:
        document = _read_data_file(data_file)
        values = dict(document.mapping)
        places = {name: document.locate((name,), key=True) for name in values}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals:
            raise UsageError(f"--data {pair}: write it as NAME=VALUE")
        values[name] = _typed(name, text)
        places[name] = Location("--data")
    base = data_file.parent if data_file else Path()
    return Given(_with_trust_bundle(values, places, base), places)


def check_answers(given: Given) -> Answers:
    """The answers with their defaults; raises FindingsError with every problem of each and of all together."""
    findings = [
        Finding(
            "answers/unknown",
            f"there is no question `{name}`{did_you_mean(name, Answers.model_fields)}",
            location=place,
        )
        for name, place in given.places.items()
        if name not in Answers.model_fields
    ]
    known = {name: value for name, value in given.values.items() if name in Answers.model_fields}
    try:
        answers = Answers.model_validate(known)
    except ValidationError as error:
        details = error.errors(include_url=False)
        findings += [_field_finding(given, detail["loc"], explain(detail)) for detail in details]
        # The rules that span answers still speak of those that are sound.
        wrong = {str(detail["loc"][0]) for detail in details}
        answers = _defaults_for(wrong, known)
    findings += [] if answers is None else _cross_findings(answers, given)
    # `check` repeats the warnings of the repository that is made.
    if answers is None or any(finding.is_error for finding in findings):
        raise FindingsError(findings)
    return answers


def _defaults_for(wrong: set[str], known: Mapping[str, Value]) -> Answers | None:
    try:
        return Answers.model_validate({name: value for name, value in known.items() if name not in wrong})
    except ValidationError:
        return None


def _read_data_file(path: Path) -> Document:
    try:
        return parse(path.read_bytes(), str(path))
    except OSError as error:
        raise UsageError(f"--data-file {path}: {error.strerror}") from None


def _typed(name: str, text: str) -> Value:
    """The value of a pair: text stays text, everything else is written as YAML."""
    field = Answers.model_fields.get(name)
    if field is None or field.annotation is str or _is_text_choice(field.annotation):
        return text
    try:
        return parse(text, f"--data {name}").value
    except YamlError as error:
        raise FindingsError(error.findings) from None


def _is_text_choice(annotation: object) -> bool:
    arguments = get_args(annotation)
    return bool(arguments) and all(isinstance(argument, str) for argument in arguments)


def _with_trust_bundle(values: dict[str, Value], places: Mapping[str, Location], base: Path) -> dict[str, Value]:
    """Replaces a path in ``additional_trust_bundle`` by the certificates that stand there."""
    name = "additional_trust_bundle"
    answer = values.get(name)
    if not isinstance(answer, str) or not answer.strip() or "-----BEGIN" in answer:
        return values
    path = base / os.path.expanduser(answer.strip())  # noqa: PTH111 (never raises)
    try:
        return {**values, name: path.read_text("utf-8")}
    except (OSError, UnicodeDecodeError) as error:
        message = f"`{name}`: {path} cannot be read: {getattr(error, 'strerror', None) or 'it is not text'}"
        fix = "give the certificates themselves, or the path of a PEM file"
        raise FindingsError([Finding("answers/value", message, location=places[name], fix=fix)]) from None


def _field_finding(given: Given, loc: Sequence[str | int], problem: str) -> Finding:
    name = str(loc[0])
    path = ".".join(str(step) for step in loc if step not in ("list[str]", "str"))
    return Finding("answers/value", f"`{path}`: {problem}", location=given.places.get(name, Location()))


def _cross_findings(answers: Answers, given: Given) -> list[Finding]:
    findings = _plan(answers, given).findings()
    return [*findings, *_encryption_findings(answers, given), *_machine_findings(answers, given)]


def _encryption_findings(answers: Answers, given: Given) -> Iterator[Finding]:
    if answers.traffic_encryption_mode != "none" and answers.traffic_encap_mode != "encap":
        message = (
            f"{answers.traffic_encryption_mode} encrypts in the mode encap only, not in {answers.traffic_encap_mode}"
        )
        why = "it encrypts the tunnels, which no other mode has for all traffic; the agents would end at once"
        fix = "answer traffic_encap_mode: encap, or traffic_encryption_mode: none"
        yield _finding("traffic_encryption_mode", given, message, why=why, fix=fix)


def _plan(answers: Answers, given: Given) -> NetworkPlan:
    def entries(name: str) -> tuple[Entry, ...]:
        texts = [text.strip() for text in str(getattr(answers, name)).split(",") if text.strip()]
        cluster = name == "cluster_network"
        prefixes = [(64 if ":" in text else answers.host_prefix) if cluster else None for text in texts]
        # IPv6 pieces are always /64, so there the network itself is what must change.
        owners = [given.place(name if ":" in text else "host_prefix") for text in texts]
        return tuple(map(Entry, texts, repeat(given.place(name)), prefixes, owners))

    openshift = answers.flavour == "openshift"
    with_vips = openshift and answers.platform in _VIRTUAL_ADDRESSES
    return NetworkPlan(
        machine=entries("machine_network"),
        cluster=entries("cluster_network"),
        service=entries("service_network"),
        api_vips=entries("api_vip") if with_vips else (),
        ingress_vips=entries("ingress_vip") if with_vips else (),
        nodes=answers.control_plane_replicas + answers.compute_replicas if openshift else 0,
        platform=answers.platform if openshift else "kubernetes",
        minor=_minor(answers),
    )


def _minor(answers: Answers) -> int:
    """12 for OpenShift 4.12."""
    return int(answers.openshift_version.split(".")[1])


def _machine_findings(answers: Answers, given: Given) -> Iterator[Finding]:
    if answers.flavour != "openshift":
        return
    if answers.platform == "vsphere":
        yield from _failure_domain_findings(answers, given)
    if answers.platform == "baremetal" and "hosts" in given.places:
        yield from _host_findings(answers, given)
    if answers.platform in _VIRTUAL_ADDRESSES and not answers.api_vip:
        why = f"on {answers.platform} the nodes themselves announce the addresses of API and ingress"
        yield _finding("api_vip", given, "is empty", why=why, fix="give two free addresses, api_vip and ingress_vip")


def _failure_domain_findings(answers: Answers, given: Given) -> Iterator[Finding]:
    if answers.failure_domains and _minor(answers) < _FIRST_WITH_FAILURE_DOMAINS:
        why = f"the install-config of {answers.openshift_version} has no failure domains (technology preview only)"
        yield _finding(
            "failure_domains", given, "needs OpenShift 4.13 or later", why=why, fix="use the single vSphere answers"
        )
    for index, domain in enumerate(answers.failure_domains):
        place = domain.get("topology", domain)
        topology = place if isinstance(place, dict) else {}
        missing = [key for key in _FAILURE_DOMAIN_KEYS if not domain.get(key)]
        missing += [key for key in ("datacenter", "datastore") if not topology.get(key)]
        missing += [] if topology.get("computeCluster") or topology.get("cluster") else ["computeCluster"]
        missing += [] if topology.get("networks") or topology.get("network") else ["networks"]
        if missing:
            yield _finding("failure_domains", given, f"entry {index + 1} lacks {', '.join(missing)}")


def _host_findings(answers: Answers, given: Given) -> Iterator[Finding]:
    for index, host in enumerate(answers.hosts):
        missing = [key for key in _HOST_KEYS if not host.get(key)]
        bmc = host.get("bmc")
        missing += ["bmc.address"] if not isinstance(bmc, dict) or not bmc.get("address") else []
        if missing:
            yield _finding("hosts", given, f"entry {index + 1} lacks {', '.join(missing)}")
        if isinstance(bmc, dict) and {"username", "password"} & set(bmc):
            why = "a password must never stand in Git"
            fix = "write bmc.secret: NAME; ANTREA_GITOPS_SECRET_<NAME> holds user:password at install time"
            yield _finding("hosts", given, f"entry {index + 1} holds user or password", why=why, fix=fix)
    wanted = answers.control_plane_replicas + answers.compute_replicas
    if len(answers.hosts) < wanted:
        yield _finding("hosts", given, f"names {len(answers.hosts)} machines, {wanted} are planned")


def _finding(name: str, given: Given, message: str, *, why: str = "", fix: str = "") -> Finding:
    shown, location = given.place(name)
    return Finding("answers/combination", f"{shown}: {message}", location=location, why=why, fix=fix)
