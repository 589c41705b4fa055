"""How much was promised or has arrived, in the unit of its kind."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from wording.labels import Both, Language, label

_OFFICE = timezone(timedelta(hours=8))
_UNITS: dict[str, Both] = {
    "STAFF": (" 人月", " person-months"),
    "POLICY": (" 件", " documents"),
    "SPACE": (" 平方米", " m²"),
    "EQUIPMENT": (" 台（件）", " pieces"),
    "SERVICE": (" 小时", " hours"),
}


def yuan_text(cents: int, language: Language = "zh") -> str:
    """Return a sum of money in yuan: 50,000.00 元."""
    yuan = f"{cents // 100:,}.{cents % 100:02d}"
    return f"{yuan} 元" if language == "zh" else f"CNY {yuan}"


def quantity_text(kind: str, quantity: int, language: Language = "zh") -> str:
    """Return a quantity of *kind* with its unit: 500.00 元, 3 人月."""
    if kind == "FUNDS":
        return yuan_text(quantity, language)
    return f"{quantity}{_UNITS[kind][language == 'en']}"


def promised_text(promised: Mapping[str, Any], language: Language = "zh") -> str:
    """Return what was promised or delivered: 资金 500.00 元."""
    kind, quantity = str(promised["of"]), int(promised["quantity"])
    return f"{label(kind, language, among='CommitmentKind')} " + quantity_text(
        kind, quantity, language
    )


def owed_text(owed: Iterable[Mapping[str, Any]], language: Language = "zh") -> str:
    """Return what stays owed, item by item."""
    parts = (f"{one['item']} {promised_text(one['owed'], language)}" for one in owed)
    return ("、" if language == "zh" else ", ").join(parts)


def owed_until_text(owed: Iterable[Mapping[str, Any]], language: Language = "zh") -> str:
    """Return what stays owed and until when, item by item."""
    parts = (
        f"{owed_text([one], language)}"
        + (f"（{_day(one['due'])}）" if language == "zh" else f" ({_day(one['due'])})")
        for one in owed
    )
    return ("、" if language == "zh" else ", ").join(parts)


def tallies_text(tallies: Iterable[Mapping[str, Any]], language: Language = "zh") -> str:
    """Return for each kind what arrived of what was promised."""
    of = "，共承诺 " if language == "zh" else " of "
    parts = (
        f"{label(str(one['of']), language, among='CommitmentKind')} "
        f"{quantity_text(str(one['of']), int(one['delivered']), language)}"
        f"{of}{quantity_text(str(one['of']), int(one['committed']), language)}"
        for one in tallies
    )
    return ("；" if language == "zh" else "; ").join(parts)


def commitment_text(commitment: Mapping[str, Any], language: Language = "zh") -> str:
    """Return a promise as it is written in one cell: 资金 50,000.00 元 2027-10-31."""
    kind = str(commitment["kind"])
    much = quantity_text(kind, int(commitment["quantity"]), language)
    day = _day(commitment["due"])
    document = f" {commitment['document']}" if commitment.get("document") else ""
    return f"{label(kind, language, among='CommitmentKind')} {much} {day}{document}"


def _day(instant: Any) -> str:
    return datetime.fromisoformat(str(instant)).astimezone(_OFFICE).date().isoformat()
