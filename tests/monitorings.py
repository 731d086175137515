"""Answers made by hand, without the engine: what a renderer may be given."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import polars as pl
from attrs import evolve, field, frozen

from profdev_indicators.builtin.measures import Achievement, Count, Mean, Share
from profdev_indicators.builtin.rules import Drop
from profdev_indicators.builtin.rules.sentences import TELLINGS
from profdev_indicators.errors import Problem
from profdev_indicators.frames import DEFECTS, FINDINGS, MAIN, RECOMMENDATIONS, ROSTER, UNCHECKED, VALUES
from profdev_indicators.model import (
    Act,
    Alternative,
    Basis,
    Decision,
    District,
    Dynamics,
    Goal,
    Indicator,
    Item,
    Name,
    Population,
    Remark,
    Revision,
    Section,
    Source,
    Target,
)
from profdev_indicators.periods import Period
from profdev_indicators.results import Monitoring, Provenance

SCHOOL = "МКОУ «СОШ № 1» с. Верхнее"
HOSTILE = "Школа | `rm` <script>alert(1)</script>\n# *№ 2* [a](b) & \\ ~~x~~ $y$"

MUTE = "Школа-молчунья"


@frozen
class NoReader:
    """A source that nobody reads here."""

    def read(self, request: object) -> tuple[()]:  # noqa: ARG002 - the protocol asks for it
        """Nothing."""
        return ()


TEACHERS = Population(id="teachers", title="педагогические работники", items=("n_ped",))
SCHOOLS = Population(id="schools", title="школы", items=("school",))
CARD = Source(
    id="card",
    title="Информационные карты",
    reader=NoReader(),
    asked_of=("school",),
    items=(
        Item(id="n_ped", title="Педагогов", type="count"),
        Item(id="n_diag", title="Прошли диагностику", type="count"),
        Item(id="points", title="Баллы", type="number"),
        Item(id="plan", title="Есть план", type="flag", evidence="required"),
    ),
)

DIAGNOSED = Indicator(
    id="1.1",
    title="Доля педагогических работников, прошедших диагностику",
    measure=Share(counted="n_diag", population=TEACHERS),
    source=CARD,
    silence="excluded",
    missing="strict",
    reading="прошедшие хотя бы одну диагностику",
    alternatives=(Alternative(id="twice", reading="прошедшие не меньше двух"),),
    revisions=(Revision(since=date(2021, 1, 1), note="считаются только завершённые"),),
    target=(Target(since=date(2020, 1, 1), at=75.0),),
    basis=Basis(act="order", place="Форма, раздел 1, п. 1"),
    rules=(Drop(points=5.0),),
)
PLANNED = Indicator(
    id="1.2",
    title="Наличие в ОО планов",
    measure=Share(counted="plan", population=SCHOOLS),
    source=CARD,
    silence="zero",
    missing="strict",
)
MEETINGS = Indicator(
    id="2.1",
    title="Количество мероприятий",
    measure=Count(counted="n_diag"),
    source=CARD,
    unit="ед.",
    better="neutral",
    silence="excluded",
    missing="strict",
)
POINTS = Indicator(
    id="2.2",
    title="Средний балл",
    measure=Mean(points="points"),
    source=CARD,
    unit="балл",
    silence="excluded",
    missing="strict",
)
ACHIEVED = Indicator(
    id="2.3",
    title="Степень достижения цели",
    measure=Achievement(of="1.1"),
    silence="excluded",
    missing="strict",
)

DISTRICT = District(
    id="d",
    title=Name(nominative="Выдуманный район"),
    form_title="Форма мониторинга Выдуманного района",
    acts=(Act(id="order", title="Приказ № 1", date=date(2022, 7, 1)),),
    sources=(CARD,),
    populations=(TEACHERS, SCHOOLS),
    sections=(
        Section(id="deficits", number="1", title="Выявление дефицитов", indicators=(DIAGNOSED, PLANNED)),
        Section(id="support", number="2", title="Сопровождение", indicators=(MEETINGS, POINTS, ACHIEVED)),
    ),
    dynamics=Dynamics(basis="приказ № 2"),
    goals=(
        Goal(id="g1", title="Выявление", indicators=("1.1",)),
        Goal(id="g2", title="Профилактика выгорания", gap="показателя в форме нет"),
    ),
    remarks=(Remark(id="r", place="п. 7", quote="с негативными", note="текст обрывается"),),
    decisions_needed=(Decision(id="young", question="Кто молодой?", who="ИМО", meanwhile="до 35 лет"),),
)

_LEVELS = {"district": 1, "school": 0}
_COUNTERS = {"expected": 1, "reported": 1, "evidenced": 1}


@frozen(kw_only=True)
class Cells:
    """Rows of VALUES, one call each."""

    rows: list[dict[str, Any]] = field(factory=list)

    def add(
        self,
        indicator: str,
        numerator: float | None = None,
        denominator: float | None = None,
        *,
        unit: str = "d",
        name: str | None = None,
        period: str = "2022",
        value: float | None = None,
        state: str | None = None,
        **others: Any,
    ) -> None:
        """One row; a share unless told otherwise, ``ok`` if it has a value and ``not_reported`` if it has none."""
        if value is None and numerator is not None:
            value = numerator if denominator is None else 100 * numerator / denominator
        kind = "district" if unit == "d" else "school"
        counters = _COUNTERS if value is not None else {"expected": 1, "reported": 0, "evidenced": 0}
        row = {
            "district": "d",
            "unit": unit,
            "unit_name": name or (DISTRICT.title.nominative if unit == "d" else unit),
            "unit_kind": kind,
            "level": _LEVELS[kind],
            "period": period,
            "section": "s",
            "indicator": indicator,
            "reading": MAIN,
            "numerator": numerator,
            "denominator": denominator,
            "value": value,
            "state": state or ("not_reported" if value is None else "ok"),
            "definition": "same",
        }
        self.rows.append(dict.fromkeys(VALUES) | row | counters | others)

    @property
    def frame(self) -> pl.DataFrame:
        """All rows."""
        return pl.DataFrame(self.rows, VALUES, orient="row")


def roster(*units: tuple[str, str | None, int]) -> pl.DataFrame:
    """Id, parent and level of each unit."""
    rows = [{"id": unit, "name": unit, "parent": parent, "level": level} for unit, parent, level in units]
    return pl.DataFrame([dict.fromkeys(ROSTER) | row for row in rows], {**ROSTER, "level": pl.Int32()}, orient="row")


def monitoring(
    cells: Cells,
    *periods: str,
    district: District = DISTRICT,
    units: tuple[str, ...] = ("s1", "s2"),
    **parts: Any,
) -> Monitoring:
    """An answer for ``periods`` made of ``cells``; whatever is not given is empty."""
    asked = tuple(Period.parse(text, district.calendar) for text in periods or ("2022",))
    history = cells.frame
    given: dict[str, Any] = {
        "district": district,
        "periods": asked,
        "values": history.filter(pl.col("period").is_in([str(period) for period in asked])),
        "history": history,
        "findings": pl.DataFrame(schema=FINDINGS),
        "unchecked": pl.DataFrame(schema=UNCHECKED),
        "recommendations": pl.DataFrame(schema=RECOMMENDATIONS),
        "defects": pl.DataFrame(schema=DEFECTS),
        "answers": pl.DataFrame(),
        "tellings": TELLINGS,
        "places": pl.DataFrame(schema={"unit": pl.String, "period": pl.String, "source": pl.String}),
        "roster": roster(("d", None, 1), *((unit, "d", 0) for unit in units)),
        "provenance": Provenance(
            version="0.1.0",
            polars="2.1.0",
            python="3.11.7",
            config="c0ffee" * 8,
            sources={"2022/card.csv": "ab" * 32},
            plugins=(("checks", ""), ("kbr", "0.1.0")),
            periods=tuple(sorted(set(history["period"]))),
            newest=datetime(2022, 12, 31, 9, 5, tzinfo=UTC),
        ),
    }
    return Monitoring(**given | parts)


def finding(indicator: str = "1.1", unit: str = "s1", **others: Any) -> dict[str, Any]:
    """A row of FINDINGS; a fall of a school."""
    numbers = {"kind": "drop", "base_period": "2021", "base_numerator": 9.0, "base_denominator": 10.0, "small": None}
    row = {
        "district": "d",
        "unit": unit,
        "period": "2022",
        "indicator": indicator,
        "reading": MAIN,
        "rule": "drop",
        "severity": "risk",
        "value": 50.0,
        "base": 90.0,
        "change": -40.0,
        "numbers": numbers,
    }
    return dict.fromkeys(FINDINGS) | row | others


def findings(*rows: dict[str, Any]) -> pl.DataFrame:
    """FINDINGS with the struct of ``numbers`` as wide as the rows need."""
    numbers = pl.DataFrame([row["numbers"] for row in rows], infer_schema_length=None).to_struct("numbers")
    plain = pl.DataFrame([{**row, "numbers": {}} for row in rows], FINDINGS, orient="row")
    return plain.with_columns(numbers)


def lively() -> Monitoring:
    """Three schools, two periods, every absence, a fall, a hostile name."""
    cells = Cells()
    cells.add("1.1", 34, 42, period="2021", expected=2, reported=2, evidenced=2)
    cells.add("1.1", 31, 42, expected=3, reported=2, evidenced=2, state="partial", reason="нет ответа")
    cells.add("1.1", 40, 42, reading="twice", expected=3, reported=2, evidenced=2, state="partial")
    cells.add("1.2", 1, 3, period="2021", definition="other", expected=3, reported=3, evidenced=3)
    cells.add("1.2", 1, 3, expected=3, reported=2, evidenced=1, state="partial")
    cells.add("2.1", 1234, expected=2, reported=2, evidenced=2)
    cells.add("2.2", state="not_applicable", expected=0, reason="знаменатель равен нулю")
    cells.add("2.3", 73.8, 75, value=98.4)
    cells.add("1.1", 5, 10, unit="s1", name=SCHOOL)
    cells.add("1.1", 26, 32, unit="s2", name=HOSTILE)
    cells.add("1.1", unit="s3", name=MUTE)
    cells.add("1.2", 1, 1, unit="s1", name=SCHOOL, evidenced=0)
    cells.add("1.2", 0, 1, unit="s2", name=HOSTILE)
    cells.add("1.2", unit="s3", name=MUTE)
    cells.add("2.1", 1234, unit="s1", name=SCHOOL)
    cells.add("2.1", unit="s2", name=HOSTILE, state="suppressed")
    cells.add("2.1", unit="s3", name=MUTE, state="not_defined", definition=None)
    cells.add("2.2", unit="s1", name=SCHOOL, state="not_applicable", expected=0)
    cells.add("2.2", unit="s2", name=HOSTILE, state="invalid")
    fell = finding()
    return monitoring(
        cells,
        units=("s1", "s2", "s3"),
        findings=findings(
            fell, {**fell, "rule": "below_target", "severity": "info"}, finding(unit="d", severity="info")
        ),
        unchecked=pl.DataFrame(
            [
                {"district": "d", "unit": unit, "period": "2022", "indicator": code, "reading": MAIN, "rule": "drop"}
                | {"reason": "первый период наблюдения"}
                for unit, code in (("s1", "2.2"), ("s2", "2.2"), ("s2", "1.2"))
            ],
            UNCHECKED,
        ),
        recommendations=pl.DataFrame(
            [
                {
                    "unit": "s1",
                    "unit_name": SCHOOL,
                    "period": "2022",
                    "indicator": "1.1",
                    "rule": "drop",
                    "severity": "risk",
                    "fact": "Снижение с 90,0 % до 50,0 %.",
                    "action": "Провести диагностику | всех",
                    "deadline": date(2023, 10, 1),
                    "responsible": "директор",
                    "learn_from": HOSTILE,
                    "check": None,
                }
            ],
            RECOMMENDATIONS,
        ),
        defects=pl.DataFrame(
            [
                dict.fromkeys(DEFECTS)
                | {"severity": "error", "source": "card", "unit": "s2", "period": "2022", "item": "points"}
                | {
                    "file": "2022/card.csv",
                    "row": 3,
                    "cell": "Баллы",
                    "message": "не число: «=cmd|»",
                    "hint": "исправьте",
                }
            ],
            DEFECTS,
        ),
        notices=(Problem(path="sources.card", message="один файл под двумя периодами"),),
    )


def bare(*periods: str) -> Monitoring:
    """One school, nothing to compare with, nothing wrong, no rules."""
    cells = Cells()
    for period in periods or ("2022",):
        for indicator in DISTRICT.indicators:
            cells.add(indicator.id, 1, 2, period=period)
    plain = evolve(DIAGNOSED, rules=(), alternatives=(), target=(), revisions=(), reading=None)
    section = Section(id="deficits", title="Выявление дефицитов", indicators=(plain,))
    district = District(id="d", title=Name(nominative="Выдуманный район"), sources=(CARD,), sections=(section,))
    return monitoring(cells, *periods, district=district, units=())
