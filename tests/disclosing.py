"""Invented districts whose numbers have to be protected, for tests of disclosure control."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import attrs
import polars as pl
from hypothesis import strategies as st

from attacking import Column, World
from profdev_indicators.builtin.measures import Count, Mean, Share
from profdev_indicators.model import (
    DisclosureClass,
    DisclosurePolicy,
    District,
    Indicator,
    Item,
    Measure,
    Name,
    Population,
    Publication,
    Section,
    Source,
)
from strategies import Given

TEACHERS = Population(id="teachers", title="педагоги", items=("n_ped",))
YOUNG = Population(id="young", title="молодые педагоги", items=("n_young",))
TESTED = Population(id="tested", title="прошедшие диагностику", items=("n_diag",))
SCHOOLS = Population(id="schools", title="школы", items=("school",))
CARD = Source(
    id="card",
    title="карта",
    reader=Given(),
    asked_of=("school",),
    items=(
        Item(id="n_ped", title="педагогов", type="count"),
        Item(id="n_young", title="молодых", type="count", at_most="n_ped"),
        Item(id="n_diag", title="прошли диагностику", type="count", at_most="n_ped"),
        Item(id="n_young_diag", title="из них молодых", type="count", at_most="n_diag"),
        Item(id="n_route", title="с маршрутом", type="count", at_most="n_ped", only_if="routes"),
        Item(id="points", title="баллы", type="number"),
        Item(id="routes", title="маршруты составляют", type="flag"),
    ),
)
MEASURES: Mapping[str, Measure] = {
    "all": Share(counted="n_diag", population=TEACHERS),
    "again": Share(counted="n_diag", population=TEACHERS),
    "young": Share(counted="n_young_diag", population=YOUNG),
    "of_tested": Share(counted="n_young_diag", population=TESTED),
    "count": Count(counted="n_diag"),
    "mean": Mean(points="points", answers="n_ped"),
    "route": Share(counted="n_route", population=TEACHERS),
    "routes": Share(counted="routes", population=SCHOOLS),
}


def district(
    classes: Mapping[str, DisclosureClass | None],
    policy: DisclosurePolicy | None = None,
    *,
    calendar: Literal["year", "quarter"] = "year",
    also: Sequence[Indicator] = (),
) -> District:
    """Indicators of these classes, under a policy."""
    indicators = tuple(
        Indicator(
            id=name,
            title=name,
            measure=MEASURES[name],
            source=CARD,
            silence="excluded",
            missing="strict",
            disclosure=disclosure,
        )
        for name, disclosure in classes.items()
    )
    return District(
        id="district",
        title=Name(nominative="Вымышленный район"),
        calendar=calendar,
        sources=(CARD,),
        populations=(TEACHERS, YOUNG, TESTED, SCHOOLS),
        sections=(Section(id="all", title="Всё", indicators=(*indicators, *also)),),
        publication=Publication(disclosure=policy or DisclosurePolicy()),
    )


def flat(numbers: Mapping[str, tuple[int, int]], indicator: str = "all", period: str = "2022") -> World:
    """Organisations right under the district: numerator and denominator of each."""
    column = (indicator, period)
    return World(
        columns=[column],
        parent=dict.fromkeys(numbers, "district"),
        x={(unit, column): x for unit, (x, _) in numbers.items()},
        n={(unit, column): n for unit, (_, n) in numbers.items()},
    )


@st.composite
def policies(draw: st.DrawFn, /, **more: Any) -> DisclosurePolicy:
    """Policies that hide a lot of small numbers and little."""
    return DisclosurePolicy(
        minimum_denominator=draw(st.sampled_from([1, 3, 5])),
        threshold=draw(st.sampled_from([2, 3])),
        sensitive_threshold=draw(st.sampled_from([3, 5])),
        minimum_hidden=draw(st.sampled_from([2, 3])),
        width=draw(st.sampled_from([0.0, 20.0, 50.0])),
        **more,
    )


@st.composite
def trees(draw: st.DrawFn, *, most: int = 7) -> dict[str, str]:
    """Who stands under whom: organisations under the district, perhaps under clusters in between."""
    clusters = [f"m{number}" for number in range(draw(st.integers(0, 2)))]
    above = clusters or ["district"]
    count = draw(st.integers(max(1, len(clusters)), most))
    places = [*range(len(above)), *(draw(st.integers(0, len(above) - 1)) for _ in range(count - len(above)))]
    return dict.fromkeys(clusters, "district") | {f"s{k}": above[place] for k, place in enumerate(places[:count])}


@st.composite
def worlds(draw: st.DrawFn, names: Sequence[str], *, most: int = 7, people: int = 12, sure: bool = False) -> World:
    """What organisations have told about the same people; some are silent unless all are ``sure`` to answer."""
    parent = draw(trees(most=most))
    columns: list[Column] = [(name, "2022") for name in names]
    x, n = dict[tuple[str, Column], int](), dict[tuple[str, Column], int]()
    for unit in sorted(parent.keys() - set(parent.values())):
        told = _told(draw, people)
        for column in columns:
            part, whole = told[column[0]]
            if whole and (sure or draw(st.integers(0, 9))):
                x[unit, column], n[unit, column] = part, whole
    nested = [(("all", "2022"), ("young", "2022"))] if {"all", "young"} <= set(names) else []
    return World(columns=columns, parent=parent, x=x, n=n, inside=nested, nested=nested)


def _told(draw: st.DrawFn, people: int) -> dict[str, tuple[int, int]]:
    n = draw(st.integers(1, people))
    x = draw(st.one_of(st.integers(0, n), st.sampled_from([0, n, min(1, n)])))
    young = draw(st.integers(0, n))
    both = draw(st.integers(max(0, x + young - n), min(x, young)))
    return {"all": (x, n), "again": (x, n), "young": (both, young), "of_tested": (both, x), "count": (x, n)}


@st.composite
def years(draw: st.DrawFn, *, most: int = 6, people: int = 7) -> World:
    """Two quarters of one year, the second counting on from the first."""
    one = draw(worlds(["all"], most=most, people=people))
    first, second = ("all", "2022-Q1"), ("all", "2022-Q2")
    x = {(unit, first): number for (unit, _), number in one.x.items()}
    n = {(unit, quarter): number for (unit, _), number in one.n.items() for quarter in (first, second)}
    for unit, _ in one.x:
        low, high = x[unit, first], n[unit, first]
        x[unit, second] = draw(st.one_of(st.integers(low, high), st.just(min(low + 1, high))))
    return attrs.evolve(one, columns=[first, second], x=x, n=n, inside=[(second, first)], nested=[])


def bare(values: pl.DataFrame, hidden: pl.DataFrame) -> pl.DataFrame:
    """The naive publication: only what is small itself is hidden."""
    small = hidden.filter("primary").select("unit", "period", "indicator", away=pl.lit(value=True))
    return values.join(small, on=["unit", "period", "indicator"], how="left", maintain_order="left").with_columns(
        pl.when(pl.col("away").is_null()).then("numerator").alias("numerator")
    )
