"""Peers and practices: who stands where it is expected to, and whose work is worth studying; nobody is ranked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
from attrs import frozen
from attrs.validators import and_, ge, le

from profdev_indicators.model import key
from profdev_indicators.results import Exhibit, Monitoring
from profdev_indicators.wording import NBSP
from profdev_statistics.analyses.candidates import PRACTICES, Criteria, better, proposal, unsound_answers
from profdev_statistics.analyses.counts import Counts, counts_of
from profdev_statistics.analyses.groups import STABLE, described, groups_of
from profdev_statistics.analyses.peers import positions, side_by_side

_UNITS = {"unit": pl.String, "unit_name": pl.String, "unit_kind": pl.String, "group": pl.String}
_NO_RANKS = "Мест и рейтингов здесь нет: порядок организаций — как в списке района."
_PEER_NOTES = (
    (
        "«Выше» и «ниже ожидаемого» — дальше от среднего своей группы, чем объясняют численность и обычные различия "
        "между организациями; «выше» всегда значит «лучше»."
    ),
    "Прочерк — по этому показателю организация не сравнивалась; кто не сравнивался вовсе, здесь не назван.",
    _NO_RANKS,
)
_PRACTICE_NOTES = (
    (
        "Предлагается к изучению, если вероятно устойчивое превосходство, оно видно не в одном периоде, к ответам нет "
        "замечаний и ссылки на месте, показатель в группе не насыщен, а численности хватает."
    ),
    _NO_RANKS,
)
_DECLINED_NOTES = ("Для служебного пользования: эти организации вероятно лучше группы, но к изучению не предлагаются.",)


@frozen(kw_only=True)
class Practices:
    """Кто выше, в пределах и ниже ожидаемого среди сопоставимых и чью работу стоит изучить. Без мест и рейтингов."""

    periods: int = key("Практики ищут по стольким последним сопоставимым периодам", default=3, validator=ge(2))
    margin: float = key(
        "Лучше группы не меньше чем на столько процентных пунктов", default=5.0, validator=and_(ge(0), le(100))
    )
    probability: float = key("С вероятностью не меньше (строже — 0.9)", default=0.8, validator=and_(ge(0.5), le(1)))
    above: int = key("Лучше группы не меньше чем в стольких периодах", default=2, validator=ge(1))
    saturated: float = key(
        "Если у группы столько процентов или больше, практик не ищут", default=95.0, validator=and_(ge(0), le(100))
    )
    reliability: float = key("Надёжность отличия не меньше", default=0.5, validator=and_(ge(0), le(1)))
    size: float = key(
        "Организации меньше этой численности не сравнивают, а при такой медиане не ищут и практик",
        default=10.0,
        validator=ge(1),
    )
    sizes: tuple[int, ...] = key(
        "Где делить группы по численности, например [20, 50]; слишком малые части объединяются. Пусто — не делить",
        default=(),
    )

    def analyse(self, monitoring: Monitoring, *, root: Path | None, frames: Mapping[str, Any]) -> Sequence[Exhibit]:  # noqa: ARG002 - all is in the monitoring
        """Exhibits ``peers`` (a column an indicator), ``practices`` (candidates), ``practices_declined``."""
        counts = counts_of(monitoring, groups_of(monitoring))
        shares = [each for each in counts if each.nature == "share" and each.has_direction]
        unsound = unsound_answers(monitoring)
        criteria = Criteria(
            periods=self.periods,
            margin=self.margin,
            probability=self.probability,
            above=self.above,
            saturated=self.saturated,
            reliability=self.reliability,
            sizes=self.sizes,
        )
        large = [each for each in shares if each.median_size() >= self.size]
        found = pl.concat([pl.DataFrame(schema=PRACTICES), *(better(each, unsound, criteria) for each in large)])
        return (
            self._peers(monitoring, shares),
            self._candidates(monitoring, found.filter(pl.col("declined").is_null()), _too_small(shares, large)),
            _declined(found.filter(pl.col("declined").is_not_null())),
        )

    def _peers(self, monitoring: Monitoring, shares: Sequence[Counts]) -> Exhibit:
        units = pl.concat([each.units for each in shares]) if shares else pl.DataFrame(schema=_UNITS)
        order = monitoring.roster.select(unit=pl.col("id").unique(maintain_order=True))
        listed = order.join(units.unique("unit", keep="last"), on="unit", maintain_order="left")
        frame = side_by_side(
            [(each, positions(each, at_least=self.size, sizes=self.sizes)) for each in shares],
            listed.select("unit", "unit_name", "group"),
        )
        ids = {name: name for name in frame.columns if name not in listed.columns}
        return Exhibit(
            id="peers",
            title=f"Среди сопоставимых за {monitoring.periods[-1].title}",
            frame=frame,
            headings={"unit_name": "Организация", "group": "Группа", **ids},
            notes=(*_PEER_NOTES, f"Сравниваются доли с численностью не меньше {self.size:g}.", *self._groups(shares)),
            internal=True,  # it names those who are weaker than their group
        )

    def _groups(self, shares: Sequence[Counts]) -> tuple[str, ...]:
        told = described(shares)
        if not self.sizes:
            return (told,)
        bounds = ", ".join(map(str, self.sizes))
        return (
            told,
            f"Внутри группы организации делятся по численности ({bounds}); части меньше {STABLE}{NBSP}ОО объединены.",
        )

    def _candidates(self, monitoring: Monitoring, found: pl.DataFrame, note: tuple[str, ...]) -> Exhibit:
        places = monitoring.district.publication.decimals
        told = [proposal(row, margin=self.margin, places=places) for row in found.iter_rows(named=True)]
        return Exhibit(
            id="practices",
            title="Практики, которые предлагается изучить",
            frame=found.drop("declined").with_columns(pl.Series("sentence", told, dtype=pl.String)),
            headings={},
            notes=(*_PRACTICE_NOTES, *note),
        )


def _too_small(shares: Sequence[Counts], large: Sequence[Counts]) -> tuple[str, ...]:
    """Which indicators are for the district only, if any."""
    small = [each.indicator.id for each in shares if each not in large]
    return (f"Численность мала, и практик по организациям не ищут: {', '.join(small)}.",) if small else ()


def _declined(found: pl.DataFrame) -> Exhibit:
    return Exhibit(
        id="practices_declined",
        title="Вероятно лучше группы, но к изучению не предложены",
        frame=found,
        headings={
            "indicator": "Показатель",
            "group": "Группа",
            "unit_name": "Организация",
            "declined": "Почему не предложена",
        },
        notes=_DECLINED_NOTES,
        internal=True,
    )
