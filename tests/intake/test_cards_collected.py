"""Cards made, filled, sent back in a heap, and collected with the stock readers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from collecting import INN_A, INN_B, states
from profdev_indicators import collect, load
from profdev_indicators.demo.filling import filled
from profdev_indicators.facade import cards
from profdev_indicators.intake.collect import Collection
from profdev_indicators.intake.letters import letters
from profdev_indicators.model import District
from profdev_indicators.results import told

pytest.importorskip("xlsxwriter")

CONFIG = f"""
id: valley
title: Вымышленная долина
contact: Методический кабинет
kinds: {{school: школа}}
units:
  - {{id: s1, name: "Школа № 1", kind: school, inn: "{INN_A}"}}
  - {{id: s2, name: "Школа № 2", kind: school, inn: "{INN_B}"}}
  - {{id: s3, name: "Школа № 3", kind: school}}
  - {{id: s4, name: "Школа № 4", kind: school}}
sources:
  - id: card
    title: Карта
    reader: {{xlsx: {{location: "{{period}}/cards/*.xlsx"}}}}
    items:
      - {{id: n_ped, title: педагогов всего, type: count, required: true}}
      - {{id: n_young, title: молодых педагогов, type: count, at_most: n_ped}}
      - {{id: plan, title: есть план, type: flag, evidence: required}}
card: {{deadline: "02-15", send_to: cards@metod.example}}
populations:
  - {{id: teachers, title: педагоги, items: [n_ped]}}
sections:
  - id: one
    title: Раздел
    indicators:
      - id: "1.1"
        title: Доля молодых
        source: card
        measure: {{share: {{counted: n_young, population: teachers}}}}
        silence: excluded
        missing: strict
"""
GOOD = {"n_ped": 10, "n_young": 2, "plan": "нет"}


@pytest.fixture(scope="module")
def valley(tmp_path_factory: pytest.TempPathFactory) -> District:
    config = tmp_path_factory.mktemp("valley") / "district.yaml"
    config.write_text(CONFIG, encoding="utf-8")
    return load(config)


@pytest.fixture(scope="module")
def blanks(valley: District) -> Mapping[str, bytes]:
    made = cards(valley, period="2022").files
    units = ("s1", "s2", "s3", "s4")
    return {unit: next(card for name, card in made.items() if name.startswith(unit)) for unit in units}


def collected(valley: District, data: Path, sent: Mapping[str, bytes]) -> Collection:
    (data / "2022" / "cards").mkdir(parents=True)
    for name, content in sent.items():
        (data / "2022" / "cards" / name).write_bytes(content)
    return collect(valley, period="2022", data=data, today=date(2022, 3, 1))


def test_a_heap_of_cards_is_sorted_out(valley: District, blanks: Mapping[str, bytes], tmp_path: Path) -> None:
    found = collected(
        valley,
        tmp_path,
        {
            "Копия карта (2).xlsx": filled(blanks["s1"], GOOD),
            "от завуча.xlsx": filled(blanks["s1"], GOOD | {"n_ped": 11}),
            "вторая.xlsx": filled(blanks["s2"], GOOD | {"n_young": 50}),
            "чужой бланк.xlsx": b"PK\x03\x04",
        },
    )
    assert states(found) == {"s1": "remarks", "s2": "remarks", "s3": "unreadable", "s4": "unreadable"}
    remarks = [str(told(row)) for row in found.remarks.iter_rows(named=True)]
    [twice] = [text for text in remarks if "дважды" in text]
    assert "2022/cards/Копия карта (2).xlsx" in twice
    assert "n_ped («педагогов всего»): 10 и 11" in twice
    [young] = [text for text in remarks if "больше, чем" in text]
    assert young.startswith("2022/cards/вторая.xlsx, «Карта»!")
    assert "(10, ячейка " in young
    assert [name.split()[0] for name in letters(found)] == [f"letters/s{n}" for n in (1, 2, 3, 4)]


def test_a_card_made_for_another_is_counted_for_the_inn_in_it(
    valley: District, blanks: Mapping[str, bytes], tmp_path: Path
) -> None:
    found = collected(valley, tmp_path, {"k.xlsx": filled(blanks["s3"], GOOD | {"@inn": INN_A})})
    assert states(found)["s1"] == "remarks"
    messages = found.remarks["message"].to_list()
    assert "ответ сделан для «Школа № 3», а ИНН — «Школа № 1»: учтено за «Школа № 1»" in messages
