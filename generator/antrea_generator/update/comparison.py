"""What an update would do to answers, said before and seen after: nothing changes that nobody asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol, cast

from antrea_ci.findings import Finding, Location
from antrea_ci.suggest import did_you_mean, nearest
from antrea_ci.yamlio import Value
from antrea_generator.update.stored import Stored
from antrea_generator.update.versions import TemplateVersion
from antrea_generator.update.wanted import Questions, Wanted, same, shown
from antrea_generator.update.worker import Outcome


class AnswerSource(Protocol):
    """Where an answer comes from, and how to give another one."""

    def place(self, name: str) -> Location: ...

    def fix(self, name: str) -> str: ...


class Comparison:
    """The answers of one update. ``old`` and ``new`` are the questions of two versions; ``label`` is the new one."""

    def __init__(self, stored: Stored, wanted: Wanted, old: Questions, new: Questions, label: str) -> None:
        self._stored = stored
        self._wanted = wanted
        self._old = old
        self._new = new
        self._label = label

    @property
    def accepted(self) -> dict[str, Value]:
        """What Copier is given: the wanted answers to questions that there are, in the template's order."""
        return {name: self._wanted.answers[name] for name in self._new if name in self._wanted.answers}

    @property
    def changed(self) -> list[str]:
        """The names of those that differ from what is stored."""
        stored = self._stored.answers
        return [name for name, value in self.accepted.items() if name not in stored or not same(stored[name], value)]

    def place(self, name: str) -> Location:
        """Where the answer comes from."""
        return Location("--data") if name in self._wanted.asked else self._stored.place(name)

    def fix(self, name: str) -> str:
        """How to give another answer."""
        owner = self._wanted.owners.get(name)
        return (
            f"change it in {owner}, commit, and update then"
            if owner
            else f"give one that it accepts: `--data {name}=...`"
        )

    def unknown(self) -> Iterator[Finding]:
        """Stored answers to questions that neither version asks."""
        for name in self._stored.answers:
            if name not in self._old and name not in self._new:
                message = f"there is no question `{name}`{did_you_mean(name, self._new)}"
                yield Finding("answers/unknown", message, location=self._stored.place(name), fix="remove the line")

    def lost(self) -> Iterator[Finding]:
        """Answers whose question is gone while one like it came that nobody answered: most likely it was renamed."""
        for name in self._gone():
            value, likely = self._wanted.answers[name], self._likely(name)
            if not likely or self._is_kept(value, likely):
                continue
            defaults = " or ".join(f"`{other}` ({shown(self._new[other].details.get('default'))})" for other in likely)
            message = f"`{name}`: {shown(value)} would be lost: {self._label} does not ask it; it asks {defaults}"
            why = "the new question would take its default in silence, and no migration says where this answer belongs"
            fix = f"answer the new question: `--data {likely[0]}={shown(value)}` if it is the same one, or its default"
            yield Finding("answers/renamed", message, location=self._stored.place(name), why=why, fix=fix)

    def differences(self, after: Mapping[str, Value]) -> Iterator[Finding]:
        """What stands in the new answers file and is not what went in."""
        for name, value in self.accepted.items():
            if not self._new[name].is_stored or self._is_hidden_alike(name, after):
                continue
            if name not in after or not same(after[name], value):
                to = shown(after[name]) if name in after else "(not asked)"
                message = f"`{name}`: {shown(value)} became {to} with {self._label}, and nobody asked for that"
                yield Finding("answers/changed", message, location=self.place(name), fix=self.fix(name))

    def notes(self, after: Mapping[str, Value]) -> Iterator[str]:
        """What people are told of questions that came, went, or are not asked here any more."""
        for name, value in after.items():
            if name not in self._wanted.answers:
                yield f"`{name}` is asked now: {shown(value)}"
        for name in self._gone():
            yield f"`{name}` is not asked any more; it was {shown(self._wanted.answers[name])}"
        for name, value in self.accepted.items():
            if self._is_hidden_alike(name, after) and name in self._stored.answers:
                yield f"`{name}` does not apply any more; it was {shown(value)}"

    def _gone(self) -> list[str]:
        return [name for name in self._wanted.answers if name in self._old and name not in self._new]

    def _likely(self, name: str) -> list[str]:
        """The questions that came, have no answer yet, and are of the type or nearly of the name of one that went."""
        came = [other for other in self._new if other not in self._old and other not in self._wanted.answers]
        alike = nearest(name, came)
        return [other for other in came if other == alike or self._new[other].type == self._old[name].type]

    def _is_kept(self, value: Value, likely: Iterable[str]) -> bool:
        """Whether a question that came has this very value, as its answer or by its default."""
        answered = [self._wanted.answers[other] for other in self._answered()]
        defaults = [self._new[other].details.get("default") for other in likely]
        return any(same(value, other) for other in (*answered, *defaults))

    def _answered(self) -> list[str]:
        """The questions that came and have an answer, by ``--data`` or by a migration."""
        return [name for name in self._new if name not in self._old and name in self._wanted.answers]

    def _is_hidden_alike(self, name: str, after: Mapping[str, Value]) -> bool:
        """Whether an answer is left out under the condition that was there before: other answers decided it."""
        return name not in after and name in self._old and self._new[name].has_same("when", self._old[name])


def rejected_answers(
    outcome: Outcome, answers: Mapping[str, Value], version: TemplateVersion, source: AnswerSource
) -> Iterator[Finding]:
    """The answers that a version of the template does not accept, and what else it stumbles over after them."""
    for name, said in outcome["rejected"].items():
        choices = bool(version.config.questions[name].details.get("choices"))
        rule, what = ("choice", "it is none of its choices") if choices else ("rejected", "its validator says")
        default = outcome["defaults"].get(
            name, version.config.questions[name].details.get("default") if choices else None
        )
        would = "cannot stay" if default is None else f"would become {shown(cast('Value', default))}"
        message = f"`{name}`: {shown(answers[name])} {would} with {version.label}: {what}: {said}"
        why = "Copier takes the default, in silence, for an answer that the template does not accept"
        yield Finding(f"answers/{rule}", message, location=source.place(name), why=why, fix=source.fix(name))
    if outcome["rejected"] and outcome["error"]:
        message = f"{version.label} of the template has a fault of its own: {outcome['error']}"
        yield Finding("template/fault", message, fix="tell its authors; what stands after it could not be looked at")
