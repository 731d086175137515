"""A count from beginning to end: who is spoken of, then the sums of each group, a few parts at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import polars as pl
from attrs import evolve, frozen
from pyspark.sql import SparkSession

from profdev_indicators.records import Part, Question, Tallied, keys, lost
from profdev_spark import plan
from profdev_spark.arrow import brought, sent
from profdev_spark.failures import placed
from profdev_spark.plan import Grain, Plan
from profdev_spark.reading import ODD, records, refuse_odd

_NAMED = 3  # parts named in a message about several
_RECORDS, _UNITS, _PERIODS, _TARGETS = "records", "units", "periods", "targets"
_HEARD = """
SELECT `{part}` AS part, {unit} AS said_unit, {period} AS said_period, COUNT(*) AS rows,
       {nameless} AS nameless, SUM(`{odd}`) AS odd
FROM records GROUP BY part, said_unit, said_period
"""


@frozen(kw_only=True, eq=False)
class _Heard:
    """Who is spoken of in the records: ``part, said_unit, said_period, rows, nameless, odd, unit, period``.

    ``unit`` and ``period`` are numbers, null where what was said is nobody's; ``nameless``: rows without a person.
    """

    said: pl.DataFrame

    @property
    def known(self) -> pl.DataFrame:
        """Of them, those that are counted."""
        return self.said.drop_nulls(["unit", "period"])

    def numbers(self, of: str) -> pl.DataFrame:
        """``said, number`` of units or of periods."""
        return self.known.select(said=f"said_{of}", number=pl.col(of).cast(pl.Int64)).unique(maintain_order=True)


def tally(
    session: SparkSession, question: Question, parts: Sequence[Part], *, together: int
) -> Iterator[tuple[int, Tallied]]:
    """What was counted in each part.

    Raises:
        SourceError: a part cannot be read, lacks a column, or a column is of another type; none of the data in it.
    """
    for start in range(0, len(parts), together):
        some = {number: parts[number] for number in range(start, min(start + together, len(parts)))}
        with placed(_place([part.name for part in some.values()])):
            yield from _together(session, question, some)


def _together(session: SparkSession, question: Question, parts: Mapping[int, Part]) -> Iterator[tuple[int, Tallied]]:
    heard = _heard(session, question, parts)
    _lay(session, _UNITS, heard.numbers("unit"))
    if question.period is not None:
        _lay(session, _PERIODS, heard.numbers("period"))
    whole = plan.planned(question.tallies)
    _lay(session, _TARGETS, _targets(question, heard.known, whole))
    frames = [_counted(session, question, heard, whole, grain) for grain in _grains(question)]
    counted = pl.concat(frames).partition_by("part", as_dict=True, include_key=False)
    for number in parts:
        said = heard.said.filter(pl.col("part") == number)
        frame = counted.get((number,), frames[0].drop("part").clear())
        yield number, Tallied(frame=frame, lost=_lost(said, question), rows=int(said["rows"].sum()))


def _heard(session: SparkSession, question: Question, parts: Mapping[int, Part]) -> _Heard:
    """The one pass that finds whom the records are about; only what is said of units and periods travels."""
    records(session, question, parts).createOrReplaceTempView(_RECORDS)
    nameless = f"COUNT_IF({plan.quoted(question.person)} IS NULL)" if question.person else "0"
    text = _HEARD.format(
        part=plan.PART,
        unit=plan.quoted(question.unit),
        period=plan.quoted(question.period or plan.PERIOD),
        nameless=nameless,
        odd=ODD,
    )
    said = brought(session.sql(text))
    odd = said.filter(pl.col("odd") > 0)["part"].unique().to_list()
    if odd:
        refuse_odd(session, question, {number: part for number, part in parts.items() if number in odd})
        # What no machine has written, people have: the reader of this machine knows how they write.
        again = {number: evolve(part, format="frame") if number in odd else part for number, part in parts.items()}
        return _heard(session, question, again)
    said = _matched(said, "unit", question.match_units)
    if question.period is None:
        return _Heard(said=said.with_columns(period=pl.col("said_period")))
    return _Heard(said=_matched(said, "period", question.match_periods))


def _matched(said: pl.DataFrame, of: str, match: Callable[[pl.Series], pl.Series]) -> pl.DataFrame:
    """With the number of what was said in a column of its own."""
    values = said[f"said_{of}"].drop_nulls().unique()
    numbers = match(values.cast(pl.String)).rename(of)
    known = pl.DataFrame({f"said_{of}": values, of: numbers})
    return said.join(known, on=f"said_{of}", how="left", maintain_order="left")


def _targets(question: Question, known: pl.DataFrame, whole: Plan) -> pl.DataFrame:
    """Where the records of a unit count: ``unit, period, target, own, total`` and the masks, true where they do not."""
    told = known.select(pl.col("unit", "period").cast(pl.Int64)).unique(maintain_order=True)
    above = question.above.select(pl.col("unit", "period").cast(pl.Int64), target=pl.col("above").cast(pl.Int64))
    above = above.unique().filter(pl.col("target") != pl.col("unit"))
    totals = above.select("target", "period", total=pl.lit(value=True)).unique()
    own = told.with_columns(target=pl.col("unit"), own=pl.lit(value=True))
    raised = told.join(above, on=["unit", "period"]).with_columns(own=pl.lit(value=False))
    targets = pl.concat([own, raised]).join(totals, on=["target", "period"], how="left")
    targets = targets.with_columns(pl.col("total").fill_null(value=False))
    for number, excluded in enumerate(whole.excluded):
        out = excluded.select(pl.col("unit", "period").cast(pl.Int64), pl.lit(value=True).alias(f"m{number}")).unique()
        targets = targets.join(out, on=["unit", "period"], how="left").with_columns(
            pl.col(f"m{number}").fill_null(value=False) & ~pl.col("own")
        )
    return targets


def _grains(question: Question) -> Iterator[Grain]:
    yield Grain()
    for number, breakdown in enumerate(question.breakdowns):
        yield Grain(category=number, units=breakdown.applies_to)


def _counted(session: SparkSession, question: Question, heard: _Heard, whole: Plan, grain: Grain) -> pl.DataFrame:
    """``part``, the columns of Tallied.frame."""
    wanted = whole if grain.category is None else whole.broken_down()
    flags = plan.flagged(question, wanted, _RECORDS)
    rows = f"({plan.keyed(flags, _UNITS, None if question.period is None else _PERIODS)})"
    if question.person is None:
        text = plan.counted_rows(wanted, grain, rows, _TARGETS)
    else:
        nameless = bool(heard.known["nameless"].sum())
        text = plan.counted_persons(wanted, grain, rows, _TARGETS, nameless=nameless)
    counted = brought(session.sql(text))
    breakdown = None if grain.category is None else question.breakdowns[grain.category].column
    named = {
        "unit": pl.col("target"),
        "breakdown": pl.lit(breakdown, pl.String),
        "category": pl.col(grain.columns[0]) if grain.columns else pl.lit(None),
    }
    return counted.select(
        "part",
        *(named.get(name, pl.col(name)).cast(dtype).alias(name) for name, dtype in keys().items()),
        *_answers(question, wanted),
    )


def _answers(question: Question, wanted: Plan) -> Iterator[pl.Expr]:
    """The four sums of each tally; null where it says nothing."""
    for tally in question.tallies:
        for part, dtype in {"n": pl.Float64, "p": pl.Int64, "k": pl.Int64, "u": pl.Int64}.items():
            column = wanted.answers.get(f"{tally.name}.{part}")
            found = pl.lit(None) if column is None else pl.col(column)
            found = pl.when("own").then(found) if tally.own_only else found
            yield found.cast(dtype).alias(f"{tally.name}.{part}")


def _lost(said: pl.DataFrame, question: Question) -> pl.DataFrame:
    """Records that entered no sum, and persons without a key."""
    nobody = said.filter(pl.col("unit").is_null()).group_by("said_unit").agg(pl.col("rows").sum())
    never = said.filter(pl.col("unit").is_not_null(), pl.col("period").is_null())
    never = never.group_by("said_period").agg(pl.col("rows").sum())
    alone = int(said.drop_nulls(["unit", "period"])["nameless"].sum())
    whats = [("unit", nobody.rename({"said_unit": "said"}))]
    whats += [("period", never.rename({"said_period": "said"}))]
    whats += [("person", pl.DataFrame({"said": [None], "rows": [alone]}))] if question.person and alone else []
    return pl.concat(
        frame.select(pl.lit(what).alias("what"), pl.col("said").cast(pl.String), pl.col("rows").cast(pl.Int64))
        for what, frame in whats
    ).match_to_schema(lost())


def _lay(session: SparkSession, name: str, frame: pl.DataFrame) -> None:
    """A small table under a name of this session."""
    sent(session, frame).createOrReplaceTempView(name)


def _place(names: Sequence[str]) -> str:
    more = f" и ещё {len(names) - _NAMED}" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
