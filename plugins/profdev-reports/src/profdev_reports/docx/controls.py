"""Marks of text that people may rewrite: which it is, and what we had written there."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator
from hashlib import sha256

from attrs import frozen
from lxml import etree

from profdev_reports.docx.package import W
from profdev_reports.docx.printable import attribute

_LONGEST_ID = 40  # Word takes 64 characters of a tag and of a title
_LONGEST_TITLE = 60
_DIGITS = 16
_OURS = re.compile(rf"profdev:(.{{1,{_LONGEST_ID}}}):([0-9a-f]{{{_DIGITS}}})")
_THING = "\N{OBJECT REPLACEMENT CHARACTER}"  # stands for a picture, a formula, another control
DOCUMENT = "profdev-document"
OUTSIDE = "profdev-outside"
"""Names of the properties by which a document is known when it comes back."""
_SPACES = re.compile(r"[ \t\r\n\xa0]+")
_TEXTS = frozenset({"t", "delText"})
_SPACE = frozenset({"tab", "br", "cr", "ptab"})
_THINGS = frozenset({"drawing", "pict", "object", "oMath", "footnoteReference", "endnoteReference", "commentReference"})


@frozen
class Mark:
    """What the tag of a control says."""

    id: str
    digest: str  # of the text that was generated


def tag(id: str, digest: str) -> str:  # noqa: A002 - the word of `blocks.Editable`
    """The tag of a control."""
    short = id if len(id) <= _LONGEST_ID else f"{id[: _LONGEST_ID - _DIGITS]}{_hash(id)}"
    return f"profdev:{short}:{digest}"


def mark(control: etree._Element) -> Mark | None:
    """What a control is; None: not one of ours."""
    found = control.find(f"{{{W}}}sdtPr/{{{W}}}tag")
    match = _OURS.fullmatch(found.get(f"{{{W}}}val") or "") if found is not None else None
    return Mark(match[1], match[2]) if match else None


def title(control: etree._Element) -> str:
    """How a control is called for a person."""
    found = control.find(f"{{{W}}}sdtPr/{{{W}}}alias")
    return (found.get(f"{{{W}}}val") or "") if found is not None else ""


def digest(*roots: etree._Element) -> str:
    """A hash of what a person reads in these elements."""
    return _hash("\n".join(lines(*roots)))


def outside(roots: Iterable[etree._Element]) -> str:
    """A hash of what a person reads around the controls of parts, and of which controls stand where."""
    return _hash("\n".join(sorted("\n".join(lines(root, around=True)) for root in roots)))


def lines(*roots: etree._Element, around: bool = False) -> Iterator[str]:
    """The paragraphs a person reads, without empty ones; ``around``: of a control of ours only its name."""
    for root in roots:
        found = "".join(_read(root, around=around))
        yield from (line for line in (_SPACES.sub(" ", text).strip() for text in found.split("\v")) if line)


def wrapped(id: str, name: str, content: str, digest: str) -> str:  # noqa: A002 - the word of `blocks.Editable`
    """A control around paragraphs."""
    shown = name if len(name) <= _LONGEST_TITLE else f"{name[: _LONGEST_TITLE - 1]}…"
    return (
        f'<w:sdt><w:sdtPr><w:alias w:val="{attribute(shown)}"/><w:tag w:val="{attribute(tag(id, digest))}"/>'
        f'<w:id w:val="{zlib.crc32(id.encode()) % 0x7FFFFFFE + 1}"/></w:sdtPr>'
        f"<w:sdtContent>{content}</w:sdtContent></w:sdt>"
    )


def _read(element: etree._Element, *, around: bool) -> Iterator[str]:
    r"""Texts with «\v» between paragraphs; what a field shows is left out: it changes by itself."""
    in_field = 0
    walk = etree.iterwalk(element, events=("start", "end"))
    for event, node in walk:
        name = etree.QName(node).localname if isinstance(node.tag, str) else ""
        if event == "end":
            if name in {"p", "tc"}:
                yield "\v"
            continue
        if around and name == "sdt" and (ours := mark(node)):
            yield f"\v{_THING}{ours.id}\v"
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
