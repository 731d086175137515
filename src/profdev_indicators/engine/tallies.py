"""What an indicator asks of records: its sums, counted row by row and person by person, in place of sums of answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import polars as pl
from attrs import evolve, field, frozen

from profdev_indicators.engine.definitions import combine
from profdev_indicators.engine.measure import NO_UNIT, OK, SILENT, Column, not_there
from profdev_indicators.expressions import Expression, parse
from profdev_indicators.frames import ENGINE, Ratio
from profdev_indicators.model import District, Missing, RecordItem, Records, Silence, Source
from profdev_indicators.records import Counted, Tally

OWN = "@"
"""Begins what the name of a tally has where it differs from others only in whose records it leaves out."""


@frozen(kw_only=True, eq=False)
class Asked:
    """What is asked of the records of one source."""

    source: Source
    items: Mapping[str, Tally]  # by the id of the item: what becomes its answer
    # by the number of a Column: for each of its ratios, by position in time, the name of a tally; None: no definition
    columns: Mapping[int, tuple[str | None, ...]] = field(factory=dict)
    tallies: Mapping[str, Tally] = field(factory=dict)  # by name: those of columns

    @property
    def records(self) -> Records:
        """How rows become answers."""
        if self.source.records is None:  # pragma: no cover - `asked_of` makes no other
            raise TypeError(self.source.id)
        return self.source.records


def asked_of_records(
    district: District, wanted: Sequence[Column], skeleton: pl.DataFrame, exempt: Mapping[str | None, pl.Expr]
) -> tuple[tuple[Column, ...], Mapping[str, Asked]]:
    """The Columns, those of records with ratios that read tallies; and what is asked of each source with records.

    Args:
        district: whose sources.
        wanted: Columns as :func:`~profdev_indicators.engine.measure.columns` gives them.
        skeleton: every unit in every period, as `observe.skeleton` gives it.
        exempt: which rows are exempt, by indicator.
    """
    sources = {source.id: source for source in district.sources if source.records is not None}
    if not sources:
        return tuple(wanted), {}
    asked = {name: Asked(source=source, items=_items(source)) for name, source in sources.items()}
    columns: list[Column] = []
    for column in wanted:
        home = _home(column, sources.values())
        if home is None:
            columns.append(column)
            continue
        tallies = _tallies(column, home, skeleton, exempt)
        names = tuple(tally.name if tally is not None else None for tally in tallies)
        columns.append(evolve(column, ratios=_ratios(column, names)))
        known = asked[home.id]
        more = {tally.name: tally for tally in tallies if tally is not None}
        asked[home.id] = evolve(
            known, columns={**known.columns, column.number: names}, tallies={**known.tallies, **more}
        )
    return tuple(columns), asked


def kept_out(
    asked: Asked, wanted: Sequence[Column], cells: pl.DataFrame, told: pl.DataFrame
) -> tuple[Asked, tuple[Tally, ...]]:
    """What to count once more, since the answers of some units turned out not to enter the sums above them.

    Args:
        asked: what was asked.
        wanted: the Columns.
        cells: those of the units that answer themselves, as `measure` gives them.
        told: ``unit, period`` of those who have records.

    Returns:
        What is asked now, with tallies of their own for such Columns; and those tallies.
    """
    columns, again = dict(asked.columns), []
    for column in wanted:
        names = asked.columns.get(column.number)
        if names is None:
            continue
        out = (
            cells.lazy()
            .filter(~pl.col(column.name("o")).is_in([OK, SILENT]))
            .select("unit", "period")
            .join(told.lazy(), on=["unit", "period"], how="semi")
            .collect(engine=ENGINE)
        )
        for name in dict.fromkeys(name for name in names if name is not None):
            tally = asked.tallies[name]
            here = out.filter(pl.col("period").is_in([n for n, each in enumerate(names) if each == name]))
            known = tally.excluded if tally.excluded is not None else here.clear()
            if here.join(known, on=["unit", "period"], how="anti").is_empty():
                continue
            own = evolve(
                tally, name=f"{name}{OWN}{column.number}", excluded=pl.concat([known, here]).unique(maintain_order=True)
            )
            again.append(own)
            columns[column.number] = tuple(own.name if each == name else each for each in columns[column.number])
    return evolve(asked, columns=columns), tuple(again)


def _home(column: Column, sources: Iterable[Source]) -> Source | None:
    """The source whose records answer all of a Column; None: some come from elsewhere, or it is no plain sum."""
    ratios = [ratio for ratio in column.ratios if ratio is not None]
    needed = {item for ratio in ratios for item in (*ratio.counted, *ratio.population)}
    if not ratios or not all(ratio.counted for ratio in ratios):
        return None
    return next((s for s in sources if s.records is not None and needed <= s.records.items.keys()), None)


def _items(source: Source) -> Mapping[str, Tally]:
    records = source.records
    if records is None:
        return {}
    return {
        name: Tally(name=f"i{combine(records.meaning(name))}", counted=(_counted(answer, records),), own_only=True)
        for name, answer in records.items.items()
    }


def _counted(answer: RecordItem, records: Records) -> Counted:
    return Counted(where=_flag(answer.where, records), sum=_amount(answer.sum, records))


def _flag(text: str | None, records: Records) -> Expression | None:
    return None if text is None else parse(text, records.types, wanted=["flag"])


def _amount(text: str | None, records: Records) -> Expression | None:
    return None if text is None else parse(text, records.types, wanted=["integer", "number"])


def _tallies(
    column: Column, source: Source, skeleton: pl.DataFrame, exempt: Mapping[str | None, pl.Expr]
) -> list[Tally | None]:
    """One for each period, the same object where the definition is the same."""
    made: dict[str, Tally] = {}
    found: list[Tally | None] = []
    for known, ratio in zip(column.definitions, column.ratios, strict=True):
        if known is None or ratio is None:
            found.append(None)
            continue
        if known.digest not in made:
            periods = [n for n, each in enumerate(column.definitions) if each and each.digest == known.digest]
            excluded = _excluded(column, periods, skeleton, exempt)
            made[known.digest] = _tally(ratio, source, known.missing, excluded, column)
        found.append(made[known.digest])
    return found


def _excluded(
    column: Column, periods: Sequence[int], skeleton: pl.DataFrame, exempt: Mapping[str | None, pl.Expr]
) -> pl.DataFrame | None:
    """Units that are not asked, do not exist or are exempt: their records enter no sum of others."""
    # Whoever does not exist has nothing above itself.
    conditions = [pl.col("exists") & is_so for is_so, why in not_there(column, exempt) if why != NO_UNIT]
    answering = pl.col("kind").is_in(column.asked) if column.asked else pl.lit(value=True)
    out = (
        skeleton.lazy()
        .filter(pl.col("period").is_in(periods), (pl.col("height") == 0) | answering)
        .filter(pl.any_horizontal(conditions))
        .select("unit", "period")
        .collect(engine=ENGINE)
    )
    return None if out.is_empty() else out


def _tally(ratio: Ratio, source: Source, missing: Missing, excluded: pl.DataFrame | None, column: Column) -> Tally:
    records = source.records
    if records is None:  # pragma: no cover - `_home` finds no other
        raise TypeError(source.id)
    named = combine(
        *map(records.meaning, ratio.counted),
        "/",
        *map(records.meaning, ratio.population),
        missing,
    )
    population = [_flag(records.items[name].where, records) for name in ratio.population]
    return Tally(
        # Tallies with exclusions are shared by nobody: who is left out depends on the Column.
        name=f"t{named}" if excluded is None else f"t{named}{OWN}{column.number}",
        population=tuple(flag for flag in population if flag is not None) if None not in population else (),
        counted=tuple(_counted(records.items[name], records) for name in ratio.counted),
        missing=missing,
        excluded=excluded,
    )


def _ratios(column: Column, names: Sequence[str | None]) -> tuple[Ratio | None, ...]:
    """The ratios of a Column over the columns of its tallies."""
    made: dict[str, Ratio] = {}
    found: list[Ratio | None] = []
    for known, ratio, name in zip(column.definitions, column.ratios, names, strict=True):
        if known is None or ratio is None or name is None:
            found.append(None)
            continue
        found.append(made.setdefault(known.digest, _of_tally(ratio, name, known.silence)))
    return tuple(found)


def _of_tally(ratio: Ratio, name: str, silence: Silence) -> Ratio:
    """Counted over known, or over all where silence is worth zero; where nobody's answer is known, silence."""
    counted, population, known = (pl.col(f"{name}.{part}") for part in ("n", "p", "k"))
    told = (known > 0) | (population == 0)
    if not ratio.population:
        whole = None
    elif silence == "zero":
        whole = population.cast(pl.Float64)
    else:
        whole = pl.when(told).then(known.cast(pl.Float64))
    return evolve(
        ratio,
        numerator=pl.when(told).then(counted),
        denominator=whole,
        contradiction=None,
        known=pl.when(told).then(known),
    )
