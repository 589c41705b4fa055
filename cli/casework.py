"""`jiedui task …` and `jiedui pairing …`: one subcommand per command, lists, show, history."""

import click

from cli.case_lists import add_lists
from cli.commanding import StreamOf, commands_of
from cli.context import Context, away_from, json_option, pass_context
from cli.papers import add_documents
from desk.identifiers import new_uuid7
from domain.casebook import CASES
from domain.refusals import CommandRefused
from domain.values import STREAM


def stream_meant(context: Context, category: str, given: str | None, opening: bool) -> str:
    """Return the stream a person means: its name, its UUID, or a work-order number."""
    if given is None:
        return f"{category}/{new_uuid7()}"
    if context.settings.url is not None and not opening:
        return away_from(context).stream(category, given)
    stream = given if "/" in given else f"{category}/{given.lower()}"
    if STREAM.fullmatch(stream):
        if not opening and context.books.ledger.version(stream) == 0:
            raise CommandRefused(
                "case-unknown",
                f"没有案卷 {stream}。",
                f"There is no case {stream}.",
            )
        return stream
    if given.upper().startswith("DQ"):
        row = context.boards().tasks.by_number(given.upper())
        if row is not None:
            return str(row.stream)
    raise CommandRefused(
        "case-unknown",
        f"没有案卷 {given}；请填 {category}/<UUID>、UUID 或工单编号。",
        f"There is no case {given}; give {category}/<uuid>, the uuid or a work-order number.",
    )


def any_case(context: Context, given: str) -> str:
    """Return the stream of a case of any kind: as it is named, or a task by its number.

    Raises `CommandRefused` for a number no task has.
    """
    if given.upper().startswith("DQ"):
        return stream_meant(context, "task", given, opening=False)
    return given


def _of(category: str) -> StreamOf:
    def stream_of(context: Context, given: str | None, begins: bool) -> str:
        return stream_meant(context, category, given, begins)

    return stream_of


task = click.Group(
    "task",
    help="帮扶任务：登记、派单、办理、评价。 Support tasks.",
    commands=commands_of(CASES["task"], ("task",), _of("task"), opening=CASES["task"].begun_by),
)
pairing = click.Group(
    "pairing",
    help="结对：三张清单、签约、审批、考评。 Pairings.",
    commands=commands_of(
        CASES["pairing"], ("pairing",), _of("pairing"), opening=CASES["pairing"].begun_by
    ),
)


def _history(context: Context, category: str, case: str, as_json: bool, language: str) -> None:
    from cli.histories import print_history

    stream = stream_meant(context, category, case, opening=False)
    print_history(context, stream, as_json, language)


def add_readers(group: click.Group, category: str) -> None:
    """Give a section `show` and `history`."""

    @group.command("show")
    @click.argument("case")
    @json_option
    @pass_context
    def show(context: Context, case: str, as_json: bool) -> None:
        r"""此案现状：事项、时限及缘由、现在可办什么。 The whole of a case.

        \b
        Exit status: 0 done; 1 there is no such case; 2 it could not be tried.
        """
        if context.settings.url is not None:
            from cli import away_cases

            away_cases.show_case(away_from(context), category, case, as_json)
            return
        from cli.standings import show_case

        show_case(context, stream_meant(context, category, case, opening=False), as_json=as_json)

    @group.command("history")
    @click.argument("case")
    @click.option("--language", type=click.Choice(["zh", "en", "both"]), default="both")
    @json_option
    @pass_context
    def history(context: Context, case: str, as_json: bool, language: str) -> None:
        r"""此案全程，逐句；密封内容不启封。 The case's story; sealed texts stay sealed.

        \b
        Exit status: 0 done; 1 there is no such case; 2 it could not be tried.
        """
        if context.settings.url is not None:
            from cli import away_cases

            away_cases.print_history(away_from(context), category, case, as_json, language)
            return
        _history(context, category, case, as_json, language)


add_lists(task, pairing)
add_readers(task, "task")
add_readers(pairing, "pairing")
add_documents(task, pairing, stream_meant)
