"""What a change of phase 2 leaves behind: the record of a last look, and a snapshot."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from antrea_ci.nsx.looking import look
from antrea_ci.nsx.opening import Run
from antrea_ci.nsx.status import NsxStatus, write_record
from antrea_ci.values import text_at
from antrea_ci.vault import Kind
from antrea_ci.wording import as_json
from antrea_ci.yamlio import Value


def finish(run: Run, outcome: str) -> NsxStatus:
    """Looks once more and records that. What cannot be stored is told, and spoils nothing."""
    status = look(run.api, run.nsx, run.cluster, run.prepared)
    write_record(run.home, status)
    waived = {"outcome": outcome, "waived": run.request.waived}
    public = {"report/nsx.json": as_json(status.as_json() | waived).encode()}
    if told := run.books.keep(Kind.MANUAL, public=public):
        run.progress(told)
    return status


def pem_of(secret: Mapping[str, Value]) -> str:
    """The certificate of a Secret that exists in memory; its key stays where it is."""
    return base64.b64decode(text_at(dict(secret), ("data", "tls.crt"))).decode("ascii")
