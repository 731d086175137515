"""One part of the records, counted by polars: what is true of each row once, then one group_by for each grain.

Almost every row is the only one of its person and belongs to a unit with nobody below it: such rows are added up as
they are, and units above are sums of units. Only the others are looked at person by person, at every height anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import polars as pl
from attrs import define, field

from profdev_indicators.builtin.engines.columns import Columns, Sum, added, person_sums, row_sums
from profdev_indicators.records import Part, Question, Tallied, Tally, keys, lost

_UNIT, _PERIOD, _PARENT, _PERSON, _ROW = "@unit", "@period", "@parent", "@person", "@row"
_HERE = "@here"  # the unit, at any height, in which a row is counted
_ROWS = "rows"
_LARGE = 4_000_000  # rows of several periods which are rather read period by period than kept together


@define(kw_only=True, eq=False)
class Count:
    """Counts the records of one part for a question."""

    question: Question
    part: Part
    engine: Any  # as `collect` takes it
    _columns: Columns = field(init=False)
    _above: pl.DataFrame = field(init=False)  # unit, period, above, parent: whether it is the nearest

    def __attrs_post_init__(self) -> None:
        self._columns = Columns.of(self.question.tallies)
        self._above = _with_nearest(self.question.above)

    def tallied(self) -> Tallied:
        """The sums of the part."""
        pieces = [self._counted(frame) for frame in self._pieces()]
        gone = pl.concat([piece.lost for piece in pieces]).group_by("what", "said").agg(pl.col(_ROWS).sum())
        return Tallied(
            frame=pl.concat([piece.frame for piece in pieces]),
            lost=gone.sort("what", "said").cast(lost()),
            rows=sum(piece.rows for piece in pieces),
        )

    def _pieces(self) -> Iterator[pl.LazyFrame]:
        """The rows at once, or period by period where they are many: persons are told apart within a period only."""
        frame, period = self.part.frame, self.question.period
        if frame is None:
            raise TypeError(self.part.name)
        if self.part.period is not None or period is None or (self.part.rows or 0) <= _LARGE:
            yield frame
            return
        texts = frame.select(pl.col(period).unique()).collect(engine=self.engine).to_series()
        for text in texts:
            yield frame.filter(pl.col(period).eq_missing(pl.lit(text, texts.dtype)))

    def _counted(self, frame: pl.LazyFrame) -> Tallied:
        rows, gone, height = self._read(frame)
        alone, several = self._apart(rows)
        parts: list[pl.LazyFrame] = []
        own = [each for each in self._columns.sums if each.tally.own_only]
        full = [each for each in self._columns.sums if not each.tally.own_only]
        parts += self._of_rows(alone, own, full)
        if several.height:
            parts += self._of_persons(several, own, full)
        return Tallied(frame=self._together(parts), lost=gone, rows=height)

    # --- rows ---

    def _read(self, frame: pl.LazyFrame) -> tuple[pl.DataFrame, pl.DataFrame, int]:
        """The rows that are somebody's, with what is true of each; those that are nobody's; how many were read."""
        question = self.question
        selected = [pl.col(question.unit).alias(_UNIT)]
        if self.part.period is None and question.period is not None:
            selected.append(pl.col(question.period).alias(_PERIOD))
        if question.person is not None:
            selected.append(pl.col(question.person).alias(_PERSON))
        selected += [pl.col(cut.column).alias(f"cut:{cut.column}") for cut in question.breakdowns]
        selected += [expression.alias(name) for name, expression in self._columns.made.items()]
        read = frame.select(selected).collect(engine=self.engine)
        rows, strangers = _matched(read, _UNIT, question.match_units, "unit")
        gone = [strangers]
        if self.part.period is None:
            rows, undated = _matched(rows, _PERIOD, question.match_periods, "period")
            gone.append(undated)
        else:
            rows = rows.with_columns(pl.lit(question.numbers[self.part.period], pl.UInt16).alias(_PERIOD))
        if question.person is not None and (nameless := rows[_PERSON].null_count()):
            gone.append(_gone("person", [None], [nameless]))
        derived = [expression.alias(name) for name, expression in self._columns.then.items()]
        for expression in derived:  # one may be made of another
            rows = rows.with_columns(expression)
        parents = self._above.lazy().filter("nearest").select(_UNIT, _PERIOD, pl.col("above").alias(_PARENT))
        rows = rows.lazy().join(parents, on=[_UNIT, _PERIOD], how="left").collect(engine=self.engine)
        return rows, pl.concat(gone), read.height

    def _apart(self, rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Rows to be added up as they are, and those of persons with several, or of units with others below."""
        highest = self.question.above["above"].unique()
        apart = rows[_UNIT].is_in(highest.implode())
        if self.question.person is not None:
            who = [_PERIOD, _PERSON] if self.part.period is None else [_PERSON]
            again = rows.select(who).is_duplicated() if len(who) > 1 else rows[_PERSON].is_duplicated()
            apart |= again & rows[_PERSON].is_not_null()
        if not apart.any():
            return rows, rows.clear()
        return rows.filter(~apart), rows.filter(apart)

    # --- rows that are persons of their own ---

    def _of_rows(self, rows: pl.DataFrame, own: Sequence[Sum], full: Sequence[Sum]) -> Iterator[pl.LazyFrame]:
        more, read = row_sums([*own, *full])
        if more:
            rows = rows.with_columns(expression.alias(name) for name, expression in more.items())
        units = self._grouped(rows, _UNIT, [], read)
        yield _named(units, _UNIT, None, added(read, _ROWS))
        names = [each.tally.name for each in full]
        if not names:
            return
        yield self._rolled_up(units, added({name: read[name] for name in names}, _ROWS), full)
        for cut in self.question.breakdowns:
            yield from self._cut_rows(rows, f"cut:{cut.column}", cut.column, cut.applies_to, full, read)

    def _cut_rows(
        self,
        rows: pl.DataFrame,
        column: str,
        name: str,
        applies_to: str,
        full: Sequence[Sum],
        read: Mapping[str, Sequence[str]],
    ) -> Iterator[pl.LazyFrame]:
        wanted = {each.tally.name: read[each.tally.name] for each in full}
        if applies_to in {"organisations", "all"}:
            units = self._grouped(rows, _UNIT, [column], wanted)
            yield _named(units, _UNIT, (name, column), added(wanted, _ROWS))
        if applies_to in {"totals", "all"}:
            masked, reading = self._masked(rows, full, wanted, pl.lit(value=True))
            nearest = self._grouped(masked.filter(pl.col(_PARENT).is_not_null()), _PARENT, [column], reading)
            sums = added(reading, _ROWS)
            yield _named(nearest, _PARENT, (name, column), sums)
            higher = self._above.select(pl.col(_UNIT).alias(_PARENT), _PERIOD, pl.col("above").alias(_HERE))
            climbed = nearest.join(higher.lazy(), on=[_PARENT, _PERIOD])
            yield _named(climbed, _HERE, (name, column), sums)

    def _rolled_up(self, units: pl.LazyFrame, sums: Mapping[str, pl.Expr], full: Sequence[Sum]) -> pl.LazyFrame:
        """Units above as sums of units, without those whose records enter no sum."""
        totals = units.select(_UNIT, _PERIOD, _ROWS, **sums)
        for each in full:
            if each.tally.excluded is None:
                continue
            out = each.tally.excluded.lazy().select(
                pl.col("unit").alias(_UNIT), pl.col("period").alias(_PERIOD), pl.lit(value=True).alias("out")
            )
            totals = totals.join(out, on=[_UNIT, _PERIOD], how="left")
            columns = [f"{each.tally.name}.{part}" for part in "npku"]
            kept = pl.col("out").is_null()
            totals = totals.with_columns(pl.when(kept).then(name).otherwise(0).alias(name) for name in columns).drop(
                "out"
            )
        above = self._above.lazy().select(_UNIT, _PERIOD, pl.col("above").alias(_HERE))
        joined = totals.join(above, on=[_UNIT, _PERIOD])
        return _named(joined, _HERE, None, {name: pl.col(name) for name in sums})

    def _grouped(
        self, rows: pl.DataFrame | pl.LazyFrame, unit: str, by: Sequence[str], read: Mapping[str, Sequence[str]]
    ) -> pl.LazyFrame:
        """Added columns of each unit and period; each column once, however many tallies read it."""
        names = list(dict.fromkeys(name for columns in read.values() for name in columns if name))
        grouped = rows.lazy().group_by(unit, _PERIOD, *by).agg(pl.len().alias(_ROWS), pl.col(names).sum())
        return grouped.collect(engine=self.engine).lazy()

    def _masked(
        self, rows: pl.DataFrame, full: Sequence[Sum], read: Mapping[str, Sequence[str]], where: pl.Expr
    ) -> tuple[pl.DataFrame, dict[str, Sequence[str]]]:
        """Rows with columns that are nothing where the unit's records enter no sum above it."""
        reading = dict(read)
        for number, each in enumerate(full):
            if each.tally.excluded is None:
                continue
            rows, out = self._out(rows, each.tally, number)
            names = read[each.tally.name]
            population = names[2] or f"all:{number}"
            columns = [*names[:2], population, names[3]]
            made = {}
            for name in filter(None, columns):
                column = pl.col(name) if name in rows.columns else pl.lit(value=True)
                nothing = (
                    pl.lit(value=False) if name not in rows.columns or rows[name].dtype == pl.Boolean else pl.lit(0.0)
                )
                made[f"{name}~{number}"] = pl.when(out & where).then(nothing).otherwise(column)
            rows = rows.with_columns(**made)
            reading[each.tally.name] = [f"{name}~{number}" if name else "" for name in columns]
        return rows, reading

    def _out(self, rows: pl.DataFrame, tally: Tally, number: int) -> tuple[pl.DataFrame, pl.Expr]:
        name = f"out:{number}"
        if tally.excluded is None or name in rows.columns:
            return rows, pl.col(name)
        out = tally.excluded.select(
            pl.col("unit").alias(_UNIT), pl.col("period").alias(_PERIOD), pl.lit(value=True).alias(name)
        )
        joined = (
            rows.lazy()
            .join(out.lazy(), on=[_UNIT, _PERIOD], how="left")
            .with_columns(pl.col(name).fill_null(value=False))
        )
        return joined.collect(engine=self.engine), pl.col(name)

    # --- persons with several rows, units with others below ---

    def _of_persons(self, rows: pl.DataFrame, own: Sequence[Sum], full: Sequence[Sum]) -> Iterator[pl.LazyFrame]:
        person = pl.col(_PERSON) if _PERSON in rows.columns else pl.lit(None, pl.String)
        # A row without a key is a person of its own.
        rows = rows.with_row_index(_ROW).with_columns(
            person.alias(_PERSON), pl.when(person.is_null()).then(pl.col(_ROW)).alias(_ROW)
        )
        if own:
            joined = self._persons(rows, _UNIT, [], own)
            yield joined
        if not full:
            return
        everywhere = self._everywhere(rows)
        yield self._persons(everywhere, _HERE, [], full)
        highest = self.question.above["above"].unique()
        for cut in self.question.breakdowns:
            above = pl.col(_HERE).is_in(highest.implode())
            kept = {"totals": above, "organisations": ~above, "all": pl.lit(value=True)}[cut.applies_to]
            yield self._persons(everywhere.filter(kept), _HERE, [f"cut:{cut.column}"], full, name=cut.column)

    def _everywhere(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Every row in its own unit and in each above it."""
        above = self._above.select(_UNIT, _PERIOD, pl.col("above").alias(_HERE))
        higher = rows.lazy().join(above.lazy(), on=[_UNIT, _PERIOD])
        here = rows.lazy().with_columns(pl.col(_UNIT).alias(_HERE))
        return pl.concat([here, higher]).collect(engine=self.engine)

    def _persons(
        self, rows: pl.DataFrame, unit: str, by: Sequence[str], sums: Sequence[Sum], *, name: str | None = None
    ) -> pl.LazyFrame:
        """The sums of persons, each with all its rows in one unit (and category)."""
        reading: list[Sum] = []
        for number, each in enumerate(sums):
            if each.tally.excluded is None or unit == _UNIT:
                reading.append(each)
            else:
                rows, out = self._out(rows, each.tally, number)
                rows, masked = _masked_sum(rows, each, out & (pl.col(_HERE) != pl.col(_UNIT)), number)
                reading.append(masked)
        joined, more, read = person_sums(reading)
        one = [unit, _PERIOD, *by, _PERSON, _ROW]
        people = rows.lazy().group_by(one).agg(pl.len().alias("@rows"), **joined).with_columns(**more)
        names = list(dict.fromkeys(column for columns in read.values() for column in columns if column))
        grouped = people.group_by(unit, _PERIOD, *by).agg(
            pl.len().alias("@persons"), pl.col("@rows").sum().alias(_ROWS), pl.col(names).sum()
        )
        cut = (name, by[0]) if name is not None else None
        # Rows are told by the whole tallies alone: those of own answers would tell them twice.
        shown = pl.col(_ROWS) if not all(each.tally.own_only for each in sums) else pl.lit(0, pl.UInt32)
        result = grouped.collect(engine=self.engine).lazy().with_columns(shown.alias(_ROWS))
        return _named(result, unit, cut, added(read, "@persons"))

    # --- together ---

    def _together(self, parts: Sequence[pl.LazyFrame]) -> pl.DataFrame:
        sums = [f"{tally.name}.{part}" for tally in self.question.tallies for part in "npku"]
        types = {**keys(), **{name: pl.Float64() if name.endswith(".n") else pl.Int64() for name in sums}}
        on = keys().names()[:4]
        added_up = [pl.when(pl.col(name).is_not_null().any()).then(pl.col(name).sum()).alias(name) for name in sums]
        return (
            pl.concat(parts, how="diagonal")
            .group_by(on)
            .agg(pl.col(_ROWS).sum(), *added_up)
            .select(pl.col(name).cast(dtype) for name, dtype in types.items())
            .collect(engine="in-memory")
        )


def _masked_sum(rows: pl.DataFrame, each: Sum, out: pl.Expr, number: int) -> tuple[pl.DataFrame, Sum]:
    """The columns of one tally, nothing where ``out``; a population of every row becomes one that can be left."""
    population = each.population or f"all:{number}"
    made: dict[str, pl.Expr] = {}

    def masked(name: str) -> str:
        if not name:
            return name
        column = pl.col(name) if name in rows.columns else pl.lit(value=True)
        nothing = pl.lit(0.0) if name in each.amounts else pl.lit(value=False)
        made[f"{name}~{number}"] = pl.when(out).then(nothing).otherwise(column)
        return f"{name}~{number}"

    changed = Sum(
        tally=each.tally,
        yes=tuple(map(masked, each.yes)),
        doubt=tuple(map(masked, each.doubt)),
        amounts=frozenset(f"{name}~{number}" for name in each.amounts),
        population=masked(population),
        stranger=masked(each.stranger) if each.stranger else None,
    )
    return rows.with_columns(**made), changed


def _with_nearest(above: pl.DataFrame) -> pl.DataFrame:
    """Units above with whether each is the nearest: the one that has most others above itself."""
    heights = above.group_by("unit", "period").agg(pl.len().alias("over"))
    found = above.join(heights, left_on=["above", "period"], right_on=["unit", "period"], how="left")
    over = pl.col("over").fill_null(0)
    nearest = (over == over.max().over("unit", "period")).alias("nearest")
    return found.with_columns(nearest).select(
        pl.col("unit").alias(_UNIT), pl.col("period").alias(_PERIOD), "above", "nearest"
    )


def _matched(
    rows: pl.DataFrame,
    column: str,
    match: Callable[[pl.Series], pl.Series],
    what: str,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows with numbers in place of what was said, and what was said by rows that are left out."""
    said = rows[column].unique()
    numbers = pl.DataFrame({column: said, "@number": match(said.cast(pl.String))})
    lost_ones = numbers.filter(pl.col("@number").is_null()).select(column)
    found = rows.join(numbers.drop_nulls("@number"), on=column, how="inner")
    gone = rows.select(column).join(lost_ones, on=column, nulls_equal=True).group_by(column).agg(pl.len().alias(_ROWS))
    told = _gone(what, gone[column].cast(pl.String).to_list(), gone[_ROWS].to_list())
    return found.drop(column).rename({"@number": column}), told


def _gone(what: str, said: Sequence[str | None], rows: Sequence[int]) -> pl.DataFrame:
    return pl.DataFrame({"what": [what] * len(said), "said": said, _ROWS: rows}, schema=lost())


def _named(frame: pl.LazyFrame, unit: str, cut: tuple[str, str] | None, sums: Mapping[str, pl.Expr]) -> pl.LazyFrame:
    """Under the names of `Tallied.frame`."""
    category = pl.col(cut[1]).cast(pl.String) if cut else pl.lit(None, pl.String)
    return frame.select(
        pl.col(unit).cast(pl.UInt32).alias("unit"),
        pl.col(_PERIOD).cast(pl.UInt16).alias("period"),
        pl.lit(cut[0] if cut else None, pl.String).alias("breakdown"),
        category.alias("category"),
        pl.col(_ROWS).cast(pl.Int64),
        *(expression.alias(name) for name, expression in sums.items()),
    )
