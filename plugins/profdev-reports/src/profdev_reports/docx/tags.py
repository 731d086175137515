"""Tags of a template: words, blocks and conditions a district may write between braces, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Literal

from attrs import frozen
from jinja2 import StrictUndefined, TemplateSyntaxError, meta, nodes
from jinja2.sandbox import SandboxedEnvironment
from lxml import etree

from profdev_reports.docx.package import PackageError, W
from profdev_reports.docx.printable import escaped

_W = f"{{{W}}}"
_PARAGRAPH = f"{_W}p"
_TEXT = f"{_W}t"
_TAG = re.compile(r"\{\{[^{}]*\}\}|\{[%#][^{}]*[%#]\}")
_BLOCK = re.compile(r"\{\{p\s+(\w+)\s*\}\}")
_IF = re.compile(r"\{%p\s+if\s+(.+?)\s*%\}")
_ENDIF = re.compile(r"\{%p\s+endif\s*%\}")
_WORD = re.compile(r"\{\{\s*(?!p\s)(.+?)\s*\}\}")
_MARK = re.compile("\ue000(\\d+)\ue001")
_SPOILT = re.compile("[\ue000\ue001]")
_CURLED = str.maketrans("«»“”„‘’", '"""""\'\'')  # Word makes quotes typographic while one types
_ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.Name,
    nodes.Const,
    nodes.Filter,
    nodes.Not,
    nodes.And,
    nodes.Or,
    nodes.CondExpr,
    nodes.Concat,
    nodes.Compare,
    nodes.Operand,
)
_FILTERS = frozenset({"upper", "lower", "capitalize"})
_SYNTAX = "можно {{ имя }}, {{p имя }} в отдельном абзаце, {%p if имя %} и {%p endif %} в отдельных абзацах"


@frozen(eq=False)
class Hole:
    """A place in a template that a document fills."""

    kind: Literal["word", "block", "if", "endif", "sheet"]
    names: frozenset[str] = frozenset()
    value: Callable[..., object] | None = None  # of the words by name
    in_cell: bool = False  # a cell must not end with a table, nor be empty


Pieces = tuple[str | Hole, ...]


def holes(root: etree._Element, *, blocks_allowed: bool = True) -> Pieces:
    """A part of a template as markup with holes; an element ``profdev-sheet`` is one too.

    Raises:
        PackageError: a tag is none of those allowed.
    """
    found: list[Hole] = []
    if any(_SPOILT.search(node.text or "") for node in root.iter(_TEXT)):
        raise PackageError("в шаблоне есть знаки из области частного использования Юникода: уберите их")
    for paragraph in list(root.iter(_PARAGRAPH)):
        _paragraph(paragraph, found, blocks_allowed=blocks_allowed)
    for place in list(root.iter("profdev-sheet")):
        _replace(place, found, Hole("sheet"))
    _balanced(found)
    texts = _MARK.split(etree.tostring(root, encoding="unicode"))
    return tuple(found[int(text)] if place % 2 else text for place, text in enumerate(texts))


def filled(
    pieces: Sequence[str | Hole],
    words: Mapping[str, str],
    block: Callable[[Hole, str], str],
    sheet: Callable[[], str],
) -> str:
    """The markup of a part; ``block`` writes a hole of blocks, ``sheet`` the last section."""
    written: list[str] = []
    shown = [True]
    for piece in pieces:
        if isinstance(piece, str):
            if shown[-1]:
                written.append(piece)
        elif piece.kind == "if":
            shown.append(shown[-1] and bool(_value(piece, words)))
        elif piece.kind == "endif":
            shown.pop()
        elif not shown[-1]:
            continue
        elif piece.kind == "word":
            written.append(escaped(" ".join(str(_value(piece, words)).splitlines())))
        elif piece.kind == "block":
            written.append(block(piece, *piece.names))
        else:
            written.append(sheet())
    return "".join(written)


def _value(hole: Hole, words: Mapping[str, str]) -> object:
    return hole.value(**words) if hole.value else ""


def _paragraph(paragraph: etree._Element, found: list[Hole], *, blocks_allowed: bool) -> None:
    texts = [node for node in paragraph.iter(_TEXT) if _owner(node) is paragraph]
    whole = "".join(node.text or "" for node in texts)
    if "{" not in whole and "}" not in whole:
        return
    alone = whole.strip()
    if match := _BLOCK.fullmatch(alone):
        if not blocks_allowed:
            raise PackageError(f"«{alone}» стоит в колонтитуле: блоки вставляются только в текст документа")
        in_cell = paragraph.getparent() is not None and paragraph.getparent().tag == f"{_W}tc"
        _swap(paragraph, found, Hole("block", frozenset({match[1]}), in_cell=in_cell))
    elif match := _IF.fullmatch(alone):
        _swap(paragraph, found, _expression("if", match[1]))
    elif _ENDIF.fullmatch(alone):
        _swap(paragraph, found, Hole("endif"))
    else:
        _words(texts, whole, found)


def _words(texts: Sequence[etree._Element], whole: str, found: list[Hole]) -> None:
    """Put a mark in place of each tag; Word likes to tear a tag into several runs."""
    spans = []
    for match in _TAG.finditer(whole):
        tag = _WORD.fullmatch(match.group())
        if tag is None:
            hint = "; {{p … }} и {%p … %} должны стоять в абзаце одни" if match.group()[2:3] == "p" else f"; {_SYNTAX}"
            raise PackageError(f"непонятная вставка «{match.group()}»{hint}")
        spans.append((match.start(), match.end(), f"\ue000{len(found)}\ue001"))
        found.append(_expression("word", tag[1]))
    left = _TAG.sub("", whole)
    if "{{" in left or "{%" in left or "}}" in left or "%}" in left:
        raise PackageError(f"незакрытая вставка в абзаце «{whole[:80]}»; {_SYNTAX}")
    at = 0
    for node in texts:
        text = node.text or ""
        node.text = "".join(_cut(text, at, spans))
        node.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        at += len(text)


def _cut(text: str, at: int, spans: Iterable[tuple[int, int, str]]) -> Iterator[str]:
    """A text that begins at a place of the paragraph, with marks where tags begin and nothing of the tags."""
    reached = 0
    for start, end, mark in spans:
        if end <= at or start >= at + len(text):
            continue
        yield text[reached : max(start - at, 0)]
        if start >= at:
            yield mark
        reached = min(end - at, len(text))
    yield text[reached:]


def _expression(kind: Literal["word", "if"], text: str) -> Hole:
    source = text.translate(_CURLED)
    environment = SandboxedEnvironment(undefined=StrictUndefined)
    try:
        tree = environment.parse("{{" + source + "}}")
        refused = next((node for node in _nodes(tree) if not _is_allowed(node)), None)
        if refused is not None:
            raise PackageError(f"во вставке «{text}» больше, чем имя: {_SYNTAX}")
        value = environment.compile_expression(source, undefined_to_none=False)
    except (TemplateSyntaxError, RecursionError) as error:
        raise PackageError(f"вставка «{text}» написана с ошибкой: {_SYNTAX}") from error
    return Hole(kind, frozenset(meta.find_undeclared_variables(tree)), value)


def _nodes(tree: nodes.Node) -> Iterator[nodes.Node]:
    yield tree
    for child in tree.iter_child_nodes():
        yield from _nodes(child)


def _is_allowed(node: nodes.Node) -> bool:
    return isinstance(node, _ALLOWED) and (not isinstance(node, nodes.Filter) or node.name in _FILTERS)


def _owner(node: etree._Element) -> etree._Element | None:
    return next(node.iterancestors(_PARAGRAPH), None)


def _swap(paragraph: etree._Element, found: list[Hole], hole: Hole) -> None:
    """A hole in place of a paragraph; the section that ends with it stays."""
    section = paragraph.find(f"{_W}pPr/{_W}sectPr")
    if section is not None:
        after = etree.Element(_PARAGRAPH)
        etree.SubElement(after, f"{_W}pPr").append(section)
        paragraph.addnext(after)
    _replace(paragraph, found, hole)


def _replace(element: etree._Element, found: list[Hole], hole: Hole) -> None:
    before, parent = element.getprevious(), element.getparent()
    mark = f"\ue000{len(found)}\ue001"
    found.append(hole)
    element.tail = None
    if before is not None:
        before.tail = (before.tail or "") + mark
    elif parent is not None:
        parent.text = (parent.text or "") + mark
    if parent is not None:
        parent.remove(element)


def _balanced(found: Sequence[Hole]) -> None:
    depth = 0
    for hole in found:
        depth += {"if": 1, "endif": -1}.get(hole.kind, 0)
        if depth < 0:
            break
    if depth:
        raise PackageError("у каждого {%p if … %} в шаблоне должен быть свой {%p endif %}, и наоборот")
