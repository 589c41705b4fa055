"""Take an office's tables in: check every row, record the good once, hand the bad ones back."""

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from desk.casework import Who
from desk.gateway import Gateway
from desk.orders import Answer, Door, Order
from desk.sealing import opaque_uuid
from domain.people import Channel, Known
from domain.refusals import CommandRefused
from domain.rules import Rules
from domain.sealed import Sealed
from domain.units import Unit
from domain.values import instant_text
from importing.apart import read_apart
from importing.people import PEOPLE_FIELDS, PeopleReader, PersonRow
from importing.reading import mapping_of, read_table
from importing.tables import BadRow, Field, Limits, Problem, Row, Table, TableRefused, Unread
from importing.units import UNIT_FIELDS, UnitReader, UnitRow
from importing.writing import write_bad_rows

ZONE = timezone(timedelta(hours=8), "Asia/Shanghai")
UNPROVEN = Door(Channel.IMPORT, Known.LOCAL_OPERATOR)

Progress = Callable[[Sequence[Any], str], Iterator[Any]]
"""Goes through what is to be done, under its name, and shows how far that is."""


def unseen(items: Sequence[Any], label: str) -> Iterator[Any]:  # noqa: ARG001 - a `Progress`
    """Go through *items* and show nothing."""
    return iter(items)


@dataclass(frozen=True)
class Taking:
    """How a table is taken: what of it is read, and what is asked beside registering.

    *mapping* is the headings of a table that has its own, as somebody wrote them; *sheets* and
    *hidden* say what of the file is read; *update* records what differs from what is on record as
    a correction; *dry* looks at everything and records nothing.
    """

    mapping: Any = None
    bad_rows: Path | None = None
    sheets: tuple[str, ...] = ()
    hidden: bool = False
    update: bool = False
    dry: bool = False
    progress: Progress = unseen

    def table_of(self, path: Path, fields: Sequence[Field]) -> Table:
        """Read a table; raise `CommandRefused` where the file as a whole is not taken."""
        with _in_our_words():
            mapping = self._mapping_to(fields)
            return read_table(path, fields, mapping, sheets=self.sheets, hidden=self.hidden)

    def table_in(self, content: bytes, fields: Sequence[Field], limits: Limits) -> Table:
        """Read a stranger's table in a process of its own; raise as `table_of`."""
        with _in_our_words():
            mapping, sheets = self._mapping_to(fields), self.sheets
            return read_apart(content, fields, limits, mapping, sheets=sheets, hidden=self.hidden)

    def _mapping_to(self, fields: Sequence[Field]) -> dict[str, str] | None:
        return None if self.mapping is None else mapping_of(self.mapping, fields)


@contextmanager
def _in_our_words() -> Iterator[None]:
    """Raise the refusal of a file as one of a command."""
    try:
        yield
    except TableRefused as refused:
        raise CommandRefused(refused.rule, refused.chinese, refused.english) from None


@dataclass(frozen=True)
class EnteredBy:
    """In whose name rows are entered: *by* (none: whoever has to do with each place), the pack."""

    by: dict[str, Any] | None = None
    door: Door = UNPROVEN
    policy: str | None = None


@dataclass
class Intake:
    """What became of a table: every cell of it is in one of these figures, or named here."""

    file: str
    recorded: int = 0
    repeated: int = 0
    corrected: int = 0
    met: int = 0
    """Rows of a check-up whose value meets its target: there is nothing to record."""
    refused: list[BadRow] = field(default_factory=list)
    unread: tuple[Unread, ...] = ()
    kept: list[tuple[Row, str]] = field(default_factory=list)
    bad_rows_file: Path | None = None
    dry: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the figures and, for every bad row, where and why; never what stood there."""
        return {
            "file": self.file,
            "bad_rows_file": None if self.bad_rows_file is None else str(self.bad_rows_file),
            "dry_run": self.dry,
            "recorded": self.recorded,
            "repeated": self.repeated,
            "corrected": self.corrected,
            "met": self.met,
            "refused": len(self.refused),
            "problems": [
                {
                    "sheet": row.row.sheet,
                    "row": row.row.number,
                    "cell": problem.cell,
                    "rule": problem.rule,
                    "chinese": problem.chinese,
                    "english": problem.english,
                }
                for row in self.refused
                for problem in row.problems
            ],
            "unread": [dataclasses.asdict(one) for one in self.unread],
            "kept_with_text": [
                {"sheet": row.sheet, "row": row.number, "place": row.place, "what": what}
                for row, what in self.kept
            ],
        }

    def hand_back(self, row: Row, problem: Problem) -> None:
        """Note a row that is not taken, and why."""
        self.refused.append(BadRow(row, (problem,)))

    def note(self, row: Row, answers: Sequence[Answer]) -> None:
        """Note what became of one row; a refusal becomes a problem of the row."""
        refusal = next((answer.refusal for answer in answers if answer.refusal is not None), None)
        if refusal is not None:
            self.hand_back(row, of_refusal(row, refusal))
        elif all(answer.receipt is not None and answer.receipt.repeated for answer in answers):
            self.repeated += 1
        else:
            self.recorded += 1

    def write_bad_rows(self, table: Table, asked: Path | None) -> None:
        """Write the rows that were not taken to *asked*, or beside the table; none: no file."""
        if self.refused and not self.dry:
            target = asked or beside(Path(self.file))
            self.bad_rows_file = write_bad_rows(table, self.refused, target)


def beside(file: Path) -> Path:
    """Return where the rows handed back from *file* go where nobody says otherwise."""
    return file.with_name(f"{file.stem}-退回")


def of_refusal(row: Row, refusal: Any) -> Problem:
    """Return a refusal of the domain as a problem of the whole row."""
    return Problem(f"{row.place}{row.number}", "", refusal.rule, refusal.chinese, refusal.english)


def differs(row: Row, fields: Sequence[Field], names: Sequence[str], what: str) -> Problem:
    """Return the problem of a row that says otherwise than the record, naming the columns."""
    zh = "、".join(one.headings[0] for one in fields if one.name in names)
    return Problem(
        f"{row.place}{row.number}",
        "",
        "row-differs",
        f"与已登记的（{what}）不一致：{zh}；确认更正的，请加 --update 再次导入。",
        f"The row differs from what is on record ({what}): {', '.join(names)}; import it again "
        "with --update to have it corrected.",
    )


# -- units and people ------------------------------------------------------------------------


async def take_units(
    gateway: Gateway, table: Table, name: str, by: Who, taking: Taking | None = None
) -> Intake:
    """Register the units of *table*, parents first; tell or record what changed in known ones."""
    taking = taking or Taking()
    rules = rules_of(gateway)
    reader = UnitReader(
        lines=rules.under(None).policy.lines,
        known=frozenset(rules.units),
        since=datetime.now(UTC),
        zone=ZONE,
    )
    rows = reader.read(table)
    intake = Intake(name, refused=list(rows.bad), unread=table.unread, dry=taking.dry)
    entering = Entering(gateway, by, intake, taking)
    for row in taking.progress(rows.good, "导入单位"):
        stands = rules.units.get(row.unit.code)
        if stands is None:
            # A parent that stands further up in this table is not in the registry yet.
            known = row.unit.parent is None or row.unit.parent in rules.units
            await entering.enter(row.row, *unit_entry(row), decide=known)
            continue
        changed = changes_of(row, stands)
        named = [UNIT_COLUMNS.get(field, field) for field in changed]
        what = f"单位 {stands.code}"
        problem = differs(row.row, UNIT_FIELDS, named, what) if changed else None
        await entering.correct(row.row, f"unit/{stands.code}", "change_unit", changed, problem)
    return intake


UNIT_COLUMNS = {"unit_kind": "kind"}
"""Columns of a list of units that are called otherwise in the command."""


def changes_of(row: UnitRow, stands: Unit) -> dict[str, Any]:
    """Return what *row* says otherwise than the registry, as a change would give it.

    What a row leaves empty it does not say.
    """
    said = {
        "name": row.unit.name,
        "unit_kind": row.unit.kind.value,
        "division": row.unit.division,
        "line": row.unit.line,
        "parent": row.unit.parent,
    }
    before = {
        "name": stands.name,
        "unit_kind": stands.kind.value,
        "division": stands.division,
        "line": stands.line,
        "parent": stands.parent,
    }
    changed: dict[str, Any] = {
        name: value for name, value in said.items() if value and value != before[name]
    }
    if row.since_said and row.unit.since != stands.since:
        changed["since"] = instant_text(row.unit.since)
    return changed


async def take_people(
    gateway: Gateway, table: Table, name: str, by: Who, taking: Taking | None = None
) -> Intake:
    """Register the people of *table* and the roles they hold; tell or record who changed."""
    taking = taking or Taking()
    rules = rules_of(gateway)
    reader = PeopleReader(units=frozenset(rules.units), since=datetime.now(UTC), zone=ZONE)
    rows = reader.read(table)
    intake = Intake(name, refused=list(rows.bad), unread=table.unread, dry=taking.dry)
    entering = Entering(gateway, by, intake, taking)
    for row in taking.progress(rows.good, "导入人员"):
        stream, (register, grant) = person_entries(gateway, row)
        known = rules.people.get(stream)
        if known is None:
            await entering.enter(row.row, stream, [register, grant], decide=False)
            continue
        changed = person_changes(gateway, stream, row)
        problem = differs(row.row, PEOPLE_FIELDS, list(changed), f"工号 {row.staff_number}")
        granted = [one for one in known.grants if (one.role, one.unit) == (row.role, row.unit)]
        standing = [one for one in granted if one.until is None or one.until > datetime.now(UTC)]
        if granted and not standing:
            intake.hand_back(row.row, role_ended(row))
        elif changed:
            await entering.correct(row.row, stream, "change_person", changed, problem)
        elif standing:
            intake.repeated += 1
        else:
            await entering.enter(row.row, stream, [grant])
    return intake


def person_changes(gateway: Gateway, stream: str, row: PersonRow) -> dict[str, Any]:
    """Return the name and number that *row* says otherwise than the record."""
    stands: dict[str, str | None] = {}
    for entry in gateway.books.ledger.read(stream):
        for name in ("name", "phone"):
            if sealed := entry.fact.get(name):
                plain = gateway.books.vault.open(Sealed.model_validate(sealed))
                stands[name] = None if plain is None else plain.decode("utf-8")
    said = {"name": row.name, "phone": row.phone}
    return {name: value for name, value in said.items() if value and value != stands.get(name)}


def since_fixed(row: Row) -> Problem:
    """Return the problem of a unit that would have begun at another time: facts build on it."""
    return row.problem(
        "since",
        "since-fixed",
        "启用日期已经入账，不能更改；请照登记的日期填写或留空。",
        "Since when the unit exists is on record and does not change; write it so, or leave it "
        "empty.",
    )


def role_ended(row: PersonRow) -> Problem:
    """Return the problem of a role that was taken back: a list is no new grant."""
    return row.row.problem(
        "role",
        "role-ended",
        "该角色已收回或到期；如需重新授予，请用 jiedui person grant。",
        "The role was taken back or has ended; grant it anew with jiedui person grant.",
    )


@dataclass(frozen=True)
class Entering:
    """Gives the commands of rows in the name of *by*, or only decides them on a dry run."""

    gateway: Gateway
    by: Who
    intake: Intake
    taking: Taking

    async def enter(
        self,
        row: Row,
        stream: str,
        commands: Sequence[tuple[str, dict[str, Any]]],
        *,
        decide: bool = True,
    ) -> None:
        """Have *commands*, each with its command id, recorded; note what became of the row.

        On a dry run they are decided, unless what they build on is not on record yet.
        """
        giver = {"person": self.by.person, "unit": self.by.unit, "role": self.by.role}
        orders = [
            Order.model_validate(
                {"stream": stream, "command_id": command_id, "by": giver, "command": command}
            )
            for command_id, command in commands
        ]
        door = Door(Channel.IMPORT, self.by.known or UNPROVEN.known, self.by.session)
        if not self.taking.dry:
            self.intake.note(row, await self.gateway.submit_batch(orders, door))
            return
        try:
            for order in orders if decide else ():
                await self.gateway.would(order, door)
            self.intake.recorded += 1
        except CommandRefused as refusal:
            self.intake.hand_back(row, of_refusal(row, refusal))

    async def correct(
        self, row: Row, stream: str, kind: str, changed: dict[str, Any], problem: Problem | None
    ) -> None:
        """Record *changed* as a change of what is known, or hand the row back with what differs."""
        if problem is None or not changed:
            self.intake.repeated += 1
            return
        if "since" in changed:
            self.intake.hand_back(row, since_fixed(row))
            return
        if not self.taking.update:
            self.intake.hand_back(row, problem)
            return
        command = {"kind": kind, "reason": "导入表更正", **changed}
        version = len(self.gateway.books.ledger.read(stream))
        before = self.intake.recorded
        await self.enter(row, stream, [(f"import/correction/{version}", command)])
        self.intake.corrected += self.intake.recorded - before
        self.intake.recorded = before


def unit_entry(row: UnitRow) -> tuple[str, list[tuple[str, dict[str, Any]]]]:
    """Return what registers a unit; the same unit always gives the same command id."""
    unit = row.unit
    command = {
        "kind": "register_unit",
        "name": unit.name,
        "unit_kind": unit.kind.value,
        "division": unit.division,
        "line": unit.line,
        "parent": unit.parent,
        "since": instant_text(unit.since),
    }
    return f"unit/{unit.code}", [(f"import/unit/{unit.code}", command)]


def person_entries(
    gateway: Gateway, row: PersonRow
) -> tuple[str, list[tuple[str, dict[str, Any]]]]:
    """Return what registers a person and grants the row's role."""
    register: dict[str, Any] = {"kind": "register_person", "name": row.name}
    if row.phone:
        register["phone"] = row.phone
    grant = {
        "kind": "grant_role",
        "role": row.role.value,
        "unit": row.unit,
        "since": instant_text(row.since),
    }
    commands = [("register", register), (f"grant/{row.role.value}/{row.unit}", grant)]
    return f"person/{person_id(gateway, row.staff_number)}", [
        (f"import/{name}", command) for name, command in commands
    ]


def person_id(gateway: Gateway, staff_number: str) -> str:
    """Return the opaque id of the person with *staff_number*, the same in every import."""
    return opaque_uuid("person", gateway.books.vault.token("staff-number", staff_number.encode()))


def rules_of(gateway: Gateway) -> Rules:
    """Return the rules as the registry has them now."""
    return gateway.books.rulebook.rules(gateway.desk.neighbours)
