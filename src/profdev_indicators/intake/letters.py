"""A letter to each organisation that has to send or to mend something: plain Russian, ready to paste."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

import polars as pl

from profdev_indicators.intake.collect import Collection
from profdev_indicators.wording import counted, day

FOLDER = "letters"
_NO_NAME = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')
_LONGEST = 80  # letters of a file's name
# What has been understood anyway, or is for the district to settle: told in a letter, but no reason to write one.
_BY_THE_WAY = ("interpreted", "note", "repeated", "accepted")
_CURES: Mapping[str, str] = {
    "repeated": "напишите, какой из ответов верен, или пришлите верный ещё раз",
    "interpreted": "если прочитано неверно, исправьте ячейку",
}


def letters(collection: Collection) -> dict[str, bytes]:
    """Texts by name, «letters/s07 МКОУ «СОШ».txt», in the order of the roster; none for those with nothing to do."""
    sources = {source.id: source.title for source in collection.district.sources}
    found: dict[str, bytes] = {}
    for (unit,), rows in collection.responses.filter("own").group_by("unit", maintain_order=True):
        own = collection.remarks.filter(pl.col("unit") == unit, pl.col("source").is_in(rows["source"].to_list()))
        own = own.filter(~pl.col("check").is_in(["accepted", "totals"]) & ~_settled())
        absent = rows.filter(pl.col("state").cast(pl.String).is_in(["silent", "unreadable"]))
        pressing = own.filter((pl.col("severity") == "error") | ~pl.col("check").is_in(_BY_THE_WAY))
        if absent.is_empty() and pressing.is_empty():
            continue
        name = collection.names[str(unit)]
        lines = _letter(collection, name, rows, own, sources)
        text = "\r\n".join(lines) + "\r\n"
        found[f"{FOLDER}/{_file_name(str(unit), name)}"] = text.encode("utf-8-sig")
    return found


def _settled() -> pl.Expr:
    """Two answers of which one counts already."""
    return (pl.col("check") == "repeated") & (pl.col("severity") == "warning")


def _letter(
    collection: Collection, name: str, rows: pl.DataFrame, remarks: pl.DataFrame, sources: Mapping[str, str]
) -> Iterator[str]:
    district, period = collection.district, collection.period
    yield f"Тема: {district.card.title}, {period.title}: {name}"
    yield ""
    yield "Здравствуйте!"
    yield ""
    yield f"{district.operator or district.title} собирает сведения за {period.title}."
    yield f"Организация: {name}."
    answered = [row for row in rows.iter_rows(named=True) if row["state"] in {"answered", "remarks"}]
    absent = [row for row in rows.iter_rows(named=True) if row["state"] in {"silent", "unreadable"}]
    if answered:
        yield ""
        yield "Получено, спасибо:"
        yield from (f"— {sources[row['source']]}{_in_file(row['file'])};" for row in answered[:-1])
        yield f"— {sources[answered[-1]['source']]}{_in_file(answered[-1]['file'])}."
    if absent:
        yield ""
        yield "Не получено:"
        yield from (f"— {sources[row['source']]};" for row in absent[:-1])
        yield f"— {sources[absent[-1]['source']]}."
    if any(row["state"] == "unreadable" for row in absent):
        yield "Часть присланных в район файлов не открылась. Если вы уже отвечали, откройте свой файл, сохраните"
        yield "его заново как книгу Excel (.xlsx) без пароля и пришлите ещё раз."
    yield from _remarks("Нужно исправить:", _of(remarks, "error"))
    yield from _remarks("Нужно проверить и дополнить:", _of(remarks, "warning"))
    yield ""
    yield from _by_when(collection, bool(absent), not remarks.is_empty())
    if district.contact:
        yield f"Вопросы: {district.contact}."
    yield "Если сведений по какому-то вопросу нет, так и напишите: «н/д». Пустая ячейка — не ноль и не «нет»."


def _in_file(file: str | None) -> str:
    return f" (файл {PurePosixPath(file).name})" if file else ""


def _of(remarks: pl.DataFrame, severity: str) -> list[dict[str, Any]]:
    return remarks.filter(pl.col("severity") == severity).to_dicts()


def _remarks(heading: str, rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for number, row in enumerate(rows, 1):
        if number == 1:
            yield ""
            yield heading
        yield f"{number}. {': '.join(filter(None, (_place(row), _to_them(row['message']))))}."
        cure = _CURES.get(row["check"], row["hint"])
        if cure:
            yield f"   Что сделать: {cure}."


def _to_them(message: str) -> str:
    return message.replace("организация ответила дважды", "вы ответили дважды")


def _place(row: Mapping[str, Any]) -> str:
    """«s04.xlsx, лист «Карта», ячейка C2»: for whoever has never seen an address; the message names the question."""
    if not row["file"]:
        return ""
    name, (sheet, mark, address) = PurePosixPath(row["file"]).name, (row["cell"] or "").rpartition("!")
    if mark:
        return f"{name}, лист {sheet}, ячейка {address}"
    line = f"строка {row['row']}" if row["row"] else row["cell"]
    return f"{name}, {line}" if line else name


def _by_when(collection: Collection, absent: bool, mend: bool) -> Iterator[str]:  # noqa: FBT001 - private, two words
    what = "сведения и исправления" if absent and mend else "сведения" if absent else "исправленные файлы"
    card, deadline = collection.district.card, collection.deadline
    where = card.send_to or collection.district.contact
    to = f" Куда: {where}." if where else ""
    if deadline is None:
        yield f"Пришлите {what}, пожалуйста, как можно скорее.{to}"
        return
    left = (deadline - collection.today).days
    if left < 0:
        passed = counted(-left, "день", "дня", "дней")
        yield f"Срок был {day(deadline)}, прошло {passed}. Пришлите {what}, пожалуйста, как можно скорее.{to}"
    elif left == 0:
        yield f"Срок — сегодня, {day(deadline)}. Пришлите {what}, пожалуйста.{to}"
    else:
        yield f"Пришлите {what}, пожалуйста, до {day(deadline)}: осталось {counted(left, 'день', 'дня', 'дней')}.{to}"


def _file_name(unit: str, name: str) -> str:
    """A name that every system takes."""
    plain = " ".join(_NO_NAME.sub(" ", f"{unit} {name}").split())
    return f"{plain[:_LONGEST].rstrip(' .').lstrip('.')}.txt"
