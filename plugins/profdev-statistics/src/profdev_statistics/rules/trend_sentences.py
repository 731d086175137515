"""What the rule about steady falls says, in Russian."""

from __future__ import annotations

from collections.abc import Mapping

from profdev_indicators.results import Telling
from profdev_indicators.sentences import Told
from profdev_indicators.wording import change, count, counted


def _trend(told: Told) -> str:
    """«За 5 периодов показатель устойчиво снижается, в среднем на 5,0 п.п. за период: с 85,0 % … до 65,0 % …»."""
    numbers = told.numbers
    window = counted(numbers["periods"], "период", "периода", "периодов")
    gaps = numbers["periods"] - numbers["points"]
    told_of = f" (данные есть за {count(numbers['points'])})" if gaps else ""
    verb = "снижается" if numbers["slope"] < 0 else "растёт"
    step = change(abs(numbers["slope"]), told.unit, told.places).lstrip("+")
    way = told.way(f" в {numbers['base_period']}")
    text = (
        f"За {window}{told_of} показатель устойчиво {verb}, в среднем на {step} за период: "
        f"{way}; вывод не зависит от исключения любого одного периода"
    )
    small = numbers["small"]
    return text if small is None else f"{text}. Численность меньше {count(small)}: отмечено для сведения"


TELLINGS: Mapping[str, Telling] = {
    "trend": Telling(name="устойчивое снижение (с учётом численности)", sentence=_trend),
}
