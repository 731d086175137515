"""The published false alarms and falls found, measured again by the plugin's own rules; what a million cells cost.

    python benchmarks/rules.py [--series 10000] [--reports 200] [--cells 1000000] [--rounds 3] [--tables-only]

Every figure stands beside the published one (`methods`: the tables from which the rules were chosen). Two periods are
enumerated: every pair of counts is a unit, the rule judges it, and binomial probabilities weigh what fired. Longer
series and whole panels are drawn with a fixed seed. A figure agrees if it is off by no more than three standard errors
and half of the published one's last digit.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from attrs import evolve, frozen
from numpy.typing import NDArray
from scipy.stats import binom, fisher_exact, hypergeom
from statsmodels.stats.proportion import confint_proportions_2indep

from profdev_indicators import load, plugin_manager
from profdev_indicators.engine.judge import Judged, judge
from profdev_indicators.frames import SEVERITIES, VALUES, conform
from profdev_indicators.model import District, Rule
from profdev_indicators.periods import Period
from profdev_indicators.plugins import kinds
from profdev_statistics import chance as chances
from profdev_statistics import trends
from profdev_statistics.simulation.drawing import Course, Panel, draw
from profdev_statistics.simulation.sizes import Sizes

Floats = NDArray[np.float64]
HERE = Path(__file__).parent
SIZES = (15, 40, 80)
FALLS = (0, 5, 10, 20)
LAST = Period.parse("2022", "year")
INDICATORS = 19
ORGANISATIONS = 40
SURE = 3.0  # standard errors
PLANTED = 0.05
PUBLISHED_DRAWS = 2_000  # series, or cells that fell: the published tables do not say how many; their scatter does
PUBLISHED_REPORTS = 100  # the same of panels
POWER = 0.8
Z = 1.96

# The district of every table; `rules` differ. A panel needs as many indicators as the form has.
QUESTION = """
id: panel
title: Панель
calendar: year
populations: [{{id: teachers, title: педагоги, items: [n_ped]}}]
sources:
  - id: card
    title: Карта
    reader: {{csv: {{location: "{{period}}.csv"}}}}
    items: [{{id: n_ped, title: Педагогов, type: count}}, {{id: n_diag, title: Из них, type: count}}]
sections:
  - id: s
    title: Раздел
    indicators:
{indicators}
dynamics:
  rules: {rules}
"""
INDICATOR = """
      - id: "{id}"
        title: Показатель
        source: card
        measure: {{share: {{counted: n_diag, population: teachers}}}}
        silence: excluded
        missing: strict
        target: {target}"""
DEFAULT = """[
  {observed_fall: {}}, {significant_fall: {}}, {relative_fall: {}}, {streak: {points: 10, severity: info}}, {trend: {}},
  {missed_target: {}}, {low_outlier: {}}, {target_at_risk: {}}, {lost: {}}]"""
PLUGINS = plugin_manager()
RULE_NAMES: Mapping[type, str] = {kind: name for name, kind in kinds(PLUGINS)[Rule].items()}


@frozen(kw_only=True)
class Figure:
    """One published figure and what was measured; both in the units of the table."""

    table: str
    row: str
    column: str
    published: float | None  # None: measured here alone
    measured: float
    error: float = 0.0  # standard error of the measured one, and of the published one if it was drawn; 0: enumerated
    step: float = 1.0  # of the published figure's last digit

    @property
    def agrees(self) -> bool:
        """Whether they differ by no more than chance and rounding explain."""
        if self.published is None:
            return True
        return abs(self.measured - self.published) <= SURE * self.error + self.step / 2 + 1e-9


def main() -> None:
    """Measure, print, and write `results/rules.json` and `results/rules.md`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--series", type=int, default=10_000)
    parser.add_argument("--reports", type=int, default=200)
    parser.add_argument("--cells", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tables-only", action="store_true")
    given = parser.parse_args()
    figures: list[Figure] = []
    for name, table in TABLES.items():
        started = time.perf_counter()
        figures += table(given)
        print(f"  {name}: {time.perf_counter() - started:.0f} s", file=sys.stderr)
    speed = {} if given.tables_only else performance(given.cells, given.rounds)
    report = summary(figures, speed, given)
    print(page(report))
    is_default = all(
        getattr(given, name) == parser.get_default(name) for name in ("series", "reports", "cells", "rounds")
    )
    if is_default and not given.tables_only:
        results = HERE / "results"
        results.mkdir(exist_ok=True)
        (results / "rules.json").write_text(json.dumps(report, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        (results / "rules.md").write_text(page(report), encoding="utf-8")


# --- asking the rules -------------------------------------------------------------------------------------------------


def district(rules: str, *, indicators: int = 1, target: float | None = None) -> District:
    """The question with these rules."""
    marks = "[]" if target is None else f"[{{since: 2000-01-01, at: {target}}}]"
    rows = "".join(INDICATOR.format(id=number, target=marks) for number in range(1, indicators + 1))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "district.yaml"
        file.write_text(QUESTION.format(indicators=rows, rules=rules), encoding="utf-8")
        return load(file, PLUGINS)


def fired(asked: District, x: Floats, n: Floats) -> pl.DataFrame:
    """What fires in the last period, ``unit, rule, severity``: ``x`` of ``n``, a row per unit, a column per period."""
    units, periods = x.shape
    frame = pl.LazyFrame(
        {
            "unit": pl.Series(np.repeat(np.arange(units), periods)).cast(pl.String),
            "period": pl.Series([str(LAST.step(back)) for back in range(1 - periods, 1)] * units),
            "numerator": x.reshape(-1).astype(np.float64),
            "denominator": np.broadcast_to(n, x.shape).reshape(-1).astype(np.float64),
        }
    ).with_columns(
        unit_kind=pl.lit("school"),
        level=0,
        indicator=pl.lit("1"),
        reading=pl.lit("main"),
        value=100 * pl.col("numerator") / pl.col("denominator"),
        expected=1,
        reported=1,
        evidenced=1,
        state=pl.lit("ok"),
        definition=pl.lit("one"),
    )
    judged = _judged(conform(frame, VALUES).collect(), asked)
    return judged.findings.select(pl.col("unit").cast(pl.Int64), "rule", pl.col("severity").cast(pl.String)).collect()


def where(found: pl.DataFrame, rule: str, units: int, severities: Sequence[str] = SEVERITIES) -> NDArray[np.bool_]:
    """The units in which a rule fires with one of these severities."""
    of_rule = found.filter(pl.col("rule") == rule, pl.col("severity").is_in(severities))
    return np.isin(np.arange(units), of_rule["unit"].to_numpy())


def _judged(values: pl.DataFrame, asked: District, periods: Sequence[Period] = (LAST,)) -> Judged:
    tree = (
        values.lazy()
        .select("unit", "period")
        .unique()
        .with_columns(cluster=pl.lit(None, pl.String), parent=pl.lit(None, pl.String))
    )
    return judge(values.lazy(), asked, tree=tree, asked=periods, rule_names=RULE_NAMES)


# --- two periods, enumerated ------------------------------------------------------------------------------------------


def enumerated(rule: str, name: str, n: int) -> NDArray[np.bool_]:
    """Whether a rule fires, for every count before (rows) and now (columns)."""
    before, now = (each.ravel().astype(np.float64) for each in np.mgrid[: n + 1, : n + 1])
    told = fired(district(f"[{rule}]"), np.stack([before, now], axis=1), np.full(2, float(n)))
    return where(told, name, len(before)).reshape(n + 1, n + 1)


def weighed(fires: NDArray[np.bool_], n: int, share: float, fall: float, *, base: int = 1) -> float:
    """Per cent of all pairs which fire, if the share falls from ``share`` by ``fall`` points."""
    before = binom.pmf(np.arange(base * n + 1), base * n, share)
    now = binom.pmf(np.arange(n + 1), n, share - fall / 100)
    return float(100 * before @ fires @ now)


def by_mid_p(n: int, alpha: float = 0.05, *, base: int = 1) -> NDArray[np.bool_]:
    """Where the test alone is significant: counts of the base, counts now."""
    before, now = np.mgrid[: base * n + 1, : n + 1].astype(np.float64)
    return np.asarray(chances.fall_by_chance(now, n, before, base * n) <= alpha + chances.HAIR)


def by_newcombe(n: int) -> NDArray[np.bool_]:
    """Where the 95 % interval of the change lies below nothing."""
    before, now = np.mgrid[: n + 1, : n + 1].astype(np.float64)
    return np.asarray(chances.newcombe(now, n, before, n, 0.95)[1] < 0)


RELATIVE = "{{relative_fall: {{percent: {}, points: 0, alpha: 0.5}}}}"  # by so many per cent, whatever chance would do
PAIRS: Mapping[str, Callable[[int], NDArray[np.bool_]]] = {
    "drop 5": lambda n: enumerated("{drop: {points: 5, persons: 0}}", "drop", n),
    "drop 10": lambda n: enumerated("{drop: {points: 10, persons: 0}}", "drop", n),
    "drop 20": lambda n: enumerated("{drop: {points: 20, persons: 0}}", "drop", n),
    "relative_fall 10 %": lambda n: enumerated(
        "{relative_fall: {percent: 10, points: 0, alpha: 0.5}}", "relative_fall", n
    ),
    "Newcombe 95 % < 0": by_newcombe,
    "mid-p 0.05": by_mid_p,
    "significant_fall": lambda n: enumerated("{significant_fall: {}}", "significant_fall", n),
}
PUBLISHED_PAIRS: Mapping[tuple[str, float], str] = {
    ("drop 5", 0.7): "42 54 65 83  36 55 72 93  27 53 77 98",
    ("drop 10", 0.7): "27 39 50 72  20 36 55 85  10 28 53 92",
    ("drop 20", 0.7): "16 25 35 58  3 9 20 55  0.4 3 11 53",
    ("relative_fall 10 %", 0.7): "32 45 58 80  25 44 63 90  16 39 66 96",
    ("Newcombe 95 % < 0", 0.7): "3 5 8 19  2 7 15 46  2 10 27 74",
    ("mid-p 0.05", 0.7): "4 8 13 29  5 12 23 56  5 16 37 82",
    ("significant_fall", 0.7): "4 8 13 29  5 12 23 56  5 16 37 82",
    ("drop 10", 0.95): "9 28 49 79  4 25 57 93  0.4 14 55 98",
    ("significant_fall", 0.95): "0.3 3 11 37  2 16 41 83  0.4 14 55 98",
}


def pairs(_given: argparse.Namespace) -> Iterator[Figure]:
    """§2.1: two periods of equal size."""
    fires = {(name, n): rule(n) for name, rule in PAIRS.items() for n in SIZES}
    for (name, share), line in PUBLISHED_PAIRS.items():
        numbers = iter(line.split())
        for n in SIZES:
            for fall in FALLS:
                text = next(numbers)
                yield Figure(
                    table="2.1 Two periods of equal size, per cent that fires (enumerated)",
                    row=f"{name}, from {100 * share:.0f} %",
                    column=f"n {n}: {f'−{fall}' if fall else 'no change'}",
                    published=float(text),
                    measured=weighed(fires[name, n], n, share, fall),
                    step=_step(text),
                )


def long_base(_given: argparse.Namespace) -> Iterator[Figure]:
    """§2.1: three periods as a base, and the smallest fall found in 80 of 100."""
    title = "2.1 Mid-p 0.05 against a base of three periods (enumerated; the published ones were drawn)"
    published = {"no change": "3.6 5.1 5.2", "−20": "39 75 95"}
    for (column, line), fall in zip(published.items(), (0, 20), strict=True):
        for n, text in zip(SIZES, line.split(), strict=True):
            measured = weighed(by_mid_p(n, base=3), n, 0.75, fall, base=3)
            yield Figure(
                table=title,
                row=f"n {n}, from 75 %",
                column=column,
                published=float(text),
                measured=measured,
                error=(measured * (100 - measured) / PUBLISHED_DRAWS) ** 0.5,
                step=_step(text),
            )
    for n, text in ((10, "44"), (15, "36"), (25, "27"), (40, "21"), (80, "15"), (400, "7"), (1500, "3")):
        yield Figure(
            table="2.1 The smallest true fall from 80 % that is found in 80 of 100, whole points (base of three)",
            row=f"n {n}",
            column="points",
            published=float(text),
            measured=_smallest_found(n, 0.8),
        )


def _smallest_found(n: int, share: float) -> float:
    fires = by_mid_p(n, base=3)
    return next(fall for fall in range(1, 81) if weighed(fires, n, share, fall, base=3) >= 100 * POWER)


def intervals(_given: argparse.Namespace) -> Iterator[Figure]:
    """§2: how often the interval of a change covers the truth."""
    x, b = (each.astype(np.float64) for each in np.mgrid[:16, :61])
    low, high = chances.newcombe(x, 15, b, 60, 0.95)
    weights = np.outer(binom.pmf(np.arange(16), 15, 0.1), binom.pmf(np.arange(61), 60, 0.1))
    yield Figure(
        table="2 Cover of the 95 % interval of a change (enumerated)",
        row="Newcombe, 15 and 60 persons, both 10 %",
        column="per cent",
        published=97.1,
        measured=float(100 * weights[(low <= 0) & (high >= 0)].sum()),
        step=0.1,
    )


def targets(_given: argparse.Namespace) -> Iterator[Figure]:
    """§2.3, D6: below a target of 80 %, and D3: a fall by a fifth."""
    title = "2.3 Below a target of 80 % and a fall by a fifth, per cent that fires (enumerated)"
    published = {
        ("missed_target, attention", 0): "4–6 4–6 4–6",
        ("missed_target, attention", 10): "28 42 64",
        ("missed_target, attention", 20): "60 87 99",
    }
    for n in SIZES:
        x = np.arange(n + 1, dtype=np.float64)[:, None]
        asked = district("[{missed_target: {}}]", target=80)
        graver = where(fired(asked, x, np.full(1, float(n))), "missed_target", n + 1, SEVERITIES[1:])
        for (row, fall), line in published.items():
            text = line.split()[SIZES.index(n)]
            least, _, most = text.partition("–")
            measured = float(100 * binom.pmf(x[:, 0], n, 0.8 - fall / 100) @ graver)
            middle, step = (float(least) + float(most or least)) / 2, float(most or least) - float(least) + 1
            yield Figure(
                table=title,
                row=f"{row}, n {n}",
                column=f"{80 - fall} %",
                published=middle,
                measured=measured,
                step=step,
            )
    for n, text in zip(SIZES, ["18", "7", "2"], strict=True):
        fires = enumerated(RELATIVE.format(20), "relative_fall", n)
        yield Figure(
            table=title,
            row=f"relative_fall 20 %, n {n}",
            column="no change, 70 %",
            published=float(text),
            measured=weighed(fires, n, 0.7, 0),
        )


def _step(text: str) -> float:
    return 0.1 if "." in text else 1.0


# --- longer series, drawn ---------------------------------------------------------------------------------------------

SCENARIOS: Mapping[str, tuple[Course, float]] = {
    "no change": (Course(periods=5), 0),
    "+ 4 pp noise": (Course(periods=5, noise=4), 0),
    "70 % the same people": (Course(periods=5, stay=0.7), 0),
    "−20 evenly": (Course(periods=5, gradual=True), 20),
    "−20 at once": (Course(periods=5), 20),
}
SERIES_RULES = """[
  {streak: {name: streak 2, length: 2}},
  {streak: {name: streak 3, length: 3}},
  {streak: {name: streak 4, length: 4}}]"""
PUBLISHED_SERIES: Mapping[str, Sequence[str]] = {
    "streak 2": ("9/12/13", "10/13/14", "9/14/16", "20/34/45", "30/42/46"),
    "streak 3": ("1/2/2", "1/2/3", "2/4/5", "6/17/29", "6/10/13"),
    "streak 4": ("0.1/0.2/0.3", "0.1/0.3/0.5", "0.3/1/1.5", "2/8/18", "1/2/3"),
    "Cochran-Armitage z ≤ −1.96": ("2.4/2.6/2.3", "3/4/6", "3/3/3", "26/56/85", "20/43/70"),
    "mid-p 0.05, base of three": ("3.6/5.1/5.2", "5/7/10", "1.4/1.3/1.3", "15/30/47", "39/75/95"),
}


def series(given: argparse.Namespace) -> Iterator[Figure]:
    """§2.2: five periods from 75 %."""
    asked = district(SERIES_RULES)
    numbers = np.repeat(np.array(SIZES, np.float64), given.series)
    sizes = drawable(asked, numbers, np.full(len(numbers), 0.75))
    chance = np.random.default_rng(22)
    for place, (scenario, (course, fall)) in enumerate(SCENARIOS.items()):
        values = draw(sizes, course, chance, np.full((1, len(numbers)), fall > 0), fall).values
        # Units are numbered in the order of their names, and so are the periods of the one report drawn.
        x = values.sort("unit", "period")["numerator"].to_numpy().reshape(len(numbers), course.periods)
        n = np.broadcast_to(numbers[:, None], x.shape)
        found = fired(asked, x, n)
        told = {name: where(found, name, len(numbers)) for name in ("streak 2", "streak 3", "streak 4")}
        told["Cochran-Armitage z ≤ −1.96"] = trends.cochran_armitage(x, n, np.arange(course.periods)) <= -Z
        told["mid-p 0.05, base of three"] = (
            chances.fall_by_chance(x[:, -1], numbers, x[:, -4:-1].sum(axis=1), 3 * numbers) <= 0.05 + chances.HAIR
        )
        for name, published in PUBLISHED_SERIES.items():
            for size, fires, text in zip(SIZES, told[name].reshape(3, -1), published[place].split("/"), strict=True):
                yield Figure(
                    table="2.2 Five periods from 75 %, per cent flagged in the last (drawn)",
                    row=f"{name}, n {size}",
                    column=scenario,
                    published=float(text),
                    measured=float(100 * fires.mean()),
                    error=_of_both(100 * float(fires.std()), len(fires)),
                    step=_step(text),
                )


def _of_both(spread: float, drawn: int) -> float:
    """The standard error of the difference between a mean drawn here and one drawn there."""
    return spread * float(1 / drawn + 1 / PUBLISHED_DRAWS) ** 0.5


def drawable(asked: District, numbers: Floats, shares: Floats) -> Sizes:
    """Organisations of these sizes and shares, as many in each indicator; nothing stands above them."""
    indicators = len(asked.indicators)
    each = len(numbers) // indicators
    rows = pl.DataFrame(
        {
            "indicator": [i.id for i in asked.indicators for _ in range(each)],
            "unit": [f"unit-{number:06}" for number in range(each)] * indicators,
        }
    ).select(
        "unit",
        unit_name="unit",
        unit_kind=pl.lit("school"),
        level=pl.lit(0, pl.Int32),
        section=pl.lit("s"),
        indicator="indicator",
        members=pl.lit(1, pl.Int64),
    )
    nowhere = np.array([], np.intp)
    return Sizes(
        district=asked,
        period=LAST,
        rows=rows,
        numbers=numbers,
        shares=shares,
        steady=np.zeros(len(numbers), np.bool_),
        worse=np.full(len(numbers), -1.0),
        members=nowhere,
        starts=nowhere,
        peers=rows.select(pl.col("unit").unique(maintain_order=True)).with_columns(
            cluster=pl.lit(None, pl.String), parent=pl.lit(None, pl.String)
        ),
        left_out=(),
    )


# --- whole panels, drawn ----------------------------------------------------------------------------------------------

PANEL_RULES = """[
  {observed_fall: {}}, {significant_fall: {}}, {streak: {length: 3, points: 10, severity: attention}}, {trend: {}}]"""
FLAGS: Mapping[str, pl.Expr] = {
    "observed_fall": pl.col("rule") == "observed_fall",
    "significant_fall": pl.col("rule") == "significant_fall",
    "any attention": (pl.col("rule") != "observed_fall") & (pl.col("severity") != "info"),
    "risk": pl.col("severity").is_in(["risk", "critical"]),
    "critical": pl.col("severity") == "critical",
}
# False flags of 760 cells, and after «;» the per cent of the planted falls that is found.
PUBLISHED_PANELS: Mapping[str, tuple[Course, float, Sequence[str]]] = {
    "nothing changes, T = 2": (Course(periods=2, drift=5), 0, ("149", "25", "25", "0.2", "0")),
    "nothing changes, T = 5": (Course(periods=5, drift=5), 0, ("148", "24", "42", "0.6", "0")),
    "+ 4 pp noise, T = 5": (Course(periods=5, drift=5, noise=4), 0, ("184", "47", "72", "13", "0.9")),
    "70 % the same people, T = 5": (Course(periods=5, drift=5, stay=0.7), 0, ("71", "7", "35", "0.7", "0")),
    "5 % fall by 20, T = 2": (Course(periods=2, drift=5), 20, ("143; 92", "23; 68", "23; 68", "2.4; 40", "0.2; 18")),
    "5 % fall by 20, T = 5": (Course(periods=5, drift=5), 20, ("140; 92", "23; 81", "39; 84", "4.8; 64", "0.5; 34")),
    "5 % fall by 30, T = 5": (Course(periods=5, drift=5), 30, ("139; 97", "23; 94", "40; 95", "6.8; 88", "0.8; 76")),
    "5 % fall by 20 evenly, T = 5": (
        Course(periods=5, drift=5, gradual=True),
        20,
        ("142; 46", "24; 36", "41; 73", "1.1; 35", "0.1; 1"),
    ),
}
PANEL_SHARE, PANEL_SPREAD = 0.85, 0.10  # not published; these give its first row, and then must give all the others


REPORTS_OF_ONE = 10  # reports drawn of one district before another is


def panels(given: argparse.Namespace) -> Iterator[Figure]:
    """§3: nineteen indicators of forty organisations with ten to eighty persons."""
    chance = np.random.default_rng(3)
    asked = district(PANEL_RULES, indicators=INDICATORS)
    cells = INDICATORS * ORGANISATIONS
    for scenario, (course, fall, published) in PUBLISHED_PANELS.items():
        counted: list[pl.DataFrame] = []
        for _ in range(max(1, given.reports // REPORTS_OF_ONE)):
            numbers = chance.integers(10, 81, cells).astype(np.float64)
            shares = np.clip(chance.normal(PANEL_SHARE, PANEL_SPREAD, cells), 0.01, 0.99)
            sizes = drawable(asked, numbers, shares)
            planted = (chance.random((REPORTS_OF_ONE, cells)) < PLANTED) & (fall > 0)
            drawn = draw(sizes, course, chance, planted, fall)
            counted.append(_counted(_judged(drawn.values, asked, drawn.reported), drawn, sizes))
        told = pl.concat(counted)
        for flag, text in zip(FLAGS, published, strict=True):
            yield from _of_flag(told, scenario, flag, text)
        if scenario.startswith("nothing changes"):
            yield _reckoned(told, scenario)


def _counted(judged: Judged, drawn: Panel, sizes: Sizes) -> pl.DataFrame:
    """One row per report: false flags, planted cells and those found, by flag; and what `significant_fall` reckons."""
    numbers = {str(period): number for number, period in enumerate(drawn.reported)}
    planted = np.nonzero(drawn.planted)
    cells = sizes.rows.select(pl.concat_str("unit", pl.lit(" "), "indicator").alias("cell"))[planted[1]]
    here = cells.with_columns(report=pl.Series(planted[0], dtype=pl.Int64), planted=pl.lit(value=True))
    found = (
        judged.findings.with_columns(
            pl.col("period").replace_strict(numbers, return_dtype=pl.Int64).alias("report"),
            pl.concat_str(pl.col("unit").str.replace("#.*", ""), pl.lit(" "), "indicator").alias("cell"),
            pl.col("severity").cast(pl.String),
        )
        .group_by("report", "cell")
        .agg(expression.any().alias(flag) for flag, expression in FLAGS.items())
        .join(here.lazy(), on=["report", "cell"], how="left")
        .with_columns(pl.col("planted").fill_null(value=False))
        .group_by("report")
        .agg(
            *((pl.col(flag) & ~pl.col("planted")).sum().alias(f"false {flag}") for flag in FLAGS),
            *((pl.col(flag) & pl.col("planted")).sum().alias(f"found {flag}") for flag in FLAGS),
        )
        .collect()
    )
    reckoned = judged.alarms.filter(pl.col("rule") == "significant_fall").select(
        pl.col("period").replace_strict(numbers, return_dtype=pl.Int64).alias("report"), "expected", "fired"
    )
    reports = pl.DataFrame({"report": pl.int_range(len(numbers), eager=True), "planted": drawn.planted.sum(axis=1)})
    return (
        reports.join(found, on="report", how="left").join(reckoned, on="report", how="left").fill_null(0).drop("report")
    )


def _of_flag(told: pl.DataFrame, scenario: str, flag: str, text: str) -> Iterator[Figure]:
    table = "3 Nineteen indicators of forty organisations: false flags of 760, and per cent found of what fell (drawn)"
    false, _, found = text.partition("; ")
    flags = told[f"false {flag}"]
    yield Figure(
        table=table,
        row=scenario,
        column=flag,
        published=float(false),
        measured=_mean(flags),
        error=_of_both_reports(_error(flags), len(flags)),
        step=_step(false) if "." in false else 1.0,
    )
    if found:
        part = told[f"found {flag}"].sum() / told["planted"].sum()
        # Reports differ in how many fell: the error of a ratio.
        error = _error(told[f"found {flag}"] - part * told["planted"]) / _mean(told["planted"])
        yield Figure(
            table=table,
            row=scenario,
            column=f"{flag}, found",
            published=float(found),
            measured=100 * part,
            error=_of_both_reports(100 * error, len(flags)),
        )


def _reckoned(told: pl.DataFrame, scenario: str) -> Figure:
    """What `significant_fall` says of itself, against what it did."""
    return Figure(
        table="3 Chance alarms of significant_fall in a report: as they came (as the report reckons them; drawn)",
        row=scenario,
        column="of a report",
        published=round(_mean(told["expected"]), 2),
        measured=_mean(told["fired"]),
        error=_error(told["fired"] - told["expected"]),
        step=0.01,
    )


def _of_both_reports(error: float, reports: int) -> float:
    """The standard error of the difference, from that of a mean of ``reports``."""
    return error * (1 + reports / PUBLISHED_REPORTS) ** 0.5


def _mean(numbers: pl.Series) -> float:
    return float(numbers.cast(pl.Float64).mean() or 0.0)  # type: ignore[arg-type]  # of floats it is one


def _error(numbers: pl.Series) -> float:
    return float(numbers.cast(pl.Float64).std() or 0.0) / len(numbers) ** 0.5  # type: ignore[arg-type]  # the same


TABLES: Mapping[str, Callable[[argparse.Namespace], Iterator[Figure]]] = {
    "two periods": pairs,
    "a longer base": long_base,
    "intervals": intervals,
    "targets": targets,
    "series": series,
    "panels": panels,
}


# --- a million cells --------------------------------------------------------------------------------------------------

PERIODS = 4
SAMPLE = 10_000  # cells of those peers which take one at a time


def performance(cells: int, rounds: int) -> dict[str, Any]:
    """Seconds of the default rules over so many cells, and of the test of one fall beside its named peers."""
    units = cells // (INDICATORS * PERIODS)
    chance = np.random.default_rng(6)
    asked = district(DEFAULT, indicators=INDICATORS, target=75)
    numbers = chance.integers(5, 81, INDICATORS * units).astype(np.float64)
    sizes = drawable(asked, numbers, np.clip(chance.normal(0.8, 0.1, len(numbers)), 0.01, 0.99))
    drawn = draw(sizes, Course(periods=PERIODS, drift=5), chance, np.zeros((1, len(numbers)), np.bool_))
    rules = {
        name: evolve(asked, dynamics=evolve(asked.dynamics, rules=(rule,)))
        for rule in asked.dynamics.rules
        for name in [RULE_NAMES[type(rule)]]
    }
    work: dict[str, Callable[[], object]] = {"all of them": lambda: _collected(drawn.values, asked)}
    work |= {name: lambda one=one: _collected(drawn.values, one) for name, one in rules.items()}
    n, m = chance.integers(5, 81, (2, SAMPLE))
    x, b = chance.binomial(n, 0.8), chance.binomial(m, 0.8)
    mid_p: dict[str, Callable[[], object]] = {
        "chance.fall_by_chance": lambda: chances.fall_by_chance(x, n, b, m),
        "scipy.stats.hypergeom, arrays": lambda: (
            hypergeom.cdf(x - 1, n + m, x + b, n) + hypergeom.pmf(x, n + m, x + b, n) / 2
        ),
        "scipy.stats.fisher_exact (no mid-p), cell by cell": lambda: [
            fisher_exact([[x[k], n[k] - x[k]], [b[k], m[k] - b[k]]], "less") for k in range(SAMPLE)
        ],
    }
    interval: dict[str, Callable[[], object]] = {
        "chance.newcombe": lambda: chances.newcombe(x, n, b, m, 0.9),
        "statsmodels confint_proportions_2indep, cell by cell": lambda: [
            confint_proportions_2indep(x[k], n[k], b[k], m[k], method="newcomb", alpha=0.1) for k in range(SAMPLE)
        ],
    }
    return {
        "cells": drawn.values.height,
        "units": units,
        "periods": PERIODS,
        "sample": SAMPLE,
        "rounds": rounds,
        "rules": _seconds(work, rounds),
        "mid-p": _seconds(mid_p, rounds),
        "interval": _seconds(interval, rounds),
    }


def _collected(values: pl.DataFrame, asked: District) -> list[pl.DataFrame]:
    judged = _judged(values, asked)
    return pl.collect_all([judged.findings, judged.unchecked])


def _seconds(work: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Median of the rounds; every round runs all of them, one after the other, after a round that does not count."""
    times: dict[str, list[float]] = {name: [] for name in work}
    for number in range(-1, rounds):
        for name, run in work.items():
            gc.collect()
            started = time.perf_counter()
            run()
            if number >= 0:
                times[name].append(time.perf_counter() - started)
    return {name: statistics.median(taken) for name, taken in times.items()}


# --- telling ----------------------------------------------------------------------------------------------------------


def summary(figures: Sequence[Figure], speed: Mapping[str, Any], given: argparse.Namespace) -> dict[str, Any]:
    """All there is to report."""
    compared = [figure for figure in figures if figure.published is not None]
    return {
        "drawn": {"series": given.series, "reports": given.reports},
        "compared": len(compared),
        "agree": sum(figure.agrees for figure in compared),
        "figures": [
            {
                "table": figure.table,
                "row": figure.row,
                "column": figure.column,
                "published": figure.published,
                "measured": round(figure.measured, 3),
                "difference": None if figure.published is None else round(figure.measured - figure.published, 3),
                "error": round(figure.error, 3),
                "agrees": figure.agrees,
            }
            for figure in figures
        ],
        "speed": speed,
        "machine": {"cpus": os.cpu_count(), "model": _model(), "system": platform.system(), "load": os.getloadavg()[0]},
        "versions": {"python": platform.python_version()}
        | {name: version(name) for name in ("polars", "numpy", "scipy", "statsmodels")},
    }


def _model() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.exists() else []
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.processor())


def page(report: Mapping[str, Any]) -> str:
    """Markdown."""
    drawn, machine = report["drawn"], report["machine"]
    built = ", ".join(f"{name} {number}" for name, number in report["versions"].items())
    differ = "**bold** where they differ by more than three standard errors and half of the published one's last digit"
    drawn_here = f"{drawn['series']:,} series of each size, {drawn['reports']} reports of each panel"
    agree = f"{report['agree']} of {report['compared']} published figures agree"
    parts = [f"{agree}. Each is printed as measured (published), {differ}. Drawn: {drawn_here}. {built}."]
    figures = pl.DataFrame(report["figures"])
    for (title,), table in figures.group_by("table", maintain_order=True):
        columns = table["column"].unique(maintain_order=True).to_list()
        lines = [f"| | {' | '.join(columns)} |", f"| --- |{' ---: |' * len(columns)}"]
        for (row,), cells in table.group_by("row", maintain_order=True):
            shown = {cell["column"]: _shown(cell) for cell in cells.to_dicts()}
            lines.append(f"| {row} | {' | '.join(shown.get(column, '') for column in columns)} |")
        parts += [f"## {title}", "\n".join(lines)]
    if speed := report["speed"]:
        place = f"{machine['cpus']} × {machine['model']}, {machine['system']}, load {machine['load']:.1f}"
        size = f"{speed['units']:,} organisations × {INDICATORS} indicators × {speed['periods']} periods"
        judged = f"{speed['cells']:,} cells ({size}) through `judge()`, the last period judged"
        tested = f"tests of {speed['sample']:,} cells; median of {speed['rounds']} rounds"
        parts += ["## Speed", f"{judged}; {tested}; {place}."]
        parts += [_timed(title, speed[title]) for title in ("rules", "mid-p", "interval")]
    return "\n\n".join(parts) + "\n"


def _shown(cell: Mapping[str, Any]) -> str:
    text = f"{cell['measured']:.1f}"
    if cell["published"] is not None:
        text += f" ({cell['published']:g})"
    return text if cell["agrees"] else f"**{text}**"


def _timed(title: str, seconds: Mapping[str, float]) -> str:
    first = next(iter(seconds.values()))
    rows = [f"| {name} | {taken:.4f} | {taken / first:.2f} |" for name, taken in seconds.items()]
    return "\n".join([f"| {title} | seconds | ÷ first |", "| --- | ---: | ---: |", *rows])


if __name__ == "__main__":
    main()
