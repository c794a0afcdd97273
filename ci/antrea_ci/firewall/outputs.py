"""What `render` writes into firewall/: one rule a line, so that a review shows what comes and what goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from antrea_ci.firewall.rule import Rule
from antrea_ci.firewall.tables import as_csv, as_markdown

_HEAD = """\
# Firewall

What firewalls have to let through for this cluster, as it is configured. Written by `antrea-gitops render`; edits here
are lost. `rules.csv` holds the same for programs; `antrea-gitops firewall report` has other forms, and
`antrea-gitops firewall probe` tries what can be tried.

"""


def firewall_files(rules: Sequence[Rule]) -> Mapping[str, bytes]:
    """File name to content."""
    return {"README.md": f"{_HEAD}{as_markdown(rules)}".encode(), "rules.csv": as_csv(rules).encode()}
