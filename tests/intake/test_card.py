"""The card: whom it is made for, what stands in it, and what may be typed."""

from __future__ import annotations

import builtins
import io
import zipfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import polars as pl
import pytest
from attrs import evolve

from filled_cards import Sheet
from monitorings import DISTRICT
from profdev_indicators import cards
from profdev_indicators.builtin.readers import Files, Frame, cardsheets
from profdev_indicators.builtin.readers.cardsheets import FACTS, LAST, LINK, MARK, TITLE
from profdev_indicators.errors import RequestError
from profdev_indicators.intake.cards.form import answer
from profdev_indicators.model import CardForm, District, Item, Name, RecordItem, Records, Source, Unit

_ITEMS = (
    Item(id="n_ped", title="Педагогических работников", type="count", group="Люди", hint="Людей, а не ставок."),
    Item(id="n_young", title="из них молодых", type="count", at_most="n_ped", required=True),
    Item(id="plan", title="Есть план", type="flag", group="Дела", evidence="required"),
    Item(id="quality", title="Качество", type="level", levels={"высокое": 2, "низкое": 0}),
    Item(id="since", title="Когда утверждён", type="date", evidence="optional"),
)
_UNITS = (
    Unit(id="s1", name="МКОУ «СОШ № 1»", kind="school", inn="0011037595"),
    Unit(id="d1", name="Сад", kind="kindergarten"),
    Unit(id="gone", name="Закрытая", kind="school", valid_to=date(2022, 12, 30)),
    Unit(id="new", name="Новая", kind="school", valid_from=date(2022, 12, 31)),
)
SCHOOL = "s1 МКОУ «СОШ № 1».xlsx"


def asked(*items: Item, **changes: Any) -> District:
    source = Source(id="card", title="Карта", reader=Frame(), items=items or _ITEMS, asked_of=("school",))
    garden = Source(
        id="garden", title="Сады", reader=Frame(), items=(Item(id="n_groups", title="Групп", type="count"),)
    )
    whole = {"sources": (source, evolve(garden, asked_of=("kindergarten",))), "units": _UNITS, **changes}
    return evolve(DISTRICT, sections=(), populations=(), **whole)


def only(district: District, **options: Any) -> Sheet:
    """The card of the school."""
    return Sheet.of(cards(district, period="2022", units=["s1"], **options)[SCHOOL])


def part(card: bytes, name: str) -> ET.Element:
    with zipfile.ZipFile(io.BytesIO(card)) as parts:
        return ET.fromstring(parts.read(name))  # noqa: S314 - our own


def named(root: ET.Element, tag: str) -> list[ET.Element]:
    return [element for element in root.iter() if element.tag.rpartition("}")[2] == tag]


def test_everyone_who_exists_on_the_last_day_and_is_asked_gets_a_card() -> None:
    made = cards(asked(), period="2022")
    assert list(made.units.values()) == ["s1", "d1", "new"]
    assert [key for key in Sheet.of(made["d1 Сад.xlsx"]).keys if key not in FACTS] == ["n_groups"]


def test_only_the_sources_of_the_card_are_asked() -> None:
    made = cards(asked(card=CardForm(sources=("garden",))), period="2022")
    assert list(made) == ["d1 Сад.xlsx"]


def test_no_organisation_is_asked_what_a_register_answers() -> None:
    records = Records(unit="oo", period="year", items={"n_staff": RecordItem()})
    register = Source(id="people", title="Реестр", reader=Frame(), asked_of=("school",), records=records)
    district = asked()
    with_register = evolve(district, sources=(register, *district.sources))
    made, whole = (cards(each, period="2022", units=["s1"])[SCHOOL] for each in (with_register, district))
    assert Sheet.of(made).keys == Sheet.of(whole).keys
    with pytest.raises(RequestError, match="нет ни одного вопроса организациям"):
        cards(evolve(district, sources=(register,)), period="2022")


def test_every_question_can_be_found_by_its_key_and_is_empty() -> None:
    sheet = only(asked())
    assert list(sheet.keys) == [*FACTS, *(item.id for item in _ITEMS)]
    assert {sheet.cell(item.id) for item in _ITEMS} == {""}
    assert {sheet.cell(item.id, LINK) for item in _ITEMS} == {""}
    assert list(sheet.roles) == ["number", "title", "value", "link", "check"]


def test_the_card_says_of_itself_whose_it_is() -> None:
    sheet = only(asked(digest="abc"))
    facts = {key: sheet.cell(key) for key in FACTS if key != cardsheets.VERSION}
    assert facts == {
        "@district": "d",
        "@config": "abc",
        "@period": "2022",
        "@unit": "s1",
        "@name": "МКОУ «СОШ № 1»",
        "@inn": "0011037595",
        "@ogrn": "",
    }


def test_marks_and_keys_are_hidden() -> None:
    sheet = part(cards(asked(), period="2022")[SCHOOL], "xl/worksheets/sheet1.xml")
    hidden_rows = [int(row.get("r", 0)) for row in named(sheet, "row") if row.get("hidden") == "1"]
    assert hidden_rows == [1, 2, 3, 4, 5, 6]
    assert [column.get("hidden") for column in named(sheet, "col") if column.get("min") == "1"] == ["1"]
    assert Sheet.of(cards(asked(), period="2022")[SCHOOL]).rows[0][0] == MARK


def test_only_yellow_cells_can_be_typed_into() -> None:
    card = cards(asked(), period="2022")[SCHOOL]
    sheet, styles = part(card, "xl/worksheets/sheet1.xml"), part(card, "xl/styles.xml")
    formats = list(named(styles, "cellXfs")[0])
    fills = named(styles, "fill")
    unlocked = {n for n, one in enumerate(formats) if any(p.get("locked") == "0" for p in named(one, "protection"))}
    yellow = {
        n
        for n, one in enumerate(formats)
        if any(color.get("rgb") == "FFFFF6C4" for color in named(fills[int(one.get("fillId", 0))], "fgColor"))
    }
    assert unlocked == yellow
    seen = Sheet.of(card)
    answers = {seen.at(item.id) for item in _ITEMS}
    links = {seen.at("plan", LINK), seen.at("since", LINK)}
    open_cells = {str(cell.get("r")) for cell in named(sheet, "c") if int(cell.get("s", 0)) in unlocked}
    merged_tail = {seen.at("@ogrn", LINK)}
    assert open_cells == answers | links | {seen.at("@ogrn")} | merged_tail
    protection = named(sheet, "sheetProtection")
    assert [(one.get("sheet"), one.get("password")) for one in protection] == [("1", None)]


def test_what_is_typed_is_checked_at_once() -> None:
    card = cards(asked(), period="2022")[SCHOOL]
    seen = Sheet.of(card)
    rules = {str(rule.get("sqref")): rule for rule in named(part(card, "xl/worksheets/sheet1.xml"), "dataValidation")}
    kinds = {item.id: rules[seen.at(item.id)].get("type") for item in _ITEMS}
    assert kinds == {"n_ped": "custom", "n_young": "custom", "plan": "list", "quality": "list", "since": "custom"}
    lists = {item: named(rules[seen.at(item)], "formula1")[0].text for item in ("plan", "quality")}
    assert lists["plan"] == '"да,нет"'
    row = seen.keys["n_ped"]
    assert [seen.rows[row - 1 + n][-2:] for n in range(2)] == [["высокое", 2.0], ["низкое", 0.0]]
    for rule in rules.values():
        assert len(rule.get("errorTitle", "")) <= 32
        assert len(rule.get("error", "")) <= 255
        assert len(rule.get("prompt", "")) <= 255


def test_questions_stand_in_the_words_of_the_form_with_hints_under_their_groups() -> None:
    sheet = only(asked())
    assert sheet.cell("n_ped", TITLE) == "Педагогических работников\nЛюдей, а не ставок."
    assert sheet.cell("plan", TITLE) == "Есть план\nОтвет нужно подтвердить ссылкой."
    between = [row[1] for row in sheet.rows[sheet.keys["n_ped"] - 1 : sheet.keys["since"] + 1]]
    assert between == ["Люди", 1.0, 2.0, "Дела", 3.0, 4.0, 5.0]


@pytest.mark.parametrize(
    ("form", "contact", "deadline", "line"),
    [
        ({"deadline": "10-01"}, None, None, "Вернуть до 1\xa0октября 2022 года."),
        ({"deadline": "10-01"}, None, "2023-02-03", "Вернуть до 3\xa0февраля 2023 года."),
        (
            {"deadline": "2022-10-01", "send_to": "card@uo.example"},
            "тел. 00",
            None,
            "Вернуть до 1\xa0октября 2022 года: card@uo.example. Вопросы: тел. 00.",
        ),
        ({}, "тел. 00", None, "Куда вернуть и где спросить: тел. 00."),
        ({"send_to": "card@uo.example"}, None, None, "Вернуть: card@uo.example."),
        ({}, None, None, "Верните карту тому, кто её прислал."),
    ],
)
def test_it_says_until_when_and_to_whom(
    form: Mapping[str, str], contact: str | None, deadline: str | None, line: str
) -> None:
    assert line in only(asked(card=CardForm(**form), contact=contact), deadline=deadline).texts


def test_title_period_district_and_note_stand_on_top() -> None:
    form = CardForm(title="Карта школы", note="Спасибо!")
    district = asked(card=form, title=Name(nominative="Район", genitive="Района"), operator="Кабинет")
    texts = only(district).texts
    assert {"Карта школы", "За 2022 год. Район. Оператор: Кабинет.", "Спасибо!"} <= set(texts)


def test_there_is_no_percent_to_compute() -> None:
    texts = [text for text in only(asked()).texts if "%" in text or "роцент" in text]
    assert texts == [text for text in texts if "Проценты считать не нужно" in text]


def test_last_answers_stand_beside_and_contradictions_do_not() -> None:
    before = pl.DataFrame(
        {
            "unit": ["s1", "new"],
            "period": ["2021", "2021"],
            "n_ped": ["42", "3"],
            "n_young": ["50", "1"],
            "plan": ["да", "нет"],
            "quality": ["высокое", None],
        }
    )
    sheet = only(asked(), frames={"card": before})
    assert [sheet.cell(item, LAST) for item in ("n_ped", "n_young", "plan", "quality")] == ["42", "", "да", "высокое"]
    assert "В 2021 году" in sheet.texts


@pytest.mark.parametrize(
    ("item", "value", "words"),
    [
        ("n_ped", 1042.0, "1\xa0042"),
        ("plan", 0.0, "нет"),
        ("quality", 2.0, "высокое"),
        ("since", 19_232.0, "28.08.2022"),
    ],
)
def test_an_answer_is_told_as_people_write_it(item: str, value: float, words: str) -> None:
    assert answer(asked().items[item], value) == words


def test_a_broken_old_file_is_told_and_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "2021").mkdir()
    (tmp_path / "2021" / "card.xlsx").write_bytes(b"PK\x03\x04 cut")
    source = evolve(asked().sources[0], reader=Files(location="{period}/*"))
    made = cards(asked(sources=(source,)), period="2022", data=tmp_path)
    assert list(made.units.values()) == ["s1", "new"]
    assert [problem.file for problem in made.notices] == ["2021/card.xlsx"]


def test_the_same_input_gives_the_same_bytes() -> None:
    assert dict(cards(asked(), period="2022")) == dict(cards(asked(), period="2022"))


def test_it_prints_on_a4_with_its_headings_on_every_page() -> None:
    card = cards(asked(), period="2022")[SCHOOL]
    sheet = part(card, "xl/worksheets/sheet1.xml")
    (setup,) = named(sheet, "pageSetup")
    assert (setup.get("paperSize"), setup.get("orientation"), setup.get("fitToHeight")) == ("9", "landscape", "0")
    footer = named(sheet, "oddFooter")[0].text or ""
    assert "СОШ № 1" in footer
    assert "&P из &N" in footer
    names = {name.get("name"): name.text for name in named(part(card, "xl/workbook.xml"), "definedName")}
    assert names == {"_xlnm.Print_Area": "Карта!$B$7:$F$23", "_xlnm.Print_Titles": "Карта!$12:$12"}


def test_headings_and_the_live_line_stay_in_sight() -> None:
    (pane,) = named(part(cards(asked(), period="2022")[SCHOOL], "xl/worksheets/sheet1.xml"), "pane")
    assert (pane.get("state"), pane.get("ySplit")) == ("frozen", "12")


def test_a_top_too_high_for_a_small_screen_is_not_frozen() -> None:
    card = cards(asked(card=CardForm(title="Карта " * 200)), period="2022")[SCHOOL]
    assert named(part(card, "xl/worksheets/sheet1.xml"), "pane") == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"units": ["s2"]}, "такой организации карта не нужна: «s2»"),
        ({"units": ["gone"]}, "такой организации карта не нужна: «gone»"),
        ({"deadline": "31 декабря"}, "срок: не день: «31 декабря»"),
        ({"deadline": "02-30"}, "срок: нет такого дня: «02-30»"),
        ({"period": "2021/2022"}, "не период"),
        ({"period": "2021,2022"}, "нужен один период, а названо 2"),
        ({"data": "nowhere"}, "нет папки с данными"),
        ({"frames": {"cards": None}}, "нет такого источника: «cards»"),
    ],
)
def test_what_cannot_be_done_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(RequestError, match=message):
        cards(asked(), **({"period": "2022"} | options))


def test_nobody_to_ask_is_said() -> None:
    district = asked(units=(Unit(id="a", name="А", kind="other"),))
    with pytest.raises(RequestError, match="некому готовить карты"):
        cards(district, period="2022")


def test_no_question_to_ask_is_said() -> None:
    with pytest.raises(RequestError, match="ни одного вопроса"):
        cards(asked(sources=()), period="2022")


def test_without_the_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name == "xlsxwriter":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(RequestError, match=r"pip install 'profdev-indicators\[xlsx\]'"):
        cards(asked(), period="2022")
