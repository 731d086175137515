from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from profdev_indicators import load, monitor
from profdev_indicators.facade import analyse
from profdev_indicators.results import Monitoring

DISTRICT = """
id: d
title: Район
units: {frame: {}}
populations: [{id: teachers, title: педагоги, items: [n_ped]}]
sources:
  - id: card
    title: Карта
    asked_of: [school]
    reader: {frame: {}}
    items:
      - {id: n_ped, title: Педагогов, type: count}
      - {id: n_diag, title: Прошли диагностику, type: count, at_most: n_ped}
sections:
  - id: s
    title: Раздел
    indicators:
      - id: "1.1"
        title: Доля прошедших диагностику
        source: card
        measure: {share: {counted: n_diag, population: teachers}}
        silence: excluded
        missing: strict
        target: [{since: 2018-01-01, at: 90}]
dynamics:
  rules: [{missed_target: {}}, {target_at_risk: {}}]
analyses: [{forecast: {horizon: 1}}, {missing_reports: {}}, {decomposition: {}}]
"""


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> Monitoring:
    """Twenty schools under two halves of the district; one is silent in the last of four years."""
    file: Path = tmp_path_factory.mktemp("district") / "district.yaml"
    file.write_text(DISTRICT, encoding="utf-8")
    rng = np.random.default_rng(8)
    halves = [{"id": half, "name": half, "kind": "half", "parent": None} for half in ("west", "east")]
    schools = [
        {"id": f"s{k:02}", "name": f"Школа {k}", "kind": "school", "parent": "west" if k % 2 else "east"}
        for k in range(20)
    ]
    answers = [
        {"unit": f"s{k:02}", "period": str(year), "n_ped": 40, "n_diag": int(rng.binomial(40, 0.7))}
        for k in range(20)
        for year in range(2019, 2023)
        if (k, year) != (3, 2022)
    ]
    frames = {"units": pl.DataFrame([*halves, *schools]), "card": pl.DataFrame(answers)}
    return analyse(monitor(load(file), period="2022", frames=frames))


def test_totals_that_lack_an_answer_get_an_interval_and_no_other_cell_does(answered: Monitoring) -> None:
    told = answered.values.filter(pl.col("ci_low").is_not_null())
    assert sorted(told["unit"]) == ["d", "west"]
    assert told.filter((pl.col("ci_low") < pl.col("value")) & (pl.col("value") < pl.col("ci_high"))).height == 2
    table = answered.exhibits[1].frame.sort("unit").select("unit", "ci_low", "ci_high")
    assert table.equals(told.sort("unit").select("unit", "ci_low", "ci_high"))


def test_rules_and_sentences_are_those_of_the_plugin(answered: Monitoring) -> None:
    assert set(answered.findings["rule"]) == {"missed_target", "target_at_risk"}
    assert {"missed_target", "target_at_risk"} <= set(answered.tellings)
    silent = answered.unchecked.filter(pl.col("unit") == "s03").select("rule", "reason").rows()
    assert silent == [("missed_target", "нет данных"), ("target_at_risk", "нет данных")]


def test_the_table_and_the_rule_foretell_the_same(answered: Monitoring) -> None:
    table = answered.exhibits[0].frame.select("unit", "forecast", "miss")
    rule = answered.findings.filter(pl.col("rule") == "target_at_risk").select(
        "unit", pl.col("numbers").struct.field("forecast"), pl.col("numbers").struct.field("miss") * 100
    )
    assert rule.height > 0
    assert rule.sort("unit").equals(table.join(rule.select("unit"), on="unit", how="semi").sort("unit"))


def test_every_level_is_taken_apart(answered: Monitoring) -> None:
    frame = answered.exhibits[2].frame.select("unit", "common", "joiners", "leavers")
    assert sorted(frame.rows()) == [("d", 19, 0, 1), ("east", 10, 0, 0), ("west", 9, 0, 1)]
