"""Categories stand beside the totals: shown to the department, counted by nobody, published nowhere."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest
from python_calamine import CalamineWorkbook

from broken_down import TELLING, by_category, with_categories
from example_district import monitored, plugins, written
from monitorings import lively
from profdev_indicators import demo, publish
from profdev_indicators.cli.outputs import outputs
from profdev_indicators.facade import analyse
from profdev_indicators.model import Renderer
from profdev_indicators.plugins import kinds
from profdev_indicators.results import Monitoring
from profdev_reports.kinds import Book, Note

# Where categories belong; whatever else differs has taken them for totals.
SHOWN = {"values.csv", "values.parquet", "report.md", "book-2022.xlsx", "note-2022.docx", "note-2022.pdf", "run.json"}


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> demo.Demo:
    return written(tmp_path_factory.mktemp("example"))


@pytest.fixture(scope="module")
def answer(example: demo.Demo) -> Monitoring:
    return monitored(example, "2022")


def files(answer: Monitoring) -> Mapping[str, bytes]:
    known = kinds(plugins())[Renderer]
    named = {
        name: next((own for own in answer.district.reports if type(own) is cls), None) or cls()
        for name, cls in known.items()
    }
    return outputs(answer, named, {"asked": ["2022"]}).files


def differing(one: Mapping[str, bytes], other: Mapping[str, bytes]) -> set[str]:
    assert one.keys() == other.keys()
    return {name for name, content in one.items() if other[name] != content}


def test_nothing_takes_a_category_for_a_total(example: demo.Demo, answer: Monitoring) -> None:
    told = analyse(answer, data=example.data)
    again = analyse(with_categories(answer), data=example.data)
    different = {
        name
        for name in differing(files(told), files(again))
        if name not in SHOWN and not name.startswith(("opendata/", "site/data"))
    }
    assert different == set()


def test_nothing_published_tells_of_a_category(example: demo.Demo, answer: Monitoring) -> None:
    manager = plugins()
    public, _ = publish(answer, data=example.data, plugins=manager)
    again, protection = publish(with_categories(answer), data=example.data, plugins=manager)
    assert again.values["breakdown"].null_count() == again.values.height
    assert protection.values["breakdown"].null_count() == protection.values.height
    published = files(again)
    assert differing(files(public), published) == set()
    for name, content in published.items():
        assert not told(content, TELLING), name


def told(content: bytes, *words: str) -> bool:
    """Whether a file, packed or not, has any of the words in it."""
    parts = [content]
    if content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = [packed.read(name) for name in packed.namelist()]
    return any(word.encode() in part for word in words for part in parts)


def test_the_tables_that_show_them_tell_them_apart(answer: Monitoring) -> None:
    """A data set where two rows had one key would be read as a mistake."""
    made = files(with_categories(answer))
    values = pl.read_csv(made["values.csv"], infer_schema=False)
    assert values.filter(pl.col("breakdown") == "subject").height == 2 * answer.values["value"].count()
    assert told(made["report.md"], TELLING)


def test_the_book_has_a_sheet_of_breakdowns() -> None:
    [content] = Book().render(by_category()).values()
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    rows = book.get_sheet_by_name("Разрезы").to_python(skip_empty_area=False)
    assert [row[1:] for row in rows if row[2] == "физика"] == [
        ["Предмет", "физика", "1.1", "Доля педагогических работников, прошедших диагностику", 60.0, 3.0, 5.0, 5.0]
    ]
    values = book.get_sheet_by_name("Значения").to_python(skip_empty_area=False)
    head = next(row for row in values if "Разрез" in row)
    told_of = {(row[head.index("Разрез")], row[head.index("Группа")]) for row in values[values.index(head) + 1 :]}
    assert {("", ""), ("Предмет", "не указано"), ("age_band", "до 25")} <= told_of


def test_a_book_without_breakdowns_has_no_such_sheet() -> None:
    [content] = Book().render(lively()).values()
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    assert "Разрезы" not in book.sheet_names
    assert "Разрезы" not in str(book.get_sheet_by_name("Сводка").to_python())


def test_the_note_has_an_appendix_for_each_breakdown(tmp_path: Path) -> None:
    files = Note().render(by_category())
    (tmp_path / "note.docx").write_bytes(files["note-2022.docx"])
    with zipfile.ZipFile(tmp_path / "note.docx") as packed:
        text = packed.read("word/document.xml").decode()
    assert "Разрез: Предмет" in text
    assert "Разрез: age_band" in text
    assert "не указано" in text
    assert (
        "Разрез"
        not in zipfile.ZipFile(io.BytesIO(Note().render(lively())["note-2022.docx"])).read("word/document.xml").decode()
    )
