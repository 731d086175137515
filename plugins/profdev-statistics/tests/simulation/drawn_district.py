"""A small district to draw: schools of known sizes, written down as a person would."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from profdev_indicators import load, monitor, plugin_manager
from profdev_indicators.model import District, Rule
from profdev_indicators.plugins import kinds
from profdev_statistics.simulation import Sizes, without_judging

CONFIG = """
id: край
title: Верхний район
calendar: {calendar}
units:
  - {{id: верх, name: Верхний куст, kind: group}}
{units}
populations:
  - {{id: teachers, title: педагоги, items: [n_ped]}}
  - {{id: schools, title: школы, items: [school]}}
sources:
  - id: card
    title: Карта
    reader: {{csv: {{location: "{{period}}/card.csv"}}}}
    asked_of: [school]
    items:
      - {{id: n_ped, title: Педагогов, type: count}}
      - {{id: n_diag, title: Прошли диагностику, type: count}}
      - {{id: n_gap, title: С дефицитами, type: count}}
      - {{id: plan, title: Есть план, type: flag}}
      - {{id: points, title: Баллов, type: number}}
sections:
  - id: s
    title: Раздел
    indicators:
      - {{id: "1", title: Диагностика, source: card, measure: {{share: {{counted: n_diag, population: teachers}}}}, silence: excluded, missing: strict}}
      - {{id: "2", title: Дефициты, source: card, better: lower, measure: {{share: {{counted: n_gap, population: teachers}}}}, silence: excluded, missing: strict}}
      - {{id: "3", title: План, source: card, measure: {{share: {{counted: plan, population: schools}}}}, silence: excluded, missing: strict}}
      - {{id: "4", title: Балл, source: card, unit: балл, measure: {{mean: {{points: points, answers: n_ped}}}}, silence: excluded, missing: strict}}
dynamics:
  rules: {rules}
"""
PLUGINS = plugin_manager()
RULE_NAMES: Mapping[type, str] = {kind: name for name, kind in kinds(PLUGINS)[Rule].items()}


def district(folder: Path, numbers: Sequence[int], rules: str, calendar: str = "year") -> District:
    """One school for each number of teachers, all but the first two in a group above them."""
    units = "\n".join(
        f"  - {{id: ш{n}, name: Школа {n}, kind: school{', parent: верх' if n > 1 else ''}}}" for n in range(len(numbers))
    )
    file = folder / "district.yaml"
    file.write_text(CONFIG.format(units=units, rules=rules, calendar=calendar), encoding="utf-8")
    return load(file, PLUGINS)


def cards(numbers: Sequence[int], share: float = 0.7, period: str = "2022") -> pl.DataFrame:
    """The same share in every school, as near as whole persons come to it; every second school has a plan."""
    return pl.DataFrame(
        {
            "unit": [f"ш{n}" for n in range(len(numbers))],
            "period": period,
            "n_ped": numbers,
            "n_diag": [round(share * n) for n in numbers],
            "n_gap": [round((1 - share) * n) for n in numbers],
            "plan": [number % 2 for number in range(len(numbers))],
            "points": [3.5 * n for n in numbers],
        }
    )


def sizes(
    folder: Path, numbers: Sequence[int], rules: str = "[{drop: {points: 10}}]", *, calendar: str = "year", period: str = "2022"
) -> Sizes:
    """The district ready to be drawn."""
    asked = district(folder, numbers, rules, calendar)
    return Sizes.of(
        asked,
        monitor(without_judging(asked), period=period, frames={"card": cards(numbers, period=period)}, plugins=PLUGINS),
    )
