"""A chart for those who cannot show SVG: Word and Excel."""

from __future__ import annotations

import re

import typst

_PPI = 200.0
_VIEW_BOX = re.compile(r'viewBox="\S+ \S+ (?P<width>\S+) (?P<height>\S+)"')
_PAGE = (
    "#set page(width: {width:.3f}mm, height: {height:.3f}mm, margin: 0pt, fill: white)\n"
    '#image(bytes(sys.inputs.chart), format: "svg", width: 100%)'
)


def png(svg: str, *, width: float) -> bytes:
    """The chart ``width`` millimetres wide, on white, 200 dots per inch.

    Fonts are those Typst carries itself, so that every machine gives the same bytes.

    Raises:
        ValueError: it has no view box.
    """
    box = _VIEW_BOX.search(svg)
    if box is None:
        raise ValueError("у картинки нет viewBox: её размеры неизвестны")
    page = _PAGE.format(width=width, height=width * float(box["height"]) / float(box["width"]))
    return typst.compile(page.encode(), format="png", ppi=_PPI, sys_inputs={"chart": svg}, ignore_system_fonts=True)
