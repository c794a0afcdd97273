"""A vCenter on loopback: govmomi's simulator, with its usual inventory below /DC0."""

from __future__ import annotations

import json
import re
import subprocess
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

from support.authority import Pair
from support.programs import program

USER, PASSWORD = "installer@vsphere.local", "vcenter & <password>"
CLUSTER, DATASTORE, NETWORK = "/DC0/host/DC0_C0", "/DC0/datastore/LocalDS_0", "DC0_DVPG0"


@contextmanager
def vcenter(pair: Pair, *, version: str = "8.0.3", build: str = "24022515") -> Generator[str]:
    """``host:port`` of a vCenter of this version, for as long as the block runs."""
    command = [program("vcsim"), "-user", USER, "-password", PASSWORD, "-version", version, "-build", build]
    command += ["-cert", pair.certificate, "-key", pair.key]
    simulator = subprocess.Popen(
        list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    with simulator:
        assert simulator.stdin is not None
        assert simulator.stdout is not None
        try:
            yield json.loads(simulator.stdout.readline())["address"]
        finally:
            simulator.stdin.close()
            simulator.wait(timeout=30)


@dataclass
class Refusing:
    """What calls itself a vCenter, and answers calls of ``method`` with ``fault``; ``asked`` has the calls."""

    method: str
    fault: str
    address: str = ""
    asked: list[str] = field(default_factory=list)


@contextmanager
def refusing(pair: Pair, fault: str, *, method: str = "Login") -> Generator[Refusing]:
    """It, for as long as the block runs."""
    script = Refusing(method, fault)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Refusing,), {"script": script}))
    server.socket = pair.context().wrap_socket(server.socket, server_side=True)
    script.address = f"127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield script
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


_ENVELOPE = '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>{}</e:Body></e:Envelope>'
_CONTENT = """<RetrieveServiceContentResponse xmlns="urn:vim25"><returnval>
<rootFolder type="Folder">group-d1</rootFolder><propertyCollector type="PropertyCollector">pc</propertyCollector>
<about><fullName>vCenter</fullName><version>8.0.3</version><build>24022515</build><apiType>VirtualCenter</apiType></about>
<sessionManager type="SessionManager">sm</sessionManager><searchIndex type="SearchIndex">si</searchIndex>
</returnval></RetrieveServiceContentResponse>"""
_FAULT = """<e:Fault><faultcode>ServerFaultCode</faultcode>
<faultstring>Permission to perform this was denied.</faultstring>
<detail><{0}Fault xmlns="urn:vim25" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="{0}"/></detail>
</e:Fault>"""


class _Refusing(BaseHTTPRequestHandler):
    script: ClassVar[Refusing]

    def do_GET(self) -> None:
        self.send_error(404)

    def do_POST(self) -> None:
        asked = self.rfile.read(int(self.headers["Content-Length"])).decode()
        (method,) = re.findall(r"<e:Body><(\w+)", asked)
        self.script.asked.append(method)
        is_refused = method == self.script.method
        content = _CONTENT if method == "RetrieveServiceContent" else f"<{method}Response/>"
        body = _ENVELOPE.format(_FAULT.format(self.script.fault) if is_refused else content).encode()
        self.send_response(500 if is_refused else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return
