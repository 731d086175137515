from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from profdev_indicators.builtin.readers import Csv, Files, provide_readers
from profdev_indicators.periods import Period
from readers.asking import book, messages, period, problems, request, rows, write

CARD = "unit;n_ped\nш1;31\n"


def found(root: Path, *patterns: str, **more: object) -> list[tuple[str, str | None]]:
    """The files that patterns mean, each with its period."""
    tables = Csv(location=patterns, constants={} if "{period}" in patterns[0] else {"period": "2022"}).read(
        request(root, **more)
    )
    return [(table.file, str(table.period) if table.period else None) for table in tables]


def folder(root: Path, *names: str) -> None:
    for name in names:
        write(root, name, CARD)


def test_periods_are_found_in_the_names_of_folders(tmp_path: Path) -> None:
    folder(tmp_path, "2022/card.csv", "2021/card.csv", "архив/card.csv", "20222/card.csv", "2023/other.csv")
    assert found(tmp_path, "{period}/card.csv") == [("2021/card.csv", "2021"), ("2022/card.csv", "2022")]


def test_only_periods_asked_for_are_read(tmp_path: Path) -> None:
    folder(tmp_path, *(f"{year}/card.csv" for year in range(2019, 2024)))
    asked = {"since": period("2020"), "until": period("2021")}
    assert [file for file, _ in found(tmp_path, "{period}/card.csv", **asked)] == ["2020/card.csv", "2021/card.csv"]


@pytest.mark.parametrize(
    ("calendar", "name", "expected"),
    [
        ("year", "card-2022-final.csv", "2022"),
        ("school_year", "card-2021-2022-final.csv", "2021/2022"),
        ("school_year", "card-2021-22-final.csv", "2021/2022"),
        ("school_year", "card-202122-final.csv", "2021/2022"),
        ("half", "card-2022-H1-final.csv", "2022-H1"),
        ("quarter", "card-2022-q3-final.csv", "2022-Q3"),
        ("month", "card-2022-05-final.csv", "2022-05"),
    ],
)
def test_a_period_may_stand_inside_a_name(tmp_path: Path, calendar: str, name: str, expected: str) -> None:
    folder(tmp_path, name)
    assert found(tmp_path, "card-{period}-*.csv", calendar=calendar) == [(name, expected)]


def test_every_period_is_found_under_its_own_slug(tmp_path: Path) -> None:
    for text in ("2022", "2021/2022", "2022-H2", "2022-Q4", "2022-12"):
        one = Period.parse(text)
        folder(tmp_path, f"{one.kind}/{one.slug}.csv")
        assert found(tmp_path, f"{one.kind}/{{period}}.csv", calendar=one.kind)[0][1] == text


def test_two_periods_in_one_path_must_agree(tmp_path: Path) -> None:
    folder(tmp_path, "2022/card-2022.csv", "2021/card-2022.csv")
    assert found(tmp_path, "{period}/card-{period}.csv") == [("2022/card-2022.csv", "2022")]


def test_a_folder_of_cards_is_read_in_the_order_of_names(tmp_path: Path) -> None:
    folder(tmp_path, "2022/cards/б.csv", "2022/cards/а.csv", "2022/cards/а.txt", "2022/cards/ещё/в.csv")
    assert [file for file, _ in found(tmp_path, "{period}/cards/*.csv")] == ["2022/cards/а.csv", "2022/cards/б.csv"]


def test_two_stars_go_into_all_folders(tmp_path: Path) -> None:
    folder(tmp_path, "2022/а.csv", "2022/б/в.csv", "2022/б/г/д.csv", "2021/а.txt")
    files = [file for file, _ in found(tmp_path, "{period}/**/*.csv")]
    assert files == ["2022/а.csv", "2022/б/в.csv", "2022/б/г/д.csv"]
    assert [file for file, _ in found(tmp_path, "2022/б/**")] == ["2022/б/в.csv", "2022/б/г/д.csv"]


def test_a_file_meant_by_two_patterns_is_read_once(tmp_path: Path) -> None:
    folder(tmp_path, "б.csv", "а.csv", "в.txt")
    assert [file for file, _ in found(tmp_path, "*.csv", "а.csv", "?.txt")] == ["а.csv", "б.csv", "в.txt"]


def test_names_match_without_regard_to_case_and_to_how_letters_are_composed(tmp_path: Path) -> None:
    folder(tmp_path, unicodedata.normalize("NFD", "2022/Йод.CSV"))
    assert len(found(tmp_path, "{period}/йод.csv")) == 1


def test_signs_of_other_pattern_languages_are_letters(tmp_path: Path) -> None:
    folder(tmp_path, "card [1].csv", "card 1.csv", "card+.csv")
    assert [file for file, _ in found(tmp_path, "card [1].csv")] == ["card [1].csv"]
    assert [file for file, _ in found(tmp_path, "card+.csv")] == ["card+.csv"]


def test_hidden_files_and_locks_of_open_books_are_no_answers(tmp_path: Path) -> None:
    folder(tmp_path, "2022/.card.csv", "2022/~$card.csv", "2022/card.csv", ".git/2022/card.csv")
    assert found(tmp_path, "{period}/*.csv") == [("2022/card.csv", "2022")]


def test_backslashes_are_slashes(tmp_path: Path) -> None:
    folder(tmp_path, "2022/card.csv")
    assert found(tmp_path, "{period}\\card.csv") == [("2022/card.csv", "2022")]


def test_nothing_found_is_no_error_of_the_reader(tmp_path: Path) -> None:
    assert found(tmp_path, "{period}/card.csv") == []


@pytest.mark.parametrize(
    "location", ["/etc/passwd", "../secret.csv", "a/../../secret.csv", "C:/card.csv", "C:\\card.csv", "\\\\host\\x.csv"]
)
def test_a_location_may_not_leave_the_folder_of_data(tmp_path: Path, location: str) -> None:
    root = tmp_path / "data"
    folder(tmp_path, "secret.csv", "data/card.csv")
    (problem,) = problems(Csv(location=location), request(root))
    assert problem.cell == location.replace("\\", "/")
    assert "папк" in problem.message


def test_a_link_out_of_the_folder_of_data_is_not_followed(tmp_path: Path) -> None:
    folder(tmp_path, "secret/2022/card.csv", "data/2021/card.csv")
    (tmp_path / "data/2022").symlink_to(tmp_path / "secret/2022")
    (tmp_path / "data/2021/other.csv").symlink_to(tmp_path / "secret/2022/card.csv")
    assert [problem.file for problem in problems(Csv(location="{period}/*.csv"), request(tmp_path / "data"))] == [
        "2021/other.csv",
        "2022/card.csv",
    ]


def test_a_link_inside_the_folder_of_data_is_followed_but_never_in_circles(tmp_path: Path) -> None:
    folder(tmp_path, "2022/card.csv")
    (tmp_path / "2022/again").symlink_to(tmp_path)
    (tmp_path / "2021").symlink_to(tmp_path / "2022")
    assert [file for file, _ in found(tmp_path, "{period}/card.csv")] == ["2021/card.csv", "2022/card.csv"]
    assert [file for file, _ in found(tmp_path, "**/card.csv")] == ["2022/card.csv"]


@pytest.mark.parametrize(
    ("location", "message"),
    [
        ("{год}/card.csv", "источник «card»: в location непонятная вставка {год}: бывает только {period}"),
        ("", "источник «card»: пустой location"),
    ],
)
def test_a_location_that_cannot_be_looked_for_is_a_problem(tmp_path: Path, location: str, message: str) -> None:
    assert [problem.message for problem in problems(Csv(location=location), request(tmp_path))] == [message]


def test_without_a_folder_of_data_the_cure_is_told(tmp_path: Path) -> None:
    (message,) = messages(Csv(location="card.csv"), request())
    assert message == (
        "источник «card»: не указана папка с данными — "
        "задайте её (--data, data=…) или дайте таблицу в памяти: frames={'card': …}"
    )
    (message,) = messages(Csv(location="card.csv"), request(tmp_path / "нет"))
    assert message.endswith("нет: нет такой папки с данными")


def test_a_mixed_folder_is_read_by_extension(tmp_path: Path) -> None:
    folder(tmp_path, "2022/а.csv", "2022/б.TXT")
    write(tmp_path, "2022/в.xlsx", book([("unit", "n_ped"), ("ш1", 31)]))
    write(tmp_path, "2022/г.json", '[{"unit": "ш1", "n_ped": "31"}]')
    write(tmp_path, "2022/д.jsonl", '{"unit": "ш1", "n_ped": "31"}')
    write(tmp_path, "2022/скан.pdf", b"%PDF")
    tables = Files(location="{period}/*").read(request(tmp_path))
    assert [table.file[5:6] for table in tables] == ["а", "б", "в", "г", "д"]
    assert set(rows(tables, "unit", "n_ped")) == {("ш1", "31")}


def test_the_stock_kinds_have_their_names() -> None:
    assert list(provide_readers()) == ["csv", "xlsx", "json", "ndjson", "parquet", "frame", "files", "sql"]
