"""What changed between two configurations is told by ids, and whose numbers it makes incomparable."""

from __future__ import annotations

import tempfile
from pathlib import Path

import attrs
import pytest

from config.fakes import KINDS, WHOLE, load
from profdev_indicators.config.compare import Difference, compare
from profdev_indicators.config.dump import dump
from profdev_indicators.errors import PluginError, RequestError
from profdev_indicators.model import District, Reader


def _district(text: str) -> District:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.yaml"
        path.write_text(text)
        return load(path)


def _compared(old: str, new: str) -> list[tuple[str, str, bool, tuple[str, ...]]]:
    assert WHOLE.count(old) == 1, "the test does not say which place it means"
    found = compare(_district(WHOLE), _district(WHOLE.replace(old, new)))
    return [(one.path, one.what, one.wording, one.indicators) for one in found]


def test_nothing_differs_from_itself() -> None:
    assert compare(_district(WHOLE), _district(WHOLE)) == ()


def test_a_difference_has_both_values() -> None:
    found = compare(_district(WHOLE), _district(WHOLE.replace("at: 75", "at: 80")))
    assert found == (Difference(path="indicators[1.1].target[2022-07-01].at", what="changed", before=75.0, after=80.0),)


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("title: Доля прошедших", "title: Иначе", [("indicators[1.1].title", "changed", True, ())]),
        ('oktmo: "83645000"\n', "", [("oktmo", "removed", False, ())]),
        (
            "calendar: school_year",
            "calendar: year\noperator: ИМО",
            [("operator", "added", False, ()), ("calendar", "changed", False, ())],
        ),
        ("better: neutral", "better: lower", [("indicators[1.2].better", "changed", False, ())]),
        ("counted: site,", "counted: n_ped,", [("indicators[1.2].measure.counted", "changed", False, ("1.2", "2.1"))]),
        (
            "silence: zero\n        missing: available",
            "silence: excluded\n        missing: available",
            [("indicators[1.2].silence", "changed", False, ("1.2", "2.1"))],
        ),
        (
            "population: organisations}",
            "population: teachers}",
            [("indicators[1.2].measure.population", "changed", False, ("1.2", "2.1"))],
        ),
        (
            "asked_of: [school]",
            "asked_of: [kindergarten]",
            [("indicators[1.2].asked_of", "changed", False, ("1.2", "2.1"))],
        ),
        (
            "asked_of: [school, kindergarten]",
            "asked_of: [school]",
            [("sources[card].asked_of", "changed", False, ("1.1", "2.1"))],
        ),
        (
            "title: педагоги, items: [n_ped]",
            "title: педагоги, items: [n_ped, n_diag]",
            [("populations[teachers].items", "changed", False, ("1.1", "2.1"))],
        ),
        ("title: педагоги,", "title: учителя,", [("populations[teachers].title", "changed", True, ())]),
        (
            "having: n_ped",
            "having: n_diag",
            [("populations[organisations].having", "changed", False, ("1.1", "1.2", "2.1"))],
        ),
        (
            "{id: site, title: Сайт, type: level",
            "{id: site, title: Сайты, type: level",
            [("sources[card].items[site].title", "changed", True, ())],
        ),
        ("есть: 1.5", "есть: 2", [("sources[card].items[site].levels[есть]", "changed", False, ("1.2", "2.1"))]),
        ("required: true, ", "", [("sources[card].items[n_ped].required", "changed", True, ())]),
        (
            "silence: zero, measure: {mean",
            "measure: {mean",
            [("indicators[1.1].revisions[2023-09-01].silence", "removed", False, ("1.1", "2.1"))],
        ),
        ('"1.2": 0.5}', '"1.2": 1}', [("indicators[2.1].measure.weights[1.2]", "changed", False, ("2.1",))]),
        ("coverage: 80", "coverage: 85", [("dynamics.rules[coverage].at_least", "changed", False, ())]),
        (
            "at_least: 50, name: half",
            "at_least: 50, name: part",
            [
                ("indicators[1.1].rules[half]", "removed", False, ()),
                ("indicators[1.1].rules[part]", "added", False, ()),
            ],
        ),
        (
            "{id: r1, title: Оператор,",
            "{id: r2, title: Оператор,",
            [("roles[r1]", "removed", False, ()), ("roles[r2]", "added", False, ())],
        ),
        (
            "valid_from: 2023-09-01}",
            "valid_from: 2023-09-02}",
            [("units[s1 с 2023-09-01]", "removed", False, ()), ("units[s1 с 2023-09-02]", "added", False, ())],
        ),
        (
            'location: ["{period}/card.csv", more/*.csv]',
            "location: card.csv",
            [("sources[card].reader.location", "changed", True, ())],
        ),
        ("title: Дефициты", "title: Иное", [("sections[deficits].title", "changed", False, ())]),
    ],
)
def test_a_change_is_told_by_ids(old: str, new: str, found: list[tuple[str, str, bool, tuple[str, ...]]]) -> None:
    assert _compared(old, new) == found


def test_an_indicator_is_the_same_in_another_section() -> None:
    moved = WHOLE.replace("  - id: totals\n    title: Итоги\n    indicators:\n", "")
    assert [(one.path, one.what) for one in compare(_district(WHOLE), _district(moved))] == [
        ("sections[totals]", "removed"),
        ("indicators[2.1].section", "changed"),
    ]


def test_the_order_of_a_form_is_a_difference() -> None:
    first, second = "  - {id: card, x: 1}\n", "  - {id: other, title: Другое, reader: {frame: }, items: []}\n"
    del first
    text = WHOLE.replace(second, "").replace("sources:\n  - id: card", f"sources:\n{second}  - id: card")
    assert compare(_district(WHOLE), _district(text)) == (
        Difference(path="sources.order", what="changed", before=("card", "other"), after=("other", "card")),
    )


def test_an_indicator_of_one_side_only_breaks_nothing() -> None:
    text = WHOLE[: WHOLE.index("  - id: totals")] + WHOLE[WHOLE.index("dynamics:") :].replace(
        '["1.1", "2.1"]', '["1.1"]'
    )
    assert [(one.path, one.what, one.breaks) for one in compare(_district(WHOLE), _district(text))] == [
        ("sections[totals]", "removed", False),
        ("indicators[2.1]", "removed", False),
        ("goals[g1].indicators", "changed", False),
    ]


# --- what cannot be dumped ---


def test_an_object_of_no_known_kind_is_not_dumped() -> None:
    with pytest.raises(PluginError, match=r"ни один плагин не даёт вида для config\.fakes\.Csv"):
        dump(_district(WHOLE), {**KINDS, Reader: {}})


def test_a_source_of_another_district_is_not_dumped() -> None:
    with pytest.raises(RequestError, match="источник «card» показателя — не тот, что объявлен в sources"):
        dump(attrs.evolve(_district(WHOLE), sources=()), KINDS)
