"""The base is enough for a district of ten lines, and the fragment for the republic above thirteen of them."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from profdev_indicators import cards, load, monitor
from profdev_indicators.model import District, Item, Unit

FEWEST_LINES = """
id: nash
title: Наш район
extends: kbr
units: [{id: s1, name: Школа, kind: school}, {id: s2, name: Сад, kind: kindergarten}]
"""
REPUBLIC = """
id: kbr-republic
title: {им: Кабардино-Балкарская Республика, род: Кабардино-Балкарской Республики}
extends: kbr
include: [kbr-municipalities]
units: [{id: s1, name: Школа, kind: school, parent: chegem}, {id: s2, name: Другая, kind: school, parent: maisky}]
"""
ENTITIES = 13
LONGEST_HINT = 160


@pytest.fixture
def district(tmp_path: Path) -> District:
    return _loaded(tmp_path, FEWEST_LINES)


def _loaded(folder: Path, text: str) -> District:
    path = folder / "district.yaml"
    path.write_text(text, encoding="utf-8")
    return load(path)


def _answer(item: Item) -> object:
    return "да" if item.type == "flag" else {"n_ped": 20, "n_young": 10}.get(item.id, 5)


def _full_answers(district: District, units: tuple[str, ...]) -> dict[str, pl.DataFrame]:
    """Every question of every source answered, with a link beside each answer."""
    return {
        source.id: pl.DataFrame(
            [
                {"unit": unit, "period": "2022", "link": "https://x.example"}
                | {item.id: _answer(item) for item in source.items}
                for unit in units
            ]
        )
        for source in district.sources
    }


def test_every_criterion_and_every_reading_has_a_value_where_every_question_is_answered(district: District) -> None:
    answers = _full_answers(district, ("s1", "s2"))
    monitoring = monitor(district, period="2022", frames=answers, readings="all")
    total = monitoring.values.filter(unit="nash")
    assert total.filter(pl.col("state") != "ok").select("indicator", "reading", "state").rows() == []
    assert total.height == sum(1 + len(indicator.alternatives) for indicator in district.indicators)
    assert monitoring.defects.is_empty()


def test_only_required_questions_are_needed_for_the_form_itself(district: District) -> None:
    answers = {
        source.id: frame.select("unit", "period", "link", *(item.id for item in source.items if item.required))
        for source, frame in zip(district.sources, _full_answers(district, ("s1", "s2")).values(), strict=True)
    }
    monitoring = monitor(district, period="2022", frames=answers)
    assert monitoring.values.filter(unit="nash")["state"].unique().to_list() == ["ok"]


def test_no_decision_of_a_district_is_taken_for_it(district: District) -> None:
    assert (district.oktmo, district.operator, district.dynamics.rules) == (None, None, ())
    assert all(not (indicator.target or indicator.advice) for indicator in district.indicators)


def test_every_relation_between_answers_stays_inside_what_is_asked(district: District) -> None:
    items = district.items
    related = {name for item in items.values() for name in (item.at_most, item.only_if, *item.sum_of) if name}
    assert related <= items.keys()
    assert {items[name].type for item in items.values() if (name := item.only_if)} == {"flag"}
    assert all(item.at_most for item in items.values() if item.type == "count" and item.id != "n_ped")


def test_a_site_that_cannot_be_opened_is_not_a_no(district: District, tmp_path: Path) -> None:
    sites = pl.DataFrame(
        {"unit": ["s1", "s2"], "plan_deficits": ["да", "недоступен"], "mo_decision": ["нет", "недоступен"]}
    ).with_columns(period=pl.lit("2022"), link=pl.lit("https://x.example"))
    monitoring = monitor(district, period="2022", data=tmp_path, frames={"sites": sites}, readings="all")
    plan, strict = monitoring.value("1.2"), monitoring.value("1.2", reading="silence_is_no")
    assert (plan.value, plan.reported, plan.state) == (100, 1, "partial")
    assert strict.value == 50


def test_a_school_without_young_teachers_is_not_blamed_for_having_no_programme(district: District) -> None:
    answers = _full_answers(district, ("s1", "s2"))
    lonely = pl.col("unit") == "s2"
    answers["card"] = answers["card"].with_columns(
        pl.when(~lonely).then("n_young").otherwise(0).alias("n_young"),
        pl.when(~lonely).then("young_project").otherwise(pl.lit("нет")).alias("young_project"),
    )
    monitoring = monitor(district, period="2022", frames=answers, readings="all")
    assert monitoring.value("4.1").value == 100
    assert monitoring.value("4.1", "s2").state == "not_applicable"
    assert monitoring.value("4.1", reading="strict").value == 50


def test_the_republic_has_thirteen_entities_with_different_codes(tmp_path: Path) -> None:
    republic = _loaded(tmp_path, REPUBLIC)
    assert isinstance(republic.units, tuple)
    entities = [unit for unit in republic.units if isinstance(unit, Unit) and unit.kind == "district"]
    codes = [unit.aliases[0] for unit in entities]
    assert len(set(codes)) == ENTITIES
    assert all(code.startswith("83") and code.endswith("000") and len(code) == 8 for code in codes)
    assert all(unit.name.startswith("городской округ") == (unit.aliases[0][2] == "7") for unit in entities)
    assert [remark.quote for remark in republic.remarks if remark.id == "oktmo-unverified"] == ["83610000, 83625000"]


def test_schools_add_up_through_their_entity_to_the_republic(tmp_path: Path) -> None:
    republic = _loaded(tmp_path, REPUBLIC)
    monitoring = monitor(republic, period="2022", frames=_full_answers(republic, ("s1", "s2")))
    levels = [monitoring.value("1.1", unit).denominator for unit in ("s1", "chegem", "kbr-republic")]
    assert levels == [20, 20, 40]
    assert monitoring.values.filter(unit="nalchik").is_empty()  # nobody below it was asked


def test_the_card_of_a_school_asks_what_the_organisation_itself_knows(district: District) -> None:
    asked = [item.id for source in district.sources if source.id in district.card.sources for item in source.items]
    assert district.card.sources == ("card", "organisations")
    assert asked[0] == "n_ped"
    assert asked[-2:] == ["n_dpp", "n_dpp_three_years"]
    assert list(cards(district, period="2022")) == ["s1 Школа.xlsx", "s2 Сад.xlsx"]


def test_every_question_of_the_card_explains_itself_briefly(district: District) -> None:
    hints = {
        item.id: item.hint or ""
        for source in district.sources
        if source.id in district.card.sources
        for item in source.items
    }
    assert [item for item, hint in hints.items() if not hint or len(hint) > LONGEST_HINT] == []


def test_the_headings_of_the_card_are_words_of_the_form(district: District) -> None:
    titles = " ".join(section.title for section in district.sections)
    groups = [item.group for source in district.sources for item in source.items if item.group]
    assert [group for group in groups if group not in titles] == ["Педагогические работники"]
