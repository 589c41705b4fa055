"""How each fact of a support task changes the picture a board keeps of it."""

import json
from typing import Any

from domain.task.commands import ContactResult
from domain.task.facts import Resolution, SupervisionLevel, TaskState
from domain.task.state import ExtensionStatus
from domain.values import instant_text
from ledger.entry import Entry
from projections.task_picture import IN_HAND, Picture


def remember(picture: Picture, entry: Entry) -> None:
    """Change *picture* as the fact of *entry* says; a fact of no interest only moves the mark."""
    row, fact = picture.row, entry.fact
    at = instant_text(entry.recorded_at)
    row["version"], row["position"] = entry.version, entry.position
    match entry.kind:
        case "task_triaged.v1":
            picture.enters(TaskState.TRIAGED, at)
            picture.runs("queue", fact["queue_at"])
            for name in ("urgency", "duty_class", "category", "request_type", "place"):
                row[name] = fact[name]
            row["street"] = fact["place"][:9]
        case "task_not_admitted.v1":
            picture.final(TaskState.NOT_ADMITTED, fact["archive_at"], at)
        case "task_diverted.v1":
            picture.final(TaskState.DIVERTED, fact["archive_at"], at)
        case "task_merged.v1":
            picture.final(TaskState.MERGED, fact["archive_at"], at)
        case "duplicate_attached.v1":
            picture.open["residents"] = picture.open.get("residents") or bool(fact["subjects"])
            parts: list[str] = picture.open.get("parts", [])
            if fact["duplicate"] in parts:  # what was split off came back
                parts.remove(fact["duplicate"])
            else:
                row["duplicates"] += 1
        case "matter_split_off.v1":
            picture.open.setdefault("parts", []).append(fact["part"])
        case "task_urged.v1":
            row["urged"] = fact["number"]
        case "registration_corrected.v1":
            _corrected(picture, fact)
        case "urgency_raised.v1" if fact["triage_by"] is not None:
            row["urgency"] = "URGENT"
            picture.enters(TaskState.REGISTERED, at)
            picture.runs("triage", fact["triage_by"])
        case "urgency_raised.v1":
            row["urgency"] = "URGENT"
            picture.due(fact["due"])
        case "task_queued.v1":
            picture.enters(TaskState.PENDING_DISPATCH, at)
            picture.runs("dispatch", fact["dispatch_by"])
        case "task_dispatched.v1" | "unit_designated.v1":
            _sent(picture, entry, at)
        case "task_accepted.v1" | "task_auto_accepted.v1" | "return_refused.v1":
            picture.enters(TaskState.ACCEPTED, at)
        case "return_requested.v1":
            picture.enters(TaskState.RETURN_REVIEW, at)
            picture.runs("return_review", fact["review_by"])
        case "return_approved.v1" | "task_recalled.v1":
            picture.enters(TaskState.PENDING_DISPATCH, at)
            row["main_unit"] = row["staff"] = None
            row["extension"] = ExtensionStatus.NONE.value
            picture.forget("extension")
            picture.runs("dispatch", fact["dispatch_by"])
        case "dispute_opened.v1":
            picture.enters(TaskState.ADJUDICATION, at)
            picture.runs("adjudication", fact["adjudicate_by"])
        case "staff_assigned.v1":
            picture.enters(TaskState.IN_PROGRESS, at)
            row["staff"] = fact["person"]
            for name in ("first_contact", "stage_report"):
                if fact[f"{name}_by"] is not None:
                    picture.runs(name, fact[f"{name}_by"])
        case "task_taken_over.v1":
            if row["main_unit"] not in (None, fact["main"]):
                row["main_unit"], row["staff"] = fact["main"], None
                if row["state"] in IN_HAND - {TaskState.ADJUDICATION}:
                    picture.enters(TaskState.ACCEPTED, at)
        case _:
            _handling(picture, entry, at)


def _corrected(picture: Picture, fact: dict[str, Any]) -> None:
    """What was taken down wrongly; a requester named now is there to be called."""
    row = picture.row
    for name in ("source", "category", "request_type", "place", "matter"):
        if fact[name] is not None:
            row[name] = fact[name]
    row["street"] = row["place"][:9]
    if fact["urgent"] is not None:
        row["urgency"] = "URGENT" if fact["urgent"] else "NORMAL"
    if fact["safety"] is not None:
        row["safety"] = int(fact["safety"])
    if fact["requester"] is not None and row["requester"] is None:
        row["requester"], picture.open["residents"] = fact["requester"], True
    if fact["triage_by"] is not None:
        picture.runs("triage", fact["triage_by"])


def _sent(picture: Picture, entry: Entry, at: str) -> None:
    """A new unit starts with a clean ladder, no extension asked for, and its own assistants."""
    row, fact = picture.row, entry.fact
    picture.enters(TaskState.DISPATCHED, at)
    row["main_unit"], row["staff"] = fact["main"], None
    row["assist"] = json.dumps(sorted(fact["assist"]))
    row["dispatched_at"] = row["dispatched_at"] or at
    row["supervision"] = SupervisionLevel.NONE.value
    row["extension"] = ExtensionStatus.NONE.value
    picture.runs("sign_in", fact["sign_in_by"])
    picture.forget("extension", "carry", "termination", "assist")
    for name in [one for one in picture.limits if one.startswith("assist/")]:
        picture.runs(name, None)
    # A second dispatch after a return does not start the due clock again.
    if entry.kind == "unit_designated.v1" or fact["due"] != fact["due_before"]:
        picture.due(fact["due"])


def _handling(picture: Picture, entry: Entry, at: str) -> None:
    """The facts of a task in hand."""
    row, fact = picture.row, entry.fact
    match entry.kind:
        case "resident_contacted.v1":
            picture.open["attempts"] = picture.open.get("attempts", 0) + 1
            if fact["result"] == ContactResult.REACHED:
                picture.open["reached"] = True
        case "progress_logged.v1" if fact["next_stage_report_by"] is not None:
            picture.runs("stage_report", fact["next_stage_report_by"])
        case "assist_invited.v1":
            picture.open.setdefault("assist", {})[str(fact["number"])] = fact["unit"]
            picture.limits[f"assist/{fact['number']}"] = fact["due"]
        case "assist_submitted.v1":
            picture.open.get("assist", {}).pop(str(fact["number"]), None)
            picture.runs(f"assist/{fact['number']}", None)
        case "assist_overdue.v1":
            picture.runs(f"assist/{fact['number']}", None)
        case "whistle_blown.v1":
            called = picture.open.setdefault("whistle", {})
            called[str(fact["number"])] = sorted(fact["departments"])
            picture.runs(f"arrival/{fact['number']}", fact["arrive_by"])
        case "department_arrived.v1" | "department_absent.v1":
            _answered_whistle(picture, str(fact["number"]), fact["unit"])
        case "extension_requested.v1":
            row["extension"] = ExtensionStatus.REQUESTED.value
            picture.open["extension"] = fact["number"]
            picture.runs("extension_review", fact["review_by"])
        case "extension_granted.v1":
            row["extension"] = ExtensionStatus.GRANTED.value
            picture.forget("extension")
            picture.runs("extension_review", None)
            picture.due(fact["due"])
        case "extension_refused.v1":
            row["extension"] = ExtensionStatus.REFUSED.value
            picture.forget("extension")
            picture.runs("extension_review", None)
        case "carry_proposed.v1":
            picture.open["carry"] = []
        case "carry_approved.v1":
            picture.open["carry"] = sorted({*picture.open.get("carry", []), fact["key"]})
        case "carry_refused.v1":
            picture.forget("carry")
        case "task_carried.v1":
            picture.enters(TaskState.CARRIED, at)
            _requests_end(picture)
            picture.limits["carry_review"] = fact["review_at"]
            row["ledger_row"] = row["ledger_row"] or fact["ledger_row"]
        case "task_reactivated.v1":
            picture.enters(TaskState.IN_PROGRESS, at)
            row["supervision"] = SupervisionLevel.NONE.value
            picture.due(fact["due"])
        case "result_drafted.v1":
            picture.open["draft"] = entry.by.person
        case "termination_requested.v1":
            picture.open["termination"] = fact["ground"]
        case "termination_refused.v1":
            picture.forget("termination")
        case "task_terminated.v1":
            picture.final(TaskState.TERMINATED, fact["archive_at"], at)
        case "task_overdue.v1":
            picture.open["overdue"] = True
            picture.runs("due", None)
        case "limit_missed.v1":
            picture.runs(fact["clock"], None)
        case _:
            _ending(picture, entry, at)


def _requests_end(picture: Picture) -> None:
    """What waited for an answer is over; a request that was made stays one that was made."""
    picture.forget("carry", "termination", "extension")
    picture.runs("extension_review", None)
    if picture.row["extension"] == ExtensionStatus.REQUESTED:
        picture.row["extension"] = ExtensionStatus.NONE.value


def _answered_whistle(picture: Picture, number: str, unit: str) -> None:
    """A called department arrived, or was found absent."""
    called: dict[str, list[str]] = picture.open.get("whistle", {})
    awaited = [one for one in called.get(number, []) if one != unit]
    if awaited:
        called[number] = awaited
    else:
        called.pop(number, None)
        picture.runs(f"arrival/{number}", None)


def _ending(picture: Picture, entry: Entry, at: str) -> None:
    """The facts from the result to the archive, and those that may come at any time."""
    row, fact = picture.row, entry.fact
    match entry.kind:
        case "result_submitted.v1":
            picture.enters(TaskState.RESULT_REVIEW, at)
            _requests_end(picture)
            picture.forget("draft")
            for number in fact["assists_explained"]:
                picture.open.get("assist", {}).pop(str(number), None)
                picture.runs(f"assist/{number}", None)
            picture.runs("result_review", fact["review_by"])
        case "result_approved.v1":
            picture.enters(TaskState.CALLBACK, at)
            picture.forget("callback_listed")
            picture.runs("callback", fact["callback_by"])
            picture.runs("rating", fact["rating_until"])
        case "rework_ordered.v1":
            picture.enters(TaskState.IN_PROGRESS, at)
            row["rework_rounds"] += 1
            picture.due(fact["due"])
        case "callback_recorded.v1":
            picture.runs("callback", fact["next_callback_by"])
            _answered(picture, entry, at)
        case "task_rated.v1":
            _answered(picture, entry, at)
        case "rating_defaulted.v1":
            picture.final(TaskState.CLOSED, fact["archive_at"], at)
            row["resolution"] = fact["resolution"]
        case "callback_listed.v1":
            picture.open["callback_listed"] = True
        case "result_upheld.v1":
            picture.final(TaskState.CLOSED, fact["archive_at"], at)
            row["resolution"] = Resolution.EXPLAINED.value
        case "task_reopened.v1":
            _reopened(picture, entry, at)
        case "score_appeal_filed.v1":
            picture.open["score_appeal"] = fact["ground"]
        case "score_excluded.v1" | "score_upheld.v1":
            picture.forget("score_appeal")
        case "task_cancelled.v1":
            picture.final(TaskState.CANCELLED, fact["archive_at"], at)
        case "task_archived.v1":
            picture.final(TaskState.ARCHIVED, None, at)
        case "supervision_raised.v1":
            row["supervision"] = fact["level"]
            if fact["due"] is not None and fact["cause"].startswith("due."):
                picture.open["warned"] = True
        case "deadline_recalculated.v1":
            if fact["clock"] == "due":
                picture.due(fact["due"])
            else:
                picture.runs(fact["clock"], fact["due"])
        case "data_restricted.v1":
            picture.open["restricted"] = True
            row["privacy"] = "RESTRICTED"
        case "subject_key_destroyed.v1":
            row["privacy"] = "ERASED"
        case _:
            pass


def _answered(picture: Picture, entry: Entry, at: str) -> None:
    """A callback attempt or a rating: *then* says where it leads."""
    row, fact = picture.row, entry.fact
    if fact["grade"] is not None:
        row["grade"] = fact["grade"]
    then = fact["then"]
    if then == TaskState.CLOSED:
        if row["state"] != TaskState.CLOSED:
            picture.final(TaskState.CLOSED, fact["archive_at"], at)
            row["resolution"] = fact["resolution"] or Resolution.RESOLVED.value
        row["resolution"] = fact["resolution"] or row["resolution"]
    elif then != row["state"]:
        picture.enters(then, at)


def _reopened(picture: Picture, entry: Entry, at: str) -> None:
    """A new round begins from triage; who held it, and every resident, is kept."""
    row, fact = picture.row, entry.fact
    picture.enters(TaskState.TRIAGED, at)
    picture.runs("queue", fact["queue_at"])
    for name in ("first_contact", "stage_report", "due"):
        picture.runs(name, None)
    picture.forget("reached", "attempts", "draft", "score_appeal", "warned", "overdue")
    row["round"] = fact["round"]
    row["main_unit"] = row["staff"] = row["due"] = row["resolution"] = row["grade"] = None
    row["due_provisional"] = 0
    row["supervision"] = SupervisionLevel.NONE.value
    row["extension"] = ExtensionStatus.NONE.value
