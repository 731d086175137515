from __future__ import annotations

import csv
import io
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from profdev_indicators.builtin.readers import Csv, separated
from profdev_indicators.errors import SourceError
from readers.asking import messages, only, period, problems, request, rows, write

YEARLY = Csv(location="{period}/card.csv")
CARD = "unit;Педагогов всего;link\nш1;31;https://a\nш2;15 чел.;\n"
TOLD = [("ш1", "https://a", "31"), ("ш2", None, "15 чел.")]


def told(tmp_path: Path, content: str | bytes, reader: Csv = YEARLY) -> list[tuple[object, ...]]:
    write(tmp_path, "2022/card.csv", content)
    return rows(reader.read(request(tmp_path)), "unit", "link", "n_ped")


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "cp866", "utf-16"])
def test_any_usual_separator_and_encoding_tells_the_same(tmp_path: Path, separator: str, encoding: str) -> None:
    assert told(tmp_path, CARD.replace(";", separator).encode(encoding)) == TOLD


def test_several_byte_order_marks_are_no_part_of_the_first_heading(tmp_path: Path) -> None:
    assert told(tmp_path, b"\xef\xbb\xbf" * 3 + CARD.encode()) == TOLD


@pytest.mark.parametrize("ending", ["\r\n", "\r", "\n"])
def test_lines_may_end_as_on_any_system(tmp_path: Path, ending: str) -> None:
    assert told(tmp_path, CARD.replace("\n", ending)) == TOLD


def test_a_comma_in_a_heading_or_in_a_number_is_no_separator(tmp_path: Path) -> None:
    card = "unit;Педагогов, всего, чел.\nш1;31,5\nш2;2,5\n"
    reader = Csv(location="{period}/card.csv", columns={"n_ped": "Педагогов, всего, чел."})
    write(tmp_path, "2022/card.csv", card)
    assert rows(reader.read(request(tmp_path)), "unit", "n_ped") == [("ш1", "31,5"), ("ш2", "2,5")]


def test_a_row_may_be_shorter_or_longer_than_the_heading(tmp_path: Path) -> None:
    card = "unit;Педагогов всего;link\nш1\nш2;15;https://b;лишнее;ещё\nш3;7\n"
    assert told(tmp_path, card) == [("ш1", None, None), ("ш2", "https://b", "15"), ("ш3", None, "7")]


def test_a_quoted_cell_may_hold_separators_quotes_and_line_breaks(tmp_path: Path) -> None:
    card = 'unit;Педагогов всего;link\n"МКОУ ""СОШ № 1"";\nс. Заречное";31;\nш2;15;\n'
    assert told(tmp_path, card) == [('МКОУ "СОШ № 1";\nс. Заречное', None, "31"), ("ш2", None, "15")]


def test_a_quote_in_the_wrong_place_is_a_letter(tmp_path: Path) -> None:
    card = 'unit;Педагогов всего;link\n"Ромашка" сад;31;\nООО "Лотос";15;\n"А"Б;7;x\n'
    assert [row[0] for row in told(tmp_path, card)] == ["Ромашка сад", 'ООО "Лотос"', "АБ"]


def test_a_quote_never_closed_swallows_no_school_in_silence(tmp_path: Path) -> None:
    write(tmp_path, "2022/card.csv", 'unit;Педагогов всего\nш1;31\nш2;"15\nш3;"7";\nш4;8\n')
    (problem,) = problems(YEARLY, request(tmp_path))
    assert (problem.file, problem.line) == ("2022/card.csv", 3)
    assert "кавычка" in problem.message


def test_rows_are_numbered_as_a_person_counts_them(tmp_path: Path) -> None:
    write(tmp_path, "2022/card.csv", "unit;Педагогов всего\nш1;31\n\n;\nш2;15\n")
    assert rows(YEARLY.read(request(tmp_path)), "row", "unit") == [(2, "ш1"), (5, "ш2")]


@pytest.mark.parametrize("above", ["Карта за 2022 год\n\n", 'Карта;;\n"за 2022";;\n'])
@pytest.mark.parametrize("quote", ["", '"'])
def test_the_heading_row_may_be_told(tmp_path: Path, above: str, quote: str) -> None:
    write(tmp_path, "2022/card.csv", f"{above}unit;Педагогов всего\n{quote}ш1{quote};31\n")
    reader = Csv(location="{period}/card.csv", header=3)
    assert rows(reader.read(request(tmp_path)), "row", "unit", "n_ped") == [(4, "ш1", "31")]


def test_without_a_heading_row_told_the_first_filled_one_is_it(tmp_path: Path) -> None:
    write(tmp_path, "2022/card.csv", "\n;\nunit;Педагогов всего\nш1;31\n")
    assert rows(YEARLY.read(request(tmp_path)), "row", "unit") == [(4, "ш1")]


def test_a_heading_row_beyond_the_end_is_a_problem(tmp_path: Path) -> None:
    write(tmp_path, "2022/card.csv", CARD)
    (message,) = messages(Csv(location="{period}/card.csv", header=9), request(tmp_path))
    assert message == "2022/card.csv: нет строки заголовков: задана строка 9, а в файле их 3"


def test_headings_are_matched_without_regard_to_spaces_and_case(tmp_path: Path) -> None:
    card = " UNIT ;педагогов\u00a0 ВСЕГО;Link\nш1;31;https://a\nш2;15 чел.;\n"
    assert told(tmp_path, card) == TOLD


def test_a_table_too_long_to_keep_is_read_piece_by_piece(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "2022/card.csv", CARD)
    at_once = only(YEARLY.read(request(tmp_path))).frame
    monkeypatch.setattr(separated, "_AT_ONCE", 0)
    lazy = only(YEARLY.read(request(tmp_path))).frame
    assert ("Csv SCAN" in at_once.explain(), "Csv SCAN" in lazy.explain()) == (False, True)
    assert lazy.collect().equals(at_once.collect())


LONG = Csv(location="{period}/card.csv")


@pytest.mark.parametrize(
    ("odd", "dtype"),
    [("31", pl.UInt64), ("", pl.UInt64), ("15 чел.", pl.String), ("-3", pl.String), ("2,5", pl.String)],
)
def test_a_column_of_nothing_but_counts_is_numbers_in_a_long_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, odd: str, dtype: type[pl.DataType]
) -> None:
    monkeypatch.setattr(separated, "_SHORT", 0)
    write(tmp_path, "2022/card.csv", f"unit;n_ped;n_diag\n007;12;{odd}\n008;013;4\n")
    table = only(LONG.read(request(tmp_path, counts=frozenset({"n_ped", "n_diag"}))))
    schema = table.frame.collect_schema()
    assert (schema["unit"], schema["n_diag"]) == (pl.String, dtype)
    texts = only(LONG.read(request(tmp_path))).frame.collect()
    as_numbers = pl.col("n_ped").cast(pl.UInt64)
    assert (
        table.frame.select("unit", as_numbers, pl.col("n_diag").cast(pl.String))
        .collect()
        .equals(texts.select("unit", as_numbers, "n_diag"))
    )


@pytest.mark.parametrize("at_once", [1 << 20, 0])
def test_russian_of_windows_after_a_long_english_beginning_is_understood(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(separated, "_SHORT", 0)
    monkeypatch.setattr(separated, "_AT_ONCE", at_once)
    rows = ["unit;n_ped", *(f"s{n};{n}" for n in range(200_000)), "школа;7"]
    write(tmp_path, "2022/card.csv", "\n".join(rows).encode("cp1251"))
    table = only(YEARLY.read(request(tmp_path)))
    assert table.frame.collect().select("unit", "n_ped").row(-1) == ("школа", "7")


def test_a_row_without_a_unit_is_kept_only_if_it_tells_something(tmp_path: Path) -> None:
    card = "unit;Педагогов всего;link;прочее\n;31;;\n ; ; ;x\n;;https://a;\n"
    assert told(tmp_path, card) == [(None, None, "31"), (None, "https://a", None)]


def test_a_unit_is_text_and_keeps_its_zeros(tmp_path: Path) -> None:
    assert told(tmp_path, "unit;Педагогов всего;link\n 07001 ;31;\n")[0][0] == "07001"


def test_a_period_may_stand_in_a_column(tmp_path: Path) -> None:
    write(
        tmp_path, "card.csv", "unit;Год;Педагогов всего\nш1;2020;29\nш1;2021;30\nш1;2022;31\nш1;2023;32\nш1;давно;7\n"
    )
    reader = Csv(location="card.csv", columns={"period": "Год"})
    table = only(reader.read(request(tmp_path, since=period("2021"), until=period("2022"))))
    assert table.period is None
    assert rows([table], "row", "period") == [(3, "2021"), (4, "2022"), (6, "давно")]


def test_where_keeps_only_the_rows_named(tmp_path: Path) -> None:
    write(tmp_path, "2022/card.csv", "unit;level;type;n_ped\nа;LA;Total;1\nб;la ;Primary;2\nв;Region;Total;3\n")
    reader = Csv(location="{period}/card.csv", where={"Level": "LA", "type": ("Total", "Primary")})
    assert rows(reader.read(request(tmp_path)), "row", "unit") == [(2, "а"), (3, "б")]


def test_a_constant_stands_in_every_row_and_serves_as_a_period(tmp_path: Path) -> None:
    write(tmp_path, "card.csv", "unit;n_ped\nш1;31\nш2;15\n")
    reader = Csv(location="card.csv", constants={"period": "2022"})
    assert rows(reader.read(request(tmp_path)), "unit", "period") == [("ш1", "2022"), ("ш2", "2022")]


def test_a_roster_needs_no_period_and_may_call_the_unit_either_way(tmp_path: Path) -> None:
    write(tmp_path, "units.csv", "Код;name;Вид\nш1;Школа № 1;school\n")
    asked = request(tmp_path, source="units", columns=("id", "name", "kind"), titles={})
    for unit in ("unit", "id"):
        reader = Csv(location="units.csv", columns={unit: "Код", "kind": "Вид"})
        assert rows(reader.read(asked)) == [("ш1", "Школа № 1", "school")]


def test_a_heading_that_is_not_there_is_a_problem_with_a_guess(tmp_path: Path) -> None:
    write(tmp_path, "2022/card.csv", CARD)
    reader = Csv(location="{period}/card.csv", columns={"n_ped": "Педагоги всего", "unit": "unit"}, where={"z": "1"})
    assert messages(reader, request(tmp_path)) == [
        "2022/card.csv: нет столбца «z»; есть: «unit», «Педагогов всего», «link»",
        "2022/card.csv: нет столбца «Педагоги всего»; есть: «unit», «Педагогов всего», «link» — "  # noqa: ISC004 - long
        "может быть, «Педагогов всего»?",
    ]


def test_without_a_unit_or_a_period_there_is_no_answer(tmp_path: Path) -> None:
    write(tmp_path, "card.csv", "ОО;n_ped\nш1;31\n")
    assert [problem.message for problem in problems(Csv(location="card.csv"), request(tmp_path))] == [
        "неизвестен отчётный период",
        "нет столбца с организацией; есть: «ОО», «n_ped»",
    ]


def test_a_heading_written_twice_is_a_problem_only_where_it_is_wanted(tmp_path: Path) -> None:
    assert told(tmp_path, "unit;x;x;Педагогов всего;link\nш1;1;2;31;\n") == [("ш1", None, "31")]
    write(tmp_path, "2022/card.csv", "unit;Педагогов всего;педагогов  всего\nш1;31;32\n")
    assert rows(YEARLY.read(request(tmp_path)), "n_ped") == [("31",)]  # one of them is exact
    write(tmp_path, "2022/card.csv", "unit;Педагогов всего;Педагогов всего\nш1;31;32\n")
    (message,) = messages(YEARLY, request(tmp_path))
    assert message == "2022/card.csv: столбец «Педагогов всего» встречается 2 раза — оставьте один"


def test_headings_that_clash_with_names_polars_invents_are_read(tmp_path: Path) -> None:
    assert told(tmp_path, "unit;x;x;x_duplicated_0;Педагогов всего;link\nш1;1;2;3;31;\n") == [("ш1", None, "31")]


def test_a_question_that_is_absent_is_left_out(tmp_path: Path) -> None:
    write(tmp_path, "2022/card.csv", "unit;n_ped\nш1;31\n")
    table = only(YEARLY.read(request(tmp_path)))
    assert table.frame.collect_schema().names() == ["row", "unit", "n_ped"]
    assert table.cells == {"unit": "unit", "n_ped": "n_ped"}


def test_one_broken_file_hides_no_other(tmp_path: Path) -> None:
    write(tmp_path, "2022/а.csv", "")
    write(tmp_path, "2022/б.csv", CARD)
    write(tmp_path, "2022/в.csv", b"unit;n_ped\n1;\xff\x00\n")
    write(tmp_path, "2022/г.csv", "ОО;n_ped\nш1;31\n")
    found = problems(Csv(location="{period}/*.csv"), request(tmp_path))
    assert [problem.file for problem in found] == ["2022/а.csv", "2022/в.csv", "2022/г.csv"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "файл пуст"),
        (b"\xef\xbb\xbf \r\n", "файл пуст"),
        (b"PK\x03\x04rest", "это книга Excel, а не текстовая таблица"),
        (b"<html><body><table>", "это веб-страница, а не таблица"),
        (CARD.encode() + b"\xd0", "файл в UTF-8 повреждён"),
        (b"unit;n_ped\n\x00;1\n", "это не текстовая таблица: внутри нулевые байты"),
    ],
)
def test_what_is_no_table_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    write(tmp_path, "2022/card.csv", content)
    assert [problem.message for problem in problems(YEARLY, request(tmp_path))] == [message]


@pytest.mark.parametrize("encoding", ["нет такой", "cp1251x", "utf-7", "ascii", "zlib", "idna"])
def test_a_wrong_encoding_is_a_problem(tmp_path: Path, encoding: str) -> None:
    write(tmp_path, "2022/card.csv", CARD.encode("cp866"))
    found = problems(Csv(location="{period}/card.csv", encoding=encoding), request(tmp_path))
    assert all("кодировк" in problem.message for problem in found)


cells = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from('"";,\n'), max_size=8)


@given(table=st.lists(st.tuples(cells, cells), max_size=8))
def test_what_a_csv_writer_wrote_is_read_as_it_was(
    table: list[tuple[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp("csv")
    target = io.StringIO()
    written = [(f"ш{number}", *pair) for number, pair in enumerate(table)]
    csv.writer(target, delimiter=";", lineterminator="\n").writerows([("unit", "n_ped", "link"), *written])
    write(root, "2022/card.csv", target.getvalue())
    found = rows(YEARLY.read(request(root)), "unit", "n_ped", "link")
    assert [(unit, n_ped or "", link or "") for unit, n_ped, link in found] == written


ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "several marks", "utf-16", "cp1251", "cp866"])
NAMES = st.sampled_from(
    ["МКОУ «СОШ № 1»", 'МКОУ "СОШ № 2"', "Сад; «Ромашка», младший", "с. Мнимое\nвторая строка", "07001", "Ёлочка"]
)
NUMBERS = st.sampled_from(["31", "15 чел.", "2,5", "1 234", "1\u00a0234,5", "12\u202f345", "н/д", "", "-", "85%", '"'])


def written(rows: list[list[str]], encoding: str, separator: str, ending: str) -> bytes:
    """A table as programs export it: ragged, where the last cells are blank."""
    target = io.StringIO()
    writer = csv.writer(target, delimiter=separator, lineterminator=ending)
    for row in rows:
        filled = [number for number, cell in enumerate(row, 1) if cell]
        writer.writerow(row[: max(filled, default=1)])
    text = target.getvalue()
    if encoding == "several marks":
        return b"\xef\xbb\xbf" * 2 + text.encode()
    if encoding in {"cp1251", "cp866"}:  # the narrow space is in neither, and cp866 has no quotation marks
        text = text.replace("\u202f", "\u00a0").replace("—", "-")
        text = text.translate(str.maketrans("«»", '""')) if encoding == "cp866" else text
    return text.encode(encoding)


@given(
    told=st.lists(st.tuples(NAMES, NUMBERS, NUMBERS), min_size=1, max_size=5),
    encoding=ENCODINGS,
    separator=st.sampled_from([";", ",", "\t"]),
    ending=st.sampled_from(["\n", "\r\n"]),
)
def test_what_a_web_form_exported_is_read_as_it_was(
    told: list[tuple[str, ...]],
    encoding: str,
    separator: str,
    ending: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    root = tmp_path_factory.mktemp("export")
    if encoding == "cp866":
        told = [tuple(cell.translate(str.maketrans("«»", "''")) for cell in row) for row in told]
    times = [f"28.08.2022 {number:02}:15:00" for number in range(len(told))]
    rows = [["Отметка времени", "Организация", "Педагогов всего", "link"]]
    rows += [[time, *row] for time, row in zip(times, told, strict=True)]
    write(root, "2022/card.csv", written(rows, encoding, separator, ending))
    reader = Csv(location="{period}/card.csv", columns={"unit": "Организация"})
    found = [
        tuple(cell or "" for cell in row)
        for row in only(reader.read(request(root))).frame.collect().select("unit", "n_ped", "link").rows()
    ]
    narrow = "\u00a0" if encoding in {"cp1251", "cp866"} else "\u202f"
    assert found == [tuple(cell.replace("\u202f", narrow) for cell in row) for row in told]


@given(lines=st.lists(st.text(st.sampled_from('аб1"'), max_size=12), min_size=1, max_size=6))
def test_quotes_anywhere_lose_no_line(lines: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    root = tmp_path_factory.mktemp("csv")
    body = "".join(f"ш{number};{line}\n" for number, line in enumerate(lines))
    write(root, "2022/card.csv", f"unit;n_ped\n{body}")
    try:
        found = rows(YEARLY.read(request(root)), "unit", "n_ped")
    except SourceError:
        return  # a quote left open was named
    lost = len(lines) - len(found)
    inside = sum((n_ped or "").count("\n") for _, n_ped in found)
    assert lost <= inside  # a line is missing only where a quotation over several lines was closed in due form


@given(damage=st.lists(st.tuples(st.integers(0, 60), st.integers(0, 255)), max_size=6), cut=st.integers(0, 80))
def test_no_bytes_make_a_traceback(
    damage: list[tuple[int, int]], cut: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp("csv")
    raw = bytearray(CARD.encode())
    for place, byte in damage:
        raw[place % len(raw)] = byte
    write(root, "2022/card.csv", bytes(raw[:cut]))
    try:
        tables = YEARLY.read(request(root))
    except SourceError:
        return
    pl.collect_all([table.frame for table in tables])
