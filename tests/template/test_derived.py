"""What follows from code or from the embedded bundle is current in the template."""

from __future__ import annotations

from pathlib import Path

import pytest

from antrea_generator.derived import derived_files

TEMPLATE = Path(__file__).resolve().parents[2] / "template"


@pytest.mark.parametrize("name", sorted(derived_files(TEMPLATE)))
def test_a_derived_file_is_what_its_source_gives(name):
    assert (TEMPLATE / name).read_bytes() == derived_files(TEMPLATE)[name], "run `make derived`"
