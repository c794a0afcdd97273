"""Rules about publishing, credentials and the type of the network."""

from __future__ import annotations

import pytest

from support.install_configs import ABSENT, text_of
from support.verdicts import errors, found_in


@pytest.mark.parametrize(
    ("platform", "version", "changes", "rules"),
    [
        ("none", "4.18", {"publish": "External"}, []),
        ("none", "4.18", {"publish": "Internal"}, ["publish"]),
        ("aws", "4.18", {"publish": "Internal"}, []),
        ("aws", "4.18", {"publish": "internal"}, ["publish"]),
        ("aws", "4.18", {"publish": "Mixed", "operatorPublishingStrategy": {"ingress": "Internal"}}, ["publish"]),
        ("aws", "4.12", {"publish": "Mixed"}, ["publish"]),
        ("none", "4.18", {"operatorPublishingStrategy": {}}, ["publish"]),
        ("none", "4.18", {"credentialsMode": "Manual"}, ["credentials-mode"]),
        ("aws", "4.18", {"credentialsMode": "Mint"}, []),
        ("aws", "4.18", {"credentialsMode": "Auto"}, ["credentials-mode"]),
        ("nutanix", "4.18", {"credentialsMode": "Mint"}, ["credentials-mode"]),
        ("nutanix", "4.18", {"credentialsMode": "Manual"}, []),
    ],
)
def test_publishing_and_credentials(platform: str, version: str, changes: dict[str, object], rules: list[str]):
    assert errors(found_in(text_of(platform, changes), version)) == rules


def test_mixed_publishing_is_for_azure_and_wants_a_choice():
    azure = {"platform": {"azure": {"region": "westeurope"}}, "publish": "Mixed"}
    chosen = {"ingress": "Internal", "apiserver": "External"}
    assert errors(found_in(text_of("none", azure))) == ["publish"]
    assert errors(found_in(text_of("none", {**azure, "operatorPublishingStrategy": chosen}))) == []
    both = {"ingress": "Internal", "apiserver": "Internal"}
    assert errors(found_in(text_of("none", {**azure, "operatorPublishingStrategy": both}))) == ["publish"]
    assert errors(found_in(text_of("none", {**azure, "operatorPublishingStrategy": {"ingress": "Open"}}))) == [
        "publish"
    ]


@pytest.mark.parametrize("value", ["Antrea", "OVNKubernetes", "antera", "", "antrea ", None, ABSENT])
def test_the_network_is_exactly_antrea(value: object):
    (finding,) = found_in(text_of("none", {"networking.networkType": value}))
    assert (finding.rule, finding.stricter) == ("install-config/network-type", True)
