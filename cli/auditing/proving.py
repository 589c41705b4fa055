"""`jiedui audit prove`: a proof of one entry, or of a whole case, that needs nobody's word."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import click

from audit.exports.placing import PlaceTaken, PlaceUnfit
from audit.proofs.bundle import NothingSigned
from audit.proofs.proving import CannotProve
from cli.auditing.recording import as_option, trace
from cli.auditing.unsealing import openings_for, unmasking_option
from cli.casework import any_case
from cli.context import Context, Speaking, json_option, pass_context
from domain.refusals import CommandRefused
from services.proving import hand_out, of_case, of_entry
from transparency.bundles import TilesDamaged
from transparency.keys import SigningKeyRefused


@click.command("prove")
@click.argument("position", required=False, type=click.IntRange(min=0))
@click.option(
    "--case",
    "case",
    help="证明整个案卷。 Prove a whole case (task/UUID and the like, or a task by its number).",
)
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
    case = None if case is None else any_case(context, case)
    traced = trace(context, acting_person)
    traced.may("record_export")
    opening = None
    if unmasking_id is not None:
        opening = partial(
            openings_for, context, unmasking_id, acting_person, str(case), fields or None
        )
    with _said():
        proof = (
            of_entry(context.settings, position)
            if position is not None
            else of_case(context.settings, str(case), opening)
        )
        value = hand_out(proof, out, traced, force=force)
    Speaking(as_json).say(value, _sentence(value))


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
    try:
        yield
    except CannotProve as problem:
        chinese, _, english = str(problem).partition("。 ")
        raise CommandRefused("not-proved", f"{chinese}。", english) from None
    except (NothingSigned, PlaceTaken, PlaceUnfit, SigningKeyRefused, TilesDamaged) as problem:
        raise click.ClickException(str(problem)) from None
