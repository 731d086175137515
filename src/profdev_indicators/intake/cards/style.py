"""How the cells of a card look: yellow is to be filled, grey is not; every text is dark enough to be read in print."""

from __future__ import annotations

from collections.abc import Mapping

Look = Mapping[str, object]

FONT = "Arial"  # on every Windows; LibreOffice has a twin of it with the same widths
SIZE, SMALL, SMALLEST, LARGE = 10.0, 9.0, 8.5, 15.0  # points

_NAVY, _PALE, _LINE, _GREY, _YELLOW, _HEDGE = "#1F3864", "#DCE6F2", "#BFBFBF", "#F2F2F2", "#FFF6C4", "#B8960C"
_MUTED, _RED, _PINK, _BROWN, _SAND, _GREEN = "#595959", "#9C0006", "#FFDEDE", "#7A4B00", "#FFEBC6", "#1E6B2E"

_BASE: Look = {"font_name": FONT, "font_size": SIZE, "valign": "vcenter", "text_wrap": True}
_RULED: Look = {**_BASE, "border": 1, "border_color": _LINE}
_OPEN: Look = {
    **_BASE,
    "bg_color": _YELLOW,
    "border": 1,
    "border_color": _HEDGE,
    "locked": False,
}

LOOKS: Mapping[str, Look] = {
    "title": {**_BASE, "font_size": LARGE, "bold": True, "font_color": _NAVY},
    "subtitle": {**_BASE, "font_color": _MUTED},
    "deadline": {**_BASE, "bold": True},
    "advice": _BASE,
    "note": {**_BASE, "bg_color": _GREY, "indent": 1},
    "status": {
        **_BASE,
        "indent": 1,
        "bold": True,
        "bg_color": _PALE,
        "font_color": _NAVY,
        "border": 1,
        "border_color": _NAVY,
    },
    "heading": {
        **_BASE,
        "bold": True,
        "font_color": "#FFFFFF",
        "bg_color": _NAVY,
        "border": 1,
        "border_color": "#FFFFFF",
        "align": "center",
    },
    "group": {**_RULED, "indent": 1, "bold": True, "font_color": _NAVY, "bg_color": _PALE},
    "number": {**_RULED, "align": "center", "font_color": _MUTED},
    "question": {**_RULED, "indent": 1},
    "part": {**_RULED, "indent": 2},
    "last": {**_RULED, "align": "center", "font_color": _MUTED, "num_format": "@"},
    "known": {**_RULED, "bg_color": _GREY, "num_format": "@", "align": "left", "indent": 1},
    "closed": {**_RULED, "bg_color": _GREY},
    "code": {**_OPEN, "num_format": "@", "align": "left", "indent": 1},
    "word": {**_OPEN, "num_format": "@", "align": "center", "font_size": 11},
    "amount": {**_OPEN, "align": "center", "font_size": 11},
    "day": {**_OPEN, "align": "center", "font_size": 11, "num_format": "dd.mm.yyyy"},
    "link": {**_OPEN, "num_format": "@", "font_size": SMALL},
    "check": {**_RULED, "indent": 1, "font_size": SMALL, "font_color": _MUTED},
    "hidden": {"num_format": "@"},
}

FRAGMENTS: Mapping[str, Look] = {
    "asked": {"font_name": FONT, "font_size": SIZE},
    "hint": {"font_name": FONT, "font_size": SMALLEST, "font_color": _MUTED},
}
"""Parts of one cell."""

REMARKS: Mapping[str, Look] = {
    "!": {"font_color": _RED, "bg_color": _PINK, "bold": True},
    "?": {"font_color": _BROWN, "bg_color": _SAND},
    "✓": {"font_color": _GREEN, "bold": True},
}
"""What a remark adds to the look of its cell, by the mark with which it begins."""

WRONG_ANSWER: Look = {"font_color": _RED, "bold": True, "bg_color": _PINK}
