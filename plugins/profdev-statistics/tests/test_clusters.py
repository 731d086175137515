from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from profdev_indicators.wording import NBSP
from profdev_statistics.clusters import banded, described, joined, together

COUNTS = st.lists(st.integers(0, 30), min_size=1, max_size=6).map(tuple)


def grouped(*counts: int) -> dict[str, str]:
    """The groups of the places a, b, c … of so many members each."""
    places = [place for place, count in zip("abcdef", counts, strict=False) for _ in range(count)]
    frame = pl.LazyFrame(
        {"kind": ["школы"] * len(places), "place": places}, schema={"kind": pl.String, "place": pl.String}
    )
    return dict(together(frame, by=["kind"], place="place").select("place", "group").collect().iter_rows())


def test_places_large_enough_stay_by_themselves() -> None:
    assert grouped(8, 9, 30) == {"a": "a", "b": "b", "c": "c"}


def test_a_place_too_small_joins_the_smallest_of_the_others() -> None:
    assert grouped(3, 30, 9) == {"a": "a + c", "b": "b", "c": "a + c"}
    assert grouped(5, 5, 5, 40) == {"a": "a + b + c", "b": "a + b + c", "c": "a + b + c", "d": "d"}
    assert grouped(2, 3, 20) == {"a": "a + b + c", "b": "a + b + c", "c": "a + b + c"}


def test_whoever_has_nobody_to_join_stays_alone() -> None:
    assert grouped(3) == {"a": "a"}


@given(st.lists(st.integers(1, 30), min_size=1, max_size=6))
def test_joined_places_are_large_enough_or_all_there_are(counts: list[int]) -> None:
    groups = grouped(*counts)
    sums = [
        sum(n for place, n in zip("abcdef", counts, strict=False) if groups[place] == name)
        for name in set(groups.values())
    ]
    assert len(sums) == 1 or min(sums) >= 8
    assert all(
        groups[place] == place for place, n in zip("abcdef", counts, strict=False) if n >= 8 and min(counts) >= 8
    )


def members(*sizes: int, kind: str = "школы") -> pl.LazyFrame:
    return pl.LazyFrame(
        {"kind": [kind] * len(sizes), "size": list(sizes)}, schema={"kind": pl.String, "size": pl.Int64}
    )


def bands(frame: pl.LazyFrame, least: int = 8) -> list[str | None]:
    return banded(frame, by=["kind"], size="size", least=least).collect()["band"].to_list()


@given(COUNTS, st.integers(1, 20))
def test_joined_bands_are_large_enough_or_all_one(counts: tuple[int, ...], least: int) -> None:
    parts = joined(counts, least)
    sums = [sum(n for n, part in zip(counts, parts, strict=True) if part == number) for number in set(parts)]
    assert len(sums) == 1 or min(sums) >= least


@given(COUNTS, st.integers(1, 20))
def test_only_neighbours_are_joined(counts: tuple[int, ...], least: int) -> None:
    parts = joined(counts, least)
    assert list(parts) == sorted(parts)
    assert set(parts) == set(range(max(parts) + 1))


@given(COUNTS, st.integers(1, 20))
def test_what_is_large_enough_stays_as_it_is(counts: tuple[int, ...], least: int) -> None:
    if min(counts) >= least:
        assert joined(counts, least) == tuple(range(len(counts)))


def test_bands_are_called_by_their_edges() -> None:
    frame = members(*[5] * 8, *[20] * 8, *[49] * 8, *[50] * 8)
    assert bands(frame) == ["до 20 чел."] * 8 + ["20–49 чел."] * 16 + ["от 50 чел."] * 8


def test_a_small_band_joins_the_smaller_neighbour() -> None:
    frame = members(*[5] * 9, *[30] * 3, *[60] * 10)
    assert bands(frame) == ["до 50 чел."] * 12 + ["от 50 чел."] * 10


def test_a_group_that_cannot_be_cut_has_no_band() -> None:
    assert bands(members(5, 30, 60)) == [None] * 3


def test_groups_are_cut_each_for_itself() -> None:
    frame = pl.concat([members(*[5] * 8, *[30] * 9), members(*[5] * 3, *[30] * 9, kind="сады")])
    assert bands(frame) == ["до 20 чел."] * 8 + ["от 20 чел."] * 9 + [None] * 12


def test_what_was_made_of_the_groups_can_be_printed() -> None:
    frame = pl.concat([members(*[5] * 8, *[30] * 9), members(5, 30, kind="сады")])
    cut = banded(frame, by=["kind"], size="size").collect()
    assert [line.replace(NBSP, " ") for line in described(cut, by=["kind"])] == [
        "сады: 2 ОО, меньше 8: сравнивать не с кем",
        "школы, до 20 чел.: 8 ОО",
        "школы, от 20 чел.: 9 ОО",
    ]


def test_no_member_is_no_group() -> None:
    assert bands(members()) == []
