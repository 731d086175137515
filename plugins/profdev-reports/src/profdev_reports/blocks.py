"""A document before it is Word, PDF or a page: blocks of text with their meaning, no looks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from attrs import field, frozen

Align = Literal["justify", "left", "center", "right"]
Tone = Literal["plain", "bad", "good", "muted"]
"""How a cell is marked besides its words: never the only carrier of a meaning."""


@frozen
class Run:
    """A stretch of text with one look. Texts are never markup: whatever they hold is printed as it is."""

    text: str
    bold: bool = False
    italic: bool = False
    link: str | None = None  # http(s) or mailto; anything else is printed as text


Text = str | tuple[Run, ...]


@frozen(kw_only=True)
class Heading:
    """A heading; level 1 is the highest below the title of the document."""

    text: str
    level: int = 1


@frozen(kw_only=True)
class Paragraph:
    """A paragraph."""

    text: Text
    align: Align = "justify"
    indent: bool = True  # of the first line, 1.25 cm
    small: bool = False  # notes under tables, provenance


@frozen(kw_only=True)
class Bullets:
    """A list."""

    items: tuple[Text, ...]
    numbered: bool = False


@frozen(kw_only=True)
class Cell:
    """A cell that is more than its words."""

    text: Text
    tone: Tone = "plain"
    shade: str | None = None  # «#rrggbb» under the text: the cell of a heat map


@frozen(kw_only=True)
class Row:
    """A row; ``section`` spans the table with its only cell, ``total`` is set in bold."""

    cells: tuple[Text | Cell, ...]
    kind: Literal["plain", "section", "total"] = "plain"


@frozen(kw_only=True)
class Table:
    """A table. Its head is repeated on every page; rows are not torn."""

    caption: str  # also what a screen reader says; empty: none
    head: tuple[str, ...]
    rows: tuple[Row, ...]
    widths: tuple[float, ...]  # shares of the width of the text, one per column
    numbers: frozenset[int] = frozenset()  # columns set to the right
    small: bool = False  # a table of many columns
    notes: tuple[str, ...] = ()


@frozen(kw_only=True)
class Figure:
    """A picture."""

    svg: str
    alt: str  # says in words what is to be seen
    caption: str
    width: float = 165.0  # millimetres


@frozen(kw_only=True)
class Editable:
    """Text that people are expected to rewrite; what they wrote is kept when the document is made again."""

    id: str  # latin, unique in the document
    title: str  # how a message calls it: «Выводы»
    blocks: tuple[Block, ...]


@frozen(kw_only=True)
class PageBreak:
    """What follows begins on a new page."""


@frozen(kw_only=True)
class Landscape:
    """Blocks on pages lying on their side: wide tables."""

    blocks: tuple[Block, ...]


Block = Heading | Paragraph | Bullets | Table | Figure | Editable | PageBreak | Landscape


@frozen(kw_only=True)
class Document:
    """A document whole."""

    id: str  # kind, period and, in a letter, the unit: words of people are kept within one id only
    title: str  # for the window and for a screen reader
    subject: str = ""
    blocks: tuple[Block, ...]
    foot: tuple[str, ...] = ()  # provenance: what it was made of; `provenance.lines` gives it
    made: datetime | None = None  # of the newest source: the only clock a document may read
    wide_margin: bool = False  # kept longer than ten years: 30 mm on the left
    fields: Mapping[str, str | tuple[Block, ...]] = field(factory=dict)  # what a template may name beside `body`
