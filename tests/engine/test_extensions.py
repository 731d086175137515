"""What plugins add to the answer: intervals, analyses, sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from attrs import frozen

from profdev_indicators import analyse, hookimpl, load, monitor, plugin_manager
from profdev_indicators.errors import PluginError, Problem, SourceError
from profdev_indicators.model import Analysis, District, key
from profdev_indicators.results import Exhibit, Monitoring, Telling

CONFIG = """
id: test
title: Проверочный район
units:
  - {id: a, name: А, kind: school}
  - {id: b, name: Б, kind: school}
populations: [{id: teachers, title: педагоги, items: [n_ped]}]
sources:
  - id: card
    title: Карта
    reader: {frame: {}}
    items: [{id: n_ped, title: Педагогов, type: count}, {id: n_diag, title: Прошли, type: count}]
sections:
  - id: one
    title: Раздел
    indicators:
      - {id: "1.1", title: Доля, source: card, measure: {share: {counted: n_diag, population: teachers}},
         silence: excluded, missing: strict, rules: [{drop: {points: 5}}]}
analyses: [ANALYSES]
"""
ANSWERS = pl.DataFrame(
    {"unit": ["a", "a", "b"], "period": ["2021", "2022", "2021"], "n_ped": 20, "n_diag": [18, 9, 10]}
)


@frozen(kw_only=True)
class Counting:
    """Сколько организаций больше порога."""

    above: float = key("Порог", default=0.0)
    fails: bool = key("Сломать", default=False)

    def analyse(self, monitoring: Monitoring, *, root: Path | None, frames: Mapping[str, Any]) -> Sequence[Exhibit]:
        del root, frames
        if self.fails:
            raise SourceError([Problem(file="decisions.csv", line=int(self.above), message="нет такого показателя")])
        frame = monitoring.values.filter(pl.col("level") == 0, pl.col("value") > self.above).select("unit", "value")
        return [Exhibit(id="counting", title="Счёт", frame=frame)]


class Extension:
    @hookimpl
    def provide_analyses(self) -> Mapping[str, type[Analysis]]:
        return {"counting": Counting}

    @hookimpl
    def provide_sentences(self) -> Mapping[str, Telling]:
        return {"guess": Telling(name="догадка", sentence=lambda told: f"Угадано {told.value}")}

    @hookimpl
    def estimate_intervals(self, values: pl.LazyFrame) -> pl.LazyFrame:
        return values.filter(~pl.col("own"), pl.col("parent").is_null(), pl.col("state") == "partial").select(
            "unit", "period", "indicator", "reading", pl.lit(1.0).alias("ci_low"), pl.lit(99.0).alias("ci_high")
        )


PLUGINS = plugin_manager(Extension(), discover=False)


def district(tmp_path: Path, analyses: str = "") -> District:
    (tmp_path / "district.yaml").write_text(CONFIG.replace("ANALYSES", analyses), encoding="utf-8")
    return load(tmp_path / "district.yaml", PLUGINS)


def answer(tmp_path: Path, analyses: str = "") -> Monitoring:
    return monitor(district(tmp_path, analyses), period="2021..2022", frames={"card": ANSWERS}, plugins=PLUGINS)


def test_intervals_stand_where_a_plugin_estimates_them_and_nowhere_else(tmp_path: Path) -> None:
    told = answer(tmp_path).values.filter(pl.col("ci_low").is_not_null())
    assert told.select("unit", "period", "ci_low", "ci_high").rows() == [("test", "2022", 1.0, 99.0)]


def test_without_such_a_plugin_there_are_none_and_nothing_else_changes(tmp_path: Path) -> None:
    bare = plugin_manager(discover=False)
    with_them, without = (
        answer(tmp_path),
        monitor(district(tmp_path), period="2021..2022", frames={"card": ANSWERS}, plugins=bare),
    )
    assert without.values["ci_low"].null_count() == without.values.height
    assert without.values.drop("ci_low", "ci_high").equals(with_them.values.drop("ci_low", "ci_high"))


def test_analyses_are_asked_for_apart_and_leave_the_answer_as_it_was(tmp_path: Path) -> None:
    asked = answer(tmp_path, "{counting: {above: 60}}")
    assert asked.exhibits == ()
    analysed = analyse(asked)
    assert [exhibit.frame.rows() for exhibit in analysed.exhibits] == [[("a", 90.0)]]
    assert analysed.values is asked.values


def test_an_analysis_said_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PluginError, match="counting"):
        analyse(answer(tmp_path, "{counting: {}}, {counting: {above: 5}}"))


def test_problems_of_all_analyses_come_together(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        analyse(answer(tmp_path, "{counting: {fails: true}}, {counting: {fails: true, above: 3}}"))
    assert len(caught.value.problems) == 2


def test_a_plugin_speaks_of_its_own_kinds_and_of_no_other(tmp_path: Path) -> None:
    assert set(answer(tmp_path).tellings) > {"guess", "drop"}

    class Thief:
        @hookimpl
        def provide_sentences(self) -> Mapping[str, Telling]:
            return {"drop": Telling(name="чужое", sentence=str)}

    with pytest.raises(PluginError, match="drop"):
        monitor(
            district(tmp_path), period="2022", frames={"card": ANSWERS}, plugins=plugin_manager(Thief(), discover=False)
        )
