"""The HTTP of a real API server, for those who play its controllers: requests, and events as they come."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

Object = dict[str, Any]
_SECONDS = 30.0
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
        self._headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}

    def get(self, path: str) -> Object:
        return self.ask("GET", path)

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Object:
        """The answer to one request; a PATCH merges. RestError for a failure."""
        connection = self._connection(_SECONDS)
        try:
            return _answer(self._sent(connection, method, path, body))
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

    def watch(self, collection: str) -> Watch:
        """Events of a collection, those that are there first."""
        connection = self._connection(None)
        response = self._sent(connection, "GET", f"{collection}?watch=1&resourceVersion=0", None)
        if response.status != http.client.OK:
            _answer(response)
        return Watch(connection, response)

    def _connection(self, seconds: float | None) -> http.client.HTTPSConnection:
        return http.client.HTTPSConnection(self._address, context=self._context, timeout=seconds)

    def _sent(
        self, connection: http.client.HTTPSConnection, method: str, path: str, body: Mapping[str, Any] | None
    ) -> http.client.HTTPResponse:
        headers = self._headers | {"Content-Type": _TYPES.get(method, "application/json")}
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        return connection.getresponse()


class Watch:
    """A stream of events: (``ADDED``, ``MODIFIED`` or ``DELETED``, the object). ``close`` ends it from any thread."""

    def __init__(self, connection: http.client.HTTPSConnection, response: http.client.HTTPResponse) -> None:
        self._socket = connection.sock
        self._response = response

    def __iter__(self) -> Iterator[tuple[str, Object]]:
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
