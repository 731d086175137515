"""A blank card as whoever fills it leaves it: answers typed into its cells, nothing else touched."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape, unescape
from io import BytesIO
from zipfile import ZipFile

from attrs import frozen

from profdev_indicators.builtin.readers import cardsheets

STATUS = "status"
"""The line on top, which counts answers and remarks."""

_SHEET, _STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
_TEXT = re.compile(r"<si>(.*?)</si>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_WRITTEN = re.compile(r'<c r="([A-Z]+)([0-9]+)"[^>]*? t="s"><v>([0-9]+)</v></c>')
_EMPTY = re.compile(r'<c r="([A-Z]+[0-9]+)"([^>/]*)/>')
_COMPUTED = re.compile(r'(<c r="([A-Z]+)([0-9]+)"[^>]*><f>[^<]*</f>)<v>[^<]*</v>')


@frozen(kw_only=True)
class _Places:
    """Rows by the keys of a card, columns by its roles."""

    rows: Mapping[str, str]
    columns: Mapping[str, str]

    def at(self, key: str, role: str) -> str:
        return f"{self.columns[role]}{self.rows[key]}"


def filled(
    blank: bytes,
    answers: Mapping[str, object],
    links: Mapping[str, str] | None = None,
    remarks: Mapping[str, str] | None = None,
) -> bytes:
    """A card with answers typed in: numbers as numbers, words as words; None leaves its cell blank.

    What the formulas gave for the blank is taken out, so that every program computes them anew, unless it is said what
    they give. The same answers give the same bytes.

    Args:
        blank: the card as it was made.
        answers: by the id of a question, or by the key of a fact («@inn»).
        links: addresses of evidence by the id of a question.
        remarks: what the checks give, by the id of a question; by :data:`STATUS` what the line on top gives.

    Raises:
        LookupError: there is no such question, or its cell is filled already.
    """
    stream = BytesIO()
    with ZipFile(BytesIO(blank)) as parts, ZipFile(stream, "w") as copy:
        places = _places(parts.read(_SHEET).decode(), parts.read(_STRINGS).decode())
        typed = {places.at(key, cardsheets.VALUE): value for key, value in answers.items() if value is not None}
        given = {places.at(key, cardsheets.CHECK): text for key, text in (remarks or {}).items() if key != STATUS}
        typed |= {places.at(key, cardsheets.LINK): link for key, link in (links or {}).items()}
        for part in parts.infolist():
            content = parts.read(part)
            if part.filename == _SHEET:
                sheet = _typed(content.decode(), typed)
                content = _told(sheet, given, places, (remarks or {}).get(STATUS)).encode()
            # The record of the blank keeps its date and its packing: the clock stays out of the bytes.
            copy.writestr(part, content)
    return stream.getvalue()


def _places(sheet: str, strings: str) -> _Places:
    texts = [unescape(_TAG.sub("", text)) for text in _TEXT.findall(strings)]
    written = [(column, row, texts[int(number)]) for column, row, number in _WRITTEN.findall(sheet)]
    keys, marked = next((column, row) for column, row, text in written if text == cardsheets.MARK)
    return _Places(
        rows={text: row for column, row, text in written if column == keys and row != marked},
        columns={text: column for column, row, text in written if row == marked and column != keys},
    )


def _typed(sheet: str, typed: Mapping[str, object]) -> str:
    left = dict(typed)

    def cell(blank: re.Match[str]) -> str:
        address, style = blank.groups()
        return f'<c r="{address}"{style}{_body(left.pop(address))}</c>' if address in left else blank[0]

    sheet = _EMPTY.sub(cell, sheet)
    if left:
        raise LookupError(f"not blank: {', '.join(left)}")
    return sheet


def _told(sheet: str, given: Mapping[str, str], places: _Places, status: str | None) -> str:
    def cell(formula: re.Match[str]) -> str:
        start, column, row = formula.groups()
        text = given.get(f"{column}{row}") if column == places.columns[cardsheets.CHECK] else status
        return start if text is None else f"{start}<v>{escape(text, quote=False)}</v>"

    return _COMPUTED.sub(cell, sheet)


def _body(value: object) -> str:
    if isinstance(value, str):
        return f' t="inlineStr"><is><t xml:space="preserve">{escape(value, quote=False)}</t></is>'
    return f"><v>{value}</v>"
