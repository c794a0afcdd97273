"""The HTTP of a real API server, for those who play its controllers: requests, and events as they come."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

Object = dict[str, Any]
_SECONDS = 30.0
_DISCOVERY = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
_TYPES = {"PATCH": "application/merge-patch+json"}


class RestError(Exception):
    """What the API server refused: its HTTP status, the reason in one word, and the message."""

    def __init__(self, code: int, reason: str, message: str) -> None:
        super().__init__(f"{code} {reason}: {message}")
        self.code, self.reason = code, reason


class Rest:
    """One user of the API server at ``url``; safe for several threads, since each request has its own connection."""

    def __init__(self, url: str, authority: Path, token: str) -> None:
        self._address = urlsplit(url).netloc
        self._context = ssl.create_default_context(cafile=str(authority))
        self._headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str) -> Object:
        return self.ask("GET", path)

    def ask(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, accept: str = "application/json"
    ) -> Object:
        """The answer to one request; a PATCH merges. RestError for a failure."""
        connection = self._connection(_SECONDS)
        try:
            return _answer(self._sent(connection, method, path, body, accept))
        finally:
            connection.close()

    def found(self, path: str) -> Object | None:
        """The object at ``path`` if it is there."""
        try:
            return self.get(path)
        except RestError as error:
            if error.code == http.client.NOT_FOUND:
                return None
            raise

    def put_status(self, path: str, status: Mapping[str, Any]) -> Object:
        """Merges ``status`` into that of the object at ``path``."""
        return self.ask("PATCH", f"{path}/status", {"status": status})

    def wait_served(self, collection: str, seconds: float = _SECONDS) -> None:
        """Waits until the collection of a CRD that was just made answers; the API server tells nobody when."""
        end = time.monotonic() + seconds
        while self.found(collection) is None:
            assert time.monotonic() < end, f"{collection} is not served"
            time.sleep(0.02)

    def collections(self, namespace: str) -> list[str]:
        """Every collection in a namespace that can be emptied by one request."""
        return [
            f"{root}/namespaces/{namespace}/{resource['resource']}"
            for root, resource in self._resources()
            if resource["scope"] == "Namespaced" and "deletecollection" in resource["verbs"]
        ]

    def _resources(self) -> Iterator[tuple[str, Object]]:
        for root in ("/api", "/apis"):
            for group in self.ask("GET", root, accept=_DISCOVERY)["items"]:
                version = group["versions"][0]
                parts = [root, group["metadata"].get("name", ""), version["version"]]
                yield from (("/".join(filter(None, parts)), resource) for resource in version["resources"])

    def watch(self, collection: str, seconds: float = _SECONDS) -> Watch:
        """Events of a collection, those that are there first. That of a CRD is tried again until it can be watched."""
        end = time.monotonic() + seconds
        while True:
            connection = self._connection(None)
            response = self._sent(connection, "GET", f"{collection}?watch=1&resourceVersion=0")
            if response.status == http.client.OK:
                return Watch(connection, response)
            is_new = response.status in (http.client.NOT_FOUND, http.client.TOO_MANY_REQUESTS)
            if not is_new or time.monotonic() > end:
                _answer(response)
            connection.close()
            time.sleep(0.02)

    def _connection(self, seconds: float | None) -> http.client.HTTPSConnection:
        return http.client.HTTPSConnection(self._address, context=self._context, timeout=seconds)

    def _sent(
        self,
        connection: http.client.HTTPSConnection,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        accept: str = "application/json",
    ) -> http.client.HTTPResponse:
        headers = self._headers | {"Content-Type": _TYPES.get(method, "application/json"), "Accept": accept}
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        return connection.getresponse()


class Watch:
    """A stream of events: (``ADDED``, ``MODIFIED`` or ``DELETED``, the object). ``close`` ends it from any thread."""

    def __init__(self, connection: http.client.HTTPSConnection, response: http.client.HTTPResponse) -> None:
        self._connection, self._response = connection, response
        self._socket = connection.sock

    def __iter__(self) -> Iterator[tuple[str, Object]]:
        with closing(self._connection), self._response:
            try:
                while line := self._response.readline():
                    event = json.loads(line)
                    if event["type"] in ("ADDED", "MODIFIED", "DELETED"):
                        yield event["type"], event["object"]
            except (OSError, ValueError, http.client.HTTPException):
                return

    def close(self) -> None:
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            return


def _answer(response: http.client.HTTPResponse) -> Object:
    data = response.read()
    try:
        answer: Object = json.loads(data)
    except ValueError:
        answer = {"message": data.decode("utf-8", "replace")}
    if response.status >= http.client.BAD_REQUEST:
        raise RestError(response.status, str(answer.get("reason", "")), str(answer.get("message", "")))
    return answer
