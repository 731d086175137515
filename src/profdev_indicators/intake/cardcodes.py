"""ИНН and ОГРН which the organisation writes itself: their control digits as formulas of the card."""

from __future__ import annotations

from profdev_indicators.builtin import cardsheets as marks
from profdev_indicators.intake.cardchecks import BAD, GOOD, NOT_YET, literal

PROMPT = "Как в свидетельстве или на сайте организации, без пробелов; ноль в начале важен."

_UNFILLED = f"{NOT_YET} впишите: по нему вас узнают"
_INN, _OGRN = 10, 13
_WEIGHTS = "{2,4,10,3,5,9,4,6,8}"
_PLACES = "{1,2,3,4,5,6,7,8,9}"


def check(key: str, cell: str) -> tuple[str, str]:
    """The formula which checks a code, and what it gives for an empty cell.

    Args:
        key: :data:`marks.INN` or :data:`marks.OGRN`.
        cell: where the code stands.
    """
    code = f"TRIM({cell})"
    digits = _INN if key == marks.INN else _OGRN
    wrong = _inn_fails(code) if key == marks.INN else _ogrn_fails(code)
    formula = (
        f"=IFERROR(IF(LEN({code})=0,{literal(_UNFILLED)},"
        f"IF(LEN({code})<>{digits},{literal(f'{BAD} нужно {digits} цифр')},"
        f"IF({wrong},{literal(f'{BAD} опечатка: не сходится контрольная цифра')},{literal(GOOD)}))),"
        f"{literal(f'{BAD} нужны только цифры')})"
    )
    return formula, _UNFILLED


def _inn_fails(code: str) -> str:
    return f"MOD(MOD(SUMPRODUCT(MID({code},{_PLACES},1)*{_WEIGHTS}),11),10)<>VALUE(RIGHT({code},1))"


def _ogrn_fails(code: str) -> str:
    whole = f"VALUE(LEFT({code},12))"
    return f"MOD({whole}-11*INT({whole}/11),10)<>VALUE(RIGHT({code},1))"
