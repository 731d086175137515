from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profdev_reports.charts.placing import Box, free, spread

PLACES = st.lists(st.floats(0, 300), min_size=1, max_size=25)


@given(PLACES)
def test_labels_keep_their_order_their_distance_and_their_field(wanted: list[float]) -> None:
    found = spread(wanted, 12, 0, 300)
    ranked = [found[place] for place in sorted(range(len(wanted)), key=lambda place: (wanted[place], place))]
    assert all(later - earlier >= 12 - 1e-6 for earlier, later in pairwise(ranked))
    assert ranked[0] >= -1e-6
    assert ranked[-1] <= 300 + 1e-6


@given(PLACES)
def test_no_label_could_be_moved_alone_to_be_nearer_to_its_point(wanted: list[float]) -> None:
    found = sorted(zip(spread(wanted, 12, 0, 300), sorted(wanted), strict=True)) if wanted == sorted(wanted) else []
    for place, (at, want) in enumerate(found):
        nearer = at + (0.5 if want > at else -0.5)
        if abs(want - at) <= 0.5:
            continue
        others = [other for rank, (other, _) in enumerate(found) if rank != place]
        assert not 0 <= nearer <= 300 or any(abs(nearer - other) < 12 for other in others)


def test_labels_with_room_stand_beside_their_points() -> None:
    assert spread([200.0, 10.0, 100.0], 15, 0, 300) == (200.0, 10.0, 100.0)


def test_two_labels_for_one_point_stand_evenly_about_it() -> None:
    assert spread([100.0, 100.0], 16, 0, 300) == (92.0, 108.0)


def test_where_there_is_no_room_for_all_they_stand_evenly() -> None:
    assert spread([5.0, 5.0, 5.0], 50, 0, 60) == (0.0, 30.0, 60.0)


def test_nothing_to_place() -> None:
    assert spread([], 10, 0, 100) == ()


def test_the_first_free_place_is_taken() -> None:
    taken = [Box(left=0, top=0, right=10, bottom=10)]
    candidates = [Box(left=5, top=5, right=15, bottom=15), Box(left=95, top=0, right=105, bottom=5)]
    last = Box(left=20, top=0, right=30, bottom=10)
    assert free([*candidates, last], taken, Box(left=0, top=0, right=100, bottom=100)) == last


@pytest.mark.parametrize(("end", "crossed"), [((20.0, 20.0), True), ((20.0, 0.0), False), ((4.0, 4.0), False)])
def test_a_stroke_runs_through_a_box(end: tuple[float, float], *, crossed: bool) -> None:
    assert Box(left=5, top=5, right=15, bottom=15).is_crossed((0.0, 0.0), end) is crossed
