"""`jiedui task document`, `jiedui pairing document`: papers to print, sign and file."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.context import Context, Speaking, away_from, pass_context
from cli.people import proven_person
from domain.refusals import CommandRefused
from domain.task.reading import Sight
from domain.task.state import Known
from wording.names import KnownNames

if TYPE_CHECKING:
    from services.documents import Form

StreamOf = Callable[[Context, str, str | None, bool], str]
"""Returns the stream a person means, of a category, by what they wrote."""

_out = click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help="写入的文件，以 .pdf 或 .docx 结尾。 The file to write: .pdf or .docx.",
)
_address = click.option(
    "--address", help="工作台的网址，写入二维码。 Where people open the console, for the QR code."
)
_force = click.option("--force", is_flag=True, help="覆盖已有文件。 Replace a file that is there.")


def add_documents(task: click.Group, pairing: click.Group, stream_of: StreamOf) -> None:
    """Give both groups their command `document`."""

    @task.command("document")
    @click.argument("case")
    @click.option(
        "--kind",
        required=True,
        type=click.Choice(["order", "completion", "supervision"]),
        help="交办单、办结单、督办单。 Which document.",
    )
    @_out
    @_address
    @_force
    @pass_context
    def task_document(
        context: Context, case: str, kind: str, out: Path, address: str | None, force: bool
    ) -> None:
        r"""打印交办单、办结单、督办单。 A document to print, as PDF or docx.

        用 --key 时按本人职责可见的内容打印；否则密封内容不启封。
        With --key it says what its person may see; otherwise sealed texts stay sealed.

        \b
        Exit status: 0 done; 1 there is no such case or document; 2 it could not be tried.
        """
        if _is_away(context, address):
            from cli.away_cases import save_paper

            save_paper(away_from(context), "task", case, kind, out, force)
            return
        task_paper_to(context, stream_of(context, "task", case, False), kind, out, address, force)

    @pairing.command("document")
    @click.argument("case")
    @_out
    @_address
    @_force
    @pass_context
    def pairing_document(
        context: Context, case: str, out: Path, address: str | None, force: bool
    ) -> None:
        r"""打印结对协议。 The agreement of a pairing, as PDF or docx.

        \b
        Exit status: 0 done; 1 there is no such case; 2 it could not be tried.
        """
        if _is_away(context, address):
            from cli.away_cases import save_paper

            save_paper(away_from(context), "pairing", case, "agreement", out, force)
            return
        agreement_to(context, stream_of(context, "pairing", case, False), out, address, force)


def _is_away(context: Context, address: str | None) -> bool:
    """Say whether a server makes the paper; it puts its own address into the QR code."""
    if context.settings.url is None:
        return False
    if address is not None:
        raise click.UsageError(
            "设置了 JIEDUI_URL 时二维码写服务器自己的网址，请去掉 --address。 "
            "With JIEDUI_URL the QR code holds the server's own address: leave --address out."
        )
    return True


def task_paper_to(
    context: Context, stream: str, kind: str, out: Path, site: str | None, force: bool
) -> None:
    """Write a document about the task *stream*: with a key, as its person sees the task.

    Without one, sealed texts stay sealed. Raises `CommandRefused` and `ExtraMissing`.
    """
    from services.documents import task_document_of
    from services.reading_tasks import opening, widest_sight
    from services.task_papers import TaskFile

    case, rules = context.books.desk.case(stream)
    boards, person = context.boards(), proven_person(context)
    line = boards.tasks.get(stream)
    if line is None or not isinstance(case.state, Known):
        raise _unknown(stream)
    seen = Sight.PROGRESS
    if person is not None:
        seen = widest_sight(case.state, person, rules, datetime.now(UTC))
    if seen is Sight.NOTHING:
        raise _unknown(stream)

    def number_of(other: str) -> str | None:
        found = (boards.tasks if other.startswith("task/") else boards.pairings).get(other)
        return None if found is None else getattr(found, "number", None) or found.title

    names = KnownNames(rules, opening(context.books.vault, seen), number_of)
    address = f"{_site(context, site)}/tasks/{line.number}"
    file = TaskFile(line.number, case.state, context.books.ledger.read(stream), names, address)
    written(task_document_of(file, kind, form_of(out)).content, out, force=force)


def agreement_to(context: Context, stream: str, out: Path, site: str | None, force: bool) -> None:
    """Write the agreement of a pairing; raise `CommandRefused` and `ExtraMissing`."""
    from services.documents import agreement_document

    case, rules = context.books.desk.case(stream)
    entries = context.books.ledger.read(stream)
    address = f"{_site(context, site)}/pairings/{stream.partition('/')[2]}"
    paper = agreement_document(case.state, entries, rules, address, form_of(out))
    written(paper.content, out, force=force)


def _unknown(stream: str) -> CommandRefused:
    return CommandRefused("case-unknown", f"没有案卷 {stream}。", f"There is no case {stream}.")


def form_of(out: Path) -> "Form":
    """Return the form of a paper that its file name asks for; raise `UsageError` for another."""
    if out.suffix.lower() == ".docx":
        return "docx"
    if out.suffix.lower() == ".pdf":
        return "pdf"
    raise click.UsageError("--out 应以 .pdf 或 .docx 结尾。 --out ends in .pdf or .docx.")


def _site(context: Context, given: str | None) -> str:
    from console.app import USUAL_ADDRESS

    return (given or f"http://{context.settings.console_address or USUAL_ADDRESS}").rstrip("/")


def written(content: bytes, out: Path, *, force: bool) -> None:
    """Put a paper at *out* and say so; *force* replaces what stands there."""
    from audit.exports.placing import PlaceTaken, PlaceUnfit, placed

    try:
        with placed(out, force=force) as draft:
            draft.path.write_bytes(content)
            sealing = draft.finish()
    except (PlaceTaken, PlaceUnfit) as problem:
        raise click.ClickException(str(problem)) from None
    Speaking(as_json=False).say(
        {}, f"已写入 {out}：{sealing.bytes:,} 字节，SHA-256 {sealing.digest}\nWritten."
    )
