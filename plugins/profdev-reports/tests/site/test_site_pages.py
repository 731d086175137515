"""Every page of a site: well-formed, complete in itself, with ways that lead somewhere."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping

import pytest
from selectolax.lexbor import LexborHTMLParser

import made_sites
import monitorings
import webpages
from made_sites import Files
from profdev_indicators.results import Monitoring
from profdev_reports.kinds import Site
from profdev_reports.site import render

Pages = Mapping[str, LexborHTMLParser]


@pytest.fixture(scope="module")
def example() -> Monitoring:
    return made_sites.example()


@pytest.fixture(scope="module")
def example_site() -> Files:
    return made_sites.example_site()


@pytest.fixture(scope="module", params=["lively", "example"])
def files(request: pytest.FixtureRequest) -> Files:
    return made_sites.lively_site() if request.param == "lively" else made_sites.example_site()


@pytest.fixture(scope="module")
def pages(files: Files) -> Pages:
    return webpages.pages(files)


def test_all_pages_that_were_asked_for_are_there(files: Files) -> None:
    wanted = ("index", "form", "criteria/index", "organisations/index", "dynamics", "recommendations", "method", "data")
    assert {f"site/{name}.html" for name in (*wanted, "traceability")} <= set(files)
    assert {"site/style.css", "site/extras.js", "site/data/values.csv", "site/data/findings.csv"} <= set(files)


def test_each_criterion_organisation_and_analysis_has_a_page(example: Monitoring, example_site: Files) -> None:
    folders = [name.split("/")[1] for name in example_site if name.count("/") == 2 and not name.endswith("index.html")]
    units = example.history.filter(~example.history["state"].is_in(["not_defined"]))["unit"].n_unique()
    assert folders.count("criteria") == len(example.district.indicators)
    assert folders.count("organisations") == units - 1  # the district itself is told of on the first page
    assert folders.count("analyses") == len(example.exhibits)


def test_names_of_files_are_plain(files: Files) -> None:
    assert all(re.fullmatch(r"site/[a-z0-9_./-]+", name) for name in files)
    assert len({name.lower() for name in files}) == len(files)


def test_pages_are_well_formed(files: Files) -> None:
    wrong = {
        name: found for name in files if name.endswith(".html") and (found := webpages.faults(files[name].decode()))
    }
    assert wrong == {}


def test_every_way_leads_somewhere(files: Files, pages: Pages) -> None:
    anchors = {name: {node.attributes["id"] for node in page.css("[id]")} for name, page in pages.items()}
    lost = []
    for name, page in pages.items():
        for target in webpages.targets(page):
            path, anchor = webpages.resolved(name, target)
            if path not in files or (anchor and anchor not in anchors.get(path, ())):
                lost.append((name, target))
    assert lost == []


def test_nothing_is_fetched_from_elsewhere(files: Files, pages: Pages) -> None:
    for page in pages.values():
        assert not [target for target in webpages.targets(page) if ":" in target or target.startswith("/")]
    for name in ("style.css", "extras.js"):
        text = files[f"site/{name}"].decode()
        assert not re.search(r"https?://|@import|url\(", text)


def test_no_page_has_a_style_or_a_script_of_its_own(pages: Pages) -> None:
    for name, page in pages.items():
        assert page.css("[style], style") == [], name
        assert [script.attributes.get("src") for script in page.css("script") if not script.attributes.get("src")] == []
        assert not [node for node in page.css("*") if any(key.startswith("on") for key in node.attributes)], name


def test_a_policy_forbids_whatever_is_not_ours(pages: Pages) -> None:
    wanted = "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'"
    for page in pages.values():
        node = page.css_first("meta[http-equiv=Content-Security-Policy]")
        assert node is not None
        assert node.attributes["content"] == wanted


def test_each_page_has_a_title_a_language_landmarks_and_headings_in_order(pages: Pages) -> None:
    for name, page in pages.items():
        html = page.css_first("html")
        assert html is not None
        assert html.attributes["lang"] == "ru"
        levels = [int(str(node.tag)[1]) for node in page.css("h1, h2, h3, h4")]
        assert levels[0] == 1, name
        assert levels.count(1) == 1, name
        assert all(after - before <= 1 for before, after in itertools.pairwise(levels)), name
        for landmark in ("header", "main#main", "footer", "nav.menu", "a.skip"):
            assert len(page.css(landmark)) == 1, (name, landmark)


def test_titles_of_pages_differ(pages: Pages) -> None:
    titles = [title.text() for page in pages.values() if (title := page.css_first("title"))]
    assert len(set(titles)) == len(pages)


def test_each_page_says_where_it_is(pages: Pages) -> None:
    for name, page in pages.items():
        current = page.css("nav.menu [aria-current]")
        assert len(current) == 1, name


def test_neighbours_lead_through_all_criteria_and_back(example: Monitoring, example_site: Files) -> None:
    found = webpages.pages(example_site)
    path, walked = "site/criteria/1.1.html", []
    while path:
        walked.append(path)
        after = found[path].css_first("a[rel=next]")
        path = webpages.resolved(path, str(after.attributes["href"]))[0] if after else ""
    assert walked == [f"site/criteria/{indicator.id}.html" for indicator in example.district.indicators]


def test_tables_are_real_ones_with_captions_and_heads(pages: Pages) -> None:
    for name, page in pages.items():
        for table in page.css("table"):
            region = table.parent
            assert region is not None
            caption = table.css_first("caption")
            assert caption is not None, name
            assert region.attributes["aria-labelledby"] == caption.attributes["id"]
            assert all(cell.attributes.get("scope") for cell in table.css("th"))


def test_where_the_numbers_come_from_stands_on_every_page(example: Monitoring, example_site: Files) -> None:
    for page in webpages.pages(example_site).values():
        foot = page.css_first("footer")
        assert foot is not None
        assert example.provenance.config[:12] in foot.text()
        assert "Период: 2022 год." in foot.text()


def test_the_same_answer_gives_the_same_bytes() -> None:
    assert dict(render(Site(), monitorings.lively())) == dict(made_sites.lively_site())
