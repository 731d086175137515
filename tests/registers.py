"""An invented district whose teachers stand in a register, and its numbers counted by hand: a loop over rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
from attrs import frozen

import counted_by_hand
from profdev_indicators import hookimpl, load, plugin_manager
from profdev_indicators.model import District, Engine
from profdev_indicators.records import Part, Question, Tallied, keys, lost

Row = Mapping[str, Any]

SCHEMA = pl.Schema(
    {
        "oo": pl.String(),
        "key": pl.String(),
        "year": pl.String(),
        "main": pl.Boolean(),
        "trained": pl.Boolean(),
        "hours": pl.Float64(),
        "subject": pl.String(),
    }
)
UNITS = pl.DataFrame(
    {
        "id": ["s1", "s2", "s3", "k1"],
        "name": ["Школа 1", "Школа 2", "Школа 3", "Сад 1"],
        "kind": ["school", "school", "school", "kindergarten"],
    }
)
YAML = """
id: d
title: Район
kinds: {school: школы, kindergarten: сады}
units: {frame: {}}
calendar: year
sources:
  - id: register
    title: Реестр педагогов
    reader: {frame: {}}
    records:
      unit: oo
      person: key
      period: year
      columns: {main: flag, trained: flag, hours: number}
      items:
        n_ped: {where: main, title: Педагогов}
        n_trained: {where: main AND trained, title: Прошли обучение}
        hours: {sum: hours, where: main, title: Часов обучения}
      breakdowns: [subject]
populations:
  - {id: teachers, title: педагоги, items: [n_ped]}
sections:
  - id: one
    title: Раздел
    indicators:
      - {id: "1", title: Доля обученных, source: register, measure: {share: {counted: n_trained, population: teachers}},
         silence: excluded, missing: strict}
      - {id: "2", title: Доля обученных (молчание — ноль), source: register, silence: zero, missing: strict,
         measure: {share: {counted: n_trained, population: teachers}}}
      - {id: "3", title: Часов на педагога, source: register, silence: excluded, missing: strict, unit: ч,
         measure: {mean: {points: hours, answers: n_ped}}}
      - {id: "4", title: Педагогов, source: register, silence: excluded, missing: strict, unit: чел.,
         measure: {count: {counted: n_ped}}}
"""


@frozen(kw_only=True)
class ByHand:
    """Считает записи строка за строкой: медленно, зато видно, что верно."""

    def tally(self, question: Question, parts: Sequence[Part]) -> Iterator[tuple[int, Tallied]]:
        """Each part by itself."""
        sums = [f"{tally.name}.{part}" for tally in question.tallies for part in "npku"]
        types = {**keys(), **{name: pl.Float64() if name.endswith(".n") else pl.Int64() for name in sums}}
        for number, part in enumerate(parts):
            found, gone = counted_by_hand.count(question, [part])
            rows = [{**dict(zip(keys(), key, strict=False)), **told} for key, told in found.items()]
            left = [(what, said, times) for (what, said), times in gone.items()]
            yield (
                number,
                Tallied(
                    frame=pl.DataFrame(rows, schema=types),
                    lost=pl.DataFrame(left, schema=lost(), orient="row"),
                    rows=0,
                ),
            )


class _ByHand:
    @hookimpl
    def provide_engines(self) -> Mapping[str, type[Engine]]:
        return {"by_hand": ByHand}


PLUGINS = plugin_manager(_ByHand(), discover=False)
ENGINES = ("by_hand", "polars")


def district(folder: Path, *, person: bool = True, more: str = "", **changed: str) -> District:
    """The district; ``changed``: texts of the configuration put in place of others, by their number."""
    text = YAML if person else YAML.replace("      person: key\n", "")
    for pair in changed.values():
        old, _, new = pair.partition(" => ")
        assert old in text, old
        text = text.replace(old, new)
    file = folder / "d.yaml"
    file.write_text(text + more, encoding="utf-8")
    return load(file, PLUGINS)


def register(rows: Iterable[Row]) -> pl.DataFrame:
    """Rows as a frame; a column that a row lacks is null, the year 2022."""
    return pl.DataFrame([{"year": "2022", **row} for row in rows], schema=SCHEMA, orient="row")


def kleene_and(*parts: bool | None) -> bool | None:
    """AND of SQL."""
    if any(part is False for part in parts):
        return False
    return None if any(part is None for part in parts) else True


def counted(rows: Sequence[Row], indicator: str, *, person: bool = True) -> tuple[float, float, int, int] | None:
    """Numerator, population, known and «not known whether in it» over some rows, by the words of `records.Tally`."""
    persons: dict[Any, list[Row]] = {}
    for number, row in enumerate(rows):
        named = person and row.get("key") is not None
        persons.setdefault(row["key"] if named else number, []).append(row)
    total, whole, known, doubtful = 0.0, 0, 0, 0
    for own in persons.values():
        belongs = [row.get("main") for row in own]
        inside = [row for row in own if row.get("main") is True]
        if indicator == "4":  # every row is of the population, and «main» is what is counted
            inside, belongs = own, [True]
        if not inside:
            doubtful += any(told is None for told in belongs)
            continue
        whole += 1
        if indicator == "3":
            told = [hours for row in inside if (hours := row.get("hours")) is not None]
            known, total = known + bool(told), total + sum(told)
            continue
        answers = [
            row.get("main") if indicator == "4" else kleene_and(row.get("main"), row.get("trained")) for row in inside
        ]
        if any(answer is True for answer in answers):
            known, total = known + 1, total + 1
        elif all(answer is False for answer in answers):
            known += 1
    return total, whole, known, doubtful
