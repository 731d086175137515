"""The composition root: the only module which knows the stock plugins."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

import pluggy
from attrs import frozen

from profdev_indicators import hookspecs
from profdev_indicators.errors import PluginError
from profdev_indicators.model import Analysis, Derived, Engine, Kinds, Measure, Reader, Renderer, Rule
from profdev_indicators.results import Telling

STOCK = ("checks", "readers", "measures", "rules", "advice", "renderers", "engines")


@frozen(kw_only=True)
class Plugin:
    """One installed plugin as `profdev plugins` shows it."""

    name: str
    version: str  # empty: part of the core
    hooks: tuple[str, ...]
    problem: str = ""  # why it could not be used; empty: it is in use


def plugin_manager(
    *extra: object, discover: bool = True, without: Iterable[str] = (), on_broken: Callable[[str], None] | None = None
) -> pluggy.PluginManager:
    """A fresh manager: stock plugins, then installed ones by name, then ``extra``.

    Args:
        extra: plugin objects of the caller.
        discover: look for installed plugins (entry points of the group ``profdev_indicators``).
        without: names of installed plugins to leave out.
        on_broken: told about each installed plugin that cannot be loaded; without it such a plugin is an error.

    Raises:
        PluginError: a plugin cannot be loaded, implements an unknown hook, or is asked away but not installed.
    """
    manager = pluggy.PluginManager(hookspecs.NAME)
    manager.add_hookspecs(hookspecs)
    for name in STOCK:
        manager.register(import_module(f"profdev_indicators.builtin.{name}"), name)
    if discover:
        _register_installed(manager, frozenset(without), on_broken)
    for plugin in extra:
        manager.register(plugin)
    _check_hooks(manager)
    return manager


def _register_installed(
    manager: pluggy.PluginManager, without: frozenset[str], on_broken: Callable[[str], None] | None
) -> None:
    found = sorted(entry_points(group=hookspecs.NAME), key=lambda point: point.name)
    unknown = without - {point.name for point in found}
    if unknown:
        have = ", ".join(point.name for point in found) or "ни одного"
        raise PluginError(f"нет такого плагина: {', '.join(sorted(unknown))}; установлены: {have}")
    for point in found:
        if point.name in without:
            continue
        try:
            plugin = point.load()
            manager.register(plugin, point.name)
            _check_hooks(manager)
        except Exception as error:  # whatever a stranger's module raises at import
            broken = f"плагин «{point.name}» ({point.value}) не загрузился: {type(error).__name__}: {error}"
            if on_broken is None:
                raise PluginError(broken) from error
            if manager.has_plugin(point.name):
                manager.unregister(name=point.name)
            on_broken(broken)


def _check_hooks(manager: pluggy.PluginManager) -> None:
    try:
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        raise PluginError(f"плагин «{manager.get_name(error.plugin)}»: неизвестный хук — {error}") from error


def kinds(manager: pluggy.PluginManager) -> Kinds:
    """What configurations may name, for each protocol.

    Raises:
        PluginError: two plugins claim one name.
    """
    measures = _merge(manager.hook.provide_measures(), "provide_measures")
    return {
        Reader: _merge(manager.hook.provide_readers(), "provide_readers"),
        Measure: {name: kind for name, kind in measures.items() if not hasattr(kind, "derive")},
        Derived: {name: kind for name, kind in measures.items() if hasattr(kind, "derive")},
        Rule: _merge(manager.hook.provide_rules(), "provide_rules"),
        Analysis: _merge(manager.hook.provide_analyses(), "provide_analyses"),
        Renderer: _merge(manager.hook.provide_renderers(), "provide_renderers"),
        Engine: _merge(manager.hook.provide_engines(), "provide_engines"),
    }


def tellings(manager: pluggy.PluginManager) -> Mapping[str, Telling]:
    """How findings of each kind of rule are spoken of.

    Raises:
        PluginError: two plugins speak of one kind.
    """
    return _merge(manager.hook.provide_sentences(), "provide_sentences")


def configs(manager: pluggy.PluginManager) -> Mapping[str, Any]:
    """Named YAML files that plugins ship, for ``extends`` and ``include``.

    Raises:
        PluginError: two plugins claim one name.
    """
    return _merge(manager.hook.provide_configs(), "provide_configs")


def installed(manager: pluggy.PluginManager) -> tuple[Plugin, ...]:
    """Every plugin in use, in the order of registration."""
    versions = {point.name: point.dist.version for point in entry_points(group=hookspecs.NAME) if point.dist}
    plugins = []
    for name, plugin in manager.list_name_plugin():
        if plugin is None:
            continue
        hooks = tuple(sorted(caller.name for caller in manager.get_hookcallers(plugin) or ()))
        plugins.append(Plugin(name=name, version=versions.get(name, ""), hooks=hooks))
    return tuple(plugins)


def _merge(mappings: Sequence[Mapping[str, Any]], hook: str) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for mapping in reversed(mappings):  # pluggy calls the last one registered first; people look for stock kinds first
        for name in mapping.keys() & merged.keys():
            raise PluginError(f"{hook}: имя «{name}» заявлено дважды")
        merged |= mapping
    return merged
