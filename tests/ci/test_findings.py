"""What a finding shows."""

from __future__ import annotations

import pytest

from antrea_ci.findings import Finding

WORD = "Zq9" + "hTr7Xw"


@pytest.mark.parametrize(
    "address",
    [
        f"http://user:{WORD}@proxy.example.com:3128",
        f"http://:{WORD}@proxy",
        f"https://{WORD}@git.example.com/a",
        f"user:{WORD}@proxy.example.com",
        f"http://user:a/{WORD}@proxy",
        f"http://user:a@{WORD}@proxy",
        f"ftp:user:{WORD}@",
    ],
)
def test_the_login_of_an_address_is_never_shown(address: str):
    finding = Finding("a/b", f"`proxy` is {address!r}, which is wrong", fix=f"write `{address}`")
    assert WORD not in finding.as_text()
    assert "@" in finding.message


@pytest.mark.parametrize(
    "text",
    [
        "`image` is 'registry.example.com:5000/a:v1@sha256:0123', which is twice",
        "write `me@example.com`",
        "`ssh://git@example.com/a` is a remote resource",
        "the user administrator@vsphere.local at https://vcenter.example.com",
        "give a time such as 10:30, or write to a@b",
    ],
)
def test_what_is_no_login_is_shown(text: str):
    assert Finding("a/b", text, fix=text).message == text
