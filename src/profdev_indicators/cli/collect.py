"""`profdev collect`: who has answered, who is late, what has to be mended; which of two answers counts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial
from importlib.metadata import version
from pathlib import Path

import click
import polars as pl
from attrs import evolve

from profdev_indicators import facade
from profdev_indicators.cli.console import complain, say
from profdev_indicators.cli.options import (
    FILE,
    cache_folder,
    config_argument,
    counting_options,
    data_option,
    manager,
    without_option,
)
from profdev_indicators.cli.speech import Command
from profdev_indicators.cli.staging import digests, put_file, put_whole
from profdev_indicators.cli.waiting import waiting
from profdev_indicators.engine.accepted import read_decisions, written
from profdev_indicators.errors import RequestError
from profdev_indicators.intake import letters, register
from profdev_indicators.intake.collect import Collection, accept
from profdev_indicators.model import ACCEPTED, District
from profdev_indicators.results import told
from profdev_indicators.views.tables import table_of
from profdev_indicators.wording import counted, day

RECORD = "collect.json"
_SHOWN = 30  # problems printed; the rest is in the book
_NAMED = 12  # organisations named in one line
_SOME, _ALL = 1, 0


@click.command(
    cls=Command,
    examples=(
        "profdev collect configs/chegem.yaml --period 2022 --data data",
        "profdev collect configs/chegem.yaml --period 2022 --data data --out сбор",
        'profdev collect configs/chegem.yaml --period 2022 --data data --accept "2022/cards/СОШ-3 новая.xlsx"',
    ),
)
@config_argument
@click.option("--period", metavar="ПЕРИОД", required=True, help="За какой период собираем: 2022; 2021/2022; 2022-Q3.")
@data_option
@click.option("--out", metavar="ПАПКА", type=FILE, help="Куда писать книгу и письма; без него — только напечатать.")
@click.option(
    "--accept",
    "accepted",
    metavar="ОТВЕТ",
    multiple=True,
    help="Какой из двух ответов одной организации учитывать: файл, файл!лист или файл:строка; можно повторять."
    f" Решение записывается в {ACCEPTED} в папке данных.",
)
@click.option("--today", metavar="ГГГГ-ММ-ДД", help="На какой день считать опоздавших; без него — на сегодня.")
@counting_options
@without_option
def command(  # noqa: PLR0913, PLR0917 - one argument is one option of the command
    config: Path,
    period: str,
    data: Path,
    out: Path | None,
    accepted: tuple[str, ...],
    today: str | None,
    engine: str | None,
    cache: Path | None,
    no_cache: bool,  # noqa: FBT001 - click passes options by name
    without: tuple[str, ...],
) -> int:
    """Показать, кто ответил, кто опаздывает и что исправить; написать книгу и письма.

    Нечитаемый файл никого не останавливает: он назван, а остальные прочитаны. С --out пишет collect.xlsx (кто сдал,
    полнота, замечания, повторы, файлы), collect.csv для программ и letters/ — письмо каждой организации, которой есть
    что прислать или исправить. Письма, которые вы правили, остаются вашими.

    Код возврата: 0 — всё прочитано, ошибок нет; 1 — есть нечитаемые файлы или ошибки в ответах; 2 — неверная команда.
    """
    if out is not None and out.resolve().is_relative_to(data.resolve()):
        raise RequestError(f"--out {out} лежит в папке данных {data}: книга смешалась бы с ответами")
    when = _day(today) if today else None
    plugins = manager(without)
    district = facade.load(config, plugins)
    gathering = partial(
        facade.collect,
        district,
        period=period,
        data=data,
        today=when,
        engine=engine,
        cache=cache_folder(cache, off=no_cache),
        plugins=plugins,
    )
    with waiting("Читаю ответы"):
        found = gathering()
        if accepted:
            _accept(found, accepted, data)
            found = gathering()
        files = _files(found)
        kept = put_whole(files, out, RECORD, by_hand=_is_letter) if out is not None else ()
    complain(*(f"Предупреждение: {notice}" for notice in found.notices))
    say(*_summary(found), *_problems(found, out))
    if accepted:
        say(f"Решение записано: {data / ACCEPTED}")
    if out is not None:
        say(*_written(out, files, kept))
    errors = found.remarks.filter(pl.col("severity") == "error").height
    return _SOME if errors or found.problems else _ALL


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise RequestError(f"--today: «{text}» — не день; напишите ГГГГ-ММ-ДД") from None


def _accept(found: Collection, wanted: tuple[str, ...], data: Path) -> None:
    inside = tuple(_inside(text, data) for text in wanted)
    put_file(written(accept(found, inside, read_decisions(data))), data / ACCEPTED)


def _inside(text: str, data: Path) -> str:
    """A path as the messages write it: relative to the folder of data, though the shell completed it from elsewhere."""
    path = Path(text)
    for home in (data, data.resolve()):
        if path.is_relative_to(home):
            return path.relative_to(home).as_posix()
    return text


# --- what is written ----------------------------------------------------------------------------------------------


def _files(found: Collection) -> dict[str, bytes]:
    files = {register.NAME: register.register(found), "collect.csv": table_of(found.responses)}
    files |= letters.letters(found)
    return files | {RECORD: _record(found, files)}


def _is_letter(name: str) -> bool:
    return name.startswith(letters.FOLDER)


def _record(found: Collection, files: Mapping[str, bytes]) -> bytes:
    record = {
        "district": found.district.id,
        "period": str(found.period),
        "today": found.today.isoformat(),
        "deadline": found.deadline.isoformat() if found.deadline else None,
        "version": version("profdev-indicators"),
        "plugins": [{"name": name, "version": number} for name, number in found.plugins],
        "config": found.district.digest,
        "sources": dict(found.sources),
        "unread": [str(problem) for problem in found.problems],
        "files": digests(files),
    }
    return (json.dumps(record, ensure_ascii=False, indent=2) + "\n").encode()


def _written(out: Path, files: Mapping[str, bytes], kept: tuple[str, ...]) -> Iterator[str]:
    number = sum(name.startswith(letters.FOLDER) for name in files)
    many = counted(number, "письмо", "письма", "писем")
    more = f", {many} в {letters.FOLDER}" if number else ""
    yield f"Записано в {out}: {register.NAME}, collect.csv, {RECORD}{more}"
    for name in kept:
        yield f"Не тронуто, вы его правили: {out / name}"


# --- what is printed ----------------------------------------------------------------------------------------------


def _summary(found: Collection) -> Iterator[str]:
    district: District = found.district
    deadline = f"; срок — {day(found.deadline)}" if found.deadline else ""
    yield f"{district.title}, {found.period.title}, на {day(found.today)}{deadline}"
    own = found.own
    whole = own.filter(pl.col("silent") == 0).height
    yield f"Ответили на всё: {whole} из {own.height}"
    some = own.filter((pl.col("silent") > 0) & (pl.col("answered") > 0))
    none = own.filter(pl.col("answered") == 0)
    if some.height:
        yield f"  не на всё: {_named(some)}"
    if none.height:
        yield f"  не ответили: {_named(none)}"
    late = own.drop_nulls("late")
    if late.height:
        days = counted(late["late"].item(0), "день", "дня", "дней")
        yield f"  срок прошёл {days} назад: ждём {counted(late.height, 'организацию', 'организации', 'организаций')}"
    yield from _by_source(found)


def _by_source(found: Collection) -> Iterator[str]:
    for source in found.district.sources:
        rows = found.responses.filter((pl.col("source") == source.id) & (pl.col("state") != "exempt"))
        given = rows.filter(pl.col("state").cast(pl.String).is_in(["answered", "remarks"])).height
        yield f"  «{source.title}»: {given} из {rows.height}"
        lost = sum(file is False for file in found.files.filter(source=source.id)["read"])
        if lost and given < rows.height:
            unread = counted(lost, "файл не прочитан", "файла не прочитаны", "файлов не прочитаны")
            absent = rows.filter(pl.col("state") == "unreadable")
            yield f"    {unread}; может быть, это ответы: {_named(absent)}"


def _named(rows: pl.DataFrame) -> str:
    names = [f"{name} ({unit})" for unit, name in rows.select("unit", "unit_name").iter_rows()]
    more = f" и ещё {len(names) - _NAMED}" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _problems(found: Collection, out: Path | None) -> Iterator[str]:
    """Errors first, all of them if they fit on a screen or two."""
    order = found.remarks.with_columns(warned=pl.col("severity") == "warning").sort("warned", maintain_order=True)
    lines = [f"не прочитан: {problem}" for problem in found.problems]
    for row in order.iter_rows(named=True):
        who = found.names.get(row["unit"]) if row["unit"] else None
        problem = told(row)
        lines.append(str(evolve(problem, message=f"{who}: {problem.message}" if who else problem.message)))
    errors = found.remarks.filter(pl.col("severity") == "error").height
    if not lines:
        yield "Замечаний нет"
        return
    yield f"Замечания: {len(lines)}, из них мешают счёту: {errors + len(found.problems)}"
    shown = lines if len(lines) <= _SHOWN else lines[: _SHOWN - 1]
    yield from (f"  {line}" for line in shown)
    if len(shown) < len(lines):
        where = f"все — {out / register.NAME}, лист «Замечания»" if out else "чтобы увидеть все, добавьте --out ПАПКА"
        yield f"  … и ещё {len(lines) - len(shown)}: {where}"
