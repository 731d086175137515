"""How the numbers are made and what they cannot say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from profdev_indicators import wording
from profdev_reports.site.answer import Answer
from profdev_reports.site.criteria import basis_words
from profdev_reports.site.formulas import SILENCE_BRIEFLY, formula, measure_at
from profdev_reports.site.legend import absences
from profdev_reports.site.parts import Block, Bullets, Cell, Facts, Heading, Link, Page, Paragraph, Row, Table
from profdev_reports.site.rules import by_chance, in_force, not_applied
from profdev_reports.site.told import indicator_link

_LIMITS = (
    "Числа говорят о том, что посчитано по ответам организаций; качество самой работы они не измеряют.",
    (
        "Связь во времени — не причина: улучшение после меры могло случиться и без неё; что об этом известно — на "
        "странице об эффекте решений, если район ведёт их реестр."
    ),
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
    yield from in_force(answer)
    yield Heading(text="Как падение отличают от случайности", id="chance")
    yield from by_chance(answer)
    yield Heading(text="Что не удалось проверить", id="unchecked")
    yield from not_applied(answer)
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
                    SILENCE_BRIEFLY[line.silence],
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
        text="Чтобы скрытое нельзя было вычислить вычитанием, рядом скрывают и другие значения: в каждой сумме не "
        f"меньше {policy.minimum_hidden}; скрытое должно остаться неопределённым не уже чем на "
        f"{wording.count(policy.width)} % знаменателя. Вместо скрытого стоит "
        f"«{wording.STATE_WORDS['suppressed']}». Предложения, картинки и файлы "
        "сделаны уже из того, что осталось."
    )
    if policy.basis:
        yield Paragraph(text=f"Чем установлены пороги: {policy.basis}")
