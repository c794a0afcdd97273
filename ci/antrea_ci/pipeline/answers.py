"""What a Git host answers: JSON, and in its headers when to ask again and where there is more."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http.client import HTTPResponse
from urllib.error import HTTPError

from antrea_ci.diff.visible import on_one_line
from antrea_ci.pipeline.json_values import fields

_LARGEST = 256 << 20


@dataclass(frozen=True)
class Answer:
    """``status`` 0: no answer came, for the reason that ``text`` says. ``text`` is the body otherwise."""

    status: int
    text: str
    headers: Mapping[str, str]

    @property
    def value(self) -> object:
        """The body's JSON; None where it is none."""
        try:
            return json.loads(self.text)
        except (ValueError, RecursionError):
            return None

    @property
    def is_limit(self) -> bool:
        """Whether the host wants to be asked later. GitHub says so by 403 too (docs.github.com, "Rate limits")."""
        spent = "retry-after" in self.headers or self.headers.get("x-ratelimit-remaining") == "0"
        return self.status == 429 or (self.status == 403 and (spent or "rate limit" in self.said()))

    @property
    def is_broken(self) -> bool:
        return self.status == 0 or self.status >= 500

    def wait(self, otherwise: float) -> float:
        """The seconds after which the host wants to be asked again; ``otherwise`` where it does not say."""
        asked = self.headers.get("retry-after", "")
        if asked.isdigit():
            return float(asked)
        reset = self.headers.get("x-ratelimit-reset", "")
        if not asked and reset.isdigit() and self.is_limit:
            return max(0.0, float(reset) - time.time())
        try:
            return max(0.0, parsedate_to_datetime(asked).timestamp() - time.time())
        except ValueError:
            return otherwise

    def said(self) -> str:
        """What the host says of its refusal, on one line."""
        told = fields(self.value)
        text = told.get("message") or told.get("error") or ""
        line = text if isinstance(text, str) else json.dumps(text)
        return on_one_line(line)


def read_answer(stream: HTTPResponse | HTTPError) -> Answer:
    """The answer with its body, of which no more is read than any such answer has."""
    body = stream.read(_LARGEST).decode("utf-8", "replace")
    return Answer(stream.status or 0, body, {name.lower(): text for name, text in stream.headers.items()})
