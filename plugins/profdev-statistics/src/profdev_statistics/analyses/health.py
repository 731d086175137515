"""Health of indicators: which of them cannot do their work, and why; seven properties side by side, no score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
from attrs import frozen
from attrs.validators import ge

from profdev_indicators.model import IndicatorId, key
from profdev_indicators.results import Exhibit, Monitoring
from profdev_statistics.analyses.effects import Effects
from profdev_statistics.health.evidence import Checked, Revised, evidence
from profdev_statistics.health.properties import NUMBERS, PROPERTIES, Case, Property, Thresholds

_NOTES = (
    (
        "Семь отдельных свойств; общей оценки нет. «Да» — повод решить: заменить показатель, уточнить или собирать "
        "реже; решает район. Насыщенный, но обязательный по приказу показатель сохраняют, а динамику по нему не судят."
    ),
    "U1, U2, U7 — о самом показателе, U3 и U4 — о его движении, U5 и U6 — о данных.",
    "Опоздания не учитываются: когда пришёл ответ, по данным не видно; U5 говорит только о полноте.",
)
_GROUNDS_NOTES = (
    "Здесь только «да»; числа за каждым «нет» и причины каждого «недостаточно данных» — в файле health_grounds.csv.",
)


@frozen(kw_only=True)
class Health:
    """Исправность показателей: насыщен, не различает, не меняется, не откликается, не представляется, недостоверен."""

    periods: int = key("По стольким последним сопоставимым периодам", default=3, validator=ge(2))
    draws: int = key("Повторных выборок для границы надёжности (U2)", default=499, validator=ge(99))
    thresholds: Thresholds = key("Границы свойств", factory=Thresholds)
    checked: Mapping[IndicatorId, Checked] = key(
        "Сверка ответов с источником по показателям: сколько подтвердилось из скольких (U6)", factory=dict
    )
    revised: Mapping[IndicatorId, Revised] = key(
        "Исправлено после срока по показателям: сколько из скольких (U6)", factory=dict
    )
    perverse_incentive: Mapping[IndicatorId, str] = key(
        "Показатели, которые поощряют не то, что нужно, и пояснение: печатается дословно", factory=dict
    )

    def analyse(self, monitoring: Monitoring, *, root: Path | None, frames: Mapping[str, Any]) -> Sequence[Exhibit]:
        """Exhibits ``health`` (a row per indicator) and ``health_grounds`` (a sentence per indicator and property).

        Raises:
            SourceError: the register of decisions cannot be read.
        """
        registers = [each for each in monitoring.district.analyses if isinstance(each, Effects)]
        effects = [each.estimated(monitoring, root=root, frames=frames) for each in registers]
        known = evidence(
            monitoring,
            periods=self.periods,
            checked=self.checked,
            revised=self.revised,
            effects=pl.concat(effects) if effects else None,
        )
        places = monitoring.district.publication.decimals
        cases = [
            Case(seen=seen, limits=self.thresholds, periods=self.periods, draws=self.draws, places=places)
            for seen in known
        ]
        judged = [(case, {name: judge(case) for name, (_, judge) in PROPERTIES.items()}) for case in cases]
        return (self._table(judged), self._grounds(judged))

    def _table(self, judged: Sequence[tuple[Case, Mapping[str, Property]]]) -> Exhibit:
        rows = []
        for case, properties in judged:
            indicator = case.counts.indicator
            row: dict[str, Any] = {"indicator": indicator.id, "title": indicator.title}
            for name, each in properties.items():
                row |= {name: each.verdict, **each.numbers}
            rows.append(row | {"perverse_incentive": self.perverse_incentive.get(indicator.id)})
        texts = ("indicator", "title", *PROPERTIES, "perverse_incentive")
        schema = dict.fromkeys(texts, pl.String()) | dict.fromkeys(NUMBERS, pl.Float64())
        headings = {"indicator": "Показатель", **{name: heading for name, (heading, _) in PROPERTIES.items()}}
        if self.perverse_incentive:
            headings["perverse_incentive"] = "Поощряет не то"
        return Exhibit(
            id="health",
            title="Исправность показателей",
            frame=pl.DataFrame([dict.fromkeys(schema) | row for row in rows], schema),
            headings=headings,
            notes=_NOTES,
            internal=True,  # for whoever decides about indicators; it looks at all answers and their defects
        )

    def _grounds(self, judged: Sequence[tuple[Case, Mapping[str, Property]]]) -> Exhibit:
        rows = [
            (case.counts.indicator.id, name, PROPERTIES[name][0], each.verdict, each.sentence)
            for case, properties in judged
            for name, each in properties.items()
        ]
        named = dict.fromkeys(("indicator", "property", "heading", "verdict", "ground"), pl.String())
        frame = pl.DataFrame(rows, named, orient="row")
        return Exhibit(
            id="health_grounds",
            title="Исправность показателей: чем подтверждено",
            frame=frame.with_columns(
                sentence=pl.when(pl.col("verdict") == "да").then(
                    pl.format("Показатель {}: {}. {}", "indicator", "heading", "ground")
                )
            ),
            headings={},
            notes=_GROUNDS_NOTES,
            internal=True,
        )
