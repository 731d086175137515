"""Why a total changed: the work within organisations, their sizes, who joined and who left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from attrs import frozen

from profdev_indicators.frames import ENGINE
from profdev_indicators.model import District
from profdev_indicators.results import Exhibit, Monitoring
from profdev_indicators.wording import change, count, plural, with_unit
from profdev_statistics.analyses.cells import LEAST_COVERAGE, cells, periods_read
from profdev_statistics.common_set import PARTS, apportioned, decompositions
from profdev_statistics.tree import descent, links_of

_COLUMNS = (
    *("unit", "unit_name", "indicator", "reading", "period", "before_period", "before", "value", "change"),
    *("common", "joiners", "leavers", "common_change", *PARTS, "by_numerator", "by_denominator", "reason", "sentence"),
)
_NOTES = (
    "«Внутри ОО» — изменение долей самих организаций; «состав» — в одних стало больше людей, в других меньше.",
    "«Вошли» и «вышли» — организации, у которых значение есть только в одном из двух периодов.",
    "Слагаемые дают изменение точно.",
    "Общий круг — организации, у которых значение есть в обоих периодах: по нему и сравнивайте.",
)


@frozen(kw_only=True)
class Decomposition:
    """Из чего сложилось изменение итога: внутри ОО, состав, вошли, вышли; числитель и знаменатель."""

    def analyse(self, monitoring: Monitoring, *, root: Path | None, frames: Mapping[str, Any]) -> Sequence[Exhibit]:  # noqa: ARG002 - the protocol's
        """One row per total and period asked; where there is nothing to compare with, the row says why."""
        asked = [str(period) for period in monitoring.periods]
        below = descent(links_of(monitoring, periods_read(monitoring)))
        frame = (
            decompositions(cells(monitoring), below, asked)
            .lazy()
            .filter(pl.col("denominator").is_not_null())
            .collect(engine=ENGINE)
        )
        sentences = pl.Series(list(_sentences(frame, monitoring.district)), dtype=pl.String)
        return [
            Exhibit(
                id="decomposition",
                title="Из чего сложилось изменение",
                frame=frame.with_columns(sentence=sentences).select(_COLUMNS),
                notes=_NOTES if frame.height else (),
                internal=True,  # without hidden values it would take those for newcomers and leavers
            )
        ]


def _sentences(frame: pl.DataFrame, district: District) -> Iterator[str]:
    places = district.publication.decimals
    units = {indicator.id: indicator.unit for indicator in district.indicators}
    parts = _printable(frame, PARTS, places)
    sums = _printable(frame, ("by_numerator", "by_denominator"), places)
    for row, by_set, by_sums in zip(frame.iter_rows(named=True), parts, sums, strict=True):
        yield _sentence(row, by_set, by_sums, units[row["indicator"]], places)


def _printable(frame: pl.DataFrame, names: Sequence[str], places: int) -> list[list[float]]:
    """Parts rounded so that the printed ones add up to the printed change; NaN where there are none."""
    told = frame.select(pl.col(names).cast(pl.Float64).fill_null(np.nan)).to_numpy()
    whole = frame["change"].fill_null(np.nan).to_numpy()
    return [[float(part) for part in row] for row in apportioned(told, whole, places)]


def _sentence(row: Mapping[str, Any], by_set: Sequence[float], by_sums: Sequence[float], unit: str, places: int) -> str:
    """«Район, 1.1: 71,4 % → 68,0 % (2021 → 2022), −3,4 п.п. По общему кругу (38 ОО) −2,9 п.п.: внутри ОО …»."""
    place = f"{row['unit_name']}, {row['indicator']}"
    if row["reason"] is not None:
        return f"{place}, {row['period']}: изменение не раскладывается — {row['reason']}."

    def said(amount: float) -> str:
        return change(amount, unit, places)

    way = f"{with_unit(row['before'], unit, places)} → {with_unit(row['value'], unit, places)}"
    texts = [
        f"{place}: {way} ({row['before_period']} → {row['period']}), {said(sum(by_sums))}",
    ]
    # Who has joined or left moves both sums at once: then they say nothing of anybody's work.
    if not row["joiners"] and not row["leavers"]:
        texts.append(f"Числитель {said(by_sums[0])}, знаменатель {said(by_sums[1])}")
    if row["common"]:
        within, mix, joined, left = by_set
        circle = f"По общему кругу ({count(row['common'])} ОО) {said(within + mix)}"
        texts.append(f"{circle}: внутри ОО {said(within)}, состав {said(mix)}")
        moved = [(("Вошла", "Вошли"), row["joiners"], joined), (("Вышла", "Вышли"), row["leavers"], left)]
        texts += [
            f"{plural(who, one, many, many)} {count(who)} ОО: {said(part)}" for (one, many), who, part in moved if who
        ]
    else:
        texts.append("Общего круга нет: ни у одной ОО нет значений за оба периода")
    if any(100 * row[f"{when}reported"] < LEAST_COVERAGE * row[f"{when}expected"] for when in ("", "before_")):
        texts.append(f"Ответили меньше {LEAST_COVERAGE} %: судите только по общему кругу")
    return " ".join(text if text.endswith(".") else f"{text}." for text in texts)
