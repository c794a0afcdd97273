"""Secrets never leave: one sees that they changed, and nothing of what they are."""

from __future__ import annotations

import json
from typing import Any

import pytest

from antrea_ci.diff.model import ABSENT, Effect
from antrea_ci.diff.structure import HIDDEN, HIDDEN_OTHER, differences, text_differences, without_secrets
from antrea_ci.diff.structure.shown import shown
from support.certificates import CERTIFICATE
from support.differences import told
from support.plants import FORMS, PLANTS, Chance

OLD, NEW = "old-Sup3rS3cret-value", "new-Sup3rS3cret-value"
KEY = "-----BEGIN {0}-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC{1}\n-----END {0}-----\n"


def secret(**data: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "stringData": dict(data)}


def test_a_changed_value_of_a_secret_shows_only_that_it_changed():
    assert told(secret(user="admin", x="1"), secret(user="root", x="1"), "Secret") == [
        'stringData.user: "<hidden>" → "<hidden, another value>"'
    ]


def test_a_secret_that_appears_or_goes_shows_its_keys_only():
    for sides in ((ABSENT, secret(user="admin")), (secret(user="admin"), ABSENT)):
        (found,) = differences(*sides, kind="Secret")
        assert secret(user=HIDDEN) in (found.before, found.after)
        assert ABSENT in (found.before, found.after)


def test_a_secret_whose_section_appears_is_hidden_too():
    without = {key: value for key, value in secret().items() if key != "stringData"}
    assert told(without, secret(a="b"), "Secret") == ['stringData: absent → {"a": "<hidden>"}']


def test_secrets_inside_of_texts_and_lists_are_secrets_too():
    for wrapped in ({"items": [secret(a=OLD)]}, {"text": json.dumps(secret(a=OLD), indent=1)}):
        changed = json.loads(json.dumps(wrapped).replace(OLD, NEW))
        found = differences(wrapped, changed, kind="ConfigMap")
        assert len(found) == 1
        assert OLD not in str(found)
        assert NEW not in str(found)


@pytest.mark.parametrize(
    "holder",
    [
        {"password": "{}"},
        {"bmc": {"password": "{}"}},
        {"env": [{"name": "DB_PASSWORD", "value": "{}"}]},
        {"vcenters": [{"server": "a", "password": "{}"}]},
        {"pullSecret": '{{"auths": {{"r.io": {{"auth": "{}"}}}}}}'},
        {"url": "https://user:{}@git.example.com/a"},
        {"config": "a: 1\nnested:\n  clientSecret: {}\n"},
        {"args": ["--password {}"]},
        {"tls.key": KEY.replace("{0}", "PRIVATE KEY").replace("{1}", "{}")},
        {"metadata": {"annotations": {"last": '{{"kind": "Secret", "data": {{"a": "{}"}}}}'}}},
        {"comment": "# password: {}\na: 1\nb: 2\n"},
    ],
    ids=range(11),
)
def test_no_secret_is_shown_whether_it_changes_appears_or_goes(holder: Any):
    def filled(value: str) -> Any:
        return json.loads(json.dumps(holder), object_hook=lambda one: {k: fill(v, value) for k, v in one.items()})

    def fill(one: Any, value: str) -> Any:
        if isinstance(one, list):
            return [fill(item, value) for item in one]
        return one.replace("{{", "{").replace("}}", "}").replace("{}", value) if isinstance(one, str) else one

    old, new = filled(OLD), filled(NEW)
    for sides in ((old, new), (ABSENT, new), (old, ABSENT), ({}, new)):
        found = differences(*sides, kind="install-config.yaml")
        assert found, sides
        text = str(found) + str([shown(side) for one in found for side in (one.before, one.after)])
        assert OLD not in text
        assert NEW not in text
    assert NEW not in str(without_secrets(new, kind="install-config.yaml"))


@pytest.mark.parametrize("form", ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"])
def test_a_private_key_beside_certificates_is_hidden_and_they_are_not(form: str):
    old, new = (CERTIFICATE + KEY.format(form, letter * 32) for letter in "Ab")
    (found,) = differences({"bundle": old}, {"bundle": new}, kind="ConfigMap")
    assert found.before == {"label": HIDDEN, "sha256": HIDDEN}
    assert found.effect is Effect.MEANING
    (found,) = differences({"bundle": CERTIFICATE}, {"bundle": new}, kind="ConfigMap")
    assert "label" in str(found.after)
    assert form not in str(found.after)


def test_a_plain_value_beside_a_secret_stays_visible():
    (found,) = differences(ABSENT, {"a": "plain", "password": NEW, "replicas": 3}, kind="x")
    assert found.after == {"a": "plain", "password": HIDDEN, "replicas": 3}


def test_a_secret_that_stayed_is_told_from_one_that_is_new():
    (found,) = differences({"a": [{"password": OLD}]}, {"a": {"password": OLD, "token": NEW}}, kind="x")
    assert (found.before, found.after) == ([{"password": HIDDEN}], {"password": HIDDEN, "token": HIDDEN_OTHER})


def test_comments_in_a_secret_text_change_no_meaning():
    (found,) = differences(secret(c="a: 1\nb: 2\n"), secret(c="# new\na: 1\nb: 2\n"), kind="Secret")
    assert (found.effect, found.before, found.note) == (Effect.COMMENT, HIDDEN, "")


@pytest.mark.parametrize(
    ("key", "before", "after"),
    [
        ("sshKey", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAA a", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBBB b"),
        ("secret", "nsx-cert", "nsx-cert-2"),
        ("secretName", "a", "b"),
        ("password", "<injected>", "${PASSWORD}"),
        ("token", "${{ github.token }}", "${{ secrets.PUSH_TOKEN }}"),
        ("id-token", "none", "write"),
        ("sha256", "ab" * 32, "cd" * 32),
        ("automountServiceAccountToken", False, True),
    ],
)
def test_what_is_no_secret_is_shown(key: str, before: Any, after: Any):
    (found,) = differences({key: before}, {key: after}, kind="x")
    assert (found.before, found.after) == (before, after)


@pytest.mark.parametrize(
    ("key", "value"),
    [("clientSecret", "only-letters"), ("API_KEY", "plainword"), ("psk", "word"), ("token", "canary-1")],
)
def test_a_weak_secret_is_one_where_no_name_of_an_object_can_stand(key: str, value: str):
    (found,) = differences({key: "other-1"}, {key: value}, kind="x")
    assert (found.before, found.after) == (HIDDEN, HIDDEN_OTHER)


def test_in_a_plain_text_of_a_file_too():
    (found,) = text_differences("see\n", f"see https://user:{NEW}@example.com/\n", file="README.md")
    assert NEW not in str(found)


@pytest.mark.parametrize("name", PLANTS)
@pytest.mark.parametrize("form", ["plain", "commented", "block", "json-in-json", "base64"])
def test_what_the_scanner_knows_is_hidden_wherever_it_stands_in_an_object(name: str, form: str):
    old, new = (FORMS[form](PLANTS[name][1](Chance(seed))) for seed in (1, 2))
    for sides in (({"text": old}, {"text": new}), (ABSENT, {"a": [{"text": new}]}), ({}, {"text": f"a: 1\n{new}\n"})):
        found = differences(*sides, kind="ConfigMap")
        assert found
        assert all(HIDDEN[:-1] in str(one) for one in found)
        told = str([(one.before, one.after, one.note) for one in found])
        assert not any(json.dumps(text)[1:-1] in told or text in told for text in (old, new))
