"""`jiedui audit statement`: a published figure statement against the ledger it speaks of."""

from pathlib import Path
from typing import Any

import click

from cli.auditing.recording import as_option, trace
from cli.context import Context, Speaking, json_option, pass_context
from cli.tables import print_table
from domain.oversight.words import AuditAct, AuditOutcome
from domain.province.refusal_rules import refused

_BYTES_MAX = 1_000_000
_COLUMNS = (
    ("figure", "指标"),
    ("said", "报表"),
    ("found", "按账本"),
    ("verdict", "结论"),
)


@click.command("statement")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--log-key",
    multiple=True,
    help="日志公钥，另行取得；缺省用账上的。 A key you have from elsewhere; else those on record.",
)
@as_option
@json_option
@pass_context
def command(
    context: Context, file: Path, log_key: tuple[str, ...], acting_person: str | None, as_json: bool
) -> None:
    r"""核验指标报表 FILE：签名、检查点，并按所载位置逐项复算。 Recompute a figure statement.

    Every count is made once more from the facts up to the position the statement names, and the
    root of the entries once more too.

    \b
    Exit status: 0 it is true; 1 it is not; 2 it could not be tried.
    """
    from audit.reading import open_reader
    from audit.replay.examining import examine
    from transparency.keys import VerifierKey, VerifierKeyMalformed
    from transparency.notes import NoteMalformed, read_note
    from transparency.statements import read_statement

    trace(context, acting_person).may()
    try:
        keys = [VerifierKey.parse(one) for one in log_key]
    except VerifierKeyMalformed as problem:
        raise click.BadParameter(str(problem), param_hint="--log-key") from None
    try:
        with file.open("rb") as opened:
            note = read_note(opened.read(_BYTES_MAX + 1))
        statement = read_statement(note)
    except NoteMalformed as problem:
        raise refused("statement-malformed", found=problem) from None
    with open_reader(context.settings.ledger_url) as reader:
        head = reader.head()
        found = examine(reader, note, statement, keys)
    view = _view(found)
    Speaking(as_json).say(view, "")
    if not as_json:
        _print(view)
    about: tuple[str, ...] = (f"month/{statement.month}", f"checkpoint/{statement.stated.size}")
    about += () if statement.position is None else (f"entry/{statement.position}",)
    trace(context, acting_person).performed(
        AuditAct.FIGURE,
        about=about,
        head=head,
        outcome=AuditOutcome.FAULTS_FOUND if found.faults else AuditOutcome.CLEAN,
        counts={"figures": len(found.figures), "faults": len(found.faults)},
    )
    if found.faults:
        raise click.exceptions.Exit(1)


def _view(found: Any) -> dict[str, Any]:
    statement = found.statement
    return {
        "verdict": "false" if found.faults else "true",
        "number": statement.number,
        "month": statement.month,
        "position": statement.position,
        "size": statement.stated.size,
        "withdraws": statement.withdraws,
        "figures": [
            {"code": one.code, "same": one.same, "said": _counts(one.said)}
            | {"found": _counts(one.found)}
            for one in found.figures
        ],
        "unstated": list(found.unstated),
        "faults": [{"zh": zh, "en": en} for zh, en in found.faults],
    }


def _counts(one: Any) -> dict[str, int] | None:
    if one is None:
        return None
    return {
        "numerator": one.numerator,
        "denominator": one.denominator,
        "excluded": one.excluded,
    }


def _print(view: dict[str, Any]) -> None:
    from audit.replay.stated import definitions

    known = definitions()
    what = "指标报表" if view["withdraws"] is None else f"撤回第 {view['withdraws']} 号的声明"
    click.echo(f"{view['month']} {what}（第 {view['number']} 号），检查点 {view['size']:,} 条")
    rows = [
        {
            "figure": known[one["code"]].zh if one["code"] in known else one["code"],
            "said": _shown(one["said"]),
            "found": _shown(one["found"]),
            "verdict": "相符" if one["same"] else "不符",
        }
        for one in view["figures"]
    ]
    if rows:
        print_table("", rows, as_json=False, columns=_COLUMNS)
    if view["unstated"]:
        names = "、".join(known[code].zh for code in view["unstated"])
        click.echo(f"报表没有载明：{names}。 Not stated: {', '.join(view['unstated'])}.")
    for fault in view["faults"]:
        click.echo(f"{fault['zh']}。 {fault['en']}.")
    click.echo(
        "与账本不符。 It is not what the ledger gives."
        if view["faults"]
        else f"与账本一致，复算至位置 {view['position']}。 It is what the ledger gives."
        if view["position"] is not None
        else "与账本一致。 It is what the ledger gives."
    )


def _shown(counts: dict[str, int] | None) -> str:
    if counts is None:
        return "—"
    return f"{counts['numerator']}/{counts['denominator']}（剔除 {counts['excluded']}）"
