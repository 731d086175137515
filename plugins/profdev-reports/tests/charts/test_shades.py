from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profdev_reports.charts import ABSENCES, shade, steps
from profdev_reports.charts.drawing import COLOURS, DARK, DARK_PAPER, PAPER, Role


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@given(st.one_of(st.none(), st.floats(0, 100), st.floats()))
def test_words_can_be_read_on_every_shade(value: float | None) -> None:
    assert contrast(*shade(value)) >= 4.5


def test_more_is_darker() -> None:
    shades = [luminance(shade(float(value))[0]) for value in range(101)]
    assert all(later <= earlier for earlier, later in pairwise(shades))
    assert len(set(shades)) == 10


def test_the_legend_has_the_colours_of_the_map() -> None:
    assert [shade((low + high) / 2) for low, high, *_ in steps()] == [(paper, ink) for *_, paper, ink in steps()]
    assert shade(100.0) == steps()[-1][2:]


@pytest.mark.parametrize("state", ABSENCES)
def test_words_can_be_read_on_every_absence(state: str) -> None:
    told = ABSENCES[state]
    assert contrast(told.background, told.ink) >= 4.5


def test_the_five_absences_are_five_words() -> None:
    assert len({told.word for told in ABSENCES.values()}) == len({told.sign for told in ABSENCES.values()}) == 5


ROLES: tuple[Role, ...] = ("ink", "muted", "line", "point", "bad", "good", "target")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("colours", "paper"), [(COLOURS, PAPER), (DARK, DARK_PAPER)], ids=["light", "dark"])
def test_words_of_every_role_can_be_read_on_paper(colours: Mapping[Role, str], paper: str, role: Role) -> None:
    assert contrast(colours[role], paper) >= 4.5
    assert role in {"line", "point"} or contrast(colours[role], colours["band"]) >= 4.5
