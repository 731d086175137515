from __future__ import annotations

import pytest

from disclosing import CARD, district, flat
from profdev_indicators.builtin.measures import Rate, Share
from profdev_indicators.model import DisclosureClass, DisclosurePolicy, Indicator, Population
from profdev_indicators.periods import Period
from profdev_reports.disclosure import protect
from profdev_reports.disclosure.subjects import disclosure_of, subject_of

YEAR = Period.parse("2022", "year")
POLICY = DisclosurePolicy()


def _small(name: str, disclosure: DisclosureClass, x: float, n: float | None) -> str | None:
    asked = district({name: disclosure})
    subject = subject_of(asked.indicators[0], YEAR, asked)
    assert subject is not None
    return subject.small(x, n, POLICY)


@pytest.mark.parametrize(
    ("disclosure", "x", "n", "reason"),
    [
        ("B", 0, 4, "в знаменателе меньше 5"),
        ("B", 0, 5, None),
        ("B", 5, 5, None),
        ("B", 1, 20, "посчитано меньше 3"),
        ("B", 2, 20, "посчитано меньше 3"),
        ("B", 3, 20, None),
        ("B", 18, 20, "остальных меньше 3"),
        ("B", 17, 20, None),
        ("C", 0, 20, "ни одного"),
        ("C", 20, 20, "все"),
        ("C", 4, 20, "посчитано меньше 5"),
        ("C", 5, 20, None),
        ("C", 16, 20, "остальных меньше 5"),
        ("C", 15, 20, None),
    ],
)
def test_a_share_is_small_by_its_class(disclosure: DisclosureClass, x: float, n: float, reason: str | None) -> None:
    assert _small("all", disclosure, x, n) == reason


@pytest.mark.parametrize(
    ("x", "reason"), [(0, None), (1, "посчитано меньше 3"), (2.5, "посчитано меньше 3"), (3, None)]
)
def test_a_count_has_no_others(x: float, reason: str | None) -> None:
    assert _small("count", "B", x, None) == reason


@pytest.mark.parametrize(("x", "n", "reason"), [(1, 4, "в знаменателе меньше 5"), (1, 5, None)])
def test_a_mean_is_small_if_few_are_in_it(x: float, n: float, reason: str | None) -> None:
    assert _small("mean", "B", x, n) == reason


def test_a_rate_may_be_more_than_one_apiece() -> None:
    events = Indicator(
        id="rate",
        title="частота",
        measure=Rate(events="n_diag", population=Population(id="t", title="педагоги", items=("n_ped",))),
        source=CARD,
        silence="excluded",
        missing="strict",
    )
    asked = district({}, also=[events])
    subject = subject_of(asked.indicators[0], YEAR, asked)
    assert subject is not None
    assert (subject.kind, subject.small(19, 20, POLICY), subject.small(25, 20, POLICY)) == ("rate", None, None)


@pytest.mark.parametrize(("name", "disclosure"), [("routes", "A"), ("all", "B"), ("count", "B"), ("mean", "B")])
def test_without_a_class_organisations_are_open_and_people_are_not(name: str, disclosure: DisclosureClass) -> None:
    asked = district({name: None})
    assert disclosure_of(asked.indicators[0], asked) == disclosure


def test_what_is_about_organisations_is_not_hidden() -> None:
    world = flat({"s1": (1, 1), "s2": (0, 1), "s3": (1, 1)}, "routes")
    assert protect(world.values().lazy(), district({"routes": None}), None).hidden.is_empty()


def test_a_flag_declared_sensitive_is_hidden() -> None:
    """One organisation is one: whoever says that its flag is about people has it hidden."""
    world = flat({f"s{k}": (k % 2, 1) for k in range(12)}, "routes")
    hidden = protect(world.values().lazy(), district({"routes": "C"}), None).hidden
    assert hidden.filter("primary")["unit"].n_unique() == 12


def test_the_class_may_be_told_by_a_population_of_people() -> None:
    share = Share(counted="routes", population=Population(id="p", title="люди", items=("n_ped",)))
    indicator = Indicator(
        id="odd", title="странный", measure=share, source=CARD, silence="excluded", missing="strict", disclosure="B"
    )
    asked = district({}, also=[indicator])
    assert disclosure_of(asked.indicators[0], asked) == "B"
