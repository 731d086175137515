"""Lists of a template with ours beside them."""

from __future__ import annotations

from lxml import etree

from profdev_reports.docx.markup import DECLARED
from profdev_reports.docx.package import W, whole

_W = f"{{{W}}}"
_BULLETS = (
    '<w:abstractNum {ns} w:abstractNumId="{id}"><w:multiLevelType w:val="hybridMultilevel"/><w:lvl w:ilvl="0">'
    '<w:start w:val="1"/><w:numFmt w:val="{format}"/><w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/>'
    '<w:pPr><w:tabs><w:tab w:val="num" w:pos="1069"/></w:tabs><w:ind w:left="0" w:firstLine="709"/></w:pPr></w:lvl>'
    "</w:abstractNum>"
)


def with_ours(root: etree._Element) -> tuple[str, int, int]:
    """Numbering with our two lists, without its end tag; ids of the list of dashes and of the numbered one."""
    for name in ("numPicBullet", "lvlPicBulletId", "numIdMacAtCleanup"):  # pictures are parts of their own
        for node in list(root.iter(f"{_W}{name}")):
            _drop(node)
    abstract = max((whole(node.get(f"{_W}abstractNumId")) for node in root.iter(f"{_W}abstractNum")), default=0) + 1
    number = max((whole(node.get(f"{_W}numId")) for node in root.iter(f"{_W}num")), default=0) + 1
    first = root.find(f"{_W}num")
    place = root.index(first) if first is not None else len(root)
    for offset, (kind, text) in enumerate((("bullet", "–"), ("decimal", "%1."))):
        ours = _BULLETS.format(ns=DECLARED, id=abstract + offset, format=kind, text=text)
        root.insert(place + offset, etree.fromstring(ours))
    list_of_dashes = etree.SubElement(root, f"{_W}num")
    list_of_dashes.set(f"{_W}numId", str(number))
    etree.SubElement(list_of_dashes, f"{_W}abstractNumId").set(f"{_W}val", str(abstract))
    markup = etree.tostring(root, encoding="unicode")
    return markup.rpartition("</")[0], number, abstract + 1


def _drop(node: etree._Element) -> None:
    parent = node.getparent()
    if parent is not None:
        parent.remove(node)
