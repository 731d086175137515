"""Names of files that every system takes."""

from __future__ import annotations

import pytest

from profdev_reports.naming import of_unit


@pytest.mark.parametrize(
    ("unit", "name", "expected"),
    [
        ("s07", "МКОУ «СОШ № 3»", "s07 МКОУ «СОШ № 3»"),
        ("a/b", 'c\\d:e*"f"', "a b c d e f"),
        ("CON", "", "CON_"),
        ("nul.", "Школа", "nul_. Школа"),
        ("lpt1", ".txt", "lpt1_ .txt"),
        ("consul", "Школа", "consul Школа"),
        ("s1", "Школа. . .", "s1 Школа"),
        ("..", "..", "_"),
        ("...", "Школа", "Школа"),
        ("\u202e", "\x00", "_"),
    ],
)
def test_a_name_says_what_it_can_and_is_taken_everywhere(unit: str, name: str, expected: str) -> None:
    assert of_unit(unit, name) == expected


def test_a_long_name_leaves_room_for_an_ending_and_a_mark() -> None:
    assert len(of_unit("s1", "Ш" * 300).encode()) <= 180
    assert len(of_unit("s1", "W" * 300)) == 80
