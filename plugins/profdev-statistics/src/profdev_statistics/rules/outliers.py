"""Organisations that stay behind those they may be compared with, by more than size and usual differences explain."""

from __future__ import annotations

from functools import partial
from itertools import pairwise

import attrs
import numpy as np
import polars as pl
from attrs import frozen
from numpy.typing import NDArray
from scipy.special import ndtr

from profdev_indicators.frames import ENGINE, Judgement, Severity
from profdev_indicators.model import AppliesTo, key
from profdev_statistics import panels
from profdev_statistics.clusters import banded, together
from profdev_statistics.funnel import ALARM, WARNING, Floats, Funnel, both
from profdev_statistics.rules import grades, keys

_PLACE = ("line", "position", "level")
_OTHERS = "прочие"  # those whom the roster puts into no cluster
_BEFORE = ("position", "peers_z", "value", "period", "size", "low")


def _rising(_: object, attribute: attrs.Attribute[tuple[int, ...]], bounds: tuple[int, ...]) -> None:
    if any(bound < 1 for bound in bounds) or any(later <= bound for bound, later in pairwise(bounds)):
        raise ValueError(f"{attribute.name}: границы должны возрастать и быть больше нуля, например [20, 50]")


@frozen(kw_only=True)
class LowOutlier:
    """Хуже сопоставимых: ниже нижней границы «воронки» своей группы.

    Граница учитывает численность организации и то, насколько организации группы различаются обычно. Два периода
    подряд ниже границы, или один — далеко ниже. Там, где меньше — лучше, то же о верхней границе.
    """

    z: float = key(
        "Граница, в стандартных отклонениях от среднего группы: ниже неё два периода подряд",
        default=-WARNING,
        validator=keys.between(0, 10),
    )
    z_strong: float = key(
        "Дальняя граница: ниже неё хотя бы раз — на ступень важнее", default=-ALARM, validator=keys.between(0, 10)
    )
    at_least: int = key("Сколько организаций должно быть в группе", default=8, validator=keys.between(2, 1e6))
    small: int = key(
        "Организации с меньшей численностью не сравниваются и в группу не входят",
        default=10,
        validator=keys.between(1, 1e6),
    )
    widen: bool = key(
        "Группы, где организаций меньше, сравнивать вместе с другими малыми группами того же вида: до at_least",
        default=True,
    )
    sizes: tuple[int, ...] = key(
        "Где делить группу по численности, например [20, 50]; слишком малые части объединяются. Пусто — не делить",
        default=(),
        validator=_rising,
    )
    severity: Severity = key(keys.SEVERITY, default="attention")
    name: str | None = key(keys.NAME, default=None)
    applies_to: AppliesTo = key(keys.APPLIES_TO, default="organisations")

    def judge(self) -> Judgement:
        """Below the limit now and in the period just before, or far below it now."""
        far = pl.col("peers_z") < -self.z_strong
        twice = (pl.col("peers_z") < -self.z) & (pl.col("peers_z_before") < -self.z)
        once = (pl.col("peers_z") < -self.z) & ~far & pl.col("peers_z_before").is_null()
        in_force = pl.col("share") & ~pl.col("alone")
        few = pl.format(
            f"в группе {{}} ОО с численностью от {self.small}: нужно {self.at_least}",
            pl.col("peers_count").fill_null(0),
        )
        return Judgement(
            prepare=partial(_beside_peers, rule=self),
            needs=(*panels.NEEDS, "cluster", "state", "unit_kind"),
            fired=pl.when(in_force).then((far | twice).fill_null(value=False)),
            unchecked=pl.when(in_force).then(
                pl.coalesce(
                    "obstacle",
                    panels.too_few("size", self.small),
                    pl.when(pl.col("peers_z").is_null()).then(few),
                    pl.when(once).then(pl.lit("ниже границы группы, но за предыдущий период сравнить не с чем")),
                )
            ),
            base=pl.col("peers_share"),
            change=pl.col("value") - pl.col("peers_share"),
            p_value=pl.col("peers_p"),
            chance=pl.col("peers_chance"),
            severity=grades.graded(self.severity, strong=far),
            numbers={
                "peers_count": pl.col("peers_count"),
                "cluster": pl.col("peers_name"),
                "limit": pl.col("peers_limit"),
                "by_chance": pl.when(far).then("peers_p").otherwise(1.0),
                "value_before": pl.when(twice).then(pl.col("peers_value_before")),
                "period_before": pl.when(twice).then(pl.col("peers_period_before")),
            },
        )


def _beside_peers(series: pl.LazyFrame, *, rule: LowOutlier) -> pl.LazyFrame:
    """Adds ``alone`` (there is nobody to be compared with) and ``peers_…``; null: there is no funnel for the cell."""
    place = pl.when(pl.col("cluster") != pl.col("unit_kind")).then("cluster").otherwise(pl.lit(_OTHERS))
    kind = pl.col("unit_kind").min().over(*_PLACE, "cluster")
    nearest = (*_PLACE, "kind") if rule.widen else (*_PLACE, "cluster")
    frame = (
        panels.comparable(series)
        .with_columns(place.alias("place"), kind.alias("kind"))
        .with_columns(((pl.col("state") != "not_defined").sum().over(nearest) <= 1).alias("alone"))
        .collect(engine=ENGINE)
    )
    cells = frame.lazy().filter(pl.col("size") >= rule.small)
    if rule.widen:
        cells = together(cells, by=(*_PLACE, "kind"), place="place", least=rule.at_least)
    else:
        cells = cells.with_columns(pl.col("place").alias("group"))
    groups = (*_PLACE, "kind", "group")
    if rule.sizes:
        cells = banded(cells, by=groups, size="size", bounds=rule.sizes, least=rule.at_least)
    else:
        cells = cells.with_columns(band=pl.lit(None, pl.String))
    counted = cells.with_columns(pl.len().over(*groups, "band").cast(pl.Int64).alias("peers_count"))
    told = counted.collect(engine=ENGINE)
    large = told.filter(pl.col("peers_count") >= rule.at_least)
    numbered = large.with_columns(pl.struct(*groups, "band").rank("dense").alias("number") - 1)
    sizes = told.lazy().select("row", "peers_count")
    found = sizes.join(_against_the_funnel(numbered, rule), on="row", how="left")
    return frame.lazy().join(found, on="row", how="left", maintain_order="left")


def _against_the_funnel(grouped: pl.DataFrame, rule: LowOutlier) -> pl.LazyFrame:
    """``row`` and ``peers_…`` of every cell that is in a group large enough."""
    x, n, group = (grouped[name].to_numpy() for name in ("count", "size", "number"))
    funnel = Funnel.of(x, n, group).at(group)
    z = funnel.deviation(x, n)
    own_name = pl.when(pl.col("group") != _OTHERS).then("group")
    measured = grouped.select(
        "row",
        "segment",
        *("position", "value", "period", "size"),
        _turned(funnel.share).alias("peers_share"),
        _turned(funnel.below(n, -rule.z)).alias("peers_limit"),
        pl.concat_str(own_name, "band", separator=", ", ignore_nulls=True).alias("peers_name"),
        pl.Series("peers_z", z),
        pl.Series("peers_p", ndtr(z)),
        pl.Series("low", funnel.chance_below(n, -rule.z)),
    )
    with_before = panels.earlier(measured.lazy(), _BEFORE, 1).collect(engine=ENGINE)
    just_before = with_before["position"] - with_before["position@1"] == 1
    low, low_before, n_before = (with_before[name].to_numpy() for name in ("low", "low@1", "size@1"))
    very_low = funnel.chance_below(n, -rule.z_strong)
    alike = funnel.alike(n, n_before)
    twice = both(low, low_before, alike) - both(very_low, low_before, alike)
    chance = very_low + np.where(just_before.fill_null(value=False).to_numpy(), twice, 0)
    return with_before.lazy().select(
        "row",
        *(name for name in measured.columns if name.startswith("peers_")),
        *(
            pl.when(pl.lit(just_before)).then(f"{name}@1").alias(f"peers_{name.removeprefix('peers_')}_before")
            for name in ("peers_z", "value", "period")
        ),
        pl.lit(pl.Series(np.where(_varies(funnel), chance, np.nan), nan_to_null=True)).alias("peers_chance"),
    )


def _varies(funnel: Funnel) -> NDArray[np.bool_]:
    """Whether chance can do anything: not where all have all, or nothing."""
    return np.asarray((funnel.share > 0) & (funnel.share < 1), np.bool_)


def _turned(share: Floats) -> pl.Expr:
    """A share of the better ones as a per cent of the indicator."""
    per_cent = 100 * pl.lit(pl.Series(share))
    return pl.when(pl.col("sign") < 0).then(100 - per_cent).otherwise(per_cent)
