"""The outputs of the example are those which were read and found good."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

import golden_files


@pytest.fixture(scope="module")
def made() -> Mapping[str, bytes]:
    return golden_files.made()


@pytest.mark.parametrize("name", golden_files.NAMES)
def test_output_is_golden_to_the_byte(made: Mapping[str, bytes], name: str) -> None:
    golden = (golden_files.GOLDEN / name).read_bytes()
    # Lists of lines first: a failure then shows the line, not two walls of text.
    assert made[name].splitlines() == golden.splitlines(), "changed on purpose? python tests/golden_files.py"
    assert made[name] == golden


def test_two_runs_give_the_same_bytes(made: Mapping[str, bytes]) -> None:
    assert golden_files.made() == made
