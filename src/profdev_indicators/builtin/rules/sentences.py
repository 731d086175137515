"""What the stock rules have found, in one Russian sentence each."""

from __future__ import annotations

from collections.abc import Mapping

from profdev_indicators.results import Telling
from profdev_indicators.sentences import Told
from profdev_indicators.wording import as_set, count, with_unit


def _drop(told: Told) -> str:
    word = "Снижение" if told.is_down else "Рост"
    colon = ":" if told.unit.isalpha() else ""
    text = f"{word}{colon} {told.way()}, {told.change} к {told.numbers['base_period']}"
    small = told.numbers.get("small")
    return text if small is None else f"{text}. Знаменатель меньше {count(small)}: отмечено для сведения"


def _streak(told: Told) -> str:
    word = "Снижается" if told.is_down else "Растёт"
    way = told.way(f" в {told.numbers['base_period']}")
    return f"{word} {told.numbers['length']}-й период подряд: {way}, всего {told.change}"


def _below_target(told: Told) -> str:
    return f"{told.value} при целевом значении {as_set(told.numbers['target'], told.unit)}: {told.change}"


def _below_peers(told: Told) -> str:
    others = told.numbers["peers_count"]
    return f"{told.value} при медиане сопоставимых единиц {told.base} (других в группе: {others}): {told.change}"


def _coverage(told: Told) -> str:
    numbers, period = told.numbers, told.finding.period
    if numbers["own"]:
        is_invalid = numbers["state"] == "invalid"
        return f"Ответ за {period} противоречив и не учтён" if is_invalid else f"Данные за {period} не представлены"
    reached, wanted = with_unit(numbers["coverage"], "%", told.places), as_set(numbers["threshold"], "%")
    return (
        f"Данные за {period} учтены от {count(numbers['reported'])} из {count(numbers['expected'])} ({reached}), "
        f"нужно не меньше {wanted}"
    )


def _lost(told: Told) -> str:
    before, now = told.numbers["base_period"], told.finding.period
    if told.numbers["base_denominator"] == 1:
        return f"В {before} было, в {now} нет" if told.is_down else f"В {before} не было, в {now} есть"
    return f"В {before} было {told.base}, в {now} — {told.value}"


TELLINGS: Mapping[str, Telling] = {
    "drop": Telling(name="снижение", sentence=_drop),
    "streak": Telling(name="снижение несколько периодов подряд", sentence=_streak),
    "below_target": Telling(name="целевое значение не достигнуто", sentence=_below_target),
    "below_peers": Telling(name="хуже сопоставимых", sentence=_below_peers),
    "coverage": Telling(name="ответили не все", sentence=_coverage),
    "lost": Telling(name="было и не стало", sentence=_lost),
}
