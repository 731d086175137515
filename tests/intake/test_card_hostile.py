"""Configurations and rosters which nobody would write on purpose: the card stays whole, and nothing in it runs."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import polars as pl
import pytest
from attrs import evolve

from filled_cards import Sheet, computed, needs_office
from monitorings import DISTRICT
from profdev_indicators import cards
from profdev_indicators.builtin.readers import Frame
from profdev_indicators.builtin.readers.cardsheets import CHECK, FACTS, NAME
from profdev_indicators.demo.filling import filled
from profdev_indicators.intake.cards import Cards
from profdev_indicators.model import CardForm, District, Item, Jump, Name, Source, Unit

_FORMULAS = ("=1+1", "+1", "-1", "@SUM(1)", "=cmd|' /C calc'!A0", '=HYPERLINK("http://x.example")', "\t=1+1", "{=1}")
_QUOTES = "Кавычки \"двойные\", «ёлочки» и 'одиночные' & <b>теги</b> " * 6
_ODD = "\u202eкоротко\u2066 \u200fи\x00 \x07громко 😀👩\u200d🏫 e\u0301 _x0041_"
_LEVELS = {f"уровень, {n} «{'очень ' * n}высокий»": float(n) for n in range(60)} | {
    "1": 5.0,
    "=2": 7.0,
    'да "так"': 9.0,
}
_PARTS = tuple(Item(id=f"part{n}", title=f"Часть {n}", type="count") for n in range(300))


def _asking(*items: Item, unit: str = "s", name: str = "Школа", **changes: Any) -> District:
    source = Source(id="card", title="Карта", reader=Frame(), items=items)
    whole = {"sources": (source,), "units": (Unit(id=unit, name=name, kind="school"),), **changes}
    return evolve(DISTRICT, sections=(), populations=(), **whole)


def _count(name: str = "n", title: str = "Сколько", **changes: Any) -> Item:
    return Item(id=name, title=title, type="count", **changes)


def _hostile() -> Iterator[tuple[str, District]]:
    formulas = [_count(f"n{n}", text, hint=text, group=text, at_most="n0") for n, text in enumerate(_FORMULAS[1:], 1)]
    yield "formulas", _asking(_count("n0", "=1+1"), *formulas, name="=1+1", unit="=2+2", contact="@contact")
    form = CardForm(title="=1+1", send_to="=2+2", note="=3+3")
    yield "formulas around", _asking(_count(), card=form, operator="=4+4", title=Name(nominative="=5+5"))
    whole = _count("whole", _QUOTES, required=True, jump=Jump(percent=10))
    part = _count("part", _QUOTES, hint=_QUOTES * 3, at_most="whole", only_if="whole", sum_of=("whole",))
    yield "quotes", _asking(whole, part, name=_QUOTES[:250])
    halves = f"{_ODD}\ud800"
    yield "odd signs", _asking(_count("n", halves, hint=halves, group=halves), name=_ODD, unit=_ODD, contact=halves)
    level = Item(id="level", title="Уровень", type="level", levels=_LEVELS, required=True)
    depends = Item(id="flag", title="Зависит", type="flag", only_if="level")
    yield "many levels", _asking(level, depends, evolve(level, id="again", at_most="level"))
    yield "many parts", _asking(*_PARTS, _count("all", "Всего", sum_of=tuple(one.id for one in _PARTS)))
    circle = (
        _count("a", "А", at_most="b"),
        _count("b", "Б", at_most="a", only_if="a"),
        _count("c", "В", at_most="far"),
    )
    far = Source(id="far", title="Другие", reader=Frame(), items=(_count("far", "Не здесь"),))
    district = _asking(*circle, card=CardForm(sources=("card",)))
    yield "circle", evolve(district, sources=(*district.sources, far))
    bounds = (
        Item(id="vast", title="Много", type="number", minimum=-1e300, maximum=float("inf"), jump=Jump(percent=1e308)),
        Item(id="small", title="Мало", type="number", minimum=1e-9, maximum=1.5),
        _count("odd", "Странно", minimum=-0.0, maximum=float("nan"), jump=Jump(percent=float("inf"))),
    )
    yield "bounds", _asking(*bounds)
    yield (
        "blank",
        _asking(
            _count("n", " "), Item(id="flag", title="", type="flag", hint=" "), name=" ", title=Name(nominative="")
        ),
    )
    note = CardForm(title="Карта " * 60, note="Важно! " * 900 + "\n" * 50, send_to="&P&N" * 40)
    yield (
        "long",
        _asking(_count("n", "Слово" * 600, hint="А" * 3000, group="Г" * 1000), name="&P & Сын " * 30, card=note),
    )


def _made(district: District) -> Cards:
    before = pl.DataFrame({"unit": [district.units[0].id], "period": ["2021"], "whole": ["7"], "vast": ["1e200"]})
    return cards(district, period="2022", frames={"card": before})


HOSTILE = dict(_hostile())


@pytest.mark.parametrize("what", HOSTILE)
def test_every_key_is_found_and_nothing_but_checks_is_computed(what: str) -> None:
    district = HOSTILE[what]
    ((_, card),) = _made(district).items()
    sheet, items = Sheet.of(card), [item.id for item in district.sources[0].items]
    assert list(sheet.keys) == [*FACTS, *items]
    assert {sheet.cell(item) for item in items} == {""}
    computed_at = {sheet.at(item, CHECK) for item in items} | {sheet.at(code, CHECK) for code in ("@inn", "@ogrn")}
    formulas = dict(_formulas(card))
    assert len(formulas.keys() - computed_at) == 1  # the live line
    assert computed_at <= formulas.keys()
    for formula in formulas.values():
        assert len(formula) <= 8192
        for text in re.findall(r'"((?:[^"]|"")*)"', formula):
            assert len(text.encode("utf-16-le")) // 2 <= 255


@pytest.mark.parametrize("what", HOSTILE)
def test_the_name_stands_as_the_roster_has_it(what: str) -> None:
    ((_, card),) = _made(HOSTILE[what]).items()
    unit = HOSTILE[what].units[0]
    assert Sheet.of(card).cell(NAME) == unit.name


@pytest.mark.parametrize("what", HOSTILE)
def test_the_footer_is_what_excel_takes_and_names_are_no_commands_there(what: str) -> None:
    ((_, card),) = _made(HOSTILE[what]).items()
    with zipfile.ZipFile(io.BytesIO(card)) as parts:
        sheet = ET.fromstring(parts.read("xl/worksheets/sheet1.xml"))  # noqa: S314 - our own
    footer = next(element.text or "" for element in sheet.iter() if element.tag.endswith("oddFooter"))
    assert len(footer) <= 255
    assert re.findall(r"(?<!&)(?:&&)*&([PN])", footer) == ["P", "N"]


@needs_office
def test_libreoffice_opens_them_all_and_computes_what_was_foretold(tmp_path: Path) -> None:
    fresh = {str(n): next(iter(_made(district).values())) for n, district in enumerate(HOSTILE.values())}
    sheets = computed({name: filled(card, {}) for name, card in fresh.items()}, tmp_path)
    for name, card in fresh.items():
        before, after = Sheet.of(card), sheets[name]
        assert [after.cell(key, CHECK) for key in before.keys] == [before.cell(key, CHECK) for key in before.keys]
        assert after.status == before.status


def _formulas(card: bytes) -> Iterator[tuple[str, str]]:
    with zipfile.ZipFile(io.BytesIO(card)) as parts:
        sheet = ET.fromstring(parts.read("xl/worksheets/sheet1.xml"))  # noqa: S314 - our own
    for cell in sheet.iter():
        if cell.tag.endswith("}c"):
            for inside in cell:
                if inside.tag.endswith("}f"):
                    yield str(cell.get("r")), inside.text or ""
