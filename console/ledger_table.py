"""A ledger's table as it was looked at: rows in order, rows to mend, oddities by their place."""

from collections import Counter
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from console.seeing import page
from importing.tables import BadRow, Row
from services.ledger_upload import Taken, fields_shown, offered_choices
from services.seeing import Seer
from wording.labels import Both

_SHOWN = 40
"""Bad rows that are mended at a time; the others are in the file that is handed back."""
_GOOD_SHOWN = 10
_SHORT = 60

_KEPT: dict[str, Both] = {
    "second-telephone": (
        "第二个电话附在诉求内容后（密封）",
        "a second telephone, kept sealed with the text",
    ),
    "matter-words": (
        "问题事项的文字附在诉求内容后（密封）",
        "a matter's words, kept sealed with the text",
    ),
}

_OPTIONS = {
    "；可用 --mapping 指明": "",
    "; --mapping may name it": "",
    "，或用 --mapping 指明": "",
    ", or name it with --mapping": "",
    "；需要时加 --hidden": "；需要登记的，请先取消隐藏",
    "; --hidden reads it": "; unhide it to have it read",
    "; --hidden takes it": "; unhide it to have it taken",
    "请加 --update 再次导入": "请勾选“作为更正入账”",
    "import it again with --update to have it corrected": "tick “as a correction” below",
}
"""What the command line is told to add, and what is done here instead."""


def looked(
    request: Request, seer: Seer, taken: Taken, *, done: bool, update: bool = False
) -> Response:
    """Show what would become of the table, or became of it: every oddity by its place."""
    intake = taken.intake
    shown = {one.row.key for one in intake.refused[:_SHOWN]}
    kept = Counter(what for _, what in intake.kept)
    wrong = {one.row.key for one in intake.refused}
    good = [] if done else [row for row in taken.table.rows if row.key not in wrong]
    return page(
        request,
        "ledger_table.html",
        seer=seer,
        done=done,
        intake=intake,
        upload=taken.token,
        update=update,
        differing=any(one.rule == "row-differs" for bad in intake.refused for one in bad.problems),
        good=[_good(row, seer) for row in good[:_GOOD_SHOWN]],
        more=max(0, len(good) - _GOOD_SHOWN),
        bad=[_bad(seer, one) for one in intake.refused[:_SHOWN]],
        mended=[
            (_name(row, field, sheet), text)
            for (sheet, row), fields in taken.mended.items()
            if (sheet, row) not in shown
            for field, text in fields.items()
        ],
        left=max(0, len(intake.refused) - _SHOWN),
        kept=[
            (seer.say(*_KEPT[what]), count, _places(intake.kept, what))
            for what, count in sorted(kept.items())
        ],
        unread=[
            (
                f"{one.sheet} {one.where}".strip(),
                one.count,
                said_here(seer, one.chinese, one.english),
            )
            for one in intake.unread
        ],
        offered=offered_choices(seer),
    )


def _name(row: int, field: str, sheet: str) -> str:
    return f"cell|{row}|{field}|{sheet}"


def _places(kept: Any, what: str) -> str:
    rows = [f"{row.place}{row.number}" for row, one in kept if one == what]
    return "、".join(rows[:8]) + ("……" if len(rows) > 8 else "")


def _good(row: Row, seer: Seer) -> tuple[str, str, str, str, str]:
    """Return a row that is in order as one line: where it stands, and what it says in short."""
    said = row.cells
    where = " ".join(one for one in (said.get("street", ""), said.get("community", "")) if one)
    text = said.get("text", "")
    short = text[:_SHORT] + ("……" if len(text) > _SHORT else "")
    ledger, category = said.get("ledger_row", ""), seer.category_name(said.get("category", ""))
    return f"{row.place}{row.number}", ledger, category, where, short


def said_here(seer: Seer, chinese: str, english: str) -> str:
    """Return a sentence as it is true of this page, which has no options of a command line."""
    for option, here in _OPTIONS.items():
        chinese, english = (text.replace(option, here) for text in (chinese, english))
    return seer.say(chinese, english)


def _bad(seer: Seer, bad: BadRow) -> dict[str, Any]:
    """Return a row that is not taken as its form: each field with its text and its faults."""
    wrong: dict[str, list[str]] = {}
    for one in bad.problems:
        wrong.setdefault(one.field, []).append(said_here(seer, one.chinese, one.english))
    row = bad.row
    return {
        "title": f"{row.place}{row.number}",
        "whole": wrong.pop("", []),
        "fields": [
            {
                "name": _name(row.number, field.name, row.sheet),
                "label": seer.say(field.headings[0], field.name.replace("_", " ")),
                "value": text,
                "long": field.name == "text" or "\n" in text,
                "list": field.name,
                "wrong": wrong.get(field.name, []),
            }
            for field, text in fields_shown(row, wrong)
        ],
    }
