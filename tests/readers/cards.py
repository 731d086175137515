"""Cards as the writer makes them, by the contract of ``builtin.cardsheets``; and all that becomes of them."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from profdev_indicators.builtin.readers import cardsheets

QUESTIONS = {
    "n_ped": "Педагогов всего",
    "n_diag": "из них прошли диагностику",
    "mentoring": "Есть программа наставничества",
}
FACTS = {
    cardsheets.DISTRICT: "demo",
    cardsheets.CONFIG: "abc",
    cardsheets.VERSION: "0.1.0",
    cardsheets.PERIOD: "2022",
    cardsheets.UNIT: "ш1",
    cardsheets.NAME: "МКОУ «СОШ с. Мнимое»",
    cardsheets.INN: "0012345674",
    cardsheets.OGRN: "1020012345674",
}
ANSWERS: Mapping[str, object] = {"n_ped": 31, "n_diag": 20, "mentoring": "да"}
LINKS = {"mentoring": "https://shkola.example/plan"}
SHEET_COLUMNS = 7
Sheet = list[list[object]]


def sheet(
    answers: Mapping[str, object] = ANSWERS,
    *,
    questions: Mapping[str, str] = QUESTIONS,
    links: Mapping[str, str] = LINKS,
    **facts: object,
) -> Sheet:
    """The rows of a card: marks, facts, headings, questions."""
    told = {**FACTS, **{f"@{name}": value for name, value in facts.items()}}
    return [
        [
            cardsheets.MARK,
            *(getattr(cardsheets, role) for role in ("NUMBER", "TITLE", "VALUE", "LINK", "CHECK", "LAST")),
        ],
        ["", "", "Информационная карта"],
        *(
            [name, "", name.strip("@").upper() if name != cardsheets.NAME else "Организация", value]
            for name, value in told.items()
        ),
        ["", "№", "Вопрос", "Ответ", "Ссылка", "Проверка", "В прошлый раз"],
        *(
            [name, number, title, answers.get(name, ""), links.get(name, ""), "", 28]
            for number, (name, title) in enumerate(questions.items(), 1)
        ),
    ]


def drawn(
    *sheets: tuple[str, Sequence[Sequence[object]]], percents: Sequence[str] = (), hidden: Sequence[str] = ()
) -> bytes:
    """A book of such sheets, the marks hidden as in a real card.

    ``percents``: cells shown in per cent; ``hidden``: names of sheets nobody sees.
    """
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        unseen, percent = {"hidden": True}, book.add_format({"num_format": "0.0%"})
        for name, rows in sheets:
            page = book.add_worksheet(name)
            for number, row in enumerate(rows):
                page.write_row(number, 0, row)
                for column, cell in enumerate(row):
                    if isinstance(cell, str) and cell.startswith("="):
                        page.write_formula(number, column, cell, None, "#DIV/0!")
                if row and row[0] == cardsheets.MARK:
                    page.set_row(number, None, None, unseen)
            page.set_column(0, 0, None, None, unseen)
            if name in hidden:
                page.hide()
            for cell in percents:
                page.write(cell, 0.125, percent)
    return target.getvalue()


def card(answers: Mapping[str, object] = ANSWERS, **more: Any) -> bytes:
    """The bytes of one filled card."""
    return drawn((cardsheets.SHEET, sheet(answers, **more)))


def moved(rows: Sheet, *, down: int = 0, right: int = 0) -> Sheet:
    """The same rows after somebody has inserted rows on top and columns on the left."""
    return [[] for _ in range(down)] + [[""] * right + row for row in rows]


def without_column(rows: Sheet, column: int) -> Sheet:
    return [row[:column] + row[column + 1 :] for row in rows]


def converted(content: bytes, kind: str, folder: Path) -> bytes:
    """The book as LibreOffice saves it in another format; the test is left out where there is none."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "book.xlsx").write_bytes(content)
    arguments = ["--headless", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--convert-to", kind]
    subprocess.run(  # noqa: S603 - a program of the system, on files of our own
        [office, *arguments, "--outdir", str(folder), str(folder / "book.xlsx")],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return (folder / f"book.{kind}").read_bytes()


def repacked(content: bytes, **changed: bytes | None) -> bytes:
    """The same book with some parts replaced (None: left out); names without folders and dots."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = changed.get(Path(name).stem, old.read(name))
            if part is not None:
                new.writestr(name, part)
    return target.getvalue()
