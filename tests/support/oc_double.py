"""A program named oc that answers for a sound cluster from files: verify asks it dozens of times, and it takes no time.

Tests of what verify makes of a cluster speak to an API over TLS instead (``kubernetes_api``).
"""

from __future__ import annotations

import json
from pathlib import Path

from antrea_ci.verify.pods import digest
from support.kubernetes_api import Object, State
from support.kubernetes_cluster import NODES, SERVICE, healthy

_SCRIPT = """\
#!/bin/sh
# oc --kubeconfig=FILE --request-timeout=N VERB --raw=PATH [--filename=-]
test -r "${1#--kubeconfig=}" || { echo "error: no kubeconfig" >&2; exit 1; }
path=${4#--raw=}
case "$3 $path" in
  create*|replace*) cat ;;
  delete*) echo '{}' ;;
  *antrea-gitops.io*) echo '{"items": []}' ;;
  */log) cat FOLDER/log ;;
  *antrea-gitops-verify-*/pods) cat FOLDER/pods ;;
  *)
    file=FOLDER/answers/$(echo "${path%%\\?*}" | tr / %)
    if test -f "$file"; then cat "$file"
    else case "$path" in
      */cluster|*/version|*/antrea-install) echo "Error from server (NotFound): not found" >&2; exit 1 ;;
      *) echo '{"items": []}' ;;
    esac; fi ;;
esac
"""


def make_oc(folder: Path) -> Path:
    """Writes the program into ``folder``, which is to be put into PATH. What it shows is ``healthy()``."""
    state = healthy()
    answers = folder / "answers"
    answers.mkdir(parents=True)
    for path, value in {**_collections(state), **state.objects}.items():
        (answers / path.replace("/", "%")).write_text(json.dumps(value))
    pods = {"server": "Running", **{f"client-{number}": "Succeeded" for number in range(len(NODES))}}
    (folder / "pods").write_text(json.dumps({"items": [_pod(name, phase) for name, phase in pods.items()]}))
    (folder / "log").write_text(f"resolved {SERVICE}\nconnected\nsum {digest(64, 65_000)}\n")
    script = folder / "oc"
    script.write_text(_SCRIPT.replace("FOLDER", str(folder)))
    script.chmod(0o755)
    return folder


def _collections(state: State) -> dict[str, Object]:
    names = {path.rpartition("/")[0] for path in state.objects}
    return {name: {"items": [state.objects[path] for path in state.paths(name)]} for name in names}


def _pod(name: str, phase: str) -> Object:
    return {"metadata": {"name": name}, "status": {"phase": phase, "podIP": "10.128.2.7"}}
