"""Nothing published depends on a hidden number: two districts which differ in hidden ones print the same bytes."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import polars as pl
import pytest

from profdev_indicators import load, monitor, plugin_manager, publish
from profdev_indicators.cli import main
from profdev_indicators.cli.outputs import outputs
from profdev_indicators.model import Renderer
from profdev_indicators.plugins import kinds
from profdev_indicators.results import Monitoring

CONFIG = """
id: river
title: {им: Речной район, род: Речного района, дат: Речному району, предл: Речном районе}
operator: Методический кабинет
units: {frame: {}}
populations:
  - {id: teachers, title: педагогические работники, items: [n_ped]}
  - {id: young, title: молодые педагогические работники, items: [n_young]}
  - {id: organisations, title: образовательные организации, items: [school]}
sources:
  - id: card
    title: Карты
    reader: {frame: {}}
    items:
      - {id: n_ped, title: Педагогических работников, type: count, required: true}
      - {id: n_young, title: из них молодых, type: count, at_most: n_ped}
      - {id: n_diag, title: Прошли диагностику, type: count, at_most: n_ped}
      - {id: n_mentored, title: Молодых с наставником, type: count, at_most: n_young}
      - {id: n_burnt, title: С признаками выгорания, type: count, at_most: n_ped}
      - {id: plan, title: Есть план, type: flag}
sections:
  - id: one
    number: "1"
    title: Диагностика
    indicators:
      - {id: "1.1", title: Доля прошедших диагностику, source: card, silence: excluded, missing: strict,
         measure: {share: {counted: n_diag, population: teachers}}, target: [{since: 2020-01-01, at: 60}]}
      - {id: "1.2", title: Доля выгоревших, source: card, silence: excluded, missing: strict, better: lower,
         disclosure: C, measure: {share: {counted: n_burnt, population: teachers}}}
      - {id: "1.3", title: Наличие плана, source: card, silence: excluded, missing: strict,
         measure: {share: {counted: plan, population: organisations}}}
  - id: two
    number: "2"
    title: Молодые
    indicators:
      - {id: "2.1", title: Доля молодых с наставником, source: card, silence: excluded, missing: strict,
         measure: {share: {counted: n_mentored, population: young}}}
kinds: {school: школа}
dynamics:
  rules: [observed_fall: {}, significant_fall: {}, low_outlier: {}, missed_target: {}, streak: {length: 2},
          coverage: {at_least: 95}, unreported: {}, widening_gap: {}]
recommendations: {advice: {observed_fall: Разобраться}, responsible: директор}
analyses: [health: {}, practices: {}, forecast: {}, decomposition: {}, missing_reports: {}]
reports: [opendata: {inn: "0711037590"}]
"""
PERIODS = ("2020", "2021", "2022")
SCHOOLS = 14


def _answers() -> pl.DataFrame:
    """Fourteen schools of 24 teachers, eight of them young: any two may change places."""
    rows = [
        {
            "unit": f"s{school:02}",
            "period": period,
            "n_ped": 24,
            "n_young": 8,
            "n_diag": [1, 2, 22, 23, 9, 11, 12, 13, 8, 15, 16, 10, 14, 12][school] + (0 if school < 4 else year % 2),
            "n_mentored": [1, 2, 7, 6, 4, 3, 5, 4, 3, 4, 5, 3, 4, 4][school],
            "n_burnt": [2, 4, 1, 3, 0, 6, 7, 8, 9, 7, 6, 10, 8, 7][school],
            "plan": school % 3 > 0,
        }
        for year, period in enumerate(PERIODS)
        for school in range(SCHOOLS)
    ]
    return pl.DataFrame(rows)


def _roster() -> pl.DataFrame:
    return pl.DataFrame([{"id": f"s{n:02}", "name": f"Школа № {n + 1}", "kind": "school"} for n in range(SCHOOLS)])


def _swapped(answers: pl.DataFrame, item: str, one: str, other: str) -> pl.DataFrame:
    """The same answers after two schools have changed places in one item, in every period."""
    there = answers.filter(pl.col("unit").is_in([one, other])).with_columns(
        pl.col("unit").replace({one: other, other: one})
    )
    swapped = answers.join(
        there.select("unit", "period", theirs=item), on=["unit", "period"], how="left", maintain_order="left"
    )
    return swapped.with_columns(pl.coalesce("theirs", item).alias(item)).drop("theirs")


def _whole(folder: Path, answers: pl.DataFrame) -> Monitoring:
    (folder / "river.yaml").write_text(CONFIG, encoding="utf-8")
    frames = {"card": answers, "units": _roster()}
    return monitor(load(folder / "river.yaml"), period=PERIODS[-1], frames=frames)


def _published(folder: Path, answers: pl.DataFrame) -> Mapping[str, bytes]:
    public, _ = publish(_whole(folder, answers))
    every = {name: kind() for name, kind in kinds(plugin_manager())[Renderer].items()}
    return outputs(public, every, {}).files


@pytest.mark.parametrize(
    ("item", "one", "other"), [("n_diag", "s00", "s01"), ("n_diag", "s02", "s03"), ("n_mentored", "s00", "s01"),
                               ("n_burnt", "s00", "s02"), ("n_burnt", "s01", "s03")],
)  # fmt: skip
def test_two_districts_that_differ_in_hidden_numbers_print_the_same_bytes(
    item: str, one: str, other: str, tmp_path: Path
) -> None:
    here = _published(tmp_path, _answers())
    there = _published(tmp_path, _swapped(_answers(), item, one, other))
    assert sorted(here) == sorted(there)
    assert [name for name in here if here[name] != there[name]] == []


def test_the_same_districts_differ_in_what_is_for_the_department(tmp_path: Path) -> None:
    """Or the test above would see nothing."""
    here = _whole(tmp_path, _answers())
    there = _whole(tmp_path, _swapped(_answers(), "n_diag", "s00", "s01"))
    assert not here.values.equals(there.values)
    assert not here.findings.equals(there.findings)


def test_a_number_that_is_not_hidden_is_published(tmp_path: Path) -> None:
    here = _published(tmp_path, _answers())
    there = _published(tmp_path, _swapped(_answers(), "n_diag", "s08", "s09"))
    assert here["values.csv"] != there["values.csv"]


def _publish(folder: Path) -> pl.DataFrame:
    """VALUES as the command publishes them into a folder, from files."""
    texts = CONFIG.replace("units: {frame: {}}", "units: {csv: {location: units.csv}}")
    texts = texts.replace("reader: {frame: {}}", 'reader: {csv: {location: "{period}.csv"}}')
    (folder / "river.yaml").write_text(texts, encoding="utf-8")
    (folder / "data").mkdir(exist_ok=True)
    _roster().write_csv(folder / "data" / "units.csv")
    for (period,), answers in _answers().group_by("period"):
        answers.drop("period").write_csv(folder / "data" / f"{period}.csv")
    asked = ("--period", "2021,2022", "--data", str(folder / "data"), "--out", str(folder / "out"))
    assert main(["run", str(folder / "river.yaml"), *asked, "--profile", "publish", "--render", "csv"]) == 0
    return pl.read_parquet(folder / "out" / "values.parquet")


def test_a_publication_remembers_every_period_it_shows(tmp_path: Path) -> None:
    values = _publish(tmp_path)
    known = pl.read_parquet(tmp_path / "out" / "published.parquet")
    assert set(known["period"]) == set(PERIODS)
    assert values.equals(known.filter(pl.col("period").is_in(["2021", "2022"])))


def test_what_was_hidden_in_the_same_folder_stays_hidden(tmp_path: Path) -> None:
    open_once = _publish(tmp_path).filter(pl.col("unit") == "s07", pl.col("indicator") == "1.1")
    assert set(open_once["state"]) == {"ok"}
    known = pl.read_parquet(tmp_path / "out" / "published.parquet")
    hidden = pl.lit("suppressed", known.schema["state"])
    here = (pl.col("unit") == "s07") & (pl.col("indicator") == "1.1")
    rewritten = known.with_columns(pl.when(here).then(hidden).otherwise("state").alias("state"))
    rewritten.write_parquet(tmp_path / "out" / "published.parquet")
    again = _publish(tmp_path).filter(pl.col("unit") == "s07", pl.col("indicator") == "1.1")
    assert set(again["state"]) == {"suppressed"}


def test_nothing_published_tells_what_a_source_was_like(tmp_path: Path) -> None:
    _publish(tmp_path)
    record = (tmp_path / "out" / "run.json").read_text(encoding="utf-8")
    hashes = {sha256(path.read_bytes()).hexdigest() for path in (tmp_path / "data").iterdir()}
    assert not [digest for digest in hashes if digest[:12] in record]
    assert not (tmp_path / "out" / "defects.csv").exists()
