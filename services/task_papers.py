"""What the papers about a task say, gathered from its facts as far as their reader sees them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from documents.completion import Completion, completion_paper
from documents.paper import Paper, Stand, moment
from documents.supervision import Step, Supervision, supervision_paper
from documents.task_order import Case, TaskOrder, task_order_paper
from domain.clocks import Deadline
from domain.task.facts import SupervisionLevel
from domain.task.state import Known
from ledger.entry import Entry
from projections.history import who
from services.reading_tasks import words_by
from wording.fields import EVIDENCE
from wording.labels import LABELS, clock_label, label
from wording.names import KnownNames
from wording.sentences import deadline_text, sentence

_DISPATCHES = frozenset({"task_dispatched.v1", "unit_designated.v1"})
_SUBMITTED = frozenset({"result_submitted.v1"})
_DONE_AGAIN = frozenset({"rework_ordered.v1", "task_reopened.v1"})
_FEEDBACK = frozenset({"task_rated.v1", "callback_recorded.v1", "rating_defaulted.v1"})
_SUPERVISED = frozenset({"supervision_raised.v1"})


@dataclass(frozen=True)
class TaskFile:
    """A task's facts in order, and the *names* by which their reader may know what they tell.

    *address* is where the task is looked up.
    """

    number: str
    state: Known
    entries: list[Entry]
    names: KnownNames
    address: str

    def all(self, kinds: frozenset[str], after: int = 0) -> list[Entry]:
        """Return the facts of these *kinds* after a version."""
        return [one for one in self.entries if one.kind in kinds and one.version > after]

    def last(self, kinds: frozenset[str]) -> Entry | None:
        """Return the newest fact of these *kinds*, or None."""
        found = self.all(kinds)
        return found[-1] if found else None

    def unit(self, code: str | None) -> str:
        """Return what a unit is called, "" for none."""
        return "" if code is None else self.names.unit(code, "zh")

    def opened(self, sealed: dict[str, Any] | None) -> str | None:
        """Return a sealed text as far as it is this reader's to see."""
        return None if sealed is None else self.names.opened(sealed)

    def told(self, entry: Entry) -> str:
        """Return a fact as its sentence."""
        return sentence(entry.kind, entry.fact, self.names, "zh")

    @property
    def stand(self) -> Stand:
        """What a paper of it is made from."""
        newest = self.entries[-1]
        return Stand(newest.position, newest.hash, newest.recorded_at, self.address)

    @property
    def handler(self) -> str | None:
        """The name of whoever handles it."""
        staff = self.state.body.holding.staff
        return None if staff is None else self.names.person(staff, "zh")

    @property
    def case(self) -> Case:
        """What every paper says of it."""
        body, need = self.state.body, self.state.body.need
        words = words_by(self.names, self.entries)
        urgency = label("URGENT" if body.is_urgent else "NORMAL", among="Urgency")
        return Case(
            number=self.number,
            category=self.names.category(need.category, "zh"),
            request_type=label(need.request_type),
            source=label(need.source),
            place=self.names.place(need.place, "zh"),
            urgency=f"{urgency}，涉及人身安全" if need.safety else urgency,
            registered_at=need.registered_at,
            residents=len(need.parties),
            ledger_row=need.ledger_row,
            pairing=None if need.pairing is None else self.names.case(need.pairing, "zh"),
            text=words["text"] or None,
            resident="，".join(filter(None, (words["name"], words["phone"], words["address"]))),
        )


def task_papers(file: TaskFile) -> list[str]:
    """Return the kinds of paper there are about a task as it stands."""
    return [kind for kind, paper in PAPERS.items() if paper.rests_on(file) is not None]


def task_paper(file: TaskFile, kind: str) -> Paper | None:
    """Return the paper of this kind about a task, None where there is none now."""
    paper = PAPERS.get(kind)
    fact = None if paper is None else paper.rests_on(file)
    return None if paper is None or fact is None else paper.made(file, fact)


def _dispatch(file: TaskFile) -> Entry | None:
    """Return the dispatch under which a unit has the task now."""
    body = file.state.body
    in_hand = body.holding.main is not None and body.sla.due is not None
    return file.last(_DISPATCHES) if in_hand else None


def _order(file: TaskFile, given: Entry) -> Paper:
    body = file.state.body
    due = body.sla.due
    assert due is not None, "it is in hand"
    return task_order_paper(
        TaskOrder(
            case=file.case,
            by=file.unit(given.by.unit or body.holding.street),
            main=file.unit(body.holding.main),
            assist=tuple(file.unit(one.unit) for one in body.assists),
            note=file.opened(given.fact.get("note") or given.fact.get("reason")),
            dispatched_at=given.recorded_at,
            sign_in_by=datetime.fromisoformat(given.fact["sign_in_by"]["due"]),
            due=due.due,
            due_because=_because(due),
            handler=file.handler,
            stand=file.stand,
        )
    )


def _result(file: TaskFile) -> Entry | None:
    """Return the newest result, unless it was sent back."""
    result, again = file.last(_SUBMITTED), file.last(_DONE_AGAIN)
    sent_back = result is not None and again is not None and again.version > result.version
    return None if sent_back else result


def _completion(file: TaskFile, result: Entry) -> Paper:
    body, fact, since = file.state.body, result.fact, result.version
    evidence = file.all(frozenset({"evidence_attached.v1"}))
    contacts = file.all(frozenset({"resident_contacted.v1"}))
    cents = int(fact["cost_cents"])
    return completion_paper(
        Completion(
            case=file.case,
            main=file.unit(result.by.unit or body.holding.main),
            assist=tuple((file.unit(one.unit), label(one.status)) for one in body.assists),
            handler=file.handler,
            submitted_at=result.recorded_at,
            on_time=bool(fact["on_time"]),
            resolved=bool(fact["resolved"]),
            reply=file.opened(fact["public_reply"]),
            note=file.opened(fact["internal_note"]),
            cost=f"{cents // 100}.{cents % 100:02}元" if cents else None,
            evidence=tuple(
                (
                    EVIDENCE.get(one.fact["label"], (one.fact["label"], ""))[0],
                    one.recorded_at,
                    bool(one.fact["on_site"]),
                )
                for one in evidence
            ),
            contacts=tuple((one.occurred_at, file.told(one)) for one in contacts),
            reviewed=_reviewed(file, since),
            feedback=tuple((one.occurred_at, file.told(one)) for one in file.all(_FEEDBACK, since)),
            reworks=body.handling.reworks,
            state=label(file.state.name),
            stand=file.stand,
        )
    )


def _reviewed(file: TaskFile, since: int) -> str:
    approved = file.all(frozenset({"result_approved.v1"}), since)
    if not approved:
        return "待审核"
    on_site = "，经现场核查" if approved[-1].fact["verified_on_site"] else ""
    by = _by(file, approved[-1])
    return f"审核通过{on_site}\n{by}，{moment(approved[-1].recorded_at)}"


def _raised(file: TaskFile) -> list[Entry]:
    return [one for one in file.all(_SUPERVISED) if one.fact["unit"] is not None]


def _step(file: TaskFile) -> Entry | None:
    """Return the newest step that a unit was reminded by, or more."""
    raised = _raised(file)
    return raised[-1] if raised else None


def _supervision(file: TaskFile, newest: Entry) -> Paper:
    body = file.state.body
    due = body.sla.due
    ahead = due is not None and due.due > newest.recorded_at
    return supervision_paper(
        Supervision(
            case=file.case,
            by=file.unit(newest.by.unit or body.holding.street),
            unit=file.unit(newest.fact["unit"]),
            steps=tuple(_steps(file)),
            due=None if due is None else due.due,
            due_because="" if due is None else _because(due),
            overdue=body.sla.overdue,
            state=label(file.state.name),
            answer_by=due.due if due is not None and ahead else None,
            stand=file.stand,
        )
    )


def _steps(file: TaskFile) -> Iterator[Step]:
    for one in _raised(file):
        reason = one.fact["reason"]
        yield Step(
            at=one.recorded_at,
            level=label(SupervisionLevel(one.fact["level"])),
            cause=_cause(str(one.fact["cause"])),
            by=_by(file, one),
            reason=file.opened(reason),
            sealed=reason is not None,
        )


def _by(file: TaskFile, entry: Entry) -> str:
    """Return who acted, without how it was known: that stands in the record."""
    by = entry.by
    person = by if by.person is None else by.model_copy(update={"known": None})
    return who(person, file.names)


def _because(due: Deadline) -> str:
    """Return why something is due when it is: how long, and since when."""
    return deadline_text(due.model_dump(mode="json")).partition("：")[0]


def _cause(code: str) -> str:
    causes = LABELS["SupervisionCause"]
    return causes[code][0] if code in causes else clock_label(code)


@dataclass(frozen=True)
class Kind:
    """A kind of paper: the fact it rests on, None while there is none, and how it is made."""

    rests_on: Callable[[TaskFile], Entry | None]
    made: Callable[[TaskFile, Entry], Paper]


PAPERS: dict[str, Kind] = {
    "order": Kind(_dispatch, _order),
    "completion": Kind(_result, _completion),
    "supervision": Kind(_step, _supervision),
}
"""Every kind of paper about a task, by the name it has in an address."""
