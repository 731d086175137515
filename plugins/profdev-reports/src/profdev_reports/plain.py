"""A document as plain values for a template: every text a list of runs, every cell with all its marks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, assert_never

from profdev_reports.blocks import (
    Block,
    Bullets,
    Cell,
    Document,
    Editable,
    Figure,
    Heading,
    Landscape,
    PageBreak,
    Paragraph,
    Row,
    Run,
    Table,
    Text,
)
from profdev_reports.docx.printable import address, printable

Plain = dict[str, Any]  # JSON: what both Typst and Jinja read
_LONG = 900  # characters of a row that may not fit on one page


def plain(document: Document) -> Plain:
    """The document in the words of its templates; texts are cleared of what must not be printed."""
    letterhead, signatory = document.fields.get("letterhead", ()), document.fields.get("signatory", "")
    return {
        "title": printable(document.title),
        "subject": printable(document.subject),
        "letterhead": _blocks(letterhead) if isinstance(letterhead, tuple) else [],
        "blocks": _blocks(document.blocks),
        "signatory": printable(signatory) if isinstance(signatory, str) else "",
        "foot": [printable(line) for line in document.foot],
        "wide_margin": document.wide_margin,
        "dated": document.made is not None,
    }


def _blocks(blocks: Sequence[Block]) -> list[Plain]:
    return [one for block in blocks for one in _block(block)]


def _block(block: Block) -> list[Plain]:  # noqa: PLR0911 - one for each kind of block
    match block:
        case Heading(text=text, level=level):
            return [{"kind": "heading", "text": printable(text), "level": level}]
        case Paragraph():
            looks = {"align": block.align, "indent": block.indent, "small": block.small}
            return [{"kind": "paragraph", "text": _runs(block.text), **looks}]
        case Bullets():
            items = [_runs(item) for item in block.items]
            return [{"kind": "list", "items": items, "numbered": block.numbered}]
        case Table():
            return [_table(block)]
        case Figure():
            words = {"alt": printable(block.alt), "caption": printable(block.caption)}
            return [{"kind": "figure", "svg": block.svg, "width": block.width, **words}]
        case Editable():
            return _blocks(block.blocks)
        case PageBreak():
            return [{"kind": "break"}]
        case Landscape():
            return [{"kind": "landscape", "blocks": _blocks(block.blocks)}]
        case _:
            assert_never(block)


def _table(table: Table) -> Plain:
    groups: list[Plain] = []
    for row in table.rows:
        if row.kind == "section" or not groups:
            groups.append({"title": None, "rows": []})
        if row.kind == "section":
            groups[-1]["title"] = _runs(_text(row.cells[0]))
        else:
            groups[-1]["rows"].append(_row(row))
    return {
        "kind": "table",
        "caption": printable(table.caption),
        "head": [printable(name) for name in table.head],
        "groups": groups,
        "widths": list(table.widths),
        "numbers": sorted(table.numbers),
        "small": table.small,
        "notes": [printable(note) for note in table.notes],
        "names": 1 if table.head[:1] == ("№",) and len(table.head) > 1 else 0,  # the column that names a row
    }


def _row(row: Row) -> Plain:
    cells = [_cell(cell) for cell in row.cells]
    is_long = max((sum(len(run["text"]) for run in cell["text"]) for cell in cells), default=0) > _LONG
    return {"cells": cells, "total": row.kind == "total", "long": is_long}


def _cell(cell: Text | Cell) -> Plain:
    tone, shade = (cell.tone, cell.shade) if isinstance(cell, Cell) else ("plain", None)
    return {"text": _runs(_text(cell)), "tone": tone, "shade": shade, "ink": _ink(shade) if shade else None}


def _text(cell: Text | Cell) -> Text:
    return cell.text if isinstance(cell, Cell) else cell


def _runs(text: Text) -> list[Plain]:
    runs = (Run(text),) if isinstance(text, str) else text
    return [
        {"text": printable(run.text), "bold": run.bold, "italic": run.italic, "link": address(run.link)} for run in runs
    ]


def _ink(shade: str) -> str:
    """Black or white, whichever is easier to read on a shade «#rrggbb»; either gives at least 4.5 to 1."""
    red, green, blue = (_linear(int(shade[start : start + 2], 16) / 255) for start in (1, 3, 5))
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return "#000000" if (luminance + 0.05) ** 2 >= 1.05 * 0.05 else "#ffffff"


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - of sRGB
