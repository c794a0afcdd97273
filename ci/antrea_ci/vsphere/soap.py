"""Calls of a vCenter's Web Services over SOAP 1.1.

source: Broadcom, vSphere Web Services API (ServiceInstance, SessionManager, SearchIndex, PropertyCollector)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape

from antrea_ci.exchange import Answer, Fault, Line, NoAnswerError, ask
from antrea_ci.vsphere.elements import Element, XmlError, read_xml

_ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?><e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/">'
    "<e:Body>{body}</e:Body></e:Envelope>"
)
_NAMESPACE = "urn:vim25"
_OLDEST = "6.7"  # what a vCenter speaks that does not say which versions it knows


class SoapFaultError(Exception):
    """The vCenter refused a call. ``kind`` is the fault's type, such as InvalidLogin; ``text`` what it says."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(f"{kind}: {text}" if kind else text)
        self.kind = kind
        self.text = text


@dataclass(frozen=True)
class Reference:
    """A managed object by its type and id."""

    kind: str
    id: str

    def as_xml(self, tag: str) -> str:
        """The element ``tag`` that names it."""
        return f'<{tag} type="{escape(self.kind)}">{escape(self.id)}</{tag}>'


def reference_in(element: Element) -> Reference | None:
    """The object that ``element`` names; None where it names none."""
    kind, name = element.attributes.get("type", ""), element.text.strip()
    return Reference(kind, name) if kind and name else None


@dataclass
class Soap:
    """One conversation with ``address`` (``host`` or ``host:port``); the cookie of its session stays in here."""

    line: Line
    address: str
    _cookie: str = field(default="", repr=False)
    _version: str = ""

    def call(self, method: str, this: Reference, *arguments: str) -> list[Element]:
        """What ``method`` returns. Raises SoapFaultError, and NoAnswerError where no vCenter answers."""
        self._version = self._version or self._newest_version()
        inner = this.as_xml("_this") + "".join(arguments)
        body = _ENVELOPE.format(body=f'<{method} xmlns="{_NAMESPACE}">{inner}</{method}>').encode()
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f"{_NAMESPACE}/{self._version}"}
        answer = ask(self.line, "POST", self._url(), headers=headers, login=self._login(), body=body)
        content = _body(answer)
        if content.name == "Fault":
            raise _fault(content)
        self._keep_cookie(answer)
        return list(content.each("returnval"))

    def _newest_version(self) -> str:
        answer = ask(self.line, "GET", f"{self._url()}/vimServiceVersions.xml")
        if answer.status == 200:
            for namespace in _read(answer).each("namespace"):
                if namespace.said("name") == _NAMESPACE:
                    return namespace.said("version") or _OLDEST
        return _OLDEST

    def _url(self) -> str:
        return f"https://{self.address}/sdk"

    def _login(self) -> dict[str, str]:
        return {"Cookie": self._cookie} if self._cookie else {}

    def _keep_cookie(self, answer: Answer) -> None:
        self._cookie = answer.headers.get("set-cookie", "").partition(";")[0] or self._cookie


def argument(tag: str, text: str) -> str:
    """A plain argument of a call."""
    return f"<{tag}>{escape(text, quote=False)}</{tag}>"


def _body(answer: Answer) -> Element:
    body = _read(answer).first("Body")
    if not body.children:
        raise NoAnswerError(Fault.BROKEN, f"status {answer.status} without an answer of a vCenter")
    return body.children[0]


def _read(answer: Answer) -> Element:
    try:
        return read_xml(answer.body)
    except XmlError:
        raise NoAnswerError(Fault.BROKEN, f"status {answer.status}, and no XML as a vCenter gives it") from None


def _fault(content: Element) -> SoapFaultError:
    detail = content.first("detail")
    inner = detail.children[0] if detail.children else Element("", {})
    kind = inner.attributes.get("type", "").rpartition(":")[2] or inner.name.removesuffix("Fault")
    return SoapFaultError(kind, content.said("faultstring"))
