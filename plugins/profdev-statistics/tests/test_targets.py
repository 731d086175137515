from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from judging import COUNT, MEAN, PRESENCE, cell, district, indicator, judged
from profdev_indicators.model import Rule, Target
from profdev_indicators.results import Finding
from profdev_indicators.sentences import fact
from profdev_indicators.wording import NBSP
from profdev_statistics.rules.targets import MissedTarget, TargetAtRisk
from profdev_statistics.rules.targets_sentences import TELLINGS

NAMES: Mapping[type, str] = {MissedTarget: "missed_target", TargetAtRisk: "target_at_risk"}


def at(target: float) -> tuple[Target, ...]:
    return (Target(since=date(2018, 1, 1), at=target),)


def said(rows: Iterable[Mapping[str, Any]], rule: Rule, **more: Any) -> tuple[pl.DataFrame, list[str]]:
    findings, unchecked = judged(rows, district(indicator(rule, **more)), rule_names=NAMES)
    return findings, unchecked["reason"].to_list()


def one(x: float, n: float, target: float = 80.0, **more: Any) -> dict[str, Any] | None:
    findings, _ = said([cell(numerator=x, denominator=n)], MissedTarget(), target=at(target), **more)
    return findings.row(0, named=True) if findings.height else None


def sentence(rows: Iterable[Mapping[str, Any]], rule: Rule, **more: Any) -> str:
    asked = indicator(rule, **more)
    findings, _ = judged(rows, district(asked), rule_names=NAMES)
    row = findings.row(0, named=True)
    counted = {name: row["numbers"][name] for name in ("numerator", "denominator")}
    named = {"unit_name": "СОШ № 1", "unit_kind": "school", "level": 0}
    return fact(Finding.of(row | counted | named), asked, TELLINGS)


# --- a target that is missed ----------------------------------------------------------------------------------------


@given(n=st.integers(15, 60), data=st.data(), target=st.sampled_from([25.0, 50.0, 80.0, 95.0]))
def test_severity_follows_the_binomial_mid_p(n: int, data: st.DataObject, target: float) -> None:
    x = data.draw(st.integers(0, n))
    p = binom.cdf(x - 1, n, target / 100) + binom.pmf(x, n, target / 100) / 2
    row = one(x, n, target)
    if 100 * x / n >= target:
        assert row is None
    else:
        assert row is not None
        assert row["p_value"] == pytest.approx(p)
        assert row["severity"] == ("risk" if p <= 0.01 else "attention" if p <= 0.05 else "info")
        assert row["suspended_by"] is None


@given(n=st.integers(1, 60), data=st.data(), target=st.sampled_from([20.0, 50.0, 80.0]))
def test_where_lower_is_better_the_others_are_counted(n: int, data: st.DataObject, target: float) -> None:
    x = data.draw(st.integers(0, n))
    up, down = one(x, n, target), one(n - x, n, 100 - target, better="lower")
    assert (up is None) == (down is None)
    if up is not None and down is not None:
        assert up["severity"] == down["severity"]
        assert up["p_value"] == pytest.approx(down["p_value"])
        assert up["numbers"]["short"] == down["numbers"]["short"]


@pytest.mark.parametrize("size", [15, 40, 80])
def test_who_truly_is_at_the_target_is_seldom_called_below_it(size: int) -> None:
    counts = np.arange(size + 1)
    p = binom.cdf(counts - 1, size, 0.8) + binom.pmf(counts, size, 0.8) / 2
    severities = [row["severity"] if (row := one(x, size)) else None for x in range(size + 1)]
    fires = np.array([severity in {"attention", "risk"} for severity in severities])
    often = float(binom.pmf(counts, size, 0.8)[fires].sum())
    assert often == pytest.approx(float(binom.pmf(counts, size, 0.8)[p <= 0.05].sum()))
    assert 0.03 <= often <= 0.065  # 4–6 %


@pytest.mark.parametrize(
    ("x", "n", "severity", "capped"),
    [(2, 9, "info", "small"), (6, 9, "info", None), (6, 12, "attention", None), (5, 12, "attention", "small")],
)
def test_few_heads_allow_little_to_be_said(x: int, n: int, severity: str, capped: str | None) -> None:
    row = one(x, n)
    assert row is not None
    assert (row["severity"], row["suspended_by"]) == (severity, capped)


def test_few_heads_and_next_to_no_chance_is_a_risk_all_the_same() -> None:
    row = one(1, 12)
    assert row is not None
    assert (row["severity"], row["suspended_by"]) == ("risk", None)


def test_at_a_hundred_per_cent_any_miss_is_a_fact_without_a_test() -> None:
    row = one(18, 20, 100.0)
    assert row is not None
    assert (row["severity"], row["p_value"]) == ("info", None)


def test_reaching_the_target_exactly_is_reaching_it() -> None:
    assert one(29, 100, 29.0) is None


@pytest.mark.parametrize(
    ("measure", "value"), [(MEAN, {"numerator": 30.0, "denominator": 10.0, "value": 3.0}), (COUNT, {"numerator": 3.0})]
)
def test_no_chance_is_reckoned_for_means_and_counts(measure: Any, value: dict[str, Any]) -> None:
    findings, _ = said([cell(**value)], MissedTarget(), measure=measure, target=at(4.0))
    assert findings.select("severity", "p_value").rows() == [("info", None)]


def test_silence_is_not_below_a_target() -> None:
    findings, reasons = said([cell(), cell("b", state="not_applicable")], MissedTarget(), target=at(80.0))
    assert findings.is_empty()
    assert reasons == ["нет данных", "не применимо"]


def test_without_a_target_or_a_direction() -> None:
    rows = [cell(numerator=1, denominator=20)]
    assert said(rows, MissedTarget())[1] == []
    assert said(rows, MissedTarget(), target=at(80.0), better="neutral")[1] == ["направление не задано"]


SURE = "с учётом численности уровень {} целевого достоверно"
SMALL = "численность меньше 10: отмечено для сведения"


@pytest.mark.parametrize(
    ("x", "n", "target", "better", "text"),
    [
        (29, 40, 80.0, "higher", "72,5_% (29 из 40) при целевом 80_%: не хватает 3 чел.; отличие может быть случайным"),
        (24, 40, 80.0, "higher", f"60,0_% (24 из 40) при целевом 80_%: не хватает 8 чел.; {SURE.format('ниже')}"),
        (16, 40, 20.0, "lower", f"40,0_% (16 из 40) при целевом не больше 20_%: лишних 8 чел.; {SURE.format('выше')}"),
        (18, 20, 100.0, "higher", "90,0_% (18 из 20) при целевом 100_%: не хватает 2 чел"),
        (3, 8, 80.0, "higher", f"37,5_% (3 из 8) при целевом 80_%: не хватает 4 чел.; {SMALL}"),
    ],
)
def test_sentences_about_missed_targets(x: int, n: int, target: float, better: Any, text: str) -> None:
    rows = [cell(numerator=x, denominator=n)]
    told = sentence(rows, MissedTarget(), target=at(target), better=better)
    assert told.replace(NBSP, "_") == f"{text}."


def test_organisations_are_not_called_people() -> None:
    total = cell("d", numerator=20, denominator=40, level=1, expected=40, reported=40)
    told = sentence([total], MissedTarget(), measure=PRESENCE, target=at(80.0))
    assert "не хватает 12 ОО" in told


def test_a_mean_is_compared_plainly() -> None:
    row = cell(numerator=30.0, denominator=10.0, value=3.0)
    told = sentence([row], MissedTarget(), measure=MEAN, target=at(4.0), unit="балл")
    assert told.replace(NBSP, " ") == "3 балла (30 / 10) при целевом значении 4 балла: −1 балл."


# --- a target that will be missed -----------------------------------------------------------------------------------


def series(share: float, units: int = 12, heads: int = 40, years: range = range(2018, 2023)) -> list[dict[str, Any]]:
    rng = np.random.default_rng(9)
    return [
        cell(f"s{number:02}", str(year), float(rng.binomial(heads, share)), heads)
        for number in range(units)
        for year in years
    ]


def test_who_stays_far_below_will_miss_and_who_stays_far_above_will_not() -> None:
    findings, reasons = said(series(0.6), TargetAtRisk(), target=at(90.0))
    assert findings["severity"].to_list() == ["risk"] * 12
    assert reasons == []
    assert said(series(0.95), TargetAtRisk(), target=at(60.0))[0].is_empty()


def test_every_asked_period_is_foretold_from_its_own_past() -> None:
    asked = district(indicator(TargetAtRisk(), target=at(90.0)))
    rows = series(0.6)
    both, _ = judged(rows, asked, "2021", "2022", rule_names=NAMES)
    past, _ = judged([row for row in rows if row["period"] < "2022"], asked, "2021", rule_names=NAMES)
    numbers = both.filter(pl.col("period") == "2021")["numbers"].to_list()
    assert numbers == past["numbers"].to_list()


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (series(0.6, years=range(2021, 2023)), "сопоставимых периодов всего 2"),
        (series(0.6, years=range(2022, 2023)), "сопоставимых периодов: 1, для прогноза нужно не меньше 2"),
        (series(0.6, units=9), "организаций с 3 периодами и больше: 9, нужно не меньше 10"),
    ],
)
def test_a_short_series_or_a_small_panel_is_not_a_no(rows: list[dict[str, Any]], reason: str) -> None:
    findings, reasons = said(rows, TargetAtRisk(), target=at(90.0))
    assert findings.is_empty()
    assert set(reasons) == {reason}


def test_a_break_of_the_definition_begins_the_series_anew() -> None:
    rows = [row | {"definition": "old" if row["period"] < "2022" else "new"} for row in series(0.6)]
    findings, reasons = said(rows, TargetAtRisk(), target=at(90.0))
    assert findings.is_empty()
    assert set(reasons) == {"сопоставимых периодов: 1, для прогноза нужно не меньше 2"}


def test_silence_is_told_and_no_forecast() -> None:
    rows = [row for row in series(0.6) if not (row["unit"] == "s00" and row["period"] == "2022")] + [cell("s00")]
    findings, reasons = said(rows, TargetAtRisk(), target=at(90.0))
    assert reasons == ["нет данных"]
    assert "s00" not in findings["unit"].to_list()


def test_a_total_over_too_few_is_no_point_of_its_series() -> None:
    rows = [cell("d", str(year), 200.0, 400, level=1, expected=10, reported=10) for year in range(2020, 2023)]
    rows[1] |= {"reported": 7, "state": "partial"}
    findings, reasons = said(rows, evolve(TargetAtRisk(), applies_to="totals"), target=at(90.0))
    assert findings.is_empty()
    assert reasons == ["сопоставимых периодов: 2, для прогноза нужно не меньше 3"]


def test_a_hundred_per_cent_is_no_matter_of_probability() -> None:
    _, reasons = said(series(0.6), TargetAtRisk(), target=at(100.0))
    assert set(reasons) == {"цель 100 %: одного человека довольно, вероятность не оценивается"}


def test_the_rule_is_not_in_force_for_yes_and_no_and_for_counts() -> None:
    flags = [row | {"numerator": 1.0, "denominator": 1.0, "value": 100.0} for row in series(0.6)]
    assert said(flags, TargetAtRisk(), target=at(90.0), measure=PRESENCE)[1] == []
    counts = [row | {"denominator": None, "value": row["numerator"]} for row in series(0.6)]
    assert said(counts, TargetAtRisk(), target=at(90.0), measure=COUNT)[1] == []


def test_few_heads_are_information() -> None:
    findings, _ = said(series(0.3, heads=8), TargetAtRisk(), target=at(95.0))
    assert set(findings.select("severity", "suspended_by").rows()) == {("info", "small")}


def test_rules_about_targets_mirror_forecasts_where_lower_is_better() -> None:
    up, _ = said(series(0.6), TargetAtRisk(), target=at(75.0))
    turned = [row | {"numerator": 40 - row["numerator"], "value": 100 - row["value"]} for row in series(0.6)]
    down, _ = said(turned, TargetAtRisk(), target=at(25.0), better="lower")
    assert up.select("unit", "severity").rows() == down.select("unit", "severity").rows()
    assert up.height > 0


def test_a_total_is_judged_where_it_is_asked_for() -> None:
    rows = [cell("d", str(year), 200.0, 400, level=1) for year in range(2018, 2023)]
    assert said(rows, TargetAtRisk(), target=at(90.0))[0].is_empty()
    findings, _ = said(rows, evolve(TargetAtRisk(), applies_to="totals"), target=at(90.0))
    assert findings["severity"].to_list() == ["risk"]


def test_the_sentence_about_a_target_at_risk() -> None:
    told = sentence(series(0.6), TargetAtRisk(), target=at(90.0)).replace(NBSP, " ")
    assert told.startswith("Прогноз на 2023: ")
    assert told.endswith("Вероятность не достичь 90 % — 99 %.")
    assert "(80 % интервал " in told
