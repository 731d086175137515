"""What is well written is bound exactly; the rest is answered for in the place where it stands."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from attrs import frozen

from config.fakes import KINDS, WHOLE, Coverage, Csv, Frame, Mean, Range, Share, load, told
from profdev_indicators.config import read
from profdev_indicators.errors import ConfigError, PluginError, Problem
from profdev_indicators.model import District, Population, Rule, Unit, key

_INDICATOR = "sections[0].indicators[0]"


@pytest.fixture
def whole(tmp_path: Path) -> District:
    return load(_written(tmp_path, WHOLE))


def _written(folder: Path, text: str) -> Path:
    path = folder / "a.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def _changed(folder: Path, old: str, new: str) -> list[str]:
    assert WHOLE.count(old) == 1, "the test does not say which place it means"
    return told(_written(folder, WHOLE.replace(old, new)))


# --- what is bound ---


def test_a_kind_is_an_object_of_its_class_with_its_fields(whole: District) -> None:
    assert whole.sources[0].reader == Csv(
        location=("{period}/card.csv", "more/*.csv"), columns={"n_ped": "Педагогов"}, separator="tab"
    )


def test_a_kind_without_fields_may_have_nothing_after_its_colon(whole: District) -> None:
    assert whole.sources[1].reader == Frame()
    assert whole.indicators[0].rules == (Coverage(), Coverage(at_least=50.0, name="half"))


def test_a_source_and_a_population_are_the_very_objects_declared(whole: District) -> None:
    measure = whole.indicators[0].measure
    assert whole.indicators[0].source is whole.sources[0]
    assert isinstance(measure, Share)
    assert measure.population is whole.populations[0]


def test_a_population_may_stand_where_it_is_used(whole: District) -> None:
    measure = whole.indicators[0].alternatives[0].measure
    assert measure == Share(
        counted=("n_diag",), population=Population(id="both", title="оба", items=("n_ped", "n_diag"))
    )


def test_names_in_a_list_are_looked_up_like_a_single_one(whole: District) -> None:
    assert whole.indicators[0].revisions[0].measure == Mean(over=whole.populations, weight=2.0)


def test_a_plain_value_fills_the_attribute_a_class_names(whole: District) -> None:
    assert whole.dynamics.rules == (Coverage(at_least=80.0), Range(low=0.0, high=100.0, inclusive=False))
    assert whole.indicators[0].advice["coverage"].action == "Спросить ещё раз"


def test_units_and_their_readers_stand_in_one_list(whole: District) -> None:
    assert whole.units == (
        Unit(id="s1", name="Школа № 1", kind="school", inn="0708003626", aliases=("СОШ 1",)),
        Unit(id="s1", name="Гимназия № 1", kind="school", valid_from=date(2023, 9, 1)),
        Unit(id="d1", name="Детский сад", kind="kindergarten"),
        Csv(location="more.csv"),
    )


def test_units_may_be_read_from_elsewhere_altogether(tmp_path: Path) -> None:
    text = WHOLE[: WHOLE.index("units:")] + "units: {csv: {location: u.csv}}\n" + WHOLE[WHOLE.index("exemptions:") :]
    assert load(_written(tmp_path, text)).units == Csv(location="u.csv")


def test_an_empty_value_is_the_default(tmp_path: Path) -> None:
    path = _written(tmp_path, WHOLE.replace("calendar: school_year", "calendar:\ncontact: ~"))
    assert (load(path).calendar, load(path).contact) == ("year", None)


def test_an_unquoted_date_where_a_date_belongs_is_a_date(whole: District) -> None:
    assert whole.acts[0].date == date(2022, 7, 1)


def test_the_district_knows_its_file(whole: District, tmp_path: Path) -> None:
    assert whole.file == tmp_path / "a.yaml"


# --- what is refused ---


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            'number: "1"',
            "number: 1.10",
            'a.yaml:40:13: sections[0].number: ожидался текст, получено число 1.10 — возьмите в кавычки: "1.10"',
        ),
        (
            'id: "1.1"',
            "id: 1.1",
            f'a.yaml:43:13: {_INDICATOR}.id: ожидался текст, получено число 1.1 — возьмите в кавычки: "1.1"',
        ),
        (
            'oktmo: "83645000"',
            "oktmo: 07645000",
            'a.yaml:3:8: oktmo: ожидался текст, получено число 07645000 — возьмите в кавычки: "07645000"',
        ),
        (
            "title: Дефициты",
            "title: 2022-07-01",
            (
                "a.yaml:41:12: sections[0].title: ожидался текст, получена дата 2022-07-01"
                ' — возьмите в кавычки: "2022-07-01"'
            ),
        ),
        (
            "title: Дефициты",
            "title: true",
            'a.yaml:41:12: sections[0].title: ожидался текст, получено true — возьмите в кавычки: "true"',
        ),
        (
            "title: Дефициты",
            "title:",
            (
                "a.yaml:41:11: sections[0].title: ожидался текст, получено пустое значение"
                " — напишите значение после двоеточия"
            ),
        ),
        (
            "title: Дефициты",
            "title: [а]",
            "a.yaml:41:12: sections[0].title: ожидался текст, получен список",
        ),
        (
            "title: Дефициты",
            "title:\n      - а",
            "a.yaml:41:5: sections[0].title: ожидался текст, получен список",
        ),
        (
            "date: 2022-07-01",
            "date: 1.07.2022",
            "a.yaml:6:42: acts[0].date: ожидалась дата ГГГГ-ММ-ДД, получен текст «1.07.2022» — напишите 2022-07-01",
        ),
        (
            "date: 2022-07-01",
            "date: 2022-02-30",
            "a.yaml:6:42: acts[0].date: нет такого дня: 2022-02-30",
        ),
        (
            "required: true",
            "required: да",
            (
                "a.yaml:25:62: sources[0].items[0].required: ожидалось true или false, получен текст «да»"
                " — напишите true без кавычек"
            ),
        ),
        (
            "percent: 30",
            'percent: "30,5 %"',
            (
                "a.yaml:25:84: sources[0].items[0].jump.percent: ожидалось число, получен текст «30,5 %»"
                " — без знака процента: 30.5"
            ),
        ),
        (
            "percent: 30",
            'percent: "12,5"',
            (
                "a.yaml:25:84: sources[0].items[0].jump.percent: ожидалось число, получен текст «12,5»"
                " — дробная часть — после точки: 12.5"
            ),
        ),
        (
            "percent: 30",
            'percent: "30"',
            "a.yaml:25:84: sources[0].items[0].jump.percent: ожидалось число, получен текст «30» — уберите кавычки",
        ),
        ("percent: 30", "percent: 1e999", "a.yaml:25:84: sources[0].items[0].jump.percent: не число: 1e999"),
        ("percent: 30", "percent: .nan", "a.yaml:25:84: sources[0].items[0].jump.percent: не число: .nan"),
        (
            "decimals: 2",
            "decimals: 2.0",
            "a.yaml:104:25: publication.decimals: ожидалось целое число, получено число 2.0",
        ),
        (
            "decimals: 2",
            f"decimals: {'9' * 20}",
            f"a.yaml:104:25: publication.decimals: слишком большое число: {'9' * 20}",
        ),
        (
            "calendar: school_year",
            "calendar: shcool_year",
            (
                "a.yaml:4:11: calendar: ожидалось year, school_year, half, quarter или month,"
                " получен текст «shcool_year»"
                " — может быть, «school_year»?"
            ),
        ),
        (
            "shar" + "e: {counted: n_diag, population: teachers}",
            "shar: {counted: n_diag, population: teachers}",
            f"a.yaml:46:19: {_INDICATOR}.measure: нет такой формулы: «shar» — может быть, «share»?",
        ),
        (
            "counted: n_diag,",
            "counted: n_diog,",
            f"a.yaml:46:36: {_INDICATOR}.measure.share.counted: нет такого поля: «n_diog» — может быть, «n_diag»?",
        ),
        (
            "population: teachers}",
            "population: teacher}",
            (
                f"a.yaml:46:56: {_INDICATOR}.measure.share.population: нет такого знаменателя: «teacher»"
                " — может быть, «teachers»?"
            ),
        ),
        (
            "population: teachers}",
            "population: {id: teachers, title: педагоги, items: []}}",
            (
                f"a.yaml:46:56: {_INDICATOR}.measure.share.population: знаменатель «teachers» уже объявлен"
                " — напишите просто teachers"
            ),
        ),
        (
            "{share: {counted: n_diag, population: teachers}}",
            "share",
            f"a.yaml:46:18: {_INDICATOR}.measure: вид пишут ключом — напишите {{share: {{}}}}",
        ),
        (
            "{share: {counted: n_diag, population: teachers}}",
            "{}",
            f"a.yaml:46:18: {_INDICATOR}.measure: вид не назван — есть: composite, mean, share",
        ),
        (
            "{share: {counted: n_diag, population: teachers}}",
            "\n          share:\n          counted: n_diag\n          population: teachers",
            (
                f"a.yaml:48:11: {_INDICATOR}.measure: здесь стоит один ключ — вид, а поля — под ним"
                " — сдвиньте поля вправо, под «share:»"
            ),
        ),
        (
            "act: order,",
            "act: ordre,",
            f"a.yaml:49:22: {_INDICATOR}.basis.act: нет такого акта: «ordre» — может быть, «order»?",
        ),
        (
            "sources: [card]",
            "sources: [cart]",
            "a.yaml:99:43: information_sources[0].sources[0]: нет такого источника: «cart» — может быть, «card»?",
        ),
        (
            "source: card\n        measure",
            "source: {id: card}\n        measure",
            f"a.yaml:45:17: {_INDICATOR}.source: источник объявляют в sources, а здесь называют его id",
        ),
        (
            "items: [school, kindergarten]",
            "items: [school, kindergaten]",
            "a.yaml:36:21: populations[1].items[1]: нет такого поля: «kindergaten» — может быть, «kindergarten»?",
        ),
        (
            "asked_of: [school]",
            "asked_of: [scool]",
            (
                "a.yaml:68:20: sections[0].indicators[1].asked_of[0]: нет такого вида организаций: «scool»"
                " — может быть, «school»?"
            ),
        ),
        (
            '{"1.1": 0.5,',
            '{"7.7": 0.5,',
            (
                "a.yaml:81:41: sections[1].indicators[0].measure.composite.weights.7.7: нет такого показателя: «7.7»"
                " — есть: 1.1, 1.2, 2.1"
            ),
        ),
        (
            "- csv: {location: more.csv}",
            "- csvv: {location: more.csv}",
            "a.yaml:14:5: units[3]: нет такого способа чтения: «csvv» — может быть, «csv»?",
        ),
        (
            "valid_from: 2023-09-01",
            "valid_to: 2023-09-01",
            "a.yaml:12:10: units[1].id: id «s1» повторён — впервые — в строке 11",
        ),
        (
            "items: []",
            "items: [{id: n_diag, title: Ещё, type: count}]",
            "a.yaml:31:64: sources[1].items[0].id: id «n_diag» повторён — впервые — в строке 26",
        ),
        (
            "items: []",
            "items: [{id: unit, title: Ещё, type: count}]",
            (
                "a.yaml:31:64: sources[1].items[0].id: id поля «unit» занят: так называется столбец ответа"
                " — например, n_unit"
            ),
        ),
        (
            "items: []",
            "items: [{id: school, title: Ещё, type: count}]",
            (
                "a.yaml:31:64: sources[1].items[0].id: id поля «school» занят: так называется вид организаций"
                " — например, n_school"
            ),
        ),
        (
            "items: []",
            "items: [{id: Site-1, title: Ещё, type: count}]",
            (
                "a.yaml:31:64: sources[1].items[0].id: id поля «Site-1»: латинские строчные буквы, цифры и _"
                " — например, n_ped"
            ),
        ),
        ("{id: r1,", '{id: " ",', "a.yaml:97:10: roles[0].id: id пуст или начинается и кончается пробелами"),
        (
            "items: []",
            "items: {a: b}",
            (
                "a.yaml:31:58: sources[1].items: ожидался список, получен набор ключей"
                " — перед каждым элементом ставят «- »"
            ),
        ),
        (
            "asked_of: [school]",
            "asked_of: school",
            (
                "a.yaml:68:19: sections[0].indicators[1].asked_of: ожидался список, получен текст «school»"
                " — напишите списком: [school]"
            ),
        ),
        (
            "separator: tab",
            "skip: -1",
            "a.yaml:22:100: sources[0].reader.csv.skip: должно быть не меньше 0, а не -1",
        ),
        ("coverage: 80", "coverage: 800", "a.yaml:86:17: dynamics.rules[0].coverage: больше ста процентов не бывает"),
        (
            "coverage: 80",
            "coverage: {at_least: 101}",
            "a.yaml:86:28: dynamics.rules[0].coverage.at_least: больше ста процентов не бывает",
        ),
        ("low: 0", "low: 200", "a.yaml:87:14: dynamics.rules[1].range: нижняя граница выше верхней"),
        (
            "        silence: zero\n",
            "",
            (
                "a.yaml:65:9: sections[0].indicators[1]: нет ключа «silence» — Чего стоит молчание: excluded"
                " — не входит,"
                " zero — считается нулём. Без умолчания: приказ не говорит"
            ),
        ),
        (
            "better: neutral",
            "beter: neutral",
            "a.yaml:71:9: sections[0].indicators[1].beter: неизвестный ключ — возможно, «better»?",
        ),
        (
            "publication: {",
            "publication: {qwerty: 1, ",
            "a.yaml:104:15: publication.qwerty: неизвестный ключ — ключи: decimals, disclosure",
        ),
        (
            "percent: 30",
            "percent: 30, omit: true",
            (
                "a.yaml:25:88: sources[0].items[0].jump.omit: неизвестный ключ"
                " — убрать можно только элемент списка, у которого есть id"
            ),
        ),
    ],
)
def test_a_mistake_is_named_where_it_stands(tmp_path: Path, old: str, new: str, problem: str) -> None:
    assert _changed(tmp_path, old, new) == [problem]


def test_several_keys_of_a_kind_are_refused_at_the_second(tmp_path: Path) -> None:
    assert _changed(tmp_path, "population: teachers}}", "population: teachers}, mean: }") == [
        f"a.yaml:46:67: {_INDICATOR}.measure: ожидался один вид, а ключей 2"
    ]


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    text = WHOLE.replace("calendar: school_year", "calendar: day").replace("coverage: 80", "coverag: 80")
    text = text.replace("calendar", "calendar").replace("- {id: r1, title: Оператор,", "- {id: r1,")
    assert [problem.split(": ")[:2] for problem in told(_written(tmp_path, text))] == [
        ["a.yaml:4:11", "calendar"],
        ["a.yaml:86:7", "dynamics.rules[0]"],
        ["a.yaml:97:5", "roles[0]"],
    ]


def test_what_is_said_of_a_list_of_indicators_goes_for_all_sections(tmp_path: Path) -> None:
    assert "a.yaml:79:13: sections[1].indicators[0].id: id «1.2» повторён — впервые — в строке 65" in _changed(
        tmp_path, '- id: "2.1"', '- id: "1.2"'
    )


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("unit: s1,", "unit: s2,", "a.yaml:15:12: exemptions[0].unit: нет такой единицы: «s2» — есть: d1, s1"),
        (
            "kind: kindergarten}",
            "kind: kindergarten, parent: s9}",
            "a.yaml:13:61: units[2].parent: нет такой единицы: «s9» — есть: d1, s1",
        ),
    ],
)
def test_units_are_known_where_all_are_written_here(tmp_path: Path, old: str, new: str, problem: str) -> None:
    assert WHOLE.count(old) == 1
    text = WHOLE.replace(old, new)
    assert told(_written(tmp_path, text)) == []
    assert told(_written(tmp_path, text.replace("  - csv: {location: more.csv}\n", ""))) == [problem]


def test_the_district_is_a_unit_itself(tmp_path: Path) -> None:
    text = WHOLE.replace("  - csv: {location: more.csv}\n", "").replace(
        "kind: kindergarten}", "kind: kindergarten, parent: rayon}"
    )
    assert told(_written(tmp_path, text)) == []


def test_kinds_of_units_are_not_checked_where_none_are_listed(tmp_path: Path) -> None:
    text = WHOLE.replace("kinds:\n  school: школа\n  kindergarten: детский сад\n", "").replace(
        "asked_of: [school]", "asked_of: [lyceum]"
    )
    assert told(_written(tmp_path, text)) == []


# --- what plugins bring ---


def _objecting(path: str, **place: object) -> list[str]:
    def check(**_: object) -> list[list[Problem]]:
        return [[Problem(path=path, message="не годится", **place)]]  # type: ignore[arg-type]

    return check  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("sections[0].indicators[1]", "65:9"),
        ("sections[0].indicators[1].silence", "72:18"),
        ("sections[0].indicators[0].measure.counted", "46:36"),
        ("sections[0].indicators[0].measure.share.counted", "46:36"),
        ("sections[0].indicators[0].measure", "46:18"),
        ("sections[0].indicators[0].rules[1].at_least", "61:34"),
        ("sections[0].indicators[1].target", "65:9"),
        ("sections[9]", "38:1"),
        ("no.such[3].path", "1:1"),
        ("", "1:1"),
        ("]][[..", "1:1"),
    ],
)
def test_an_objection_of_a_plugin_gets_the_place_of_its_path(tmp_path: Path, path: str, place: str) -> None:
    file = _written(tmp_path, WHOLE)
    with pytest.raises(ConfigError) as caught:
        read(file, kinds=KINDS, configs={}, check=_objecting(path))  # type: ignore[arg-type]
    assert [problem.place for problem in caught.value.problems] == [f"{file}:{place}"]


def test_an_objection_which_knows_its_place_keeps_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^elsewhere\.csv:7: units: не годится$"):
        read(
            _written(tmp_path, WHOLE),
            kinds=KINDS,
            configs={},
            check=_objecting("units", file="elsewhere.csv", line=7),  # type: ignore[arg-type]
        )


def test_nobody_is_asked_about_what_could_not_be_built(tmp_path: Path) -> None:
    def check(**_: object) -> list[list[Problem]]:
        pytest.fail("asked about a broken district")

    with pytest.raises(ConfigError):
        read(_written(tmp_path, "id: x"), kinds=KINDS, configs={}, check=check)


class _Plain:
    pass


@frozen(kw_only=True)
class _Unwritable:
    formula: complex = key("Такого в YAML нет")


@pytest.mark.parametrize(("kind", "what"), [(_Plain, "классом attrs"), (_Unwritable, "complex")])
def test_a_kind_which_cannot_be_written_is_the_fault_of_its_plugin(tmp_path: Path, kind: type, what: str) -> None:
    path = _written(tmp_path, WHOLE.replace("coverage: 80", "odd: {formula: 1}"))
    with pytest.raises(PluginError, match=what):
        read(path, kinds={**KINDS, Rule: {**KINDS[Rule], "odd": kind}}, configs={}, check=lambda **_: [])
