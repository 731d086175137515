"""Settings no document could be made with are named before anything is computed, where they stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from profdev_indicators import load
from profdev_indicators.errors import ConfigError

CONFIG = """
id: river
title: Речной район
reports:
  - REPORT
sources: [{id: card, title: Карта, reader: {frame: {}}, items: [{id: n, title: Сколько, type: count}]}]
sections:
  - id: one
    title: Раздел
    indicators:
      - {id: "1", title: Число, source: card, measure: {count: {counted: n}}, silence: excluded, missing: strict}
"""


@pytest.mark.parametrize(
    ("report", "place", "told"),
    [
        ('opendata: {inn: "7707083894"}', "5:21: reports[0].opendata.inn", "не ИНН"),
        ("opendata: {url: ftp://a.example}", "5:21: reports[0].opendata.url", "не адрес"),
        ("letters: {template: нет.docx}", "5:25: reports[0].letters.template", "нет такого шаблона"),
        ("note: {template: ../a.docx}", "5:22: reports[0].note.template", "ведёт прочь"),
        ("order: {template: river.yaml}", "5:23: reports[0].order.template", "river.yaml"),
        ("form: {formats: [doc]}", "5:22: reports[0].form.formats[0]", "docx"),
    ],
)
def test_a_wrong_setting_is_named_where_it_stands(report: str, place: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "river.yaml").write_text(CONFIG.replace("REPORT", report), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "river.yaml")
    (problem,) = caught.value.problems
    assert place in str(problem)
    assert told in str(problem)


def test_right_settings_are_not_objected_to(tmp_path: Path) -> None:
    text = CONFIG.replace("REPORT", 'opendata: {inn: "7707083893", url: https://a.example}')
    (tmp_path / "river.yaml").write_text(text, encoding="utf-8")
    assert len(load(tmp_path / "river.yaml").reports) == 1
