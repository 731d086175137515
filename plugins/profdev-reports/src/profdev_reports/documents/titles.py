"""How documents call the district, its form and its criteria."""

from __future__ import annotations

from profdev_indicators.model import District, Section
from profdev_reports.blocks import Paragraph, Run

_LONG = 70  # letters of a name recalled where it stands in full elsewhere


def form_title(district: District) -> str:
    """The title of the form as the order gives it, which names the district."""
    whose = district.title.genitive or ""
    if not district.form_title:
        return f"Показатели мониторинга: {district.title}"
    return district.form_title if whose in district.form_title else f"{district.form_title} {whose}"


def heading(title: str, *below: str) -> tuple[Paragraph, ...]:
    """The title of a document, set in the middle, and what stands under it."""
    first = Paragraph(text=(Run(title, bold=True),), align="center", indent=False)
    return first, *(Paragraph(text=line, align="center", indent=False) for line in below if line)


def numbered(section: Section) -> str:
    """«1. Выявление профессиональных дефицитов …»; only the title where the form has no numbers."""
    return f"{section.number}. {section.title}" if section.number and section.title else section.title


def recalled(title: str) -> str:
    """A criterion's name, cut at a word, where it stands in full elsewhere."""
    words = " ".join(title.split())
    return words if len(words) <= _LONG else f"{words[:_LONG].rsplit(' ', 1)[0].rstrip(' ,;(')}…"
