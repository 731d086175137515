"""A document as one page for a browser: accessible, without scripts, without a single other file."""

from __future__ import annotations

from profdev_reports.html.writing import write

__all__ = ["write"]
