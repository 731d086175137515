"""What a person sees of an answer that came from a database: its place, its fingerprint, a copy of last year's."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest

from profdev_indicators import load, monitor
from profdev_indicators.cli import main
from profdev_indicators.results import Monitoring
from sources.asked import LikeSqlite
from strategies import core_alone

DISTRICT = """\
id: somewhere
title: Где-то
kinds: {school: школа}
units: {sql: {database: register.db, table: organisations}}
sources:
  - id: card
    title: Карта
    reader: {sql: {database: register.db, query: "SELECT * FROM cards WHERE period = :period ORDER BY unit"}}
    items:
      - {id: n_ped, title: Педагогов, type: count}
      - {id: n_diag, title: Прошли диагностику, type: count, at_most: n_ped}
populations: [{id: teachers, title: педагоги, items: [n_ped]}]
sections:
  - id: one
    title: Раздел
    indicators:
      - id: "1"
        title: Доля прошедших
        source: card
        measure: {share: {counted: n_diag, population: teachers}}
        silence: excluded
        missing: strict
"""


@pytest.fixture
def district(tmp_path: Path) -> Path:
    """A district all of which lies in one file of SQLite; in 2022 the second school contradicts itself."""
    base = LikeSqlite(tmp_path)
    base.fill("organisations", pl.DataFrame({"id": ["s1", "s2"], "name": ["Школа 1", "Школа 2"], "kind": "school"}))
    base.fill(
        "cards",
        pl.DataFrame(
            {
                "unit": ["s2", "s1", "s2", "s1"],
                "period": ["2022", "2022", "2021", "2021"],
                "n_ped": [30, 10, 30, 10],
                "n_diag": [50, 4, 26, 4],
            }
        ),
    )
    (tmp_path / "district.yaml").write_text(DISTRICT, encoding="utf-8")
    return tmp_path


def monitored(district: Path) -> Monitoring:
    manager = core_alone()
    return monitor(load(district / "district.yaml", manager), period="2022", data=district, plugins=manager)


def test_a_defect_has_its_place_in_the_answer_of_the_database(district: Path) -> None:
    defect = monitored(district).defects.row(0, named=True)
    assert (defect["file"], defect["row"], defect["cell"]) == ("sqlite: register.db", 2, "n_diag")


def test_a_number_is_explained_by_its_column_and_row(district: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = district / "district.yaml"
    assert main(["explain", str(config), "1", "s1", "--period", "2022", "--data", str(district)]) == 0
    assert "sqlite: register.db, столбец «n_diag», строка 1" in re.sub(" +", " ", capsys.readouterr().out)


def test_a_run_writes_everything(district: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    out = tmp_path_factory.mktemp("out")
    arguments = ["run", str(district / "district.yaml"), "--period", "2022", "--data", str(district), "--out", str(out)]
    assert main(arguments) == 0
    assert "sqlite: register.db" in (out / "run.json").read_text(encoding="utf-8")


def test_the_fingerprint_of_a_database_is_that_of_what_was_read(district: Path) -> None:
    before = monitored(district).provenance.sources
    LikeSqlite(district).run("CREATE TABLE other AS SELECT 1 AS a")
    assert monitored(district).provenance.sources == before
    assert [*before] == ["sqlite: register.db"]
    LikeSqlite(district).run("UPDATE cards SET n_ped = 11 WHERE unit = 's1' AND period = '2021'")
    assert monitored(district).provenance.sources.keys() == before.keys()
    assert monitored(district).provenance.sources != before


def test_the_same_answers_under_two_periods_are_noticed(district: Path) -> None:
    base = LikeSqlite(district)
    base.run("CREATE TABLE copied AS SELECT unit, n_ped, n_diag FROM cards WHERE period = '2021'")
    text = DISTRICT.replace("SELECT * FROM cards WHERE period = :period", "SELECT * FROM copied WHERE :period > '2020'")
    (district / "district.yaml").write_text(text, encoding="utf-8")
    messages = [notice.message for notice in monitored(district).notices]
    assert "те же сведения есть и под периодом 2022: sqlite: register.db" in messages
