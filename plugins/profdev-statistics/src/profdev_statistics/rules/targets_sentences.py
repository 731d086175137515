"""What the rules about targets say, in Russian."""

from __future__ import annotations

from collections.abc import Mapping

from profdev_indicators.periods import Period
from profdev_indicators.results import Telling
from profdev_indicators.sentences import Told
from profdev_indicators.wording import as_set, count, decimal


def _missed_target(told: Told) -> str:
    """«72,5 % (29 из 40) при целевом 80 %: не хватает 3 чел.; отличие может быть случайным»."""
    numbers, target = told.numbers, as_set(told.numbers["target"], told.unit)
    if numbers["short"] is None:
        return f"{told.value} при целевом значении {target}: {told.change}"
    heads = f"{count(numbers['short'])} {'ОО' if numbers['presence'] else 'чел.'}"
    if told.is_down:
        text, side = f"{told.value} при целевом {target}: не хватает {heads}", "ниже"
    else:
        text, side = f"{told.value} при целевом не больше {target}: лишних {heads}", "выше"
    if numbers["small"] is not None:
        return f"{text}; численность меньше {count(numbers['small'])}: отмечено для сведения"
    if numbers["sure"] is None:
        return text
    if numbers["sure"]:
        return f"{text}; с учётом численности уровень {side} целевого достоверно"
    return f"{text}; отличие может быть случайным"


def _target_at_risk(told: Told) -> str:
    """«Прогноз на 2023: 71,4 % (80 % интервал 62,0–80,8 %). Вероятность не достичь 80 % — 88 %»."""
    numbers = told.numbers
    ahead = Period.parse(told.finding.period).step(numbers["steps"])
    forecast, low, high = (decimal(numbers[name], told.places) for name in ("forecast", "low80", "high80"))
    verb = "не достичь" if numbers["higher"] else "превысить"
    text = (
        f"Прогноз на {ahead}: {forecast} % (80 % интервал {low}–{high} %). "
        f"Вероятность {verb} {as_set(numbers['target'], told.unit)} — {decimal(100 * min(numbers['miss'], 0.99), 0)} %"
    )
    small = numbers["small"]
    return text if small is None else f"{text}. Численность меньше {count(small)}: отмечено для сведения"


TELLINGS: Mapping[str, Telling] = {
    "missed_target": Telling(name="целевое значение не достигнуто (с учётом численности)", sentence=_missed_target),
    "target_at_risk": Telling(name="целевое значение под угрозой", sentence=_target_at_risk),
}
