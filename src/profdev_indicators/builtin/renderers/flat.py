"""The form as one flat table that a spreadsheet opens by a double click."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping

from attrs import frozen

from profdev_indicators import wording
from profdev_indicators.model import Basis, Target
from profdev_indicators.periods import Period
from profdev_indicators.results import Monitoring, Value
from profdev_indicators.views import notes
from profdev_indicators.views.form import Line, forms

# A spreadsheet computes a cell which begins so, whoever wrote it; the last four are what full-width typing gives.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_LIKE_A_DATE = re.compile(r"[0-9]+([.,/:-][0-9]+)+")
_YES_NO = {True: "да", False: "нет", None: ""}


@frozen(kw_only=True)
class Csv:
    """Форма одной плоской таблицей для Excel: точка с запятой, десятичная запятая (form.csv)."""

    def render(self, monitoring: Monitoring) -> Mapping[str, bytes]:
        """``form.csv``: a row per criterion, reading and period; UTF-8 with the mark that Excel looks for."""
        rows = list(_rows(monitoring))
        text = io.StringIO()
        writer = csv.DictWriter(text, list(rows[0]) if rows else [], delimiter=";", lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(rows)
        return {"form.csv": text.getvalue().encode("utf-8-sig", "replace")}


def _rows(monitoring: Monitoring) -> Iterator[Mapping[str, str]]:
    acts = {act.id: act.title for act in monitoring.district.acts}
    places = monitoring.district.publication.decimals
    for form in forms(monitoring):
        for line in form.lines:
            question = {"Период": form.period.title, **_question(line)}
            grounds = {"Основание": _text(_basis(line.indicator.basis, acts))}
            comparison = _comparison(line, form.before, places)
            yield {**question, **_value(line, line.value, places), **comparison, **grounds}
            for value, _ in line.readings:
                yield {**question, **_value(line, value, places), **dict.fromkeys(comparison, ""), **grounds}


def _question(line: Line) -> Mapping[str, str]:
    code = line.indicator.id
    return {
        "Раздел": _text(line.section.number),
        "Название раздела": _text(line.section.title),
        "№": str(line.number),
        # Excel makes the first of January of a plain «1.1».
        "Код": f"п. {code}" if _LIKE_A_DATE.fullmatch(code) else _text(code),
        "Наименование критерия": _text(line.indicator.title),
        "Методы сбора информации/ источники данных": _text(notes.sources(line)),
    }


def _value(line: Line, value: Value | None, places: int) -> Mapping[str, str]:
    readings = {alternative.id: alternative.reading for alternative in line.indicator.alternatives}
    digits = _digits(line, places)
    return {
        "Прочтение": "" if value is None else _text(readings.get(value.reading, line.indicator.reading or "")),
        "Принято": _YES_NO[value is None or value.reading not in readings],
        "Значение показателя": _number(value, "value", digits),
        "Единица": _text(line.indicator.unit),
        "Числитель": _number(value, "numerator"),
        "Знаменатель": _number(value, "denominator"),
        "Спрошено": _number(value, "expected"),
        "Ответили": _number(value, "reported"),
        "Подтвердили": _number(value, "evidenced"),
        "Состояние": wording.STATE_WORDS[value.state] if value else notes.shown(None, "", places),
    }


def _comparison(line: Line, before: Period | None, places: int) -> Mapping[str, str]:
    return {
        "Прошлый период": before.title if before else "",
        "Прошлое значение": _number(line.before, "value", _digits(line, places)),
        "Изменение": _number(line, "change", _digits(line, places)),
        "Целевое значение": _number(line.target, "at"),
        "Целевое достигнуто": _YES_NO[line.reached],
        "Примечание": _text("; ".join(notes.notes(line, places))),
    }


def _basis(basis: Basis | None, acts: Mapping[str, str]) -> str:
    parts = (acts.get(basis.act or "", basis.act), basis.place, basis.note) if basis else ()
    return ", ".join(part for part in parts if part)


def _number(of: Line | Value | Target | None, name: str, places: int | None = None) -> str:
    """A number as a Russian spreadsheet reads it: no thousands, a plain minus; empty where there is none."""
    value = getattr(of, name, None)
    if value is None:
        return ""
    text = wording.count(value) if places is None else wording.decimal(value, places)
    return text.replace(wording.NBSP, "").replace(wording.MINUS, "-")


def _digits(line: Line, places: int) -> int | None:
    """Percentages keep their empty fraction; numbers of things have none."""
    return places if line.indicator.unit == "%" else None


def _text(text: str) -> str:
    """A text which no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
