"""Who did not answer, and what that leaves open: coverage, hard bounds, an interval where one may be given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
from attrs import frozen

from profdev_indicators.frames import ENGINE
from profdev_indicators.results import Exhibit, Monitoring
from profdev_indicators.wording import count, decimal, plural
from profdev_statistics.analyses.cells import LEAST_COVERAGE, cells, periods_read
from profdev_statistics.missing import shortfalls
from profdev_statistics.tree import links_of

_COLUMNS = (
    *("unit", "unit_name", "indicator", "reading", "period", "expected", "reported", "coverage", "size", "size_silent"),
    *("value", "estimate", "ci_low", "ci_high", "hard_low", "hard_high", "carried", "unknown", "reason", "sentence"),
)
_HAIR = 1e-9
_NOTES = (
    "Границы «наверняка» верны при любой причине молчания: у всех не ответивших 0 — или, наоборот, всё.",
    "Численность не ответивших взята из последнего их ответа.",
    "95 % интервал верен, если молчание не связано с работой; при 30 % не ответивших он ошибался бы через раз.",
    "«С прежними данными не ответивших» — только для сведения: публикуется доля по ответившим.",
)


@frozen(kw_only=True)
class MissingReports:
    """Что значит для итогов молчание части организаций: охват, границы, интервал."""

    def analyse(self, monitoring: Monitoring, *, root: Path | None, frames: Mapping[str, Any]) -> Sequence[Exhibit]:  # noqa: ARG002 - the protocol's
        """One row per total of the periods asked which lacks answers."""
        links = links_of(monitoring, periods_read(monitoring))
        asked = [str(period) for period in monitoring.periods]
        known = cells(monitoring).join(links, on=["unit", "period"], how="left", maintain_order="left")
        frame = (
            shortfalls(known)
            .lazy()
            .filter(pl.col("period").is_in(asked))
            .with_columns((100 * pl.col("reported") / pl.col("expected")).alias("coverage"))
            .collect(engine=ENGINE)
        )
        places = monitoring.district.publication.decimals
        sentences = pl.Series([_sentence(row, places) for row in frame.iter_rows(named=True)], dtype=pl.String)
        return [
            Exhibit(
                id="missing_reports",
                title="Кто не ответил и что это меняет",
                frame=frame.with_columns(sentence=sentences).select(_COLUMNS),
                notes=_NOTES if frame.height else (),
                internal=True,  # without hidden values its estimates are of other organisations than the total
            )
        ]


def _sentence(row: Mapping[str, Any], places: int) -> str:
    """«Район, 1.1, 2022: ответили 36 из 40 ОО (1 240 из 1 390 чел.). …»."""
    parts = [f"{row['unit_name']}, {row['indicator']}, {row['period']}: {_coverage(row)}"]
    if None not in {row["estimate"], row["value"]} and abs(row["value"] - row["estimate"]) > _HAIR:
        parts.append(f"Итог {decimal(row['value'], places)} %: молчание считается нулём")
    if row["estimate"] is not None:
        parts.append(f"По ответившим {decimal(row['estimate'], places)} %")
    if row["hard_low"] is not None:
        parts.append(f"Наверняка от {_span(row, 'hard', places)} %, как бы ни ответили остальные")
    elif row["unknown"]:
        parts.append(_unknown(row["unknown"]))
    if row["reason"] is None:
        parts.append(f"95 % интервал для всех ОО: {_span(row, 'ci', places, '–')} %")
    else:
        parts.append(f"Интервала нет: {row['reason']}")
    if row["carried"] is not None:
        parts.append(f"С прежними данными не ответивших — {decimal(row['carried'], places)} % (для сведения)")
    if 100 * row["reported"] < LEAST_COVERAGE * row["expected"]:
        parts.append("Динамика района — только по общему кругу")
    return " ".join(f"{part}." for part in parts)


def _coverage(row: Mapping[str, Any]) -> str:
    text = f"ответили {count(row['reported'])} из {count(row['expected'])} ОО"
    if row["ones"] or row["size_silent"] is None:
        return text
    return f"{text} ({count(row['size'])} из {count(row['size'] + row['size_silent'])} чел.)"


def _span(row: Mapping[str, Any], name: str, places: int, between: str = " до ") -> str:
    return f"{decimal(row[f'{name}_low'], places)}{between}{decimal(row[f'{name}_high'], places)}"


def _unknown(silent: int) -> str:
    whose = plural(silent, "не ответившей ОО", "не ответивших ОО", "не ответивших ОО")
    return f"Численность {count(silent)} {whose} неизвестна, границы не вычислены"
