from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from drawn_district import RULE_NAMES, sizes
from scipy.stats import binom

from profdev_indicators.engine.judge import judge
from profdev_statistics.simulation import Outcome, Sizes, simulate
from profdev_statistics.simulation.drawing import Course, draw
from profdev_statistics.simulation.running import ALL_FALL, ANY

ALL = "[{drop: {points: 10, persons: 0}}, {streak: {length: 2}}, {below_peers: {points: 10}}, {lost: {}}, {coverage: {}}]"
DROP = "[{drop: {points: 10, persons: 0, applies_to: organisations}}]"


def played(drawn: Sizes, runs: int = 40, falls: tuple[float, ...] = (), seed: int = 1, periods: int = 3) -> Outcome:
    return simulate(drawn, runs=runs, falls=falls, course=Course(periods=periods), rule_names=RULE_NAMES, seed=seed)


def row(outcome: Outcome, rule: str) -> dict[str, object]:
    return outcome.alarms.row(by_predicate=pl.col("rule") == rule, named=True)


def test_reports_judged_together_say_what_each_says_alone(tmp_path: Path) -> None:
    """None is history, peer or family to another."""
    drawn = sizes(tmp_path, (12, 25, 40, 60, 90, 15), ALL)
    planted = np.zeros((6, len(drawn.shares)), np.bool_)
    panel = draw(drawn, Course(periods=4), np.random.default_rng(3), planted)
    one = panel.values["unit"].str.extract("#(.)$").cast(pl.Int64)
    tree_one = panel.tree["unit"].str.extract("#(.)$").cast(pl.Int64)

    def findings(values: pl.DataFrame, tree: pl.DataFrame, asked: list[object]) -> pl.DataFrame:
        judged = judge(values.lazy(), drawn.district, tree=tree.lazy(), asked=asked, rule_names=RULE_NAMES)
        return judged.findings.drop("numbers").collect()

    together = findings(panel.values, panel.tree, list(panel.reported))
    alone = [
        findings(panel.values.filter(one == n), panel.tree.filter(tree_one == n), [panel.reported[n]]) for n in range(6)
    ]
    assert together.height > 20
    assert together.sort(pl.all()).equals(pl.concat(alone).sort(pl.all()))


def test_false_alarms_are_as_many_as_arithmetic_says(tmp_path: Path) -> None:
    """Two draws of forty at one share: all pairs enumerated."""
    drawn = sizes(tmp_path, (40,) * 20, DROP)
    outcome = played(drawn, runs=300, periods=2)
    x = np.arange(41)
    falls = (x[:, None] - x[None, :]) >= 4
    shares = drawn.shares[~drawn.steady]
    exact = sum(float((np.outer(binom.pmf(x, 40, p), binom.pmf(x, 40, p)) * falls).sum()) for p in shares)
    told = row(outcome, "drop")
    assert told["checked"] == 60
    assert told["alarms"] == pytest.approx(exact, abs=4 * float(str(told["error"])))
    assert told["alarms"] == told["attention"]


def test_falls_are_found_as_often_as_arithmetic_says(tmp_path: Path) -> None:
    drawn = sizes(tmp_path, (40,) * 20, DROP)
    outcome = played(drawn, runs=400, periods=2, falls=(20.0,))
    x = np.arange(41)
    share = 0.7
    exact = float((np.outer(binom.pmf(x, 40, share), binom.pmf(x, 40, share - 0.2)) * ((x[:, None] - x) >= 4)).sum())
    found = outcome.found.filter(pl.col("rule") == "drop").row(0, named=True)
    assert (found["size"], found["planted"]) == ("n 40–79", 800)
    assert found["found"] / found["planted"] == pytest.approx(exact, abs=0.04)


def test_the_larger_the_fall_the_oftener_it_is_found(tmp_path: Path) -> None:
    outcome = played(sizes(tmp_path, (12, 25, 50, 90) * 5, ALL), falls=(5.0, 20.0, 50.0), runs=60)
    part = (
        outcome.found.filter(pl.col("rule") == "drop", pl.col("size") != ALL_FALL)
        .with_columns((pl.col("found") / pl.col("planted")).alias("part"))
        .group_by("size", maintain_order=True)
        .agg("part")
    )
    assert part["size"].to_list() == ["n < 15", "n 15–39", "n 40–79", "n ≥ 80"]
    assert all(parts == sorted(parts) and parts[0] < parts[-1] for parts in part["part"])


def test_a_fall_of_everybody_is_looked_for_in_the_totals(tmp_path: Path) -> None:
    rules = "[{drop: {points: 10, applies_to: totals}}, {drop: {name: own, points: 10, applies_to: organisations}}]"
    outcome = played(sizes(tmp_path, (40,) * 12, rules), falls=(20.0,))
    found = {(rule, size): found / planted for rule, size, _, planted, found in outcome.found.iter_rows()}
    assert found["drop", ALL_FALL] > 0.9
    assert {size for rule, size in found if rule == "own"} == {"n 40–79"}
    assert {size for rule, size in found if rule == "drop"} == {ALL_FALL}


def test_what_cannot_fall_so_far_is_not_made_to(tmp_path: Path) -> None:
    """At 70 per cent there is no fall by 80 points, and where lower is better no rise by them."""
    outcome = played(sizes(tmp_path, (40,) * 12), falls=(80.0,))
    assert outcome.found.is_empty()


def test_a_rule_that_checked_nothing_says_why(tmp_path: Path) -> None:
    told = row(played(sizes(tmp_path, (40,) * 4, "[{streak: {length: 3}}]"), periods=3), "streak")
    assert (told["checked"], told["reason"]) == (0.0, "прослежено снижений подряд: 0 из 3, раньше — первый период наблюдения") or (
        told["checked"] == 0.0 and told["reason"] is not None
    )


def test_a_cell_with_two_alarms_is_one_cell(tmp_path: Path) -> None:
    rules = "[{drop: {points: 5, persons: 0}}, {drop: {name: again, points: 5, persons: 0, severity: risk}}]"
    outcome = played(sizes(tmp_path, (40,) * 12, rules))
    assert row(outcome, ANY)["alarms"] == row(outcome, "again")["alarms"] == row(outcome, "drop")["alarms"]
    assert row(outcome, ANY)["risk"] == row(outcome, ANY)["alarms"]


def test_information_is_no_alarm(tmp_path: Path) -> None:
    rules = "[{drop: {points: 5, persons: 0, severity: info}}]"
    outcome = played(sizes(tmp_path, (40,) * 12, rules))
    assert row(outcome, "drop")["alarms"] != 0
    assert row(outcome, ANY)["alarms"] == 0


def test_the_same_seed_gives_the_same_and_another_seed_another(tmp_path: Path) -> None:
    drawn = sizes(tmp_path, (12, 25, 50, 90) * 3, ALL)
    first, again, other = (played(drawn, falls=(10.0,), seed=seed) for seed in (1, 1, 2))
    assert first.alarms.equals(again.alarms)
    assert first.found.equals(again.found)
    assert not first.alarms.equals(other.alarms)


def test_reports_of_different_batches_are_different_reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawn a few at a time they give other numbers, but not fewer alarms."""
    drawn = sizes(tmp_path, (40,) * 12, DROP)
    whole = row(played(drawn, runs=200), "drop")
    monkeypatch.setattr("profdev_statistics.simulation.running._ROWS_AT_ONCE", 1)
    single = row(played(drawn, runs=200), "drop")
    apart = abs(float(str(whole["alarms"])) - float(str(single["alarms"])))
    assert apart < 4 * (float(str(whole["error"])) ** 2 + float(str(single["error"])) ** 2) ** 0.5
    assert float(str(whole["error"])) == pytest.approx(float(str(single["error"])), rel=0.25)


def test_progress_reaches_the_end(tmp_path: Path) -> None:
    heard: list[tuple[int, int]] = []
    simulate(
        sizes(tmp_path, (40, 40)),
        runs=5,
        falls=(10.0,),
        course=Course(periods=2),
        rule_names=RULE_NAMES,
        told=lambda done, of: heard.append((done, of)),
    )
    assert heard[-1] == (15, 15)
    assert heard == sorted(heard)
