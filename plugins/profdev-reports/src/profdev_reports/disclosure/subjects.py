"""What an indicator tells about people, and from which numbers on that is too much."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from attrs import frozen

from profdev_indicators.engine.definitions import definition
from profdev_indicators.frames import MAIN, Ratio, total
from profdev_indicators.model import DisclosureClass, DisclosurePolicy, District, Indicator, Item, Missing
from profdev_indicators.periods import Period

Kind = Literal["part", "rate", "count", "score"]
"""Heads among all, events per all, heads alone, points: which of the rules for small numbers apply."""

BOUNDLESS = 1e9  # «no upper bound» that can still be added up
_PER_CENT = 100.0
_CLASSES: tuple[DisclosureClass, ...] = ("A", "B", "C")  # from the mildest to the strictest


@frozen(kw_only=True)
class Subject:
    """One indicator as it is defined in some period."""

    indicator: str
    disclosure: DisclosureClass
    kind: Kind
    threshold: int  # of its class
    counted: frozenset[str]  # fields of the card that the numerator adds up; empty: it is no plain sum
    among: frozenset[str]  # fields of the card that the denominator adds up; empty: organisations, or no plain sum
    having: frozenset[str]  # fields that decide who is in the population at all
    per_person: float = 1.0  # the most one unit of the denominator can add to the numerator

    def most(self, denominator: float | None) -> float:
        """The greatest numerator there can be."""
        if denominator is None or self.kind in {"rate", "count"}:
            return BOUNDLESS
        return denominator * self.per_person

    def small(self, numerator: float, denominator: float | None, policy: DisclosurePolicy) -> str | None:
        """Why a number speaks of too few people, in Russian; None: it does not."""
        if denominator is not None and denominator < policy.minimum_denominator:
            return f"в знаменателе меньше {policy.minimum_denominator}"
        most = self.most(denominator)
        if self.disclosure == "C" and (numerator <= 0 or numerator >= most):
            return "ни одного" if numerator <= 0 else "все"
        if self.kind == "score":
            return None
        if 0 < numerator < self.threshold:
            return f"посчитано меньше {self.threshold}"
        if 0 < most - numerator < self.threshold:
            return f"остальных меньше {self.threshold}"
        return None

    def width(self, denominator: float | None, policy: DisclosurePolicy) -> float:
        """How wide the range of a hidden numerator has to stay, before what is known anyway is taken into account."""
        of_all = 0.0 if denominator is None else denominator * self.per_person * policy.width / _PER_CENT
        return max(float(self.threshold), of_all)


def disclosure_of(indicator: Indicator, district: District) -> DisclosureClass:
    """The class of an indicator: its own, else that of what it is derived from, else by what it counts."""
    if indicator.disclosure is not None:
        return indicator.disclosure
    needs = getattr(indicator.measure, "needs", None)
    if needs is not None:
        made_of = [disclosure_of(other, district) for other in district.indicators if other.id in needs]
        return max(made_of, key=_CLASSES.index, default="B")
    measures = [indicator.measure, *(r.measure for r in indicator.revisions if r.measure is not None)]
    ratios = [measure.ratio(indicator.missing) for measure in measures if hasattr(measure, "ratio")]
    return "A" if all(counts_organisations(ratio, district.items) for ratio in ratios) else "B"


def counts_organisations(ratio: Ratio, items: Mapping[str, Item]) -> bool:
    """Whether it is the share of organisations which said «yes»."""
    yes = bool(ratio.linked) and all(item in items and items[item].type == "flag" for item in ratio.linked)
    return yes and ratio.scale == _PER_CENT


def subject_of(indicator: Indicator, period: Period, district: District, reading: str = MAIN) -> Subject | None:
    """What the indicator tells in a period; None: it does not exist then, or is derived from others."""
    known = definition(indicator, period, reading, items=district.items)
    if known is None or not hasattr(known.measure, "ratio"):
        return None
    policy, disclosure = district.publication.disclosure, disclosure_of(indicator, district)
    ratio: Ratio = known.measure.ratio(known.missing)
    kind = _kind(ratio, known.missing, district.items)
    return Subject(
        indicator=indicator.id,
        disclosure=disclosure,
        kind=kind,
        threshold=policy.sensitive_threshold if disclosure == "C" else policy.threshold,
        counted=frozenset(ratio.linked) if _adds_up(ratio, known.missing) else frozenset(),
        among=_fields(ratio, district.items),
        having=frozenset() if ratio.applicable is None else frozenset(ratio.applicable.meta.root_names()),
        per_person=_per_person(ratio, kind),
    )


def _adds_up(ratio: Ratio, missing: Missing) -> bool:
    return bool(ratio.linked) and ratio.numerator.meta.eq(total(ratio.linked, missing))


def _kind(ratio: Ratio, missing: Missing, items: Mapping[str, Item]) -> Kind:
    counts = {items[item].type for item in ratio.linked if item in items} <= {"count", "flag"}
    if not counts or not _adds_up(ratio, missing):
        return "score"
    if ratio.denominator is None:
        return "count"
    return "part" if ratio.contradiction is not None or counts_organisations(ratio, items) else "rate"


def _per_person(ratio: Ratio, kind: Kind) -> float:
    if kind != "score":
        return 1.0
    if ratio.contradiction is None:
        return BOUNDLESS
    # A mean of percentages adds up to a hundred for every organisation.
    return 1.0 if ratio.scale == _PER_CENT else _PER_CENT


def _fields(ratio: Ratio, items: Mapping[str, Item]) -> frozenset[str]:
    if ratio.denominator is None:
        return frozenset()
    names = frozenset(ratio.denominator.meta.root_names())
    return names if names <= items.keys() else frozenset()
