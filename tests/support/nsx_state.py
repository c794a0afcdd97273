"""What the double of support.nsx_manager keeps, and how it answers each call."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from cryptography import x509

USER, PASSWORD = "svc-antrea", "nsx-P@ss:w0rd"
LOGIN = f"{USER}:{PASSWORD}"
Object = dict[str, Any]
_PLANES = "/policy/api/v1/infra/sites/default/enforcement-points/default/cluster-control-planes/"
_TRUST = "/api/v1/trust-management/"
_PAGE = 2
WRONG_LOGIN = "The credentials were incorrect or the account specified has been locked."


class RefusedError(Exception):
    """A refusal: its status, and the body as the manager words it."""

    def __init__(self, status: int, message: str, code: int = 0, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers or {}
        self.body = {"httpStatus": str(status), "error_code": code or status, "module_name": "policy"}
        self.body["error_message"] = message


@dataclass
class _Fault:
    method: str
    part: str
    times: int
    status: int = 0
    message: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    is_drop: bool = False

    def meets(self, method: str, target: str) -> bool:
        return self.times != 0 and method == self.method and self.part in target


@dataclass
class NsxManager:
    """See the module's text. What it keeps is by ids; ``address`` is for cluster.yaml.

    ``states``: what its health says of ``controller``, ``mp_adapter`` and ``ccp_adapter``, else HEALTHY. ``before`` is
    called with each request before it is answered.
    """

    address: str = ""
    identities: dict[str, Object] = field(default_factory=dict)
    certificates: dict[str, Object] = field(default_factory=dict)
    planes: dict[str, Object] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    before: Callable[[str, str], None] = lambda *_: None
    _faults: list[_Fault] = field(default_factory=list)
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    def reset(self) -> None:
        """Forgets everything but its address."""
        for one in (
            self.identities,
            self.certificates,
            self.planes,
            self.states,
            self.asked,
            self.headers,
            self._faults,
        ):
            one.clear()
        self.before = lambda *_: None

    def fail(
        self,
        method: str,
        part: str,
        status: int,
        message: str = "",
        *,
        times: int = 1,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Answers calls of ``method`` whose target holds ``part`` with ``status``."""
        self._faults.append(_Fault(method, part, times, status, message, headers or {}))

    def drop(self, method: str, part: str) -> None:
        """Carries the next such call out, and breaks the connection."""
        self._faults.append(_Fault(method, part, 1, is_drop=True))

    def register(self, name: str, pem: str) -> str:
        """What the register job does by the identity of the cluster; the id that the cluster gets."""
        identity = self.identity(name)
        assert identity is not None, f"no principal identity {name}"
        assert self.certificates[identity["certificate_id"]]["pem_encoded"].strip() == pem.strip()
        node = f"node-{next(self._numbers)}"
        plane = {"resource_type": "AntreaClusterControlPlane", "id": name, "display_name": name, "node_id": node}
        self.planes[name] = plane | {"certificate": pem, "_revision": 0, "_create_user": name}
        return node

    def identity(self, name: str) -> Object | None:
        return next((one for one in self.identities.values() if one["name"] == name), None)

    def certificate_of(self, name: str) -> str:
        """The PEM text by which the identity is known."""
        identity = self.identity(name)
        return self.certificates[identity["certificate_id"]]["pem_encoded"] if identity else ""

    def changes(self) -> list[str]:
        """The calls that were no GET: method, and the last part of the path."""
        return [f"{method} {urlsplit(path).path.rpartition('/')[2]}" for method, path in self.asked if method != "GET"]

    def answer(self, method: str, target: str, body: Object) -> tuple[Object, bool]:
        """The answer to a call, and whether the connection breaks before it. RefusedError for a refusal."""
        self.asked.append((method, target))
        self.before(method, target)
        fault = next((one for one in self._faults if one.meets(method, target)), None)
        if fault:
            fault.times -= 1
            if not fault.is_drop:
                message = fault.message or "General error has occurred."
                raise RefusedError(fault.status, message, headers=fault.headers)
        return self._carried_out(method, target, body), bool(fault)

    def _carried_out(self, method: str, target: str, body: Object) -> Object:
        parts = urlsplit(target)
        query = {key: value[0] for key, value in parse_qs(parts.query).items()}
        if parts.path == "/api/v1/node/version":
            return {"node_version": "4.2.2.0.0.24730888", "product_version": "4.2.2.0.0.24730888"}
        if parts.path.startswith(_PLANES):
            name, _, below = unquote(parts.path.removeprefix(_PLANES)).partition("/")
            return self._of_plane(method, name, below, body, query)
        if parts.path.startswith(_TRUST):
            kind, _, below = parts.path.removeprefix(_TRUST).partition("/")
            return self._of_trust(method, f"{kind} {query.get('action', '')}".strip(), below, body, query)
        raise RefusedError(404, f"The requested URI {parts.path} is not known")

    def _of_trust(self, method: str, kind: str, below: str, body: Object, query: Object) -> Object:
        stored = self.certificates if kind.startswith("certificates") else self.identities
        call = (method, kind, bool(below) and below != "with-certificate")
        if call[0] == "GET" and not below:
            return _page(list(stored.values()), query.get("cursor", ""))
        if (method, kind, below) == ("POST", "principal-identities", "with-certificate"):
            return self._new_identity(body)
        if call == ("POST", "certificates import", False):
            return {"results": [self._stored(body["pem_encoded"], body.get("display_name", ""))]}
        if call == ("POST", "principal-identities update_certificate", False):
            return self._update_identity(body)
        if method == "DELETE" and below in stored:
            return self._remove(stored, below)
        raise RefusedError(404, f"The object {kind}/{below} could not be found", 600)

    def _new_identity(self, body: Object) -> Object:
        if any(one["name"] == body["name"] and one["node_id"] == body["node_id"] for one in self.identities.values()):
            raise RefusedError(409, f"Principal identity {body['name']} already exists.", 2001)
        if any(one["pem_encoded"] == body["certificate_pem"] for one in self.certificates.values()):
            raise RefusedError(400, "Certificate was already imported and is in use.", 2076)
        certificate = self._stored(body["certificate_pem"], body["name"])
        new = {key: value for key, value in body.items() if key != "certificate_pem"}
        new |= {"id": f"pi-{next(self._numbers)}", "certificate_id": certificate["id"]}
        self.identities[new["id"]] = new
        self._mark()
        return new

    def _stored(self, pem: str, name: str) -> Object:
        try:
            x509.load_pem_x509_certificate(pem.encode())
        except ValueError:
            raise RefusedError(400, "Certificate is not in the PEM format.", 2000) from None
        new = {"id": f"cert-{next(self._numbers)}", "display_name": name, "pem_encoded": pem, "used_by": []}
        self.certificates[new["id"]] = new
        return new

    def _update_identity(self, body: Object) -> Object:
        identity = self.identities.get(body["principal_identity_id"])
        if identity is None or body["certificate_id"] not in self.certificates:
            raise RefusedError(404, "The principal identity or the certificate could not be found", 600)
        identity["certificate_id"] = body["certificate_id"]
        self._mark()
        return identity

    def _remove(self, stored: dict[str, Object], below: str) -> Object:
        if stored is self.certificates and stored[below]["used_by"]:
            raise RefusedError(400, "Certificate is in use and cannot be deleted.", 2017)
        del stored[below]
        self._mark()
        return {}

    def _mark(self) -> None:
        """Which certificates are in use."""
        used = {one["certificate_id"]: one["id"] for one in self.identities.values()}
        for one in self.certificates.values():
            node = used.get(one["id"])
            one["used_by"] = [{"node_id": node, "service_types": ["CLIENT_AUTH"]}] if node else []

    def _of_plane(self, method: str, name: str, below: str, body: Object, query: Object) -> Object:
        plane = self.planes.get(name)
        if plane is None:
            raise RefusedError(404, f"The path=[{_PLANES}{name}] is invalid", 500012)
        if method == "GET":
            return self._health(name) if below == "status" else plane
        if self.headers[-1].get("X-Allow-Overwrite") != "true":
            message = f"Principal {USER} attempts to delete or modify an object it doesn't own. (createUser={name})"
            raise RefusedError(403, message, 289)
        if method == "DELETE":
            if query.get("cascade") != "true":
                raise RefusedError(400, "The object has children.", 500030)
            return self.planes.pop(name)
        if body.get("_revision") != plane["_revision"]:
            raise RefusedError(412, "The object was modified by somebody else.", 604)
        self.planes[name] = body | {"_revision": plane["_revision"] + 1}
        return self.planes[name]

    def _health(self, name: str) -> Object:
        def part(key: str) -> Object:
            state = self.states.get(key, "HEALTHY")
            is_well = "HEALTHY" if state == "HEALTHY" else "UNHEALTHY"
            told = {"condition_type": f"{key.upper()}_HEALTHY", "status": is_well, "reason": "", "message": ""}
            return {"status": state, "conditions": [told | ({"reason": "Lost"} if is_well == "UNHEALTHY" else {})]}

        parts = {f"{key}_status": part(key) for key in ("controller", "mp_adapter", "ccp_adapter")}
        agents = {"healthy_agent_num": 3, "degraded_agent_num": 0, "failed_agent_num": 0}
        return {"resource_type": "AntreaClusterInfo", "id": name, **parts, "agent_info": agents}


def _page(found: list[Object], cursor: str) -> Object:
    start = int(cursor or 0)
    page = {"results": found[start : start + _PAGE], "result_count": len(found)}
    return page | ({"cursor": str(start + _PAGE)} if start + _PAGE < len(found) else {})
