from __future__ import annotations

import io
import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from drawn_charts import Picture
from profdev_reports.charts import png, spark, stylesheet
from profdev_reports.charts.axes import axis
from profdev_reports.charts.drawing import COLOURS, Drawing
from profdev_reports.charts.lettering import name, plain, width, wrapped

HOSTILE = [
    "<script>alert(1)</script>",
    "]]>&amp;\"'",
    "=cmd|' /C calc'!A0",
    "{{ 7*7 }} {% raw %}",
    "\u202eабв\u202c \u200f",
    "a\x00b\x1fc\ud800d\ufffee\U0001fffff",
    "очень длинное название " * 40,
    "",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_any_text_gives_well_formed_svg_and_is_printed_as_it_is(text: str) -> None:
    drawing = Drawing(100, 50, "a b/c")
    drawing.text((1, 1), plain(text))
    drawing.dot((1, 1), "point", said=text)
    picture = Picture.of(drawing.chart(text, text).svg)
    assert picture.texts == [plain(text)]
    assert picture.title == picture.desc == plain(text)


@given(st.text())
def test_no_text_breaks_the_picture(text: str) -> None:
    drawing = Drawing(100, 50, "x")
    drawing.text((1, 1), plain(text))
    svg = drawing.chart(text, text).svg
    ET.fromstring(svg.encode())  # noqa: S314 - our own
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", svg)


@given(st.text(min_size=1, max_size=300).map(plain), st.floats(60, 600))
def test_a_broken_text_loses_nothing_and_keeps_within(text: str, most: float) -> None:
    lines = wrapped(text, 12, most)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(width(line, 12) <= most + 1e-6 for line in lines)


def test_a_name_written_from_right_to_left_does_not_turn_the_numbers_after_it() -> None:
    assert name("בית ספר") == "\u2068בית ספר\u2069"
    assert name("Школа") == "Школа"


def test_ids_are_those_of_the_caller() -> None:
    first, second = (spark([1.0, 2.0], id=id, alt="а") for id in ("one", "two"))  # noqa: A001 - the word of SVG
    ids = [re.findall(r'\bid="([^"]+)"', chart.svg) for chart in (first, second)]
    assert ids == [["one-title", "one-desc"], ["two-title", "two-desc"]]
    assert 'aria-labelledby="one-title one-desc"' in first.svg


def test_nothing_runs_and_nothing_is_fetched() -> None:
    svg = spark([1.0, 2.0], id="s", alt="а").svg
    assert not re.search(r"<(script|style|image|foreignObject)|href|url\(|\bon\w+=", svg)
    assert svg.count("http") == 1  # the name of SVG


def test_the_stylesheet_colours_every_role_in_light_and_dark() -> None:
    rules = stylesheet()
    for role in COLOURS:
        assert rules.count(f"--chart-{role}:") == 3
        assert f".{role}{{fill:var(--chart-{role})}}" in rules


def test_a_spark_stands_on_one_scale_from_0_to_100() -> None:
    tops = [Picture.of(spark([0.0, value], id="s", alt="а").svg).dots[-1][1] for value in (0.0, 50.0, 100.0, 250.0)]
    assert tops[0] - tops[1] == tops[1] - tops[2] > 0
    assert tops[3] == tops[2]


def test_a_spark_has_its_gaps() -> None:
    picture = Picture.of(spark([10.0, 20.0, None, 30.0, None, 40.0, 50.0], id="s", alt="а").svg)
    assert [len(points) for roles, points in picture.lines if "line" in roles] == [2, 2]
    assert len(picture.dots) == 2  # the lonely one, and the last


def test_a_worse_end_is_a_triangle_and_a_thicker_line() -> None:
    picture = Picture.of(spark([60.0, 40.0], id="s", alt="а", worse=True).svg)
    assert [roles for roles, _ in picture.shapes] == [{"bad"}]
    assert picture.dots == ()


@pytest.mark.parametrize("values", [[], [None], [None, None], [5.0]])
def test_a_spark_of_next_to_nothing(values: list[float | None]) -> None:
    Picture.of(spark(values, id="s", alt="нет данных").svg)


def test_a_raster_has_the_size_asked_for_and_the_same_bytes_twice() -> None:
    chart = spark([10.0, 90.0], id="s", alt="а")
    first = png(chart.svg, width=48)
    image = Image.open(io.BytesIO(first))
    assert image.width == round(48 / 25.4 * 200)
    assert image.width / image.height == pytest.approx(96 / 26, rel=0.02)
    assert first == png(chart.svg, width=48)


def test_a_raster_has_letters() -> None:
    def inked(words: str) -> int:
        drawing = Drawing(200, 30, "x")
        drawing.text((5, 20), words)
        image = Image.open(io.BytesIO(png(drawing.chart("т", "т").svg, width=60))).convert("L")
        return sum(image.histogram()[:128])

    assert inked("Школа № 3 — 34,4 % ▼ † ‡") > inked("Школа") > inked("")


def test_what_has_no_size_cannot_be_printed() -> None:
    with pytest.raises(ValueError, match="viewBox"):
        png("<svg/>", width=10)


@example([0.0], "ед.")
@given(st.lists(st.floats(-1e6, 1e9), min_size=1), st.sampled_from(["%", "ед.", "балл"]))
def test_an_axis_holds_its_values_and_zero(values: list[float], unit: str) -> None:
    found = axis(values, unit, start=200, end=20)
    assert found.least <= min(*values, 0) + 1e-6
    assert found.most >= max(*values, 0) * (1 - 1e-9) - 1e-6
    assert 2 <= len(found.ticks) <= 14
    assert found.ticks[-1] == pytest.approx(found.most)


def test_per_cent_are_always_from_0_to_100() -> None:
    found = axis([48.0, 49.0], "%", start=200, end=20)
    assert (found.least, found.most, found.at(0), found.at(100)) == (0, 100, 200, 20)
