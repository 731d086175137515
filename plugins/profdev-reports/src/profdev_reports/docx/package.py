"""A DOCX file as its parts: read with care, written so that the same parts give the same bytes."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterable, Mapping

from lxml import etree

CONTENT_TYPES = "[Content_Types].xml"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first moment a zip can tell
_STORED = (".png", ".jpeg", ".jpg", ".gif")  # compressed already
_MOST_PARTS = 1000
_MOST_BYTES = 64 * 1024 * 1024  # of all parts together
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError, KeyError, NotImplementedError)


class PackageError(Exception):
    """Not a DOCX file, or one that had better not be opened; says why in Russian."""


def pack(parts: Mapping[str, bytes]) -> bytes:
    """A zip of the parts, in one order and with one time."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in sorted(parts, key=lambda name: (name != CONTENT_TYPES, name)):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system = 0  # or the bytes would tell one system from another
            entry.compress_type = zipfile.ZIP_STORED if name.endswith(_STORED) else zipfile.ZIP_DEFLATED
            archive.writestr(entry, parts[name])
    return buffer.getvalue()


def unpack(content: bytes) -> dict[str, bytes]:
    """The parts by name.

    Raises:
        PackageError: it is no zip, or a bomb, or has no document for Word.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = dict(_read(archive))
    except _BROKEN as error:
        raise PackageError("это не документ Word (.docx)") from error
    if CONTENT_TYPES not in parts:
        raise PackageError("это не документ Word (.docx)")
    return parts


def _read(archive: zipfile.ZipFile) -> Iterable[tuple[str, bytes]]:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > _MOST_PARTS or len({entry.filename for entry in entries}) < len(entries):
        raise PackageError(f"в файле больше {_MOST_PARTS} частей, или их имена повторяются")
    left = _MOST_BYTES
    for entry in entries:
        with archive.open(entry) as part:
            read = part.read(left + 1)  # the size an entry claims may be a lie
        left -= len(read)
        if left < 0:
            raise PackageError(f"распакованный файл больше {_MOST_BYTES // 1024**2} МБ")
        yield entry.filename.lstrip("/"), read


def parsed(part: bytes) -> etree._Element:
    """The root of an XML part; nothing is loaded from outside, no entity is expanded.

    Raises:
        PackageError: it is not XML, or declares a document type.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        root = etree.fromstring(part, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise PackageError("файл повреждён: его части — не XML") from error
    if root.getroottree().docinfo.doctype:
        raise PackageError("файл с объявлением DOCTYPE: Word таких не пишет")
    return root


def serialized(root: etree._Element) -> bytes:
    """An XML part."""
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return written


def main_part(parts: Mapping[str, bytes]) -> str:
    """The name of the part that is the document itself.

    Raises:
        PackageError: there is none.
    """
    if "_rels/.rels" in parts:
        for relation in parsed(parts["_rels/.rels"]):
            target = (relation.get("Target") or "").lstrip("/")
            if (relation.get("Type") or "").endswith("/officeDocument") and target in parts:
                return target
    raise PackageError("это не документ Word (.docx)")


def relations_of(name: str) -> str:
    """The name of the part with the relationships of a part."""
    folder, _, file = name.rpartition("/")
    return f"{folder}/_rels/{file}.rels" if folder else f"_rels/{file}.rels"
