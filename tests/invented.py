"""A district of invented schools whose counts are given as arrays: what an analysis looks at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import polars as pl
from attrs import evolve

from judging import district, indicator
from profdev_indicators.frames import DEFECTS, FINDINGS, MAIN, RECOMMENDATIONS, ROSTER, UNCHECKED, VALUES
from profdev_indicators.model import Indicator
from profdev_indicators.periods import Period
from profdev_indicators.results import Monitoring, Provenance

YEARS = ("2019", "2020", "2021", "2022")
_ROOT = "d"


def school(number: int) -> str:
    """The id of a school."""
    return f"s{number:04}"


def measured(
    counts: Mapping[str, tuple[np.ndarray, np.ndarray]],
    *,
    years: Sequence[str] = YEARS,
    indicators: Sequence[Indicator] | None = None,
    clusters: Sequence[str | None] | None = None,
    definitions: Mapping[str, str] | None = None,
    **parts: Any,
) -> Monitoring:
    """The answer for the last of ``years``.

    Args:
        counts: by indicator, x of n: schools down, years across; NaN: the school was silent.
        years: the periods, in order.
        indicators: those of ``counts``; shares where higher is better unless given.
        clusters: of the schools, in order.
        definitions: by year, where not all are the same.
        parts: whatever else of :class:`Monitoring`; and ``analyses`` of the district.
    """
    asked = district(*(indicators or [indicator(id=name) for name in counts]))
    asked = evolve(asked, analyses=tuple(parts.pop("analyses", ())))
    history = pl.concat([_cells(name, x, n, years, definitions or {}) for name, (x, n) in counts.items()])
    schools = next(iter(counts.values()))[0].shape[0]
    given: dict[str, Any] = {
        "district": asked,
        "periods": (Period.parse(years[-1]),),
        "values": history.filter(pl.col("period") == years[-1]),
        "history": history,
        "findings": pl.DataFrame(schema=FINDINGS),
        "unchecked": pl.DataFrame(schema=UNCHECKED),
        "recommendations": pl.DataFrame(schema=RECOMMENDATIONS),
        "defects": pl.DataFrame(schema=DEFECTS),
        "answers": pl.DataFrame(),
        "places": pl.DataFrame(),
        "roster": _roster(schools, clusters),
        "provenance": _provenance(years),
    }
    return Monitoring(**given | parts)


def remark(unit: str, period: str, item: str, check: str) -> pl.DataFrame:
    """DEFECTS with one row."""
    row = {"severity": "error", "source": "card", "unit": unit, "period": period, "item": item, "check": check}
    return pl.DataFrame([dict.fromkeys(DEFECTS) | row], DEFECTS)


def _cells(
    name: str, x: np.ndarray, n: np.ndarray, years: Sequence[str], definitions: Mapping[str, str]
) -> pl.DataFrame:
    schools, periods = x.shape
    units = pl.Series([school(number) for number in range(schools)])
    told = np.isfinite(n)
    parts = []
    for at in range(periods):
        known = told[:, at]
        named = {"indicator": name, "period": years[at], "definition": definitions.get(years[at], "one")}
        parts.append(_frame(named, units, 0, x[:, at], n[:, at], known.astype(int), np.ones(schools)))
        sums = [np.array([np.nansum(column[:, at]) if known.any() else np.nan]) for column in (x, n)]
        counters = np.array([known.sum()]), np.array([schools])
        parts.append(_frame(named, pl.Series([_ROOT]), 1, sums[0], sums[1], *counters))
    return pl.concat(parts)


def _frame(
    named: Mapping[str, str],
    units: pl.Series,
    level: int,
    x: np.ndarray,
    n: np.ndarray,
    reported: np.ndarray,
    expected: np.ndarray,
) -> pl.DataFrame:
    columns = {
        "unit": units,
        "numerator": pl.Series(x, nan_to_null=True),
        "denominator": pl.Series(n, nan_to_null=True),
        "reported": reported,
        "evidenced": reported,
        "expected": expected,
    }
    absent = set(VALUES) - columns.keys()
    return (
        pl.DataFrame(columns)
        .with_columns(pl.lit(None).alias(each) for each in absent)
        .with_columns(pl.lit(text).alias(column) for column, text in named.items())
        .with_columns(
            district=pl.lit(_ROOT),
            unit_name=pl.lit("Школа ") + pl.col("unit"),
            unit_kind=pl.lit("district" if level else "school"),
            level=pl.lit(level),
            section=pl.lit("s"),
            reading=pl.lit(MAIN),
            value=100 * pl.col("numerator") / pl.col("denominator"),
            state=pl.when(pl.col("reported") > 0).then(pl.lit("ok")).otherwise(pl.lit("not_reported")),
        )
        .select(pl.col(each).cast(dtype) for each, dtype in VALUES.items())
    )


def _roster(schools: int, clusters: Sequence[str | None] | None) -> pl.DataFrame:
    rows = [{"id": _ROOT, "name": "район", "kind": "district", "level": 1}]
    rows += [
        {
            "id": school(number),
            "name": f"Школа {number}",
            "kind": "school",
            "parent": _ROOT,
            "level": 0,
            "cluster": clusters[number] if clusters else None,
        }
        for number in range(schools)
    ]
    return pl.DataFrame([dict.fromkeys(ROSTER) | row for row in rows], {**ROSTER, "level": pl.Int32()}, orient="row")


def _provenance(years: Sequence[str]) -> Provenance:
    return Provenance(
        version="0",
        polars="0",
        python="0",
        config="0",
        sources={},
        plugins=(),
        periods=tuple(years),
        newest=datetime(2022, 12, 31, tzinfo=UTC),
    )


def drawn(
    seed: int,
    schools: int = 40,
    years: int = 4,
    *,
    share: float = 0.7,
    spread: float = 0.08,
    sizes: tuple[int, int] = (15, 61),
) -> tuple[np.ndarray, np.ndarray]:
    """x and n of schools that differ by ``spread`` and do not change."""
    rng = np.random.default_rng(seed)
    n = np.repeat(rng.integers(*sizes, schools)[:, None], years, axis=1)
    true = np.clip(rng.normal(share, spread, schools), 0.01, 0.99)
    return rng.binomial(n, true[:, None]).astype(float), n.astype(float)
