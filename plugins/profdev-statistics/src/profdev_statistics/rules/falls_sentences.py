"""What the rules of falls and of answers have found, in Russian."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import ceil

from profdev_indicators.results import Telling
from profdev_indicators.sentences import Told
from profdev_indicators.wording import NBSP, change, count, decimal, plural, with_unit
from profdev_statistics.change import printed
from profdev_statistics.rules.falls import DENOMINATOR, SMALL

_HAIR = 1e-9
_PER_CENT, _PER_MILLE = 0.01, 0.001
_USUAL = 0.05  # what chance does more often than this is nothing unusual


def chance_in_words(p: float) -> str:
    """What a probability means: «примерно в 3 случаях из 100», «реже чем в 1 случае из 100»."""
    if p < _PER_CENT:
        return f"реже чем в 1 случае из {1000 if p < _PER_MILLE else 100}"
    cases = decimal(100 * p, 0)
    return f"примерно в {cases} {plural(int(cases), 'случае', 'случаях', 'случаях')} из 100"


def _observed(told: Told) -> str:
    noun = "Снижение" if told.is_down else "Рост"
    fact = f"{noun} {told.way()}, {told.change} к {told.numbers['base_period']}"
    often = chance_in_words(told.numbers["mid_p"])
    if told.numbers["mid_p"] <= _USUAL:
        return _joined(fact, f"При неизменной работе такое возникает {often}")
    size = count(told.finding.denominator or 0)
    return _joined(fact, f"При численности {size} такие колебания обычны: случайно возникают {often}")


def _significant(told: Told) -> str:
    return _joined(_change(told), *_judged(told))


def _relative(told: Told) -> str:
    lost = with_unit(told.numbers["percent"], "%", told.places)
    against = f"на {lost} от прежнего уровня" if told.is_down else f"остальных стало на {lost} меньше"
    return _joined(f"{_change(told)}, то есть {against}", *_judged(told))


def _change(told: Told) -> str:
    """From what to what, and between what bounds."""
    numbers, verb = told.numbers, "снизилась" if told.is_down else "выросла"
    since = ("в среднем за " if numbers["base_periods"] > 1 else "в ") + numbers["base_period"]
    low, high = (_points(numbers[end], told.places) for end in ("low", "high"))
    way = f"с {told.base} {since} до {told.value}"
    return f"Доля {verb} {way}, {told.change} (90{NBSP}% интервал от {low} до {high})"


def _judged(told: Told) -> Iterator[str]:
    """What chance would do, what would be seen, and what kept the severity down."""
    numbers, noun = told.numbers, "снижение" if told.is_down else "рост"
    yield f"При неизменной работе {noun} такого размера или больше возникает {chance_in_words(numbers['mid_p'])}"
    if numbers["phi"] is not None:
        times = decimal(numbers["phi"], 1)
        yield f"Разброс изменений здесь больше случайного в {times} раза, это учтено"
    if told.finding.severity in {"risk", "critical"}:
        part = with_unit(ceil(100 * numbers["q"] - _HAIR), "%", 0)
        yield f"Всего проверок {count(numbers['tests'])}; среди тревог не слабее этой ложных ожидается не больше {part}"
    yield _visible(numbers["detectable"], is_down=told.is_down)
    if numbers["by_denominator"] is not None:
        yield _decomposed(told)
    caps = told.finding.suspended_by or ""
    if SMALL in caps:
        yield f"Численность меньше {count(numbers['small'])}: важность не выше «внимания»"
    if DENOMINATOR in caps:
        yield "Не меньше половины изменения — от численности: важность на ступень ниже"


def _visible(detectable: float | None, *, is_down: bool) -> str:
    if detectable is None:
        extreme = "снижение до нуля заметно" if is_down else f"рост до 100{NBSP}% заметен"
        return f"При такой численности даже {extreme} не всегда"
    least = f"не меньше {ceil(detectable - _HAIR)}{NBSP}п.п."
    return f"При такой численности уверенно {'заметно снижение' if is_down else 'заметен рост'} {least}"


def _decomposed(told: Told) -> str:
    """The parts of a change whose denominator has jumped; where lower is better, those of the others."""
    numbers = told.numbers
    sizes = f"Численность изменилась с {count(numbers['former_size'])} до {count(told.finding.denominator or 0)}"
    whose = "числителя" if told.is_down else "числа остальных"
    if abs(numbers["by_numerator"]) < _HAIR:
        return f"{sizes}, и всё изменение — от этого"
    parts = printed((numbers["by_numerator"], numbers["by_denominator"]), told.places)
    first, second = (change(part, "%", told.places) for part in parts)
    return f"{sizes}: от {whose} {first}, от численности {second}"


def _unreported(told: Told) -> str:
    numbers = told.numbers
    silence = f"Данные за {told.finding.period} не представлены"
    if numbers["missed"] > 1:
        silence += f"; подряд пропущено периодов: {count(numbers['missed'])}, начиная с {numbers['since']}"
    return _joined(silence, "Динамика не оценивалась")


def _denominator_jump(told: Told) -> str:
    before, now = count(told.numbers["base_denominator"]), count(told.finding.denominator or 0)
    return f"Численность изменилась с {before} в {told.numbers['base_period']} до {now}: сравнение долей ограничено"


def _joined(*sentences: str) -> str:
    """One full stop after each, also after «п.п.»."""
    return " ".join(each if each.endswith(".") else f"{each}." for each in sentences)


def _points(value: float, places: int) -> str:
    return change(value, "%", places).removesuffix(f"{NBSP}п.п.")


TELLINGS: Mapping[str, Telling] = {
    "observed_fall": Telling(name="снижение (факт)", sentence=_observed),
    "significant_fall": Telling(name="существенное снижение", sentence=_significant),
    "relative_fall": Telling(name="снижение от прежнего уровня", sentence=_relative),
    "unreported": Telling(name="нет ответа", sentence=_unreported),
    "denominator_jump": Telling(name="скачок численности", sentence=_denominator_jump),
}
"""How each kind of these rules speaks."""
