"""Issue 4, section 5: `check` against kustomize, kubeconform and yamllint."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import kubeconform
import yaml
from measure import median, peak_mib, row
from samples import REPOSITORIES, many

from support.repos import ROOT, run

ARTICLE = ROOT / "docs/examples/article.answers.yml"
FAULTS: list[dict[str, str]] = yaml.safe_load((Path(__file__).parent / "faults.yaml").read_text())
TOOL = "antrea-gitops"
LINES = 8_000


def bench(folder: Path, kustomize: str) -> None:
    repo, schemas = folder / "repo", folder / "schemas"
    subprocess.run([TOOL, "new", str(repo), "--defaults", "--data-file", str(ARTICLE)], check=True, capture_output=True)
    program = kubeconform.installed()
    if program is None:
        print("kubeconform cannot be installed with Go here, so there is nothing to compare with")
        return
    schemas.mkdir()
    crd = next((repo / "antrea/bundle").glob("*_crd.yaml"))
    kubeconform.write_schemas(schemas, "1.25", crd)
    shell = kubeconform.pipeline(kustomize, program, schemas, repo)

    base = median(["bash", "-o", "pipefail", "-c", shell])
    check = [TOOL, "-C", str(repo), "check"]
    row("check, cold / kustomize | kubeconform; yamllint", median([*check, "--no-cache"]) / base, 2.5)
    row("the same with what was found before", median(check) / base, 1.2)
    recall(folder, repo, kustomize, program, schemas)
    throughput(folder, repo, kustomize, program, schemas)
    sizes(folder, repo)


def recall(folder: Path, repo: Path, kustomize: str, program: Path, schemas: Path) -> None:
    clean = rules(repo)
    ours: list[str] = []
    theirs: list[str] = []
    for fault in FAULTS:
        broken = folder / "broken"
        shutil.copytree(repo, broken)
        seed(broken, fault)
        if rules(broken) - clean:
            ours.append(fault["name"])
        shell = kubeconform.pipeline(kustomize, program, schemas, broken)
        if subprocess.run(["bash", "-o", "pipefail", "-c", shell], check=False, capture_output=True).returncode:
            theirs.append(fault["name"])
        shutil.rmtree(broken)
    print(f"found of {len(FAULTS)} seeded faults: check {len(ours)}, the pipeline {len(theirs)} ({'; '.join(theirs)})")
    missed = [fault["name"] for fault in FAULTS if fault["name"] not in ours]
    if missed:
        print(f"  check missed: {'; '.join(missed)}  <--")


def seed(repo: Path, fault: dict[str, str]) -> None:
    if "append" in fault:
        path = repo / fault["append"]
        with path.open("a") as stream:
            # The key is written so that no scanner takes this file for one.
            stream.write(fault["text"].replace("@", ""))
    elif "patch" in fault:
        overlay = repo / "antrea/overlays/install"
        (overlay / "seeded.yaml").write_text(fault["patch"])
        text = (overlay / "kustomization.yaml").read_text()
        patch = "patches:\n  - path: seeded.yaml\n    target:\n      kind: Deployment\n"
        (overlay / "kustomization.yaml").write_text(text + patch)
        run("render", cwd=repo)
    else:
        path = repo / fault["file"]
        text = path.read_text()
        assert text.count(fault["old"]) == 1, fault
        path.write_text(text.replace(fault["old"], fault["new"]))
        if not fault["file"].startswith("rendered/"):
            run("render", cwd=repo)


def rules(repo: Path) -> set[tuple[str, str]]:
    told: dict[str, Any] = json.loads(run("check", "--no-cache", "--format", "json", cwd=repo).out)
    return {(item["rule"], item["file"]) for item in told["findings"]}


def throughput(folder: Path, repo: Path, kustomize: str, program: Path, schemas: Path) -> None:
    repositories = many(folder / "many", repo)
    subprocess.run([TOOL, "render", *repositories], check=False, capture_output=True)
    lines = [kubeconform.pipeline(kustomize, program, schemas, Path(path)) for path in repositories]
    script = folder / "many.sh"
    script.write_text("\n".join(f"( {line} )" for line in lines))
    command = [TOOL, "check", "--no-cache", *repositories]
    plain = median(["bash", "-o", "pipefail", str(script)], runs=1)
    ours = median(command, runs=1)
    row(f"throughput of {REPOSITORIES} repositories against that pipeline", 100 * plain / ours, 200, "%")
    row(f"peak memory of check of {REPOSITORIES}", peak_mib(command), 300, "MiB")


def sizes(folder: Path, repo: Path) -> None:
    big = folder / "big"
    shutil.copytree(repo, big)
    overlay = big / "antrea/overlays/install"
    values = "".join(f"  key{number}: value\n" for number in range(LINES))
    head = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: big, namespace: antrea-operator}\ndata:\n"
    (overlay / "big.yaml").write_text(head + values)
    text = (overlay / "kustomization.yaml").read_text()
    (overlay / "kustomization.yaml").write_text(text.replace("  - ../../bundle\n", "  - ../../bundle\n  - big.yaml\n"))
    subprocess.run([TOOL, "-C", str(big), "render"], check=True, capture_output=True)
    row(
        f"check with a manifest of {LINES} lines", median([TOOL, "-C", str(big), "check", "--no-cache"], runs=3), 2, "s"
    )
