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
from profdev_reports.visible import address, ink, visible

Plain = dict[str, Any]  # JSON: what both Typst and Jinja read
_LONG = 900  # characters of a row that may not fit on one page


def plain(document: Document) -> Plain:
    """The document in the words of its templates; texts are cleared of what must not be printed."""
    title, blocks = visible(document.title), list(document.blocks)
    has_title = bool(blocks) and isinstance(blocks[0], Paragraph) and _words(blocks[0].text) == title
    return {
        "title": title,
        "subject": visible(document.subject),
        "titled": has_title,  # the document prints its title itself, as its first block
        "blocks": _blocks(blocks[1:] if has_title else blocks),
        "foot": [visible(line) for line in document.foot],
        "wide_margin": document.wide_margin,
        "dated": document.made is not None,
    }


def _words(text: Text) -> str:
    return "".join(run["text"] for run in _runs(text))


def _blocks(blocks: Sequence[Block]) -> list[Plain]:
    return [one for block in blocks for one in _block(block)]


def _block(block: Block) -> list[Plain]:
    match block:
        case Heading(text=text, level=level):
            return [{"kind": "heading", "text": visible(text), "level": level}]
        case Paragraph():
            looks = {"align": block.align, "indent": block.indent, "small": block.small}
            return [{"kind": "paragraph", "text": _runs(block.text), **looks}]
        case Bullets():
            items = [_runs(item) for item in block.items]
            return [{"kind": "list", "items": items, "numbered": block.numbered}]
        case Table():
            return [_table(block)]
        case Figure():
            words = {"alt": visible(block.alt), "caption": visible(block.caption)}
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
        "caption": visible(table.caption),
        "head": [visible(name) for name in table.head],
        "groups": groups,
        "widths": list(table.widths),
        "numbers": sorted(table.numbers),
        "small": table.small,
        "notes": [visible(note) for note in table.notes],
        "names": 1 if table.head[:1] == ("№",) and len(table.head) > 1 else 0,  # the column that names a row
    }


def _row(row: Row) -> Plain:
    cells = [_cell(cell) for cell in row.cells]
    is_long = max((sum(len(run["text"]) for run in cell["text"]) for cell in cells), default=0) > _LONG
    return {"cells": cells, "total": row.kind == "total", "long": is_long}


def _cell(cell: Text | Cell) -> Plain:
    tone, shade = (cell.tone, cell.shade) if isinstance(cell, Cell) else ("plain", None)
    return {"text": _runs(_text(cell)), "tone": tone, "shade": shade, "ink": ink(shade) if shade else None}


def _text(cell: Text | Cell) -> Text:
    return cell.text if isinstance(cell, Cell) else cell


def _runs(text: Text) -> list[Plain]:
    runs = (Run(text),) if isinstance(text, str) else text
    return [
        {"text": visible(run.text), "bold": run.bold, "italic": run.italic, "link": address(run.link)} for run in runs
    ]
