"""The questions of the five sources, in the words of the republic's configuration (``extends: kbr``)."""

from __future__ import annotations

from attrs import frozen

_SITE = "https://{unit}.verhnerechensky.example/{year}"
_OFFICE = "https://uo.verhnerechensky.example/{year}"


@frozen(kw_only=True)
class Question:
    """One item: its heading, whether it is answered by a word, and what proves the answer."""

    item: str
    title: str
    flag: bool = False
    link: str = ""  # address of the evidence, with {year} and {unit}; empty: nobody asks for one


def diagnostics() -> tuple[Question, ...]:
    """Results of diagnostics."""
    return (
        Question(item="n_diag", title="Прошли диагностику профессиональных дефицитов"),
        Question(item="n_diag_recognised", title="из них инструментом ЦНППМ или федерального оператора"),
    )


def sites() -> tuple[Question, ...]:
    """The check of the organisations' sites."""
    return (
        Question(
            item="plan_deficits",
            title="На сайте есть план по выявлению профессиональных дефицитов на отчётный год",
            flag=True,
            link=f"{_SITE}/plan",
        ),
        Question(
            item="mo_decision",
            title="На сайте есть решение МО или методсовета по результатам диагностики",
            flag=True,
            link=f"{_SITE}/reshenie",
        ),
    )


def card() -> tuple[Question, ...]:
    """The information card."""
    return (
        Question(item="n_ped", title="Педагогических работников (основное место работы)"),
        Question(item="n_young", title="из них молодых педагогических работников"),
        Question(
            item="trajectories",
            title="Организовано сопровождение персональных траекторий профессионального развития",
            flag=True,
        ),
        Question(item="n_trajectories", title="Педагогических работников с персональной траекторией"),
        Question(item="n_deficits", title="Педагогических работников с выявленными дефицитами"),
        Question(item="n_iom_made", title="Педагогических работников с разработанным ИОМ"),
        Question(item="n_iom", title="Педагогических работников, сопровождаемых в рамках разработанного ИОМ"),
        Question(
            item="informing",
            title="Педагогических работников информировали об инновационных формах обучения",
            flag=True,
        ),
        Question(item="n_informed", title="Информировано педагогических работников"),
        Question(
            item="mo_exists",
            title="Есть методическое объединение или профессиональное сообщество (в том числе межшкольное)",
            flag=True,
        ),
        Question(
            item="mo_support",
            title="Есть программа поддержки методических объединений, профессиональных сообществ",
            flag=True,
        ),
        Question(item="n_shmo", title="Педагогических работников — членов школьных методических объединений"),
        Question(item="n_shmo_mmo", title="из них участвуют в муниципальных МО"),
        Question(
            item="young_project",
            title="Есть проект (программа) по поддержке молодых педагогических работников",
            flag=True,
        ),
        Question(item="n_young_covered", title="Молодых педагогических работников, охваченных мероприятиями проекта"),
        Question(item="mentoring", title="Есть программа наставничества", flag=True),
        Question(item="n_young_mentored", title="Молодых педагогических работников — наставляемых"),
        Question(
            item="n_young_mentors",
            title="Молодых педагогических работников — наставников (не учтённых как наставляемые)",
        ),
        Question(
            item="young_programme",
            title="Есть программа профессионального развития молодых педагогических работников",
            flag=True,
        ),
    )


def mouo() -> tuple[Question, ...]:
    """The figures of the district's office, each with its link."""
    return (
        Question(
            item="n_expert",
            title="Педагогических работников, вовлеченных в экспертную деятельность",
            link=f"{_OFFICE}/experty#{{unit}}",
        ),
        Question(item="n_activists", title="Членов методического актива"),
        Question(
            item="n_activists_confirmed",
            title="Членов методического актива, подтвердивших высокий уровень компетентности",
            link=f"{_OFFICE}/aktiv#{{unit}}",
        ),
        Question(item="has_activist", title="Есть хотя бы один подтвердивший член методического актива", flag=True),
        Question(
            item="n_network",
            title="Педагогических работников, включенных в сетевые сообщества",
            link=f"{_OFFICE}/soobshchestva#{{unit}}",
        ),
        Question(
            item="n_replicated",
            title="Педагогических работников, имеющих тиражируемые методические разработки",
            link=f"{_OFFICE}/razrabotki#{{unit}}",
        ),
        Question(item="has_replicated", title="Есть хотя бы один автор тиражируемых разработок", flag=True),
    )


def organisations() -> tuple[Question, ...]:
    """What the organisations say of their own teachers' courses."""
    return (
        Question(
            item="n_dpp",
            title="Обучились на ДПП повышения квалификации в отчётном году (от 16 часов)",
            link=f"{_SITE}/dpp",
        ),
        Question(item="n_dpp_three_years", title="Обучились на ДПП повышения квалификации за три года"),
    )
