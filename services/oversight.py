"""Record that somebody looked: acts of audit and exports, in the name of who did them.

These go straight to the desk: they have no clerk, and an audit must leave its trace when Temporal
is away. What is recorded holds references, counts and digests, never a text about a resident.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from desk.casework import Asking, Who, Written
from desk.desk import Desk
from desk.identifiers import new_uuid7
from desk.orders import COMMAND_LINE, Door
from domain.casebook import CASES
from domain.envelope import By
from domain.oversight.words import AuditAct, AuditOutcome, ExportFormat
from domain.people import Channel, Known, Role, roles_named
from domain.refusals import CommandRefused
from domain.rules import Rules

OPERATOR = By(role=Role.SYSTEM, channel=Channel.SYSTEM, known=Known.LOCAL_OPERATOR)
"""Whoever runs programs beside the ledger without saying who acts: the system notes that they
looked, and they can do nothing else."""

_ABOUT_MAX = 200


def acting_by(
    rules: Rules, person: str, command: str, at: datetime, door: Door = COMMAND_LINE
) -> By:
    """Return *person*, who came by *door*, in the role held at *at* that may give *command*.

    Raises `CommandRefused` where the registry knows no such person or no fitting role.
    """
    known = rules.people.get(person)
    if known is None:
        raise CommandRefused(
            "person-unknown", "名册中没有此人。", "The registry does not know this person."
        )
    may = next(case.who_may[command] for case in CASES.values() if command in case.who_may)
    for grant in known.grants:
        if grant.stands(at) and grant.role in may:
            who = Who(person, door.channel, known=door.known)
            return who.acting(grant.role, grant.unit)
    chinese, english = roles_named(may)
    raise CommandRefused(
        "role-permitted",
        f"此人目前没有可以执行“{command}”的角色；可以执行的角色：{chinese}。",
        f"This person holds no role that may give {command}; roles that may: {english}.",
    )


def record_audit(
    desk: Desk,
    by: By,
    act: AuditAct | str,
    *,
    about: Sequence[str] = (),
    head: int,
    outcome: AuditOutcome | str,
    counts: Mapping[str, int] | None = None,
    reason: str | None = None,
) -> Written:
    """Record one act of audit on a stream of its own and return its receipt.

    *about* are references (`domain.oversight.words.Reference`; of more than 200 the first stand,
    and the count `about` says how many there were), *head* is the newest log position looked at
    (-1: none). Raises `CommandRefused`, or `LedgerUnavailable` when nothing was recorded.
    """
    told = dict(counts or {})
    if len(about) > _ABOUT_MAX:
        told["about"] = len(about)
    command = {
        "kind": "record_audit",
        "act": AuditAct(act).value,
        "about": list(about[:_ABOUT_MAX]),
        "head": head,
        "outcome": AuditOutcome(outcome).value,
        "counts": [{"name": name, "number": number} for name, number in sorted(told.items())],
        "reason": reason,
    }
    return record(desk, f"audit/{new_uuid7()}", by, command)


def record_export(
    desk: Desk,
    by: By,
    format: ExportFormat | str,  # noqa: A002 - the fact's own word
    *,
    about: Sequence[str] = (),
    head: int,
    rows: int,
    bytes: int,  # noqa: A002 - the fact's own word
    digest: str,
    openings: int = 0,
) -> Written:
    """Record that something was handed out, on a stream of its own, and return its receipt.

    *rows* and *bytes* tell its extent, *digest* is the SHA-256 of its bytes in hexadecimal,
    *openings* how many sealed texts it lets its reader see. Raises as `record_audit`.
    """
    command = {
        "kind": "record_export",
        "format": ExportFormat(format).value,
        "about": list(about[:_ABOUT_MAX]),
        "head": head,
        "rows": rows,
        "bytes": bytes,
        "digest": digest,
        "openings": openings,
    }
    return record(desk, f"audit/{new_uuid7()}", by, command)


def record(
    desk: Desk, stream: str, by: By, command: dict[str, Any], command_id: str | None = None
) -> Written:
    """Record one command of oversight now; raise `CommandRefused` where it is refused."""
    asking = Asking(command_id or f"oversight/{new_uuid7()}", by, command)
    (answer,) = desk.record_now(stream, [asking]).answers
    if isinstance(answer, CommandRefused):
        raise answer
    return answer
