"""Addressed advice: to organisations, and to those whom the criteria are about."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby

from attrs import frozen

from profdev_indicators import wording
from profdev_indicators.views.form import Line
from profdev_reports.blocks import Block, Bullets, Editable, Heading, Paragraph, Row, Run, Table
from profdev_reports.documents.picture import Picture, told
from profdev_reports.documents.titles import recalled

_MOST = 24  # rows of a table that somebody reads; letters have all
_GRAVE = frozenset({"attention", "risk", "critical"})
_TIMES = ("рекомендация", "рекомендации", "рекомендаций")

Advised = Mapping[str, object]
"""A row of RECOMMENDATIONS."""


@frozen
class Category:
    """Those to whom advice goes beside organisations, and how they are known."""

    title: str  # «Руководителям …»
    answers: Callable[[str], bool]  # of a «who is responsible»
    concerns: Callable[[str], bool]  # of a criterion's title, in lower case


_CATEGORIES = (
    Category(
        "Руководителям образовательных организаций",
        lambda who: "руководител" in who and "объединени" not in who,
        lambda _: False,
    ),
    Category(
        "Руководителям методических объединений и советов",
        lambda who: "методическ" in who and ("объединени" in who or "совет" in who),
        lambda title: "методических объединений" in title or "методических советов" in title,
    ),
    Category(
        "Молодым педагогическим работникам и тем, кто их сопровождает",
        lambda _: False,
        lambda title: "молод" in title,
    ),
    Category("Наставникам", lambda who: "наставник" in who, lambda title: "наставнич" in title),
)


def advice(picture: Picture) -> Iterator[Block]:
    """Both kinds of advice; nothing where the rules asked for none."""
    yield Heading(text="Организациям", level=2)
    yield from _to_organisations(picture)
    yield Heading(text="По категориям", level=2)
    yield Editable(id="categories", title="Рекомендации по категориям", blocks=tuple(_to_categories(picture)))


def _to_organisations(picture: Picture) -> Iterator[Block]:
    rows = picture.advice
    grave = [row for row in rows if row["severity"] in _GRAVE]
    if not rows:
        yield Paragraph(text="Правила не дали повода для рекомендаций отдельным организациям.")
        return
    units = {row["unit"] for row in rows}
    yield Paragraph(
        text=f"Всего {wording.counted(len(rows), *_TIMES)}, организаций — {len(units)}; "
        f"требуют внимания — {len(grave)}. "
        f"Все рекомендации — {'' if picture.is_public else 'в письмах организациям и '}в recommendations.csv."
    )
    yield from _same(rows)
    shown = _fitting(grave)
    if shown:
        left = len(grave) - len(shown)
        yield Table(
            caption="Рекомендации, которые требуют внимания",
            head=("Показатель и факт", "Что сделать", "Срок и ответственный", "У кого перенять, как проверим"),
            rows=tuple(_rows(shown, picture)),
            widths=(0.32, 0.32, 0.16, 0.2),
            small=True,
            notes=(f"Ещё {wording.counted(left, *_TIMES)} — в recommendations.csv.",) if left else (),
        )


def _same(rows: Sequence[Advised]) -> Iterator[Block]:
    """Advice that is the same for several is hardly addressed: it is for people to make it so."""
    asked: dict[tuple[str, str], set[object]] = {}
    for row in rows:
        asked.setdefault((str(row["indicator"]), str(row["action"])), set()).add(row["unit"])
    codes: dict[str, int] = {}
    for (code, _), units in asked.items():
        codes[code] = max(codes.get(code, 0), len(units))
    several = [f"{code} — {number}" for code, number in codes.items() if number > 1]
    if several:
        yield Paragraph(
            text="Одно и то же действие предложено нескольким организациям (показатель — скольким): "
            f"{'; '.join(several)}. "
            "Такую рекомендацию стоит уточнить для каждой."
        )


def _fitting(grave: Sequence[Advised]) -> Sequence[Advised]:
    """As many as fit: where they do not, the gravest of all, still in the order of the roster."""
    if len(grave) <= _MOST:
        return grave
    by_weight = sorted(grave, key=lambda row: {"critical": 0, "risk": 1}.get(str(row["severity"]), 2))
    kept = {id(row) for row in by_weight[:_MOST]}
    return [row for row in grave if id(row) in kept]


def _rows(rows: Sequence[Advised], picture: Picture) -> Iterator[Row]:
    for _, group in groupby(rows, key=lambda row: row["unit"]):
        for place, row in enumerate(group):
            if place == 0:
                yield Row(cells=(str(row["unit_name"]),), kind="section")
            yield _row(row, picture)


def _row(row: Advised, picture: Picture) -> Row:
    indicator = picture.indicator(str(row["indicator"]))
    fact = (Run(f"{indicator.id}. {recalled(indicator.title)}\n", bold=True), Run(_said(row["fact"])))
    learn = f"Перенять: {row['learn_from']}." if row["learn_from"] else ""
    check = f"Проверим: {row['check']}." if row["check"] else ""
    due = f"до {wording.day(row['deadline'])}" if isinstance(row["deadline"], date) else ""
    who = "\n".join(filter(None, (due, _said(row["responsible"]))))
    return Row(cells=(fact, _said(row["action"]), who, "\n".join(filter(None, (learn, check)))))


def _said(value: object) -> str:
    return "" if value is None else str(value)


def _to_categories(picture: Picture) -> Iterator[Block]:
    without = []
    for category in _CATEGORIES:
        items = tuple(_to_category(category, picture))
        if items:
            yield Paragraph(text=(Run(f"{category.title}.", bold=True),))
            yield Bullets(items=items)
        else:
            without.append(category.title)
    if without:
        names = "; ".join(f"{title[:1].lower()}{title[1:]}" for title in without)
        yield Paragraph(text=f"Нет ни показателей, ни рекомендаций: {names}.")


def _to_category(category: Category, picture: Picture) -> Iterator[str]:
    lines = [line for line in picture.form.lines if category.concerns(line.indicator.title.lower())]
    codes = {line.indicator.id for line in lines}
    theirs = [row for row in picture.advice if _is_theirs(row, category, codes)]
    yield from _values(lines, picture)
    yield from _asked(theirs)
    if lines and not theirs:
        yield "По этим показателям правила не дали повода для рекомендаций."


def _is_theirs(row: Advised, category: Category, codes: set[str]) -> bool:
    return row["indicator"] in codes or category.answers(_said(row["responsible"]).lower())


def _values(lines: Sequence[Line], picture: Picture) -> Iterator[str]:
    if lines:
        said = (f"{line.indicator.id} — {told(line, line.value, picture.places)}" for line in lines)
        yield f"Показатели о них: {'; '.join(said)}."


def _asked(rows: Sequence[Advised]) -> Iterator[str]:
    if not rows:
        return
    units, codes = {row["unit"] for row in rows}, dict.fromkeys(str(row["indicator"]) for row in rows)
    grave = sum(row["severity"] in _GRAVE for row in rows)
    yield (
        f"{wording.counted(len(rows), *_TIMES).capitalize()} (организаций — {len(units)}, требуют внимания — {grave}) "
        f"по показателям {', '.join(codes)}."
    )
    yield from (f"Кто отвечает: {who}." for who in [_responsible(rows)] if who)


def _responsible(rows: Sequence[Advised]) -> str:
    counts: dict[str, int] = {}
    for row in rows:
        if row["responsible"]:
            counts[str(row["responsible"])] = counts.get(str(row["responsible"]), 0) + 1
    return "; ".join(
        f"{who} — {number}" for who, number in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    )
