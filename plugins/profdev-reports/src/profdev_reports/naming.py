"""Names of files, for every system and every name of an organisation."""

from __future__ import annotations

import re

from profdev_indicators.periods import Period

_NO_NAME = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]+')
_DEVICE = re.compile(r"(?i)^(con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³])(?=\s*(\.|$))")  # whatever follows the dot
_LONGEST = 80  # letters
_LONGEST_UTF8 = 180  # bytes: file systems take 255, and «(новый)» and an ending are to come


def of_period(period: Period) -> str:
    """«2022», «2021-2022» for a school year."""
    return str(period).replace("/", "-")


def of_unit(unit: str, name: str) -> str:
    """«s07 МКОУ СОШ № 3»: a name without an ending which Windows takes too."""
    plain = " ".join(_NO_NAME.sub(" ", f"{unit} {name}").split())[:_LONGEST]
    short = plain.encode()[:_LONGEST_UTF8].decode(errors="ignore").strip(" .")
    return _DEVICE.sub(r"\1_", short) or "_"
