"""A document as PDF: tagged, for archives, the same bytes on every machine."""

from __future__ import annotations

from profdev_reports.pdf.writing import write

__all__ = ["write"]
