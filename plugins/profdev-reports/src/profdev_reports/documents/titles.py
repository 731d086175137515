"""How documents call the district, its form and its criteria."""

from __future__ import annotations

from collections.abc import Mapping

from profdev_indicators.model import District, Section
from profdev_indicators.periods import Period
from profdev_indicators.results import Monitoring
from profdev_reports.blocks import Block, Paragraph

_LONG = 70  # letters of a name recalled where it stands in full elsewhere


def form_title(district: District) -> str:
    """The title of the form as the order gives it, which names the district."""
    whose = district.title.genitive or ""
    if not district.form_title:
        return f"Показатели мониторинга: {district.title}"
    return district.form_title if whose in district.form_title else f"{district.form_title} {whose}"


def under(line: str) -> Paragraph:
    """What stands in the middle below the title."""
    return Paragraph(text=line, align="center", indent=False)


def fields(monitoring: Monitoring, period: Period) -> Mapping[str, str | tuple[Block, ...]]:
    """What a template may name beside the text."""
    district, documents = monitoring.district, monitoring.district.documents
    words = {
        "district": str(district.title),
        "period": period.title,
        "operator": district.operator,
        "contact": district.contact,
        "place": documents.place,
        "site": documents.site,
        "signatory": documents.signatory,
        "controller": documents.controller,
    }
    head = tuple(Paragraph(text=line, align="center", indent=False) for line in documents.letterhead)
    return {**{name: text or "" for name, text in words.items()}, "letterhead": head}


def numbered(section: Section) -> str:
    """«1. Выявление профессиональных дефицитов …»; only the title where the form has no numbers."""
    return f"{section.number}. {section.title}" if section.number and section.title else section.title


def headed(section: Section) -> str:
    """«Раздел 1. Выявление …»: the same where chapters have numbers of their own."""
    return f"Раздел {numbered(section)}" if section.number and section.title else section.title


def recalled(title: str) -> str:
    """A criterion's name, cut at a word, where it stands in full elsewhere."""
    words = " ".join(title.split())
    return words if len(words) <= _LONG else f"{words[:_LONG].rsplit(' ', 1)[0].rstrip(' ,;(')}…"


def ended(text: str) -> str:
    """One full stop, also after «п.п.» and after a name cut short."""
    return text if text.endswith((".", "…")) else f"{text}."
