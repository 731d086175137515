"""What a page says is what VALUES, FINDINGS and RECOMMENDATIONS say."""

from __future__ import annotations

import io
from collections.abc import Mapping

import polars as pl
import pytest

import made_sites
import webpages
from made_sites import Files
from profdev_indicators import wording
from profdev_indicators.frames import MAIN
from profdev_indicators.results import Monitoring


def told(row: Mapping[str, object], unit: str, *, flag: bool) -> str:
    value = row["value"]
    if value is None:
        return wording.STATE_WORDS[str(row["state"])]
    assert isinstance(value, float)
    return ("да" if value else "нет") if flag else wording.with_unit(value, unit).replace(wording.NBSP, " ")


@pytest.fixture(scope="module")
def example() -> Monitoring:
    return made_sites.example()


@pytest.fixture(scope="module")
def example_site() -> Files:
    return made_sites.example_site()


@pytest.fixture(scope="module")
def site() -> Files:
    return made_sites.lively_site()


@pytest.fixture(scope="module")
def rows(example: Monitoring) -> Mapping[tuple[str, str, str], Mapping[str, object]]:
    values = example.history.filter(pl.col("reading") == MAIN, pl.col("breakdown").is_null())
    return {(row["unit"], row["indicator"], row["period"]): row for row in values.iter_rows(named=True)}


def flags(example: Monitoring) -> set[str]:
    """Criteria about the presence of something, told of one organisation as «да» or «нет»."""
    items = example.district.items
    return {
        indicator.id
        for indicator in example.district.indicators
        if items[str(getattr(indicator.measure, "counted", None))].type == "flag"
    }


def test_the_form_has_the_values_of_the_district(
    example: Monitoring, example_site: Files, rows: Mapping[tuple[str, str, str], Mapping[str, object]]
) -> None:
    page = webpages.pages(example_site)["site/form.html"]
    written = [row for row in webpages.cells(page, "form-table-2022")[1:] if len(row) == 4]
    assert [row[3] for row in written] == [
        told(rows[example.root, indicator.id, "2022"], indicator.unit, flag=False)
        for indicator in example.district.indicators
    ]
    assert [row[1] for row in written] == [indicator.title for indicator in example.district.indicators]
    assert webpages.cells(page, "form-table-2022")[0] == [
        "№",
        "Наименование критерия",
        "Методы сбора информации/ источники данных",
        "Значение показателя",
    ]


@pytest.mark.parametrize("code", ["1.1", "1.2", "3.3", "4.2", "6.2"])
def test_a_criterion_has_the_values_of_every_organisation_in_the_order_of_the_roster(
    example: Monitoring, example_site: Files, rows: Mapping[tuple[str, str, str], Mapping[str, object]], code: str
) -> None:
    page = webpages.pages(example_site)[f"site/criteria/{code}.html"]
    indicator = example.indicator(code)
    units = [unit for unit in example.roster["id"].unique(maintain_order=True) if unit != example.root]
    expected = [
        (row["unit_name"], told(row, indicator.unit, flag=code in flags(example)))
        for unit in units
        if (row := rows.get((unit, code, "2022"))) is not None
    ]
    assert [(row[0], row[1]) for row in webpages.cells(page, "organisations-table")[1:]] == expected


def test_a_share_never_stands_without_what_it_is_made_of(
    example: Monitoring, example_site: Files, rows: Mapping[tuple[str, str, str], Mapping[str, object]]
) -> None:
    page = webpages.pages(example_site)["site/criteria/1.1.html"]
    of = {row[0]: row[2] for row in webpages.cells(page, "organisations-table")[1:]}
    for (unit, code, period), row in rows.items():
        if code == "1.1" and period == "2022" and unit != example.root and row["value"] is not None:
            assert of[str(row["unit_name"])] == wording.of(float(str(row["numerator"])), float(str(row["denominator"])))


def test_all_periods_stand_in_a_real_table(
    example: Monitoring, example_site: Files, rows: Mapping[tuple[str, str, str], Mapping[str, object]]
) -> None:
    page = webpages.pages(example_site)["site/criteria/1.1.html"]
    periods = ["2019", "2020", "2021", "2022"]
    expected = [[f"{period} год", told(rows[example.root, "1.1", period], "%", flag=False)] for period in periods]
    assert [row[:2] for row in webpages.cells(page, "periods-table")[1:]] == expected


def test_nothing_is_compared_across_a_change_of_the_definition(example_site: Files) -> None:
    page = webpages.pages(example_site)["site/criteria/3.3.html"]
    assert webpages.cells(page, "periods-table")[-1][4] == "определение другое"


def test_the_heat_map_says_every_value_in_words(
    example: Monitoring, example_site: Files, rows: Mapping[tuple[str, str, str], Mapping[str, object]]
) -> None:
    page = webpages.pages(example_site)["site/organisations/index.html"]
    written = webpages.cells(page, "heat-1")
    codes = written[1]
    assert codes == [indicator.id for indicator in example.district.indicators]
    names = dict(example.values.select("unit_name", "unit").iter_rows())
    brief = {"invalid": "!", "not_defined": "×"}
    for name, *cells in written[3:]:
        for code, cell in zip(codes, cells, strict=True):
            row = rows.get((names[name], code, "2022"))
            if row is None:
                assert cell == ""
                continue
            word = told(row, "%", flag=code in flags(example)).removesuffix(" %")
            assert cell == brief.get(str(row["state"]), word)


def test_every_finding_is_told_on_the_page_of_its_organisation_and_of_its_criterion(
    example: Monitoring, example_site: Files
) -> None:
    pages = webpages.pages(example_site)
    cells = example.findings.unique(["unit", "period", "indicator", "reading"])
    for name, column in (("organisations", "unit"), ("criteria", "indicator")):
        counted = dict(cells.filter(pl.col("unit") != example.root).group_by(column).len().iter_rows())
        for key, number in counted.items():
            page = pages[f"site/{name}/{key}.html"]
            heading = page.css_first("#findings")
            assert heading is not None
            listed = heading.next
            while listed is not None and listed.tag != "ul":
                listed = listed.next
            assert listed is not None
            own = 0 if name == "organisations" else cells.filter(unit=example.root, indicator=key).height
            assert len([item for item in listed.iter() if item.tag == "li"]) == number + own


def test_recommendations_stand_whole(example: Monitoring, example_site: Files) -> None:
    page = webpages.pages(example_site)["site/recommendations.html"]
    actions = [node.text().strip() for node in page.css("p.action")]
    assert sorted(actions) == sorted(example.recommendations["action"].to_list())


def test_downloads_are_the_frames(example: Monitoring, example_site: Files) -> None:
    read = pl.read_csv(io.BytesIO(example_site["site/data/values.csv"]), infer_schema_length=None)
    assert read.shape == example.history.shape
    assert read["value"].to_list() == example.history["value"].to_list()
    for exhibit in example.exhibits:
        [name] = [name for name in example_site if name == f"site/data/{exhibit.id.replace('_', '__')}.csv"]
        assert example_site[name].count(b"\n") > exhibit.frame.height


def test_what_got_worse_stands_first(site: Files, example: Monitoring) -> None:
    del example
    page = webpages.pages(site)["site/index.html"]
    headings = [node.text() for node in page.css("h2")]
    assert headings[0] == "Что ухудшилось"
    [_, *rows] = webpages.cells(page, "worse-table")
    assert [row[:4] for row in rows] == [
        ["1.1. Доля педагогических работников, прошедших диагностику", "81,0 %", "73,8 %", "−7,1 п.п."]
    ]
