"""Whoever writes an expression is told where, what and what to do, about everything at once."""

from __future__ import annotations

import pytest

from profdev_indicators.expressions import ColumnType, ExpressionError, Flaw, drawn, parse

COLUMNS: dict[str, ColumnType] = {
    "age": "integer",
    "hours": "number",
    "category": "text",
    "mentor": "flag",
    "birth_date": "date",
    "предмет": "text",
}


def flaws(text: str, *wanted: ColumnType) -> list[str]:
    """The flaws of a text: the piece it is about, the message and the hint."""
    with pytest.raises(ExpressionError) as caught:
        parse(text, COLUMNS, wanted=wanted or ("flag",))
    return [f"{text[flaw.start : flaw.end]}: {flaw}" for flaw in caught.value.flaws]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("age < 35 young", "young: лишнее: «young» — между условиями нужно AND или OR"),
        ("age == 35", "==: знака «==» здесь нет — равенство пишется одним знаком: ="),
        ("mentor && age > 1", "&&: знака «&&» здесь нет — пишите AND"),
        ("mentor || age > 1", "||: знака «||» здесь нет — «или» пишется OR; тексты не склеиваются"),
        ("age => 35", "=>: знака «=>» здесь нет — «не меньше» пишется >="),
        ("age ≤ 35", "≤: знака «≤» здесь нет — пишите <="),
        ("age > −1", "−: знака «−» здесь нет — минус пишется дефисом: -"),
        ("mentor и age > 1", "и: слова языка — английские, а здесь «и» — пишите AND"),
        ("mentor или age > 1", "или: слова языка — английские, а здесь «или» — пишите OR"),
        ("не mentor", "не: слова языка — английские, а здесь «не» — пишите NOT"),
        (
            "1 < age < 35",
            "<: сравнения не ставят в цепочку — соедините два сравнения словом AND: 1 < age AND age < 35",
        ),
        ("hours > 1,5", ",: лишняя запятая — дробная часть отделяется точкой: 1.5"),
        ("category = NULL", "NULL: сравнение с NULL никогда не бывает верным — пишите IS NULL"),
        ("category <> NULL", "NULL: сравнение с NULL никогда не бывает верным — пишите IS NOT NULL"),
        ("age IN (1, NULL)", "NULL: NULL в списке IN ни с чем не совпадает — для пустых добавьте OR … IS NULL"),
        (
            'category = "высшая"',
            "\"высшая\": нет колонки «высшая» — двойные кавычки — для имён колонок; текст пишется 'высшая'",
        ),
        ("category = ‘высшая’", "‘высшая’: кавычки не те — текст пишется в прямых одинарных кавычках: 'высшая'"),
        ("hourz > 1", "hourz: нет колонки «hourz» — может быть, hours?"),
        ("Age > 1", "Age: нет колонки «Age» — есть age: большие и малые буквы различаются"),
        ("аge > 1", "аge: нет колонки «аge» — есть age: русские и латинские буквы похожи, но разные"),
        ("mentor ОR mentor", "ОR: «ОR» написано с русской буквой — пишите OR латинскими буквами"),
        (
            "category > 'а'",
            (
                "category: для «>» нет порядка: здесь текст — тексты сравнивают через =, IN или LIKE; если это число"
                " или дата, объявите колонку так"
            ),
        ),
        (
            "mentor > TRUE",
            "mentor: для «>» нет порядка: здесь признак (да или нет) — признаки сравнивают только через =",
        ),
        ("age = '35'", "'35': «=»: разные типы — целое число и текст — число пишется без кавычек"),
        (
            "mentor = 1",
            (
                "1: «=»: разные типы — признак (да или нет) и целое число — признак не число: пишите TRUE и FALSE"
                " вместо 1 и 0"
            ),
        ),
        (
            "birth_date < '2000-01-01'",
            "'2000-01-01': «<»: разные типы — дата и текст — дата пишется так: DATE '2025-09-01'",
        ),
        (
            "DATE '2025-02-30' > birth_date",
            "DATE '2025-02-30': «2025-02-30» — не дата — пишите год-месяц-день: DATE '2025-09-01'",
        ),
        (
            "DATE '20250201' > birth_date",
            "DATE '20250201': «20250201» — не дата — пишите год-месяц-день: DATE '2025-09-01'",
        ),
        (
            "birth_date - 1 > 1",
            "birth_date: «-» требует чисел, а здесь дата — возраст на дату: AGE(birth_date, DATE '2025-09-01')",
        ),
        ("age AND mentor", "age: AND требует условия, а здесь целое число — сравните его с чем-нибудь"),
        ("NOT category", "category: NOT требует условия, а здесь текст"),
        ("age", "age: здесь нужно: признак (да или нет), а получается целое число"),
        ("hours / 0 > 1", "0: деление на ноль"),
        ("age BETWEEN 5 AND 1", "5 AND 1: границы BETWEEN перепутаны: ни одно значение не подойдёт — меньшая — первой"),
        ("1 = 1", "1 = 1: здесь одни постоянные: от записей ничего не зависит — напишите ответ или уберите условие"),
        (
            "mentor OR TRUE",
            "TRUE: здесь одни постоянные: от записей ничего не зависит — напишите ответ или уберите условие",
        ),
        ("TRUE", "TRUE: в выражении нет ни одной колонки — оно одинаково для всех записей"),
        ("COALESCE(1, age) > 1", "1: после постоянной COALESCE дальше не смотрит — поставьте её последней"),
        ("COALESCE(age) > 1", "COALESCE(age): у COALESCE не столько значений — пишется COALESCE(значение, другое, …)"),
        ("COALESC(age, 1) > 1", "COALESC: функции «COALESC» в языке нет — может быть, COALESCE?"),
        ("mentor IN (TRUE)", "mentor: признак не ищут в списке — пишите сам признак, NOT или IS NULL"),
        ("age IN (hours)", "hours: в списке IN бывают только постоянные — сравнения с колонками соедините словом OR"),
        (
            "category LIKE category",
            "category: после LIKE пишется образец в кавычках, а здесь «category» — LIKE 'перв%'",
        ),
        ("age LIKE '3%'", "age: LIKE ищут в тексте, а здесь целое число"),
        ("age IS 5", "5: после IS бывает NULL, TRUE или FALSE, а здесь «5» — равенство пишется знаком ="),
        ("age IS TRUE", "age: IS TRUE требует условия, а здесь целое число — сравните его с чем-нибудь"),
        ("CASE age WHEN 1 THEN TRUE END", "age: после CASE пишется WHEN, а здесь «age» — CASE WHEN условие THEN … END"),
        (
            "CASE WHEN mentor THEN NULL END",
            "CASE WHEN mentor THEN NULL END: CASE не даёт ни одного значения — все исходы — NULL",
        ),
        (
            "CASE WHEN mentor THEN 1 ELSE 'нет' END = 1",
            "'нет': исходы CASE: разные типы — целое число и текст — число пишется без кавычек",
        ),
        (
            "age > 9223372036854775808",
            "9223372036854775808: слишком большое целое число — не больше 9223372036854775807",
        ),
        (f"hours > {'9' * 400}.0", f"{'9' * 400}.0: слишком большое число"),
        ("category = 'высшая", "'высшая: текст не закрыт кавычкой — поставьте ' в конце"),
        ('"age > 1', '"age > 1: имя колонки не закрыто кавычкой — поставьте " в конце'),
        ("(age > 1", ": не хватает «)»: скобка не закрыта, а здесь конец выражения"),
        ("age > 1)", "): лишняя закрывающая скобка"),
        ("age >", ": здесь ждали значение, а стоит конец выражения"),
        ("age > +1", "+: здесь ждали значение, а стоит «+» — плюс перед числом не пишут"),
        ("", ": выражение пустое"),
        (" \n ", " : выражение пустое"),
        ("category = '\x00'", "'\x00': в кавычках недопустимый знак U+0000"),
        ("age > 1 -- молодые", "--: комментариев в выражении нет — пишите их в YAML после знака #"),
        ("age > 1;", ";: знака «;» в языке нет — здесь одно выражение, точка с запятой не нужна"),
    ],
)
def test_one_mistake_is_told_once_with_its_cure(text: str, said: str) -> None:
    assert flaws(text) == [said]


def test_everything_that_can_be_found_is_told_at_once() -> None:
    text = "agee < 35 и category = 5 AND hours == 'много' OR not предмет"
    assert [said.split(":")[0] for said in flaws(text)] == ["agee", "и", "5", "==", "'много'", "предмет"]


def test_a_name_of_a_column_is_not_a_russian_word() -> None:
    assert parse("и AND не", {"и": "flag", "не": "flag"}, wanted=["flag"]).columns == {"и", "не"}


def test_the_place_is_drawn_in_its_line() -> None:
    text = "mentor\n  AND agee < 35"
    with pytest.raises(ExpressionError) as caught:
        parse(text, COLUMNS, wanted=["flag"])
    assert str(caught.value) == "нет колонки «agee» — может быть, age?\n    AND agee < 35\n        ^^^^"


def test_of_a_long_line_only_the_surroundings_are_drawn() -> None:
    text = "age = 1 OR " * 100 + "agee = 1"
    with pytest.raises(ExpressionError) as caught:
        parse(text, COLUMNS, wanted=["flag"])
    _, line, carets = str(caught.value).split("\n")
    assert len(line) <= 102
    assert line[carets.index("^") : carets.rindex("^") + 1] == "agee"


def test_nothing_unprintable_reaches_the_terminal() -> None:
    said = drawn("a\x1b[31m\tb", Flaw(start=8, end=9, message="x"))
    assert all(letter.isprintable() or letter == "\n" for letter in said)
