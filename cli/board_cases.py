"""`jiedui finding …` and the like: a subcommand for each command, list, show, history.

One group for each kind of case that stands on the board of cases, all made alike.
"""

from typing import Any

import click

from cli.case_lists import names_of, paged, say_how_many, sorted_by
from cli.casework import add_readers, stream_meant
from cli.commanding import commands_of
from cli.context import Context, json_option, pass_context
from cli.filters import each_of
from cli.meaning import known_unit
from cli.tables import print_table
from domain.casebook import CASES
from wording.labels import LABELS, clock_label, label, state_label
from wording.names import KnownNames

_ORDERS = {"changed": "-changed_at", "begun": "-begun_at", "due": "next_due", "title": "title"}
_PAGE = 50


def group_of(category: str) -> click.Group:
    """Return the section of the command line for one kind of case."""
    kind = CASES[category]

    def stream_of(context: Context, given: str | None, begins: bool) -> str:
        return stream_meant(context, category, given, begins)

    called = f"{label(category, among='CaseKind')}。 {label(category, 'en', among='CaseKind')}."
    group = click.Group(
        category,
        help=called,
        commands=commands_of(kind, (category,), stream_of, opening=kind.begun_by),
    )
    _add_list(group, category)
    add_readers(group, category)
    return group


def _add_list(group: click.Group, category: str) -> None:
    @group.command("list")
    @click.option("--state", "states", multiple=True, help="状态，可重复。 State; may be repeated.")
    @click.option("--open", "open_only", is_flag=True, help="只看未结。 Open ones only.")
    @click.option("--holder", help="在办单位。 Whose turn it is.")
    @click.option("--place", help="区划代码。 Division and everything within it.")
    @click.option("--search", help="名称、单位或拼音首字母。 Name, unit, or pinyin initials.")
    @sorted_by("changed", "begun", "due", "title")
    @paged
    @json_option
    @pass_context
    def list_cases(
        context: Context,
        /,
        sort: str | None,
        page: int | None,
        size: int | None,
        as_json: bool,
        **filters: Any,
    ) -> None:
        r"""一览，新近变动的在前。 All of them, the newest change first.

        \b
        Exit status: 0 done; 1 a filter names nothing there is; 2 it could not be tried.
        """
        from projections.case_board import CaseFilter

        states = {code: both[0] for code, both in LABELS[f"{category.capitalize()}State"].items()}
        holder = filters["holder"]
        wanted = CaseFilter(
            category,
            states=each_of("--state", filters["states"], states),
            open_only=filters["open_only"],
            holder=holder and known_unit(context.rules, "--holder", holder),
            place=filters["place"],
            search=filters["search"],
        )
        board = context.boards().cases
        if as_json and page is None and size is None:
            for line in board.every(wanted):
                print_table("case", [vars(line)], as_json)
            return
        room = size or _PAGE
        lines, total = board.find(
            wanted, order=_ORDERS[sort or "changed"], page=page or 1, size=room
        )
        rows = [vars(line) for line in lines]
        if not as_json:
            names = names_of(context)
            rows = [_labelled(names, row) for row in rows]
        print_table("case", rows, as_json)
        say_how_many(as_json, len(rows), total, page or 1)


def _labelled(names: KnownNames, line: dict[str, Any]) -> dict[str, Any]:
    """Return a board's line as people read it."""
    return {
        **line,
        "state_label": state_label(line["category"], line["state"]),
        "place": names.place(line["place"], "zh") if line["place"] else "",
        "holder": names.unit(line["holder"], "zh") if line["holder"] else "",
        "service": names.category(line["service"], "zh") if line["service"] else "",
        "clock": clock_label(line["next_clock"]) if line["next_clock"] else "",
    }


programme = group_of("programme")
