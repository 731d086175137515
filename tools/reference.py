"""Pages of the documentation that are made from the code: `make docs` writes them, a test compares them."""

from __future__ import annotations

import ast
import inspect
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from importlib import import_module
from importlib.metadata import entry_points
from itertools import pairwise
from pathlib import Path
from types import NoneType
from typing import Any, Literal, get_args, get_origin

import attrs
import click
from attrs import frozen
from click.testing import CliRunner

from profdev_indicators import errors, frames, hookspecs, load, model, plugin_manager, records, results
from profdev_indicators.cli import profdev
from profdev_indicators.cli.kinds import example
from profdev_indicators.cli.speech import LazyGroup
from profdev_indicators.config.shape import DECLARED, Key, Shape, Shapes, options, unmarked
from profdev_indicators.intake import collect
from profdev_indicators.model import (
    Analysis,
    Derived,
    District,
    Engine,
    Indicator,
    Measure,
    Population,
    Reader,
    Ref,
    Renderer,
    Rule,
    Source,
)
from profdev_indicators.plugins import kinds

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
CHEGEM = "configs/chegem.yaml"
_MARK = re.compile(r"(?::[a-z]+:)?`{1,2}~?([^`]+)`{1,2}(?!`)")
_NOTE = "<!-- Сделано командой make docs (tools/reference.py); руками не править. -->"
_RULES = "profdev_indicators.engine.judge"  # its docstring says what a rule sees; the package has a function so named
_PROTOCOLS: Mapping[type, tuple[str, str]] = {
    Reader: ("Чем читать", "reader"),
    Measure: ("Как считать", "measure"),
    Derived: ("Как считать из других показателей", "derived"),
    Rule: ("Чем судить", "rule"),
    Analysis: ("Что узнать сверх значений и правил", "analysis"),
    Renderer: ("Что печатать", "renderer"),
    Engine: ("Чем считать записи", "engine"),
}
_REFERENCES = {
    "item": "id поля карты",
    "kind": "вид единиц",
    "indicator": "код показателя",
    "unit": "id единицы",
    "section": "id раздела",
    "source": "id источника",
    "act": "id акта",
}
_SCALARS: Mapping[Any, str] = {
    str: "текст",
    float: "число",
    int: "целое число",
    bool: "true или false",
    date: "дата ГГГГ-ММ-ДД",
}
_CONTRACT = (
    (
        model,
        (
            "Request",
            "Table",
            "Reader",
            "Measure",
            "Derived",
            "Rule",
            "Analysis",
            "Renderer",
            "Keeper",
            "Kept",
            "Engine",
        ),
    ),
    (records, ("Scanner", "Part", "Question", "Tally", "Counted", "Tallied")),
    (frames, ("Ratio", "Judgement")),
    (errors, ("Problem",)),
    (results, ("Finding", "Telling", "Exhibit", "Recommendation", "Protection", "Monitoring")),
)


def pages() -> dict[str, str]:
    """Every page by its path in docs/; those about Chegem's order only where its two plugins are installed."""
    made = {
        "reference/configuration.md": _configuration(),
        "reference/kinds.md": _kinds(),
        "reference/commands.md": _commands(),
        "reference/hooks.md": _hooks(),
        "reference/frames.md": _frames(),
    }
    if has_plugins():
        district = load(ROOT / CHEGEM)
        made |= {"explanation/criteria.md": _criteria(district), "explanation/defects.md": _defects(district)}
    return {path: "\n".join([*_tidy(lines), ""]) for path, lines in made.items()}


def has_plugins() -> bool:
    """Whether Chegem's configuration and the example can be read here."""
    return {"kbr", "chegem"} <= {point.name for point in entry_points(group=hookspecs.NAME)}


def _tidy(lines: Iterable[str]) -> Iterator[str]:
    """Docstrings speak reStructuredText: outside of code its marks become those of Markdown."""
    code = False
    for line in lines:
        code ^= line.startswith("```")
        yield line if code else _MARK.sub(r"`\1`", line)


# --- the configuration ------------------------------------------------------------------------------------------


@frozen(kw_only=True)
class _Words:
    """Types as a person reads them; ``known`` classes get a link to their own table."""

    known: Mapping[type, str] = attrs.field(factory=dict)
    by_id: bool = True  # sources and populations are named by id, not written in place
    page: str = ""  # where the tables of configuration stand, if not on this page

    def of(self, hint: Any) -> str:  # noqa: ANN401 - an annotation
        """All options of a type."""
        return " или ".join(dict.fromkeys(self._word(option) for option in options(hint) if option is not NoneType))

    def _word(self, hint: Any) -> str:  # noqa: ANN401 - an annotation
        mark = next((mark for mark in getattr(hint, "__metadata__", ()) if isinstance(mark, Ref)), None)
        if mark is not None:
            return _REFERENCES[mark.to]
        hint = unmarked(hint)
        inside = get_args(hint)
        if get_origin(hint) is Literal:
            return " \\| ".join(f"`{word}`" for word in inside)
        if get_origin(hint) in {tuple, Sequence}:
            return f"список: {self.of(inside[0])}" if len(options(inside[0])) == 1 else f"список ({self.of(inside[0])})"
        if inside and issubclass(get_origin(hint), Mapping):
            return f"ключи ({self.of(inside[0])}) со значениями ({self.of(inside[1])})"
        return self._single(hint)

    def _single(self, hint: type) -> str:
        if hint in DECLARED and self.by_id:
            return f"id из `{DECLARED[hint]}`"
        if hint in _PROTOCOLS:
            return f"[вид: {_PROTOCOLS[hint][0].lower()}](kinds.md#{_PROTOCOLS[hint][1]})"
        if hint in _SCALARS:
            return _SCALARS[hint]
        return f"[вложенные ключи]({self.page}#{self.known.get(hint, hint.__name__.lower())})"


def _configuration() -> Iterator[str]:
    places = _places(District)
    yield from (
        "# Ключи конфигурации",
        "",
        _NOTE,
        "",
        "Один файл YAML описывает район целиком. Подсказки в редакторе даёт схема из тех же классов:",
        "`profdev schema > schema.json`. Слова для `reader`, `measure`, `rules` — в [kinds.md](kinds.md).",
        "",
        "Сверх ключей ниже файл может начинаться с `extends` (основа: имя из плагина или путь к файлу) и `include`",
        "(список фрагментов). Списки сливаются по `id`; `omit: true` у элемента убирает его из основы.",
    )
    for cls, place in places.items():
        shape = Shapes().of(cls)
        yield from ("", f'<a id="{cls.__name__.lower()}"></a>', "", f"## {place}", "", *shape.doc.splitlines(), "")
        if shape.shorthand is not None:
            yield from (f"Можно написать одним текстом: это `{shape.shorthand.name}`.", "")
        yield from _table(shape, _Words(by_id=cls is not District))


def _places(root: type) -> dict[type, str]:
    """Every class a configuration is made of, in the order of the file, with a place where it stands."""
    found, waiting = {root: "Весь файл"}, [(root, "")]
    while waiting:
        cls, place = waiting.pop(0)
        for key in Shapes().of(cls).keys.values():
            for inner, suffix in _classes(key.hint):
                if inner not in found and (inner not in DECLARED or cls is District):
                    found[inner] = f"{place}{key.name}{suffix}"
                    waiting.append((inner, f"{place}{key.name}{suffix}."))
    return found


def _classes(hint: Any, suffix: str = "") -> Iterator[tuple[type, str]]:  # noqa: ANN401 - an annotation
    for option in map(unmarked, options(hint)):
        inside = get_args(option)
        if get_origin(option) in {tuple, Sequence}:
            yield from _classes(inside[0], f"{suffix}[]")
        elif get_origin(option) is not None and get_origin(option) is not Literal:
            yield from _classes(inside[1], f"{suffix}.*")
        elif attrs.has(option):
            yield option, suffix


def _table(shape: Shape, words: _Words) -> Iterator[str]:
    if not shape.keys:
        yield "Полей нет."
        return
    yield from ("| Ключ | Что | Тип | Без него |", "| --- | --- | --- | --- |")
    for key in shape.keys.values():
        doc = key.doc.replace("|", "\\|")
        yield f"| `{key.name}` | {doc} | {words.of(key.hint)} | {_default(key)} |"


def _default(key: Key) -> str:
    if key.required:
        return "**обязательно**"
    value = key.value_by_default()
    match value:
        case None | () | {} | "":
            return "пусто"
        case bool():
            return f"`{str(value).lower()}`"
        case float():
            return f"`{value:g}`"
        case str() | int():
            return f"`{value}`"
        case _:
            return "умолчания вложенных ключей"


# --- kinds, commands, hooks, frames -----------------------------------------------------------------------------


def _kinds() -> Iterator[str]:
    yield from (
        "# Виды: чем читать, считать, судить и печатать",
        "",
        _NOTE,
        "",
        "Здесь виды, которые даёт само ядро. Что есть у вас, вместе с видами плагинов, покажет `profdev kinds`.",
    )
    words = _Words(page="configuration.md")
    for protocol, classes in kinds(plugin_manager(discover=False)).items():
        title, anchor = _PROTOCOLS[protocol]
        yield from ("", f'<a id="{anchor}"></a>', "", f"## {title}")
        if not classes:
            yield from ("", "Ядро таких видов не даёт: их приносят плагины.")
        for name, cls in classes.items():
            shape = Shapes().of(cls)
            yield from ("", f"### {name}", "", *shape.doc.splitlines(), "")
            yield from _table(shape, words)
            yield from ("", "```yaml" if protocol is not Renderer else "```", example(protocol, name, cls), "```")


def _commands() -> Iterator[str]:
    yield from (
        "# Команды",
        "",
        _NOTE,
        "",
        "То же печатает `profdev КОМАНДА --help`. Команды плагинов — на их страницах.",
    )
    with _without_plugins(profdev):
        for path in _paths(profdev, ()):
            told = _said(*path, "--help").rstrip().splitlines()
            yield from ("", f"## {' '.join(('profdev', *path))}", "", "```", *told, "```")


@contextmanager
def _without_plugins(group: LazyGroup) -> Iterator[None]:
    """The page must not depend on what happens to be installed."""
    announced, group.announced = group.announced, ""
    try:
        yield
    finally:
        group.announced = announced


def _paths(command: click.Command, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    yield path
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner is not None:
                yield from _paths(inner, (*path, name))


def _hooks() -> Iterator[str]:
    yield from ("# Hooks", "", _NOTE, "", *_doc(hookspecs))
    for node in _tree(hookspecs).body:
        if isinstance(node, ast.FunctionDef):
            yield from ("", f"## {signature(node)}", "", *(ast.get_docstring(node) or "").splitlines())
    yield from ("", "## What hooks take and give", "", "As it stands in the source.")
    for module, names in _CONTRACT:
        for name in names:
            source = inspect.getsource(getattr(module, name)).rstrip()
            yield from (
                "",
                f"### {name}",
                "",
                f"`{module.__name__}.{name}`",
                "",
                "```python",
                *source.splitlines(),
                "```",
            )
    yield from ("", "## What a rule sees", "", "```text", *_doc(import_module(_RULES)), "```")


def signature(node: ast.FunctionDef) -> str:
    """A function as the heading of its section."""
    return f"{node.name}({ast.unparse(node.args)}) -> {ast.unparse(node.returns) if node.returns else 'None'}"


def _frames() -> Iterator[str]:
    yield from ("# Frames", "", _NOTE, "", *_doc(frames), "")
    yield from (f"* state: {', '.join(f'`{state}`' for state in frames.STATES)}",)
    yield from (f"* severity: {', '.join(f'`{severity}`' for severity in frames.SEVERITIES)}, in this order",)
    yield from (f"* response: {', '.join(f'`{state}`' for state in collect.RESPONSE.categories)}",)
    yield from _schemas(frames)
    yield from _schemas(collect)


def _schemas(module: object) -> Iterator[str]:
    source = inspect.getsource(module).splitlines()  # type: ignore[arg-type]  # a module
    for node, following in pairwise(_tree(module).body):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(args=[ast.Dict() as columns])):
                yield from ("", f"## {name}", "", *_docstring(following), "")
                yield from ("| column | type | meaning |", "| --- | --- | --- |")
                yield from _columns(columns, source)


def _docstring(node: ast.stmt) -> list[str]:
    match node:
        case ast.Expr(value=ast.Constant(value=str(text))):
            return inspect.cleandoc(text).splitlines()
    return []


def _columns(columns: ast.Dict, source: Sequence[str]) -> Iterator[str]:
    for name, dtype in zip(columns.keys, columns.values, strict=True):
        if isinstance(name, ast.Constant):
            _, _, comment = source[name.lineno - 1].partition("  # ")
            yield f"| `{name.value}` | `{ast.unparse(dtype)}` | {comment.replace('|', chr(92) + '|')} |"


def _tree(module: object) -> ast.Module:
    return ast.parse(inspect.getsource(module))  # type: ignore[arg-type]  # a module


def _doc(module: object) -> list[str]:
    return (inspect.getdoc(module) or "").splitlines()


# --- the order of Chegem ----------------------------------------------------------------------------------------


def _criteria(district: District) -> Iterator[str]:
    yield from (
        "# Как прочитаны критерии",
        "",
        _NOTE,
        "",
        "В форме нет ни формул, ни знаменателей (кроме строк 1.1, 4.2, 4.4 и 5.1). Поэтому каждая формула — прочтение:",
        "оно печатается под значением, а другие прочтения считаются рядом — `profdev run … --readings all`. Район",
        "меняет прочтение у себя, написав `measure` и `reading` того же показателя; смена прочтения рвёт ряд, и отчёт",
        "это говорит.",
    )
    names = {cls: name for by_name in kinds(plugin_manager(discover=False)).values() for name, cls in by_name.items()}
    beyond = False
    for section in district.sections:
        if not section.number.isdigit() and not beyond:
            beyond = True
            yield from ("", "# Сверх формы: показатели Чегемского района")
        yield from ("", f"## {section.number}. {section.title}")
        for indicator in section.indicators:
            yield from _criterion(indicator, names, district)


def _criterion(indicator: Indicator, names: Mapping[type, str], district: District) -> Iterator[str]:
    yield from ("", f"### {indicator.id}", "", f"> {indicator.title}", "")
    source = indicator.source.title if indicator.source else "из других показателей"
    yield f"* Источник: {source}"
    yield f"* Формула: {_formula(indicator.measure, names, district)}"
    yield f"* Прочтение: {indicator.reading or 'формулировка однозначна'}"
    for other in indicator.alternatives:
        told = _formula(other.measure, names, district) if other.measure else f"та же, silence: {other.silence}"
        yield f"* Другое прочтение `{other.id}`: {other.reading}. Формула: {told}"
    for decision in district.decisions_needed:
        if indicator.id in decision.indicators:
            yield f"* Предстоит решить ({decision.who}): {decision.question}"


def _formula(measure: Measure | Derived, names: Mapping[type, str], district: District) -> str:
    fields = {
        name: getattr(measure, name)
        for name in attrs.fields_dict(type(measure))  # every kind is an attrs class: the loader makes sure
        if getattr(measure, name) not in (None, ())
    }
    told = ", ".join(f"{name} — {_told(value, district)}" for name, value in fields.items())
    return f"`{names.get(type(measure), type(measure).__name__)}`: {told}"


def _told(value: object, district: District) -> str:
    match value:
        case Population():
            return f"{value.title} (`{value.id}`)"
        case Source():
            return value.title
        case str() if value in district.items:
            return f"«{district.items[value].title}» (`{value}`)"
        case tuple():
            return " + ".join(_told(each, district) for each in value)
        case _:
            return str(value)


def _defects(district: District) -> Iterator[str]:
    yield from (
        "# Дефекты текста приказа",
        "",
        _NOTE,
        "",
        f"Они процитированы, а не исправлены: текст взят из `remarks` файла [{CHEGEM}](../../{CHEGEM}).",
        "Исправить приказ может только тот, кто его издал; здесь сказано, как мы обходимся без этого.",
    )
    for remark in district.remarks:
        yield from ("", f"## {remark.place}", "")
        if remark.quote:
            yield from (f"> {remark.quote}", "")
        yield remark.note
    yield from (
        "",
        "# Что должен решить район",
        "",
        "| Вопрос | Кто решает | Пока принято | Показатели |",
        "|" + " --- |" * 4,
    )
    for decision in district.decisions_needed:
        told = (decision.question, decision.who, decision.meanwhile, ", ".join(decision.indicators) or "все")
        yield f"| {' | '.join(told)} |"
    yield from ("", "# Пробелы: цели и предметы без показателей", "")
    for goal in (*district.goals, *district.topics):
        if goal.gap:
            yield f"* **{goal.id}** «{goal.title}» — {goal.gap}"


# --- what the README shows --------------------------------------------------------------------------------------


def readme(folder: Path) -> str:
    """README.md with what the example district in ``folder`` says between its marks."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for name, lines in _shown(folder).items():
        marks = f"<!-- начало: {name} -->", f"<!-- конец: {name} -->"
        before, _, rest = text.partition(marks[0])
        _, _, after = rest.partition(marks[1])
        text = "\n".join([before + marks[0], *lines, marks[1] + after])
    return text


def _shown(folder: Path) -> dict[str, list[str]]:
    report = (folder / "отчёт" / "report.md").read_text(encoding="utf-8").splitlines()
    told = _said("explain", folder / "district.yaml", "1.1", "s01", "--period", "2022", "--data", folder / "data")
    wanted = ("70,0", "Спрошено", "  Основание", "Откуда", "  Вопрос", "  Прошли", "  Педагог", "С чем", "  2021")
    form = report[: report.index("## По периодам")]
    advised = report[report.index("## Рекомендации организациям") :]
    advised = advised[advised.index("### МКОУ «СОШ № 1 с. Примерное»") :]
    return {
        "форма": _rows(form, ("1.1", "3.3", "5.1")),
        "объяснение": ["```text", *(line for line in told.splitlines() if line.startswith(wanted)), "```"],
        "рекомендация": [f"> {line[2:]}  " for line in advised if line.startswith("- ")][:6],
    }


def _rows(report: Sequence[str], codes: Sequence[str]) -> list[str]:
    cells = [[cell.strip() for cell in line.strip("| ").split(" |")] for line in report if line.startswith("|")]
    head = next(row for row in cells if "Код" in row)
    columns = [head.index("Код"), 1, *(head.index(name) for name in head[3:] if name != "Код")]
    rows = [row for row in cells if len(row) == len(head) and row[head.index("Код")] in codes]
    table = [head, ["---"] * len(head), *rows]
    return [f"| {' | '.join(row[column] for column in columns)} |" for row in table]


def _said(*arguments: object) -> str:
    told = CliRunner().invoke(profdev, list(map(str, arguments)), prog_name="profdev", env={"COLUMNS": "100"})
    if told.exit_code:
        raise SystemExit(told.output) from told.exception
    return told.output


def stale(made: Mapping[str, str]) -> Iterable[str]:
    """Pages which are not what the code says."""
    for path, text in made.items():
        file = DOCS / path
        if not file.is_file() or file.read_text(encoding="utf-8") != text:
            yield path


def main() -> None:
    """Write what has changed."""
    made = pages()
    for path in stale(made):
        (DOCS / path).parent.mkdir(parents=True, exist_ok=True)
        (DOCS / path).write_text(made[path], encoding="utf-8", newline="\n")
        print(f"docs/{path}")
    if has_plugins():
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place) / "demo"
            _said("demo", folder)
            (ROOT / "README.md").write_text(readme(folder), encoding="utf-8", newline="\n")
    print(f"страниц: {len(made)} и README.md")


if __name__ == "__main__":
    main()
