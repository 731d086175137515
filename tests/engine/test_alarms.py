from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from attrs import field, frozen

from judging import cell, district, indicator, verdict
from profdev_indicators.builtin.rules import BelowTarget, Drop
from profdev_indicators.errors import PluginError
from profdev_indicators.frames import SEVERITY, Judgement, Severity
from profdev_indicators.model import AppliesTo


def _with_mean(cells: pl.LazyFrame) -> pl.LazyFrame:
    return cells.with_columns(pl.col("value").mean().over("line", "position").alias("mean"))


@frozen(kw_only=True)
class BelowMean:
    """A rule that looks at all cells of its line and knows how often chance alone makes it fire."""

    severity: Severity = "info"
    name: str | None = None
    applies_to: AppliesTo = "all"
    prepare: Callable[[pl.LazyFrame], pl.LazyFrame] = field(default=_with_mean)
    needs: tuple[str, ...] = ("value",)

    def judge(self) -> Judgement:
        return Judgement(
            fired=pl.col("value") < pl.col("mean"),
            unchecked=pl.col("hurdle"),
            severity=pl.lit("info").cast(SEVERITY),
            chance=pl.when(pl.col("denominator") >= 10).then(0.25),
            prepare=self.prepare,
            needs=self.needs,
        )


NAMES: dict[type, str] = {BelowMean: "below_mean", Drop: "drop", BelowTarget: "below_target"}


def rows() -> list[dict[str, Any]]:
    return [
        cell("a", "2022", 3, 10),
        cell("b", "2022", 9, 10),
        cell("c", "2022", 2, 5),
        cell("d", "2022"),
        cell("a", "2021", 9, 10),
    ]


def test_a_rule_may_prepare_columns_of_its_own() -> None:
    said = verdict(rows(), district(indicator(BelowMean())), rule_names=NAMES)
    assert said.findings.collect()["unit"].to_list() == ["a", "c"]
    assert said.unchecked.collect()["unit"].to_list() == ["d"]


def test_alarms_count_what_was_checked_what_fired_and_what_chance_would_do() -> None:
    said = verdict(rows(), district(indicator(BelowMean(), Drop(points=10, persons=0))), rule_names=NAMES)
    assert said.alarms.rows() == [
        ("2022", "main", "below_mean", 3, 2, 2, 0.5),
        ("2022", "main", "drop", 1, 1, 0, None),
    ]


def test_a_rule_in_force_nowhere_has_no_alarms() -> None:
    said = verdict(rows(), district(indicator(BelowTarget())), rule_names=NAMES)
    assert said.alarms.is_empty()


@pytest.mark.parametrize("spoil", [lambda cells: cells.head(2), lambda cells: cells.reverse()])
def test_a_rule_that_loses_rows_is_the_fault_of_its_plugin(spoil: Callable[[pl.LazyFrame], pl.LazyFrame]) -> None:
    broken = BelowMean(prepare=lambda cells: spoil(_with_mean(cells)))
    with pytest.raises(PluginError, match="below_mean"):
        verdict(rows(), district(indicator(broken)), rule_names=NAMES)


def test_every_cell_knows_the_unit_above_it() -> None:
    def prepare(cells: pl.LazyFrame) -> pl.LazyFrame:
        return cells.with_columns(pl.when(pl.col("parent") == "root").then(0.0).otherwise(1e9).alias("mean"))

    rule = BelowMean(prepare=prepare, needs=("value", "parent"))
    parents = {"a": "root", "b": "root", "c": "other"}
    said = verdict(rows(), district(indicator(rule)), rule_names=NAMES, parents=parents)
    assert said.findings.collect()["unit"].to_list() == ["c"]
