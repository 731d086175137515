"""Words beside a number of the form: what it is made of, and what must be read together with it."""

from __future__ import annotations

from collections.abc import Iterator

from profdev_indicators import wording
from profdev_indicators.results import Value
from profdev_indicators.views.form import Line, Nature

_MOST_PLACES = 6

_ABSENCES = {
    "not_applicable": "не применимо",
    "not_defined": "в этом периоде не определён",
    "invalid": "ответы противоречат сами себе и в суммы не вошли",
    "suppressed": "скрыто",
}


def shown(value: Value | None, unit: str, places: int) -> str:
    """«73,8 %», or what stands in its place: «нет данных», «–», «…»."""
    if value is None:
        return "не рассчитан"
    if value.value is None:
        return wording.STATE_WORDS[value.state]
    return wording.with_unit(value.value, unit, places)


def parts(value: Value | None, nature: Nature) -> str:
    """«31 из 42» for a share, «63 / 15» for another quotient; nothing where there are no two sums to tell."""
    if value is None or value.numerator is None or value.denominator is None or nature == "derived":
        return ""
    if nature != "quotient":
        return wording.of(value.numerator, value.denominator)
    return f"{wording.count(value.numerator)} / {wording.count(value.denominator)}"


def answered(value: Value | None) -> str:
    """«24 из 26»: how many answered of those asked; nothing where nobody was."""
    return "" if value is None or not value.expected else wording.of(value.reported, value.expected)


def changed(line: Line, places: int) -> str:
    """«−7,2 п.п.», or nothing where there is nothing to compare."""
    return "" if line.change is None else wording.change(line.change, line.indicator.unit, places)


def sources(line: Line) -> str:
    """Methods and sources in the words of the form; for a derived indicator, what it is derived from."""
    if line.indicator.source is not None:
        return line.indicator.source.title
    needs = getattr(line.indicator.measure, "needs", ())
    return f"Расчёт по показателям {', '.join(needs)}" if needs else ""


def notes(line: Line, places: int) -> tuple[str, ...]:
    """What must be read together with the number, in order of weight."""
    return (*_state(line), *_evidence(line.value), *_comparison(line), *_target(line, places))


def _state(line: Line) -> Iterator[str]:
    value = line.value
    if value is None:
        return
    silent = value.expected - value.reported
    if value.state == "partial":
        yield f"ответили {answered(value)}"
    elif value.state == "not_reported" and value.expected:
        yield f"не ответил никто из {wording.count(value.expected)}"
    elif value.state in _ABSENCES:
        yield value.reason or _ABSENCES[value.state]
    if silent > 0 and line.silence == "zero" and value.value is not None:
        yield f"молчание {wording.counted(silent, 'организации', 'организаций', 'организаций')} посчитано нулём"


def _evidence(value: Value | None) -> Iterator[str]:
    if value is not None and value.evidenced < value.reported:
        lacking = value.reported - value.evidenced
        yield f"{wording.NOT_EVIDENCED}: {wording.of(lacking, value.reported)} без ссылки"


def _comparison(line: Line) -> Iterator[str]:
    if line.comparable or not _is_defined(line.value) or not _is_defined(line.before):
        return
    yield "определение изменилось: сравнение не проводится"
    yield from (revision.note for revision in line.revised if revision.note)


def _is_defined(value: Value | None) -> bool:
    return value is not None and value.state != "not_defined"


def _target(line: Line, places: int) -> Iterator[str]:
    if line.target is None:
        return
    unit = line.indicator.unit
    aim = f"целевое {wording.as_set(line.target.at, unit)}"
    if line.reached is None or line.value is None or line.value.value is None:
        yield aim
    elif line.reached:
        yield f"{aim}: достигнуто"
    else:
        yield f"{aim}: не достигнуто, до него {_visible(abs(line.target.at - line.value.value), unit, places)}"


def _visible(gap: float, unit: str, places: int) -> str:
    """A gap with as many digits as it takes not to print it as zero."""
    texts = (wording.change(-gap, unit, digits) for digits in range(places, _MOST_PLACES + 1))
    written = next((text for text in texts if any(digit in text for digit in "123456789")), "")
    return written.removeprefix(wording.MINUS) or "меньше, чем видно при печати"
