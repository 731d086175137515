"""A letter to each organisation: its values beside those of others like it, what was found, what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from profdev_indicators import wording
from profdev_indicators.frames import SEVERITIES
from profdev_indicators.results import Finding, Monitoring
from profdev_reports import naming, provenance
from profdev_reports.blocks import Block, Document, Editable, Heading, Paragraph
from profdev_reports.documents.letter_advice import advice, practices, to_check
from profdev_reports.documents.letter_values import at, history, sides, values
from profdev_reports.documents.recipients import Recipient, Round, codes, gathered, graver
from profdev_reports.documents.titles import fields
from profdev_reports.docx import templates, writing
from profdev_reports.kinds import Letters

_CASES = ("случай", "случая", "случаев")
_CRITERIA = ("показателю", "показателям", "показателям")
_MOST_CODES = 30  # criteria named one by one to whoever kept silent


def render(kind: Letters, monitoring: Monitoring) -> Mapping[str, bytes]:
    """One DOCX for each organisation that answers itself and was there in the last period; none for publication."""
    if monitoring.profile == "publish":
        return {}
    told = gathered(monitoring)
    template = templates.stock_or_own(monitoring, kind.template, "letters")
    foot, known = provenance.lines(monitoring), fields(monitoring, told.form.period)
    folder = f"letters-{naming.of_period(told.form.period)}"
    files: dict[str, bytes] = {}
    for recipient in told.recipients:
        letter = document(recipient, told, known, foot)
        name = _free(f"{folder}/{naming.of_unit(recipient.unit, recipient.name)}", files)
        files[name] = writing.write(letter, template=template)
    return files


def document(
    recipient: Recipient, told: Round, known: Mapping[str, str | tuple[Block, ...]], foot: Sequence[str]
) -> Document:
    """The letter to one organisation; ``known`` and ``foot`` are the same in all letters."""
    monitoring, period = told.monitoring, told.form.period
    contact = monitoring.district.contact
    return Document(
        id=f"letters/{period}/{recipient.unit}",
        title=f"Об итогах мониторинга за {period.title}",
        subject=f"Письмо по итогам мониторинга: {recipient.name}",
        blocks=tuple(_blocks(recipient, told)),
        foot=tuple(foot),
        made=monitoring.provenance.newest,
        wide_margin=monitoring.district.documents.archive,
        fields={
            **known,
            "addressee": f"Руководителю {recipient.name}",
            "annex": tuple(history(recipient, told)),
            "contact": f"Вопросы: {contact}" if contact else "",
        },
    )


def _blocks(recipient: Recipient, told: Round) -> Iterator[Block]:
    yield Editable(id="introduction", title="Вступление", blocks=tuple(_introduction(recipient, told)))
    if recipient.waited:
        yield Editable(id="silence", title="Чего мы ждём", blocks=tuple(_silence(recipient, told)))
    yield from values(recipient, told)
    yield from advice(recipient, told)
    yield from practices(recipient, told)
    yield Heading(text="Что проверим в следующем году")
    yield Editable(id="check", title="Что проверим", blocks=tuple(to_check(recipient, told)))
    yield Editable(id="closing", title="Заключение", blocks=tuple(_closing(recipient)))


def _introduction(recipient: Recipient, told: Round) -> Iterator[Block]:
    district, form = told.monitoring.district, told.form
    whose = f" {district.title.genitive}" if district.title.genitive else ""
    yield Paragraph(
        text=f"Направляем итоги мониторинга{whose} за {form.period.title} в части, которая касается вашей организации."
        if not district.form_title
        else f"Направляем итоги за {form.period.title} в части, которая касается вашей организации "
        f"({_lowered(district.form_title)})."
    )
    if told.monitoring.provisional:
        yield Paragraph(text="Данные предварительные: ответы ещё можно исправить.")
    yield Paragraph(text=" ".join(_in_short(recipient, told)))


def _in_short(recipient: Recipient, told: Round) -> Iterator[str]:
    values = (at(recipient, line, told.form.period) for line in told.form.lines)
    known = [value for value in values if value is not None and value.value is not None]
    total = len(told.form.lines)
    yield f"Показателей в форме — {total}, у вашей организации есть значения по {_counted(len(known))}."
    better, worse, same = (len(side) for side in sides(recipient, told))
    if better or worse or same:
        before = told.form.before.title if told.form.before else ""
        yield f"По сравнению с прошлым ({before}): лучше — {better}, хуже — {worse}, без изменений — {same}."
    grave = graver(recipient.found)
    if grave:
        cases = wording.counted(len(grave), *_CASES)
        yield f"Требует внимания: {cases} ({_by_severity(grave)}); о каждом сказано ниже."
    elif known:
        yield "Того, что требует внимания, правила мониторинга у вас не нашли. Благодарим за работу."


def _counted(number: int) -> str:
    return wording.counted(number, *_CRITERIA)


def _by_severity(grave: Sequence[Finding]) -> str:
    tally = Counter(finding.severity for finding in grave)
    return ", ".join(f"{wording.SEVERITY_WORDS[name]} — {tally[name]}" for name in reversed(SEVERITIES) if tally[name])


def _silence(recipient: Recipient, told: Round) -> Iterator[Block]:
    titles = {source.id: source.title for source in told.monitoring.district.sources}
    wholly = [row for row in recipient.waited if row.wholly]
    wanted = codes(recipient.waited)
    named = ", ".join(wanted[:_MOST_CODES]) + (" и другим" if len(wanted) > _MOST_CODES else "")
    if wholly:
        lacking = "; ".join(f"«{titles[row.source]}»" for row in wholly)
        yield Paragraph(text=f"За {told.form.period.title} от вас пока ничего не получено: {lacking}.")
    else:
        yield Paragraph(text=f"За {told.form.period.title} ответы получены не на все вопросы.")
    card = told.monitoring.district.card
    where = card.send_to or told.monitoring.district.contact
    yield Paragraph(
        text=f"Просим прислать недостающее по показателям {named}"
        + (f" ({where})" if where else "")
        + ". Если чего-то не было — напишите «нет» или «0»: отсутствие ответа мы не считаем отрицательным ответом и "
        "печатаем как «нет данных»."
    )


def _closing(recipient: Recipient) -> Iterator[Block]:
    if recipient.advice:
        yield Paragraph(
            text="Просим рассмотреть рекомендации на методическом (педагогическом) совете, учесть их в плане работы и "
            "сообщить о принятых мерах в указанные сроки. Если в значениях есть ошибка, напишите нам: мы пересчитаем."
        )
    else:
        yield Paragraph(
            text="Если в значениях есть ошибка, напишите нам: мы пересчитаем. Благодарим за сотрудничество."
        )


def _lowered(title: str) -> str:
    return title[:1].lower() + title[1:] if title[1:2].islower() else title


def _free(stem: str, taken: Mapping[str, bytes]) -> str:
    """A name no other letter has: two ids may look alike once they are names of files."""
    name, number = f"{stem}.docx", 1
    while name.casefold() in {other.casefold() for other in taken}:
        number += 1
        name = f"{stem} ({number}).docx"
    return name
