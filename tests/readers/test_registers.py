from __future__ import annotations

import csv
import io
import sqlite3
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from profdev_indicators.builtin.readers import Csv, Files, Frame, Json, NdJson, Parquet, Xlsx
from profdev_indicators.builtin.readers.registers import reading, separated
from profdev_indicators.builtin.readers.registers.cells import Words, typed
from profdev_indicators.builtin.readers.sql.databases import Sql
from profdev_indicators.errors import SourceError
from profdev_indicators.expressions import ColumnType
from profdev_indicators.model import Request, Spellings
from profdev_indicators.records import Part
from readers.asking import book, period, write

COLUMNS: Mapping[str, ColumnType] = {
    "oo": "text",
    "age": "integer",
    "load": "number",
    "main": "flag",
    "born": "date",
}
TEXT = """\
oo;age;load;main;born
ш1;31;1,5;да;1990-02-01
ш2;;18;нет;01.03.1985
ш1;1 024;0.5;;
"""
TOLD = [
    ("ш1", 31, 1.5, True, date(1990, 2, 1)),
    ("ш2", None, 18.0, False, date(1985, 3, 1)),
    ("ш1", 1024, 0.5, None, None),
]
TYPED = pl.DataFrame(
    TOLD,
    schema={"oo": pl.String, "age": pl.Int64, "load": pl.Float64, "main": pl.Boolean, "born": pl.Date},
    orient="row",
)
YEARLY = "{period}/*"
WORDS = Words.of(())


def asked(root: Path | None = None, **more: Any) -> Request:
    usual = {"source": "people", "columns": (), "titles": {}, "frames": {}, "calendar": "year", "root": root}
    return Request(**{**usual, **more})


def rows(parts: tuple[Part, ...], *, engine: Any = "streaming") -> list[tuple[Any, ...]]:
    frames = [part.frame.collect(engine=engine) for part in parts if part.frame is not None]
    return [row for frame in frames for row in frame.rows()]


def unread(parts: tuple[Part, ...]) -> list[str]:
    rows(parts)
    return [str(problem).replace("\N{NO-BREAK SPACE}", " ") for part in parts for problem in part.unread()]


def refused(reader: Any, request: Request, columns: Mapping[str, ColumnType] = COLUMNS) -> list[str]:
    with pytest.raises(SourceError) as caught:
        rows(reader.scan(request, columns))
    return [str(problem) for problem in caught.value.problems]


# --- the same records, however they are kept -------------------------------------------------------------------


def _as_csv(root: Path) -> Any:
    write(root, "2022/people.csv", TEXT)
    return Csv(location=YEARLY)


def _as_parquet(root: Path) -> Any:
    (root / "2022").mkdir()
    TYPED.write_parquet(root / "2022/people.parquet")
    return Parquet(location=YEARLY)


def _as_json(root: Path) -> Any:
    write(root, "2022/people.json", TYPED.write_json())
    return Json(location=YEARLY)


def _as_ndjson(root: Path) -> Any:
    write(root, "2022/people.ndjson", TYPED.write_ndjson())
    return NdJson(location=YEARLY)


def _as_xlsx(root: Path) -> Any:
    write(root, "2022/people.xlsx", book([line.split(";") for line in TEXT.splitlines()]))
    return Xlsx(location=YEARLY)


def _as_sqlite(root: Path) -> Any:
    with sqlite3.connect(root / "people.db") as base:
        base.execute("CREATE TABLE people (oo TEXT, age INTEGER, load REAL, main INTEGER, born TEXT, year TEXT)")
        told = [(*row[:4], row[4] and row[4].isoformat(), "2022") for row in TOLD]
        base.executemany("INSERT INTO people VALUES (?, ?, ?, ?, ?, ?)", told)
    base.close()
    return Sql(database="people.db", query="SELECT * FROM people WHERE year = :period")


def _as_files(root: Path) -> Any:
    _as_csv(root)
    write(root, "2022/readme.md", "не таблица")
    return Files(location=YEARLY)


KEPT = {
    "csv": _as_csv,
    "parquet": _as_parquet,
    "json": _as_json,
    "ndjson": _as_ndjson,
    "xlsx": _as_xlsx,
    "sql": _as_sqlite,
    "files": _as_files,
}


@pytest.mark.parametrize("engine", ["streaming", "in-memory"])
@pytest.mark.parametrize("kept", KEPT)
def test_records_are_the_same_however_they_are_kept(tmp_path: Path, kept: str, engine: str) -> None:
    parts = KEPT[kept](tmp_path).scan(asked(tmp_path, until=period("2022")), COLUMNS)
    assert [part.period for part in parts] == [period("2022")]
    assert rows(parts, engine=engine) == TOLD
    assert parts[0].frame is not None
    assert parts[0].frame.collect_schema() == TYPED.schema
    assert unread(parts) == []


LIBRARIES = {
    "polars": lambda: TYPED,
    "lazy polars": TYPED.lazy,
    "pyarrow": lambda: pa.table(TYPED),
    "pandas": lambda: TYPED.to_pandas(use_pyarrow_extension_array=True),
    "duckdb": lambda: duckdb.from_arrow(pa.table(TYPED)),
}


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_table_in_memory_is_taken_as_it_is(library: str) -> None:
    request = asked(frames={"people": LIBRARIES[library]()})
    for reader in (Frame(), Csv(location="нет.csv")):
        parts = reader.scan(request, COLUMNS)
        assert (rows(parts), parts[0].period) == (TOLD, None)


def test_dates_of_pandas_are_moments_and_are_taken_for_days() -> None:
    frame = pd.DataFrame({"oo": ["ш1"], "born": pd.to_datetime(["1990-02-01"])})
    assert rows(Frame().scan(asked(frames={"people": frame}), {"oo": "text", "born": "date"})) == [
        ("ш1", date(1990, 2, 1))
    ]


def test_what_is_not_finite_is_not_known() -> None:
    frame = pl.DataFrame({"load": [1.5, float("nan"), float("inf"), float("-inf")]})
    parts = Frame().scan(asked(frames={"people": frame}), {"load": "number"})
    assert rows(parts) == [(1.5,), (None,), (None,), (None,)]
    assert unread(parts) == []


# --- cells --------------------------------------------------------------------------------------------------------


@given(
    number=st.integers(-(10**15), 10**15),
    hundredths=st.integers(0, 99),
    space=st.sampled_from(["", " ", "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}", "\N{THIN SPACE}"]),
    point=st.sampled_from([",", "."]),
    minus=st.sampled_from(["-", "\N{MINUS SIGN}", "\N{EN DASH}"]),
)
def test_a_number_is_itself_however_people_write_it(
    number: int, hundredths: int, space: str, point: str, minus: str
) -> None:
    whole = f"{abs(number):,}".replace(",", space)
    sign = minus if number < 0 else ""
    texts = pl.Series([f"{sign}{whole}", f"{sign}{whole}{point}{hundredths:02}"])
    numbers, bad = typed(texts, "number", WORDS)
    assert numbers.to_list() == [float(number), float(f"{'-' if number < 0 else ''}{abs(number)}.{hundredths:02}")]
    assert not bad.any()
    integers, bad = typed(texts, "integer", WORDS)
    assert integers.to_list() == [number, None if hundredths else number]
    assert bad.to_list() == [False, bool(hundredths)]


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)), st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%Y-%m-%dT00:00:00"]))
def test_a_date_is_itself_in_every_usual_form(day: date, form: str) -> None:
    days, bad = typed(pl.Series([f"{day:{form}}", f"{day.day}.{day.month}.{day.year} г."]), "date", WORDS)
    assert (days.to_list(), bad.any()) == ([day, day], False)


@pytest.mark.parametrize(
    ("kind", "cell"),
    [
        ("integer", "сто"),
        ("integer", "1,5"),
        ("integer", "12 34"),
        ("integer", "99999999999999999999"),
        ("integer", "1,234"),
        ("number", "1,5,2"),
        ("number", "15 %"),
        ("flag", "может быть"),
        ("flag", "2"),
        ("date", "31.02.1990"),
        ("date", "01.01.0001"),
        ("date", "2022"),
    ],
)
def test_what_cannot_be_read_is_not_known_and_counted(kind: ColumnType, cell: str) -> None:
    values, bad = typed(pl.Series([cell, "", None, " "]), kind, WORDS)
    assert (values.to_list(), bad.to_list()) == ([None] * 4, [True, False, False, False])


@pytest.mark.parametrize("kind", ["integer", "number", "flag", "date"])
@pytest.mark.parametrize("cell", ["н/д", "-", "NULL", "nan", "—", " ", "«»"])
def test_what_says_nothing_is_not_known_and_no_mistake(kind: ColumnType, cell: str) -> None:
    values, bad = typed(pl.Series([cell]), kind, WORDS)
    assert (values.item(), bad.item()) == (None, False)


def test_words_of_the_district_win_over_the_usual_ones() -> None:
    words = Words.of([Spellings(yes=("Ага", "нет"), no=("есть",), missing=("1", "99"))])
    flags, bad = typed(pl.Series(["ага", "нет", "есть", "1", "да"]), "flag", words)
    assert (flags.to_list(), bad.to_list()) == ([True, True, False, None, True], [False] * 5)


@given(st.lists(st.sampled_from(["", "7", "1 000", "сто", "н/д"]), max_size=30), st.integers(1, 7))
def test_unreadable_cells_are_counted_with_the_rows_of_the_first(cells: list[str], batch: int) -> None:
    rows_ = {"0": [str(n) for n in range(len(cells))], "1": cells}
    table = pl.DataFrame(rows_, schema={"0": pl.String, "1": pl.String})
    read = reading.Reading(
        file="a.csv",
        table=lambda: table,
        columns={
            "oo": reading.Column(position="0", kind="text", heading="oo"),
            "age": reading.Column(position="1", kind="integer", heading="Возраст"),
        },
        conditions={},
        constants={},
        words=WORDS,
        first_row=2,
    )
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(reading, "_BATCH", batch)
        for _ in range(2):  # whoever reads it again counts nothing twice
            values = read.records().collect(engine="streaming")
    meant = {"7": 7, "1 000": 1000}
    assert values["age"].to_list() == [meant.get(cell) for cell in cells]
    bad = [n + 2 for n, cell in enumerate(cells) if cell == "сто"]
    assert [note.line for note in read.unread()] == bad[:1]
    assert all(str(len(bad)) in note.message for note in read.unread())


# --- text tables ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("quote", ["", '"'])
def test_any_usual_writing_of_a_text_table_tells_the_same(
    tmp_path: Path, separator: str, encoding: str, ending: str, quote: str
) -> None:
    lines = [
        separator.join(f'"{cell}"' if quote or separator in cell else cell for cell in line.split(";"))
        for line in TEXT.splitlines()
    ]
    write(tmp_path, "2022/people.csv", (ending.join(lines) + ending).encode(encoding))
    assert rows(Csv(location=YEARLY).scan(asked(tmp_path), COLUMNS)) == TOLD


def test_a_long_file_with_quotation_marks_is_read_piece_by_piece(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(separated, "_FORGIVEN", 0)
    write(tmp_path, "2022/a.csv", 'oo;age\n"МКОУ ""СОШ № 1"";\nс. Заречное";31\nш2;7\n')
    parts = Csv(location=YEARLY).scan(asked(tmp_path), {"oo": "text", "age": "integer"})
    assert rows(parts) == [('МКОУ "СОШ № 1";\nс. Заречное', 31), ("ш2", 7)]
    assert (parts[0].format, parts[0].options) == ("csv", {"separator": ";", "encoding": "utf-8"})


def test_a_short_file_with_stray_quotation_marks_is_forgiven(tmp_path: Path) -> None:
    write(tmp_path, "2022/a.csv", 'oo;age\nООО "Лотос";31\n"Ромашка" сад;7\n')
    parts = Csv(location=YEARLY).scan(asked(tmp_path), {"oo": "text", "age": "integer"})
    assert rows(parts) == [('ООО "Лотос"', 31), ("Ромашка сад", 7)]
    assert parts[0].format == "frame"


def test_rows_may_be_ragged_and_empty(tmp_path: Path) -> None:
    write(tmp_path, "2022/a.csv", "oo;age;load\nш1\n\nш2;7;1;лишнее;ещё\n;;\nш3;сто\n")
    parts = Csv(location=YEARLY).scan(asked(tmp_path), {"oo": "text", "age": "integer"})
    assert rows(parts) == [("ш1", None), ("ш2", 7), ("ш3", None)]
    assert unread(parts) == [
        "2022/a.csv:6: столбец «age»: 1 ячейка не читается как целое число (строка 6) и считается как «не известно»"
    ]


def test_unreadable_cells_of_many_rows_are_told_shortly(tmp_path: Path) -> None:
    write(tmp_path, "2022/a.csv", "oo;main\n" + "ш1;может быть\n" * 5)
    assert unread(Csv(location=YEARLY).scan(asked(tmp_path), {"oo": "text", "main": "flag"})) == [
        "2022/a.csv:2: столбец «main»: 5 ячеек не читается как да/нет (строки 2, 3, 4…) и считается как «не известно»"
    ]


_CELL = st.text(st.sampled_from("aж1 ;,\t\"'\n\N{NO-BREAK SPACE}"), max_size=6)


@given(
    cells=st.lists(st.tuples(_CELL, _CELL), max_size=8),
    separator=st.sampled_from(";,\t"),
    forgiven=st.sampled_from([0, 1 << 20]),
    batch=st.integers(1, 4),
)
def test_a_text_table_tells_what_was_written(
    cells: list[tuple[str, str]],
    separator: str,
    forgiven: int,
    batch: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=separator, lineterminator="\n").writerows([("a", "b"), *cells])
    root = tmp_path_factory.mktemp("written")
    write(root, "2022/a.csv", written.getvalue())
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(separated, "_FORGIVEN", forgiven)
        patched.setattr(reading, "_BATCH", batch)
        told = rows(Csv(location=YEARLY, separator=separator).scan(asked(root), {"a": "text", "b": "text"}))
    meant = [tuple(" ".join(cell.split()) or None for cell in row) for row in cells]
    plainly = [tuple(None if cell is None else " ".join(cell.split()) for cell in row) for row in told]
    assert plainly == [row for row in meant if any(row)]


_GOOD = [TEXT.encode(), TEXT.encode("cp1251"), TEXT.replace("ш1", '"ш;""1"').encode(), TYPED.write_json().encode()]


@given(
    content=st.sampled_from(_GOOD),
    damage=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=6),
    keep=st.just(1.0) | st.floats(0, 1),
    forgiven=st.sampled_from([0, 1 << 20]),
)
def test_damaged_files_end_in_records_or_in_problems(
    content: bytes,
    damage: list[tuple[float, int]],
    keep: float,
    forgiven: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    raw = bytearray(content)
    for place, byte in damage:
        raw[min(int(place * len(raw)), len(raw) - 1)] = byte
    root = tmp_path_factory.mktemp("damaged")
    write(root, f"2022/a.{'json' if content.startswith(b'[') else 'csv'}", bytes(raw[: int(keep * len(raw))]))
    with pytest.MonkeyPatch.context() as patched, suppress(SourceError):
        patched.setattr(separated, "_FORGIVEN", forgiven)
        parts = Files(location=YEARLY).scan(asked(root), COLUMNS)
        assert all(len(row) == len(COLUMNS) for row in rows(parts))
        assert all("строк" in note for note in unread(parts))


@pytest.mark.parametrize("content", ["oo;age", "oo;age\n", "\ufeffoo;age\r\n"])
def test_a_heading_without_rows_is_no_records(tmp_path: Path, content: str) -> None:
    write(tmp_path, "2022/a.csv", content)
    assert rows(Csv(location=YEARLY).scan(asked(tmp_path), {"oo": "text", "age": "integer"})) == []


def test_headings_may_stand_below_a_title(tmp_path: Path) -> None:
    write(tmp_path, "2022/a.csv", "Реестр педагогов\n\nОрганизация;age\nш1;31\n")
    reader = Csv(location=YEARLY, columns={"oo": "Организация"})
    parts = reader.scan(asked(tmp_path), {"oo": "text", "age": "integer"})
    assert rows(parts) == [("ш1", 31)]
    assert (parts[0].renamed, parts[0].format) == ({"oo": "Организация", "age": "age"}, "frame")


# --- columns, constants, where --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kept", ["csv", "parquet"])
def test_columns_constants_and_where_of_the_reader_hold_for_records(tmp_path: Path, kept: str) -> None:
    reader = KEPT[kept](tmp_path)
    reader = type(reader)(
        location=YEARLY, columns={"school": "OO "}, constants={"load": "18", "since": "01.09.2022"}, where={"oo": "Ш1"}
    )
    columns: dict[str, ColumnType] = {"school": "text", "age": "integer", "load": "number", "since": "date"}
    parts = reader.scan(asked(tmp_path), columns)
    assert parts[0].frame is not None
    frame = parts[0].frame.select(*columns).collect(engine="streaming")
    assert frame.rows() == [("ш1", 31, 18.0, date(2022, 9, 1)), ("ш1", 1024, 18.0, date(2022, 9, 1))]
    assert parts[0].format == "frame"  # whoever reads the file itself knows nothing of it


# --- parts ------------------------------------------------------------------------------------------------------


def test_every_file_is_a_part_unless_persons_are_counted_once(tmp_path: Path) -> None:
    for name in ("2021/a", "2022/a", "2022/b"):
        write(tmp_path, f"{name}.csv", TEXT)
    reader = Csv(location=("{period}/*.csv", "{period}/a.csv"))
    parts = reader.scan(asked(tmp_path), COLUMNS)
    assert [(part.name, str(part.period)) for part in parts] == [
        ("2021/a.csv", "2021"),
        ("2022/a.csv", "2022"),
        ("2022/b.csv", "2022"),
    ]
    parts = reader.scan(asked(tmp_path, whole_periods=True), COLUMNS)
    assert [(part.name, str(part.period)) for part in parts] == [
        ("2021/a.csv", "2021"),
        ("2022/a.csv, 2022/b.csv", "2022"),
    ]
    assert rows(parts[1:]) == TOLD * 2
    assert [path.name for path in parts[1].files] == ["a.csv", "b.csv"]
    assert parts[1].size == 2 * len(TEXT.encode())


def test_only_the_periods_asked_for_are_looked_at(tmp_path: Path) -> None:
    write(tmp_path, "2021/a.csv", "не таблица")
    write(tmp_path, "2022/a.csv", TEXT)
    parts = Csv(location=YEARLY).scan(asked(tmp_path, since=period("2022")), COLUMNS)
    assert [part.name for part in parts] == ["2022/a.csv"]


def test_unreadable_cells_of_every_file_of_a_period_are_told(tmp_path: Path) -> None:
    for name in "ab":
        write(tmp_path, f"2022/{name}.csv", "oo;age\nш1;сто\n")
    parts = Csv(location=YEARLY).scan(asked(tmp_path, whole_periods=True), {"oo": "text", "age": "integer"})
    assert [text[:13] for text in unread(parts)] == ["2022/a.csv:2:", "2022/b.csv:2:"]


def test_parquet_tells_its_rows_without_being_read(tmp_path: Path) -> None:
    (part,) = _as_parquet(tmp_path).scan(asked(tmp_path), COLUMNS)
    assert (part.rows, part.format, part.digest) == (3, "parquet", "")
    assert part.frame is not None
    assert "Parquet SCAN" in part.frame.explain()


def test_a_database_vouches_for_what_it_answered(tmp_path: Path) -> None:
    reader = _as_sqlite(tmp_path)
    request = asked(tmp_path, until=period("2022"))
    (first,), (again,) = reader.scan(request, COLUMNS), reader.scan(request, COLUMNS)
    assert (first.digest == again.digest, len(first.digest), first.rows) == (True, 64, 3)


# --- what is refused --------------------------------------------------------------------------------------------


def _parquet(root: Path, name: str, frame: pl.DataFrame) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    frame.write_parquet(root / name)


def test_columns_of_parquet_that_are_missing_or_of_another_type_are_all_told(tmp_path: Path) -> None:
    frame = TYPED.with_columns(pl.col("age").cast(pl.String), pl.col("born").cast(pl.String)).rename({"load": "loads"})
    _parquet(tmp_path, "2022/a.parquet", frame)
    _parquet(tmp_path, "2022/b.parquet", TYPED.drop("oo"))
    have = "есть: «oo», «age», «loads», «main», «born»"
    assert refused(Parquet(location=YEARLY), asked(tmp_path)) == [
        f"2022/a.parquet: нет столбца «load»; {have} — может быть, «loads»?",
        (
            "2022/a.parquet: столбец «age» — String, а объявлен как integer (целое число) — объявите его как есть: "
            "columns: {age: text} — или сохраните его как integer"
        ),
        (
            "2022/a.parquet: столбец «born» — String, а объявлен как date (дата) — объявите его как есть: "
            "columns: {born: text} — или сохраните его как date"
        ),
        "2022/b.parquet: нет столбца «oo»; есть: «age», «load», «main», «born»",
    ]


@pytest.mark.parametrize(
    ("values", "kind", "said"),
    [
        ([[1, 2]], "integer", "столбец «x» — не тексты и не числа (List(Int64)) — превратите его в текст или число"),
        (
            [1.5],
            "integer",
            (
                "столбец «x» — Float64, а объявлен как integer (целое число) — объявите его как есть: "
                "columns: {x: number} — или сохраните его как integer"
            ),
        ),
        (
            [1],
            "flag",
            (
                "столбец «x» — Int64, а объявлен как flag (да/нет) — объявите его как есть: "
                "columns: {x: integer} — или сохраните его как flag"
            ),
        ),
    ],
)
def test_one_row_never_becomes_many_and_no_type_another(
    tmp_path: Path, values: list[Any], kind: ColumnType, said: str
) -> None:
    _parquet(tmp_path, "2022/a.parquet", pl.DataFrame({"x": values}))
    assert refused(Parquet(location=YEARLY), asked(tmp_path), {"x": kind}) == [f"2022/a.parquet: {said}"]
    frames = {"people": pl.DataFrame({"x": values})}
    assert refused(Frame(), asked(frames=frames), {"x": kind}) == [f"frames['people']: {said}"]


def test_damaged_parquet_is_told_in_our_words(tmp_path: Path) -> None:
    whole = tmp_path / "2022/a.parquet"
    _parquet(tmp_path, "2022/a.parquet", TYPED)
    raw = whole.read_bytes()
    for name, content in {"a": raw[:-20], "b": b"", "c": b"PAR1" + b"\0" * 90 + b"PAR1"}.items():
        write(tmp_path, f"2022/{name}.parquet", content)
    said = refused(Parquet(location=YEARLY), asked(tmp_path))
    assert [text.partition(":")[0] for text in said] == ["2022/a.parquet", "2022/b.parquet", "2022/c.parquet"]
    assert said[1] == "2022/b.parquet: файл пуст"
    assert all("таблица не читается" in text and "сохраните её заново" in text for text in (said[0], said[2]))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "файл пуст"),
        ("\ufeff\n\n", "файл пуст"),
        ("oo;возраст\nш1;31\n", "нет столбца «age»; есть: «oo», «возраст»"),
        ("oo;age;AGE \nш1;31;32\n", None),
        ("oo;Age;AGE \nш1;31;32\n", "столбец «age» встречается 2 раза — оставьте один"),
        (b"PK\x03\x04", "это книга Excel, а не текстовая таблица — проверьте, тот ли файл, или смените reader"),
        (b"oo;age\n\x00\x00;31\n", "это не текстовая таблица: внутри нулевые байты — сохраните её заново как CSV"),
        (
            "<html><table>",
            "это веб-страница, а не таблица — откройте её в Excel и сохраните как CSV или XLSX",
        ),
        ('oo;age\nш1;"31\nш2;7\n', "кавычка открыта и не закрыта — удалите лишнюю кавычку или удвойте её"),
    ],
)
def test_a_text_table_that_is_none_is_told_in_our_words(tmp_path: Path, content: str | bytes, said: str | None) -> None:
    write(tmp_path, "2022/a.csv", content)
    reader, columns = Csv(location=YEARLY), {"oo": "text", "age": "integer"}
    if said is None:
        assert rows(reader.scan(asked(tmp_path), columns)) == [("ш1", 31)]
        return
    (message,) = refused(reader, asked(tmp_path), columns)
    assert message.startswith("2022/a.csv")
    assert message.endswith(f": {said}")


def test_a_long_file_that_goes_wrong_stops_and_shows_no_cell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(separated, "_FORGIVEN", 0)
    write(tmp_path, "2022/a.csv", 'key;oo\nтайна;"ш1\nтайна;ш2\n')
    (message,) = refused(Csv(location=YEARLY), asked(tmp_path), {"oo": "text", "key": "text"})
    assert message == (
        "2022/a.csv: таблица не читается: непорядок не раньше строки 2 — лишняя или незакрытая кавычка? удвойте её "
        "или удалите"
    )


def test_another_encoding_in_the_middle_of_a_long_file_stops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(separated, "_SAMPLES", 1)
    monkeypatch.setattr(separated, "_CHUNK", 16)
    write(tmp_path, "2022/a.csv", b"oo;age\n" + b"s1;1\n" * 3 + "ш1;31\n".encode("cp1251") + b"s2;2\n" * 20)
    (message,) = refused(Csv(location=YEARLY), asked(tmp_path), {"oo": "text", "age": "integer"})
    assert message == (
        "2022/a.csv: файл не в UTF-8: это видно не раньше строки 2 — укажите encoding: cp1251 или сохраните его в UTF-8"
    )


def test_a_card_is_no_table_of_records(tmp_path: Path) -> None:
    from readers.cards import card  # noqa: PLC0415 - only here

    write(tmp_path, "2022/a.xlsx", card())
    assert refused(Xlsx(location=YEARLY), asked(tmp_path), {"oo": "text"}) == [
        "2022/a.xlsx: это карта организации, а не таблица записей — карты читает источник без records"
    ]


def test_a_frame_that_was_not_given_is_told(tmp_path: Path) -> None:
    assert refused(Frame(), asked(tmp_path)) == [
        "источник «people» читается из памяти, а таблица не дана — monitor(…, frames={'people': таблица})"
    ]


def test_a_constant_that_is_not_of_its_type_is_told(tmp_path: Path) -> None:
    _as_csv(tmp_path)
    reader = Csv(location=YEARLY, constants={"age": "сто"})
    assert refused(reader, asked(tmp_path)) == ["2022/people.csv: constants: age: «сто» — не целое число"]


def test_at_least_one_column_is_read(tmp_path: Path) -> None:
    _as_csv(tmp_path)
    reader = Csv(location=YEARLY, constants={"age": "7"})
    assert refused(reader, asked(tmp_path), {"age": "integer"}) == [
        "2022/people.csv: все столбцы записей заданы в constants — хотя бы один должен быть в таблице"
    ]
