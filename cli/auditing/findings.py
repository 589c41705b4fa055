"""`jiedui audit findings`: what the problem ledger comes to, recounted from the facts."""

from datetime import UTC, datetime
from typing import Any

import click

from cli.auditing.moments import position_of
from cli.auditing.recording import as_option, trace
from cli.context import Context, Speaking, json_option, pass_context
from domain.finding.figures import FIGURES
from domain.oversight.words import AuditAct, AuditOutcome


@click.command("findings")
@click.option("--place", default="", help="区划代码，含其下各处。 A division, with all within it.")
@click.option(
    "--as-of",
    "as_of",
    help="日志位置或时刻：按当时账本复算。 A log position or an instant: the ledger of then.",
)
@as_option
@json_option
@pass_context
def command(
    context: Context, place: str, as_of: str | None, acting_person: str | None, as_json: bool
) -> None:
    r"""问题台账复算：在账、销号、再现、超期、时长。 Recount the problem ledger.

    Counted from the facts, by no code of the boards; lateness and age stand as of the newest fact
    that was read.

    \b
    Exit status: 0 done; 2 it could not be tried.
    """
    from audit.reading import open_reader
    from audit.replay.problem_ledger import findings_at, open_by_indicator, recounted

    trace(context, acting_person).may()
    with open_reader(context.settings.ledger_url) as reader:
        head, until = reader.head(), position_of(reader, as_of)
        found = {
            stream: one
            for stream, one in findings_at(reader, until).items()
            if one.place.startswith(place)
        }
        newest = next(iter(reader.entries(after=until - 1, until=until)), None)
    at = datetime.now(UTC) if newest is None or as_of is None else newest.recorded_at
    view: dict[str, Any] = {
        "as_of": until,
        "findings": len(found),
        "figures": _parts(recounted(found.values(), at)),
        "by_indicator": _parts(open_by_indicator(found)),
    }
    Speaking(as_json).say(view, "\n".join(_lines(view)))
    trace(context, acting_person).performed(
        AuditAct.FIGURE,
        about=("figure/findings", *((f"division/{place}",) if place else ())),
        head=head,
        outcome=AuditOutcome.DONE,
        counts=view["figures"]["open"],
    )


def _parts(figures: Any) -> dict[str, dict[str, int]]:
    return {
        name: {"numerator": one.numerator, "denominator": one.denominator}
        for name, one in figures.items()
    }


def _lines(view: dict[str, Any]) -> list[str]:
    figures = [
        f"{FIGURES[name][0]} {FIGURES[name][1]}：{one['numerator']} / {one['denominator']}"
        for name, one in view["figures"].items()
    ]
    listed = [
        f"  {name}：{one['numerator']} / {one['denominator']}"
        for name, one in sorted(view["by_indicator"].items())
    ]
    return [f"截至日志位置 {view['as_of']} as of log position {view['as_of']}", *figures, *listed]
