"""What every installed kind owes to the loader, to the reference and to a reader of YAML."""

from __future__ import annotations

import re
from collections.abc import Iterator

import attrs
import pluggy
import pytest

from profdev_indicators.errors import PluginError
from profdev_indicators.hookspecs import hookimpl
from profdev_indicators.model import Analysis, Derived, Engine, Measure, Reader, Renderer, Rule
from profdev_indicators.plugins import kinds, plugin_manager

_METHODS: dict[type, tuple[str, ...]] = {
    Reader: ("read",),
    Measure: ("ratio",),
    Derived: ("derive", "needs"),
    Rule: ("judge",),
    Analysis: ("analyse",),
    Renderer: ("render",),
    Engine: ("tally",),
}
_RULE_KEYS = {"severity", "name", "applies_to"}


def _every_kind() -> Iterator[tuple[type, str, type]]:
    for protocol, named in kinds(plugin_manager()).items():
        for name, kind in named.items():
            yield protocol, name, kind


EVERY = [pytest.param(protocol, name, kind, id=name) for protocol, name, kind in _every_kind()]


@pytest.mark.parametrize(("protocol", "name", "kind"), EVERY)
def test_a_kind_keeps_its_protocol(protocol: type, name: str, kind: type) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]*", name)
    assert all(hasattr(kind, method) for method in _METHODS[protocol])
    if protocol is Rule:
        assert {field.name for field in attrs.fields(kind)} >= _RULE_KEYS


@pytest.mark.parametrize(("protocol", "name", "kind"), EVERY)
def test_a_kind_is_a_frozen_value(protocol: type, name: str, kind: type) -> None:
    assert attrs.has(kind), (protocol, name)
    assert all(field.kw_only for field in attrs.fields(kind))
    assert kind.__setattr__ is not object.__setattr__


@pytest.mark.parametrize(("protocol", "name", "kind"), EVERY)
def test_a_kind_explains_itself_in_russian(protocol: type, name: str, kind: type) -> None:
    texts = [kind.__doc__ or "", *(field.metadata.get("doc", "") for field in attrs.fields(kind))]
    assert all(re.search("[а-яё]", text) for text in texts), (protocol, name)


class _Twice:
    @hookimpl
    def provide_measures(self) -> dict[str, type]:
        return {"share": kinds(plugin_manager(discover=False))[Measure]["count"]}


class _Misspelt:
    @hookimpl
    def provide_mesures(self) -> dict[str, type]:
        return {}


def test_a_name_given_twice_is_an_error() -> None:
    with pytest.raises(PluginError, match="имя «share» заявлено дважды"):
        kinds(plugin_manager(_Twice(), discover=False))


def test_a_misspelt_hook_is_an_error() -> None:
    with pytest.raises(PluginError, match="provide_mesures"):
        plugin_manager(_Misspelt(), discover=False)


def test_a_plugin_that_is_not_there_cannot_be_left_out() -> None:
    with pytest.raises(PluginError, match="нет такого плагина: nobody"):
        plugin_manager(without=["nobody"])


def test_two_managers_share_nothing() -> None:
    first, second = plugin_manager(discover=False), plugin_manager(discover=False)
    assert isinstance(first, pluggy.PluginManager)
    first.unregister(name="rules")
    assert second.has_plugin("rules")
