"""What may be published is made of the protected values alone: findings, advice and analyses too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pluggy
import polars as pl
import pytest
from attrs import frozen

from profdev_indicators import hookimpl, load, monitor, plugin_manager, publish
from profdev_indicators.errors import Problem, RequestError
from profdev_indicators.frames import HIDDEN, VALUES
from profdev_indicators.model import Analysis, District
from profdev_indicators.results import Exhibit, Monitoring, Protection

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
    reader: {csv: {location: "{period}.csv"}}
    items: [{id: n_ped, title: Педагогов, type: count}, {id: n_diag, title: Прошли, type: count}]
sections:
  - id: one
    title: Раздел
    indicators:
      - {id: "1.1", title: Доля, source: card, measure: {share: {counted: n_diag, population: teachers}},
         silence: excluded, missing: strict, rules: [{drop: {points: 5}}]}
recommendations: {advice: {drop: Разобраться}}
analyses: [largest: {}]
"""
ANSWERS = pl.DataFrame(
    {
        "unit": ["a", "b", "c", "a", "b"],
        "period": ["2021", "2021", "2021", "2022", "2022"],
        "n_ped": 20,
        "n_diag": [18, 16, 3, 9, 8],
    }
)


@frozen(kw_only=True)
class Largest:
    """Наибольшее значение; и то же для своих."""

    def analyse(self, monitoring: Monitoring, *, root: Path | None, frames: Mapping[str, Any]) -> Sequence[Exhibit]:
        del root, frames
        greatest = monitoring.values.filter(pl.col("level") == 0).select(pl.col("value").max())
        return [
            Exhibit(id="largest", title="Наибольшее", frame=greatest),
            Exhibit(id="named", title="Кто", frame=greatest, internal=True),
        ]


class Control:
    """Hides whatever organisation «a» answers."""

    def __init__(self) -> None:
        self.published: pl.DataFrame | None = None

    @hookimpl
    def provide_analyses(self) -> Mapping[str, type[Analysis]]:
        return {"largest": Largest}

    @hookimpl
    def protect(self, values: pl.LazyFrame, district: District, published: pl.DataFrame | None) -> Protection:
        del district
        self.published = published
        hide, numbers = pl.col("unit") == "a", ["numerator", "denominator", "value"]
        safe = values.with_columns(
            pl.when(hide).then(pl.lit("suppressed", VALUES["state"])).otherwise("state").alias("state"),
            *(pl.when(~hide).then(name).alias(name) for name in numbers),
        )
        rows = {"unit": "a", "period": "2022", "indicator": "1.1", "reading": "main", "disclosure": "B"}
        return Protection(
            values=safe.select(VALUES.names()).collect(),
            hidden=pl.DataFrame([rows | {"primary": True, "reason": "мало"}], HIDDEN, orient="row"),
            notices=(Problem(message="так и надо"),),
        )


def _whole(folder: Path, plugins: pluggy.PluginManager, config: str = CONFIG) -> Monitoring:
    (folder / "district.yaml").write_text(config, encoding="utf-8")
    for (period,), answers in ANSWERS.group_by("period"):
        answers.drop("period").write_csv(folder / f"{period}.csv")
    return monitor(load(folder / "district.yaml", plugins), period="2022", data=folder, plugins=plugins)


@pytest.fixture
def answer(tmp_path: Path) -> tuple[Monitoring, Monitoring, Protection]:
    """The whole answer, the one to publish, and what was hidden."""
    plugins = plugin_manager(Control(), discover=False)
    whole = _whole(tmp_path, plugins)
    return whole, *publish(whole, data=tmp_path, plugins=plugins)


def test_what_is_hidden_is_judged_no_more(answer: tuple[Monitoring, Monitoring, Protection]) -> None:
    whole, public, _ = answer
    assert set(whole.findings["unit"]) == {"a", "b", "test"}
    assert set(public.findings["unit"]) == {"b", "test"}
    assert set(public.unchecked["unit"]) == {"a"}
    assert set(public.recommendations["unit"]) == set(whole.recommendations["unit"]) - {"a"}


def test_analyses_see_what_is_published_and_those_for_the_department_are_left_out(
    answer: tuple[Monitoring, Monitoring, Protection],
) -> None:
    _, public, _ = answer
    assert [(exhibit.id, exhibit.frame.item()) for exhibit in public.exhibits] == [("largest", 40.0)]


def test_who_answered_is_published_but_not_what_nor_where_nor_what_was_wrong(
    answer: tuple[Monitoring, Monitoring, Protection],
) -> None:
    whole, public, _ = answer
    assert whole.profile == "internal"
    assert public.profile == "publish"
    told = (whole.answers, whole.places, whole.defects)
    assert not any(frame.is_empty() for frame in told)
    assert whole.provenance.sources
    assert public.answers.is_empty()
    assert public.places.select("unit", "period", "source").equals(whole.places.select("unit", "period", "source"))
    assert (
        public.places.drop("unit", "period", "source").null_count().sum_horizontal().item() == 3 * public.places.height
    )
    assert public.defects.is_empty()
    assert public.cells == {}
    assert public.provenance.sources == {}


def test_values_of_every_period_are_the_protected_ones(answer: tuple[Monitoring, Monitoring, Protection]) -> None:
    _, public, protection = answer
    assert public.history.equals(protection.values)
    assert public.values.equals(protection.values.filter(pl.col("period") == "2022"))


def test_what_was_hidden_is_told_to_the_caller_alone(answer: tuple[Monitoring, Monitoring, Protection]) -> None:
    _, public, protection = answer
    assert protection.hidden.schema == HIDDEN
    assert [str(notice) for notice in protection.notices] == ["так и надо"]
    assert public.notices == ()


def test_the_control_is_told_what_is_published_already(tmp_path: Path) -> None:
    control = Control()
    plugins = plugin_manager(control, discover=False)
    whole = _whole(tmp_path, plugins)
    publish(whole, published=whole.values.to_arrow(), plugins=plugins)
    assert control.published is not None
    assert control.published.equals(whole.values)


def test_without_control_of_disclosure_nothing_is_published(tmp_path: Path) -> None:
    plugins = plugin_manager(discover=False)
    whole = _whole(tmp_path, plugins, CONFIG.replace("analyses: [largest: {}]", ""))
    with pytest.raises(RequestError, match="pip install profdev-reports"):
        publish(whole, plugins=plugins)
