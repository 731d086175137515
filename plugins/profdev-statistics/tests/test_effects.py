from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from invented import drawn, measured, school
from judging import PRESENCE, indicator
from profdev_indicators import analyse, load, monitor
from profdev_indicators.errors import SourceError
from profdev_indicators.results import Exhibit, Monitoring
from profdev_statistics.analyses.effects import Effects
from profdev_statistics.effects.estimate import NO_COMPARISON
from profdev_statistics.effects.register import Intervention

START = date(2022, 1, 10)


def worst(x: np.ndarray, n: np.ndarray, at: int = 2, number: int = 8) -> tuple[str, ...]:
    return tuple(school(each) for each in np.argsort((x / n)[:, at])[:number])


def decision(organisations: Sequence[str], **more: Any) -> Intervention:
    given: dict[str, Any] = {"id": "Р-1", "indicators": ("1",), "start": START, "completed": True}
    return Intervention(organisations=tuple(organisations), **given | {"selection": "худшие за 2021 год"} | more)


def shown(monitoring: Monitoring, *decisions: Intervention, **more: Any) -> Exhibit:
    [exhibit] = Effects(decisions=decisions, **more).analyse(monitoring, root=None, frames={})
    return exhibit


def rows(monitoring: Monitoring, *decisions: Intervention, **more: Any) -> list[dict[str, Any]]:
    return shown(monitoring, *decisions, **more).frame.to_dicts()


def row(monitoring: Monitoring, *decisions: Intervention, **more: Any) -> dict[str, Any]:
    return rows(monitoring, *decisions, **more)[0]


def test_a_measure_that_does_nothing_for_the_worst_is_not_a_success_though_they_rise() -> None:
    """The law of the whole: true effect 0, the worst of the last year chosen; from the counts to the verdict."""
    found = []
    for seed in range(150):
        x, n = drawn(seed)
        found.append(row(measured({"1": (x, n)}), decision(worst(x, n))))
    effect, low, high, before_after, differences = (
        np.array([each[name] for each in found])
        for name in ("effect", "ci_low", "ci_high", "before_after", "differences")
    )
    assert abs(effect.mean()) < 1.5
    assert np.mean([each["verdict"] == "улучшение сверх сравнения" for each in found]) <= 0.08
    assert 7 < before_after.mean() < 10
    assert differences.mean() > 9
    assert np.mean((low <= 0) & (high >= 0)) >= 0.84


def test_a_large_true_effect_is_an_improvement_and_a_loss_is_a_worsening() -> None:
    x, n = drawn(3)
    chosen = [int(name[1:]) for name in worst(x, n)]
    up, down = x.copy(), x.copy()
    up[chosen, 3] = np.minimum(n[chosen, 3], x[chosen, 3] + 0.4 * n[chosen, 3])
    down[chosen, 3] = np.maximum(0, x[chosen, 3] - 0.4 * n[chosen, 3])
    better, worse = (row(measured({"1": (each, n)}), decision(worst(x, n))) for each in (up, down))
    assert better["verdict"] == "улучшение сверх сравнения"
    assert worse["verdict"] == "ухудшение"


def test_fewer_of_the_others_is_as_good_as_more() -> None:
    """Polarity by symmetry: n − x where lower is better gives the same verdict and the effect turned round."""
    x, n = drawn(5)
    chosen = [int(name[1:]) for name in worst(x, n)]
    x[chosen, 3] = np.minimum(n[chosen, 3], x[chosen, 3] + np.rint(0.2 * n[chosen, 3]))
    plain = row(measured({"1": (x, n)}), decision(worst(x, n)))
    turned = row(measured({"1": (n - x, n)}, indicators=[indicator(better="lower")]), decision(worst(x, n)))
    assert turned["verdict"] == plain["verdict"]
    for name in ("effect", "before_after", "differences", "gain"):
        sign = 1 if name == "gain" else -1
        assert turned[name] == pytest.approx(sign * plain[name])
    assert (turned["ci_low"], turned["ci_high"]) == pytest.approx((-plain["ci_high"], -plain["ci_low"]))
    assert turned["treated_before"] == pytest.approx(100 - plain["treated_before"])


def test_the_level_before_has_the_period_of_the_choice_even_if_the_measure_began_in_it() -> None:
    x, n = drawn(1)
    monitoring = measured({"1": (x, n)})
    begun = {"start": date(2021, 11, 1)}
    assert row(monitoring, decision(worst(x, n), **begun))["periods_before"] == "2019, 2020"
    told = row(monitoring, decision(worst(x, n), selected_on="2021", **begun))
    assert (told["periods_before"], told["periods_after"]) == ("2019, 2020, 2021", "2022")


def test_a_period_in_which_a_measure_was_hardly_in_force_is_neither_before_nor_after() -> None:
    x, n = drawn(1)
    found = row(measured({"1": (x, n)}), decision(worst(x, n), start=date(2021, 9, 1)))
    assert (found["periods_before"], found["periods_after"]) == ("2019, 2020", "2022")
    early = row(measured({"1": (x, n)}), decision(worst(x, n), start=date(2021, 2, 1)))
    assert (early["periods_before"], early["periods_after"]) == ("2019, 2020", "2021, 2022")
    asked = row(measured({"1": (x, n)}), decision(worst(x, n), start=date(2022, 9, 1), review="2022"))
    assert (asked["periods_before"], asked["periods_after"]) == ("2019, 2020, 2021", "2022")


def test_nothing_after_the_review_is_looked_at() -> None:
    x, n = drawn(1)
    early = decision(worst(x, n, 1), start=date(2021, 1, 1), review="2021")
    later = x.copy()
    later[:, 3] = n[:, 3]
    assert row(measured({"1": (x, n)}), early) == row(measured({"1": (later, n)}), early)


def test_where_all_are_covered_there_is_no_comparison_and_the_sentence_says_so() -> None:
    x, n = drawn(1)
    exhibit = shown(measured({"1": (x, n)}), decision(["d"]))
    [told] = exhibit.frame.to_dicts()
    assert (told["verdict"], told["effect"], told["comparison"]) == ("оценить нельзя", None, 0)
    assert NO_COMPARISON in told["sentence"]
    assert told["group"] is None
    assert told["before_after"] is not None


def test_the_order_of_schools_changes_nothing() -> None:
    x, n = drawn(6)
    order = np.random.default_rng(0).permutation(40)
    place = {int(at): new for new, at in enumerate(order)}
    moved = [school(place[int(name[1:])]) for name in worst(x, n)]
    plain = row(measured({"1": (x, n)}), decision(worst(x, n)))
    shuffled = row(measured({"1": (x[order], n[order])}), decision(moved))
    for name in ("effect", "ci_low", "ci_high", "before_after", "differences"):
        assert shuffled[name] == pytest.approx(plain[name])


@pytest.mark.parametrize(
    ("treated", "schools", "reason"),
    [
        (2, 40, "охваченных организаций с данными 2, а нужно не меньше 3"),
        (5, 12, "в сравнении организаций с данными 7, а нужно не меньше 8"),
    ],
)
def test_too_few_organisations_are_told_and_not_estimated(treated: int, schools: int, reason: str) -> None:
    x, n = drawn(1, schools)
    found = row(measured({"1": (x, n)}), decision(worst(x, n, number=treated)))
    assert (found["verdict"], found["effect"], found["reason"]) == ("оценить нельзя", None, reason)


def test_a_silent_school_is_nobody_and_not_a_zero() -> None:
    x, n = drawn(2)
    whole = row(measured({"1": (x, n)}), decision(worst(x, n)))
    silent = [at for at in range(40) if school(at) not in worst(x, n)][:3]
    x[silent, 3], n[silent, 3] = np.nan, np.nan
    found = row(measured({"1": (x, n)}), decision(worst(x, n)))
    assert found["comparison"] == whole["comparison"] - 3
    without = [at for at in range(40) if at not in silent]
    again = row(
        measured({"1": (np.delete(x, silent, 0), np.delete(n, silent, 0))}),
        decision([school(without.index(int(name[1:]))) for name in worst(x, n)]),
    )
    assert found["effect"] == pytest.approx(again["effect"])


def test_organisations_with_another_measure_leave_the_comparison_and_it_is_named() -> None:
    x, n = drawn(1)
    chosen = worst(x, n)
    others = [school(at) for at in range(40) if school(at) not in chosen][:4]
    first, rival = decision(chosen), decision([*others, chosen[0]], id="Р-2")
    found = rows(measured({"1": (x, n)}), first, rival)[0]
    assert (found["left_out"], found["comparison"], found["concurrent"]) == (4, 28, "Р-2")
    assert "Р-2 — эффекты не разделить" in found["sentence"]
    old = decision(others, id="Р-0", start=date(2018, 1, 1))
    assert rows(measured({"1": (x, n)}), first, old)[0]["left_out"] == 0


def test_a_measure_for_all_at_the_same_time_is_a_common_change() -> None:
    x, n = drawn(1)
    alone, beside = (
        rows(measured({"1": (x, n)}), decision(worst(x, n)), *more)[0] for more in ([], [decision(["d"], id="Р-2")])
    )
    assert beside["effect"] == alone["effect"]
    assert (beside["common"], beside["concurrent"]) == ("Р-2", "")


def test_only_organisations_of_the_same_group_are_compared() -> None:
    x, n = drawn(1)
    clusters = ["город"] * 20 + ["село"] * 20
    town = tuple(school(each) for each in np.argsort((x / n)[:20, 2])[:5])
    [found] = rows(measured({"1": (x, n)}, clusters=clusters), decision(town))
    assert (found["group"], found["treated"], found["comparison"]) == ("город", 5, 15)
    moved = x.copy()
    moved[20:, 3] = n[20:, 3]
    assert rows(measured({"1": (moved, n)}, clusters=clusters), decision(town)) == [found]


@pytest.mark.parametrize(
    ("more", "definitions", "reason"),
    [
        ({"start": date(2023, 1, 1)}, {}, "после 01.01.2023 данных ещё нет"),
        ({"start": date(2019, 1, 1)}, {}, "до начала сопоставимых данных нет"),
        ({}, {"2022": "two"}, "до начала сопоставимых данных нет"),
        ({"selected_on": "2018"}, {}, "среди периодов до начала нет 2018"),
    ],
)
def test_what_cannot_be_judged_has_its_reason(more: dict[str, Any], definitions: dict[str, str], reason: str) -> None:
    x, n = drawn(1)
    found = row(measured({"1": (x, n)}, definitions=definitions), decision(worst(x, n), **more))
    assert found["verdict"] == "оценить нельзя"
    assert found["reason"].startswith(reason)


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (indicator(measure=PRESENCE), "показатель «есть / нет»: у организации один ответ, а не доля"),
        (indicator(better="neutral"), "не задано, что для показателя лучше"),
    ],
)
def test_what_is_no_share_with_a_direction_is_not_estimated(one: Any, reason: str) -> None:
    x, n = drawn(1)
    answers = (x / n > 0.7).astype(float), np.ones_like(n)
    found = row(measured({"1": answers}, indicators=[one]), decision(worst(x, n)))
    assert (found["verdict"], found["reason"]) == ("оценить нельзя", reason)


def test_the_sentence_has_both_sides_the_interval_and_what_it_would_have_seemed() -> None:
    x, n = drawn(4)
    told = row(measured({"1": (x, n)}), decision(worst(x, n), expected=10.0, act="приказ № 5", title="наставники"))[
        "sentence"
    ]
    assert told.startswith(
        "Решение Р-1 (наставники, приказ № 5), показатель 1, группа «school», с 10.01.2022. Охвачено 8\xa0ОО. Было "
    )
    for part in (
        "С поправкой на исходный уровень эффект",
        "(90\xa0%: ",
        "Без поправки он казался бы",
        "Ожидали +10\xa0п.п.",
        "Как выбраны: худшие за 2021 год.",
    ):
        assert part in told
    assert ".." not in told


CONFIG = """
id: d
title: Выдуманный район
units:
  - {id: a, name: Первая, kind: school}
sources:
  - id: card
    title: Карта
    reader: {frame: {}}
    items:
      - {id: n_ped, title: Педагогов, type: count}
      - {id: n_diag, title: Прошли, type: count}
populations:
  - {id: teachers, title: педагоги, items: [n_ped]}
sections:
  - id: s
    title: Раздел
    indicators:
      - id: "1.1"
        title: Доля
        source: card
        measure: {share: {counted: n_diag, population: teachers}}
        silence: excluded
        missing: strict
analyses:
  - effects:
      decisions: REGISTER
"""


def test_decisions_are_written_in_the_configuration_or_in_a_file_it_names(tmp_path: Path) -> None:
    answers = pl.DataFrame({"unit": ["a", "a"], "period": ["2021", "2022"], "n_ped": [20, 20], "n_diag": [10, 12]})
    inline = '[{id: Р-1, indicators: ["1.1"], organisations: [a], start: 2022-01-01}]'
    (tmp_path / "decisions.csv").write_text("№;показатели;организации;начало\nР-1;1.1;a;01.01.2022\n", "utf-8")
    said = []
    for register in (inline, "{csv: {location: decisions.csv}}"):
        (tmp_path / "district.yaml").write_text(CONFIG.replace("REGISTER", register), "utf-8")
        monitoring = monitor(load(tmp_path / "district.yaml"), period="2022", frames={"card": answers})
        [exhibit] = analyse(monitoring).exhibits
        said.append(exhibit.frame.to_dicts())
    assert said[0] == said[1]
    assert said[0][0]["verdict"] == "оценить нельзя"
    (tmp_path / "decisions.csv").write_text("№;показатели;организации;начало\nР-1;1.2;a;01.01.2022\n", "utf-8")
    with pytest.raises(SourceError, match=r"decisions.csv:2.*нет такого показателя: «1.2»"):
        analyse(monitoring)
