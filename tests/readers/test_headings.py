from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from profdev_indicators.builtin.readers import Csv, Xlsx, separated
from profdev_indicators.model import Table
from readers.asking import messages, only, problems, request, write
from readers.cards import converted

TITLES = {
    "unit": ("Организация", "ОО"),
    "inn": ("ИНН",),
    "n_ped": ("Педагогов всего",),
    "n_diag": ("из них прошли диагностику",),
    "n_young": ("Молодые педагоги: всего",),
    "n_mentor": ("Молодые педагоги: с наставником",),
}
COLUMNS = ("unit", "inn", "period", "link", "n_ped", "n_diag", "n_young", "n_mentor")
ROWS = [["Школа № 1", 31, 20], ["Школа № 2", 15, 7]]
TOLD = [("Школа № 1", "31", "20"), ("Школа № 2", "15", "7")]
Rows = Sequence[Sequence[object]]


def book(rows: Rows, *, merged: Sequence[str] = (), at: tuple[int, int] = (0, 0)) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as workbook:
        page = workbook.add_worksheet("Свод")
        for number, row in enumerate(rows):
            page.write_row(at[0] + number, at[1], row)
        for area in merged:
            page.merge_range(area, "")
            page.write(area.split(":")[0], _at(rows, area, at))
    return target.getvalue()


def _at(rows: Rows, area: str, at: tuple[int, int]) -> object:
    letter, number = area[0], int(area[1:].split(":", maxsplit=1)[0])
    return rows[number - 1 - at[0]][ord(letter) - ord("A") - at[1]]


def text(rows: Rows, *, above: int = 0) -> str:
    target = io.StringIO()
    csv.writer(target, delimiter=";", lineterminator="\n").writerows([*[[]] * above, *rows])
    return target.getvalue()


def read(root: Path, content: bytes | str, **options: Any) -> Table:
    name = "table.csv" if isinstance(content, str) else "table.ods" if content[30:38] == b"mimetype" else "table.xlsx"
    write(root, f"2022/{name}", content)
    kind = Csv if isinstance(content, str) else Xlsx
    asked = request(root, columns=COLUMNS, titles=TITLES)
    return only(kind(location=f"{{period}}/{name}", **options).read(asked))


def told(table: Table) -> list[tuple[object, ...]]:
    return table.frame.collect().select("unit", "n_ped", "n_diag").rows()


PLAIN = ["Организация", "Педагогов всего", "из них прошли диагностику"]


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_table_may_stand_under_a_title_anywhere(tmp_path: Path, kind: str) -> None:
    rows = [["Сводная таблица за 2022 год"], ["Управление образования", "", ""], [], PLAIN, *ROWS]
    table = read(tmp_path, book(rows, at=(2, 1), merged=["B3:D3"]) if kind == "xlsx" else text(rows, above=2))
    assert told(table) == TOLD
    assert table.frame.collect()["row"].to_list() == [7, 8]
    if kind == "xlsx":
        assert table.cells == {"unit": "B", "n_ped": "C", "n_diag": "D"}


GROUPED = [
    ["Организация", "Педагогов всего", "из них прошли диагностику", "Молодые педагоги", "", "Комментарий"],
    ["", "", "", "всего", "с наставником", ""],
]
MERGED = ["A1:A2", "B1:B2", "C1:C2", "D1:E1", "F1:F2"]
MORE = [[*row, 3, 2, "—"] for row in ROWS]


@pytest.mark.parametrize("kind", ["xlsx", "csv", "ods"])
@pytest.mark.parametrize("numbers", [False, True])
def test_a_group_is_read_with_the_columns_below_it(tmp_path: Path, kind: str, *, numbers: bool) -> None:
    rows = [*GROUPED, *([[1, 2, 3, 4, 5, 6]] if numbers else []), *MORE]
    content = text(rows) if kind == "csv" else book(rows, merged=MERGED)
    table = read(tmp_path, converted(content, "ods", tmp_path / "office") if kind == "ods" else content)  # type: ignore[arg-type]
    assert told(table) == TOLD
    frame = table.frame.collect()
    assert frame.select("n_young", "n_mentor").rows() == [("3", "2")] * 2
    assert frame["row"].to_list() == ([4, 5] if numbers else [3, 4])
    said = [note.message for note in table.notes]
    assert said == (["строка с номерами столбцов не прочитана"] if numbers else [])


@pytest.mark.parametrize("rows", [[PLAIN, *ROWS], [["Свод"], PLAIN, [1, 2, 3], *ROWS]])
def test_a_long_text_table_is_scanned_where_it_lies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: list[list[object]]
) -> None:
    monkeypatch.setattr(separated, "_SHORT", 0)
    monkeypatch.setattr(separated, "_AT_ONCE", 0)
    table = read(tmp_path, text(rows))
    assert told(table) == TOLD
    assert "table.csv" in table.frame.explain()
    assert table.frame.collect()["row"].to_list() == [rows.index(row) + 1 for row in ROWS]


def test_three_rows_of_headings_are_one(tmp_path: Path) -> None:
    rows = [
        ["ОО", "Кадры", "", "", ""],
        ["", "Педагоги", "", "Молодые педагоги", ""],
        ["", "Педагогов всего", "из них прошли диагностику", "всего", "с наставником"],
        *[[*row, 3, 2] for row in ROWS],
    ]
    table = read(tmp_path, book(rows, merged=["A1:A3", "B1:E1", "B2:C2", "D2:E2"]))
    assert told(table) == TOLD
    assert table.cells["n_mentor"] == "E"


def test_the_same_column_in_two_groups_is_not_guessed(tmp_path: Path) -> None:
    rows = [["ОО", "Школы", "Сады"], ["", "Педагогов всего", "Педагогов всего"], ["Школа № 1", 31, 0]]
    write(tmp_path, "2022/table.xlsx", book(rows))
    (problem,) = problems(Xlsx(location="{period}/table.xlsx"), request(tmp_path, columns=COLUMNS, titles=TITLES))
    assert (problem.cell, problem.message) == ("«Свод»!C2", "столбец «Педагогов всего» встречается 2 раза (B, C)")


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_totals_beside_the_organisations_are_called_so(tmp_path: Path, kind: str) -> None:
    rows = [["№", *PLAIN], [1, *ROWS[0]], [2, *ROWS[1]], ["Итого", "", 46, 27]]
    table = read(tmp_path, book(rows) if kind == "xlsx" else text(rows))
    assert told(table) == [*TOLD, ("Итого", "46", "27")]


def test_an_organisation_called_by_a_number_is_no_row_of_numbers(tmp_path: Path) -> None:
    table = read(tmp_path, text([["ОО", "Педагогов всего", "из них прошли диагностику"], [1, 2, 3], [2, 5, 6]]))
    assert told(table) == [("1", "2", "3"), ("2", "5", "6")]


def test_the_row_of_headings_may_still_be_named(tmp_path: Path) -> None:
    rows = [PLAIN, ["ОО", "Педагогов всего", "x"], *ROWS]
    table = read(tmp_path, book(rows), header=2)
    assert table.frame.collect().select("unit", "n_ped").rows() == [("Школа № 1", "31"), ("Школа № 2", "15")]


def test_a_heading_that_is_nearly_a_question_is_suggested_and_not_taken(tmp_path: Path) -> None:
    table = read(tmp_path, book([["ОО", "Педагогов всего", "прошли диагностику"], *ROWS]))
    assert "n_diag" not in table.cells
    assert [str(note) for note in table.notes] == [
        "2022/table.xlsx, «Свод»!C1: столбец «прошли диагностику» похож на вопрос «из них прошли диагностику» "  # noqa: ISC004 - long
        "(n_diag), но не прочитан — если это он, впишите заголовок: columns: {n_diag: …}"
    ]


def test_a_table_without_a_single_question_is_a_problem_with_a_guess(tmp_path: Path) -> None:
    write(tmp_path, "2022/table.csv", "ОО;Педагоги всего\nш1;31\n")
    (message,) = messages(Csv(location="{period}/table.csv"), request(tmp_path, columns=COLUMNS, titles=TITLES))
    assert message == (
        "2022/table.csv: нет ни одного вопроса источника «card»; есть: «ОО», «Педагоги всего» — "
        "столбец «Педагоги всего» похож на вопрос «педагогов всего» (n_ped), но не прочитан"
    )


def test_codes_are_enough_to_tell_an_organisation(tmp_path: Path) -> None:
    table = read(tmp_path, text([["ИНН", "Педагогов всего"], ["0012345674", 31], ["", ""]]))
    assert table.frame.collect().select("inn", "n_ped").rows() == [("0012345674", "31")]
