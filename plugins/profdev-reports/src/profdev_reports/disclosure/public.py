"""What may be published: VALUES without what is hidden, and the list of it for the department alone."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

import numpy as np
import polars as pl

from profdev_indicators.engine.derive import derive
from profdev_indicators.errors import Problem
from profdev_indicators.frames import ENGINE, HIDDEN, MAIN, STATE, VALUES, conform
from profdev_indicators.model import District, Indicator
from profdev_indicators.results import Protection
from profdev_indicators.wording import counted
from profdev_reports.disclosure.planting import Ground
from profdev_reports.disclosure.subjects import counts_organisations, disclosure_of
from profdev_reports.disclosure.tree import Tree, nodes_of

REASON = "скрыто при публикации: малое число или защита от вычисления"
"""One for all: a reason that told small numbers from the others would tell what range they are in."""

_INVALID = "ответ противоречит сам себе"
_SECONDARY = "чтобы по нему не вычислили другое значение"
_BEFORE = "скрыто в прежней публикации"
_ON = ["unit", "period", "indicator"]
_NOISE = 1e-9
_SHOWN = 5

Cell = tuple[str, str, str]


def public(values: pl.DataFrame, trees: Sequence[Tree], on: Ground, hopeless: Collection[Cell]) -> Protection:
    """VALUES with the patterns of the trees in them; derived indicators follow what they are made of."""
    measured = pl.DataFrame([row for tree in trees for row in _hidden_of(tree, on)], HIDDEN, orient="row")
    kept = _kept(values, on.district)
    open_ones = _blanked(kept, measured, _shaky(trees))
    derived = _derived(kept, open_ones, measured, on)
    hidden = pl.concat([measured, derived])
    order = {indicator.id: place for place, indicator in enumerate(on.district.indicators)}
    return Protection(
        values=_blanked(open_ones, derived, []),
        hidden=hidden.sort(pl.col("period"), pl.col("indicator").replace_strict(order, return_dtype=pl.Int64), "unit"),
        notices=tuple(_notices(trees, hopeless)),
    )


def _hidden_of(tree: Tree, on: Ground) -> Iterator[tuple[str, str, str, str, str, bool, str]]:
    """Rows of HIDDEN."""
    policy, subject = on.district.publication.disclosure, tree.subject
    for node in nodes_of(tree.hidden):
        unit = tree.units[node]
        n = None if np.isnan(tree.n[node]) else float(tree.n[node])
        why = subject.small(float(tree.x[node]), n, policy)
        before = on.before.get((unit, tree.period, subject.indicator))
        told = why or (_BEFORE if before is not None and before["state"] == "suppressed" else _SECONDARY)
        yield unit, tree.period, subject.indicator, MAIN, subject.disclosure, why is not None, told


def _shaky(trees: Sequence[Tree]) -> list[Cell]:
    """Totals with something hidden in them: an interval made of all answers would tell of it."""
    return [
        (tree.units[total], tree.period, tree.subject.indicator)
        for tree in trees
        for total in nodes_of(np.asarray(tree.above[:, tree.hidden].any(axis=1)))
        if tree.units[total]
    ]


def _kept(values: pl.DataFrame, district: District) -> pl.DataFrame:
    """Main readings, and other readings of who said «yes»; no categories: they have other denominators."""
    readings = [
        (indicator.id, alternative.id)
        for indicator in district.indicators
        if disclosure_of(indicator, district) == "A"
        for alternative in indicator.alternatives
        if _counts_organisations(indicator, alternative.measure or indicator.measure, district)
    ]
    other = pl.DataFrame(readings, {"indicator": pl.String, "reading": pl.String}, orient="row")
    main = values.filter(pl.col("breakdown").is_null()).with_row_index("row")
    chosen = pl.concat(
        [main.filter(pl.col("reading") == MAIN), main.join(other, on=["indicator", "reading"], how="semi")]
    )
    tidy = conform(chosen.sort("row").lazy(), VALUES).with_columns(
        pl.when(pl.col("state") == "invalid").then(pl.lit(_INVALID)).otherwise("reason").alias("reason")
    )
    return tidy.collect(engine=ENGINE)


def _counts_organisations(indicator: Indicator, measure: object, district: District) -> bool:
    ratio = getattr(measure, "ratio", None)
    return ratio is not None and counts_organisations(ratio(indicator.missing), district.items)


def _blanked(values: pl.DataFrame, hidden: pl.DataFrame, shaky: Sequence[Cell]) -> pl.DataFrame:
    marks = hidden.select(*_ON, "reading", away=pl.lit(value=True))
    wide = pl.DataFrame(shaky, dict.fromkeys(_ON, pl.String), orient="row").with_columns(
        reading=pl.lit(MAIN), unsure=pl.lit(value=True)
    )
    away, unsure = pl.col("away").is_not_null(), pl.col("unsure").is_not_null()
    numbers = ("numerator", "denominator", "value")
    return (
        values.lazy()
        .join(marks.lazy(), on=[*_ON, "reading"], how="left", maintain_order="left")
        .join(wide.lazy(), on=[*_ON, "reading"], how="left", maintain_order="left")
        .with_columns(
            *(pl.when(~away).then(pl.col(name)).alias(name) for name in numbers),
            *(pl.when(~away & ~unsure).then(pl.col(name)).alias(name) for name in ("ci_low", "ci_high")),
            pl.when(away).then(pl.lit("suppressed", STATE)).otherwise("state").alias("state"),
            pl.when(away).then(pl.lit(REASON)).otherwise("reason").alias("reason"),
        )
        .select(VALUES.names())
        .collect(engine=ENGINE)
    )


def _derived(kept: pl.DataFrame, open_ones: pl.DataFrame, measured: pl.DataFrame, on: Ground) -> pl.DataFrame:
    """Derived values to hide: made of something hidden, or no longer to be made of what is open."""
    needs = {i.id: tuple(i.measure.needs) for i in on.district.indicators if hasattr(i.measure, "needs")}
    if not needs:
        return measured.clear()
    from_open = derive([open_ones.filter(~pl.col("indicator").is_in(list(needs)))], on.district, list(on.periods))
    again = pl.concat(from_open.values()).select(*_ON, made="value") if from_open else None
    was_told = set(_suppressed_before(on))
    away = set(measured.select(*_ON).iter_rows())
    rows: list[tuple[str, str, str, str, str, bool, str]] = []
    for name in _in_order(needs):
        told = kept.filter(pl.col("indicator") == name, pl.col("value").is_not_null())
        if again is not None:
            told = told.join(again, on=_ON, how="left", maintain_order="left")
        for unit, period, value, made in told.select("unit", "period", "value", "made").iter_rows():
            lost = [part for part in needs[name] if (unit, period, part) in away]
            if lost or made is None or abs(made - value) > _NOISE or (unit, period, name) in was_told:
                away.add((unit, period, name))
                why = f"получено из скрытого: {', '.join(lost)}" if lost else "зависит от скрытого"
                rows.append(
                    (unit, period, name, MAIN, disclosure_of(_by_id(on.district, name), on.district), False, why)
                )
    return pl.DataFrame(rows, HIDDEN, orient="row")


def _suppressed_before(on: Ground) -> Iterator[Cell]:
    yield from (cell for cell, row in on.before.items() if row["state"] == "suppressed")


def _in_order(needs: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Each after those it is made of."""
    done: set[str] = set()
    while len(done) < len(needs):
        for name, parts in needs.items():
            if name not in done and all(part in done or part not in needs for part in parts):
                done.add(name)
                yield name


def _by_id(district: District, name: str) -> Indicator:
    return next(indicator for indicator in district.indicators if indicator.id == name)


def _notices(trees: Sequence[Tree], hopeless: Collection[Cell]) -> Iterator[Problem]:
    told = [_cell(tree, node) for tree in trees for node in nodes_of(tree.hidden & tree.primary & tree.known)]
    if told:
        yield Problem(
            path="publication.disclosure",
            message=f"уже опубликовано открыто {_values(told)}, хотя по нынешним правилам это нельзя: {_named(told)}",
            hint="теперь скрыто, но у кого есть прежняя публикация, тот знает; изымите её или смиритесь",
        )
    lost = sorted(set(hopeless) - set(told))
    if lost:
        yield Problem(
            path="publication.disclosure",
            message=f"скрыто, но может быть вычислено {_values(lost)}: {_named(lost)}",
            hint="спрятать больше нечего: остальное уже опубликовано раньше",
        )


def _cell(tree: Tree, node: int) -> Cell:
    return tree.units[node], tree.period, tree.subject.indicator


def _values(cells: Collection[Cell]) -> str:
    return counted(len(cells), "значение", "значения", "значений")


def _named(cells: Collection[Cell]) -> str:
    first = [f"{indicator} {unit} {period}" for unit, period, indicator in sorted(cells)[:_SHOWN]]
    return ", ".join(first) + (" и другие" if len(cells) > _SHOWN else "")
