"""The cluster's API without kubectl between: the same calls on the same API server, in a hundredth of its time.

What kubectl makes of each call is tried by tests of their own; a test that is about something else takes this one by
``monkeypatch.setattr("antrea_ci.kube.access.Api", DirectApi)``.
"""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from antrea_ci.kube.api import FIELD_MANAGER, Api, ApiError, object_path
from antrea_ci.kube.paths import object_name
from antrea_ci.yamlio import Value


class DirectApi(Api):
    """Speaks for the user of a kubeconfig that support.api_server wrote."""

    def __init__(self, program: Path, kubeconfig: Path, source: str = "") -> None:
        super().__init__(program, kubeconfig, source)
        read = json.loads(kubeconfig.read_text())
        cluster = read["clusters"][0]["cluster"]
        self._address = urlsplit(cluster["server"]).netloc
        self._context = ssl.create_default_context(cafile=cluster["certificate-authority"])
        self._token = read["users"][0]["user"]["token"]

    def text(self, path: str) -> bytes:
        return self._sent("GET", path)

    def create(self, path: str, manifest: Mapping[str, Value]) -> Value:
        return json.loads(self._sent("POST", path, manifest))

    def replace(self, path: str, manifest: Mapping[str, Value]) -> None:
        self._sent("PUT", path, manifest)

    def replaced(self, path: str, manifest: Mapping[str, Value]) -> Value:
        return json.loads(self._sent("PUT", f"{path}?dryRun=All", manifest))

    def delete(self, path: str) -> None:
        self._sent("DELETE", path)

    def apply(
        self, manifests: Sequence[Mapping[str, Value]], *, dry_run: bool = False, force: bool = False
    ) -> list[Value]:
        found: list[Value] = []
        for manifest in manifests:
            query = f"?fieldManager={FIELD_MANAGER}&force={str(force).lower()}{'&dryRun=All' if dry_run else ''}"
            answer = self._sent("PATCH", object_path(manifest) + query, manifest, object_name(manifest))
            found.append(json.loads(answer))
        return found

    def _sent(self, method: str, path: str, body: Mapping[str, Value] | None = None, shown: str = "") -> bytes:
        kind = "application/apply-patch+yaml" if method == "PATCH" else "application/json"
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": kind, "Accept": "application/json, */*"}
        connection = http.client.HTTPSConnection(self._address, context=self._context, timeout=30)
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            data = answer.read()
        finally:
            connection.close()
        if answer.status < http.client.BAD_REQUEST:
            return data
        status = {"message": data.decode(), "reason": "NotFound" if answer.status == http.client.NOT_FOUND else ""}
        status |= json.loads(data) if data.startswith(b"{") else {}
        raise ApiError(f"{method} {shown or path}: {status.get('message')}", str(status.get("reason", "")))
