"""The engine for records beside what people would write by hand: the same sums from the same register, in one run.

    python benchmarks/records.py [--rows 1e6 1e7] [--criteria 19 60] [--peers engine "polars by hand"] [--rounds 5]
                                 [--texts] [--ordered] [--again] [--folder DIR] [--no-write]

Every round starts every peer once, each in a process of its own, one after the other, so that whatever else the machine
does falls on all of them and a peak of memory is its own. Files are read once before, so that all find them warm. The
clock runs from the first look at the files to the last sum; imports are not in it, starting Spark's machine is. A
digest of all sums is compared in every round: peers that differ are not timed but told. At 10⁸ rows the sums are
written to Parquet, year by year, by those who can; at smaller sizes they are kept.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import again
from attrs import frozen
from counting import PEERS, PERSONS, YARDSTICK, YEARLY, Delivered, Work
from register import SIZES, write
from telling import page, picture, table

HERE = Path(__file__).parent
SIXTY = 60
MANY = 50_000_000  # rows from which the sums are written and not kept
# Not run from so many rows on: they take hours, or more memory than there is.
SLOW = {
    "pandas": MANY,
    "Spark": MANY,
    "DuckDB, roll-up": MANY,
    "DuckDB, GROUPING SETS": MANY,
    "DuckDB, persons once": 5_000_000,
}
PACKAGES = ("polars", "duckdb", "pandas", "pyarrow", "numpy", "pyspark")


@frozen(kw_only=True)
class Case:
    """One size and one number of criteria."""

    rows: int
    criteria: int
    texts: bool = False
    ordered: bool = False

    @property
    def title(self) -> str:
        """A heading."""
        more = [
            *(["keys are texts"] if self.texts else []),
            *(["rows in order of organisations"] if self.ordered else []),
        ]
        return ", ".join([f"{self.rows:,} rows", f"{self.criteria} criteria", *more])


def main() -> None:
    """Measure, print, and write `results/records.json` and `results/records.md`."""
    given = _arguments()
    if given.one:
        print(json.dumps(one(json.loads(given.one))))
        return
    with tempfile.TemporaryDirectory() as made:
        folder = given.folder or Path(made)
        cases = [
            Case(rows=int(float(rows)), criteria=count, texts=given.texts, ordered=given.ordered)
            for rows in given.rows
            for count in given.criteria
            if count < SIXTY or float(rows) == float(given.sixty_at)
        ]
        told = []
        for case in cases:
            peers = [p for p in given.peers if case.rows < SLOW.get(p, case.rows + 1)]
            told.append(measure(case, peers, given.rounds if case.rows < MANY else given.rounds_of_many, folder))
            print(table(told[-1]), flush=True)
            if given.write:
                keep(told, None)  # whoever breaks it off has what was measured so far
        kept = again.measure(given.rounds_of_many, folder) if given.again else None
    if given.write:
        keep(told, kept)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", nargs="+", default=["1e6", "1e7"], help="of " + ", ".join(map(str, SIZES)))
    parser.add_argument("--criteria", nargs="+", type=int, default=[19, SIXTY])
    parser.add_argument("--sixty-at", default="1e7", help="the size at which sixty criteria are asked")
    parser.add_argument("--peers", nargs="+", default=_installed(), choices=[*PEERS, *PERSONS, *YEARLY])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rounds-of-many", type=int, default=1, help="from fifty million rows on")
    parser.add_argument("--folder", type=Path, help="where the registers stay; else they are removed")
    parser.add_argument("--texts", action="store_true", help="keys of organisations and persons are texts")
    parser.add_argument("--ordered", action="store_true", help="rows of one organisation lie together")
    parser.add_argument("--again", action="store_true", help="also what is counted again after a change")
    parser.add_argument("--no-write", dest="write", action="store_false", help="print only")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    return parser.parse_args()


def _installed() -> list[str]:
    """Everybody, without Spark where it is not."""
    return [peer for peer in (*PEERS, *PERSONS, *YEARLY) if peer != "Spark" or find_spec("pyspark")]


# --- one peer, in a process of its own --------------------------------------------------------------------------------


def one(asked: Mapping[str, Any]) -> dict[str, Any]:
    """What one peer took, and the digest of what it found."""
    work = Work(
        files=tuple(map(Path, asked["files"])),
        size=SIZES[asked["rows"]],
        count=asked["criteria"],
        texts=asked["texts"],
        persons=asked["peer"] in PERSONS,
    )
    count = {**PEERS, **PERSONS, **YEARLY}[asked["peer"]]
    with tempfile.TemporaryDirectory() as folder:
        delivered = Delivered(folder=Path(folder) if asked["rows"] >= MANY else None)
        _warm(asked["peer"])
        spent, started = _spent(), time.perf_counter()
        count(work, delivered)
        seconds, peak, spent = time.perf_counter() - started, _peak(), _spent() - spent
        gc.collect()
        return {"seconds": seconds, "cpu": spent, "mebibytes": peak, "digest": delivered.digest(work)}


def _warm(peer: str) -> None:
    """What a peer imports when it is first asked, so that the clock does not count it."""
    if peer.startswith("engine"):
        from asked import plugged  # noqa: PLC0415 - only to have it loaded

        plugged("polars")
    elif peer == "pandas":
        import pandas  # noqa: F401, ICN001, PLC0415 - the same
        import pyarrow.parquet  # noqa: F401, PLC0415 - the same
    elif peer.startswith("DuckDB"):
        import duckdb  # noqa: F401, PLC0415 - the same
    elif peer == "Spark":
        import pyspark.sql  # noqa: F401, PLC0415 - the same


def _family(pid: int) -> Iterator[int]:
    yield pid
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from _family(int(child))


def _peak() -> float:
    """The most memory held, MiB; of a process and those it started, each at its own peak."""
    if not Path("/proc/self").exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told = (Path(f"/proc/{pid}/status").read_text() for pid in _family(os.getpid()))
    return sum(int(text.partition("VmHWM:")[2].split()[0]) for text in told if "VmHWM:" in text) / 1024


def _spent() -> float:
    """Seconds of all processors, those of processes still running included."""
    if not Path("/proc/self").exists():
        return time.process_time()
    ticks = 0
    for pid in _family(os.getpid()):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


# --- all of them ------------------------------------------------------------------------------------------------------


def measure(case: Case, peers: Sequence[str], rounds: int, folder: Path) -> dict[str, Any]:
    """Every peer in every round.

    Raises:
        SystemExit: peers do not come to the same sums, or one of them fails.
    """
    size = SIZES[case.rows]
    place = folder / f"{case.rows}{'-texts' if case.texts else ''}{'-ordered' if case.ordered else ''}"
    files = write(place, size, texts=case.texts, ordered=case.ordered)
    read = sum(len(file.read_bytes()) for file in files)  # and so all of it is warm, if memory holds it
    found: dict[str, list[dict[str, Any]]] = {peer: [] for peer in peers}
    for number in range(rounds):
        for peer in peers:
            asked = {"peer": peer, "files": [str(file) for file in files], "rows": case.rows}
            asked |= {"criteria": case.criteria, "texts": case.texts}
            found[peer].append(_started(asked))
            seconds = found[peer][-1]["seconds"]
            print(f"  {case.title}, round {number + 1}, {peer}: {seconds:.2f}", file=sys.stderr, flush=True)
    for alike in (PEERS.keys() - {YARDSTICK}, PERSONS.keys()):
        digests = {peer: {each["digest"] for each in told} for peer, told in found.items() if peer in alike}
        if len(set().union(*digests.values())) > 1:
            raise SystemExit(f"not the same sums: {digests}")
    return summary(case, found, rounds, read)


def _started(asked: Mapping[str, Any]) -> dict[str, Any]:
    command = [sys.executable, str(HERE / "records.py"), "--one", json.dumps(asked)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{asked['peer']}: {done.stderr[-3000:]}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def summary(case: Case, found: Mapping[str, Sequence[Mapping[str, Any]]], rounds: int, read: int) -> dict[str, Any]:
    """All there is to report of a case."""
    first = next(iter(found))
    base = found[first]
    return {
        "title": case.title,
        "plain": not (case.texts or case.ordered),
        "rows": case.rows,
        "criteria": case.criteria,
        "bytes": read,
        "rounds": rounds,
        "load": round(os.getloadavg()[0], 1),
        "peers": {
            peer: {
                "seconds": round(statistics.median(each["seconds"] for each in told), 3),
                "least": round(min(each["seconds"] for each in told), 3),
                "cpu": round(statistics.median(each["cpu"] for each in told), 3),
                "mebibytes": round(statistics.median(each["mebibytes"] for each in told)),
                # Of each round by itself: neighbours in time share what else the machine did.
                "first to it": round(
                    statistics.median(a["seconds"] / b["seconds"] for a, b in zip(base, told, strict=True)), 3
                ),
                "first to it, cpu": round(
                    statistics.median(a["cpu"] / max(b["cpu"], 0.01) for a, b in zip(base, told, strict=True)), 3
                ),
            }
            for peer, told in found.items()
        },
    }


def keep(told: Sequence[Mapping[str, Any]], again: Mapping[str, Any] | None) -> None:
    """Write the results; what was measured before and not now stays."""
    results = HERE / "results"
    file, dynamics = results / "records.json", results / "dynamics.json"
    before = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    cases = {case["title"]: case for case in (*before.get("cases", []), *told)}
    report = {
        "machine": machine(),
        "versions": versions(),
        "cases": sorted(cases.values(), key=lambda case: (case["rows"], case["criteria"])),
        "again": again or before.get("again"),
        "dynamics": json.loads(dynamics.read_text(encoding="utf-8")) if dynamics.exists() else None,
    }
    file.write_text(json.dumps(report, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    (results / "records.md").write_text(page(report), encoding="utf-8")
    drawn = HERE.parent / "docs" / "pictures" / "benchmarks" / "records.svg"
    drawn.parent.mkdir(parents=True, exist_ok=True)
    drawn.write_text(picture(report), encoding="utf-8")


def machine() -> dict[str, Any]:
    """Where it ran."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.exists() else []
    model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.processor())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**30
    return {"cpus": os.cpu_count(), "model": model, "gibibytes": memory, "system": platform.system()}


def versions() -> dict[str, str]:
    """What was compared."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found


if __name__ == "__main__":
    main()
