"""Organisations to which letters go, each with all that is said of it, gathered once for all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from statistics import median

import polars as pl
from attrs import frozen

from profdev_indicators import wording
from profdev_indicators.frames import MAIN, SEVERITIES
from profdev_indicators.results import Exhibit, Finding, Monitoring, Value
from profdev_indicators.views import notes
from profdev_indicators.views.coverage import Silent, silent, units_asked
from profdev_indicators.views.form import Form, Line, forms, periods_read
from profdev_indicators.views.judgements import findings
from profdev_indicators.views.units import in_order

_FEWEST = 3  # comparable organisations: fewer would be this or that one by name
_PER_CENT = "%"

Advised = Mapping[str, object]
"""A row of RECOMMENDATIONS."""


@frozen(kw_only=True)
class Recipient:
    """An organisation and what is said of it; of the last period where nothing else is told."""

    unit: str
    name: str
    group: str  # whom it is compared with, in words
    series: Mapping[str, Sequence[Value]]  # by criterion, the earliest first
    found: tuple[Finding, ...]  # the gravest first
    advice: Mapping[str, Advised]  # by criterion
    waited: tuple[Silent, ...]  # sources that wait for its answers


@frozen(kw_only=True, eq=False)
class Round:
    """What all letters of one period share."""

    monitoring: Monitoring
    form: Form
    recipients: tuple[Recipient, ...]
    peers: Mapping[tuple[str, str], Sequence[Value]]  # by group and criterion
    practices: Exhibit | None

    @property
    def places(self) -> int:
        """Digits after the comma."""
        return self.monitoring.district.publication.decimals

    def comparable(self, recipient: Recipient, line: Line) -> str:
        """«72,1 % (310 из 430)» of the comparable others together; of what does not add up, their median."""
        peers = self.peers.get((recipient.group, line.indicator.id), ())
        others = [value for value in peers if value.unit != recipient.unit and value.value is not None]
        if len(others) < _FEWEST:
            return ""
        summed = [(other.numerator or 0.0, other.denominator or 0.0) for other in others]
        numerator, denominator = map(sum, zip(*summed, strict=True))
        if line.indicator.unit != _PER_CENT or line.nature not in {"flag", "part"} or not denominator:
            middle = median(other.value for other in others if other.value is not None)
            return f"{wording.with_unit(middle, line.indicator.unit, self.places)} (медиана)"
        share = wording.with_unit(100.0 * numerator / denominator, _PER_CENT, self.places)
        return f"{share} {_together(wording.of(numerator, denominator))}"


def gathered(monitoring: Monitoring) -> Round:
    """The last period asked, organisation by organisation, in the order in which a person looks for them."""
    form, units = forms(monitoring)[-1], in_order(monitoring)
    last = str(form.period)
    series = _series(monitoring)
    groups = _groups(monitoring, last)
    found, advice = _by_unit(monitoring, units, last)
    waited: defaultdict[str, list[Silent]] = defaultdict(list)
    for row in silent(units_asked(monitoring).filter(pl.col("period") == last), units):
        waited[row.unit].append(row)
    recipients, peers = [], defaultdict[tuple[str, str], list[Value]](list)
    for unit in units:
        known = series.get(unit, {})
        now = [value for values in known.values() for value in values[-1:] if value.period == last]
        if not any(value.level == 0 and value.state != "not_defined" for value in now):
            continue
        group = groups.get(unit) or monitoring.district.kinds.get(now[0].unit_kind, now[0].unit_kind)
        for value in now:
            peers[group, value.indicator].append(value)
        recipients.append(
            Recipient(
                unit=unit,
                name=now[0].unit_name,
                group=group,
                series=known,
                found=tuple(found.get(unit, ())),
                advice=advice.get(unit, {}),
                waited=tuple(waited.get(unit, ())),
            )
        )
    practices = next((exhibit for exhibit in monitoring.exhibits if exhibit.id == "practices"), None)
    return Round(monitoring=monitoring, form=form, recipients=tuple(recipients), peers=dict(peers), practices=practices)


def shown(value: Value | None, line: Line, places: int) -> str:
    """«73,8 % (31 из 42) †», «да», or the word of an absence."""
    if value is None:
        return "не рассчитан"
    if value.value is None:
        return wording.STATE_WORDS[value.state]
    marks = f" {marked}" if (marked := _marks(value)) else ""
    if line.nature == "flag" and value.denominator == 1:
        return f"{'да' if value.numerator else 'нет'}{marks}"
    sums = notes.parts(value, line.nature)
    text = notes.shown(value, line.indicator.unit, places)
    return f"{text} {_together(sums)}{marks}" if sums else f"{text}{marks}"


def _together(sums: str) -> str:
    """«(31 из 42)», never torn between two lines of a narrow column."""
    return f"({sums})".replace(" ", wording.NBSP)


def _marks(value: Value) -> str:
    return ("†" if value.evidenced < value.reported else "") + ("◐" if value.state == "partial" else "")


def _series(monitoring: Monitoring) -> Mapping[str, Mapping[str, Sequence[Value]]]:
    """Values of each unit by criterion, the earliest first, up to the last period asked."""
    order = {str(period): place for place, period in enumerate(periods_read(monitoring))}
    last = order.get(str(monitoring.periods[-1]), len(order))
    rows = monitoring.history.filter(pl.col("reading") == MAIN, pl.col("breakdown").is_null())
    series: defaultdict[str, defaultdict[str, list[Value]]] = defaultdict(lambda: defaultdict(list))
    values = sorted(map(Value.of, rows.iter_rows(named=True)), key=lambda value: order[value.period])
    for value in values:
        if order[value.period] <= last:
            series[value.unit][value.indicator].append(value)
    return series


def _groups(monitoring: Monitoring, period: str) -> Mapping[str, str]:
    """Clusters by unit; units without one are compared with those of their kind."""
    placed = monitoring.tree.filter(pl.col("period") == period, pl.col("cluster").is_not_null())
    return dict(placed.select("unit", "cluster").iter_rows())


def _by_unit(
    monitoring: Monitoring, units: Sequence[str], period: str
) -> tuple[Mapping[str, Sequence[Finding]], Mapping[str, Mapping[str, Advised]]]:
    found: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in findings(monitoring, units):
        if finding.period == period and finding.reading == MAIN:
            found[finding.unit].append(finding)
    advice: defaultdict[str, dict[str, Advised]] = defaultdict(dict)
    for row in monitoring.recommendations.filter(pl.col("period") == period).iter_rows(named=True):
        advice[row["unit"]].setdefault(row["indicator"], row)
    return found, advice


def graver(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Those which ask for attention."""
    return tuple(each for each in found if SEVERITIES.index(each.severity) >= SEVERITIES.index("attention"))


def codes(waited: Iterable[Silent]) -> tuple[str, ...]:
    """Criteria without an answer, each once."""
    return tuple(dict.fromkeys(chain.from_iterable(row.indicators for row in waited)))
