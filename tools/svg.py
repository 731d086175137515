"""A picture as text: lines, circles and words on white, readable in greyscale, the same bytes for the same calls."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

import attrs

INK, GREY, PALE, FAINT = "#1a1a1a", "#767676", "#c8c8c8", "#ececec"
_FONT = "font-family=\"system-ui, 'Segoe UI', Roboto, 'Noto Sans', sans-serif\""


@attrs.define
class Picture:
    """Shapes in the order in which they lie on one another."""

    width: int
    height: int
    title: str
    _shapes: list[str] = attrs.field(factory=list, init=False)

    def line(
        self, points: Iterable[tuple[float, float]], *, ink: str = INK, width: float = 1.5, dash: str = ""
    ) -> None:
        """A broken line."""
        path = " ".join(f"{_n(x)},{_n(y)}" for x, y in points)
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self._shapes.append(
            f'<polyline points="{path}" fill="none" stroke="{ink}" stroke-width="{_n(width)}"{dashed}/>'
        )

    def area(self, points: Iterable[tuple[float, float]], *, ink: str = FAINT) -> None:
        """A filled shape without a border."""
        path = " ".join(f"{_n(x)},{_n(y)}" for x, y in points)
        self._shapes.append(f'<polygon points="{path}" fill="{ink}"/>')

    def dot(self, x: float, y: float, *, filled: bool, radius: float = 4.5, ink: str = INK) -> None:
        """A circle: filled where a rule fired."""
        inside = ink if filled else "#ffffff"
        self._shapes.append(
            f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}" fill="{inside}" stroke="{ink}" stroke-width="1.5"/>'
        )

    def box(self, x: float, y: float, width: float, height: float, *, ink: str = FAINT, dash: str = "") -> None:
        """A rectangle; with ``dash`` only its border."""
        style = f'fill="none" stroke="{ink}" stroke-dasharray="{dash}"' if dash else f'fill="{ink}"'
        self._shapes.append(f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}" {style}/>')

    def text(
        self, x: float, y: float, words: str, *, size: int = 12, ink: str = INK, at: str = "middle", bold: bool = False
    ) -> None:
        """One line of words; ``at``: start, middle or end."""
        weight = ' font-weight="600"' if bold else ""
        self._shapes.append(
            f'<text x="{_n(x)}" y="{_n(y)}" font-size="{size}" fill="{ink}" text-anchor="{at}"{weight}>'
            f"{escape(words, quote=False)}</text>"
        )

    def svg(self) -> str:
        """The file."""
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" width="{self.width}" '
            f'height="{self.height}" role="img" {_FONT}>'
        )
        background = f'<rect width="{self.width}" height="{self.height}" fill="#ffffff"/>'
        named = f"<title>{escape(self.title, quote=False)}</title>"
        return "\n".join([head, named, background, *self._shapes, "</svg>"]) + "\n"


def _n(number: float) -> str:
    """At most one decimal, so that the last bit of a float shows nowhere."""
    return f"{round(float(number), 1) + 0.0:g}"
