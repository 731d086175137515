"""Nineteen criteria of people, and sixty: each as a text, which the library and SQL take, and by hand for frames.

What is written by hand asks for columns by name and takes whatever answers to `&`, `|`, `~` and comparisons: polars'
expressions, pandas' series. That the text and the hand say the same is shown by equal sums.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, TypeAlias

from attrs import frozen
from register import FLAGS

Columns: TypeAlias = Callable[[str], Any]  # what stands for the column of a name
ByHand: TypeAlias = Callable[[Columns], Any]


@frozen(kw_only=True, eq=False)
class Population:
    """Whom a percentage is of."""

    name: str
    texts: tuple[str, ...]  # any of them; empty: everybody
    by_hand: ByHand | None

    @property
    def sql(self) -> str:
        """One condition."""
        return " OR ".join(f"({text})" for text in self.texts)


@frozen(kw_only=True, eq=False)
class Criterion:
    """What is counted in a population."""

    name: str
    population: str
    text: str
    by_hand: ByHand


POPULATIONS = {
    population.name: population
    for population in (
        Population(name="everybody", texts=(), by_hand=None),
        Population(name="main", texts=("is_main_job",), by_hand=lambda c: c("is_main_job")),
        Population(
            name="teachers",
            texts=(
                "position = 'учитель' AND NOT on_leave",
                "position = 'воспитатель' AND NOT on_leave",
            ),
            by_hand=lambda c: ((c("position") == "учитель") | (c("position") == "воспитатель")) & ~c("on_leave"),
        ),
        Population(name="young", texts=("age < 35",), by_hand=lambda c: c("age") < 35),
        Population(
            name="experienced",
            texts=("experience >= 5 AND is_main_job",),
            by_hand=lambda c: (c("experience") >= 5) & c("is_main_job"),
        ),
    )
}

NINETEEN: Sequence[tuple[str, str, ByHand]] = (
    ("teachers", "diagnosed", lambda c: c("diagnosed")),
    ("teachers", "diagnosed AND has_plan", lambda c: c("diagnosed") & c("has_plan")),
    ("teachers", "course_hours >= 72", lambda c: c("course_hours") >= 72),
    ("teachers", "course_hours >= 16 AND courses > 1", lambda c: (c("course_hours") >= 16) & (c("courses") > 1)),
    ("young", "mentored", lambda c: c("mentored")),
    ("young", "mentored OR in_network", lambda c: c("mentored") | c("in_network")),
    ("young", "hours > 18", lambda c: c("hours") > 18),
    ("experienced", "mentor", lambda c: c("mentor")),
    ("experienced", "mentor AND score >= 80", lambda c: c("mentor") & (c("score") >= 80)),
    (
        "main",
        "category IN ('высшая', 'первая')",
        lambda c: (c("category") == "высшая") | (c("category") == "первая"),
    ),
    (
        "main",
        "attested >= DATE '2019-09-01' AND category <> 'без категории'",
        lambda c: (c("attested") >= date(2019, 9, 1)) & (c("category") != "без категории"),
    ),
    (
        "main",
        "education IN ('высшее', 'магистратура')",
        lambda c: (c("education") == "высшее") | (c("education") == "магистратура"),
    ),
    ("everybody", "in_network", lambda c: c("in_network")),
    ("everybody", "published OR speaker", lambda c: c("published") | c("speaker")),
    ("everybody", "contest AND NOT on_leave", lambda c: c("contest") & ~c("on_leave")),
    ("teachers", "digital", lambda c: c("digital")),
    (
        "teachers",
        "expert AND score BETWEEN 70 AND 100",
        lambda c: c("expert") & (c("score") >= 70) & (c("score") <= 100),
    ),
    (
        "experienced",
        "CASE WHEN rural THEN courses >= 1 ELSE courses >= 2 END",  # neither is ever empty
        lambda c: (c("rural") & (c("courses") >= 1)) | (~c("rural") & (c("courses") >= 2)),
    ),
    ("teachers", "score * 0.5 + course_hours > 80", lambda c: c("score") * 0.5 + c("course_hours") > 80),
)


def criteria(count: int) -> Sequence[Criterion]:
    """The first so many: nineteen of a form, then others of the same sorts."""
    told = [*NINETEEN, *_more()]
    if count > len(told):
        raise ValueError(f"there are {len(told)} criteria")
    return [
        Criterion(name=f"c{number:02}", population=population, text=text, by_hand=by_hand)
        for number, (population, text, by_hand) in enumerate(told[:count])
    ]


def _more() -> Sequence[tuple[str, str, ByHand]]:
    """Each flag of four populations, with one more condition; and one of everybody."""
    thresholds = [(flag, 18 * (1 + number % 5)) for number, flag in enumerate(FLAGS)]
    return [
        *(("young", f"{flag} AND NOT on_leave", lambda c, flag=flag: c(flag) & ~c("on_leave")) for flag in FLAGS),
        *(("experienced", f"{flag} OR rural", lambda c, flag=flag: c(flag) | c("rural")) for flag in FLAGS),
        *(
            (
                "main",
                f"{flag} AND course_hours >= {least}",
                lambda c, flag=flag, least=least: c(flag) & (c("course_hours") >= least),
            )
            for flag, least in thresholds
        ),
        *(
            (
                "teachers",
                f"{flag} AND score > {least}",
                lambda c, flag=flag, least=least: c(flag) & (c("score") > least),
            )
            for flag, least in thresholds
        ),
        ("everybody", "hired >= DATE '2000-01-01'", lambda c: c("hired") >= date(2000, 1, 1)),
    ]
