"""Answers with categories in them, made by hand: what stands beside the totals and must not be taken for them."""

from __future__ import annotations

import polars as pl
from attrs import evolve

from monitorings import CARD, DISTRICT, HOSTILE, Cells, NoReader, monitoring
from profdev_indicators.model import Breakdown, RecordItem, Records, Source
from profdev_indicators.results import Monitoring

TELLING = "Предмет, который выдаёт человека"
REGISTER = Source(
    id="register",
    title="Реестр",
    reader=NoReader(),
    records=Records(
        unit="inn",
        items={"n_all": RecordItem()},
        breakdowns=(Breakdown(column="subject", title="Предмет"), Breakdown(column="age_band")),
    ),
)


def by_category() -> Monitoring:
    """The district with two breakdowns of two indicators; one category is empty, one is of nobody known."""
    cells = Cells()
    cells.add("1.1", 31, 42, known=42)
    cells.add("2.1", 7)
    for category, (n, whole) in {"физика": (3, 5), None: (1, 2), HOSTILE: (2, 2), "география": (None, None)}.items():
        told = {"known": 0, "reason": "нет ни одного известного ответа"} if n is None else {"known": whole}
        cells.add("1.1", n, whole, breakdown="subject", category=category, **told)
    for category, n in {"56 и старше": 4, "до 25": 1, "25–35": 2}.items():
        cells.add("2.1", n, breakdown="age_band", category=category, known=n)
    cells.add("1.1", 9, 9, unit="s1", breakdown="subject", category="физика", known=9)
    cells.add("1.1", 1, 5, reading="twice", breakdown="subject", category="физика", known=5)
    return monitoring(cells, district=evolve(DISTRICT, sources=(CARD, REGISTER)))


def with_categories(answer: Monitoring) -> Monitoring:
    """The same answer where each value has two categories beside it, both unlike it."""
    return evolve(answer, values=_beside(answer.values), history=_beside(answer.history))


def _beside(values: pl.DataFrame) -> pl.DataFrame:
    totals = values.filter(pl.col("value").is_not_null())
    more = [
        totals.with_columns(
            breakdown=pl.lit("subject"),
            category=pl.lit(category, pl.String),
            numerator=pl.lit(number),
            denominator=pl.lit(number * 2),
            value=pl.lit(50.0),
            known=pl.lit(7, pl.Int64),
        )
        for category, number in ((TELLING, 777_777.0), (None, 888_888.0))
    ]
    return pl.concat([values, *more])
