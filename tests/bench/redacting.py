"""Issue 6, section 5: redaction of the installer's output: 200 MB with 200 secrets, in the chunks of a pipe."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from measure import row

SIZE = 200_000_000


def bench(folder: Path, _: str) -> None:
    """Every figure is of a process of its own, so that its memory is that of redaction alone."""
    for what, every in {"one line in 50 with a secret": 50, "no secret in it": 0}.items():
        command = [sys.executable, __file__, str(SIZE), str(every)]
        done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=folder)
        speed, memory = map(float, done.stdout.split())
        row(f"redaction of {SIZE // 1_000_000} MB, {what}", speed, 50, "MB/s")
        row("its peak memory", memory, 100, "MiB")


def measure(size: int, every: int) -> None:
    """Prints megabytes a second and the peak in MiB."""
    import random
    import resource
    import time

    from antrea_ci import redaction

    chance = random.Random(1)
    letters = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789-_$%!"
    secrets = ["".join(chance.choices(letters, k=chance.randint(8, 40))) for _ in range(200)]
    redaction.learn(secrets)
    lines = [
        f'time="2026-11-26T03:09:{number % 60:02}Z" level=debug msg="Still waiting for the cluster to initialize: '
        f'{number} of 831 done, {chance.choice(secrets) if every and number % every == 0 else "nothing new"}"\n'
        for number in range(5000)
    ]
    text = "".join(lines).encode()
    stream, chunk, passed = redaction.Stream(), 1 << 16, 0
    began = time.process_time()
    while passed < size:
        for at in range(0, len(text), chunk):
            passed += len(text[at : at + chunk])
            output = stream.feed(text[at : at + chunk])
            assert every or b"*" not in output
    stream.end()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    print(passed / (time.process_time() - began) / 1e6, peak)


if __name__ == "__main__":
    measure(int(sys.argv[1]), int(sys.argv[2]))
