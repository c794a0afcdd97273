"""Where the comparison is, and what is known about that place from the way to it."""

from __future__ import annotations

from typing import NamedTuple

from antrea_ci.diff.model import Difference, Effect, Side
from antrea_ci.diff.paths import Inner, Item, Steps

_MOST_TEXTS = 6
_MOST_STEPS = 60


class Place(NamedTuple):
    """``key`` is the key that holds the value, ``parent`` the one above; both empty where there is none.

    ``kinds`` are the names under which facts know the object; ``secret`` says that this is a value of a Secret;
    ``depth`` counts the texts inside texts on the way here.
    """

    steps: Steps = ()
    kinds: tuple[str, ...] = ()
    key: str = ""
    parent: str = ""
    secret: bool = False
    depth: int = 0

    @property
    def is_deep(self) -> bool:
        """Whether texts are plain text from here on: what is compared step by step must end somewhere."""
        return self.depth >= _MOST_TEXTS or len(self.steps) >= _MOST_STEPS

    def below(self, key: str, *, secret: bool = False) -> Place:
        """The value of ``key`` of the mapping here."""
        return Place((*self.steps, key), self.kinds, key, self.key or self.parent, self.secret or secret, self.depth)

    def item(self, label: str) -> Place:
        """An item of the list here."""
        return Place((*self.steps, Item(label)), self.kinds, "", self.key or self.parent, self.secret, self.depth)

    def inner(self, form: str) -> Place:
        """The value of the text that the string here holds."""
        return Place((*self.steps, Inner(form)), self.kinds, self.key, self.parent, self.secret, self.depth + 1)


class Found(NamedTuple):
    """A difference before secrets are hidden; ``secret`` says that its values are some, as a whole."""

    place: Place
    before: Side
    after: Side
    effect: Effect = Effect.MEANING
    note: str = ""
    secret: bool = False

    def difference(self) -> Difference:
        """The difference with the values that were found."""
        return Difference(self.place.steps, self.before, self.after, self.effect, self.note)
