"""A template in Word made ready to be filled: its tags found, its parts looked through, once for many documents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import lru_cache
from posixpath import dirname, join, normpath

from attrs import define, field, frozen
from lxml import etree

from profdev_reports.docx.markup import DECLARED, NAMESPACES, TWIPS, Sheet
from profdev_reports.docx.package import (
    RELATIONSHIPS,
    PackageError,
    R,
    W,
    main_part,
    parsed,
    relations_of,
    serialized,
    unpack,
)
from profdev_reports.docx.printable import address, attribute
from profdev_reports.docx.styles import STYLES, STYLESHEET
from profdev_reports.docx.tags import Pieces, holes

_W, _R = f"{{{W}}}", f"{{{R}}}"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TYPE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
PICTURES: Mapping[str, str] = {
    "png": "image/png",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "gif": "image/gif",
    "bmp": "image/bmp",
    "emf": "image/x-emf",
    "wmf": "image/x-wmf",
}
"""Pictures a document may have, by the ending of the name."""
_KINDS: Mapping[str, str] = {
    "styles": f"{_WORD}.styles+xml",
    "numbering": f"{_WORD}.numbering+xml",
    "settings": f"{_WORD}.settings+xml",
    "fontTable": f"{_WORD}.fontTable+xml",
    "header": f"{_WORD}.header+xml",
    "footer": f"{_WORD}.footer+xml",
    "theme": "application/vnd.openxmlformats-officedocument.theme+xml",
}
_SETTINGS = frozenset({"defaultTabStop", "autoHyphenation", "evenAndOddHeaders", "compat", "mirrorMargins"})
_CHANGES = ("ins", "del", "moveFrom", "moveTo", "commentReference", "footnoteReference", "endnoteReference")
_ARCHIVE = round(30 * TWIPS)
_NEVER = ("vbaProject.bin", "vbaData.xml", ".ole", "/activeX/", "/embeddings/")
_BULLETS = (
    '<w:abstractNum {ns} w:abstractNumId="{id}"><w:multiLevelType w:val="hybridMultilevel"/><w:lvl w:ilvl="0">'
    '<w:start w:val="1"/><w:numFmt w:val="{format}"/><w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/>'
    '<w:pPr><w:tabs><w:tab w:val="num" w:pos="1069"/></w:tabs><w:ind w:left="0" w:firstLine="709"/></w:pPr></w:lvl>'
    "</w:abstractNum>"
)


@frozen(eq=False)
class Stencil:
    """A template with holes."""

    main: str  # name of the part that is the document
    parts: Mapping[str, bytes]  # those every document takes as they are
    kinds: Mapping[str, str]  # types of contents by the name of the part
    texts: Mapping[str, Pieces]  # parts with holes
    relations: tuple[str, ...]  # of the document, as markup
    sheet: Sheet
    styles: Mapping[str, str]  # name → id; those added included
    numbering: tuple[str, str]  # name of the part, its markup without the end tag
    bullet: int  # w:numId of the list of dashes
    decimal: int  # w:abstractNumId of numbered lists


@lru_cache(maxsize=32)
def stencil(template: bytes, *, archive: bool = False) -> Stencil:
    """The template ready to be filled; ``archive``: with at least 30 mm on the left.

    Raises:
        PackageError: it is no template, or holds what cannot be carried into a document.
    """
    carrier = _Carrier(unpack(template))
    return carrier.stencil(archive=archive)


def relationship(id: str, type: str, target: str, *, external: bool = False) -> str:  # noqa: A002 - words of the format
    """One relationship as markup; targets inside the package from its root."""
    where = f'{attribute(target)}" TargetMode="External' if external else attribute(f"/{target}")
    return f'<Relationship Id="{attribute(id)}" Type="{_TYPE}/{type}" Target="{where}"/>'


@define
class _Carrier:
    given: Mapping[str, bytes]
    parts: dict[str, bytes] = field(factory=dict)
    kinds: dict[str, str] = field(factory=dict)
    texts: dict[str, Pieces] = field(factory=dict)

    def stencil(self, *, archive: bool) -> Stencil:
        main = main_part(self.given)
        _refuse(self.given, main)
        root = _declaring(parsed(self.given[main]))
        if root.tag != f"{_W}document" or root.find(f"{_W}body") is None:
            raise PackageError("это не документ Word (.docx): сохраните его в Word как «Документ Word (*.docx)»")
        related = list(self._related(main))
        _check(root, related)
        by_type = {kind: target for _, kind, target in related}
        styles, names = _styled(self._part(by_type.get("styles"), STYLESHEET.encode()))
        numbering, bullet, decimal = _numbered(self._part(by_type.get("numbering"), _nothing("numbering")))
        for _, kind, target in related:
            self._carry(kind, target)
        place = by_type.get("styles", "word/styles.xml")
        self.parts[place], self.kinds[place] = styles, _KINDS["styles"]
        list_place = by_type.get("numbering", "word/numbering.xml")
        self.kinds[list_place] = _KINDS["numbering"]
        self.kinds[main] = f"{_WORD}.document.main+xml"
        sheet = _sheet(root, archive=archive)
        self.texts[main] = holes(root)
        relations = [relationship(*each, external=each[1] == "hyperlink") for each in related]
        for kind, where in (("styles", place), ("numbering", list_place)):
            if kind not in by_type:
                relations.append(relationship(f"rIdProfdev{kind}", kind, where))
        return Stencil(
            main=main,
            parts=self.parts,
            kinds=self.kinds,
            texts=self.texts,
            relations=tuple(relations),
            sheet=sheet,
            styles=names,
            numbering=(list_place, numbering),
            bullet=bullet,
            decimal=decimal,
        )

    def _part(self, name: str | None, otherwise: bytes) -> etree._Element:
        return _declaring(parsed(self.given[name] if name else otherwise))

    def _related(self, source: str) -> Iterator[tuple[str, str, str]]:
        """Relationships that may be carried: id, type, name of the part or the address."""
        rels = relations_of(source)
        for relation in parsed(self.given[rels]) if rels in self.given else ():
            name, target = relation.get("Id") or "", relation.get("Target") or ""
            home, _, kind = (relation.get("Type") or "").rpartition("/")
            if home != _TYPE:
                continue
            if relation.get("TargetMode") == "External":
                if kind == "hyperlink" and address(target):
                    yield name, kind, target
                continue
            where = target.lstrip("/") if target.startswith("/") else normpath(join(dirname(source), target))
            if where in self.given and (kind in _KINDS or (kind == "image" and _ending(where) in PICTURES)):
                yield name, kind, where

    def _carry(self, kind: str, target: str) -> None:
        if kind in {"header", "footer"}:
            root = parsed(self.given[target])
            inner = [each for each in self._related(target) if each[1] in {"image", "hyperlink"}]
            _check(root, inner)
            self.texts[target] = holes(root, blocks_allowed=False)
            for _, inner_type, picture in inner:
                self._carry(inner_type, picture)
            if inner:
                markup = "".join(relationship(*each, external=each[1] == "hyperlink") for each in inner)
                self.parts[relations_of(target)] = relationships(markup)
        elif kind == "settings":
            self.parts[target] = _settings(parsed(self.given[target]))
        elif kind in {"theme", "fontTable"}:
            root = parsed(self.given[target])
            for node in [node for node in root.iter() if any(str(name).startswith(_R) for name in node.attrib)]:
                _drop(node)  # embedded fonts and pictures of a theme are parts of their own
            self.parts[target] = serialized(root)
        elif kind == "image":
            self.parts[target] = self.given[target]
        if kind != "hyperlink":
            self.kinds[target] = PICTURES[_ending(target)] if kind == "image" else _KINDS[kind]


def relationships(markup: str) -> bytes:
    """A part with relationships."""
    return f'{_DECLARATION}<Relationships xmlns="{RELATIONSHIPS}">{markup}</Relationships>'.encode()


def _declaring(root: etree._Element) -> etree._Element:
    """The same root with the prefixes our markup uses."""
    others = {prefix: uri for prefix, uri in root.nsmap.items() if uri not in NAMESPACES.values()}
    ours = etree.Element(root.tag, root.attrib, {**others, **NAMESPACES})
    ours.extend(list(root))
    return ours


def _ending(name: str) -> str:
    return name.rpartition(".")[2].lower()


def _drop(node: etree._Element) -> None:
    parent = node.getparent()
    if parent is not None:
        parent.remove(node)


def _nothing(kind: str) -> bytes:
    return f"<w:{kind} {DECLARED}/>".encode()


def _refuse(parts: Mapping[str, bytes], main: str) -> None:
    if any(mark in f"/{name}" for name in parts for mark in _NEVER) or b"macroEnabled" in parts["[Content_Types].xml"]:
        raise PackageError("в шаблоне есть макросы или внедрённые объекты: сохраните его без них, как .docx")
    if b"<!DOCTYPE" in parts[main][:1000]:
        raise PackageError("файл с объявлением DOCTYPE: Word таких не пишет")


def _check(root: etree._Element, related: list[tuple[str, str, str]]) -> None:
    """Nothing that would stay behind, and nobody's name in a correction."""
    changes = next((node for name in _CHANGES for node in root.iter(f"{_W}{name}")), None)
    if changes is not None:
        raise PackageError("в шаблоне есть исправления, примечания или сноски: примите исправления, остальное удалите")
    known = {name for name, _, _ in related}
    wanted = {
        value for node in root.iter() for name, value in node.attrib.items() if str(name).startswith(_R) and value
    }
    if wanted - known:
        raise PackageError("в шаблоне есть внешняя ссылка или объект, который нельзя перенести: диаграмма, файл, адрес")


def _settings(root: etree._Element) -> bytes:
    """Only what concerns looks: the rest may hold a path, a name, an address of a mailing list."""
    for node in list(root):
        if not isinstance(node.tag, str) or etree.QName(node).localname not in _SETTINGS:
            root.remove(node)
    language = etree.SubElement(root, f"{_W}themeFontLang")
    language.set(f"{_W}val", "ru-RU")
    return serialized(root)


def _styled(root: etree._Element) -> tuple[bytes, Mapping[str, str]]:
    """The styles with those that are missing, and the id of each by our name."""
    have, ids = {}, set()
    normal = "Normal"
    for style in root.iter(f"{_W}style"):
        name, own = style.find(f"{_W}name"), style.get(f"{_W}styleId") or ""
        ids.add(own)
        if name is not None:
            have[(style.get(f"{_W}type"), (name.get(f"{_W}val") or "").casefold())] = own
        if style.get(f"{_W}type") == "paragraph" and style.get(f"{_W}default") in {"1", "true", "on"}:
            normal = own
    names = {}
    for name, style in STYLES.items():
        known = have.get((style.kind, name.casefold()))
        if known is None:
            known = style.id if style.id not in ids else f"Profdev{style.id}"
            root.append(etree.fromstring(style.xml(known, normal, declared=f" {DECLARED}")))
        names[name] = known
    if not any(True for _ in root.iter(f"{_W}lang")):
        defaults = root.find(f"{_W}docDefaults/{_W}rPrDefault/{_W}rPr")
        if defaults is not None:
            etree.SubElement(defaults, f"{_W}lang").set(f"{_W}val", "ru-RU")
    return serialized(root), names


def _numbered(root: etree._Element) -> tuple[str, int, int]:
    """Numbering with our two lists, without its end tag; ids of the list of dashes and of the numbered one."""
    for node in [
        *root.iter(f"{_W}numPicBullet"),
        *root.iter(f"{_W}lvlPicBulletId"),
        *root.iter(f"{_W}numIdMacAtCleanup"),
    ]:
        _drop(node)
    abstract = max((int(node.get(f"{_W}abstractNumId") or 0) for node in root.iter(f"{_W}abstractNum")), default=0) + 1
    number = max((int(node.get(f"{_W}numId") or 0) for node in root.iter(f"{_W}num")), default=0) + 1
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


def _sheet(root: etree._Element, *, archive: bool) -> Sheet:
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


_BEFORE_PAGE = {f"{_W}{name}" for name in ("headerReference", "footerReference", "footnotePr", "endnotePr", "type")}
_PAGE = {"w": 11906, "h": 16838}
_MARGINS = {"top": 1134, "right": 567, "bottom": 1134, "left": 1134, "header": 567, "footer": 567, "gutter": 0}


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
            node.set(f"{_W}{name}", str(_twips(given, value)))
    if archive:
        margins.set(f"{_W}left", str(max(_ARCHIVE, _of(margins, "left"))))


def _twips(given: str | None, otherwise: int) -> int:
    try:
        return round(float(given)) if given is not None else otherwise
    except (ValueError, OverflowError):
        return otherwise


def _of(node: etree._Element, name: str) -> int:
    return int(node.get(f"{_W}{name}") or 0)


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
