"""Platform nutanix (pkg/types/nutanix/validation)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from antrea_ci.findings import Finding
from antrea_ci.install_config.config import Config
from antrea_ci.install_config.hosts import host_fault
from antrea_ci.install_config.platform_facts import platform_facts
from antrea_ci.install_config.pool_sections import negatives, pools_of
from antrea_ci.install_config.section import Section

_SIZES = (("cpus",), ("coresPerSocket",), ("memoryMiB",), ("osDisk", "diskSizeGiB"))
_POOL = "nutanix-pool"
_SUBNETS, _TIMEOUT = "subnetUUIDs", "prismAPICallTimeout"


def findings(config: Config) -> Iterator[Finding]:
    """What is wrong with it."""
    platform = Section(config, ("platform", "nutanix"))
    central = platform.below("prismCentral")
    yield from _endpoint(central.below("endpoint"), "prism-central.example.com")
    yield from central.required_secret("username")
    yield from central.required_secret("password")
    yield from _elements(platform)
    yield from _subnets(platform)
    if platform.at(_TIMEOUT) is not None and platform.number(_TIMEOUT) <= 0:
        yield platform.finding("pool-size", (_TIMEOUT,), f"is {platform.number(_TIMEOUT)}; it must be positive")
    for domain in platform.each("failureDomains"):
        yield from _domain(domain)
    for pool in pools_of(config, "nutanix"):
        yield from _pool(pool)


def _endpoint(endpoint: Section, example: str) -> Iterator[Finding]:
    yield from endpoint.required("address", example=example)
    address = endpoint.text("address")
    if address and (fault := host_fault(address)):
        yield endpoint.finding("prism-endpoint", ("address",), f"is {address!r}: it {fault}")
    first, last = platform_facts()["nutanix"]["ports"]
    port = endpoint.at("port")
    is_number = isinstance(port, int) and not isinstance(port, bool)
    if endpoint.lacks("port") if not is_number else not first <= endpoint.number("port") <= last:
        given = f"is {port}" if is_number else "is missing"
        message = f"{given}; it must be from {first} to {last}"
        yield endpoint.finding("prism-endpoint", ("port",), message, fix="write `port: 9440`")


def _elements(platform: Section) -> Iterator[Finding]:
    elements = platform.each("prismElements")
    wanted = platform_facts()["nutanix"]["prism_elements"]
    if len(elements) != wanted:
        message = f"holds {len(elements)}, exactly {wanted} must be there" if elements else "is missing or empty"
        yield platform.finding("prism-elements", ("prismElements",), message)
    for element in elements:
        yield from element.required("uuid")
        yield from _endpoint(element.below("endpoint"), "prism-element.example.com")


def _subnets(section: Section) -> Iterator[Finding]:
    rules, subnets = platform_facts()["nutanix"], section.texts(_SUBNETS)
    if not subnets or not subnets[0]:
        yield section.finding("required", (_SUBNETS,), "is missing or empty", fix=f"add `{_SUBNETS}: [...]`")
    elif len(subnets) > rules["subnets_at_most"]:
        message = f"holds {len(subnets)}, at most {rules['subnets_at_most']} are possible"
        yield section.finding("subnets", (_SUBNETS,), message)
    elif len(subnets) > 1 and section.config.minor <= rules["one_subnet_until"]:
        yield section.finding("several-subnets", (_SUBNETS,), f"holds {len(subnets)}")
    for index, subnet in enumerate(subnets):
        if subnet in subnets[:index]:
            yield section.finding("subnets", (_SUBNETS, index), f"is {subnet}, which stands there twice")


def _domain(domain: Section) -> Iterator[Finding]:
    yield from domain.required("name")
    name = domain.text("name")
    if name and not re.search(r"[a-z0-9]", name):
        yield domain.finding("failure-domain-name", ("name",), f"is {name!r}; it needs lower-case letters or digits")
    yield from domain.required("prismElement", "uuid")
    yield from _subnets(domain)
    for container in domain.each("storageContainers"):
        yield from container.required("referenceName")
        yield from container.required("uuid")
    for image in domain.each("dataSourceImages"):
        yield from image.required("referenceName")
        if image.lacks("uuid") and image.lacks("name"):
            yield image.finding("required", (), "has neither `uuid` nor `name`", fix="add one of them")


def _pool(pool: Section) -> Iterator[Finding]:
    """The installer judges pools only when it has Prism Central at hand."""
    yield from negatives(pool, _SIZES, _POOL)
    yield from pool.one_of(_POOL, ("bootType",), platform_facts()["nutanix"]["boot_types"])
    cpus, cores = pool.number("cpus"), pool.number("coresPerSocket")
    if cores > cpus >= 0:
        fix = "write `cpus` too, at least as many"
        yield pool.finding(_POOL, (), f"has {cores} cores on each socket, and {cpus} CPUs in all", key=True, fix=fix)
