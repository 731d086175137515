from __future__ import annotations

import attrs
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attacking import World
from disclosing import CARD, MEASURES, district, flat, policies, worlds
from profdev_indicators.builtin.measures import Composite, RelativeToBest
from profdev_indicators.frames import HIDDEN, VALUES
from profdev_indicators.model import Alternative, DisclosurePolicy, Indicator
from profdev_indicators.results import Protection
from profdev_reports.disclosure import protect
from profdev_reports.disclosure.public import REASON

ASKED = district({"all": "B"})
LARGE = {f"s{k}": (10 + k, 30) for k in range(8)}


def _protected(world: World, **more: pl.DataFrame) -> Protection:
    return protect(world.values().lazy(), ASKED, more.get("published"))


def _hidden(protection: Protection) -> list[str]:
    return protection.hidden["unit"].sort().to_list()


def test_where_nothing_is_small_nothing_is_hidden() -> None:
    world = flat(LARGE)
    answer = _protected(world)
    assert answer.hidden.is_empty()
    assert answer.values.equals(world.values().select(VALUES.names()))


def test_one_small_number_takes_the_smallest_others_with_it() -> None:
    numbers = LARGE | {"s0": (1, 10), "s5": (9, 20), "s6": (9, 21)}
    assert _hidden(_protected(flat(numbers))) == ["s0", "s5", "s6"]


def test_the_total_stays_though_members_are_hidden() -> None:
    answer = _protected(flat(LARGE | {"s0": (1, 10)}))
    total = answer.values.filter(pl.col("unit") == "district")
    assert total["numerator"].to_list() == [sum(x for x, _ in (LARGE | {"s0": (1, 10)}).values())]


def test_a_hidden_value_says_nothing_and_why_it_says_nothing() -> None:
    row = _protected(flat(LARGE | {"s0": (1, 10)})).values.row(by_predicate=pl.col("unit") == "s0", named=True)
    told = {name: row[name] for name in ("numerator", "denominator", "value", "ci_low", "ci_high", "state", "reason")}
    assert told == dict.fromkeys(told) | {"state": "suppressed", "reason": REASON}
    assert (row["expected"], row["reported"], row["definition"]) == (1, 1, "d")


def test_the_reason_does_not_tell_small_numbers_from_their_company() -> None:
    answer = _protected(flat(LARGE | {"s0": (1, 10)}))
    assert answer.hidden["primary"].to_list().count(False) == 2
    assert answer.values.filter(pl.col("state") == "suppressed")["reason"].unique().to_list() == [REASON]


def test_a_hidden_total_of_two_hides_no_more_than_it_must() -> None:
    """Two organisations know each other's number from the total: the total has to go."""
    assert _hidden(_protected(flat({"s1": (1, 20), "s2": (9, 20)}))) == ["district", "s1"]


@pytest.mark.parametrize(
    "numbers", [{}, {"s1": (1, 20)}, {"s1": (9, 20)}, {f"s{k}": (1, 9) for k in range(5)}], ids=len
)
def test_any_district_is_protected(numbers: dict[str, tuple[int, int]]) -> None:
    answer = _protected(flat(numbers))
    assert (answer.values.schema, answer.hidden.schema, answer.notices) == (VALUES, HIDDEN, ())


def test_one_organisation_is_hidden_together_with_its_total() -> None:
    assert _hidden(_protected(flat({"s1": (1, 20)}))) == ["district", "s1"]


def test_a_district_alone_is_judged_by_its_own_number() -> None:
    alone = flat({"s1": (1, 20)}).values().filter(pl.col("unit") == "district")
    assert _hidden(protect(alone.lazy(), ASKED, None)) == ["district"]


def test_no_rows_are_no_trouble() -> None:
    none = flat({"s1": (1, 20)}).values().clear()
    assert protect(none.lazy(), ASKED, None).values.is_empty()


@given(world=worlds(["all"]), policy=policies())
@settings(deadline=None)
def test_an_absence_stays_what_it_is(world: World, policy: DisclosurePolicy) -> None:
    values = world.values()
    answer = protect(values.lazy(), district({"all": "C"}, policy), None).values
    absent = values.filter(pl.col("value").is_null()).select(VALUES.names())
    assert answer.join(absent.select("unit", "period"), on=["unit", "period"], how="semi").equals(absent)


@given(world=worlds(["all", "young"], most=5, people=6), policy=policies(), seed=st.integers(0, 99))
@settings(deadline=None, max_examples=10)
def test_the_order_of_rows_changes_nothing(world: World, policy: DisclosurePolicy, seed: int) -> None:
    asked, values = district({"all": "B", "young": "C"}, policy), world.values()
    shuffled = values.sample(fraction=1, shuffle=True, seed=seed)
    keys = ["unit", "indicator"]
    one, other = (protect(v.lazy(), asked, None) for v in (values, shuffled))
    assert one.values.sort(keys).equals(other.values.sort(keys))
    assert one.hidden.equals(other.hidden)


@given(world=worlds(["all"]), policy=policies(), indicator=st.sampled_from(["B", "C"]))
@settings(deadline=None)
def test_publishing_again_changes_nothing(world: World, policy: DisclosurePolicy, indicator: str) -> None:
    asked = district({"all": "C" if indicator == "C" else "B"}, policy)
    first = protect(world.values().lazy(), asked, None)
    again = protect(world.values().lazy(), asked, first.values)
    assert again.values.equals(first.values)
    assert (again.hidden.drop("reason").equals(first.hidden.drop("reason")), again.notices) == (True, ())


@given(world=worlds(["all"]), policy=policies())
@settings(deadline=None)
def test_a_stricter_policy_hides_what_a_milder_one_finds_small(world: World, policy: DisclosurePolicy) -> None:
    values = world.values().lazy()
    strict = attrs.evolve(policy, threshold=policy.threshold + 1, minimum_denominator=policy.minimum_denominator + 1)
    small = [protect(values, district({"all": "B"}, p), None).hidden.filter("primary") for p in (policy, strict)]
    assert small[0].join(small[1], on=["unit", "indicator"], how="anti").is_empty()


@given(world=worlds(["all"]), later=worlds(["all"]), policy=policies())
@settings(deadline=None)
def test_a_later_year_never_decides_about_an_earlier_one(world: World, later: World, policy: DisclosurePolicy) -> None:
    asked = district({"all": "B"}, policy)
    values = world.values()
    more = pl.concat([values, later.values().with_columns(period=pl.lit("2023"))])
    alone, together = (protect(v.lazy(), asked, None).values for v in (values, more))
    assert together.filter(pl.col("period") == "2022").equals(alone)


def test_company_is_sought_among_those_hidden_a_year_ago() -> None:
    """Otherwise a reader would see now this one, now that one hidden, and wonder why."""
    first = flat(LARGE | {"s0": (1, 10), "s5": (9, 20), "s6": (9, 21)}).values().with_columns(period=pl.lit("2021"))
    second = flat(LARGE | {"s0": (1, 10), "s1": (9, 20), "s2": (9, 21)}).values()
    hidden = protect(pl.concat([first, second]).lazy(), ASKED, None).hidden
    assert hidden.filter(pl.col("period") == "2022")["unit"].sort().to_list() == ["s0", "s5", "s6"]


def test_units_may_move_between_periods() -> None:
    before = World(
        columns=[("all", "2021")],
        parent={"west": "district", "east": "district"} | {f"s{k}": "west" if k < 4 else "east" for k in range(8)},
        x={(f"s{k}", ("all", "2021")): 1 if k == 0 else 10 + k for k in range(8)},
        n={(f"s{k}", ("all", "2021")): 30 for k in range(8)},
    )
    after = attrs.evolve(
        before,
        columns=[("all", "2022")],
        parent=dict(before.parent) | {"s0": "east"},
        x={(u, ("all", "2022")): x for (u, _), x in before.x.items()},
        n={(u, ("all", "2022")): n for (u, _), n in before.n.items()},
    )
    hidden = protect(pl.concat([before.values(), after.values()]).lazy(), ASKED, None).hidden
    kin = {"2021": {"s0", "s1", "s2", "s3"}, "2022": {"s0", "s4", "s5", "s6", "s7"}}
    by_period = dict(hidden.group_by("period").agg("unit").iter_rows())
    assert {period: set(units) <= kin[period] for period, units in by_period.items()} == {"2021": True, "2022": True}


def test_an_interval_of_a_total_goes_with_its_members() -> None:
    world = flat(LARGE | {"s0": (1, 10)})
    values = world.values().with_columns(ci_low=pl.lit(1.0), ci_high=pl.lit(99.0))
    answer = protect(values.lazy(), ASKED, None).values
    assert answer.filter(pl.col("unit") == "district").select("ci_low", "ci_high").row(0) == (None, None)


def test_other_readings_of_people_and_categories_are_left_out() -> None:
    values = flat(LARGE).values()
    more = pl.concat(
        [values, values.with_columns(reading=pl.lit("other")), values.with_columns(breakdown=pl.lit("пол"))]
    )
    assert protect(more.lazy(), ASKED, None).values.equals(values.select(VALUES.names()))


def test_other_readings_of_organisations_stay() -> None:
    flags = Indicator(
        id="routes",
        title="маршруты",
        measure=MEASURES["routes"],
        source=CARD,
        silence="excluded",
        missing="strict",
        alternatives=(
            Alternative(id="zero", reading="молчание — нет", silence="zero"),
            Alternative(id="people", reading="люди", measure=MEASURES["all"]),
        ),
    )
    values = flat({"s1": (1, 1), "s2": (0, 1)}, "routes").values()
    more = pl.concat([values, *(values.with_columns(reading=pl.lit(name)) for name in ("zero", "people"))])
    answer = protect(more.lazy(), district({}, also=[flags]), None).values
    assert answer["reading"].unique().sort().to_list() == ["main", "zero"]


def _derived(measure: Composite | RelativeToBest) -> Indicator:
    return Indicator(id="made", title="сводный", measure=measure, silence="excluded", missing="strict")


def test_a_value_made_of_a_hidden_one_is_hidden() -> None:
    world = flat(LARGE | {"s0": (1, 10)})
    values = world.values()
    made = values.with_columns(
        indicator=pl.lit("made"), numerator=pl.col("value"), denominator=pl.lit(1.0), own=pl.lit(value=False)
    )
    asked = district({"all": "B"}, also=[_derived(Composite(of={"all": 1.0}))])
    hidden = protect(pl.concat([values, made]).lazy(), asked, None).hidden
    of = {name: hidden.filter(pl.col("indicator") == name)["unit"].to_list() for name in ("all", "made")}
    assert of["all"] == of["made"]


def test_a_value_measured_by_a_hidden_best_is_hidden() -> None:
    """Others divided by the best tell the best: s0 is hidden, so nobody may be compared with it."""
    numbers = {f"s{k}": (10 + k, 30) for k in range(8)} | {"s0": (29, 30)}
    values = flat(numbers).values()
    best = values.filter(pl.col("level") == 0)["value"].max()
    own = pl.col("level") == 0
    made = values.with_columns(
        indicator=pl.lit("made"),
        numerator=pl.col("value"),
        denominator=pl.when(own).then(pl.lit(best)).otherwise("value"),
        own=pl.lit(value=False),
    ).with_columns(value=100 * pl.col("numerator") / pl.col("denominator"))
    asked = district({"all": "B"}, also=[_derived(RelativeToBest(of="all"))])
    answer = protect(pl.concat([values, made]).lazy(), asked, None)
    told = answer.values.filter(pl.col("indicator") == "made", pl.col("level") == 0)
    assert told["value"].null_count() == 8


def test_a_contradiction_tells_no_numbers() -> None:
    values = (
        flat(LARGE)
        .values()
        .with_columns(
            state=pl.when(pl.col("unit") == "s1").then(pl.lit("invalid")).otherwise("state").cast(VALUES["state"]),
            reason=pl.when(pl.col("unit") == "s1").then(pl.lit("31 больше 30")),
            numerator=pl.when(pl.col("unit") != "s1").then("numerator"),
        )
    )
    answer = protect(values.lazy(), ASKED, None).values
    assert answer.filter(pl.col("unit") == "s1")["reason"].to_list() == ["ответ противоречит сам себе"]


# --- an earlier publication -----------------------------------------------------------------------------------------


def test_what_was_hidden_stays_hidden() -> None:
    first = _protected(flat(LARGE | {"s0": (1, 10)}))
    again = _protected(flat(LARGE), published=first.values)
    assert set(_hidden(first)) <= set(_hidden(again))


def test_what_is_out_is_told_to_be_out() -> None:
    world = flat(LARGE | {"s0": (1, 10)})
    answer = _protected(world, published=world.values().select(VALUES.names()))
    assert "уже опубликовано открыто" in answer.notices[0].message
    assert "s0" in _hidden(answer)


def test_whoever_comes_late_is_not_told_by_the_difference_of_two_totals() -> None:
    """The old total and the new one differ by the late one alone: then the new total must go."""
    numbers = LARGE | {"s0": (1, 10), "late": (2, 10)}
    first = _protected(flat({u: each for u, each in numbers.items() if u != "late"}))
    assert "district" not in _hidden(first)
    second = _protected(flat(numbers), published=first.values)
    assert {"district", "late"} <= set(_hidden(second))
