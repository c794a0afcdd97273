"""The objects of an API server as its etcd keeps them, so that a test can bring back what was there before it."""

from __future__ import annotations

import base64
import http.client
import json
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

_FIRST, _END = "/registry/", "/registry0"
# What the API server keeps current by itself.
_ALIVE = ("/registry/leases/", "/registry/masterleases/", "/registry/events/")


class Keys:
    """Everything below /registry of the etcd at ``url``; keys of its HTTP gateway are base64."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._before: dict[str, str] = {}

    def remember(self) -> None:
        """What is there now is what ``restore`` brings back."""
        self._before = self._all()

    def restore(self) -> list[str]:
        """Removes what is new, puts back what changed; the keys that were new."""
        now = self._all()
        new = [key for key in now if key not in self._before]
        for key in new:
            self._ask("deleterange", key=_coded(key))
        for key, value in self._before.items():
            if now.get(key) != value:
                self._ask("put", key=_coded(key), value=value)
        return new

    def _all(self) -> dict[str, str]:
        found = self._ask("range", key=_coded(_FIRST), range_end=_coded(_END)).get("kvs", [])
        pairs = {base64.b64decode(one["key"]).decode(): one["value"] for one in found}
        return {key: value for key, value in pairs.items() if not key.startswith(_ALIVE)}

    def _ask(self, call: str, **body: str) -> dict[str, Any]:
        with closing(http.client.HTTPConnection(urlsplit(self._url).netloc, timeout=30)) as connection:
            connection.request("POST", f"/v3/kv/{call}", json.dumps(body))
            answer = connection.getresponse()
            data = answer.read()
        assert answer.status == http.client.OK, data
        return json.loads(data)


def _coded(key: str) -> str:
    return base64.b64encode(key.encode()).decode()
