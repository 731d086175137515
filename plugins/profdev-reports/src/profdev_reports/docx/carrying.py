"""What people wrote, brought into another document: texts and looks come along, nothing that acts does."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import define, field
from lxml import etree

from profdev_reports.docx.markup import DECLARED, NAMESPACES, Scribe
from profdev_reports.docx.package import R, W
from profdev_reports.docx.printable import address
from profdev_reports.docx.stencil import PICTURES

_W, _R = f"{{{W}}}", f"{{{R}}}"
_XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_KEPT = frozenset(
    {"p", "r", "t", "tab", "br", "cr", "noBreakHyphen", "softHyphen", "sym", "tbl", "tr", "tc", "tblGrid", "gridCol"}
)
_LOOKS = frozenset({"pPr", "rPr", "tblPr", "tblPrEx", "trPr", "tcPr"})
_UNWRAPPED = frozenset({"sdt", "sdtContent", "smartTag", "customXml", "fldSimple", "bdo", "dir"})
_LEFT = frozenset(
    {
        *("bookmarkStart", "bookmarkEnd", "proofErr", "lastRenderedPageBreak", "permStart", "permEnd"),
        *("sdtPr", "sdtEndPr", "smartTagPr", "customXmlPr"),
        *("fldChar", "instrText"),  # a field may ask for a file: its last words are kept, its question is not
    }
)
_STYLES = frozenset({"pStyle", "rStyle", "tblStyle"})
_LARGEST = 9_144_000  # EMU, the ten inches no picture of a page is larger than
_SIGNATURES = {"png": b"\x89PNG\r\n\x1a\n", "jpeg": b"\xff\xd8\xff", "jpg": b"\xff\xd8\xff", "gif": b"GIF8"}


class NotCarriedError(Exception):
    """There is something that cannot be brought along without losing some of it."""


@define
class Carrier:
    """Brings the contents of controls of one document into another."""

    names: Mapping[str, str]  # id of a style there → its name in small letters
    styles: Mapping[str, str]  # name in small letters → id of a style here
    lists: Mapping[str, str]  # w:numId there → kind of its marks: «bullet», «decimal» …
    links: Mapping[str, tuple[str, str]]  # id of a relationship there → its type, and an address or a part
    parts: Mapping[str, bytes]  # there
    bullet: int  # w:numId of the list of dashes here
    scribe: Scribe  # collects pictures and addresses for here
    numbers: dict[str, int] = field(factory=dict)  # w:numId there → here

    def bring(self, content: etree._Element, into: etree._Element) -> None:
        """Fill an emptied control with what stands in another.

        Raises:
            NotCarriedError: a drawing, a formula, an object would be lost.
        """
        for child in content:
            self._element(child, into)
        if len(into) == 0 or into[-1].tag != f"{_W}p":
            etree.SubElement(into, f"{_W}p")

    def _element(self, element: etree._Element, into: etree._Element) -> None:
        if not isinstance(element.tag, str):
            return
        name = etree.QName(element)
        local = name.localname if name.namespace == W else ""
        if local in _LOOKS:
            self._looks(element, into)
        elif local in _KEPT:
            copy = etree.SubElement(into, element.tag)
            _copy_attributes(element, copy)
            if local == "t":
                copy.text = element.text
            else:
                for child in element:
                    self._element(child, copy)
        elif local == "hyperlink":
            self._hyperlink(element, into)
        elif local == "drawing":
            into.append(self._picture(element))
        else:
            self._wrapping(element, local, into)

    def _wrapping(self, element: etree._Element, local: str, into: etree._Element) -> None:
        """What is in a wrapper, without it; nothing of what is left behind on purpose."""
        if local not in _UNWRAPPED | _LEFT:
            raise NotCarriedError(element.tag)
        for child in element if local in _UNWRAPPED else ():
            self._element(child, into)

    def _looks(self, element: etree._Element, into: etree._Element) -> None:
        copy = etree.SubElement(into, element.tag)
        for child in element:
            local = etree.QName(child).localname if isinstance(child.tag, str) and child.tag.startswith(_W) else ""
            if local == "sectPr":
                continue  # LibreOffice hangs what follows on the last paragraph before it
            if local in _STYLES:
                known = self.styles.get(self.names.get(child.get(f"{_W}val") or "", ""))
                if known:
                    etree.SubElement(copy, child.tag).set(f"{_W}val", known)
            elif local == "numPr":
                self._list(child, copy)
            elif local and not any(str(name).startswith(_R) for node in child.iter() for name in node.attrib):
                _plain(child, copy)

    def _list(self, element: etree._Element, into: etree._Element) -> None:
        there = element.find(f"{_W}numId")
        number = (there.get(f"{_W}val") or "") if there is not None else ""
        kind = self.lists.get(number)
        if kind is None:
            return
        if kind == "bullet":
            here = self.bullet
        else:
            here = self.numbers.setdefault(number, self.scribe.first_list + self.scribe.lists + len(self.numbers))
        copy = etree.SubElement(into, element.tag)
        etree.SubElement(copy, f"{_W}ilvl").set(f"{_W}val", "0")
        etree.SubElement(copy, f"{_W}numId").set(f"{_W}val", str(here))

    def _hyperlink(self, element: etree._Element, into: etree._Element) -> None:
        _, target = self.links.get(element.get(f"{_R}id") or "", ("", ""))
        link = address(target)
        if link:
            into = etree.SubElement(into, element.tag)
            into.set(f"{_R}id", self.scribe.link(link))
            into.set(f"{_W}history", "1")
        for child in element:
            self._element(child, into)

    def _picture(self, element: etree._Element) -> etree._Element:
        """A picture drawn anew: of the old one its bytes, its size and its description."""
        blips = list(element.iter(f"{{{NAMESPACES['a']}}}blip"))
        data = list(element.iter(f"{{{NAMESPACES['a']}}}graphicData"))
        extent = next(element.iter(f"{{{NAMESPACES['wp']}}}extent"), None)
        about = next(element.iter(f"{{{NAMESPACES['wp']}}}docPr"), None)
        if len(blips) != 1 or len(data) != 1 or data[0].get("uri") != NAMESPACES["pic"] or extent is None:
            raise NotCarriedError(element.tag)
        kind, part = self.links.get(blips[0].get(f"{_R}embed") or "", ("", ""))
        content, ending = self.parts.get(part, b""), part.rpartition(".")[2].lower()
        if kind != "image" or ending not in PICTURES or not content.startswith(_SIGNATURES.get(ending, b"\0\0\0\0")):
            raise NotCarriedError(element.tag)
        name = self.scribe.image(content, ending)
        alt = (about.get("descr") or "") if about is not None else ""
        across, down = (_bounded(extent.get(side)) for side in ("cx", "cy"))
        markup = self.scribe.drawing(name, across, alt, down)
        return etree.fromstring(f"<w:r {DECLARED}>{markup}</w:r>")[0]


def _bounded(given: str | None) -> int:
    if given is None or not given.isdigit():
        raise NotCarriedError("extent")
    return min(max(int(given), 1), _LARGEST)


def _copy_attributes(element: etree._Element, copy: etree._Element) -> None:
    for name, value in element.attrib.items():
        plain = str(name)
        if (plain.startswith(_W) and not plain.startswith(f"{_W}rsid")) or plain == _XML_SPACE:
            copy.set(name, value)


def _plain(element: etree._Element, into: etree._Element) -> None:
    """A property and what is in it, of Word's own namespace."""
    copy = etree.SubElement(into, element.tag)
    _copy_attributes(element, copy)
    for child in element:
        if isinstance(child.tag, str) and child.tag.startswith(_W):
            _plain(child, copy)
