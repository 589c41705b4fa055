"""`jiedui audit export`: the record in the forms other people's tools read, as one file."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import click

from audit.exports.choosing import Selection, Tick, no_tick
from audit.exports.workbench import Workbench
from audit.proofs.bundle import Extras
from audit.reading import Reader, open_reader
from cli.auditing.moments import MOMENT, Moment
from cli.auditing.recording import as_option, exported, may_audit
from cli.auditing.unsealing import openings_for, unmasking_option
from cli.context import Context, Speaking, json_option, pass_context
from domain.casebook import kind_of
from domain.oversight.words import ExportFormat
from domain.sealed import Sealed
from domain.values import instant_text
from runtime.settings import Settings
from wording.sentences import CHINA

_TICKS_SHOWN = 200
"""How many entries go by between two movements of the progress bar."""


@dataclass(frozen=True)
class Work:
    """What a form is written from, and where to; *extras* go into an evidence bundle only."""

    reader: Reader
    selection: Selection
    path: Path
    settings: Settings
    since: datetime | None
    until: datetime | None
    tick: Tick
    extras: Extras


@dataclass(frozen=True)
class Made:
    """What was written: rows, the newest log position in them, and how many openings."""

    rows: int
    head: int
    openings: int = 0


@dataclass(frozen=True)
class Form:
    """One form: its name in the fact, who writes it, and how often every entry is gone through."""

    fact: ExportFormat
    write: Callable[[Work], int | Made]
    rounds: int = 1


def _jsonl(work: Work) -> int:
    from audit.exports.jsonl import write_jsonl

    return write_jsonl(work.reader, work.selection, work.path, work.tick)


def _ocel(work: Work, write: Callable[[Workbench, Path, Tick], int]) -> int:
    """Lay the log out, then write it down in one of the three forms."""
    from audit.exports.ocel import gathered

    with gathered(
        work.reader,
        work.selection,
        work.path.parent,
        default_policy=work.settings.policy,
        tick=work.tick,
    ) as bench:
        return write(bench, work.path, work.tick)


def _ocel_json(work: Work) -> int:
    from audit.exports.ocel import write_ocel_json

    return _ocel(work, write_ocel_json)


def _ocel_xml(work: Work) -> int:
    from audit.exports.ocel_xml import write_ocel_xml

    return _ocel(work, write_ocel_xml)


def _ocel_sqlite(work: Work) -> int:
    from audit.exports.ocel_sqlite import write_ocel_sqlite

    return _ocel(work, write_ocel_sqlite)


def _xes(work: Work) -> int:
    from audit.exports.xes import write_xes

    return write_xes(
        work.reader,
        work.selection,
        work.path,
        default_policy=work.settings.policy,
        tick=work.tick,
    )


def _xlsx(work: Work) -> int:
    from audit.exports.workbook import Telling, write_workbook

    return write_workbook(
        work.reader,
        work.selection,
        work.path,
        default_policy=work.settings.policy,
        telling=Telling(datetime.now(UTC), work.settings.log_origin or "", work.since, work.until),
        tick=work.tick,
    )


def _evidence(work: Work) -> Made:
    from audit.proofs.bundle import write_evidence

    found = write_evidence(work.reader, work.path, work.extras, tick=work.tick)
    return Made(found.size, found.size - 1, found.openings)


FORMS: dict[str, Form] = {
    "jsonl": Form(ExportFormat.JSONL, _jsonl),
    "ocel-json": Form(ExportFormat.OCEL_JSON, _ocel_json, rounds=2),
    "ocel-xml": Form(ExportFormat.OCEL_XML, _ocel_xml, rounds=2),
    "ocel-sqlite": Form(ExportFormat.OCEL_SQLITE, _ocel_sqlite, rounds=2),
    "xes": Form(ExportFormat.XES, _xes),
    "xlsx": Form(ExportFormat.XLSX, _xlsx),
    "evidence": Form(ExportFormat.BUNDLE, _evidence),
}
"""Every form by the name it has on the command line."""


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
    from audit.exports.choosing import chosen

    for case in cases:
        kind_of(case)
    _check(form, cases, since or until, unmasking_id, timestamps)
    with open_reader(context.settings.ledger_url) as reader:
        may_audit(context, acting_person, "record_export")
        selection = chosen(reader, () if form == "evidence" else cases, since, until)
        extras = _extras(context, form, cases, unmasking_id, acting_person, timestamps)
        with _said():
            value = _made(
                context, form, reader, selection, out, force, since, until, acting_person, extras
            )
    Speaking(as_json).say(
        value,
        f"已导出 {out}：{value['rows']:,} 行，{value['bytes']:,} 字节，截至第 {value['head']} 条\n"
        f"SHA-256 {value['sha256']}\n"
        f"Exported {value['rows']:,} rows.",
    )


def _made(
    context: Context,
    form: str,
    reader: Reader,
    selection: Selection,
    out: Path,
    force: bool,
    since: datetime | None,
    until: datetime | None,
    person: str | None,
    extras: Extras,
) -> dict[str, Any]:
    """Make the file, record that it was made, and only then let it appear."""
    from audit.exports.placing import placed

    chosen_form = FORMS[form]
    with placed(out, force=force) as draft:
        length = selection.positions * chosen_form.rounds
        with _progress(length, selection.cases is None) as tick:
            found = chosen_form.write(
                Work(reader, selection, draft.path, context.settings, since, until, tick, extras)
            )
        made = found if isinstance(found, Made) else Made(found, selection.until)
        sealing = draft.finish()
        # Recorded before it appears: no file is ever handed out that nobody was told of.
        recorded = exported(
            context,
            person,
            chosen_form.fact,
            about=_about(selection, since, until),
            head=made.head,
            rows=made.rows,
            bytes=sealing.bytes,
            digest=sealing.digest,
            openings=made.openings,
        )
    return {
        "form": form,
        "path": str(out),
        "head": made.head,
        "rows": made.rows,
        "openings": made.openings,
        "bytes": sealing.bytes,
        "sha256": sealing.digest,
        "recorded": recorded is not None,
    }


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
    """Return what goes along with an evidence bundle; openings are recorded before they are given.

    Where the vault cannot be opened, erasures stay untold, and the bundle says nothing of them.
    """
    from audit.proofs.bundle import opening_line

    if form != "evidence":
        return Extras()
    openings = [
        opening_line(one.position, one.field, one.holder, one.item, one.key, one.plaintext)
        for case in cases
        for one in openings_for(context, unmasking_id or "", person, case)
    ]
    return Extras(tuple(openings), _gone(context), timestamps, context.settings.histories_path)


def _gone(context: Context) -> Callable[[Sealed], bool] | None:
    from functools import lru_cache

    from ledger.database import LedgerUnavailable, WeakSettings
    from vault.keys import KeyRefused

    try:
        vault = context.books.vault
    except (KeyRefused, LedgerUnavailable, WeakSettings):
        return None
    erased = lru_cache(maxsize=4096)(vault.erased)
    return lambda sealed: erased(sealed.holder)


@contextmanager
def _said() -> Iterator[None]:
    """Say why a file could not be made, in one sentence."""
    from audit.exports.placing import PlaceTaken, PlaceUnfit
    from audit.proofs.bundle import NothingSigned

    try:
        yield
    except (NothingSigned, PlaceTaken, PlaceUnfit) as problem:
        raise click.ClickException(str(problem)) from None
    except OSError as problem:
        raise click.ClickException(
            f"无法写入文件（{problem.strerror}）。 The file cannot be written: {problem.strerror}."
        ) from None


def _about(selection: Selection, since: datetime | None, until: datetime | None) -> tuple[str, ...]:
    """Return what the export was of: its cases, and the instants that bound it."""
    instants = (f"recorded/{instant_text(one)}" for one in (since, until) if one is not None)
    return (*(selection.cases or ()), *instants)


@contextmanager
def _progress(length: int, whole: bool) -> Iterator[Tick]:
    """Show a bar on a terminal for an export of the whole; elsewhere show nothing."""
    import sys

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
