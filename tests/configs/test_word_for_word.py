"""The form of the order, copied from it word for word, against the form the configurations give."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from profdev_indicators import load
from profdev_indicators.model import District

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.plugins("kbr", "chegem")

DIAGNOSTICS = "Данные по результатам диагностики профессиональных дефицитов (трудностей) педагогических работников"
SITES = "Мониторинг сайтов ОО"
CARD = (
    "Информационные карты о результатах деятельности по сопровождению профессионального развития "
    "педагогических работников"
)
MOUO = "Данные МОУО, подтвержденные ссылкой на источник информации"
ORGANISATION = "данные образовательной организации, подтвержденные ссылкой на источник информации"

SECTIONS = (
    "Выявление профессиональных дефицитов педагогических работников",
    "Осуществление научно-методического сопровождения педагогических работников",
    (
        "Изучение состояния и результатов деятельности методических объединений и (или) профессиональных "
        "сообществ педагогических работников, формирование методического актива, вовлечение педагогических "
        "работников в экспертную деятельность"
    ),
    "Поддержка молодых педагогических работников, реализация программ наставничества педагогических работников",
    (
        "Реализация сетевого взаимодействия педагогических работников (методических объединений, "
        "профессиональных сообществ педагогических работников на муниципальном уровне)"
    ),
    "Выявление кадровых потребностей в образовательных организациях",
)

ROWS = (
    (
        "1.1",
        (
            "Доля педагогических работников, прошедших диагностику профессиональных дефицитов, от общего "
            "количества педагогических работников в муниципальном образовании"
        ),
        DIAGNOSTICS,
    ),
    (
        "1.2",
        "Наличие в ОО планов по выявлению профессиональных дефицитов педагогических работников",
        SITES,
    ),
    (
        "1.3",
        (
            "Наличие в ОО решений методических объединений, методических советов по результатам диагностики "
            "выявления профессиональных дефицитов (трудностей)"
        ),
        SITES,
    ),
    (
        "2.1",
        "Организация в ОО сопровождения персональных траекторий профессионального развития педагогических работников",
        CARD,
    ),
    (
        "2.2",
        (
            "Доля педагогических работников ОО, сопровождаемых педагогами, методистами, тьюторами в рамках "
            "разработанного индивидуального образовательного маршрута"
        ),
        CARD,
    ),
    (
        "2.3",
        "Информирование педагогических работников ОО об инновационных формах обучения",
        CARD,
    ),
    (
        "3.1",
        "Наличие в ОО методических объединений и (или) профессиональных сообществ педагогических работников",
        CARD,
    ),
    (
        "3.2",
        "Наличие программы поддержки методических объединений, профессиональных сообществ педагогических работников",
        CARD,
    ),
    (
        "3.3",
        (
            "Участие педагогических работников, членов школьных методических объединений в муниципальных "
            "методических объединениях"
        ),
        CARD,
    ),
    (
        "3.4",
        "Доля педагогических работников, вовлеченных в экспертную деятельность",
        MOUO,
    ),
    (
        "3.5",
        (
            "Наличие методического актива, включающего квалифицированных учителей, подтвердивших высокий уровень "
            "предметно-методической компетентности по результатам диагностики (оценки) профессиональных "
            "компетенций"
        ),
        MOUO,
    ),
    (
        "4.1",
        "Наличие проектов (программ) по поддержке молодых педагогических работников, реализуемых в ОО",
        CARD,
    ),
    (
        "4.2",
        (
            "Доля молодых педагогических работников, охваченных мероприятиями в рамках проектов (программ) по "
            "поддержке молодых педагогических работников, от общего числа молодых педагогических работников ОО"
        ),
        CARD,
    ),
    (
        "4.3",
        "Наличие программ наставничества, реализуемых в ОО",
        CARD,
    ),
    (
        "4.4",
        (
            "Доля молодых педагогических работников, участвующих в программах наставничества, от общего числа "
            "молодых педагогических работников ОО"
        ),
        CARD,
    ),
    (
        "5.1",
        "Доля педагогических работников, включенных в сетевые сообщества, от общего числа педагогических работников ОО",
        MOUO,
    ),
    (
        "5.2",
        "Наличие педагогических работников, имеющих методические разработки, тиражируемые на различных уровнях",
        MOUO,
    ),
    (
        "6.1",
        "Наличие в ОО программ по профессиональному развитию молодых педагогических работников",
        CARD,
    ),
    (
        "6.2",
        (
            "Доля педагогических работников, обучившихся на дополнительных профессиональных программах повышения "
            "квалификации"
        ),
        ORGANISATION,
    ),
)

OPERATOR = "ИМО МКУ «Управление образования местной администрации Чегемского муниципального района»"
SHARES_OF_PEOPLE = frozenset({"1.1", "2.2", "3.3", "3.4", "3.5", "4.2", "4.4", "5.1", "5.2", "6.2"})


@pytest.fixture(scope="module")
def chegem() -> District:
    return load(ROOT / "configs" / "chegem.yaml")


def test_sections_stand_word_for_word_and_in_the_order_of_the_form(chegem: District) -> None:
    sections = [(section.number, section.title) for section in chegem.sections[:6]]
    assert sections == [(str(number), title) for number, title in enumerate(SECTIONS, 1)]


def test_criteria_and_their_sources_stand_word_for_word(chegem: District) -> None:
    indicators = [indicator for section in chegem.sections[:6] for indicator in section.indicators]
    rows = [(indicator.id, indicator.title, indicator.source and indicator.source.title) for indicator in indicators]
    assert rows == list(ROWS)
    assert {indicator.unit for indicator in indicators} == {"%"}


def test_nineteen_rows_come_from_five_sources(chegem: District) -> None:
    form = {row[0] for row in ROWS}
    sources = Counter(i.source.title for i in chegem.indicators if i.id in form and i.source)
    assert sources == {DIAGNOSTICS: 1, SITES: 2, CARD: 11, MOUO: 4, ORGANISATION: 1}


def test_ten_rows_are_shares_of_people_and_nine_of_organisations(chegem: District) -> None:
    items = chegem.items
    counted = {i.id: i.measure.ratio(i.missing).linked for i in chegem.indicators if i.id in {row[0] for row in ROWS}}
    people = {code for code, names in counted.items() if {items[name].type for name in names} == {"count"}}
    organisations = {code for code, names in counted.items() if {items[name].type for name in names} == {"flag"}}
    assert people == SHARES_OF_PEOPLE
    assert len(organisations) == 9
    assert people | organisations == counted.keys()


def test_a_link_is_demanded_exactly_where_the_form_speaks_of_one_or_of_a_site(chegem: District) -> None:
    items = chegem.items
    rows = {i.id: i for i in chegem.indicators if i.id in {row[0] for row in ROWS}}
    demanded = {
        code
        for code, row in rows.items()
        if all(items[name].evidence == "required" for name in row.measure.ratio(row.missing).linked)
    }
    assert demanded == {code for code, _, source in ROWS if source in {SITES, MOUO, ORGANISATION}}


def test_every_row_of_the_form_says_where_it_stands_and_how_it_is_read(chegem: District) -> None:
    rows = [i for i in chegem.indicators if i.id in {row[0] for row in ROWS}]
    places = {i.id: (i.basis.act, i.basis.place) for i in rows if i.basis and i.reading}
    assert places == {
        code: ("order-104-3", "Форма мониторинга, раздел {}, строка {}".format(*code.split("."))) for code, _, _ in ROWS
    }


def test_chegem_is_named_as_in_the_order(chegem: District) -> None:
    assert chegem.operator == OPERATOR
    assert chegem.oktmo == "83645000"
    assert str(chegem.title) == "Чегемский муниципальный район"
    assert {act.id for act in chegem.acts} == {"order-104-3", "order-22-546", "decree-326"}
    assert chegem.form_title == (
        "Форма мониторинга состояния системы обеспечения профессионального развития педагогических работников "
        "Чегемского муниципального района"
    )


def test_paragraphs_are_numbered_as_they_are_misnumbered(chegem: District) -> None:
    assert [goal.id for goal in chegem.goals] == [f"4({number})" for number in range(1, 13)]
    assert [topic.id for topic in chegem.topics] == [
        "7(1)", "7(2)", "7(3)", "7(3-2)", "7(4)", "7(5)", "7(6)", "7(7)", "7(8)",
    ]  # fmt: skip
    assert [source.id for source in chegem.information_sources] == [
        f"10({number})" for number in range(1, 13) if number != 8
    ]


def test_the_cut_paragraph_is_quoted_and_not_continued(chegem: District) -> None:
    cut = next(topic for topic in chegem.topics if topic.id == "7(7)")
    assert cut.title == (
        "Наличие мониторинга показателей (мониторинг по неэффективным показателям и/или показателям с негативными"
    )
    assert cut.gap is not None


def test_gaps_are_named_where_the_form_measures_something_else(chegem: District) -> None:
    assert {goal.id for goal in chegem.goals if goal.gap} == {"4(2)", "4(5)", "4(9)", "4(10)", "4(11)"}
    assert {goal.id for goal in chegem.goals if not goal.indicators} == {"4(5)", "4(11)"}
    assert {topic.id for topic in chegem.topics if topic.gap} == {"7(2)", "7(6)", "7(7)", "7(8)"}


def test_every_criterion_serves_a_goal_and_a_topic_unless_it_is_about_the_criteria(chegem: District) -> None:
    codes = {indicator.id for indicator in chegem.indicators}
    assert {code for topic in chegem.topics for code in topic.indicators} == codes
    assert codes - {code for goal in chegem.goals for code in goal.indicators} == {"7-7.1", "7-7.2", "7-7.3"}


def test_all_that_must_be_decided_says_by_whom_and_what_stands_meanwhile(chegem: District) -> None:
    decided = {code for decision in chegem.decisions_needed for code in decision.indicators}
    assert {row[0] for row in ROWS} <= decided
    assert all(decision.who and decision.meanwhile for decision in chegem.decisions_needed)
    assert len({decision.meanwhile for decision in chegem.decisions_needed}) == len(chegem.decisions_needed)
