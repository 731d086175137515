from __future__ import annotations

from collections.abc import Sequence

import attrs
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from counted_by_hand import count
from profdev_indicators.builtin.engines import Gpu, Polars
from profdev_indicators.builtin.engines.counting import Count
from profdev_indicators.builtin.engines.graphics import lacking
from profdev_indicators.builtin.engines.grouping import summed
from profdev_indicators.builtin.engines.plan import planned
from profdev_indicators.builtin.engines.running import Running
from profdev_indicators.errors import RequestError, SourceError
from profdev_indicators.records import Counted, Part, Question, Tally, keys
from random_records import (
    COLUMNS,
    FLAGS,
    PERIODS,
    REGION,
    TYPES,
    UNITS,
    Asking,
    asked,
    flag,
    match_units,
    parts,
    question,
    records,
    unit_text,
)

SEEDS = st.integers(0, 2**32)
ONE = Tally(name="t", population=(flag("main"),), counted=(Counted(where=flag("trained")),))
FEW = settings(max_examples=15, deadline=None)


def sums(question: Question, told: Sequence[Part], engine: Polars | None = None) -> pl.DataFrame:
    """What is counted in all parts together."""
    whole = pl.concat([tallied.frame for _, tallied in (engine or Polars()).tally(question, told)])
    names = keys().names()[:4]
    added = whole.group_by(names).agg(pl.exclude(names).sum())
    return added.sort(names, nulls_last=True)


def one(frame: pl.DataFrame) -> list[Part]:
    return [Part(name="2021", period=PERIODS[0], frame=frame.lazy())]


def cell(found: pl.DataFrame, unit: int, part: str) -> float:
    return float(found.filter(pl.col("unit") == unit, pl.col("breakdown").is_null())[f"t.{part}"].item())


@FEW
@given(SEEDS, st.booleans())
def test_the_order_of_rows_is_nothing(seed: int, persons: bool) -> None:  # noqa: FBT001 - hypothesis gives it
    asking = Asking(persons=persons)
    frame, put = records(seed, 120, asking), question(seed, asking)
    shuffled = frame.sample(fraction=1.0, shuffle=True, seed=seed)
    assert_frame_equal(sums(put, one(frame)), sums(put, one(shuffled)))


@FEW
@given(SEEDS, st.integers(1, 100))
def test_records_may_be_cut_anywhere_where_rows_are_counted(seed: int, at: int) -> None:
    put, frame = question(seed, Asking()), records(seed, 120, Asking())
    assert_frame_equal(sums(put, one(frame)), sums(put, [*one(frame[:at]), *one(frame[at:])]))


@FEW
@given(SEEDS)
def test_in_memory_and_streaming_are_the_same(seed: int) -> None:
    asking = Asking(persons=bool(seed % 2), period_column=True)
    put, told = question(seed, asking), parts(records(seed, 200, asking), asking)
    assert_frame_equal(sums(put, told), sums(put, told, Polars(mode="in-memory")))


@pytest.mark.parametrize("persons", [False, True])
def test_a_part_that_does_not_fit_in_memory_is_counted_the_same(persons: bool) -> None:  # noqa: FBT001 - a parameter
    asking = Asking(persons=persons, period_column=True)
    put, (part,) = question(5, asking), parts(records(5, 400, asking), asking)
    whole, pieces = (
        Count(question=put, running=Running(engine="streaming", at_once=at_once)).part(part) for at_once in (10**6, 60)
    )
    names = keys().names()[:4]
    assert_frame_equal(whole.frame.sort(names), pieces.frame.sort(names), check_row_order=True)
    assert_frame_equal(whole.lost.sort("what", "said"), pieces.lost.sort("what", "said"))
    assert (whole.rows, pieces.rows) == (400, 400)


@FEW
@given(SEEDS, st.booleans())
def test_one_more_yes_adds_one_all_the_way_up(seed: int, persons: bool) -> None:  # noqa: FBT001 - hypothesis gives it
    asking = Asking(persons=persons, breakdowns=())
    put, frame = asked(asking, [ONE]), records(seed, 60, asking)
    row = {**frame.row(0, named=True), "oo": unit_text(3), "who": "новый человек", "main": True, "trained": True}
    more = pl.concat([frame, pl.DataFrame([row], schema=frame.schema)])
    before, after = sums(put, one(frame)), sums(put, one(more))
    assert cell(after, REGION, "n") == cell(before, REGION, "n") + 1
    assert cell(after, UNITS + 3, "n") == cell(before, UNITS + 3, "n") + 1


@FEW
@given(SEEDS)
def test_a_row_said_twice_is_the_same_person(seed: int) -> None:
    asking = Asking(persons=True, excluded=False)
    frame = records(seed, 100, asking).filter(pl.col("who").is_not_null())
    put = asked(asking, [ONE])
    twice = pl.concat([frame, frame])
    assert_frame_equal(sums(put, one(frame)).drop("rows"), sums(put, one(twice)).drop("rows"))


@FEW
@given(SEEDS, st.booleans())
def test_a_level_in_the_middle_leaves_the_top(seed: int, persons: bool) -> None:  # noqa: FBT001 - hypothesis gives it
    asking = Asking(persons=persons, upper_records=False)
    put, told = question(seed, asking), one(records(seed, 120, asking))
    flat = attrs.evolve(put, above=put.above.filter(pl.col("above") == REGION))
    top = [sums(each, told).filter(pl.col("unit") == REGION) for each in (put, flat)]
    assert_frame_equal(*top)


@FEW
@given(SEEDS, st.sampled_from(FLAGS), st.sampled_from(FLAGS), st.booleans())
def test_counted_are_known_are_the_population_are_the_rows(seed: int, of: str, who: str, persons: bool) -> None:  # noqa: FBT001 - hypothesis gives it
    asking = Asking(persons=persons)
    tally = Tally(name="t", population=(flag(of),), counted=(Counted(where=flag(who)),))
    found = sums(asked(asking, [tally]), one(records(seed, 120, asking)))
    assert found.select(
        (pl.col("t.n") <= pl.col("t.k")).all()
        & (pl.col("t.k") <= pl.col("t.p")).all()
        & (pl.col("t.p") + pl.col("t.u") <= pl.col("rows")).all()
    ).item()


@FEW
@given(SEEDS)
def test_categories_add_up_to_the_total_where_rows_are_counted(seed: int) -> None:
    put = question(seed, Asking(breakdowns=("subject",)))
    put = attrs.evolve(put, tallies=tuple(attrs.evolve(t, own_only=False) for t in put.tallies))
    found = sums(put, one(records(seed, 120, Asking())))
    by_category = found.filter(pl.col("breakdown").is_not_null()).group_by("unit", "period").agg(pl.col("^t.*$").sum())
    totals = found.filter(pl.col("breakdown").is_null()).select(by_category.columns)
    assert_frame_equal(
        by_category.sort("unit"), totals.join(by_category, on=["unit", "period"], how="semi").sort("unit")
    )


def test_an_excluded_unit_keeps_its_own_and_gives_nothing_above() -> None:
    frame = records(1, 0, Asking()).clear()
    rows = [{"oo": unit_text(unit), "main": True, "trained": True} for unit in (0, 4)]
    frame = pl.concat([frame, pl.DataFrame(rows)], how="diagonal_relaxed")
    out = pl.DataFrame({"unit": [0], "period": [0]}, schema={"unit": pl.UInt32, "period": pl.UInt16})
    found = sums(asked(Asking(breakdowns=()), [attrs.evolve(ONE, excluded=out)]), one(frame))
    assert [cell(found, unit, "n") for unit in (0, 4, UNITS, REGION)] == [1, 1, 1, 1]
    assert found.filter(pl.col("unit") == REGION)["rows"].item() == 2


@pytest.mark.parametrize("rows", [255, 256, 65_535, 65_536, 70_000])
def test_packed_sums_do_not_overflow(rows: int) -> None:
    """At every width of a lane: a group of one row more than it holds is added in wider ones."""
    put = asked(
        Asking(breakdowns=()),
        [Tally(name=f"t{n}", counted=(Counted(where=flag(text)),)) for n, text in enumerate(FLAGS)],
    )
    plan = planned(put)
    bytes_ = -(-len(plan.counters) // 8)
    full = pl.LazyFrame(
        {"key": [7] * rows, **{f"b{n}": pl.repeat(255, rows, dtype=pl.UInt8, eager=True) for n in range(bytes_)}}
    )
    found = summed(full, plan, lambda query: query.collect(engine="streaming"))
    assert set(found.drop("key").row(0)) == {rows}


def test_who_has_no_name_is_a_person_of_its_own() -> None:
    frame = pl.DataFrame(
        {"oo": [unit_text(0)] * 4, "who": [None, None, "а", "а"], "main": [True] * 4, "trained": [True] * 4},
    )
    frame = pl.concat([records(1, 1, Asking()).clear(), frame], how="diagonal_relaxed")
    ((_, tallied),) = Polars().tally(asked(Asking(persons=True, breakdowns=()), [ONE]), one(frame))
    assert tallied.lost.rows() == [("person", None, 2)]
    assert cell(tallied.frame, 0, "n") == 3


def test_a_part_of_nothing_is_nothing() -> None:
    for persons in (False, True):
        asking = Asking(persons=persons)
        ((_, tallied),) = Polars().tally(question(1, asking), one(records(1, 1, asking).clear()))
        assert (tallied.frame.height, tallied.lost.height, tallied.rows) == (0, 0, 0)


def test_many_flags_fill_several_words() -> None:
    asking = Asking(persons=True)
    texts = [f"age > {number}" for number in range(20, 80)]
    put = asked(asking, [Tally(name=f"t{n}", counted=(Counted(where=flag(text)),)) for n, text in enumerate(texts)])
    told = one(records(3, 300, asking))
    expected, _ = count(put, told)
    names = keys().names()[:4]
    ((_, tallied),) = Polars().tally(put, told)
    found = {tuple(row[n] for n in names): row for row in tallied.frame.iter_rows(named=True)}
    assert {key: {name: row[name] for name in expected[key]} for key, row in found.items()} == expected


# --- failures ---------------------------------------------------------------------------------------------------------


def secret() -> pl.LazyFrame:
    frame = pl.DataFrame({name: ["тайна"] for name in COLUMNS})
    return frame.lazy().with_columns(pl.col("main").cast(pl.Int64).cast(pl.Boolean)).select(
        pl.col(name) if name == "main" else pl.lit(None, TYPES[kind]).alias(name) for name, kind in COLUMNS.items()
    )  # fmt: skip


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (secret(), "файл не читается: он повреждён"),
        (pl.LazyFrame({"oo": ["1"]}), "в файле больше нет нужного столбца"),
        (pl.scan_parquet("нет.parquet", schema={n: TYPES[k] for n, k in COLUMNS.items()}), "файл исчез, пока считали"),
    ],
)
def test_a_part_that_fails_is_named_and_nothing_of_it_is_told(frame: pl.LazyFrame, message: str) -> None:
    told = [*one(records(1, 20, Asking())), Part(name="2022.csv", period=PERIODS[1], frame=frame)]
    tallied = Polars().tally(asked(Asking(breakdowns=()), [ONE]), told)
    assert next(tallied)[0] == 0
    with pytest.raises(SourceError) as caught:
        next(tallied)
    (problem,) = caught.value.problems
    assert (problem.file, problem.message) == ("2022.csv", message)
    assert "тайна" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_an_interruption_passes_through() -> None:
    def interrupted(_: pl.Series) -> pl.Series:
        raise KeyboardInterrupt

    put = attrs.evolve(asked(Asking(), [ONE]), match_units=interrupted)
    with pytest.raises(KeyboardInterrupt):
        list(Polars().tally(put, one(records(1, 20, Asking()))))


def test_units_are_asked_about_once() -> None:
    asked_about: list[str] = []

    def match(said: pl.Series) -> pl.Series:
        asked_about.extend(said.to_list())
        return match_units(said)

    put = attrs.evolve(asked(Asking(), [ONE]), match_units=match)
    list(Polars().tally(put, parts(records(1, 300, Asking()), Asking())))
    assert len(asked_about) == len(set(asked_about))


# --- a graphics card --------------------------------------------------------------------------------------------------

WITHOUT = pytest.mark.skipif(not lacking(), reason="cudf-polars is installed: nothing is lacking")


@WITHOUT
def test_without_a_graphics_card_it_is_said_how_to_get_one() -> None:
    with pytest.raises(RequestError, match="pip install cudf-polars"):
        next(Gpu().tally(asked(Asking(), [ONE]), []))


@WITHOUT
def test_the_processor_counts_for_the_graphics_card_if_allowed_and_says_so() -> None:
    put, told = question(2, Asking()), one(records(2, 100, Asking()))
    ((_, tallied),) = Gpu(fallback=True).tally(put, told)
    ((_, plain),) = Polars().tally(put, told)
    names = keys().names()[:4]
    assert_frame_equal(tallied.frame.sort(names), plain.frame.sort(names))
    assert [note.message for note in tallied.notes] == ["записи посчитаны на процессоре"]
