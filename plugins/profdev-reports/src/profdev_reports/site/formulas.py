"""A formula in words: what is counted, of whom, and what is done where an answer is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs
from attrs import frozen

from profdev_indicators.model import Derived, District, Indicator, Measure, Population
from profdev_indicators.periods import Period
from profdev_indicators.wording import count

SILENCE = {
    "excluded": "Организация, которая не ответила, в суммы не входит: ни в числитель, ни в знаменатель.",
    "zero": "Организация, которая не ответила, считается нулём: её знаменатель, если он известен, входит в сумму.",
}
SILENCE_BRIEFLY = {"excluded": "не входит в суммы", "zero": "считается нулём"}
MISSING = {
    "strict": "Если у организации не хватает хотя бы одного слагаемого, её сумма неизвестна.",
    "available": "Если у организации не хватает слагаемого, складывается то, что есть.",
}


@frozen(kw_only=True)
class Formula:
    """A formula as a person reads it."""

    sentence: str  # one sentence: «Сколько … — в процентах от …»
    parts: tuple[tuple[str, tuple[str, ...]], ...]  # label and words of each part


def formula(measure: Measure | Derived, district: District) -> Formula:
    """The words of a formula of any kind, a plugin's too."""
    titles = _titles(district)
    parts = tuple((label, words) for label, words in _parts(measure, titles) if words)
    return Formula(sentence=_sentence(measure, titles), parts=parts)


def measure_at(indicator: Indicator, period: Period) -> Measure | Derived:
    """The formula in force in a period."""
    dated = [each for each in indicator.revisions if each.measure is not None and each.since <= period.end]
    last = max(dated, key=lambda each: each.since, default=None)
    return (last.measure if last else None) or indicator.measure


def words_of(given: object) -> str:
    """What a key of the configuration was set to, without the words of this district."""
    return ", ".join(_words(given, {}))


def _sentence(measure: object, titles: Mapping[str, str]) -> str:
    """A whole sentence for the shapes every district uses; for others, what the kind says of itself."""
    counted, population = getattr(measure, "counted", None), getattr(measure, "population", None)
    if counted and isinstance(population, Population):
        return (
            f"Сумма по организациям «{_sum(counted, titles)}», делённая на сумму «{population.title}» "
            "и умноженная на 100 %."
        )
    events, per = getattr(measure, "events", None), getattr(measure, "per", None)
    if events and isinstance(population, Population) and per is not None:
        return (
            f"Сумма по организациям «{_sum(events, titles)}», делённая на сумму «{population.title}» "
            f"и умноженная на {count(per)}."
        )
    if counted:
        return f"Сумма по организациям «{_sum(counted, titles)}»."
    points, answers = getattr(measure, "points", None), getattr(measure, "answers", None)
    if points:
        whole = f"сумму «{_sum(answers, titles)}»" if answers else "число ответивших организаций"
        return f"Сумма по организациям «{_sum(points, titles)}», делённая на {whole}."
    return " ".join((type(measure).__doc__ or "").split())


def _sum(items: str | Sequence[str], titles: Mapping[str, str]) -> str:
    names = (items,) if isinstance(items, str) else items
    return "» + «".join(titles.get(name, name) for name in names)


def _parts(measure: Any, titles: Mapping[str, str]) -> Iterator[tuple[str, tuple[str, ...]]]:  # noqa: ANN401 - of any kind
    if not attrs.has(type(measure)):
        return
    for each in attrs.fields(type(measure)):
        doc = str(each.metadata.get("doc") or each.name)
        label = doc.replace(".", ":").replace(";", ":").split(":", maxsplit=1)[0]
        yield label, tuple(_words(getattr(measure, each.name), titles))


def _words(given: Any, titles: Mapping[str, str]) -> Iterator[str]:  # noqa: ANN401 - the same
    match given:
        case None:
            return
        case Population():
            yield given.title
            yield from (f"складываются: {titles.get(item, item)}" for item in given.items)
            if given.having is not None:
                yield f"только те, у кого больше нуля: {titles.get(given.having, given.having)}"
        case str():
            yield titles.get(given, given)
        case bool():  # before int, which it is too
            yield "да" if given else "нет"
        case int() | float():
            yield count(given)
        case Mapping():
            yield from (f"{titles.get(str(name), str(name))} × {count(value)}" for name, value in given.items())
        case Sequence():
            for each in given:
                yield from _words(each, titles)
        case _:
            yield str(given)


def _titles(district: District) -> Mapping[str, str]:
    """Words of everything a formula may name; a kind of organisations counts each of them for one."""
    return {
        **{indicator.id: f"{indicator.id}. {indicator.title}" for indicator in district.indicators},
        **{kind: f"{title} (каждая считается за одну)" for kind, title in district.kinds.items()},
        **{item.id: item.title for item in district.items.values()},
    }
