"""From YAML to cases, or every misspelt word of the file at once."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import attrs
from attrs import field, frozen

from profdev_indicators.cases.model import ABSENT, TOLERANCE, WORDS, Answer, Case, Expectation
from profdev_indicators.config.hints import Hints
from profdev_indicators.config.nodes import Entry, MappingNode, Node, Place, ScalarNode, SequenceNode, read_document
from profdev_indicators.errors import ConfigError, Problem
from profdev_indicators.frames import MAIN, State
from profdev_indicators.model import District, Exemption, Unit
from profdev_indicators.periods import Period

_CASE = ("случай", "период", "прочтение", "единицы", "освобождены", "прежде", "дано", "ожидается", "точность")
_REQUIRED = ("случай", "период", "дано", "ожидается")
_UNIT = ("вид", "название", "выше", "группа")
_EXEMPTION = ("причина", "показатели")
_ANSWER = ("ответ", "ссылка")
_NUMBERS = ("значение", "числитель", "знаменатель")
_EXPECTED = (*_NUMBERS, "состояние", "правила")


def read_cases(path: Path, district: District) -> tuple[Case, ...]:
    """The cases of one file.

    Raises:
        ConfigError: with every misspelt key, item, indicator and word of the file, each with its line.
    """
    document, _ = read_document(path, str(path))
    reading = _Reading(district=district, problems=list(document.problems))
    cases = tuple(reading.cases(document.root)) if document.root is not None else ()
    if reading.problems:
        raise ConfigError(reading.problems)
    return cases


@frozen(kw_only=True)
class _Reading:
    """Reads nodes and collects what is wrong with them; a part with a mistake is left out."""

    district: District
    problems: list[Problem] = field(factory=list)
    hints: Hints = field(factory=Hints)

    def cases(self, root: Node) -> Iterator[Case]:
        if not isinstance(root, SequenceNode):
            self.refuse(root.place, "ожидался список случаев", "каждый начинается с «- случай: …»")
            return
        for node in root.elements:
            case = self.case(node)
            if case is not None:
                yield case

    def case(self, node: Node) -> Case | None:
        entries = self.mapping(node, _CASE)
        for name in _REQUIRED:
            if entries and name not in entries:
                self.refuse(node.place, f"в случае нет обязательного ключа «{name}»")
        if not all(name in entries for name in _REQUIRED):
            return None
        period = self.period(entries["период"].node)
        if period is None:
            return None
        earlier = self.mapping(entries["прежде"].node) if "прежде" in entries else {}
        told = [(self.period_of(name, entry.place), entry.node) for name, entry in earlier.items()]
        return Case(
            place=node.place,
            name=self.text(entries["случай"].node),
            period=period,
            reading=self.reading(entries["прочтение"].node) if "прочтение" in entries else MAIN,
            tolerance=self.number(entries["точность"].node) or 0.0 if "точность" in entries else TOLERANCE,
            units=tuple(self.units(entries["единицы"].node)) if "единицы" in entries else (),
            exemptions=tuple(self.exemptions(entries["освобождены"].node)) if "освобождены" in entries else (),
            answers=tuple(
                answer
                for when, given in (*told, (period, entries["дано"].node))
                if when is not None
                for answer in self.answers(given, when)
            ),
            expectations=tuple(self.expectations(entries["ожидается"].node)),
        )

    def units(self, node: Node) -> Iterator[Unit]:
        kinds = {*self.district.kinds, *(k for s in self.district.sources for k in s.asked_of)}
        for id_, entry in self.mapping(node).items():
            told = self.mapping(entry.node, _UNIT) if not isinstance(entry.node, ScalarNode) else {}
            kind = told["вид"].node if "вид" in told else entry.node
            if not isinstance(kind, ScalarNode):
                self.refuse(entry.place, f"«{id_}»: не задан вид", "школа — school: см. kinds в конфигурации")
                continue
            texts = {name: self.text(each.node) for name, each in told.items()}
            yield Unit(
                id=id_,
                name=texts.get("название", id_),
                kind=self.known(kind, kinds, "вида единиц") if kinds else self.text(kind),
                parent=texts.get("выше"),
                cluster=texts.get("группа"),
            )

    def exemptions(self, node: Node) -> Iterator[Exemption]:
        for unit, entry in self.mapping(node).items():
            if isinstance(entry.node, ScalarNode):
                yield Exemption(unit=unit, basis=self.text(entry.node))
                continue
            told = self.mapping(entry.node, _EXEMPTION)
            indicators = self.texts(told["показатели"].node) if "показатели" in told else ()
            basis = self.text(told["причина"].node) if "причина" in told else "освобождена"
            yield Exemption(
                unit=unit, basis=basis, indicators=tuple(self.indicator(n.text, n.place) for n in indicators)
            )

    def answers(self, node: Node, period: Period) -> Iterator[Answer]:
        for unit, entry in self.mapping(node).items():
            told = self.mapping(entry.node)
            if not told and isinstance(entry.node, MappingNode):
                yield Answer(place=entry.place, period=period, unit=unit, item=None)
            for item, answer in told.items():
                if item not in self.district.items:
                    self.refuse(answer.place, f"нет поля карты «{item}»", self.hints.meant(item, self.district.items))
                    continue
                text, link = self.answer(answer.node)
                yield Answer(place=answer.place, period=period, unit=unit, item=item, text=text, link=link)

    def answer(self, node: Node) -> tuple[str | None, str | None]:
        if not isinstance(node, MappingNode):
            return self.optional_text(node), None
        told = self.mapping(node, _ANSWER)
        text, link = (self.optional_text(told[name].node) if name in told else None for name in _ANSWER)
        return text, link

    def expectations(self, node: Node) -> Iterator[Expectation]:
        for indicator, entry in self.mapping(node).items():
            self.indicator(indicator, entry.place)
            for unit, expected in self.mapping(entry.node).items():
                yield self.expected(expected.node, Expectation(place=expected.place, indicator=indicator, unit=unit))

    def expected(self, node: Node, cell: Expectation) -> Expectation:
        if isinstance(node, ScalarNode):
            number = _number(node.text)
            if number is not None:
                return attrs.evolve(cell, value=number)
            return (
                attrs.evolve(cell, absent=True) if node.text == ABSENT else attrs.evolve(cell, state=self.state(node))
            )
        told = self.mapping(node, _EXPECTED)
        rules = tuple(each.text for each in self.texts(told["правила"].node)) if "правила" in told else None
        value, numerator, denominator = (self.number(told[name].node) if name in told else None for name in _NUMBERS)
        state = self.state(told["состояние"].node) if "состояние" in told else None
        return attrs.evolve(cell, value=value, numerator=numerator, denominator=denominator, state=state, rules=rules)

    # what single nodes say

    def mapping(self, node: Node, known: Sequence[str] = ()) -> Mapping[str, Entry]:
        if not isinstance(node, MappingNode):
            if isinstance(node, ScalarNode | SequenceNode):
                self.refuse(node.place, "ожидались ключи со значениями")
            return {}
        for name, entry in node.entries.items():
            if known and name not in known:
                self.refuse(entry.place, f"неизвестный ключ «{name}»", self.hints.meant(name, known))
        return node.entries

    def text(self, node: Node) -> str:
        text = self.optional_text(node)
        if text is None and isinstance(node, ScalarNode):
            self.refuse(node.place, "пусто")
        return text or ""

    def optional_text(self, node: Node) -> str | None:
        if isinstance(node, ScalarNode):
            return None if node.nature == "empty" else node.text
        self.refuse(node.place, "ожидался текст или число")
        return None

    def texts(self, node: Node) -> tuple[ScalarNode, ...]:
        nodes = node.elements if isinstance(node, SequenceNode) else (node,)
        for each in nodes:
            self.text(each)
        return tuple(each for each in nodes if isinstance(each, ScalarNode))

    def number(self, node: Node) -> float | None:
        number = _number(self.text(node))
        if number is None:
            self.refuse(node.place, "ожидалось число")
        return number

    def state(self, node: Node) -> State | None:
        return WORDS.get(self.known(node, (*WORDS, ABSENT), "состояния"))

    def period(self, node: Node) -> Period | None:
        return self.period_of(self.text(node), node.place)

    def period_of(self, text: str, place: Place) -> Period | None:
        try:
            return Period.parse(text, self.district.calendar)
        except ValueError as error:
            self.refuse(place, str(error))
            return None

    def reading(self, node: Node) -> str:
        known = {alternative.id for indicator in self.district.indicators for alternative in indicator.alternatives}
        return self.known(node, {MAIN, *known}, "прочтения")

    def indicator(self, wanted: str, place: Place) -> str:
        known = [indicator.id for indicator in self.district.indicators]
        if wanted not in known:
            self.refuse(place, f"нет показателя «{wanted}»", self.hints.meant(wanted, known))
        return wanted

    def known(self, node: Node, known: Iterable[str], of_what: str) -> str:
        text, words = self.text(node), list(known)
        if text and text not in words:
            self.refuse(node.place, f"нет такого {of_what}: «{text}»", self.hints.meant(text, words))
        return text

    def refuse(self, place: Place, message: str, hint: str = "") -> None:
        self.problems.append(place.problem(message, hint))


def _number(text: str) -> float | None:
    try:
        number = float(text.replace(",", ".").replace("\N{NO-BREAK SPACE}", ""))
    except ValueError:
        return None
    return number if math.isfinite(number) else None
