from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest
from attrs import evolve

from drawn_charts import Picture
from monitorings import DIAGNOSED, DISTRICT, Cells, lively, monitoring
from profdev_indicators.model import District, Section, Target
from profdev_reports.charts import Chart, trend
from profdev_reports.charts.trends import BOTTOM, TOP

ABSENT = {
    "not_reported": "нет данных",
    "not_applicable": "не применимо",
    "not_defined": "не определён",
    "invalid": "противоречие",
    "suppressed": "скрыто",
}


def asked(**changes: Any) -> District:
    one = evolve(DIAGNOSED, **{"target": (), **changes})
    return evolve(DISTRICT, sections=(Section(id="s", title="Раздел", indicators=(one,)),))


def chart(cells: Cells, district: District | None = None) -> Chart:
    made = trend(monitoring(cells, district=district or asked()), "1.1", id="t")
    assert made is not None
    return made


def shares(*numbers: float, **more: Any) -> Cells:
    cells = Cells()
    for year, number in enumerate(numbers, start=2023 - len(numbers)):
        cells.add("1.1", number, 100, period=str(year), **more)
    return cells


@pytest.mark.parametrize("values", [(0, 50, 100), (73.8, 12.5), (99.9,)])
def test_every_point_stands_at_its_value_between_0_and_100(values: tuple[float, ...]) -> None:
    dots = Picture.of(chart(shares(*values)).svg).dots
    found = [round(100 * (BOTTOM - y) / (BOTTOM - TOP), 1) for _, y, _ in dots]
    assert found == list(values)


def test_words_stay_within_the_picture_and_off_one_another() -> None:
    picture = Picture.of(chart(shares(50, 58, 64, 48.9), asked(target=(Target(since=date(2020, 1, 1), at=75.0),))).svg)
    assert (picture.outside, picture.colliding) == ([], [])


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("years", [1, 2, 5, 9, 24, 60])
def test_however_many_periods_no_words_collide(years: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    cells = Cells()
    states = [*ABSENT, *[None] * 6]
    for year in range(2023 - years, 2023):
        state = states[rng.integers(len(states))] if year < 2022 else None
        definition = "old" if year < 2022 - years // 2 else "new"
        if state is None:
            low = rng.uniform(0, 100)
            cells.add(
                "1.1",
                float(rng.uniform(low, 100)),
                100,
                period=str(year),
                definition=definition,
                state="partial" if rng.random() < 0.3 else "ok",
                evidenced=int(rng.random() < 0.8),
                ci_low=low,
                ci_high=100.0,
            )
        else:
            cells.add("1.1", period=str(year), state=state, definition=definition)
    picture = Picture.of(chart(cells, asked(target=(Target(since=date(2000, 1, 1), at=75.5),))).svg)
    assert (picture.outside, picture.colliding) == ([], [])


def test_a_gap_is_a_gap_with_its_word_and_no_line_runs_across_it() -> None:
    cells = shares(40, 50, 60, 70)
    cells.rows[1] |= {"numerator": None, "denominator": None, "value": None, "state": "not_reported"}
    made = chart(cells)
    picture = Picture.of(made.svg)
    joined = [points for roles, points in picture.lines if "line" in roles]
    assert [len(points) for points in joined] == [2]
    assert "нет данных" in picture.texts
    assert "2020 — нет данных" in made.alt


@pytest.mark.parametrize("state", ABSENT)
def test_each_absence_has_its_own_word(state: str) -> None:
    cells = shares(40, 50, 60)
    cells.rows[1] |= {"numerator": None, "denominator": None, "value": None, "state": state}
    made = chart(cells)
    assert [word for word in Picture.of(made.svg).texts if word in ABSENT.values()] == [ABSENT[state]]
    assert f"2021 — {ABSENT[state]}" in made.alt


def test_a_period_that_was_not_read_is_a_gap_too() -> None:
    cells = Cells()
    cells.add("1.1", 40, 100, period="2019")
    cells.add("1.1", 60, 100, period="2022")
    dots = Picture.of(chart(cells).svg).dots
    steps = Picture.of(chart(shares(40, 50, 60, 70)).svg).dots
    assert [x for x, *_ in dots] == [steps[0][0], steps[3][0]]


def test_the_line_breaks_where_the_definition_changes() -> None:
    cells = shares(50, 60, 70, 20)
    cells.rows[-1]["definition"] = "new"
    made = chart(cells)
    picture = Picture.of(made.svg)
    assert [len(points) for roles, points in picture.lines if "line" in roles] == [3]
    assert "‡ — с 2022 определение другое: с прежними значениями не сравнивается" in picture.texts
    assert "С 2022 определение другое, линия прервана." in made.alt
    assert "хуже" not in made.alt


def test_a_target_is_a_line_from_the_day_it_is_in_force() -> None:
    target = (Target(since=date(2021, 6, 1), at=75.0),)
    picture = Picture.of(chart(shares(50, 60, 70), asked(target=target)).svg)
    (line,) = [points for roles, points in picture.lines if "target" in roles]
    second = picture.dots[1][0]
    assert line[0][0] < second < line[1][0]
    assert picture.dots[0][0] < line[0][0]
    assert round(100 * (BOTTOM - line[0][1]) / (BOTTOM - TOP), 1) == 75.0
    assert "цель 75\N{NO-BREAK SPACE}%" in picture.texts


def test_a_value_of_those_who_answered_is_hollow() -> None:
    cells = shares(50, 60)
    cells.rows[-1] |= {"state": "partial", "expected": 3, "reported": 2}
    made = chart(cells)
    picture = Picture.of(made.svg)
    assert ["hollow" in roles for *_, roles in picture.dots] == [False, True]
    assert "ответили 2 из 3" in made.alt
    assert any(text.startswith("○ — ответили не все") for text in picture.texts)


def test_an_interval_is_drawn_from_end_to_end() -> None:
    cells = shares(50, 60)
    cells.rows[-1] |= {"ci_low": 40.0, "ci_high": 75.0}
    lines = [points for roles, points in Picture.of(chart(cells).svg).lines if "line" in roles]
    ends = {round(100 * (BOTTOM - y) / (BOTTOM - TOP), 1) for points in lines if len(points) == 2 for _, y in points}
    assert {40.0, 75.0} <= ends


def test_what_is_not_confirmed_carries_its_sign() -> None:
    made = chart(shares(50, 60, evidenced=0))
    assert "60,0\N{NO-BREAK SPACE}%†" in Picture.of(made.svg).texts
    assert "заявлено, не подтверждено" in made.alt


@pytest.mark.parametrize(("better", "role"), [("higher", "bad"), ("lower", "good"), ("neutral", "muted")])
def test_a_fall_is_told_by_mark_weight_and_word(better: str, role: str) -> None:
    picture = Picture.of(chart(shares(81, 73.8), asked(better=better)).svg)
    (told,) = [words for words in picture.words if words.text.startswith("▼")]
    assert told.roles == {role}
    assert told.bold == (role == "bad")
    assert told.text == "▼ −7,2\N{NO-BREAK SPACE}п.п." + {"bad": ", хуже", "good": ", лучше", "muted": ""}[role]


def test_the_alternative_has_the_numbers() -> None:
    made = chart(shares(50, 60))
    assert "2021 — 50,0\N{NO-BREAK SPACE}% (50 из 100)" in made.alt
    assert "2022 — 60,0\N{NO-BREAK SPACE}% (60 из 100)" in made.alt
    assert made.alt.endswith("За последний период: +10,0\N{NO-BREAK SPACE}п.п., лучше.")


def test_a_long_series_is_summed_up() -> None:
    alt = chart(shares(*range(10, 70))).alt
    assert len(alt) <= 600
    assert "Всего 60\N{NO-BREAK SPACE}точек; числа — в таблице." in alt
    assert "Последнее значение: 2022 — 69,0" in alt


def test_the_yes_of_an_organisation_is_a_word() -> None:
    made = trend(lively(), "1.2", "s1", id="t")
    assert made is not None
    assert {"да", "нет"} <= set(Picture.of(made.svg).texts)
    assert "2022 — да" in made.alt


def test_other_units_have_an_axis_of_their_own_from_0() -> None:
    made = trend(lively(), "2.1", id="t")
    assert made is not None
    picture = Picture.of(made.svg)
    assert {"0", "ед.", "1\N{NO-BREAK SPACE}234"} <= set(picture.texts)
    assert "ед.." not in made.alt


@pytest.mark.parametrize(("indicator", "unit"), [("1.1", "s3"), ("2.1", "s2"), ("9.9", None), ("1.1", "nobody")])
def test_without_a_number_there_is_no_chart(indicator: str, unit: str | None) -> None:
    assert trend(lively(), indicator, unit, id="t") is None


def test_a_hostile_name_is_printed_as_it_is() -> None:
    made = trend(lively(), "1.1", "s2", id="t")
    assert made is not None
    assert "<script>alert(1)</script>" in Picture.of(made.svg).title
    assert "<script" not in made.svg


def test_the_same_answer_gives_the_same_bytes() -> None:
    assert chart(shares(50, 60)) == chart(shares(50, 60))


def test_an_answer_without_values_has_no_charts() -> None:
    answer = lively()
    empty = evolve(answer, history=answer.history.clear(), values=answer.values.clear())
    assert trend(empty, "1.1", id="t") is None


def test_a_unit_without_a_name_leaves_no_hole_in_the_title() -> None:
    answer = lively()
    made = trend(evolve(answer, history=answer.history.with_columns(unit_name=pl.lit(""))), "1.1", id="t")
    assert made is not None
    assert Picture.of(made.svg).title == "Показатель 1.1, 2021–2022"


def test_nothing_but_zeros_has_an_axis_too() -> None:
    cells = Cells()
    cells.add("2.1", 0, period="2021")
    cells.add("2.1", 0)
    made = trend(monitoring(cells), "2.1", id="t")
    assert made is not None
    assert [y for _, y, _ in Picture.of(made.svg).dots] == [BOTTOM, BOTTOM]
