"""How the signs of the pages are to be read."""

from __future__ import annotations

from profdev_indicators import wording
from profdev_reports.site.answer import Answer
from profdev_reports.site.parts import Legend
from profdev_reports.site.shown import INCOMPLETE, SHORT, UNCONFIRMED, Look

_WEIGHT = {
    "critical": "разобраться сейчас",
    "risk": "разобраться в ближайшее время",
    "attention": "проверить, что за этим стоит",
    "info": "знать; действий не требует",
}


def absences(answer: Answer) -> Legend:
    """The five absences, and what else may stand in place of a number or beside it."""
    words = wording.STATE_WORDS
    hidden = (
        "скрыто: число слишком мало или по нему можно вычислить скрытое — защита сведений об отдельных людях"
        if answer.is_public
        else "скрыто источником"
    )
    return Legend(
        items=(
            (words["not_reported"], "missing", "спросили, но ответа нет; это не «нет» и не ноль"),
            ("нет, 0", "no", "ответ есть, и он отрицательный"),
            (words["not_applicable"], "na", "не применимо: не касается или освобождена"),
            (UNCONFIRMED, "value", f"{wording.NOT_EVIDENCED}: нет ссылки, которой требует показатель"),
            (words["suppressed"], "hidden", hidden),
            (words["invalid"], "invalid", f"ответ противоречит сам себе и в суммы не вошёл{_brief('invalid')}"),
            (words["not_defined"], "undefined", f"показателя или организации в этом периоде нет{_brief('undefined')}"),
            (INCOMPLETE, "value", "ответили не все: значение по тем, кто ответил"),
        )
    )


def _brief(look: Look) -> str:
    return f"; в большой таблице «{SHORT[look]}»"


def severities() -> Legend:
    """The four severities."""
    return Legend(
        items=tuple((wording.SEVERITY_WORDS[name], f"severity {name}", text) for name, text in _WEIGHT.items())
    )
