"""What each document costs: seconds, memory and size, for the example and for four hundred organisations.

    python benchmarks/documents.py [--rounds 3] [--kinds letters,book]

Every round of every kind is a process of its own, so that its peak of memory is its own. The larger district is the
example sixteen times over, with its three years of dynamics, findings and advice. Peers write the same content by hand
in the same run: the letters with python-docx, paragraph by paragraph and cell by cell as they were read back; the
sheets of the book with polars.write_excel; the rows of the open data with csv and json of the standard library. What a
peer writes is compared with ours first, where it can be read back the same.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.metadata import version
from math import isfinite, nan
from pathlib import Path
from typing import Any

import polars as pl
from docx import Document
from docx.table import Table
from docx.text.paragraph import Paragraph
from python_calamine import CalamineWorkbook

from profdev_indicators import analyse, demo, load, monitor
from profdev_indicators.results import Monitoring
from profdev_reports import provide_renderers

HERE = Path(__file__).parent
PERIOD = "2022"
COPIES = 16
COMPARED = 20  # letters of a peer that are read back
KINDS = tuple(provide_renderers())
PEERS = {"letters": "python-docx", "book": "polars.write_excel", "opendata": "csv and json"}
DISTRICTS = ("example", "large")
_PROCESS = Path("/proc/self")


def main() -> None:
    """Measure, print, and write `results/documents.json` and `results/documents.md`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--one", nargs=4, metavar=("FOLDER", "DISTRICT", "KIND", "WHO"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(one(*given.one)))
        return
    kinds = given.kinds.split(",")
    with tempfile.TemporaryDirectory() as folder:
        demo.write(Path(folder))
        measured = measure(folder, kinds, given.rounds)
        command = whole_command(Path(folder), given.rounds)
    report = summary(measured, command, given.rounds)
    print(table(report))
    if kinds == list(KINDS):
        results = HERE / "results"
        results.mkdir(exist_ok=True)
        text = json.dumps(report, ensure_ascii=False, indent=2) + "\n"
        (results / "documents.json").write_text(text, encoding="utf-8")
        (results / "documents.md").write_text(table(report), encoding="utf-8")


# --- one document, in a process of its own ---------------------------------------------------------------------------


def one(folder: str, district: str, kind: str, who: str) -> dict[str, float]:
    """Make the files of one kind, or let its peer make them; what it cost."""
    answer = example(Path(folder)) if district == "example" else large(Path(folder))
    write: Callable[[], Mapping[str, bytes]] = lambda: provide_renderers()[kind]().render(answer)  # noqa: E731 - one of two
    if who != "ours":
        write = peer(kind, write())
    before, started = held(anew=True), time.perf_counter()
    files = write()
    seconds = time.perf_counter() - started
    return {
        "seconds": seconds,
        "mebibytes": held() - before,
        "files": len(files),
        "kibibytes": sum(map(len, files.values())) / 1024,
        "units": answer.roster["id"].n_unique(),
    }


def example(folder: Path) -> Monitoring:
    """The example as `profdev run` sees it."""
    district = load(folder / "district.yaml")
    return analyse(monitor(district, period=PERIOD, data=folder / "data"), data=folder / "data")


def large(folder: Path) -> Monitoring:
    """The same organisations many times over, the copies under ids of their own; analyses are left out."""
    district = load(folder / "district.yaml")
    told = monitor(district, period=PERIOD, data=folder / "data")
    below = told.roster.filter(pl.col("level") == 0)  # one row per dated version of an organisation
    units = _copied(below.select("id", "name", "kind", "cluster", "valid_from", "valid_to"), "id")
    answers = _copied(told.answers.join(below.select(unit="id"), on="unit", how="semi"), "unit")
    frames = {
        source.id: answers.select(
            "unit",
            "period",
            *(item.id for item in source.items),
            *(
                pl.col(f"{item.id}@link").alias(f"{item.id}.link")
                for item in source.items
                if f"{item.id}@link" in answers.columns
            ),
        )
        for source in district.sources
    }
    return monitor(district, period=PERIOD, frames={"units": units, **frames})


def _copied(frame: pl.DataFrame, key: str) -> pl.DataFrame:
    copies = (frame.with_columns(pl.col(key) + f"x{copy:02}") for copy in range(1, COPIES))
    return pl.concat([frame, *copies])


def held(*, anew: bool = False) -> float:
    """The most memory this process has held, MiB; ``anew``: from now on. NaN where there is no Linux to ask."""
    if not _PROCESS.exists():
        return nan
    if anew:
        (_PROCESS / "clear_refs").write_text("5")  # what it held before, reading the answer, is not a document's
    told = (_PROCESS / "status").read_text().partition("VmHWM:")[2]
    return int(told.split()[0]) / 1024


# --- peers ------------------------------------------------------------------------------------------------------------


def peer(kind: str, ours: Mapping[str, bytes]) -> Callable[[], Mapping[str, bytes]]:
    """The same content written by hand; refused if it is not the same.

    Raises:
        SystemExit: what the peer wrote differs from ours.
    """
    if kind == "letters":
        contents = {name: list(_read(content)) for name, content in ours.items()}

        def write() -> Mapping[str, bytes]:
            return {name: _by_hand(parts) for name, parts in contents.items()}

        for name in list(contents)[:COMPARED]:
            _agree(name, list(_read(_by_hand(contents[name]))), contents[name])
        return write
    if kind == "book":
        sheets = {name: content for content in ours.values() for name, content in _sheets(content)}
        return lambda: {"book.xlsx": _workbook(sheets)}
    rows = {name: list(_rows(content)) for name, content in ours.items() if name.endswith(".csv")}
    objects = {name: json.loads(content) for name, content in ours.items() if name.endswith(".json")}

    def again() -> Mapping[str, bytes]:
        tables = {name: _separated(cells) for name, cells in rows.items()}
        return tables | {name: json.dumps(each, ensure_ascii=False).encode() for name, each in objects.items()}

    for name, content in again().items():
        told = json.loads(content) if name in objects else list(_rows(content))
        _agree(name, told, objects[name] if name in objects else rows[name])
    return again


def _rows(content: bytes) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(content.decode(), newline=""))


def _separated(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _agree(name: str, theirs: object, ours: object) -> None:
    if theirs != ours:
        sys.exit(f"not the same: {name}")


def _read(content: bytes) -> Iterator[str | list[list[str]]]:
    """Paragraphs and tables of a document in their order, those inside content controls too."""
    document = Document(io.BytesIO(content))
    for element in document.element.body.iter():
        tag = element.tag.rpartition("}")[2]
        if tag == "p" and not any(each.tag.endswith("}tbl") for each in element.iterancestors()):
            yield Paragraph(element, document).text
        elif tag == "tbl":
            yield [[cell.text for cell in row.cells] for row in Table(element, document).rows]


def _by_hand(parts: Sequence[str | list[list[str]]]) -> bytes:
    document = Document()
    for part in parts:
        if isinstance(part, str):
            document.add_paragraph(part)
        else:
            grid = document.add_table(len(part), max(map(len, part)))
            for row, texts in zip(grid.rows, part, strict=True):
                for cell, text in zip(row.cells, texts, strict=False):
                    cell.text = text
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _sheets(content: bytes) -> Iterator[tuple[str, pl.DataFrame]]:
    """What stands in each sheet, as texts and numbers of one type a column."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    for name in book.sheet_names:
        cells = book.get_sheet_by_name(name).to_python()
        width = max(map(len, cells), default=0)
        columns = {
            f"column_{n}": [row[n] if n < len(row) and isinstance(row[n], float) else None for row in cells]
            if any(isinstance(row[n], float) for row in cells if n < len(row))
            else [str(row[n]) if n < len(row) else "" for row in cells]
            for n in range(width)
        }
        yield name, pl.DataFrame(columns)


def _workbook(sheets: Mapping[str, pl.DataFrame]) -> bytes:
    from xlsxwriter import Workbook  # noqa: PLC0415 - only this peer needs it

    buffer = io.BytesIO()
    with Workbook(buffer, {"in_memory": True}) as book:
        for name, frame in sheets.items():
            frame.write_excel(book, name)
    return buffer.getvalue()


# --- rounds -----------------------------------------------------------------------------------------------------------

Measured = dict[tuple[str, str, str], list[dict[str, float]]]


def measure(folder: str, kinds: Sequence[str], rounds: int) -> Measured:
    """Every kind and its peer, one after the other, in every round."""
    found: Measured = {}
    for number in range(rounds):
        for district in DISTRICTS:
            for kind in kinds:
                for who in ("ours", *([PEERS[kind]] if kind in PEERS else [])):
                    found.setdefault((district, kind, who), []).append(_in_a_process(folder, district, kind, who))
        print(f"  round {number + 1} of {rounds}", file=sys.stderr)
    return found


def _in_a_process(folder: str, district: str, kind: str, who: str) -> dict[str, float]:
    command = [sys.executable, __file__, "--one", folder, district, kind, who]
    printed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    told: dict[str, float] = json.loads(printed.splitlines()[-1])
    return told


def whole_command(folder: Path, rounds: int) -> dict[str, list[float]]:
    """Seconds of `profdev run` on the example with every document and with none of them, whole processes."""
    program = [sys.executable, "-c", "import sys; from profdev_indicators.cli import main; sys.exit(main())"]
    run = [*program, "run", str(folder / "district.yaml"), "--period", PERIOD, "--data", str(folder / "data")]
    commands = {"every document": ",".join(KINDS), "csv alone": "csv"}
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, reports in commands.items():
            with tempfile.TemporaryDirectory() as out:
                started = time.perf_counter()
                subprocess.run([*run, "--out", f"{out}/out", "--render", reports], check=True, capture_output=True)
                times[name].append(time.perf_counter() - started)
    return times


def summary(measured: Measured, command: Mapping[str, Sequence[float]], rounds: int) -> dict[str, Any]:
    """All there is to report."""
    rows = []
    for (district, kind, who), costs in measured.items():
        seconds = [cost["seconds"] for cost in costs]
        ours = [cost["seconds"] for cost in measured[district, kind, "ours"]]
        memory = statistics.median(cost["mebibytes"] for cost in costs)
        rows.append(
            {
                "district": district,
                "kind": kind,
                "who": who,
                "files": int(costs[0]["files"]),
                "kibibytes": round(costs[0]["kibibytes"]),
                "seconds": {"median": round(statistics.median(seconds), 3), "least": round(min(seconds), 3)},
                "mebibytes": round(memory) if isfinite(memory) else None,
                # Of each round by itself: neighbours in time share what else the machine did.
                "ours to this": None
                if who == "ours"
                else round(statistics.median(mine / theirs for mine, theirs in zip(ours, seconds, strict=True)), 2),
            }
        )
    return {
        "rounds": rounds,
        "machine": {"cpus": os.cpu_count(), "system": platform.system(), "load": round(os.getloadavg()[0], 1)},
        "versions": {"python": platform.python_version()}
        | {name: version(name) for name in ("polars", "python-docx", "docxtpl", "XlsxWriter", "typst")},
        "units": {name: int(costs[0]["units"]) for (name, _, _), costs in measured.items()},
        "documents": rows,
        "profdev run": {name: round(statistics.median(taken), 2) for name, taken in command.items()},
    }


def table(report: Mapping[str, Any]) -> str:
    """Markdown."""
    machine, run = report["machine"], report["profdev run"]
    built = ", ".join(f"{name} {number}" for name, number in report["versions"].items())
    drawn = f"{machine['cpus']} cpus, load {machine['load']}; {built}."
    lines = [f"{report['rounds']} interleaved rounds, a process each; {drawn}"]
    for district in DISTRICTS:
        lines += [
            "",
            f"Units of the {district} district: {report['units'][district]}.",
            "",
            "| document | files | KiB | seconds, median | least | peak memory above the answer's, MiB | ours ÷ peer |",
            "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
            *(
                f"| {_named(row)} | {row['files']} | {row['kibibytes']} | {row['seconds']['median']:.3f} "
                f"| {row['seconds']['least']:.3f} | {row['mebibytes']} | {row['ours to this'] or ''} |"
                for row in report["documents"]
                if row["district"] == district
            ),
        ]
    costs = ", ".join(f"{what} {seconds:.2f} s" for what, seconds in run.items())
    lines += ["", f"`profdev run` of the example, whole process: {costs}."]
    return "\n".join(lines) + "\n"


def _named(row: Mapping[str, Any]) -> str:
    return row["kind"] if row["who"] == "ours" else f"↳ the same by {row['who']}"


if __name__ == "__main__":
    main()
