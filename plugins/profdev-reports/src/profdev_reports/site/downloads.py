"""Tables for other programs, and what stands in their columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl
from attrs import frozen

from profdev_indicators import wording
from profdev_indicators.views.tables import table_of
from profdev_reports.site.addresses import slug
from profdev_reports.site.answer import Answer
from profdev_reports.site.parts import Block, Cell, Heading, Link, Page, Paragraph, Row, Table

_KILO = 1024
_COLUMNS: Mapping[str, str] = {
    "district": "код района",
    "unit": "код организации; код района — итог по району",
    "unit_name": "название в этом периоде",
    "unit_kind": "вид организации",
    "level": "высота: 0 — отвечает сама, 1 и выше — итог по тем, кто ниже",
    "period": "период",
    "section": "код раздела формы",
    "indicator": "код критерия",
    "reading": "прочтение: main — принятое",
    "breakdown": "разрез; пусто — всего",
    "category": "значение разреза",
    "numerator": "числитель: сколько посчитано",
    "denominator": "знаменатель: от скольких; пусто — простое количество",
    "value": "значение без округления, в единицах критерия",
    "expected": "скольких организаций спросили",
    "reported": "сколько из них ответили так, что ответ вошёл в суммы",
    "evidenced": "сколько из ответивших дали нужную ссылку",
    "known": "для построчных реестров: сколько строк с известным ответом",
    "state": "ok — все ответили, partial — не все, not_reported — нет данных, not_applicable — не применимо, "
    "not_defined — не определён, invalid — противоречие, suppressed — скрыто",
    "reason": "почему так, словами",
    "ci_low": "нижняя граница: где лежало бы значение, ответь все (95 %)",
    "ci_high": "верхняя граница",
    "definition": "отпечаток определения: сравнивать можно только равные",
    "rule": "имя правила",
    "severity": "важность: info — информация, attention — внимание, risk — риск, critical — критично",
    "base": "с чем сравнивалось значение",
    "change": "значение минус база; для долей — процентные пункты",
    "numbers": "все числа правила, JSON",
    "p_value": "как часто такое бывает при неизменной работе, от 0 до 1",
    "suspended_by": "что ограничило важность",
    "raised_by": "что её повысило",
    "fact": "что произошло",
    "action": "что сделать",
    "deadline": "срок, ГГГГ-ММ-ДД",
    "responsible": "кто отвечает: должность",
    "learn_from": "у кого перенять",
    "check": "как проверим",
    "title": "название критерия",
    "sentence": "то же одним предложением",
}


@frozen(kw_only=True)
class Download:
    """A table to take away."""

    id: str
    title: str
    frame: pl.DataFrame
    headings: Mapping[str, str]
    content: bytes

    @property
    def path(self) -> str:
        """Where it lies."""
        return path_of(self.id)


def path_of(id: str) -> str:  # noqa: A002 - the word of the configuration
    """Where the table of this id lies."""
    return f"data/{slug(id)}.csv"


def downloads(answer: Answer) -> tuple[Download, ...]:
    """All tables, the values of every period read first."""
    monitoring = answer.monitoring
    own = (
        ("values", "Значения за все периоды", monitoring.history),
        ("findings", "Находки правил", monitoring.findings),
        ("recommendations", "Рекомендации", monitoring.recommendations),
    )
    tables: list[tuple[str, str, pl.DataFrame, Mapping[str, str]]] = [(*each, {}) for each in own]
    tables += [(each.id, each.title, each.frame, dict(each.headings)) for each in answer.exhibits]
    return tuple(
        Download(id=name, title=title, frame=frame, headings=headings, content=table_of(frame))
        for name, title, frame, headings in tables
    )


def contents(answer: Answer, tables: tuple[Download, ...]) -> Page:
    """``data.html``."""
    return Page(path="data.html", title="Данные", blocks=_blocks(answer, tables))


def _blocks(answer: Answer, tables: tuple[Download, ...]) -> Iterator[Block]:
    yield Paragraph(
        text="Таблицы CSV: запятая между столбцами, точка в дробях, кодировка UTF-8. Тексты, похожие на формулу, "
        "начинаются с апострофа, чтобы табличный процессор их не вычислял.",
        look="lead",
    )
    if answer.is_public:
        yield Paragraph(
            text=("Малые числа скрыты так же, как на страницах: ", Link("что и почему", "method.html#disclosure"), ".")
        )
    yield Table(
        id="files",
        caption="Файлы",
        head=("Таблица", "Строк", "Столбцов", "Размер"),
        rows=tuple(
            Row(
                cells=(
                    Cell(text=(Link(table.title, table.path),), small=table.path.removeprefix("data/")),
                    wording.count(table.frame.height),
                    wording.count(table.frame.width),
                    Cell(text=_size(table.content), order=str(len(table.content))),
                )
            )
            for table in tables
        ),
        numbers=frozenset({1, 2, 3}),
    )
    yield Heading(text="Что в столбцах", id="columns")
    for table in tables:
        if table.frame.width:
            yield Table(
                id=f"columns-{slug(table.id)}",
                caption=f"{table.title}: столбцы",
                head=("Столбец", "Что в нём", "Вид"),
                rows=tuple(_column(table, name, dtype) for name, dtype in table.frame.schema.items()),
                look="narrow",
            )


def _column(table: Download, name: str, dtype: pl.DataType) -> Row:
    words = table.headings.get(name) or _COLUMNS.get(name, "")
    return Row(cells=(Cell(text=name, look="code"), words or wording.DASH, _kind(dtype)))


def _kind(dtype: pl.DataType) -> str:
    if dtype.is_integer():
        return "целое"
    if dtype.is_numeric():
        return "число"
    if dtype == pl.Date:
        return "дата"
    return "да/нет" if dtype == pl.Boolean else "текст"


def _size(content: bytes) -> str:
    if len(content) < _KILO:
        return wording.with_unit(len(content), "Б", 0)
    if len(content) < _KILO * _KILO:
        return wording.with_unit(len(content) / _KILO, "КБ", 1)
    return wording.with_unit(len(content) / _KILO / _KILO, "МБ", 1)
