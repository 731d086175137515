"""How the numbers are made and what they cannot say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import attrs
import polars as pl

from profdev_indicators import wording
from profdev_indicators.frames import MAIN
from profdev_indicators.model import Rule
from profdev_indicators.views.judgements import Unchecked, kinds_of_rules, unchecked
from profdev_reports.site.answer import Answer
from profdev_reports.site.criteria import basis_words
from profdev_reports.site.formulas import SILENCE, formula, measure_at, words_of
from profdev_reports.site.legend import absences
from profdev_reports.site.parts import Block, Bullets, Cell, Facts, Heading, Link, Page, Paragraph, Row, Table
from profdev_reports.site.told import indicator_link, rule_words

_LIMITS = (
    "Числа говорят о том, что посчитано по ответам организаций; качество самой работы они не измеряют.",
    "Связь во времени — не причина: улучшение после меры могло случиться и без неё; что об этом известно — на странице "
    "об эффекте решений, если район ведёт их реестр.",
    "Доля маленькой организации сильно меняется от одного человека: смотрите на «31 из 42», а не на одни проценты.",
    "Организации сравнивают с похожими и с ними самими раньше; рейтинга организаций здесь нет и быть не должно.",
    "Через изменение определения ничего не сравнивается.",
)


def method(answer: Answer) -> Page:
    """``method.html``."""
    return Page(path="method.html", title="Методика", blocks=_blocks(answer))


def _blocks(answer: Answer) -> Iterator[Block]:
    yield Paragraph(
        text="Как посчитано, что принято там, где приказ молчит, и чего по этим числам сказать нельзя.", look="lead"
    )
    yield Heading(text="Определения", id="definitions")
    yield Paragraph(
        text="Каждый критерий — две суммы по организациям: что посчитано и от чего. Они делятся один раз, в конце; "
        "средних из процентов здесь нет."
    )
    yield _definitions(answer)
    yield Heading(text="Состояния: чем может быть отсутствие числа", id="states")
    yield absences(answer)
    yield Heading(text="Кто ответил", id="coverage")
    yield from _coverage(answer)
    yield Heading(text="Правила", id="rules")
    yield from _rules(answer)
    yield Heading(text="Как падение отличают от случайности", id="chance")
    yield from _chance(answer)
    yield Heading(text="Что не удалось проверить", id="unchecked")
    yield from _unchecked(answer)
    yield from _decisions(answer)
    yield from _remarks(answer)
    yield Heading(text="Чего эти числа не говорят", id="limits")
    yield Bullets(items=_LIMITS)
    yield Heading(text="Защита сведений о людях", id="disclosure")
    yield from _disclosure(answer)


def _definitions(answer: Answer) -> Table:
    district = answer.monitoring.district
    return Table(
        id="definitions-table",
        caption=f"Определения, действующие за {answer.period.title}",
        head=("Критерий", "Как считается", "Как прочитано", "Молчание", "Основание"),
        rows=tuple(
            Row(
                cells=(
                    Cell(text=(indicator_link(line.indicator, short=True),)),
                    formula(measure_at(line.indicator, answer.period), district).sentence,
                    line.indicator.reading or wording.DASH,
                    SILENCE[line.silence],
                    basis_words(line.indicator.basis, district) or wording.DASH,
                )
            )
            for line in answer.form.lines
        ),
        look="wide",
    )


def _coverage(answer: Answer) -> Iterator[Block]:
    titles = {source.id: source.title for source in answer.monitoring.district.sources}
    several = len(answer.forms) > 1
    rows = tuple(
        Row(
            cells=(
                *((row.period,) if several else ()),
                titles[row.source],
                *map(str, (row.asked, row.fully, row.partly, row.silent, row.spared)),
            )
        )
        for row in answer.coverage
    )
    if not rows:
        yield Paragraph(text="Источников, которых спрашивали, в данных нет.")
        return
    first = 2 if several else 1
    yield Table(
        id="coverage-table",
        caption="Сколько организаций ответили",
        head=(
            *(("Период",) if several else ()),
            "Источник",
            "Спрошено",
            "Ответили на всё",
            "Частично",
            "Не ответили",
            "Не применимо",
        ),
        rows=rows,
        numbers=frozenset(range(first, first + 5)),
        titled=first - 1,
    )
    if answer.silent and not answer.is_public:
        yield Table(
            id="silent-table",
            caption="От кого ждём ответов",
            head=(*(("Период",) if several else ()), "Организация", "Источник", "Чего нет"),
            rows=tuple(
                Row(
                    cells=(
                        *((row.period,) if several else ()),
                        row.unit_name,
                        titles[row.source],
                        ("ничего не представлено: " if row.wholly else "нет ответа: ") + ", ".join(row.indicators),
                    )
                )
                for row in answer.silent
            ),
            titled=first - 1,
            lively=True,
        )


def _rules(answer: Answer) -> Iterator[Block]:
    district = answer.monitoring.district
    rules = district.dynamics.rules
    own = any(indicator.rules for indicator in district.indicators)
    if not rules and not own:
        yield Paragraph(text="Правила не заданы: динамика не оценивалась.")
        return
    if district.dynamics.basis:
        yield Paragraph(text=f"Чем установлены пороги: {district.dynamics.basis}")
    if rules:
        yield Paragraph(text="Правила, общие для всех критериев, и что в них задано:")
        yield Facts(rows=tuple((f"«{_named(answer, rule)}»", tuple(_set(rule))) for rule in rules))
    if own:
        yield Paragraph(text="У отдельных критериев есть и свои правила; находка всегда называет правило, которое сработало.")


def _named(answer: Answer, rule: Rule) -> str:
    words = rule_words(answer, rule.name or _snake(type(rule).__name__))
    return words if not rule.name or words == rule.name else f"{words} ({rule.name})"


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() and place else letter.lower() for place, letter in enumerate(name))


def _set(rule: Rule) -> Iterator[str]:
    """What the kind of rule says of itself, then what the district has set."""
    doc = " ".join((type(rule).__doc__ or "").split())
    if doc:
        yield doc
    given: dict[str, str] = {}
    for each in attrs.fields(type(rule)):  # type: ignore[arg-type]  # a rule is an attrs class: the loader builds it
        value = getattr(rule, each.name)
        if each.name == "name" or value is None or value == ():
            continue
        label = str(each.metadata.get("doc") or each.name).split(";", maxsplit=1)[0].split(".", maxsplit=1)[0]
        given[label] = words_of(value)
    yield from (f"{label}: {text}" for label, text in given.items())


def _chance(answer: Answer) -> Iterator[Block]:
    yield Paragraph(
        text="Данные сплошные: изменение долей — факт. Статистическая проверка отвечает на другой вопрос: могло ли такое "
        "изменение возникнуть без изменения работы — из-за малой численности (переводы, сроки, единичные случаи). "
        "Правил и организаций много, поэтому часть находок случайна всегда."
    )
    alarms = answer.monitoring.alarms.filter(pl.col("reading") == MAIN)
    if alarms.is_empty():
        yield Paragraph(text="Правила не применялись.")
        return
    several = len(answer.forms) > 1
    kinds = kinds_of_rules(answer.monitoring.district)
    rows = []
    for row in alarms.iter_rows(named=True):
        expected = row["expected"]
        rows.append(
            Row(
                cells=(
                    f"{rule_words(answer, row['rule'], kinds)} ({row['rule']})",
                    *((row["period"],) if several else ()),
                    wording.count(row["checked"]),
                    wording.count(row["fired"]),
                    wording.count(row["tested"]) if row["tested"] else wording.DASH,
                    wording.DASH if expected is None else wording.decimal(expected),
                )
            )
        )
    first = 2 if several else 1
    yield Table(
        id="chance-table",
        caption="Сколько находок возникло бы, если бы ничего не изменилось",
        head=(
            "Правило",
            *(("Период",) if several else ()),
            "Проверено",
            "Сработало",
            "Где известна случайность",
            "Сработало бы случайно, в среднем",
        ),
        rows=tuple(rows),
        numbers=frozenset(range(first, first + 4)),
        notes=("Прочерк — для этого правила случайность не считается.",),
    )


def _unchecked(answer: Answer) -> Iterator[Block]:
    yield Paragraph(text="Правило, которое не удалось применить, не значит «ухудшения нет».")
    reasons: dict[str, list[Unchecked]] = {}
    for row in unchecked(answer.monitoring):
        reasons.setdefault(row.reason, []).append(row)
    if not reasons:
        yield Paragraph(text="Проверить удалось всё.")
        return
    order = list(answer.indicators)
    yield Table(
        id="unchecked-table",
        caption="Почему правила не применены",
        head=("Почему", "Случаев", "Правила и сколько раз каждое", "Критерии"),
        rows=tuple(
            Row(
                cells=(
                    reason,
                    wording.count(sum(row.cells for row in rows)),
                    ", ".join(f"{rule_words(answer, row.rule, {})} — {row.cells}" for row in rows),
                    ", ".join(sorted({code for row in rows for code in row.indicators}, key=order.index)),
                )
            )
            for reason, rows in reasons.items()
        ),
        numbers=frozenset({1}),
    )


def _decisions(answer: Answer) -> Iterator[Block]:
    needed = answer.monitoring.district.decisions_needed
    if not needed:
        return
    yield Heading(text="Что должен решить район", id="decisions")
    yield Paragraph(text="Эти вопросы акт оставил открытыми. Пока они не решены, принято то, что сказано в таблице.")
    yield Table(
        id="decisions-table",
        caption="Открытые вопросы",
        head=("Вопрос", "Кто решает", "Принято, пока не решено", "Критерии"),
        rows=tuple(
            Row(cells=(each.question, each.who, each.meanwhile, Cell(text=tuple(_codes(answer, each.indicators)))))
            for each in needed
        ),
    )


def _codes(answer: Answer, codes: tuple[str, ...]) -> Iterator[str | Link]:
    for place, code in enumerate(codes):
        if place:
            yield ", "
        yield indicator_link(answer.indicators[code], short=True) if code in answer.indicators else code


def _remarks(answer: Answer) -> Iterator[Block]:
    remarks = answer.monitoring.district.remarks
    if not remarks:
        return
    yield Heading(text="Замечания к тексту акта", id="remarks")
    yield Paragraph(text="Текст акта здесь цитируется и не исправляется.")
    yield Table(
        id="remarks-table",
        caption="Места акта, которые нельзя прочитать однозначно",
        head=("Место", "Цитата", "В чём дело"),
        rows=tuple(Row(cells=(each.place, each.quote or wording.DASH, each.note)) for each in remarks),
    )


def _disclosure(answer: Answer) -> Iterator[Block]:
    policy = answer.monitoring.district.publication.disclosure
    if not answer.is_public:
        yield Paragraph(
            text="Это внутренний выпуск: малые числа в нём не скрыты, публиковать его нельзя. Для публикации выпуск "
            "готовят заново, со скрытием малых чисел.",
            look="warning",
        )
    classes: Mapping[str, str] = {
        "Сведения об организации": "наличие плана, программы: не скрываются.",
        "Сведения о работниках": f"скрываются, если людей в знаменателе меньше {policy.minimum_denominator} или "
        f"посчитанных (или остальных) больше нуля, но меньше {policy.threshold}.",
        "Чувствительные сведения": "дефициты, результаты диагностики, оценка: то же с порогом "
        f"{policy.sensitive_threshold}; скрываются и 0, и «все»: они говорят о каждом.",
    }
    yield Facts(rows=tuple((term, (text,)) for term, text in classes.items()))
    yield Paragraph(
        text="Чтобы скрытое нельзя было вычислить вычитанием, рядом скрывают и другие значения: в каждой сумме не меньше "
        f"{policy.minimum_hidden}; скрытое должно остаться неопределённым не уже чем на {wording.count(policy.width)} % "
        f"знаменателя. Вместо скрытого стоит «{wording.STATE_WORDS['suppressed']}». Предложения, картинки и файлы "
        "сделаны уже из того, что осталось."
    )
    if policy.basis:
        yield Paragraph(text=f"Чем установлены пороги: {policy.basis}")

