"""What everybody may see: hidden stays hidden, and nothing of the department's own is told."""

from __future__ import annotations

import polars as pl
import pytest
from attrs import evolve

import made_sites
import monitorings
import webpages
from made_sites import Files
from profdev_indicators.frames import STATE
from profdev_indicators.results import Exhibit, Monitoring
from profdev_reports.kinds import Site
from profdev_reports.site import render


def hidden(values: pl.DataFrame, *units: str) -> pl.DataFrame:
    """VALUES in which all numbers of these units are hidden."""
    of = pl.col("unit").is_in(list(units))
    return values.with_columns(
        *(pl.when(~of).then(pl.col(name)) for name in ("numerator", "denominator", "value", "ci_low", "ci_high")),
        state=pl.when(of).then(pl.lit("suppressed", STATE)).otherwise(pl.col("state")),
    )


def public(lively: Monitoring) -> Monitoring:
    """The lively answer with one school hidden."""
    return evolve(
        lively,
        profile="publish",
        values=hidden(lively.values, "s2"),
        history=hidden(lively.history, "s2"),
        defects=lively.defects.clear(),
        answers=lively.answers.clear(),
        places=lively.places.clear(),
        notices=(),
        provenance=evolve(lively.provenance, sources={}),
        exhibits=(
            Exhibit(id="open", title="Открытое", frame=pl.DataFrame({"sentence": ["Всем."]})),
            Exhibit(id="secret", title="Служебное", frame=pl.DataFrame({"sentence": ["Тайна."]}), internal=True),
        ),
    )


@pytest.fixture(scope="module")
def site() -> Files:
    return made_sites.lively_site()


@pytest.fixture(scope="module")
def files() -> Files:
    return render(Site(), public(made_sites.lively()))


@pytest.fixture(scope="module")
def everything(files: Files) -> str:
    return "\n".join(content.decode() for content in files.values())


def test_a_hidden_value_is_told_as_hidden_with_its_reason(files: Files) -> None:
    page = webpages.pages(files)["site/criteria/1.1.html"]
    [row] = [row for row in webpages.cells(page, "organisations-table") if row[0].startswith("Школа |")]
    assert row[1:4] == ["…", "", ""]
    assert row[4] == "скрыто, чтобы число не говорило об отдельных людях"
    assert any("скрыто: число слишком мало" in node.text() for node in page.css(".legend li"))


def test_an_organisation_of_which_all_is_hidden_has_no_page(files: Files) -> None:
    assert "site/organisations/s1.html" in files
    assert "site/organisations/s2.html" not in files
    page = webpages.pages(files)["site/organisations/index.html"]
    assert [node.attributes["href"] for node in page.css(".heat tbody a")] == [
        "../index.html",
        "../organisations/s1.html",
        "../organisations/s3.html",
    ]


def test_nothing_internal_is_told(files: Files, everything: str) -> None:
    assert "Тайна" not in everything
    assert "Служебное" not in everything
    assert not [name for name in files if "secret" in name]
    assert "abababab" not in everything  # hashes of sources
    assert "card.csv" not in everything
    assert "Внутренний выпуск" not in everything
    assert "исправьте" not in everything


def test_an_internal_issue_says_that_it_is_one(site: Files) -> None:
    for page in webpages.pages(site).values():
        foot = page.css_first("footer")
        assert foot is not None
        assert "Внутренний выпуск" in foot.text()


def test_the_policy_is_told(files: Files) -> None:
    page = webpages.pages(files)["site/method.html"]
    assert page.css_first("#disclosure") is not None
    assert any("меньше 5" in node.text() for node in page.css("dd"))


def test_the_first_page_names_no_organisation(files: Files) -> None:
    page = webpages.pages(files)["site/index.html"]
    main = page.css_first("main")
    assert main is not None
    assert [name for name in (monitorings.SCHOOL, monitorings.MUTE) if name in main.text()] == []


def test_nobody_is_helped_to_make_a_league_table(files: Files, site: Files) -> None:
    for name, table in (("organisations/index", "heat-1"), ("criteria/1.1", "organisations-table")):
        kept = [webpages.pages(each)[f"site/{name}.html"].css_first(f"#{table}.ordered") for each in (files, site)]
        assert kept[0] is not None
        assert kept[1] is None


def test_who_kept_silent_is_not_named_in_public(files: Files, site: Files) -> None:
    silent = [webpages.pages(each)["site/method.html"].css_first("#silent-table") for each in (files, site)]
    assert silent[0] is None
    assert silent[1] is not None


def test_hidden_numbers_are_in_no_download(files: Files) -> None:
    for line in files["site/data/values.csv"].decode().splitlines():
        if ",s2," in line and "suppressed" in line:
            assert not {"26.0", "32.0", "81.25"} & set(line.split(","))


def test_public_pages_are_well_formed_and_lead_nowhere_else(files: Files) -> None:
    for name, page in webpages.pages(files).items():
        assert webpages.faults(files[name].decode()) == []
        assert all(webpages.resolved(name, target)[0] in files for target in webpages.targets(page))
