"""A line of the size of a word: how a value went, on a scale that does not make a collapse of a point."""

from __future__ import annotations

from collections.abc import Sequence

from profdev_reports.charts.drawing import Chart, Drawing, Point, Role

_WIDTH, _HEIGHT, _EDGE = 96.0, 26.0, 5.0
_TITLE = "Динамика"


def spark(values: Sequence[float | None], *, id: str, alt: str, worse: bool = False, most: float = 100.0) -> Chart:  # noqa: A002 - the word of SVG
    """The values in order, on a scale from 0 to ``most``, with gaps; the last one is marked.

    Args:
        values: None: there is none.
        id: of the picture, unique in its page.
        alt: what is to be seen, in words.
        worse: the last one is a triangle, and the line is thicker.
        most: the upper end of the scale; a greater value stands at it.
    """
    drawing = Drawing(_WIDTH, _HEIGHT, id)
    drawing.line([(_EDGE, _HEIGHT - _EDGE), (_WIDTH - _EDGE, _HEIGHT - _EDGE)], "grid", thick=1)
    drawing.line([(_EDGE, _EDGE), (_WIDTH - _EDGE, _EDGE)], "grid", thick=1, dash="2 3")
    role: Role = "bad" if worse else "line"
    spots = [_spot(place, value, len(values), most) for place, value in enumerate(values)]
    for run in runs(spots):
        if len(run) > 1:
            drawing.line(run, role, thick=2.5 if worse else 1.5)
        else:
            drawing.dot(run[0], role, radius=1.5)
    last = spots[-1] if spots else None
    if last and worse:
        drawing.area(_triangle(last), role)
    elif last:
        drawing.dot(last, role, radius=2.5)
    return drawing.chart(_TITLE, alt)


def runs(spots: Sequence[Point | None]) -> tuple[tuple[Point, ...], ...]:
    """Stretches without a gap."""
    found: list[list[Point]] = [[]]
    for spot in spots:
        if spot is None:
            found.append([])
        else:
            found[-1].append(spot)
    return tuple(tuple(run) for run in found if run)


def _spot(place: int, value: float | None, count: int, most: float) -> Point | None:
    if value is None:
        return None
    across = (_WIDTH - 2 * _EDGE) * (place / (count - 1) if count > 1 else 0.5)
    share = min(max(value / most, 0.0), 1.0) if most > 0 else 0.0
    return _EDGE + across, _HEIGHT - _EDGE - (_HEIGHT - 2 * _EDGE) * share


def _triangle(at: Point) -> tuple[Point, ...]:
    """Pointing downwards: ▼."""
    x, y = at
    return (x - 4, y - 3), (x + 4, y - 3), (x, y + 4)
