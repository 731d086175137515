from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from profdev_indicators.builtin.readers import Csv, Frame, Xlsx
from readers.asking import messages, only, period, request, rows, write

TABLE = {"unit": ["ш1", "ш2"], "period": [2021, 2022], "n_ped": [31, 15], "mentoring": [True, False]}


def relation(table: dict[str, list[Any]]) -> object:
    connection = duckdb.connect()
    connection.register("card", pa.table(table))
    return connection.table("card")


LIBRARIES: dict[str, Callable[[dict[str, list[Any]]], object]] = {
    "polars": pl.DataFrame,
    "lazy polars": pl.LazyFrame,
    "pandas": pd.DataFrame,
    "pyarrow": pa.table,
    "batches": lambda table: pa.table(table).to_reader(),
    "duckdb": relation,
}


def told(table: object, reader: Frame | None = None, **more: object) -> list[tuple[object, ...]]:
    asked = request(frames={"card": table}, **more)
    return rows((reader or Frame()).read(asked), "row", "unit", "period", "n_ped")


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_table_of_any_library_tells_the_same(library: str) -> None:
    assert told(LIBRARIES[library](TABLE)) == [(1, "ш1", "2021", 31), (2, "ш2", "2022", 15)]


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_table_in_memory_stands_in_for_files_of_any_kind(library: str, tmp_path: Path) -> None:
    write(tmp_path, "2022/card.csv", "ОО;Педагогов\nш9;99\n")
    columns = {"unit": "ОО", "n_ped": "Педагогов"}
    table = LIBRARIES[library](TABLE)
    asked = request(tmp_path, frames={"card": table}, until=period("2021"))
    assert rows(Csv(location="{period}/card.csv", columns=columns).read(asked), "unit", "n_ped") == [("ш1", 31)]


def test_the_headings_of_the_files_fit_a_table_in_memory_too() -> None:
    frame = pl.DataFrame({"ОО": ["ш1", "ш2"], "Педагогов": [31, 15], "Вид": ["school", "kindergarten"]})
    reader = Xlsx(
        location="card.xlsx",
        columns={"unit": "ОО", "n_ped": "Педагогов"},
        where={"Вид": "school"},
        constants={"period": "2022"},
    )
    assert rows(reader.read(request(frames={"card": frame})), "unit", "period", "n_ped") == [("ш1", "2022", 31)]


def test_numbers_stay_numbers() -> None:
    frame = pl.DataFrame({"unit": ["ш1"], "period": ["2022"], "n_ped": [31.5], "n_diag": [None], "mentoring": [True]})
    schema = only(Frame().read(request(frames={"card": frame}))).frame.collect_schema()
    assert [schema[item] for item in ("n_ped", "n_diag", "mentoring")] == [pl.Float64, pl.Null, pl.Boolean]


def test_a_decimal_is_a_number_and_a_category_a_text() -> None:
    frame = pl.DataFrame({"unit": ["ш1"], "period": [2022], "n_ped": [31], "n_diag": ["20"]})
    frame = frame.cast({"unit": pl.Categorical, "n_ped": pl.Decimal(9, 2), "n_diag": pl.Categorical})
    schema = only(Frame().read(request(frames={"card": frame}))).frame.collect_schema()
    assert [schema[name] for name in ("unit", "n_ped", "n_diag")] == [pl.String, pl.Float64, pl.String]


@pytest.mark.parametrize(
    ("given", "text"),
    [(7001, "7001"), (7001.0, "7001"), (1.5, "1.5"), (" 07001 ", "07001"), (date(2022, 9, 1), "2022-09-01")],
)
def test_what_names_a_unit_becomes_text_without_loss(given: object, text: str) -> None:
    assert told(pl.DataFrame({"unit": [given], "period": [2022], "n_ped": [1]})) == [(1, text, "2022", 1)]


def test_gaps_make_no_fraction_of_a_unit_or_a_period() -> None:
    frame = pd.DataFrame({"unit": [7001, None], "period": [2022, None], "n_ped": [31, 15]})
    assert told(frame) == [(1, "7001", "2022", 31), (2, None, None, 15)]


def test_rows_without_a_unit_that_tell_nothing_are_dropped() -> None:
    frame = pl.DataFrame({"unit": ["ш1", None, None], "period": [2022, 2022, 2022], "n_ped": [None, None, 3]})
    assert told(frame) == [(1, "ш1", "2022", None), (3, None, "2022", 3)]


def test_periods_not_asked_for_are_left_out() -> None:
    frame = pl.DataFrame({"unit": "ш1", "period": [None, 2020, 2021, 2022, 2023, 31], "n_ped": 1})
    found = told(frame, since=period("2021"), until=period("2022"))
    assert [text for _, _, text, _ in found] == [None, "2021", "2022", "31"]


def test_a_table_that_was_not_given_is_a_problem() -> None:
    assert messages(Frame(), request()) == [
        "источник «card» читается из памяти, а таблица не дана — monitor(…, frames={'card': таблица})"
    ]


def test_a_table_without_periods_is_a_problem() -> None:
    frame = pl.DataFrame({"unit": ["ш1"], "n_ped": [31]})
    (message,) = messages(Csv(location="{period}/card.csv"), request(frames={"card": frame}))
    assert message == "frames['card']: неизвестен отчётный период — добавьте столбец period"


class Broken:
    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        raise RuntimeError("соединение потеряно")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([1, 2], "frames['card']: list — не таблица"),
        (None, "frames['card']: NoneType — не таблица"),
        ("card.csv", "frames['card']: str — не таблица"),
        (Broken(), "frames['card']: Broken не отдаёт таблицу: соединение потеряно"),
        (pd.DataFrame({"unit": [1, "ш1"]}), "frames['card']: DataFrame не отдаёт таблицу"),
        (pl.LazyFrame({"unit": ["ш1"]}).select("нет"), "frames['card']: таблица не читается"),
        (pl.DataFrame(), "frames['card']: нет столбца с организацией; строка заголовков пуста"),
        (pl.DataFrame({"unit": ["ш1"], "period": "2022", "n_ped": [[1]]}), "frames['card']: столбец «n_ped» — не"),
    ],
)
def test_what_is_no_table_is_a_problem(given: object, message: str) -> None:
    assert any(text.startswith(message) for text in messages(Frame(), request(frames={"card": given})))
