"""The shipped configurations mean what a methodologist expects of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from profdev_indicators.cases import Case, read_cases, run_case
from profdev_indicators.facade import load
from profdev_indicators.model import District
from profdev_indicators.plugins import plugin_manager

ROOT = Path(__file__).parents[2]
CASES = Path(__file__).parent / "chegem.yaml"
# A case needs the plugins of the configuration, so that without them it can only be named, not read.
NAMES = [
    line.split(": ", 1)[1].strip('"') for line in CASES.read_text(encoding="utf-8").splitlines() if "- случай:" in line
]

pytestmark = pytest.mark.plugins("kbr", "chegem")


@pytest.fixture(scope="module")
def district() -> District:
    return load(ROOT / "configs" / "chegem.yaml")


@pytest.fixture(scope="module")
def cases(district: District) -> dict[str, Case]:
    return {case.name: case for case in read_cases(CASES, district)}


@pytest.mark.parametrize("name", NAMES)
def test_case(district: District, cases: dict[str, Case], name: str) -> None:
    assert [str(failure) for failure in run_case(cases[name], district, plugin_manager())] == []


def test_every_criterion_of_the_form_has_a_case(district: District, cases: dict[str, Case]) -> None:
    criteria = {indicator.id for section in district.sections[:6] for indicator in section.indicators}
    assert len(criteria) == 19
    assert criteria <= {expectation.indicator for case in cases.values() for expectation in case.expectations}
