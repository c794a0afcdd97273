"""NSX Manager: the documented calls of phase 2 (facts/nsx-api.yaml).

Whoever changes something looks first whether it is so already: a call whose answer was lost is made again by the next
run.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from antrea_ci.facts import facts
from antrea_ci.nsx.addresses import base_of
from antrea_ci.nsx.answers import ControlPlane, Health, Identity, Json, Stored
from antrea_ci.nsx.refusals import NsxError
from antrea_ci.nsx.transport import Managers
from antrea_ci.values import items_at, mapping_at, text_at
from antrea_ci.yamlio import Value

_NOT_FOUND = 404


class Nsx:
    """One NSX, by its managers. Every call raises NsxError as Managers.call does."""

    def __init__(self, managers: Managers) -> None:
        self._managers = managers

    def version(self) -> str:
        """The version of NSX, such as ``4.2.2.0.0.24730888``."""
        return text_at(self._call("GET", "version"), ("product_version",))

    def identity(self, name: str) -> Identity | None:
        """The principal identity of this name; None where there is none."""
        return next((one for one in map(Identity.of, self._listed("identities")) if one.name == name), None)

    def create_identity(self, name: str, certificate: str) -> Identity:
        """Makes the principal identity of a cluster, whose node id is its name, with a new certificate in PEM form."""
        role = text_at(facts("nsx-api"), ("role",))
        body: Json = {
            "name": name,
            "node_id": name,
            "display_name": name,
            "certificate_pem": certificate,
            "is_protected": True,
            "roles_for_paths": [{"path": "/", "roles": [{"role": role}]}],
        }
        return Identity.of(self._call("POST", "new-identity", body=body))

    def set_identity_certificate(self, identity: Identity, certificate_id: str) -> None:
        """Has the identity be known by another stored certificate from now on."""
        body: Json = {"principal_identity_id": identity.id, "certificate_id": certificate_id}
        self._call("POST", "identity-certificate", body=body)

    def delete_identity(self, identity: Identity) -> None:
        """Removes a principal identity, if it is there; its certificate stays."""
        self._remove("identity", identity.id)

    def certificates(self) -> list[Stored]:
        """All stored certificates."""
        return list(map(Stored.of, self._listed("certificates")))

    def import_certificate(self, name: str, certificate: str) -> str:
        """Stores a certificate in PEM form under a name; its id."""
        read = self._call("POST", "new-certificate", body={"display_name": name, "pem_encoded": certificate})
        return text_at(next(iter(items_at(read, ("results",))), None), ("id",))

    def delete_certificate(self, certificate_id: str) -> None:
        """Removes a stored certificate, if it is there; refused while something goes by it."""
        self._remove("certificate", certificate_id)

    def control_plane(self, name: str) -> ControlPlane | None:
        """The registered cluster of this name; None where NSX knows none."""
        found = self._find("control-plane", name)
        return None if found is None else ControlPlane.of(found)

    def set_control_plane_certificate(self, plane: ControlPlane, certificate: str) -> None:
        """Has NSX expect another certificate, in PEM form, of a registered cluster."""
        body: Json = {**plane.body, "certificate": certificate}
        self._call("PUT", "control-plane", plane.name, body=body, headers=_overwrite())

    def delete_control_plane(self, name: str) -> None:
        """Removes what NSX has of a cluster that is gone, with all that hangs on it."""
        self._remove("delete-control-plane", name)

    def health(self, name: str) -> Health | None:
        """What NSX has heard of a registered cluster; None where it tells none of it."""
        found = self._find("status", name)
        return None if found is None else Health.of(found)

    def _find(self, call: str, name: str) -> Json | None:
        try:
            return self._call("GET", call, name)
        except NsxError as error:
            if error.status == _NOT_FOUND:
                return None
            raise

    def _remove(self, call: str, name: str) -> None:
        try:
            self._call("DELETE", call, name, headers=_overwrite())
        except NsxError as error:
            if error.status != _NOT_FOUND:
                raise

    def _listed(self, call: str) -> list[Value]:
        """All pages of a list."""
        found: list[Value] = []
        cursor, seen = "", set[str]()
        while cursor not in seen:
            seen.add(cursor)
            query = f"?cursor={quote(cursor, safe='')}" if cursor else ""
            page = self._managers.call("GET", _path(call) + query)
            found += items_at(page, ("results",))
            cursor = text_at(page, ("cursor",))
        return found

    def _call(
        self, method: str, call: str, name: str = "", body: Json | None = None, headers: Mapping[str, str] | None = None
    ) -> Json:
        return self._managers.call(method, _path(call, name), body, headers)


def delete_command(manager: str, name: str) -> str:
    """The call that removes a cluster that is gone, as a command for people; it asks for the password."""
    header = " ".join(f"-H '{key}: {value}'" for key, value in _overwrite().items())
    return f"curl -u admin -X DELETE {header} '{base_of(manager)}{_path('delete-control-plane', name)}'"


def _path(call: str, name: str = "") -> str:
    return text_at(facts("nsx-api"), ("paths", call)).replace("{id}", quote(name, safe=""))


def _overwrite() -> dict[str, str]:
    return {key: str(value) for key, value in mapping_at(facts("nsx-api"), ("overwrite",)).items()}
