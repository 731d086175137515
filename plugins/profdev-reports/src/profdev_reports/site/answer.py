"""The answer as pages need it: every frame gone through once, every cell found by its key."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl
from attrs import field, frozen

from profdev_indicators.frames import MAIN
from profdev_indicators.model import Indicator
from profdev_indicators.periods import Period
from profdev_indicators.results import Exhibit, Finding, Monitoring, Value
from profdev_indicators.views.coverage import Coverage, Silent, coverage, silent, units_asked
from profdev_indicators.views.form import Form, Line, forms, periods_read
from profdev_indicators.views.judgements import findings
from profdev_indicators.views.units import in_order
from profdev_reports.site.shown import Shown, shown

Advice = Mapping[str, Any]
"""One row of RECOMMENDATIONS."""


@frozen(kw_only=True, eq=False)
class Answer:
    """A monitoring, indexed."""

    monitoring: Monitoring
    places: int  # digits after the comma
    forms: tuple[Form, ...]  # one per period asked
    periods: tuple[Period, ...]  # all read, in order
    units: tuple[str, ...]  # below the district, in the order of the roster, with something to say in some period
    with_pages: frozenset[str]  # those of them that have a page: in public, not those of which everything is hidden
    names: Mapping[str, str]
    kinds: Mapping[str, str]  # in Russian, by unit
    levels: Mapping[str, int]
    lines: Mapping[str, Line]  # of the last form, by indicator
    values: Mapping[tuple[str, str, str], Value]  # main readings by unit, indicator, period
    indicators: Mapping[str, Indicator]
    findings: tuple[Finding, ...]  # the gravest first
    findings_of_unit: Mapping[str, Sequence[Finding]]
    findings_of_indicator: Mapping[str, Sequence[Finding]]  # in the order of the roster
    advice: tuple[Advice, ...]  # in the order of the roster
    advice_of_unit: Mapping[str, Sequence[Advice]]
    advice_of_indicator: Mapping[str, Sequence[Advice]]
    unchecked_of_district: frozenset[str]  # indicators about whose last value some rule could say nothing
    coverage: tuple[Coverage, ...]
    silent: tuple[Silent, ...]
    _cells: dict[tuple[str, str, str], Shown] = field(factory=dict, init=False)

    @property
    def form(self) -> Form:
        """The form for the last period asked: what most pages speak of."""
        return self.forms[-1]

    @property
    def period(self) -> Period:
        """The last period asked."""
        return self.form.period

    @property
    def is_public(self) -> bool:
        """Whether everybody may see it."""
        return self.monitoring.profile == "publish"

    @property
    def exhibits(self) -> tuple[Exhibit, ...]:
        """What the analyses say."""
        return tuple(each for each in self.monitoring.exhibits if not (self.is_public and each.internal))

    def value(self, unit: str, indicator: str, period: Period | None = None) -> Value | None:
        """A value of a main reading; of the last period asked, unless told otherwise."""
        return self.values.get((unit, indicator, str(period or self.period)))

    def cell(self, unit: str, indicator: str, period: Period | None = None) -> Shown:
        """The same as a cell of a page; made once, for the value stands on several."""
        key = (unit, indicator, str(period or self.period))
        made = self._cells.get(key)
        if made is None:
            made = self._cells[key] = shown(self.values.get(key), self.lines[indicator], self.places)
        return made

    def series(self, unit: str, indicator: str) -> tuple[Value | None, ...]:
        """Values of every period read."""
        return tuple(self.values.get((unit, indicator, str(period))) for period in self.periods)


def answer(monitoring: Monitoring) -> Answer:
    """Go through the frames, once each."""
    order = in_order(monitoring)
    asked = units_asked(monitoring)
    values = _values(monitoring.history)
    found = findings(monitoring, order)
    place = {unit: number for number, unit in enumerate(order)}
    rows = monitoring.recommendations.iter_rows(named=True)
    advice = tuple(sorted(rows, key=lambda row: place.get(row["unit"], len(place))))
    in_roster = sorted(found, key=lambda finding: place.get(finding.unit, len(place)))
    known = _known(monitoring)
    words = monitoring.district.kinds
    filled = forms(monitoring)
    public = monitoring.profile == "publish"
    return Answer(
        monitoring=monitoring,
        places=monitoring.district.publication.decimals,
        forms=filled,
        lines={line.indicator.id: line for line in filled[-1].lines},
        periods=periods_read(monitoring),
        units=_speaking(monitoring, order, "not_defined"),
        with_pages=frozenset(_speaking(monitoring, order, "not_defined", *(("suppressed",) if public else ()))),
        names={unit: row["unit_name"] for unit, row in known.items()},
        kinds={unit: words.get(row["unit_kind"], row["unit_kind"] or "") for unit, row in known.items()},
        levels={unit: row["level"] for unit, row in known.items()},
        values=values,
        indicators={indicator.id: indicator for indicator in monitoring.district.indicators},
        findings=found,
        findings_of_unit=_grouped(found, "unit"),
        findings_of_indicator=_grouped(in_roster, "indicator"),
        advice=advice,
        advice_of_unit=_grouped(advice, "unit"),
        advice_of_indicator=_grouped(advice, "indicator"),
        unchecked_of_district=frozenset(
            monitoring.unchecked.filter(unit=monitoring.root, period=str(filled[-1].period), reading=MAIN)["indicator"]
        ),
        coverage=coverage(monitoring, asked),
        silent=silent(asked, order),
    )


def _values(history: pl.DataFrame) -> Mapping[tuple[str, str, str], Value]:
    rows = history.filter(pl.col("reading") == MAIN, pl.col("breakdown").is_null()).iter_rows(named=True)
    return {(row["unit"], row["indicator"], row["period"]): Value.of(row) for row in rows}


def _known(monitoring: Monitoring) -> Mapping[str, Mapping[str, Any]]:
    """How each unit was called in the last period in which it had anything to be called by."""
    last = (
        monitoring.history.select("unit", "unit_name", "unit_kind", "level", "period", "state")
        .unique(maintain_order=True)
        .sort(pl.col("state") != "not_defined", "period", maintain_order=True)
        .unique("unit", keep="last", maintain_order=True)
    )
    return {row["unit"]: row for row in last.iter_rows(named=True)}


def _speaking(monitoring: Monitoring, order: Sequence[str], *mute: str) -> tuple[str, ...]:
    """Units below the district that have in some period a state other than these."""
    told = monitoring.history.filter(~pl.col("state").cast(pl.String).is_in(mute), pl.col("breakdown").is_null())
    known = set(told["unit"].unique())
    return tuple(unit for unit in order if unit in known and unit != monitoring.root)


def _grouped(rows: Iterable[Any], name: str) -> Mapping[str, Sequence[Any]]:
    groups: defaultdict[str, list[Any]] = defaultdict(list)
    for row in rows:
        groups[row[name] if isinstance(row, Mapping) else getattr(row, name)].append(row)
    return groups
