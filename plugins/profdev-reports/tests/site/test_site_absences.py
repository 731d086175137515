"""Five absences stay five things on every page."""

from __future__ import annotations

import pytest

import made_sites
import webpages
from made_sites import Files

SCHOOL, MUTE = "МКОУ «СОШ № 1» с. Верхнее", "Школа-молчунья"


@pytest.fixture(scope="module")
def site() -> Files:
    return made_sites.lively_site()


@pytest.fixture(scope="module")
def example_site() -> Files:
    return made_sites.example_site()


def row_of(files: Files, code: str, name: str) -> list[str]:
    page = webpages.pages(files)[f"site/criteria/{code}.html"]
    [row] = [row for row in webpages.cells(page, "organisations-table") if row[0].startswith(name)]
    return row


@pytest.mark.parametrize(
    ("code", "name", "word", "reason"),
    [
        ("1.1", MUTE, "нет данных", "спросили, ответа нет"),
        ("1.2", "Школа |", "нет", ""),
        ("2.2", SCHOOL, "–", "не применимо"),
        ("1.2", SCHOOL, "да", "заявлено, не подтверждено"),
        ("2.2", "Школа |", "противоречие", "ответ противоречит сам себе и в суммы не вошёл"),
        ("2.1", MUTE, "не определён", "в этом периоде не определён"),
    ],
)
def test_each_absence_has_its_word_and_its_reason(site: Files, code: str, name: str, word: str, reason: str) -> None:
    row = row_of(site, code, name)
    assert (row[1], row[4]) == (word, reason)


def test_what_is_hidden_is_hidden_and_says_so(site: Files) -> None:
    row = row_of(site, "2.1", "Школа |")
    assert row[1] == "…"
    assert row[4].startswith("скрыто")


def test_an_unconfirmed_answer_has_its_mark(site: Files) -> None:
    page = webpages.pages(site)["site/criteria/1.2.html"]
    [cell] = page.css("#organisations-table td.yes")
    assert cell.text() == "да†"


def test_the_legend_tells_all_of_them_wherever_organisations_stand(site: Files) -> None:
    for name, page in webpages.pages(site).items():
        if name.startswith(("site/criteria/1", "site/organisations/")) or name == "site/index.html":
            signs = [node.text() for node in page.css(".legend > li > span")]
            assert {"нет данных", "нет, 0", "–", "†", "…"} <= set(signs), name


def test_an_absence_is_never_coloured_as_a_value(site: Files) -> None:
    page = webpages.pages(site)["site/organisations/index.html"]
    for cell in page.css("#heat-1 td"):
        classes = (cell.attributes["class"] or "").split()
        is_number = any(sign.isdigit() for sign in cell.text())
        assert any(name.startswith("h") and name[1:].isdigit() for name in classes) <= is_number


def test_colour_is_never_alone(site: Files) -> None:
    page = webpages.pages(site)["site/organisations/index.html"]
    assert all(cell.text().strip() for cell in page.css("#heat-1 td"))


def test_which_ways_of_change_are_better_is_said_in_words(example_site: Files) -> None:
    page = webpages.pages(example_site)["site/criteria/1.1.html"]
    for cell in page.css("td.better, td.worse"):
        spoken = cell.css_first(".spoken")
        assert spoken is not None
        assert spoken.text() == (", лучше" if "better" in (cell.attributes["class"] or "") else ", хуже")
