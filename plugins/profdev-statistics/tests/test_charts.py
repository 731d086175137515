from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judging import cell
from profdev_statistics.rules.charts import ControlChart
from profdev_statistics.rules.charts_sentences import TELLINGS
from spoken import Said, history, is_quoted, said

USUAL = [40, 41, 39, 40, 42, 38, 40, 41, 39, 40, 40, 41, 39, 40]  # of 50


def months(count: int) -> list[str]:
    """So many months, the last of them December 2022."""
    return [f"{2022 - back // 12}-{12 - back % 12:02}" for back in reversed(range(count))]


def asked(points: list[tuple[float, float] | None], rule: ControlChart | None = None, **more: Any) -> Said:
    rows = history("a", points, months(len(points)))
    return charted(rows, rule, **more)


def charted(rows: list[dict[str, Any]], rule: ControlChart | None = None, **more: Any) -> Said:
    told = {"period": "2022-12", "calendar": "month"} | more
    return said(rows, rule or ControlChart(), "control_chart", TELLINGS["control_chart"], **told)


def of_fifty(*x: float) -> list[tuple[float, float] | None]:
    return [(each, 50) for each in x]


def signal(found: Said) -> str | None:
    return found.findings["numbers"].struct.field("signal")[0] if found.fired else None


def test_a_point_outside_the_limits() -> None:
    found = asked(of_fifty(*USUAL, 27))
    assert (found.fired, signal(found)) == ({"a": "attention"}, "outside")
    assert found.sentences["a"] == (
        "Контрольная карта по 15 значениям: 54,0 % (27 из 50) — ниже границы 60,8 %; среднее 78,3 %."
    )
    assert is_quoted(found.sentences["a"], "control_chart")


def test_the_limits_are_those_of_a_p_chart() -> None:
    found = asked(of_fifty(*USUAL, 27))
    centre = (sum(USUAL) + 27) / (50 * 15)
    assert found.findings["base"][0] == pytest.approx(100 * centre)
    limit = found.findings["numbers"].struct.field("limit")[0]
    assert limit == pytest.approx(100 * (centre - 3 * np.sqrt(centre * (1 - centre) / 50)))


def test_two_of_three_near_the_limit() -> None:
    found = asked(of_fifty(*USUAL, 31, 40, 32))
    assert signal(found) == "near"
    assert "второе из трёх последних значений у нижней границы" in found.sentences["a"]
    assert signal(asked(of_fifty(*USUAL, 31, 40, 40, 32))) is None
    assert signal(asked(of_fifty(*USUAL, 31, 32, 40))) is None


def test_seven_on_the_worse_side() -> None:
    found = asked(of_fifty(*[41] * 10, *[38] * 7))
    assert signal(found) == "run"
    assert "не меньше семи периодов подряд ниже среднего" in found.sentences["a"]
    assert signal(asked(of_fifty(*[41] * 10, *[38] * 6))) is None
    assert signal(asked(of_fifty(*[38] * 10, *[41] * 7))) is None


def test_seven_each_worse_than_the_one_before() -> None:
    found = asked(of_fifty(*[38] * 10, 43, 42, 41, 40, 39, 38, 37))
    assert signal(found) == "slide"
    assert "не меньше семи значений подряд снижается" in found.sentences["a"]
    assert signal(asked(of_fifty(*[38] * 10, 43, 42, 41, 40, 39, 39, 37))) is None


def test_a_missing_month_breaks_a_row_but_not_the_limits() -> None:
    assert signal(asked([*of_fifty(*[41] * 10, *[38] * 4), None, *of_fifty(*[38] * 3)])) is None
    assert signal(asked([*of_fifty(*USUAL), None, (27, 50)])) == "outside"


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.just(30)), min_size=13, max_size=20))
def test_where_lower_is_better_the_other_side_is_watched(points: list[tuple[int, int]]) -> None:
    low, high = asked([*points]), asked([(n - x, n) for x, n in points], better="lower")
    assert (low.fired, signal(low)) == (high.fired, signal(high))
    assert low.expected == pytest.approx(high.expected)


def test_too_many_is_said_of_the_upper_limit() -> None:
    found = asked([(50 - x, 50) for x in (*USUAL, 27)], better="lower")
    assert found.sentences["a"] == (
        "Контрольная карта по 15 значениям: 46,0 % (23 из 50) — выше границы 39,2 %; среднее 21,7 %."
    )


def test_yearly_data_have_no_chart() -> None:
    rows = history("a", of_fifty(*USUAL, 27))
    found = charted(rows, period="2022", calendar="year")
    assert found.reasons == {"a": "годовые данные: контрольная карта строится по полугодиям, кварталам или месяцам"}


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (history("a", of_fifty(*USUAL[:12]), months(12)), "сопоставимых значений: 12, нужно 13"),
        (history("a", [*of_fifty(*USUAL), None], months(15)), "нет данных"),
        (
            [*history("a", of_fifty(*USUAL), months(15)[:-1]), cell("a", "2022-12", state="not_applicable")],
            "не применимо",
        ),
        (
            [
                *history("a", of_fifty(*USUAL[:10]), months(15)[:10], definition="old"),
                *history("a", of_fifty(*USUAL[:4], 27), months(5)),
            ],
            "сопоставимых значений: 5, нужно 13",
        ),
    ],
)
def test_what_cannot_be_checked_says_why(rows: list[dict[str, Any]], reason: str) -> None:
    found = charted(rows)
    assert (found.fired, found.reasons) == ({}, {"a": reason})


@pytest.mark.parametrize("x", [0, 50])
def test_all_or_nothing_is_no_test(x: int) -> None:
    found = asked(of_fifty(*[x] * 15))
    assert (found.fired, found.reasons, found.tested) == ({}, {}, 0)


@pytest.mark.parametrize(("size", "share"), [(15, 0.75), (40, 0.75), (80, 0.9)])
def test_the_expected_number_of_alarms_is_what_chance_makes(size: int, share: float) -> None:
    random = np.random.default_rng(71)
    rows = [
        row
        for unit in range(3000)
        for row in history(f"u{unit}", [(int(x), size) for x in random.binomial(size, share, 16)], months(16))
    ]
    found = charted(rows)
    assert found.expected is not None
    assert len(found.fired) == pytest.approx(found.expected, abs=3 * np.sqrt(found.expected))
