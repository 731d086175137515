"""Words of people in a document: told from ours, brought into the one that is made anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from posixpath import dirname, join, normpath

from attrs import frozen
from lxml import etree

from profdev_indicators.model import Kept
from profdev_reports.docx import controls
from profdev_reports.docx.carrying import Carrier, NotCarriedError
from profdev_reports.docx.markup import DECLARED, Scribe, Sheet, image_id
from profdev_reports.docx.package import (
    PackageError,
    W,
    main_part,
    pack,
    parsed,
    relations_of,
    serialized,
    unpack,
)
from profdev_reports.docx.stencil import relationship
from profdev_reports.docx.writing import custom

EARLIER = "Тексты, которые вы писали раньше"
"""The heading above words of people whose place is no more."""

_W = f"{{{W}}}"
_CUSTOM = "docProps/custom.xml"
_CHANGED = frozenset({"ins", "del", "moveFrom", "moveTo", "comment", "commentReference", "commentRangeStart"})


def keep(edited: bytes, fresh: bytes) -> Kept:
    """The fresh document with what people wrote into the edited one.

    A control whose text is not the one that was generated holds words of people: they go into the control of the same
    name, or to the end where there is none any more. Words outside controls, corrections under way, another document
    under the same name, whatever cannot be brought along whole: ``content`` is None, and nothing is lost.
    """
    try:
        theirs, ours = _Opened.of(edited), _Opened.of(fresh)
        if theirs.document != ours.document or not theirs.is_whole():
            return Kept(content=None)
        changed = theirs.changed()
        if not changed:
            return Kept(content=fresh)
        return _brought(theirs, ours, changed)
    except (PackageError, NotCarriedError):
        return Kept(content=None)


@frozen(eq=False)
class _Opened:
    """A document as it lies there."""

    parts: Mapping[str, bytes]
    main: str
    root: etree._Element
    document: str  # its id; empty: none of ours
    outside: str  # hash of the text outside controls when it was written
    links: Mapping[str, tuple[str, str]]  # id of a relationship → type, and an address or a part

    @classmethod
    def of(cls, content: bytes) -> _Opened:
        """A document taken apart.

        Raises:
            PackageError: it is none.
        """
        parts = unpack(content)
        main = main_part(parts)
        known, root = dict(_properties(parts)), parsed(parts[main])
        body = root.find(f"{_W}body")
        if body is None:
            raise PackageError("в документе нет текста")
        controls.restore(body)
        return cls(
            parts,
            main,
            root,
            known.get(controls.DOCUMENT, ""),
            known.get(controls.OUTSIDE, ""),
            dict(_links(parts, main)),
        )

    def part(self, kind: str) -> str | None:
        """The name of the part of this kind."""
        return next((where for known, where in self.links.values() if known == kind and where in self.parts), None)

    def controls(self) -> Iterator[etree._Element]:
        """Our controls, none inside another."""
        for control in self.root.iter(f"{_W}sdt"):
            if controls.mark(control) and not any(map(controls.mark, control.iterancestors(f"{_W}sdt"))):
                yield control

    def is_whole(self) -> bool:
        """Whether all around the controls is as it was written, and nobody is correcting it."""
        if not self.document or any(_is_correction(node) for node in self.root.iter()):
            return False
        return self.outside == controls.outside(self._texts())

    def changed(self) -> Sequence[etree._Element]:
        """Controls with words of people."""
        return [control for control in self.controls() if _digest(control) != _mark(control).digest]

    def _texts(self) -> Iterator[etree._Element]:
        yield self.root
        heads = {where for kind, where in self.links.values() if kind in {"header", "footer"}}
        for where in sorted(heads & set(self.parts)):
            yield parsed(self.parts[where])


def _brought(theirs: _Opened, ours: _Opened, changed: Sequence[etree._Element]) -> Kept:
    carrier = _carrier(theirs, ours)
    places = {_mark(control).key: control for control in ours.controls()}
    homeless, texts = [], []
    for control in changed:
        place = places.get(_mark(control).key)
        if place is None:
            homeless.append(control)
        else:
            _fill(place, control, carrier)
        texts.append(controls.title(control if place is None else place) or EARLIER)
    body = ours.root.find(f"{_W}body")
    if homeless and body is not None:
        _append(body, homeless, carrier)
    parts = {**ours.parts, ours.main: serialized(ours.root), **carrier.scribe.images}
    rels = relations_of(ours.main)
    parts[rels] = _with_relations(parts[rels], carrier.scribe)
    numbering = ours.part("numbering")
    if numbering:
        parts[numbering] = _with_lists(parts[numbering], carrier)
    heads = (parsed(ours.parts[where]) for kind, where in ours.links.values() if kind in {"header", "footer"})
    parts[_CUSTOM] = custom(ours.document, controls.outside((ours.root, *heads)))
    return Kept(content=pack(parts), texts=tuple(texts))


def _fill(place: etree._Element, control: etree._Element, carrier: Carrier) -> None:
    inside, written = place.find(f"{_W}sdtContent"), control.find(f"{_W}sdtContent")
    if control.find(f"{_W}sdtPr/{_W}showingPlcHdr") is not None:
        written = None  # emptied: what is seen there is Word's own «enter a text»
    if inside is None:
        return
    for child in list(inside):
        inside.remove(child)
    carrier.bring(written if written is not None else etree.Element("nothing"), inside)
    controls.bookmark(inside, _mark(place))


def _append(body: etree._Element, homeless: Sequence[etree._Element], carrier: Carrier) -> None:
    """Words whose place is no more, at the end, under a heading."""
    last = body.find(f"{_W}sectPr")
    at = body.index(last) if last is not None else len(body)
    heading = etree.SubElement(body, f"{_W}p")
    style = carrier.styles.get("heading 1")
    if style:
        properties = etree.SubElement(heading, f"{_W}pPr")
        etree.SubElement(properties, f"{_W}pStyle").set(f"{_W}val", style)
    etree.SubElement(etree.SubElement(heading, f"{_W}r"), f"{_W}t").text = EARLIER
    body.insert(at, heading)
    for place, control in enumerate(homeless, start=at + 1):
        markup = controls.wrapped(_mark(control), controls.title(control) or EARLIER, "<w:p></w:p>")
        copy = etree.fromstring(f"<w:body {DECLARED}>{markup}</w:body>")[0]
        body.insert(place, copy)
        _fill(copy, control, carrier)


def _carrier(theirs: _Opened, ours: _Opened) -> Carrier:
    numbering = ours.part("numbering")
    lists = parsed(ours.parts[numbering]) if numbering else etree.Element("nothing")
    formats = _formats(lists)
    numbers = [int(number) for number in formats if number.isdigit()]
    sheet = Sheet("", "", "", 0, 0)
    scribe = Scribe(styles={}, sheet=sheet, bullet=0, first_list=max(numbers, default=0) + 1)
    scribe.objects_after(ours.root)
    bullets = [int(number) for number, kind in formats.items() if kind == "bullet" and number.isdigit()]
    return Carrier(
        names={own: name for name, own in _styles(theirs)},
        styles=dict(_styles(ours)),
        lists=_formats(parsed(theirs.parts[where])) if (where := theirs.part("numbering")) else {},
        links=theirs.links,
        parts=theirs.parts,
        bullet=max(bullets, default=0),
        scribe=scribe,
    )


def _with_relations(rels: bytes, scribe: Scribe) -> bytes:
    markup = rels.decode()
    pictures = (relationship(image_id(name), "image", name) for name in sorted(scribe.images))
    links = (relationship(name, "hyperlink", link, external=True) for link, name in scribe.links.items())
    added = "".join(line for line in (*pictures, *links) if line not in markup)
    return markup.replace("</Relationships>", f"{added}</Relationships>").encode()


def _with_lists(numbering: bytes, carrier: Carrier) -> bytes:
    root = parsed(numbering)
    decimal = [node.get(f"{_W}abstractNumId") for node in root.iter(f"{_W}abstractNum")][-1:]
    for number in carrier.numbers.values():
        num = etree.SubElement(root, f"{_W}num")
        num.set(f"{_W}numId", str(number))
        etree.SubElement(num, f"{_W}abstractNumId").set(f"{_W}val", decimal[0] if decimal else "0")
        override = etree.SubElement(num, f"{_W}lvlOverride")
        override.set(f"{_W}ilvl", "0")
        etree.SubElement(override, f"{_W}startOverride").set(f"{_W}val", "1")
    return serialized(root)


# --- what a package says ------------------------------------------------------------------------------------------


def _mark(control: etree._Element) -> controls.Mark:
    found = controls.mark(control)
    if found is None:
        raise PackageError("не наш элемент управления")
    return found


def _digest(control: etree._Element) -> str:
    content = control.find(f"{_W}sdtContent")
    return controls.digest() if content is None else controls.digest(content)


def _is_correction(node: etree._Element) -> bool:
    if not isinstance(node.tag, str) or not node.tag.startswith(_W):
        return False
    name = etree.QName(node).localname
    return name in _CHANGED or name.endswith("Change")


def _properties(parts: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    if _CUSTOM in parts:
        for node in parsed(parts[_CUSTOM]):
            yield node.get("name") or "", "".join(map(str, node.itertext()))


def _links(parts: Mapping[str, bytes], main: str) -> Iterator[tuple[str, tuple[str, str]]]:
    rels = relations_of(main)
    for relation in parsed(parts[rels]) if rels in parts else ():
        kind, target = (relation.get("Type") or "").rpartition("/")[2], relation.get("Target") or ""
        if relation.get("TargetMode") != "External":
            target = target.lstrip("/") if target.startswith("/") else normpath(join(dirname(main), target))
            kind = "" if kind == "hyperlink" else kind
        elif kind != "hyperlink":
            continue
        yield relation.get("Id") or "", (kind, target)


def _styles(opened: _Opened) -> Iterator[tuple[str, str]]:
    """Name in small letters and id of each style."""
    where = opened.part("styles")
    for style in parsed(opened.parts[where]).iter(f"{_W}style") if where else ():
        name = style.find(f"{_W}name")
        if name is not None:
            yield (name.get(f"{_W}val") or "").casefold(), style.get(f"{_W}styleId") or ""


def _formats(numbering: etree._Element) -> Mapping[str, str]:
    """Kind of the marks of each list by its w:numId."""
    kinds = {}
    for abstract in numbering.iter(f"{_W}abstractNum"):
        kind = abstract.find(f"{_W}lvl/{_W}numFmt")
        kinds[abstract.get(f"{_W}abstractNumId")] = (kind.get(f"{_W}val") or "") if kind is not None else "decimal"
    found = {}
    for num in numbering.iter(f"{_W}num"):
        abstract = num.find(f"{_W}abstractNumId")
        if abstract is not None:
            found[num.get(f"{_W}numId") or ""] = kinds.get(abstract.get(f"{_W}val"), "decimal")
    return found
