from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest
from attrs import evolve

from invented import drawn, measured, remark, school
from judging import COUNT, MEAN, PRESENCE, SHARE, indicator
from profdev_indicators.frames import DEFECTS
from profdev_indicators.model import Better, Revision
from profdev_indicators.results import Monitoring
from profdev_statistics.analyses.effects import Effects
from profdev_statistics.analyses.health import Health
from profdev_statistics.chance import newcombe, wilson
from profdev_statistics.effects.register import Intervention
from profdev_statistics.health.evidence import Checked, Revised
from profdev_statistics.health.properties import PROPERTIES

Counts = tuple[np.ndarray, np.ndarray]


def judged(monitoring: Monitoring, name: str = "1", **more: Any) -> dict[str, Any]:
    table, _ = Health(**more).analyse(monitoring, root=None, frames={})
    return table.frame.row(by_predicate=pl.col("indicator") == name, named=True)


def ground(monitoring: Monitoring, which: str, **more: Any) -> str:
    _, grounds = Health(**more).analyse(monitoring, root=None, frames={})
    return str(grounds.frame.filter(pl.col("property") == which)["ground"].item())


def one(x: np.ndarray, n: np.ndarray, **more: Any) -> Monitoring:
    return measured({"1": (x, n)}, **more)


def full(seed: int = 1, schools: int = 40, missing: int = 4) -> Counts:
    """Everybody, but for one person in a few schools."""
    _, n = drawn(seed, schools)
    x = n.copy()
    x[:missing] -= 1
    return x, n


def yes_and_no(seed: int, share: float = 0.7, schools: int = 40) -> Counts:
    x = (np.random.default_rng(seed).random((schools, 1)) < share).astype(float).repeat(4, axis=1)
    return x, np.ones_like(x)


# --- U1 -------------------------------------------------------------------------------------------------------------


def test_what_nearly_everybody_does_nearly_everywhere_is_saturated() -> None:
    x, n = full()
    found = judged(one(x, n))
    assert found["saturated"] == "да"
    assert found["share"] == pytest.approx(100 * x[:, 3].sum() / n[:, 3].sum())
    assert found["reserve"] == pytest.approx(100 - found["share"])
    assert "у 36 из 40\xa0ОО — 100\xa0%" in ground(one(x, n), "saturated")


def test_saturation_needs_both_the_district_and_the_schools_in_both_periods() -> None:
    x, n = full(missing=20)  # the district is at 98 %, half of the schools are not full
    assert judged(one(x, n))["saturated"] == "нет"
    x, n = full()
    x[:, 2] = np.floor(0.9 * n[:, 2])
    assert judged(one(x, n))["saturated"] == "нет"
    x, n = full()
    assert judged(one(x, n, definitions={"2022": "two"}))["saturated"] == "недостаточно данных"


def test_an_indicator_that_should_be_low_is_saturated_at_nothing() -> None:
    x, n = full()
    turned = one(n - x, n, indicators=[indicator(better="lower")])
    assert judged(turned)["saturated"] == "да"
    assert judged(turned)["share"] == pytest.approx(100 - judged(one(x, n))["share"])
    assert judged(one(x, n, indicators=[indicator(better="neutral")]))["saturated"] == "не применяется"


# --- U2 -------------------------------------------------------------------------------------------------------------


def test_schools_alike_are_not_told_apart_and_different_ones_are() -> None:
    alike = [judged(one(*drawn(seed, spread=0.0)))["indistinct"] for seed in range(30)]
    apart = [judged(one(*drawn(seed, spread=0.12)))["indistinct"] for seed in range(30)]
    assert alike.count("да") >= 15
    assert alike.count("нет") <= 5
    assert set(apart) == {"нет"}


def test_the_same_everywhere_tells_nobody_apart() -> None:
    _, n = drawn(1)
    found = judged(one(n, n))
    assert (found["indistinct"], found["reliability"]) == ("да", None)


def test_seven_schools_are_too_few_to_say_whether_they_differ() -> None:
    assert judged(one(*drawn(1, 7)))["indistinct"] == "недостаточно данных"


def test_answers_yes_and_no_that_stay_tell_schools_apart_and_those_that_flicker_do_not() -> None:
    """Each period is one trial: what differs is whether the same schools say yes."""
    steady = judged(one(*yes_and_no(1), indicators=[indicator(measure=PRESENCE)]))
    assert (steady["indistinct"], steady["reliability"]) == ("нет", pytest.approx(1.0))
    flicker = [(np.random.default_rng(seed).random((400, 4)) < 0.6).astype(float) for seed in range(10)]
    found = [judged(one(x, np.ones_like(x), indicators=[indicator(measure=PRESENCE)])) for x in flicker]
    assert sum(each["indistinct"] == "да" for each in found) >= 7
    assert np.mean([each["reliability"] for each in found]) < 0.15


# --- U3 -------------------------------------------------------------------------------------------------------------


def test_a_district_that_stands_still_is_called_so_and_a_growing_one_is_not() -> None:
    still = [judged(one(*drawn(seed, sizes=(40, 80))))["unchanging"] for seed in range(20)]
    assert still.count("да") >= 12
    grown = []
    for seed in range(20):
        x, n = drawn(seed, sizes=(40, 80))
        x[:, 3] = np.minimum(n[:, 3], x[:, 3] + np.rint(0.1 * n[:, 3]))
        grown.append(judged(one(x, n))["unchanging"])
    assert "да" not in grown


def test_the_change_of_the_district_is_newcombes_of_those_who_answered_at_both_ends() -> None:
    x, n = drawn(3, sizes=(40, 80))
    x[0, 3], n[0, 3] = np.nan, np.nan
    found = judged(one(x, n))
    low, high = newcombe(x[1:, 3].sum(), n[1:, 3].sum(), x[1:, 1].sum(), n[1:, 1].sum())
    assert (found["change_low"], found["change_high"]) == pytest.approx((100 * low, 100 * high))
    turned = judged(one(n - x, n, indicators=[indicator(better="lower")]))
    assert (turned["unchanging"], turned["dispersion"]) == (found["unchanging"], pytest.approx(found["dispersion"]))
    assert (turned["change_low"], turned["change_high"]) == pytest.approx((-100 * high, -100 * low))


def test_a_fall_is_a_change_as_well_as_growth() -> None:
    x, n = drawn(1, sizes=(40, 80))
    x[:, 3] = np.floor(0.8 * x[:, 3])
    assert judged(one(x, n))["unchanging"] == "нет"


def test_schools_that_go_their_own_ways_change_though_the_district_does_not() -> None:
    x, n = drawn(1, sizes=(40, 80), share=0.5)
    up = np.tile([1.0, -1.0], 20)
    x[:, 3] = np.clip(x[:, 2] + np.rint(0.25 * n[:, 3]) * up, 0, n[:, 3])
    found = judged(one(x, n))
    assert found["unchanging"] == "нет"
    assert found["dispersion"] > 1.2


@pytest.mark.parametrize(
    ("counts", "verdict"),
    [
        (drawn(1, 10, sizes=(10, 20)), "недостаточно данных"),  # 150 persons in the district
        (drawn(1, years=2), "недостаточно данных"),
        (full(), "не применяется"),
    ],
)
def test_stagnation_is_not_said_of_few_of_two_periods_or_of_what_is_full(counts: Counts, verdict: str) -> None:
    years = ("2019", "2020", "2021", "2022")[4 - counts[0].shape[1] :]
    assert judged(one(*counts, years=years))["unchanging"] == verdict


def test_an_answer_yes_or_no_stands_still_if_nobody_changed_it() -> None:
    x, n = yes_and_no(1)
    kind: dict[str, Any] = {"indicators": [indicator(measure=PRESENCE)]}
    assert judged(one(x, n, **kind))["unchanging"] == "да"
    x[0, 3] = 1 - x[0, 3]
    assert judged(one(x, n, **kind))["unchanging"] == "нет"
    assert "ответ изменили 1 из 40\xa0ОО" in ground(one(x, n, **kind), "unchanging")


# --- U4 -------------------------------------------------------------------------------------------------------------


def decisions(effect: float, number: int = 4, *, completed: bool = True, better: Better = "higher") -> Monitoring:
    x, n = drawn(2, 100, sizes=(40, 80))
    order = np.random.default_rng(0).permutation(100)
    chosen = [order[12 * at : 12 * at + 12] for at in range(number)]
    for each in chosen:
        x[each, 3] = np.clip(x[each, 3] + np.rint(effect * n[each, 3]), 0, n[each, 3])
    register = tuple(
        Intervention(
            id=str(at),
            indicators=("1",),
            organisations=tuple(school(each) for each in group),
            start=date(2022, 1, 1),
            completed=completed,
        )
        for at, group in enumerate(chosen)
    )
    counts = {"1": (n - x if better == "lower" else x, n)}
    return measured(counts, indicators=[indicator(better=better)], analyses=(Effects(decisions=register),))


def test_response_is_the_same_where_less_is_better_and_printed_as_it_goes() -> None:
    for effect in (0.15, -0.03):
        plain, turned = judged(decisions(effect)), judged(decisions(effect, better="lower"))
        assert turned["unresponsive"] == plain["unresponsive"]
        assert turned["response"] == pytest.approx(-plain["response"])
        assert (turned["response_low"], turned["response_high"]) == pytest.approx(
            (-plain["response_high"], -plain["response_low"])
        )


def test_an_indicator_responds_to_measures_or_it_does_not_or_nobody_knows() -> None:
    assert judged(decisions(0.15))["unresponsive"] == "нет"
    assert judged(decisions(-0.03))["unresponsive"] == "да"
    assert judged(decisions(0.02, 2))["unresponsive"] == "недостаточно данных"


def test_the_effects_of_decisions_are_put_together_by_their_precision() -> None:
    monitoring = decisions(0.0)
    [register] = monitoring.district.analyses
    assert isinstance(register, Effects)
    effects = register.estimated(monitoring, root=None, frames={})
    found, weight = judged(monitoring), effects["error"].to_numpy() ** -2.0
    mean = (weight * effects["gain"].to_numpy()).sum() / weight.sum()
    assert found["response"] == pytest.approx(mean)
    assert found["response_high"] == pytest.approx(mean + 1.6448536 / weight.sum() ** 0.5)


def test_decisions_that_are_not_completed_or_one_alone_or_none_say_nothing_of_response() -> None:
    for monitoring in (decisions(0.15, completed=False), decisions(0.15, 1), one(*drawn(1))):
        assert judged(monitoring)["unresponsive"] == "недостаточно данных"


# --- U5 -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("silent", "verdict"),
    [
        ([0, 0, 0, 0], "нет"),
        ([0, 0, 0, 8], "нет"),  # 80 % exactly, 93 % on average
        ([0, 0, 0, 9], "да"),
        ([0, 5, 5, 3], "да"),  # under 90 % on average
        ([40, 0, 0, 0], "нет"),  # too long ago
    ],
)
def test_too_few_answers_in_the_last_period_or_on_average(silent: Sequence[int], verdict: str) -> None:
    x, n = drawn(1)
    for year, number in enumerate(silent):
        x[:number, year], n[:number, year] = np.nan, np.nan
    found = judged(one(x, n))
    assert found["unreported"] == verdict
    assert found["complete"] == pytest.approx(100 * (40 - silent[3]) / 40)


def test_those_to_whom_it_does_not_apply_are_not_missed() -> None:
    x, n = drawn(1)
    monitoring = one(x, n)
    outside = pl.col("unit").is_in([school(at) for at in range(20)])
    history = monitoring.history.with_columns(
        expected=pl.when(pl.col("unit") == "d").then(20).otherwise(pl.when(outside).then(0).otherwise("expected")),
        reported=pl.when(pl.col("unit") == "d").then(20).otherwise("reported"),
    )
    assert judged(evolve(monitoring, history=history))["complete"] == 100


# --- U6 -------------------------------------------------------------------------------------------------------------


def test_contradictions_in_more_than_a_twentieth_of_the_answers_make_it_unreliable() -> None:
    def with_remarks(number: int, check: str) -> Monitoring:
        defects = [remark(school(at % 40), str(2020 + at // 40), "n_diag", check) for at in range(number)]
        return one(*drawn(1), defects=pl.concat([pl.DataFrame(schema=DEFECTS), *defects]))

    assert judged(with_remarks(6, "at_most"))["unreliable"] == "не проверялось"
    assert judged(with_remarks(7, "at_most"))["unreliable"] == "да"
    assert judged(with_remarks(7, "at_most"))["contradictions"] == pytest.approx(100 * 7 / 120)
    assert judged(with_remarks(40, "interpreted"))["unreliable"] == "не проверялось"


def test_a_sample_compared_with_the_source_decides() -> None:
    monitoring = one(*drawn(1))
    assert judged(monitoring)["unreliable"] == "не проверялось"
    assert "Сверка с источником не проводилась" in ground(monitoring, "unreliable")
    for confirmed, of, verdict in ((34, 40, "да"), (36, 40, "нет"), (35, 40, "да"), (4, 5, "нет")):
        found = judged(monitoring, checked={"1": Checked(confirmed=confirmed, of=of)})
        high = float(wilson(confirmed, of)[1])
        expected = "да" if confirmed / of < 0.9 and high < 0.95 else "нет"
        assert found["unreliable"] == expected == verdict
        assert found["confirmed_high"] == pytest.approx(100 * high)


def test_many_corrections_after_the_deadline_make_it_unreliable() -> None:
    monitoring = one(*drawn(1))
    assert judged(monitoring, revised={"1": Revised(changed=5, of=40)})["unreliable"] == "да"
    assert judged(monitoring, revised={"1": Revised(changed=4, of=40)})["unreliable"] == "не проверялось"


def test_last_years_answers_told_again_are_found_unless_chance_would_do_it() -> None:
    x, n = drawn(1)
    x[:, 3], n[:, 3] = x[:, 2], n[:, 2]
    found = judged(one(x, n))
    assert (found["unreliable"], found["copied"]) == ("да", 100.0)
    assert found["copied_by_chance"] < 20
    everybody = n.copy()
    assert judged(one(everybody, n))["unreliable"] == "не проверялось"
    kind: dict[str, Any] = {"indicators": [indicator(measure=PRESENCE)]}
    assert judged(one(*yes_and_no(1), **kind))["unreliable"] == "не проверялось"


def test_denominators_that_leap_make_it_unreliable() -> None:
    x, n = drawn(1)
    x[:, 3], n[:, 3] = np.rint(1.3 * x[:, 3]), np.rint(1.3 * n[:, 3])
    found = judged(one(x, n))
    assert found["unreliable"] == "да"
    assert found["size_change"] == pytest.approx(30, abs=1)


# --- U7 and the whole -------------------------------------------------------------------------------------------------


def test_a_median_of_fewer_than_ten_persons_is_for_the_district_only() -> None:
    x, n = drawn(1, sizes=(3, 9))
    assert judged(one(x, n))["small"] == "да"
    assert ground(one(x, n), "small").startswith("Показатель рассчитывается только по муниципалитету: медиана")
    assert judged(one(*drawn(1)))["small"] == "нет"
    assert judged(one(*yes_and_no(1), indicators=[indicator(measure=PRESENCE)]))["small"] == "не применяется"


def test_what_is_no_share_is_judged_only_by_its_answers() -> None:
    x, n = drawn(1)
    found = judged(one(x, n, indicators=[indicator(measure=MEAN)]))
    outside = {"saturated", "indistinct", "unchanging", "small"}
    assert {name for name in PROPERTIES if found[name] == "не применяется"} == outside
    assert found["unreported"] == "нет"


def test_an_indicator_is_what_its_formula_of_the_last_period_makes_it() -> None:
    for since, verdict in ((date(2019, 1, 1), "нет"), (date(2023, 1, 1), "не применяется")):
        revised = indicator(measure=COUNT, revisions=(Revision(since=since, measure=SHARE),))
        assert judged(one(*drawn(1), indicators=[revised]))["saturated"] == verdict


def test_there_is_a_row_for_every_indicator_and_no_score() -> None:
    monitoring = measured({"1": drawn(1), "2": full(), "3": drawn(2)})
    table, grounds = Health(perverse_incentive={"2": "поощряет писать бумаги"}).analyse(
        monitoring, root=None, frames={}
    )
    assert table.frame["indicator"].to_list() == ["1", "2", "3"]
    assert table.frame["perverse_incentive"].to_list() == [None, "поощряет писать бумаги", None]
    assert "perverse_incentive" in table.headings
    assert grounds.frame.height == 3 * len(PROPERTIES)
    assert grounds.frame["ground"].null_count() == 0
    assert set(grounds.frame.drop_nulls("sentence")["verdict"]) == {"да"}
    assert set(table.headings) == {"indicator", "perverse_incentive", *PROPERTIES}


def test_the_same_answers_give_the_same_table() -> None:
    first, second = (Health().analyse(one(*drawn(1)), root=None, frames={}) for _ in range(2))
    assert [each.frame.equals(other.frame) for each, other in zip(first, second, strict=True)] == [True, True]


def test_a_district_of_which_nothing_is_known_is_said_to_be_unknown() -> None:
    silent = np.full((10, 4), np.nan)
    found = judged(one(silent, silent))
    assert {found[name] for name in ("saturated", "indistinct", "unchanging", "small")} == {"недостаточно данных"}
    assert found["unreported"] == "да"
