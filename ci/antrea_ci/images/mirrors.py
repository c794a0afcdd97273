"""Which registries serve an image: mirrors of install-config.yaml as a container runtime honours them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from antrea_ci.image_references import repository_of

if TYPE_CHECKING:
    from antrea_ci.install_config.config import Config
    from antrea_ci.model.effective import Cluster

KEYS = ("imageDigestSources", "imageContentSources")
DIGEST_SOURCES_SINCE = 14
"""source: openshift/installer ef6ab5bbde (4.14: imageDigestSources; the older key is deprecated)"""


@dataclass(frozen=True)
class Mirrors:
    """``entries``: a source (registry or repository), its mirrors in their order, and whether it is never asked."""

    entries: tuple[tuple[str, tuple[str, ...], bool], ...] = ()

    @classmethod
    def of(cls, config: Config | None) -> Mirrors:
        """Those that this version of the installer reads; of one source that stands twice, all mirrors count."""
        if config is None:
            return cls()
        from antrea_ci.install_config.section import Section

        found: dict[str, tuple[tuple[str, ...], bool]] = {}
        for entry in (entry for key in KEYS for entry in Section(config, ()).each(key)):
            mirrors, never = found.get(entry.text("source"), ((), False))
            never = never or entry.text("sourcePolicy") == "NeverContactSource"
            found[entry.text("source")] = (tuple(dict.fromkeys((*mirrors, *entry.texts("mirrors")))), never)
        return cls(tuple((source, *rest) for source, rest in found.items() if source))

    def places(self, reference: str) -> tuple[str, ...]:
        """Where nodes look for ``reference``, in their order. Mirrors serve digests only; the longest source counts.

        source: openshift/installer pkg/types/installconfig.go (ImageDigestSource); containers/image docs,
        containers-registries.conf.5
        """
        digest = reference.partition("@")[2]
        if not digest:
            return (reference,)
        mirrored = tuple(f"{repository}@{digest}" for repository in self._mirrored(reference))
        return mirrored if mirrored and self._is_closed(reference) else (*mirrored, reference)

    def first(self, reference: str) -> str:
        """The repository on the first mirror; empty where ``reference`` has none."""
        return next(self._mirrored(reference), "")

    def _mirrored(self, reference: str) -> Iterator[str]:
        repository = repository_of(reference)
        if entry := self._entry(repository):
            source, mirrors, _ = entry
            for mirror in mirrors:
                yield mirror + repository.removeprefix(source)

    def _is_closed(self, reference: str) -> bool:
        entry = self._entry(repository_of(reference))
        return entry is not None and entry[2]

    def _entry(self, repository: str) -> tuple[str, tuple[str, ...], bool] | None:
        fitting = [one for one in self.entries if repository == one[0] or repository.startswith(f"{one[0]}/")]
        return max(fitting, key=lambda one: len(one[0]), default=None)


def config_of(cluster: Cluster) -> Config | None:
    """The install-config without any secret; None for plain Kubernetes."""
    if cluster.file.flavour != "openshift":
        return None
    from antrea_ci.install_config.decode import decode

    path = cluster.repo.install_config_file
    minor = int(cluster.version.split(".")[1])
    return decode(path.read_bytes(), cluster.repo.name(path), minor, in_repository=True).config


def platforms_of(config: Config | None) -> tuple[str, ...]:
    """What images must be for, such as ``linux/amd64``: the architectures of both pools; amd64 where nobody says."""
    if config is None:
        return ("linux/amd64",)
    from antrea_ci.install_config.section import Section

    top = Section(config, ())
    pools = [top.below("controlPlane"), *top.each("compute")]
    return tuple(sorted({f"linux/{pool.text('architecture') or 'amd64'}" for pool in pools}))
