"""What `records.py` found, as tables, as goals reached or missed, and as a picture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import log10
from typing import Any

from attrs import evolve, frozen

MILLION = 10**6
FORM = 19  # criteria
SQL = ("DuckDB, roll-up", "DuckDB, GROUPING SETS", "DuckDB, year by year")
COLOURS = {
    "engine": "#0b6e4f",
    "polars by hand": "#4c78a8",
    "DuckDB": "#d1791f",
    "pandas": "#8d6cab",
    "Spark": "#a33b3b",
}


@frozen(kw_only=True)
class Goal:
    """One line of the goals."""

    what: str
    most: float
    unit: str  # of both figures: «×», «MiB», none
    reached: float | None  # None: not measured
    busy: bool = False  # the machine did more than its processors can: neither met nor missed for certain

    @property
    def line(self) -> str:
        """As a row of a table."""
        if self.reached is None:
            return f"| {self.what} | ≤ {self.most:g}{self.unit} | – | not measured |"
        word = "met" if self.reached <= self.most else "**missed**"
        word += ", but on a busy machine: measure again" if self.busy else ""
        return f"| {self.what} | ≤ {self.most:g}{self.unit} | {self.reached:.3g}{self.unit} | {word} |"


def goals(report: Mapping[str, Any]) -> Sequence[Goal]:
    """Those of the project, and what was reached; ratios are medians of rounds."""
    cases = {(case["rows"], case["criteria"]): case["peers"] for case in report["cases"] if case.get("plain", True)}
    ten, hundred = cases.get((10 * MILLION, 19), {}), cases.get((100 * MILLION, 19), {})
    sixty = cases.get((10 * MILLION, 60), {})
    again, dynamics = report.get("again"), report.get("dynamics")

    def seconds(peers: Mapping[str, Any], name: str) -> float | None:
        return peers[name]["seconds"] if name in peers else None

    def ratio(a: float | None, b: float | None) -> float | None:
        return a / b if a is not None and b else None

    def fastest(peers: Mapping[str, Any]) -> float | None:
        return min((peers[name]["seconds"] for name in SQL if name in peers), default=None)

    def to(peers: Mapping[str, Any], name: str) -> float | None:
        return peers[name]["first to it"] if name in peers and "engine" in peers else None

    ours, theirs = ten.get("engine"), ten.get("polars by hand")
    grown = ratio(seconds(hundred, "engine"), seconds(ten, "engine"))
    memory = ours["mebibytes"] / theirs["mebibytes"] if ours and theirs else None
    by_part = "engine, organisations only"
    return [
        Goal(what="time ÷ polars by hand, 10⁷ rows", most=1.05, unit=" ×", reached=to(ten, "polars by hand")),
        Goal(what="peak memory ÷ polars by hand, 10⁷", most=1.10, unit=" ×", reached=memory),
        Goal(
            what="÷ the fastest DuckDB, 10⁷, 19 criteria",
            most=0.30,
            unit=" ×",
            reached=ratio(seconds(ten, "engine"), fastest(ten)),
        ),
        Goal(
            what="÷ the fastest DuckDB, 10⁷, 60 criteria",
            most=0.25,
            unit=" ×",
            reached=ratio(seconds(sixty, "engine"), fastest(sixty)),
        ),
        Goal(
            what="10⁸ rows, organisation × year ÷ decode and sum",
            most=4,
            unit=" ×",
            reached=ratio(seconds(hundred, by_part), seconds(hundred, "decode and sum")),
        ),
        Goal(what="10⁸ rows, 7 outputs ÷ decode and sum", most=9, unit=" ×", reached=to(hundred, "decode and sum")),
        Goal(
            what="peak memory, 10⁸ rows",
            most=512,
            unit=" MiB",
            reached=hundred["engine"]["mebibytes"] if "engine" in hundred else None,
        ),
        Goal(what="exponent, 10⁷ → 10⁸", most=1.02, unit="", reached=log10(grown) if grown else None),
        Goal(
            what="persons once ÷ counting jobs, 10⁷",
            most=2,
            unit=" ×",
            reached=ratio(seconds(ten, "engine, persons once"), seconds(ten, "engine")),
        ),
        Goal(
            what="one of 100 years changed ÷ all anew",
            most=0.02,
            unit=" ×",
            reached=again["one changed"] / again["nothing kept"] if again else None,
        ),
        Goal(
            what="rules over 7.6 million cells ÷ DuckDB",
            most=0.7,
            unit=" ×",
            reached=dynamics["ratio"] if dynamics and dynamics["cells"] > 7 * MILLION else None,
        ),
    ]


def page(report: Mapping[str, Any]) -> str:
    """Markdown."""
    machine = report["machine"]
    built = ", ".join(f"{name} {number}" for name, number in report["versions"].items())
    busy = any(case["load"] > 2 * machine["cpus"] for case in report["cases"])
    place = f"{machine['cpus']} × {machine['model']}, {machine['gibibytes']} GiB, {machine['system']}"
    lines = [
        f"{place}; {built}. The register is invented. Others may have worked on the machine: look at ratios; a load",
        "above the number of processors means that seconds of the clock say little, and CPU seconds more.",
        "",
        "| goal | wanted | reached | |",
        "| --- | ---: | ---: | --- |",
        *(evolve(goal, busy=goal.unit != " MiB" and busy).line for goal in goals(report)),
        "",
        *(table(case) for case in report["cases"]),
    ]
    if again := report.get("again"):
        lines += [_again(again)]
    return "\n".join(lines).rstrip() + "\n"


def table(case: Mapping[str, Any]) -> str:
    """One size, every peer."""
    first = next(iter(case["peers"]))
    rows = "round, a process each" if case["rounds"] == 1 else "interleaved rounds, a process each"
    lines = [
        f"### {case['title']}",
        "",
        f"{case['bytes'] / 2**20:,.0f} MiB of files; {case['rounds']} {rows}; load {case['load']}.",
        "",
        f"| | seconds, median | least | CPU seconds | peak memory, MiB | {first} ÷ this | of CPU seconds |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
        *(
            f"| {peer} | {told['seconds']:.2f} | {told['least']:.2f} | {told['cpu']:.2f} | {told['mebibytes']:,} "
            f"| {told['first to it']:.2f} | {told['first to it, cpu']:.2f} |"
            for peer, told in case["peers"].items()
        ),
    ]
    return "\n".join(lines) + "\n"


def _again(again: Mapping[str, Any]) -> str:
    names = ("nothing kept", "nothing changed", "one changed", "one criterion more")
    lines = [
        "### What was counted before",
        "",
        f"`monitor()` of {again['rows']:,} rows in {again['parts']} files, sums kept; {again['rounds']} rounds.",
        "",
        "| | seconds of counting, median | all of `monitor()` |",
        "| --- | ---: | ---: |",
        *(f"| {name} | {again[name]:.3f} | {again['whole'][name]:.2f} |" for name in names),
    ]
    return "\n".join(lines) + "\n"


def picture(report: Mapping[str, Any]) -> str:
    """An SVG: CPU seconds of every peer by the number of rows, both axes logarithmic."""
    points: dict[str, list[tuple[int, float]]] = {}
    for case in report["cases"]:
        if case["criteria"] == FORM and case.get("plain", True):
            told = {name: each["cpu"] for name, each in case["peers"].items()}
            least = min((told[name] for name in SQL if name in told), default=None)
            told |= {} if least is None else {"DuckDB": least}
            for name in COLOURS:
                if name in told:
                    points.setdefault(name, []).append((case["rows"], told[name]))
    shown = [y for each in points.values() for _, y in each]
    low, high = (min(shown, default=1) / 1.6, max(shown, default=10) * 1.6)
    drawn = "\n".join(_drawn(points, low, high))
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="640" height="400" viewBox="0 0 640 400" '
        'font-family="sans-serif" font-size="14" role="img" aria-labelledby="t">\n'
        '<title id="t">Секунды процессора по числу строк</title>\n'
        f'<rect width="640" height="400" fill="#ffffff"/>\n{drawn}\n</svg>\n'
    )


def _drawn(points: Mapping[str, Sequence[tuple[int, float]]], low: float, high: float) -> Iterator[str]:
    def across(rows: float) -> float:
        return 80 + 350 * (log10(rows) - 5.8) / 2.4

    def up(seconds: float) -> float:
        return 350 - 310 * (log10(seconds) - log10(low)) / (log10(high) - log10(low))

    for power, label in ((6, "10⁶"), (7, "10⁷"), (8, "10⁸")):
        x = across(10**power)
        yield f'<path d="M{x:.1f} 40V350" stroke="#e3e3e3"/>'
        yield f'<text x="{x:.1f}" y="374" text-anchor="middle">{label}</text>'
    for power in range(-1, 5):
        if low <= 10**power <= high:
            y = up(10**power)
            yield f'<path d="M80 {y:.1f}H430" stroke="#e3e3e3"/>'
            yield f'<text x="70" y="{y + 5:.1f}" text-anchor="end">{10**power:g}</text>'
    yield '<text x="80" y="26" fill="#444">Секунды процессора, 19 критериев, 7 выходов</text>'
    yield '<text x="430" y="394" text-anchor="end" fill="#444">строк</text>'
    ends = sorted(((up(told[-1][1]), name) for name, told in points.items()))
    placed = 0.0
    for y, name in ends:
        colour, told = COLOURS[name], sorted(points[name])
        placed = max(y, placed + 18)
        line = " ".join(f"{across(rows):.1f},{up(seconds):.1f}" for rows, seconds in told)
        yield f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2.5"/>'
        yield from (f'<circle cx="{across(r):.1f}" cy="{up(s):.1f}" r="4" fill="{colour}"/>' for r, s in told)
        yield f'<text x="445" y="{placed + 5:.1f}" fill="{colour}">{NAMES[name]}</text>'


NAMES = {
    "engine": "profdev-indicators",
    "polars by hand": "polars вручную",
    "DuckDB": "DuckDB (быстрейший)",
    "pandas": "pandas",
    "Spark": "Spark local",
}
