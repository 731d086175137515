"""What the rules about totals say, in Russian."""

from __future__ import annotations

from collections.abc import Mapping

from profdev_indicators.results import Telling
from profdev_indicators.sentences import Told
from profdev_indicators.wording import as_set, change, count, counted, decimal


def _stagnation(told: Told) -> str:
    """«За 3 периода рост не превысил 2,1 п.п. (при ожидаемых 5 п.п.): 71,0 % … в 2020 → 70,5 % …; целевой …»."""
    numbers = told.numbers
    bound = change(numbers["bound"], told.unit, told.places).lstrip("+")
    expected = f"(при ожидаемых {count(numbers['growth'])}\N{NO-BREAK SPACE}п.п.)"
    if numbers["bound"] <= 0:
        verdict = "роста нет" if numbers["higher"] else "снижения нет"
    else:
        growth = "рост не превысил" if numbers["higher"] else "снижение не превысило"
        verdict = f"{growth} {bound} {expected}"
    way = f"{told.base} в {numbers['base_period']} → {told.value}"
    return (
        f"За {counted(numbers['periods'], 'период', 'периода', 'периодов')} {verdict}: {way}; "
        f"целевой уровень {as_set(numbers['target'], told.unit)} не достигнут"
    )


def _widening_gap(told: Told) -> str:
    """«Различия между ОО выросли: разброс (без учёта случайных колебаний) 5,1 → 10,3 п.п. к 2021 (34 ОО); …»."""
    numbers = told.numbers
    before, now = (decimal(numbers[name], told.places) for name in ("spread_before", "spread"))
    least, most = (decimal(numbers[name], told.places) for name in ("least", "most"))
    return (
        f"Различия между ОО выросли: разброс (без учёта случайных колебаний) {before} → {now}\N{NO-BREAK SPACE}п.п. "
        f"к {numbers['base_period']} ({count(numbers['members'])} ОО); минимум {least}\N{NO-BREAK SPACE}% "
        f"({numbers['least_unit']}), максимум {most}\N{NO-BREAK SPACE}% ({numbers['most_unit']})"
    )


TELLINGS: Mapping[str, Telling] = {
    "stagnation": Telling(name="застой: роста нет, цель не достигнута", sentence=_stagnation),
    "widening_gap": Telling(name="рост разрыва между ОО", sentence=_widening_gap),
}
