"""Marks of text that people may rewrite: which it is, and what we had written there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from hashlib import sha256

from attrs import frozen
from lxml import etree

from profdev_reports.docx.package import W
from profdev_reports.docx.printable import attribute

_LONGEST_TITLE = 60  # Word takes 64 characters
_KEY, _DIGITS = 12, 16
_MARK = rf"([0-9a-f]{{{_KEY}}})_([0-9a-f]{{{_DIGITS}}})"
_OURS = re.compile(rf"profdev_{_MARK}")
_THING = "\N{OBJECT REPLACEMENT CHARACTER}"  # stands for a picture, a formula, another control
_TEXTS = frozenset({"t", "delText"})
_SPACE = frozenset({"tab", "br", "cr", "ptab"})
_THINGS = frozenset({"drawing", "pict", "object", "oMath", "footnoteReference", "endnoteReference", "commentReference"})
_PARAGRAPH_END = "</w:p>"
_SEEN = [f"{{*}}{name}" for name in ("p", "tc", "sdt", "fldChar", *_TEXTS, *_SPACE, *_THINGS)]
DOCUMENT = "profdev-document"
OUTSIDE = "profdev-outside"
"""Names of the properties by which a document is known when it comes back."""
_SPACES = re.compile(r"[ \t\r\n\xa0]+")


@frozen
class Mark:
    """What the tag of a control says, and the bookmark in it: LibreOffice forgets the one and keeps the other."""

    key: str  # stands for the id
    digest: str  # of the text that was generated

    def __str__(self) -> str:
        return f"profdev_{self.key}_{self.digest}"

    @property
    def number(self) -> int:
        """The number of the control, and of its bookmark."""
        return int(self.key, 16) % 0x7FFFFFFE + 1


def key(id: str) -> str:  # noqa: A002 - the word of `blocks.Editable`
    """What stands for the id of a control: as short as the name of a bookmark needs."""
    return _hash(id)[:_KEY]


def mark(control: etree._Element) -> Mark | None:
    """What a control is; None: not one of ours."""
    found = control.find(f"{{{W}}}sdtPr/{{{W}}}tag")
    match = _OURS.fullmatch(found.get(f"{{{W}}}val") or "") if found is not None else None
    return Mark(match[1], match[2]) if match else None


def restore(body: etree._Element) -> None:
    """Put controls around what lies between bookmarks of ours without one.

    LibreOffice begins a bookmark anew in each paragraph and ends the last of them only.
    """
    starts: dict[str, list[etree._Element]] = {}
    for start in body.iter(f"{{{W}}}bookmarkStart"):
        if not any(map(mark, start.iterancestors(f"{{{W}}}sdt"))):
            starts.setdefault(start.get(f"{{{W}}}name") or "", []).append(start)
    ends = {end.get(f"{{{W}}}id"): end for end in body.iter(f"{{{W}}}bookmarkEnd")}
    for name, begun in starts.items():
        ended = [end for start in begun if (end := ends.get(start.get(f"{{{W}}}id"))) is not None]
        match = _OURS.fullmatch(name)
        if match and ended:
            _restore(body, begun[0], ended[-1], Mark(match[1], match[2]))


def _restore(body: etree._Element, start: etree._Element, end: etree._Element, found: Mark) -> None:
    first, last = _top(body, start), _top(body, end)
    if first is None or last is None or body.index(first) > body.index(last):
        return
    between = body[body.index(first) : body.index(last) + 1]
    control = etree.Element(f"{{{W}}}sdt")
    properties = etree.SubElement(control, f"{{{W}}}sdtPr")
    etree.SubElement(properties, f"{{{W}}}tag").set(f"{{{W}}}val", str(found))
    body.insert(body.index(first), control)
    etree.SubElement(control, f"{{{W}}}sdtContent").extend(between)


def _top(body: etree._Element, node: etree._Element) -> etree._Element | None:
    """The child of the body in which something stands."""
    while node is not None and node.getparent() is not body:
        node = node.getparent()
    return node


def title(control: etree._Element) -> str:
    """How a control is called for a person."""
    found = control.find(f"{{{W}}}sdtPr/{{{W}}}alias")
    return (found.get(f"{{{W}}}val") or "") if found is not None else ""


def digest(*roots: etree._Element) -> str:
    """A hash of what a person reads in these elements."""
    return _hash("\n".join(lines(*roots)))


def outside(roots: Iterable[etree._Element]) -> str:
    """A hash of what a person reads around the controls of parts, and of which controls stand where.

    Parts that say nothing, or the same as another, do not count: programs add and drop such headers as they like.
    """
    texts = {"\n".join(lines(root, around=True)) for root in roots}
    return _hash("\f".join(sorted(filter(None, texts))))


def lines(*roots: etree._Element, around: bool = False) -> Iterator[str]:
    """The paragraphs a person reads, without empty ones; ``around``: of a control of ours only its name."""
    for root in roots:
        found = "".join(_read(root, around=around))
        yield from (line for line in (_SPACES.sub(" ", text).strip() for text in found.split("\v")) if line)


def wrapped(found: Mark, name: str, content: str) -> str:
    """A control around paragraphs, the last of which ends the markup."""
    shown = name if len(name) <= _LONGEST_TITLE else f"{name[: _LONGEST_TITLE - 1]}…"
    start = f'<w:bookmarkStart w:id="{found.number}" w:name="{found}"/>'
    end = f'<w:bookmarkEnd w:id="{found.number}"/>'
    return (
        f'<w:sdt><w:sdtPr><w:alias w:val="{attribute(shown)}"/><w:tag w:val="{found}"/>'
        f'<w:id w:val="{found.number}"/></w:sdtPr>'
        f"<w:sdtContent>{start}{content.removesuffix(_PARAGRAPH_END)}{end}{_PARAGRAPH_END}</w:sdtContent></w:sdt>"
    )


def bookmark(content: etree._Element, found: Mark) -> None:
    """The bookmark of a control whose contents have been replaced; they end with a paragraph."""
    start, end = etree.Element(f"{{{W}}}bookmarkStart"), etree.SubElement(content[-1], f"{{{W}}}bookmarkEnd")
    start.set(f"{{{W}}}name", str(found))
    for node in (start, end):
        node.set(f"{{{W}}}id", str(found.number))
    content.insert(0, start)


def _read(element: etree._Element, *, around: bool) -> Iterator[str]:
    r"""Texts with «\v» between paragraphs; what a field shows is left out: it changes by itself."""
    in_field = 0
    walk = etree.iterwalk(element, events=("start", "end"), tag=_SEEN)  # most elements are looks
    for event, node in walk:
        name = etree.QName(node).localname if isinstance(node.tag, str) else ""
        if event == "end":
            if name in {"p", "tc"}:
                yield "\v"
            continue
        if around and name == "sdt" and (ours := mark(node)):
            yield f"\v{_THING}{ours.key}\v"
            walk.skip_subtree()
        elif name == "fldChar":
            kind = node.get(f"{{{W}}}fldCharType")
            in_field += {"begin": 1, "end": -1}.get(str(kind), 0)
        elif name in _THINGS:
            yield _THING
        elif in_field or _in_simple_field(node):
            continue
        elif name in _TEXTS:
            yield node.text or ""
        elif name in _SPACE:
            yield " "


def _in_simple_field(node: etree._Element) -> bool:
    return next(node.iterancestors(f"{{{W}}}fldSimple"), None) is not None


def _hash(text: str) -> str:
    return sha256(text.encode(errors="surrogatepass")).hexdigest()[:_DIGITS]
