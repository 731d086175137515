"""A district's rules over drawn reports: what they cry without a cause, and what they find of what was planted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

import numpy as np
import polars as pl
from attrs import frozen
from numpy.typing import NDArray

from profdev_indicators.engine.judge import judge, rules_of
from profdev_indicators.frames import SEVERITIES
from profdev_indicators.model import AppliesTo, District
from profdev_statistics.simulation.drawing import MARK, Course, Panel, draw
from profdev_statistics.simulation.sizes import Sizes

CLASSES: tuple[str, ...] = ("n < 15", "n 15–39", "n 40–79", "n ≥ 80")
"""Sizes of the organisations whose falls are looked for."""

ANY = "*"
"""In the place of a rule: whichever of them fires."""

ALL_FALL = "итоги"
"""In the place of a size: a fall in all organisations at once, looked for in the totals above them."""

NOWHERE, CELLS = "", "cells"

_BOUNDS = (15.0, 40.0, 80.0)
_PLANTED = 0.05  # of the cells: enough to count, few enough to leave a report what it is
_ROWS_AT_ONCE = 60_000
_YEARS_AT_ONCE = 1000  # every report has years of its own, and a calendar ends with 9999
_CELL = ["report", "unit", "indicator"]
FOUND = {"rule": pl.String, "size": pl.String, "fall": pl.Float64, "planted": pl.Int64, "found": pl.Int64}

Told: TypeAlias = Callable[[int, int], None]


@frozen(kw_only=True, eq=False)
class Outcome:
    """What came of all the reports.

    ``alarms``, one row per rule in the order of the configuration, then :data:`ANY`: ``rule, checked`` (cells of a
    report, mean), ``alarms`` (mean of a report), ``error`` (its standard error; null of one report), a mean per
    severity, ``expected`` (by the rule's own reckoning from the margins; null: it reckons none) and ``reason`` (why it
    checked nothing; null: it did). ``found``, one row per rule, size and fall: ``rule, size, fall, planted, found``
    (cells; one the rule could not look at is not found).
    """

    sizes: Sizes
    runs: int
    course: Course
    falls: tuple[float, ...]
    alarms: pl.DataFrame
    found: pl.DataFrame


def simulate(
    sizes: Sizes,
    *,
    runs: int,
    falls: Sequence[float],
    course: Course,
    rule_names: Mapping[type, str],
    seed: int = 1,
    told: Told = lambda _done, _of: None,
) -> Outcome:
    """Draw and judge ``runs`` reports without a change, and as many with each of the ``falls`` planted.

    Two kinds of fall are planted, each in reports of its own: in one of twenty cells, and in one of twenty indicators
    for all organisations at once; each only if some rule looks there. The same seed gives the same outcome.

    Args:
        sizes: the district.
        runs: reports of each sort.
        falls: percentage points.
        course: how many periods a report looks back on, and what else happens in them.
        rule_names: the kind of every class of rules.
        seed: of all chance.
        told: hears how many reports are done, and of how many.
    """
    rules = _rules(sizes.district, rule_names)
    places = (CELLS, ALL_FALL) if len(sizes.starts) else (CELLS,)
    wheres = [where for where in places if _looking(rules, where)]
    sorts = [(0.0, NOWHERE), *((fall, where) for fall in falls for where in wheres)]
    chances = map(np.random.default_rng, np.random.SeedSequence(seed).spawn(len(sorts)))
    quiet: list[_Heard] = []
    found: list[pl.DataFrame] = []
    for number, ((fall, where), chance) in enumerate(zip(sorts, chances, strict=True)):
        for first, reports in _batches(runs, sizes.rows.height, course.periods):
            panel = draw(sizes, course, chance, _planting(sizes, reports, chance, fall, where), fall)
            heard = _hear(panel, sizes, rule_names, first)
            if where == NOWHERE:
                quiet.append(heard)
            else:
                planted = _planted(panel.planted, sizes, where).with_columns(pl.col("report") + first)
                found.append(_found(heard, planted, _looking(rules, where)).with_columns(fall=pl.lit(fall)))
            told(number * runs + first + reports, len(sorts) * runs)
    return Outcome(
        sizes=sizes,
        runs=runs,
        course=course,
        falls=tuple(falls),
        alarms=_alarms(quiet, list(rules), runs),
        found=_together(found, list(rules)),
    )


def _rules(district: District, rule_names: Mapping[type, str]) -> dict[str, set[AppliesTo]]:
    """Names, in the order of the configuration, and to whom they apply."""
    found: dict[str, set[AppliesTo]] = {}
    for indicator in district.indicators:
        for name, rule in rules_of(indicator, district, rule_names).items():
            found.setdefault(name, set()).add(rule.applies_to)
    return found


def _batches(runs: int, cells: int, periods: int) -> Iterator[tuple[int, int]]:
    """The number of the first report, and how many are drawn with it."""
    at_once = max(1, min(_ROWS_AT_ONCE // (cells * periods), _YEARS_AT_ONCE // periods))
    for first in range(0, runs, at_once):
        yield first, min(at_once, runs - first)


def _looking(rules: Mapping[str, set[AppliesTo]], where: str) -> list[str]:
    """The rules that look where something is planted."""
    elsewhere: AppliesTo = "organisations" if where == ALL_FALL else "totals"
    return [name for name, whom in rules.items() if whom != {elsewhere}]


# --- planting -------------------------------------------------------------------------------------------------------


def _planting(sizes: Sizes, reports: int, chance: np.random.Generator, fall: float, where: str) -> NDArray[np.bool_]:
    """Reports × own cells; only what has so far to fall can fall so far."""
    room = np.where(sizes.worse < 0, sizes.shares, 1 - sizes.shares)
    able = ~sizes.steady & (sizes.worse != 0) & (room >= fall / 100)
    if where == NOWHERE:
        return np.zeros((reports, len(able)), np.bool_)
    if where == CELLS:
        return _some(able, reports, chance)
    indicators = sizes.rows["indicator"].head(len(able)).rle_id().to_numpy()
    chosen = _some(np.bincount(indicators, able) > 0, reports, chance)
    return np.asarray(chosen[:, indicators] & able, np.bool_)


def _some(able: NDArray[np.bool_], reports: int, chance: np.random.Generator) -> NDArray[np.bool_]:
    """One of twenty of those able, and at least one, anew in every report."""
    drawn = np.where(able, chance.random((reports, len(able))), np.inf)
    count = min(max(1, round(_PLANTED * able.sum())), int(able.sum()))
    rank = drawn.argsort(axis=-1).argsort(axis=-1)
    return np.asarray(rank < count, np.bool_)


# --- listening ------------------------------------------------------------------------------------------------------


@frozen(kw_only=True, eq=False)
class _Heard:
    """What the rules said of some reports."""

    findings: pl.DataFrame  # report, unit, indicator, rule, severity
    unchecked: pl.DataFrame  # rule, reason, len
    alarms: pl.DataFrame  # frames.ALARMS


def _hear(panel: Panel, sizes: Sizes, rule_names: Mapping[type, str], first: int) -> _Heard:
    judged = judge(
        panel.values.lazy(), sizes.district, tree=panel.tree.lazy(), asked=panel.reported, rule_names=rule_names
    )
    numbers = {str(period): first + number for number, period in enumerate(panel.reported)}
    findings, unchecked = pl.collect_all(
        [
            judged.findings.select(
                pl.col("period").replace_strict(numbers, return_dtype=pl.Int64).alias("report"),
                pl.col("unit").str.replace(f"{MARK}\\d+$", ""),
                "indicator",
                "rule",
                pl.col("severity").cast(pl.String),
            ),
            judged.unchecked.group_by("rule", "reason").len(),
        ]
    )
    return _Heard(findings=findings, unchecked=unchecked, alarms=judged.alarms)


def _alarms(heard: Sequence[_Heard], rules: Sequence[str], runs: int) -> pl.DataFrame:
    findings = pl.concat(each.findings for each in heard)
    findings = pl.concat([findings, _by_any(findings)])
    checked = (
        pl.concat(each.alarms for each in heard)
        .group_by("rule")
        .agg(
            (pl.col("checked").sum() / runs).alias("checked"),
            pl.when(pl.col("expected").count() > 0).then(pl.col("expected").sum() / runs).alias("expected"),
        )
    )
    graded = findings.group_by("rule").agg(
        ((pl.col("severity") == word).sum() / runs).alias(word) for word in SEVERITIES
    )
    reasons = (
        pl.concat(each.unchecked for each in heard)
        .group_by("rule", "reason")
        .agg(pl.col("len").sum())
        .sort("len", "reason", descending=[True, False])
        .group_by("rule")
        .agg(pl.col("reason").first())
    )
    return (
        pl.DataFrame({"rule": [*rules, ANY]})
        .join(checked, on="rule", how="left", maintain_order="left")
        .join(_means(findings, runs), on="rule", how="left", maintain_order="left")
        .join(graded, on="rule", how="left", maintain_order="left")
        .join(reasons, on="rule", how="left", maintain_order="left")
        .with_columns(
            pl.col("checked", "alarms", "error", *SEVERITIES).fill_null(0.0),
            pl.when(pl.col("checked").is_null()).then("reason"),
        )
        .with_columns(pl.when(pl.lit(runs > 1)).then("error"))
        .select("rule", "checked", "alarms", "error", *SEVERITIES, "expected", "reason")
    )


def _means(findings: pl.DataFrame, runs: int) -> pl.DataFrame:
    """Of each rule, the mean number of its findings in a report and the standard error of the mean."""
    squares = (pl.col("len") ** 2).sum() - pl.col("len").sum() ** 2 / runs
    return (
        findings.group_by("rule", "report")
        .agg(pl.len().cast(pl.Float64))
        .group_by("rule")
        .agg(
            (pl.col("len").sum() / runs).alias("alarms"),
            (squares.clip(0.0) / max(runs - 1, 1) / runs).sqrt().alias("error"),
        )
    )


def _by_any(findings: pl.DataFrame) -> pl.DataFrame:
    """One finding of nobody in particular for every cell with an alarm, as grave as the gravest there."""
    grave = pl.col("severity").replace_strict({word: n for n, word in enumerate(SEVERITIES)}, return_dtype=pl.Int8)
    return (
        findings.filter(pl.col("severity") != "info")
        .sort(grave, descending=True, maintain_order=True)
        .unique(_CELL, keep="first", maintain_order=True)
        .with_columns(rule=pl.lit(ANY))
        .select(findings.columns)
    )


def _found(heard: _Heard, planted: pl.DataFrame, rules: Sequence[str]) -> pl.DataFrame:
    """What each rule found of what was planted: ``rule, size, planted, found``."""
    seen = pl.concat([heard.findings, _by_any(heard.findings)]).join(planted, on=_CELL)
    return (
        pl.DataFrame({"rule": [*rules, ANY]})
        .join(planted.group_by("size").len("planted"), how="cross")
        .join(seen.group_by("rule", "size").len("found"), on=["rule", "size"], how="left")
        .with_columns(pl.col("found").fill_null(0))
    )


def _planted(planted: NDArray[np.bool_], sizes: Sizes, where: str) -> pl.DataFrame:
    """The cells in which a fall is to be found: ``report`` (from 0), ``unit, indicator, size``."""
    if where == CELLS:
        reports, rows = np.nonzero(planted)
        size = np.array(CLASSES)[np.searchsorted(_BOUNDS, sizes.numbers, side="right")][rows]
    else:
        reports, totals = np.nonzero(np.logical_or.reduceat(planted[:, sizes.members], sizes.starts, axis=-1))
        rows, size = totals + len(sizes.numbers), np.full(len(totals), ALL_FALL)
    cells = sizes.rows.select("unit", "indicator")[rows]
    return cells.with_columns(report=pl.Series(reports, dtype=pl.Int64), size=pl.Series(size, dtype=pl.String))


def _together(found: Sequence[pl.DataFrame], rules: Sequence[str]) -> pl.DataFrame:
    if not found:
        return pl.DataFrame(schema=FOUND)
    names, sizes = pl.Enum([*rules, ANY]), pl.Enum([*CLASSES, ALL_FALL])
    return (
        pl.concat(found)
        .group_by("rule", "size", "fall")
        .agg(pl.col("planted", "found").sum())
        .sort(pl.col("rule").cast(names), pl.col("size").cast(sizes), "fall")
        .select(pl.col(name).cast(dtype) for name, dtype in FOUND.items())
    )
