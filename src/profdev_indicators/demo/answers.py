"""What the invented organisations would truly answer: a small seeded generator, then the situations planted in it.

Only ``Random.random`` is used: of the whole module it alone promises the same numbers in every Python.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from profdev_indicators.demo.organisations import Organisation

YEARS = (2019, 2020, 2021, 2022)
_SEED = "Верхняя Речка"
_STEADY = 10  # organisations up to so many teachers do not change in size

# Share of the whole, by year, that a middling organisation reaches: item → whole, shares.
_SHARES: Mapping[str, tuple[str, tuple[float, ...]]] = {
    "n_diag": ("n_ped", (0.46, 0.57, 0.68, 0.77)),
    "n_diag_recognised": ("n_diag", (0.20, 0.30, 0.42, 0.55)),
    "n_trajectories": ("n_ped", (0.30, 0.38, 0.46, 0.54)),
    "n_deficits": ("n_diag", (0.85, 0.84, 0.83, 0.82)),
    "n_iom_made": ("n_ped", (0.18, 0.26, 0.34, 0.42)),
    "n_iom": ("n_iom_made", (0.80, 0.83, 0.86, 0.89)),
    "n_informed": ("n_ped", (0.50, 0.58, 0.66, 0.74)),
    "n_shmo": ("n_ped", (0.58, 0.61, 0.64, 0.66)),
    "n_shmo_mmo": ("n_shmo", (0.47, 0.54, 0.61, 0.68)),
    "n_expert": ("n_ped", (0.07, 0.09, 0.12, 0.15)),
    "n_activists": ("n_ped", (0.06, 0.08, 0.11, 0.14)),
    "n_activists_confirmed": ("n_activists", (0.70, 0.72, 0.75, 0.78)),
    "n_network": ("n_ped", (0.35, 0.44, 0.53, 0.61)),
    "n_replicated": ("n_ped", (0.09, 0.12, 0.16, 0.20)),
    "n_young_covered": ("n_young", (0.55, 0.68, 0.80, 0.90)),
    "n_young_mentored": ("n_young", (0.58, 0.70, 0.82, 0.92)),
    "n_dpp": ("n_ped", (0.28, 0.32, 0.36, 0.40)),
    "n_dpp_three_years": ("n_ped", (0.80, 0.83, 0.86, 0.89)),
}
# Readiness, by year, above which an organisation has it: what once appeared does not go of itself.
_PRESENCES: Mapping[str, tuple[float, ...]] = {
    "plan_deficits": (0.60, 0.53, 0.46, 0.38),
    "mo_decision": (0.64, 0.58, 0.51, 0.45),
    "trajectories": (0.58, 0.50, 0.42, 0.34),
    "informing": (0.50, 0.43, 0.36, 0.30),
    "mo_support": (0.58, 0.53, 0.47, 0.42),
    "young_project": (0.56, 0.48, 0.40, 0.33),
    "mentoring": (0.54, 0.45, 0.37, 0.29),
    "young_programme": (0.58, 0.51, 0.44, 0.36),
}
_ONLY_IF: Mapping[str, str] = {
    "n_trajectories": "trajectories",
    "n_iom_made": "trajectories",
    "n_iom": "trajectories",
    "n_informed": "informing",
    "n_young_covered": "young_project",
    "n_young_mentored": "mentoring",
}
_CHANGES_OF_YOUNG = (0.15, 0.75)  # below: one young teacher less; above: one more

Answers = Mapping[str, int]  # by item; a presence is 1 or 0

# What the README promises, organisation by organisation and year by year.
_PLANTED: Mapping[tuple[str, int], Answers] = {
    # A true fall: 54 of 60 teachers, then 42 of 60.
    ("s01", 2019): {"n_ped": 60, "n_diag": 45},
    ("s01", 2020): {"n_ped": 60, "n_diag": 50},
    ("s01", 2021): {"n_ped": 60, "n_diag": 54},
    ("s01", 2022): {"n_ped": 60, "n_diag": 42},
    # A fall by chance: the same twenty points, but one teacher of five.
    ("d10", 2019): {"n_diag": 3},
    ("d10", 2020): {"n_diag": 4},
    ("d10", 2021): {"n_diag": 4},
    ("d10", 2022): {"n_diag": 3},
    # Another one: twelve points below the year before, and close to what the three years before it show together.
    ("s08", 2022): {"n_diag": 17, "n_expert": 10},
    # With s08, the schools of a decision that helped: many more experts than others gained from the same start.
    ("s02", 2022): {"n_expert": 17},
    ("s05", 2022): {"n_expert": 14},
    # A presence that is gone: the mentoring programme ended, and its three young teachers are without it.
    ("s09", 2019): {"n_young": 3, "mentoring": 1, "n_young_mentored": 2},
    ("s09", 2020): {"n_young": 3, "mentoring": 1, "n_young_mentored": 3},
    ("s09", 2021): {"n_young": 3, "mentoring": 1, "n_young_mentored": 3},
    ("s09", 2022): {"n_young": 3, "mentoring": 0, "n_young_mentored": 0},
    # Whose card contradicts itself in 2022 (see `files`): 42 teachers, five of them young.
    ("s04", 2021): {"n_ped": 42, "n_young": 5},
    ("s04", 2022): {"n_ped": 42, "n_young": 5},
    # Exempt while its building is under repair: nothing was done, and nothing could be.
    ("s12", 2021): {"n_diag": 0, "n_deficits": 11, "plan_deficits": 0, "mo_decision": 0},
    ("s12", 2022): {"n_diag": 0, "n_deficits": 11, "plan_deficits": 0, "mo_decision": 0},
    # Whose link is lost in 2022.
    ("s03", 2022): {"n_ped": 44, "n_network": 30},
}


def truth(organisation: Organisation) -> Mapping[int, Answers]:
    """The answers of one organisation in every year it existed, with the planted situations in place."""
    random = Random(f"{_SEED}/{organisation.id}")  # noqa: S311 - an example, not a secret
    quality = 0.2 + 0.7 * random.random() + (0.05 if organisation.kind == "school" else 0.0)
    readiness = {item: 0.6 * quality + 0.4 * random.random() for item in _PRESENCES}
    # A project for the young and a programme of their growth are mostly one paper under two titles.
    readiness["young_programme"] = 0.8 * readiness["young_project"] + 0.2 * readiness["young_programme"]
    leaning = {item: 0.3 * (quality - 0.55) + 0.08 * (random.random() - 0.5) for item in _SHARES}
    teachers, young = organisation.teachers, organisation.young
    told: dict[int, Answers] = {}
    for number, year in enumerate(YEARS):
        if number:
            teachers, young = _moved(teachers, young, random)
        planted = _PLANTED.get((organisation.id, year), {})
        answers = {"n_ped": teachers, "n_young": young, "mo_exists": 1}
        answers |= {item: int(readiness[item] > cuts[number]) for item, cuts in _PRESENCES.items()}
        answers |= planted
        for item, (whole, shares) in _SHARES.items():
            wobble = 0.02 * (random.random() - 0.5)
            share = min(max(shares[number] + leaning[item] + wobble, 0.0), 1.0)
            possible = answers.get(_ONLY_IF.get(item, ""), 1)
            answers[item] = planted.get(item, int(answers[whole] * share + 0.5) * possible)
        answers |= {
            "n_young_mentors": min(answers["n_young"] - answers["n_young_mentored"], 1) * answers["mentoring"],
            "has_activist": int(answers["n_activists_confirmed"] > 0),
            "has_replicated": int(answers["n_replicated"] > 0),
        }
        if organisation.existed(year):
            told[year] = answers
    return told


def _moved(teachers: int, young: int, random: Random) -> tuple[int, int]:
    """The numbers a year later: an organisation gains or loses a teacher or two; the tiny ones stay as they are."""
    hired, came = random.random(), random.random()
    if teachers > _STEADY:
        teachers += int(hired * 4) - 1 if teachers > 4 * _STEADY else int(hired * 3) - 1
    fewer, more = _CHANGES_OF_YOUNG
    if young:
        young = max(young + (came > more) - (came < fewer), 1)
    return teachers, young
