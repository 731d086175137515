from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from attrs import evolve

from drawn_charts import Picture
from invented import drawn, measured
from judging import indicator
from profdev_indicators.results import Monitoring
from profdev_reports.charts import Chart, funnel
from profdev_reports.charts.funnels import BOTTOM, TOP
from profdev_reports.charts.limits import by_chance, limits

HOSTILE = "«Школа» <b>&\x00\u202e=cmd() " + "очень длинное название " * 12
NAMES = ("Школа", HOSTILE, "בית ספר 7")


def of(x: list[float], n: list[float], **parts: Any) -> Monitoring:
    counts = np.array([x], float).T, np.array([n], float).T
    return measured({"1.1": counts}, years=["2022"], **parts)


def made(answer: Monitoring) -> Chart:
    chart = funnel(answer, "1.1", id="f")
    assert chart is not None
    return chart


def named(answer: Monitoring, name: str) -> Monitoring:
    unit = pl.when(pl.col("level") == 0).then(pl.lit(name) + pl.lit(" ") + pl.col("unit")).otherwise("unit_name")
    return evolve(answer, history=answer.history.with_columns(unit_name=unit))


def hidden(answer: Monitoring, *units: str) -> Monitoring:
    is_hidden = pl.col("unit").is_in(units)
    numbers = [pl.when(~is_hidden).then(name).alias(name) for name in ("value", "numerator", "denominator")]
    state = pl.when(is_hidden).then(pl.lit("suppressed")).otherwise(pl.col("state").cast(pl.String))
    history = answer.history.with_columns(*numbers, state=state.cast(answer.history.schema["state"]))
    return evolve(answer, profile="publish", history=history, values=history)


SIZES = [10.0, 20, 30, 40, 50, 60, 25, 35]
USUAL = [7.0, 14, 21, 28, 35, 42, 17, 25]


def test_every_organisation_stands_at_its_size_and_share() -> None:
    picture = Picture.of(made(of(USUAL, SIZES)).svg)
    right = max(x for roles, points in picture.lines if "line" in roles for x, _ in points)
    left = min(x for roles, points in picture.lines if "line" in roles for x, _ in points)
    most = max(int(words.text) for words in picture.words if words.text.isdigit() and words.top > BOTTOM)
    found = sorted(
        (round(most * (x - left) / (right - left), 1), round(100 * (BOTTOM - y) / (BOTTOM - TOP), 1))
        for x, y, _ in picture.dots
    )
    wanted = sorted((n, round(100 * x / n, 1)) for x, n in zip(USUAL, SIZES, strict=True))
    assert np.array(found) == pytest.approx(np.array(wanted), abs=0.1)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("schools", [5, 40, 400])
def test_labels_do_not_overlap_and_stay_within(schools: int, seed: int, name: str) -> None:
    picture = Picture.of(made(named(measured({"1.1": drawn(seed, schools, 1, spread=0.25)}, years=["2022"]), name)).svg)
    assert (picture.outside, picture.colliding) == ([], [])


def test_an_outlier_is_a_triangle_with_its_name_and_the_rest_are_circles() -> None:
    answer = of([*USUAL, 5.0], [*SIZES, 50.0])
    chart = made(answer)
    picture = Picture.of(chart.svg)
    assert len(picture.dots) == len(USUAL)
    assert [roles for roles, _ in picture.shapes] == [{"band"}, {"bad"}]
    assert "Школа s0008 — 10,0\N{NO-BREAK SPACE}%" in picture.texts
    assert "Ниже границы 99,8\N{NO-BREAK SPACE}%: Школа s0008 — 10,0" in chart.alt.replace(
        "99,8 %", "99,8\N{NO-BREAK SPACE}%"
    )


def test_where_lower_is_better_the_low_one_is_good() -> None:
    answer = of([*USUAL, 5.0], [*SIZES, 50.0], indicators=[indicator(id="1.1", better="lower")])
    assert [roles for roles, _ in Picture.of(made(answer).svg).shapes] == [{"band"}, {"good"}]


def test_nobody_is_called_by_name_in_public() -> None:
    answer = evolve(of([*USUAL, 5.0], [*SIZES, 50.0]), profile="publish")
    chart = made(answer)
    assert "Школа" not in chart.svg + chart.alt
    assert "Вне границы 99,8 % — 1" in chart.alt


def test_hidden_points_are_not_there_and_counted() -> None:
    chart = made(hidden(of(USUAL, SIZES), "s0001", "s0003"))
    picture = Picture.of(chart.svg)
    assert len(picture.dots) == len(USUAL) - 2
    assert "Значения 2\N{NO-BREAK SPACE}организаций скрыты: так защищены малые числа." in chart.alt


def test_the_centre_is_the_total_of_the_district_even_where_some_are_hidden() -> None:
    whole, partly = made(of(USUAL, SIZES)), made(hidden(of(USUAL, SIZES), "s0001", "s0003"))
    centre = f"район {'70,0'}\N{NO-BREAK SPACE}%"
    assert centre in Picture.of(whole.svg).texts
    assert centre in Picture.of(partly.svg).texts


@pytest.mark.parametrize(
    ("x", "n"),
    [
        ([3.0, 4, 5, 6], [10.0, 10, 10, 10]),
        ([1.0, 0, 1, 1, 0, 1], [1.0] * 6),
        ([10.0] * 6, [10.0] * 6),
        ([0.0] * 6, [10.0] * 6),
        ([np.nan] * 6, [np.nan] * 6),
    ],
    ids=["few", "yes or no", "all", "nobody", "silence"],
)
def test_where_it_makes_no_sense_there_is_none(x: list[float], n: list[float]) -> None:
    assert funnel(of(x, n), "1.1", id="f") is None


def test_an_indicator_that_is_not_there_has_none() -> None:
    assert funnel(of(USUAL, SIZES), "7.7", id="f") is None


def test_limits_of_chance_are_those_of_the_binomial_distribution() -> None:
    from scipy.stats import binom  # noqa: PLC0415 - slow to load

    sizes = np.arange(1.0, 120.0)
    low, high = by_chance([7.0], [10.0], 0.7).inner(sizes)
    for size, least, most in zip(sizes, low, high, strict=True):
        assert binom.cdf(round(least * size) - 1, size, 0.7) <= 0.025 < binom.cdf(round(least * size), size, 0.7)
        assert binom.sf(round(most * size), size, 0.7) <= 0.025 < binom.sf(round(most * size) - 1, size, 0.7)


def test_wider_limits_hold_more() -> None:
    found = limits(USUAL, SIZES, 0.7)
    (low, high), (lowest, highest) = found.inner(SIZES), found.outer(SIZES)
    assert (lowest <= low).all()
    assert (high <= highest).all()


def test_limits_widened_for_usual_differences_say_so() -> None:
    x, n = drawn(3, 60, 1, spread=0.2)
    chart = made(measured({"1.1": (x, n)}, years=["2022"]))
    assert any("сильнее, чем по случайности" in text for text in Picture.of(chart.svg).texts)
    plain = made(of(USUAL, SIZES))
    assert not any("сильнее, чем по случайности" in text for text in Picture.of(plain.svg).texts)


def test_without_the_statistics_the_limits_are_of_chance_alone_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("profdev_reports.charts.limits.find_spec", lambda _: None)
    x, n = drawn(3, 60, 1, spread=0.2)
    chart = made(measured({"1.1": (x, n)}, years=["2022"]))
    assert any(text.startswith("Границы — только случайность") for text in Picture.of(chart.svg).texts)
    assert not limits(x[:, 0].tolist(), n[:, 0].tolist(), 0.7).is_widened
