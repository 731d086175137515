"""What a page says of itself: its encoding, its title, how many teachers it lists; no name leaves this module."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator

from attrs import frozen
from selectolax.lexbor import LexborHTMLParser, LexborNode

_LONGEST_TITLE = 300
_PARSED = 8 << 20  # bytes: no page of a school is longer, and a tree takes ten times as much memory
_HEAD = 4096
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]+)", re.IGNORECASE)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]+)", re.IGNORECASE)
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# What a page may call itself and be believed; «iso-8859-1» is what a server says that was never set up.
_DECLARED = frozenset(
    {"utf-8", "utf-16", "utf-16-le", "utf-16-be", "cp1251", "koi8-r", "koi8-u", "cp866", "iso8859-5", "mac-cyrillic"}
)
_GUESSES = ("cp1251", "koi8-r", "cp866")
_LOWER = re.compile("[а-яё]")
_NOT_RUSSIAN = re.compile("[^\x00-\x7fА-Яа-яЁё№«»–—…\xa0]")
_ROW = "[itemprop~='teachingStaff' i]"
_NAME = "[itemprop~='fio' i]"
# Cells which only a row of a teacher has: pages before 2021 name them without the row itself.
_OF_TEACHERS = ", ".join(
    f"[itemprop~='{name}' i]"
    for name in (
        "teachingDiscipline",
        "teachingDisciplin",
        "teachingLevel",
        "teachingQual",
        "employeeQualification",
        "profDevelopment",
        "genExperience",
        "specExperience",
        "teachingOp",
    )
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_NOTHING = re.compile(
    r"[\sxх*.…_–—-]*|отсутству[юе]т|нет( данных| сведений| информации)?|не име[юе]тся|н/д"
    r"|вакансия|вакант(но|ная должность)?",
    re.IGNORECASE,
)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_CLOSED_BY_THEMSELVES = (
    *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"),
    *("p", "li", "td", "th", "tr", "dt", "dd", "option", "optgroup", "thead", "tbody", "tfoot", "colgroup"),
)
_DEEPEST = 20_000  # the parser's time grows with the square; a broken page of a school nests some hundreds
_MOST_ROWS = 2000  # of teachers on one page
_ROWS = frozenset({"tr", "li"})
_TABLES = frozenset({"table", "tbody", "ul", "ol"})


@frozen(kw_only=True)
class Page:
    """What may be known of a page without keeping it."""

    title: str = ""  # as it stands; empty: none, or no page of text
    staff: int | None = None  # different names in rows of teachers; None: no such rows are marked
    rows: int | None = None  # rows with a teacher in them; one teacher may stand in several tables
    blank: int | None = None  # rows in which there is nobody: «X», «отсутствует», hidden, empty


def look(body: bytes, content_type: str) -> Page:
    """The page behind a body; anything but a page of text is only counted and hashed elsewhere."""
    if not _is_html(body, content_type) or len(body) > _PARSED:
        return Page()
    text = decoded(body, content_type)
    if _is_abyss(text):
        return Page()
    tree = LexborHTMLParser(text)
    found = tree.css_first("head > title") or tree.css_first("title")
    title = " ".join(found.text().split())[:_LONGEST_TITLE] if found is not None else ""
    rows = list(_rows(tree))
    if not rows:
        return Page(title=title)
    people = [row for row in rows if not _is_blank(row)]
    # The same teacher stands in the table of every programme; two of one name are one here.
    names = [_words(name) for row in people if (name := row.css_first(_NAME)) is not None]
    unnamed = len(people) - len(names)
    return Page(
        title="" if _names_one(title, names) else title,
        staff=len(set(names)) + unnamed,
        rows=len(people),
        blank=len(rows) - len(people),
    )


def decoded(body: bytes, content_type: str) -> str:
    """The text of a page: valid UTF-8 is UTF-8 whatever the headers say, then the header, ``<meta>``, a guess."""
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body.decode(encoding, errors="replace")
    declared = [*_CHARSET.findall(content_type), *(name.decode("ascii") for name in _META.findall(body[:_HEAD]))]
    if not body.isascii():
        try:
            return body.decode("utf-8")
        except UnicodeDecodeError:
            # Said to be UTF-8, but is not; and a page cut in the middle of a letter still is.
            if body[:-4].decode("utf-8", errors="ignore") and _nearly_utf8(body):
                return body.decode("utf-8", errors="replace")
            declared = [name for name in declared if _codec(name) != "utf-8"]
    for name in declared:
        if _codec(name) in _DECLARED:
            return body.decode(name, errors="replace")
    return max((body.decode(name, errors="replace") for name in _GUESSES), key=_russian)


def _is_abyss(text: str) -> bool:
    """Whether tags are nested so deep that a tree of them would take minutes."""
    depth = deepest = 0
    for closing, name in _TAG.findall(text):
        if name.lower() not in _CLOSED_BY_THEMSELVES:
            depth = max(0, depth - 1) if closing else depth + 1
            deepest = max(deepest, depth)
    return deepest > _DEEPEST


def _is_html(body: bytes, content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    if kind in {"text/html", "application/xhtml+xml"}:
        return not body.startswith((b"%PDF", b"PK\x03\x04"))
    return kind in {"", "text/plain", "application/octet-stream"} and b"<html" in body[:_HEAD].lower()


def _nearly_utf8(body: bytes) -> bool:
    """Whether only a few letters are broken: a page glued from pieces."""
    broken = body.decode("utf-8", errors="replace").count("\N{REPLACEMENT CHARACTER}")
    return broken * 100 < sum(byte >= 0xC0 for byte in body[:_PARSED])  # noqa: PLR2004 - one in a hundred; a leading byte


def _codec(name: str) -> str:
    try:
        return codecs.lookup(name).name
    except LookupError:
        return ""


def _russian(text: str) -> int:
    """How much a text looks like Russian: small letters prevail in it, and signs of tables and arts do not occur."""
    return len(_LOWER.findall(text)) - 5 * len(_NOT_RUSSIAN.findall(text))


def _rows(tree: LexborHTMLParser) -> Iterator[LexborNode]:
    """The rows of teachers, each once, in whatever mark-up."""
    marked, names = tree.css(_ROW), tree.css(_NAME)
    if max(len(marked), len(names)) > _MOST_ROWS:
        return
    for node in marked:
        if not _is_within_row(node):
            yield from _within(node)
    if not marked:
        for name in names:
            row = _lone(name, None)
            if row.css_first(_OF_TEACHERS) is not None:
                yield row


def _within(node: LexborNode) -> Iterable[LexborNode]:
    """The rows in an element marked ``teachingStaff``: itself, unless it is the whole table."""
    names = node.css(_NAME)
    if len(names) > 1:
        return [_lone(name, node) for name in names]
    inner = [each for each in node.css(_ROW) if each.mem_id != node.mem_id and each.tag in _ROWS]
    if inner:
        return inner
    if node.tag in _TABLES and not names:
        return [row for row in node.css("tr, li") if row.tag == "li" or row.css_first("td") is not None]
    return [node]


def _lone(name: LexborNode, above: LexborNode | None) -> LexborNode:
    """The largest element around a name with no other name in it."""
    row = name
    while (parent := row.parent) is not None and (above is None or parent.mem_id != above.mem_id):
        if len(parent.css(_NAME)) > 1 or parent.tag in {"body", "html"}:
            break
        row = parent
        if row.tag in _ROWS:
            break
    return row


def _is_within_row(node: LexborNode) -> bool:
    """Whether an element above is marked ``teachingStaff`` already."""
    return any("teachingstaff" in (above.attributes.get("itemprop") or "").lower().split() for above in _above(node))


def _above(node: LexborNode) -> Iterator[LexborNode]:
    above = node.parent
    while above is not None and above.is_element_node:
        yield above
        above = above.parent


def _names_one(title: str, names: Iterable[str]) -> bool:
    """Whether a title tells who is on the page: a card of one teacher."""
    return any(name.split()[0] in title.casefold() for name in names)


def _is_blank(row: LexborNode) -> bool:
    """Whether there is nobody in a row."""
    if _is_hidden(row):
        return True
    name = row.css_first(_NAME)
    if name is not None:
        return _NOTHING.fullmatch(_words(name)) is not None
    cells = [cell for cell in row.css("[itemprop]") if cell.mem_id != row.mem_id] or row.css("td") or [row]
    return all(_NOTHING.fullmatch(_words(cell)) for cell in cells)


def _is_hidden(row: LexborNode) -> bool:
    given = [node.attributes for node in (row, *_above(row))]
    return any("hidden" in each or _HIDDEN.search(each.get("style") or "") for each in given)


def _words(node: LexborNode) -> str:
    return " ".join(node.text(separator=" ").split()).casefold()
