"""`jiedui audit compare`: what another policy pack would have made of the same facts."""

from pathlib import Path
from typing import Any

import click

from cli.auditing.recording import as_option, trace
from cli.casework import any_case
from cli.context import Context, Speaking, json_option, pass_context
from cli.tables import print_table
from domain.oversight.words import AuditAct, AuditOutcome
from domain.refusals import CommandRefused
from domain.values import CASE_CATEGORIES, category_of, instant_text
from wording.labels import clock_label
from wording.reasons import RUNGS
from wording.sentences import instant_shown, limit_text

_ABOUT_MAX = 150
_JUDGED = {
    "within_limit": "首次联系是否在时限内",
    "on_time": "是否按期办结",
    "late": "是否逾期",
    "passed": "考评是否合格",
    "value": "默认评价",
    "resolution": "办结结论",
    "satisfied": "是否满意",
    "due": "协办期限",
}


@click.command("compare")
@click.argument("cases", nargs=-1)
@click.option(
    "--policy",
    "other",
    required=True,
    help="另一政策包：编号、编号@版本，或 .json 文件。 The other pack: id, id@version, or a file.",
)
@as_option
@json_option
@pass_context
def command(
    context: Context,
    cases: tuple[str, ...],
    other: str,
    acting_person: str | None,
    as_json: bool,
) -> None:
    r"""换一套政策重演案卷，看有何不同；不写入任何数据。 Replay CASES under another pack.

    \b
    不指明案卷则比较全部。政策包先在账本中找，再找随附的。
    Without CASES all are compared. A pack is looked for in the ledger first, then among those
    shipped. Nothing is written but that the comparison was made.

    \b
    Exit status: 0 nothing would differ; 1 something would, or there is no such case or pack;
    2 it could not be tried.
    """
    from audit.reading import open_reader
    from audit.replay.compare import ASSUMPTIONS, compare
    from audit.replay.standing_then import RulesThen
    from domain.casebook import kind_of

    cases = tuple(any_case(context, case) for case in cases)
    for case in cases:
        kind_of(case)
    trace(context, acting_person).may()
    speaking = Speaking(as_json)
    counts = {"cases": 0, "differing": 0, "not_told": 0}
    with open_reader(context.settings.ledger_url) as reader:
        rules = RulesThen(reader, context.settings.policy)
        pack, calendar = _found_pack(rules, other)
        for case in cases:
            _must_be_a_case(case, known=bool(reader.stream(case)))
        if not as_json:
            click.echo(f"按 {pack.label.zh}（{pack.version}）重演。 Replayed under {pack.version}.")
        for found in compare(reader, pack, list(cases) or None, rules=rules, shipped=calendar):
            counts["cases"] += 1
            counts["differing"] += found.differs
            counts["not_told"] += found.cannot_tell is not None
            if as_json:
                speaking.say(comparison_view(found), "")
            elif found.differs:
                _print(found)
        head = reader.head()
    if not as_json:
        click.echo(
            f"\n{counts['cases']} 件中 {counts['differing']} 件会有不同。 "
            f"{counts['differing']} of {counts['cases']} cases would differ."
        )
        for zh, en in ASSUMPTIONS:
            click.echo(f"· {zh}\n  {en}")
    trace(context, acting_person).performed(
        AuditAct.COMPARE,
        about=(*cases[:_ABOUT_MAX], f"policy/{pack.version}"),
        head=head,
        outcome=AuditOutcome.DONE,
        counts=counts,
    )
    if counts["differing"]:
        raise click.exceptions.Exit(1)


def _found_pack(rules: Any, name: str) -> tuple[Any, Any]:
    """Return the pack *name* and the calendar to use where the ledger has published none."""
    from audit.replay.compare import published_pack
    from policies import (
        PolicyFileRefused,
        PolicyUnknown,
        pack_ids,
        read_pack,
        shipped_calendar,
        shipped_pack,
    )

    pack = published_pack(rules, name)
    try:
        if pack is None and name.endswith(".json"):
            pack = read_pack(Path(name).read_bytes(), Path(name).name)
        if pack is None:
            wanted = name.partition("@")[0]
            pack = shipped_pack(wanted) if wanted in pack_ids() else None
            pack = None if pack is not None and name not in (pack.id, pack.version) else pack
    except OSError as problem:
        raise click.BadParameter(
            f"无法读取 {Path(name).name}（{problem.strerror}）。 The file cannot be read.",
            param_hint="--policy",
        ) from None
    except PolicyFileRefused as refused:
        raise click.BadParameter(str(refused), param_hint="--policy") from None
    if pack is None:
        raise CommandRefused(
            "policy-unknown",
            f"账本和随附政策包中都没有 {name[:60]}；随附的有 {'、'.join(pack_ids())}。",
            f"Neither the ledger nor the shipped packs have {name[:60]}; shipped are "
            f"{', '.join(pack_ids())}.",
        )
    try:
        return pack, shipped_calendar(pack)
    except PolicyUnknown:
        return pack, None


def _must_be_a_case(case: str, *, known: bool) -> None:
    if category_of(case) not in CASE_CATEGORIES:
        raise CommandRefused(
            "case-unknown",
            f"只能比较案卷，{case} 不是。",
            f"Cases can be compared; {case} is none.",
        )
    if not known:
        raise CommandRefused("case-unknown", f"没有案卷 {case}。", f"There is no case {case}.")


def comparison_view(found: Any) -> dict[str, Any]:
    """Return a comparison as plain values; instants in UTC, None where nothing was owed."""

    def due(deadline: Any) -> dict[str, Any] | None:
        return None if deadline is None else deadline.model_dump(mode="json")

    def judgements(some: Any) -> list[dict[str, Any]]:
        return [
            {"what": one.what, "clock": one.clock, "due": instant_text(one.due), "unit": one.unit}
            for one in some
        ]

    return {
        "stream": found.stream,
        "own": found.own,
        "other": found.other,
        "differs": found.differs,
        "dues": [
            {
                "position": one.position,
                "clock": one.clock,
                "own": due(one.own),
                "other": due(one.other),
            }
            for one in found.dues
        ],
        "judged": [
            {
                "position": one.position,
                "what": one.what,
                "own": _plain(one.own),
                "other": _plain(one.other),
            }
            for one in found.judged
        ],
        "would_not_have_been": judgements(found.only_own),
        "would_have_been": judgements(found.only_other),
        "leads": None
        if found.leads is None
        else {"own": list(found.leads[0]), "other": list(found.leads[1])},
        "refused": list(found.refused),
        "cannot_tell": found.cannot_tell,
    }


def _plain(value: Any) -> Any:
    return instant_text(value) if hasattr(value, "astimezone") else value


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if value is None:
        return "—"
    return instant_shown(value) if hasattr(value, "astimezone") else str(value)


def _due(deadline: Any) -> str:
    if deadline is None:
        return "不计"
    return f"{instant_shown(deadline.due)}（{limit_text(deadline.limit)}）"


def _judgement(one: Any) -> str:
    """Return a miss or a rung of the ladder in words, Chinese and English."""
    if one.what == "missed":
        return f"{clock_label(one.clock)}逾期 {clock_label(one.clock, 'en')} missed"
    return " ".join(RUNGS.get(one.clock, (one.clock, "")))


def _print(found: Any) -> None:
    click.echo(f"\n{found.stream}（{found.own} → {found.other}）")
    rows = [
        {
            "position": one.position,
            "what": clock_label(one.clock),
            "own": _due(one.own),
            "other": _due(one.other),
        }
        for one in found.dues
    ]
    rows += [
        {
            "position": one.position,
            "what": _JUDGED.get(one.what, one.what),
            "own": _shown(one.own),
            "other": _shown(one.other),
        }
        for one in found.judged
    ]
    if found.leads is not None:
        own, other = ("、".join(some) or "无" for some in found.leads)
        rows.append({"position": "", "what": "牵头单位", "own": own, "other": other})
    if rows:
        columns = (("position", "位置"), ("what", "事项"), ("own", "原政策"), ("other", "另一政策"))
        print_table("", rows, as_json=False, columns=columns)
    for zh, en, some in (
        ("不会发生", "would not have been", found.only_own),
        ("会发生", "would have been", found.only_other),
    ):
        for one in some:
            unit = "" if one.unit is None else f"，{one.unit}"
            click.echo(f"  {zh} {en}：{_judgement(one)}，{instant_shown(one.due)}{unit}")
    for one in found.refused:
        click.echo(f"  另一政策包不允许 not allowed there：{one}")
    if found.cannot_tell is not None:
        click.echo(f"  无法重演到底 cannot be told to its end：{found.cannot_tell}")
