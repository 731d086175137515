"""What the library answers: frames, and the views of single rows a renderer or a plugin takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Literal

import polars as pl
from attrs import field, frozen

from profdev_indicators.errors import Problem, RequestError
from profdev_indicators.frames import ALARMS, MAIN, TALLIES, TREE, Severity, State
from profdev_indicators.model import District, Indicator, Section
from profdev_indicators.periods import Period

Profile = Literal["internal", "publish"]


@frozen(kw_only=True)
class Value:
    """One row of VALUES."""

    unit: str
    unit_name: str
    unit_kind: str
    level: int
    period: str
    section: str
    indicator: str
    reading: str
    numerator: float | None
    denominator: float | None
    value: float | None
    expected: int
    reported: int
    evidenced: int
    state: State
    reason: str | None
    definition: str
    ci_low: float | None = None
    ci_high: float | None = None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Value:
        """The view of one row."""
        return cls(**{name: row[name] for name in cls.__annotations__})


@frozen(kw_only=True)
class Finding:
    """One row of FINDINGS with what a sentence about it needs."""

    unit: str
    unit_name: str
    unit_kind: str
    level: int
    period: str
    indicator: str
    reading: str
    rule: str
    severity: Severity
    value: float | None
    base: float | None
    change: float | None
    numerator: float | None
    denominator: float | None
    numbers: Mapping[str, Any]
    p_value: float | None = None
    suspended_by: str | None = None
    raised_by: str | None = None
    others: tuple[str, ...] = ()  # names of the other rules that fired in the same cell
    learn_from: str | None = None  # names of comparable units that do best; None: nobody to learn from
    fact: str = ""  # the sentence about it; filled for whoever is to recommend

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Finding:
        """The view of one row of :func:`leading`, or of FINDINGS with the columns of VALUES it lacks."""
        known = {name: row[name] for name in cls.__annotations__ if name in row}
        return cls(**(known | {"numbers": known["numbers"] or {}, "others": tuple(known.get("others") or ())}))


def told(defect: Mapping[str, Any]) -> Problem:
    """A row of DEFECTS as a person reads it: «cards/СОШ-3.xlsx, «Карта»!C9: n_young: молодых … — …»."""
    cell = defect["cell"] or ""
    return Problem(
        file=defect["file"] or "",
        line=0 if cell.startswith("«") else defect["row"] or 0,  # the address of a cell has the row in it
        cell=cell,
        path=defect["item"] or "",
        message=defect["message"],
        hint=defect["hint"] or "",
    )


def leading(findings: pl.DataFrame, values: pl.DataFrame) -> pl.DataFrame:
    """One row per cell with findings: the leading one, the names of the ``others``, and its unit's words and sums."""
    cell = ["unit", "period", "indicator", "reading"]
    told = values.filter(pl.col("breakdown").is_null()).select(
        *cell, "unit_name", "unit_kind", "level", "numerator", "denominator"
    )
    others = findings.group_by(cell).agg(pl.col("rule").slice(1).alias("others"))
    return (
        findings.unique(cell, keep="first", maintain_order=True)
        .join(others, on=cell, how="left", maintain_order="left")
        .join(told, on=cell, how="left", maintain_order="left")
    )


@frozen(kw_only=True)
class Recommendation:
    """Addressed advice: to whom, about what, the fact, what to do, by when, who, from whom to learn."""

    unit: str
    unit_name: str
    period: str
    indicator: str
    rule: str
    severity: Severity
    fact: str
    action: str
    deadline: date | None = None
    responsible: str | None = None
    learn_from: str | None = None
    check: str | None = None


@frozen(kw_only=True)
class Telling:
    """How findings of one kind of rule are spoken of."""

    name: str  # what the rule looks for, in Russian: «снижение»
    sentence: Callable[[Any], str]  # takes `sentences.Told`, gives the sentence; its full stop may be left out


@frozen(kw_only=True, eq=False)
class Exhibit:
    """A table of an analysis, beside VALUES and FINDINGS."""

    id: str  # latin, unique in a run: the name of its file
    title: str  # in Russian
    frame: pl.DataFrame  # unrounded; a String column `sentence` says in Russian what the row says
    # column → Russian heading of those a report prints, in order; empty: it prints the sentences
    headings: Mapping[str, str] = field(factory=dict)
    notes: tuple[str, ...] = ()  # in Russian: how it is to be read, what could not be said
    files: tuple[str, ...] = ()  # what it has read itself, relative to the folder of data: for the record of the run
    internal: bool = False  # for the department alone: left out of whatever is published


@frozen(kw_only=True, eq=False)
class Protection:
    """VALUES that may be published, and what had to be hidden for it. The second is not for publication."""

    values: pl.DataFrame  # frames.VALUES of every period read: what is hidden has the state `suppressed` and no numbers
    hidden: pl.DataFrame  # frames.HIDDEN
    notices: tuple[Problem, ...] = ()  # in Russian: what could not be protected any more, and why


@frozen(kw_only=True)
class Provenance:
    """From what and with what an answer was computed."""

    version: str
    polars: str
    python: str
    config: str  # hash of all files of the configuration
    # file, relative to the data folder → SHA-256 of its bytes; empty in the profile publish: a hash of a file of which
    # all but a few numbers are known tells those numbers to whoever tries them all
    sources: Mapping[str, str]
    plugins: tuple[tuple[str, str], ...]  # name, version; in order of registration
    periods: tuple[str, ...]
    newest: datetime | None  # when the newest source was last changed: the only clock an output may read


@frozen(kw_only=True, eq=False)
class Monitoring:
    """The whole answer; the only thing a renderer sees."""

    district: District
    periods: tuple[Period, ...]  # those asked for, in order
    values: pl.DataFrame  # frames.VALUES: the periods asked for
    history: pl.DataFrame  # frames.VALUES: every period read, the asked ones included
    findings: pl.DataFrame  # frames.FINDINGS
    unchecked: pl.DataFrame  # frames.UNCHECKED
    alarms: pl.DataFrame = field(factory=lambda: pl.DataFrame(schema=ALARMS))  # frames.ALARMS
    recommendations: pl.DataFrame  # frames.RECOMMENDATIONS
    defects: pl.DataFrame  # frames.DEFECTS
    answers: pl.DataFrame  # frames.ANSWERS with the items: what `explain` goes back to
    places: pl.DataFrame  # unit, period, source, file, sheet, row: where the answers stood
    roster: pl.DataFrame  # frames.ROSTER plus `level`, the heights in the last period asked
    tree: pl.DataFrame = field(factory=lambda: pl.DataFrame(schema=TREE))  # frames.TREE
    # frames.TALLIES: what stands behind values made of records; of every period read
    tallies: pl.DataFrame = field(factory=lambda: pl.DataFrame(schema=TALLIES))
    cells: Mapping[tuple[str, str, str], str] = field(factory=dict)  # (file, sheet, item) → column as seen
    exhibits: tuple[Exhibit, ...] = ()  # what the analyses of the district say; `facade.analyse` fills them
    tellings: Mapping[str, Telling] = field(factory=dict)  # by kind of rule
    provisional: bool = False  # answers of the last period may still be corrected
    # publish: everything here is made of the values that may be published; answers and defects are empty, places say
    # who answered and not where
    profile: Profile = "internal"
    notices: tuple[Problem, ...] = ()  # what did not stop the work but should be known: a source without a file …
    provenance: Provenance

    @property
    def root(self) -> str:
        """The id of the unit above all others: that of the district itself."""
        return self.district.id

    def value(
        self, indicator: str, unit: str | None = None, period: Period | str | None = None, reading: str = MAIN
    ) -> Value:
        """One value; the district's own in the last period asked, unless told otherwise.

        Raises:
            RequestError: there is no such row.
        """
        wanted = {
            "indicator": indicator,
            "unit": unit or self.root,
            "period": str(period or self.periods[-1]),
            "reading": reading,
        }
        rows = self.history.filter(
            *(pl.col(name) == given for name, given in wanted.items()), pl.col("breakdown").is_null()
        )
        if rows.is_empty():
            raise RequestError(
                "нет такого значения: " + ", ".join(f"{name} = {given}" for name, given in wanted.items())
            )
        return Value.of(rows.row(0, named=True))

    def indicator(self, id: str) -> Indicator:  # noqa: A002 - the word of the configuration
        """The indicator with this id."""
        return next(indicator for indicator in self.district.indicators if indicator.id == id)

    def section(self, indicator: str) -> Section:
        """The section in which an indicator stands."""
        return next(s for s in self.district.sections if any(i.id == indicator for i in s.indicators))
