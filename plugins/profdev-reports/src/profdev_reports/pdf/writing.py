"""Typesetting a document with Typst: the texts go as values, so nothing in them is markup."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.resources import files

import typst

from profdev_reports.blocks import Document
from profdev_reports.plain import plain

_ACCESSIBLE, _ARCHIVAL = "ua-1", "a-2a"


def write(document: Document) -> bytes:
    """The document as PDF/UA-1 and, since an archive wants a date, PDF/A-2a where the document has one.

    A text with characters that no font inside can draw keeps them as boxes; such a file is still tagged, but claims
    neither standard, because both forbid that.
    """
    texts = json.dumps(plain(document), ensure_ascii=False)
    standards = (_ACCESSIBLE, _ARCHIVAL) if document.made else (_ACCESSIBLE,)
    try:
        return _compiled(texts, document.made, standards)
    except typst.TypstError:
        return _compiled(texts, document.made, ())


def _compiled(texts: str, made: datetime | None, standards: Sequence[str]) -> bytes:
    # Fonts of the machine would give every machine its own bytes; Typst's own have Cyrillic.
    content: bytes = typst.compile(  # type: ignore[call-overload]  # a list of two names is a list of any of them
        files(__package__).joinpath("document.typ").read_bytes(),
        format="pdf",
        ignore_system_fonts=True,
        pdf_standards=list(standards),
        sys_inputs={"document": texts},
        timestamp=_seconds(made),
    )
    return content


def _seconds(made: datetime | None) -> int:
    if made is None:
        return 0
    return int((made if made.tzinfo else made.replace(tzinfo=UTC)).timestamp())
