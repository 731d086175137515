"""The question of the benchmark as the library's core puts it to an engine, and as a district's configuration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl
from criteria import POPULATIONS
from register import COLUMNS, tree, unit_texts, years

from profdev_indicators import plugin_manager
from profdev_indicators.expressions import parse
from profdev_indicators.model import Breakdown, Engine
from profdev_indicators.periods import Period
from profdev_indicators.plugins import kinds
from profdev_indicators.records import Counted, Part, Question, Tally

if TYPE_CHECKING:
    from counting import Work

KEYS = ("unit", "person")


def types(work: Work) -> Mapping[str, Any]:
    """The declared columns which are used."""
    keys = dict.fromkeys(KEYS, "text") if work.texts else {}
    used = [*work.columns, *(["person"] if work.persons else [])]
    return {name: keys.get(name, COLUMNS[name]) for name in used}


def plugged(kind: str) -> Engine:
    """An engine of the stock ones, by its kind."""
    return kinds(plugin_manager(discover=False))[Engine][kind]()


def question(work: Work, *, levels: bool = True) -> Question:
    """What is asked of every year; without ``levels``: of organisations alone."""
    places, columns = tree(work.size), types(work)
    numbers = {Period.parse(str(year), "year"): year for year in years(work.size)}
    links = pl.concat([places.select("unit", above="municipality"), places.select("unit", above="region")])
    links = pl.concat([links, places.select(unit="municipality", above="region").unique()])
    periods = pl.DataFrame({"period": list(numbers.values())}, schema={"period": pl.UInt16})
    ids = places.select(pl.col("unit").cast(pl.UInt32).alias("number"), text=_id(work))

    def match_units(said: pl.Series) -> pl.Series:
        texts = said.cast(pl.String).rename("text").to_frame()
        return texts.join(ids, on="text", how="left", maintain_order="left")["number"]

    def match_periods(said: pl.Series) -> pl.Series:
        return said.cast(pl.UInt16, strict=False)

    def flag(text: str) -> Any:  # noqa: ANN401 - an Expression
        return parse(text, columns, wanted=["flag"])

    return Question(
        source="register",
        unit="unit",
        person="person" if work.persons else None,
        period=None,
        columns=columns,
        tallies=tuple(
            Tally(
                name=asked.name,
                population=tuple(map(flag, POPULATIONS[asked.population].texts)),
                counted=(Counted(where=flag(asked.text)),),
            )
            for asked in work.criteria
        ),
        breakdowns=(Breakdown(column="subject"), Breakdown(column="age_band")) if levels else (),
        above=links.join(periods, how="cross").select("unit", "period", "above").filter(levels),
        match_units=match_units,
        match_periods=match_periods,
        numbers=numbers,
    )


def parts(work: Work) -> Sequence[Part]:
    """Every year a part."""
    plain = {"text": pl.String, "integer": pl.Int64, "number": pl.Float64, "flag": pl.Boolean, "date": pl.Date}
    wanted = [pl.col(name).cast(plain[kind]) for name, kind in types(work).items()]
    return [
        Part(
            name=file.name,
            period=Period.parse(file.stem, "year"),
            frame=pl.scan_parquet(file).select(wanted),
            files=(file,),
            format="parquet",
            size=file.stat().st_size,
        )
        for file in work.files
    ]


def _id(work: Work) -> pl.Expr:
    return unit_texts(pl.col("unit")) if work.texts else pl.col("unit").cast(pl.String)
