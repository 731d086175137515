"""Cases put to a configuration: what of them does not hold."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import attrs
import pluggy
import polars as pl

from profdev_indicators.cases.model import ABSENT, ROOT, WORDS, Case, Expectation, Failure
from profdev_indicators.config.hints import Hints
from profdev_indicators.config.nodes import Place
from profdev_indicators.errors import ProfdevError
from profdev_indicators.facade import monitor
from profdev_indicators.frames import MAIN
from profdev_indicators.model import District
from profdev_indicators.results import Monitoring, Value
from profdev_indicators.wording import STATE_WORDS, count, decimal, of


def run_case(case: Case, district: District, plugins: pluggy.PluginManager) -> tuple[Failure, ...]:
    """What of a case does not hold; empty: all of it does."""
    try:
        monitoring = monitor(
            _asked(district, case),
            period=case.period,
            frames=_frames(case, district),
            readings="main" if case.reading == MAIN else [case.reading],
            plugins=plugins,
        )
    except ProfdevError as error:
        return (Failure(place=case.place, case=case.name, message="; ".join(str(error).splitlines())),)
    return tuple(
        Failure(place=place, case=case.name, message=message)
        for place, message in (*_strangers(case, monitoring), *_differences(case, monitoring))
    )


def _asked(district: District, case: Case) -> District:
    # A case gives answers of organisations; how rows of records become answers is not what it is about.
    plain = tuple(attrs.evolve(source, records=None) for source in district.sources)
    district = attrs.evolve(district, sources=plain)
    if case.units:
        return attrs.evolve(district, units=case.units, exemptions=case.exemptions)
    return attrs.evolve(district, exemptions=(*district.exemptions, *case.exemptions))


def _frames(case: Case, district: District) -> Mapping[str, pl.DataFrame]:
    """Answers in memory: per source a row for every unit that told it anything; no file is looked for."""
    homes = {item.id: source.id for source in district.sources for item in source.items}
    rows: dict[str, dict[tuple[str, str], dict[str, str | None]]] = {source.id: {} for source in district.sources}
    for answer in case.answers:
        for source in (homes[answer.item],) if answer.item else rows:
            key = (answer.unit, str(answer.period))
            row = rows[source].setdefault(key, {"unit": key[0], "period": key[1]})
            if answer.item:
                row[answer.item] = answer.text
            if answer.item and answer.link:
                row[f"{answer.item}.link"] = answer.link
    return {source: _texts(list(told.values())) for source, told in rows.items()}


def _texts(rows: Sequence[Mapping[str, str | None]]) -> pl.DataFrame:
    names = dict.fromkeys(("unit", "period", *(name for row in rows for name in row)))
    return pl.DataFrame(
        [[row.get(name) for name in names] for row in rows], dict.fromkeys(names, pl.String), orient="row"
    )


def _strangers(case: Case, monitoring: Monitoring) -> Iterator[tuple[Place, str]]:
    """Units the roster does not know: their answers went nowhere."""
    known = set(monitoring.roster["id"])
    seen = set()
    for answer in case.answers:
        if answer.unit not in known and answer.unit not in seen:
            seen.add(answer.unit)
            yield answer.place, f"дано: нет такой единицы: «{answer.unit}» — {Hints().meant(answer.unit, known)}"


def _differences(case: Case, monitoring: Monitoring) -> Iterator[tuple[Place, str]]:
    cell = (pl.col("period") == str(case.period)) & (pl.col("reading") == case.reading) & pl.col("breakdown").is_null()
    found = {(row["indicator"], row["unit"]): Value.of(row) for row in monitoring.values.filter(cell).to_dicts()}
    known = set(monitoring.roster["id"])
    for expected in case.expectations:
        unit = monitoring.root if expected.unit == ROOT else expected.unit
        where = f"{expected.indicator}, {expected.unit}"
        if unit not in known:
            yield expected.place, f"{where}: нет такой единицы — {Hints().meant(unit, known)}"
            continue
        got = found.get((expected.indicator, unit))
        fired = _fired(monitoring, case, expected.indicator, unit)
        if not _is_met(expected, got, fired, case.tolerance):
            yield expected.place, f"{where}: ожидалось {_wanted(expected)}, получено {_gotten(got, fired, expected)}"


def _fired(monitoring: Monitoring, case: Case, indicator: str, unit: str) -> tuple[str, ...]:
    cell = {"indicator": indicator, "unit": unit, "period": str(case.period), "reading": case.reading}
    return tuple(sorted(monitoring.findings.filter(**cell)["rule"]))


def _is_met(expected: Expectation, got: Value | None, fired: tuple[str, ...], tolerance: float) -> bool:
    if got is None or expected.absent:
        return expected.absent and got is None
    near = (
        told is not None and math.isclose(told, wanted, rel_tol=0, abs_tol=tolerance)
        for wanted, told in (
            (expected.value, got.value),
            (expected.numerator, got.numerator),
            (expected.denominator, got.denominator),
        )
        if wanted is not None
    )
    return (
        all(near)
        and expected.state in {None, got.state}
        and (expected.rules is None or tuple(sorted(expected.rules)) == fired)
    )


def _wanted(expected: Expectation) -> str:
    if expected.absent:
        return ABSENT
    words = {state: word for word, state in WORDS.items()}
    parts = [
        count(expected.value) if expected.value is not None else "",
        f"числитель {count(expected.numerator)}" if expected.numerator is not None else "",
        f"знаменатель {count(expected.denominator)}" if expected.denominator is not None else "",
        words[expected.state] if expected.state else "",
        f"правила: {', '.join(expected.rules) or 'ни одного'}" if expected.rules is not None else "",
    ]
    return ", ".join(part for part in parts if part)


def _gotten(got: Value | None, fired: tuple[str, ...], expected: Expectation) -> str:
    if got is None:
        return ABSENT
    rules = f"; правила: {', '.join(fired) or 'ни одного'}" if expected.rules is not None else ""
    state = f"{STATE_WORDS[got.state]}{f': {got.reason}' if got.reason else ''}{rules}"
    if got.value is None or got.numerator is None:
        return state
    return f"{decimal(got.value, 2)} ({of(got.numerator, got.denominator)}; {state})"
