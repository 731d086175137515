"""A part from its rows to its sums: rules once, numbers for keys, one group-by for each grain, the rest from sums."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, Final

import polars as pl
from attrs import define, evolve, field, frozen

from profdev_indicators.builtin.engines.grouping import raised, summed
from profdev_indicators.builtin.engines.identities import Identities
from profdev_indicators.builtin.engines.persons import joined, repeated
from profdev_indicators.builtin.engines.places import Tree, of_breakdown, placed, targets
from profdev_indicators.builtin.engines.plan import ALL, OWN, Plan, planned
from profdev_indicators.builtin.engines.rows import Shrinking
from profdev_indicators.builtin.engines.running import Running
from profdev_indicators.records import Part, Question, Tallied, keys, lost

_KEYS: Final = ["unit", "period", "breakdown", "category"]
_CATEGORY: Final = 1 << 32  # numbers of categories are less
_SPARSE: Final = 1 << 22  # numbers of units below this are looked up by position, however few they are


@frozen(kw_only=True, eq=False)
class _Batch:
    """Rows that are in memory, whom they are about and where they count."""

    rows: pl.DataFrame  # cell, and all of Shrinking.shrunk but the unit
    cells: pl.DataFrame  # cell, unit, period, rows
    links: pl.DataFrame  # as `places.targets` gives them
    shrinking: Shrinking

    @cached_property
    def totals(self) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The places of units above, and their links."""
        return placed(self.links.filter("total"))


@define(kw_only=True, eq=False)
class Count:
    """Counts parts one after the other; what it learns of texts of units is of use to the next."""

    question: Question
    running: Running
    _plan: Plan = field(init=False)
    _tree: Tree = field(init=False)
    _units: Identities = field(init=False)
    _periods: Identities = field(init=False)
    _largest: dict[int, int] = field(factory=dict, init=False)  # rows of a group of a breakdown: to guess with

    def __attrs_post_init__(self) -> None:
        self._plan = planned(self.question)
        self._tree = Tree.of(self.question)
        self._units = Identities(match=self.question.match_units, dtype=pl.UInt32())
        self._periods = Identities(match=self.question.match_periods, dtype=pl.UInt16())

    def part(self, part: Part) -> Tallied:
        """What was counted in a part."""
        shrinking = Shrinking(question=self.question, plan=self._plan)
        found: list[pl.DataFrame] = []
        gone: list[pl.DataFrame] = []
        rows, batches = 0, 0
        for said in self._read(part, shrinking):
            if not said.height:
                continue
            rows, batches = rows + said.height, batches + 1
            batch, out = self._known(said, part, shrinking)
            gone += out
            found += self._counted(batch)
            if batches > 1:
                found = [self._added(found)]
        disjoint = self.question.person is None or batches == 0
        return Tallied(
            frame=self._answers(found if disjoint else [self._added(found)]),
            lost=_lost(gone),
            rows=rows,
        )

    # --- rows -------------------------------------------------------------------------------------------------------

    def _read(self, part: Part, shrinking: Shrinking) -> Iterator[pl.DataFrame]:
        """The rows of a part, as many as fit in memory at a time; rows of one person come together."""
        if part.frame is None:
            raise TypeError(part.name)
        person, running = self.question.person, self.running
        if person is None:
            yield from running.batches(shrinking.told(part.frame), shrinking.shrunk)
            return
        rows = part.rows if part.rows is not None else running.collect(part.frame.select(pl.len())).item()
        slices = -(-rows // running.at_once)
        if slices <= 1:
            yield running.rows(shrinking.told(part.frame), shrinking.shrunk)
            return
        key = pl.col(person)
        for number in range(slices):
            # A person is in one slice only.
            some = part.frame.filter(key.is_not_null(), key.hash() % slices == number)
            yield running.rows(shrinking.told(some), shrinking.shrunk)
        yield from running.batches(shrinking.told(part.frame.filter(key.is_null())), shrinking.shrunk)

    def _known(self, said: pl.DataFrame, part: Part, shrinking: Shrinking) -> tuple[_Batch, list[pl.DataFrame]]:
        """The rows of units and periods that are known; and what was said in all others."""
        on = ["unit", *(["period"] if self.question.period is not None else [])]
        heard = self.running.collect(said.lazy().group_by(on).agg(pl.len().cast(pl.Int64).alias("rows")))
        texts = {"unit": shrinking.units(heard["unit"])}
        numbers = {"unit": self._units.numbers(texts["unit"])}
        if self.question.period is not None:
            texts["period"] = shrinking.periods(heard["period"])
            numbers["period"] = self._periods.numbers(texts["period"])
        elif part.period is not None:
            numbers["period"] = pl.repeat(
                self.question.numbers.get(part.period), heard.height, dtype=pl.UInt16, eager=True
            )
        told = heard.rename({name: f"said {name}" for name in on}).with_columns(
            **numbers, **{f"text {name}": text for name, text in texts.items()}
        )
        known = told.drop_nulls(["unit", "period"])
        cells = known.group_by("unit", "period", maintain_order=True).agg(pl.col("rows").sum()).with_row_index("cell")
        whose = told.join(cells.drop("rows"), on=["unit", "period"], how="left")
        whose = whose.select(*(pl.col(f"said {name}").alias(name) for name in on), "cell")
        rows = _numbered(said, whose, on)
        gone = list(_unknown(told))
        if known.height < told.height:
            rows = rows.filter(pl.col("cell").is_not_null())
        if self.question.person is not None and (nameless := rows["person"].null_count()):
            gone.append(_told("person", pl.DataFrame({"said": [None], "rows": [nameless]})))
        links = targets(self._tree, cells, self._plan.excluded)
        return _Batch(rows=rows, cells=cells, links=links, shrinking=shrinking), gone

    # --- sums -------------------------------------------------------------------------------------------------------

    def _counted(self, batch: _Batch) -> Iterator[pl.DataFrame]:
        """Sums of units, of those above them, and by category: frames with the columns of `_KEYS`, and of the plan."""
        if self.question.person is None:
            yield from self._of_rows(batch)
            return
        again = repeated(batch.rows.with_columns(self._period_of(batch)))
        yield from self._of_rows(evolve(batch, rows=batch.rows.filter(~again)))
        if again.any():
            yield from self._of_persons(evolve(batch, rows=batch.rows.filter(again)))

    def _period_of(self, batch: _Batch) -> pl.Series:
        return batch.cells["period"].gather(batch.rows["cell"]).alias("period")

    def _of_rows(self, batch: _Batch) -> Iterator[pl.DataFrame]:
        """Where every row counts by itself."""
        rows = batch.rows.lazy()
        most = int(batch.cells["rows"].max() or 0)  # type: ignore[arg-type]  # an integer
        own = summed(rows.with_columns(key="cell"), self._plan, self.running.collect, largest=most)
        own = own.rename({"key": "cell"}).join(batch.cells.drop("rows"), on="cell", maintain_order="left")
        totals = batch.links.filter("total")
        is_total = totals.filter("own").select("cell")
        yield self._masked_own(own.join(is_total, on="cell", how="anti", maintain_order="left"))
        if totals.height:
            places, links = batch.totals
            sums = own.lazy().join(places.lazy(), on="cell").drop("cell", "unit", "period")
            above = self._raised(sums.group_by("place").sum(), links)
            names = [pl.col(name).alias(name + OWN) for name in self._plan.sums.get(OWN, {}).values()]
            told = own.join(is_total, on="cell", how="semi").select(
                "unit", "period", pl.lit(value=True).alias("own"), *names
            )
            yield above.drop("own").join(told, on=["unit", "period"], how="left", maintain_order="left")
        for number in range(len(self.question.breakdowns)):
            yield from self._of_category(batch, number)

    def _of_category(self, batch: _Batch, number: int) -> Iterator[pl.DataFrame]:
        breakdown = self.question.breakdowns[number]
        links = of_breakdown(batch.links, breakdown.applies_to)
        if not links.height:
            return
        places, links = batch.totals if breakdown.applies_to == "totals" else placed(links)
        whole = batch.cells.select("cell").join(places, on="cell", how="left", maintain_order="left")["place"]
        rows = batch.rows.lazy().with_columns(place=pl.lit(whole).gather(pl.col("cell")))
        if whole.null_count():
            rows = rows.filter(pl.col("place").is_not_null())
        plan = self._plan.broken_down()
        sums = summed(
            rows.with_columns(key=_combined("place", f"g{number}")),
            plan,
            self.running.collect,
            largest=self._largest.get(number, 255),
        )
        if not sums.height:
            return
        self._largest[number] = int(sums["len"].max())  # type: ignore[arg-type]  # an integer
        apart = sums.lazy().with_columns(place=(pl.col("key") // _CATEGORY).cast(pl.UInt32), category=_category_of())
        yield self._categorised(self._raised(apart, links, "category"), batch, number)

    def _masked_own(self, own: pl.DataFrame) -> pl.DataFrame:
        """Sums of units that have none below: they count there whatever the mask."""
        names = [pl.col(name).alias(name + mask) for mask, name in self._masked_names()]
        return own.select("unit", "period", "rows", pl.lit(value=True).alias("own"), *names)

    def _masked_names(self) -> Iterator[tuple[str, str]]:
        for mask, sums in self._plan.sums.items():
            for name in sums.values():
                yield mask, name

    def _raised(self, sums: pl.LazyFrame, links: pl.DataFrame, *more: str) -> pl.DataFrame:
        masks = {mask: self._plan.only(mask) for mask in self._plan.sums if mask != OWN}
        apart = sums.join(links.lazy(), on="place")
        found = raised(apart, masks, ["target", "period", *more]).rename({"target": "unit"})
        return found.with_columns(own=pl.lit(value=False)).collect(engine="in-memory")

    def _categorised(self, found: pl.DataFrame, batch: _Batch, number: int) -> pl.DataFrame:
        texts = batch.shrinking.categories(number, found["category"])
        breakdown = pl.lit(self.question.breakdowns[number].column)
        return found.with_columns(category=texts, breakdown=breakdown)

    # --- persons ----------------------------------------------------------------------------------------------------

    def _of_persons(self, batch: _Batch) -> Iterator[pl.DataFrame]:
        """Persons with several rows: joined anew in each target and category."""
        yield from self._joined(batch, batch.links, None)
        for number, breakdown in enumerate(self.question.breakdowns):
            yield from self._joined(batch, of_breakdown(batch.links, breakdown.applies_to), number)

    def _joined(self, batch: _Batch, links: pl.DataFrame, number: int | None) -> Iterator[pl.DataFrame]:
        keyed = links.with_columns(place=pl.struct("target", "period").rank("dense").cast(pl.UInt32))
        whose = keyed.select("place", "target", "period").unique()
        masks = [mask for mask in self._plan.sums if mask not in {ALL, OWN}]
        key = _combined("place", "category")
        category = pl.lit(0, pl.UInt32) if number is None else pl.col(f"g{number}")
        rows = (
            batch.rows.lazy()
            .join(keyed.lazy().select("cell", "place", "own", *masks), on="cell")
            .with_columns(category=category)
            .with_columns(key=key)
            .collect(engine="in-memory")
        )
        if not rows.height:
            return
        idle = [mask for mask in masks if not rows[mask].any()]
        passes = [([ALL, *idle], rows), *(([mask], rows.filter(~pl.col(mask))) for mask in masks if mask not in idle)]
        if OWN in self._plan.sums and number is None:
            passes.append(([OWN], rows.filter("own")))
        for together, some in passes:
            plan = self._plan.only(*together)
            if not some.height or not (plan.columns or ALL in together):
                continue
            persons = self.running.here(joined(some, ["key"], len(self._plan.flags), len(self._plan.amounts)))
            sums = summed(persons.select("key", "rows", *plan.packed), plan, self.running.collect, largest=255)
            names = [pl.col(name).alias(name + mask) for mask in together for name in self._plan.sums[mask].values()]
            count = pl.col("rows") if ALL in together else pl.lit(0, pl.Int64).alias("rows")
            found = (
                sums.lazy()
                .with_columns(place=(pl.col("key") // _CATEGORY).cast(pl.UInt32), category=_category_of())
                .join(whose.lazy(), on="place")
                .select(pl.col("target").alias("unit"), "period", "category", count, *names)
                .with_columns(own=pl.lit(together == [OWN]))
                .collect(engine="in-memory")
            )
            yield found.drop("category") if number is None else self._categorised(found, batch, number)

    # --- answers ----------------------------------------------------------------------------------------------------

    def _answers(self, found: Sequence[pl.DataFrame]) -> pl.DataFrame:
        """The columns of Tallied.frame."""
        frame = self._whole(found).lazy()
        told = [
            expression.alias(f"{tally.name}.{part}")
            for tally in self.question.tallies
            for part, expression in self._parts(tally.name, own_only=tally.own_only)
        ]
        return frame.select(*(pl.col(name).cast(dtype) for name, dtype in keys().items()), *told).collect(
            engine="in-memory"
        )

    def _parts(self, name: str, *, own_only: bool) -> Iterator[tuple[str, pl.Expr]]:
        for part, dtype in {"n": pl.Float64(), "p": pl.Int64(), "k": pl.Int64(), "u": pl.Int64()}.items():
            terms = [pl.col(self._plan.columns[each] + mask) for each, mask in self._plan.answers[f"{name}.{part}"]]
            value: Any = (
                sum((term.cast(dtype) for term in terms[1:]), start=terms[0].cast(dtype)) if terms else pl.lit(0, dtype)
            )
            yield part, pl.when(pl.col("own"), pl.col("breakdown").is_null()).then(value) if own_only else value

    def _added(self, found: Sequence[pl.DataFrame]) -> pl.DataFrame:
        """One row for each unit, period and category."""
        names = [name + mask for mask, name in self._masked_names()]
        whole = self._whole(found).lazy()
        added = whole.group_by(_KEYS).agg(pl.col("own").any(), pl.col("rows", *names).sum())
        return self.running.small(added)

    def _whole(self, found: Sequence[pl.DataFrame]) -> pl.DataFrame:
        names = [name + mask for mask, name in self._masked_names()]
        types: dict[str, Any] = {**keys(), "own": pl.Boolean()}
        types |= {name: pl.Int64() if name.startswith("c") else pl.Float64() for name in names}
        whole = pl.concat([pl.DataFrame(schema=types), *found], how="diagonal_relaxed").select(list(types))
        return whole.with_columns(pl.col("own").fill_null(value=False), pl.col("rows", *names).fill_null(0))


def _numbered(said: pl.DataFrame, heard: pl.DataFrame, on: Sequence[str]) -> pl.DataFrame:
    """Rows with the ``cell`` of what they say in place of it; null: nobody's.

    Args:
        said: the rows.
        heard: everything they say, and its ``cell``.
        on: the columns of what they say.
    """
    known = heard.drop_nulls(on)
    if len(on) == 1 and known.height:
        name = on[0]
        least, most = int(known[name].min()), int(known[name].max())  # type: ignore[arg-type]  # integers
        if most - least < max(_SPARSE, 4 * said.height):
            table = pl.repeat(None, most - least + 1, dtype=pl.UInt32, eager=True)
            at = (known[name].cast(pl.Int64) - least).cast(pl.UInt32)
            table = table.scatter(at, known["cell"])
            position = (pl.col(name).cast(pl.Int64) - least).cast(pl.UInt32)
            return said.with_columns(cell=pl.lit(table).gather(position)).drop(name)
    return said.join(heard, on=list(on), how="left", maintain_order="left").drop(on)


def _unknown(told: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """What was said in rows that enter no sum."""
    nobody = told.filter(pl.col("unit").is_null())
    yield _told("unit", nobody.select("rows", said="text unit"))
    if "text period" in told.columns:
        never = told.filter(pl.col("unit").is_not_null(), pl.col("period").is_null())
        yield _told("period", never.select("rows", said="text period"))


def _told(what: str, rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(pl.lit(what).alias("what"), pl.col("said").cast(pl.String), pl.col("rows").cast(pl.Int64))


def _lost(gone: Sequence[pl.DataFrame]) -> pl.DataFrame:
    whole = pl.concat([pl.DataFrame(schema=lost()), *gone])
    return whole.group_by("what", "said", maintain_order=True).agg(pl.col("rows").sum())


def _combined(place: str, category: str) -> pl.Expr:
    """One number made of those of a place and of a category, which may be null."""
    return pl.col(place).cast(pl.UInt64) * _CATEGORY + (pl.col(category).cast(pl.UInt64) + 1).fill_null(0)


def _category_of() -> pl.Expr:
    number = pl.col("key") % _CATEGORY
    return pl.when(number > 0).then(number - 1).cast(pl.UInt32)
