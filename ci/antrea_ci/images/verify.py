"""Whether nodes can pull every image: each place of it in their order, all images at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from antrea_ci.bounded import each
from antrea_ci.exchange import Line
from antrea_ci.findings import Location
from antrea_ci.image_references import repository_of, tag_of
from antrea_ci.images.mirrors import Mirrors
from antrea_ci.images.registry import Found, Logins, Reason, Refusal, look_up, tags
from antrea_ci.suggest import nearest


@dataclass(frozen=True)
class Wanted:
    """An image that nodes pull: where it is named, and by which object; ``platforms`` are those of the nodes."""

    reference: str
    platforms: tuple[str, ...]
    place: Location = field(default_factory=Location)
    object: str = ""


@dataclass(frozen=True)
class Verified:
    """``answers``: each place that was asked, the last one first that has the image, if any.

    ``by_tag``: what the tag of a locked reference gives today at the place that has the image; None where nobody asked.
    ``nearest_tag``: the most similar tag of a repository that lacks the wanted one.
    """

    wanted: Wanted
    answers: tuple[tuple[str, Found | Reason], ...]
    by_tag: Found | Reason | None = None
    nearest_tag: str = ""

    @property
    def found(self) -> Found | None:
        """The image, wherever it is."""
        last = self.answers[-1][1]
        return last if isinstance(last, Found) else None

    @property
    def place(self) -> str:
        """The reference by which it was found, or looked for at last."""
        return self.answers[-1][0]


@dataclass(frozen=True)
class Outside:
    """How registries are reached, and which stand for others. ``plain_on_loopback`` as in ``look_up``."""

    line: Line
    logins: Logins
    mirrors: Mirrors
    plain_on_loopback: bool = False

    def look_up(self, reference: str) -> Found | Reason:
        """The image with its platforms."""
        return look_up(reference, self.line, self.logins, platforms=True, plain_on_loopback=self.plain_on_loopback)


def verified(images: Sequence[Wanted], outside: Outside, *, tags_too: bool = False) -> list[Verified]:
    """Each image at its places, in the order of nodes, until one has it.

    With ``tags_too`` the tag of a locked image is compared, and the nearest tag is looked for where one is missing.
    """

    def verify(wanted: Wanted) -> Verified:
        places, tag = outside.mirrors.places(wanted.reference), tag_of(wanted.reference)
        if not tags_too:
            return Verified(wanted, tuple(_tried(places, outside)))
        result = looked(wanted, places, outside)
        if result.found and tag and "@" in wanted.reference:
            return replace(result, by_tag=outside.look_up(f"{repository_of(result.place)}:{tag}"))
        return result

    return each(verify, images)


def looked(wanted: Wanted, places: Sequence[str], outside: Outside) -> Verified:
    """``wanted`` at ``places``, until one has it; the nearest tag where the last of them has not."""
    answers = tuple(_tried(places, outside))
    place, last = answers[-1]
    is_missing = isinstance(last, Reason) and last.refusal is Refusal.MISSING
    return Verified(wanted, answers, nearest_tag=_nearest(place, outside) if is_missing else "")


def _tried(places: Sequence[str], outside: Outside) -> Iterator[tuple[str, Found | Reason]]:
    for place in places:
        found = outside.look_up(place)
        yield place, found
        if isinstance(found, Found):
            return


def _nearest(reference: str, outside: Outside) -> str:
    known = tags(reference, outside.line, outside.logins, plain_on_loopback=outside.plain_on_loopback)
    return nearest(tag_of(reference), known) or ""
