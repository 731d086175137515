"""Units over time: renamed, opened, closed, moved, split; and rosters which make no sense."""

from __future__ import annotations

from datetime import date

import attrs
import polars as pl
import pytest

from profdev_indicators.errors import SourceError
from profdev_indicators.facade import monitor
from profdev_indicators.model import Exemption, Unit
from strategies import Given, ask, core_alone, district, table

LAST_DAY, NEXT_DAY = date(2021, 12, 31), date(2022, 1, 1)


def _history(*units: Unit, answers: list[dict[str, object]] | None = None) -> pl.DataFrame:
    told = answers or [
        {"unit": unit, "period": period, "n_ped": 10, "n_diag": 5}
        for unit in sorted({u.id for u in units if u.kind == "school"})
        for period in ("2021", "2022")
    ]
    return ask(district(units), table(told)).history.filter(pl.col("indicator") == "share")


def test_a_renamed_school_keeps_its_series_under_the_names_of_its_times() -> None:
    found = _history(
        Unit(id="a", name="Старое имя", kind="school", valid_to=LAST_DAY),
        Unit(id="a", name="Новое имя", kind="school", valid_from=NEXT_DAY),
    ).filter(pl.col("unit") == "a")
    assert found.select("period", "unit_name", "value").rows() == [
        ("2021", "Старое имя", 50.0),
        ("2022", "Новое имя", 50.0),
    ]


def test_a_closed_school_is_not_defined_and_not_expected() -> None:
    found = _history(
        Unit(id="a", name="А", kind="school"), Unit(id="b", name="Б", kind="school", valid_to=LAST_DAY)
    ).filter(pl.col("period") == "2022")
    assert dict(found.select("unit", "state").iter_rows()) == {"district": "ok", "a": "ok", "b": "not_defined"}
    assert found.filter(pl.col("unit") == "district")["expected"].item() == 1


def test_a_school_that_moves_counts_where_it_stands_then() -> None:
    found = _history(
        Unit(id="east", name="Восток", kind="cluster"),
        Unit(id="west", name="Запад", kind="cluster"),
        Unit(id="e", name="Е", kind="school", parent="east"),
        Unit(id="w", name="З", kind="school", parent="west"),
        Unit(id="a", name="А", kind="school", parent="east", valid_to=LAST_DAY),
        Unit(id="a", name="А", kind="school", parent="west", valid_from=NEXT_DAY),
    )
    counted = found.filter(pl.col("level") == 1).select("unit", "period", "reported").rows()
    assert sorted(counted) == [("east", "2021", 2), ("east", "2022", 1), ("west", "2021", 1), ("west", "2022", 2)]
    assert found.filter(pl.col("unit") == "district")["reported"].to_list() == [3, 3]


def test_the_district_may_be_renamed_too() -> None:
    found = _history(
        Unit(id="district", name="Район", kind="district", valid_to=LAST_DAY),
        Unit(id="district", name="Округ", kind="district", valid_from=NEXT_DAY),
        Unit(id="a", name="А", kind="school"),
    ).filter(pl.col("unit") == "district")
    assert found["unit_name"].to_list() == ["Район", "Округ"]


@pytest.mark.parametrize(
    ("units", "message"),
    [
        ((Unit(id="a", name="А", kind="school", parent="nowhere"),), "нет вышестоящей единицы «nowhere»"),
        (
            (
                Unit(id="a", name="А", kind="cluster", parent="b"),
                Unit(id="b", name="Б", kind="cluster", parent="a"),
            ),
            "кольцо",
        ),
        (
            (
                Unit(id="a", name="А", kind="school", valid_to=NEXT_DAY),
                Unit(id="a", name="Б", kind="school", valid_from=NEXT_DAY),
            ),
            "в одни и те же дни",
        ),
    ],
)
def test_a_roster_that_makes_no_sense_is_refused(units: tuple[Unit, ...], message: str) -> None:
    with pytest.raises(SourceError, match=message):
        ask(district(units), table([{"unit": "a", "n_ped": 1}]))


@pytest.mark.parametrize(
    "written", ["a", " a ", "МКОУ «СОШ № 1»", 'МКОУ "СОШ №1"', "мкоу сош № 1", "0711037590", "Первая"]
)
def test_a_unit_is_known_by_what_people_write(written: str) -> None:
    unit = Unit(id="a", name="МКОУ «СОШ № 1»", kind="school", inn="0711037590", aliases=("Первая",))
    found = ask(district((unit,)), table([{"unit": written, "n_ped": 10, "n_diag": 5}]))
    assert found.value("share").value == 50.0
    assert found.defects.filter(pl.col("check") == "unknown_unit").is_empty()


@pytest.mark.parametrize("written", ["МКОУ «СОШ № 11»", "СОШ № 1", "0711037591", "b"])
def test_about_right_is_no_match(written: str) -> None:
    unit = Unit(id="a", name="МКОУ «СОШ № 1»", kind="school", inn="0711037590")
    found = ask(district((unit,)), table([{"unit": written, "n_ped": 10, "n_diag": 5}]))
    assert found.value("share").state == "not_reported"
    assert written in found.defects.filter(pl.col("check") == "unknown_unit")["message"].item()


def test_a_name_of_two_units_is_neither() -> None:
    units = (Unit(id="a", name="Школа", kind="school"), Unit(id="b", name="Школа", kind="school"))
    found = ask(district(units), table([{"unit": "Школа", "n_ped": 10, "n_diag": 5}]))
    assert found.value("share").reported == 0


def test_a_date_that_is_none_is_a_problem_and_not_always() -> None:
    units = pl.DataFrame({"id": ["a"], "name": ["А"], "kind": ["school"], "valid_to": ["31.13.2021"]})
    asked = attrs.evolve(district(()), units=Given())
    with pytest.raises(SourceError, match=r"«31\.13\.2021» — не дата"):
        monitor(asked, period="2022", frames={"card": table([]), "units": units}, plugins=core_alone())


def test_whoever_is_exempted_must_be_in_the_roster() -> None:
    units = (Unit(id="a", name="А", kind="school"),)
    exempted = attrs.evolve(district(units), exemptions=(Exemption(unit="b1", basis="ремонт"),))
    with pytest.raises(SourceError, match=r"exemptions\[0\].unit: в списке организаций нет «b1»"):
        ask(exempted, table([{"unit": "a", "period": "2022", "n_ped": 10, "n_diag": 5}]))
