from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from profdev_indicators.builtin.readers import Json, NdJson, Parquet
from profdev_indicators.errors import SourceError
from profdev_indicators.model import Reader
from readers.asking import only, problems, request, rows, write

JSON = Json(location="{period}/card.json")
LINES = NdJson(location="{period}/card.ndjson")
PARQUET = Parquet(location="{period}/card.parquet", columns={"unit": "oo", "n_ped": "Педагогов"})
RECORDS: list[dict[str, Any]] = [{"unit": "ш1", "n_ped": 31, "mentoring": True}, {}, {"unit": 7, "n_diag": 2.5}]


def written(root: Path, records: Any) -> None:
    write(root, "2022/card.json", json.dumps(records, ensure_ascii=False))


def saved(root: Path, frame: pl.DataFrame) -> None:
    (root / "2022").mkdir(exist_ok=True)
    frame.write_parquet(root / "2022/card.parquet")


def test_numbers_stay_numbers_and_a_unit_is_text(tmp_path: Path) -> None:
    written(tmp_path, RECORDS)
    table = only(JSON.read(request(tmp_path)))
    assert rows([table], "row", "unit", "n_ped", "n_diag", "mentoring") == [
        (1, "ш1", 31, None, True),
        (3, "7", None, 2.5, None),
    ]


def test_one_record_a_line_tells_the_same(tmp_path: Path) -> None:
    written(tmp_path, RECORDS)
    lines = "\n".join(json.dumps(record) if record else "" for record in RECORDS)
    write(tmp_path, "2022/card.ndjson", f"\ufeff{lines}\n\n")
    assert rows(LINES.read(request(tmp_path)), "row", "unit") == rows(JSON.read(request(tmp_path)), "row", "unit")


def test_the_list_may_lie_inside_an_object(tmp_path: Path) -> None:
    written(tmp_path, {"год": 2022, "карты": RECORDS})
    assert [unit for (unit,) in rows(JSON.read(request(tmp_path)), "unit")] == ["ш1", "7"]


def test_numbers_among_words_are_texts(tmp_path: Path) -> None:
    written(tmp_path, [{"unit": "ш1", "n_ped": value} for value in (31, 2.0, 2.5, "н/д", None, True, 2**70)])
    told = [n_ped for (n_ped,) in rows(JSON.read(request(tmp_path)), "n_ped")]
    assert told == ["31", "2", "2.5", "н/д", None, "true", str(2**70)]


def test_other_names_of_a_unit_may_be_a_list(tmp_path: Path) -> None:
    written(tmp_path, [{"id": "ш1", "aliases": ["СОШ 1", "Школа № 1"]}])
    asked = request(tmp_path, columns=("id", "aliases"), titles={})
    assert rows(JSON.read(asked), "aliases") == [("СОШ 1; Школа № 1",)]


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        ("", 0, "файл пуст"),
        ("[{", 1, "это не JSON или он обрезан"),
        ('[\n{"unit": "ш1"},\n]', 3, "это не JSON или он обрезан"),
        ("[" * 100_000, 0, "в JSON слишком глубокая вложенность или слишком длинное число"),
        (f'[{{"unit": {"9" * 5000}}}]', 0, "в JSON слишком глубокая вложенность или слишком длинное число"),
        ("31", 0, "в файле не список записей"),
        ('{"а": [], "б": []}', 0, "в файле не список записей"),
        ("[31]", 0, "запись 1 — не объект"),
        ("[]", 0, "нет столбца с организацией; строка заголовков пуста"),
        (b"\xff\xfe", 0, "файл не в UTF-8"),
    ],
)
def test_what_is_no_list_of_records_is_named(tmp_path: Path, content: str | bytes, line: int, message: str) -> None:
    write(tmp_path, "2022/card.json", content)
    (problem,) = problems(JSON, request(tmp_path))
    assert (problem.file, problem.line, problem.message) == ("2022/card.json", line, message)


def test_a_broken_line_is_named_by_its_number(tmp_path: Path) -> None:
    write(tmp_path, "2022/card.ndjson", '{"unit": "ш1"}\n\n{"unit": \n')
    (problem,) = problems(LINES, request(tmp_path))
    assert problem.place == "2022/card.ndjson:3"


def test_parquet_keeps_its_types(tmp_path: Path) -> None:
    saved(tmp_path, pl.DataFrame({"oo": [7001, 7002, None], "Педагогов": [31, None, None], "прочее": [[1], [2], [3]]}))
    table = only(PARQUET.read(request(tmp_path)))
    assert rows([table], "row", "unit", "n_ped") == [(1, "7001", 31), (2, "7002", None)]
    assert table.cells == {"unit": "oo", "n_ped": "Педагогов"}


@pytest.mark.parametrize("column", [[[1]], [{"a": 1}], [b"\xff"]], ids=["list", "record", "bytes"])
def test_a_cell_that_is_neither_text_nor_number_is_a_problem(tmp_path: Path, column: list[object]) -> None:
    saved(tmp_path, pl.DataFrame({"oo": ["ш1"], "Педагогов": column}))
    (problem,) = problems(PARQUET, request(tmp_path))
    assert problem.message.startswith("столбец «Педагогов» — не тексты и не числа")


@pytest.mark.parametrize("content", [b"", b"PAR1", b"unit;n_ped\n", b"PAR1" + b"\0" * 64 + b"PAR1"])
def test_what_is_no_parquet_is_a_problem(tmp_path: Path, content: bytes) -> None:
    write(tmp_path, "2022/card.parquet", content)
    (problem,) = problems(PARQUET, request(tmp_path))
    assert problem.file == "2022/card.parquet"


@given(damage=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=6))
@pytest.mark.parametrize("reader", [JSON, LINES, PARQUET], ids=["json", "ndjson", "parquet"])
def test_no_bytes_make_a_traceback(
    reader: Reader, damage: list[tuple[float, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp("records")
    written(root, RECORDS)
    write(root, "2022/card.ndjson", "\n".join(map(json.dumps, RECORDS)))
    saved(root, pl.DataFrame({"oo": ["ш1", "ш2"] * 9, "Педагогов": [31, None] * 9}))
    for path in (root / "2022").iterdir():
        raw = bytearray(path.read_bytes())
        for place, byte in damage:
            raw[min(int(place * len(raw)), len(raw) - 1)] = byte
        path.write_bytes(raw)
    with suppress(SourceError):
        rows(reader.read(request(root)))
