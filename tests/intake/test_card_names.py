"""Names of the files of cards."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profdev_indicators.intake.cards.names import file_names

_HOSTILE = st.sampled_from(list('aA.ё /\\:*?"<>|~\u202e\u200f\x00\n😀«')) | st.characters()
_NAMES = st.text(_HOSTILE, max_size=130)


@given(units=st.dictionaries(_NAMES, _NAMES, max_size=8))
def test_windows_takes_every_name_and_no_two_are_alike(units: dict[str, str]) -> None:
    names = file_names(units.items())
    assert names.keys() == units.keys()
    assert len({name.casefold() for name in names.values()}) == len(units)
    for name in names.values():
        assert len(name) <= 100
        assert len(name.encode()) <= 255
        assert not re.search(r'[<>:"/\\|?*\x00-\x1f\u200e\u200f\u202a-\u202e]', name)
        assert name == name.strip(" .")
        assert not name.startswith("~")


@pytest.mark.parametrize(
    ("unit", "name", "file"),
    [
        ("s01", "МКОУ «СОШ № 1»", "s01 МКОУ «СОШ № 1».xlsx"),
        ("s/1", 'Школа "Луч": филиал', "s 1 Школа 'Луч' филиал.xlsx"),
        ("con", "", "_con.xlsx"),
        ("NUL.", "txt", "_NUL. txt.xlsx"),
        ("con1", "школа", "con1 школа.xlsx"),
        ("..", "..", "карта.xlsx"),
        ("a", "\u202eлатан...", "a латан.xlsx"),
    ],
)
def test_a_name_stays_readable(unit: str, name: str, file: str) -> None:
    assert file_names([(unit, name)])[unit] == file


def test_names_alike_but_for_case_get_a_number() -> None:
    names = file_names([("s", "Луч"), ("S", "ЛУЧ"), ("s ", "луч")])
    assert list(names.values()) == ["s Луч.xlsx", "S ЛУЧ (2).xlsx", "s луч (3).xlsx"]
