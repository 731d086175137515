"""The stock answer to a finding: the advice of the configuration, filled with the finding's own numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from profdev_indicators.errors import Problem
from profdev_indicators.hookspecs import hookimpl
from profdev_indicators.model import Advice, District, Indicator
from profdev_indicators.periods import Period
from profdev_indicators.results import Finding, Recommendation
from profdev_indicators.wording import DASH, change, count, with_unit

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_DEADLINE = re.compile(r"(\d\d)-(\d\d)")
_COMMON_YEAR = 2023  # any year without 29 February: a deadline must exist in every one
PLACEHOLDERS = ("unit", "indicator", "period", "value", "base", "change", "numerator", "denominator")


@hookimpl(trylast=True)
def recommend(finding: Finding, district: District) -> Recommendation | None:
    """The indicator's advice for the rule, else the district's; None where there is neither."""
    indicator = next((one for one in district.indicators if one.id == finding.indicator), None)
    if indicator is None:
        return None
    common = district.recommendations
    advice = indicator.advice.get(finding.rule) or common.advice.get(finding.rule)
    if advice is None:
        return None
    places = district.publication.decimals
    return Recommendation(
        unit=finding.unit,
        unit_name=finding.unit_name,
        period=finding.period,
        indicator=finding.indicator,
        rule=finding.rule,
        severity=finding.severity,
        fact=finding.fact,
        action=_filled(advice.action, _words(finding, indicator, places)),
        deadline=_deadline(advice.deadline or common.deadline, Period.parse(finding.period, district.calendar)),
        responsible=advice.responsible or common.responsible,
        learn_from=finding.learn_from,
        check=advice.check or common.check,
    )


@hookimpl
def check_district(district: District) -> Iterable[Problem]:
    """Unknown placeholders, and deadlines which are no day of every year."""
    common = district.recommendations
    problems = [*_check_deadline(common.deadline, "recommendations.deadline")]
    for path, advice in _advices(district):
        problems += _check_action(advice, f"{path}.action")
        problems += _check_deadline(advice.deadline, f"{path}.deadline")
    return problems


def _words(finding: Finding, indicator: Indicator, places: int) -> Mapping[str, str]:
    def amount(value: float | None) -> str:
        return DASH if value is None else with_unit(value, indicator.unit, places)

    return {
        "unit": finding.unit_name,
        "indicator": indicator.title,
        "period": finding.period,
        "value": amount(finding.value),
        "base": amount(finding.base),
        "change": DASH if finding.change is None else change(finding.change, indicator.unit, places),
        "numerator": DASH if finding.numerator is None else count(finding.numerator),
        "denominator": DASH if finding.denominator is None else count(finding.denominator),
    }


def _filled(action: str, words: Mapping[str, str]) -> str:
    """The text with every placeholder replaced at once: a unit called «{value}» stays what it is."""
    return _PLACEHOLDER.sub(lambda found: words.get(found[1], found[0]), action)


def _deadline(text: str | None, period: Period) -> date | None:
    """The first such day after the period: in the year that follows it, whatever month it ends in."""
    if text is None:
        return None
    month, day = map(int, text.split("-"))
    soon = date(period.end.year, month, day)
    return soon if soon > period.end else date(period.end.year + 1, month, day)


def _advices(district: District) -> Iterator[tuple[str, Advice]]:
    for name, advice in district.recommendations.advice.items():
        yield f"recommendations.advice.{name}", advice
    for s, section in enumerate(district.sections):
        for i, indicator in enumerate(section.indicators):
            for name, advice in indicator.advice.items():
                yield f"sections[{s}].indicators[{i}].advice.{name}", advice


def _check_action(advice: Advice, path: str) -> Iterator[Problem]:
    for name in _PLACEHOLDER.findall(advice.action):
        if name not in PLACEHOLDERS:
            hint = "можно: " + ", ".join(f"{{{known}}}" for known in PLACEHOLDERS)
            yield Problem(path=path, message=f"неизвестная подстановка {{{name}}}", hint=hint)


def _check_deadline(text: str | None, path: str) -> Iterator[Problem]:
    if text is None:
        return
    parts = _DEADLINE.fullmatch(text)
    try:
        date(_COMMON_YEAR, *map(int, parts.groups() if parts else ()))
    except (TypeError, ValueError):
        yield Problem(path=path, message=f"«{text}» — не день года", hint='ММ-ДД в кавычках, например "03-01"')
