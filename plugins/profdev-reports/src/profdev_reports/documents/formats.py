"""One document in each format that was asked for."""

from __future__ import annotations

from collections.abc import Sequence

from profdev_indicators.results import Monitoring
from profdev_reports import html, pdf
from profdev_reports.blocks import Document
from profdev_reports.docx import templates, writing


def written(
    document: Document, formats: Sequence[str], monitoring: Monitoring, *, own: str | None, stock: str
) -> dict[str, bytes]:
    """The bytes of each format by its ending.

    Args:
        document: what is to be written.
        formats: ``docx``, ``pdf``, ``html``; others are left to whoever asks.
        monitoring: whose district may have a template of its own.
        own: path of that template, relative to the configuration; None: the stock one.
        stock: name of the stock template.
    """
    files = {}
    for name in formats:
        if name == "docx":
            files[name] = writing.write(document, template=templates.stock_or_own(monitoring, own, stock))
        elif name == "pdf":
            files[name] = pdf.write(document)
        elif name == "html":
            files[name] = html.write(document)
    return files
