"""What stands in a chart, read back from its SVG: words with the room they take, points, lines."""

from __future__ import annotations

from itertools import combinations
from xml.etree import ElementTree as ET

from attrs import frozen

from profdev_reports.charts import lettering

_SVG = "{http://www.w3.org/2000/svg}"
_ABOVE, _BELOW = 0.74, 0.22  # em: how far letters reach from their baseline


@frozen(kw_only=True)
class Words:
    text: str
    left: float
    top: float
    right: float
    bottom: float
    roles: frozenset[str]
    bold: bool

    def overlaps(self, other: Words) -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


@frozen(kw_only=True)
class Picture:
    width: float
    height: float
    title: str
    desc: str
    words: tuple[Words, ...]
    dots: tuple[tuple[float, float, frozenset[str]], ...]
    lines: tuple[tuple[frozenset[str], tuple[tuple[float, float], ...]], ...]
    shapes: tuple[tuple[frozenset[str], tuple[tuple[float, float], ...]], ...]
    said: tuple[str, ...]  # of single marks

    @classmethod
    def of(cls, svg: str) -> Picture:
        root = ET.fromstring(svg)  # noqa: S314 - our own
        _, _, width, height = map(float, root.attrib["viewBox"].split())
        return cls(
            width=width,
            height=height,
            title=root.findtext(f"{_SVG}title") or "",
            desc=root.findtext(f"{_SVG}desc") or "",
            words=tuple(map(_words, root.iter(f"{_SVG}text"))),
            dots=tuple(
                (float(dot.attrib["cx"]), float(dot.attrib["cy"]), _roles(dot)) for dot in root.iter(f"{_SVG}circle")
            ),
            lines=tuple((_roles(line), _points(line)) for line in root.iter(f"{_SVG}polyline")),
            shapes=tuple((_roles(shape), _points(shape)) for shape in root.iter(f"{_SVG}polygon")),
            said=tuple(title.text or "" for title in root.iter(f"{_SVG}title"))[1:],
        )

    @property
    def texts(self) -> list[str]:
        return [words.text for words in self.words]

    @property
    def outside(self) -> list[str]:
        """Words that leave the picture."""
        return [
            words.text
            for words in self.words
            if words.left < 0 or words.top < 0 or words.right > self.width or words.bottom > self.height
        ]

    @property
    def colliding(self) -> list[tuple[str, str]]:
        """Words that lie on one another."""
        return [(one.text, other.text) for one, other in combinations(self.words, 2) if one.overlaps(other)]


def _roles(element: ET.Element) -> frozenset[str]:
    return frozenset(element.attrib["class"].split())


def _points(element: ET.Element) -> tuple[tuple[float, float], ...]:
    pairs = (pair.split(",") for pair in element.attrib["points"].split())
    return tuple((float(x), float(y)) for x, y in pairs)


def _words(element: ET.Element) -> Words:
    text, size = element.text or "", float(element.attrib["font-size"])
    bold = "font-weight" in element.attrib
    x, y, long = float(element.attrib["x"]), float(element.attrib["y"]), lettering.width(text, size, bold=bold)
    left = {"start": x, "middle": x - long / 2, "end": x - long}[element.attrib["text-anchor"]]
    return Words(
        text=text,
        left=left,
        top=y - _ABOVE * size,
        right=left + long,
        bottom=y + _BELOW * size,
        roles=_roles(element),
        bold=bold,
    )
