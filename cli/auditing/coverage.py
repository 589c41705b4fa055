"""`jiedui audit coverage`: where which service is open, and what facilities come to, recounted."""

from typing import Any

import click

from cli.auditing.moments import position_of
from cli.auditing.recording import as_option, trace
from cli.context import Context, Speaking, json_option, pass_context
from domain.oversight.words import AuditAct, AuditOutcome


@click.command("coverage")
@click.option("--place", default="", help="区划代码，含其下各处。 A division, with all within it.")
@click.option(
    "--as-of",
    "as_of",
    help="日志位置或时刻：按当时账本复算。 A log position or an instant: the coverage of then.",
)
@as_option
@json_option
@pass_context
def command(
    context: Context, place: str, as_of: str | None, acting_person: str | None, as_json: bool
) -> None:
    r"""服务覆盖复算：社区×功能及各项指标，逐项分子分母。 Recount coverage from the facts.

    Counted from the facts, by no code of the boards.

    \b
    Exit status: 0 done; 2 it could not be tried.
    """
    from audit.reading import open_reader
    from audit.replay.coverage import communities_at, facilities_at, functions_at, recounted

    trace(context, acting_person).may()
    with open_reader(context.settings.ledger_url) as reader:
        head, until = reader.head(), position_of(reader, as_of)
        found = {
            stream: one
            for stream, one in facilities_at(reader, until).items()
            if one.place.startswith(place)
        }
        communities = [one for one in communities_at(reader, until) if one.startswith(place)]
        functions = functions_at(reader, until, context.rules.default_policy)
    view = _view(found, communities, functions, recounted(found, communities, functions))
    view["as_of"] = until
    Speaking(as_json).say(view, "\n".join(_lines(view)))
    trace(context, acting_person).performed(
        AuditAct.FIGURE,
        about=("figure/coverage", *((f"division/{place}",) if place else ())),
        head=head,
        outcome=AuditOutcome.DONE,
        counts={
            "numerator": view["figures"]["coverage"]["numerator"],
            "denominator": view["figures"]["coverage"]["denominator"],
        },
    )


def _view(found: Any, communities: list[str], functions: Any, figures: Any) -> dict[str, Any]:
    from audit.replay.coverage import open_functions

    return {
        "communities": len(communities),
        "functions": list(functions),
        "open": [
            {"community": place, "function": function, "facilities": streams}
            for (place, function), streams in sorted(open_functions(found).items())
        ],
        "figures": {name: vars(one) for name, one in figures.items()},
    }


def _lines(view: dict[str, Any]) -> list[str]:
    from domain.facility.figures import FIGURES

    return [
        *(
            f"{FIGURES[name][0]}：{one['numerator']} / {one['denominator']}  {FIGURES[name][1]}"
            for name, one in view["figures"].items()
        ),
        *(
            f"  {cell['community']} {cell['function']}：{len(cell['facilities'])}"
            for cell in view["open"]
        ),
    ]
