"""Issue 7, section 7: `images verify` of six images, beside six `crane digest` at once, against a registry here."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from measure import median, row

from support.programs import program
from support.registries import push, storage

NAMES = ("operator", "antrea", "agent", "controller", "interworking", "other")


def bench(folder: Path, _: str) -> None:
    repo = folder / "repo"
    subprocess.run(["antrea-gitops", "new", "--defaults", str(repo)], check=True, capture_output=True)
    with storage() as host:
        references = [f"{host}/antrea/antrea-{name}:v1.14.1" for name in NAMES]
        for reference in references:
            push(host, reference.partition("/")[2], folder)
        configure(repo, references)
        crane = " ".join(f"{program('crane')} digest {reference} &" for reference in references)
        plain = median(["sh", "-c", f"{crane} wait"])
        tool = ["antrea-gitops", "-C", str(repo), "images", "verify"]
        subprocess.run(tool, check=True, capture_output=True)
        ours = median(tool)
        row("images verify of 6 less 1.2 x 6 crane digest at once", ours - 1.2 * plain, 0.3, "s")
        print(f"  images verify {ours:.2f} s, 6 x crane digest {plain:.2f} s")


def configure(repo: Path, references: list[str]) -> None:
    """Five of the images in cluster.yaml, the last one in an object of its own."""
    file = repo / "cluster.yaml"
    lines = "".join(f'  {name}: "{reference}"\n' for name, reference in zip(NAMES, references[:-1], strict=False))
    file.write_text(re.sub(r"(?m)^images:\n(?:  .*\n)+", lambda _: f"images:\n{lines}", file.read_text()))
    pod = (
        f"{{kind: Pod, apiVersion: v1, metadata: {{name: x}}, spec: {{containers: [{{image: '{references[-1]}'}}]}}}}\n"
    )
    (repo / "rendered" / "install" / "other.yaml").write_text(pod)
