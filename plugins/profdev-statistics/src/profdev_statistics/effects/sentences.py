"""A decision's effect in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from profdev_indicators.wording import NBSP, as_set, day
from profdev_statistics.analyses.spoken import interval, per_cent, points
from profdev_statistics.effects.estimate import NO_COMPARISON


def sentence(row: Mapping[str, Any], places: int) -> str:
    """What a row of EFFECTS says, in Russian; ``places`` are decimals of a value."""
    parts = [_head(row), _seen(row, places), _judged(row, places), _hoped(row), _beside(row)]
    return " ".join(part for part in parts if part)


def _head(row: Mapping[str, Any]) -> str:
    group = f", группа «{row['group']}»" if row["group"] else ""
    named = ", ".join(each for each in (row["title"], row["act"]) if each)
    told = f" ({named})" if named else ""
    state = "" if row["completed"] else "; ещё исполняется"
    return f"Решение {row['decision']}{told}, показатель {row['indicator']}{group}, с {day(row['start'])}{state}."


def _seen(row: Mapping[str, Any], places: int) -> str:
    if row["treated_before"] is None:
        return ""
    a, b = per_cent(row["treated_before"], places), per_cent(row["treated_after"], places)
    text = f"Охвачено {row['treated']}{NBSP}ОО. Было {a} → стало {b}"
    if row["comparison_before"] is not None:
        c, d = per_cent(row["comparison_before"], places), per_cent(row["comparison_after"], places)
        text += f"; в сравнении ({row['comparison']}{NBSP}ОО) {c} → {d}"
    return f"{text}."


def _judged(row: Mapping[str, Any], places: int) -> str:
    verdict = str(row["verdict"])
    if row["effect"] is None:
        lack = f"{NO_COMPARISON}. " if row["treated"] and not row["comparison"] else ""
        return f"{lack}{verdict.capitalize()}: {row['reason']}."
    span = interval(row["ci_low"], row["ci_high"], places)
    effect, raw, plain = (points(row[name], places) for name in ("effect", "before_after", "differences"))
    return (
        f"С поправкой на исходный уровень эффект {effect} ({span}): {verdict}. "
        f"Без поправки он казался бы {raw} («до и после») или {plain} (за вычетом изменения в сравнении) — "
        "часть изменения у худших и лучших ОО возникает сама."
    )


def _hoped(row: Mapping[str, Any]) -> str:
    if row["expected"] is None:
        return ""
    sign = "+" if row["expected"] > 0 else ""
    told = f"Ожидали {sign}{as_set(row['expected'], 'п.п.')}"
    if row["effect"] is None:
        return told
    inside = row["ci_low"] <= row["expected"] <= row["ci_high"]
    return f"{told}: {'интервал это допускает' if inside else 'в интервал это не входит'}."


def _beside(row: Mapping[str, Any]) -> str:
    parts = []
    if row["concurrent"]:
        named = ", ".join(row["concurrent"])
        parts.append(f"Одновременно на охваченные ОО и этот показатель действовало: {named} — эффекты не разделить.")
    if row["common"]:
        named = ", ".join(row["common"])
        parts.append(f"На всю группу тогда же действовало: {named} — это общее изменение, из эффекта оно вычтено.")
    if row["left_out"]:
        parts.append(f"Из сравнения исключены ОО с другими решениями: {row['left_out']}.")
    if row["selection"]:
        parts.append(f"Как выбраны: {row['selection']}.")
    elif row["treated"]:
        parts.append("Как выбраны организации, в реестре не сказано.")
    return " ".join(parts)
