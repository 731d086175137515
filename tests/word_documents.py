"""Documents for Word as other programs read and save them."""

from __future__ import annotations

import io
import struct
import subprocess
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import docx


def word(content: bytes) -> Any:
    """As python-docx reads it; its annotations say less than it knows."""
    return docx.Document(io.BytesIO(content))


def texts(content: bytes) -> list[str]:
    """Paragraphs of the body, those in tables and controls too."""
    body = word(content).element.body
    return ["".join(t.text or "" for t in p.iter("{*}t")) for p in body.iter("{*}p")]


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(given: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in given.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def changed(content: bytes, old: str, new: str, part: str = "word/document.xml") -> bytes:
    """The document with one stretch of its markup replaced, as another program might have saved it."""
    given = parts(content)
    markup = given[part].decode()
    assert markup.count(old) == 1, f"{markup.count(old)} × {old}"
    return packed({**given, part: markup.replace(old, new).encode()})


def converted(content: bytes, kind: str, folder: Path) -> bytes:
    """What LibreOffice makes of it."""
    source = folder / "source.docx"
    source.write_bytes(content)
    out = folder / "out"
    subprocess.run(  # noqa: S603 - our own arguments
        [
            "/usr/bin/soffice",
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            *("--headless", "--convert-to", kind, "--outdir", str(out), str(source)),
        ],
        check=True,
        capture_output=True,
        timeout=180,
    )
    return (out / f"source.{kind}").read_bytes()


def picture(wide: int = 2, high: int = 1) -> bytes:
    """A black PNG."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        checked = kind + content
        return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))

    header = struct.pack(">IIBBBBB", wide, high, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * (wide + 1) * high)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
