from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta

from invented import drawn, measured, remark, school
from judging import PRESENCE, indicator
from profdev_indicators.results import Exhibit, Monitoring
from profdev_statistics.analyses.groups import joined_clusters
from profdev_statistics.analyses.practices import Practices
from profdev_statistics.pooling import Pooled

BEST = 0  # the school which is truly better in `group`


def group(seed: int = 1, ahead: float = 0.2, size: int = 60) -> tuple[np.ndarray, np.ndarray]:
    """Forty schools alike, and among them one that does better by ``ahead``, in every year."""
    x, n = drawn(seed, spread=0.04)
    n[BEST] = size
    x[BEST] = np.rint(size * (0.7 + ahead))
    return x, n


def shown(monitoring: Monitoring, **more: Any) -> tuple[Exhibit, Exhibit, Exhibit]:
    peers, practices, declined = Practices(**more).analyse(monitoring, root=None, frames={})
    return peers, practices, declined


def proposed(monitoring: Monitoring, **more: Any) -> list[str]:
    return shown(monitoring, **more)[1].frame["unit"].to_list()


def refused(monitoring: Monitoring, unit: str = school(BEST), **more: Any) -> str | None:
    frame = shown(monitoring, **more)[2].frame.filter(pl.col("unit") == unit)
    return frame["declined"].item() if frame.height else None


def test_who_is_truly_and_lastingly_better_is_proposed_with_its_sentence() -> None:
    x, n = group()
    _, practices, _ = shown(measured({"1": (x, n)}))
    [row] = practices.frame.filter(pl.col("unit") == school(BEST)).to_dicts()
    whole, of = x[:, 1:].sum(axis=1), n[:, 1:].sum(axis=1)
    pooled = Pooled.of(whole, of)
    a, b = pooled.share * pooled.weight + whole[BEST], (1 - pooled.share) * pooled.weight + of[BEST] - whole[BEST]
    assert row["probability"] == pytest.approx(beta(a, b).sf(pooled.share + 0.05))
    assert row["pooled"] == pytest.approx(100 * a / (a + b))
    told = f"{row['pooled']:.1f}", f"{row['centre']:.1f}"
    pooled_share, centre = (number.replace(".", ",") for number in told)
    assert row["sentence"] == (
        "Показатель 1. Школа s0000: за 3\xa0периода доля 90,0\xa0% (оценка с поправкой на численность "
        f"{pooled_share}\xa0%) при {centre}\xa0% в группе «school»; вероятность устойчивого превосходства не менее чем "
        "на 5\xa0п.п. — больше 0,99. Предлагается к изучению как практика (это не доказывает причину)."
    )


def test_schools_that_are_all_alike_hardly_ever_offer_a_practice() -> None:
    found = [len(proposed(measured({"1": drawn(seed, spread=0.0)}))) for seed in range(60)]
    assert np.mean(found) < 0.4  # of 40 schools


def test_those_proposed_mostly_are_better_in_truth() -> None:
    right = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        n = np.repeat(rng.integers(15, 61, 40)[:, None], 4, axis=1)
        true = np.clip(rng.normal(0.7, 0.08, 40), 0.05, 0.95)
        x = rng.binomial(n, true[:, None]).astype(float)
        names = proposed(measured({"1": (x, n.astype(float))}))
        right += [true[int(name[1:])] >= 0.75 for name in names]
    assert len(right) > 100
    assert np.mean(right) > 0.8


def test_one_good_year_is_not_enough() -> None:
    x, n = group()
    x[BEST, :3] = np.rint(0.68 * n[BEST, :3])
    x[BEST, 3], n[BEST, 3] = 198, 200
    reason = refused(measured({"1": (x, n)}))
    assert reason is not None
    assert reason.startswith("лучше группы в 1 из 3 периодов, а нужно в 2")


def test_answers_with_remarks_or_without_links_are_not_proposed() -> None:
    x, n = group()
    monitoring = measured({"1": (x, n)})
    reason = "к ответам есть замечания или нет подтверждающих ссылок"
    doubted = evolve(monitoring, defects=remark(school(BEST), "2021", "n_diag", "at_most"))
    assert refused(doubted) == reason
    assert school(BEST) not in proposed(doubted)
    unproven = (pl.col("unit") == school(BEST)) & (pl.col("period") == "2022")
    history = monitoring.history.with_columns(evidenced=pl.when(unproven).then(0).otherwise("evidenced"))
    assert refused(evolve(monitoring, history=history)) == reason
    for harmless in (
        remark(school(BEST), "2019", "n_diag", "at_most"),  # not among the three years
        remark(school(BEST), "2021", "points", "at_most"),  # of another indicator
        remark(school(BEST), "2021", "n_diag", "interpreted"),  # how the cell was read
        remark(school(7), "2021", "n_diag", "at_most"),  # of another school
    ):
        assert school(BEST) in proposed(evolve(monitoring, defects=harmless))


def test_where_the_group_is_full_there_is_nothing_to_learn() -> None:
    x, n = drawn(1, share=0.97, spread=0.02)
    assert proposed(measured({"1": (x, n)}), margin=0.0, probability=0.5) == []
    _, _, declined = shown(measured({"1": (x, n)}), margin=0.0, probability=0.5)
    assert declined.frame["declined"].str.contains("показатель близок к пределу").all()
    assert declined.frame.height > 0


def test_a_small_school_is_not_proposed_however_high_its_share() -> None:
    x, n = group(ahead=0.3, size=12)
    assert school(BEST) not in proposed(measured({"1": (x, n)}), probability=0.5, margin=0.0, reliability=0.9)
    reason = refused(measured({"1": (x, n)}), probability=0.5, margin=0.0, reliability=0.9)
    assert reason == "численность мала: отличие ненадёжно"


def test_clusters_of_fewer_than_eight_are_joined_with_others_of_their_kind() -> None:
    x, n = group()
    clusters = ["малая"] * 7 + ["средняя"] * 10 + ["большая"] * 23
    peers, practices, _ = shown(measured({"1": (x, n)}, clusters=clusters))
    assert set(peers.frame["group"]) == {"малая + средняя", "большая"}
    assert "Группы: большая — 23\xa0ОО; малая + средняя — 17\xa0ОО." in peers.notes
    assert practices.frame.filter(pl.col("unit") == school(BEST))["group"].to_list() == ["малая + средняя"]


def test_where_there_are_not_eight_at_all_nobody_is_compared() -> None:
    x, n = (counts[:7] for counts in group())
    peers, practices, declined = shown(measured({"1": (x, n)}))
    assert [each.frame.height for each in (peers, practices, declined)] == [0, 0, 0]
    assert "Группы: school — 7\xa0ОО (меньше 8: не сравниваются)." in peers.notes


def test_an_indicator_of_a_few_people_each_has_no_practices() -> None:
    x, n = drawn(1, spread=0.2, sizes=(3, 10))
    _, practices, declined = shown(measured({"1": (x, n), "2": group()}))
    assert set(practices.frame["indicator"]) == {"2"}
    assert set(declined.frame["indicator"]) <= {"2"}
    assert "Численность мала, и практик по организациям не ищут: 1." in practices.notes


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 20)), min_size=1, max_size=8))
def test_joining_leaves_no_small_group_where_there_is_another_of_its_kind(given: list[tuple[str, int]]) -> None:
    clusters = [(kind, f"{kind}{at}", members) for at, (kind, members) in enumerate(given)]
    joined = joined_clusters(clusters)
    sizes: dict[str, int] = {}
    for _, name, members in clusters:
        sizes[joined[name]] = sizes.get(joined[name], 0) + members
    for kind in "ab":
        of_kind = {joined[name] for each, name, _ in clusters if each == kind}
        assert len(of_kind) <= 1 or all(sizes[name] >= 8 for name in of_kind)
    assert sum(sizes.values()) == sum(members for _, _, members in clusters)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 200))
def test_fewer_of_the_others_is_as_good_as_more(seed: int) -> None:
    x, n = drawn(seed, spread=0.1)
    plain = shown(measured({"1": (x, n)}))
    turned = shown(measured({"1": (n - x, n)}, indicators=[indicator(better="lower")]))
    assert plain[0].frame.equals(turned[0].frame)
    assert plain[1].frame["unit"].to_list() == turned[1].frame["unit"].to_list()
    assert plain[1].frame["value"].to_list() == pytest.approx([100 - value for value in turned[1].frame["value"]])


@settings(deadline=None, max_examples=25)
@given(st.permutations(range(20)))
def test_the_order_of_schools_changes_nothing_but_the_order_of_rows(order: list[int]) -> None:
    x, n = drawn(3, 20, spread=0.12)
    plain = shown(measured({"1": (x, n)}))[0].frame["1"].to_list()
    shuffled = shown(measured({"1": (x[order], n[order])}))[0].frame["1"].to_list()
    assert shuffled == [plain[at] for at in order]


def test_an_outlier_stands_out_on_its_side_and_the_rest_is_within() -> None:
    x, n = drawn(1, spread=0.0, sizes=(50, 60))
    x[0, 3], x[1, 3] = n[0, 3], 10
    peers = shown(measured({"1": (x, n)}))[0].frame["1"].to_list()
    assert (peers[0], peers[1]) == ("выше ожидаемого", "ниже ожидаемого")
    assert peers.count("в пределах") >= 33


def test_who_has_no_value_or_few_people_is_not_placed() -> None:
    x, n = drawn(1)
    x[0, 3], n[0, 3] = np.nan, np.nan
    x[1, 3], n[1, 3] = 5, 9
    other = drawn(2)
    alone, beside = (shown(measured(counts))[0].frame for counts in ({"1": (x, n)}, {"1": (x, n), "2": other}))
    assert alone["unit"].to_list() == [school(at) for at in range(2, 40)]
    assert beside["1"].to_list()[:2] == [None, None]
    assert None not in beside["2"]


def test_organisations_stand_in_the_order_of_the_roster_whatever_their_values() -> None:
    x, n = group()
    peers, practices, _ = shown(measured({"1": (x, n), "2": drawn(2, spread=0.15)}))
    assert peers.frame["unit"].to_list() == [school(at) for at in range(40)]
    for _, part in practices.frame.group_by("indicator"):
        assert part["unit"].is_sorted()
    assert not {"rank", "probability"} & set(peers.frame.columns)


def test_answers_yes_or_no_and_indicators_without_a_direction_are_left_out() -> None:
    x, n = drawn(1)
    answers = (x / n > 0.7).astype(float), np.ones_like(n)
    kinds = [indicator(id="1", measure=PRESENCE), indicator(id="2", better="neutral")]
    peers, practices, declined = shown(measured({"1": answers, "2": (x, n)}, indicators=kinds))
    assert not {"1", "2"} & set(peers.headings)
    assert practices.frame.is_empty()
    assert declined.frame.is_empty()


def test_groups_are_cut_by_size_and_never_by_results() -> None:
    x, n = drawn(1, spread=0.0)
    n[:20], n[20:] = 15.0, 60.0
    x[:20], x[20:] = np.rint(0.5 * n[:20]), np.rint(0.9 * n[20:])
    whole, cut = (shown(measured({"1": (x, n)}), sizes=sizes)[0] for sizes in ((), (20, 50)))
    assert set(cut.frame["1"]) == {"в пределах"}
    assert "делятся по численности (20, 50)" in " ".join(cut.notes)
    assert "Группы: school — 40\xa0ОО." in whole.notes
