"""The templates we give with the package: what a district opens in Word to make them its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

from profdev_reports.docx.markup import DECLARED
from profdev_reports.docx.package import CONTENT_TYPES, RELATIONSHIPS, TYPES, pack
from profdev_reports.docx.styles import STYLES, STYLESHEET, size

_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"

# A4; at least 20, 10, 20 and 20 mm by ГОСТ Р 7.0.97-2016, the number of the page 10 mm from the edge
_SHEET = (
    '<w:sectPr><w:headerReference w:type="default" r:id="rId10"/><w:headerReference w:type="first" r:id="rId11"/>'
    '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1134" w:right="567" w:bottom="1134" w:left="1134" '
    'w:header="567" w:footer="567" w:gutter="0"/><w:titlePg/></w:sectPr>'
)
_TEXT_WIDTH = 11906 - 1134 - 567

_NUMBERED = (
    f'<w:hdr {DECLARED}><w:p><w:pPr><w:pStyle w:val="Header"/></w:pPr>'
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r>'
    '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>2</w:t></w:r>'
    '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p></w:hdr>'
)
_UNNUMBERED = f'<w:hdr {DECLARED}><w:p><w:pPr><w:pStyle w:val="Header"/></w:pPr></w:p></w:hdr>'

_SETTINGS = (
    f'<w:settings {DECLARED}><w:defaultTabStop w:val="709"/><w:autoHyphenation w:val="false"/><w:compat>'
    '<w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/>'
    '</w:compat><w:themeFontLang w:val="ru-RU"/></w:settings>'
)

_TYPES = (
    f'<Types xmlns="{TYPES}"><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    + "".join(
        f'<Override PartName="/word/{part}.xml" ContentType="{_WORD}.{kind}+xml"/>'
        for part, kind in (
            ("document", "document.main"),
            ("styles", "styles"),
            ("settings", "settings"),
            ("header1", "header"),
            ("header2", "header"),
        )
    )
    + "</Types>"
)


def _paragraph(text: str, style: str = "Текст документа", properties: str = "", looks: str = "") -> str:
    run = f"<w:rPr>{looks}</w:rPr>" if looks else ""
    return (
        f'<w:p><w:pPr><w:pStyle w:val="{STYLES[style].id}"/>{properties}</w:pPr>'
        f'<w:r>{run}<w:t xml:space="preserve">{text}</w:t></w:r></w:p>'
    )


_LEFT = '<w:ind w:firstLine="0"/><w:jc w:val="left"/>'
_CENTRE = '<w:ind w:firstLine="0"/><w:jc w:val="center"/>'
_RIGHT = '<w:ind w:firstLine="0"/><w:jc w:val="right"/>'
_ASIDE = '<w:ind w:left="4820" w:firstLine="0"/><w:jc w:val="left"/>'  # the corner of whom a letter is addressed to
_APART = '<w:spacing w:before="{}" w:after="{}"/>'
_BOLD = "<w:b/><w:bCs/>"
_SMALL = size(12)


def _tabbed(left: str, right: str, properties: str = "") -> str:
    """Two texts on one line, at its two ends."""
    tabs = f'<w:tabs><w:tab w:val="right" w:pos="{_TEXT_WIDTH}"/></w:tabs>'
    text = f'{left}</w:t></w:r><w:r><w:tab/></w:r><w:r><w:t xml:space="preserve">{right}'
    return _paragraph(text, properties=f"{tabs}{properties}{_LEFT}")


def _signature() -> str:
    return (
        _paragraph("{%p if signatory %}", properties=_LEFT)
        + _tabbed(
            "{{ signatory }}",
            "____________________",
            _APART.format(560, 0),
        )
        + _paragraph("{%p endif %}", properties=_LEFT)
    )


def _letterhead() -> str:
    return _paragraph("{{p letterhead }}", properties=_CENTRE)


def _plain() -> str:
    return _paragraph("{{ title }}", "Title") + _paragraph("{{p body }}")


def _note() -> str:
    return _letterhead() + _plain() + _signature()


def _letters() -> str:
    return (
        _letterhead()
        + _tabbed("____________ № ____________", "", _APART.format(240, 0))
        + _paragraph("{{ addressee }}", properties=f"{_APART.format(120, 360)}{_ASIDE}")
        + _paragraph("{{ title }}", "Title", '<w:jc w:val="left"/>')
        + _paragraph("{{p body }}")
        + _signature()
        + _paragraph("{%p if contact %}", properties=_LEFT)
        + _paragraph("{{ contact }}", properties=f"{_APART.format(360, 0)}{_LEFT}", looks=_SMALL)
        + _paragraph("{%p endif %}", properties=_LEFT)
        + _paragraph("{{p annex }}")
    )


def _order() -> str:
    return (
        _paragraph("ПРОЕКТ", properties=_RIGHT, looks=_BOLD)
        + _letterhead()
        + _paragraph(
            "ПРИКАЗ", properties=f"{_APART.format(360, 240)}{_CENTRE}", looks=f'{_BOLD}<w:spacing w:val="60"/>'
        )
        + _tabbed("«____» ______________ 20____ г.", "№ ____________")
        + _paragraph("{{ place }}", properties=_CENTRE)
        + _paragraph("{{ title }}", "Title", '<w:jc w:val="center"/>')
        + _paragraph("{{p body }}")
        + _signature()
        + _paragraph("{{p annex }}")
    )


STOCK: Mapping[str, Callable[[], str]] = {"form": _plain, "note": _note, "letters": _letters, "order": _order}
"""What stands in the template of each kind of documents."""


@cache
def stock(document: str) -> bytes:
    """The template of a kind of documents, as DOCX."""
    body = STOCK[document]()
    relations = "".join(
        f'<Relationship Id="{name}" Type="{_OFFICE}/{kind}" Target="{target}.xml"/>'
        for name, kind, target in (
            ("rId1", "styles", "styles"),
            ("rId2", "settings", "settings"),
            ("rId10", "header", "header1"),
            ("rId11", "header", "header2"),
        )
    )
    main = f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/>'
    texts = {
        CONTENT_TYPES: _TYPES,
        "_rels/.rels": f'<Relationships xmlns="{RELATIONSHIPS}">{main}</Relationships>',
        "word/document.xml": f"<w:document {DECLARED}><w:body>{body}{_SHEET}</w:body></w:document>",
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{RELATIONSHIPS}">{relations}</Relationships>',
        "word/styles.xml": STYLESHEET.removeprefix(_DECLARATION),
        "word/settings.xml": _SETTINGS,
        "word/header1.xml": _NUMBERED,
        "word/header2.xml": _UNNUMBERED,
    }
    return pack({name: (_DECLARATION + text).encode() for name, text in texts.items()})
