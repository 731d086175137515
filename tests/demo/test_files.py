from __future__ import annotations

import csv
import io
import re
import sys
import zipfile
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import pytest
import python_calamine
import yaml

from example_district import card_of, written
from filled_cards import Sheet, computed, needs_office
from profdev_indicators import cards, demo, load, plugin_manager
from profdev_indicators.builtin.readers.cardsheets import CHECK, LAST, NAME, UNIT
from profdev_indicators.codes import is_inn, is_ogrn
from profdev_indicators.demo import questions
from profdev_indicators.demo.answers import YEARS, truth
from profdev_indicators.demo.filling import filled
from profdev_indicators.demo.organisations import organisations
from profdev_indicators.errors import RequestError

RENAMED = "Карта новая (2).xlsx"
SOURCES = ("diagnostics", "sites", "card", "mouo", "organisations")


def _everything(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _table(path: Path, encoding: str = "utf-8-sig") -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_bytes().decode(encoding)), delimiter=";"))


def test_two_writings_are_equal_to_the_byte(tmp_path: Path) -> None:
    written(tmp_path / "one")
    written(tmp_path / "other")
    assert _everything(tmp_path / "one") == _everything(tmp_path / "other")


def test_an_example_written_today_is_no_younger(here: Path) -> None:
    moments = {path.stat().st_mtime for path in here.rglob("*") if path.is_file()}
    assert moments == {datetime(2022, 12, 20, 9, tzinfo=UTC).timestamp()}


def test_the_answer_names_what_was_written(tmp_path: Path) -> None:
    example = written(tmp_path)
    assert (example.config, example.data, example.readme) == (
        tmp_path / "district.yaml",
        tmp_path / "data",
        tmp_path / "data" / "README.md",
    )
    assert example.periods == ("2019", "2020", "2021", "2022")
    assert all((example.data / period).is_dir() for period in example.periods)


def test_cards_are_tables_at_first_and_workbooks_later(here: Path) -> None:
    found = {period: sorted(path.suffix for path in (here / str(period) / "cards").iterdir()) for period in YEARS}
    assert found == {2019: [".csv"], 2020: [".csv"], 2021: [".xlsx"] * 27, 2022: [".xlsx"] * 25}


def test_each_table_is_in_its_encoding(here: Path) -> None:
    first = (here / "2019" / "cards" / "cards.csv").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        first.decode("utf-8")
    assert first.decode("cp1251").startswith("Организация;")
    assert (here / "2020" / "cards" / "cards.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_every_row_is_as_long_as_its_heading(here: Path) -> None:
    for path in (*here.glob("20??/*.csv"), here / "units.csv", here / "accepted.csv"):
        heading, *rows = _table(path)
        assert {len(row) for row in rows} == {len(heading)}


@pytest.mark.parametrize("year", [2021, 2022])
def test_files_of_cards_are_called_as_the_command_calls_them(example: demo.Demo, here: Path, year: int) -> None:
    named = set(cards(load(example.config), period=str(year), data=here))
    found = {path.name for path in (here / str(year) / "cards").iterdir()}
    strange = {2021: {"d02 МКДОУ «Детский сад «Выдумка» с. Примерное» исправленная.xlsx"}, 2022: {RENAMED}}
    silent = {2021: set(), 2022: {"s07 МКОУ «СОШ с. Сочинённое».xlsx", "s13 МКОУ «НОШ с. Якобино».xlsx"}}
    assert (found - named, named - found) == (strange[year], silent[year])


@pytest.mark.parametrize("year", [2021, 2022])
def test_numbers_are_typed_as_numbers_and_words_as_words(here: Path, year: int) -> None:
    asked = (*questions.card(), *questions.organisations())
    strange = {}
    for path in (here / str(year) / "cards").iterdir():
        sheet = Sheet.of(path)
        told = {question.item: sheet.cell(question.item) for question in asked}
        strange |= {
            (str(sheet.cell(UNIT)), question.item): told[question.item]
            for question in asked
            if not (told[question.item] in {"да", "нет"} if question.flag else isinstance(told[question.item], float))
        }
    planted = {("s10", "n_ped"): "26 чел.", ("s10", "mentoring"): "имеется", ("d03", "n_dpp"): "85%"}
    assert strange == (planted if year == 2022 else {})


def test_last_years_answers_stand_beside(example: demo.Demo) -> None:
    before = truth(next(unit for unit in organisations() if unit.id == "s02"))
    for year in (2021, 2022):
        sheet = Sheet.of(card_of(example, year, "s02"))
        assert sheet.cell("n_iom", LAST) == str(before[year - 1]["n_iom"])


@needs_office
def test_what_the_cards_say_of_their_answers_is_what_a_spreadsheet_computes(here: Path, tmp_path: Path) -> None:
    sent = {f"{path.parts[-3]} {path.stem}": path.read_bytes() for path in here.glob("202[12]/cards/*.xlsx")}
    anew = computed({name: _without_remarks(card) for name, card in sent.items()}, tmp_path)
    saved = {name: Sheet.of(card) for name, card in sent.items()}
    assert {name: _remarks(sheet) for name, sheet in saved.items()} == {n: _remarks(sheet) for n, sheet in anew.items()}
    assert _remarks(saved["2022 s03 МКОУ «Гимназия с. Условное»"])[0].startswith("✓ Карта заполнена")
    assert sum(text.startswith("!") for sheet in saved.values() for text in _remarks(sheet)) == 4


def _without_remarks(card: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(card)) as old, zipfile.ZipFile(made, "w") as new:
        for part in old.infolist():
            new.writestr(part, re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1", old.read(part)))
    return made.getvalue()


def _remarks(sheet: Sheet) -> list[str]:
    return [sheet.status, *(str(sheet.cell(key, CHECK)) for key in sheet.keys if not key.startswith("@"))]


def test_a_cell_on_which_the_readme_puts_its_finger(example: demo.Demo) -> None:
    rows = python_calamine.CalamineWorkbook.from_path(card_of(example, 2022, "s04")).get_sheet_by_name("Карта")
    (whole, part) = rows.to_python(skip_empty_area=False)[18:20]
    assert (whole[2].partition("\n")[0], whole[4]) == ("Педагогических работников (основное место работы)", 42.0)
    assert (part[2].partition("\n")[0], part[4]) == ("из них молодых педагогических работников", 50.0)


@pytest.mark.parametrize("key", ["нет такого вопроса", NAME])
def test_what_is_not_blank_cannot_be_filled(example: demo.Demo, key: str) -> None:
    blank = next(iter(cards(load(example.config), period="2022", data=example.data).values()))
    with pytest.raises(LookupError):
        filled(blank, {key: "ответ"})


def test_codes_of_organisations_are_right_and_of_no_region(here: Path) -> None:
    heading, *rows = _table(here / "units.csv", "utf-8")
    codes = {tuple(row[heading.index(name)] for name in ("id", "inn", "ogrn")) for row in rows}
    assert len(codes) == len({inn for _, inn, _ in codes}) == len({ogrn for *_, ogrn in codes}) == 27
    assert all(is_inn(inn) and inn.startswith("00") for _, inn, _ in codes)
    assert all(is_ogrn(ogrn) and ogrn[3:5] == "00" for *_, ogrn in codes)


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
    assert falls == [
        ("s01", 2022, "n_diag"),
        ("s08", 2022, "n_diag"),
        ("s09", 2022, "n_young_mentored"),
        ("s12", 2021, "n_diag"),
    ]


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
    named = [path for path in re.findall("`([^`*]+[.](?:csv|xlsx))`", text) if path != "cards.csv"]
    assert len(named) > 10
    assert [path for path in named if not (here / path).is_file()] == []


@pytest.mark.plugins("kbr", "chegem")
def test_without_the_library_of_workbooks_nothing_is_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(RequestError, match=r"profdev-indicators\[xlsx\]"):
        demo.write(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_without_the_packages_which_it_extends_nothing_is_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(demo, "plugin_manager", lambda: plugin_manager(discover=False))
    with pytest.raises(RequestError, match=r"pip install profdev-kbr profdev-chegem profdev-reports$"):
        demo.write(tmp_path)
    assert list(tmp_path.iterdir()) == []
