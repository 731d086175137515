"""What the rule about peers says, in Russian."""

from __future__ import annotations

from collections.abc import Mapping

from profdev_indicators.results import Telling
from profdev_indicators.sentences import Told
from profdev_indicators.wording import count, with_unit

_ONE_OF_A_THOUSAND = 0.001


def _low_outlier(told: Told) -> str:
    """«50,0 % (20 из 40) при среднем 75,1 % в группе «сельские» (14 ОО). С учётом численности и обычного …»."""
    numbers, finding = told.numbers, told.finding
    group = f"группе «{numbers['cluster']}»" if numbers["cluster"] else "группе сопоставимых"
    side, way = ("нижняя", "ниже") if told.is_down else ("верхняя", "выше")
    text = (
        f"{told.value} при среднем {with_unit(finding.base or 0.0, told.unit, told.places)} в {group} "
        f"({count(numbers['peers_count'])} ОО). С учётом численности и обычного разброса между ОО {side} граница "
        f"{with_unit(numbers['limit'], told.unit, told.places)}"
    )
    before = (
        f"{way} границы и в {numbers['period_before']}: {with_unit(numbers['value_before'], told.unit, told.places)}"
        if numbers["period_before"]
        else ""
    )
    far = "случайно так далеко оказывается реже 1 ОО из 1000" if numbers["by_chance"] <= _ONE_OF_A_THOUSAND else ""
    return "; ".join(filter(None, (text, before, far)))


TELLINGS: Mapping[str, Telling] = {
    "low_outlier": Telling(name="хуже сопоставимых (с учётом численности)", sentence=_low_outlier),
}
