"""`jiedui audit pilots`: what a programme froze, counted again from the ledger."""

from typing import Any

import click

from cli.auditing.recording import as_option, trace
from cli.context import Context, Speaking, json_option, pass_context
from cli.tables import print_table
from domain.oversight.words import AuditAct, AuditOutcome

_COLUMNS = (
    ("position", "事实位置"),
    ("community", "社区"),
    ("until", "截至位置"),
    ("figures", "复算"),
    ("verdict", "结论"),
)


@click.command("pilots")
@click.argument("programme")
@as_option
@json_option
@pass_context
def command(context: Context, programme: str, acting_person: str | None, as_json: bool) -> None:
    r"""复算试点 PROGRAMME 的基线、季度进展和评估指标。 Recompute what a programme froze.

    Every baseline, quarter and assessment is counted once more from the facts up to the position
    it was frozen at.

    \b
    Exit status: 0 they agree; 1 they do not; 2 it could not be tried.
    """
    from audit.reading import open_reader
    from audit.replay.pilots import recounted
    from cli.casework import stream_meant

    trace(context, acting_person).may()
    stream = stream_meant(context, "programme", programme, opening=False)
    with open_reader(context.settings.ledger_url) as reader:
        head = reader.head()
        found = [_view(one) for one in recounted(reader, stream)]
    faults = sum(not one["agrees"] for one in found)
    Speaking(as_json).say(
        {"verdict": "differ" if faults else "agree", "programme": stream, "frozen": found}, ""
    )
    if not as_json:
        print_table("", [_row(context, one) for one in found], as_json=False, columns=_COLUMNS)
        click.echo(
            f"{faults} 处与入账不符。 {faults} differ from what is on record."
            if faults
            else f"{len(found)} 处均与入账相符。 All {len(found)} agree with what is on record."
        )
    trace(context, acting_person).performed(
        AuditAct.FIGURE,
        about=(stream,),
        head=head,
        outcome=AuditOutcome.FAULTS_FOUND if faults else AuditOutcome.CLEAN,
        counts={"figures": len(found), "faults": faults},
    )
    if faults:
        raise click.exceptions.Exit(1)


def _view(one: Any) -> dict[str, Any]:
    return {
        "position": one.position,
        "fact": one.kind,
        "community": one.frozen.community,
        "until": one.frozen.position,
        "agrees": one.agrees,
        "figures": [value.model_dump(mode="json") for value in one.again.frozen.figures],
    }


def _row(context: Context, one: dict[str, Any]) -> dict[str, Any]:
    from cli.case_lists import names_of
    from wording.programme_values import figure_text

    return {
        "position": one["position"],
        "community": names_of(context).place(one["community"], "zh"),
        "until": one["until"],
        "figures": "，".join(figure_text(value) for value in one["figures"]),
        "verdict": "相符" if one["agrees"] else "不符",
    }
