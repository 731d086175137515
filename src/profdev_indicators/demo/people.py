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


@frozen(kw_only=True)
class _Trait:
    """What is true of some people, and of how many the organisation tells."""

    item: str
    among: str = ""  # only of those of whom this is true
    first: str = ""  # of all of these before any other
    young_first: bool = False  # or the old


_TRAITS: Mapping[str, _Trait] = {
    "diagnosed": _Trait(item="n_diag", young_first=True),
    "diagnosed_recognised": _Trait(item="n_diag_recognised", among="diagnosed", young_first=True),
    "deficits": _Trait(item="n_deficits", young_first=True),
    "trajectory": _Trait(item="n_trajectories", young_first=True),
    "route": _Trait(item="n_iom", among="deficits", young_first=True),
    "route_made": _Trait(item="n_iom_made", first="route", young_first=True),
    "informed": _Trait(item="n_informed"),
    "association": _Trait(item="n_shmo"),
    "municipal_association": _Trait(item="n_shmo_mmo", among="association"),
    "expert": _Trait(item="n_expert"),
    "activist": _Trait(item="n_activists", first="teaches"),
    "activist_confirmed": _Trait(item="n_activists_confirmed", among="activist"),
    "online_community": _Trait(item="n_network", young_first=True),
    "published": _Trait(item="n_replicated"),
    "young_project": _Trait(item="n_young_covered", among="young", young_first=True),
    "mentored": _Trait(item="n_young_mentored", among="young", young_first=True),
    "mentor": _Trait(item="n_young_mentors", among="young not mentored"),
    "courses": _Trait(item="n_dpp"),
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
    everybody = [True] * len(jobs)
    traits: dict[str, Sequence[bool | None]] = {
        "": everybody,
        "young": [job.young for job in jobs],
        "teaches": [job.subject is not None for job in jobs],
    }
    for column, trait in _TRAITS.items():
        if trait.among == "young not mentored":  # nobody is counted as both
            told = zip(traits["young"], traits["mentored"], strict=True)
            traits[trait.among] = [bool(is_young and not mentored) for is_young, mentored in told]
        drawn = _drawn(f"{one.id}/{column}", year, jobs, young_first=trait.young_first)
        first = traits[trait.first] if trait.first else everybody
        rank = [
            (not is_one, not comes_first, luck)
            for is_one, comes_first, luck in zip(traits[trait.among], first, drawn, strict=True)
        ]
        best = set(sorted(range(len(jobs)), key=rank.__getitem__)[: answers[trait.item]])
        traits[column] = [place in best for place in range(len(jobs))]
    column, count = _NOT_KNOWN.get((year, one.id), ("", 0))
    if count:
        left = [place for place, is_one in enumerate(traits[column]) if not is_one][:count]
        traits[column] = [None if place in left else is_one for place, is_one in enumerate(traits[column])]
    for place, job in enumerate(jobs):
        yield evolve(job, traits={column: traits[column][place] for column in _TRAITS})


def _drawn(seed: str, year: int, jobs: Sequence[Job], *, young_first: bool) -> Sequence[float]:
    """The lot of each: mostly the same over the years, and leaning to the young or to the old."""
    steady, moody = Random(f"{_SEED}/{seed}"), Random(f"{_SEED}/{seed}/{year}")  # noqa: S311 - an example, no secret
    sign = 1 if young_first else -1
    return [0.8 * steady.random() + 0.2 * moody.random() + sign * _LEANING * (job.age - 45) / 40 for job in jobs]


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
