"""The stages of an installation are told as the installer has them, in both generations, and while they go on."""

from __future__ import annotations

from pathlib import Path

import pytest

from antrea_ci.installer.known import known
from antrea_ci.installer.reading import Reading
from antrea_ci.installer.stages import seconds
from support.installer_reading import Shown, read

# The form of a real log of 4.17, padded as on a terminal; the times are made up.
_CAPI = """\
DEBUG Time elapsed per stage:
DEBUG        Infrastructure Pre-provisioning: 3s
DEBUG    Network-infrastructure Provisioning: 4m14s
DEBUG Post-network, pre-machine Provisioning: 19m25s
DEBUG        Bootstrap Ignition Provisioning: 2s
DEBUG                   Machine Provisioning: 11m45s
DEBUG       Infrastructure Post-provisioning: 32s
DEBUG                     Bootstrap Complete: 13m4s
DEBUG                                    API: 4s
DEBUG                      Bootstrap Destroy: 1m7s
DEBUG            Cluster Operators Available: 12m23s
DEBUG               Cluster Operators Stable: 48s
INFO Time elapsed: 1h3m24s
"""
_TERRAFORM = """\
level=debug msg=Time elapsed per stage:
level=debug msg=      pre-bootstrap: 27s
level=debug msg= Bootstrap Complete: 14m29s
level=debug msg=                API: 2m7s
level=debug msg=  Cluster Operators: 12m52s
level=info msg=Time elapsed: 29m10s
"""


def shown_of(folder: Path, lines: list[str]) -> Shown:
    """What is shown of these lines, which come one by one."""
    shown = Shown()
    reading = Reading("create cluster", 18, folder, folder / "log", shown)
    for line in lines:
        reading.feed(f"{line}\n".encode())
    reading.end()
    return shown


def test_the_second_generation_with_a_comma_in_a_name(tmp_path: Path) -> None:
    reading = read(tmp_path, _CAPI)
    told = {stage.name: (stage.seconds, stage.within) for stage in reading.stages}
    assert list(told)[:3] == [
        "Infrastructure Pre-provisioning",
        "Network-infrastructure Provisioning",
        "Post-network, pre-machine Provisioning",
    ]
    assert told["Post-network, pre-machine Provisioning"] == (1165, "")
    assert told["API"] == (4, "Bootstrap Complete")
    assert (len(told), reading.total_seconds) == (11, 3804)


def test_the_first_generation(tmp_path: Path) -> None:
    reading = read(tmp_path, _TERRAFORM, minor=12)
    assert [(stage.name, stage.seconds) for stage in reading.stages] == [
        ("pre-bootstrap", 27),
        ("Bootstrap Complete", 869),
        ("API", 127),
        ("Cluster Operators", 772),
    ]
    assert reading.total_seconds == 1750


def test_a_stage_that_nobody_knows_is_told_too(tmp_path: Path) -> None:
    log = "DEBUG Time elapsed per stage:\nDEBUG   Something: New, here: 1m0.5s\nINFO Time elapsed: 2m0s\n"
    assert [(stage.name, stage.seconds) for stage in read(tmp_path, log).stages] == [("Something: New, here", 60.5)]


@pytest.mark.parametrize("pieces", [1, 3, 50, 1000])
def test_stages_are_found_however_the_output_is_cut(tmp_path: Path, pieces: int) -> None:
    assert len(read(tmp_path, _CAPI, pieces=pieces).stages) == 11


def test_what_looks_like_a_stage_outside_of_the_block_is_none(tmp_path: Path) -> None:
    assert read(tmp_path, "DEBUG API: 2m7s\nDEBUG waited: 5s\n" + "INFO Time elapsed: 4s\n").stages == ()


def test_the_times_of_the_last_of_two_runs_count(tmp_path: Path) -> None:
    assert read(tmp_path, _CAPI + _TERRAFORM).stages[0].name == "pre-bootstrap"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("27s", 27), ("1h0m5s", 3605), ("2m", 120), ("0s", 0), ("", None), ("soon", None), ("1d", None)],
)
def test_a_duration_is_read(text: str, expected: float | None) -> None:
    assert seconds(text) == expected


def test_what_goes_on_is_told_from_the_log_of_either_generation(tmp_path: Path) -> None:
    messages = (
        "Obtaining RHCOS image file from 'https://rhcos.mirror.openshift.com/x.ova?sha256='",
        "Creating infrastructure resources...",
        "Waiting up to 15m0s (until 3:59AM UTC) for network infrastructure to become ready...",
        "Waiting up to 15m0s (until 3:59AM UTC) for machines [ocp-x-bootstrap ocp-x-master-0] to provision...",
        "Waiting up to 20m0s (until 4:19AM) for the Kubernetes API at https://api.ocp.example.com:6443...",
        "API v1.25.14+bcb9a60 up",
        "Waiting up to 30m0s (until 4:32AM) for bootstrapping to complete...",
        "Waiting up to 1h0m0s (until 4:32AM UTC) for baremetal control plane to provision...",
        "Waiting up to 5m0s (until 4:32AM UTC) for the bootstrap etcd member to be removed...",
        "Destroying the bootstrap resources...",
        "Waiting up to 40m0s (until 5:01AM UTC) for the cluster at https://api.ocp.example.com:6443 to initialize...",
        "Waiting up to 30m0s (until 5:31AM UTC) to ensure each cluster operator has finished progressing...",
        "Checking to see if there is a route at openshift-console/console...",
        "Pulling debug logs from the bootstrap machine",
    )
    shown = shown_of(tmp_path, [f"level=info msg={message}" for message in messages])
    assert shown.events == [
        "enter getting the image of the machines 71",
        "enter creating infrastructure 60",
        "enter preparing the network 49",
        "enter creating machines 250",
        "enter waiting for the API 127",
        "enter bootstrapping 869",
        "enter bare metal control plane 1200",
        "enter removing the bootstrap etcd member 60",
        "enter destroying the bootstrap machine 43",
        "enter waiting for the cluster operators 757",
        "enter waiting for the operators to settle 41",
        "enter waiting for the console 5",
        "enter gathering logs of the bootstrap machine 120",
    ]
    assert len(shown.events) == len(known().live)


def test_a_stage_is_entered_once_however_often_its_line_comes(tmp_path: Path) -> None:
    shown = shown_of(tmp_path, ["level=info msg=Destroying the bootstrap resources..."] * 3)
    assert shown.events == ["enter destroying the bootstrap machine 43"]
