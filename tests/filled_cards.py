"""Cards as an organisation sends them back: computed by LibreOffice, read by key."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from attrs import frozen
from python_calamine import CalamineWorkbook

from profdev_indicators.builtin.readers import cardsheets
from profdev_indicators.builtin.readers.spreadsheets.pages import letters

_HAS_OFFICE = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed")


def needs_office(test: Callable[..., None]) -> Callable[..., None]:
    """Mark a test that drives LibreOffice over many books."""
    marked: Callable[..., None] = pytest.mark.office(_HAS_OFFICE(test))
    return marked


@frozen
class Sheet:
    """The sheet of a card: cells by the key of the row and the role of the column."""

    rows: list[list[object]]

    @classmethod
    def of(cls, card: bytes | Path) -> Sheet:
        raw = card.read_bytes() if isinstance(card, Path) else card
        book = CalamineWorkbook.from_filelike(io.BytesIO(raw))
        return cls(book.get_sheet_by_name(cardsheets.SHEET).to_python(skip_empty_area=False))

    @property
    def roles(self) -> dict[str, int]:
        marked = next(row for row in self.rows if row[0] == cardsheets.MARK)
        return {str(role): n for n, role in enumerate(marked) if n and role}

    @property
    def keys(self) -> dict[str, int]:
        return {str(row[0]): n for n, row in enumerate(self.rows) if row[0] and row[0] != cardsheets.MARK}

    def cell(self, key: str, role: str = cardsheets.VALUE) -> object:
        return self.rows[self.keys[key]][self.roles[role]]

    def at(self, key: str, role: str = cardsheets.VALUE) -> str:
        return f"{letters(self.roles[role])}{self.keys[key] + 1}"

    @property
    def texts(self) -> list[str]:
        return [cell for row in self.rows for cell in row if isinstance(cell, str) and cell]

    @property
    def status(self) -> str:
        """The live line: it stands right above the headings."""
        head = next(n for n, row in enumerate(self.rows) if "Проверка" in row)
        return str(next(cell for cell in self.rows[head - 1] if cell))


def computed(cards: Mapping[str, bytes], folder: Path) -> dict[str, Sheet]:
    """What LibreOffice makes of cards, in one start of it; saved as ODS, so that this is tried as well."""
    for name, card in cards.items():
        (folder / f"{name}.xlsx").write_bytes(card)
    office, made = shutil.which("soffice"), folder / "made"
    assert office is not None
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [office, profile, "--headless", "--convert-to", "ods", "--outdir", str(made)]
    command += [str(folder / f"{name}.xlsx") for name in cards]
    subprocess.run(command, check=True, capture_output=True, timeout=300)  # noqa: S603 - the office found on the path
    return {name: Sheet.of(made / f"{name}.ods") for name in cards}
