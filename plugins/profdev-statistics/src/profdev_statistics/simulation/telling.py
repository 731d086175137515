"""The outcome of a simulation in words: what a console and a page of Markdown say of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile
from typing import Any

import polars as pl
from attrs import frozen

from profdev_indicators.builtin.renderers import marks
from profdev_indicators.frames import SEVERITIES
from profdev_indicators.wording import DASH, NBSP, SEVERITY_WORDS, count, counted, decimal
from profdev_statistics.simulation.running import ALL_FALL, ANY, Outcome

_ENOUGH = 0.8  # the part of planted falls that must be found for a fall of that size to be called visible
_ROUGH = 0.05  # alarms of a report: an error that one decimal can show
_ANY_WORDS = "хоть одно от «внимания»"


@frozen(kw_only=True)
class Sheet:
    """One table with what stands around it."""

    title: str
    note: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def heading(outcome: Outcome) -> list[str]:
    """Of what district, at what sizes, how many reports, and what was left out."""
    sizes, course = outcome.sizes, outcome.course
    organisations = sizes.rows.head(len(sizes.numbers))["unit"].n_unique()
    of_what = (
        counted(len(_drawn(outcome)), "показатель", "показателя", "показателей"),
        counted(organisations, "организация", "организации", "организаций"),
        f"ряд из {counted(course.periods, 'периода', 'периодов', 'периодов')}",
    )
    reports = counted(outcome.runs, "отчёт", "отчёта", "отчётов")
    falls = f", и по стольку же с каждым из падений: {_falls(outcome)}{NBSP}п.п." if outcome.falls else ""
    lines = [
        f"{sizes.district.title}, размеры и доли — за {sizes.period}: {', '.join(of_what)}",
        f"Разыграно {reports}, в которых ничего не изменилось{falls}",
    ]
    stirred = [
        (course.noise, f"уровень сам колеблется на {count(course.noise)}{NBSP}п.п."),
        (course.stay, f"{count(100 * course.stay)}{NBSP}% людей — те же, что в прошлом периоде"),
        (course.drift, f"численность колеблется на {count(course.drift)}{NBSP}%"),
    ]
    if told := [words for amount, words in stirred if amount]:
        lines.append(f"При этом: {'; '.join(told)}")
    if steady := _steady(outcome):
        lines.append(f"Остаются, какие были («есть / нет» зависит не от численности): {', '.join(steady)}")
    if sizes.left_out:
        lines.append(f"Не разыгрываются (не доли, или ответов нет): {', '.join(sizes.left_out)}")
    return lines


def sheets(outcome: Outcome) -> Iterator[Sheet]:
    """The table of false alarms, then that of falls found."""
    yield Sheet(
        title="Ложные тревоги: сколько раз правило сработает в одном отчёте, если ничего не изменилось",
        note="± — погрешность розыгрыша; «по расчёту» — сколько случайных тревог правило печатает в отчёте само; "
        "правила о цели и о сопоставимых судят уровень, а не изменение: их тревоги — о тех, кто таков и сейчас",
        head=("правило", "тревог", "из ячеек", *(SEVERITY_WORDS[word] for word in SEVERITIES), "по расчёту"),
        rows=tuple(map(_alarms, outcome.alarms.to_dicts())),
    )
    if outcome.falls:
        yield Sheet(
            title="Зоркость: какую часть настоящих падений "
            f"{'за весь ряд' if outcome.course.gradual else 'в последнем периоде'} правило находит",
            note=f"{ALL_FALL} — упали все организации сразу, ищем в итогах над ними; «видит от» — наименьшее из "
            "падений, которое, как и все большие, находится в 80 случаях из 100",
            head=("правило", "численность", *(f"{count(fall)}{NBSP}п.п." for fall in outcome.falls), "видит от"),
            rows=tuple(_found(outcome)),
        )


def lines(outcome: Outcome) -> list[str]:
    """For a console."""
    told = heading(outcome)
    for sheet in sheets(outcome):
        told += ["", sheet.title, *_aligned([sheet.head, *sheet.rows]), f"  ({sheet.note})"]
    return told


def page(outcome: Outcome) -> str:
    """Markdown."""
    parts = [marks.heading(1, "Ложные тревоги и зоркость правил"), *map(marks.paragraph, heading(outcome))]
    for sheet in sheets(outcome):
        table = marks.table(sheet.head, sheet.rows, numbers=sheet.head[1:])
        parts += [marks.heading(2, sheet.title), table, marks.paragraph(f"{sheet.note[0].upper()}{sheet.note[1:]}.")]
    return "\n\n".join(parts) + "\n"


def _alarms(row: Mapping[str, Any]) -> tuple[str, ...]:
    if row["rule"] == ANY:
        name, checked = _ANY_WORDS, ""
    else:
        name, checked = row["rule"], count(round(row["checked"]))
    if row["reason"] is not None or (row["checked"] == 0 and row["rule"] != ANY):
        return (name, f"не проверялось: {row['reason'] or 'нет таких ячеек'}", *[""] * (len(SEVERITIES) + 2))
    alarms = _with_error(row["alarms"], row["error"])
    expected = DASH if row["expected"] is None else decimal(row["expected"])
    graded = (decimal(row[word]) if row[word] else "0" for word in SEVERITIES)
    return (name, alarms, checked, *graded, expected)


def _with_error(mean: float, error: float | None) -> str:
    """«43,2 ± 0,4»: as many places as the error needs."""
    if not mean:
        return "0"
    places = 1 if error is None or error >= _ROUGH else 2
    return decimal(mean, places) + ("" if error is None else f" ± {decimal(error, places)}")


def _found(outcome: Outcome) -> Iterator[tuple[str, ...]]:
    frame = outcome.found.with_columns((pl.col("found") / pl.col("planted")).alias("part"))
    silent = frame.group_by("rule").agg(pl.col("found").sum()).filter(pl.col("found") == 0)["rule"].to_list()
    before = ""
    for (rule, size), part in frame.group_by("rule", "size", maintain_order=True):
        if rule in silent:
            continue
        name = _ANY_WORDS if rule == ANY else str(rule)
        parts: dict[float, float] = dict(part.select("fall", "part").iter_rows())
        visible = f"{count(seen)}{NBSP}п.п." if (seen := _smallest_seen(parts)) else DASH
        shown = (f"{decimal(100 * parts[fall], 0)}{NBSP}%" if fall in parts else DASH for fall in outcome.falls)
        yield ("" if name == before else name, str(size), *shown, visible)
        before = name


def _smallest_seen(parts: Mapping[float, float]) -> float | None:
    """The smallest fall of those from which on every one is found often enough; None: not even the largest is."""
    largest_first = sorted(parts, reverse=True)
    return min(takewhile(lambda fall: parts[fall] >= _ENOUGH, largest_first), default=None)


def _drawn(outcome: Outcome) -> set[str]:
    rows = outcome.sizes.rows.head(len(outcome.sizes.numbers))["indicator"]
    return set(rows.filter(pl.Series(~outcome.sizes.steady)))


def _steady(outcome: Outcome) -> list[str]:
    drawn = _drawn(outcome)
    return [i.id for i in outcome.sizes.district.indicators if i.id not in drawn]


def _falls(outcome: Outcome) -> str:
    return ", ".join(map(count, outcome.falls))


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns of numbers stand by their right edge, that of names by its left; what stands alone crosses the rest."""
    full = [row for row in rows if any(row[2:])]
    widths = [max(map(len, column)) for column in zip(*full, strict=True)]
    return [f"  {_line(row, widths)}".rstrip() for row in rows]


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *rest = row
    if not any(rest[1:]):
        return f"{first.ljust(widths[0])}  {rest[0]}"
    return "  ".join([first.ljust(widths[0]), *map(str.rjust, rest, widths[1:])])
