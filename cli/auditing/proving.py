"""`jiedui audit prove`: a proof of one entry, or of a whole case, that needs nobody's word."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from cli.auditing.recording import as_option, exported, may_audit
from cli.auditing.unsealing import openings_for, unmasking_option
from cli.context import Context, Speaking, json_option, pass_context
from domain.casebook import kind_of
from domain.oversight.words import ExportFormat

_SUFFIX = {ExportFormat.PROOF: ".tlog-proof", ExportFormat.CASE_FILE: ".case.json"}


@dataclass(frozen=True)
class Proof:
    """What is handed out: its bytes and form, what it is about, and how far the log reached."""

    data: bytes
    form: ExportFormat
    about: str
    entries: int
    uncovered: int
    openings: int
    size: int


@click.command("prove")
@click.argument("position", required=False, type=click.IntRange(min=0))
@click.option("--case", "case", help="证明整个案卷。 Prove a whole case (its stream name).")
@click.option(
    "--open",
    "fields",
    multiple=True,
    help="连同此密封字段的启封内容，可重复。 Open this sealed field for the reader.",
)
@unmasking_option
@click.option("--out", type=click.Path(path_type=Path), help="写入的文件。 The file to write.")
@click.option("--force", is_flag=True, help="覆盖已有文件。 Replace a file that is there.")
@as_option
@json_option
@pass_context
def command(
    context: Context,
    position: int | None,
    case: str | None,
    fields: tuple[str, ...],
    unmasking_id: str | None,
    out: Path | None,
    force: bool,
    acting_person: str | None,
    as_json: bool,
) -> None:
    r"""出具可离线核验的证明：单条记录，或整个案卷。 Prove one POSITION, or a whole --case.

    单条证明为 C2SP tlog-proof；案卷文件含该案全部记录、逐条证明和日志签署的末端，表明无一遗漏。
    A proof leads to the newest checkpoint the witnesses agreed on; sealed texts stay sealed.

    \b
    Exit status: 0 done; 1 there is no such entry or case; 2 it could not be tried.
    """
    if (position is None) == (case is None):
        raise click.UsageError("请给出位置或 --case 之一。 Give either POSITION or --case.")
    if fields and (case is None or unmasking_id is None):
        raise click.UsageError(
            "--open 须与 --case 和 --unmasking 同用。 --open goes with --case and --unmasking."
        )
    may_audit(context, acting_person, "record_export")
    with _said():
        proof = (
            _of_entry(context, position)
            if position is not None
            else _of_case(context, str(case), fields, unmasking_id, acting_person)
        )
        value = _handed_out(context, proof, out, force, acting_person)
    Speaking(as_json).say(value, _sentence(value))


def _of_entry(context: Context, position: int) -> Proof:
    from audit.proofs.proving import prove_entry
    from audit.reading import open_reader

    with open_reader(context.settings.ledger_url) as reader:
        found = prove_entry(reader, position, _subtree(context))
        entry = reader.entry(position)
        about = entry.stream if entry is not None else ""
    size = int(found.checkpoint.text.split("\n")[1])
    return Proof(found.encoded(), ExportFormat.PROOF, about, 1, 0, 0, size)


def _of_case(
    context: Context,
    case: str,
    fields: tuple[str, ...],
    unmasking_id: str | None,
    person: str | None,
) -> Proof:
    from audit.proofs.bundle import opening_line
    from audit.proofs.proving import prove_case
    from audit.reading import open_reader
    from transparency.keys import load_key

    kind_of(case)
    key = load_key(context.settings.log_key_path)
    with open_reader(context.settings.ledger_url) as reader:
        # Proved once before anything is opened: a grant is not used for a proof that fails.
        found = prove_case(reader, case, _subtree(context), key)
        openings = []
        if unmasking_id is not None:
            openings = [
                opening_line(one.position, one.field, one.holder, one.item, one.key, one.plaintext)
                for one in openings_for(context, unmasking_id, person, case, fields or None)
            ]
            found = prove_case(reader, case, _subtree(context), key, openings)
    return Proof(
        found.data,
        ExportFormat.CASE_FILE,
        case,
        found.entries,
        found.uncovered,
        len(openings),
        found.size,
    )


def _subtree(context: Context) -> Callable[[int, int], bytes]:
    from transparency.tiles import TileFolder

    return TileFolder(context.settings.log_path).subtree


def _handed_out(
    context: Context, proof: Proof, out: Path | None, force: bool, person: str | None
) -> dict[str, Any]:
    """Write the file, record that it was made, and only then let it appear."""
    from audit.exports.placing import placed

    target = out or Path(proof.about.replace("/", "-") + _SUFFIX[proof.form])
    with placed(target, force=force) as draft:
        draft.path.write_bytes(proof.data)
        sealing = draft.finish()
        recorded = exported(
            context,
            person,
            proof.form,
            about=(proof.about,),
            head=proof.size - 1,
            rows=proof.entries,
            bytes=sealing.bytes,
            digest=sealing.digest,
            openings=proof.openings,
        )
    return {
        "path": str(target),
        "verifier": str(_verifier_beside(target)),
        "about": proof.about,
        "entries": proof.entries,
        "uncovered": proof.uncovered,
        "openings": proof.openings,
        "size": proof.size,
        "bytes": sealing.bytes,
        "sha256": sealing.digest,
        "recorded": recorded is not None,
    }


def _verifier_beside(target: Path) -> Path:
    """Lay the offline verifier next to what was handed out; a file of that name is left alone."""
    from audit.proofs.bundle import OFFLINE, VERIFIERS

    beside = target.absolute().parent / VERIFIERS[0]
    with suppress(FileExistsError), beside.open("xb") as file:
        file.write((OFFLINE / VERIFIERS[0]).read_bytes())
    return beside


def _sentence(value: dict[str, Any]) -> str:
    newer = (
        f"\n另有 {value['uncovered']} 条更新的记录尚未见证，未列入。 "
        f"{value['uncovered']} newer entries are not witnessed yet and were left out."
        if value["uncovered"]
        else ""
    )
    return (
        f"已写入 {value['path']}：{value['entries']} 条，"
        f"证明至 {value['size']:,} 条的检查点{newer}\n"
        f"核验 check: python3 {value['verifier']} {value['path']} --policy FILE\n"
        f"{value['entries']} entries proved."
    )


@contextmanager
def _said() -> Iterator[None]:
    """Say why there is no proof, in one sentence."""
    from audit.exports.placing import PlaceTaken, PlaceUnfit
    from audit.proofs.bundle import NothingSigned
    from audit.proofs.proving import CannotProve
    from domain.refusals import CommandRefused
    from transparency.bundles import TilesDamaged
    from transparency.keys import SigningKeyRefused

    try:
        yield
    except CannotProve as problem:
        chinese, _, english = str(problem).partition("。 ")
        raise CommandRefused("not-proved", f"{chinese}。", english) from None
    except (NothingSigned, PlaceTaken, PlaceUnfit, SigningKeyRefused, TilesDamaged) as problem:
        raise click.ClickException(str(problem)) from None
