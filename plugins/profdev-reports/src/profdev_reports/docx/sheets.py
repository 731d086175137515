"""Sections of a template: margins, pages upright and on their side."""

from __future__ import annotations

from copy import deepcopy

from attrs import frozen
from lxml import etree

from profdev_reports.docx.package import PackageError, W, whole

TWIPS = 1440 / 25.4  # in a millimetre
_W = f"{{{W}}}"
_ARCHIVE = round(30 * TWIPS)
_BEFORE_PAGE = {f"{_W}{name}" for name in ("headerReference", "footerReference", "footnotePr", "endnotePr", "type")}
_PAGE = {"w": 11906, "h": 16838}
_MARGINS = {"top": 1134, "right": 567, "bottom": 1134, "left": 1134, "header": 567, "footer": 567, "gutter": 0}


@frozen
class Sheet:
    """The section of the template: how its pages lie and how wide a text on them is."""

    xml: str  # w:sectPr upright; what follows a turned page
    turned: str
    first: str  # w:sectPr with which the document begins
    width: int  # twips
    turned_width: int


def last_sheet(root: etree._Element, *, archive: bool) -> Sheet:
    """The last section, its place taken by an element for the hole; margins of all sections widened."""
    body = root.find(f"{_W}body")
    if body is None:
        raise PackageError("в документе нет текста")
    last = body.find(f"{_W}sectPr")
    if last is None:
        last = etree.SubElement(body, f"{_W}sectPr")
    for section in root.iter(f"{_W}sectPr"):
        _with_margins(section, archive=archive)
    body.replace(last, etree.Element("profdev-sheet"))
    once = deepcopy(last)
    for node in once.findall(f"{_W}titlePg"):
        once.remove(node)
    turned = deepcopy(once)
    width = _turn(turned)
    return Sheet(
        first=etree.tostring(last, encoding="unicode"),
        xml=etree.tostring(once, encoding="unicode"),
        turned=etree.tostring(turned, encoding="unicode"),
        width=_text_width(once),
        turned_width=width,
    )


def _with_margins(section: etree._Element, *, archive: bool) -> None:
    size, margins = section.find(f"{_W}pgSz"), section.find(f"{_W}pgMar")
    if size is None:
        size = etree.Element(f"{_W}pgSz")
        section.insert(sum(node.tag in _BEFORE_PAGE for node in section), size)
    if margins is None:
        margins = etree.Element(f"{_W}pgMar")
        size.addnext(margins)
    for node, standard in ((size, _PAGE), (margins, _MARGINS)):
        for name, value in standard.items():
            given = node.get(f"{_W}{name}")
            node.set(f"{_W}{name}", str(whole(given, value)))
    if archive:
        margins.set(f"{_W}left", str(max(_ARCHIVE, _of(margins, "left"))))


def _of(node: etree._Element, name: str) -> int:
    return whole(node.get(f"{_W}{name}"))


def _text_width(section: etree._Element) -> int:
    size, margins = section.find(f"{_W}pgSz"), section.find(f"{_W}pgMar")
    if size is None or margins is None:
        return _PAGE["w"] - _MARGINS["left"] - _MARGINS["right"]
    width = _of(size, "w") - _of(margins, "left") - _of(margins, "right") - _of(margins, "gutter")
    if width <= 0:
        raise PackageError("поля шаблона шире его листа")
    return width


def _turn(section: etree._Element) -> int:
    """Lay a section on its side, the binding edge up; the width of its text."""
    size, margins = section.find(f"{_W}pgSz"), section.find(f"{_W}pgMar")
    if size is not None and margins is not None and _of(size, "w") < _of(size, "h"):
        for name, value in (("w", _of(size, "h")), ("h", _of(size, "w"))):
            size.set(f"{_W}{name}", str(value))
        size.set(f"{_W}orient", "landscape")
        was = {name: _of(margins, name) for name in ("top", "right", "bottom", "left")}
        for name, other in (("top", "left"), ("right", "top"), ("bottom", "right"), ("left", "bottom")):
            margins.set(f"{_W}{name}", str(was[other]))
    return _text_width(section)
