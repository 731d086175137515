"""Effect of decisions: what the organisations covered gained beyond those who started from the same level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
from attrs import frozen
from attrs.validators import ge

from profdev_indicators.model import Reader, key
from profdev_indicators.results import Exhibit, Monitoring
from profdev_statistics.analyses.counts import counts_of
from profdev_statistics.analyses.groups import groups_of
from profdev_statistics.effects.estimate import Terms, estimated
from profdev_statistics.effects.register import Decided, Intervention, read_register
from profdev_statistics.effects.sentences import sentence

_NOTES = (
    (
        "Эффект — на сколько процентных пунктов охваченные организации изменились больше, чем изменились бы без меры "
        "организации с таким же исходным уровнем. Интервал 90-процентный."
    ),
    (
        "Исходный уровень включает период, по данным которого выбирали организации: худшие по случайности улучшаются "
        "сами, и этот рост мере не приписан."
    ),
    "«Нет подтверждения» — не «меры бесполезны»: при малом числе организаций виден только большой эффект.",
)


@frozen(kw_only=True)
class Effects:
    """Что дали решения: изменение у охваченных организаций сверх изменения у сопоставимых, с поправкой на уровень."""

    decisions: tuple[Intervention | Reader, ...] | Reader = key(
        "Реестр решений: список здесь или откуда его читать (csv, xlsx …); в ячейке несколько — через «;»",
        sample="{csv: {location: decisions.csv}}",
    )
    before: int = key("Исходный уровень — по стольким последним периодам до начала", default=3, validator=ge(1))
    after: int = key("Результат — по стольким первым периодам после начала", default=2, validator=ge(1))
    treated: int = key("Охваченных организаций с данными не меньше", default=3, validator=ge(2))
    comparison: int = key("Организаций в сравнении не меньше", default=8, validator=ge(2))

    def analyse(self, monitoring: Monitoring, *, root: Path | None, frames: Mapping[str, Any]) -> Sequence[Exhibit]:
        """One exhibit of sentences: a row per decision, indicator and group.

        Raises:
            SourceError: with every decision that cannot be understood.
        """
        decided = self._decided(monitoring, root=root, frames=frames)
        found = self._estimated(decided, monitoring)
        places = monitoring.district.publication.decimals
        told = [sentence(row, places) for row in found.iter_rows(named=True)]
        frame = found.with_columns(
            pl.col("concurrent", "common").list.join("; "), pl.Series("sentence", told, dtype=pl.String)
        )
        files = tuple(dict.fromkeys(each.file for each in decided if each.file))
        return (Exhibit(id="effects", title="Что дали решения", frame=frame, headings={}, notes=_NOTES, files=files),)

    def estimated(self, monitoring: Monitoring, *, root: Path | None, frames: Mapping[str, Any]) -> pl.DataFrame:
        """EFFECTS of every decision of the register.

        Raises:
            SourceError: with every decision that cannot be understood.
        """
        return self._estimated(self._decided(monitoring, root=root, frames=frames), monitoring)

    def _decided(self, monitoring: Monitoring, *, root: Path | None, frames: Mapping[str, Any]) -> Sequence[Decided]:
        given = self.decisions if isinstance(self.decisions, tuple) else (self.decisions,)
        return read_register(
            given,
            district=monitoring.district,
            roster=dict(monitoring.roster.select("id", "parent").rows()),
            root=root,
            frames=frames,
        )

    def _estimated(self, decided: Sequence[Decided], monitoring: Monitoring) -> pl.DataFrame:
        concerned = {name for each in decided for name in each.intervention.indicators}
        counts = {
            each.indicator.id: each
            for each in counts_of(monitoring, groups_of(monitoring))
            if each.indicator.id in concerned
        }
        terms = Terms(before=self.before, after=self.after, treated=self.treated, comparison=self.comparison)
        return estimated(decided, counts, terms)
