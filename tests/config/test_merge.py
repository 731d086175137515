"""A district writes only what is its own: the rest comes from what it extends and includes."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from config.fakes import KINDS, WHOLE, Csv, Mean, Share, load, nothing_wrong, problems, told
from profdev_indicators.config import read
from profdev_indicators.model import District


def _write(folder: Path, **texts: str) -> Path:
    """Files by name; the answer is the one called `own`."""
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text)
    return folder / "own.yaml"


def _own(folder: Path, text: str, **others: str) -> District:
    """The whole example with a few keys laid over it."""
    return load(_write(folder, base=WHOLE, own=f"extends: base.yaml\n{text}", **others))


def _ids(things: tuple[object, ...]) -> list[str]:
    return [thing.id for thing in things]  # type: ignore[attr-defined]


def test_nothing_of_ones_own_is_the_base(tmp_path: Path) -> None:
    assert _own(tmp_path, "") == load(_write(tmp_path, own=WHOLE))


def test_a_key_of_ones_own_wins_and_its_neighbours_stay(tmp_path: Path) -> None:
    own = _own(tmp_path, "id: mine\ntitle: {род: Своего района}\nrecommendations: {responsible: ИМО}")
    assert (own.id, own.title.nominative, own.title.genitive) == ("mine", "Заречный район", "Своего района")
    assert (own.recommendations.responsible, own.recommendations.deadline) == ("ИМО", "03-01")


def test_an_empty_value_takes_back_what_the_base_says(tmp_path: Path) -> None:
    assert _own(tmp_path, "oktmo: ~\ngoals:\n").oktmo is None
    assert _own(tmp_path, "oktmo: ~\ngoals:\n").goals == ()


def test_lists_of_things_with_ids_are_laid_over_by_id(tmp_path: Path) -> None:
    text = """
populations:
  - {id: organisations, having: n_diag}
  - {id: new, title: новые, items: [n_diag]}
sections:
  - id: deficits
    indicators:
      - {id: "1.2", better: higher}
"""
    own = _own(tmp_path, text)
    assert _ids(own.populations) == ["teachers", "organisations", "new"]
    assert (own.populations[1].title, own.populations[1].having) == ("организации", "n_diag")
    assert _ids(own.indicators) == ["1.1", "1.2", "2.1"]
    assert (own.indicators[1].better, own.indicators[1].unit) == ("higher", "балл")


def test_versions_of_a_unit_are_told_apart_by_their_first_day(tmp_path: Path) -> None:
    base = WHOLE.replace("  - csv: {location: more.csv}\n", "")
    own = load(
        _write(
            tmp_path,
            base=base,
            own="extends: base.yaml\nunits:\n"
            "  - {id: s1, valid_from: 2023-09-01, cluster: город}\n  - {id: d1, cluster: село}",
        )
    )
    assert [(unit.id, unit.cluster) for unit in own.units] == [("s1", None), ("s1", "город"), ("d1", "село")]  # type: ignore[union-attr]


def test_other_lists_are_replaced(tmp_path: Path) -> None:
    own = _own(
        tmp_path,
        "dynamics: {rules: [coverage: ]}\nspellings: {yes: [угу, так]}\nacts: []\n"
        "sections: [{id: deficits, indicators: [{id: '1.1', basis: ~}]}]",
    )
    assert len(own.dynamics.rules) == 1
    assert own.spellings.yes == ("угу", "так")
    assert own.acts == ()


def test_a_kind_of_the_same_name_is_laid_over(tmp_path: Path) -> None:
    own = _own(tmp_path, 'sections: [{id: deficits, indicators: [{id: "1.2", measure: {share: {counted: n_diag}}}]}]')
    assert own.indicators[1].measure == Share(counted="n_diag", population=own.populations[1])


def test_a_kind_of_another_name_replaces(tmp_path: Path) -> None:
    text = 'sections: [{id: deficits, indicators: [{id: "1.2", measure: {mean: {over: [teachers]}}}]}]'
    own = _own(tmp_path, f"{text}\nunits: {{csv: {{location: u.csv}}}}")
    assert own.indicators[1].measure == Mean(over=own.populations[:1])
    assert own.units == Csv(location="u.csv")


def test_bases_and_fragments_are_laid_in_order_and_the_file_itself_last(tmp_path: Path) -> None:
    own = load(
        _write(
            tmp_path,
            base=WHOLE,
            other="operator: other\ncontact: other\nform_title: other\noktmo: '1'",
            fragment="contact: fragment\nform_title: fragment",
            own="form_title: own\ninclude: fragment.yaml\nextends: [base.yaml, other.yaml]",
        )
    )
    assert (own.oktmo, own.operator, own.contact, own.form_title) == ("1", "other", "fragment", "own")


def test_a_plugin_may_give_files_by_name_and_those_have_bases_beside_them(tmp_path: Path) -> None:
    (tmp_path / "plugin" / "more").mkdir(parents=True)
    named = _write(tmp_path / "plugin", base=WHOLE, own="extends: base.yaml\ninclude: more/x.yml\noperator: kbr")
    (tmp_path / "plugin" / "more" / "x.yml").write_text("extends: nested\ncontact: x")
    nested = _write(tmp_path, own="form_title: nested")
    (tmp_path / "mine.yaml").write_text("extends: kbr")
    own = load(tmp_path / "mine.yaml", kbr=named, nested=nested)
    assert (own.operator, own.contact, own.form_title) == ("kbr", "x", "nested")


def test_a_plugin_may_be_a_zip(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "plugin.zip", "w") as archive:
        archive.writestr("p/kbr.yaml", "extends: ../base.yaml\ninclude: near.yaml")
        archive.writestr("p/near.yaml", "contact: zip")
        archive.writestr("base.yaml", WHOLE)
    with zipfile.ZipFile(tmp_path / "plugin.zip") as archive:
        kbr = zipfile.Path(archive, "p/kbr.yaml")
        path = _write(tmp_path, own="extends: kbr")
        assert read(path, kinds=KINDS, configs={"kbr": kbr}, check=nothing_wrong).contact == "zip"  # type: ignore[dict-item]


def test_one_base_may_be_reached_by_two_ways(tmp_path: Path) -> None:
    own = _own(tmp_path, "include: [f1.yaml, f2.yaml]", f1="extends: f2.yaml\ncontact: f1", f2="contact: f2")
    assert own.contact == "f2"


# --- what is left out ---


def test_what_is_omitted_is_not_there_nor_is_what_named_it(tmp_path: Path) -> None:
    own = _own(
        tmp_path,
        """
sections:
  - {id: totals, omit: true}
  - id: deficits
    indicators: [{id: "1.2", omit: true}]
""",
    )
    assert _ids(own.indicators) == ["1.1"]
    assert own.goals[0].indicators == ("1.1",)
    assert own.decisions_needed[0].indicators == ()


def test_an_exemption_from_what_is_omitted_is_not_one_from_everything(tmp_path: Path) -> None:
    text = 'sections: [{id: totals, omit: true}, {id: deficits, indicators: [{id: "1.2", omit: true}]}]'
    assert _own(tmp_path, text).exemptions == ()


def test_a_section_goes_with_its_last_indicator(tmp_path: Path) -> None:
    own = _own(tmp_path, 'sections: [{id: totals, indicators: [{id: "2.1", omit: true}]}]')
    assert _ids(own.sections) == ["deficits"]


def test_what_is_omitted_may_come_back_in_other_words(tmp_path: Path) -> None:
    own = _own(
        tmp_path,
        """
sections:
  - id: totals
    indicators:
      - {id: "2.1", omit: true}
      - {id: "2.1", title: Иначе, measure: {composite: {weights: {"1.1": 1}}}, silence: zero, missing: strict}
""",
    )
    assert own.indicators[2].title == "Иначе"
    assert own.goals[0].indicators == ("1.1", "2.1")


def test_all_versions_of_a_unit_go_together_and_one_may_go_alone(tmp_path: Path) -> None:
    base = WHOLE.replace("  - csv: {location: more.csv}\n", "").replace("{unit: s1,", "{unit: d1,")
    both = _write(tmp_path, base=base, own="extends: base.yaml\nunits: [{id: s1, omit: true}]")
    assert len(load(both).units) == 1  # type: ignore[arg-type]
    one = _write(tmp_path, own="extends: base.yaml\nunits: [{id: s1, valid_from: 2023-09-01, omit: true}]")
    assert [unit.name for unit in load(one).units] == ["Школа № 1", "Детский сад"]  # type: ignore[union-attr]


def test_a_fragment_may_omit_what_the_base_under_it_has(tmp_path: Path) -> None:
    own = _own(tmp_path, "include: less.yaml", less="include: deep.yaml", deep="sections: [{id: totals, omit: true}]")
    assert _ids(own.sections) == ["deficits"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "sections: [{id: totls, omit: true}]",
            "own.yaml:2:24: sections.omit: нечего убирать: в подключённых файлах нет «totls»",
        ),
        ("roles: [{id: r1, omit: yes}]", "own.yaml:2:18: roles.omit: ожидалось true, получен текст «yes»"),
        (
            "populations: [{id: teachers, omit: true}]",
            (
                "base.yaml:46:56: sections[0].indicators[0].measure.share.population: нет такого знаменателя:"
                " «teachers»"
                " — убрано ключом omit: own.yaml:2"
            ),
        ),
    ],
)
def test_a_wrong_omission_is_told(tmp_path: Path, text: str, problem: str) -> None:
    assert problem in told(_write(tmp_path, base=WHOLE, own=f"extends: base.yaml\n{text}"))


def test_omit_says_nothing_about_a_thing_of_ones_own(tmp_path: Path) -> None:
    assert told(_write(tmp_path, own=WHOLE.replace("{id: r1,", "{id: r1, omit: false,"))) == []


# --- what is wrong ---


def test_a_problem_stands_in_the_file_which_has_it(tmp_path: Path) -> None:
    base = WHOLE.replace("missing: available", "missing: availble")
    text = "extends: base.yaml\ninclude: sub/more.yaml\ncalendar: day"
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "more.yaml").write_text("\n\npublication: {decimals: два}")
    found = told(_write(tmp_path, base=base, own=text))
    assert [problem.split(": ")[0] for problem in found] == ["base.yaml:73:18", "own.yaml:3:11", "sub/more.yaml:3:25"]


def test_twice_the_same_id_in_one_file_is_no_way_to_lay_over_a_base(tmp_path: Path) -> None:
    text = "extends: base.yaml\nroles:\n  - {id: r1, title: А}\n  - {id: r1, title: Б}"
    assert told(_write(tmp_path, base=WHOLE, own=text)) == [
        "own.yaml:4:10: roles[1].id: id «r1» повторён — впервые — в строке 3"
    ]


def test_a_repeated_id_is_told_across_files(tmp_path: Path) -> None:
    items = "[{id: site, title: Т, type: flag}]"
    text = f"extends: base.yaml\nsources:\n  - {{id: third, title: Третий, reader: {{frame: }}, items: {items}}}"
    assert told(_write(tmp_path, base=WHOLE, own=text)) == [
        f"own.yaml:3:64: sources[2].items[0].id: id «site» повторён — впервые — в {tmp_path}/base.yaml:30".replace(
            f"{tmp_path}/", ""
        )
    ]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("extends: bsae.yaml", "own.yaml:1:10: extends: нет такого файла: «bsae.yaml» — может быть, «base.yaml»?"),
        ("extends: ..\\base.yaml", "own.yaml:1:10: extends: нет такого файла: «..\\base.yaml» — пишите путь через /"),
        (
            "extends: ../../etc/passwd",
            (
                "own.yaml:1:10: extends: путь «../../etc/passwd» не оканчивается на .yaml"
                " — подключить можно только файл .yaml или .yml"
            ),
        ),
        ("extends: kbrr", "own.yaml:1:10: extends: ни один плагин не даёт конфигурации «kbrr» — может быть, «kbr»?"),
        ("include: zzz", "own.yaml:1:10: include: ни один плагин не даёт конфигурации «zzz» — есть: kbr"),
        ("include: [kbr, kbr]", "own.yaml:1:16: include: «kbr» повторено — впервые — в строке 1"),
        ("extends: 5", "own.yaml:1:10: extends: ожидалось имя или путь к файлу .yaml, получено число 5"),
        ("extends: {a: b}", "own.yaml:1:10: extends: ожидалось имя или путь к файлу .yaml, получен набор ключей"),
        (
            "extends: own.yaml",
            "own.yaml:1:10: extends: файлы подключают друг друга по кругу: own.yaml → own.yaml — разорвите круг",
        ),
    ],
)
def test_a_wrong_link_is_told_and_nothing_that_only_follows_from_it(tmp_path: Path, line: str, problem: str) -> None:
    path = _write(tmp_path, base=WHOLE, own=f"{line}\ntitle: Район\nsections: [{{id: x, omit: true}}]\ncalendar: dai")
    found = [str(one).replace(f"{tmp_path}/", "") for one in problems(path, kbr=tmp_path / "base.yaml")]
    assert found[0] == problem
    assert [one.split(": ")[1] for one in found[1:]] in (["calendar"], ["sections.omit", "calendar"])


def test_a_circle_of_files_is_named(tmp_path: Path) -> None:
    path = _write(tmp_path, own="extends: b.yaml", b="include: c.yaml", c="\nextends: b.yaml")
    assert told(path) == [
        "c.yaml:2:10: extends: файлы подключают друг друга по кругу: b.yaml → c.yaml → b.yaml — разорвите круг"
    ]


def test_a_chain_of_files_has_an_end(tmp_path: Path) -> None:
    files = {f"f{n}": f"extends: f{n + 1}.yaml" for n in range(20)}
    assert told(_write(tmp_path, own="extends: f0.yaml", **files)) == [
        "f7.yaml:1:10: extends: файлы подключают друг друга глубже 8 раз"
    ]


def test_there_is_a_limit_to_files(tmp_path: Path) -> None:
    names = [f"f{n}.yaml" for n in range(80)]
    files = {f"f{n}": "id: x" for n in range(80)}
    (problem,) = told(_write(tmp_path, own=f"include: [{', '.join(names)}]", **files))[:1]
    assert problem.endswith("include: подключено больше 64 файлов")


# --- the fingerprint ---


def test_the_digest_tells_contents_and_not_places(tmp_path: Path) -> None:
    digests = set()
    for folder in (tmp_path / "here", tmp_path / "there"):
        folder.mkdir()
        digests.add(_own(folder, "contact: a").digest)
    assert len(digests) == 1
    assert _own(tmp_path, "contact: b").digest not in digests


def test_the_digest_covers_the_bases(tmp_path: Path) -> None:
    first = load(_write(tmp_path, base=WHOLE, own="extends: base.yaml"))
    second = load(_write(tmp_path, base=f"{WHOLE}# a remark", own="extends: base.yaml"))
    assert first == second
    assert first.digest != second.digest
