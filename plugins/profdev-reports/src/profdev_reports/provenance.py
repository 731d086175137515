"""What stands at the foot of each document: the period, who answered, what it was made of and with."""

from __future__ import annotations

from collections.abc import Iterator

from profdev_indicators.results import Monitoring
from profdev_indicators.views.coverage import coverage, units_asked
from profdev_indicators.wording import day

_HASH = 12  # digits a person can compare
_MOST_SOURCES = 6


def lines(monitoring: Monitoring) -> tuple[str, ...]:
    """The foot of a document, in Russian, one statement a line; the same input gives the same words."""
    return tuple(filter(None, _lines(monitoring)))


def _lines(monitoring: Monitoring) -> Iterator[str]:
    made = monitoring.provenance
    periods = ", ".join(period.title for period in monitoring.periods)
    state = " Данные предварительные: ответы ещё могут исправить." if monitoring.provisional else ""
    yield f"Период: {periods}.{state}"
    yield _coverage(monitoring)
    yield f"Конфигурация: {monitoring.district.id}, отпечаток {made.config[:_HASH]}."
    yield _sources(monitoring)
    plugins = ", ".join(f"{name} {version}" for name, version in made.plugins if version)
    yield f"Программа: profdev-indicators {made.version}" + (f" ({plugins})." if plugins else ".")


def _coverage(monitoring: Monitoring) -> str:
    last = str(monitoring.periods[-1])
    rows = [row for row in coverage(monitoring, units_asked(monitoring)) if row.period == last]
    titles = {source.id: source.title for source in monitoring.district.sources}
    told = "; ".join(f"«{titles[row.source]}» — {row.asked - row.silent} из {row.asked}" for row in rows if row.asked)
    return f"Прислали сведения: {told}." if told else ""


def _sources(monitoring: Monitoring) -> str:
    made = monitoring.provenance
    dated = f", самый новый изменён {day(made.newest.date())}" if made.newest else ""
    if monitoring.profile == "publish":
        return f"Источники: внутренние данные района{dated}; их отпечатки — у оператора мониторинга."
    known = list(made.sources.items())
    if not known:
        return ""
    named = "; ".join(f"{file} {digest[:_HASH]}" for file, digest in known[:_MOST_SOURCES])
    more = f" и ещё {len(known) - _MOST_SOURCES} (все — в run.json)" if len(known) > _MOST_SOURCES else ""
    return f"Источники (файл и начало SHA-256): {named}{more}{dated}."
