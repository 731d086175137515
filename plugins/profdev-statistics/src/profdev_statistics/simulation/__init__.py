"""How often every rule of a district would cry wolf, and how large a fall it would see, at the district's own sizes."""

from __future__ import annotations

from profdev_statistics.simulation.running import CLASSES, Outcome, simulate
from profdev_statistics.simulation.sizes import Sizes, without_judging

__all__ = ["CLASSES", "Outcome", "Sizes", "simulate", "without_judging"]
