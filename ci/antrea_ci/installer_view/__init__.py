"""What openshift-install will really read from a folder with manifests/ and openshift/, simulated from its own rules.

Offline and without the installer; facts in ``facts/installer-files.yaml`` (DOMAIN 6.1 to 6.4).
"""

from __future__ import annotations

from pathlib import Path

from antrea_ci.catalogue import completed
from antrea_ci.errors import UsageError
from antrea_ci.findings import in_order
from antrea_ci.installer_view import known
from antrea_ci.installer_view.folder import Reading, read
from antrea_ci.installer_view.put_back import CONFIG, STATE, Verdict, read_state, verdict
from antrea_ci.installer_view.result import Consumed, Left, View
from antrea_ci.installer_view.rules import findings

# The rules at which the installer stops although it could read every file.
_STOPS = ("installer/duplicate-object", "installer/generated-object")

__all__ = ["Consumed", "Left", "View", "view"]


def view(folder: Path, version: str) -> View:
    """``folder`` as ``create ignition-configs`` and ``create cluster`` of OpenShift ``version`` see it.

    ``version`` is such as ``4.18.9``, or empty for any. All paths, those of findings too, are relative to ``folder``.
    Raises UsageError where there is nothing to look at.
    """
    if not any((folder / name).is_dir() for name in known.FOLDERS):
        message = f"{folder} holds neither {known.MANIFESTS}/ nor {known.OPENSHIFT}/"
        raise UsageError(message, fix="name the folder that the installer gets with --dir")
    reading = Reading(folder)
    read(reading)
    if read_state(folder) is None:
        reading.note("broken-state", STATE, "the installer cannot read its state file: it is no JSON object")
    _without_cluster_config(reading)
    _beside_install_config(reading)
    minor = known.minor_of(version)
    reading.findings += findings(reading.objects, reading.present, minor)
    return _result(reading)


def _without_cluster_config(reading: Reading) -> None:
    """Drops manifests/ as a whole, as the installer does, where the file is missing by which it knows its folder."""
    needed = f"{known.MANIFESTS}/{known.text('needed')}"
    found = [file for file in reading.present if file.startswith(f"{known.MANIFESTS}/")]
    if needed in reading.present or not found:
        return
    reading.note("cluster-config-missing", known.MANIFESTS, f"{needed} is missing, so nothing in this folder is read")
    _drop(reading, known.MANIFESTS, f"without {needed} the installer passes over the whole folder")


def _beside_install_config(reading: Reading) -> None:
    has_state = (reading.root / STATE).is_file()
    if not reading.objects:
        return
    if not (reading.root / CONFIG).is_file():
        if not has_state:
            reading.note("no-state", STATE, f"{STATE} is not there")
        return
    found, key = verdict(reading.root)
    if found is Verdict.CHANGED:
        message = f"`{key}` differs from the install-config that made the manifests"
        reading.note("install-config-changed", CONFIG, message)
        for folder in known.FOLDERS:
            _drop(reading, folder, f"discarded, because {CONFIG} has changed")
    elif found is Verdict.UNKNOWN:
        message = f"`{key}` may differ" if key else "nothing says which install-config made the manifests"
        reading.note("install-config-put-back", CONFIG, message)
    elif not has_state:
        reading.note("install-config-put-back", CONFIG, f"it is the same one, but {STATE} is not there")


def _drop(reading: Reading, folder: str, reason: str) -> None:
    """Turns everything read from ``folder`` into ignored files; what was found in them does not matter any more."""
    prefix = f"{folder}/"
    dropped = {item.file for item in reading.objects} | {item.file for item in reading.refused}
    gone = {file for file in dropped if file.startswith(prefix)}
    reading.objects = [item for item in reading.objects if item.file not in gone]
    reading.refused = [item for item in reading.refused if item.file not in gone]
    reading.ignored = [item for item in reading.ignored if item.file not in gone]
    reading.ignored += [Left(file, reason) for file in sorted(gone)]
    reading.findings = [finding for finding in reading.findings if finding.location.file not in gone]


def _result(reading: Reading) -> View:
    stops = {finding.location.file: finding.message for finding in reading.findings if finding.rule in _STOPS}
    reasons = {item.file: stops.get(item.file) for item in reading.objects}
    refused = [Left(file, reason) for file, reason in reasons.items() if reason]
    return View(
        tuple(sorted(Consumed(item.file, item.label) for item in reading.objects if not reasons[item.file])),
        tuple(sorted(reading.ignored)),
        tuple(sorted([*reading.refused, *refused])),
        tuple(in_order(completed(reading.findings))),
    )
