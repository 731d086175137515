from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from profdev_indicators.engine.spelling import counts, interpret
from profdev_indicators.frames import state_of
from profdev_indicators.model import Item, ItemType, Spellings

BEGINNING = date(1970, 1, 1)
LEVELS = {"высокий": 3.0, "Учтён частично": 1.5, "нет": 0.0}


def item(kind: ItemType, name: str = "x") -> Item:
    return Item(id=name, title=name, type=kind, levels=LEVELS if kind == "level" else {})


def read(kind: ItemType, cells: Sequence[Any], *spellings: Spellings) -> list[tuple[Any, ...]]:
    """Of each cell: the number, the state, the problem and the note."""
    frame = interpret(pl.LazyFrame({"x": cells}), [item(kind)], spellings).collect()
    companions = [name if name in frame.columns else None for name in (state_of("x"), "x@problem", "x@note")]
    return frame.select(
        "x", *(pl.col(name) if name else pl.lit(None).alias(str(n)) for n, name in enumerate(companions))
    ).rows()


def told(value: float | None) -> tuple[Any, ...]:
    return (value, None, None, None)


UNKNOWN = (None, "not_reported", None, None)
"""Said to be unknown, and so not forgotten."""


def wrong(problem: str) -> tuple[Any, ...]:
    return (None, "invalid", problem, None)


def noted(value: float | None, note: str) -> tuple[Any, ...]:
    return (value, None if value is not None else "not_reported", None, note)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("31", told(31)),
        (" 31 ", told(31)),
        ("31.0", told(31)),
        ("31,00", told(31)),
        ("+31", told(31)),
        ("0", told(0)),
        ("-0", told(0)),
        ("007", told(7)),
        ("1 234", told(1234)),
        ("1\u00a0234\u202f567", told(1234567)),
        ("'31", told(31)),
        ("\ufeff31\u200b", told(31)),
        ("1e3", told(1000)),
        (None, told(None)),
        ("", told(None)),
        (" \u00a0\n", told(None)),
        ("н/д", UNKNOWN),
        ("Н/Д", UNKNOWN),
        ("нет  данных", UNKNOWN),
        ("NA", UNKNOWN),
        ("…", UNKNOWN),
        ("не применимо", (None, "not_applicable", None, None)),
        ("15 чел.", noted(15, "«15 чел.» прочитано как 15")),
        ("1 234 человека", noted(1234, "«1 234 человека» прочитано как 1234")),
        ("2педагога", noted(2, "«2педагога» прочитано как 2")),
        ("нет", noted(0, "«нет» прочитано как 0")),
        ("Отсутствуют", noted(0, "«Отсутствуют» прочитано как 0")),
        ("-", noted(None, "«-» прочитано как «нет сведений», а не 0")),
        ("—", noted(None, "«—» прочитано как «нет сведений», а не 0")),
        ("85%", wrong("указан процент («85%»), а нужен счёт")),
        ("12,5 %", wrong("указан процент («12,5 %»), а нужен счёт")),
        ("5 процентов", wrong("указан процент («5 процентов»), а нужен счёт")),
        ("3,5", wrong("дробное число, а нужно целое: 3,5")),
        ("0.125", wrong("дробное число, а нужно целое: 0.125")),
        ("2,5 чел.", wrong("дробное число, а нужно целое: 2,5 чел.")),
        ("-5", wrong("отрицательное число: -5")),
        ("−5", wrong("отрицательное число: −5")),
        ("#REF!", wrong("ячейка с ошибкой #REF!")),
        ("#Н/Д", wrong("ячейка с ошибкой #Н/Д")),
        ("=SUM(A1:A9)", wrong("формула не посчитана: =SUM(A1:A9)")),
        ("abc", wrong("не число: «abc»")),
        ("да", wrong("не число: «да»")),
        ("ИСТИНА", wrong("не число: «ИСТИНА»")),
        ("inf", wrong("не число: «inf»")),
        ("15 20", wrong("не число: «15 20»")),
        ("10-15", wrong("не число: «10-15»")),
        ("31 из 42", wrong("не число: «31 из 42»")),
        ("2022-05-01", wrong("не число: «2022-05-01»")),
        ("$1 [cell]", wrong("не число: «$1 [cell]»")),
        ("9" * 400, wrong(f"не число: «{'9' * 60}…»")),
    ],
)
def test_a_count_is_read_as_people_write_it(cell: str | None, expected: tuple[Any, ...]) -> None:
    assert read("count", [cell]) == [expected]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("-2,5", told(-2.5)),
        ("1 234,5", told(1234.5)),
        ("3.14", told(3.14)),
        ("85 %", noted(85, "«85 %» прочитано как 85")),
        ("4,5 балла", noted(4.5, "«4,5 балла» прочитано как 4,5")),
        ("пять", wrong("не число: «пять»")),
        ("nan", UNKNOWN),
    ],
)
def test_a_number_may_be_negative_and_broken(cell: str, expected: tuple[Any, ...]) -> None:
    assert read("number", [cell]) == [expected]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        *((cell, told(1)) for cell in ("1", "1.0", "да", " ДА ", "есть", "Имеется", "true", "ИСТИНА", "в наличии")),
        *((cell, told(0)) for cell in ("0", "нет", "НЕТ", "отсутствует", "не имеется", "false", "ЛОЖЬ")),
        *((cell, noted(1, f"«{cell}» прочитано как «да»")) for cell in ("+", "✓", "Да.", "да (приказ № 5)")),
        ("есть https://школа.рф/a", noted(1, "«есть https://школа.рф/a» прочитано как «да»")),
        *((cell, noted(0, f"«{cell}» прочитано как «нет»")) for cell in ("-", "–", "—", "нет (в 2023 году)")),
        *((cell, told(None)) for cell in (None, "")),
        *((cell, UNKNOWN) for cell in ("н/д", "нет данных")),
        ("2", wrong("не «да» и не «нет»: «2»")),
        ("100%", wrong("не «да» и не «нет»: «100%»")),
        ("1 чел.", wrong("не «да» и не «нет»: «1 чел.»")),
        ("да, но не утверждена", wrong("не «да» и не «нет»: «да, но не утверждена»")),
        ("нетривиально", wrong("не «да» и не «нет»: «нетривиально»")),
        ("#ЗНАЧ!", wrong("ячейка с ошибкой #ЗНАЧ!")),
    ],
)
def test_a_flag_is_yes_or_no(cell: str | None, expected: tuple[Any, ...]) -> None:
    assert read("flag", [cell]) == [expected]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("Высокий", told(3)),
        ("учтен  частично", told(1.5)),
        ("нет", told(0)),
        ("3", told(3)),
        ("1,5", told(1.5)),
        ("3.0", told(3)),
        ("-", noted(None, "«-» прочитано как «нет сведений», а не 0")),
        ("", told(None)),
        ("2", wrong("нет такого уровня: «2»; бывают: «высокий», «Учтён частично», «нет»")),
        ("средний", wrong("нет такого уровня: «средний»; бывают: «высокий», «Учтён частично», «нет»")),
    ],
)
def test_a_level_is_given_by_its_word_or_its_points(cell: str, expected: tuple[Any, ...]) -> None:
    assert read("level", [cell]) == [expected]


def days(year: int, month: int, day: int) -> float:
    return float((date(year, month, day) - BEGINNING).days)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        *(
            (cell, told(days(2026, 8, 28)))
            for cell in ("2026-08-28", "28.08.2026", " 28.8.2026 г.", "2026-08-28 13:30")
        ),
        ("28.08.2026 23:59:59", told(days(2026, 8, 28))),
        *(
            (cell, noted(days(2026, 8, 28), f"«{cell}» прочитано как 28.08.2026"))
            for cell in (
                "28.08.26",
                "28/08/2026",
                "28 августа 2026 г.",
                "28 августа 2026 года",
                "«28» августа 2026",
                "46262",
            )
        ),
        ("1 мая 2026", noted(days(2026, 5, 1), "«1 мая 2026» прочитано как 01.05.2026")),
        ("01.03.1969", told(days(1969, 3, 1))),
        *((cell, told(None)) for cell in (None, "")),
        ("н/д", UNKNOWN),
        ("—", noted(None, "«—» прочитано как «нет сведений», а не 0")),
        *(
            (cell, wrong(f"не дата: «{cell}»"))
            for cell in (
                "31.02.2026",
                "28.08",
                "август 2026",
                "да",
                "2026",
                "5",
                "3 чел.",
                "28.08.0026",
                "32.01.26",
                "да 1",
            )
        ),
        ("#Н/Д", wrong("ячейка с ошибкой #Н/Д")),
    ],
)
def test_a_date_is_read_as_people_and_programs_write_it(cell: str | None, expected: tuple[Any, ...]) -> None:
    assert read("date", [cell]) == [expected]


@given(day=st.dates(date(1954, 10, 4), date(2100, 12, 31)))
def test_a_date_is_read_back_from_any_spelling(day: date) -> None:
    russian = f"{day:%d.%m}.{day.year}"
    cells = [day.isoformat(), f"{day.isoformat()} 00:00", russian, f"{russian} г."]
    assert [value for value, *_ in read("date", cells)] == [days(day.year, day.month, day.day)] * 4
    of_excel = (day - date(1899, 12, 30)).days
    (number,) = read("date", [str(of_excel)])
    assert number == noted(days(day.year, day.month, day.day), f"«{of_excel}» прочитано как {russian}")


@pytest.mark.parametrize(
    "cells",
    [
        pl.Series([date(2026, 8, 28)]),
        pl.Series([date(2026, 8, 28)]).cast(pl.Datetime),
        pl.Series([46262]),
        pl.Series([46262.0]),
    ],
    ids=["date", "time", "whole number", "number"],
)
def test_a_column_of_dates_or_of_excels_days_is_read_too(cells: pl.Series) -> None:
    frame = interpret(pl.LazyFrame({"x": cells}), [item("date")], []).collect()
    assert frame["x"].to_list() == [days(2026, 8, 28)]


def test_three_digits_after_a_comma_stay_a_fraction_and_are_noted() -> None:
    note = "«755,525» прочитано как дробь, а не как тысячи"
    assert read("number", ["755,525", "1 755,525", "755,52", "0.525"]) == [
        noted(755.525, note),
        told(1755.525),
        told(755.52),
        told(0.525),
    ]
    assert read("count", ["755,525"]) == [wrong("дробное число, а нужно целое: 755,525")]


def test_words_of_the_district_may_stand_after_a_number() -> None:
    spellings = Spellings(nouns=("Ставок", "кл.", "с/д"))
    cells = ["12 ставок", "9 кл.", "9кл", "3 С/Д.", "4 кружка"]
    assert read("count", cells, spellings) == [
        noted(12, "«12 ставок» прочитано как 12"),
        noted(9, "«9 кл.» прочитано как 9"),
        noted(9, "«9кл» прочитано как 9"),
        noted(3, "«3 С/Д.» прочитано как 3"),
        wrong("не число: «4 кружка»"),
    ]


def test_a_level_called_by_a_number_is_that_level_whatever_points_others_have() -> None:
    asked = Item(id="x", title="x", type="level", levels={"1": 2.0, "2": 1.0})
    assert interpret(pl.LazyFrame({"x": ["1", "2"]}), [asked], []).collect()["x"].to_list() == [2.0, 1.0]


def test_spellings_of_the_district_and_the_source_add_up_and_win() -> None:
    district = Spellings(suppressed=("x",), missing=("НЕТ",), yes=("Ведётся",))
    source = Spellings(not_applicable=(".",), missing=("-9", "99"), no=("—",))
    cells = ["x", ".", " X ", "нет", "-9", "99", "9", "—", "-"]
    hidden, inapplicable = (None, "suppressed", None, None), (None, "not_applicable", None, None)
    assert read("count", cells, district, source) == [
        hidden,
        inapplicable,
        hidden,
        *[UNKNOWN] * 3,
        told(9),
        *[told(0)] * 2,
    ]
    assert read("flag", ["ведется", "нет", "—"], district, source) == [told(1), UNKNOWN, told(0)]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (pl.Series([31, None, -5]), [31.0, None, -5.0]),
        (pl.Series([0.125, float("nan"), float("inf")]), [0.125, None, None]),
        (pl.Series([True, False, None]), [1.0, 0.0, None]),
        (pl.Series([1, 2, 3], dtype=pl.UInt8), [1.0, 2.0, 3.0]),
        (pl.Series(["1.5", "2.5", None]).cast(pl.Decimal(9, 2)), [1.5, 2.5, None]),
        (pl.Series([None, None, None]), [None, None, None]),
    ],
)
@pytest.mark.parametrize("kind", ["count", "number", "flag", "level"])
def test_numbers_are_taken_as_they_are_and_need_no_companions(
    kind: ItemType, cells: pl.Series, expected: list[float | None]
) -> None:
    frame = interpret(pl.LazyFrame({"x": cells}), [item(kind)], []).collect()
    assert frame.columns == ["x"]
    assert frame.schema["x"] == pl.Float64
    assert frame["x"].to_list() == expected


def test_texts_that_are_plain_numbers_need_no_companions() -> None:
    assert interpret(pl.LazyFrame({"x": ["31", None]}), [item("count")], []).collect().columns == ["x"]


def test_the_other_columns_and_the_order_of_rows_stay() -> None:
    frame = pl.DataFrame({"unit": ["07001", "б", "в"], "x": ["+", "1", "нет"], "y": ["2", "x", ""], "row": [4, 2, 9]})
    found = interpret(frame.lazy(), [item("flag"), item("count", "y"), item("count", "absent")], []).collect()
    assert found.select("unit", "row").equals(frame.select("unit", "row"))
    assert found.select("x", "y").rows() == [(1.0, 2.0), (1.0, None), (0.0, None)]
    assert set(found.columns) == {*frame.columns, "x@note", "y@state", "y@problem"}


def test_a_category_is_a_text() -> None:
    cells = pl.Series(["да", "нет", None], dtype=pl.Categorical)
    assert interpret(pl.LazyFrame({"x": cells}), [item("flag")], []).collect()["x"].to_list() == [1.0, 0.0, None]


def test_a_batch_of_many_tables_is_read_as_one() -> None:
    tables = [pl.LazyFrame({"x": ["да", f"{number} чел."]}) for number in range(50)]
    found = interpret(pl.concat(tables), [item("flag")], []).collect()
    assert found["x"].to_list() == [1.0, None] * 50
    assert found["x@problem"][99] == "не «да» и не «нет»: «49 чел.»"


SPACES = st.sampled_from([" ", "\u00a0", "\u202f", "\u2009"])
AROUND = st.text(st.sampled_from(" \u00a0\t\ufeff"), max_size=2)
NOUNS = st.sampled_from(["", " чел.", " человек", "ед", " педагогов"])


@st.composite
def printed(draw: st.DrawFn, number: int) -> str:
    """A whole number as some hand or program would write it."""
    digits = draw(
        st.sampled_from([f"{number}", f"{number:,}".replace(",", draw(SPACES)), f"{number}.0", f"{number},0"])
    )
    return draw(AROUND) + digits + draw(NOUNS) + draw(AROUND)


@given(numbers=st.lists(st.integers(0, 10**9), min_size=1, max_size=5), draw=st.data())
def test_a_count_is_read_back_from_any_spelling(numbers: list[int], draw: st.DataObject) -> None:
    cells = [draw.draw(printed(number)) for number in numbers]
    assert [value for value, *_ in read("count", cells)] == numbers


@given(number=st.floats(-1e9, 1e9).map(lambda number: round(number, 4)), space=SPACES)
def test_a_number_is_read_back_from_any_spelling(number: float, space: str) -> None:
    russian = f"{number:,.4f}".replace(",", space).replace(".", ",").replace("-", "−")
    assert [value for value, *_ in read("number", [repr(number), russian])] == [number, number]


CELLS = st.sampled_from(["31", "15 чел.", "да", "нет", "+", "-", "", "н/д", "85%", "x", "3,5", "#REF!"]) | st.text(
    max_size=6
)


@given(cells=st.lists(CELLS, max_size=12), seed=st.randoms(use_true_random=False))
@pytest.mark.parametrize("kind", ["count", "number", "flag", "level", "date"])
def test_a_cell_means_the_same_among_any_others(kind: ItemType, cells: list[str], seed: random.Random) -> None:
    alone = {cell: read(kind, [cell])[0] for cell in cells}
    mixed = seed.sample(cells, len(cells))
    assert read(kind, pl.Series(mixed, dtype=pl.String)) == [alone[cell] for cell in mixed]  # type: ignore[arg-type]


@given(cells=st.lists(st.text(max_size=20) | st.none(), max_size=8))
@pytest.mark.parametrize("kind", ["count", "number", "flag", "level", "date"])
def test_whatever_stands_in_a_cell_it_has_a_number_or_a_reason_or_is_silent(
    kind: ItemType, cells: list[str | None]
) -> None:
    for value, state, problem, note in read(kind, pl.Series(cells, dtype=pl.String)):  # type: ignore[arg-type]
        assert (state == "invalid") == (problem is not None)
        assert value is None or state is None
        assert problem is None or note is None
        if kind == "count" and value is not None:
            assert value >= 0
            assert value == int(value)
        if kind == "flag":
            assert value in {None, 0.0, 1.0}


def test_digits_that_somebody_gave_a_meaning_are_no_plain_count() -> None:
    asked = [item("count", "a"), item("number", "b"), item("flag", "c")]
    assert counts(asked, [Spellings(missing=("нет ответа",))]) == {"a"}
    assert counts(asked, [Spellings(), Spellings(missing=("-9",))]) == frozenset()
