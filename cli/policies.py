"""`jiedui calendar`, `jiedui policy`, `jiedui schema`: the data that decisions are made by."""

import json
from pathlib import Path
from typing import Any

import click
from pydantic import TypeAdapter, ValidationError

from cli.context import Context, Speaking, json_option, pass_context, run
from cli.people import acting, registrar_option
from cli.tables import print_table, shown
from desk.casework import malformed
from domain.calendar import CalendarYear, WorkCalendar
from domain.casebook import CASES
from domain.clocks import LimitText
from domain.policy import Policy
from domain.refusals import CommandRefused
from domain.rules import Terms
from domain.values import Instant


def _shipped_terms(profile: str) -> Terms:
    """Return a shipped pack with the shipped calendar years."""
    import policies

    if profile not in policies.pack_ids():
        raise CommandRefused(
            "policy-unknown",
            f"没有随附的政策包 {profile}；有：{'、'.join(policies.pack_ids())}。",
            f"No shipped pack {profile}; there are {', '.join(policies.pack_ids())}.",
        )
    pack = policies.shipped_pack(profile)
    calendar = WorkCalendar.of(
        pack.calendar,
        policies.shipped_years(pack.calendar),
        (),
        working_hours=pack.working_hours,
        utc_offset_minutes=pack.utc_offset_minutes,
    )
    return Terms(pack, pack.version, calendar)


@click.group()
def calendar() -> None:
    """工作日历与期限计算。 Working days and deadlines."""


@calendar.command("due")
@click.option("--from", "start", required=True, help="起算时刻，RFC 3339。 Counted from.")
@click.option("--limit", required=True, help="期限，如 5wd、4wh、24h。 The limit.")
@click.option("--profile", default="gd-2022", show_default=True, help="政策包。 Policy pack.")
@click.option("--count-from", type=click.Choice(["receipt_day", "next_day"]))
@json_option
@pass_context
def due(
    context: Context,
    start: str,
    limit: str,
    profile: str,
    count_from: str | None,
    as_json: bool,
) -> None:
    r"""计算到期时刻。 When LIMIT after INSTANT is due, and by which calendar.

    Uses the pack and calendar published in this home; the shipped ones where there is none.

    \b
    Exit status: 0 done; 1 refused (a limit or an instant that cannot be read).
    """
    try:
        counted_from = TypeAdapter(Instant).validate_python(start)
        TypeAdapter(LimitText).validate_python(limit)
    except ValidationError as error:
        raise malformed(error) from None
    if context.settings.url is not None:
        assert context.books, "a calendar counts where its home is"
    terms = _terms_here(context, profile)
    if count_from is not None:
        policy = terms.policy.model_copy(update={"count_from": count_from})
        terms = Terms(policy, terms.version, terms.calendar)
    deadline = terms.deadline(limit, counted_from)
    provisional = "（暂定，该年度放假安排尚未公布）" if deadline.provisional else ""
    Speaking(as_json).say(
        {
            **deadline.model_dump(mode="json"),
            "local": shown(deadline.due),
            "working_day": terms.calendar.is_working_day(terms.calendar.local_date(deadline.due)),
        },
        f"{shown(deadline.due)} 到期{provisional}\n"
        f"自 {shown(counted_from)} 起 {limit}，{deadline.count_from}，"
        f"日历 {deadline.calendar}，政策 {deadline.policy}",
    )


def _terms_here(context: Context, profile: str) -> Terms:
    settings = context.settings
    if settings.url or settings.database_url or (settings.home / "ledger.db").exists():
        rules = context.rules
        if profile in rules.policies:
            return rules.policies[profile]
    return _shipped_terms(profile)


@calendar.command("publish")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--calendar", "name", default="CN", show_default=True)
@click.option("--reason", help="修订原因。 Why a published year is published again.")
@registrar_option
@json_option
@pass_context
def publish_calendar(
    context: Context,
    file: Path,
    name: str,
    reason: str | None,
    acting_person: str | None,
    as_json: bool,
) -> None:
    r"""公布一个年度的放假安排，并重算暂定期限。 Publish a year; recompute provisional deadlines.

    FILE holds one year: {"year", "papers", "days": [{"name", "date", "isOffDay"}]}.

    \b
    Exit status: 0 published; 1 refused; 2 it could not be tried.
    """
    from services.policy_versions import publish_year

    year = _validated(CalendarYear, file)
    by = acting(context, acting_person).as_who()
    published, recomputed = publish_year(context.books.desk, name, year, reason, by)
    stream = f"calendar/{name}"
    done = {"stream": stream, "published": published, "recomputed": recomputed}
    Speaking(as_json).say(
        done, f"{stream} {year.year} 年已公布；重算案卷 {done['recomputed']} 件。"
    )


@click.group()
def policy() -> None:
    """政策包。 Policy packs."""


@policy.command("list")
@json_option
@pass_context
def list_policies(context: Context, as_json: bool) -> None:
    r"""已公布的政策包；新环境列出随附者。 The packs in force here.

    \b
    Exit status: 0 done; 2 it could not be tried.
    """
    import policies

    rules = context.rules
    rows = [
        {"id": pack, "version": terms.version, "title": terms.policy.label.zh, "where": "已公布"}
        for pack, terms in sorted(rules.policies.items())
    ]
    rows += [
        {
            "id": pack,
            "version": policies.shipped_pack(pack).version,
            "title": policies.shipped_pack(pack).label.zh,
            "where": "随附，未公布",
        }
        for pack in policies.pack_ids()
        if pack not in rules.policies
    ]
    columns = (("id", "政策包"), ("version", "版本"), ("title", "名称"), ("where", "状态"))
    print_table("policy", rows, as_json, columns)


@policy.command("show")
@click.argument("pack")
@pass_context
def show_policy(context: Context, pack: str) -> None:
    r"""打印政策包全文（JSON）。 Print a pack whole.

    \b
    Exit status: 0 done; 1 there is no such pack.
    """
    terms = _terms_here(context, pack)
    click.echo(json.dumps(terms.policy.model_dump(mode="json"), ensure_ascii=False, indent=2))


@policy.command("publish")
@click.argument(
    "file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--shipped", is_flag=True, help="公布全部随附政策包与日历。 Everything shipped.")
@registrar_option
@json_option
@pass_context
def publish_policy(
    context: Context, file: Path | None, shipped: bool, acting_person: str | None, as_json: bool
) -> None:
    r"""校验并公布政策包。 Validate a pack and put it on record.

    \b
    Exit status: 0 published; 1 refused; 2 usage.
    """
    if (file is None) == (not shipped):
        raise click.UsageError("请给出一个文件，或 --shipped。 Give a FILE or --shipped.")

    from services.bootstrapping import publish_shipped
    from services.policy_versions import publish_pack

    if file is None:
        streams = run(lambda: publish_shipped(context.books.desk))
    else:
        by = acting(context, acting_person).as_who()
        streams = publish_pack(context.books.desk, _validated(Policy, file), by)
    Speaking(as_json).say(
        {"published": streams},
        f"已公布：{'、'.join(streams)}" if streams else "没有需要公布的内容。 Nothing new.",
    )


def _validated(model: type[Any], file: Path) -> Any:
    try:
        return model.model_validate_json(file.read_bytes())
    except ValidationError as error:
        raise malformed(error) from None
    except (OSError, UnicodeDecodeError) as error:
        raise CommandRefused(
            "file-unreadable",
            f"无法读取 {file.name}（{type(error).__name__}）。",
            f"{file.name} cannot be read ({type(error).__name__}).",
        ) from None


@click.group()
def schema() -> None:
    """JSON Schema：命令、事实、政策包。 JSON Schemas."""


@schema.command("commands")
def commands_schema() -> None:
    """每类案卷的命令，按人填写的形式（密封字段为文本）。 Commands as people write them."""
    from services.command_schemas import commands

    _print_schema({category: commands(case) for category, case in CASES.items()})


@schema.command("facts")
def facts_schema() -> None:
    """每类案卷的事实，按入账的形式。 Facts as they are recorded."""
    _print_schema({category: case.facts.json_schema() for category, case in CASES.items()})


@schema.command("policy")
def policy_schema() -> None:
    """政策包。 Policy packs."""
    _print_schema(Policy.model_json_schema())


def _print_schema(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))
