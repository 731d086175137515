"""State codes of organisations, ИНН and ОГРН: a misprint is caught by their control digits."""

from __future__ import annotations

INN_WEIGHTS = {
    10: ((2, 4, 10, 3, 5, 9, 4, 6, 8),),
    12: ((7, 2, 4, 10, 3, 5, 9, 4, 6, 8), (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)),
}
OGRN_LENGTH = 13


def is_inn(text: str) -> bool:
    """Whether a text is an ИНН of 10 or 12 digits with right control digits."""
    if not text.isdecimal() or len(text) not in INN_WEIGHTS:
        return False
    digits = [int(digit) for digit in text]
    return all(
        sum(weight * digit for weight, digit in zip(weights, digits, strict=False)) % 11 % 10 == digits[len(weights)]
        for weights in INN_WEIGHTS[len(text)]
    )


def is_ogrn(text: str) -> bool:
    """Whether a text is an ОГРН of 13 digits with the right control digit."""
    return text.isdecimal() and len(text) == OGRN_LENGTH and int(text[:-1]) % 11 % 10 == int(text[-1])
