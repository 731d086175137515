"""What the rules said, as views in the order in which a person should read them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import polars as pl
from attrs import frozen

from profdev_indicators.frames import SEVERITIES
from profdev_indicators.model import District
from profdev_indicators.results import Finding, Monitoring, leading


@frozen(kw_only=True)
class Unchecked:
    """Why a rule could say neither yes nor no, and how often."""

    rule: str  # its kind
    reason: str
    cells: int
    units: int
    indicators: tuple[str, ...]  # in the order of the form


def findings(monitoring: Monitoring, units: Sequence[str]) -> tuple[Finding, ...]:
    """One per cell: the leading finding, which names the others; the gravest first.

    Of equally grave ones those of later periods, then those chance explains least, then those which concern most
    persons, then in the order of the form.

    Args:
        monitoring: the answer.
        units: ids in the order in which a person looks for them.
    """
    rows = leading(monitoring.findings, monitoring.history).iter_rows(named=True)
    return tuple(sorted(map(Finding.of, rows), key=_order(monitoring, units)))


def kinds_of_rules(district: District) -> Mapping[str, str]:
    """For rules with names of their own, the kind they are of."""
    rules = (*district.dynamics.rules, *(rule for indicator in district.indicators for rule in indicator.rules))
    return {rule.name: _snake(type(rule).__name__) for rule in rules if rule.name}


def unchecked(monitoring: Monitoring) -> tuple[Unchecked, ...]:
    """Each kind of rules with each reason why it could not be applied; the most frequent first."""
    form = {indicator.id: place for place, indicator in enumerate(monitoring.district.indicators)}
    summed = (
        monitoring.unchecked.with_columns(pl.col("rule").replace(kinds_of_rules(monitoring.district)))
        .group_by("rule", "reason")
        .agg(cells=pl.len(), units=pl.col("unit").n_unique(), indicators=pl.col("indicator").unique())
        .sort(["cells", "rule", "reason"], descending=[True, False, False])
    )
    return tuple(
        Unchecked(**row | {"indicators": tuple(sorted(row["indicators"], key=lambda code: form.get(code, len(form))))})
        for row in summed.iter_rows(named=True)
    )


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def _order(monitoring: Monitoring, units: Sequence[str]) -> Callable[[Finding], tuple[object, ...]]:
    periods = {str(period): -place for place, period in enumerate(monitoring.periods)}
    form = {indicator.id: place for place, indicator in enumerate(monitoring.district.indicators)}
    places = {unit: place for place, unit in enumerate(units)}
    return lambda finding: (
        -SEVERITIES.index(finding.severity),
        periods.get(finding.period, 1),
        1.0 if finding.p_value is None else finding.p_value,
        -(finding.numbers.get("persons") or 0.0),
        form.get(finding.indicator, len(form)),
        places.get(finding.unit, len(places)),
        finding.unit,
        finding.reading,
    )
