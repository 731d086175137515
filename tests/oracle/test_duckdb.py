"""The nineteen criteria of the example computed a second time, by DuckDB, from the raw files."""

from __future__ import annotations

import csv
import io
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pytest
import python_calamine
import yaml

from example_district import monitored, written
from profdev_indicators import demo

pytest.importorskip("profdev_kbr", reason="plugin not installed: the form of the republic is one")

YEARS = (2019, 2020, 2021, 2022)
ROOT = "verhnerechensky"
SQL = Path(__file__).with_name("nineteen.sql")
ENCODINGS = {"2019/cards/cards.csv": "cp1251"}
KEYS = ["unit", "period", "indicator"]
COMPARED = ["state", "numerator", "denominator", "value", "expected", "reported", "evidenced"]

# The form once more, by hand: criterion, source, what is counted, of whom (None: organisations), having, years.
CRITERIA = [
    ("1.1", "diagnostics", "n_diag", "n_ped", None, 0, 9999),
    ("1.2", "sites", "plan_deficits", None, None, 0, 9999),
    ("1.3", "sites", "mo_decision", None, None, 0, 9999),
    ("2.1", "card", "trajectories", None, None, 0, 9999),
    ("2.2", "card", "n_iom", "n_ped", None, 0, 9999),
    ("2.3", "card", "informing", None, None, 0, 9999),
    ("3.1", "card", "mo_exists", None, None, 0, 9999),
    ("3.2", "card", "mo_support", None, None, 0, 9999),
    ("3.3", "card", "n_shmo_mmo", "n_shmo", None, 0, 2021),
    ("3.3", "card", "n_shmo_mmo", "n_ped", None, 2022, 9999),
    ("3.4", "mouo", "n_expert", "n_ped", None, 0, 9999),
    ("3.5", "mouo", "n_activists_confirmed", "n_ped", None, 0, 9999),
    ("4.1", "card", "young_project", None, "n_young", 0, 9999),
    ("4.2", "card", "n_young_covered", "n_young", None, 0, 9999),
    ("4.3", "card", "mentoring", None, None, 0, 9999),
    ("4.4", "card", "n_young_mentored", "n_young", None, 0, 9999),
    ("5.1", "mouo", "n_network", "n_ped", None, 0, 9999),
    ("5.2", "mouo", "n_replicated", "n_ped", None, 0, 9999),
    ("6.1", "card", "young_programme", None, "n_young", 0, 9999),
    ("6.2", "organisations", "n_dpp", "n_ped", None, 0, 9999),
]


def _asked() -> pd.DataFrame:
    """The questions as the republic's YAML words them, read as plain YAML."""
    text = (files("profdev_kbr") / "kbr.yaml").read_text(encoding="utf-8")
    rows = [
        {
            "source": source["id"],
            "item": item["id"],
            "title": item["title"],
            "flag": item["type"] == "flag",
            "at_most": item.get("at_most"),
            "only_if": item.get("only_if"),
            "linked": item.get("evidence") == "required",
        }
        for source in yaml.safe_load(text)["sources"]
        for item in source["items"]
    ]
    return pd.DataFrame(rows)


def _table(path: Path, data: Path) -> list[dict[str, Any]]:
    """The cells of a table as texts, under the words of its headings."""
    encoding = ENCODINGS.get(path.relative_to(data).as_posix(), "utf-8-sig")
    heading, *rows = csv.reader(io.StringIO(path.read_bytes().decode(encoding)), delimiter=";")
    return [
        {
            "nr": nr,
            "organisation": told["Организация"],
            "title": title,
            "cell": cell,
            "link": told[after] if after.endswith(".link") else "",
        }
        for nr, row in enumerate(rows, start=2)
        for told in [dict(zip(heading, row, strict=True))]
        for (title, cell), after in zip(told.items(), [*heading[1:], ""], strict=True)
    ]


def _card(path: Path) -> list[dict[str, Any]]:
    """The cells of a card by what a person sees: the questions, the answers and the links under their headings."""
    sheet = python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0)
    rows = [[f"{c:.0f}" if isinstance(c, float) else str(c) for c in row] for row in sheet.to_python()]
    heading = next(row for row in rows if "Вопрос" in row and "Ответ" in row)
    asked, answered, linked = (heading.index(word) for word in ("Вопрос", "Ответ", "Ссылка на подтверждение"))
    told = {row[asked].partition("\n")[0]: (row[answered], row[linked]) for row in rows[rows.index(heading) + 1 :]}
    return [
        {"nr": 1, "organisation": told["Название"][0], "title": title, "cell": cell, "link": link}
        for title, (cell, link) in told.items()
    ]


def _cells(data: Path, asked: pd.DataFrame) -> pd.DataFrame:
    items = {(row.source, row.title): row.item for row in asked.itertuples()}
    cells: list[dict[str, Any]] = []
    for path in sorted(data.glob("20??/**/*.*")):
        file = path.relative_to(data)
        is_card = path.suffix == ".xlsx"
        sources = ("card", "organisations") if is_card else ("card",) if "cards" in file.parts else (path.stem,)
        cells += [
            {**cell, "source": source, "item": items[source, cell["title"]], "year": int(file.parts[0])}
            | {"file": file.as_posix()}
            for cell in (_card(path) if is_card else _table(path, data))
            for source in sources
            if (source, cell["title"]) in items
        ]
    return pd.DataFrame(cells)


def _accepted(data: Path) -> pd.DataFrame:
    """Which file counts where an organisation has sent two."""
    with (data / "accepted.csv").open(encoding="utf-8-sig", newline="") as table:
        rows = [
            {"year": int(row["период"]), "source": row["источник"], "unit": row["организация"], "file": row["файл"]}
            for row in csv.DictReader(table, delimiter=";")
        ]
    return pd.DataFrame(rows)


def _tables(example: demo.Demo) -> dict[str, pd.DataFrame]:
    asked = _asked()
    config = yaml.safe_load(example.config.read_text(encoding="utf-8"))
    return {
        "items": asked,
        "cells": _cells(example.data, asked),
        "accepted": _accepted(example.data),
        "criteria": pd.DataFrame(
            CRITERIA, columns=["code", "source", "counted", "whole", "having", "since", "until"], dtype=object
        ).astype({"since": int, "until": int}),
        "years": pd.DataFrame({"year": YEARS}),
        "exemptions": pd.DataFrame(
            [
                {"unit": one["unit"], "code": code, "since": one["since"], "until": one["until"]}
                for one in config["exemptions"]
                for code in one["indicators"]
            ]
        ),
    }


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> demo.Demo:
    return written(tmp_path_factory.mktemp("example"))


@pytest.fixture(scope="module")
def oracle(example: demo.Demo) -> pl.DataFrame:
    with duckdb.connect() as connection:
        for name, table in _tables(example).items():
            connection.register(name, table)
        units = example.data / "units.csv"
        connection.execute(
            "create temp table units as select id, name, kind, aliases, valid_from::date as valid_from,"
            " valid_to::date as valid_to from read_csv(?, delim = ';', header = true, all_varchar = true)",
            [str(units)],
        )
        connection.execute(f"set variable root = '{ROOT}'")
        connection.execute(SQL.read_text(encoding="utf-8"))
        frame = connection.sql("select * from oracle").pl()
    return (
        frame.rename({"code": "indicator"})
        .with_columns(pl.col("year").cast(pl.String).alias("period"))
        .select(*KEYS, *COMPARED)
        .sort(KEYS)
    )


@pytest.fixture(scope="module")
def values(example: demo.Demo) -> pl.DataFrame:
    return (
        monitored(example, "2019..2022")
        .history.filter(pl.col("indicator").is_in([criterion[0] for criterion in CRITERIA]))
        .filter((pl.col("reading") == "main") & pl.col("breakdown").is_null())
        .select(*KEYS, *COMPARED)
        .with_columns(pl.col("state").cast(pl.String))
        .sort(KEYS)
    )


def test_oracle_speaks_of_every_unit_period_and_criterion(oracle: pl.DataFrame) -> None:
    assert oracle.group_by(KEYS).len()["len"].unique().to_list() == [1]
    assert oracle.height == (27 + 1) * len(YEARS) * 19


def test_oracle_meets_every_state_the_example_hides(oracle: pl.DataFrame) -> None:
    states = {"ok", "partial", "not_reported", "not_applicable", "not_defined", "invalid"}
    assert set(oracle["state"]) == states


@pytest.mark.parametrize("column", COMPARED)
def test_duckdb_agrees_with_the_engine(oracle: pl.DataFrame, values: pl.DataFrame, column: str) -> None:
    both = oracle.select(*KEYS, duckdb=column).join(
        values.select(*KEYS, engine=column), on=KEYS, how="full", coalesce=True, validate="1:1"
    )
    if column == "value":
        # Two ways to the same quotient may differ in the last bit.
        both = both.with_columns(pl.col("duckdb", "engine").round(9))
    assert both.filter(~pl.col("duckdb").eq_missing(pl.col("engine"))).sort(KEYS).to_dicts() == []
