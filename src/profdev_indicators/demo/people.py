"""The invented register of teachers: one row a job, so that what its rows add up to is what the cards truly answer.

As in `answers`, only ``Random.random`` is used.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator, Mapping, Sequence
from random import Random

from attrs import evolve, frozen

from profdev_indicators.demo.answers import Answers
from profdev_indicators.demo.organisations import Organisation
from profdev_indicators.expressions import ColumnType

_SEED = "Верхняя Речка, педагоги"
_SALT = b"invented, like the people"
_SUBJECTS: Mapping[str, tuple[str, ...]] = {
    "school": (
        *("начальные классы",) * 5,
        *("русский язык и литература",) * 3,
        *("математика",) * 3,
        *("иностранный язык",) * 2,
        *("история и обществознание", "физика", "химия и биология", "география", "физическая культура", "труд"),
    ),
    "kindergarten": ("дошкольное образование",),
    "extra": ("дополнительное образование",),
}
_POSITIONS = {"school": "учитель", "kindergarten": "воспитатель", "extra": "педагог дополнительного образования"}
_WITHOUT_SUBJECT = "педагог-психолог"
_EVERY = 11  # so many teachers of a school have one such colleague
_BANDS = ((25, "до 25"), (36, "25–35"), (46, "36–45"), (56, "46–55"), (200, "56 и старше"))
_YOUNG_FOR = 3  # years of experience
_LEANING = 0.3  # how much age decides who is chosen, and how much chance

# What is true of a person: column → item that says of how many, of whom they are chosen, whether the young come first.
_TRAITS: Mapping[str, tuple[str, str, bool]] = {
    "diagnosed": ("n_diag", "", True),
    "diagnosed_recognised": ("n_diag_recognised", "diagnosed", True),
    "deficits": ("n_deficits", "", True),
    "trajectory": ("n_trajectories", "", True),
    "route_made": ("n_iom_made", "", True),
    "route": ("n_iom", "route_made", True),
    "informed": ("n_informed", "", False),
    "association": ("n_shmo", "", False),
    "municipal_association": ("n_shmo_mmo", "association", False),
    "expert": ("n_expert", "", False),
    "activist": ("n_activists", "", False),
    "activist_confirmed": ("n_activists_confirmed", "activist", False),
    "online_community": ("n_network", "", True),
    "published": ("n_replicated", "", False),
    "young_project": ("n_young_covered", "young", True),
    "mentored": ("n_young_mentored", "young", True),
    "mentor": ("n_young_mentors", "young", False),
    "courses_three_years": ("n_dpp_three_years", "", False),
    "courses": ("n_dpp", "courses_three_years", False),
}
# Teachers whom two organisations name as theirs: in the cards each of them is counted twice.
_NAMED_TWICE = (("s02", 12, "s03", 9), ("s06", 10, "s07", 14), ("d03", 4, "d05", 6))
_TWICE_SINCE = 2021
# Second jobs: whose teacher, and where else.
_SECOND = (("s02", 20, "s03"), ("s05", 15, "u01"), ("s01", 30, "u01"), ("d01", 7, "d09"), ("s10", 9, "s11"))
# Of whom nobody has said whether it is true: (year, organisation) → column, how many.
_NOT_KNOWN: Mapping[tuple[int, str], tuple[str, int]] = {(2022, "u01"): ("online_community", 3)}

COLUMNS: Mapping[str, ColumnType] = {
    **dict.fromkeys(("person_key", "inn"), "text"),
    "main_job": "flag",
    **dict.fromkeys(("position", "subject", "age_band"), "text"),
    "experience_years": "integer",
    **dict.fromkeys(_TRAITS, "flag"),
}
"""What the register tells of each job, and how a configuration declares it."""


@frozen(kw_only=True)
class Job:
    """One row: a person in an organisation."""

    key: str
    inn: str
    main: bool
    position: str
    subject: str | None
    age: int
    experience: int
    traits: Mapping[str, bool | None]  # by column; None: nobody has said

    @property
    def young(self) -> bool:
        """As the order of the republic has it."""
        return self.age <= 35 and self.experience < _YOUNG_FOR  # noqa: PLR2004 - the order of the republic

    def row(self) -> tuple[str | int | bool | None, ...]:
        """The cells in the order of :data:`COLUMNS`."""
        band = next(name for below, name in _BANDS if self.age < below)
        told = (self.traits[column] for column in _TRAITS)
        return (self.key, self.inn, self.main, self.position, self.subject, band, self.experience, *told)


def year_of_people(year: int, told: Iterable[tuple[Organisation, Answers]]) -> Sequence[Job]:
    """Everybody's jobs of one year, in the order of their keys."""
    staff = {one.id: list(_staff(year, one, answers)) for one, answers in told}
    inns = {one.id: one.inn for one, _ in told}
    seconds = [
        evolve(staff[home][place], inn=inns[other], main=False, traits=dict.fromkeys(_TRAITS))
        for home, place, other in _SECOND
    ]
    if year >= _TWICE_SINCE:
        for home, place, other, there in _NAMED_TWICE:
            one, again = staff[home][place], staff[other][there]
            staff[other][there] = evolve(again, key=one.key, age=one.age, experience=one.experience)
    jobs = [job for jobs in staff.values() for job in jobs]
    return sorted((*jobs, *seconds), key=lambda job: (job.key, not job.main, job.inn))


def _staff(year: int, one: Organisation, answers: Answers) -> Iterator[Job]:
    """Those who work there: the young first."""
    jobs = [*_young(year, one, answers["n_young"]), *_others(year, one, answers["n_ped"] - answers["n_young"])]
    traits: dict[str, Sequence[bool | None]] = {"": [True] * len(jobs), "young": [job.young for job in jobs]}
    for column, (item, among, young_first) in _TRAITS.items():
        free = [bool(is_one) for is_one in traits[among]]
        if column == "mentor":  # not told as mentored
            free = [is_one and not mentored for is_one, mentored in zip(free, traits["mentored"], strict=True)]
        traits[column] = _chosen(f"{one.id}/{column}", year, jobs, free, answers[item], young_first=young_first)
    column, count = _NOT_KNOWN.get((year, one.id), ("", 0))
    if count:
        left = [place for place, is_one in enumerate(traits[column]) if not is_one][:count]
        traits[column] = [None if place in left else is_one for place, is_one in enumerate(traits[column])]
    for place, job in enumerate(jobs):
        yield evolve(job, traits={column: traits[column][place] for column in _TRAITS})


def _chosen(
    seed: str, year: int, jobs: Sequence[Job], free: Sequence[bool], count: int, *, young_first: bool
) -> Sequence[bool]:
    """Which of the people it is true of: as many as the organisation truly answers, the same ones over the years."""
    steady, moody = Random(f"{_SEED}/{seed}"), Random(f"{_SEED}/{seed}/{year}")  # noqa: S311 - an example, no secret
    sign = 1 if young_first else -1
    score = [
        0.8 * steady.random() + 0.2 * moody.random() + sign * _LEANING * (job.age - 45) / 40 + (not is_one) * 10
        for job, is_one in zip(jobs, free, strict=True)
    ]
    best = set(sorted(range(len(jobs)), key=score.__getitem__)[:count])
    return [place in best for place in range(len(jobs))]


def _young(year: int, one: Organisation, count: int) -> Iterator[Job]:
    for place in range(count):
        came, experience = divmod(year + place, _YOUNG_FOR)  # after three years somebody else is the young one
        random = Random(f"{_SEED}/{one.id}/young/{place}/{came}")  # noqa: S311 - an example, no secret
        age = 21 + int(random.random() * 10) + experience
        yield _job(one, f"young/{place}/{came}", age, experience, random)


def _others(year: int, one: Organisation, count: int) -> Iterator[Job]:
    for place in range(count):
        random = Random(f"{_SEED}/{one.id}/{place}")  # noqa: S311 - an example, no secret
        age = 27 + int(random.random() * 36) + year - 2019
        lone = one.kind == "school" and place % _EVERY == _EVERY - 1
        job = _job(one, str(place), age, age - 23, random)
        yield evolve(job, position=_WITHOUT_SUBJECT, subject=None) if lone else job


def _job(one: Organisation, who: str, age: int, experience: int, random: Random) -> Job:
    subjects = _SUBJECTS[one.kind]
    return Job(
        key=hmac.new(_SALT, f"{one.id}/{who}".encode(), "sha256").hexdigest()[:32],
        inn=one.inn,
        main=True,
        position=_POSITIONS[one.kind],
        subject=subjects[int(random.random() * len(subjects))],
        age=age,
        experience=experience,
        traits={},
    )
