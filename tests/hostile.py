"""Districts whose words attack whatever prints them, and districts of odd sizes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache
from itertools import cycle

import polars as pl
from attrs import evolve, frozen

from profdev_indicators.builtin.measures import Count, Mean, Share
from profdev_indicators.builtin.rules import Drop
from profdev_indicators.frames import STATE
from profdev_indicators.model import (
    Act,
    Advice,
    Advising,
    Alternative,
    Basis,
    Decision,
    District,
    Documents,
    Dynamics,
    Exemption,
    Goal,
    Indicator,
    InformationSource,
    Item,
    Measure,
    Name,
    Population,
    Remark,
    Revision,
    Role,
    Section,
    Source,
    Target,
    Unit,
)
from profdev_indicators.results import Exhibit, Monitoring
from strategies import Given, ask

PRODUCT = "54439"
"""What `7777*7` comes to: it must not be found anywhere."""
REPEATED = "зряИзряИзряИ"
"""What a loop of a template would give."""

ATTACKS = (
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://x.example";"7")&7777*7',
    "+7777*7",
    "-7777*7",
    "@SUM(7777*7)",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</td></tr></table><!-- ]]> &lt; &amp;",
    "{{ 7777*7 }}",
    "{% for i in range(3) %}зряИ{% endfor %}",
    "{% raise %} {# нет #} {%",
    "#set page(width: 1cm)",
    '#eval("7777*7") #(7777*7)',
    "*жирно* _криво_ `код` $x^2$ <метка> @ссылка // нет /* нет",
    "= Заголовок\n== Ещё\n/ Термин: слово",
    "\\ ~ --- \"прямые\" 'кавычки' ...",
    "[сюда](javascript:alert(1)) | **нет** | <!--",
    "\u202eалокш\u202c \u200fсправа налево\u2066",
    "звон\x07 цвет\x1b[31m нуль\x00 пробел\x0b",
    "строка\r\nдругая\tтретья\u2028четвёртая",
    "🏫👩🏽‍🏫 эмодзи",
    "Шко\u0301ла с удареньем и\u0306",
    "Ш" * 300,
    "слово " * 50,
    "%s %d %(name)s ${HOME} $(reboot) `reboot`",
    "../../etc/passwd",
    "C:\\Windows\\CON",
)


@frozen
class Words:
    """Attacks one after another, each with a mark at its end by which to find it again: «… ‹К007›»."""

    given: list[str]

    @classmethod
    def new(cls) -> Words:
        """None given yet."""
        return cls([])

    def next(self) -> str:
        """A text nobody was given before."""
        number = len(self.given)
        text = f"{ATTACKS[number % len(ATTACKS)]} {mark(number)}"
        self.given.append(text)
        return text


def mark(number: int) -> str:
    """The mark of the text that was given as this one, from zero."""
    return f"‹К{number:03}›"


@frozen(kw_only=True)
class Case:
    """A district and the answer about it."""

    answer: Monitoring
    words: tuple[str, ...] = ()  # every attack, in the order of their marks


TEACHERS = Population(id="teachers", title="педагоги", items=("n_ped",))
ITEMS = (
    Item(id="n_ped", title="педагогов", type="count"),
    Item(id="n_diag", title="прошли", type="count"),
    Item(id="points", title="баллы", type="number"),
    Item(id="plan", title="есть план", type="flag", evidence="required"),
)
SHARE = Share(counted="n_diag", population=TEACHERS)
SCHOOLS = Population(id="schools", title="организации", items=("school",))
MEASURES: Mapping[str, tuple[str, Measure]] = {
    "1.1": ("%", SHARE),
    "1.2": ("%", Share(counted="plan", population=SCHOOLS)),
    "2.1": ("ед.", Count(counted="n_diag")),
    "2.2": ("балл", Mean(points="points", answers="n_ped")),
}


def hostile() -> Case:
    """Three years of a district in which every text is an attack; the names of its organisations are, too."""
    words = Words.new()
    say = words.next
    units = tuple(Unit(id=f"s{number:02}", name=say(), kind="school") for number in range(len(ATTACKS)))
    source = Source(
        id="card",
        title=say(),
        reader=Given(),
        asked_of=("school",),
        items=tuple(evolve(item, title=say()) for item in ITEMS),
    )
    basis = Basis(act="order", place=say(), note=say())
    indicators = tuple(
        Indicator(
            id=code,
            title=say(),
            unit=unit,
            measure=measure,
            source=source,
            silence="excluded",
            missing="strict",
            reading=say(),
            basis=basis,
            alternatives=(Alternative(id="other", reading=say(), silence="zero"),),
            revisions=(Revision(since=date(2022, 1, 1), note=say()),),
            target=(Target(since=date(2020, 1, 1), at=75.0, basis=say()),),
            advice={"drop": Advice(action=say(), responsible=say(), check=say(), deadline="10-01")},
        )
        for code, (unit, measure) in MEASURES.items()
    )
    district = District(
        id="district",
        title=Name(nominative=say(), genitive=say(), dative=say(), prepositional=say()),
        oktmo="83625000",
        operator=say(),
        contact=say(),
        form_title=say(),
        acts=(Act(id="order", title=say(), date=date(2022, 6, 24), url="javascript:alert(1)"),),
        kinds={"school": say(), "district": say()},
        units=units,
        exemptions=(Exemption(unit="s00", indicators=("2.2",), basis=say()),),
        sources=(source,),
        populations=tuple(evolve(population, title=say()) for population in (TEACHERS, SCHOOLS)),
        sections=(
            Section(id="one", number="1", title=say(), indicators=indicators[:2]),
            Section(id="two", number="2", title=say(), indicators=indicators[2:]),
        ),
        dynamics=Dynamics(rules=(Drop(points=5.0),), basis=say()),
        recommendations=Advising(advice={"drop": Advice(action=say())}),
        goals=(Goal(id="g1", title=say(), indicators=("1.1",)), Goal(id="g2", title=say(), gap=say())),
        topics=(Goal(id="t1", title=say(), indicators=("1.2",)),),
        roles=(Role(id="r", title=say(), duties=(say(), say())),),
        information_sources=(InformationSource(id="i", title=say(), sources=("card",)),),
        remarks=(Remark(id="m", place=say(), quote=say(), note=say()),),
        decisions_needed=(Decision(id="q", question=say(), who=say(), meanwhile=say(), indicators=("1.1",)),),
        documents=Documents(
            letterhead=(say(), say()), place=say(), signatory=say(), controller=say(), site="javascript:alert(1)"
        ),
    )
    answer = ask(district, answers(units, ("2020", "2021", "2022")), readings="all")
    exhibit = Exhibit(
        id="odd",
        title=say(),
        frame=pl.DataFrame({"sentence": [say()], "words": [say()], "number": [1.5]}),
        headings={"words": say(), "number": say()},
        notes=(say(),),
    )
    made = evolve(
        answer.provenance, newest=datetime(2022, 12, 20, 9, tzinfo=UTC), sources={f"2022/{say()}.xlsx": "5ec4e7" * 11}
    )
    return Case(answer=evolve(answer, exhibits=(exhibit,), provenance=made), words=tuple(words.given))


def published() -> Case:
    """The same as everybody may see it: every third number of an organisation is hidden."""
    case = hostile()

    def hidden(values: pl.DataFrame) -> pl.DataFrame:
        hides = (pl.col("level") == 0) & (pl.col("unit").str.slice(1).cast(pl.Int64, strict=False) % 3 == 0)
        numbers = ("numerator", "denominator", "value", "ci_low", "ci_high")
        return values.with_columns(
            *(pl.when(~hides).then(pl.col(name)).alias(name) for name in numbers),
            state=pl.when(hides).then(pl.lit("suppressed", STATE)).otherwise(pl.col("state")),
            reason=pl.when(~hides).then(pl.col("reason")),
        )

    answer = case.answer
    return evolve(
        case,
        answer=evolve(
            answer,
            profile="publish",
            values=hidden(answer.values),
            history=hidden(answer.history),
            findings=answer.findings.clear(),
            recommendations=answer.recommendations.clear(),
            answers=answer.answers.clear(),
            places=answer.places.clear(),
            defects=answer.defects.clear(),
        ),
    )


def silent() -> Case:
    """Nobody has told anything."""
    units = schools(4)
    frame = answers(units, ("2022",)).with_columns(pl.lit(None).alias(item.id) for item in ITEMS)
    return Case(answer=ask(plain(units), frame))


def alone() -> Case:
    """One organisation, one period."""
    units = schools(1)
    return Case(answer=ask(plain(units), answers(units, ("2022",))))


def many() -> Case:
    """Four hundred organisations, two criteria."""
    units = schools(400)
    return Case(answer=ask(plain(units, ("1.1", "1.2")), answers(units, ("2021", "2022"))))


def wide() -> Case:
    """Sixty criteria of long names."""
    units = schools(6)
    district = plain(units)
    first = district.indicators[0]
    sections = tuple(
        Section(
            id=f"s{n}",
            number=str(n),
            title=f"Раздел {n}",
            indicators=tuple(evolve(first, id=f"{n}.{m}", title=f"Доля педагогов {n}.{m} " * 8) for m in range(1, 11)),
        )
        for n in range(1, 7)
    )
    return Case(answer=ask(evolve(district, sections=sections), answers(units, ("2021", "2022"))))


def clashing() -> Case:
    """Ids and names that are one file on some system, or none at all."""
    ids = (
        "S1",
        "s1",
        "CON",
        "con",
        "nul.",
        "NUL",
        "a/b",
        "a\\b",
        "a:b",
        "a b",
        "...",
        "й",
        "и\u0306",
        "lpt1.txt",
        "-x",
    )
    names = cycle(("Школа", "школа", "Школа.", "", "ШКОЛА ", "."))
    units = tuple(Unit(id=id_, name=next(names), kind="school") for id_ in ids)
    return Case(answer=ask(plain(units), answers(units, ("2021", "2022"))))


def empty() -> Case:
    """Every text that may be empty is."""
    units = tuple(evolve(unit, name="") for unit in schools(5))
    district = plain(units)
    indicators = tuple(evolve(indicator, title="", unit="", reading="") for indicator in district.indicators)
    source = evolve(district.sources[0], title="", items=tuple(evolve(item, title="") for item in ITEMS))
    bare = evolve(
        district,
        title=Name(nominative="", genitive="", dative="", prepositional=""),
        operator="",
        contact="",
        form_title="",
        kinds={"school": ""},
        acts=(Act(id="order", title=""),),
        sources=(source,),
        sections=(
            Section(id="s", number="", title="", indicators=tuple(evolve(i, source=source) for i in indicators)),
        ),
        goals=(Goal(id="g", title=""),),
        documents=Documents(letterhead=("",), place="", signatory="", controller="", site=""),
    )
    return Case(answer=ask(bare, answers(units, ("2021", "2022"))))


CASES: Mapping[str, Callable[[], Case]] = {
    function.__name__: cache(function) for function in (hostile, published, silent, alone, many, wide, clashing, empty)
}


def schools(number: int) -> tuple[Unit, ...]:
    """That many, with names like any other."""
    return tuple(Unit(id=f"s{n:03}", name=f"МКОУ «СОШ № {n}»", kind="school") for n in range(1, number + 1))


def plain(units: Sequence[Unit], codes: Sequence[str] = tuple(MEASURES)) -> District:
    """A district of ordinary words."""
    source = Source(id="card", title="карта", reader=Given(), asked_of=("school",), items=ITEMS)
    indicators = tuple(
        Indicator(
            id=code, title=f"Критерий {code}", unit=unit, measure=measure, source=source, silence="excluded",
            missing="strict",
        )
        for code, (unit, measure) in MEASURES.items()
        if code in codes
    )  # fmt: skip
    return District(
        id="district",
        title=Name(nominative="Вымышленный район"),
        units=tuple(units),
        sources=(source,),
        populations=(TEACHERS, SCHOOLS),
        sections=(Section(id="s", number="1", title="Раздел", indicators=indicators),),
        dynamics=Dynamics(rules=(Drop(points=5.0),)),
    )


def answers(units: Sequence[Unit], periods: Sequence[str]) -> pl.DataFrame:
    """Every fifth organisation is silent in the last period; shares fall from period to period."""
    rows = [
        {
            "unit": unit.id,
            "period": period,
            "n_ped": None if silent else 20 + number % 30,
            "n_diag": None if silent else 18 + number % 30 - 4 * back,
            "points": None if silent else 3.5,
            "plan": None if silent else number % 2,
            "link": "https://example.org/plan" if number % 4 else None,
        }
        for back, period in enumerate(periods)
        for number, unit in enumerate(units)
        for silent in (number % 5 == 4 and period == periods[-1],)
    ]
    return pl.DataFrame(rows, infer_schema_length=None)
