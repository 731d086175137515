from __future__ import annotations

import gc
from weakref import ref

from invented import YEARS, drawn, measured
from monitorings import Cells, lively, monitoring
from profdev_reports.charts.history import History, breaks, last_change


def test_the_values_are_those_of_the_answer_in_order_of_time() -> None:
    answer = measured({"1.1": drawn(1, 12, 4), "1.2": drawn(2, 12, 4)})
    history = History.of(answer)
    for indicator in ("1.1", "1.2"):
        for unit in ("d", "s0000", "s0011"):
            told = {year: answer.value(indicator, unit, year) for year in YEARS}
            assert dict(history.values(indicator, unit)) == told
            assert tuple(history.values(indicator, unit)) == YEARS


def test_quarters_are_in_order_of_time_whatever_the_order_of_rows() -> None:
    cells = Cells()
    for year in (2022, 2019, 2021, 2020):
        cells.add("1.1", 1, 2, period=str(year))
    assert tuple(History.of(monitoring(cells)).values("1.1", "d")) == YEARS


def test_other_readings_are_no_part_of_it() -> None:
    answer = lively()
    assert History.of(answer).values("1.1", "d")["2022"].reading == "main"


def test_a_history_is_made_once_and_goes_with_its_answer() -> None:
    answer = lively()
    history = History.of(answer)
    assert History.of(answer) is history
    gone = ref(history)
    del answer, history
    gc.collect()
    assert gone() is None


def test_what_is_not_there_has_no_values() -> None:
    history = History.of(lively())
    assert history.values("9.9", "d") == {}
    assert history.organisations("9.9").is_empty()


def test_a_definition_breaks_also_across_a_period_without_one() -> None:
    cells = Cells()
    for year, definition in ((2019, "a"), (2020, None), (2021, "b"), (2022, "b")):
        state = "not_defined" if definition is None else None
        cells.add(
            "1.1", None if state else 1, None if state else 2, period=str(year), state=state, definition=definition
        )
    values = list(History.of(monitoring(cells)).values("1.1", "d").values())
    assert breaks([None, *values]) == {3}


def test_a_change_is_told_only_under_one_definition() -> None:
    values = list(History.of(lively()).values("1.2", "d").values())
    assert last_change(values) is None
    assert last_change(values[:1]) is None
    assert last_change(list(History.of(lively()).values("1.1", "d").values())) is not None
