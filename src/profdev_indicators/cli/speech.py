"""Click in Russian: usage, headings and complaints; and commands which are imported when first called."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import click

from profdev_indicators.errors import PluginError, RequestError

_REQUIRED = ("[required]", "[обязательно]")
_USAGE, _HELP = "Использование: ", "Показать эту справку и выйти."


class _Russian(click.Command):
    examples: tuple[str, ...] = ()

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix=_USAGE)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        records = {
            kind: [record for p in self.get_params(ctx) if isinstance(p, kind) and (record := p.get_help_record(ctx))]
            for kind in (click.Argument, click.Option)
        }
        for title, kind in (("Аргументы", click.Argument), ("Параметры", click.Option)):
            if records[kind]:
                with formatter.section(title):
                    formatter.write_dl([(name, text.replace(*_REQUIRED)) for name, text in records[kind]])

    def format_arguments(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Nothing: click's own section is English; ours is written with the options."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_epilog(ctx, formatter)
        if self.examples:
            with formatter.section("Примеры" if len(self.examples) > 1 else "Пример"):
                formatter.write("".join(f"{'':{formatter.current_indent}}{line}\n" for line in self.examples))

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = _HELP
        return option


class Command(_Russian):
    """One command, whose help ends with examples."""

    def __init__(self, *args: Any, examples: tuple[str, ...], **options: Any) -> None:  # noqa: ANN401 - passed on
        super().__init__(*args, **{"options_metavar": "[ПАРАМЕТРЫ]"} | options)
        self.examples = examples

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Refuse what is left over, in Russian."""
        ctx.allow_extra_args = True
        rest = super().parse_args(ctx, args)
        if rest and not ctx.resilient_parsing:
            raise click.UsageError(f"лишнее в команде: {' '.join(rest)}", ctx)
        return rest


class LazyGroup(_Russian, click.Group):
    """Commands by name, each in the module of that name under ``home``, in its attribute ``command``.

    ``announced`` is the entry-point group under which plugins announce commands of their own.
    """

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 - passed on
        home: str,
        summaries: Mapping[str, str],
        announced: str = "",
        examples: tuple[str, ...] = (),
        **options: Any,  # noqa: ANN401 - passed on
    ) -> None:
        super().__init__(*args, **{"options_metavar": "", "subcommand_metavar": "КОМАНДА [ПАРАМЕТРЫ]…"} | options)
        self.home = home
        self.summaries = summaries
        self.announced = announced
        self.examples = examples

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in the order a newcomer meets them; those of plugins last."""
        del ctx
        return [*self.summaries, *self._of_plugins()]

    def _of_plugins(self) -> dict[str, EntryPoint]:
        """Commands of installed plugins by name; none of them takes the place of a command of ours."""
        found = sorted(entry_points(group=self.announced), key=lambda point: point.name) if self.announced else []
        return {point.name: point for point in found if point.name not in self.summaries}

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of one command.

        Raises:
            PluginError: the command of a plugin cannot be loaded.
        """
        del ctx
        if cmd_name not in self.summaries:
            point = self._of_plugins().get(cmd_name)
            return None if point is None else _loaded(point)
        command: click.Command = import_module(f"{self.home}.{cmd_name}").command
        return command

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Options, then commands."""
        super().format_options(ctx, formatter)
        self.format_commands(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        del ctx
        with formatter.section("Команды"):
            formatter.write_dl(list(self.summaries.items()))
        added = [(name, f"Из плагина {_origin(point)}.") for name, point in self._of_plugins().items()]
        if added:
            with formatter.section("Команды плагинов"):
                formatter.write_dl(added)


def _origin(point: EntryPoint) -> str:
    return point.dist.name if point.dist else point.value


def _loaded(point: EntryPoint) -> click.Command:
    try:
        command = point.load()
    except Exception as error:  # whatever a stranger's module raises at import
        raise PluginError(
            f"команда «{point.name}» плагина {_origin(point)} не загрузилась: {type(error).__name__}: {error}"
        ) from error
    if not isinstance(command, click.Command):
        raise PluginError(f"команда «{point.name}» плагина {_origin(point)}: {point.value} — не команда click")
    return command


class Word(click.Choice[str]):
    """One of a few words, refused in Russian."""

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The word itself."""
        if value in self.choices:
            return value
        return self.fail(f"«{value}» здесь не бывает; бывает: {', '.join(self.choices)}", param, ctx)


def suggestion(wrong: str, right: list[str]) -> str:
    """« — может быть, «…»?», or nothing where nothing is alike."""
    near = get_close_matches(wrong, right, n=3, cutoff=0.5)
    return f" — может быть, {' или '.join(f'«{name}»' for name in near)}?" if near else ""


def no_such(what: str, wrong: str, right: list[str]) -> RequestError:
    """«нет такого вида: «shar» — может быть, «share»?»: ``what`` stands in the genitive."""
    hint = suggestion(wrong, right) or f" — есть: {', '.join(right) or 'ни одного'}"
    return RequestError(f"нет такого {what}: «{wrong}»{hint}")


def complaint(error: click.UsageError) -> str:
    """What is wrong with a command line and where to read how it is written."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return error.message
    text = f"Ошибка: {_fault(error)}"
    if error.ctx is None:
        return text
    return f"{error.ctx.command.get_usage(error.ctx)}\n{text}\nСправка: {error.ctx.command_path} --help"


def _fault(error: click.UsageError) -> str:
    match error:
        case click.NoSuchOption():
            known = [name for p in error.ctx.command.get_params(error.ctx) for name in p.opts] if error.ctx else []
            return f"нет параметра {error.option_name}{suggestion(error.option_name, known)}"
        case click.exceptions.NoSuchCommand():
            group = error.ctx.command if error.ctx else None
            known = group.list_commands(error.ctx) if isinstance(group, LazyGroup) and error.ctx else []
            return f"нет команды «{error.command_name}»{suggestion(error.command_name, known)}"
        case click.MissingParameter():
            return f"не задано обязательное: {_title(error)}"
        case click.BadParameter():
            return f"{_title(error)}: {error.message}"
        case click.BadOptionUsage():
            return f"{error.option_name}: нужно одно значение после параметра"
        case _:
            return error.message


def _title(error: click.BadParameter) -> str:
    if error.param is None:
        return str(error.param_hint or "")
    if isinstance(error.param, click.Argument):
        return error.param.make_metavar(error.ctx) if error.ctx else str(error.param.name)
    return max(error.param.opts, key=len)
