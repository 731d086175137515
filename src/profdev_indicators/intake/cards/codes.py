"""ИНН and ОГРН which the organisation writes itself: their control digits as formulas of the card."""

from __future__ import annotations

from collections.abc import Sequence

from profdev_indicators.builtin.readers import cardsheets as marks
from profdev_indicators.codes import INN_WEIGHTS, OGRN_LENGTH
from profdev_indicators.intake.cards.checks import BAD, GOOD, NOT_YET, literal

PROMPT = "Как в свидетельстве или на сайте организации, без пробелов; ноль в начале важен."
UNFILLED = f"{NOT_YET} впишите: по нему вас узнают"


def check(key: str, cell: str) -> str:
    """The formula which checks a code; for an empty cell it gives :data:`UNFILLED`.

    Args:
        key: :data:`marks.INN` or :data:`marks.OGRN`.
        cell: where the code stands.
    """
    code = f"TRIM({cell})"
    misprints = {OGRN_LENGTH: _ogrn_fails(code)}
    if key == marks.INN:
        misprints = {length: _inn_fails(code, weights) for length, weights in INN_WEIGHTS.items()}
    formula = literal(f"{BAD} нужно {' или '.join(map(str, misprints))} цифр")
    for length, misprint in misprints.items():
        told = f"IF({misprint},{literal(f'{BAD} опечатка: не сходится контрольная цифра')},{literal(GOOD)})"
        formula = f"IF(LEN({code})={length},{told},{formula})"
    formula = f"IF(LEN({code})=0,{literal(UNFILLED)},{formula})"
    return f"=IFERROR({formula},{literal(f'{BAD} нужны только цифры')})"


def _inn_fails(code: str, weights: Sequence[Sequence[int]]) -> str:
    """Whether a control digit is wrong: each stands right after the digits it controls."""
    wrong = []
    for row in weights:
        places, factors = (",".join(map(str, numbers)) for numbers in (range(1, len(row) + 1), row))
        rest = f"MOD(MOD(SUMPRODUCT(MID({code},{{{places}}},1)*{{{factors}}}),11),10)"
        wrong.append(f"{rest}<>VALUE(MID({code},{len(row) + 1},1))")
    return f"OR({','.join(wrong)})"


def _ogrn_fails(code: str) -> str:
    whole = f"VALUE(LEFT({code},{OGRN_LENGTH - 1}))"  # MOD of old programs refuses numbers so great
    return f"MOD({whole}-11*INT({whole}/11),10)<>VALUE(RIGHT({code},1))"
