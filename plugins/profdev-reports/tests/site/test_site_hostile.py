"""Texts of the configuration and of the data are words, whatever they look like."""

from __future__ import annotations

import polars as pl
import pytest
from attrs import evolve

import monitorings
import webpages
from made_sites import Files
from monitorings import DIAGNOSED, Cells
from profdev_indicators.model import Act, Decision, Goal, Name, Remark, Section
from profdev_indicators.results import Exhibit, Monitoring
from profdev_reports.kinds import Site
from profdev_reports.site import render

RTL = "\N{RIGHT-TO-LEFT OVERRIDE}"
TEXTS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }} {% raw %} {# нет #}",
    f"Школа {RTL}атсеп",
    "=cmd|' /C calc'!A0",
    "долгое имя " * 30,
    "&lt;не тег&gt; &amp; ' \" `",
    "</style></title></table>",
    "javascript:alert(1)",
)
IDS = ("1.1", "1_1", "A", "a", "CON", "../x", "п 1", "a/b", "<i>")


def hostile() -> Monitoring:
    """Every text hostile, ids that look alike, forms of organisations by the dozen."""
    indicators = tuple(
        evolve(DIAGNOSED, id=code, title=text, reading=text, rules=(), alternatives=())
        for code, text in zip(IDS, TEXTS, strict=True)
    )
    cells = Cells()
    for code in IDS:
        cells.add(code, 5, 10, period="2021", name=TEXTS[0], reason=TEXTS[1])
        cells.add(code, 4, 10, name=TEXTS[0], reason=TEXTS[1])
        for unit, name in zip(IDS, TEXTS, strict=True):
            cells.add(code, 3, 4, unit=unit, name=name)
    finding = {**monitorings.finding(IDS[0], IDS[2]), "rule": TEXTS[0]}
    advice = dict.fromkeys(("fact", "action", "responsible", "learn_from", "check", "rule"), TEXTS[4])
    district = evolve(
        monitorings.DISTRICT,
        title=Name(nominative=TEXTS[0]),
        form_title=TEXTS[1],
        operator=TEXTS[2],
        contact=TEXTS[8],
        acts=(Act(id="order", title=TEXTS[7]),),
        sections=(Section(id="s", number="<b>1", title=TEXTS[6], indicators=indicators),),
        goals=(Goal(id="g", title=TEXTS[0], indicators=("1.1",), gap=TEXTS[2]),),
        remarks=(Remark(id="r", place=TEXTS[0], quote=TEXTS[1], note=TEXTS[2]),),
        decisions_needed=(Decision(id="d", question=TEXTS[0], who=TEXTS[1], meanwhile=TEXTS[2], indicators=("A",)),),
    )
    frame = pl.DataFrame({"text": list(TEXTS), "sentence": list(TEXTS)})
    return monitorings.monitoring(
        cells,
        district=district,
        units=IDS,
        findings=monitorings.findings(finding),
        recommendations=pl.DataFrame(
            [
                {"unit": IDS[1], "unit_name": TEXTS[1], "period": "2022", "indicator": "A", "severity": "risk"}
                | {"deadline": None, **advice}
            ],
            schema_overrides={"deadline": pl.Date},
        ),
        exhibits=(
            Exhibit(id="told", title=TEXTS[0], frame=frame, notes=TEXTS),
            Exhibit(id="table", title=TEXTS[1], frame=frame, headings={"text": TEXTS[2]}),
        ),
    )


@pytest.fixture(scope="module")
def files() -> Files:
    return render(Site(), hostile())


def test_whatever_it_looks_like_it_is_text(files: Files) -> None:
    for name, page in webpages.pages(files).items():
        assert [script.attributes.get("src") for script in page.css("script")] == [
            "../extras.js" if name.count("/") == 2 else "extras.js"
        ], name
        assert page.css("img, i, b") == [], name
        assert not [node for node in page.css("a") if ":" in (node.attributes.get("href") or "")], name


def test_hostile_texts_leave_pages_well_formed(files: Files) -> None:
    wrong = {
        name: found for name in files if name.endswith(".html") and (found := webpages.faults(files[name].decode()))
    }
    assert wrong == {}


def test_texts_are_printed_as_they_are(files: Files) -> None:
    page = webpages.pages(files)["site/criteria/index.html"]
    titles = [row[1] for row in webpages.cells(page, "criteria-table") if len(row) == 5][1:]
    assert titles == [" ".join(text.split()) for text in TEXTS]
    assert "49" not in " ".join(titles)


def test_ids_that_look_alike_have_pages_of_their_own(files: Files) -> None:
    for folder in ("criteria", "organisations"):
        own = [name for name in files if name.startswith(f"site/{folder}/") and not name.endswith("index.html")]
        assert len(own) == len(IDS)
        assert len({name.lower() for name in own}) == len(IDS)
        assert not [name for name in own if ".." in name or "con.html" in name]


def test_every_way_between_hostile_pages_leads_somewhere(files: Files) -> None:
    pages = webpages.pages(files)
    for name, page in pages.items():
        anchors = {node.attributes["id"] for node in page.css("[id]")}
        for target in webpages.targets(page):
            path, anchor = webpages.resolved(name, target)
            assert path in files, (name, target)
            assert not anchor or path != name or anchor in anchors


def test_a_name_from_right_to_left_turns_nothing_round_but_itself(files: Files) -> None:
    assert "unicode-bidi: isolate" in files["site/style.css"].decode()
    assert RTL.encode() in files["site/organisations/index.html"]


def test_formulas_are_not_computed_by_a_spreadsheet(files: Files) -> None:
    lines = files["site/data/told.csv"].decode().splitlines()
    assert [line for line in lines if line.startswith(("=", "'="))] == ["'=cmd|' /C calc'!A0,'=cmd|' /C calc'!A0"]


def test_what_no_page_may_hold_is_replaced() -> None:
    cells = Cells()
    cells.add("1.1", 3, 4, name="Рай\x00он\x0b\x85\ufffe")
    content = render(Site(), monitorings.monitoring(cells, units=()))["site/organisations/index.html"]
    other = render(Site(), evolve(hostile(), district=evolve(hostile().district, operator="а\x00б\x0b")))
    for page in (content, *(text for name, text in other.items() if name.endswith(".html"))):
        assert not set(page.decode()) & {"\x00", "\x0b", "\x85", "\ufffe"}


def test_one_organisation_is_enough() -> None:
    cells = Cells()
    cells.add("1.1", 3, 4)
    cells.add("1.1", 3, 4, unit="s1", name="Школа")
    files = render(Site(), monitorings.monitoring(cells, units=("s1",)))
    assert "site/organisations/s1.html" in files


def test_nobody_below_the_district_is_enough() -> None:
    files = render(Site(), monitorings.bare())
    page = webpages.pages(files)["site/organisations/index.html"]
    assert "нет" in page.css("main p")[0].text()


def test_no_value_at_all_makes_pages_of_absences() -> None:
    cells = Cells()
    for code in ("1.1", "1.2", "2.1", "2.2", "2.3"):
        cells.add(code)
        cells.add(code, unit="s1")
    files = render(Site(), monitorings.monitoring(cells, units=("s1",)))
    page = webpages.pages(files)["site/form.html"]
    assert [row[3] for row in webpages.cells(page, "form-table-2022") if len(row) == 4][1:] == ["нет данных"] * 5


def test_sixty_criteria_stand_in_tables_a_page_can_hold() -> None:
    codes = [f"{part}.{number}" for part in range(1, 7) for number in range(1, 11)]
    cells = Cells()
    for code in codes:
        cells.add(code, 3, 4)
        cells.add(code, 3, 4, unit="s1")
    sections = tuple(
        Section(
            id=f"s{part}",
            number=str(part),
            title=f"Раздел {part}",
            indicators=tuple(evolve(DIAGNOSED, id=code) for code in codes if code.startswith(f"{part}.")),
        )
        for part in range(1, 7)
    )
    district = evolve(monitorings.DISTRICT, sections=sections, goals=())
    files = render(Site(), monitorings.monitoring(cells, district=district, units=("s1",)))
    page = webpages.pages(files)["site/organisations/index.html"]
    heads = [webpages.cells(page, table.attributes["id"] or "")[1] for table in page.css(".heat table")]
    assert [code for head in heads for code in head] == codes
    assert max(map(len, heads)) <= 24
