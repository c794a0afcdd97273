"""The facts on changes are whole: every key that this project knows has an entry, and every entry can be met."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from pydantic import BaseModel

from antrea_ci.antrea_catalogue import every_gate, every_key
from antrea_ci.diff.classes import Subject, classify
from antrea_ci.diff.classes.books import Book, Entry, book_about, books
from antrea_ci.diff.classes.patterns import REST, Pattern
from antrea_ci.diff.model import ChangeClass, Difference
from antrea_ci.diff.paths import Inner, Item, Step, path_text
from antrea_ci.facts import facts
from antrea_ci.installed import InstalledFile
from antrea_ci.model.cluster import ClusterFile
from antrea_ci.values import mapping_at
from support.repos import copy_template

ROOT = Path(__file__).resolve().parents[4]
INSTALL = Subject(is_file=False, group="operator.antrea.vmware.com", kind="AntreaInstall", object_name="antrea-install")
# Who gives nodes their pod networks may not be known to anybody for a running cluster; the facts say so.
KNOWN_TO_BE_UNKNOWN = {"nodeIPAM.enableNodeIPAM", "featureGates.NodeIPAM"}
IDENTITY = {("apiVersion",), ("kind",), ("metadata", "name"), ("metadata", "namespace")}
ENTRIES = [(book, pattern, entry) for book in books() for pattern, entry in book.patterns]


def file(name: str) -> Subject:
    return Subject(is_file=True, name=name)


def classes(subject: Subject, steps: tuple[Step, ...], before: Any = "a", after: Any = "b") -> tuple[ChangeClass, ...]:
    return classify(subject, Difference(steps, before, after)).classes


def steps_of(pattern: Pattern) -> tuple[Step, ...]:
    """A path that the pattern matches, as no other pattern names it."""
    parts = [part for part in pattern if part is not REST]
    steps = tuple(
        part if isinstance(part, (str, Item, Inner)) else Item("any") if part.value == "[*]" else "any"
        for part in parts
    )
    return (*steps, "any", "any") if REST in pattern else steps


def label(book: Book) -> str:
    return "/".join(book.files or (book.kind, book.group, book.object_name))


@pytest.mark.parametrize("book", books(), ids=label)
def test_every_entry_can_be_met(book: Book) -> None:
    dead = [path_text(steps_of(p)) for p, entry in book.patterns if book.tree.find(steps_of(p)) is not entry]
    assert dead == []


@pytest.mark.parametrize("book", books(), ids=label)
def test_every_subject_can_be_met(book: Book) -> None:
    for glob in book.files:
        assert book_about(file(glob.replace("*", "any"))) is book
    if not book.files:
        namespace, name = book.namespace or "any", book.object_name or "any"
        subject = Subject(is_file=False, group=book.group, kind=book.kind, namespace=namespace, object_name=name)
        assert book_about(subject) is book


def test_every_entry_has_classes_a_reason_and_a_source() -> None:
    entries = [entry for _, _, entry in ENTRIES] + [entry for book in books() for entry in book.whole.values()]
    further = [one for entry in entries for one in (entry.unset, entry.other_host) if one]
    lacking = [entry for entry in [*entries, *further] if not (entry.classes and entry.why and entry.source)]
    assert lacking == []


def test_a_reason_is_one_sentence_in_the_middle_of_others() -> None:
    entries: list[Entry] = [entry for _, _, entry in ENTRIES] + [e for book in books() for e in book.whole.values()]
    odd = {entry.why for entry in entries if entry.why.endswith(".") or "  " in entry.why or "\n" in entry.why}
    assert odd == set()


@pytest.mark.parametrize(
    ("place", "component"), [("antreaAgentConfig", "agent"), ("antreaControllerConfig", "controller")]
)
def test_every_key_and_gate_of_antrea_has_a_class(place: str, component: Any) -> None:
    names = every_key(component) - {"featureGates"} | {f"featureGates.{gate}" for gate in every_gate()}
    unknown = {
        name
        for name in names
        if ChangeClass.UNKNOWN in classes(INSTALL, ("spec", place, Inner("yaml"), *name.split(".")))
    }
    assert unknown == (KNOWN_TO_BE_UNKNOWN if component == "controller" else set())


@pytest.mark.parametrize("component", ["agent", "controller"])
def test_a_key_of_antrea_means_the_same_in_cluster_yaml(component: Any) -> None:
    place = f"antrea{component.title()}Config"
    for name in sorted(every_key(component)):
        in_object = classes(INSTALL, ("spec", place, Inner("yaml"), *name.split(".")))
        assert classes(file("cluster.yaml"), ("antrea", component, *name.split("."))) == in_object, name


def test_every_key_of_cluster_yaml_has_a_class() -> None:
    paths = list(keys_of(ClusterFile))
    assert ("checks", "suppress", Item("any"), "rule") in paths
    assert [path_text(p) for p in paths if ChangeClass.UNKNOWN in classes(file("cluster.yaml"), p)] == []


def test_every_key_of_the_record_has_a_class() -> None:
    paths = list(keys_of(InstalledFile))
    assert [path_text(p) for p in paths if ChangeClass.UNKNOWN in classes(file("installed.yaml"), p)] == []


def test_every_key_of_an_install_config_has_a_class() -> None:
    types: dict[str, Any] = {}
    for name in ("types", "platforms", "clouds"):
        types |= mapping_at(facts(f"install-config/{name}"), ("types",))
    paths = list(keys_of_type(types, "InstallConfig"))
    assert len(paths) > 250
    assert [path_text(p) for p in paths if ChangeClass.UNKNOWN in classes(file("install-config.yaml"), p)] == []


def test_every_file_of_a_new_repository_has_a_class(tmp_path: Path) -> None:
    """Phase 2 alone is known to be unknown."""
    for answers in ({"ci": "both"}, {"ci": "both", "flavour": "kubernetes"}):
        root = copy_template(tmp_path / str(len(answers)), **answers)
        names = [path.relative_to(root).as_posix() for path in sorted(root.rglob("*")) if path.is_file()]
        assert "cluster.yaml" in names
        assert [name for name in names if book_about(file(name)) is None] == []


def test_every_value_of_the_embedded_objects_has_a_class() -> None:
    """Labels of the namespace, which anything may select, are known to be unknown."""
    paths = [*(ROOT / "template" / "antrea" / "bundle").glob("*.yaml"), ROOT / "template/_embedded/openshift/role.yaml"]
    unknown: set[str] = set()
    for manifest in (yaml.safe_load(path.read_text()) for path in paths if "kustomization" not in path.name):
        metadata, kind = manifest["metadata"], manifest["kind"]
        name, namespace = metadata["name"], metadata.get("namespace", "")
        group = manifest["apiVersion"].rpartition("/")[0]
        subject = Subject(is_file=False, group=group, kind=kind, namespace=namespace, object_name=name)
        for steps in set(leaves(manifest)) - IDENTITY:
            if ChangeClass.UNKNOWN in classes(subject, steps):
                unknown.add(f"{kind}: {path_text(steps)}")
    assert unknown == {
        "Namespace: metadata.labels.name",
        'Secret: data["tls.crt"]',
        'Secret: data["tls.key"]',
        # What a version of the kind is called and whether it is served: no release of the operator ever changed it.
        *(f"CustomResourceDefinition: spec.versions[name=v1].{key}" for key in ("name", "served", "storage")),
        "CustomResourceDefinition: spec.versions[name=v1].subresources.status",
    }


def keys_of(model: type[BaseModel], above: tuple[Step, ...] = ()) -> Iterator[tuple[Step, ...]]:
    """The path of every key of a model; of a mapping of free keys, that of one key."""
    for name, part in model.model_fields.items():
        yield from keys_of_annotation(part.annotation, (*above, name))


def keys_of_annotation(annotation: Any, path: tuple[Step, ...]) -> Iterator[tuple[Step, ...]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield from keys_of(annotation, path)
        return
    origin = getattr(annotation, "__origin__", None)
    inner = [one for one in get_args(annotation) if isinstance(one, type) and issubclass(one, BaseModel)]
    if origin is tuple:
        path = (*path, Item("any"))
    elif origin is dict:
        path = (*path, "any")
    yield from (found for one in inner for found in keys_of(one, path)) if inner else [path]


def keys_of_type(types: dict[str, Any], name: str, above: tuple[Step, ...] = ()) -> Iterator[tuple[Step, ...]]:
    """The path of every key of a type of facts/install-config."""
    for key, given in types[name].items():
        kind, path = given["is"] if isinstance(given, dict) else given, (*above, key)
        if kind.startswith("list of "):
            kind, path = kind.removeprefix("list of "), (*path, Item("any"))
        yield from keys_of_type(types, kind, path) if kind in types else [path]


def leaves(value: Any, above: tuple[Step, ...] = ()) -> Iterator[tuple[Step, ...]]:
    """The path of every value that holds no others."""
    if isinstance(value, dict) and value:
        for key, below in value.items():
            yield from leaves(below, (*above, key))
    elif isinstance(value, list) and value:
        for index, below in enumerate(value):
            named = isinstance(below, dict) and "name" in below
            yield from leaves(below, (*above, Item(f"name={below['name']}" if named else str(index))))
    else:
        yield above
