"""Eleven years of England's published exclusion rates, recomputed from YAML alone."""

from __future__ import annotations

import os
from pathlib import Path

import attrs
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from profdev_indicators import load, monitor, plugin_manager
from profdev_indicators.model import District
from profdev_indicators.results import Monitoring

REPOSITORY = Path(__file__).parents[2]
EXAMPLE = REPOSITORY / "examples" / "england-exclusions"
DATA = Path(os.environ.get("PROFDEV_DFE_DATA") or REPOSITORY.parent / "shared" / "data" / "en_dfe_exclusions")
ALL_YEARS = "2006/2007..2016/2017"
LAST = "2016/2017"
KEYS = ["unit", "period", "indicator"]
RATES = {"perm": "perm_excl_rate", "fixed": "fixed_excl_rate", "once": "one_or_more_fixed_excl_rate"}
COUNTS = {"perm": "perm_excl", "fixed": "fixed_excl", "once": "one_plus_fixed"}

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="no published data: set PROFDEV_DFE_DATA (examples/england-exclusions/README.md)"
)


@pytest.fixture(scope="module")
def district() -> District:
    return load(EXAMPLE / "district.yaml", plugin_manager(discover=False))


@pytest.fixture(scope="module")
def monitoring(district: District) -> Monitoring:
    return _monitored(district, ALL_YEARS)


@pytest.fixture(scope="module")
def compared(monitoring: Monitoring) -> pl.DataFrame:
    """Every published cell but those of «NULL», which is no authority, with what was recomputed for it."""
    published = _published("clean_la_data.csv", "la_name", RATES, COUNTS).filter(pl.col("unit") != "NULL")
    return published.join(monitoring.values, on=KEYS, how="left", maintain_order="left")


def test_every_published_cell_has_its_value(compared: pl.DataFrame) -> None:
    assert compared["state"].null_count() == 0
    assert compared.height == 3 * (7122 - 2)


def test_rates_of_local_authorities_are_exact(compared: pl.DataFrame) -> None:
    rates = _numbers(compared.filter(pl.col("unit_kind") == "la"))
    assert rates.group_by("kind").len().sort("kind").rows() == [("fixed", 6550), ("once", 6506), ("perm", 5772)]
    assert rates["state"].unique().to_list() == ["ok"]
    assert rates.filter(pl.col("value").round(2, mode="half_away_from_zero") != pl.col("rate")).is_empty()


def test_rates_of_regions_and_the_nation_are_inside_the_published_rounding(compared: pl.DataFrame) -> None:
    rates = _numbers(compared.filter(pl.col("unit_kind") != "la"))
    assert rates.height == 433 + 440 + 440 + 3 * 44
    assert rates["state"].unique().to_list() == ["ok"]
    half = 100 * 2.5 / pl.col("denominator")
    lowest, highest = pl.col("value") - half, pl.col("value") + half
    outside = rates.filter(~pl.col("rate").is_between(lowest.round(2), highest.round(2)))
    assert outside.is_empty()


def test_levels_given_as_a_column_are_not_added_twice(monitoring: Monitoring) -> None:
    nation = monitoring.value("total-perm", "england", LAST)
    assert (nation.numerator, nation.denominator) == (7720, 8025075)
    assert (nation.expected, nation.reported) == (1, 1)


def test_asked_alone_the_authorities_add_up_to_the_nation(district: District) -> None:
    only = tuple(attrs.evolve(source, asked_of=("la",)) for source in district.sources)
    sections = tuple(
        attrs.evolve(s, indicators=tuple(attrs.evolve(i, source=_named(i.source.id, only)) for i in s.indicators))  # type: ignore[union-attr]  # every indicator here has a source
        for s in district.sections
    )
    nation = _monitored(attrs.evolve(district, sources=only, sections=sections), LAST).value("total-fixed")
    published = _table("clean_la_data.csv").filter(
        pl.col("level") == "Local authority", pl.col("year") == "201617", pl.col("school_type") == "Total"
    )
    told = published.filter(pl.col("fixed_excl") != "x").select(pl.col("fixed_excl", "headcount").cast(pl.Float64))
    assert (nation.numerator, nation.denominator) == told.sum().row(0)
    assert (nation.expected, nation.reported) == (published.height, told.height)
    assert nation.denominator == pytest.approx(8025075, abs=2500)


def test_hidden_is_not_inapplicable_and_neither_is_zero(compared: pl.DataFrame) -> None:
    kinds = compared.with_columns(
        said=pl.when(pl.col("rate_as_told").is_in(["x", "."])).then("rate_as_told").otherwise(pl.lit("number"))
    )
    found = kinds.group_by("said", pl.col("state").cast(pl.String)).len().sort("said")
    assert found.rows() == [(".", "not_applicable", 48), ("number", "ok", 20273), ("x", "suppressed", 1039)]
    zeros = compared.filter(pl.col("count_as_told") == "0", pl.col("rate_as_told") != ".")
    assert zeros.height > 500
    assert zeros.select("value", "numerator").unique().rows() == [(0.0, 0.0)]


def test_an_authority_exists_between_its_dates(monitoring: Monitoring) -> None:
    states = monitoring.values.filter(pl.col("indicator") == "total-fixed").sort("period")
    cheshire = states.filter(pl.col("unit") == "Cheshire (Pre LGR 2009)")["state"].to_list()
    assert cheshire == ["ok"] * 3 + ["not_defined"] * 8
    east = states.filter(pl.col("unit") == "Cheshire East")["state"].to_list()
    # Counted in 2008/09 already, when its pupils still belonged to the authority before it.
    assert east == ["not_defined"] * 2 + ["not_applicable"] + ["ok"] * 8


def test_what_belongs_to_nobody_is_named_and_left_out(monitoring: Monitoring) -> None:
    errors = monitoring.defects.filter(pl.col("severity") == "error")
    assert errors.select("check", "source", "period", "message").unique().rows() == [
        ("unknown_unit", "total", "2006/2007", "нет такой организации: «NULL»")
    ]


def test_the_headlines_of_the_release(monitoring: Monitoring) -> None:
    secondary = [monitoring.value("secondary-perm", "england", year).value for year in ("2015/2016", LAST)]
    assert [round(value or 0, 2) for value in secondary] == [0.17, 0.20]
    assert round(monitoring.value("secondary-part", "england", LAST).value or 0) == 83


def test_rates_of_groups_of_pupils_are_inside_the_published_rounding() -> None:
    characteristics = load(EXAMPLE / "characteristics.yaml", plugin_manager(discover=False))
    monitoring = _monitored(characteristics, "2011/2012..2015/2016")
    groups = {source.reader.where["characteristic_1"]: source.id for source in characteristics.sources}  # type: ignore[attr-defined]  # they are all read from CSV
    published = (
        _published(
            "SFR35_2017_National_characteristics.csv",
            "country",
            RATES | {"once": "one_plus_fixed_rate"},
            COUNTS,
            group="characteristic_1",
        )
        .filter(pl.col("school_type") == "total", pl.col("characteristic_2") == "Total", pl.col("group").is_in(groups))
        .with_columns(
            unit=pl.lit("england"),
            indicator=pl.format("{}-{}", pl.col("group").replace_strict(groups, return_dtype=pl.String), "kind"),
        )
    )
    rates = _numbers(published.join(monitoring.values, on=KEYS, how="left", maintain_order="left"))
    unread = rates.filter(pl.col("state") != "ok")
    half = 100 * 2.5 / pl.col("denominator")
    lowest, highest = pl.col("value") - half, pl.col("value") + half
    assert rates.height == 3 * (7 * 5 + 2 * 2)
    # 2014/15 is written «755,525»: refused by name, and never read as seven hundred and fifty-five.
    assert unread.select("period", "state").unique().rows() == [("2014/2015", "invalid")]
    assert unread["group"].unique().sort().to_list() == sorted(g for g, name in groups.items() if name[-3:] == "est")
    assert rates.filter(
        pl.col("state") == "ok", ~pl.col("rate").is_between(lowest.round(2), highest.round(2))
    ).is_empty()


def test_the_order_of_rows_changes_nothing(district: District, monitoring: Monitoring) -> None:
    shuffled = _table("clean_la_data.csv").sample(fraction=1, shuffle=True, seed=1)
    again = _monitored(district, ALL_YEARS, frames={source.id: shuffled for source in district.sources})
    assert_frame_equal(again.values, monitoring.values)


def _monitored(district: District, periods: str, frames: dict[str, pl.DataFrame] | None = None) -> Monitoring:
    return monitor(district, period=periods, data=DATA, frames=frames, plugins=plugin_manager(discover=False))


def _named(name: str, sources: tuple[object, ...]) -> object:
    return next(source for source in sources if source.id == name)  # type: ignore[attr-defined]  # sources have ids


def _table(name: str) -> pl.DataFrame:
    return pl.read_csv(DATA / name, infer_schema=False)


def _published(
    name: str, unit: str, rates: dict[str, str], counts: dict[str, str], group: str | None = None
) -> pl.DataFrame:
    """One row per published rate: ``unit, period, indicator, kind, rate_as_told, count_as_told`` and the rest."""
    table = _table(name).with_columns(
        pl.col(unit).replace({"England": "england"}).alias("unit"),
        pl.format("{}/20{}", pl.col("year").str.head(4), pl.col("year").str.tail(2)).alias("period"),
        pl.col("school_type").str.to_lowercase(),
        pl.col(group or unit).alias("group"),
    )
    parts = [
        table.select(
            "unit",
            "period",
            "school_type",
            "group",
            *(["characteristic_2"] if group else []),
            pl.format("{}-{}", "school_type", pl.lit(kind)).alias("indicator"),
            pl.lit(kind).alias("kind"),
            pl.col(rate).alias("rate_as_told"),
            pl.col(counts[kind]).alias("count_as_told"),
        )
        for kind, rate in rates.items()
    ]
    return pl.concat(parts)


def _numbers(compared: pl.DataFrame) -> pl.DataFrame:
    return compared.with_columns(rate=pl.col("rate_as_told").cast(pl.Float64, strict=False)).drop_nulls("rate")
