"""Styles a document asks for by name; those a template lacks are added to it, its own win."""

from __future__ import annotations

from collections.abc import Mapping
from xml.sax.saxutils import escape

from attrs import frozen

FONT = "Times New Roman"


@frozen(kw_only=True)
class Style:
    """A style as Word knows it."""

    name: str  # what Word shows; built-in ones have English names in every language
    id: str
    kind: str = "paragraph"
    paragraph: str = ""  # properties, in the order the schema wants
    run: str = ""
    is_based: bool = True  # on the style of plain paragraphs
    follows: str | None = None  # id of the style of the next paragraph
    more: str = ""  # properties of a table

    def xml(self, id: str, normal: str, *, declared: str = "") -> str:  # noqa: A002 - the word of the format
        """The style as a part of styles.xml, under this id; ``normal``: the id of what all styles are based on."""
        custom = ' w:customStyle="1"' if self.id.startswith("Profdev") else ""
        based = f'<w:basedOn w:val="{escape(normal)}"/>' if self.is_based else ""
        follows = f'<w:next w:val="{self.follows}"/>' if self.follows else ""
        paragraph = f"<w:pPr>{self.paragraph}</w:pPr>" if self.paragraph else ""
        run = f"<w:rPr>{self.run}</w:rPr>" if self.run else ""
        default = ' w:default="1"' if self.id == "Normal" else ""
        return (
            f'<w:style{declared} w:type="{self.kind}"{default}{custom} w:styleId="{escape(id)}">'
            f'<w:name w:val="{self.name}"/>'
            f'{based}{follows}<w:uiPriority w:val="1"/><w:qFormat/>{paragraph}{run}{self.more}</w:style>'
        )


def size(points: float) -> str:
    """Properties of a run for a size."""
    return f'<w:sz w:val="{round(points * 2)}"/><w:szCs w:val="{round(points * 2)}"/>'


_BOLD = "<w:b/><w:bCs/>"
_TIGHT = '<w:spacing w:before="0" w:after="0" w:line="240" w:lineRule="auto"/>'


def _spaced(before: int, after: int) -> str:
    return f'<w:spacing w:before="{before}" w:after="{after}" w:line="252" w:lineRule="auto"/>'


def _heading(level: int, before: int, jc: str, points: float, looks: str = _BOLD) -> Style:
    return Style(
        name=f"heading {level}",
        id=f"Heading{level}",
        follows="ProfdevText",
        paragraph=(
            f"<w:keepNext/><w:keepLines/><w:suppressAutoHyphens/>{_spaced(before, 120)}"
            f'<w:jc w:val="{jc}"/><w:outlineLvl w:val="{level - 1}"/>'
        ),
        run=f"{looks}{size(points)}",
    )


_GRID = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)

NORMAL = Style(name="Normal", id="Normal", is_based=False, paragraph=_TIGHT, run=size(14))

STYLES: Mapping[str, Style] = {
    style.name: style
    for style in (
        Style(
            name="Текст документа",
            id="ProfdevText",
            paragraph=f'{_spaced(0, 0)}<w:ind w:firstLine="709"/><w:jc w:val="both"/>',
        ),
        Style(
            name="Title",
            id="Title",
            follows="ProfdevText",
            paragraph=(f'<w:keepNext/><w:keepLines/><w:suppressAutoHyphens/>{_spaced(240, 240)}<w:jc w:val="center"/>'),
            run=f"{_BOLD}{size(14)}",
        ),
        _heading(1, 280, "left", 14),
        _heading(2, 200, "left", 14),
        _heading(3, 160, "left", 14, "<w:i/><w:iCs/>"),
        Style(
            name="caption",
            id="Caption",
            paragraph=f'<w:keepNext/><w:keepLines/>{_spaced(160, 80)}<w:jc w:val="left"/>',
            run=size(12),
        ),
        Style(
            name="Подпись к рисунку",
            id="ProfdevFigure",
            paragraph=f'<w:keepLines/>{_spaced(60, 200)}<w:jc w:val="center"/>',
            run=size(12),
        ),
        Style(
            name="List Bullet",
            id="ListBullet",
            paragraph=f'{_spaced(0, 0)}<w:jc w:val="both"/>',
        ),
        Style(
            name="List Number",
            id="ListNumber",
            paragraph=f'{_spaced(0, 0)}<w:jc w:val="both"/>',
        ),
        Style(name="Текст таблицы", id="ProfdevCell", paragraph=_TIGHT, run=size(12)),
        Style(name="Текст таблицы мелкий", id="ProfdevCellSmall", paragraph=_TIGHT, run=size(10)),
        Style(
            name="Примечание",
            id="ProfdevNote",
            paragraph='<w:spacing w:before="40" w:after="0" w:line="240" w:lineRule="auto"/><w:jc w:val="both"/>',
            run=size(11),
        ),
        Style(
            name="Происхождение",
            id="ProfdevFoot",
            paragraph=f'{_TIGHT}<w:jc w:val="left"/>',
            run=f'<w:color w:val="404040"/>{size(9)}',
        ),
        Style(
            name="header",
            id="Header",
            paragraph=f'{_TIGHT}<w:jc w:val="center"/>',
            run=size(12),
        ),
        Style(
            name="Hyperlink",
            id="Hyperlink",
            kind="character",
            is_based=False,
            run='<w:color w:val="0B4F9C"/><w:u w:val="single"/>',
        ),
        Style(
            name="Table Grid",
            id="TableGrid",
            kind="table",
            is_based=False,
            more=f"<w:tblPr><w:tblBorders>{_GRID}</w:tblBorders></w:tblPr>",
        ),
    )
}

_NAMESPACE = ' xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'

STYLESHEET = (
    f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<w:styles{_NAMESPACE}><w:docDefaults><w:rPrDefault>'
    f'<w:rPr><w:rFonts w:ascii="{FONT}" w:hAnsi="{FONT}" w:eastAsia="{FONT}" w:cs="{FONT}"/>{size(14)}'
    '<w:lang w:val="ru-RU" w:eastAsia="ru-RU" w:bidi="ar-SA"/></w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>'
    f"{NORMAL.xml('Normal', '')}{''.join(style.xml(style.id, 'Normal') for style in STYLES.values())}</w:styles>"
)
"""The styles of our own templates."""
