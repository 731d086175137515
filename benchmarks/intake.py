"""What it costs to take answers in: a long text table with twenty declared checks, and forty filled cards.

    python benchmarks/intake.py [--rows 1000000] [--rounds 7]

The table is read, matched to its units, checked and aligned (`engine.gather`); its peers read the same file as text and
cast the same columns to numbers, and do nothing else. That all of them come to the same numbers is checked first. The
cards are made by the library and filled by its example; the peer is python-calamine reading every cell of their sheets.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl
import python_calamine

from profdev_indicators import cards, load
from profdev_indicators.demo.filling import filled
from profdev_indicators.engine import gather
from profdev_indicators.model import District
from profdev_indicators.periods import Period

HERE = Path(__file__).parent
PERIODS = tuple(map(str, range(2013, 2023)))
ASKED = Period.parse(PERIODS[-1])
KEYS = ("unit", "period")
CARDS = 40
PROFDEV = [sys.executable, "-c", "import sys; from profdev_indicators.cli import main; sys.exit(main())"]
CARD_DISTRICT = """
id: bench
title: Район
extends: kbr
units: {csv: {location: units.csv}}
"""

Times = Mapping[str, Sequence[float]]


def main() -> None:
    """Measure, print, and write `results/intake.json` and `results/intake.md`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=7)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        table_times = measure_table(Path(folder) / "table", arguments.rows, arguments.rounds)
        card_times = measure_cards(Path(folder) / "cards", arguments.rounds)
    report = {
        "rows": arguments.rows,
        "rounds": arguments.rounds,
        "machine": {"cpus": os.cpu_count(), "system": platform.system(), "load": round(os.getloadavg()[0], 1)},
        "versions": {name: version(name) for name in ("polars", "python-calamine")}
        | {"python": platform.python_version()},
        "table": compared(table_times, "gather"),
        "cards": compared(card_times, "gather"),
    }
    text = told(report)
    print(text)
    results = HERE / "results"
    results.mkdir(exist_ok=True)
    (results / "intake.json").write_text(json.dumps(report, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    (results / "intake.md").write_text(text, encoding="utf-8")


# --- a long table -------------------------------------------------------------------------------------------------


def measure_table(folder: Path, rows: int, rounds: int) -> Times:
    """Seconds of reading with checks, and of what polars takes to read and cast."""
    folder.mkdir()
    roster = pl.DataFrame({"id": [f"s{n:07}" for n in range(rows // len(PERIODS))]}).with_columns(kind=pl.lit("school"))
    answers(roster, folder / "answers.csv")
    district = load(HERE / "intake.yaml")
    file, items = folder / "answers.csv", list(district.items)

    def ours() -> pl.DataFrame:
        return gather(district, asked=(ASKED,), since=None, root=folder, frames={"units": roster}).answers

    def by_hand() -> pl.DataFrame:
        return pl.read_csv(file, infer_schema=False).with_columns(pl.col(items).cast(pl.Float64))

    def by_hand_lazily() -> pl.DataFrame:
        return pl.scan_csv(file, infer_schema=False).with_columns(pl.col(items).cast(pl.Float64)).collect()

    theirs = by_hand()
    agree(ours().filter(pl.col("n_ped").is_not_null()).select(items), theirs.select(items))
    runs = {"gather": ours, "polars: read_csv, cast": by_hand, "polars: scan_csv, cast": by_hand_lazily}
    return measure(runs, rounds)


def answers(roster: pl.DataFrame, file: Path) -> None:
    """Invented answers: a whole and nineteen parts of it, of every unit in every period."""
    rows = roster.height * len(PERIODS)
    whole = pl.int_range(rows, eager=True).hash(seed=1) % 90 + 10
    parts = {
        f"n_{n:02}": (pl.int_range(rows, eager=True).hash(seed=n + 2) % 101).cast(pl.Float64) for n in range(1, 20)
    }
    frame = roster.select(unit="id").join(pl.DataFrame({"period": PERIODS}), how="cross")
    frame.with_columns(
        whole.cast(pl.Int64).alias("n_ped"),
        *((whole * share / 100).cast(pl.Int64).alias(name) for name, share in parts.items()),
    ).write_csv(file)


def agree(ours: pl.DataFrame, theirs: pl.DataFrame) -> None:
    """Refuse to time what does not come to the same numbers.

    Raises:
        SystemExit: some sum differs.
    """
    if ours.height != theirs.height or ours.sum().rows() != theirs.sum().rows():
        sys.exit("the answers are not the same")


# --- forty cards --------------------------------------------------------------------------------------------------


def measure_cards(folder: Path, rounds: int) -> Times:
    """Seconds of taking in forty filled cards, in this process and as a command, and of reading their cells."""
    district = written(folder)
    files = sorted((folder / "data").glob("*/cards/*.xlsx"))
    command = [
        *PROFDEV,
        "collect",
        str(folder / "district.yaml"),
        "--period",
        str(ASKED),
        "--data",
        str(folder / "data"),
    ]

    def ours() -> object:
        return gather(district, asked=(ASKED,), since=None, root=folder / "data", frames={})

    def cells() -> object:
        return [python_calamine.CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python() for file in files]

    def collect() -> object:
        return subprocess.run(command, check=False, capture_output=True).returncode

    read = gather(district, asked=(ASKED,), since=None, root=folder / "data", frames={}).answers["n_ped"].drop_nulls()
    if read.len() != CARDS:
        sys.exit(f"{read.len()} cards of {CARDS} were read")
    return measure(
        {"gather": ours, "python-calamine: all cells": cells, "profdev collect, whole process": collect}, rounds
    )


def written(folder: Path) -> District:
    """A district of forty organisations, each with its card, filled."""
    home = folder / "data" / str(ASKED) / "cards"
    home.mkdir(parents=True)
    (folder / "district.yaml").write_text(CARD_DISTRICT, encoding="utf-8")
    rows = ["id;name;kind", *(f"s{n:02};МКОУ «СОШ № {n}»;school" for n in range(CARDS))]
    (folder / "data" / "units.csv").write_text("\n".join(rows), encoding="utf-8")
    district = load(folder / "district.yaml")
    chance = random.Random(1)  # noqa: S311 - invented answers, not a secret
    asked = [item for source in district.card.sources or () for item in source_of(district, source)]
    for name, blank in cards(district, period=ASKED, data=folder / "data").items():
        given = {item: "да" if kind == "flag" else chance.randrange(20) for item, kind in asked}
        (home / name).write_bytes(filled(blank, given | {"n_ped": 40}))
    return district


def source_of(district: District, source: str) -> Sequence[tuple[str, str]]:
    """Ids and types of the questions of a source."""
    return [(item.id, item.type) for each in district.sources if each.id == source for item in each.items]


# --- both ---------------------------------------------------------------------------------------------------------


def measure(runs: Mapping[str, Callable[[], object]], rounds: int) -> Times:
    """Seconds of each in every round, one after the other, after a round that does not count."""
    times: dict[str, list[float]] = {name: [] for name in runs}
    for number in range(-1, rounds):
        for name, run in runs.items():
            started = time.perf_counter()
            run()
            if number >= 0:
                times[name].append(time.perf_counter() - started)
    return times


def compared(times: Times, ours: str) -> dict[str, Any]:
    """Seconds, and how often the others go into ours: of each round by itself, since neighbours share the noise."""
    return {
        name: {
            "median": round(statistics.median(taken), 3),
            "least": round(min(taken), 3),
            "ratio": round(statistics.median(a / b for a, b in zip(times[ours], taken, strict=True)), 2),
            "least ratio": round(min(times[ours]) / min(taken), 2),
        }
        for name, taken in times.items()
    }


def told(report: Mapping[str, Any]) -> str:
    """Markdown."""
    machine = report["machine"]
    built = ", ".join(f"{name} {number}" for name, number in report["versions"].items())
    lines = [f"{report['rounds']} interleaved rounds; {machine['cpus']} cpus, load {machine['load']}; {built}."]
    for title, key in (
        (f"A text table of {report['rows']:,} rows, 20 declared checks", "table"),
        (f"{CARDS} cards", "cards"),
    ):
        lines += ["", f"| {title} | seconds, median | least | gather() ÷ this, median | least |"]
        lines += ["| --- | ---: | ---: | ---: | ---: |"]
        lines += [
            f"| {name} | {row['median']:.3f} | {row['least']:.3f} | {row['ratio']:.2f} | {row['least ratio']:.2f} |"
            for name, row in report[key].items()
        ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
