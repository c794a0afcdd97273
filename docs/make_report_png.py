"""Takes docs/report.png, the head of a page of `report`: ``python docs/make_report_png.py`` (needs `make test-tools`).

The cluster is one of the tests', with a failed and a successful installation, backups, and gates that were switched.
Its page is looked at in Chromium, with the fonts that this machine has.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "ci"), str(ROOT / "generator"), str(ROOT / "tests")]

PICTURE = ROOT / "docs" / "report.png"
_SIZE = {"width": 1360, "height": 2150}


def installed(commit: str) -> str:
    """The record of the example's installation."""
    return f"""\
apiVersion: antrea-gitops/v1
state: installed
recorded: "2026-11-20T10:51:00Z"
commit: {commit}
infraID: ocp-x7k2p
clusterID: 0b3c1b5e-6f0e-4d0e-9f0a-6f0e4d0e9f0a
versions:
  release: 4.12.45
  antrea: v1.14.1
immutable:
  flavour: openshift
  name: ocp
  baseDomain: example.com
  platform: vsphere
  networkType: antrea
  fips: false
  networking:
    machineNetwork: [10.1.224.0/24]
    clusterNetwork: [{{cidr: 10.128.0.0/14, hostPrefix: 23}}]
    serviceNetwork: [172.30.0.0/16]
"""


def page_in(folder: Path) -> Path:
    """The page of an example cluster."""
    from antrea_ci.page import document
    from support.cluster_pages import lived_in, page_of
    from support.repos import git, run

    antrea = {"trafficEncapMode": "encap", "featureGates": {"Multicast": True, "NodePortLocal": False}}
    digest = f"sha256:{'4f1d' * 16}"
    registry = "registry.example.org/antrea"
    images = {
        "operator": f"{registry}/antrea-operator:v1.14.1@{digest}",
        "antrea": f"{registry}/antrea-ubi:v1.14.1@{digest}",
    }
    site = lived_in(folder, antrea=antrea, images=images)
    site.configure(recipients=[site.keys[0].recipient])  # one is few, says a finding
    run("render", cwd=site.repo)
    (site.repo / "installed.yaml").write_text(installed(site.head), encoding="utf-8")
    git(site.repo, "add", "--all")
    git(site.repo, "commit", "--quiet", "--message", "NodePortLocal is switched off")
    page = folder / "cluster.html"
    page.write_text(document(page_of(site.repo)), encoding="utf-8")
    return page


def main() -> None:
    """Writes the picture."""
    from playwright.sync_api import sync_playwright

    from support.programs import program

    os.environ.setdefault("XDG_CACHE_HOME", str(ROOT / ".cache"))
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program("chromium"), args=["--no-sandbox"])
        context = browser.new_context(viewport=_SIZE, color_scheme="light", offline=True)
        page = context.new_page()
        page.goto(page_in(Path(folder)).as_uri())
        page.screenshot(path=PICTURE)
        browser.close()


if __name__ == "__main__":
    main()
