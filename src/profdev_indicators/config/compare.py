"""What changed between two configurations, and whose values may no longer be compared."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

import attrs
from attrs import define, field, frozen

from profdev_indicators.config.shape import DECLARED, Shapes
from profdev_indicators.model import District, Exemption, Indicator, Item, Population, Records, Source, Unit

What = Literal["added", "removed", "changed"]

_DEFINING = {
    # keys which change what a number means; `source` does where others answer
    Indicator: frozenset({"measure", "silence", "missing", "asked_of", "revisions"}),
    Item: frozenset({"type", "levels"}),
    Population: frozenset({"items", "having"}),
    Source: frozenset({"asked_of"}),
}
_KEYS_OF_RECORDS = frozenset({"unit", "person", "period"})


@frozen(kw_only=True)
class Difference:
    """One change; ``before`` and ``after`` are values or objects of the two configurations."""

    path: str  # by ids: «indicators[1.1].measure.counted»
    what: What
    before: Any = None  # None: there was nothing
    after: Any = None
    wording: bool = False  # only words for people
    indicators: tuple[str, ...] = ()  # whose values before and after may not be compared

    @property
    def breaks(self) -> bool:
        """Whether some comparison breaks."""
        return bool(self.indicators)


def compare(before: District, after: District) -> tuple[Difference, ...]:
    """Everything that is not the same, in the order of the keys of a configuration.

    Things with ids are compared by id, dated marks by date, rules by name or kind; an indicator is the same in
    whatever section it stands.
    """
    comparison = _Comparison(users=_users(before, after))
    return tuple(comparison.districts(before, after))


def _users(before: District, after: District) -> Mapping[tuple[type, str], frozenset[str]]:
    """For everything a definition may be made of, the indicators of both districts which are made of it."""
    both = {indicator.id for indicator in before.indicators} & {indicator.id for indicator in after.indicators}
    users: defaultdict[tuple[type, str], set[str]] = defaultdict(set)
    for district in (before, after):
        made_of = {indicator.id: set(_parts(indicator)) for indicator in district.indicators}
        for _ in made_of:  # what a component is made of, a formula over its value is made of too
            for parts in made_of.values():
                parts.update(*[made_of.get(name, ()) for cls, name in tuple(parts) if cls is Indicator])
        for indicator in made_of.keys() & both:
            for part in made_of[indicator]:
                users[part].add(indicator)
    return {part: frozenset(names) for part, names in users.items()}


def _parts(indicator: Indicator) -> Iterator[tuple[type, str]]:
    yield Indicator, indicator.id
    if indicator.source is not None and not indicator.asked_of:
        yield Source, indicator.source.id
    for measure in (indicator.measure, *(revision.measure for revision in indicator.revisions)):
        yield from _parts_of(measure)


def _parts_of(thing: Any) -> Iterator[tuple[type, str]]:  # noqa: ANN401 - whatever a formula holds
    if isinstance(thing, str):
        yield from ((Item, thing), (Indicator, thing))  # whichever of them it names
    elif attrs.has(type(thing)):
        if isinstance(thing, Population):
            yield Population, thing.id
        for attribute in attrs.fields(type(thing)):
            yield from _parts_of(getattr(thing, attribute.name))
    elif isinstance(thing, Mapping):
        yield from _parts_of(tuple(thing) + tuple(thing.values()))
    elif isinstance(thing, Sequence):
        for value in thing:
            yield from _parts_of(value)


@frozen(kw_only=True)
class _Spot:
    """Where two things are compared."""

    path: str = ""
    wording: bool = False
    breaks: frozenset[str] = frozenset()

    def under(self, step: str, *, wording: bool = False, breaks: frozenset[str] = frozenset()) -> _Spot:
        path = f"{self.path}{step}".removeprefix(".")
        return _Spot(path=path, wording=self.wording or wording, breaks=self.breaks | breaks)

    def difference(self, before: Any, after: Any) -> Difference:  # noqa: ANN401 - whatever a configuration holds
        return Difference(
            path=self.path,
            what="added" if before is None else "removed" if after is None else "changed",
            before=before,
            after=after,
            wording=self.wording,
            indicators=() if self.wording else tuple(sorted(self.breaks)),
        )


@define(kw_only=True)
class _Comparison:
    users: Mapping[tuple[type, str], frozenset[str]]
    shapes: Shapes = field(factory=Shapes)

    def districts(self, before: District, after: District) -> Iterator[Difference]:
        for key in self.shapes.of(District).keys.values():
            spot = _Spot(path=key.name, wording=key.wording)
            if key.name == "sections":
                yield from self.values(spot, _bare(before), _bare(after))
                yield from self.values(_Spot(path="indicators"), before.indicators, after.indicators)
                yield from _moved(before, after)
            else:
                yield from self.values(spot, getattr(before, key.attribute), getattr(after, key.attribute))

    def values(self, spot: _Spot, before: Any, after: Any) -> Iterator[Difference]:  # noqa: ANN401 - of any key
        """Differences of two values of one key."""
        if before == after:
            return
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            yield from self._pairs(spot, before, after)
        elif isinstance(before, tuple) and isinstance(after, tuple) and (pairs := _keyed(before, after)) is not None:
            yield from self._pairs(spot, *pairs)
            yield from _reordered(spot, *pairs)
        elif not attrs.has(type(before)) or type(before) is not type(after):
            yield spot.difference(before, after)
        elif not _refers(spot, before):
            yield from (self._records if isinstance(before, Records) else self._objects)(spot, before, after)
        elif before.id != after.id:
            yield spot.difference(before.id, after.id)
        # else: what is referred to is compared where it is declared

    def _pairs(self, spot: _Spot, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
        for name in [*before, *(name for name in after if name not in before)]:
            yield from self.values(spot.under(f"[{name}]"), before.get(name), after.get(name))

    def _objects(self, spot: _Spot, before: Any, after: Any) -> Iterator[Difference]:  # noqa: ANN401 - of one class
        cls = type(before)
        for key in self.shapes.of(cls).keys.values():
            defining = key.name in _DEFINING.get(cls, ()) or (key.name == "source" and _others_answer(before, after))
            breaks = self.users.get((cls, before.id), frozenset()) if defining else frozenset()
            if cls is Source and key.name == "records" and None in (before.records, after.records):
                breaks = self._made_of_items(item.id for item in (*before.items, *after.items))
            under = spot.under(f".{key.name}", wording=key.wording, breaks=breaks)
            yield from self.values(under, getattr(before, key.attribute), getattr(after, key.attribute))

    def _records(self, spot: _Spot, before: Records, after: Records) -> Iterator[Difference]:
        """Another rule breaks what is made of its question; another key, or type of a column, everything."""
        everything = self._made_of_items({*before.items, *after.items})
        for key in self.shapes.of(Records).keys.values():
            old, new = getattr(before, key.attribute), getattr(after, key.attribute)
            under = spot.under(f".{key.name}", breaks=everything if key.name in _KEYS_OF_RECORDS else frozenset())
            if key.name not in {"items", "columns"}:
                yield from self.values(under, old, new)
                continue
            for name in dict.fromkeys((*old, *new)):
                retyped = everything if name in old and name in new else frozenset[str]()
                breaks = self._made_of_items({name}) if key.name == "items" else retyped
                yield from self.values(under.under(f"[{name}]", breaks=breaks), old.get(name), new.get(name))

    def _made_of_items(self, items: Iterable[str]) -> frozenset[str]:
        return frozenset().union(*(self.users.get((Item, name), frozenset()) for name in items))


def _refers(spot: _Spot, thing: object) -> bool:
    """Whether a source or a population only is referred to here, and declared elsewhere."""
    return type(thing) in DECLARED and not spot.path.startswith(DECLARED[type(thing)])


def _bare(district: District) -> tuple[Any, ...]:
    """The sections without their indicators, which are compared by themselves."""
    return tuple(attrs.evolve(section, indicators=()) for section in district.sections)


def _moved(before: District, after: District) -> Iterator[Difference]:
    old, new = _sections(before), _sections(after)
    for name in old:
        if name in new and old[name] != new[name]:
            yield _Spot(path=f"indicators[{name}].section", wording=True).difference(old[name], new[name])


def _sections(district: District) -> dict[str, str]:
    return {indicator.id: section.id for section in district.sections for indicator in section.indicators}


def _others_answer(before: Indicator, after: Indicator) -> bool:
    """Whether other kinds of units answer, on account of another source."""
    kinds = [one.asked_of or (one.source.asked_of if one.source is not None else ()) for one in (before, after)]
    return set(kinds[0]) != set(kinds[1])


def _keyed(before: tuple[Any, ...], after: tuple[Any, ...]) -> tuple[Mapping[str, Any], Mapping[str, Any]] | None:
    """Elements by what tells them apart; None: nothing does."""
    pairs = tuple({_identity(one): one for one in elements} for elements in (before, after))
    whole = all(len(found) == len(given) for found, given in zip(pairs, (before, after), strict=True))
    return (pairs[0], pairs[1]) if whole and "" not in {*pairs[0], *pairs[1]} else None


def _identity(thing: Any) -> str:  # noqa: ANN401 - an element of any list
    """What tells an element from the others: its id, unit, date or name, or its kind; empty: nothing does."""
    if not attrs.has(type(thing)):
        return ""
    if isinstance(thing, Unit | Exemption):
        identity, since = (thing.id, thing.valid_from) if isinstance(thing, Unit) else (thing.unit, thing.since)
        return f"{identity} с {since}" if since is not None else identity
    marks = (getattr(thing, mark, None) for mark in ("id", "since", "name"))
    return next((str(mark) for mark in marks if mark is not None), _snake(type(thing).__name__))


def _snake(name: str) -> str:
    """The word for a class as the names of kinds are written: BelowTarget is below_target."""
    return re.sub("(?<!^)(?=[A-Z])", "_", name).lower()


def _reordered(spot: _Spot, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    old = tuple(name for name in before if name in after)
    new = tuple(name for name in after if name in before)
    if old != new:
        order = _Spot(path=f"{spot.path}.order", wording=spot.wording)
        yield order.difference(old, new)
