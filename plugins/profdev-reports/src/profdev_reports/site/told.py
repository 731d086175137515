"""Findings and recommendations in words, for every page that tells them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from profdev_indicators import wording
from profdev_indicators.frames import MAIN
from profdev_indicators.model import Indicator
from profdev_indicators.results import Finding
from profdev_indicators.sentences import fact
from profdev_indicators.views.judgements import kinds_of_rules
from profdev_reports.site.addresses import page
from profdev_reports.site.answer import Advice, Answer
from profdev_reports.site.parts import Advised, Findings, Found, Link, Recommendations


def findings(answer: Answer, found: Iterable[Finding], *, without: str = "") -> Findings:
    """Findings told; ``without`` («unit», «indicator») leaves out what the page is about anyway."""
    kinds = kinds_of_rules(answer.monitoring.district)
    return Findings(items=tuple(_found(answer, each, kinds, without) for each in found))


def recommendations(answer: Answer, rows: Iterable[Advice], *, without: str = "") -> Recommendations:
    """Recommendations told."""
    return Recommendations(items=tuple(_advised(answer, row, without) for row in rows))


def unit_link(answer: Answer, unit: str) -> Link | None:
    """Where a unit is told of; the district itself on the first page."""
    if unit == answer.monitoring.root:
        return Link(answer.names.get(unit, str(answer.monitoring.district.title)), "index.html")
    return Link(answer.names[unit], page("organisations", unit)) if unit in answer.with_pages else None


def indicator_link(indicator: Indicator, *, short: bool = False) -> Link:
    """Where a criterion is told of."""
    return Link(
        indicator.id if short else f"{indicator.id}. {indicator.title}",
        page("criteria", indicator.id),
    )


def rule_words(answer: Answer, rule: str, kinds: Mapping[str, str] | None = None) -> str:
    """What a rule looks for; one that has no words goes by its name."""
    known = kinds_of_rules(answer.monitoring.district) if kinds is None else kinds
    telling = answer.monitoring.tellings.get(known.get(rule, rule))
    return telling.name if telling else rule


def _found(answer: Answer, finding: Finding, kinds: Mapping[str, str], without: str) -> Found:
    indicator = answer.indicators[finding.indicator]
    sentence = fact(finding, indicator, answer.monitoring.tellings, places=answer.places)
    reading = "" if finding.reading == MAIN else f" (прочтение «{finding.reading}»)"
    return Found(
        severity=finding.severity,
        word=wording.SEVERITY_WORDS[finding.severity],
        links=tuple(_about(answer, finding.unit, finding.unit_name, indicator, finding.period, without)),
        sentence=f"{sentence}{reading}",
        rule=rule_words(answer, finding.rule, kinds),
        others=tuple(rule_words(answer, other, kinds) for other in finding.others),
    )


def _advised(answer: Answer, row: Advice, without: str) -> Advised:
    deadline = row["deadline"]
    told = (
        ("Факт", row["fact"]),
        ("Срок", wording.day(deadline) if isinstance(deadline, date) else ""),
        ("Отвечает", row["responsible"]),
        ("У кого перенять", row["learn_from"]),
        ("Как проверим", row["check"]),
    )
    indicator = answer.indicators[row["indicator"]]
    return Advised(
        severity=row["severity"],
        word=wording.SEVERITY_WORDS[row["severity"]],
        links=tuple(_about(answer, row["unit"], row["unit_name"], indicator, row["period"], without)),
        action=row["action"],
        facts=tuple((label, str(text)) for label, text in told if text),
    )


def _about(answer: Answer, unit: str, name: str, indicator: Indicator, period: str, without: str) -> Iterator[Link]:
    if without != "unit":
        yield unit_link(answer, unit) or Link(name, "")
    if without != "indicator":
        yield indicator_link(indicator)
    if len(answer.forms) > 1:
        yield Link(period, "")
