from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from judging import cell, cells, district, indicator, judged
from profdev_indicators.model import Rule
from profdev_indicators.results import Finding, leading
from profdev_indicators.sentences import fact
from profdev_indicators.wording import NBSP
from profdev_statistics import provide_rules, provide_sentences
from profdev_statistics.rules.answers import DenominatorJump, Unreported
from profdev_statistics.rules.falls import ObservedFall, RelativeFall, SignificantFall
from profdev_statistics.rules.falls_sentences import chance_in_words

NAMES: Mapping[type, str] = {kind: name for name, kind in provide_rules().items()}
Counts = tuple[float | None, float | None]
PAGES = Path(__file__).parents[3] / "docs" / "explanation" / "rules"


def series(*counts: Counts, unit: str = "a", **more: object) -> list[dict[str, Any]]:
    return [cell(unit, str(2023 - len(counts) + at), x, n, **more) for at, (x, n) in enumerate(counts)]


def told(rows: Sequence[Mapping[str, Any]], rule: Rule, **more: Any) -> list[str]:
    """What a person reads of each cell with a finding, with plain spaces."""
    asked = indicator(rule, **more)
    findings, _ = judged(rows, district(asked), rule_names=NAMES)
    seen = leading(findings, cells(rows).collect())
    sentences = (fact(Finding.of(row), asked, provide_sentences()) for row in seen.iter_rows(named=True))
    return [sentence.replace(NBSP, " ") for sentence in sentences]


def test_a_significant_fall_says_how_far_how_surely_and_what_could_be_seen() -> None:
    assert told(series((30, 40), (31, 40), (33, 41), (20, 42)), SignificantFall()) == [
        (
            "Доля снизилась с 77,7 % (94 из 121) в среднем за 2019–2021 до 47,6 % (20 из 42), −30,1 п.п. "
            "(90 % интервал от −43,4 до −15,9). "
            "При неизменной работе снижение такого размера или больше возникает реже чем в 1 случае из 1000. "
            "Всего проверок 1; среди тревог не слабее этой ложных ожидается не больше 1 %. "
            "При такой численности уверенно заметно снижение не меньше 21 п.п."
        )
    ]


def test_a_rise_is_told_where_lower_is_better() -> None:
    assert told(series((4, 40), (14, 40)), SignificantFall(risk_q=None, critical_points=None), better="lower") == [
        (
            "Доля выросла с 10,0 % (4 из 40) в 2021 до 35,0 % (14 из 40), +25,0 п.п. (90 % интервал от +9,7 до +39,1). "
            "При неизменной работе рост такого размера или больше возникает реже чем в 1 случае из 100. "
            "При такой численности уверенно заметен рост не меньше 23 п.п."
        )
    ]


def test_where_even_the_whole_would_not_be_seen_it_is_said() -> None:
    assert told(series((3, 10), (0, 12)), SignificantFall()) == [
        (
            "Доля снизилась с 30,0 % (3 из 10) в 2021 до 0,0 % (0 из 12), −30,0 п.п. (90 % интервал от −55,8 до −4,7). "
            "При неизменной работе снижение такого размера или больше возникает примерно в 4 случаях из 100. "
            "При такой численности даже снижение до нуля заметно не всегда. "
            "Численность меньше 15: важность не выше «внимания»."
        )
    ]


@pytest.mark.parametrize(
    ("rows", "better", "ending"),
    [
        (
            series((36, 40), (30, 64)),
            "higher",
            (
                "Численность изменилась с 40 до 64: от числителя −9,4 п.п., от численности −33,7 п.п. "
                "Не меньше половины изменения — от численности: важность на ступень ниже."
            ),
        ),
        (
            series((36, 40), (36, 64)),
            "higher",
            (
                "Численность изменилась с 40 до 64, и всё изменение — от этого. "
                "Не меньше половины изменения — от численности: важность на ступень ниже."
            ),
        ),
        (
            series((4, 40), (34, 64)),
            "lower",
            (
                "Численность изменилась с 40 до 64: от числа остальных +9,4 п.п., от численности +33,7 п.п. "
                "Не меньше половины изменения — от численности: важность на ступень ниже."
            ),
        ),
        (
            series((36, 40), (10, 25)),
            "higher",
            "Численность изменилась с 40 до 25: от числителя −104,0 п.п., от численности +54,0 п.п.",
        ),
    ],
)
def test_a_jump_of_the_denominator_is_told_in_parts(rows: list[dict[str, Any]], better: str, ending: str) -> None:
    (sentence,) = told(rows, SignificantFall(), better=better)
    assert sentence.endswith(f" п.п. {ending}")


def test_a_storm_is_told() -> None:
    calm_or_not = [row for at in range(10) for row in series((30, 60), (30 + 9 * (-1) ** at, 60), unit=f"u{at}")]
    (sentence,) = told([*calm_or_not, *series((50, 60), (20, 60))], SignificantFall(overdispersion=1.3))
    assert "Разброс изменений здесь больше случайного в 4,2 раза, это учтено." in sentence


def test_a_relative_fall_adds_the_part_that_is_lost() -> None:
    assert told(series((20, 40), (12, 40)), RelativeFall())[0].startswith(
        "Доля снизилась с 50,0 % (20 из 40) в 2021 до 30,0 % (12 из 40), −20,0 п.п. (90 % интервал от −36,3 до −2,0), "
        "то есть на 40,0 % от прежнего уровня. При неизменной работе"
    )
    assert (
        ", то есть остальных стало на 40,0 % меньше. При неизменной работе"
        in (told(series((20, 40), (28, 40)), RelativeFall(), better="lower")[0])
    )


def test_a_fact_is_called_usual_only_if_it_is() -> None:
    assert told(series((12, 15), (10, 15)), ObservedFall()) == [
        (
            "Снижение с 80,0 % (12 из 15) до 66,7 % (10 из 15), −13,3 п.п. к 2021. "
            "При численности 15 такие колебания обычны: случайно возникают примерно в 22 случаях из 100."
        )
    ]
    assert told(series((36, 40), (20, 40)), ObservedFall()) == [
        (
            "Снижение с 90,0 % (36 из 40) до 50,0 % (20 из 40), −40,0 п.п. к 2021. "
            "При неизменной работе такое возникает реже чем в 1 случае из 1000."
        )
    ]


def test_silence_is_counted() -> None:
    assert told(series((3, 15), (None, None)), Unreported()) == [
        "Данные за 2022 не представлены. Динамика не оценивалась."
    ]
    assert told(series((3, 15), (None, None), (None, None)), Unreported()) == [
        "Данные за 2022 не представлены; подряд пропущено периодов: 2, начиная с 2021. Динамика не оценивалась."
    ]


def test_a_jump_of_sizes_is_told() -> None:
    assert told(series((3, 15), (4, 25)), DenominatorJump()) == [
        "Численность изменилась с 15 в 2021 до 25: сравнение долей ограничено."
    ]


@pytest.mark.parametrize(
    ("p", "words"),
    [
        (0.0004, "реже чем в 1 случае из 1000"),
        (0.0099, "реже чем в 1 случае из 100"),
        (0.01, "примерно в 1 случае из 100"),
        (0.025, "примерно в 3 случаях из 100"),
        (0.05, "примерно в 5 случаях из 100"),
        (0.11, "примерно в 11 случаях из 100"),
        (0.21, "примерно в 21 случае из 100"),
        (0.5, "примерно в 50 случаях из 100"),
    ],
)
def test_a_probability_in_words(p: float, words: str) -> None:
    assert chance_in_words(p) == words


def quiet(units: int) -> list[dict[str, Any]]:
    return [row for at in range(units) for row in series((30, 40), (31, 40), unit=f"quiet{at}")]


@pytest.mark.parametrize(
    ("rule", "rows"),
    [
        (SignificantFall(), [*quiet(151), *series((30, 40), (31, 40), (33, 41), (20, 42))]),
        (ObservedFall(), series((12, 15), (10, 15))),
        (RelativeFall(), series((20, 40), (12, 40))),
        (Unreported(), series((3, 15), (None, None), (None, None))),
        (DenominatorJump(), series((3, 15), (4, 25))),
    ],
)
def test_the_page_of_a_rule_quotes_what_it_prints(rule: Rule, rows: list[dict[str, Any]]) -> None:
    page = (PAGES / f"{NAMES[type(rule)]}.md").read_text(encoding="utf-8")
    (sentence,) = told(rows, rule)
    assert f"«{sentence}»" in " ".join(page.split())
