"""`kinds` documents everything installed, and its examples are accepted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from command import Profdev
from profdev_indicators.cli.kinds import example
from profdev_indicators.facade import load
from profdev_indicators.model import Analysis, Derived, Engine, Measure, Reader, Renderer, Rule
from profdev_indicators.plugins import kinds, plugin_manager

INSTALLED = [
    (protocol, name, cls) for protocol, named in kinds(plugin_manager()).items() for name, cls in named.items()
]
DISTRICT = """
id: test
title: Проверочный район
kinds: {{school: школа}}
units: [{{id: school-1, name: Школа, kind: school}}]
acts: [{{id: order, title: Приказ}}]
populations: [{{id: teachers, title: педагоги, items: [n_ped]}}]
sources:
  - id: card
    title: Карта
    {reader}
    items: [{{id: n_ped, title: Педагогов, type: {type}}}]
{analyses}
{engines}
sections:
  - id: one
    title: Раздел
    indicators:
      - {{id: "1.1", title: Доля, source: card, {measure}, silence: excluded, missing: strict, unit: балл}}
      - {{id: "1.2", title: Ещё, {derived}, silence: excluded, missing: strict, {rules}}}
"""
STOCK = {
    "reader": "reader: {frame: {}}",
    "measure": "measure: {count: {counted: n_ped}}",
    "derived": 'measure: {relative_to_best: {of: "1.1"}}',
    "rules": "rules: []",
    "analyses": "analyses: []",
    "engines": "engines: []",
}
PLACES: dict[type, str] = {
    Reader: "reader",
    Measure: "measure",
    Derived: "derived",
    Rule: "rules",
    Analysis: "analyses",
    Engine: "engines",
}
ITEM_TYPES = {"rubric": "level, levels: {полностью: 2}", "district_flag": "flag"}


def test_the_list_names_every_kind_with_its_first_line(profdev: Profdev) -> None:
    told = profdev("kinds").out
    for _, name, cls in INSTALLED:
        assert f"  {name} " in told
        assert (cls.__doc__ or "").splitlines()[0] in told


@pytest.mark.parametrize(("protocol", "name", "cls"), INSTALLED, ids=lambda value: getattr(value, "__name__", value))
def test_every_field_of_every_kind_is_documented_in_russian(
    profdev: Profdev, protocol: type, name: str, cls: type
) -> None:
    told = json.loads(profdev("kinds", name, "--format", "json").out)
    (kind,) = (each for each in told if each["protocol"] == protocol.__name__.lower())
    assert any("а" <= letter <= "я" for letter in kind["doc"])
    assert [field["name"] for field in kind["fields"] if not any("а" <= letter <= "я" for letter in field["doc"])] == []
    assert kind["example"] == example(protocol, name, cls)


@pytest.mark.parametrize(
    ("protocol", "name", "cls"),
    [kind for kind in INSTALLED if kind[0] is not Renderer],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_the_example_of_every_kind_loads(tmp_path: Path, protocol: type, name: str, cls: type) -> None:
    words = STOCK | {PLACES[protocol]: example(protocol, name, cls), "type": ITEM_TYPES.get(name, "count")}
    config = tmp_path / "district.yaml"
    config.write_text(DISTRICT.format(**words), encoding="utf-8")
    assert load(config).indicators[0].id == "1.1"
