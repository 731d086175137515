"""Blocks as WordprocessingML."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from importlib import import_module
from itertools import count, pairwise

from attrs import define, field, frozen
from lxml import etree

from profdev_reports.blocks import (
    Align,
    Block,
    Bullets,
    Cell,
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
    Tone,
)
from profdev_reports.docx import controls
from profdev_reports.docx.package import R, W
from profdev_reports.docx.printable import address, attribute, escaped, printable

NAMESPACES = {
    "w": W,
    "r": R,
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "pic": "http://schemas.openxmlformats.org/drawingml/2006/picture",
}
DECLARED = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())
EMU = 36_000  # in a millimetre
TWIPS = 1440 / 25.4  # in a millimetre

_JC: Mapping[Align, str] = {"justify": "both", "left": "left", "center": "center", "right": "right"}
_TONES: Mapping[Tone, str] = {
    "plain": "",
    "bad": '<w:color w:val="8B1A1A"/>',
    "good": '<w:color w:val="1B5E20"/>',
    "muted": '<w:color w:val="595959"/>',
}
_HEAD = "E7ECF2"
_SECTION = "F3F5F8"
_DEEPEST = 3  # levels of headings with styles of their own
_DARK = 0.18  # relative luminance below which white letters are read better than black ones
_BREAK = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'
_AFTER_TABLE = '<w:p><w:pPr><w:spacing w:before="0" w:after="0" w:line="160" w:lineRule="exact"/></w:pPr></w:p>'


@frozen
class Sheet:
    """The section of the template: how its pages lie and how wide a text on them is."""

    xml: str  # w:sectPr upright; what follows a turned page
    turned: str
    first: str  # w:sectPr with which the document begins
    width: int  # twips
    turned_width: int


@define
class Scribe:
    """Writes blocks one after another and remembers what they need beside the text."""

    styles: Mapping[str, str]  # name → id
    sheet: Sheet
    bullet: int  # w:numId of the list of dashes
    first_list: int  # w:numId free for numbered lists
    images: dict[str, bytes] = field(factory=dict)  # name of the part → PNG
    links: dict[str, str] = field(factory=dict)  # address → id of the relationship
    lists: int = 0  # numbered lists so far
    sections: int = 0  # section breaks so far
    width: int = field(init=False)
    _objects: count[int] = field(factory=lambda: count(1))

    def __attrs_post_init__(self) -> None:
        self.width = self.sheet.width

    def blocks(self, blocks: Iterable[Block]) -> str:
        """Their markup."""
        return "".join(map(self._block, blocks))

    def paragraph(
        self, text: Text, style: str, properties: str = "", run: str = "", *, bold: bool = False, keep: bool = False
    ) -> str:
        """One paragraph of a style; ``properties`` come after those of keeping, ``run`` are those of every run."""
        kept = "<w:keepNext/>" if keep else ""
        return (
            f'<w:p><w:pPr><w:pStyle w:val="{self.styles[style]}"/>{kept}{properties}</w:pPr>'
            f"{self._runs(text, run, bold=bold)}</w:p>"
        )

    def _block(self, block: Block) -> str:  # noqa: PLR0911 - as many kinds of blocks
        match block:
            case Heading():
                return self.paragraph(block.text, f"heading {min(max(block.level, 1), _DEEPEST)}")
            case Paragraph():
                return self._paragraph(block)
            case Bullets():
                return self._bullets(block)
            case Table():
                return self._table(block)
            case Figure():
                return self._figure(block)
            case Editable():
                return self._editable(block)
            case PageBreak():
                return _BREAK
            case Landscape():
                return self._landscape(block)

    def _paragraph(self, block: Paragraph) -> str:
        properties = "" if block.indent and block.align == "justify" else '<w:ind w:firstLine="0"/>'
        if block.align != "justify":
            properties += f'<w:jc w:val="{_JC[block.align]}"/>'
        if block.small:
            return self.paragraph(block.text, "Примечание", properties.removeprefix('<w:ind w:firstLine="0"/>'))
        return self.paragraph(block.text, "Текст документа", properties)

    def _bullets(self, block: Bullets) -> str:
        if block.numbered:
            number, style = self.first_list + self.lists, "List Number"
            self.lists += 1
        else:
            number, style = self.bullet, "List Bullet"
        numbering = f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{number}"/></w:numPr>'
        return "".join(self.paragraph(item, style, numbering) for item in block.items)

    def _editable(self, block: Editable) -> str:
        content = self.blocks(block.blocks) or self.paragraph("", "Текст документа")
        generated = etree.fromstring(f"<w:body {DECLARED}>{content}</w:body>")
        found = controls.Mark(controls.key(block.id), controls.digest(generated))
        return controls.wrapped(found, block.title, content)

    def _landscape(self, block: Landscape) -> str:
        before = self.sheet.first if not self.sections else self.sheet.xml
        self.sections += 2
        self.width = self.sheet.turned_width
        inside = self.blocks(block.blocks)
        self.width = self.sheet.width
        return f"{section(before)}{inside}{section(self.sheet.turned)}"

    def objects_after(self, root: etree._Element) -> None:
        """Number pictures on from those a document has."""
        pictures = root.iter(f"{{{NAMESPACES['wp']}}}docPr")
        taken = [int(number) for picture in pictures if (number := picture.get("id") or "").isdigit()]
        self._objects = count(max(taken, default=0) + 1)

    # --- tables ---------------------------------------------------------------------------------------------

    def _table(self, block: Table) -> str:
        widths = _widths(block.widths, self.width)
        caption = self.paragraph(block.caption, "caption") if block.caption else ""
        described = f'<w:tblCaption w:val="{attribute(block.caption)}"/>' if block.caption else ""
        margin = 60 if block.small else 100
        around = "".join(
            f'<w:{side} w:w="{by}" w:type="dxa"/>'
            for side, by in (("top", 30), ("left", margin), ("bottom", 30), ("right", margin))
        )
        cells = "".join(
            self._cell(text, width, block, fill=_HEAD, properties='<w:jc w:val="center"/>', bold=True, keep=True)
            for text, width in zip(block.head, widths, strict=True)
        )
        head = f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{cells}</w:tr>" if any(block.head) else ""
        rows = "".join(self._row(row, widths, block) for row in block.rows)
        notes = "".join(self.paragraph(note, "Примечание") for note in block.notes)
        grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
        if not head and not rows:
            return f"{caption}{notes}"
        return (
            f'{caption}<w:tbl><w:tblPr><w:tblStyle w:val="{self.styles["Table Grid"]}"/>'
            f'<w:tblW w:w="{self.width}" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
            f'<w:tblCellMar>{around}</w:tblCellMar><w:tblLook w:val="0020" w:firstRow="1"/>{described}</w:tblPr>'
            f"<w:tblGrid>{grid}</w:tblGrid>{head}{rows}</w:tbl>{notes}{_AFTER_TABLE}"
        )

    def _row(self, row: Row, widths: Sequence[int], table: Table) -> str:
        if row.kind == "section":
            cell = self._cell(
                row.cells[0] if row.cells else "",
                sum(widths),
                table,
                span=len(widths),
                fill=_SECTION,
                bold=True,
                keep=True,
            )
            return f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{cell}</w:tr>"
        given = (*row.cells, *("",) * (len(widths) - len(row.cells)))
        cells = "".join(
            self._cell(
                cell,
                width,
                table,
                properties='<w:jc w:val="right"/>' if place in table.numbers else "",
                bold=row.kind == "total",
            )
            for place, (cell, width) in enumerate(zip(given, widths, strict=True))
        )
        return f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{cells}</w:tr>"

    def _cell(
        self,
        cell: Text | Cell,
        width: int,
        table: Table,
        *,
        span: int = 1,
        fill: str = "",
        properties: str = "",
        bold: bool = False,
        keep: bool = False,
    ) -> str:
        text, tone, shade = (cell.text, cell.tone, cell.shade) if isinstance(cell, Cell) else (cell, "plain", None)
        run = _TONES[tone]
        if shade:
            fill, run = shade.lstrip("#").upper(), f'<w:color w:val="{_readable_on(shade)}"/>'
        spanned = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
        filled = f'<w:shd w:val="clear" w:color="auto" w:fill="{attribute(fill)}"/>' if fill else ""
        style = "Текст таблицы мелкий" if table.small else "Текст таблицы"
        inside = self.paragraph(text, style, properties, run, bold=bold, keep=keep)
        return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{spanned}{filled}</w:tcPr>{inside}</w:tc>'

    # --- pictures -------------------------------------------------------------------------------------------

    def _figure(self, block: Figure) -> str:
        width = min(block.width, self.width / TWIPS)
        name = self.image(_drawn(block.svg, width), "png")
        drawing = self.drawing(name, round(width * EMU), block.alt)
        caption = self.paragraph(block.caption, "Подпись к рисунку") if block.caption else ""
        picture = (
            f'<w:p><w:pPr><w:pStyle w:val="{self.styles["Подпись к рисунку"]}"/><w:keepNext/>'
            f'<w:spacing w:before="120"/></w:pPr><w:r>{drawing}</w:r></w:p>'
        )
        return f"{picture if caption else picture.replace('<w:keepNext/>', '')}{caption}"

    def image(self, content: bytes, suffix: str) -> str:
        """The name of the part that holds a picture; equal pictures are one part."""
        name = f"word/media/{sha256(content).hexdigest()[:20]}.{suffix}"
        self.images[name] = content
        return name

    def drawing(self, name: str, across: int, alt: str, down: int | None = None) -> str:
        """A picture in the line; ``across`` and ``down`` in EMU, without the second its own proportions."""
        wide, high = _dimensions(self.images[name]) if down is None else (1, 1)
        down = round(across * high / wide) if down is None else down
        number = next(self._objects)
        extent = f'cx="{across}" cy="{down}"'
        return (
            f'<w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent {extent}/>'
            f'<wp:docPr id="{number}" name="Рисунок {number}" descr="{attribute(alt)}"/>'
            f'<a:graphic><a:graphicData uri="{NAMESPACES["pic"]}"><pic:pic><pic:nvPicPr>'
            f'<pic:cNvPr id="{number}" name="Рисунок {number}" descr="{attribute(alt)}"/><pic:cNvPicPr/></pic:nvPicPr>'
            f'<pic:blipFill><a:blip r:embed="{image_id(name)}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
            f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {extent}/></a:xfrm>'
            '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic>'
            "</wp:inline></w:drawing>"
        )

    # --- text -----------------------------------------------------------------------------------------------

    def _runs(self, text: Text, properties: str, *, bold: bool = False) -> str:
        runs = (Run(text),) if isinstance(text, str) else text
        return "".join(self._run(run, properties, bold=bold or run.bold) for run in runs if run.text)

    def _run(self, run: Run, properties: str, *, bold: bool) -> str:
        link = address(run.link)
        looks = (
            (f'<w:rStyle w:val="{self.styles["Hyperlink"]}"/>' if link else "")
            + ("<w:b/><w:bCs/>" if bold else "")
            + ("<w:i/><w:iCs/>" if run.italic else "")
            + ("" if link else properties)
        )
        inside = f"<w:r>{f'<w:rPr>{looks}</w:rPr>' if looks else ''}{spelled(run.text)}</w:r>"
        return f'<w:hyperlink r:id="{self.link(link)}" w:history="1">{inside}</w:hyperlink>' if link else inside

    def link(self, link: str) -> str:
        """The id of the relationship to an address."""
        return self.links.setdefault(link, f"rIdProfdevLink{len(self.links) + 1}")


def spelled(text: str) -> str:
    """What stands in a run: texts, tabulators, ends of lines."""
    lines = ("<w:tab/>".join(map(_spelled, line.split("\t"))) for line in printable(text).split("\n"))
    return "<w:br/>".join(lines)


def _spelled(text: str) -> str:
    return f'<w:t xml:space="preserve">{escaped(text)}</w:t>' if text else ""


def image_id(name: str) -> str:
    """The id of the relationship to a picture, made of the name of its part."""
    return f"rIdProfdev{name.rpartition('/')[2].partition('.')[0]}"


def section(sheet: str) -> str:
    """What ends pages that lie as the sheet says."""
    tiny = '<w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/>'
    return f"<w:p><w:pPr>{tiny}{sheet}</w:pPr></w:p>"


def _widths(shares: Sequence[float], whole: int) -> tuple[int, ...]:
    """Widths of columns that sum up to the whole."""
    total, edges, reached = sum(shares), [0], 0.0
    for share in shares:
        reached += share
        edges.append(round(whole * reached / total))
    return tuple(right - left for left, right in pairwise(edges))


@lru_cache(maxsize=256)
def _drawn(svg: str, width: float) -> bytes:
    # Typst takes a while to load, and most letters have no picture.
    drawn: bytes = import_module("profdev_reports.charts").png(svg, width=width)
    return drawn


def _dimensions(png: bytes) -> tuple[int, int]:
    wide, high = struct.unpack(">II", png[16:24])
    return wide, high


def _readable_on(shade: str) -> str:
    channels = (int(shade.lstrip("#")[place : place + 2], 16) / 255 for place in (0, 2, 4))
    red, green, blue = ((c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4) for c in channels)  # noqa: PLR2004 - sRGB
    return "FFFFFF" if 0.2126 * red + 0.7152 * green + 0.0722 * blue < _DARK else "000000"
