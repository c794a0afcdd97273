"""Rules of all platforms together: whatever stands in a file, they say what they can and never break."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from antrea_ci.catalogue import completed, find_rule
from antrea_ci.install_config.networking import network_findings
from antrea_ci.install_config.platforms import platform_findings
from support.install_configs import PLATFORMS, config_of, text_of

ODD = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.sampled_from(["", "/", ":", "a/b", "::", "x" * 300]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["name", "a"]), inner, max_size=2),
    max_leaves=4,
)


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The path of everything below ``value``."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*path, key)
        yield from places(item, (*path, key))


@settings(deadline=None, max_examples=60)
@given(st.data(), st.sampled_from(PLATFORMS), st.sampled_from([12, 13, 18]))
def test_no_value_at_any_place_breaks_a_rule(data: st.DataObject, platform: str, minor: int):
    document = yaml.safe_load(text_of(platform))
    where = data.draw(st.sampled_from([path for path in places(document) if len(path) > 1]))
    changed = text_of(platform, {".".join(map(str, where)): data.draw(ODD)})
    config = config_of(changed, minor, in_repository=data.draw(st.booleans()))
    for finding in completed([*network_findings(config), *platform_findings(config)]):
        assert find_rule(finding.rule) is not None, finding.rule
        assert finding.location.line > 0
        assert all((finding.why, finding.fix, finding.source)), finding


def test_of_two_platforms_both_are_judged():
    config = config_of(text_of("none", {"platform.baremetal": {}}))
    assert "`platform.baremetal` has no `hosts`" in {f.message.split(";")[0] for f in platform_findings(config)}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_platform_without_any_key(platform: str):
    name = "vsphere" if platform == "flat" else platform
    config = config_of(text_of(platform, {f"platform.{name}": {}}))
    errors = [finding for finding in platform_findings(config) if finding.is_error]
    assert bool(errors) == (platform not in ("none", "external"))
