"""Rules about pull secret, SSH keys and FIPS."""

from __future__ import annotations

import base64

import pytest

from support.install_configs import text_of
from support.ssh_public_keys import ECDSA_256, ECDSA_384, ECDSA_521, ED25519, RSA
from support.verdicts import errors, found_in, warnings

SECRET = "dXNlcjpzM2NyM3Q="
KEYS = [RSA, ECDSA_256, ECDSA_384, ECDSA_521, ED25519]


@pytest.mark.parametrize(
    "secret",
    [
        f'{{"auths": {{"r.example.com": {{"auth": "{SECRET}"}}}}}}',
        f'\n{{"auths": {{"r.example.com": {{"auth": "{SECRET}"}}}}}}\n',
        '{"Auths": {"r": {"credsStore": "x"}}}',
        '{"auths": {"r": {"auth": "no-base64"}}, "other": 1}',
        '{"auths": {"r": {"auth": ""}}, "auths": {}}',
    ],
)
def test_pull_secrets_that_the_installer_takes(secret: str):
    assert errors(found_in(text_of("none", {"pullSecret": secret}), in_repository=False)) == []


@pytest.mark.parametrize(
    ("secret", "words"),
    [
        ("abc", "no JSON at character 1"),
        ("{}", 'no object "auths"'),
        ("[]", "no JSON object"),
        ("null", "no JSON object"),
        ('{"auths": {}}', "names no registry"),
        ('{"auths": []}', 'no object "auths"'),
        ('{"auths": {"r": {}, "s": {"auth": "x"}, "q": {"email": "e"}}}', "for q or r"),
        ('{"auths": {"r": {"Auth": "x"}}}', "for r"),
        ('{"auths": {"r": "x"}}', "for r"),
        (f'{{"auths": {{"r": {{"auth": "{SECRET}"}}}}}} x', "no JSON at character"),
        ('{"auths": {"r": {"auth": NaN}}}', "no JSON"),
        ("[" * 100_000, "nested too deeply"),
    ],
    ids=range(12),
)
def test_pull_secrets_that_it_refuses(secret: str, words: str):
    (finding,) = found_in(text_of("none", {"pullSecret": secret}))
    assert finding.rule == "install-config/pull-secret"
    assert words in finding.message
    assert SECRET not in finding.as_text()


@pytest.mark.parametrize("key", KEYS, ids=["rsa", "256", "384", "521", "ed25519"])
@pytest.mark.parametrize("form", ["{}", "  {}  \r\n", "# mine\n\n{}\n", 'from="10.0.0.0/8 x",no-pty {}', "abc\n{}"])
def test_keys_that_the_installer_takes(key: str, form: str):
    assert errors(found_in(text_of("none", {"sshKey": form.format(key)}))) == []


@pytest.mark.parametrize("key", KEYS, ids=["rsa", "256", "384", "521", "ed25519"])
def test_a_key_that_is_cut_or_changed_is_none(key: str):
    kind, text, name = key.split()
    blob = bytearray(base64.b64decode(text))
    changed = bytes(blob[:-1]) + bytes([blob[-1] ^ 1])
    broken = [f"{kind} {text[:-8]} {name}", text, f"{kind} {text[:20]}!{text[20:]}", f"{kind} {text}A"]
    if "ecdsa" in kind:
        broken.append(f"{kind} {base64.b64encode(changed).decode()}")
    for line in broken:
        assert errors(found_in(text_of("none", {"sshKey": line}))) == ["ssh-key"], line


def test_a_private_key_is_told_as_such():
    text = "-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----\n"
    (finding,) = found_in(text_of("none", {"sshKey": text}))
    assert "private key" in finding.message


def test_a_line_that_is_no_key_beside_one_is_a_warning():
    (finding,) = found_in(text_of("none", {"sshKey": f"{RSA}\nabc\n# comment\nssh-rsa AAAA x\n"}))
    assert (finding.rule, finding.is_error) == ("install-config/ssh-key-line", False)
    assert finding.message.endswith("lines 2, 4 are none")


@pytest.mark.parametrize(("key", "rules"), [(RSA, []), (ECDSA_384, []), (ED25519, ["ssh-key-fips"])])
def test_fips_takes_rsa_and_ecdsa(key: str, rules: list[str]):
    assert errors(found_in(text_of("none", {"sshKey": key, "fips": True}))) == rules


@pytest.mark.parametrize(("version", "rules"), [("4.12", []), ("4.18", ["fips-host"])])
def test_fips_needs_a_fips_host_from_4_16_on(version: str, rules: list[str]):
    assert warnings(found_in(text_of("none", {"fips": True}), version)) == rules
