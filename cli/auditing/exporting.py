"""`jiedui audit export`: the record in the forms other people's tools read, as one file."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time
from functools import partial
from pathlib import Path
from typing import Any

import click

from audit.exports.choosing import Tick, no_tick
from audit.exports.placing import PlaceTaken, PlaceUnfit
from audit.proofs.bundle import Extras, NothingSigned
from audit.reading import open_reader
from audit.replay.as_of import Axis
from cli.auditing.moments import MOMENT, Moment
from cli.auditing.recording import as_option, trace
from cli.auditing.unsealing import openings_for, unmasking_option
from cli.casework import any_case
from cli.context import Context, Speaking, json_option, pass_context
from domain.casebook import kind_of
from services.exporting import FORMS, Asked, export, extras_of_evidence
from wording.sentences import CHINA

_TICKS_SHOWN = 200
"""How many entries go by between two movements of the progress bar."""


class Beginning(Moment):
    """As `Moment`, but a day alone is its first moment: the stretch begins with the day."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Return the instant in UTC."""
        text = str(value).strip()
        if not isinstance(value, datetime) and len(text) <= len("2026-05-11"):
            found = super().convert(text, param, ctx)  # refuses what is no day
            return datetime.combine(found.astimezone(CHINA).date(), time.min, CHINA)
        return super().convert(value, param, ctx)


@click.command("export")
@click.argument("form", type=click.Choice(list(FORMS)))
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help="写入的文件。 The file to write.",
)
@click.option("--case", "cases", multiple=True, help="只导出此案卷，可重复。 Only this case.")
@click.option("--from", "since", type=Beginning(), help="自此时刻入账起。 Recorded at or after.")
@click.option("--to", "until", type=MOMENT, help="至此时刻入账止。 Recorded at or before.")
@click.option(
    "--axis",
    default="occurred",
    show_default=True,
    type=click.Choice(["occurred", "recorded"]),
    help="事件时间：发生或入账（ocel、xes）。 The time of an event: happened, or recorded.",
)
@unmasking_option
@click.option(
    "--timestamps",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="证据包：RFC 3161 时间戳（<条数>.tsr）的文件夹。 Evidence: a folder of time stamps.",
)
@click.option("--force", is_flag=True, help="覆盖已有文件。 Replace a file that is there.")
@as_option
@json_option
@pass_context
def command(
    context: Context,
    form: str,
    out: Path,
    cases: tuple[str, ...],
    since: datetime | None,
    until: datetime | None,
    axis: str,
    unmasking_id: str | None,
    timestamps: Path | None,
    force: bool,
    acting_person: str | None,
    as_json: bool,
) -> None:
    """导出账本；密封内容不启封，导出本身记入账本。 Export the record in one FORM.

    \b
    jsonl        每条记录的规范字节。 The canonical bytes, one entry a line.
    ocel-json    对象中心事件日志（OCEL 2.0）。 An object-centric event log.
    ocel-xml     同上，XML。 The same in XML.
    ocel-sqlite  同上，SQLite。 The same in SQLite.
    xes          事件日志（XES 1.0），一案一迹。 One trace for each case.
    xlsx         任务台账、流转记录、指标及图表。 A workbook for the office.
    evidence     证据包（zip），含核验程序；至最近经见证的检查点。 All an auditor needs, offline.

    证据包总是整本账：--case 与 --unmasking 同用，指明随包启封哪一案卷的密封内容。
    An evidence bundle is always of the whole log; with --unmasking, --case names what it opens.

    \b
    Exit status: 0 done; 1 there is no such case, or not by this person; 2 it could not be tried.
    """  # noqa: D301 - click wants the sign itself, which a raw text would not hold
    cases = tuple(any_case(context, case) for case in cases)
    for case in cases:
        kind_of(case)
    _check(form, cases, since or until, unmasking_id, timestamps)
    asked = Asked(form, out, cases, since, until, force, Axis(axis))
    extras = partial(_extras, context, form, cases, unmasking_id, acting_person, timestamps)
    with open_reader(context.settings.ledger_url) as reader, _said():
        value = export(
            context.settings, reader, asked, trace(context, acting_person), extras, _progress
        )
    Speaking(as_json).say(
        value,
        f"已导出 {out}：{value['rows']:,} 行，{value['bytes']:,} 字节，截至第 {value['head']} 条\n"
        f"SHA-256 {value['sha256']}\n"
        f"Exported {value['rows']:,} rows.",
    )


def _check(
    form: str,
    cases: tuple[str, ...],
    bound: datetime | None,
    unmasking_id: str | None,
    timestamps: Path | None,
) -> None:
    """Refuse options that have no meaning for *form*, rather than pass over them in silence."""
    if form != "evidence":
        if unmasking_id is not None or timestamps is not None:
            raise click.UsageError(
                "--unmasking 和 --timestamps 只用于 evidence。 These are for evidence only."
            )
    elif bound is not None or bool(cases) != (unmasking_id is not None):
        raise click.UsageError(
            "evidence 总是整本账：不用 --from、--to；--case 只与 --unmasking 同用。 "
            "Evidence is of the whole log: no --from, no --to; --case goes with --unmasking."
        )


def _extras(
    context: Context,
    form: str,
    cases: tuple[str, ...],
    unmasking_id: str | None,
    person: str | None,
    timestamps: Path | None,
) -> Extras:
    """Return what goes along with evidence; openings are recorded before they are given."""
    if form != "evidence":
        return Extras()
    openings = [
        one for case in cases for one in openings_for(context, unmasking_id or "", person, case)
    ]
    return extras_of_evidence(context.settings, lambda: context.books, openings, timestamps)


@contextmanager
def _said() -> Iterator[None]:
    """Say why a file could not be made, in one sentence."""
    try:
        yield
    except (NothingSigned, PlaceTaken, PlaceUnfit) as problem:
        raise click.ClickException(str(problem)) from None
    except OSError as problem:
        raise click.ClickException(
            f"无法写入文件（{problem.strerror}）。 The file cannot be written: {problem.strerror}."
        ) from None


@contextmanager
def _progress(length: int, whole: bool) -> Iterator[Tick]:
    """Show a bar on a terminal for an export of the whole; elsewhere show nothing."""
    if not (whole and length and sys.stderr.isatty()):
        yield no_tick
        return
    with click.progressbar(
        length=length,
        label="导出 export",
        file=sys.stderr,
        update_min_steps=min(_TICKS_SHOWN, length),
    ) as bar:
        yield bar.update
