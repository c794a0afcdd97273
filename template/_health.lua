-- Whether Antrea is well, by what its operator says in the AntreaInstall (conditions of OpenShift's ClusterOperator).
local hs = {status = "Progressing", message = "the operator has said nothing yet"}
local found = {}
for _, condition in ipairs((obj.status or {}).conditions or {}) do
  found[condition.type] = condition
end
if found.Degraded and found.Degraded.status == "True" then
  hs.status = "Degraded"
  hs.message = found.Degraded.message or found.Degraded.reason or ""
elseif found.Available and found.Available.status == "True" then
  if found.Progressing and found.Progressing.status == "True" then
    hs.message = found.Progressing.message or ""
  else
    hs.status = "Healthy"
    hs.message = ""
  end
end
return hs
