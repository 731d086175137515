from __future__ import annotations

import json
from typing import Any

import polars as pl
from attrs import evolve

from monitorings import HOSTILE, Cells, finding, findings, lively, monitoring
from profdev_indicators.builtin.renderers.markdown import Markdown
from profdev_indicators.builtin.renderers.structured import Json
from profdev_indicators.frames import ALARMS
from profdev_indicators.results import Exhibit, Monitoring

TABLE = Exhibit(
    id="forecast",
    title="Прогноз",
    frame=pl.DataFrame({"who": [HOSTILE, "Школа"], "value": [73.849, None], "fits": [True, False], "inner": [1, 2]}),
    headings={"who": "Кто", "value": "Прогноз, %", "fits": "Хватает данных"},
    notes=("Прогноз — продолжение прежних условий, не план.",),
)


def report(answer: Monitoring) -> str:
    return Markdown().render(answer)["report.md"].decode().replace("\N{NO-BREAK SPACE}", " ")


def test_an_exhibit_is_printed_with_its_notes_and_the_columns_it_names() -> None:
    told = report(evolve(lively(), exhibits=(TABLE,)))
    section = told.partition("## Прогноз")[2].partition("\n## ")[0]
    assert "продолжение прежних условий" in section
    assert "| 73,8 | да |" in section
    assert "| – | нет |" in section
    assert "inner" not in section
    assert "<script>" not in section


def test_without_columns_the_sentences_are_printed_and_the_rest_is_counted() -> None:
    frame = pl.DataFrame({"sentence": [f"Сказано {n}." for n in range(45)]})
    section = report(evolve(lively(), exhibits=(evolve(TABLE, frame=frame, headings={}),))).partition("## Прогноз")[2]
    assert "- Сказано 39." in section
    assert "Сказано 40." not in section
    assert "Показано 40 из 45; все — в forecast.csv." in section


def test_an_empty_exhibit_says_so() -> None:
    section = report(evolve(lively(), exhibits=(evolve(TABLE, frame=TABLE.frame.clear()),))).partition("## Прогноз")[2]
    assert "Сказать нечего." in section.partition("\n## ")[0]


def test_other_programs_get_exhibits_and_alarms_too() -> None:
    told: dict[str, Any] = json.loads(
        Json().render(evolve(lively(), exhibits=(TABLE,), alarms=alarms()))["report.json"]
    )
    assert told["exhibits"][0]["id"] == "forecast"
    assert told["exhibits"][0]["rows"][1] == {"who": "Школа", "value": None, "fits": False, "inner": 2}
    assert told["alarms"][0]["expected"] == 9.19


def alarms(expected: float | None = 9.19) -> pl.DataFrame:
    return pl.DataFrame([("2022", "main", "drop", 760, 11, 700, expected)], ALARMS, orient="row")


def test_alarms_stand_beside_what_chance_alone_would_do() -> None:
    told = report(evolve(lively(), alarms=alarms()))
    assert "сработало бы в среднем 9,2 раза из 700; сработало 11" in told
    assert "## Сколько тревог случайны" not in report(evolve(lively(), alarms=alarms(None)))


def test_the_gravest_fifteen_come_first_and_none_is_lost() -> None:
    many = [finding(unit=f"u{n}", severity="risk", p_value=n / 100) for n in range(18)]
    cells = Cells()
    for unit in (*(row["unit"] for row in many), "s1"):
        cells.add("1.1", 5, 10, unit=unit, name=unit)
    told = report(monitoring(cells, findings=findings(*reversed(many), finding(unit="s1", severity="info"))))
    main, _, rest = told.partition("## Остальные находки")
    assert "Показаны важнейшие (15 из 19)" in main
    assert "### Риск: 15" in main
    assert "### Риск: 3" in rest
    assert "### Информация: 1" in rest


def test_provisional_answers_are_called_so_in_the_heading() -> None:
    assert "предварительные" in report(evolve(lively(), provisional=True)).partition("\n## ")[0]
    assert "предварительные" not in report(lively()).partition("\n## ")[0]
