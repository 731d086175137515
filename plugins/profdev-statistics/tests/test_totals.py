from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from attrs import evolve
from statsmodels.stats.proportion import confint_proportions_2indep

from judging import PRESENCE, cell
from profdev_indicators.model import Rule, Target
from profdev_statistics.rules.totals import Stagnation, WideningGap
from profdev_statistics.rules.totals_sentences import TELLINGS
from profdev_statistics.spreads import between
from spoken import Said, history, is_quoted, said


def asked(rows: list[dict[str, Any]], rule: Rule, **more: Any) -> Said:
    kind = "stagnation" if isinstance(rule, Stagnation) else "widening_gap"
    return said(rows, rule, kind, TELLINGS[kind], **more)


# --- stagnation -----------------------------------------------------------------------------------------------------


def at(target: float) -> tuple[Target, ...]:
    return (Target(since=date(2000, 1, 1), at=target),)


def total(*points: tuple[float, float] | None, **more: Any) -> list[dict[str, Any]]:
    return history("total", list(points), level=1, unit_kind="district", **more)


def stands(
    *points: tuple[float, float] | None, target: float = 80, rule: Stagnation | None = None, **more: Any
) -> Said:
    return asked(total(*points), rule or Stagnation(), target=at(target), **more)


def test_a_total_that_certainly_has_not_grown_stands_still() -> None:
    found = stands((1068, 1500), (1060, 1500), (1062, 1500))
    assert found.fired == {"total": "attention"}
    assert found.sentences["total"] == (
        "За 3 периода рост не превысил 2,3 п.п. (при ожидаемых 5 п.п.): 71,2 % (1 068 из 1 500) в 2020 → 70,8 % "
        "(1 062 из 1 500); целевой уровень 80 % не достигнут."
    )
    assert is_quoted(found.sentences["total"], "stagnation")


def test_the_bound_is_newcombe_s() -> None:
    found = stands((1068, 1500), (1060, 1500), (1062, 1500))
    _, upper = confint_proportions_2indep(1062, 1500, 1068, 1500, method="newcomb", compare="diff", alpha=0.10)
    assert found.findings["numbers"].struct.field("bound")[0] == pytest.approx(100 * upper)


def test_a_total_that_has_certainly_fallen_is_told_to_have_no_growth() -> None:
    found = stands((1200, 1500), (1100, 1500), (1000, 1500), target=85)
    assert found.sentences["total"].startswith("За 3 периода роста нет: 80,0 % (1 200 из 1 500) в 2020 → 66,7 %")


def test_growth_that_may_still_be_large_is_no_stagnation() -> None:
    """The same shares of 400: what is not significant is not nothing."""
    assert stands((280, 400), (280, 400), (284, 400)).fired == {}


def test_a_reached_target_and_a_hundred_per_cent_are_no_stagnation() -> None:
    assert stands((1068, 1500), (1060, 1500), (1062, 1500), target=70).fired == {}
    assert stands((1500, 1500), (1500, 1500), (1500, 1500), target=100).fired == {}


def test_growth_before_the_window_does_not_count() -> None:
    assert stands((500, 1500), (1068, 1500), (1060, 1500), (1062, 1500)).fired == {"total": "attention"}


def test_where_lower_is_better_it_is_the_decrease_that_fails_to_come() -> None:
    found = stands((432, 1500), (440, 1500), (438, 1500), target=20, better="lower")
    assert found.fired == {"total": "attention"}
    assert found.sentences["total"].startswith("За 3 периода снижение не превысило 2,3 п.п. (при ожидаемых 5 п.п.)")


def test_without_a_target_the_rule_is_not_in_force() -> None:
    found = asked(total((1068, 1500), (1060, 1500), (1062, 1500)), Stagnation())
    assert (found.fired, found.reasons) == ({}, {})


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (total((1060, 1500), (1062, 1500)), "нет сопоставимых данных на 2 периода раньше"),
        (total((1062, 1500)), "первый период наблюдения"),
        (total((300, 390), (300, 390), (280, 390)), "численность меньше 400"),
        (total((300, 390), (300, 410), (280, 410)), "численность в начале меньше 400"),
        (total((1068, 1500), (1060, 1500), None), "нет данных"),
        (
            [*total((1068, 1500), definition="old")[:1], *total((1060, 1500), (1062, 1500))],
            "нет сопоставимых данных на 2 периода раньше; раньше изменилось определение показателя",
        ),
    ],
)
def test_stagnation_that_cannot_be_checked_says_why(rows: list[dict[str, Any]], reason: str) -> None:
    old = [row | {"period": "2020"} if row["definition"] == "old" else row for row in rows]
    found = asked(old, Stagnation(), target=at(80))
    assert (found.fired, found.reasons) == ({}, {"total": reason})


def test_chance_has_no_part_in_standing_still() -> None:
    assert stands((1068, 1500), (1060, 1500), (1062, 1500)).expected is None


@pytest.mark.parametrize(("size", "least", "most"), [(80, 0.10, 0.22), (400, 0.43, 0.56), (1500, 0.86, 0.97)])
def test_how_often_a_flat_total_is_seen_to_be_flat_is_what_the_methods_say(
    size: int, least: float, most: float
) -> None:
    random = np.random.default_rng(51)
    counted = random.binomial(size, 0.75, (400, 3))
    rows = [
        row
        for unit, x in enumerate(counted)
        for row in history(f"t{unit}", [(int(each), size) for each in x], level=1, unit_kind="district")
    ]
    found = asked(rows, Stagnation(small=1), target=at(95))
    assert least <= len(found.fired) / 400 <= most


def test_growth_as_large_as_expected_is_seldom_called_stagnation() -> None:
    random = np.random.default_rng(52)
    shares = (0.70, 0.725, 0.75)
    rows = [
        row
        for unit in range(600)
        for row in history(
            f"t{unit}", [(int(random.binomial(1500, share)), 1500) for share in shares], level=1, unit_kind="district"
        )
    ]
    assert len(asked(rows, Stagnation(), target=at(95)).fired) == pytest.approx(30, abs=16)


# --- organisations that drift apart ---------------------------------------------------------------------------------


def panel(was: float, has: float, *, members: int = 40, seed: int = 61) -> list[dict[str, Any]]:
    """A total and its organisations, whose true shares differ by so many points in 2021 and in 2022."""
    random = np.random.default_rng(seed)
    own = random.standard_normal(members)
    rows, sums = [], np.zeros((2, 2))
    for unit in range(members):
        n = int(random.integers(20, 80))
        x = [int(random.binomial(n, np.clip(0.75 + points / 100 * own[unit], 0, 1))) for points in (was, has)]
        rows += history(f"u{unit:02}", [(each, n) for each in x], unit_name=f"СОШ № {unit}")
        sums += [[x[0], n], [x[1], n]]
    return [*rows, *total(*((x, n) for x, n in sums.tolist()), expected=members, reported=members)]


def below(rows: list[dict[str, Any]]) -> dict[str, str]:
    return {row["unit"]: "total" for row in rows if row["unit"] != "total"}


def gap(rows: list[dict[str, Any]], rule: WideningGap | None = None, **more: Any) -> Said:
    return asked(rows, rule or WideningGap(), parents=below(rows), **more)


def test_organisations_that_have_drifted_apart_are_told_with_their_ends() -> None:
    rows = panel(3, 12)
    found = gap(rows)
    assert found.fired == {"total": "attention"}
    now = [row for row in rows if row["period"] == "2022" and row["unit"] != "total"]
    least, most = min(now, key=lambda row: row["value"]), max(now, key=lambda row: row["value"])
    numbers = found.findings["numbers"].struct.unnest().row(0, named=True)
    assert numbers["spread"] == pytest.approx(
        between(np.array([row["numerator"] for row in now]), np.array([row["denominator"] for row in now]))
    )
    assert (numbers["least"], numbers["least_unit"]) == (least["value"], least["unit_name"])
    assert (numbers["most"], numbers["most_unit"]) == (most["value"], most["unit_name"])
    assert found.sentences["total"] == (
        "Различия между ОО выросли: разброс (без учёта случайных колебаний) 1,3 → 11,5 п.п. к 2021 (40 ОО); "
        "минимум 43,3 % (СОШ № 27), максимум 100,0 % (СОШ № 9)."
    )
    assert is_quoted(found.sentences["total"], "widening_gap")


def test_organisations_that_differ_as_before_have_not_drifted_apart() -> None:
    assert gap(panel(8, 8)).fired == {}
    assert gap(panel(12, 3)).fired == {}


def test_who_is_there_in_one_period_only_is_not_compared() -> None:
    rows = panel(3, 12)
    newcomers = [row for unit in range(5) for row in history(f"new{unit}", [(1, 40)])]
    with_them = [*rows[:-2], *newcomers, *rows[-2:]]
    kept = ("spread_before", "spread", "members", "least")
    told = [gap(each).findings["numbers"].struct.unnest().select(kept).row(0) for each in (rows, with_them)]
    assert told[0] == told[1]


def test_only_the_period_just_before_is_compared() -> None:
    rows = [row | {"period": "2020"} if row["period"] == "2021" else row for row in panel(3, 12)]
    assert gap(rows).reasons == {"total": "ответивших в обоих периодах ОО: 0, нужно 15"}


def test_organisations_several_levels_below_belong_to_the_total() -> None:
    rows = panel(3, 12)
    towns = [row for town in "ab" for row in history(town, [(600, 1000)] * 2, level=1, unit_kind="town")]
    parents = {unit: "ab"[number % 2] for number, unit in enumerate(below(rows))} | {"a": "total", "b": "total"}
    whole = [row | ({"level": 2} if row["unit"] == "total" else {}) for row in rows]
    found = asked([*whole[:-2], *towns, *whole[-2:]], WideningGap(), parents=parents)
    assert "total" in found.fired
    assert found.findings.filter(unit="total")["numbers"].struct.field("members").to_list() == [40]
    assert found.tested == 3


def test_the_order_of_organisations_changes_nothing() -> None:
    rows = panel(4, 9)
    there, back = gap(rows), gap(rows[::-1])
    assert (there.sentences, there.expected) == (back.sentences, back.expected)
    assert there.findings["p_value"].to_list() == back.findings["p_value"].to_list()


def test_where_lower_is_better_the_gap_is_the_same() -> None:
    rows = panel(3, 12)
    turned = [row | {"numerator": row["denominator"] - row["numerator"], "value": 100 - row["value"]} for row in rows]
    there, back = gap(rows), gap(turned, better="lower")
    assert there.fired == back.fired
    assert there.findings["p_value"].to_list() == back.findings["p_value"].to_list()


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (panel(3, 12, members=12), "ответивших в обоих периодах ОО: 12, нужно 15"),
        ([row for row in panel(3, 12) if row["period"] == "2022"], "первый период наблюдения"),
        (
            [row | {"definition": row["period"]} for row in panel(3, 12)],
            "ответивших в обоих периодах ОО: 0, нужно 15; раньше изменилось определение показателя",
        ),
        ([*panel(3, 12)[:-1], cell("total", "2022", level=1, unit_kind="district")], "нет данных"),
    ],
)
def test_a_gap_that_cannot_be_checked_says_why(rows: list[dict[str, Any]], reason: str) -> None:
    found = gap(rows)
    assert (found.fired, found.reasons) == ({}, {"total": reason})


def test_organisations_have_no_gap_of_their_own() -> None:
    rows = panel(3, 12)
    found = gap(rows, WideningGap(applies_to="organisations"))
    assert (found.fired, found.reasons, found.tested) == ({}, {}, 0)


def test_presence_of_a_thing_has_no_gap() -> None:
    rows = [row for unit in range(20) for row in history(f"u{unit}", [(1, 1), (unit % 2, 1)])]
    found = gap([*rows, *total((20, 20), (10, 20))], measure=PRESENCE)
    assert (found.fired, found.reasons) == ({}, {})


def test_the_number_of_draws_is_the_rule_s_own() -> None:
    rows = panel(3, 12)
    p = [gap(rows, evolve(WideningGap(), draws=draws)).findings["p_value"][0] for draws in (99, 999)]
    assert p == pytest.approx([0.01, 0.001])
