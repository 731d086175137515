"""Where labels go so that none lies on another: along a line, and around points in the plane."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attrs import frozen


@frozen(kw_only=True)
class Box:
    """A rectangle of pixels."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Box) -> bool:
        """Whether they have more than a border in common."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def is_crossed(self, start: tuple[float, float], end: tuple[float, float]) -> bool:
        """Whether a stroke from left to right runs through it."""
        left, right = max(self.left, start[0]), min(self.right, end[0])
        if left >= right:
            return False
        heights = [start[1] + (end[1] - start[1]) * (x - start[0]) / (end[0] - start[0]) for x in (left, right)]
        return min(heights) < self.bottom and self.top < max(heights)

    def holds(self, other: Box) -> bool:
        """Whether the other one lies wholly within."""
        return (
            self.left <= other.left
            and other.right <= self.right
            and self.top <= other.top
            and other.bottom <= self.bottom
        )


def spread(wanted: Sequence[float], gap: float, least: float, most: float) -> tuple[float, ...]:
    """Places as near as can be to those wanted, in their order, ``gap`` apart and between the ends.

    Least squares under these conditions: runs that would overlap stand evenly about their common middle. Where there is
    not room for all, they stand evenly from end to end.
    """
    count = len(wanted)
    if not count:
        return ()
    apart = min(gap, (most - least) / (count - 1)) if count > 1 else gap
    order = sorted(range(count), key=lambda place: (wanted[place], place))
    runs: list[tuple[float, int]] = []  # sum of what is wanted, less the steps before; how many
    for rank, place in enumerate(order):
        total, members = wanted[place] - rank * apart, 1
        while runs and runs[-1][0] / runs[-1][1] >= total / members:
            earlier, others = runs.pop()
            total, members = total + earlier, members + others
        runs.append((total, members))
    last = most - (count - 1) * apart
    starts = [min(max(total / members, least), last) for total, members in runs for _ in range(members)]
    found = [0.0] * count
    for rank, place in enumerate(order):
        found[place] = starts[rank] + rank * apart
    return tuple(found)


def free(candidates: Iterable[Box], taken: Sequence[Box], within: Box) -> Box | None:
    """The first candidate that overlaps nothing taken."""
    return next(
        (box for box in candidates if within.holds(box) and not any(box.overlaps(other) for other in taken)), None
    )
