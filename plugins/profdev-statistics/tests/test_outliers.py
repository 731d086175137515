from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judging import PRESENCE, cell
from profdev_statistics.funnel import Funnel
from profdev_statistics.rules.outliers import LowOutlier
from profdev_statistics.rules.outliers_sentences import TELLINGS
from spoken import Said, history, is_quoted, said

PEERS = [30, 31, 29, 32, 28, 30, 33, 27, 30, 31]  # of 40: about 75 %


def asked(rows: list[dict[str, Any]], rule: LowOutlier | None = None, **more: Any) -> Said:
    return said(rows, rule or LowOutlier(), "low_outlier", TELLINGS["low_outlier"], **more)


def group(*odd: tuple[float, float] | None, peers: list[int] = PEERS, n: int = 40) -> list[dict[str, Any]]:
    """Ten ordinary organisations in two years, and one more with the points given."""
    ordinary = [row for number, x in enumerate(peers) for row in history(f"p{number}", [(x, n), (x, n)])]
    return [*ordinary, *history("odd", list(odd))]


def test_below_the_limit_two_periods_in_a_row() -> None:
    found = asked(group((23, 40), (22, 40)))
    assert found.fired == {"odd": "attention"}
    assert found.sentences["odd"] == (
        "55,0 % (22 из 40) при среднем 73,4 % в группе сопоставимых (11 ОО). С учётом численности и обычного разброса "
        "между ОО нижняя граница 58,8 %; ниже границы и в 2021: 57,5 %."
    )


def test_the_page_quotes_what_is_printed() -> None:
    rows = group((23, 40), (22, 40))
    found = asked(rows, clusters=dict.fromkeys([row["unit"] for row in rows], "сельские"))
    assert is_quoted(found.sentences["odd"], "low_outlier")


def test_below_the_limit_once_is_not_enough() -> None:
    assert asked(group((30, 40), (22, 40))).fired == {}
    assert asked(group((22, 40), (30, 40))).fired == {}


def test_far_below_the_limit_once_is_enough_and_graver() -> None:
    found = asked(group((30, 40), (14, 40)))
    assert found.fired == {"odd": "risk"}
    assert found.sentences["odd"].endswith("случайно так далеко оказывается реже 1 ОО из 1000.")


def test_the_limit_and_the_centre_are_those_of_the_funnel() -> None:
    found = asked(group((23, 40), (22, 40)))
    funnel = Funnel.of([*map(float, PEERS), 22.0], [40.0] * 11)
    numbers = found.findings["numbers"].struct.unnest().row(0, named=True)
    assert found.findings["base"][0] == pytest.approx(100 * float(funnel.share[0]))
    assert numbers["limit"] == pytest.approx(100 * float(funnel.below([40.0])[0]))


def test_members_that_differ_much_usually_widen_the_limit() -> None:
    rows = group((23, 40), (22, 40), peers=[22, 38, 24, 39, 20, 37, 33, 21, 40, 36])
    assert asked(rows).fired == {}


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(12, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=8, max_size=14)
)
def test_where_lower_is_better_the_others_are_counted(points: list[tuple[int, int]]) -> None:
    rows = [row for unit, point in enumerate(points) for row in history(f"u{unit}", [point, point])]
    turned = [row for unit, (x, n) in enumerate(points) for row in history(f"u{unit}", [(n - x, n)] * 2)]
    low, high = asked(rows), asked(turned, better="lower")
    assert low.fired == high.fired
    assert low.expected == pytest.approx(high.expected)
    for name, sign in (("base", -1), ("change", -1)):
        expected = [(100 if name == "base" else 0) + sign * value for value in high.findings[name]]
        assert low.findings[name].to_list() == pytest.approx(expected)


def test_too_high_is_said_of_the_upper_limit() -> None:
    turned = [
        row | {"numerator": 40 - row["numerator"], "value": 100 - row["value"]} for row in group((23, 40), (22, 40))
    ]
    assert asked(turned, better="lower").sentences["odd"] == (
        "45,0 % (18 из 40) при среднем 26,6 % в группе сопоставимых (11 ОО). С учётом численности и обычного разброса "
        "между ОО верхняя граница 41,2 %; выше границы и в 2021: 42,5 %."
    )


def test_near_the_ends_the_exact_probability_decides() -> None:
    """Nobody of 80 where two are usual stands −2.8 on the arcsine scale, but happens to every seventh."""
    nobody = group((0, 80), (0, 80), peers=[2] * 20, n=80)
    assert asked(nobody).fired == {}
    assert asked(group((38, 40), (39, 40), peers=[40] * 10)).fired == {}
    assert asked(group((33, 40), (33, 40), peers=[40] * 30)).fired == {"odd": "risk"}


def test_where_all_have_all_nothing_is_tested() -> None:
    found = asked(group((40, 40), (40, 40), peers=[40] * 10))
    assert (found.fired, found.reasons, found.tested) == ({}, {}, 0)


@pytest.mark.parametrize(
    ("odd", "reasons"),
    [
        ([(23, 40), None], {"odd": "нет данных"}),
        ([(5, 9), (5, 9)], {"odd": "численность меньше 10"}),
        ([None, (22, 40)], {"odd": "ниже границы группы, но за предыдущий период сравнить не с чем"}),
        ([None, (30, 40)], {}),
        ([None, (14, 40)], {}),
    ],
)
def test_what_cannot_be_checked_says_why(odd: list[tuple[float, float] | None], reasons: Mapping[str, str]) -> None:
    assert asked(group(*odd)).reasons == reasons


def test_two_periods_with_a_gap_between_them_are_not_in_a_row() -> None:
    rows = [row | {"period": "2020"} if row["period"] == "2021" else row for row in group((23, 40), (22, 40))]
    assert asked(rows).reasons == {"odd": "ниже границы группы, но за предыдущий период сравнить не с чем"}


def test_a_definition_that_has_changed_leaves_no_period_before() -> None:
    rows = [row | {"definition": row["period"]} for row in group((23, 40), (22, 40))]
    assert asked(rows).reasons == {"odd": "ниже границы группы, но за предыдущий период сравнить не с чем"}


def test_a_group_too_small_is_not_compared() -> None:
    found = asked(group((23, 40), (22, 40), peers=PEERS[:6]))
    assert found.fired == {}
    assert set(found.reasons.values()) == {"в группе 7 ОО с численностью от 10: нужно 8"}
    assert len(found.reasons) == 7


def test_members_too_small_do_not_make_a_group() -> None:
    tiny = [row for unit in range(20) for row in history(f"t{unit}", [(5, 9)] * 2)]
    found = asked([*group((23, 40), (22, 40), peers=PEERS[:6]), *tiny])
    assert found.reasons["odd"] == "в группе 7 ОО с численностью от 10: нужно 8"


def test_nobody_is_compared_with_another_cluster_large_enough() -> None:
    rows = group((23, 40), (22, 40))
    clusters = {row["unit"]: "городские" for row in rows}
    villages = [row for unit in range(8) for row in history(f"v{unit}", [(20 + unit % 3, 40)] * 2)]
    split = clusters | {row["unit"]: "сельские" for row in villages} | {"odd": "сельские"}
    assert asked([*rows, *villages], clusters=split).fired == {}
    found = asked([*rows, *villages], clusters=split | {"odd": "городские"})
    assert "в группе «городские» (11 ОО)" in found.sentences["odd"]


def test_a_cluster_too_small_is_compared_together_with_others_of_its_kind() -> None:
    rows = group((23, 40), (22, 40))
    clusters = {row["unit"]: "сельские" if row["unit"] in {"odd", "p1", "p2"} else "городские" for row in rows}
    found = asked(rows, clusters=clusters)
    assert "в группе «городские + сельские» (11 ОО)" in found.sentences["odd"]
    apart = asked(rows, LowOutlier(widen=False), clusters=clusters)
    assert apart.reasons["odd"] == "в группе 3 ОО с численностью от 10: нужно 8"
    other_kind = [row | {"unit_kind": "kindergarten"} if clusters[row["unit"]] == "сельские" else row for row in rows]
    assert asked(other_kind, clusters=clusters).reasons["odd"] == "в группе 3 ОО с численностью от 10: нужно 8"


def test_a_group_is_cut_by_size_where_that_is_asked() -> None:
    small = [row for unit in range(9) for row in history(f"s{unit}", [(9 + unit % 3, 15)] * 2)]
    rows = [*group((23, 40), (22, 40)), *small]
    found = asked(rows, LowOutlier(sizes=(20,)))
    assert found.fired == {"odd": "attention"}
    assert "в группе «от 20 чел.» (11 ОО)" in found.sentences["odd"]
    # Three small ones are too few for a band of their own: the group stays whole.
    undivided = [*group((23, 40), (22, 40)), *small[:6]]
    assert "в группе сопоставимых (14 ОО)" in asked(undivided, LowOutlier(sizes=(20,))).sentences["odd"]


@pytest.mark.parametrize("bounds", [(50, 20), (20, 20), (0, 20)])
def test_bounds_of_size_that_do_not_rise_are_refused(bounds: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="границы должны возрастать"):
        LowOutlier(sizes=bounds)


def test_one_unit_of_its_kind_has_no_peers_and_that_is_no_omission() -> None:
    found = asked(history("alone", [(300, 400)] * 2, level=1, unit_kind="district"), LowOutlier(applies_to="all"))
    assert (found.fired, found.reasons) == ({}, {})


def test_a_flag_of_one_organisation_is_no_share() -> None:
    rows = [cell(f"u{unit}", "2022", unit % 2, 1) for unit in range(12)]
    found = asked(rows, measure=PRESENCE)
    assert (found.fired, found.reasons) == ({}, {})


def test_the_order_of_organisations_changes_nothing() -> None:
    rows = group((23, 40), (22, 40))
    there, back = asked(rows), asked(rows[::-1])
    assert (there.fired, there.sentences, there.expected) == (back.fired, back.sentences, back.expected)


def test_false_alarms_are_about_as_many_as_the_limits_stand_for_and_outliers_are_seen() -> None:
    """No true differences: at most 1 of 600 cells by the law of two normal deviations; −25 points: nearly all."""
    random = np.random.default_rng(41)
    rows, odd = [], []
    for line in range(60):
        for unit in range(40):
            n = int(random.integers(20, 80))
            share = 0.5 if unit == 0 and line >= 30 else 0.75
            name = f"{line:02}-{unit:02}"
            odd += [name] * (share < 0.75)
            rows += history(name, [(int(random.binomial(n, share)), n) for _ in range(2)])
    clusters = {row["unit"]: row["unit"][:2] for row in rows}
    found = asked(rows, clusters=clusters)
    wrong = set(found.fired) - set(odd)
    assert len(wrong) <= 10
    assert found.expected == pytest.approx(2400 * 0.0017, rel=0.3)
    assert len(set(odd) & set(found.fired)) >= 22
