"""Whose answer a row is: ИНН, then id, then a declared name; and what is said where they disagree."""

from __future__ import annotations

import attrs
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collecting import INN_A, INN_B, INN_NOBODY, OGRN_A, OGRN_B, UNITS, A, B, asking, card, collected, messages, states
from collecting import sheet as table
from profdev_indicators import monitor
from profdev_indicators.codes import is_inn
from profdev_indicators.errors import SourceError
from profdev_indicators.intake.collect import Collection
from profdev_indicators.model import Unit
from profdev_indicators.results import told
from strategies import Given, core_alone, district
from strategies import table as answers

WRONG_INN = INN_A[:-1] + str((int(INN_A[-1]) + 1) % 10)


def answered(found: Collection) -> set[str]:
    return {unit for unit, state in states(found).items() if state in {"answered", "remarks"}}


@pytest.mark.parametrize(
    "written",
    [
        {"inn": INN_A},
        {"inn": f" {INN_A[:4]} {INN_A[4:]} "},
        {"ogrn": OGRN_A},
        {"unit": "a"},
        {"unit": INN_A},
        {"name": "школа альфа №1"},
        {"name": "Альфа"},
        {"inn": INN_NOBODY, "unit": "a"},
        {"inn": WRONG_INN, "unit": "a"},
        {"inn": WRONG_INN, "name": "Альфа"},
        {"inn": "б/н", "unit": "a"},
        {"inn": INN_A, "unit": "b", "name": B.name},
    ],
)
def test_an_organisation_is_known_by_any_of_its_marks(written: dict[str, str]) -> None:
    assert answered(collected(asking(card("x.xlsx", n_ped=10, **written)))) == {"a"}


@pytest.mark.parametrize(
    "written",
    [
        {"inn": WRONG_INN},
        {"unit": WRONG_INN},
        {"name": "Школа «Альфа» № 11"},
        {"name": "Школа Алфа № 1"},
        {"unit": "a", "name": B.name},
        {"inn": INN_A, "ogrn": OGRN_B},
        {"name": ""},
    ],
)
def test_about_right_and_contradictory_are_counted_nowhere(written: dict[str, str]) -> None:
    found = collected(asking(card("x.xlsx", n_ped=10, **written)))
    assert answered(found) == set()
    assert found.remarks.filter(pl.col("severity") == "error").height == 1


def test_a_wrong_control_digit_is_told_with_its_cell() -> None:
    found = collected(asking(card("x.xlsx", unit="a", inn=WRONG_INN, n_ped=10)))
    [defect] = found.remarks.to_dicts()
    assert str(told(defect)) == (
        f"2022/x.xlsx, «Карта»!B4: ИНН «{WRONG_INN}» записан с ошибкой: не сходится контрольная цифра — исправьте ИНН;"
        " ответ отнесён к «Школа «Альфа» № 1» по id или названию"
    )


def test_a_card_made_for_another_goes_to_the_inn_and_both_are_named() -> None:
    found = collected(asking(card("x.xlsx", unit="b", name=A.name, inn=INN_A, n_ped=10)))
    assert messages(found, "identity") == [
        "ответ сделан для «Школа «Бета» № 2», а ИНН — «Школа «Альфа» № 1»: учтено за «Школа «Альфа» № 1»"
    ]


def test_a_name_of_another_without_an_inn_counts_nowhere_and_names_both() -> None:
    found = collected(asking(card("x.xlsx", unit="a", name=B.name, n_ped=10)))
    [defect] = found.remarks.to_dicts()
    assert (defect["severity"], defect["unit"], defect["cell"]) == ("error", None, "«Карта»!B3")
    assert "«Школа «Бета» № 2»" in defect["message"]
    assert "«Школа «Альфа» № 1»" in defect["message"]


def test_a_free_name_beside_an_id_says_nothing() -> None:
    found = collected(asking(card("x.xlsx", unit="a", name="наша любимая школа", n_ped=10)))
    assert (answered(found), found.remarks.height) == ({"a"}, 0)


def test_another_inn_than_that_of_the_roster_is_told_and_the_id_decides() -> None:
    found = collected(asking(card("x.xlsx", unit="a", inn=INN_NOBODY, n_ped=10)))
    [message] = messages(found, "code")
    assert (INN_NOBODY in message, INN_A in message, answered(found)) == (True, True, {"a"})


def test_a_zero_that_a_spreadsheet_dropped_is_restored_and_told() -> None:
    units = (attrs.evolve(A, inn="0711037590"), B)
    found = collected(asking(card("x.xlsx", inn="711037590", n_ped=10), units=units))
    assert answered(found) == {"a"}
    assert messages(found, "interpreted") == ["ИНН «711037590» прочитан как «0711037590»: таблица убрала ноль в начале"]


def test_a_near_name_is_suggested_and_never_taken() -> None:
    found = collected(asking(card("x.xlsx", name="Школа «Алфа» № 1", n_ped=10)))
    [defect] = found.remarks.to_dicts()
    assert defect["hint"] == (
        "строка не учтена: может быть, «Школа «Альфа» № 1»? Тогда впишите это написание в aliases организации"
    )
    assert defect["unit"] is None


def test_a_school_with_another_number_is_not_suggested() -> None:
    found = collected(asking(card("x.xlsx", name="Школа «Альфа» № 11", n_ped=10)))
    assert "может быть" not in found.remarks["hint"].item()


@pytest.mark.parametrize("written", ["Итого", "ИТОГО:", "Всего по району", "ВСЕГО", "Среднее по школам", "в среднем"])
def test_a_line_of_totals_is_no_unknown_organisation(written: str) -> None:
    found = collected(asking(table("t.csv", [{"unit": "a", "n_ped": 10}, {"unit": written, "n_ped": 10}])))
    [defect] = found.remarks.to_dicts()
    assert (defect["check"], defect["severity"], defect["row"]) == ("totals", "warning", 3)
    assert found.files["unknown"].to_list() == [0]


def test_a_school_whose_name_begins_like_a_total_is_a_school() -> None:
    units = (*UNITS, Unit(id="v", name="Всего хорошего", kind="school"))
    assert answered(collected(asking(card("x.xlsx", name="Всего хорошего", n_ped=1), units=units))) == {"v"}


@given(at=st.integers(0, 9), by=st.integers(1, 9))
def test_a_misspelt_inn_never_matches(at: int, by: int) -> None:
    digits = [int(digit) for digit in INN_A]
    digits[at] = (digits[at] + by) % 10
    wrong = "".join(map(str, digits))
    found = collected(asking(card("x.xlsx", inn=wrong, n_ped=10)))
    assert answered(found) == (set() if not is_inn(wrong) or wrong != INN_B else {"b"})


def test_an_inn_of_two_branches_decides_nothing() -> None:
    units = (A, attrs.evolve(B, inn=INN_A))
    assert answered(collected(asking(card("x.xlsx", inn=INN_A, unit="b", n_ped=10), units=units))) == {"b"}
    assert answered(collected(asking(card("x.xlsx", inn=INN_A, n_ped=10), units=units))) == set()


def test_a_misspelt_inn_of_the_roster_is_told_like_a_bad_date() -> None:
    units = pl.DataFrame({"id": ["a"], "name": ["А"], "kind": ["school"], "inn": [WRONG_INN], "ogrn": ["123"]})
    asked = attrs.evolve(district(()), units=Given())
    with pytest.raises(SourceError) as refusal:
        monitor(asked, period="2022", frames={"card": answers([]), "units": units}, plugins=core_alone())
    assert [problem.message for problem in refusal.value.problems] == [
        f"inn: «{WRONG_INN}» — не ИНН: не сходится контрольная цифра",
        "ogrn: «123» — не ОГРН: не сходится контрольная цифра",
    ]
