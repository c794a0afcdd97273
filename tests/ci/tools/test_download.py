"""Fetching over HTTP: redirects, proxies, logins, and what messages may show."""

from __future__ import annotations

import base64
import http.client
import io
import urllib.request
from pathlib import Path

import pytest

from antrea_ci.tools import download
from antrea_ci.tools.download import DownloadError
from support.http_server import Answer, closed_port, serve
from support.machine import sha256


def test_a_redirect_is_followed(tmp_path: Path) -> None:
    answers = {"/old": Answer(status=302, headers={"Location": "/new"}), "/new": Answer(b"body")}
    with serve(answers) as server:
        assert download.fetch(f"{server.url}/old", tmp_path / "file", limit=100) == sha256(b"body")
    assert (tmp_path / "file").read_bytes() == b"body"
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("target", ["http://example.com/x", "file:///etc/passwd", "ftp://example.com/x"])
def test_a_redirect_from_https_leads_to_https_only(target: str) -> None:
    request = urllib.request.Request("https://example.com/x")
    with pytest.raises(DownloadError, match="which is not https"):
        download._Redirects().redirect_request(request, io.BytesIO(), 302, "Found", http.client.HTTPMessage(), target)


def test_a_redirect_from_https_to_https_is_followed() -> None:
    request = urllib.request.Request("https://example.com/x")
    redirected = download._Redirects().redirect_request(
        request, io.BytesIO(), 302, "Found", http.client.HTTPMessage(), "https://example.org/y"
    )
    assert redirected is not None
    assert redirected.full_url == "https://example.org/y"


def test_redirects_without_end_are_an_error() -> None:
    with serve({"/loop": Answer(status=302, headers={"Location": "/loop"})}) as server, pytest.raises(DownloadError):
        download.fetch_bytes(f"{server.url}/loop", limit=100)


def test_only_web_addresses_are_fetched(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x")
    with pytest.raises(DownloadError, match="is not a web address"):
        download.fetch_bytes((tmp_path / "secret").as_uri(), limit=100)


def test_the_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve({"http://mirror.invalid/file": Answer(b"by proxy")}) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        assert download.fetch_bytes("http://mirror.invalid/file", limit=100) == b"by proxy"
        assert proxy.asked == ["http://mirror.invalid/file"]


def test_no_proxy_leaves_the_proxy_out(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve({"/file": Answer(b"direct")}) as server:
        monkeypatch.setenv("http_proxy", closed_port())
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        assert download.fetch_bytes(f"{server.url}/file", limit=100) == b"direct"


def test_a_login_in_the_mirror_is_sent_to_it_and_shown_to_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {"/there": Answer(status=404), "/moved": Answer(status=302, headers={"Location": "/there"})}
    with serve(answers) as server:
        monkeypatch.setenv(download.MIRROR, server.url.replace("http://", "http://robot:p%40ss@"))
        with pytest.raises(DownloadError) as raised:
            download.fetch_bytes(download.mirrored("https://example.com/moved"), limit=100)
        first, second = server.headers
    assert first["Authorization"] == "Basic " + base64.b64encode(b"robot:p@ss").decode()
    assert "Authorization" not in second
    assert "p%40ss" not in raised.value.as_text()
    assert "robot" not in raised.value.as_text()


def test_a_mirror_that_is_no_address_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(download.MIRROR, "mirror.example.com")
    with pytest.raises(DownloadError, match="ANTREA_GITOPS_MIRROR is not a web address"):
        download.mirrored("https://example.com/x")


def test_without_a_mirror_the_address_stays() -> None:
    assert download.mirrored("https://example.com/a%2Fb/c") == "https://example.com/a%2Fb/c"


def test_a_body_that_grows_over_the_limit_is_cut_off() -> None:
    with serve({"/file": Answer(b"x" * 300)}) as server, pytest.raises(DownloadError, match="larger than"):
        download.fetch_bytes(f"{server.url}/file", limit=200)
