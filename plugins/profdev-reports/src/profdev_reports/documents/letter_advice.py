"""What was found at one organisation and what to do about it, from whom to learn, what will be looked at next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from profdev_indicators import wording
from profdev_indicators.results import Finding
from profdev_indicators.sentences import fact
from profdev_indicators.views.judgements import kinds_of_rules
from profdev_reports.blocks import Block, Bullets, Editable, Heading, Paragraph, Run
from profdev_reports.documents.recipients import Recipient, Round

_MOST_PRACTICES = 3


def advice(recipient: Recipient, told: Round) -> Iterator[Block]:
    """A text for each finding, to be rewritten by whoever sends the letter."""
    if not recipient.found:
        return
    yield Heading(text="Что обнаружено и что рекомендуем")
    for finding in recipient.found:
        title = f"Рекомендация по показателю {finding.indicator}"
        yield Editable(id=f"advice-{finding.indicator}", title=title, blocks=tuple(_words(finding, recipient, told)))


def practices(recipient: Recipient, told: Round) -> Iterator[Block]:
    """Work of others on what is weak here; work of its own that others are shown."""
    if told.practices is None:
        return
    weak = {finding.indicator for finding in recipient.found}
    rows = list(told.practices.frame.iter_rows(named=True))
    own = [row for row in rows if row["unit"] == recipient.unit]
    others = [row for row in rows if row["indicator"] in weak and row["unit"] != recipient.unit]
    others.sort(key=lambda row: row["group"] != recipient.group)
    if not own and not others:
        return
    yield Heading(text="Опыт, который стоит изучить")
    if own:
        named = ", ".join(dict.fromkeys(row["indicator"] for row in own))
        yield Paragraph(text=f"Опыт вашей организации предложен другим к изучению (показатели: {named}). Благодарим.")
    if others:
        yield Bullets(items=tuple(row["sentence"] for row in others[:_MOST_PRACTICES]))


def to_check(recipient: Recipient, told: Round) -> Iterator[Block]:
    """How each piece of advice will be checked."""
    checks = {code: str(row["check"]) for code, row in recipient.advice.items() if row["check"]}
    if checks:
        yield Bullets(items=tuple(f"показатель {code}: {_ended(text)}" for code, text in checks.items()))
    wanted = told.form.period.next.title
    yield Paragraph(text=f"Как и в этом году, за {wanted} посчитаем все показатели формы и сравним их с нынешними.")


def _words(finding: Finding, recipient: Recipient, told: Round) -> Iterator[Block]:
    indicator = told.monitoring.indicator(finding.indicator)
    severity = wording.SEVERITY_WORDS[finding.severity]
    yield Heading(text=f"{indicator.id}. {indicator.title} — {severity}", level=2)
    told_fact = fact(finding, indicator, told.monitoring.tellings, places=told.places)
    yield _labelled("Факт", told_fact)
    if finding.others:
        kinds = kinds_of_rules(told.monitoring.district)
        named = (told.monitoring.tellings.get(kinds.get(name, name)) for name in finding.others)
        also = [telling.name if telling else name for telling, name in zip(named, finding.others, strict=True)]
        yield _labelled("Кроме того, сработали правила", _ended(", ".join(dict.fromkeys(also))))
    row = recipient.advice.get(finding.indicator)
    if row is not None:
        yield from _advised(row)


def _advised(row: Mapping[str, object]) -> Iterator[Block]:
    deadline = row["deadline"]
    for label, text in (
        ("Что сделать", row["action"]),
        ("Срок", f"до {wording.day(deadline)}" if isinstance(deadline, date) else None),
        ("Ответственный", row["responsible"]),
        ("У кого перенять опыт", row["learn_from"]),
        ("Как проверим", row["check"]),
    ):
        if text:
            yield _labelled(label, _ended(str(text)))


def _labelled(label: str, text: str) -> Paragraph:
    return Paragraph(text=(Run(f"{label}: ", bold=True), Run(text)))


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
