"""What `nsx apply` has put into the AntreaInstall: left there, or every change would take the cluster out of NSX."""

from __future__ import annotations

from dataclasses import replace

from antrea_ci.apply.steps import Step
from antrea_ci.facts import facts
from antrea_ci.values import mapping_at, text_at, texts_at

_KIND, _IMAGE = "AntreaInstall", "interworkingImage"


def kept(step: Step) -> Step:
    """The step, where the cluster has joined NSX by its custom resource with what that says of it now."""
    spec = mapping_at(step.live, ("spec",)) if step.live and step.kind == _KIND else {}
    fields = mapping_at(facts("nsx"), ("fields",))
    switch = text_at(fields, ("switch",))
    if spec.get(switch) is not True:
        return step
    names = [switch, text_at(fields, ("bootstrap",)), _IMAGE]
    names += [name for key in ("name", "managers", "path") for name in texts_at(fields, (key,))]
    wanted = mapping_at(step.manifest, ("spec",))
    joined = {name: spec[name] for name in names if name in spec}
    return replace(step, manifest={**step.manifest, "spec": {**wanted, **joined}})
