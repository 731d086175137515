"""Why a page was not seen; never «нет»."""

from __future__ import annotations


class UnreachableError(Exception):
    """A page could not be opened; the text is Russian, for the evidence.

    ``status``: the HTTP status, if the site answered.
    """

    def __init__(self, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class StoppedError(Exception):
    """The person at the keyboard has had enough: nothing more is asked for."""
