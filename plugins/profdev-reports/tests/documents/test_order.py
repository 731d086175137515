"""A draft order: what was stated, who does what by when; all of it to be rewritten, none of it published."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from attrs import evolve

import example_district
import monitorings
from profdev_indicators.facade import analyse
from profdev_indicators.frames import RECOMMENDATIONS
from profdev_indicators.model import Documents
from profdev_indicators.results import Monitoring
from profdev_reports.documents.order import render
from profdev_reports.kinds import Order
from word_documents import texts, word


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Monitoring:
    """The invented district in 2022, with its analyses and its letterhead."""
    made = example_district.written(tmp_path_factory.mktemp("demo"))
    answer = analyse(example_district.monitored(made, "2022"), data=made.data)
    documents = Documents(
        letterhead=("Управление образования", "Верхнереченского района"),
        place="с. Примерное",
        signatory="Начальник управления",
        controller="заместителя начальника управления",
        site="https://uo.example/мониторинг",
    )
    return evolve(answer, district=evolve(answer.district, documents=documents))


def drafted(monitoring: Monitoring) -> list[str]:
    [(name, content)] = render(Order(), monitoring).items()
    assert name == f"order-{monitoring.periods[-1].slug}.docx"
    return texts(content)


def test_the_draft_has_what_an_order_has(example: Monitoring) -> None:
    found = drafted(example)
    order = [
        "ПРОЕКТ",
        "Управление образования",
        "ПРИКАЗ",
        "с. Примерное",
        "Об итогах мониторинга Верхнереченского муниципального района (вымышленного) за 2022 год",
        "ПРИКАЗЫВАЮ:",
        "3. Руководителям образовательных организаций:",
        "5. Контроль за исполнением приказа возложить на заместителя начальника управления.",
        "Приложения: 1. Аналитическая справка (note-2022). 2. Меры по итогам мониторинга.",
        "Начальник управления____________________",
        "Приложение 2",
    ]
    places = [found.index(text) for text in order]
    assert places == sorted(places)
    assert any("https://uo.example/мониторинг" in text for text in found)
    assert any("приказ министерства" in text.lower() for text in found)


def test_without_a_controller_the_head_keeps_control() -> None:
    assert "5. Контроль за исполнением приказа оставляю за собой." in drafted(monitorings.bare("2022"))


def test_each_measure_names_whom_and_by_when(example: Monitoring) -> None:
    found = drafted(example)
    grave = example.recommendations.filter(pl.col("severity") != "info", pl.col("unit") != example.root)
    assert not grave.is_empty()
    for row in grave.iter_rows(named=True):
        points = [text for text in found if text.startswith("3.") and f"показателю {row['indicator']} " in text]
        level = example.values.filter(pl.col("unit") == row["unit"])["level"][0]
        if level == 0:
            [point] = points
            assert row["unit_name"] in point
            assert row["fact"] in found
            assert row["action"] in found
            deadline: date = row["deadline"]
            assert f"{deadline:%d.%m.%Y}" in found


def test_points_are_numbered_without_gaps(example: Monitoring) -> None:
    found = drafted(example)
    found = found[: found.index("Приложение 2")]
    numbers = [int(text.split(".")[1]) for text in found if text.startswith("3.") and text.split(".")[1].isdigit()]
    assert numbers == list(range(1, len(numbers) + 1))
    operator = [text.split(" ")[0] for text in found if text.startswith("2.") and text.split(".")[1].isdigit()]
    assert operator == [f"2.{number}." for number in range(1, len(operator) + 1)]


def test_every_point_is_to_be_rewritten(example: Monitoring) -> None:
    [content] = render(Order(), example).values()
    body = word(content).element.body
    free = [
        "".join(t.text or "" for t in p.iter("{*}t"))
        for p in body.xpath("./w:p")
        if p.xpath(".//w:t") and p.xpath("./w:pPr/w:pStyle[@w:val='ProfdevText']")
    ]
    assert not [text for text in free if text[:2] in {"1.", "2.", "3.", "4.", "5."}]


def test_a_draft_is_not_published(example: Monitoring) -> None:
    assert render(Order(), evolve(example, profile="publish")) == {}


def test_advice_for_the_district_itself_is_its_operators_to_follow(example: Monitoring) -> None:
    row = {
        "unit": example.root,
        "unit_name": "Район",
        "period": "2022",
        "indicator": "6.2",
        "rule": "drop",
        "severity": "risk",
        "fact": "Факт.",
        "action": "Составить план обучения.",
        "deadline": date(2023, 9, 1),
    }
    extra = pl.DataFrame([row], schema=RECOMMENDATIONS)
    found = drafted(evolve(example, recommendations=pl.concat([example.recommendations, extra])))
    said = "по показателю 6.2 (Район): Составить план обучения, в срок до 01.09.2023;"
    assert [text for text in found if text.startswith("2.") and text.endswith(said)]


def test_an_answer_with_every_absence_gives_a_draft() -> None:
    assert "ПРИКАЗЫВАЮ:" in drafted(monitorings.lively())


def test_the_same_answer_gives_the_same_bytes(example: Monitoring) -> None:
    assert render(Order(), example) == render(Order(), example)
