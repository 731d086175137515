from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter
from attrs import evolve

from judging import district, indicator
from profdev_indicators.builtin.readers import Csv, Frame, Xlsx
from profdev_indicators.errors import SourceError
from profdev_indicators.model import Reader
from profdev_indicators.periods import Period
from profdev_statistics.effects.register import Decided, Intervention, read_register

ROSTER = {"d": None, "north": "d", "a": "north", "b": "north", "c": "d"}
HEADINGS = (
    *("№", "Мера", "Показатели", "Организации", "Приказ", "Дата начала", "Срок оценки"),
    *("Ожидаемый эффект, п.п.", "Правило отбора", "Период отбора", "Исполнено"),
)
ROW = ("Р-1", "Наставничество", "1.1; 1.2", "a;b", "№ 5", "01.09.2021", "2022", "+10 п.п.", "худшие", "2020", "да")
SAME = Intervention(
    id="Р-1",
    title="Наставничество",
    indicators=("1.1", "1.2"),
    organisations=("a", "b"),
    act="№ 5",
    start=date(2021, 9, 1),
    review="2022",
    expected=10.0,
    selection="худшие",
    selected_on="2020",
    completed=True,
)


def read(*given: Intervention | Reader, root: Path | None = None, **frames: Any) -> tuple[Decided, ...]:
    asked = district(indicator(id="1.1"), indicator(id="1.2"))
    return read_register(given, district=asked, roster=ROSTER, root=root, frames=frames)


def written(folder: Path, *rows: tuple[str, ...], headings: tuple[str, ...] = HEADINGS) -> Path:
    lines = [",".join(f'"{cell}"' for cell in row) for row in (headings, *rows)]
    (folder / "decisions.csv").write_text("\n".join(lines), "utf-8")
    return folder


def problems(*given: Intervention | Reader, root: Path | None = None) -> list[str]:
    with pytest.raises(SourceError) as caught:
        read(*given, root=root)
    return [str(problem) for problem in caught.value.problems]


def test_a_text_table_with_russian_headings_says_what_the_configuration_would(tmp_path: Path) -> None:
    assert read(Csv(location="decisions.csv"), root=written(tmp_path, ROW)) == read(SAME)
    [decided] = read(SAME)
    assert decided.organisations == {"a", "b"}
    assert (decided.review, decided.selected_on) == (Period("year", 2022), Period("year", 2020))


def test_english_headings_are_known_as_well(tmp_path: Path) -> None:
    headings = (
        "id",
        "title",
        "indicators",
        "organisations",
        "act",
        "start",
        "review",
        "expected",
        "selection",
        "selected_on",
        "completed",
    )
    row = (*ROW[:5], "2021-09-01", *ROW[6:7], "10", *ROW[8:10], "true")
    assert read(Csv(location="decisions.csv"), root=written(tmp_path, row, headings=headings)) == read(SAME)


def test_a_workbook_is_read_and_a_mistake_in_it_has_its_cell(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "decisions.xlsx")) as book:
        sheet = book.add_worksheet("Решения")
        for at, row in enumerate((HEADINGS, ROW, ("Р-2", *ROW[1:5], "вчера", *ROW[6:]))):
            sheet.write_row(at, 0, row)
    [told] = problems(Xlsx(location="decisions.xlsx"), root=tmp_path)
    assert told.startswith("decisions.xlsx, «Решения»!F3: decisions: «вчера» — не дата")


def test_a_table_in_memory_has_dates_numbers_and_truth_of_its_own() -> None:
    frame = pl.DataFrame(
        {
            "id": ["Р-1"],
            "title": ["Наставничество"],
            "indicators": ["1.1;1.2"],
            "organisations": ["a; b"],
            "act": ["№ 5"],
            "start": [date(2021, 9, 1)],
            "review": [2022.0],
            "expected": [10.0],
            "selection": ["худшие"],
            "selected_on": [2020],
            "completed": [True],
        }
    )
    assert read(Frame(), decisions=frame) == read(SAME)


def test_every_mistake_of_every_row_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    folder = written(
        tmp_path,
        ROW,
        ("", "x", "1.1", "a", "", "2021-09-01", "", "", "", "", ""),
        ("Р-3", "x", "7.7", "", "", "31.02.2021", "", "много", "", "", "кажется"),
        ("Р-4", "x", "9.9", "a; zz", "", "2021-09-01", "когда-нибудь", "", "", "", "нет"),
        ("Р-1", "x", "1.1", "a", "", "2021-09-01", "2020", "", "", "", "нет"),
    )
    told = problems(Csv(location="decisions.csv"), root=folder)
    expected = [
        ("3", "нет номера решения"),
        ("4", "нет организаций"),
        ("4", "«31.02.2021» — не дата"),
        ("4", "«много» — не число процентных пунктов"),
        ("4", "«кажется» — не «да» и не «нет»"),
        ("4", "решение «Р-3»: нет такого показателя: «7.7»"),
        ("5", "решение «Р-4»: нет такого показателя: «9.9»"),
        ("5", "решение «Р-4»: нет такой организации: «zz»"),
        ("5", "решение «Р-4»: не период: «когда-нибудь»"),
        ("6", "решение «Р-1»: записано дважды"),
        ("6", "решение «Р-1»: оценка за 2020 раньше начала 01.09.2021"),
    ]
    assert len(told) == len(expected)
    for line, message in expected:
        assert any(f"decisions.csv:{line}" in each and message in each for each in told), (line, message, told)


def test_a_unit_above_means_all_below_it() -> None:
    [decided] = read(Intervention(id="1", indicators=("1.1",), organisations=("north",), start=date(2021, 1, 1)))
    assert {"a", "b"} <= decided.organisations
    assert "c" not in decided.organisations


def test_a_day_of_review_is_the_period_it_lies_in() -> None:
    plain: dict[str, Any] = {"indicators": ("1.1",), "organisations": ("a",), "start": date(2021, 1, 1)}
    by_day = read(*(Intervention(id=str(day), review=day, **plain) for day in (date(2022, 12, 15), "15.12.2022")))
    assert [each.review for each in by_day] == [Period("year", 2022)] * 2


def test_a_register_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert problems(Csv(location="decisions.csv"), root=tmp_path) == [
        (
            "decisions: реестр решений не найден: искали decisions.csv"
            " — положите его в папку данных; решений ещё нет — уберите effects из analyses"
        )
    ]


def test_the_register_may_lie_beside_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    asked = evolve(district(indicator(id="1.1"), indicator(id="1.2")), file=written(tmp_path, ROW) / "district.yaml")
    found = read_register(
        (Csv(location="decisions.csv"),), district=asked, roster=ROSTER, root=tmp_path / "data", frames={}
    )
    assert [each.intervention for each in found] == [SAME]
