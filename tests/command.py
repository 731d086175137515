"""How tests talk to the command `profdev`."""

from __future__ import annotations

from typing import Protocol

from attrs import frozen


@frozen
class Said:
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str


class Profdev(Protocol):
    """Run one command."""

    def __call__(self, *arguments: object) -> Said: ...
