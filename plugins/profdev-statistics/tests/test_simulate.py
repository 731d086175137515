"""Drawn reports are what they claim to be, rules judge them as they would the district, and the command tells it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy.stats import binom

from profdev_indicators import load, monitor, plugin_manager
from profdev_indicators.cli import answer
from profdev_indicators.engine.judge import judge
from profdev_indicators.model import District, Rule
from profdev_indicators.periods import Period
from profdev_indicators.plugins import kinds
from profdev_statistics.cli.simulate import command
from profdev_statistics.simulation import Outcome, Sizes, simulate, without_judging
from profdev_statistics.simulation.drawing import Course, Panel, draw
from profdev_statistics.simulation.running import ALL_FALL, ANY
from profdev_statistics.simulation.telling import _smallest_seen

CONFIG = """
id: край
title: Верхний район
calendar: {calendar}
units:
  - {{id: верх, name: Верхний куст, kind: group}}
{units}
populations:
  - {{id: teachers, title: педагоги, items: [n_ped]}}
  - {{id: schools, title: школы, items: [school]}}
sources:
  - id: card
    title: Карта
    reader: {{csv: {{location: "{{period}}/card.csv"}}}}
    asked_of: [school]
    items:
      - {{id: n_ped, title: Педагогов, type: count}}
      - {{id: n_diag, title: Прошли диагностику, type: count}}
      - {{id: n_gap, title: С дефицитами, type: count}}
      - {{id: plan, title: Есть план, type: flag}}
      - {{id: points, title: Баллов, type: number}}
sections:
  - id: s
    title: Раздел
    indicators:
      - id: "1"
        title: Диагностика
        measure: {{share: {{counted: n_diag, population: teachers}}}}
        source: card
        silence: excluded
        missing: strict
        target: [{{since: 2022-01-01, at: 68}}, {{since: 2023-01-01, at: 75}}]
      - id: "2"
        title: Дефициты
        better: lower
        measure: {{share: {{counted: n_gap, population: teachers}}}}
        source: card
        silence: excluded
        missing: strict
      - id: "3"
        title: План
        measure: {{share: {{counted: plan, population: schools}}}}
        source: card
        silence: excluded
        missing: strict
      - id: "4"
        title: Балл
        unit: балл
        measure: {{mean: {{points: points, answers: n_ped}}}}
        source: card
        silence: excluded
        missing: strict
dynamics:
  rules: {rules}
"""
PLUGINS = plugin_manager()


def district(folder: Path, numbers: Sequence[int], rules: str, calendar: str = "year") -> District:
    """One school for each number of teachers, all but the first two in a group above them."""
    units = "\n".join(
        f"  - {{id: ш{n}, name: Школа {n}, kind: school{', parent: верх' if n > 1 else ''}}}"
        for n in range(len(numbers))
    )
    file = folder / "district.yaml"
    file.write_text(CONFIG.format(units=units, rules=rules, calendar=calendar), encoding="utf-8")
    return load(file, PLUGINS)


def cards(numbers: Sequence[int], share: float = 0.7, period: str = "2022") -> pl.DataFrame:
    """The same share in every school, as near as whole persons come to it; every second school has a plan."""
    return pl.DataFrame(
        {
            "unit": [f"ш{n}" for n in range(len(numbers))],
            "period": period,
            "n_ped": numbers,
            "n_diag": [round(share * n) for n in numbers],
            "n_gap": [round((1 - share) * n) for n in numbers],
            "plan": [number % 2 for number in range(len(numbers))],
            "points": [3.5 * n for n in numbers],
        }
    )


def _sizes(
    folder: Path,
    numbers: Sequence[int],
    rules: str = "[{drop: {points: 10}}]",
    *,
    calendar: str = "year",
    period: str = "2022",
) -> Sizes:
    asked = district(folder, numbers, rules, calendar)
    given = {"card": cards(numbers, period=period)}
    return Sizes.of(asked, monitor(without_judging(asked), period=period, frames=given, plugins=PLUGINS))


@pytest.fixture
def sizes(tmp_path: Path) -> Callable[..., Sizes]:
    """Makes a district of schools with so many teachers each ready to be drawn."""
    return partial(_sizes, tmp_path)


@pytest.fixture
def rule_names() -> Mapping[type, str]:
    """The kind of every class of rules installed."""
    return {kind: name for name, kind in kinds(PLUGINS)[Rule].items()}


@pytest.fixture
def district_file(tmp_path: Path) -> Callable[..., Path]:
    """Writes a district of schools with their cards of 2022, and gives its file; the data lie beside."""

    def write(numbers: Sequence[int] = (12, 25, 50, 90), rules: str = "[{drop: {points: 10}}]") -> Path:
        district(tmp_path, numbers, rules)
        (tmp_path / "data" / "2022").mkdir(parents=True)
        cards(numbers).drop("period").write_csv(tmp_path / "data" / "2022" / "card.csv")
        return tmp_path / "district.yaml"

    return write


# --- drawing --------------------------------------------------------------------------------------------------------


NUMBERS = (10, 20, 40, 80)
OWN = pl.col("level") == 0


@pytest.fixture
def drawn(sizes: Callable[..., Sizes]) -> Sizes:
    return sizes(NUMBERS)


def panel(drawn: Sizes, course: Course, reports: int = 3, fall: float = 0.0, *, everywhere: bool = False) -> Panel:
    planted = np.full((reports, len(drawn.shares)), everywhere)
    return draw(drawn, course, np.random.default_rng(5), planted, fall)


def test_only_shares_are_drawn_and_the_rest_is_named(drawn: Sizes) -> None:
    assert [i.id for i in drawn.district.indicators] == ["1", "2", "3"]
    assert drawn.left_out == ("4",)


def test_a_school_that_is_closed_is_not_drawn(tmp_path: Path) -> None:
    """Though it once answered."""
    district(tmp_path, NUMBERS, "[{drop: {points: 10}}]")
    file = tmp_path / "district.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("name: Школа 3,", "name: Школа 3, valid_to: 2021-12-31,"), encoding="utf-8")
    asked = load(file, PLUGINS)
    told = pl.concat([cards(NUMBERS, period="2021"), cards(NUMBERS[:3], period="2022")])
    monitoring = monitor(without_judging(asked), period="2022", frames={"card": told}, plugins=PLUGINS)
    drawn = Sizes.of(asked, monitoring)
    assert drawn.rows.filter(pl.col("level") == 0)["unit"].unique().sort().to_list() == ["ш0", "ш1", "ш2"]


def test_who_is_silent_now_counts_as_it_last_was(tmp_path: Path) -> None:
    asked = district(tmp_path, NUMBERS, "[{drop: {points: 10}}]")
    told = pl.concat([cards(NUMBERS, period="2021"), cards(NUMBERS[:3], period="2022")])
    monitoring = monitor(without_judging(asked), period="2022", frames={"card": told}, plugins=PLUGINS)
    assert sorted(Sizes.of(asked, monitoring).numbers) == sorted([*NUMBERS, *NUMBERS, *[1.0] * 4])


def test_the_cells_are_those_of_the_district_with_its_own_numbers(drawn: Sizes) -> None:
    own = drawn.rows.head(len(drawn.numbers)).with_columns(n=drawn.numbers)
    assert own.filter(pl.col("indicator") == "1").sort("unit")["n"].to_list() == list(NUMBERS)
    assert own.filter(pl.col("indicator") == "3")["n"].to_list() == [1.0] * 4


def test_a_total_is_the_sum_of_all_that_stand_below_it(drawn: Sizes) -> None:
    told = panel(drawn, Course(periods=2)).values.filter(pl.col("indicator") == "1")
    report = told.with_columns(pl.col("unit").str.extract("#(.)$").alias("report"), pl.col("unit").str.head(-2))
    keys = ["report", "period"]
    sums = report.filter(OWN).group_by(keys).agg(pl.col("numerator", "denominator").sum()).sort(keys)
    root = report.filter(pl.col("unit") == "край").select(*keys, "numerator", "denominator").sort(keys)
    group = report.filter(pl.col("unit") == "верх")["denominator"].unique().to_list()
    assert root.equals(sums)
    assert group == [120.0]


def test_who_has_a_plan_keeps_it_and_who_has_none_does_not_get_one(drawn: Sizes) -> None:
    told = panel(drawn, Course(periods=4, noise=20)).values.filter(OWN, pl.col("indicator") == "3")
    by_school = told.group_by(pl.col("unit").str.head(2)).agg(pl.col("numerator").unique()).sort("unit")
    assert by_school["numerator"].to_list() == [[0.0], [1.0], [0.0], [1.0]]


def test_nobody_is_better_than_everybody_or_worse_than_nobody(drawn: Sizes) -> None:
    told = panel(drawn, Course(periods=5, noise=30, drift=20), reports=20).values
    assert told.filter((pl.col("numerator") < 0) | (pl.col("numerator") > pl.col("denominator"))).is_empty()
    assert told.filter(pl.col("denominator") < 1).is_empty()


def test_where_everybody_stays_nothing_changes(drawn: Sizes) -> None:
    told = panel(drawn, Course(periods=5, stay=1.0)).values
    assert told.group_by("unit", "indicator").agg(pl.col("numerator").n_unique())["numerator"].unique().to_list() == [1]


@pytest.mark.parametrize("stay", [0.0, 0.7])
def test_counts_are_binomial_whether_people_stay_or_not(sizes: Callable[..., Sizes], stay: float) -> None:
    drawn = sizes((40,) * 40)
    told = panel(drawn, Course(periods=4, stay=stay), reports=50).values.filter(OWN, pl.col("indicator") == "1")
    last = told.group_by("unit").agg(pl.col("numerator").sort_by("period").last())["numerator"]
    assert last.mean() == pytest.approx(28, abs=4 * (8.4 / 2000) ** 0.5)
    assert last.var() == pytest.approx(40 * 0.7 * 0.3, rel=0.15)


def test_who_stays_does_as_before(sizes: Callable[..., Sizes]) -> None:
    """Of persons who stay with probability ρ, two successive counts correlate as ρ."""
    drawn = sizes((40,) * 40)
    told = panel(drawn, Course(periods=2, stay=0.7), reports=75).values.filter(OWN, pl.col("indicator") == "1")
    both = (
        told.group_by("unit")
        .agg(pl.col("numerator").sort_by("period"))
        .select(pl.col("numerator").list.to_struct(fields=["first", "last"]))
        .unnest("numerator")
    )
    assert np.corrcoef(both["first"], both["last"])[0, 1] == pytest.approx(0.7, abs=0.04)


def test_what_falls_gets_worse_whichever_way_worse_is(drawn: Sizes) -> None:
    still, fallen = (panel(drawn, Course(periods=1), 400, fall, everywhere=True).values for fall in (0.0, 20.0))
    change = (
        fallen.filter(OWN)
        .with_columns(change=pl.col("value") - still.filter(OWN)["value"])
        .group_by("indicator", pl.col("unit").str.head(2))
        .agg(pl.col("change").mean())
        .filter(pl.col("indicator") != "3")
    )
    assert change.filter(pl.col("indicator") == "1")["change"].to_list() == pytest.approx([-20] * 4, abs=4)
    assert change.filter(pl.col("indicator") == "2")["change"].to_list() == pytest.approx([20] * 4, abs=4)


def test_a_gradual_fall_takes_even_steps(sizes: Callable[..., Sizes]) -> None:
    drawn = sizes((400,) * 30)
    told = panel(drawn, Course(periods=3, gradual=True), 1, 20.0, everywhere=True).values
    means = told.filter(OWN, pl.col("indicator") == "1").group_by("period").agg(pl.col("value").mean()).sort("period")
    assert means["value"].to_list() == pytest.approx([70, 60, 50], abs=2)


@pytest.mark.parametrize(
    ("calendar", "period", "before"), [("year", "2022", "2020"), ("quarter", "2022-Q3", "2022-Q1")]
)
def test_every_report_has_years_and_organisations_of_its_own(
    sizes: Callable[..., Sizes], calendar: str, period: str, before: str
) -> None:
    drawn = sizes(NUMBERS, calendar=calendar, period=period)
    told = panel(drawn, Course(periods=3))
    spans = told.values.group_by(pl.col("unit").str.extract("#(.)$")).agg(pl.col("period").unique().sort()).sort("unit")
    periods = spans["period"].to_list()
    assert (periods[0][0], periods[0][-1]) == (before, period)
    assert not set(periods[0]) & set(periods[1])
    assert [each.part for each in told.reported] == [told.reported[0].part] * 3
    assert set(told.tree["unit"]) >= set(told.values["unit"])


def test_an_organisation_with_everybody_may_yet_lose_somebody(sizes: Callable[..., Sizes]) -> None:
    """Its share is drawn to that of its colleagues, else chance would never touch it."""
    drawn = sizes((10, 40, 40, 40))
    assert 0 < drawn.shares[~drawn.steady].min() < drawn.shares[~drawn.steady].max() < 1


# --- running --------------------------------------------------------------------------------------------------------


# Rules that look at a cell, at its history, at its peers, at all cells of a period, and at all cells there are.
ALL = """[
  {drop: {points: 10, persons: 0}}, {streak: {length: 2}}, {below_peers: {points: 10}}, {lost: {}}, {coverage: {}},
  {significant_fall: {points: 5, alpha: 0.2, overdispersion: 1}}, {trend: {points: 5, z: 1}}, {missed_target: {}},
  {target_at_risk: {}}, {low_outlier: {at_least: 4}}, {widening_gap: {at_least: 4, points: 0, alpha: 0.3, draws: 99}}
]"""
DROP = "[{drop: {points: 10, persons: 0, applies_to: organisations}}]"


@pytest.fixture
def played(rule_names: Mapping[type, str]) -> Callable[..., Outcome]:
    return partial(_played, rule_names)


def _played(
    rule_names: Mapping[type, str],
    drawn: Sizes,
    runs: int = 40,
    falls: tuple[float, ...] = (),
    seed: int = 1,
    periods: int = 3,
) -> Outcome:
    return simulate(drawn, runs=runs, falls=falls, course=Course(periods=periods), rule_names=rule_names, seed=seed)


def row(outcome: Outcome, rule: str) -> dict[str, object]:
    return outcome.alarms.row(by_predicate=pl.col("rule") == rule, named=True)


def test_reports_judged_together_say_what_each_says_alone(
    sizes: Callable[..., Sizes], rule_names: Mapping[type, str]
) -> None:
    """None is history, peer or family to another."""
    drawn = sizes((12, 25, 40, 60, 90, 15, 33, 44, 55, 66, 77), ALL)
    chance = np.random.default_rng(3)
    panel = draw(drawn, Course(periods=4, noise=5), chance, chance.random((6, len(drawn.shares))) < 0.3, 25.0)
    one = panel.values["unit"].str.extract("#(.)$").cast(pl.Int64)
    tree_one = panel.tree["unit"].str.extract("#(.)$").cast(pl.Int64)

    def findings(values: pl.DataFrame, tree: pl.DataFrame, asked: list[Period]) -> pl.DataFrame:
        judged = judge(values.lazy(), drawn.district, tree=tree.lazy(), asked=asked, rule_names=rule_names)
        return judged.findings.drop("numbers").collect()

    together = findings(panel.values, panel.tree, list(panel.reported))
    alone = [
        findings(panel.values.filter(one == n), panel.tree.filter(tree_one == n), [panel.reported[n]]) for n in range(6)
    ]
    assert set(together["rule"]) >= {"drop", "streak", "below_peers", "significant_fall", "trend", "missed_target"}
    assert set(together["rule"]) >= {"target_at_risk", "low_outlier", "widening_gap"}
    assert together.sort(pl.all()).equals(pl.concat(alone).sort(pl.all()))


def test_false_alarms_are_as_many_as_arithmetic_says(
    sizes: Callable[..., Sizes], played: Callable[..., Outcome]
) -> None:
    """Two draws of forty at one share: all pairs enumerated."""
    drawn = sizes((40,) * 20, DROP)
    outcome = played(drawn, runs=300, periods=2)
    x = np.arange(41)
    falls = (x[:, None] - x[None, :]) >= 4
    shares = drawn.shares[~drawn.steady]
    exact = sum(float((np.outer(binom.pmf(x, 40, p), binom.pmf(x, 40, p)) * falls).sum()) for p in shares)
    told = row(outcome, "drop")
    assert told["checked"] == 60
    assert told["alarms"] == pytest.approx(exact, abs=4 * float(str(told["error"])))
    assert told["alarms"] == told["attention"]


def test_falls_are_found_as_often_as_arithmetic_says(
    sizes: Callable[..., Sizes], played: Callable[..., Outcome]
) -> None:
    drawn = sizes((40,) * 20, DROP)
    outcome = played(drawn, runs=400, periods=2, falls=(20.0,))
    x = np.arange(41)
    share = 0.7
    exact = float((np.outer(binom.pmf(x, 40, share), binom.pmf(x, 40, share - 0.2)) * ((x[:, None] - x) >= 4)).sum())
    found = outcome.found.filter(pl.col("rule") == "drop").row(0, named=True)
    assert (found["size"], found["planted"]) == ("n 40–79", 800)
    assert found["found"] / found["planted"] == pytest.approx(exact, abs=0.04)


def test_the_larger_the_fall_the_oftener_it_is_found(
    sizes: Callable[..., Sizes], played: Callable[..., Outcome]
) -> None:
    outcome = played(sizes((12, 25, 50, 90) * 5, ALL), falls=(5.0, 20.0, 50.0), runs=60)
    part = (
        outcome.found.filter(pl.col("rule") == "drop", pl.col("size") != ALL_FALL)
        .with_columns((pl.col("found") / pl.col("planted")).alias("part"))
        .group_by("size", maintain_order=True)
        .agg("part")
    )
    assert part["size"].to_list() == ["n < 15", "n 15–39", "n 40–79", "n ≥ 80"]
    assert all(parts == sorted(parts) and parts[0] < parts[-1] for parts in part["part"].to_list())


def test_a_fall_of_everybody_is_looked_for_in_the_totals(
    sizes: Callable[..., Sizes], played: Callable[..., Outcome]
) -> None:
    rules = "[{drop: {points: 10, applies_to: totals}}, {drop: {name: own, points: 10, applies_to: organisations}}]"
    outcome = played(sizes((40,) * 12, rules), falls=(20.0,))
    found = {(rule, size): found / planted for rule, size, _, planted, found in outcome.found.iter_rows()}
    assert found["drop", ALL_FALL] > 0.9
    assert {size for rule, size in found if rule == "own"} == {"n 40–79"}
    assert {size for rule, size in found if rule == "drop"} == {ALL_FALL}


def test_where_no_rule_looks_nothing_is_planted(sizes: Callable[..., Sizes], played: Callable[..., Outcome]) -> None:
    outcome = played(sizes((40,) * 12, DROP), falls=(20.0,))
    assert set(outcome.found["size"]) == {"n 40–79"}
    assert set(outcome.found["rule"]) == {"drop", ANY}


def test_what_cannot_fall_so_far_is_not_made_to(sizes: Callable[..., Sizes], played: Callable[..., Outcome]) -> None:
    """At 70 per cent there is no fall by 80 points, and where lower is better no rise by them."""
    outcome = played(sizes((40,) * 12), falls=(80.0,))
    assert outcome.found.is_empty()


def test_a_rule_that_checked_nothing_says_why(sizes: Callable[..., Sizes], played: Callable[..., Outcome]) -> None:
    told = row(played(sizes((40,) * 4), periods=1), "drop")
    assert (told["checked"], told["alarms"], told["reason"]) == (0.0, 0.0, "первый период наблюдения")


def test_a_cell_with_two_alarms_is_one_cell(sizes: Callable[..., Sizes], played: Callable[..., Outcome]) -> None:
    rules = "[{drop: {points: 5, persons: 0}}, {drop: {name: again, points: 5, persons: 0, severity: risk}}]"
    outcome = played(sizes((40,) * 12, rules))
    assert row(outcome, ANY)["alarms"] == row(outcome, "again")["alarms"] == row(outcome, "drop")["alarms"]
    assert row(outcome, ANY)["risk"] == row(outcome, ANY)["alarms"]


def test_information_is_no_alarm(sizes: Callable[..., Sizes], played: Callable[..., Outcome]) -> None:
    rules = "[{drop: {points: 5, persons: 0, severity: info}}]"
    outcome = played(sizes((40,) * 12, rules))
    assert row(outcome, "drop")["alarms"] != 0
    assert row(outcome, ANY)["alarms"] == 0


def test_the_same_seed_gives_the_same_and_another_seed_another(
    sizes: Callable[..., Sizes], played: Callable[..., Outcome]
) -> None:
    drawn = sizes((12, 25, 50, 90) * 3, ALL)
    first, again, other = (played(drawn, falls=(10.0,), seed=seed) for seed in (1, 1, 2))
    assert first.alarms.equals(again.alarms)
    assert first.found.equals(again.found)
    assert not first.alarms.equals(other.alarms)


def test_reports_of_different_batches_are_different_reports(
    sizes: Callable[..., Sizes], played: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Drawn a few at a time they give other numbers, but not fewer alarms."""
    drawn = sizes((40,) * 12, DROP)
    whole = row(played(drawn, runs=200), "drop")
    monkeypatch.setattr("profdev_statistics.simulation.running._ROWS_AT_ONCE", 1)
    single = row(played(drawn, runs=200), "drop")
    apart = abs(float(str(whole["alarms"])) - float(str(single["alarms"])))
    assert apart < 4 * (float(str(whole["error"])) ** 2 + float(str(single["error"])) ** 2) ** 0.5
    assert float(str(whole["error"])) == pytest.approx(float(str(single["error"])), rel=0.25)


def test_progress_reaches_the_end(sizes: Callable[..., Sizes], rule_names: Mapping[type, str]) -> None:
    heard: list[tuple[int, int]] = []
    simulate(
        sizes((40, 40)),
        runs=5,
        falls=(10.0,),
        course=Course(periods=2),
        rule_names=rule_names,
        told=lambda done, of: heard.append((done, of)),
    )
    assert heard[-1] == (15, 15)
    assert heard == sorted(heard)


# --- the command ----------------------------------------------------------------------------------------------------


Write = Callable[..., Path]
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: object) -> tuple[int, str, str]:
        code = answer(command, [str(each) for each in arguments], name="profdev simulate")
        said = capsys.readouterr()
        return code, said.out.replace("\N{NO-BREAK SPACE}", " "), said.err.replace("\N{NO-BREAK SPACE}", " ")

    return call


def asked(file: Path, *more: object) -> tuple[object, ...]:
    return (file, "--period", "2022", "--data", file.parent / "data", "--runs", "8", *more)


def test_it_says_of_every_rule_how_often_it_cries_wolf_and_what_it_sees(run: Run, district_file: Write) -> None:
    file = district_file(rules="[{drop: {points: 10}}, {coverage: {at_least: 90}}]")
    code, out, err = run(*asked(file, "--falls", "10, 20"))
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[:4] == [
        "Верхний район, размеры и доли — за 2022: 2 показателя, 4 организации, ряд из 5 периодов",
        "Разыграно 8 отчётов, в которых ничего не изменилось, и по стольку же с каждым из падений: 10, 20 п.п.",
        "Остаются, какие были («есть / нет» зависит не от численности): 3",
        "Не разыгрываются (не доли, или ответов нет): 4",
    ]
    assert [line.split()[0] for line in lines if line.startswith("  ") and not line.startswith("   ")] == [
        "правило",
        "drop",
        "coverage",
        "хоть",
        "(±",
        "правило",
        "drop",
        "хоть",
        "(итоги",
    ]
    assert any(line.split()[:4] == ["правило", "численность", "10", "п.п."] for line in lines)


def test_columns_of_numbers_stand_one_below_another(run: Run, district_file: Write) -> None:
    _, out, _ = run(*asked(district_file(), "--falls", ""))
    head, drop, _ = out.split("\n\n")[1].splitlines()[1:4]
    assert len(head) == len(drop)


@pytest.mark.parametrize(
    ("parts", "smallest"),
    [
        ({5.0: 0.1, 10.0: 0.8, 20.0: 0.9}, 10.0),
        ({5.0: 0.9, 10.0: 0.7, 20.0: 0.9}, 20.0),
        ({5.0: 0.9, 10.0: 0.7}, None),
        ({}, None),
    ],
)
def test_a_fall_is_visible_only_if_all_greater_ones_are(parts: dict[float, float], smallest: float | None) -> None:
    assert _smallest_seen(parts) == smallest


def test_without_falls_only_false_alarms_are_told(run: Run, district_file: Write) -> None:
    code, out, _ = run(*asked(district_file(), "--falls", ""))
    assert code == 0
    assert "Зоркость" not in out
    assert "падений" not in out


def test_files_hold_what_was_told_and_the_same_call_writes_the_same_bytes(
    run: Run, district_file: Write, tmp_path: Path
) -> None:
    file = district_file()
    for name in ("one", "two", "two"):
        code, out, _ = run(*asked(file, "--out", tmp_path / name))
        assert code == 0
        assert out.endswith(f"Записано в {tmp_path / name}: alarms.csv, found.csv, simulate.json, simulate.md\n")
    one, two = ({each.name: each.read_bytes() for each in (tmp_path / name).iterdir()} for name in ("one", "two"))
    assert one == two
    assert pl.read_csv(one["alarms.csv"])["rule"].to_list() == ["drop", "*"]
    assert pl.read_csv(one["found.csv"]).columns == ["rule", "size", "fall", "planted", "found"]
    assert json.loads(one["simulate.json"])["seed"] == 1
    assert one["simulate.md"].decode().startswith("# Ложные тревоги и зоркость правил\n")


def test_noise_makes_more_alarms_and_staying_fewer(run: Run, district_file: Write, tmp_path: Path) -> None:
    file = district_file(numbers=(40,) * 20)
    alarms = {}
    for name, more in {
        "plain": (),
        "noise": ("--noise", "6"),
        "stay": ("--stay", "90"),
        "drift": ("--drift", 9),
    }.items():
        code, out, _ = run(*asked(file, "--falls", "", "--out", tmp_path / name, *more))
        assert code == 0
        assert ("При этом:" in out) == bool(more)
        alarms[name] = pl.read_csv(tmp_path / name / "alarms.csv")["alarms"][0]
    assert alarms["stay"] < alarms["plain"] < alarms["noise"]
    assert alarms["drift"] != alarms["plain"]


@pytest.mark.parametrize(
    ("option", "given", "complaint"),
    [
        ("--runs", "0", "--runs: «0»: нужно целое число от 1 до 100 000"),
        ("--runs", "-5", "--runs: «-5»: нужно целое число от 1 до 100 000"),
        ("--runs", "1.5", "--runs: «1.5»: нужно целое число от 1 до 100 000"),
        ("--runs", "много", "--runs: «много»: нужно целое число от 1 до 100 000"),
        ("--falls", "10,x", "--falls: «x»: нужно число от 0,1 до 100"),
        ("--falls", "0", "--falls: «0»: нужно число от 0,1 до 100"),
        ("--falls", "nan", "--falls: «nan»: нужно число от 0,1 до 100"),
        ("--periods", "0", "--periods: «0»: нужно целое число от 1 до 40"),
        ("--noise", "51", "--noise: «51»: нужно число от 0 до 50"),
        ("--stay", "101", "--stay: «101»: нужно число от 0 до 100"),
        ("--drift", "", "--drift: «»: нужно число от 0 до 50"),
        ("--seed", "-1", "--seed: «-1»: нужно целое число от 0 до 4 294 967 295"),
    ],
)
def test_a_wrong_number_is_refused_with_its_bounds(
    run: Run, district_file: Write, option: str, given: str, complaint: str
) -> None:
    code, _, err = run(*asked(district_file(), option, given))
    assert code == 2
    assert complaint in err


def test_slow_falls_are_told_to_be_slow(run: Run, district_file: Write) -> None:
    _, out, _ = run(*asked(district_file(), "--gradual"))
    assert "какую часть настоящих падений за весь ряд правило находит" in out


def test_a_decimal_comma_is_understood(run: Run, district_file: Write) -> None:
    code, out, _ = run(*asked(district_file(), "--noise", "2,5"))
    assert code == 0
    assert "уровень сам колеблется на 2,5 п.п." in out


@pytest.mark.parametrize(
    ("period", "code", "complaint"),
    [
        ("2021,2022", 2, "--period: нужен один период, а не «2021,2022»"),
        ("2020..2022", 2, "--period: нужен один период, а не «2020..2022»"),
        ("2031", 1, "нет данных за 2031"),
        ("весна", 2, "весна"),
    ],
)
def test_a_wrong_period_is_refused(run: Run, district_file: Write, period: str, code: int, complaint: str) -> None:
    file = district_file()
    told = run(file, "--period", period, "--data", file.parent / "data")
    assert told[0] == code
    assert complaint in told[2]


def test_a_district_without_rules_has_nobody_to_judge(run: Run, district_file: Write) -> None:
    code, _, err = run(*asked(district_file(rules="[]")))
    assert (code, err) == (2, "Ошибка: судить нечем: в конфигурации нет ни одного правила (dynamics.rules)\n")


def test_organisations_of_one_person_leave_nothing_to_draw(run: Run, district_file: Write) -> None:
    code, _, err = run(*asked(district_file(numbers=(1, 1, 1))))
    assert code == 2
    assert err.startswith("Ошибка: разыгрывать нечего: за 2022 и раньше нет ни одной доли")


def test_the_help_ends_with_examples(run: Run) -> None:
    code, out, _ = run("--help")
    assert code == 0
    assert "  profdev simulate configs/chegem.yaml --period 2022 --data data\n" in out
    assert "[required]" not in out
