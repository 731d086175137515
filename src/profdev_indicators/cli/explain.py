"""`profdev explain`: one number, back to its cells and its act."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import attrs
import click

from profdev_indicators.cli.console import say, say_json, table
from profdev_indicators.cli.options import (
    cache_folder,
    config_argument,
    counting_options,
    data_option,
    format_option,
    manager,
    without_option,
)
from profdev_indicators.cli.progress import counted_so_far
from profdev_indicators.cli.speech import Command
from profdev_indicators.cli.waiting import waiting
from profdev_indicators.engine.explain import explain
from profdev_indicators.engine.explanation import Cell, Contribution, Earlier, Explanation, Formula, Judged
from profdev_indicators.errors import RequestError
from profdev_indicators.facade import load, monitor
from profdev_indicators.frames import MAIN
from profdev_indicators.results import Value, told
from profdev_indicators.wording import (
    DASH,
    NOT_EVIDENCED,
    SEVERITY_WORDS,
    STATE_WORDS,
    as_set,
    change,
    count,
    counted,
    day,
    of,
    with_unit,
)

_STATES_OF_ITEMS = {
    "not_applicable": "не применимо",
    "not_reported": "нет сведений, так и сказано",
    "suppressed": "скрыто источником",
    "invalid": "противоречие, не учтено",
}


@click.command(
    cls=Command,
    examples=(
        "profdev explain configs/chegem.yaml 1.1 район --period 2022 --data data",
        'profdev explain configs/chegem.yaml 4.2 "МКОУ СОШ № 1" --period 2022 --data data --format json',
    ),
)
@config_argument
@click.argument("indicator", metavar="ПОКАЗАТЕЛЬ", help="Код показателя: 1.1.")
@click.argument("unit", metavar="ЕДИНИЦА", help="id организации, её точное название или слово «район».")
@click.option("--period", metavar="ПЕРИОД", required=True, help="Один период: 2022.")
@data_option
@click.option("--reading", metavar="ПРОЧТЕНИЕ", default=MAIN, help="Объяснить другое прочтение показателя.")
@format_option
@counting_options
@without_option
def command(  # noqa: PLR0913, PLR0917 - one argument is one option of the command
    config: Path,
    indicator: str,
    unit: str,
    period: str,
    data: Path,
    reading: str,
    form: str,
    engine: str | None,
    cache: Path | None,
    no_cache: bool,  # noqa: FBT001 - click passes options by name
    without: tuple[str, ...],
) -> None:
    """Объяснить одно число: из каких ячеек, по какой формуле и по какому акту.

    Показывает числитель и знаменатель, файл, лист и ячейку каждого ответа или вклад каждой организации, кто не
    ответил и кто освобождён, определение и его дату, основание, другие прочтения, цель и прошлый период.
    """
    plugins = manager(without)
    district = load(config, plugins)
    kept, stage = cache_folder(cache, off=no_cache), ["Считаю"]
    with waiting(lambda: stage[-1]), counted_so_far(stage, kept) as on_progress:
        monitoring = monitor(
            district,
            period=period,
            data=data,
            readings="all",
            engine=engine,
            cache=kept,
            on_progress=on_progress,
            plugins=plugins,
        )
    if len(monitoring.periods) > 1:
        raise RequestError(f"объясняется одно число: укажите один период, а не «{period}»")
    explanation = explain(monitoring, indicator, unit, reading=reading)
    if form == "json":
        say_json(attrs.asdict(explanation))
    else:
        say(*lines(explanation))


def lines(explanation: Explanation) -> Iterator[str]:
    """The explanation as a person reads it from top to bottom."""
    value = explanation.value
    yield f"{explanation.indicator} {explanation.title}"
    yield f"{value.unit_name} ({value.unit}), {value.period}"
    yield ""
    yield _number(value, explanation.unit_of_value, explanation.decimals)
    yield _counters(value, links=explanation.links_needed)
    if value.ci_low is not None and value.ci_high is not None:
        low, high = (
            with_unit(end, explanation.unit_of_value, explanation.decimals) for end in (value.ci_low, value.ci_high)
        )
        yield f"Ответь все, было бы от {low} до {high} (95 % интервал, если молчание не связано с работой)"
    yield from _section("Как считается", _definition(explanation))
    yield from _section("Откуда число", _cells(explanation.cells))
    yield from _section("Что в записях", _recorded(explanation))
    yield from _section("Из чего сложилось", _contributions(explanation))
    for title in dict.fromkeys(each.breakdown for each in explanation.categories):
        yield from _section(f"Разрез: {title}", _categories(explanation, title))
    yield from _section("Из каких показателей", _components(explanation))
    yield from _section("Замечания к ответам", _defects(explanation))
    yield from _section("Другие прочтения", _alternatives(explanation))
    yield from _section("С чем сравнить", _comparison(explanation))
    yield from _section("Что решили правила", _judged(explanation.judgements))
    yield from _section("Чего не решил приказ", explanation.decisions)


def _section(title: str, body: Iterable[str]) -> Iterator[str]:
    body = list(body)
    if body:
        yield ""
        yield title
        yield from (f"  {line}" for line in body)


def _number(value: Value | None, unit: str, places: int) -> str:
    """«64,7 % = 11 из 17», or why there is no number."""
    if value is None:
        return "не считалось"
    if value.value is None or value.numerator is None:
        word = "не применимо" if value.state == "not_applicable" else STATE_WORDS[value.state]
        return f"{word}: {value.reason}" if value.reason else word
    if value.denominator is None:
        return with_unit(value.value, unit, places)
    sums = f"{count(value.numerator)} : {count(value.denominator)}"  # sums of points or of percentages
    if math.isclose(value.value * value.denominator, 100 * value.numerator):
        sums = of(value.numerator, value.denominator)
    return f"{with_unit(value.value, unit, places)} = {sums}"


def _counters(value: Value, *, links: bool) -> str:
    told = f"Спрошено {value.expected}, ответили {value.reported}"
    if links:
        told += f", подтвердили ссылкой {value.evidenced}"
    if value.evidenced < value.reported:
        told += f" ({NOT_EVIDENCED}: {value.reported - value.evidenced})"
    if value.value is not None and (value.state != "ok" or value.reason):
        told += f"; {STATE_WORDS[value.state]}" + (f": {value.reason}" if value.reason else "")
    return told


def _recorded(explanation: Explanation) -> Iterator[str]:
    """Conditions, and how much of the records is known."""
    recorded = explanation.recorded
    if recorded is None:
        return
    for title, condition in recorded.conditions:
        yield f"{title}: {condition}"
    who = ("человек", "человека", "человек") if recorded.person else ("строка", "строки", "строк")
    whose = ("человека", "человек", "человек") if recorded.person else ("строки", "строк", "строк")
    yield f"В совокупности {counted(recorded.population, *who)}, ответ известен у {recorded.known}"
    if recorded.unknown:
        yield f"Ответ неизвестен у {counted(recorded.unknown, *whose)}: пустая ячейка — не «нет»"
    if recorded.population_unknown:
        yield f"Неизвестно, входят ли в совокупность: {recorded.population_unknown}"
    told = [c.denominator for c in explanation.contributions if c.denominator is not None]
    if recorded.person and told and explanation.value.denominator is not None:
        again = sum(told) - explanation.value.denominator
        if again > 0:
            yield f"По организациям в сумме {count(sum(told))}: кто записан в нескольких, здесь посчитан один раз"


def _definition(explanation: Explanation) -> Iterator[str]:
    if explanation.formula is None:
        yield "в этом периоде показателя нет"
    else:
        yield from _formula(explanation.formula)
    for label, text in (
        ("Прочтение", explanation.reading),
        ("Основание", explanation.basis),
        ("Источник", explanation.source),
    ):
        if text:
            yield f"{label}: {text}"


def _formula(formula: Formula) -> Iterator[str]:
    yield f"{formula.kind}."
    for part in formula.parts:
        yield f"{part.label}: {'; '.join(part.words)}"
    yield f"Молчание: {formula.silence}"
    yield f"Неполная сумма: {formula.missing}"
    since = f" действует с {day(formula.since)}" if formula.since else " действует с самого начала"
    yield f"Определение {formula.digest}{since}" + (f": {formula.note}" if formula.note else "")


def _cells(cells: Sequence[Cell]) -> list[str]:
    if not cells:
        return []
    rows = [("Вопрос", "Ответ", "Где", "Ссылка")]
    rows += [
        (
            f"{cell.title} ({cell.item})",
            _answer(cell),
            ", ".join(part for part in (cell.file, cell.address) if part) or "ответа нет",
            cell.link or "",
        )
        for cell in cells
    ]
    return table(rows if any(cell.link for cell in cells) else [row[:3] for row in rows])


def _answer(cell: Cell) -> str:
    if cell.answer is None:
        return _STATES_OF_ITEMS.get(cell.state or "", "не сказано")
    if cell.day is not None:
        return day(cell.day)
    return ("да" if cell.answer else "нет") if cell.type == "flag" else count(cell.answer)


def _contributions(explanation: Explanation) -> list[str]:
    if not explanation.contributions:
        return []
    rows = [("Организация", "Числитель", "Знаменатель", "Значение", "")]
    rows += [
        (
            f"{each.name} ({each.unit})",
            _count(each.numerator),
            _count(each.denominator),
            DASH if each.value is None else with_unit(each.value, explanation.unit_of_value, explanation.decimals),
            _mark(each),
        )
        for each in explanation.contributions
    ]
    return table(rows)


def _mark(each: Contribution) -> str:
    if each.value is None:
        return each.reason or STATE_WORDS[each.state]
    return "" if each.confirmed else NOT_EVIDENCED


def _count(number: float | None) -> str:
    return DASH if number is None else count(number)


def _categories(explanation: Explanation, title: str) -> list[str]:
    unit, places = explanation.unit_of_value, explanation.decimals
    told = [each for each in explanation.categories if each.breakdown == title]
    return table((each.category, _number(each.value, unit, places)) for each in told)


def _components(explanation: Explanation) -> Iterator[str]:
    for each in explanation.components:
        yield f"{each.indicator} {each.title}: {_number(each.value, each.unit, explanation.decimals)}"


def _defects(explanation: Explanation) -> Iterator[str]:
    for each in explanation.defects:
        yield ": ".join(filter(None, (each.unit, str(told(attrs.asdict(each))))))


def _alternatives(explanation: Explanation) -> Iterator[str]:
    for each in explanation.alternatives:
        yield f"{each.id}: {_number(each.value, explanation.unit_of_value, explanation.decimals)} — {each.reading}"


def _comparison(explanation: Explanation) -> Iterator[str]:
    unit = explanation.unit_of_value
    if explanation.target is not None:
        basis = f" ({explanation.target_basis})" if explanation.target_basis else ""
        yield f"Цель: {as_set(explanation.target, unit)}{basis}"
    if explanation.earlier is None:
        yield "Раньше значений нет"
    else:
        yield from _earlier(explanation.earlier, unit, explanation.decimals)


def _earlier(earlier: Earlier, unit: str, places: int) -> Iterator[str]:
    told = f"{earlier.value.period}: {_number(earlier.value, unit, places)}"
    if not earlier.comparable:
        yield f"{told}; не сравнивается: тогда действовало другое определение ({earlier.value.definition})"
    elif earlier.change is None:
        yield told
    else:
        yield f"{told}; изменение {change(earlier.change, unit, places)}"


def _judged(judgements: Sequence[Judged]) -> Iterator[str]:
    for each in judgements:
        if each.severity is None:
            yield f"{each.rule}: не применено — {each.reason}"
        else:
            yield f"{each.rule}: {SEVERITY_WORDS[each.severity]}" + (f" ({each.reason})" if each.reason else "")
