"""Where the files say otherwise than what is true, or lie otherwise than they should; the README promises each."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

# Cells which do not say what is true: (year, organisation, item) → what stands there instead.
MISWRITTEN: Mapping[tuple[int, str, str], str] = {
    (2019, "d06", "n_ped"): "{} чел.",
    (2022, "s10", "n_ped"): "{} чел.",
    (2022, "s10", "mentoring"): "имеется",
    (2022, "s04", "n_young"): "50",  # of 42 teachers
    (2022, "d03", "n_dpp"): "85%",
    (2022, "d07", "plan_deficits"): "сайт недоступен",
    (2022, "d07", "mo_decision"): "сайт недоступен",
}
# What the column of checks says of those in cards.
REMARKS: Mapping[tuple[int, str, str], str] = {
    (2022, "s10", "n_ped"): "! нужно целое число без слов и знака %",
    (2022, "s10", "mentoring"): "! выберите «да» или «нет»",
    (2022, "s04", "n_young"): "! больше, чем в п. 1 «Педагогических работников (основное место…» (42)",
    (2022, "d03", "n_dpp"): "! нужно целое число без слов и знака %",
}
LOST_LINKS = frozenset({(2022, "s03", "n_network")})
SILENT = frozenset({(2022, "s07")})  # sent neither the card nor its own figures
ON_LAST_YEARS_BLANK = frozenset({(2022, "s06")})
RENAMED: Mapping[tuple[int, str], str] = {(2022, "s13"): "Карта новая (2).xlsx"}


@frozen(kw_only=True)
class Correction:
    """A card sent a second time because of one answer."""

    item: str
    at_first: int  # what the first one said
    suffix: str = " исправленная"  # of the name of the second file


CORRECTED: Mapping[tuple[int, str], Correction] = {(2021, "d02"): Correction(item="n_iom", at_first=6)}
