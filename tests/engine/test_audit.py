"""Answers told twice, and answers which contradict themselves."""

from __future__ import annotations

import attrs
import polars as pl
import pytest

from profdev_indicators.model import Item, Jump, Unit
from strategies import CARD, ask, district, table

UNITS = (Unit(id="a", name="А", kind="school"), Unit(id="b", name="Б", kind="school"))


def test_the_same_told_twice_counts_once() -> None:
    row = {"unit": "a", "n_ped": 10, "n_diag": 5}
    found = ask(district(UNITS), table([row, row]))
    assert (found.value("share").numerator, found.value("share").denominator) == (5, 10)
    assert found.defects.filter(pl.col("check") == "repeated")["severity"].to_list() == ["warning"]


def test_two_different_answers_count_not_at_all() -> None:
    rows = [{"unit": "a", "n_ped": 10, "n_diag": 5}, {"unit": "a", "n_ped": 10, "n_diag": 6}]
    found = ask(district(UNITS), table([*rows, {"unit": "b", "n_ped": 10, "n_diag": 1}]))
    assert found.value("share", unit="a").state == "invalid"
    assert (found.value("share").numerator, found.value("share").state) == (1, "partial")


@pytest.mark.parametrize(
    ("change", "answer", "check", "kept"),
    [
        ({"at_most": "n_ped"}, {"n_diag": 11}, "at_most", False),
        ({"at_most": "n_ped"}, {"n_diag": 10}, None, True),
        ({"only_if": "plan"}, {"n_diag": 1, "plan": 0}, "only_if", False),
        ({"only_if": "plan"}, {"n_diag": 0, "plan": 0}, None, True),
        ({"only_if": "plan"}, {"n_diag": 1, "plan": None}, None, True),
        ({"sum_of": ("n_young", "n_covered")}, {"n_diag": 5, "n_young": 2, "n_covered": 2}, "sum_of", False),
        ({"sum_of": ("n_young", "n_covered")}, {"n_diag": 4, "n_young": 2, "n_covered": 2}, None, True),
        ({}, {"n_diag": -1}, "minimum", False),
        ({}, {"n_diag": 2.5}, "whole", False),
        ({"maximum": 3}, {"n_diag": 4}, "maximum", False),
        ({"required": True}, {"n_diag": None}, "required", False),
        ({"jump": Jump(percent=50, at_least=3)}, {"n_diag": 9}, "jump", True),
        ({"jump": Jump(percent=50, at_least=3)}, {"n_diag": 5}, None, True),
    ],
)
def test_a_check_of_an_item(
    change: dict[str, object], answer: dict[str, object], check: str | None, *, kept: bool
) -> None:
    items = tuple(attrs.evolve(item, **change) if item.id == "n_diag" else item for item in CARD.items)
    source = attrs.evolve(CARD, items=items)
    asked = district(UNITS[:1], silence="excluded")
    sections = tuple(
        attrs.evolve(s, indicators=tuple(attrs.evolve(i, source=source) for i in s.indicators)) for s in asked.sections
    )
    asked = attrs.evolve(asked, sources=(source,), sections=sections)
    before = {
        "unit": "a",
        "period": "2021",
        "n_ped": 10,
        "n_diag": 4,
        "plan": 1,
        "link": "x",
        "n_young": 4,
        "n_covered": 0,
    }
    now = {"unit": "a", "n_ped": 10, "n_young": 0, "n_covered": 0, "plan": 1, "link": "x", **answer}
    found = ask(asked, table([before, now]))
    defects = found.defects.filter(pl.col("period") == "2022", pl.col("item") == "n_diag")
    assert defects["check"].to_list() == ([check] if check else [])
    assert (found.value("count").value is not None) == kept


def test_a_flag_without_its_link_is_claimed_and_not_confirmed() -> None:
    found = ask(district(UNITS), table([{"unit": "a", "plan": 1}, {"unit": "b", "plan": 0}]))
    value = found.value("presence")
    assert (value.value, value.reported, value.evidenced) == (50.0, 2, 1)


def test_an_item_of_text_says_what_is_wrong_with_it() -> None:
    item = Item(id="n_ped", title="педагогов", type="count")
    source = attrs.evolve(CARD, items=(item, *CARD.items[1:]))
    asked = attrs.evolve(district(UNITS), sources=(source,))
    answers = pl.DataFrame(
        {"unit": ["a", "b"], "period": ["2022", "2022"], "n_ped": ["85%", "15 чел."], "n_diag": ["5", "5"]}
    )
    found = ask(asked, answers)
    assert found.value("share").denominator == 15
    assert set(found.defects.filter(pl.col("item") == "n_ped")["check"]) == {"type", "interpreted"}
