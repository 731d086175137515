"""The words of a card around the questions: headings, hints, prompts, and texts made fit for a cell."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from profdev_indicators.builtin.readers import cardsheets as marks
from profdev_indicators.intake.cards.checks import NOTHING_KNOWN, wanted
from profdev_indicators.intake.cards.form import Card
from profdev_indicators.model import District, Item
from profdev_indicators.periods import Period
from profdev_indicators.wording import long_day

ADVICE = (
    "Заполните жёлтые ячейки. Проценты считать не нужно: их посчитает программа. Чего не было — впишите 0 или «нет»;"
    f" чего не знаете — «{NOTHING_KNOWN}»."
)
_LONGEST = 2000  # characters shown in one cell
_LONGEST_PROMPT = 255
_LONGEST_FOOTER = 100  # of the organisation's name; the whole footer may have 255
_DIRECTIONS = dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])


@lru_cache(maxsize=1 << 12)  # forty cards say the same
def shown(text: str) -> str:
    """A text fit for a cell: on one or several lines, no marks of direction, of bounded length."""
    tidy = "\n".join(
        " ".join("".join(" " if sign < " " or sign == "\x7f" else sign for sign in line).split(" "))
        for line in sound(text).translate(_DIRECTIONS).strip().splitlines()
    )
    return tidy if len(tidy) <= _LONGEST else f"{tidy[:_LONGEST].rstrip()}…"


def sound(text: str) -> str:
    """A text as it is, but for halves of characters, which no file can hold."""
    return text.encode("utf-8", "replace").decode()


def subtitle(card: Card) -> str:
    """«За 2022 год. Чегемский муниципальный район. Оператор: …»."""
    told = [f"За {card.period.title}", str(card.district.title)]
    if card.district.operator:
        told.append(f"Оператор: {card.district.operator}")
    return shown(". ".join(part.rstrip(".") for part in told) + ".")


def where_to(card: Card) -> str:
    """«Вернуть до 1 октября 2022 года: card@uo.example. Вопросы: …»: as much of it as is known."""
    form, contact = card.district.card, card.district.contact
    until = f"Вернуть до {long_day(card.deadline)}" if card.deadline else ""
    if form.send_to:
        told = [f"{until or 'Вернуть'}: {form.send_to}", f"Вопросы: {contact}" if contact else ""]
    else:
        told = [until, f"Куда вернуть и где спросить: {contact}" if contact else ""]
    known = [part.rstrip(".") for part in told if part]
    return shown(". ".join(known) + ".") if known else "Верните карту тому, кто её прислал."


def mistake(district: District) -> str:
    """Whom to tell that the organisation is called otherwise."""
    whom = district.contact or district.card.send_to
    return shown(f"Ошибка в названии или кодах? Сообщите: {whom}") if whom else ""


def headings(previous: Period) -> Mapping[str, str]:
    """The headings of the table by the role of the column."""
    return {
        marks.NUMBER: "№",
        marks.TITLE: "Вопрос",
        marks.LAST: f"В {previous} году" if previous.kind == "year" else f"За {previous.title}",
        marks.VALUE: "Ответ",
        marks.LINK: "Ссылка на подтверждение",
        marks.CHECK: "Проверка",
    }


def asked(item: Item) -> str:
    """The question in the words of the form."""
    return shown(item.title) or item.id


def hint(item: Item) -> str:
    """What helps to answer, and whether a link is wanted."""
    linked = {"required": "Ответ нужно подтвердить ссылкой.", "optional": "Ссылка — по желанию.", "none": ""}
    return " ".join(part for part in (shown(item.hint or ""), linked[item.evidence]) if part)


def is_part(item: Item) -> bool:
    """Whether a question goes on from the one above: «из них …»."""
    return item.at_most is not None and item.title[:1].islower()


def prompt(item: Item) -> str:
    """What appears beside the cell which is being filled."""
    match item.type:
        case "flag":
            return "Выберите из списка: да или нет."
        case "level":
            return "Выберите ответ из списка."
        case "date":
            return f"Дата: 28.08.2022. Если неизвестно — {NOTHING_KNOWN}."
        case _:
            return f"{_sentence(wanted(item))} Если не было — 0, если неизвестно — {NOTHING_KNOWN}."


def refusal(item: Item) -> str:
    """What is said to whoever has typed something else."""
    excuse = "" if item.type in {"flag", "level"} else f" Если сведений нет, впишите {NOTHING_KNOWN}."
    return f"{_sentence(wanted(item))}{excuse}"[:_LONGEST_PROMPT]


def link_prompt(item: Item) -> str:
    """What a link is for, and whether one can do without."""
    need = "Обязательна" if item.evidence == "required" else "По желанию"
    when = ", если ответ «да»." if item.type == "flag" else ", если ответ больше нуля."
    return f"Адрес страницы или документа, где это видно: https://… {need}{when if need == 'Обязательна' else '.'}"


def footer(card: Card) -> str:
    """Whose page it is and which: sheets get mixed up on a desk."""
    name = " ".join(shown(card.unit.name).split())
    name = name if len(name) <= _LONGEST_FOOTER else f"{name[:_LONGEST_FOOTER].rstrip()}…"
    return f"&L&8{_literal(name)}&R&8Страница &P из &N"


def _literal(name: str) -> str:
    """A name in a footer: «&» begins a command there, and digits after a size would join it."""
    return f" {name.replace('&', '&&')}"


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."
