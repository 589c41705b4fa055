"""What the pairings of the demonstration promise: a commitment for each category they lead."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.values import instant_text

HALF_A_YEAR = timedelta(days=182)
_SOON = timedelta(seconds=25)

KINDS: tuple[tuple[str, int, str], ...] = (
    ("FUNDS", 5_000_000, "专项经费"),
    ("STAFF", 12, "驻点工作人员"),
    ("SERVICE", 120, "专业服务"),
    ("SPACE", 160, "共享场地"),
    ("EQUIPMENT", 8, "适老化设备"),
    ("POLICY", 1, "支持政策"),
)
"""Kind, quantity in its unit (money in cents), and what is promised, in turn."""

LATE = "R9"
"""The item of one pairing that is due before anybody can deliver it."""


def promised(categories: Sequence[str], label: dict[str, str], turn: int) -> list[dict[str, Any]]:
    """Return resource items that are promises: one of each kind in turn for each category."""
    due = instant_text(datetime.now(UTC) + HALF_A_YEAR)
    items = []
    for number, category in enumerate(categories, 1):
        kind, quantity, title = KINDS[(turn + number - 1) % len(KINDS)]
        commitment = {"kind": kind, "quantity": quantity, "due": due}
        if kind == "POLICY":
            commitment["document"] = f"穗天结对〔2026〕{turn + 1}号"
        items.append(_item(f"R{number}", category, f"{label[category]}{title}", commitment))
    return items


def due_soon(category: str) -> dict[str, Any]:
    """Return the item that nobody will have delivered when it is due."""
    commitment = {
        "kind": "SERVICE",
        "quantity": 40,
        "due": instant_text(datetime.now(UTC) + _SOON),
    }
    return _item(LATE, category, "志愿服务时数", commitment)


def _item(code: str, category: str, title: str, commitment: dict[str, Any]) -> dict[str, Any]:
    return {"code": code, "category": category, "title": title, "commitment": commitment}
