"""An attack on a publication by trying every whole number: it shares nothing with the program it attacks.

The attacker knows the tree, the denominators, which numbers are a part of which, and perhaps his own numbers. He reads
VALUES, and the VALUES published before, and keeps every assignment of whole numbers that agrees with all of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from math import prod

import numpy as np
import numpy.typing as npt
import polars as pl
from attrs import field, frozen

from profdev_indicators.frames import VALUES

Column = tuple[str, str]  # indicator, period
Sums = npt.NDArray[np.bool_]  # which sums can be reached, an axis for each column
Vector = tuple[int, ...]


@frozen(kw_only=True)
class World:
    """What is really so."""

    columns: Sequence[Column]
    parent: Mapping[str, str]  # of everybody but the root
    x: Mapping[tuple[str, Column], int]  # of organisations; absent: silent
    n: Mapping[tuple[str, Column], int]
    inside: Sequence[tuple[Column, Column]] = ()  # the second is a part of the first
    nested: Sequence[tuple[Column, Column]] = ()  # and so are the denominators

    @property
    def units(self) -> list[str]:
        """Everybody, organisations last."""
        return [*dict.fromkeys(self.parent.values()), *self.organisations]

    @property
    def organisations(self) -> list[str]:
        """Who answers."""
        return sorted(self.parent.keys() - set(self.parent.values()))

    def below(self, unit: str) -> list[str]:
        """The organisations under a unit; an organisation itself."""
        children = [child for child, parent in self.parent.items() if parent == unit]
        return [leaf for child in children for leaf in self.below(child)] if children else [unit]

    def total(self, unit: str, column: Column) -> tuple[int, int] | None:
        """Numerator and denominator; None: nobody has answered."""
        told = [leaf for leaf in self.below(unit) if (leaf, column) in self.x]
        return (sum(self.x[u, column] for u in told), sum(self.n[u, column] for u in told)) if told else None

    def values(self, *, counts: Iterable[str] = ()) -> pl.DataFrame:
        """VALUES with ``parent`` and ``own``; indicators in ``counts`` have no denominator."""
        return pl.DataFrame(
            [self._row(unit, column, column[0] in counts) for column in self.columns for unit in self.units],
            {**VALUES, "parent": pl.String(), "own": pl.Boolean()},
        )

    def _row(self, unit: str, column: Column, bare: bool) -> dict[str, object]:  # noqa: FBT001 - a row is a row
        told, leaf = self.total(unit, column), unit in self.organisations
        asked = self.below(unit)
        return {
            "district": "district",
            "unit": unit,
            "unit_name": unit,
            "unit_kind": "school" if leaf else "district",
            "level": 0 if leaf else 1,
            "period": column[1],
            "section": "all",
            "indicator": column[0],
            "reading": "main",
            "numerator": None if told is None else told[0],
            "denominator": None if told is None or bare else told[1],
            "value": None if told is None else told[0] if bare else 100 * told[0] / told[1],
            "expected": len(asked),
            "reported": sum((each, column) in self.x for each in asked),
            "evidenced": sum((each, column) in self.x for each in asked),
            "state": "not_reported" if told is None else "ok",
            "definition": "d",
            "parent": self.parent.get(unit),
            "own": leaf,
        }


@frozen(kw_only=True)
class Attack:
    """What can be reckoned from a publication about a world."""

    world: World
    told: Mapping[tuple[str, Column], float | None]  # numerators as published
    before: Mapping[tuple[str, Column], float | None] = field(factory=dict)
    most: int | None = None  # what a number without a denominator may be at most, for the attacker

    @classmethod
    def on(cls, world: World, published: pl.DataFrame, before: pl.DataFrame | None = None, **more: int) -> Attack:
        """The attack on VALUES, perhaps with those of an earlier publication."""
        return cls(
            world=world, told=_numerators(published), before={} if before is None else _numerators(before), **more
        )

    def recovered(self, knower: str | None = None) -> Iterator[tuple[str, Column, set[int]]]:
        """For each hidden number of an organisation, the values it can have."""
        axes = self._axes()
        vectors = {unit: list(self._vectors(unit, knower)) for unit in self.world.organisations}
        for unit, found in self._feasible(vectors, axes).items():
            if unit == knower:
                continue
            for at, column in enumerate(self.world.columns):
                if self._secret(unit, column):
                    yield unit, column, {vector[at] for vector in found}

    def differences(self, knower: str | None = None) -> Iterator[tuple[str, tuple[Column, Column], set[int]]]:
        """For each number and its part, not both published, the values their difference can have."""
        axes = self._axes()
        vectors = {unit: list(self._vectors(unit, knower)) for unit in self.world.organisations}
        for unit, found in self._feasible(vectors, axes).items():
            if unit == knower:
                continue
            for whole, part in self.world.inside:
                if (unit, whole) in self.world.x and (unit, part) in self.world.x:
                    at, to = self.world.columns.index(whole), self.world.columns.index(part)
                    yield unit, (whole, part), {vector[at] - vector[to] for vector in found}

    def _secret(self, unit: str, column: Column) -> bool:
        return (unit, column) in self.world.x and self.told.get((unit, column)) is None

    def _axes(self) -> list[tuple[Column, bool]]:
        """Each column as published now; and as it was before, where a total was told."""
        old = [column for column in self.world.columns if any(key[1] == column for key in self.before)]
        return [*((column, False) for column in self.world.columns), *((column, True) for column in old)]

    def _vectors(self, unit: str, knower: str | None) -> Iterator[Vector]:
        columns = self.world.columns
        choices = []
        for column in columns:
            real = self.world.x.get((unit, column))
            if real is None:
                choices.append([0])
            elif unit == knower or not self._secret(unit, column):
                choices.append([real])
            elif (old := self.before.get((unit, column))) is not None:
                choices.append([int(old)])
            else:
                choices.append(list(range(1 + (self.world.n[unit, column] if self.most is None else self.most))))
        place = {column: at for at, column in enumerate(columns)}
        for vector in product(*choices):
            if all(self._agrees(unit, vector, place, pair) for pair in self.world.inside):
                yield vector

    def _agrees(self, unit: str, vector: Vector, place: Mapping[Column, int], pair: tuple[Column, Column]) -> bool:
        whole, part = pair
        if (unit, whole) not in self.world.x or (unit, part) not in self.world.x:
            return True
        difference = vector[place[whole]] - vector[place[part]]
        most = self.world.n[unit, whole] - self.world.n[unit, part] if pair in self.world.nested else difference
        return 0 <= difference <= most

    def _added(self, unit: str, vector: Vector, axes: Sequence[tuple[Column, bool]]) -> Vector:
        """What an organisation adds to the sums: only what is secret counts, the rest is a constant."""
        added = []
        for column, old in axes:
            at = self.world.columns.index(column)
            secret = (unit, column) in self.before and self.before[unit, column] is None if old else True
            added.append(vector[at] if secret and self._secret(unit, column) else 0)
        return tuple(added)

    def _feasible(
        self, vectors: Mapping[str, Sequence[Vector]], axes: Sequence[tuple[Column, bool]]
    ) -> dict[str, list[Vector]]:
        root = next(unit for unit in self.world.units if unit not in self.world.parent)
        reach: dict[str, Sums] = {}

        def up(unit: str) -> Sums:
            children = self._children(unit)
            if not children:
                reach[unit] = _points([self._added(unit, v, axes) for v in vectors[unit]])
            else:
                reach[unit] = self._limited(unit, _all([up(child) for child in children]), axes)
            return reach[unit]

        found: dict[str, list[Vector]] = {}

        def down(unit: str, allowed: Sums) -> None:
            children = self._children(unit)
            if not children:
                fits = [v for v in vectors[unit] if _is_in(self._added(unit, v, axes), allowed)]
                found[unit] = fits
            for child in children:
                others = (
                    _all([reach[each] for each in children if each != child])
                    if len(children) > 1
                    else _nothing(len(axes))
                )
                down(child, _less(allowed, others) & _padded(reach[child], allowed.shape))

        up(root)
        down(root, reach[root])
        return found

    def _children(self, unit: str) -> list[str]:
        return sorted(child for child, parent in self.world.parent.items() if parent == unit)

    def _limited(self, unit: str, sums: Sums, axes: Sequence[tuple[Column, bool]]) -> Sums:
        """Only sums that agree with the published totals."""
        kept = sums.copy()
        for axis, (column, old) in enumerate(axes):
            rest = self._rest_before(unit, column) if old else self._rest(unit, column)
            if rest is not None:
                mask = np.zeros(sums.shape[axis], dtype=np.bool_)
                mask[rest : rest + 1] = True
                kept &= mask.reshape([-1 if a == axis else 1 for a in range(sums.ndim)])
        return kept

    def _rest(self, unit: str, column: Column) -> int | None:
        """What the hidden ones add up to; None: the total is not published."""
        total = self.told.get((unit, column))
        if total is None:
            return None
        told = (
            self.world.x[u, column]
            for u in self.world.below(unit)
            if (u, column) in self.world.x and not self._secret(u, column)
        )
        return int(total) - sum(told)

    def _rest_before(self, unit: str, column: Column) -> int | None:
        total = self.before.get((unit, column))
        if total is None:
            return None
        then = {u: self.before[u, column] for u in self.world.below(unit) if (u, column) in self.before}
        known = {u: self.told.get((u, column)) if x is None else x for u, x in then.items()}
        return int(total) - sum(int(x) for x in known.values() if x is not None)


def _numerators(values: pl.DataFrame) -> dict[tuple[str, Column], float | None]:
    """Numerators of those who answered; None: hidden."""
    rows = values.filter(pl.col("state") != "not_reported").select("unit", "indicator", "period", "numerator")
    return {(unit, (indicator, period)): x for unit, indicator, period, x in rows.iter_rows()}


def _points(vectors: Sequence[Vector]) -> Sums:
    sums = np.zeros([1 + max(v[axis] for v in vectors) for axis in range(len(vectors[0]))], dtype=np.bool_)
    for vector in vectors:
        sums[vector] = True
    return sums


def _nothing(axes: int) -> Sums:
    return np.ones([1] * axes, dtype=np.bool_)


def _all(parts: Sequence[Sums]) -> Sums:
    """Every sum of one of each."""
    total = parts[0]
    for part in parts[1:]:
        out = np.zeros([a + b - 1 for a, b in zip(total.shape, part.shape, strict=True)], dtype=np.bool_)
        few, many = sorted((total, part), key=lambda sums: prod(sums.shape))
        for index in np.argwhere(few):
            out[tuple(slice(i, i + size) for i, size in zip(index, many.shape, strict=True))] |= many
        total = out
    return total


def _less(allowed: Sums, others: Sums) -> Sums:
    """What may be added to one of ``others`` to give something allowed."""
    out = np.zeros_like(allowed)
    for index in np.argwhere(others):
        source = allowed[tuple(slice(i, None) for i in index)]
        out[tuple(slice(0, size) for size in source.shape)] |= source
    return out


def _padded(sums: Sums, shape: Sequence[int]) -> Sums:
    out = np.zeros(shape, dtype=np.bool_)
    common = tuple(slice(0, min(a, b)) for a, b in zip(sums.shape, shape, strict=True))
    out[common] = sums[common]
    return out


def _is_in(vector: Vector, sums: Sums) -> bool:
    return all(0 <= i < size for i, size in zip(vector, sums.shape, strict=True)) and bool(sums[vector])
