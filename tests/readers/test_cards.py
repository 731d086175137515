from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from profdev_indicators.builtin.readers import Files, Xlsx, cardsheets
from profdev_indicators.errors import SourceError
from profdev_indicators.model import Request, Table
from readers.asking import ITEMS, only, period, problems, request, write
from readers.cards import (
    ANSWERS,
    FACTS,
    LINKS,
    QUESTIONS,
    SHEET_COLUMNS,
    Sheet,
    card,
    converted,
    drawn,
    moved,
    sheet,
    without_column,
)

READER = Xlsx(location="{period}/card.xlsx")
COLUMNS = ("unit", "inn", "ogrn", "period", "link", *ITEMS, *(f"{item}.link" for item in ITEMS))
TOLD = {"unit": "ш1", "inn": FACTS["@inn"], "n_ped": "31", "n_diag": "20", "mentoring": "да"}


def asked(root: Path, **more: Any) -> Request:
    titles = {item: (title,) for item, title in QUESTIONS.items()}
    return request(root, **{"columns": COLUMNS, "titles": titles, "district": "demo", **more})


def tables(root: Path, content: bytes, reader: Any = READER, name: str = "card.xlsx", **more: Any) -> list[Table]:
    write(root, f"2022/{name}", content)
    return list(reader.read(asked(root, **more)))


def told(table: Table) -> dict[str, Any]:
    (row,) = table.frame.collect().to_dicts()
    return {name: row[name] for name in TOLD}


def notes(table: Table) -> list[str]:
    return [str(note) for note in table.notes]


def test_a_card_is_one_row_whose_cells_have_addresses(tmp_path: Path) -> None:
    table = only(tables(tmp_path, card()))
    assert table.frame.collect()["row"].to_list() == [None]
    assert told(table) == TOLD
    assert (table.file, table.sheet, table.notes) == ("2022/card.xlsx", "Карта", ())
    assert {name: table.cells[name] for name in ("unit", "n_ped", "mentoring", "mentoring.link")} == {
        "unit": "D7",
        "n_ped": "D12",
        "mentoring": "D14",
        "mentoring.link": "E14",
    }
    assert table.frame.collect()["mentoring.link"].to_list() == [LINKS["mentoring"]]


def padded(row: list[object]) -> list[object]:
    return row + [""] * (SHEET_COLUMNS - len(row))


SITUATIONS: dict[str, Callable[[Sheet], Sheet]] = {
    "as it was": lambda rows: rows,
    "rows inserted on top": lambda rows: moved(rows, down=4),
    "columns inserted on the left": lambda rows: moved(rows, right=3),
    "rows inserted among questions": lambda rows: [*rows[:12], [], ["", "", "пояснение школы"], *rows[12:]],
    "questions in another order": lambda rows: [*rows[:11], *reversed(rows[11:])],
    "columns moved": lambda rows: [[row[0], *reversed(padded(row)[1:])] for row in rows],
}


@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize("name", ["card.xlsx", "Копия карты (3) ИСПРАВЛЕНО.xlsx"])
def test_a_card_is_found_wherever_it_was_moved(tmp_path: Path, situation: str, name: str) -> None:
    content = drawn(("Лист1", SITUATIONS[situation](sheet())))
    assert told(only(tables(tmp_path, content, Files(location="{period}/*"), name))) == TOLD


def test_a_card_moved_into_another_book_is_read_there(tmp_path: Path) -> None:
    content = drawn(("Титул", [["Отчёт школы"]]), ("Карта школы", sheet()))
    assert only(tables(tmp_path, content, Xlsx(location="{period}/card.xlsx", sheet="Титул"))).sheet == "Карта школы"


def test_two_cards_in_one_book_are_two_tables(tmp_path: Path) -> None:
    found = tables(tmp_path, drawn(("Первая", sheet()), ("Вторая", sheet({"n_ped": 7}, unit="ш2"))))
    assert [(table.sheet, told(table)["unit"], told(table)["n_ped"]) for table in found] == [
        ("Первая", "ш1", "31"),
        ("Вторая", "ш2", "7"),
    ]


def test_two_cards_on_one_sheet_are_a_problem_and_hide_no_third(tmp_path: Path) -> None:
    write(tmp_path, "2022/card.xlsx", drawn(("Две", [*sheet(), *sheet()]), ("Третья", sheet(unit="ш3"))))
    with pytest.raises(SourceError) as caught:
        READER.read(asked(tmp_path))
    assert [str(problem) for problem in caught.value.problems] == [
        "2022/card.xlsx, «Две»: на одном листе две карты (A1 и A15) — разнесите их по разным листам"
    ]
    assert [told(table)["unit"] for table in caught.value.tables] == ["ш3"]


@pytest.fixture(scope="module")
def other_formats(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A book with a card, an error, a percent and a date, as LibreOffice saves it."""
    rows = sheet({"n_ped": "=1/0", "mentoring": "да"})
    content = drawn(("Титул", [["Отчёт"]]), ("Карта", moved(rows, down=2)), percents=["D15"])
    return {kind: converted(content, kind, tmp_path_factory.mktemp(kind)) for kind in ("xls", "ods")}


@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_a_card_saved_in_another_format_tells_the_same(
    tmp_path: Path, other_formats: dict[str, bytes], kind: str
) -> None:
    table = only(tables(tmp_path, other_formats[kind], Files(location="{period}/*"), f"card.{kind}"))
    found = told(table)
    assert found == {**TOLD, "n_ped": "#DIV/0!", "n_diag": "12.5%"}
    assert (table.sheet, table.cells["n_diag"]) == ("Карта", "D15")


@pytest.mark.parametrize(
    ("rows", "unit"),
    [
        (without_column(sheet(), 0), FACTS["@name"]),
        (sheet()[1:], "ш1"),
        ([["Организация", "Школа № 7"], *([title, 5] for title in QUESTIONS.values())], "Школа № 7"),
        (
            [["Вопрос", "Примечание", "Ответ"], ["ИНН", "", FACTS["@inn"]]]
            + [[f"{title}:", "см. приказ", 5] for title in QUESTIONS.values()],
            FACTS["@inn"],
        ),
    ],
    ids=["no keys", "no marked row", "typed anew", "with a column between"],
)
def test_a_card_without_its_marks_is_read_by_the_words_of_its_questions(tmp_path: Path, rows: Sheet, unit: str) -> None:
    table = only(tables(tmp_path, drawn(("Карта", rows))))
    assert table.frame.collect().select("unit", "n_ped").rows() in ([(unit, "31")], [(unit, "5")])
    assert notes(table) == [
        "2022/card.xlsx, «Карта»: служебных пометок карты нет: ответы найдены по тексту вопросов — "  # noqa: ISC004 - long
        "сверьте их с картой; надёжнее заполнить присланный бланк"
    ]


def test_last_years_card_is_mapped_by_ids_and_what_is_no_longer_asked_is_told(tmp_path: Path) -> None:
    questions = {"old": "Сколько кружков", **QUESTIONS, "n_ped": "Педагогов (прежний вопрос)", "site": "Есть сайт"}
    content = card({**ANSWERS, "old": 5, "site": "да"}, questions=questions, period="2021")
    table = only(tables(tmp_path, content, elsewhere=frozenset({"site"})))
    assert told(table) == TOLD
    assert str(table.period) == "2022"
    assert notes(table) == [
        "2022/card.xlsx, «Карта»!D12: вопроса «Сколько кружков» (old) больше нет: ответ «5» не прочитан — "  # noqa: ISC004 - long
        "карта сделана по другой версии вопросов",
        "2022/card.xlsx, «Карта»!D6: карта за 2021, а лежит среди сведений за 2022: считается за 2022 — "  # noqa: ISC004 - the same
        "проверьте, не прошлогодняя ли это карта",
    ]


def test_without_a_folder_of_the_period_the_card_says_it_itself(tmp_path: Path) -> None:
    write(tmp_path, "cards/card.xlsx", card(period="2021"))
    table = only(Xlsx(location="cards/*.xlsx").read(asked(tmp_path, until=period("2022"))))
    assert (table.period, table.frame.collect()["period"].to_list()) == (None, ["2021"])


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (card(district="other"), "«Карта»!D3: карта другого района: «other», а здесь «demo»"),
        (card(unit="", name="", inn="", ogrn=""), "«Карта»: не видно, чья это карта"),
        (card({"a": 1}, questions={"a": "Чужой вопрос"}), "«Карта»: нет ни одного вопроса источника «card»"),
        (
            drawn(("К", [*sheet(), ["n_ped", 4, "Ещё раз", 32]])),
            "«К»!D15: вопрос «n_ped» встречается 2 раза (D12, D15)",
        ),
    ],
    ids=["another district", "nobody's", "other questions", "a question twice"],
)
def test_a_card_that_may_not_be_counted_is_a_problem_with_its_cell(
    tmp_path: Path, content: bytes, complaint: str
) -> None:
    write(tmp_path, "2022/card.xlsx", content)
    (problem,) = problems(READER, asked(tmp_path))
    assert str(problem).startswith(f"2022/card.xlsx, {complaint}")


def test_a_row_copied_and_left_blank_changes_nothing(tmp_path: Path) -> None:
    content = drawn(("К", [*sheet(), ["n_ped", 4, "Ещё раз", ""]]))
    assert told(only(tables(tmp_path, content))) == TOLD


def test_in_a_shared_folder_files_about_something_else_are_passed_over(tmp_path: Path) -> None:
    write(tmp_path, "2022/other.xlsx", card({"a": 1}, questions={"a": "Чужой вопрос"}))
    write(tmp_path, "2022/other.csv", "ОО;Кружков\nш1;5\n")
    write(tmp_path, "2022/card.xlsx", card())
    shared = Files(location="{period}/*", shared=True)
    assert [table.file for table in shared.read(asked(tmp_path))] == ["2022/card.xlsx"]
    with pytest.raises(SourceError) as caught:
        Files(location="{period}/*").read(asked(tmp_path))
    assert [problem.file for problem in caught.value.problems] == ["2022/other.csv", "2022/other.xlsx"]
    assert [table.file for table in caught.value.tables] == ["2022/card.xlsx"]


def test_a_hidden_sheet_is_no_card(tmp_path: Path) -> None:
    content = drawn(("Карта", sheet()), (f"{cardsheets.SHEET} 2021", sheet(unit="ш9")), hidden=["Карта 2021"])
    assert told(only(tables(tmp_path, content))) == TOLD


def test_a_table_has_the_stamp_its_file_had_before_it_was_read(tmp_path: Path) -> None:
    table = only(tables(tmp_path, card()))
    state = (tmp_path / "2022/card.xlsx").stat()
    assert table.stamp == (state.st_size, state.st_mtime_ns)
