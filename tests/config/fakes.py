"""Kinds small enough to see through, and a configuration which uses every shape there is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import attrs
from attrs import frozen

from profdev_indicators.config import read
from profdev_indicators.errors import ConfigError, Problem
from profdev_indicators.model import (
    Analysis,
    Derived,
    District,
    Engine,
    IndicatorId,
    ItemId,
    Kinds,
    Measure,
    Population,
    Reader,
    Renderer,
    Rule,
    key,
    shorthand,
)


@frozen(kw_only=True)
class Csv:
    """Файлы CSV."""

    location: str | tuple[str, ...] = key("Где лежит")
    columns: Mapping[str, str] = key("Заголовки", factory=dict)
    separator: Literal[";", ",", "tab"] | None = key("Разделитель", default=None)
    skip: int = key("Сколько строк пропустить", default=0, validator=attrs.validators.ge(0))


@frozen(kw_only=True)
class Frame:
    """В памяти."""


@frozen(kw_only=True)
class Share:
    """Доля."""

    counted: ItemId | tuple[ItemId, ...] = key("Что")
    population: Population = key("От кого")


@frozen(kw_only=True)
class Mean:
    """Среднее нескольких знаменателей: такого никто не считает, но записать можно."""

    over: tuple[Population, ...] = key("По кому")
    weight: float | str = key("Вес или поле", default=1.0)


@frozen(kw_only=True)
class Composite:
    """Сумма показателей с весами."""

    weights: Mapping[IndicatorId, float] = key("Веса")

    @property
    def needs(self) -> tuple[str, ...]:
        return tuple(self.weights)

    def derive(self) -> None:
        """Here only so that it is seen to be derived."""


def _no_more_than_all(_: object, attribute: attrs.Attribute[Any], value: float) -> None:
    if value > 100:
        raise ValueError(f"{attribute.name}: больше ста процентов не бывает")


@shorthand("at_least")
@frozen(kw_only=True)
class Coverage:
    """Мало ответов."""

    at_least: float = key("Процент", default=90.0, validator=_no_more_than_all)
    name: str | None = key("Имя", default=None)


@frozen(kw_only=True)
class Range:
    """Две границы, которые знают друг о друге."""

    low: float = key("Снизу")
    high: float = key("Сверху")
    inclusive: bool = key("Вместе с границами", default=True)

    def __attrs_post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError("нижняя граница выше верхней")


KINDS: Kinds = {
    Reader: {"csv": Csv, "frame": Frame},
    Measure: {"share": Share, "mean": Mean},
    Derived: {"composite": Composite},
    Rule: {"coverage": Coverage, "range": Range},
    Analysis: {},
    Renderer: {},
    Engine: {},
}

WHOLE = """\
id: rayon
title: {им: Заречный район, род: Заречного района}
oktmo: "83645000"
calendar: school_year
acts:
  - {id: order, title: Приказ № 1, date: 2022-07-01}
kinds:
  school: школа
  kindergarten: детский сад
units:
  - {id: s1, name: Школа № 1, kind: school, inn: "0708003626", aliases: [СОШ 1]}
  - {id: s1, name: Гимназия № 1, kind: school, valid_from: 2023-09-01}
  - {id: d1, name: Детский сад, kind: kindergarten}
  - csv: {location: more.csv}
exemptions:
  - {unit: s1, indicators: ["1.2"], since: 2022-09-01, basis: Приказ № 2}
spellings:
  yes: [ага]
sources:
  - id: card
    title: Карта
    reader: {csv: {location: ["{period}/card.csv", more/*.csv], columns: {n_ped: Педагогов}, separator: tab}}
    asked_of: [school, kindergarten]
    items:
      - {id: n_ped, title: Педагогов, type: count, required: true, jump: {percent: 30, at_least: 2.5}}
      - id: n_diag
        title: Прошли диагностику
        type: count
        at_most: n_ped
      - {id: site, title: Сайт, type: level, levels: {"нет": 0, есть: 1.5, "2": 2}}
  - {id: other, title: Другое, reader: {frame: }, items: []}
populations:
  - {id: teachers, title: педагоги, items: [n_ped]}
  - id: organisations
    title: организации
    items: [school, kindergarten]
    having: n_ped
sections:
  - id: deficits
    number: "1"
    title: Дефициты
    indicators:
      - id: "1.1"
        title: Доля прошедших
        source: card
        measure: {share: {counted: n_diag, population: teachers}}
        silence: excluded
        missing: strict
        basis: {act: order, place: п. 1}
        alternatives:
          - id: all
            reading: От всех
            measure:
              share: {counted: [n_diag], population: {id: both, title: оба, items: [n_ped, n_diag]}}
        revisions:
          - {since: 2023-09-01, silence: zero, measure: {mean: {over: [teachers, organisations], weight: 2}}}
        target:
          - {since: 2022-07-01, at: 75, basis: Приказ}
        rules:
          - coverage:
          - coverage: {at_least: 50, name: half}
        advice:
          coverage: Спросить ещё раз
          half: {action: Спросить, deadline: 03-01, responsible: ИМО}
      - id: "1.2"
        title: Доля с сайтом
        source: card
        asked_of: [school]
        measure: {share: {counted: site, population: organisations}}
        unit: балл
        better: neutral
        silence: zero
        missing: available
        since: 2022-09-01
        until: 2030-08-31
  - id: totals
    title: Итоги
    indicators:
      - id: "2.1"
        title: Итог
        measure: {composite: {weights: {"1.1": 0.5, "1.2": 0.5}}}
        silence: excluded
        missing: strict
dynamics:
  rules:
    - coverage: 80
    - range: {low: 0, high: 1e2, inclusive: false}
recommendations:
  deadline: 03-01
  advice:
    coverage: {action: Дослать, check: охват}
goals:
  - {id: g1, title: Цель, indicators: ["1.1", "2.1"], basis: {place: п. 4}}
topics:
  - {id: t1, title: Предмет, gap: Показателя нет}
roles:
  - {id: r1, title: Оператор, duties: [собирает, проверяет]}
information_sources:
  - {id: i1, title: Статистика, sources: [card]}
remarks:
  - {id: m1, place: п. 1, note: Опечатка}
decisions_needed:
  - {id: q1, question: Кто?, who: Управление, meanwhile: Все, indicators: ["1.2"]}
publication: {decimals: 2}
"""


def nothing_wrong(**_: object) -> list[list[Problem]]:
    return []


def load(path: Path, **configs: Path) -> District:
    return read(path, kinds=KINDS, configs=configs, check=nothing_wrong)


def problems(path: Path, **configs: Path) -> tuple[Problem, ...]:
    """Everything that is wrong with a file; nothing if it loads."""
    try:
        load(path, **configs)
    except ConfigError as error:
        return error.problems
    return ()


def told(path: Path, **configs: Path) -> list[str]:
    """Problems as a person reads them, without the folder."""
    return [str(problem).replace(f"{path.parent}/", "") for problem in problems(path, **configs)]
