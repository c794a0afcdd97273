"""Answers: none changes that nobody asked to change, and the file that owns a fact decides about it."""

from __future__ import annotations

import pytest
import yaml

from antrea_generator.answers import Answers
from antrea_generator.update import owners
from antrea_generator.update.config import read_config
from support.repos import ROOT
from support.small import edit
from support.template_pairs import COPIER, Pair

CHOICE = ("choices: [github, gitlab, both]", "choices: [github, gitlab]")
RENAMED = ("runner: {", "machine: {")
PIPELINE = {"template/pipeline.yml.jinja": "ci: {{ ci }}\nrunner: {{ machine }}\n"}


def answers(pair: Pair) -> dict:
    return yaml.safe_load((pair.repo / ".copier-answers.yml").read_text())


def test_stored_answers_stay_new_questions_take_their_defaults_and_networks_changed_by_hand_are_not_rolled_back(
    pair: Pair,
):
    edit(pair.repo / "install-config.yaml", "10.128.0.0/14", "10.200.0.0/14")
    pair.change({})
    question = "runner: {type: str, default: small}"
    pair.questions(question, question.replace("small", "tiny") + "\nmtu: {type: int, default: 0}")
    done = pair.update()
    assert done.code == 0, done.err
    stored = answers(pair)
    assert (stored["runner"], stored["mtu"], stored["cluster_network"]) == ("large", 0, "10.200.0.0/14")
    assert "The network is 10.200.0.0/14." in (pair.repo / "NOTES.md").read_text()
    assert "`cluster_network`: 10.128.0.0/14 → 10.200.0.0/14, as install-config.yaml says" in done.out
    assert "`mtu` is asked now: 0" in done.out


def test_every_answer_that_would_change_is_told_at_once_with_old_and_new_and_the_rule(pair: Pair):
    text = COPIER.replace(*CHOICE).replace(*RENAMED)
    text = text.replace("'/' not in cluster_network", "'/14' in cluster_network").replace(
        "10.128.0.0/14", "10.1.0.0/16"
    )
    pair.release({"copier.yml": text, **PIPELINE})
    told = pair.refused()
    assert "`ci`: both would become github with v0.2.0: it is none of its choices: 'both' is not in" in told
    assert "`cluster_network`: 10.128.0.0/14 would become 10.1.0.0/16 with v0.2.0: its validator says: write a" in told
    assert "`runner`: large would be lost: v0.2.0 does not ask it; it asks `machine` (small)" in told
    assert ".copier-answers.yml:3:1: error" in told
    assert "fix: change it in install-config.yaml, commit, and update then" in told
    assert "fix: give one that it accepts: `--data ci=...`" in told
    assert all(f"[answers/{rule}]" in told for rule in ("choice", "rejected", "renamed"))


def test_a_person_can_ask_for_each_change_that_is_refused(pair: Pair):
    pair.release({"copier.yml": COPIER.replace(*CHOICE).replace(*RENAMED), **PIPELINE})
    done = pair.update("--data", "ci=gitlab", "--data", "machine=large")
    assert done.code == 0, done.err
    assert (pair.repo / "pipeline.yml").read_text() == "ci: gitlab\nrunner: large\n"
    assert "`runner` is not asked any more; it was large" in done.out


@pytest.mark.parametrize(
    ("pair_text", "told"),
    [
        ("runer=x", "no question `runer` (did you mean runner?)"),
        ("ci=svn", "--data: error: `ci`: svn would become github"),
        ("ci", "NAME=VALUE"),
        ("cluster_network=10.0.0.0/8", "`cluster_network` is 10.128.0.0/14 in install-config.yaml, which owns it"),
    ],
)
def test_what_is_asked_for_must_be_an_answer(pair: Pair, pair_text: str, told: str):
    before = pair.state()
    done = pair.update("--data", pair_text)
    assert done.code in (1, 2)
    assert told in done.err
    assert pair.state() == before


def test_an_unknown_key_of_the_answers_file_is_an_error(pair: Pair):
    text = (pair.repo / ".copier-answers.yml").read_text()
    pair.change({".copier-answers.yml": text + "runnr: large\n"})
    pair.release({"template/extra.txt": "newer\n"})
    assert "there is no question `runnr` (did you mean runner?) [answers/unknown]" in pair.refused()


def test_every_question_has_an_owner():
    questions = set(read_config(ROOT, "this").questions)
    files = {*owners.INSTALL_CONFIG, *owners.CLUSTER, *owners.KUBERNETES}
    assert questions == files | owners.ANSWERS_OWN == set(Answers.model_fields)
    assert not files & owners.ANSWERS_OWN
