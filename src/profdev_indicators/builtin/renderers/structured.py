"""The whole answer for other programs: numbers unrounded, absences named, the same keys in the same order."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import groupby
from typing import Any

import attrs
from attrs import frozen

from profdev_indicators.model import Basis, Goal
from profdev_indicators.results import Finding, Monitoring, Value
from profdev_indicators.sentences import fact
from profdev_indicators.views import notes
from profdev_indicators.views.coverage import coverage, silent, units_asked
from profdev_indicators.views.form import Form, Line, forms
from profdev_indicators.views.jsonable import plain
from profdev_indicators.views.judgements import findings, unchecked
from profdev_indicators.views.units import in_order

_FORMAT = 1  # grows when a key changes its meaning or goes
_SUMS = ("value", "numerator", "denominator", "expected", "reported", "evidenced")
_NUMBERS = (*_SUMS, "ci_low", "ci_high", "state", "reason", "definition")


@frozen(kw_only=True)
class Json:
    """Весь ответ для других программ: числа без округления, состояния, основания (report.json)."""

    def render(self, monitoring: Monitoring) -> Mapping[str, bytes]:
        """``report.json``, in UTF-8; what is no number in JSON is null."""
        text = json.dumps(plain(_answer(monitoring)), ensure_ascii=False, indent=1, allow_nan=False)
        return {"report.json": f"{text}\n".encode(errors="replace")}


def _answer(monitoring: Monitoring) -> Mapping[str, Any]:
    units, asked = in_order(monitoring), units_asked(monitoring)
    return {
        "format": _FORMAT,
        "provenance": attrs.asdict(monitoring.provenance),
        "district": _district(monitoring),
        "form": [_form(form, monitoring) for form in forms(monitoring)],
        "coverage": [attrs.asdict(row) for row in coverage(monitoring, asked)],
        "silent": [attrs.asdict(row) for row in silent(asked, units)],
        "findings": [_finding(finding, monitoring) for finding in findings(monitoring, units)],
        "unchecked": [attrs.asdict(row) for row in unchecked(monitoring)],
        "alarms": monitoring.alarms.to_dicts(),
        "recommendations": monitoring.recommendations.to_dicts(),
        "exhibits": [
            {"id": each.id, "title": each.title, "notes": each.notes, "rows": each.frame.to_dicts()}
            for each in monitoring.exhibits
        ],
        "defects": monitoring.defects.to_dicts(),
        "notices": [attrs.asdict(problem) for problem in monitoring.notices],
        "decisions_needed": [
            {"id": d.id, "question": d.question, "who": d.who, "meanwhile": d.meanwhile, "indicators": d.indicators}
            for d in monitoring.district.decisions_needed
        ],
        "goals": [_goal(goal) for goal in monitoring.district.goals],
        "topics": [_goal(topic) for topic in monitoring.district.topics],
    }


def _district(monitoring: Monitoring) -> Mapping[str, Any]:
    district = monitoring.district
    return {
        "id": district.id,
        "title": str(district.title),
        "oktmo": district.oktmo,
        "operator": district.operator,
        "calendar": district.calendar,
        "unit": monitoring.root,
        "acts": [{"id": act.id, "title": act.title, "date": act.date, "url": act.url} for act in district.acts],
    }


def _form(form: Form, monitoring: Monitoring) -> Mapping[str, Any]:
    return {
        "period": str(form.period),
        "compared_with": None if form.before is None else str(form.before),
        "sections": [
            {
                "id": section.id,
                "number": section.number,
                "title": section.title,
                "indicators": [_line(line, monitoring) for line in group],
            }
            for section, group in groupby(form.lines, key=lambda line: line.section)
        ],
    }


def _line(line: Line, monitoring: Monitoring) -> Mapping[str, Any]:
    indicator, target = line.indicator, line.target
    readings = {alternative.id: alternative.reading for alternative in indicator.alternatives}
    return {
        "id": indicator.id,
        "number": line.number,
        "title": indicator.title,
        "source": notes.sources(line),
        "unit": indicator.unit,
        "better": indicator.better,
        "silence": line.silence,
        **(_value(line.value) or dict.fromkeys(_NUMBERS)),
        "previous": line.before and {"period": line.before.period, **(_value(line.before) or {})},
        "comparable": line.comparable,
        "change": line.change,
        "target": target and {"since": target.since, "at": target.at, "basis": target.basis, "reached": line.reached},
        "notes": notes.notes(line, monitoring.district.publication.decimals),
        "reading": indicator.reading,
        "readings": [
            {"id": value.reading, "reading": readings[value.reading], **(_value(value) or {})}
            for value, _ in line.readings
        ],
        "basis": _basis(indicator.basis),
    }


def _value(value: Value | None) -> dict[str, Any] | None:
    return None if value is None else {name: getattr(value, name) for name in _NUMBERS}


def _basis(basis: Basis | None) -> Mapping[str, Any] | None:
    return None if basis is None else {"act": basis.act, "place": basis.place, "note": basis.note}


def _finding(finding: Finding, monitoring: Monitoring) -> Mapping[str, Any]:
    places = monitoring.district.publication.decimals
    told = attrs.asdict(finding, filter=attrs.filters.exclude("learn_from", "fact"))
    told["numbers"] = {name: number for name, number in finding.numbers.items() if number is not None}
    indicator = monitoring.indicator(finding.indicator)
    return told | {"sentence": fact(finding, indicator, monitoring.tellings, places=places)}


def _goal(goal: Goal) -> Mapping[str, Any]:
    return {
        "id": goal.id,
        "title": goal.title,
        "indicators": goal.indicators,
        "gap": goal.gap,
        "basis": _basis(goal.basis),
    }
