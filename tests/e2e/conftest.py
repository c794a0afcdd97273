"""What whole installations share."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from support.authority import Authority
from support.proxies import proxy
from support.vcenter import PASSWORD, USER, vcenter


@pytest.fixture(scope="module")
def vsphere(tmp_path_factory: pytest.TempPathFactory) -> Generator[dict[str, str]]:
    """The environment in which vcenter.example.com is a simulator: `destroy` proves the login there first."""
    authority = Authority(tmp_path_factory.mktemp("authority"))
    name = "vcenter.example.com"
    with vcenter(authority.server(name)) as address, proxy({f"{name}:443": address}) as way:
        login = {"ANTREA_GITOPS_VCENTER_USERNAME": USER, "ANTREA_GITOPS_VCENTER_PASSWORD": PASSWORD}
        yield {**login, "SSL_CERT_FILE": str(authority.file), "HTTPS_PROXY": f"http://{way.host}"}
