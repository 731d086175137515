"""`profdev run` beside a hand-written script, each a whole process; and what `profdev --help` costs.

    python benchmarks/command.py [--rounds 9]

The script, `nineteen.py`, reads the same files of the example and prints the same nineteen percentages; that they are
the same is checked first. `run` writes no documents, only what it always writes and `--render csv`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from profdev_indicators import demo

HERE = Path(__file__).parent
PERIOD = "2022"
PROFDEV = [sys.executable, "-c", "import sys; from profdev_indicators.cli import main; sys.exit(main())"]
TOLERANCE = 1e-9
HEAVY = ("polars", "yaml", "python_calamine")


def main() -> None:
    """Measure, print, and write `results/command.json` and `results/command.md`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        example = demo.write(Path(folder) / "example")
        out = Path(folder) / "out"
        run = [*PROFDEV, "run", str(example.config), "--period", PERIOD, "--data", str(example.data), "--out", str(out)]
        script = [sys.executable, str(HERE / "nineteen.py"), str(example.data)]
        # As in any installation, modules are compiled once and not by every process.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = str(Path(folder) / "compiled")
        commands = {
            "profdev run": [*run, "--render", "csv"],
            "script": script,
            "profdev --help": [*PROFDEV, "--help"],
            "import polars": [sys.executable, "-c", "import polars"],
            "python": [sys.executable, "-c", ""],
        }
        check(commands, out)
        report = summary(measure(commands, rounds), rounds, needless=imported_by_help())
    print(table(report))
    results = HERE / "results"
    results.mkdir(exist_ok=True)
    (results / "command.json").write_text(json.dumps(report, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    (results / "command.md").write_text(table(report), encoding="utf-8")


def check(commands: Mapping[str, Sequence[str]], out: Path) -> None:
    """Refuse to time two processes which do not come to the same nineteen numbers.

    Raises:
        SystemExit: with the criteria on which they differ.
    """
    printed = subprocess.run(commands["script"], check=True, capture_output=True, text=True).stdout
    by_hand = {code: float(value) for code, value in (line.split() for line in printed.splitlines())}
    subprocess.run(commands["profdev run"], check=True, capture_output=True)
    values = pl.read_parquet(out / "values.parquet").filter(
        pl.col("level") == pl.col("level").max(), pl.col("period") == PERIOD, pl.col("reading") == "main"
    )
    ours = {code: value for code, value in values.select("indicator", "value").iter_rows() if code in by_hand}
    differing = [code for code, value in by_hand.items() if abs(ours[code] - value) > TOLERANCE]
    if len(by_hand) != len(ours) or differing:
        sys.exit(f"not the same: {differing or sorted(by_hand.keys() ^ ours.keys())}")


def imported_by_help() -> list[str]:
    """Heavy modules which `profdev --help` imported though it had no use for them."""
    program = (
        "import sys; from profdev_indicators.cli import main; main(['--help']);"
        f"print('heavy:', *[name for name in {HEAVY!r} if name in sys.modules])"
    )
    printed = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout
    return printed.splitlines()[-1].split()[1:]


def measure(commands: Mapping[str, Sequence[str]], rounds: int) -> dict[str, list[float]]:
    """Seconds of every process in every round, one after the other in each, after a round that does not count."""
    times: dict[str, list[float]] = {name: [] for name in commands}
    for number in range(-1, rounds):
        for name, command in commands.items():
            started = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True)
            if number >= 0:
                times[name].append(time.perf_counter() - started)
    return times


def summary(times: Mapping[str, Sequence[float]], rounds: int, *, needless: Sequence[str]) -> dict[str, Any]:
    """All there is to report."""
    ratios = [ours / theirs for ours, theirs in zip(times["profdev run"], times["script"], strict=True)]
    return {
        "rounds": rounds,
        "machine": {"cpus": os.cpu_count(), "system": platform.system(), "load": round(os.getloadavg()[0], 1)},
        "versions": {"python": platform.python_version(), "polars": pl.__version__},
        "seconds": {
            name: {"median": round(statistics.median(taken), 3), "least": round(min(taken), 3)}
            for name, taken in times.items()
        },
        # Of each round by itself: neighbours in time share what else the machine did.
        "profdev run to script": {
            "median": round(statistics.median(ratios), 2),
            "least": round(min(times["profdev run"]) / min(times["script"]), 2),
        },
        "imported by --help without need": list(needless),
    }


def table(report: Mapping[str, Any]) -> str:
    """Markdown."""
    machine, versions, ratio = report["machine"], report["versions"], report["profdev run to script"]
    built = ", ".join(f"{name} {number}" for name, number in versions.items())
    needless = ", ".join(report["imported by --help without need"]) or "nothing"
    told = f"profdev run ÷ script: median {ratio['median']:.2f}, least {ratio['least']:.2f}."
    lines = [
        f"{report['rounds']} interleaved rounds; {machine['cpus']} cpus, load {machine['load']}; {built}.",
        "",
        "| whole process | seconds, median | least |",
        "| --- | ---: | ---: |",
        *(f"| {name} | {taken['median']:.3f} | {taken['least']:.3f} |" for name, taken in report["seconds"].items()),
        "",
        f"{told} Imported by --help without need: {needless}.",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
