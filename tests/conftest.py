"""Every test runs on a machine of its own: no user's configuration of Git, Copier or this tool decides an outcome.

The folder of kept programs alone is shared (``ANTREA_GITOPS_TEST_CACHE``, else the user's own cache), so that
kustomize is fetched once. With ``CI=true`` a skipped test fails; data of ``../shared`` that is not there is the only
reason to skip.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path

import hypothesis
import pytest

from antrea_ci.redaction import release_streams, state
from antrea_ci.tools.find import kustomize_path
from support.api_server import Server, serving
from support.templates import compile_once, trust_file_modes

_GIT_CONFIG = """\
[user]
\tname = Test
\temail = test@example.com
[init]
\tdefaultBranch = main
"""
_FORGOTTEN = ("ANTREA_GITOPS_MIRROR", "COPIER_SETTINGS_PATH", "KUSTOMIZE_PLUGIN_HOME", "LC_ALL", "COLUMNS")
# A pipeline that runs the tests says for itself what a pull request is; programs that are started compile once only.
_FORGOTTEN += ("GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "GITLAB_CI", "PYTHONDONTWRITEBYTECODE")


# A busy machine is no fault of the code; in CI the same inputs every time.
hypothesis.settings.register_profile("project", deadline=None, derandomize=os.environ.get("CI") == "true")
hypothesis.settings.load_profile("project")


def _cache() -> str:
    """The folder that holds ``antrea-gitops/tools``, as it is before HOME changes."""
    given = os.environ.get("ANTREA_GITOPS_TEST_CACHE") or os.environ.get("XDG_CACHE_HOME", "")
    return given if given.startswith("/") else str(Path.home() / ".cache")


@pytest.fixture(scope="session", autouse=True)
def isolation(tmp_path_factory: pytest.TempPathFactory) -> Generator[None]:
    """A home, a Git configuration and a locale of the tests' own."""
    home = tmp_path_factory.mktemp("home")
    config = home / "gitconfig"
    config.write_text(_GIT_CONFIG)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", _cache())
        # A hook of Git that runs the tests has set variables that would lead every git astray.
        for name in [name for name in os.environ if name.startswith("GIT_")]:
            patch.delenv(name)
        for name in _FORGOTTEN:
            patch.delenv(name, raising=False)
        patch.setenv("HOME", str(home))
        for name in ("CONFIG", "DATA", "STATE"):
            patch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
        patch.setenv("COPIER_CACHE_DIR", str(home / "copier"))
        patch.setenv("GIT_CONFIG_GLOBAL", str(config))
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        patch.setenv("GIT_TERMINAL_PROMPT", "0")
        yield


@pytest.fixture(autouse=True)
def nothing_learnt() -> Generator[None]:
    """What one test taught redaction is nothing to the next."""
    yield
    release_streams()
    state.forget()


@pytest.fixture(scope="session", autouse=True)
def templates() -> Generator[None]:
    """Copier runs often, and does not do again what comes out the same."""
    with pytest.MonkeyPatch.context() as patch:
        compile_once(patch)
        trust_file_modes(patch)
        yield


_LONG = {"e2e", "mutations"}
_LONGEST_NAME = 64


@pytest.fixture(scope="session")
def kustomize(isolation: None) -> Path:
    """The locked kustomize, installed if need be."""
    return kustomize_path()


@pytest.fixture(scope="session")
def started_api_server(isolation: None, tmp_path_factory: pytest.TempPathFactory) -> Generator[Server]:
    """The API server of this worker, which starts with the first test that asks for it."""
    with serving(tmp_path_factory.mktemp("api-server")) as server:
        yield server


@pytest.fixture
def api_server(request: pytest.FixtureRequest) -> Generator[Server]:
    """A real API server as new; see support.api_server. Only one worker may start it."""
    mark = request.node.get_closest_marker("xdist_group")
    assert "api-server" in (mark.args if mark else ()), 'mark it with pytest.mark.xdist_group("api-server")'
    server: Server = request.getfixturevalue("started_api_server")
    yield server
    server.wipe()


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Archives hold the time at which they were made: named by its bytes, a test would differ from worker to worker."""
    return argname if isinstance(val, bytes) and len(val) > _LONGEST_NAME else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What a module makes once for its tests is made on one worker; long tests go wherever one is free."""
    for item in items:
        if _shares(item) and not item.get_closest_marker("xdist_group") and not _LONG & set(item.path.parts):
            item.add_marker(pytest.mark.xdist_group("/".join(item.path.parts[-2:])))


def _shares(item: pytest.Item) -> bool:
    found = item._fixtureinfo.name2fixturedefs.values() if isinstance(item, pytest.Function) else ()
    return any(fixture.scope == "module" for fixtures in found for fixture in fixtures)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if not hasattr(report, "wasxfail"):
        _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _refuse_skip(report)
    return report


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if not report.skipped or os.environ.get("CI") != "true":
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if "shared" not in reason:
        report.outcome = "failed"
        report.longrepr = f"with CI=true nothing may be skipped, and this was: {reason}"
