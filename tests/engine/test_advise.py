from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judging import COUNT, PRESENCE, cell, cells, district, in_tree, indicator, judged
from profdev_indicators.builtin import advice
from profdev_indicators.builtin.rules import Coverage, Drop, Lost, Streak
from profdev_indicators.builtin.rules.sentences import TELLINGS
from profdev_indicators.engine.advise import Recommend, advise
from profdev_indicators.frames import RECOMMENDATIONS
from profdev_indicators.model import Advice, Advising, District
from profdev_indicators.results import Finding, Recommendation

CHECK = Advising(
    deadline="03-01",
    responsible="Директор",
    check="Карта следующего года",
    advice={
        "drop": Advice(action="{unit}: разобрать снижение ({change}) показателя «{indicator}»"),
        "coverage": Advice(action="Представить данные за {period}"),
        "lost": Advice(action="Восстановить", deadline="10-01", responsible="Методист", check="Ссылка"),
    },
)


def asked(**more: Any) -> District:
    """One indicator, the rules that have advice above."""
    return district(
        indicator(**more), rules=[Lost(), Drop(points=5), Streak(length=1), Coverage()], recommendations=CHECK
    )


def advised(
    rows: Sequence[Mapping[str, Any]],
    given: District,
    *,
    recommend: Recommend = advice.recommend,
    clusters: Mapping[str, str] | None = None,
    period: str = "2022",
) -> pl.DataFrame:
    """RECOMMENDATIONS for one period."""
    values = cells(rows)
    findings, _ = judged(rows, given, period, clusters=clusters)
    return advise(findings, values, given, recommend=recommend, clusters=in_tree(values, clusters), tellings=TELLINGS)


def year(period: str, **answers: tuple[float, float | None] | None) -> list[dict[str, Any]]:
    """A cell per unit, named by the unit."""
    return [cell(unit, period, *(answer or (None, None))) for unit, answer in answers.items()]


def test_a_recommendation_says_to_whom_what_by_when_and_from_whom_to_learn() -> None:
    rows = [*year("2021", a=(34, 42), b=(30, 40), c=(20, 40)), *year("2022", a=(30, 42), b=(35, 40), c=(20, 40))]
    table = advised(rows, asked())
    assert table.schema == RECOMMENDATIONS
    assert table.rows(named=True) == [
        {
            "unit": "a",
            "unit_name": "Организация a",
            "period": "2022",
            "indicator": "1",
            "rule": "drop",
            "severity": "attention",
            "fact": (
                "Снижение с 81,0\N{NO-BREAK SPACE}% (34 из 42) до 71,4\N{NO-BREAK SPACE}% (30 из 42), "
                "−9,5\N{NO-BREAK SPACE}п.п. к 2021."
            ),
            "action": "Организация a: разобрать снижение (−9,5\N{NO-BREAK SPACE}п.п.) показателя «Показатель 1»",
            "deadline": date(2023, 3, 1),
            "responsible": "Директор",
            "learn_from": "Организация b",
            "check": "Карта следующего года",
        }
    ]


def test_the_leading_finding_of_a_cell_is_answered_and_the_others_are_named() -> None:
    seen: list[Finding] = []

    def listen(*, finding: Finding, district: District) -> Recommendation | None:  # noqa: ARG001 - as the hook is called
        seen.append(finding)
        return None

    rows = [*year("2021", a=(34, 42)), *year("2022", a=(30, 42))]
    assert advised(rows, asked(), recommend=listen).is_empty()
    (found,) = seen
    assert (found.rule, found.others, found.numerator, found.denominator) == ("drop", ("streak",), 30.0, 42.0)
    assert found.numbers["base_period"] == "2021"


def test_an_indicator_s_own_advice_comes_before_the_district_s() -> None:
    rows = [*year("2021", a=(1, 1)), *year("2022", a=(0, 1))]
    own = {"lost": Advice(action="Своё")}
    common = advised(rows, asked(measure=PRESENCE)).row(0, named=True)
    special = advised(rows, asked(measure=PRESENCE, advice=own)).row(0, named=True)
    keys = ("action", "deadline", "responsible", "check")
    assert [common[key] for key in keys] == ["Восстановить", date(2023, 10, 1), "Методист", "Ссылка"]
    assert [special[key] for key in keys] == ["Своё", date(2023, 3, 1), "Директор", "Карта следующего года"]


def test_a_rule_without_advice_gets_none() -> None:
    rows = [*year("2021", a=(34, 42)), *year("2022", a=(33, 42))]
    assert advised(rows, asked()).is_empty()


def test_another_reading_gets_no_advice() -> None:
    rows = [row | {"reading": "strict"} for row in (*year("2021", a=(34, 42)), *year("2022", a=(30, 42)))]
    assert advised(rows, asked(alternatives=())).is_empty()


@pytest.mark.parametrize(
    ("calendar", "periods", "deadline"),
    [
        ("year", ("2021", "2022"), date(2023, 3, 1)),
        ("school_year", ("2020/2021", "2021/2022"), date(2023, 3, 1)),
        ("quarter", ("2021-Q4", "2022-Q1"), date(2023, 3, 1)),
        ("half", ("2021-H1", "2021-H2"), date(2022, 3, 1)),
    ],
)
def test_a_deadline_is_the_first_such_day_after_the_period(calendar: Any, periods: Any, deadline: date) -> None:
    given = district(indicator(), rules=[Drop(points=5)], recommendations=CHECK, calendar=calendar)
    rows = [*year(periods[0], a=(34, 42)), *year(periods[1], a=(30, 42))]
    assert advised(rows, given, period=periods[1])["deadline"].to_list() == [deadline]


# --- from whom to learn -----------------------------------------------------------------------------------------


def learns(better: Mapping[str, dict[str, Any]], clusters: Mapping[str, str] | None = None, **more: Any) -> str | None:
    """From whom ``a``, which fell from 90 to 50 per cent, is to learn."""
    rows = [cell("a", "2021", 36, 40), cell("a", "2022", 20, 40)]
    rows += [cell(unit) | changes for unit, changes in better.items()]
    table = advised(rows, asked(**more), clusters=clusters)
    return table.row(0, named=True)["learn_from"]


def share(numerator: float, denominator: float, **more: object) -> dict[str, Any]:
    """What differs from silence."""
    return cell(numerator=numerator, denominator=denominator, **more) | {"unit": None, "unit_name": None} | more


def peers(**answers: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Units by their id."""
    return {unit: answer | {"unit": unit, "unit_name": f"Школа {unit}"} for unit, answer in answers.items()}


def test_the_best_two_teach() -> None:
    assert learns(peers(b=share(30, 40), c=share(39, 40), d=share(35, 40))) == "Школа c; Школа d"


def test_of_equals_the_larger_teaches_then_the_first() -> None:
    assert learns(peers(b=share(9, 10), c=share(36, 40), d=share(18, 20), e=share(18, 20))) == "Школа c; Школа d"


def test_nobody_teaches_who_does_not_do_better() -> None:
    assert learns(peers(b=share(20, 40), c=share(10, 40))) is None


def test_who_is_unconfirmed_partial_tiny_or_of_another_group_does_not_teach() -> None:
    unfit = peers(
        b=share(40, 40, evidenced=0),
        c=share(40, 40, state="partial"),
        d=share(4, 4),
        e=share(40, 40, unit_kind="kindergarten"),
        f=share(40, 40, level=1),
        g=share(40, 40),
        h=share(40, 40, period="2021"),
    )
    assert learns(unfit, clusters={"g": "город"}) is None


def test_a_small_unit_teaches_where_it_is_not_tiny() -> None:
    assert learns(peers(b=share(5, 5), c=share(20, 40), d=share(20, 40))) == "Школа b"


def test_organisations_count_as_one_and_still_teach() -> None:
    rows = [*year("2021", a=(1, 1), b=(1, 1), c=(0, 1)), *year("2022", a=(0, 1), b=(1, 1), c=(0, 1))]
    assert advised(rows, asked(measure=PRESENCE))["learn_from"].to_list() == ["Организация b"]


def test_counts_teach_without_a_denominator() -> None:
    rows = [*year("2021", a=(9, None), b=(1, None)), *year("2022", a=(0, None), b=(4, None))]
    assert advised(rows, asked(measure=COUNT))["learn_from"].to_list() == ["Организация b"]


def test_where_lower_is_better_the_lowest_teach() -> None:
    rows = [cell("a", "2021", 4, 40), cell("a", "2022", 20, 40)]
    rows += [cell("b", "2022", 39, 40), cell("c", "2022", 1, 40)]
    assert advised(rows, asked(better="lower"))["learn_from"].to_list() == ["Организация c"]


def test_silence_learns_from_nobody() -> None:
    rows = [*year("2021", a=(3, 4)), *year("2022", a=None, b=(39, 40))]
    table = advised(rows, asked())
    assert table.select("rule", "fact", "action", "learn_from").rows() == [
        ("coverage", "Данные за 2022 не представлены.", "Представить данные за 2022", None)
    ]


# --- addressed ------------------------------------------------------------------------------------------------------

shares = st.integers(1, 40).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(shares, shares), min_size=1, max_size=12))
def test_no_two_units_get_one_text_for_different_facts(answers: list[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    units = {f"u{n}": pair for n, pair in enumerate(answers)}
    rows = [
        *(cell(unit, "2021", *before) for unit, (before, _) in units.items()),
        *(cell(unit, "2022", *after) for unit, (_, after) in units.items()),
    ]
    given = district(
        indicator(),
        rules=[Drop(points=0.1, persons=0)],
        recommendations=Advising(advice={"drop": Advice(action="Разобрать")}),
    )
    texts: dict[str, tuple[tuple[int, int], tuple[int, int]]] = {}
    for row in advised(rows, given).iter_rows(named=True):
        assert texts.setdefault(row["fact"], units[row["unit"]]) == units[row["unit"]]
