"""Registers of people nobody is: СНИЛС of numbers that are not given out, names that nobody bears."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl
import xlsxwriter

SURNAMES = ("Выдумкина", "Ёлкина-Палкина", "Небывалов", "Понарошкин", "Сочинялкина", "Якобин")
HEADINGS = ("СНИЛС", "ФИО", "Дата рождения", "ИНН", "Предмет", "Часы")


def snils(number: int) -> str:
    """«9xx-xxx-xxx 00»: no number so high has ever been given; the control digits by hand."""
    digits = f"{900_000_000 + number:09d}"
    control = sum(int(digit) * weight for digit, weight in zip(digits, range(9, 0, -1), strict=True))
    while control > 101:
        control %= 101
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:]} {0 if control in {100, 101} else control:02d}"


def people(count: int) -> list[tuple[str, ...]]:
    """So many people, one row each: who they are, where, and two answers."""
    return [
        (
            snils(number * 7919),
            f"{SURNAMES[number % len(SURNAMES)]} Проба {number}-я",
            f"{number % 28 + 1:02d}.{number % 12 + 1:02d}.{1955 + number % 45}",
            "0001000014" if number % 3 else "0002000017",
            ("математика", "физика", "")[number % 3],
            str(number % 40),
        )
        for number in range(count)
    ]


def csv(
    path: Path, rows: Sequence[Sequence[str]], *, headings: Sequence[str] = HEADINGS, encoding: str = "utf-8"
) -> Path:
    """A list as it is saved from a spreadsheet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(";".join(row) + "\n" for row in (headings, *rows)), encoding=encoding)
    return path


def parquet(path: Path, rows: Sequence[Sequence[str]], *, headings: Sequence[str] = HEADINGS) -> Path:
    """The same as a file of columns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pl.DataFrame(rows, schema=dict.fromkeys(headings, pl.String), orient="row").write_parquet(path)
    return path


def book(path: Path, rows: Sequence[Sequence[str]], *, headings: Sequence[str] = HEADINGS) -> Path:
    """The same as a sheet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(path) as made:
        sheet = made.add_worksheet("Список")
        for number, row in enumerate((headings, *rows)):
            sheet.write_row(number, 0, row)
    return path
