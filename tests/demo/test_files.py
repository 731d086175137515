from __future__ import annotations

import csv
import io
import sys
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import pytest
import python_calamine
import yaml

from profdev_indicators import demo
from profdev_indicators.demo import questions
from profdev_indicators.demo.answers import YEARS, truth
from profdev_indicators.demo.organisations import organisations
from profdev_indicators.errors import RequestError

SOURCES = ("diagnostics", "sites", "card", "mouo", "organisations")


def _everything(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _table(path: Path, encoding: str = "utf-8-sig") -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_bytes().decode(encoding)), delimiter=";"))


def test_two_writings_are_equal_to_the_byte(tmp_path: Path) -> None:
    demo.write(tmp_path / "one")
    demo.write(tmp_path / "other")
    assert _everything(tmp_path / "one") == _everything(tmp_path / "other")


def test_an_example_written_today_is_no_younger(here: Path) -> None:
    moments = {path.stat().st_mtime for path in here.rglob("*") if path.is_file()}
    assert moments == {datetime(2022, 12, 20, 9, tzinfo=UTC).timestamp()}


def test_the_answer_names_what_was_written(tmp_path: Path) -> None:
    written = demo.write(tmp_path)
    assert (written.config, written.data, written.readme) == (
        tmp_path / "district.yaml",
        tmp_path / "data",
        tmp_path / "data" / "README.md",
    )
    assert written.periods == ("2019", "2020", "2021", "2022")
    assert all((written.data / period).is_dir() for period in written.periods)


def test_cards_are_tables_at_first_and_workbooks_later(here: Path) -> None:
    found = {period: sorted(path.suffix for path in (here / str(period) / "cards").iterdir()) for period in YEARS}
    assert found == {2019: [".csv"], 2020: [".csv"], 2021: [".xlsx"] * 26, 2022: [".xlsx"] * 25}


def test_each_table_is_in_its_encoding(here: Path) -> None:
    first = (here / "2019" / "cards" / "cards.csv").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        first.decode("utf-8")
    assert first.decode("cp1251").startswith("Организация;")
    assert (here / "2020" / "cards" / "cards.csv").read_bytes().startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("path", ["diagnostics.csv", "sites.csv", "mouo.csv", "organisations.csv"])
@pytest.mark.parametrize("year", YEARS)
def test_every_row_is_as_long_as_its_heading(here: Path, year: int, path: str) -> None:
    heading, *rows = _table(here / str(year) / path)
    assert {len(row) for row in rows} == {len(heading)}


@pytest.mark.parametrize("year", [2021, 2022])
def test_a_workbook_has_a_heading_and_one_row(here: Path, year: int) -> None:
    for path in (here / str(year) / "cards").iterdir():
        book = python_calamine.CalamineWorkbook.from_path(path)
        assert book.sheet_names == ["Карта"]
        heading, row = book.get_sheet_by_index(0).to_python()
        assert len(heading) == len(row) == 1 + len(questions.card())


def test_a_cell_on_which_the_readme_puts_its_finger(here: Path) -> None:
    sheet = python_calamine.CalamineWorkbook.from_path(here / "2022" / "cards" / "s04.xlsx").get_sheet_by_name("Карта")
    heading, row = sheet.to_python()
    assert (heading[1], row[1]) == ("Педагогических работников (основное место работы)", 42.0)
    assert (heading[2], row[2]) == ("из них молодых педагогических работников", 50.0)


@pytest.mark.parametrize("source", SOURCES)
def test_headings_are_the_words_of_the_republic(source: str) -> None:
    pytest.importorskip("profdev_kbr", reason="plugin not installed: the form of the republic is one")
    base = yaml.safe_load((files("profdev_kbr") / "kbr.yaml").read_text(encoding="utf-8"))
    asked = next(one for one in base["sources"] if one["id"] == source)["items"]
    words = {item["id"]: (item["title"], item["type"] == "flag") for item in asked}
    ours = {question.item: (question.title, question.flag) for question in getattr(questions, source)()}
    assert ours.items() <= words.items()
    assert {item["id"] for item in asked if item.get("required")} <= ours.keys()


def test_what_is_true_contradicts_itself_nowhere() -> None:
    wholes = {
        "n_young": "n_ped",
        "n_diag": "n_ped",
        "n_diag_recognised": "n_diag",
        "n_deficits": "n_ped",
        "n_iom_made": "n_ped",
        "n_iom": "n_deficits",
        "n_shmo": "n_ped",
        "n_shmo_mmo": "n_shmo",
        "n_activists_confirmed": "n_activists",
        "n_young_covered": "n_young",
        "n_young_mentored": "n_young",
        "n_dpp": "n_dpp_three_years",
        "n_dpp_three_years": "n_ped",
    }
    broken = [
        (unit.id, year, part)
        for unit in organisations()
        for year, answers in truth(unit).items()
        for part, whole in wholes.items()
        if not 0 <= answers[part] <= answers[whole]
    ]
    assert broken == []


def test_only_the_planted_falls_take_more_than_two_teachers() -> None:
    falls = [
        (unit.id, year, item)
        for unit in organisations()
        for year, answers in truth(unit).items()
        for before in [truth(unit).get(year - 1, {})]
        for item in ("n_diag", "n_iom", "n_expert", "n_network", "n_replicated", "n_dpp", "n_young_mentored")
        if before and answers[item] <= before[item] - 2
    ]
    assert falls == [("s01", 2022, "n_diag"), ("s09", 2022, "n_young_mentored"), ("s12", 2021, "n_diag")]


def test_in_the_reported_year_there_are_twenty_six_organisations() -> None:
    kinds = [unit.kind for unit in organisations() if unit.existed(2022)]
    assert {kind: kinds.count(kind) for kind in kinds} == {"school": 14, "kindergarten": 11, "extra": 1}


def test_nothing_leads_out_of_the_invented_world(here: Path) -> None:
    text = "".join(
        path.read_bytes().decode("cp1251" if path.parts[-3:] == ("2019", "cards", "cards.csv") else "utf-8-sig")
        for path in here.rglob("*.csv")
    )
    links = [word for word in text.replace("\r\n", ";").split(";") if word.startswith("http")]
    assert links
    assert all(link.split("/")[2].endswith(".example") for link in links)


def test_the_readme_hides_no_file(here: Path) -> None:
    text = (here / "README.md").read_text(encoding="utf-8")
    for path in ("units.csv", "2019/cards/cards.csv", "2020/cards/cards.csv", "2022/cards/s04.xlsx", "2022/sites.csv"):
        assert path in text
        assert (here / path).is_file()


def test_without_the_library_of_workbooks_nothing_is_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(RequestError, match=r"profdev-indicators\[xlsx\]"):
        demo.write(tmp_path)
    assert list(tmp_path.iterdir()) == []
