"""`jiedui demo`: the main job end to end on the sample district, with a summary at the end."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from cli.context import Context, Speaking, json_option, pass_context, run
from cli.progress import progressing
from demo.accounts import Accounts
from demo.cast import Cast
from demo.facilities import read_lists
from demo.findings import REMEDY_TASKS, read_checkup
from demo.home import fresh_home
from demo.leaving import leave_work
from demo.logins import give_passwords
from demo.pairings import POLICY, plans
from demo.pilots import Sample
from demo.playing import Playing, set_aside, to_review
from demo.programme import programme
from demo.providers import SERVED_TASKS, read_providers
from demo.province import state_last_month
from demo.showing import Showing
from demo.stage import Room, Stage
from demo.summary import Summary, print_summary, summary_of
from demo.witnesses import invite, two_witnesses
from desk.casework import Who
from desk.gateway import Gateway
from domain.refusals import CommandRefused
from importing.needs import NEED_FIELDS, NeedRow
from importing.people import PEOPLE_FIELDS
from importing.units import UNIT_FIELDS
from services.intake import Intake, Taking
from services.need_intake import need_reader
from services.roster_intake import take_people, take_units

SAMPLE = Path("examples/tianhe")
AT_ONCE = 10
"""Episodes that work side by side; those that wait for a clock do not count."""


@click.command()
@click.option(
    "--keep",
    is_flag=True,
    help="保留上次演示的数据（改名存放）。 Set the data of an earlier demo aside, not delete them.",
)
@click.option(
    "--sample",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="示例目录，默认 examples/tianhe。 Folder of the sample district.",
)
@click.option("--streets", type=click.IntRange(1, 21), hidden=True)
@json_option
@pass_context
def demo(
    context: Context, keep: bool, sample: Path | None, streets: int | None, as_json: bool
) -> None:
    r"""在示例区完整演示：导入、结对、派单、办理、评价、核验。 The main job end to end.

    A real Temporal server, worker and ledger under <JIEDUI_HOME>/demo; limits count in seconds.

    \b
    Exit status: 0 everything was shown and the ledger is intact; 1 something is missing;
    2 it could not be tried.
    """
    folder = sample or sample_folder()
    own = Context(fresh_home(context.settings, keep=keep))
    try:
        staged = run(lambda: staging(own, folder, streets))
        summary = summary_of(
            own,
            staged.playing,
            staged.intakes,
            staged.seconds,
            staged.policy_file,
            staged.statement,
        )
    finally:
        own.close()
    finish(summary, as_json)


def finish(summary: Summary, as_json: bool) -> None:
    """Say what was shown, and end with status 1 where something is missing."""
    if as_json:
        Speaking(as_json=True).say(summary.as_json(), "")
    else:
        print_summary(summary)
    if not summary.complete:
        raise click.exceptions.Exit(1)


def sample_folder() -> Path:
    """Return the sample district beside the program, or in the folder one stands in."""
    for folder in (SAMPLE, Path(__file__).resolve().parents[1] / SAMPLE):
        if (folder / "needs.xlsx").is_file():
            return folder
    raise CommandRefused(
        "sample-missing",
        "找不到示例数据 examples/tianhe；请在源码目录中运行，或用 --sample 指明。",
        "The sample examples/tianhe was not found; run this in the checkout, or give --sample.",
    )


@dataclass
class Staged:
    """What was played, from which tables, and how long it took."""

    playing: Playing
    intakes: list[Intake]
    seconds: float
    policy_file: Path
    registrar: Who
    statement: Path | None = None
    """The figure statement of last month, once it was published."""


async def staging(context: Context, folder: Path, streets: int | None) -> Staged:
    """Run everything on this machine, play the programme, stop everything."""
    from cli.operate import everything, stop_signal

    stop = await stop_signal()
    # The witnesses outlive the log's last checkpoint, which is signed when everything stops.
    async with (
        two_witnesses(context.settings.home) as witnesses,
        everything(context, lambda line: click.echo(line, err=True)),
    ):
        policy_file = await invite(context, witnesses)
        work = asyncio.create_task(played(context.gateway, folder, streets, policy_file))
        told = asyncio.create_task(stop.wait())
        await asyncio.wait({work, told}, return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            work.cancel()
            with suppress(asyncio.CancelledError):
                await work
            raise click.Abort
        told.cancel()
        staged = await work
        await asyncio.to_thread(leave_something, context, folder, staged.registrar)
        staged.statement = await state_last_month(context, staged.registrar)
        return staged


def leave_something(context: Context, folder: Path, registrar: Who) -> None:
    """Leave open needs for people to go on with, and let one person of each role sign in."""
    rules = context.rules
    cast = Cast(rules, rules.under(POLICY).policy, datetime.now(UTC))
    leave_work(context.gateway, cast)
    give_passwords(context, cast, folder, registrar)


async def played(gateway: Gateway, folder: Path, streets: int | None, policy_file: Path) -> Staged:
    """Import the tables, then play pairings and needs."""
    started = datetime.now(UTC)
    home = Path(str(gateway.books.ledger.url.database)).parent
    accounts = await asyncio.to_thread(Accounts, gateway.desk, home)
    registrar = accounts.registrar
    taking = Taking(progress=progressing)
    units = taking.table_of(folder / "units.xlsx", UNIT_FIELDS)
    intakes = [await take_units(gateway, units, "units.xlsx", registrar, taking)]
    people = taking.table_of(folder / "people.xlsx", PEOPLE_FIELDS)
    intakes.append(await take_people(gateway, people, "people.xlsx", registrar, taking))
    rules = gateway.books.rulebook.rules(gateway.desk.neighbours)
    cast = Cast(rules, rules.under(POLICY).policy, datetime.now(UTC))
    chosen = cast.streets()[:streets]
    rows, intake = needs_of(gateway, folder / "needs.xlsx", {one.division for one in chosen})
    intakes.append(intake)
    paired = plans(cast, chosen)
    share = len(chosen) / len(cast.streets())
    kept = set_aside(paired, rows)
    made = programme(cast, rows, kept, to_review(paired, rows), share)
    pilots = await asyncio.to_thread(Sample.of, folder / "programme.json")
    stage = Stage(gateway, cast, Room(AT_ONCE), accounts)
    with Showing() as showing:
        playing = Playing(stage, showing)
        following = asyncio.create_task(stage.follow())
        try:
            async with asyncio.TaskGroup() as background:
                await playing.play_pairings(paired, background)
                within = {one.division for one in chosen}
                checked, checkup = await asyncio.to_thread(
                    read_checkup, stage, folder / "checkup.xlsx", within
                )
                listed = await asyncio.to_thread(read_lists, stage, folder, within)
                served = read_providers(stage, folder / "providers.json")
                intakes += [checkup, listed.site_intake, listed.facility_intake]
                async with asyncio.TaskGroup() as side_by_side:
                    side_by_side.create_task(playing.play_findings(checked, checkup))
                    side_by_side.create_task(playing.play_facilities(listed))
                    side_by_side.create_task(playing.play_providers(served))
                    side_by_side.create_task(playing.play_pilots(pilots))
                    side_by_side.create_task(playing.play_needs(made))
        finally:
            following.cancel()
    registered = stage.log.kinds["task_registered.v1"]
    intake.recorded = registered - len(paired) - REMEDY_TASKS - SERVED_TASKS
    seconds = (datetime.now(UTC) - started).total_seconds()
    return Staged(playing, intakes, seconds, policy_file, registrar)


def needs_of(gateway: Gateway, file: Path, divisions: set[str]) -> tuple[list[NeedRow], Intake]:
    """Read the problem ledger; the rows that cannot be taken are handed back beside the ledger."""
    table = Taking().table_of(file, NEED_FIELDS)
    read = need_reader(gateway, POLICY).read(table)
    intake = Intake(file.name, refused=list(read.bad), unread=table.unread)
    home = Path(str(gateway.books.ledger.url.database)).parent
    intake.write_bad_rows(table, home / "needs-退回")
    return [row for row in read.good if row.place[:9] in divisions], intake
