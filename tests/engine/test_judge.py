from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from random import Random
from typing import Any

import polars as pl
import pytest
from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from judging import (
    COUNT,
    PRESENCE,
    RULE_NAMES,
    SHARE,
    cell,
    cells,
    district,
    fired,
    in_tree,
    indicator,
    judged,
    reasons,
)
from profdev_indicators.builtin.measures import Share
from profdev_indicators.builtin.rules import BelowPeers, BelowTarget, Coverage, Drop, Lost, Streak
from profdev_indicators.engine.judge import check_rules, judge, rules_of
from profdev_indicators.frames import FINDINGS, UNCHECKED, Judgement, Severity
from profdev_indicators.model import Advice, Advising, Alternative, AppliesTo, Rule, Target
from profdev_indicators.periods import Period

FALL = (cell(period="2021", numerator=34, denominator=42), cell(period="2022", numerator=30, denominator=42))


def test_a_finding_carries_all_a_sentence_needs() -> None:
    findings, unchecked = judged(FALL, district(indicator(), rules=[Drop(points=5, persons=2)]))
    assert unchecked.is_empty()
    assert findings.rows(named=True) == [
        {
            "district": "d",
            "unit": "a",
            "period": "2022",
            "indicator": "1",
            "reading": "main",
            "rule": "drop",
            "severity": "attention",
            "value": pytest.approx(71.4285714),
            "base": pytest.approx(80.952381),
            "change": pytest.approx(-9.523810),
            "numbers": {
                "kind": "drop",
                "numerator": 30.0,
                "denominator": 42.0,
                "expected": 1,
                "reported": 1,
                "base_period": "2021",
                "base_numerator": 34.0,
                "base_denominator": 42.0,
                "persons": pytest.approx(4.0),
                "threshold": 5.0,
                "small": None,
            },
            "p_value": None,
            "suspended_by": None,
            "raised_by": None,
        }
    ]


def test_findings_have_the_declared_columns_whatever_the_rules() -> None:
    with_rules = judged(FALL, district(indicator(), rules=[Drop(points=5), Streak(), Coverage()]))
    without = judged(FALL, district(indicator()))
    for findings, unchecked in (with_rules, without):
        assert findings.drop("numbers").schema == {n: t for n, t in FINDINGS.items() if n != "numbers"}
        assert isinstance(findings.schema["numbers"], pl.Struct)
        assert unchecked.schema == UNCHECKED
    assert without[0].is_empty()
    assert without[1].is_empty()


def test_the_numbers_of_all_rules_in_force_share_one_struct() -> None:
    findings, _ = judged(
        FALL,
        district(indicator(target=(Target(since=date(2020, 1, 1), at=90),)), rules=[Drop(points=5), BelowTarget()]),
    )
    assert {"base_period", "target", "kind"} <= set(findings["numbers"].struct.fields)
    assert [row["kind"] for row in findings["numbers"]] == ["drop", "below_target"]
    assert [row["target"] for row in findings["numbers"]] == [None, 90.0]


def test_within_a_cell_the_gravest_leads_then_the_order_of_the_configuration() -> None:
    rules = (
        Drop(points=5),
        Drop(points=1, name="any"),
        Streak(length=1, severity="info"),
        Drop(points=9, name="deep", severity="critical"),
    )
    findings, _ = judged(FALL, district(indicator(), rules=rules))
    assert findings["rule"].to_list() == ["deep", "drop", "any", "streak"]


def test_findings_come_in_the_order_of_values() -> None:
    rows = [row | {"unit": unit, "indicator": i} for i in "21" for unit in ("b", "a") for row in FALL]
    findings, _ = judged(rows, district(indicator(id="1"), indicator(id="2"), rules=[Drop(points=5)]))
    assert list(findings.select("indicator", "unit").iter_rows()) == [("2", "b"), ("2", "a"), ("1", "b"), ("1", "a")]


def test_a_rule_of_its_own_replaces_the_common_one_of_that_name() -> None:
    own = Drop(points=50)
    asked = district(indicator(own, id="1"), indicator(id="2"), rules=[Drop(points=5), Coverage()])
    assert rules_of(asked.indicators[0], asked, RULE_NAMES) == {"drop": own, "coverage": Coverage()}
    rows = [row | {"indicator": i} for i in "12" for row in FALL]
    assert judged(rows, asked)[0]["indicator"].to_list() == ["2"]


def test_a_declined_rule_says_nothing() -> None:
    asked = district(indicator(without_rules=("drop",)), rules=[Drop(points=5), Streak(length=1)])
    findings, unchecked = judged(FALL, asked)
    assert findings["rule"].to_list() == ["streak"]
    assert unchecked.is_empty()


def test_a_rule_sees_only_the_indicators_it_is_in_force_for() -> None:
    asked = district(indicator(Drop(points=5), id="1"), indicator(Streak(length=1), id="2"))
    rows = [row | {"indicator": i} for i in "12" for row in FALL]
    assert list(judged(rows, asked)[0].select("indicator", "rule").iter_rows()) == [("1", "drop"), ("2", "streak")]


@pytest.mark.parametrize(
    ("applies_to", "units"), [("all", ["top", "a"]), ("organisations", ["a"]), ("totals", ["top"])]
)
def test_a_rule_may_be_for_those_who_answer_or_for_those_above(applies_to: AppliesTo, units: list[str]) -> None:
    rows = [row | {"unit": u, "level": level} for u, level in (("top", 1), ("a", 0)) for row in FALL]
    findings, _ = judged(rows, district(indicator(Drop(points=5, applies_to=applies_to))))
    assert findings["unit"].to_list() == units


def test_a_unit_above_others_which_is_asked_answers_for_itself() -> None:
    rows = [row | {"unit_kind": "district", "level": 1} for row in FALL]
    asked = district(indicator(Drop(points=5, applies_to="organisations"), asked_of=("district",)))
    assert judged(rows, asked)[0]["unit"].to_list() == ["a"]


def test_only_the_periods_asked_are_judged_and_only_earlier_ones_are_seen() -> None:
    rows = [cell(period=str(2019 + n), numerator=40 - 4 * n, denominator=42) for n in range(4)]
    asked = district(indicator(Drop(points=5)))
    assert judged(rows, asked, "2020", "2022")[0]["period"].to_list() == ["2020", "2022"]
    assert judged(rows, asked, "2019")[1]["reason"].to_list() == ["первый период наблюдения"]


@frozen(kw_only=True)
class Looking:
    """A stranger's rule which looks at the whole series."""

    severity: Severity = "info"
    name: str | None = "looking"
    applies_to: AppliesTo = "all"

    def judge(self) -> Judgement:
        last = pl.col("period").last().over("series")
        return Judgement(
            fired=pl.lit(value=True),
            unchecked=pl.lit(None, pl.String),
            severity=pl.lit("info"),
            numbers={"last": last, "rows": pl.len().over("series")},
        )


def test_no_rule_sees_what_comes_after_the_periods_asked() -> None:
    rows = [cell(period=str(2019 + n), numerator=40 - n, denominator=42) for n in range(4)]
    (found,) = judged(rows, district(indicator(Looking())), "2020", rule_names={Looking: "looking"})[0]["numbers"]
    assert (found["kind"], found["last"], found["rows"]) == ("looking", "2020", 2)


def test_every_reading_is_a_series_of_its_own() -> None:
    other = Alternative(id="strict", reading="иначе")
    rows = [*FALL, *(row | {"reading": "strict", "value": 50.0} for row in FALL)]
    findings, _ = judged(rows, district(indicator(Drop(points=5), alternatives=(other,))))
    assert findings["reading"].to_list() == ["main"]


def test_a_category_of_a_breakdown_is_not_judged() -> None:
    rows = [*FALL, *(row | {"breakdown": "subject", "category": "физика"} for row in FALL)]
    assert judged(rows, district(indicator(Drop(points=5))))[0].height == 1


def test_what_does_not_exist_is_neither_found_nor_unchecked() -> None:
    rows = [FALL[0], cell(state="not_defined", definition=None, expected=0)]
    findings, unchecked = judged(rows, district(indicator(), rules=[Drop(points=5), Coverage(), Streak(), Lost()]))
    assert findings.is_empty()
    assert unchecked.is_empty()


def test_a_unit_which_did_not_exist_is_looked_at_for_the_first_time() -> None:
    rows = [FALL[0] | {"state": "not_defined", "value": None, "numerator": None}, FALL[1]]
    assert reasons(rows, Drop(points=5)) == ["первый период наблюдения"]


def test_the_base_never_comes_from_another_series() -> None:
    rows = [
        *({**row, "indicator": "1"} for row in FALL),
        cell(period="2021", indicator="2", numerator=9),
        cell(period="2022", indicator="2", numerator=3),
        cell("b", "2022", indicator="2", numerator=3),
    ]
    asked = district(indicator(id="1"), indicator(id="2", measure=COUNT, unit="ед."), rules=[Drop(points=5)])
    findings, unchecked = judged(rows, asked)
    assert findings.filter(indicator="2")["numbers"].struct.field("base_denominator").to_list() == [None]
    assert unchecked.select("unit", "reason").rows() == [("b", "первый период наблюдения")]


# --- laws -----------------------------------------------------------------------------------------------------------

ALL_RULES: tuple[Rule, ...] = (
    Drop(points=3, persons=1, small=4),
    Drop(points=0.1, persons=0, within=2, name="bridged"),
    Streak(length=2, points=1),
    BelowTarget(margin=2),
    BelowPeers(points=5, at_least=2),
    Coverage(),
    Lost(applies_to="all"),
)
YEARS = ("2019", "2020", "2021", "2022")
# A panel holds many series, so few panels show as much as many of one series would, in a tenth of the time.
few = settings(max_examples=25, deadline=None)

whole = st.integers(1, 12)
answer = st.one_of(
    st.just({"numerator": None, "denominator": None}),
    whole.flatmap(lambda n: st.fixed_dictionaries({"numerator": st.integers(0, n), "denominator": st.just(n)})),
)
definitions = st.sampled_from(("one", "one", "one", "two"))


@st.composite
def panels(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Units over four years: shares, silence, breaks of definition, and rows which are not there."""
    rows = []
    for unit in "abcdefghij"[: draw(st.integers(1, 10))]:
        for year in YEARS:
            if draw(st.integers(0, 9)) == 0:
                continue
            told = draw(answer)
            rows.append(cell(unit, year, **told, definition=draw(definitions)))
    return rows


def _mirrored(row: Mapping[str, Any]) -> dict[str, Any]:
    """The same answer, told of those who are not counted."""
    numerator = None if row["numerator"] is None else row["denominator"] - row["numerator"]
    return cell(row["unit"], row["period"], numerator, row["denominator"], definition=row["definition"])


def _essence(frame: pl.DataFrame, sign: float) -> list[tuple[Any, ...]]:
    columns = [c for c in ("unit", "period", "rule", "severity", "suspended_by", "reason") if c in frame.columns]
    rows = frame.select(columns).rows()
    if "change" not in frame.columns:
        return rows
    changes = [None if change is None else round(sign * change, 6) + 0.0 for change in frame["change"]]
    return [(*row, change) for row, change in zip(rows, changes, strict=True)]


@few
@given(panels(), st.sampled_from((SHARE, PRESENCE)), st.integers(0, 100))
def test_law_of_polarity(rows: list[dict[str, Any]], measure: Share, target: int) -> None:
    higher = district(indicator(measure=measure, target=(Target(since=date(2020, 6, 1), at=target),)), rules=ALL_RULES)
    lower = district(
        indicator(measure=measure, better="lower", target=(Target(since=date(2020, 6, 1), at=100 - target),)),
        rules=ALL_RULES,
    )
    straight, mirrored = judged(rows, higher, *YEARS), judged(map(_mirrored, rows), lower, *YEARS)
    assert _essence(straight[0], 1) == _essence(mirrored[0], -1)
    assert _essence(straight[1], 1) == _essence(mirrored[1], -1)


@few
@given(panels(), st.randoms(use_true_random=False))
def test_law_of_order(rows: list[dict[str, Any]], random: Random) -> None:
    asked = district(indicator(target=(Target(since=date(2020, 6, 1), at=60),)), rules=ALL_RULES)
    shuffled = random.sample(rows, len(rows))
    for before, after in zip(judged(rows, asked, *YEARS), judged(shuffled, asked, *YEARS), strict=True):
        assert sorted(map(repr, before.rows())) == sorted(map(repr, after.rows()))


@few
@given(panels())
def test_a_unit_judged_among_others_is_judged_as_if_alone(rows: list[dict[str, Any]]) -> None:
    alone = tuple(rule for rule in ALL_RULES if not isinstance(rule, BelowPeers))
    asked = district(indicator(), rules=alone)
    together = judged(rows, asked, *YEARS)
    for unit in {row["unit"] for row in rows}:
        apart = judged([row for row in rows if row["unit"] == unit], asked, *YEARS)
        for among, single in zip(together, apart, strict=True):
            assert among.filter(unit=unit).rows() == single.rows()


@few
@given(panels())
def test_every_cell_and_rule_is_fired_or_unchecked_or_neither_but_never_both(rows: list[dict[str, Any]]) -> None:
    findings, unchecked = judged(rows, district(indicator(), rules=ALL_RULES), *YEARS)
    key = ["unit", "period", "rule"]
    assert findings.join(unchecked, on=key, how="semi").is_empty()
    assert not findings.select(key).is_duplicated().any()
    assert not unchecked.select(key).is_duplicated().any()


@few
@given(panels())
def test_silence_is_never_a_fall_and_never_passes_for_a_no(rows: list[dict[str, Any]]) -> None:
    dynamic = (Drop(points=0), Streak(length=1), Lost(applies_to="all"))
    findings, unchecked = judged(rows, district(indicator(measure=PRESENCE), rules=dynamic), *YEARS)
    silent = {(row["unit"], row["period"]) for row in rows if row["value"] is None}
    assert silent.isdisjoint(findings.select("unit", "period").rows())
    for rule in ("drop", "streak", "lost"):
        assert silent <= set(unchecked.filter(rule=rule).select("unit", "period").rows())


@few
@given(panels())
def test_streaming_judges_alike(rows: list[dict[str, Any]]) -> None:
    values = cells(rows)
    asked = district(indicator(), rules=ALL_RULES)
    periods = [Period.parse(year) for year in YEARS]
    said = judge(values, asked, tree=in_tree(values), asked=periods, rule_names=RULE_NAMES)
    plans = [said.findings, said.unchecked]
    for memory, streamed in zip(pl.collect_all(plans), pl.collect_all(plans, engine="streaming"), strict=True):
        assert memory.equals(streamed)


# --- names ----------------------------------------------------------------------------------------------------------


def test_names_which_no_rule_has_are_problems_with_a_path() -> None:
    asked = district(
        indicator(Drop(points=1), without_rules=("coverge",), advice={"drpo": Advice(action="Проверить")}),
        rules=[Coverage(), Coverage(at_least=50), Streak(name="three")],
        recommendations=Advising(advice={"three": Advice(action="Да"), "nothing": Advice(action="Нет")}),
    )
    assert [(p.path, p.message, p.hint) for p in check_rules(asked, RULE_NAMES)] == [
        ("dynamics.rules[1]", "второе правило с именем «coverage»", "дайте одному из них своё имя: name"),
        (
            "recommendations.advice.nothing",
            "нет правила «nothing»",
            "есть: below_peers, below_target, coverage, drop, lost, streak, three",
        ),
        ("sections[0].indicators[0].without_rules[0]", "нет правила «coverge»", "возможно, «coverage»?"),
        ("sections[0].indicators[0].advice.drpo", "нет правила «drpo»", "возможно, «drop»?"),
    ]


def test_a_school_year_has_a_year_before_it() -> None:
    rows = [
        cell(period="2020/2021", numerator=5, denominator=10),
        cell(period="2021/2022", numerator=3, denominator=10),
    ]
    findings, _ = judged(rows, district(indicator(Drop(points=5)), calendar="school_year"), "2021/2022")
    assert findings["numbers"].struct.field("base_period").to_list() == ["2020/2021"]
    assert fired(FALL, Drop(points=5)) == [("a", "attention")]
