"""What an indicator means in a period: the formula, silence and target in force on the period's last day."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import attrs
from attrs import frozen

from profdev_indicators.frames import MAIN
from profdev_indicators.model import Alternative, Derived, Indicator, Item, Measure, Missing, Silence, Source
from profdev_indicators.periods import Period

_HASH_LENGTH = 12


@frozen(kw_only=True)
class Definition:
    """One reading of an indicator as it holds for some periods."""

    measure: Measure | Derived
    silence: Silence
    missing: Missing
    digest: str  # equal digests may be compared


def definition(
    indicator: Indicator, period: Period, reading: str = MAIN, *, items: Mapping[str, Item]
) -> Definition | None:
    """The definition in force on the last day of ``period``; None: the indicator does not exist then.

    Args:
        indicator: whose definition.
        period: when.
        reading: :data:`MAIN` or the id of an alternative.
        items: all items of the district: what is asked is part of what a number means.
    """
    if not in_force(indicator.since, indicator.until, period):
        return None
    alternative = next((a for a in indicator.alternatives if a.id == reading), None)
    if alternative is not None and alternative.measure is not None:
        # A revision changes the main formula; an alternative with a formula of its own stays what it is.
        return _define(indicator, alternative.measure, indicator.silence, indicator.missing, alternative, items)
    measure, silence, missing = indicator.measure, indicator.silence, indicator.missing
    for revision in sorted(indicator.revisions, key=lambda revision: revision.since):
        if revision.since <= period.end:
            measure = revision.measure or measure
            silence, missing = revision.silence or silence, revision.missing or missing
    return _define(indicator, measure, silence, missing, alternative, items)


def in_force(since: date | None, until: date | None, period: Period) -> bool:
    """Whether a span of days, open where None, covers the last day of ``period``."""
    return (since is None or since <= period.end) and (until is None or until >= period.end)


def target_at(indicator: Indicator, period: Period) -> float | None:
    """The target in force on the last day of ``period``; None: none was set."""
    marks = [mark for mark in indicator.target if mark.since <= period.end]
    return max(marks, key=lambda mark: mark.since).at if marks else None


def readings_of(indicator: Indicator, wanted: Collection[str] | None) -> tuple[str, ...]:
    """The main reading, then the alternatives wanted (None: all of them)."""
    return (MAIN, *(a.id for a in indicator.alternatives if wanted is None or a.id in wanted))


def asked_kinds(indicator: Indicator) -> tuple[str, ...]:
    """Kinds of units which answer; empty: every unit without units below it."""
    if indicator.asked_of or indicator.source is None:
        return indicator.asked_of
    return indicator.source.asked_of


def _define(
    indicator: Indicator,
    measure: Measure | Derived,
    silence: Silence,
    missing: Missing,
    alternative: Alternative | None,
    items: Mapping[str, Item],
) -> Definition:
    if alternative is not None:
        silence, missing = alternative.silence or silence, alternative.missing or missing
    meant = [
        type(measure).__qualname__,
        *_canonical(measure),
        silence,
        missing,
        *asked_kinds(indicator),
        *(f"{name}:{items[name].type}{items[name].counted_from}" for name in _names(measure) if name in items),
    ]
    return Definition(measure=measure, silence=silence, missing=missing, digest=combine(*meant))


def combine(*parts: str) -> str:
    """A short hash of texts, the same on every machine."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:_HASH_LENGTH]


def _canonical(thing: Any) -> Iterator[str]:  # noqa: ANN401 - any attrs graph
    """All that a formula says, words for people left out."""
    if attrs.has(type(thing)):
        for field in attrs.fields(type(thing)):
            if not field.metadata.get("wording"):
                yield f"{field.name}="
                yield from _canonical(getattr(thing, field.name))
    elif isinstance(thing, Mapping):
        for name, value in thing.items():
            yield f"{name}:"
            yield from _canonical(value)
    elif isinstance(thing, Sequence) and not isinstance(thing, str):
        yield "["
        for value in thing:
            yield from _canonical(value)
        yield "]"
    else:
        yield repr(thing)


def _names(thing: Any) -> Iterator[str]:  # noqa: ANN401 - any attrs graph
    if isinstance(thing, str):
        yield thing
    elif isinstance(thing, Source):
        return
    elif attrs.has(type(thing)):
        for field in attrs.fields(type(thing)):
            yield from _names(getattr(thing, field.name))
    elif isinstance(thing, Mapping):
        yield from thing
    elif isinstance(thing, Sequence):
        for value in thing:
            yield from _names(value)
