"""The proxy of install-config.yaml: it answers, and lets nodes through to the registries with the login it gets."""

from __future__ import annotations

from collections.abc import Iterator

from antrea_ci.bounded import each
from antrea_ci.exchange import Fault, Line, NoAnswerError, tunnel_status
from antrea_ci.findings import Finding
from antrea_ci.images.registry import asked_host
from antrea_ci.preflight.outlet import ClusterProxy, cluster_proxies, no_proxy, registry_line
from antrea_ci.preflight.reach import Reach, reach
from antrea_ci.preflight.site import Found, NotApplicableError, Site, error
from antrea_ci.proxies import bypasses

_NEEDS_LOGIN = 407


def probe(site: Site) -> Found:
    """Both proxies are there; the one for https takes a CONNECT to each registry that noProxy does not name."""
    config = site.openshift()
    proxies = list(cluster_proxies(config))
    if not proxies:
        raise NotApplicableError("install-config.yaml has no proxy")
    exceptions = no_proxy(config)
    hosts = dict.fromkeys(asked_host(image) for image in site.images)
    targets = [_with_port(host) for host in hosts if not bypasses(host, exceptions)]
    line = registry_line(site)
    for proxy in proxies:
        if proxy.key == "httpsProxy" and targets:
            yield from _tunnels(line, proxy, targets)
        else:
            yield from _listens(site, proxy)


def _with_port(host: str) -> str:
    return host if host.rpartition(":")[2].isdigit() else f"{host}:443"


def _listens(site: Site, proxy: ClusterProxy) -> Iterator[Finding]:
    host, _, port = proxy.proxy.host.rpartition(":")
    found = reach(host.strip("[]"), int(port), site.means.connect)
    if found is not Reach.OPEN:
        what = "refuses connections" if found is Reach.REFUSED else "does not answer"
        yield error("preflight/proxy", proxy.place, f"the proxy {proxy.proxy.host} ({proxy.key}) {what}")


def _tunnels(line: Line, proxy: ClusterProxy, targets: list[str]) -> Iterator[Finding]:
    def status(target: str) -> int | NoAnswerError:
        try:
            return tunnel_status(line, proxy.proxy, secure=proxy.is_secure, target=target)
        except NoAnswerError as fault:
            return fault

    name = f"the proxy {proxy.proxy.host} ({proxy.key})"
    told: set[str] = set()
    for target, answer in zip(targets, each(status, targets), strict=True):
        finding = _told(proxy, name, target, answer)
        if finding and finding.message not in told:
            told.add(finding.message)
            yield finding


def _told(proxy: ClusterProxy, name: str, target: str, answer: int | NoAnswerError) -> Finding | None:
    if isinstance(answer, NoAnswerError):
        what = answer.fault if answer.fault is not Fault.BROKEN else answer
        return error("preflight/proxy", proxy.place, f"{name} cannot be used: {what}")
    if answer == _NEEDS_LOGIN:
        is_given = bool(proxy.proxy.authorization)
        message = f"{name} {'does not take the login' if is_given else 'asks for a login'}"
        return error("preflight/proxy-login", proxy.place, message)
    if not 200 <= answer < 300:
        return error("preflight/proxy-refuses", proxy.place, f"{name} does not let {target} through (status {answer})")
    return None
