"""A problem says where, what, and how to mend it; errors carry all of them."""

from __future__ import annotations

import itertools

import pytest

from profdev_indicators.errors import (
    ConfigError,
    PluginError,
    Problem,
    ProblemsError,
    ProfdevError,
    RequestError,
    SourceError,
)


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (
            Problem(
                file="configs/chegem.yaml",
                line=57,
                column=9,
                path="sections[0].indicators[2].treshold",
                message="неизвестный ключ",
                hint="возможно, «threshold»?",
            ),
            "configs/chegem.yaml:57:9: sections[0].indicators[2].treshold: неизвестный ключ — возможно, «threshold»?",
        ),
        (
            Problem(file="2022/cards/1.xlsx", cell="«Карта»!C9", message="не число"),
            "2022/cards/1.xlsx, «Карта»!C9: не число",
        ),
        (Problem(file="card.csv", line=3, cell="Педагогов", message="пусто"), "card.csv:3, Педагогов: пусто"),
        (Problem(line=3, message="пусто"), "3: пусто"),
        (Problem(path="goals[0]", message="повтор"), "goals[0]: повтор"),
        (Problem(message="пусто"), "пусто"),
    ],
)
def test_a_problem_reads_from_the_place_to_the_cure(problem: Problem, text: str) -> None:
    assert str(problem) == text


PROBLEMS = (
    Problem(file="a.yaml", line=2, message="б"),
    Problem(file="a.yaml", line=10, message="а"),
    Problem(file="b.yaml", line=1, message="а"),
)


def test_problems_come_in_the_order_of_files_and_lines_each_once_whoever_found_them_first() -> None:
    told = {ProblemsError(found).problems for found in itertools.permutations(PROBLEMS + PROBLEMS[:1])}
    assert told == {PROBLEMS}


def test_the_message_of_an_error_is_one_line_a_problem() -> None:
    assert str(ConfigError(PROBLEMS)).split("\n") == [str(problem) for problem in PROBLEMS]


def test_problems_may_come_one_at_a_time() -> None:
    assert SourceError(problem for problem in PROBLEMS).problems == PROBLEMS


@pytest.mark.parametrize("error", [ConfigError(PROBLEMS), SourceError(PROBLEMS), PluginError("x"), RequestError("x")])
def test_one_class_catches_everything_the_library_raises(error: Exception) -> None:
    with pytest.raises(ProfdevError):
        raise error
