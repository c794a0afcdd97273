"""Every image that the cluster pulls because of its repository, and where it has to lie."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from antrea_ci.facts import facts
from antrea_ci.image_references import Form, images_in, is_reference, repository_of, tag_of
from antrea_ci.images.mirrors import Mirrors, config_of, platforms_of
from antrea_ci.install_config.words import named
from antrea_ci.render.overlay import IMAGE_FIELDS
from antrea_ci.values import items_at, mapping_at, text_at
from antrea_ci.yamlio import Value, parse

if TYPE_CHECKING:
    from antrea_ci.model.cluster import Images
    from antrea_ci.model.effective import Cluster
    from antrea_ci.repo import ClusterRepo

_OPERATOR = "antrea-operator"
KEYS = ("operator", "antrea", "agent", "controller", "interworking")
"""The keys of `images` in cluster.yaml."""


@dataclass(frozen=True)
class Use:
    """Who names an image: ``kind/namespace/name`` and a path in it, or ``cluster.yaml`` and its key."""

    object: str
    path: str


@dataclass(frozen=True)
class PlannedImage:
    """One image: ``reference`` is what the cluster calls it, ``target`` where it has to lie; with a mirror they differ.

    ``source`` is where it comes from: the reference where a mirror serves it, else the vendor's public image or
    archive; empty where nobody knows. ``role`` is its key in cluster.yaml, or empty. ``platforms`` are what nodes need.
    """

    reference: str
    source: str
    target: str
    platforms: tuple[str, ...]
    uses: tuple[Use, ...]
    role: str = ""

    @property
    def tag(self) -> str:
        """Empty where there is only a digest."""
        return tag_of(self.reference)

    @property
    def digest(self) -> str:
        """``sha256:...``, or empty."""
        return self.reference.partition("@")[2]

    def as_json(self) -> dict[str, Value]:
        """For machines; ``architectures`` are the platforms without ``linux/``."""
        return {
            "reference": self.reference,
            "source": self.source,
            "target": self.target,
            "tag": self.tag,
            "digest": self.digest,
            "platforms": list(self.platforms),
            "architectures": [platform.rpartition("/")[2] for platform in self.platforms],
            "image": self.role,
            "used_by": [{"object": use.object, "path": use.path} for use in self.uses],
        }


def planned(cluster: Cluster, objects: Mapping[str, Value]) -> tuple[PlannedImage, ...]:
    """The images of ``cluster.yaml`` in its order, then those that only ``objects`` (manifests by any name) name.

    Where an object has an image that cluster.yaml owns, cluster.yaml counts: what is rendered may be older.
    Placeholders are left out: `check` tells them.
    """
    uses: dict[str, list[Use]] = {}
    roles: dict[str, str] = {}
    given = given_images(cluster.file.images)
    for key, reference in given.items():
        uses.setdefault(reference, []).append(Use("cluster.yaml", f"images.{key}"))
        roles.setdefault(reference, key)
    for named_image in _all_named(objects):
        known = uses.setdefault(given.get(named_image.owner, named_image.reference), [])
        if named_image.use not in known:
            known.append(named_image.use)
    config = config_of(cluster)
    mirrors, platforms = Mirrors.of(config), platforms_of(config)

    def image(reference: str) -> PlannedImage:
        role = roles.get(reference) or role_of(repository_of(reference).rpartition("/")[2])
        target = target_of(reference, mirrors, cluster.file.site.mirrorRegistry or "")
        source = vendor_source(role, reference) if target == _without_digest(reference) else reference
        return PlannedImage(reference, source, target, platforms, tuple(uses[reference]), role)

    return tuple(image(reference) for reference in uses)


def is_outdated(cluster: Cluster, objects: Mapping[str, Value]) -> bool:
    """Whether an object has another image than cluster.yaml, which owns it, says by now."""
    given = given_images(cluster.file.images)
    return any(one.reference != given.get(one.owner, one.reference) for one in _all_named(objects))


def given_images(images: Images) -> dict[str, str]:
    """Key to reference, for those that cluster.yaml gives."""
    return {key: reference for key in KEYS if (reference := getattr(images, key))}


def manifests(repo: ClusterRepo) -> dict[str, Value]:
    """The manifests that were rendered, of both phases, by the names of their files in the repository."""
    paths = [path for folder in (repo.rendered, repo.rendered_nsx) for path in sorted(folder.glob("*.y*ml"))]
    return {repo.name(path): parse(path.read_bytes(), repo.name(path)).value for path in paths if path.is_file()}


def target_of(reference: str, mirrors: Mirrors, site: str) -> str:
    """Where ``reference`` has to lie, with its tag (or its digest where it has none).

    That is its first mirror of install-config.yaml, else the same path below the site's mirror registry, else itself.
    """
    repository, tag = repository_of(reference), tag_of(reference)
    end = f":{tag}" if tag else f"@{reference.partition('@')[2]}"
    if mirrored := mirrors.first(reference):
        return mirrored + end
    host, _, path = repository.partition("/")
    if site and host != site.partition("/")[0]:
        return f"{site.rstrip('/')}/{path}{end}"
    return _without_digest(reference)


def role_of(name: str) -> str:
    """The key of cluster.yaml to which an image called ``name`` (the last part of its repository) belongs, or empty."""
    roles = mapping_at(facts("images"), ("roles",))
    fitting = (role for role, row in roles.items() if re.fullmatch(text_at(row, ("name",)), name))
    return next(fitting, "")


def vendor_source(role: str, reference: str) -> str:
    """Where the vendor has such an image: a public image or an archive's name; empty where nobody knows."""
    row, tag = mapping_at(facts("images"), ("roles", role)), tag_of(reference)
    name = repository_of(reference).rpartition("/")[2]
    if not tag or role_of(name) != role or not row:
        return ""
    if text_at(facts("images"), ("commercial",)) in tag or role == "interworking":
        return text_at(row, ("archive",)).format(name=name, tag=tag)
    public = text_at(row, ("public",))
    return f"{public}/{name}:{tag}" if public else ""


def _without_digest(reference: str) -> str:
    """The reference by its tag alone, where it has one: that is the name under which an image is pushed."""
    return reference.partition("@")[0] if tag_of(reference) else reference


@dataclass(frozen=True)
class _Named:
    """``owner`` is the key of cluster.yaml from which `render` takes the image; empty where there is none."""

    reference: str
    use: Use
    owner: str


def _all_named(objects: Mapping[str, Value]) -> Iterator[_Named]:
    for manifest in objects.values():
        yield from _named(manifest)


def _named(manifest: Value) -> Iterator[_Named]:
    if not isinstance(manifest, dict):
        return
    if manifest.get("kind") == "List":
        for item in items_at(manifest, ("items",)):
            yield from _named(item)
        return
    parts = [text_at(manifest, path) for path in (("kind",), ("metadata", "namespace"), ("metadata", "name"))]
    label = "/".join(filter(None, parts))
    for found in images_in(manifest):
        if found.form is not Form.PLACEHOLDER and found.text and is_reference(found.text):
            inside = f", line {found.inside.line}" if found.inside.line else ""
            use = Use(label, named(found.path).strip("`") + inside)
            yield _Named(found.text, use, _owner(manifest, found.path))


def _owner(manifest: Mapping[str, Value], path: tuple[str | int, ...]) -> str:
    kind, name = manifest.get("kind"), text_at(dict(manifest), ("metadata", "name"))
    if kind == "AntreaInstall" and len(path) == 2:
        return IMAGE_FIELDS.get(str(path[1]), "")
    if (kind, name) == ("Deployment", _OPERATOR) and path[-1] == "image":
        containers = text_at(dict(manifest), (*path[:-1], "name"))
        return "operator" if containers == name else ""
    return ""
