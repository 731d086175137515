"""Rows of records shrunk to numbers: of the unit, of the period, of categories, and a byte for every eight counters."""

from __future__ import annotations

import polars as pl
from attrs import field, frozen

from profdev_indicators.builtin.engines.plan import Plan
from profdev_indicators.records import Question


class _Dictionary:
    """Texts and their numbers."""

    def __init__(self) -> None:
        self._type = pl.Categorical(pl.Categories.random())
        # polars forgets the numbers of texts once no column of this type is left.
        self._kept = pl.Series(dtype=self._type)

    def coded(self, column: pl.Expr) -> pl.Expr:
        """The number of a text."""
        return column.cast(pl.String).cast(self._type).to_physical()

    def decoded(self, codes: pl.Series) -> pl.Series:
        """The text of a number."""
        return codes.cast(pl.UInt32).cat.to(self._type).cast(pl.String)


@frozen(kw_only=True, eq=False)
class Shrinking:
    """What becomes of the rows of one part.

    Texts of keys become numbers of a dictionary of this part's own, which goes when the part does.
    """

    question: Question
    plan: Plan
    _units: _Dictionary = field(factory=_Dictionary, init=False)
    _periods: _Dictionary = field(factory=_Dictionary, init=False)
    _categories: tuple[_Dictionary, ...] = field(init=False)

    @_categories.default
    def _fresh(self) -> tuple[_Dictionary, ...]:
        return tuple(_Dictionary() for _ in self.question.breakdowns)

    @property
    def has_numbers(self) -> bool:
        """Whether units are called by integers."""
        return self.question.columns[self.question.unit] == "integer"

    def told(self, records: pl.LazyFrame) -> pl.LazyFrame:
        """What rows say of themselves: keys as they are written, flags ``f0 …``, amounts ``a0 …``."""
        question = self.question
        said = {"unit": question.unit, "period": question.period, "person": question.person}
        said |= {f"g{number}": breakdown.column for number, breakdown in enumerate(question.breakdowns)}
        keys = [pl.col(column).alias(name) for name, column in said.items() if column is not None]
        return records.select(*keys, *self.plan.flags, *self.plan.amounts)

    def shrunk(self, told: pl.LazyFrame) -> pl.LazyFrame:
        """``unit``, ``period`` if rows say it, ``g0 …``, ``b0 …``, ``s…``; for persons ``person, f0 …, a0 …`` too."""
        question, plan = self.question, self.plan
        keys = [pl.col("unit") if self.has_numbers else self._units.coded(pl.col("unit"))]
        if question.period is not None:
            keys.append(self._periods.coded(pl.col("period")))
        keys += [dictionary.coded(pl.col(f"g{number}")) for number, dictionary in enumerate(self._categories)]
        more = []
        if question.person is not None:
            flags, amounts = len(plan.flags), len(plan.amounts)
            more = ["person", *(f"f{number}" for number in range(flags)), *(f"a{number}" for number in range(amounts))]
        return told.with_columns(plan.states).select(*keys, *plan.packed, *more)

    def units(self, said: pl.Series) -> pl.Series:
        """What units were called."""
        return said.cast(pl.String) if self.has_numbers else self._units.decoded(said)

    def periods(self, said: pl.Series) -> pl.Series:
        """What periods were called."""
        return self._periods.decoded(said)

    def categories(self, breakdown: int, said: pl.Series) -> pl.Series:
        """What categories are called."""
        return self._categories[breakdown].decoded(said)
