"""The pages say what is so: links lead somewhere, commands exist, snippets of YAML and Python work as printed."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import entry_points
from pathlib import Path
from types import MappingProxyType, ModuleType
from urllib.parse import unquote

import click
import pytest

from markdown import OWN, ROOT, Block, anchors, blocks, links
from profdev_indicators.cli import main, profdev

WRITTEN = [page for page in OWN if page.parent.name != "reference"]
EXAMPLE = {
    "README.md": ("kbr", "chegem"),
    "district.md": ("kbr", "chegem"),
    "collect.md": ("kbr", "chegem"),
    "documents.md": ("kbr", "chegem", "statistics", "reports"),
    "simulate.md": ("kbr", "chegem", "statistics"),
    "publish.md": ("reports",),
    "records.md": ("kbr", "chegem", "statistics", "reports"),
}  # pages which use the folder `demo`
LISTS = {"records.md": "список/педагоги.csv"}  # pages that show a file, and under which name its commands want it
OF_PLUGINS = {"simulate": "statistics", "templates": "reports"}  # commands which are there only where their plugin is
# Kinds of the plugins of statistics and of documents, as their hooks name them: fragments that use one need the plugin.
_HOOKS = "".join(
    (ROOT / f"plugins/profdev-{name}/src/profdev_{name}/__init__.py").read_text(encoding="utf-8")
    for name in ("statistics", "reports")
)
_KINDS = "|".join(re.findall(r'^        "(\w+)": \w+,$', _HOOKS, re.MULTILINE))
_NEEDS_PLUGINS = re.compile(rf"^(extends|include):|- (\{{)?({_KINDS}):", re.MULTILINE)
COMMAND = re.compile(r"^profdev .+$", re.MULTILINE)
INLINE = re.compile(r"`(profdev [^`…]+)`")


def _named(pages: Sequence[Path], needs: Mapping[str, tuple[str, ...]] = MappingProxyType({})) -> list[object]:
    """Pages as parameters; ``needs``: by the name of a page, the plugins without which it cannot be tried out."""
    return [
        pytest.param(
            page,
            id=str(page.relative_to(ROOT)),
            marks=pytest.mark.plugins(*needs[page.name]) if page.name in needs else (),
        )
        for page in pages
    ]


@pytest.mark.parametrize("page", _named(OWN))
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    broken = []
    for link in links(page):
        path, _, anchor = unquote(link).partition("#")
        target = (page.parent / path) if path else page
        if "://" in link:
            continue
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


def test_every_page_can_be_reached_from_the_map() -> None:
    seen, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page not in seen and page.suffix == ".md" and page.exists():
            seen.add(page)
            waiting += [(page.parent / link.partition("#")[0]).resolve() for link in links(page) if "://" not in link]
    assert set(OWN) <= seen


@pytest.mark.parametrize("page", _named(WRITTEN))
def test_every_command_named_exists_with_its_options(page: Path) -> None:
    """Parsed, not run: a command that was renamed, or lost an option, is found here."""
    text = page.read_text(encoding="utf-8")
    commands = [found.group() for block in blocks(page, "sh", "bat") for found in COMMAND.finditer(block.text)]
    for command in commands:
        _parse(command, block=True)
    for command in INLINE.findall(text):
        _parse(command, block=False)


def _parse(line: str, *, block: bool) -> None:
    words = shlex.split(line.replace("\\", "/"))[1:]
    command, context = profdev, click.Context(profdev, info_name="profdev")
    if words and (words[0] in {"КОМАНДА", "--help", "--version"} or _is_absent(words[0])):
        return
    while isinstance(command, click.Group) and words:
        name = words.pop(0)
        inner = command.get_command(context, name)
        assert inner is not None, f"no such command: {line}"
        command, context = inner, click.Context(inner, info_name=name, parent=context)
    if ">" in words:
        words = words[: words.index(">")]
    try:
        command.make_context(command.name, words)
    except click.exceptions.MissingParameter:
        # A sentence may name a command without its arguments, or with one option only; a block may not.
        assert not block, f"not a whole command: {line}"


def _is_absent(command: str) -> bool:
    """Whether it belongs to a plugin which is not installed here."""
    installed = {point.name for point in entry_points(group="profdev_indicators")}
    return command in OF_PLUGINS and OF_PLUGINS[command] not in installed


@pytest.mark.plugins("kbr", "chegem")
def test_every_command_of_the_tutorial_runs(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In their order, with what the tutorial says to put into the files, in a folder that begins empty."""
    page = ROOT / "docs" / "tutorial.md"
    for child in ("my-district", "demo"):
        (place / child).rename(place / f"{child}-before")
    roster, table = Path("my-district/data/units.csv"), Path("my-district/data/2023/cards/kust.csv")
    files, collected = iter((roster, table, roster, table)), []
    for block in blocks(page, "sh", "csv"):
        if block.language == "csv":
            file = next(files)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block.text, encoding="utf-8")
        for command in COMMAND.findall(block.text):
            code = main(shlex.split(command)[1:])
            if command.startswith("profdev collect"):
                collected.append(code)
            else:
                assert code == 0, (str(block), command, capsys.readouterr())
    printed = capsys.readouterr().out.replace("\N{NO-BREAK SPACE}", " ")
    assert collected == [1, 0, 1]  # what has to be mended, what has been, and what the example hides
    assert "нет такой организации: «Садик № 1»" in printed
    assert "83,7 % = 36 из 43" in printed
    assert "2023/cards/kust.csv" in printed
    assert len(list(Path("my-district-collect/letters").iterdir())) == 1
    assert (
        len(list(Path("my-district-cards").glob("*.xlsx"))) == len(roster.read_text(encoding="utf-8").splitlines()) - 1
    )


@pytest.mark.parametrize(
    "page", _named([page for page in WRITTEN if page.parent.name == "how-to" and blocks(page, "sh")], EXAMPLE)
)
def test_every_command_of_a_guide_runs(page: Path, place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for block in blocks(page, "sh", "csv"):
        if block.language == "csv":
            file = Path(LISTS[page.name])
            file.parent.mkdir()
            file.write_text(block.text, encoding="utf-8")
            continue
        for command in COMMAND.findall(block.text):
            assert main(shlex.split(command)[1:]) == 0, (str(block), command, capsys.readouterr(), place)


@pytest.mark.parametrize(
    "block",
    [
        pytest.param(
            block,
            id=str(block),
            marks=pytest.mark.plugins() if _NEEDS_PLUGINS.search(block.text) else (),
        )
        for page in WRITTEN
        for block in blocks(page, "yaml")
    ],
)
def test_every_fragment_of_configuration_is_accepted(
    block: Block, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A whole file as it stands; a fragment laid over the district just started; cases by running them."""
    district = place / "my-district" / "district.yaml"
    if block.text.startswith("- случай"):
        cases = place / "cases.yaml"
        cases.write_text(block.text, encoding="utf-8")
        code = main(["cases", str(district), str(cases)])
    else:
        file = district.with_name("page.yaml")
        whole = re.search(r"(?m)^id:", block.text)
        file.write_text(block.text if whole else f"extends: ./district.yaml\n{block.text}", encoding="utf-8")
        code = main(["check", str(file)])
    assert code == 0, capsys.readouterr()


@pytest.mark.parametrize("page", _named([page for page in WRITTEN if blocks(page, "python")], EXAMPLE))
def test_every_snippet_of_python_runs(page: Path, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A block which begins with the name of a package is that package; the others are one after another one script."""
    script: dict[str, object] = {"__name__": "page"}
    for block in blocks(page, "python"):
        package = re.match(r"# src/(\w+)/__init__\.py\n", block.text)
        code = compile("\n" * block.line + block.text, str(page), "exec")
        if package is None:
            exec(code, script)  # noqa: S102 - that is what the test is about
            continue
        module = ModuleType(package[1])
        monkeypatch.setitem(sys.modules, package[1], module)
        exec(code, module.__dict__)  # noqa: S102 - the same
    assert place.is_dir()
