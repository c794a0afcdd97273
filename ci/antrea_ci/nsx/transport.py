"""Calls of NSX Manager: JSON both ways, at the first of several managers that answers, patient with busy ones."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from antrea_ci.exchange import Answer, Fault, Line, NoAnswerError, ask
from antrea_ci.nsx.addresses import base_of
from antrea_ci.nsx.answers import Json, is_of_nsx
from antrea_ci.nsx.refusals import Faults, NsxError, no_manager, refused, unanswered, uncertain

_PAUSES = (1.0, 2.0, 4.0)
"""Seconds before all managers are asked again, where they are busy and say no time."""
_LONGEST_PAUSE = 60.0
_ILL = 500
_UNSURE = (Fault.SILENT, Fault.BROKEN)
"""After these a request may have been carried out."""


class _NobodyError(Exception):
    """No manager did it; ``faults`` say why."""

    def __init__(self, faults: Faults) -> None:
        super().__init__("no manager answers")
        self.faults = faults


@dataclass
class Managers:
    """The managers of one NSX, by address, and how they are reached. The login goes to no other host."""

    addresses: Sequence[str]
    login: tuple[str, str] = field(repr=False)
    line: Line = field(repr=False)
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)
    _answered: str = ""

    def call(self, method: str, path: str, body: Json | None = None, headers: Mapping[str, str] | None = None) -> Json:
        """The answer to a call that was carried out; empty where it has no body.

        NsxError with the reason otherwise: of the manager that refused, or of all where none answered. After a wrong
        login no other manager is asked.
        """
        pauses = iter(_PAUSES)
        while True:
            try:
                return self._round(method, path, body, headers or {})
            except _NobodyError as nobody:
                pause = next(pauses, None)
                waits = [one.wait for one in nobody.faults.values() if isinstance(one, NsxError)]
                if pause is None or not waits:
                    raise unanswered(f"{method} {path.partition('?')[0]}", nobody.faults) from None
                self.sleep(min(max(waits) or pause, _LONGEST_PAUSE))

    def _round(self, method: str, path: str, body: Json | None, headers: Mapping[str, str]) -> Json:
        """Every manager once, the one that answered last before the others. A manager that is not well is passed by
        where nothing is changed."""
        faults: dict[str, NsxError | NoAnswerError] = {}
        for manager in sorted(self.addresses, key=lambda one: one != self._answered):
            try:
                found = self._once(manager, method, path, body, headers)
            except NoAnswerError as error:
                faults[manager] = error
            except NsxError as error:
                if not (error.is_busy or (method == "GET" and error.status >= _ILL)):
                    raise
                faults[manager] = error
            else:
                self._answered = manager
                return found
        if ill := next((one for one in faults.values() if isinstance(one, NsxError) and not one.is_busy), None):
            raise ill
        raise _NobodyError(faults)

    def _once(self, manager: str, method: str, path: str, body: Json | None, headers: Mapping[str, str]) -> Json:
        what = f"{method} {path.partition('?')[0]}"
        data = None if body is None else json.dumps(body).encode()
        sent = {"Accept": "application/json", **({"Content-Type": "application/json"} if data else {}), **headers}
        basic = base64.b64encode(":".join(self.login).encode()).decode()
        login = {"Authorization": f"Basic {basic}"}
        try:
            answer = ask(self.line, method, base_of(manager) + path, headers=sent, login=login, body=data)
        except NoAnswerError as error:
            if method == "POST" and error.fault in _UNSURE:
                raise uncertain(what, manager, error) from None
            raise
        return _read(answer, manager, what)


def _read(answer: Answer, manager: str, what: str) -> Json:
    read = _parsed(answer.body)
    if 200 <= answer.status < 300 and (read is not None or not answer.body.strip()):
        return read or {}
    is_strange = answer.body.strip() and not is_of_nsx(read)
    if 200 <= answer.status < 300 or (answer.status == 404 and is_strange):
        raise no_manager(manager, what)
    asked = answer.headers.get("retry-after", "")
    raise refused(what, manager, answer.status, read, float(asked) if asked.isdigit() else 0.0)


def _parsed(body: bytes) -> Json | None:
    try:
        read = cast("object", json.loads(body))
    except ValueError:
        return None
    return cast("Json", read) if isinstance(read, dict) else None
