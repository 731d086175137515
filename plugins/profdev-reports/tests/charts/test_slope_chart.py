from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from attrs import evolve

from drawn_charts import Picture
from monitorings import DIAGNOSED, DISTRICT, Cells, findings, lively, monitoring
from monitorings import finding as found
from profdev_indicators.model import Section
from profdev_indicators.results import Monitoring
from profdev_reports.charts import slope


def compared(pairs: dict[str, tuple[float, float]], *, title: str = "Доля охваченных", **more: Any) -> Monitoring:
    cells = Cells()
    indicators = tuple(
        evolve(
            DIAGNOSED,
            id=code,
            title=f"{title} {code}",
            rules=more.get("rules", ()),
            better=more.get("better", "higher"),
        )
        for code in pairs
    )
    for code, (before, now) in pairs.items():
        cells.add(code, before, 100, period="2021")
        cells.add(code, now, 100)
    district = evolve(DISTRICT, sections=(Section(id="s", title="Раздел", indicators=indicators),))
    return monitoring(cells, district=district, **more.get("parts", {}))


def drawn(answer: Monitoring) -> Picture:
    chart = slope(answer, id="s")
    assert chart is not None
    return Picture.of(chart.svg)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("count", [1, 2, 19, 60])
def test_labels_do_not_overlap_and_stay_within(count: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    pairs = {
        f"{place // 10 + 1}.{place % 10 + 1}": (round(rng.uniform(0, 100), 1), round(rng.choice([0, 74, 75, 100]), 1))
        for place in range(count)
    }
    picture = drawn(
        compared(pairs, title="Доля педагогических работников, вовлечённых в экспертную деятельность, " * 2)
    )
    assert (picture.outside, picture.colliding) == ([], [])


def test_both_ends_of_a_line_stand_at_their_values() -> None:
    picture = drawn(compared({"1.1": (0, 100), "1.2": (80, 20)}))
    low, high = (y for _, y, _ in picture.dots[-2:])  # what got worse is drawn last: 80 → 20
    lines = [points for roles, points in picture.lines if roles & {"line"}]
    (start, end) = lines[0]  # 0 → 100
    height = start[1] - end[1]
    assert [round(100 * (start[1] - y) / height, 1) for y in (low, high)] == [80.0, 20.0]


def test_what_got_worse_stands_out_by_weight_mark_and_words() -> None:
    picture = drawn(compared({"1.1": (60, 50), "1.2": (50, 60)}))
    told = {words.text: words for words in picture.words}
    worse, better = told["▼ −10,0\N{NO-BREAK SPACE}п.п., хуже"], told["▲ +10,0\N{NO-BREAK SPACE}п.п."]
    assert (worse.bold, set(worse.roles)) == (True, {"bad"})
    assert (better.bold, set(better.roles)) == (False, {"ink"})
    assert "▼ 1.1 — Доля охваченных 1.1" in picture.texts
    assert not any("Доля охваченных 1.2" in text for text in picture.texts)


def test_where_lower_is_better_a_rise_is_worse() -> None:
    assert "▲ +10,0\N{NO-BREAK SPACE}п.п., хуже" in drawn(compared({"1.1": (50, 60)}, better="lower")).texts


def test_a_fall_which_no_rule_calls_worth_attention_is_not_loud() -> None:
    rules, parts = DIAGNOSED.rules, {"findings": findings(found("1.1", "d", severity="risk"))}
    picture = drawn(compared({"1.1": (60, 50), "1.2": (60, 59.9)}, rules=rules, parts=parts))
    bold = {words.text: words.bold for words in picture.words}
    assert bold["▼ −10,0\N{NO-BREAK SPACE}п.п., хуже"]
    assert not bold["▼ −0,1\N{NO-BREAK SPACE}п.п., хуже"]


def test_what_cannot_be_compared_has_no_line_and_a_reason() -> None:
    picture = drawn(lively())
    assert "1.1" in picture.texts
    told = " ".join(picture.texts)
    assert "Без линии: изменилось определение — 1.2; нет значения за этот период или за 2021 — 2.3" in told


def test_with_nothing_to_compare_there_is_no_chart() -> None:
    cells = Cells()
    cells.add("1.1", 1, 2)
    assert slope(monitoring(cells), id="s") is None


def test_the_alternative_says_which_got_worse_with_the_numbers() -> None:
    chart = slope(compared({"1.1": (60, 50), "1.2": (50, 60)}), id="s")
    assert chart is not None
    assert "1.1: 60,0\N{NO-BREAK SPACE}% → 50,0\N{NO-BREAK SPACE}%, −10,0\N{NO-BREAK SPACE}п.п., хуже" in chart.alt
    assert "Хуже — 1, лучше — 1, всего сравнимых — 2 из 2." in chart.alt


def test_the_alternative_of_many_is_short() -> None:
    chart = slope(compared({f"{place}": (60, place) for place in range(60)}), id="s")
    assert chart is not None
    assert len(chart.alt) <= 600
    assert "Сильнее всего ухудшились: 0: 60,0" in chart.alt
