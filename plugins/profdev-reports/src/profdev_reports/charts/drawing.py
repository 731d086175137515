"""A chart as text: lines, circles and words with a role each, for a stylesheet to recolour; same calls, same bytes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from html import escape
from typing import Literal

from attrs import define, field, frozen

from profdev_reports.charts.lettering import plain

Role = Literal["ink", "muted", "grid", "line", "point", "bad", "good", "band", "target"]
Anchor = Literal["start", "middle", "end"]
Point = tuple[float, float]

COLOURS: Mapping[Role, str] = {
    "ink": "#1b2733",
    "muted": "#52606d",
    "grid": "#d3d9e0",
    "line": "#1f5c99",
    "point": "#1f5c99",
    "bad": "#b3261e",
    "good": "#1b6e3c",
    "band": "#e9eff6",
    "target": "#8a5a00",
}
"""On white; every colour of words has a contrast of at least 4.5 : 1."""

PAPER = "#ffffff"
DARK: Mapping[Role, str] = {
    "ink": "#e6eaee",
    "muted": "#a9b4bf",
    "grid": "#3b4753",
    "line": "#7fb4e8",
    "point": "#7fb4e8",
    "bad": "#ff9d94",
    "good": "#7fd1a0",
    "band": "#26313c",
    "target": "#e8b457",
}
DARK_PAPER = "#161c22"
FAMILY = "'Segoe UI', Roboto, 'PT Sans', 'Noto Sans', Arial, 'Liberation Sans', sans-serif"
_NO_ID = re.compile(r"[^\w.-]")


@frozen(kw_only=True)
class Chart:
    """A picture and what it shows, in words."""

    svg: str  # one standalone element, also fit to stand within HTML
    alt: str  # Russian, with the numbers


@define
class Drawing:
    """Marks in the order in which they lie on one another."""

    width: float
    height: float
    id: str
    _marks: list[str] = field(factory=list, init=False)

    def line(self, points: Iterable[Point], role: Role, *, thick: float = 1.5, dash: str = "") -> None:
        """A broken line."""
        path = " ".join(f"{number(x)},{number(y)}" for x, y in points)
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self._marks.append(
            f'<polyline class="{role}" points="{path}" fill="none" stroke="{COLOURS[role]}" '
            f'stroke-width="{number(thick)}" stroke-linejoin="round"{dashed}/>'
        )

    def area(self, points: Iterable[Point], role: Role, *, said: str = "") -> None:
        """A filled shape without a border."""
        path = " ".join(f"{number(x)},{number(y)}" for x, y in points)
        self._marks.append(_closed(f'<polygon class="{role}" points="{path}" fill="{COLOURS[role]}"', "polygon", said))

    def dot(
        self, at: Point, role: Role, *, radius: float = 4.5, hollow: bool = False, faint: bool = False, said: str = ""
    ) -> None:
        """A circle; ``said`` is what stands beside the pointer above it."""
        x, y = at
        names = f"hollow {role}" if hollow else role
        inside = PAPER if hollow else COLOURS[role]
        seen = ' fill-opacity="0.55"' if faint else ""
        self._marks.append(
            _closed(
                f'<circle class="{names}" cx="{number(x)}" cy="{number(y)}" r="{number(radius)}" fill="{inside}" '
                f'stroke="{COLOURS[role]}" stroke-width="{2 if hollow else 1}"{seen}',
                "circle",
                said,
            )
        )

    def box(self, x: float, y: float, width: float, height: float, role: Role, *, dash: str = "") -> None:
        """A rectangle; with ``dash`` only its border."""
        style = f'stroke="{COLOURS[role]}" stroke-dasharray="{dash}"' if dash else ""
        names, inside = (f"frame {role}", "none") if dash else (role, COLOURS[role])
        self._marks.append(
            f'<rect class="{names}" x="{number(x)}" y="{number(y)}" width="{number(width)}" '
            f'height="{number(height)}" fill="{inside}" {style}'.rstrip()
            + "/>"
        )

    def text(
        self,
        at: Point,
        words: str,
        *,
        role: Role = "ink",
        size: float = 12,
        anchor: Anchor = "start",
        bold: bool = False,
        halo: bool = False,
    ) -> None:
        """One line of words on its baseline; ``halo`` parts it from the lines beneath."""
        x, y = at
        weight = ' font-weight="700"' if bold else ""
        edge = f' stroke="{PAPER}" stroke-width="4" stroke-linejoin="round" paint-order="stroke"' if halo else ""
        names = f"halo {role}" if halo else role
        self._marks.append(
            f'<text class="{names}" x="{number(x)}" y="{number(y)}" font-size="{number(size)}" '
            f'fill="{COLOURS[role]}" text-anchor="{anchor}"{weight}{edge}>{escape(words, quote=False)}</text>'
        )

    def chart(self, title: str, said: str) -> Chart:
        """The picture, named ``title`` and told in the words of ``said``."""
        name, told = plain(title), plain(said)
        prefix = _NO_ID.sub("-", self.id)
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 {number(self.width)} '
            f'{number(self.height)}" role="img" aria-labelledby="{prefix}-title {prefix}-desc" '
            f'font-family="{FAMILY}">'
        )
        svg = "\n".join(
            (
                head,
                f'<title id="{prefix}-title">{escape(name, quote=False)}</title>',
                f'<desc id="{prefix}-desc">{escape(told, quote=False)}</desc>',
                *self._marks,
                "</svg>",
            )
        )
        return Chart(svg=f"{svg}\n", alt=f"{name}. {told}")


def number(value: float) -> str:
    """At most two decimals, so that the last bit of a float shows nowhere."""
    return f"{round(float(value), 2) + 0.0:g}"


def stylesheet() -> str:
    """Rules for charts within HTML, in light and in dark; a page may set the ``--chart-…`` colours otherwise."""
    light = _properties(COLOURS, PAPER)
    dark = _properties(DARK, DARK_PAPER)
    rules = "\n".join(
        f".chart :is(text,circle,rect,polygon).{role}{{fill:var(--chart-{role})}}"
        f".chart :is(polyline,circle).{role}{{stroke:var(--chart-{role})}}"
        for role in COLOURS
    )
    return (
        f":root{{{light}}}\n@media (prefers-color-scheme:dark){{:root{{{dark}}}}}\n"
        f"@media print{{:root{{{light}}}}}\n{rules}\n"
        ".chart circle.hollow{fill:var(--chart-paper)}\n"
        ".chart rect.frame{fill:none;stroke:var(--chart-muted)}\n"
        ".chart text.halo{stroke:var(--chart-paper)}\n"
    )


def _properties(colours: Mapping[Role, str], paper: str) -> str:
    return ";".join((f"--chart-paper:{paper}", *(f"--chart-{role}:{colour}" for role, colour in colours.items())))


def _closed(opening: str, tag: str, said: str) -> str:
    return f"{opening}><title>{escape(plain(said), quote=False)}</title></{tag}>" if said else f"{opening}/>"
