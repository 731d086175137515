"""Invented districts and answers for property tests: one module, extended with every feature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import attrs
import pluggy
import polars as pl
from attrs import frozen
from hypothesis import strategies as st

from profdev_indicators.builtin.measures import Count, Mean, MeanOfUnits, Rate, Share
from profdev_indicators.facade import monitor
from profdev_indicators.model import (
    District,
    Indicator,
    Item,
    Measure,
    Name,
    Population,
    Request,
    Section,
    Silence,
    Source,
    Table,
    Unit,
)
from profdev_indicators.plugins import plugin_manager
from profdev_indicators.results import Monitoring

ITEMS = ("n_ped", "n_young", "n_diag", "n_covered", "points", "plan")
PERIODS = ("2021", "2022")


@frozen(kw_only=True)
class Given:
    """A reader of what the test put in memory: one table for each of the frames given."""

    def read(self, request: Request) -> Sequence[Table]:
        given = request.frames[request.source]
        frames = [given] if isinstance(given, pl.DataFrame) else given
        return [
            Table(frame=frame.lazy().select(name for name in frame.columns if name in request.columns))
            for frame in frames
        ]


TEACHERS = Population(id="teachers", title="педагоги", items=("n_ped",))
YOUNG = Population(id="young", title="молодые педагоги", items=("n_young",), having="n_young")
ORGANISATIONS = Population(id="organisations", title="организации", items=("school", "kindergarten"))
CARD = Source(
    id="card",
    title="карта",
    reader=Given(),
    asked_of=("school", "kindergarten"),
    items=(
        Item(id="n_ped", title="педагогов", type="count"),
        Item(id="n_young", title="молодых", type="count"),
        Item(id="n_diag", title="прошли диагностику", type="count"),
        Item(id="n_covered", title="молодых охвачено", type="count"),
        Item(id="points", title="баллы", type="number"),
        Item(id="plan", title="есть план", type="flag", evidence="required"),
    ),
)
MEASURES: Mapping[str, Measure] = {
    "share": Share(counted="n_diag", population=TEACHERS),
    "presence": Share(counted="plan", population=ORGANISATIONS),
    "young": Share(counted="n_covered", population=YOUNG),
    "rate": Rate(events="n_diag", population=TEACHERS, per=1000),
    "count": Count(counted="n_diag"),
    "mean": Mean(points="points", answers="n_ped"),
    "mean_of_units": MeanOfUnits(counted="n_diag", population=TEACHERS),
}
SUMS = ("share", "presence", "young", "rate", "count")
"""Indicators whose numerators and denominators are whole, so that sums are exact."""


def district(
    units: Sequence[Unit], *, silence: Silence = "excluded", measures: Mapping[str, Measure] = MEASURES, **more: Any
) -> District:
    """The same questions of any units."""
    indicators = tuple(
        Indicator(id=name, title=name, measure=measure, source=CARD, silence=silence, missing="strict")
        for name, measure in measures.items()
    )
    return District(
        id="district",
        title=Name(nominative="Вымышленный район"),
        units=tuple(units),
        sources=(CARD,),
        populations=(TEACHERS, YOUNG, ORGANISATIONS),
        sections=(Section(id="all", title="Всё", indicators=indicators),),
        **more,
    )


@cache
def core_alone() -> pluggy.PluginManager:
    """The stock plugins and nothing that happens to be installed."""
    return plugin_manager(discover=False)


def ask(
    asked: District, answers: pl.DataFrame | Sequence[pl.DataFrame], period: str = "2022", **more: Any
) -> Monitoring:
    """Monitor with answers in memory."""
    return monitor(asked, period=period, frames={"card": answers}, plugins=core_alone(), **more)


def values(asked: District, answers: pl.DataFrame | Sequence[pl.DataFrame], **more: Any) -> pl.DataFrame:
    """VALUES of the last period."""
    return ask(asked, answers, **more).values


def table(rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Answers as a frame: ``unit, period``, the items and a link."""
    schema = {"unit": pl.String, "period": pl.String, **dict.fromkeys(ITEMS, pl.Float64), "link": pl.String}
    return pl.DataFrame([{"period": "2022", **row} for row in rows], schema=schema)


@st.composite
def trees(draw: st.DrawFn, *, deepest: int = 2) -> tuple[Unit, ...]:
    """Organisations under a district, some of them under clusters of schools in between."""
    units: list[Unit] = []
    above: list[str | None] = [None]
    for depth in range(draw(st.integers(0, deepest))):
        for n in range(draw(st.integers(1, 2))):
            name = f"cluster-{depth}-{n}"
            units.append(Unit(id=name, name=name, kind="cluster", parent=draw(st.sampled_from(above))))
        above = [None, *(unit.id for unit in units)]
    for n in range(draw(st.integers(1, 6))):
        kind = draw(st.sampled_from(["school", "kindergarten"]))
        units.append(Unit(id=f"unit-{n}", name=f"ОО {n}", kind=kind, parent=draw(st.sampled_from(above))))
    return tuple(units)


def organisations(units: Sequence[Unit]) -> list[str]:
    """Ids of those that answer."""
    return [unit.id for unit in units if unit.kind != "cluster"]


@st.composite
def answers_of(draw: st.DrawFn, units: Sequence[Unit], *, consistent: bool = False) -> pl.DataFrame:
    """What the organisations said in 2021 and 2022: something, part of it, or nothing.

    ``consistent``: no part is larger than its whole.
    """
    rows = []
    for unit in organisations(units):
        for period in PERIODS:
            if draw(st.integers(0, 3)):
                answer = draw(_answer(consistent=consistent))
                rows.append({"unit": unit, "period": period, **answer})
    # A source that nobody answered is an error, not a district of silence: somebody always did.
    rows.append({"unit": "nobody", "period": "2022"})
    return table(rows)


@st.composite
def _answer(draw: st.DrawFn, *, consistent: bool) -> dict[str, Any]:
    def part(whole: int) -> int | None:
        return draw(st.none() | st.integers(0, whole if consistent else 60))

    n_ped = draw(st.integers(0, 50))
    n_young = draw(st.integers(0, n_ped))
    return {
        "n_ped": draw(st.sampled_from([n_ped, n_ped, n_ped, None])),
        "n_young": draw(st.sampled_from([n_young, n_young, None])),
        "n_diag": part(n_ped),
        "n_covered": part(n_young),
        "points": draw(st.none() | st.floats(0, 5, allow_nan=False)),
        "plan": draw(st.sampled_from([None, 0, 1])),
        "link": draw(st.sampled_from([None, "https://example.org"])),
    }


@st.composite
def situations(draw: st.DrawFn, *, consistent: bool = False) -> tuple[tuple[Unit, ...], pl.DataFrame]:
    """Units and what they answered."""
    units = draw(trees())
    return units, draw(answers_of(units, consistent=consistent))


def moved(units: Sequence[Unit], ids: Sequence[str], parent: str) -> tuple[Unit, ...]:
    """The same units, some of them under another parent."""
    return tuple(attrs.evolve(unit, parent=parent) if unit.id in ids else unit for unit in units)
