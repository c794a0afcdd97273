"""Issue 7, section 2: `firewall learn` of a million lines of each format, beside `wc -l` and `grep -c`."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Callable
from pathlib import Path

from measure import median, peak_mib, row

from support.firewall_logs import FORMATS, Flow

LINES = 1_000_000
KINDS = 20_000  # lines that differ; each comes as often


def bench(folder: Path, _: str) -> None:
    repo, log = folder / "repo", folder / "firewall.log"
    subprocess.run(["antrea-gitops", "new", "--defaults", str(repo)], check=True, capture_output=True)
    command = ["antrea-gitops", "-C", str(repo), "firewall", "learn", str(log)]
    for name, written in FORMATS.items():
        write(log, written)
        row(f"firewall learn, {LINES:,} lines of {name}", median(command, runs=1), 10, "s")
        memory = peak_mib(["sh", "-c", '"$@" || true', "sh", *command])
        row("  its peak memory", memory, 150, "MiB")
        plain = [median(words, runs=3) for words in (["wc", "-l", str(log)], ["grep", "-c", "10.1.224", str(log)])]
        print(f"  wc -l {plain[0]:.2f} s, grep -c {plain[1]:.2f} s, {log.stat().st_size / 1e6:.0f} MB")


def write(log: Path, written: Callable[[Flow], str]) -> None:
    """Nodes, pods and strangers; ports of services and of senders; a third is allowed."""
    chance = random.Random(1)
    lines = [written(_flow(chance)).encode() + b"\n" for _ in range(KINDS)]
    with log.open("wb") as stream:
        for _ in range(LINES // KINDS):
            stream.writelines(lines)


def _flow(chance: random.Random) -> Flow:
    port = chance.choice([8443, 8080, 6081, 10250, 2379, 443, 53, chance.randint(1, 65535)])
    is_dropped = chance.random() < 2 / 3
    return Flow(_host(chance), _host(chance), "TCP", chance.randint(32768, 60999), port, is_dropped=is_dropped)


def _host(chance: random.Random) -> str:
    head = chance.choice(["10.1.224", "10.1.224", f"10.{chance.randint(128, 131)}.{chance.randint(0, 255)}", "192.0.2"])
    return f"{head}.{chance.randint(3, 250)}"
