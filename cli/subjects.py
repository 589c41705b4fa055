"""`jiedui subject`: what is held on a resident, and forgetting them for good."""

from datetime import UTC, datetime
from typing import Any

import click

from cli.auditing.recording import as_option, trace
from cli.context import Context, Speaking, json_option, pass_context
from cli.people import acting
from domain.oversight.words import AuditAct, AuditOutcome
from domain.refusals import CommandRefused
from domain.values import STREAM, instant_text
from services.oversight import acting_by
from wording.sentences import instant_shown


@click.group()
def subject() -> None:
    """当事人个人信息：查询、删除。 Residents' personal data."""


@subject.command("erase")
@click.argument("resident")
@click.option("--basis", required=True, help="删除依据，例如“本人撤回同意”。 On what basis.")
@as_option
@json_option
@pass_context
def erase(
    context: Context, resident: str, basis: str, acting_person: str | None, as_json: bool
) -> None:
    r"""销毁 RESIDENT 的密钥，其个人信息永不可恢复。 Destroy the resident's key for good.

    The officer for personal information does it, with their own key. Refused while a task of
    theirs is open. The fact of it stays in the ledger and proves that what
    no longer opens was erased. May be repeated; a second run finishes what a first left undone.

    \b
    Exit status: 0 erased; 1 refused; 2 it could not be tried.
    """
    from services.erasing import erase_subject

    stream = _subject(resident)
    books = context.books
    actor = acting(context, acting_person)
    rules = books.rulebook.rules(books.desk.neighbours)
    by = acting_by(rules, actor.person, "record_erasure", datetime.now(UTC), actor.door)
    stone = erase_subject(books, stream, by, basis)
    tasks = len(stone.holders) - 1
    Speaking(as_json).say(
        {
            "outcome": "erased",
            "subject": stone.subject,
            "position": stone.position,
            "hash": stone.hash,
            "recorded_at": instant_text(stone.recorded_at),
            "keys_destroyed": list(stone.holders),
            "repeated": stone.repeated,
        },
        f"已删除 {stone.subject}：本人密钥及 {tasks} 件任务的密钥已销毁，不可恢复。\n"
        f"删除记录在账本位置 {stone.position}（{instant_shown(stone.recorded_at)}），"
        f"散列 {stone.hash}。\n"
        f"The resident's key and those of {tasks} tasks are gone for good; the record of it is at "
        f"position {stone.position}.\n"
        "已交出的导出件、回执及周期未满的备份不在此列，请按规定另行处理。\n"
        "Exports handed out before, receipts and backups within their term are beyond its reach.",
    )


@subject.command("show")
@click.argument("resident")
@as_option
@json_option
@pass_context
def show(context: Context, resident: str, acting_person: str | None, as_json: bool) -> None:
    r"""RESIDENT 涉及的任务与密钥状况（不启封内容）。 Their tasks and whether the key stands.

    \b
    Exit status: 0 done; 1 nothing is known of them; 2 it could not be tried.
    """
    from services.erasing import held_on

    stream = _subject(resident)
    traced = trace(context, acting_person)
    traced.may()
    books = context.books
    head = books.ledger.head()
    value = held_on(books, stream)
    Speaking(as_json).say(value, _told(value))
    traced.performed(
        AuditAct.SUBJECT,
        about=[stream],
        head=head,
        outcome=AuditOutcome.DONE,
        counts={"tasks": len(value["tasks"]), "erased": int(value["erased"] is not None)},
    )


def _told(value: dict[str, Any]) -> str:
    erased = value["erased"]
    key = "已销毁" if value["key_destroyed"] else "在"
    lines = [f"{value['subject']}  密钥{key}"]
    if erased is not None:
        lines.append(
            f"已于 {instant_shown(erased['recorded_at'])} 删除，依据：{erased['basis']}；"
            f"账本位置 {erased['position']}，散列 {erased['hash']}"
        )
    lines += [
        f"  {task['stream']}  {task['state']}  密钥{'已销毁' if task['key_destroyed'] else '在'}"
        for task in value["tasks"]
    ]
    return "\n".join(lines)


def _subject(given: str) -> str:
    stream = given if "/" in given else f"subject/{given.lower()}"
    if stream.startswith("subject/") and STREAM.fullmatch(stream):
        return stream
    raise CommandRefused(
        "subject-unknown",
        "当事人编号应为 subject/<UUID>。",
        "A resident is named subject/<uuid>.",
    )
