"""Laws of design: mediant, order and partition, silence, monotony, counters, additive roll-up."""

from __future__ import annotations

import attrs
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from profdev_indicators.builtin.measures import Share
from profdev_indicators.model import Indicator, Section, Unit
from strategies import (
    CARD,
    SUMS,
    TEACHERS,
    answers_of,
    ask,
    district,
    moved,
    organisations,
    situations,
    table,
    trees,
    values,
)

_CELL = ["unit", "period", "indicator", "reading"]


def _of(frame: pl.DataFrame, **wanted: object) -> pl.DataFrame:
    return frame.filter(*(pl.col(name) == value for name, value in wanted.items()))


@given(situations())
def test_a_share_lies_between_its_units_and_is_the_quotient_of_their_sums(situation: tuple) -> None:
    units, answers = situation
    found = values(district(units), answers)
    for indicator in ("share", "presence", "young", "rate"):
        own = _of(found, indicator=indicator, level=0, state="ok")
        above = _of(found, indicator=indicator, unit="district").row(0, named=True)
        if own.is_empty():
            assert above["value"] is None
            continue
        assert (above["numerator"], above["denominator"]) == (own["numerator"].sum(), own["denominator"].sum())
        assert above["value"] == (1000 if indicator == "rate" else 100) * above["numerator"] / above["denominator"]
        assert own["value"].min() <= above["value"] + 1e-9
        assert above["value"] <= own["value"].max() + 1e-9


@given(situations(), st.randoms(use_true_random=False), st.integers(1, 4))
def test_order_of_rows_and_partition_into_files_change_nothing(situation: tuple, random: object, parts: int) -> None:
    units, answers = situation
    shuffled = answers.sample(fraction=1.0, shuffle=True, seed=random.randrange(1 << 30))  # type: ignore[attr-defined]  # random.Random
    pieces = [shuffled.gather_every(parts, offset) for offset in range(min(parts, answers.height))]
    whole, scattered = values(district(units), answers), values(district(units), pieces)
    assert_frame_equal(whole, scattered)


@given(st.data())
def test_silence_is_not_a_zero(data: st.DataObject) -> None:
    units = data.draw(trees())
    answers = data.draw(answers_of(units, consistent=True))
    spoke = answers.filter(
        pl.col("period") == "2022", pl.col("unit") != "nobody", pl.col("n_diag").is_not_null(), pl.col("n_ped") > 0
    )
    if spoke.is_empty():
        return
    silent = data.draw(st.sampled_from(spoke["unit"].to_list()))
    gone = answers.with_columns(
        n_diag=pl.when((pl.col("unit") == silent) & (pl.col("period") == "2022")).then(None).otherwise("n_diag")
    )
    for silence in ("excluded", "zero"):
        asked = district(units, silence=silence)
        before, after = (_of(values(asked, told), indicator="share") for told in (answers, gone))
        own = _of(after, unit=silent).row(0, named=True)
        assert (own["state"], own["value"]) == ("not_reported", None)
        total_before, total_after = (_of(frame, unit="district").row(0, named=True) for frame in (before, after))
        assert total_after["reported"] == total_before["reported"] - 1
        if total_after["reported"] == 0:
            assert total_after["value"] is None
        elif silence == "zero":
            assert total_after["denominator"] == total_before["denominator"]
        else:
            lost = spoke.filter(pl.col("unit") == silent)["n_ped"].item()
            assert total_after["denominator"] == total_before["denominator"] - lost


@given(st.data())
def test_one_more_counted_never_lowers_a_share(data: st.DataObject) -> None:
    units = data.draw(trees())
    answers = data.draw(answers_of(units, consistent=True))
    more = answers.with_columns(
        n_diag=pl.when(pl.col("n_diag") < pl.col("n_ped")).then(pl.col("n_diag") + 1).otherwise("n_diag")
    )
    before, after = (values(district(units), told).filter(pl.col("indicator") == "share") for told in (answers, more))
    both = after.join(before, on=_CELL, suffix="_before").drop_nulls(["value", "value_before"])
    assert both.filter(pl.col("value") < pl.col("value_before")).is_empty()


@given(situations(), st.sampled_from(["excluded", "zero"]))
def test_counters_are_ordered_and_add_up_the_tree(situation: tuple, silence: str) -> None:
    units, answers = situation
    found = values(district(units, silence=silence), answers)
    ordered = found.select(
        ((pl.col("expected") >= pl.col("reported")) & (pl.col("reported") >= pl.col("evidenced"))).all()
    )
    assert ordered.item()
    counters = ["expected", "reported", "evidenced"]
    own = found.filter(pl.col("level") == 0).group_by("indicator").agg(pl.col(counters).sum()).sort("indicator")
    above = found.filter(pl.col("unit") == "district").select("indicator", *counters).sort("indicator")
    assert_frame_equal(own, above)


@given(st.data())
def test_a_new_level_in_the_middle_leaves_the_top_unchanged(data: st.DataObject) -> None:
    units = data.draw(trees(deepest=0))
    answers = data.draw(answers_of(units))
    chosen = data.draw(st.lists(st.sampled_from(organisations(units)), min_size=1, unique=True))
    middle = Unit(id="middle", name="Куст", kind="cluster")
    flat = values(district(units), answers)
    nested = values(district((*moved(units, chosen, "middle"), middle)), answers)
    tops = [
        frame.filter(pl.col("unit") == "district", pl.col("indicator").is_in(SUMS)).drop("level")
        for frame in (flat, nested)
    ]
    assert_frame_equal(*tops)


@given(situations())
def test_the_same_question_gets_the_same_answer(situation: tuple) -> None:
    units, answers = situation
    first, second = (ask(district(units), answers) for _ in range(2))
    for name in ("values", "findings", "unchecked", "recommendations", "defects"):
        assert_frame_equal(getattr(first, name), getattr(second, name))


@given(situations(), st.sampled_from(["excluded", "zero"]))
def test_a_value_stands_exactly_where_the_state_says_there_is_one(situation: tuple, silence: str) -> None:
    units, answers = situation
    found = ask(district(units, silence=silence), answers).history
    has_value = pl.col("state").is_in(["ok", "partial"])
    assert found.select(
        (pl.col("value").is_not_null() == has_value).all() & (pl.col("numerator").is_not_null() == has_value).all()
    ).row(0) == (True,)
    assert found.filter(pl.col("level") == 0, pl.col("state") == "partial").is_empty()
    assert found.filter(pl.col("value").is_nan() | pl.col("value").is_infinite()).is_empty()


@pytest.mark.parametrize("asked_of", [("school",), ("school", "cluster"), ("school", "cluster", "district")])
def test_levels_given_side_by_side_are_not_added_twice(asked_of: tuple[str, ...]) -> None:
    units = (
        Unit(id="cluster", name="Куст", kind="cluster"),
        Unit(id="a", name="А", kind="school", parent="cluster"),
        Unit(id="b", name="Б", kind="school", parent="cluster"),
        Unit(id="c", name="В", kind="school"),
    )
    indicator = Indicator(
        id="1",
        title="1",
        measure=Share(counted="n_diag", population=TEACHERS),
        source=CARD,
        asked_of=asked_of,
        silence="excluded",
        missing="strict",
    )
    section = Section(id="s", title="s", indicators=(indicator,))
    asked = attrs.evolve(district(units), sections=(section,))
    answers = table(
        [
            {"unit": "a", "n_ped": 10, "n_diag": 1},
            {"unit": "b", "n_ped": 10, "n_diag": 2},
            {"unit": "c", "n_ped": 10, "n_diag": 3},
            {"unit": "cluster", "n_ped": 20, "n_diag": 5},
            {"unit": "district", "n_ped": 100, "n_diag": 50},
        ]
    )
    found = dict(values(asked, answers).select("unit", "value").iter_rows())
    assert found == {
        "district": {1: 20.0, 2: 100 * 8 / 30, 3: 50.0}[len(asked_of)],
        "cluster": 15.0 if len(asked_of) == 1 else 25.0,
        "a": 10.0,
        "b": 20.0,
        "c": 30.0,
    }
