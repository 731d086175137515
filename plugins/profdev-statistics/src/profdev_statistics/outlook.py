"""Cells of VALUES looked at ahead: which can be forecast and how, and why the others cannot."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from profdev_indicators.frames import ENGINE
from profdev_statistics.forecasting import (
    FEWEST_ORGANISATIONS,
    FEWEST_PERIODS,
    Floats,
    Outlook,
    Panel,
    Pool,
    Prospect,
    Singles,
    naive_interval,
)

POOLED = "пул"
NAIVE = "наивный"
SINGLE = "муниципальный, ориентировочный"

_FEW = "few"
_ALL = 100.0  # per cent
_METHODS = (POOLED, NAIVE, SINGLE)
_METHOD = pl.Enum(_METHODS)
_LEVELS = ((0.80, "80"), (0.95, "95"))
_NUMBERS = ("forecast", "low80", "high80", "low95", "high95", "below")
_MADE = pl.Schema(
    {
        "row": pl.UInt32(),
        "method": _METHOD,
        **dict.fromkeys(_NUMBERS, pl.Float64()),
        "periods": pl.Int64(),
        _FEW: pl.Int64(),
    }
)


def looked_ahead(cells: pl.DataFrame, steps: int) -> pl.DataFrame:
    """What each cell's period foretold for ``steps`` periods later, from nothing but what was known then.

    Args:
        cells: ``row`` (UInt32, unique), ``line``, ``unit``, ``position``, ``own``, ``numerator``, ``denominator``,
            ``definition``, ``sign``, ``target`` (of the period foretold, in per cent) and ``hurdle``, the reason why
            the cell is no share to go on from, in Russian; null: it is one.
        steps: 1 is the next period.

    Returns:
        The same rows in the same order with: ``forecast``, ``low80``, ``high80``, ``low95``, ``high95`` (per cent),
        ``miss`` (probability to miss the target; null: not known), ``method`` (null: no forecast), ``refusal`` (why
        there is none, in Russian) and ``caveat`` (why it is but naive).
    """
    points = cells.lazy().filter(pl.col("hurdle").is_null())
    runs = (
        points.select("line", "position", "definition")
        .unique()
        .sort("line", "position", "definition")
        .with_columns(run=_begins("line", "definition").cum_sum())
    )
    kept = ("row", "line", "run", "own", "unit", "position", "numerator", "denominator", "target")
    panels = points.join(runs, on=["line", "position", "definition"]).select(kept).collect(engine=ENGINE)
    made = [_made(panel, steps) for panel in panels.sort("line", "run", "own").partition_by("line", "run", "own")]
    return (
        cells.lazy()
        .join(pl.concat([pl.DataFrame(schema=_MADE), *made]).lazy(), on="row", how="left", maintain_order="left")
        .with_columns(miss=_missed(), refusal=_refusal(steps), caveat=_caveat())
        .drop("below", "periods", _FEW)
        .collect(engine=ENGINE)
    )


def _begins(*columns: str) -> pl.Expr:
    return pl.any_horizontal(pl.col(name).ne_missing(pl.col(name).shift()) for name in columns)


def _made(cells: pl.DataFrame, steps: int) -> pl.DataFrame:
    """Forecasts of one line between two changes of definition, of organisations or of totals."""
    # By name, so that no sum depends on the order in which organisations are listed.
    rows = cells["unit"].rank("dense").to_numpy().astype(np.int64) - 1
    at, columns = np.unique(cells["position"].to_numpy(), return_inverse=True)
    panel = Panel(
        x=_laid(cells["numerator"], rows, columns), n=_laid(cells["denominator"], rows, columns), at=at.astype(np.int64)
    )
    target = _laid(cells["target"], rows, columns) / _ALL
    told = _organisations(panel, target, steps) if cells["own"][0] else _totals(panel, target, steps)
    here = {name: table[rows, columns] for name, table in (told | {"periods": panel.periods}).items()}
    return (
        pl.DataFrame({"row": cells["row"], **here})
        .with_columns(pl.col("method").replace_strict(dict(enumerate(_METHODS)), default=None, return_dtype=_METHOD))
        .with_columns(pl.col(_NUMBERS).fill_nan(None))
        .cast(_MADE)
        .select(_MADE.names())
    )


def _laid(series: pl.Series, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> Floats:
    table = np.full((rows.max() + 1, columns.max() + 1), np.nan)
    table[rows, columns] = series.cast(pl.Float64).fill_null(np.nan).to_numpy()
    return table


def _organisations(panel: Panel, target: Floats, steps: int) -> dict[str, Floats]:
    told = _blank(panel)
    if (panel.n[panel.seen] <= 1).all():
        return told
    pool = Pool.of(panel)
    for origin in range(len(panel.at)):
        told[_FEW][:, origin] = pool.lasting(origin).sum()
        outlook = pool.ahead(origin, steps)
        if outlook is not None:
            _tell(told, POOLED, origin, outlook, target)
    if steps == 1:
        _tell_naive(told, panel)
    return told


def _totals(panel: Panel, target: Floats, steps: int) -> dict[str, Floats]:
    told = _blank(panel)
    singles = Singles.of(panel)
    for origin in range(len(panel.at)):
        _tell(told, SINGLE, origin, singles.ahead(origin, steps), target)
    return told


def _blank(panel: Panel) -> dict[str, Floats]:
    return {name: np.full_like(panel.n, np.nan) for name in ("method", *_NUMBERS)} | {_FEW: np.zeros_like(panel.n)}


def _tell(told: dict[str, Floats], method: str, origin: int, outlook: Outlook | Prospect, target: Floats) -> None:
    lows, highs = zip(*(outlook.interval(level) for level, _ in _LEVELS), strict=True)
    told["method"][:, origin] = np.where(np.isnan(outlook.share), np.nan, _METHODS.index(method))
    told["forecast"][:, origin] = 100 * outlook.share
    told["below"][:, origin] = outlook.below(target[:, origin])
    for (_, name), low, high in zip(_LEVELS, lows, highs, strict=True):
        told[f"low{name}"][:, origin], told[f"high{name}"][:, origin] = 100 * low, 100 * high


def _tell_naive(told: dict[str, Floats], panel: Panel) -> None:
    """What was and what chance does to it, where nothing better can be told but there was something before."""
    here = np.isnan(told["method"]) & panel.seen & (panel.periods > 1)
    told["method"][here] = _METHODS.index(NAIVE)
    told["forecast"][here] = 100 * panel.share[here]
    for level, name in _LEVELS:
        low, high = naive_interval(panel.x[here], panel.n[here], level)
        told[f"low{name}"][here], told[f"high{name}"][here] = 100 * low, 100 * high


def _missed() -> pl.Expr:
    """A miss of 100 % is no matter of chance: one head is enough for it, and nobody can promise that there is none."""
    is_open = (pl.col("target") > 0) & (pl.col("target") < _ALL)
    worse = pl.when(pl.col("sign") > 0).then("below").when(pl.col("sign") < 0).then(1 - pl.col("below"))
    return pl.when(is_open).then(worse)


def _refusal(steps: int) -> pl.Expr:
    """In Russian; null where there is a forecast."""
    periods = pl.col("periods")
    own = pl.col("own")
    needed = pl.when(own & (steps == 1)).then(2).otherwise(FEWEST_PERIODS)
    short = pl.format("сопоставимых периодов: {}, для прогноза нужно не меньше {}", periods, needed)
    reason = (
        pl.when(periods < needed)
        .then(short)
        .when(own & (pl.col("denominator") <= 1))
        .then(pl.lit("«да» или «нет» одной организации не прогнозируется"))
        .otherwise(_few())
    )
    return pl.when(pl.col("method").is_null()).then(pl.coalesce("hurdle", reason))


def _caveat() -> pl.Expr:
    short = pl.format("сопоставимых периодов всего {}", pl.col("periods"))
    return pl.when(pl.col("method") == NAIVE).then(
        pl.when(pl.col("periods") < FEWEST_PERIODS).then(short).otherwise(_few())
    )


def _few() -> pl.Expr:
    lasting = pl.format(
        f"организаций с {FEWEST_PERIODS} периодами и больше: {{}}, нужно не меньше {FEWEST_ORGANISATIONS}", pl.col(_FEW)
    )
    untried = pl.lit(f"прежних прогнозов, по которым видна ошибка, меньше {FEWEST_ORGANISATIONS}")
    return pl.when(pl.col(_FEW) < FEWEST_ORGANISATIONS).then(lasting).otherwise(untried)
