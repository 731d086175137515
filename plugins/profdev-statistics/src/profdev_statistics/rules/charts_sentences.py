"""What a control chart says, in Russian."""

from __future__ import annotations

from collections.abc import Mapping

from profdev_indicators.results import Telling
from profdev_indicators.sentences import Told
from profdev_indicators.wording import counted, with_unit


def _control_chart(told: Told) -> str:
    """«Контрольная карта по 16 значениям: 62,0 % (31 из 50) — ниже границы 65,1 % при среднем 80,2 %»."""
    numbers = told.numbers
    side, falls = ("ниже", "снижается") if numbers["higher"] else ("выше", "растёт")
    limit = with_unit(numbers["limit"], told.unit, told.places)
    says = {
        "outside": f"{side} границы {limit}",
        "near": f"второе из трёх последних значений у {'нижней' if numbers['higher'] else 'верхней'} границы {limit}",
        "run": f"не меньше семи периодов подряд {side} среднего",
        "slide": f"не меньше семи значений подряд {falls}",
    }[numbers["signal"]]
    series = counted(numbers["points"], "значению", "значениям", "значениям")
    centre = with_unit(told.finding.base or 0.0, told.unit, told.places)
    return f"Контрольная карта по {series}: {told.value} — {says}; среднее {centre}"


TELLINGS: Mapping[str, Telling] = {
    "control_chart": Telling(name="необычное значение на контрольной карте", sentence=_control_chart),
}
