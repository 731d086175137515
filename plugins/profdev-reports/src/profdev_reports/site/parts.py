"""What a page is built of: headings, sentences, tables, pictures; words and links, no looks."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen

from profdev_reports.site.shown import Moved, Shown


@frozen
class Link:
    """A way to another page of the site: its path from the folder of the site, an anchor included."""

    text: str
    path: str
    current: bool = False  # it leads to where one is


Text = str | tuple[str | Link, ...]


@frozen(kw_only=True)
class Heading:
    """A heading with an anchor; level 1 is the title of the page."""

    text: str
    id: str
    level: int = 2


@frozen(kw_only=True)
class Paragraph:
    """A paragraph."""

    text: Text
    look: str = ""  # a class of the stylesheet: «lead», «note»


@frozen(kw_only=True)
class Bullets:
    """A list."""

    items: tuple[Text, ...]
    look: str = ""


@frozen(kw_only=True)
class Facts:
    """Terms with what is said of them."""

    rows: tuple[tuple[str, tuple[Text, ...]], ...]


@frozen(kw_only=True)
class Cell:
    """A cell of a table."""

    text: Text = ""
    small: str = ""  # beside or under the words: «31 из 42»
    signs: str = ""  # «†»
    look: str = ""
    spoken: str = ""  # for whoever does not see the colour or the sign
    order: str = ""  # what the column is sorted by, where it is not the text
    svg: str = ""  # a picture instead of words; has a text of its own

    @property
    def plain(self) -> bool:
        """Whether it is words and nothing else."""
        return isinstance(self.text, str) and not (
            self.small or self.signs or self.spoken or self.svg or self.look in {"better", "worse"}
        )


@frozen(kw_only=True)
class Row:
    """A row of a table; ``group`` is a heading across the table, ``gap`` says across it what is missing."""

    cells: tuple[Cell | str, ...] = ()
    group: str = ""
    gap: str = ""
    total: bool = False


@frozen(kw_only=True)
class Table:
    """A table in a region that scrolls on its own where it is wider than the page."""

    id: str
    caption: str
    head: tuple[str, ...]
    rows: tuple[Row, ...]
    numbers: frozenset[int] = frozenset()  # columns set to the right
    titled: int = 0  # the column that names the row
    lively: bool = False  # may be sorted and filtered where scripts run
    ordered: bool = False  # its order means something: it may only be filtered
    look: str = ""
    notes: tuple[str, ...] = ()


@frozen(kw_only=True)
class HeatColumn:
    """A criterion over a heat map."""

    code: str
    title: str
    path: str


@frozen(kw_only=True)
class HeatRow:
    """An organisation in a heat map."""

    name: str
    path: str  # empty: it has no page
    cells: tuple[Shown, ...]
    total: bool = False


@frozen(kw_only=True)
class HeatMap:
    """Organisations by criteria: words first, colours on top."""

    id: str
    caption: str
    groups: tuple[tuple[str, int], ...]  # sections with the number of their columns
    columns: tuple[HeatColumn, ...]
    rows: tuple[HeatRow, ...]
    ordered: bool = False  # it may only be filtered


@frozen(kw_only=True)
class Figure:
    """A picture with its words."""

    svg: str
    caption: str
    look: str = ""


@frozen(kw_only=True)
class Found:
    """A finding told."""

    severity: str
    word: str  # of the severity
    links: tuple[Link, ...]  # whom and what it is about, without what the page itself is about
    sentence: str
    rule: str
    others: tuple[str, ...] = ()


@frozen(kw_only=True)
class Findings:
    """Findings, one after another."""

    items: tuple[Found, ...]


@frozen(kw_only=True)
class Advised:
    """A recommendation told."""

    severity: str
    word: str
    links: tuple[Link, ...]
    action: str
    facts: tuple[tuple[str, str], ...]


@frozen(kw_only=True)
class Recommendations:
    """Recommendations, one after another."""

    items: tuple[Advised, ...]


@frozen(kw_only=True)
class Reading:
    """The value a page is about, large."""

    shown: Shown
    period: str
    move: Moved | None = None
    since: str = ""  # what it moved from: «2021 год»
    notes: tuple[str, ...] = ()


@frozen(kw_only=True)
class Tile:
    """A number worth a second look."""

    number: str
    words: str
    look: str = ""
    path: str | None = None


@frozen(kw_only=True)
class Tiles:
    """A few such numbers."""

    items: tuple[Tile, ...]


@frozen(kw_only=True)
class Legend:
    """How the signs of a table are to be read: sign, class, meaning."""

    items: tuple[tuple[str, str, str], ...]


Block = (
    Heading
    | Paragraph
    | Bullets
    | Facts
    | Table
    | HeatMap
    | Figure
    | Findings
    | Recommendations
    | Reading
    | Tiles
    | Legend
)


@frozen(kw_only=True, eq=False)
class Page:
    """A page of the site."""

    path: str
    title: str
    code: str = ""  # before the title: «1.1»
    kicker: str = ""  # over the title: the section
    trail: tuple[Link, ...] = ()  # pages above it, without the first page and itself
    blocks: Iterable[Block]  # read once
    before: Link | None = None
    after: Link | None = None


def kind_of(block: Block) -> str:
    """The word by which a template knows a block."""
    return type(block).__name__.lower()
