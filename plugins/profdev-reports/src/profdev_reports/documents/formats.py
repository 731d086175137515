"""One document in each format that was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

from profdev_indicators.results import Monitoring
from profdev_reports.blocks import Document


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
            files[name] = _docx(document, monitoring, own, stock)
        elif name in {"pdf", "html"}:
            files[name] = import_module(f"profdev_reports.{name}").write(document)
    return files


def _docx(document: Document, monitoring: Monitoring, own: str | None, stock: str) -> bytes:
    template = import_module("profdev_reports.docx.templates").stock_or_own(monitoring, own, stock)
    content: bytes = import_module("profdev_reports.docx.writing").write(document, template=template)
    return content
