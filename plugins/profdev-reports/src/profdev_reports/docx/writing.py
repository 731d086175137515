"""A document as DOCX: its blocks in a template, laid out by ГОСТ Р 7.0.97-2016; the same document, the same bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

from profdev_indicators.config.hints import Hints, listed
from profdev_indicators.errors import RequestError
from profdev_reports.blocks import Block, Document
from profdev_reports.docx import controls
from profdev_reports.docx.markup import Scribe, image_id, section
from profdev_reports.docx.package import CONTENT_TYPES, TYPES, PackageError, pack, parsed, relations_of
from profdev_reports.docx.printable import attribute, escaped
from profdev_reports.docx.stencil import PICTURES, Stencil, relationship, relationships, stencil
from profdev_reports.docx.stock import stock
from profdev_reports.docx.tags import Hole, Pieces, filled

AUTHOR = "profdev-indicators"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_NO_TIME = datetime(2000, 1, 1, tzinfo=UTC)
_WORDS = ("place", "signatory", "controller", "operator", "contact", "district", "period", "addressee", "site")
_BLOCKS = ("letterhead", "annex")
_RULE = '<w:pBdr><w:top w:val="single" w:sz="4" w:space="4" w:color="808080"/></w:pBdr><w:spacing w:before="360"/>'
_CORE = (
    "http://schemas.openxmlformats.org/package/2006/metadata/core-properties",
    "http://purl.org/dc/elements/1.1/",
    "http://purl.org/dc/terms/",
    "http://www.w3.org/2001/XMLSchema-instance",
)
_EXTENDED = "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"
_CUSTOM = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
_VARIANT = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
_USER = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"  # the set of properties a user may add


def write(document: Document, *, template: bytes | None = None) -> bytes:
    """The document as DOCX.

    Args:
        document: its blocks stand in the place of ``{{p body }}``, those of its fields in the places of their names.
        template: a DOCX file with tags; a :class:`templates.Template` is called by its name in messages. None: plain.

    Raises:
        RequestError: the template is no DOCX, names what the document has not, or has no place for the text.
    """
    name = getattr(template, "file", "") or "шаблон"
    try:
        ready = stencil(stock("form") if template is None else bytes(template), archive=document.wide_margin)
        words, blocks = _given(document)
        _check(ready.texts.values(), words, blocks)
    except PackageError as error:
        raise RequestError(f"{name}: {error}") from error
    return pack(_parts(ready, document, words, blocks))


def _given(document: Document) -> tuple[Mapping[str, str], Mapping[str, tuple[Block, ...]]]:
    """What a template may name: words and blocks; the usual names are always there, if empty."""
    words = dict.fromkeys(_WORDS, "") | {"title": document.title, "subject": document.subject}
    blocks: dict[str, tuple[Block, ...]] = dict.fromkeys(_BLOCKS, ()) | {"body": document.blocks}
    for name, value in document.fields.items():
        if isinstance(value, str):
            words[name] = value
        else:
            blocks[name] = value
    return words, blocks


def _check(texts: Iterable[Pieces], words: Mapping[str, str], blocks: Mapping[str, tuple[Block, ...]]) -> None:
    """Every name of the template is known, each is used as what it is, and the text has a place."""
    holes = [piece for text in texts for piece in text if isinstance(piece, Hole)]
    for hole in holes:
        right, wrong = (blocks, words) if hole.kind == "block" else (words, blocks)
        for name in sorted(hole.names - set(right)):
            if name in wrong:
                form = f"{{{{ {name} }}}}" if hole.kind == "block" else f"{{{{p {name} }}}} в отдельном абзаце"
                raise PackageError(f"имя «{name}» пишется так: {form}")
            everything = {*words, *blocks}
            nearest = Hints().nearest(name, everything)
            meant = f"может быть, «{nearest}»? " if nearest else ""
            raise PackageError(f"нет имени «{name}» — {meant}Есть: {listed(everything)}")
    if not any(hole.kind == "block" and "body" in hole.names for hole in holes):
        raise PackageError("нет отдельного абзаца {{p body }}: в его место встаёт текст документа")


def _parts(
    ready: Stencil, document: Document, words: Mapping[str, str], blocks: Mapping[str, tuple[Block, ...]]
) -> Mapping[str, bytes]:
    scribe = Scribe(styles=ready.styles, sheet=ready.sheet, bullet=ready.bullet, first_list=ready.bullet + 1)
    texts = {name: _filled(pieces, scribe, document, words, blocks) for name, pieces in ready.texts.items()}
    parts: dict[str, bytes] = {
        **ready.parts,
        **{name: (_DECLARATION + text).encode() for name, text in texts.items()},
        **scribe.images,
    }
    parts[ready.numbering[0]] = _numbering(ready, scribe.lists)
    relations = [
        *ready.relations,
        *(relationship(image_id(name), "image", name) for name in sorted(scribe.images)),
        *(relationship(name, "hyperlink", link, external=True) for link, name in scribe.links.items()),
    ]
    parts[relations_of(ready.main)] = relationships("".join(relations))
    outside = controls.outside(parsed(parts[name]) for name in ready.texts)
    return (
        parts | properties(document, outside) | {CONTENT_TYPES: _types(ready.kinds), "_rels/.rels": _root(ready.main)}
    )


def _filled(
    pieces: Pieces,
    scribe: Scribe,
    document: Document,
    words: Mapping[str, str],
    blocks: Mapping[str, tuple[Block, ...]],
) -> str:
    def block(hole: Hole, name: str) -> str:
        written = scribe.blocks(blocks[name])
        return written + "<w:p/>" if hole.in_cell and not written.endswith("</w:p>") else written

    def sheet() -> str:
        return f"{_foot(document, scribe)}{scribe.sheet.xml if scribe.sections else scribe.sheet.first}"

    text = filled(pieces, words, block, sheet)
    # What ends on a turned page has its foot there, and not on a page of its own.
    foot = _foot(document, scribe)
    return text.replace(f"{section(scribe.sheet.turned)}{foot}{scribe.sheet.xml}", f"{foot}{scribe.sheet.turned}")


def _foot(document: Document, scribe: Scribe) -> str:
    return "".join(
        scribe.paragraph(line, "Происхождение", "" if place else _RULE) for place, line in enumerate(document.foot)
    )


def _numbering(ready: Stencil, lists: int) -> bytes:
    _, markup = ready.numbering
    nums = "".join(
        f'<w:num w:numId="{ready.bullet + 1 + place}"><w:abstractNumId w:val="{ready.decimal}"/>'
        '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>'
        for place in range(lists)
    )
    return f"{_DECLARATION}{markup}{nums}</w:numbering>".encode()


# --- what a document says about itself ----------------------------------------------------------------------------


def properties(document: Document, outside: str) -> dict[str, bytes]:
    """Title, subject, a neutral author, the one time; for later, what the document is and its text outside controls."""
    made = document.made or _NO_TIME
    stamp = f"{made.astimezone(UTC) if made.tzinfo else made:%Y-%m-%dT%H:%M:%SZ}"
    core, dc, terms, instance = _CORE
    about = (
        f'<cp:coreProperties xmlns:cp="{core}" xmlns:dc="{dc}" xmlns:dcterms="{terms}" xmlns:xsi="{instance}">'
        f"<dc:title>{escaped(document.title)}</dc:title><dc:subject>{escaped(document.subject)}</dc:subject>"
        f"<dc:creator>{AUTHOR}</dc:creator><cp:lastModifiedBy>{AUTHOR}</cp:lastModifiedBy>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{stamp}</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{stamp}</dcterms:modified>'
        "<dc:language>ru-RU</dc:language></cp:coreProperties>"
    )
    program = f'<Properties xmlns="{_EXTENDED}"><Application>{AUTHOR}</Application></Properties>'
    texts = {"docProps/core.xml": about, "docProps/app.xml": program}
    parts = {name: (_DECLARATION + text).encode() for name, text in texts.items()}
    return parts | {"docProps/custom.xml": custom(document.id, outside)}


def custom(id: str, outside: str) -> bytes:  # noqa: A002 - the word of `blocks.Document`
    """The properties by which a document is known when it comes back."""
    listed = "".join(
        f'<property fmtid="{_USER}" pid="{pid}" name="{name}"><vt:lpwstr>{escaped(value)}</vt:lpwstr></property>'
        for pid, (name, value) in enumerate(((controls.DOCUMENT, id), (controls.OUTSIDE, outside)), start=2)
    )
    return f'{_DECLARATION}<Properties xmlns="{_CUSTOM}" xmlns:vt="{_VARIANT}">{listed}</Properties>'.encode()


def _types(kinds: Mapping[str, str]) -> bytes:
    return f"{_DECLARATION}{''.join(_type_lines(kinds))}".encode()


def _type_lines(kinds: Mapping[str, str]) -> Iterator[str]:
    yield f'<Types xmlns="{TYPES}"><Default Extension="xml" ContentType="application/xml"/>'
    yield '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    yield from (f'<Default Extension="{ending}" ContentType="{kind}"/>' for ending, kind in PICTURES.items())
    about = {
        "docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
        "docProps/app.xml": "application/vnd.openxmlformats-officedocument.extended-properties+xml",
        "docProps/custom.xml": "application/vnd.openxmlformats-officedocument.custom-properties+xml",
    }
    for name, kind in sorted({**kinds, **about}.items()):
        yield f'<Override PartName="/{attribute(name)}" ContentType="{kind}"/>'
    yield "</Types>"


def _root(main: str) -> bytes:
    package = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"
    return relationships(
        relationship("rId1", "officeDocument", main)
        + f'<Relationship Id="rId2" Type="{package}" Target="/docProps/core.xml"/>'
        + relationship("rId3", "extended-properties", "docProps/app.xml")
        + relationship("rId4", "custom-properties", "docProps/custom.xml")
    )
