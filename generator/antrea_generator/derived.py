"""The files of the template that follow from code or from the embedded bundle: written here, compared by the tests.

``python -m antrea_generator.derived`` (``make derived``) brings them up to date after a change of their source.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import antrea_ci
from antrea_ci.bundle.contents import read_bundle
from antrea_ci.bundle.importer import lock_and_kustomization
from antrea_ci.installer import cause_book
from antrea_ci.rulebook import markdown
from antrea_ci.tools.lock import lock_text
from antrea_generator.schemas import schema_text

_ARCHIVE = "embedded-antrea-1.14.1"
_YAMLLINT = Path(antrea_ci.__file__).with_name("facts") / "yamllint.yaml"
_FLAVOURS = ("openshift", "kubernetes")
_VERSION = "VERSION"


def derived_files(template: Path) -> dict[str, bytes]:
    """Path below ``template/`` to content, for every file that is not written by hand."""
    files = dict(_bundle_files(template))
    files[".yamllint.yaml"] = _YAMLLINT.read_bytes()
    files[".schemas/cluster.schema.json"] = schema_text("cluster").encode()
    files["tools.lock.yaml.jinja"] = _tools_lock().encode()
    return files


def embedded_files(template: Path, flavour: str) -> dict[str, bytes]:
    """The vendor-like files of the embedded bundle for one flavour, by name."""
    folders = (template / "antrea" / "bundle", template / "_embedded" / flavour)
    ours = {"kustomization.yaml", "bundle.lock.yaml"}
    paths = [path for folder in folders for path in folder.glob("*.yaml") if path.name not in ours]
    return {path.name: path.read_bytes() for path in sorted(paths, key=lambda path: path.name)}


def _bundle_files(template: Path) -> Iterator[tuple[str, bytes]]:
    for flavour in _FLAVOURS:
        files = embedded_files(template, flavour)
        sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in files.items())
        bundle = read_bundle(files, flavour, "antrea/bundle", archive_name=_ARCHIVE)
        made = lock_and_kustomization(bundle, _ARCHIVE, hashlib.sha256(sums.encode()).hexdigest())
        yield f"_embedded/{flavour}/bundle.lock.yaml", made["bundle.lock.yaml"]
        yield "antrea/bundle/kustomization.yaml", made["kustomization.yaml"]


def _tools_lock() -> str:
    """kustomize for every cluster, the OpenShift programs at the answered version where there is one."""
    common = lock_text()
    openshift = lock_text(_VERSION).removeprefix(common).replace(_VERSION, '"#{ openshift_version }#"')
    return f"{common}#% if flavour == 'openshift' %#\n{openshift}#% endif %#\n"


def main() -> None:
    """Writes every derived file of the checkout in the current folder, and the docs' pages of rules and causes."""
    (Path("docs") / "rules.md").write_text(markdown(), encoding="utf-8")
    (Path("docs") / "install-causes.md").write_text(cause_book.markdown(), encoding="utf-8")
    template = Path("template")
    for name, data in derived_files(template).items():
        path = template / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


if __name__ == "__main__":
    main()
