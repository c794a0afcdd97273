"""Rules about the proxy."""

from __future__ import annotations

import pytest

from support.install_configs import text_of
from support.verdicts import errors, found_in, found_with

HTTP = "http://proxy.example.com:3128"


@pytest.mark.parametrize(
    "proxy",
    [
        {"httpProxy": HTTP},
        {"httpsProxy": "https://proxy.example.com:3128"},
        {"httpProxy": "HTTP://u:p%23w@10.9.0.1:3128/", "httpsProxy": "http://[fd00::1]:3128"},
        {"httpProxy": HTTP, "noProxy": "*"},
        {"httpProxy": HTTP, "noProxy": ".example.com,example.com.,10.0.0.0/8,10.0.0.1,fd00::/8"},
    ],
)
def test_proxies_that_the_installer_takes(proxy: dict[str, str]):
    assert errors(found_in(text_of("none", {"proxy": proxy}))) == []


@pytest.mark.parametrize(
    ("proxy", "rules"),
    [
        ({}, ["proxy"]),
        ({"noProxy": "a"}, ["proxy"]),
        ({"httpProxy": "https://proxy.example.com"}, ["proxy"]),
        ({"httpProxy": "ftp://proxy.example.com"}, ["proxy"]),
        ({"httpProxy": "proxy.example.com:3128"}, ["proxy"]),
        ({"httpProxy": "//proxy.example.com"}, ["proxy"]),
        ({"httpProxy": "http://proxy.example.com:port"}, ["proxy"]),
        ({"httpProxy": "http://user:p#w@proxy.example.com"}, ["proxy"]),
        ({"httpProxy": "http://a b"}, ["proxy"]),
        ({"httpProxy": "http://proxy.example.com/%zz"}, ["proxy"]),
        ({"httpProxy": "http://10.128.0.1:3128"}, ["proxy"]),
        ({"httpsProxy": "https://172.30.0.1:3128"}, ["proxy"]),
        ({"httpProxy": HTTP, "noProxy": "a, b"}, ["no-proxy"]),
        ({"httpProxy": HTTP, "noProxy": "*.example.com"}, ["no-proxy"]),
        ({"httpProxy": HTTP, "noProxy": "a,,b"}, ["no-proxy"]),
        ({"httpProxy": HTTP, "noProxy": "a:8080"}, ["no-proxy"]),
        ({"httpProxy": HTTP, "noProxy": "Example.com"}, ["no-proxy"]),
    ],
)
def test_proxies_that_it_refuses(proxy: dict[str, str], rules: list[str]):
    assert errors(found_in(text_of("none", {"proxy": proxy}))) == rules


def test_what_cannot_be_mended_is_not_proposed():
    (mended,) = found_with("proxy: {httpProxy: http://p.example.com:1, noProxy: 'a, *.b'}\n")
    (other,) = found_with("proxy: {httpProxy: http://p.example.com:1, noProxy: 'http://a'}\n")
    assert mended.fix == "write `a,.b`"
    assert "http" not in other.fix


@pytest.mark.parametrize(("version", "rules"), [("4.12", ["no-proxy"]), ("4.18", [])])
def test_an_ipv6_address_is_an_exception_from_4_13_on(version: str, rules: list[str]):
    proxy = {"httpProxy": HTTP, "noProxy": "fd00::1"}
    assert errors(found_in(text_of("none", {"proxy": proxy}), version)) == rules


def test_a_password_in_the_url_is_not_shown():
    (finding,) = found_in(text_of("none", {"proxy": {"httpProxy": "http://user:s3cr#t@proxy.example.com"}}))
    assert "s3cr" not in finding.as_text()


def test_a_noproxy_that_works_is_proposed():
    proxy = {"httpProxy": HTTP, "noProxy": ".a.example.com, *.b.example.com"}
    (finding,) = found_in(text_of("none", {"proxy": proxy}))
    assert finding.fix == "write `.a.example.com,.b.example.com`"
