"""`antrea-gitops images plan|push|lock|verify|mirror-config`."""

from __future__ import annotations

from typing import ClassVar

import click

from antrea_generator.lazy import LazyGroup


class _Verbs(LazyGroup):
    modules: ClassVar = {
        "plan": ("images_plan", "List every image that the cluster pulls because of this repository; offline."),
        "push": ("images_push", "Push the vendor's archives to the registry of cluster.yaml, after checking them."),
        "lock": ("images_lock", "Write the digest of every image behind its tag in cluster.yaml."),
        "verify": ("images_verify", "Ask for every image as the nodes will: there, unchanged, right machine, login."),
        "mirror-config": ("images_mirror_config", "Print, or write, the mirrors of the images in install-config.yaml."),
    }


@click.group(name="images", cls=_Verbs, epilog="Example: antrea-gitops images push antrea-ubi-*.tar.gz")
def command() -> None:
    """The images of operator, Antrea and NSX: from the vendor's archives to what nodes pull."""
