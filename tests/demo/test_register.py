"""The invented register: it adds up to what the cards truly answer, and says where it does not."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path

import polars as pl
import pytest
import yaml

from example_district import plugins
from profdev_indicators import demo, load, monitor, publish
from profdev_indicators.cli.explain import lines
from profdev_indicators.demo import questions
from profdev_indicators.demo.answers import YEARS, truth
from profdev_indicators.demo.organisations import organisations
from profdev_indicators.demo.people import COLUMNS
from profdev_indicators.engine.explain import explain
from profdev_indicators.results import Monitoring

Row = Mapping[str, str]
PEOPLE = ("1.1", "2.2", "3.3", "3.4", "3.5", "4.2", "4.4", "5.1", "5.2", "6.2")
TWICE = {2019: 0, 2020: 0, 2021: 3, 2022: 3}  # people whom two organisations name as theirs


def yes(column: str) -> Callable[[Row], bool]:
    return lambda row: row[column] == "да"


def young(row: Row) -> bool:
    return row["age_band"] in {"до 25", "25–35"} and int(row["experience_years"]) < 3


# What the configuration says in SQL, said again in Python.
ITEMS: Mapping[str, Callable[[Row], bool]] = {
    "n_ped": lambda _: True,
    "n_young": young,
    "n_schoolteachers": lambda row: row["position"] == "учитель",
    "n_diag": yes("diagnosed"),
    "n_diag_recognised": yes("diagnosed_recognised"),
    "n_deficits": yes("deficits"),
    "n_trajectories": yes("trajectory"),
    "n_iom_made": yes("route_made"),
    "n_iom": yes("route"),
    "n_informed": yes("informed"),
    "n_shmo": yes("association"),
    "n_shmo_mmo": yes("municipal_association"),
    "n_expert": yes("expert"),
    "n_activists": yes("activist"),
    "n_activists_confirmed": yes("activist_confirmed"),
    "n_network": yes("online_community"),
    "n_replicated": yes("published"),
    "n_young_covered": lambda row: young(row) and row["young_project"] == "да",
    "n_young_mentored": lambda row: young(row) and row["mentored"] == "да",
    "n_young_mentors": lambda row: young(row) and row["mentor"] == "да",
    "n_dpp": yes("courses"),
}
ASKED_IN_CARDS = ("6.2", "three_years")  # the register is of one year
UNASKED = {"n_schoolteachers"}  # what no organisation of the example answers


def rows(here: Path, year: int) -> list[dict[str, str]]:
    text = (here / "register" / f"{year}.csv").read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


@cache
def inns() -> Mapping[str, str]:
    return {one.id: one.inn for one in organisations()}


def added_up(here: Path, year: int, unit: str) -> dict[str, int]:
    mine = [row for row in rows(here, year) if row["inn"] == inns()[unit] and row["main_job"] == "да"]
    return {item: sum(map(holds, mine)) for item, holds in ITEMS.items()}


@pytest.mark.parametrize("year", YEARS)
def test_its_rows_add_up_to_what_the_organisations_truly_answer(here: Path, year: int) -> None:
    wrong = {}
    for one in organisations():
        told = truth(one).get(year)
        if told is not None:
            found = added_up(here, year, one.id)
            wrong |= {(one.id, item): found[item] for item in ITEMS.keys() - UNASKED if found[item] != told[item]}
    assert wrong == {}


@pytest.mark.parametrize("year", YEARS)
def test_both_files_of_a_year_say_the_same(here: Path, year: int) -> None:
    typed = pl.read_parquet(here / "register" / f"{year}.parquet")
    words = {True: "да", False: "нет", None: ""}
    told = [
        {
            name: words[cell] if isinstance(cell, bool) or cell is None else str(cell)
            for name, cell in row.items()
        }
        for row in typed.iter_rows(named=True)
    ]  # fmt: skip
    assert told == rows(here, year)
    kinds = {pl.String(): "text", pl.Boolean(): "flag", pl.Int64(): "integer"}
    assert {name: kinds[dtype] for name, dtype in typed.schema.items()} == COLUMNS


@pytest.mark.parametrize("year", YEARS)
def test_a_person_is_named_twice_only_where_the_readme_says_so(here: Path, year: int) -> None:
    jobs = rows(here, year)
    main = Counter(row["person_key"] for row in jobs if row["main_job"] == "да")
    units = {inn: unit for unit, inn in inns().items()}
    pairs = {
        tuple(sorted(units[row["inn"]] for row in jobs if row["person_key"] == key))
        for key, times in main.items()
        if times > 1
    }
    assert pairs == ({("s02", "s03"), ("s06", "s07"), ("d03", "d05")} if TWICE[year] else set())
    seconds = [row for row in jobs if row["main_job"] == "нет"]
    assert len(seconds) == 5
    assert all(main[row["person_key"]] == 1 for row in seconds)


def test_of_three_nobody_has_said_whether_it_is_true(here: Path) -> None:
    unsaid = {
        (year, row["inn"], column)
        for year in YEARS
        for row in rows(here, year)
        if row["main_job"] == "да"
        for column in COLUMNS
        if column != "subject" and not row[column]
    }
    assert unsaid == {(2022, inns()["u01"], "online_community")}


def test_nobody_in_it_is_anybody(here: Path) -> None:
    for path in sorted((here / "register").glob("*.csv")):
        keys = {row["person_key"] for row in rows(here, int(path.stem))}
        assert all(re.fullmatch("[0-9a-f]{32}", key) for key in keys)
    assert not {"name", "snils", "birth", "birth_date"} & COLUMNS.keys()


def test_a_person_keeps_the_key_over_the_years(here: Path) -> None:
    before, after = ({row["person_key"] for row in rows(here, year)} for year in (2021, 2022))
    assert len(before & after) > 0.9 * len(after)


@pytest.mark.plugins("kbr", "chegem", "statistics", "reports")
def test_the_configuration_declares_the_columns_there_are(example: demo.Demo) -> None:
    records = yaml.safe_load(example.register.read_text(encoding="utf-8"))["sources"][0]["records"]
    implied = dict.fromkeys(("person_key", "inn", "subject"), "text")
    assert implied | records["columns"] == COLUMNS
    assert records["items"].keys() == ITEMS.keys()


def from_cards(example: demo.Demo) -> Monitoring:
    """The first configuration over cards that are the register added up, and over what only cards can tell."""
    told = [
        {"unit": one.id, "period": str(year)} | answers | added_up(example.data, year, one.id)
        for one in organisations()
        for year, answers in truth(one).items()
    ]
    every = pl.DataFrame(told)
    asked = {
        source: ["unit", "period", *(question.item for question in getattr(questions, source)())]
        for source in ("diagnostics", "sites", "card", "mouo", "organisations")
    }
    asked["card"].append("n_schoolteachers")
    frames = {source: every.select(columns) for source, columns in asked.items()}
    manager = plugins()
    return monitor(
        load(example.config, manager), period="2019..2022", data=example.data, frames=frames, plugins=manager,
        readings="all",
    )  # fmt: skip


def from_register(example: demo.Demo) -> Monitoring:
    manager = plugins()
    return monitor(
        load(example.register, manager), period="2019..2022", data=example.data, plugins=manager, readings="all"
    )


def sums(answer: Monitoring, *, level: int) -> Iterator[tuple[tuple[str, str, str, str], tuple[float | None, ...]]]:
    wanted = answer.values.filter(
        pl.col("level") == level, pl.col("breakdown").is_null(), pl.col("indicator").is_in(PEOPLE)
    )
    for row in wanted.iter_rows(named=True):
        if (row["indicator"], row["reading"]) == ASKED_IN_CARDS:
            continue
        yield (
            (row["unit"], row["period"], row["indicator"], row["reading"]),
            (row["numerator"], row["denominator"], row["value"]),
        )


@pytest.fixture(scope="session")
def both(example: demo.Demo) -> tuple[Monitoring, Monitoring]:
    return from_cards(example), from_register(example)


@pytest.mark.plugins("kbr", "chegem", "statistics", "reports")
def test_at_the_organisations_records_and_cards_say_the_same(both: tuple[Monitoring, Monitoring]) -> None:
    cards, register = (dict(sums(answer, level=0)) for answer in both)
    assert cards.keys() == register.keys()
    assert len(cards) > 2000
    differing = {cell: (cards[cell], register[cell]) for cell in cards if cards[cell] != register[cell]}
    assert differing.keys() == {("u01", "2022", "5.1", "main")}
    [(card, known)] = differing.values()
    assert (card[:2], known[:2]) == ((card[0], 20.0), (card[0], 17.0))


@pytest.mark.plugins("kbr", "chegem", "statistics", "reports")
@pytest.mark.parametrize("indicator", ["3.4", "5.2", "6.2"])
def test_in_the_district_a_person_is_counted_once(
    both: tuple[Monitoring, Monitoring], example: demo.Demo, indicator: str
) -> None:
    holds = ITEMS[{"3.4": "n_expert", "5.2": "n_replicated", "6.2": "n_dpp"}[indicator]]
    for year in YEARS:
        main = [row for row in rows(example.data, year) if row["main_job"] == "да"]
        people = {row["person_key"] for row in main}
        counted = {row["person_key"] for row in main if holds(row)}
        cards, register = (answer.value(indicator, period=str(year)) for answer in both)
        assert (cards.numerator, cards.denominator) == (sum(map(holds, main)), len(main))
        assert (register.numerator, register.denominator) == (len(counted), len(people))
        assert len(main) - len(people) == TWICE[year]


@pytest.mark.plugins("kbr", "chegem", "statistics", "reports")
def test_an_explanation_tells_the_categories_in_their_order(both: tuple[Monitoring, Monitoring]) -> None:
    told = explain(both[1], "5.1", "район", period="2022")
    ages = [each for each in told.categories if each.breakdown == "Возраст"]
    assert [each.category for each in ages] == ["до 25", "25–35", "36–45", "46–55", "56 и старше"]
    assert sum(each.known or 0 for each in ages) == told.value.denominator  # everybody is of one age
    assert [each.category for each in told.categories if each.breakdown == "Предмет"][-1] == "не указано"
    assert {"Разрез: Предмет", "Разрез: Возраст"} <= set(lines(told))
    assert explain(both[0], "5.1", "район", period="2022").categories == ()


@pytest.mark.plugins("kbr", "chegem", "statistics", "reports")
def test_nothing_of_the_categories_is_published(both: tuple[Monitoring, Monitoring], example: demo.Demo) -> None:
    assert both[1].values["breakdown"].drop_nulls().n_unique() == 2
    public, _ = publish(both[1], data=example.data, plugins=plugins())
    assert public.history["breakdown"].null_count() == public.history.height
    assert public.tallies.is_empty()


@pytest.mark.plugins("kbr", "chegem", "statistics", "reports")
def test_no_key_of_a_person_comes_out(both: tuple[Monitoring, Monitoring], example: demo.Demo) -> None:
    keys = {row["person_key"] for year in YEARS for row in rows(example.data, year)}
    answer = both[1]
    frames = (answer.history, answer.tallies, answer.defects, answer.answers, answer.places, answer.unchecked)
    said = "".join(frame.write_csv() for frame in frames)
    said += " ".join(map(str, answer.notices))
    assert not [key for key in keys if key in said]
