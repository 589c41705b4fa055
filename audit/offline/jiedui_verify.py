#!/usr/bin/env python3
# ruff: noqa: TRY301 - a rule is broken where it is read, and told where its file is known
"""Check an export of a jiedui ledger: offline, with this one file, believing nobody's word.

An auditor gives the export and the public keys they trust; the keys are never read from the
export. Everything wrong is listed with its position in the log, not only the first fault. What is
checked, in this order: the package and its manifest; every checkpoint, the log's signature and the
witnesses' cosignatures on it; every entry (canonical bytes, fields, versions, the chain of its
case, recorded times, the order of states); the Merkle root at every checkpoint; what was erased and
what was opened; RFC 3161 time stamps. Case files and single proofs are checked the same way.

Python 3.9 or newer, standard library only. Nothing is written, unpacked or sent anywhere.
Read it from top to bottom: tools first (JSON, Ed25519, notes, trees), then entries, then the
package, then case files and proofs, then the command line.

Formats: RFC 6962 (tree), RFC 8032 (Ed25519), RFC 8785 (canonical JSON), RFC 3161 (time stamps),
C2SP signed-note, tlog-checkpoint, tlog-cosignature, tlog-proof, tlog-policy.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import re
import stat
import struct
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

BUNDLE_FORMAT = "jiedui-evidence/1"
CASE_FORMAT = "jiedui-case/1"
PROOF_TITLE = b"c2sp.org/tlog-proof@v1"
SUITE = "SHA-256+Ed25519"
TOLERANCE_SECONDS = 300
"""How far a recorded time may lie outside the cosigned times around it."""

INTEGER_MAX = 2**53 - 1
DEPTH_MAX = 100
ENTRY_BYTES_MAX = 65_535
LINE_BYTES_MAX = 16 * 2**20
NOTE_BYTES_MAX = 1_000_000
DOCUMENT_BYTES_MAX = 256 * 2**20
TOKEN_BYTES_MAX = 2**20
DIRECTORY_BYTES_MAX = 64 * 2**20
UNPACKED_FACTOR_MAX = 200
"""A package that unpacks to more than this many times its size (and 64 MiB) is not unpacked."""

RULES: dict[str, tuple[str, str]] = {
    "format": ("不是可识别的格式", "the format is not one this program knows"),
    "zip": ("压缩包损坏", "the package is damaged"),
    "name": ("文件名不合规", "a file name has no place in a package"),
    "manifest": ("清单缺失或不合规", "the manifest is missing or malformed"),
    "missing": ("清单所列文件缺失", "a file is missing"),
    "unlisted": ("文件未列入清单", "a file is not in the manifest"),
    "file": ("文件与清单不符", "a file is not the one the manifest lists"),
    "size": ("条数与清单不符", "the number of entries is not the manifest's"),
    "origin": ("日志名称不符", "this is another log"),
    "unreadable": ("记录无法读取", "the entry cannot be read"),
    "canonical": ("内容不是规范格式", "the bytes are not canonical JSON"),
    "fields": ("字段不是账本字段", "the fields are not those of an entry"),
    "version": ("版本号不连续", "the versions of the case are not dense"),
    "previous": ("与前一条记录不相连", "the entry does not follow the one before it"),
    "time": ("记录时间倒退", "the recorded time goes back"),
    "time-window": ("记录时间与见证时间不符", "the recorded time contradicts the cosigned times"),
    "seen": ("引用了之后的位置", "the entry has seen what came after it"),
    "legality": ("状态流转不合法", "this fact cannot follow the state of the case"),
    "checkpoint": ("检查点不合规", "the checkpoint is malformed"),
    "suite": ("密码套件未知", "the checkpoint relies on a suite this program cannot check"),
    "log-signature": ("日志签名缺失或不成立", "the log's signature is missing or wrong"),
    "cosignature": ("见证签名不成立", "a witness's cosignature does not verify"),
    "root": ("默克尔根不符", "the entries do not give the root of the checkpoint"),
    "truncated": ("记录少于检查点", "the checkpoint covers entries that are not here"),
    "uncovered": ("记录未被检查点覆盖", "no checkpoint covers the entries from here on"),
    "quorum": ("见证人数不足", "too few of the trusted witnesses cosigned"),
    "tile": ("切片与记录不符", "a tile is not that of the entries"),
    "erasure": ("删除与事实不符", "what was erased disagrees with the facts"),
    "opening": ("启封内容与事实不符", "an opening disagrees with the fact"),
    "history": ("流程历史与封存记录不符", "no fact seals this workflow history"),
    "timestamp": ("时间戳不成立", "the time stamp does not verify"),
    "stream-head": ("案卷末端不符", "the signed head is not the end of this case"),
    "case": ("案卷文件不合规", "the case file is malformed"),
    "stream": ("记录不属于该案卷", "the entry belongs to another case"),
    "position": ("日志位置不递增", "the positions do not grow"),
    "inclusion": ("包含证明不成立", "the proof does not lead to the checkpoint's root"),
    "proof": ("证明文件不合规", "the proof file is malformed"),
    "receipt": ("回执与记录不符", "what somebody was given a receipt for does not stand there"),
}
"""Every rule, and what it means that it is broken, in Chinese and in English."""

NO_WITNESS = (
    "没有任何外部见证：持有日志私钥的运营方可以重写全部记录而本核验不能发现。 Without any outside "
    "witness, an operator who holds the log's key could have rewritten everything unnoticed."
)

STATES = """
[task]
BEFORE = REGISTERED TRIAGED PENDING_DISPATCH
HELD = DISPATCHED RETURN_REVIEW ADJUDICATION ACCEPTED IN_PROGRESS
ANSWERED = RESULT_REVIEW CALLBACK RATING DISSATISFIED
FINAL = CLOSED NOT_ADMITTED DIVERTED MERGED CANCELLED TERMINATED
task_registered: NONE > REGISTERED
task_triaged: REGISTERED > TRIAGED
task_not_admitted: REGISTERED TRIAGED > NOT_ADMITTED
task_diverted: REGISTERED TRIAGED > DIVERTED
task_merged: BEFORE HELD CARRIED ANSWERED > MERGED
duplicate_attached conflict_declared: BEFORE HELD CARRIED ANSWERED FINAL ARCHIVED > same
data_restricted: BEFORE HELD CARRIED ANSWERED FINAL ARCHIVED > same
registration_corrected task_urged provider_named: BEFORE HELD CARRIED ANSWERED > same
matter_split_off: REGISTERED TRIAGED > same
urgency_raised: BEFORE > REGISTERED
urgency_raised: HELD > same
task_cancelled: BEFORE HELD CARRIED > CANCELLED
task_queued: TRIAGED > PENDING_DISPATCH
task_dispatched: PENDING_DISPATCH > DISPATCHED
task_accepted task_auto_accepted: DISPATCHED > ACCEPTED
sign_in_overdue: DISPATCHED > same
return_requested: DISPATCHED ACCEPTED > RETURN_REVIEW
return_approved: RETURN_REVIEW > PENDING_DISPATCH
return_refused: RETURN_REVIEW > ACCEPTED
task_recalled: HELD > PENDING_DISPATCH
dispute_opened: RETURN_REVIEW > ADJUDICATION
unit_designated: ADJUDICATION > DISPATCHED
task_taken_over: DISPATCHED RETURN_REVIEW ACCEPTED IN_PROGRESS > ACCEPTED if moved
task_taken_over department_arrived department_absent: BEFORE HELD CARRIED ANSWERED > same
supervision_raised: BEFORE HELD CARRIED ANSWERED > same
staff_assigned: ACCEPTED IN_PROGRESS > IN_PROGRESS
resident_contacted progress_logged carry_proposed carry_approved carry_refused: IN_PROGRESS > same
result_drafted termination_requested termination_refused: IN_PROGRESS > same
evidence_attached: IN_PROGRESS RESULT_REVIEW > same
assist_invited: DISPATCHED IN_PROGRESS > same
assist_submitted assist_overdue whistle_blown: HELD CARRIED > same
extension_requested extension_granted: ACCEPTED IN_PROGRESS > same
extension_refused: RETURN_REVIEW ADJUDICATION ACCEPTED IN_PROGRESS > same
task_carried: IN_PROGRESS > CARRIED
task_reactivated: CARRIED > IN_PROGRESS
result_submitted: IN_PROGRESS > RESULT_REVIEW
result_approved: RESULT_REVIEW > CALLBACK
rework_ordered: RESULT_REVIEW DISSATISFIED > IN_PROGRESS
callback_recorded: CALLBACK > then CALLBACK RATING DISSATISFIED CLOSED
task_rated: CALLBACK > then CALLBACK DISSATISFIED CLOSED
task_rated: RATING DISSATISFIED > then RATING DISSATISFIED CLOSED
task_rated: CLOSED > then CLOSED
rating_defaulted: CALLBACK RATING > CLOSED
feedback_asked feedback_reminded callback_listed: CALLBACK RATING > same
rating_link_issued: CALLBACK RATING DISSATISFIED > same
result_upheld: DISSATISFIED > CLOSED
task_reopened: CLOSED > TRIAGED
score_appeal_filed score_excluded score_upheld: CLOSED > same
task_terminated: IN_PROGRESS > TERMINATED
task_archived: FINAL > ARCHIVED
task_overdue: HELD > same
limit_missed: REGISTERED PENDING_DISPATCH ADJUDICATION ACCEPTED IN_PROGRESS > same
limit_missed: RESULT_REVIEW CALLBACK > same
deadline_recalculated: BEFORE HELD CARRIED ANSWERED FINAL > same
subject_key_destroyed: FINAL ARCHIVED > same
finding_linked: BEFORE HELD CARRIED ANSWERED FINAL > same
[pairing]
RUNNING = ACTIVE ADJUSTING SUSPENDED UNDER_REVIEW
pairing_drafted: NONE > DRAFT
pairing_list_attached: DRAFT NEGOTIATING > same
pairing_proposed: DRAFT NEGOTIATING > PROPOSED
proposal_accepted counter_proposed: PROPOSED > NEGOTIATING if sign_by
proposal_accepted counter_proposed: PROPOSED > same
proposal_lapsed: PROPOSED > WITHDRAWN
pairing_withdrawn: DRAFT PROPOSED NEGOTIATING > WITHDRAWN
project_claimed agreement_signed: NEGOTIATING > same
pairing_submitted: NEGOTIATING > PENDING_APPROVAL
pairing_approved: PENDING_APPROVAL > ACTIVE
pairing_rejected: PENDING_APPROVAL > REJECTED
pairing_adjustment_requested: ACTIVE > ADJUSTING
pairing_adjusted adjustment_refused: ADJUSTING > ACTIVE
pairing_suspended: ACTIVE > SUSPENDED
pairing_resumed: SUSPENDED > ACTIVE
pairing_renewed review_fell_due: ACTIVE > same
pairing_expired: RUNNING > EXPIRED
review_opened: ACTIVE > UNDER_REVIEW
review_score_given: UNDER_REVIEW > same
review_scored: UNDER_REVIEW > TERMINATING if hand_over_by
review_scored: UNDER_REVIEW > ACTIVE
exit_requested: ACTIVE > TERMINATING
task_handed_over: TERMINATING > same
pairing_ended: TERMINATING > ENDED
pairing_limit_missed: NEGOTIATING PENDING_APPROVAL ADJUSTING UNDER_REVIEW TERMINATING > same
pairing_deadline_recalculated: PROPOSED NEGOTIATING PENDING_APPROVAL RUNNING TERMINATING > same
commitment_delivered commitment_delivery_confirmed: RUNNING TERMINATING > same
commitment_delivery_disputed delivery_dispute_settled: RUNNING TERMINATING > same
delivery_taken_back commitment_revision_asked: RUNNING TERMINATING > same
commitment_revised commitment_revision_refused commitment_missed: RUNNING TERMINATING > same
commitment_due_soon: RUNNING TERMINATING > same
[finding]
STANDING = OPEN PLANNED IN_REMEDY VERIFYING
finding_recorded: NONE > OPEN
finding_adopted: OPEN > same
remedy_planned: OPEN > PLANNED
remedy_started: PLANNED > IN_REMEDY
linked_case_noted value_measured finding_limit_missed: STANDING > same
remedy_reported: IN_REMEDY > VERIFYING
remedy_rejected: VERIFYING > IN_REMEDY
finding_struck_off: VERIFYING > STRUCK_OFF
finding_reopened: STRUCK_OFF > OPEN
reopening_lapsed: STRUCK_OFF > same
finding_dismissed: OPEN > DISMISSED
finding_merged: OPEN > MERGED
finding_deadline_recalculated: STANDING STRUCK_OFF > same
[site]
site_registered: NONE > AVAILABLE
site_revised: AVAILABLE RESERVED IN_USE > same
site_reserved: AVAILABLE > RESERVED
site_occupied: RESERVED > IN_USE
site_released: RESERVED IN_USE > AVAILABLE
site_withdrawn: AVAILABLE > WITHDRAWN
[facility]
PLANNED = PROPOSED APPROVED BUILDING
RUN = READY OPEN SUSPENDED
facility_proposed: NONE > PROPOSED
facility_approved: PROPOSED > APPROVED
facility_site_changed: PROPOSED APPROVED > PROPOSED
facility_dropped: PLANNED > DROPPED
finding_linked: PLANNED ACCEPTING RUN > same
budget_revised spending_recorded spending_reversed: APPROVED BUILDING ACCEPTING RUN > same
milestone_recorded: APPROVED BUILDING > BUILDING
completion_reported: BUILDING > ACCEPTING
acceptance_key_given: ACCEPTING > same
facility_accepted: ACCEPTING > READY
acceptance_refused: ACCEPTING > BUILDING
operator_entrusted operator_changed: READY OPEN > same
function_taken_over operator_term_ending operator_term_ended: RUN > same
opening_submitted: READY > same
facility_opened: READY > OPEN
use_reported: OPEN > same
facility_suspended: OPEN > SUSPENDED
facility_resumed: SUSPENDED > OPEN
facility_closed: OPEN SUSPENDED > CLOSED
facility_limit_missed: PLANNED ACCEPTING RUN > same
facility_deadline_recalculated: PLANNED ACCEPTING READY SUSPENDED > same
[provider]
RUNNING = ADMITTED WARNED RECTIFYING SUSPENDED
ENDED = REFUSED EXITED LAPSED
admission_applied: NONE ENDED > APPLIED
agent_named: APPLIED VERIFYING RUNNING EXITING ENDED > same
correction_asked application_corrected: APPLIED > same
application_taken_up: APPLIED > VERIFYING
item_verified: VERIFYING > same
provider_admitted: VERIFYING > ADMITTED
provider_refused: APPLIED VERIFYING > REFUSED
provider_change_reported provider_change_verified admission_renewed: RUNNING > same
validity_end_announced licence_ended period_rated: RUNNING > same
provider_lapsed: RUNNING > LAPSED
provider_inspected complaint_judged service_hours_recorded: RUNNING > same
provider_warned: ADMITTED > WARNED
rectification_submitted: WARNED > RECTIFYING
rectification_confirmed: RECTIFYING > ADMITTED
rectification_refused: RECTIFYING > WARNED
provider_suspended: ADMITTED WARNED RECTIFYING > SUSPENDED
suspension_reasoned: SUSPENDED > same
provider_restored: SUSPENDED > then ADMITTED WARNED RECTIFYING
provider_exit_requested exit_ordered: RUNNING > EXITING
exit_order_given exit_order_dropped: RUNNING > same
exit_plan_revised service_handed_over: EXITING > same
provider_exited: EXITING > EXITED
bar_ended: EXITED > same
measure_appealed measure_upheld: WARNED EXITING > same
measure_lifted: WARNED EXITING > ADMITTED
provider_limit_missed: APPLIED VERIFYING RUNNING EXITING > same
provider_deadline_recalculated: APPLIED VERIFYING RUNNING EXITING > same
[programme]
STANDING = DRAFT CALLING SELECTING RUNNING ASSESSING
programme_drafted: NONE > DRAFT
programme_revised: DRAFT > same
programme_call_opened: DRAFT > CALLING
community_applied: CALLING > same
programme_call_closed: CALLING > SELECTING
reviewers_named community_withdrawn: CALLING SELECTING > same
application_scored communities_selected: SELECTING > same
selection_published: SELECTING > RUNNING
programme_progress_recorded: RUNNING > same
assessment_begun: RUNNING > ASSESSING
community_assessed: ASSESSING > same
programme_extended: ASSESSING > EXTENDED
programme_ended: STANDING > ENDED
programme_limit_missed: DRAFT SELECTING ASSESSING > same
programme_deadline_recalculated: DRAFT SELECTING RUNNING ASSESSING > same
"""
"""Which facts (all `.v1`) may follow which main state of a case, and the state after them.

The first line that fits holds. `same`: the state stays; `then`: the fact names the state, one of
those listed; `if x`: only where the field x is not null; `if moved`: where another unit held it."""


class CannotVerify(Exception):
    """Nothing can be said about the export: it, the keys or the arguments cannot be used."""


class Broken(Exception):
    """Bytes that are not what they should be; the message says what they are not."""


class Report:
    """All that was found: faults with their positions, counts, witnesses, remarks."""

    def __init__(self) -> None:
        self.faults: list[dict[str, Any]] = []
        self.checked: dict[str, int] = {}
        self.notes: list[str] = []
        self.witnesses_checked: set[str] = set()
        self.witnesses_not_checked: set[str] = set()
        self.receipts: dict[int, set[str]] = {}
        """Hashes that people hold, by position; each is compared once with what stands there."""

    def compare_receipts(self, position: int, leaf: bytes) -> None:
        """Compare the entry that stands at *position* with the receipts somebody holds for it."""
        for told in self.receipts.pop(position, ()):
            if told == leaf.hex():
                self.count("receipts")
            else:
                self.fault(position, "receipt", "another entry stands there")

    def fault(self, position: int | None, rule: str, found: str) -> None:
        """Add one fault; *found* names fields, counts and files, never contents."""
        assert rule in RULES
        self.faults.append({"position": position, "rule": rule, "found": found})

    def count(self, what: str, number: int = 1) -> None:
        """Count something that was checked."""
        self.checked[what] = self.checked.get(what, 0) + number

    def verdict(self) -> dict[str, Any]:
        """Return the verdict as it is printed: faults by position, those without one first."""
        for position in sorted(self.receipts):
            for _ in self.receipts[position]:
                self.fault(position, "receipt", "no entry of that position is here")
        self.receipts = {}

        def place(fault: dict[str, Any]) -> int:
            return -1 if fault["position"] is None else int(fault["position"])

        faults = sorted(self.faults, key=place)
        return {
            "verdict": "not-intact" if faults else "intact",
            "faults": faults,
            "checked": self.checked,
            "witnesses": {
                "checked": sorted(self.witnesses_checked),
                "not_checked": sorted(self.witnesses_not_checked - self.witnesses_checked),
            },
            "notes": self.notes,
        }


# JSON in one form (RFC 8785 without floats), base64 in one form.

_INEXACT = float("nan")
"""Stands for every number but an integer all JSON readers keep exact; it has no canonical form."""


def _integer(text: str) -> int | float:
    number = int(text) if len(text) < 18 else INTEGER_MAX + 1
    return number if abs(number) <= INTEGER_MAX else _INEXACT


def _no_constant(text: str) -> None:
    raise ValueError(text)


_DECODER = json.JSONDecoder(
    parse_int=_integer, parse_float=lambda _: _INEXACT, parse_constant=_no_constant
)
_ENCODER = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
)


def parsed(data: bytes) -> tuple[Any, bool]:
    """Return the JSON value of *data*, and whether these bytes are its canonical form.

    Raises `Broken` for bytes that are no JSON, or nested deeper than 100.
    """
    try:
        value = _DECODER.decode(data.decode("utf-8"))
        deep = data.count(b"{") + data.count(b"[") > DEPTH_MAX
        if deep and _depth(value) > DEPTH_MAX:
            raise Broken("nested too deep")
    except (ValueError, RecursionError):
        raise Broken("not JSON") from None
    try:
        canonical = _ENCODER.encode(value).encode("utf-8") == data
    except ValueError:  # an inexact number, or half of a surrogate pair
        return value, False
    return value, canonical and (data.isascii() or _keys_are_ascii(value))


def _depth(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + max(map(_depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(_depth, value), default=0)
    return 0


def _keys_are_ascii(value: Any) -> bool:
    if isinstance(value, dict):
        return all(key.isascii() and _keys_are_ascii(one) for key, one in value.items())
    return not isinstance(value, list) or all(map(_keys_are_ascii, value))


def document(data: bytes, fields: set[str]) -> dict[str, Any]:
    """Return the object that *data* holds, canonical but for one newline at its end.

    Raises `Broken` for anything else, and for other fields than *fields*.
    """
    value, canonical = parsed(data[:-1] if data.endswith(b"\n") else data)
    if not canonical:
        raise Broken("not canonical JSON")
    if not isinstance(value, dict) or value.keys() != fields:
        raise Broken("not an object with the fields " + ", ".join(sorted(fields)))
    return value


def from_base64(text: Any) -> bytes:
    """Return the bytes of *text*, which must be the one standard base64 of them, or `Broken`."""
    try:
        data = base64.b64decode(text, validate=True)
    except (ValueError, TypeError):
        raise Broken("not base64") from None
    if base64.b64encode(data).decode() != text:
        raise Broken("not the one base64 of its bytes")
    return data


def is_natural(value: Any) -> bool:
    """Say whether *value* is an integer from 0 on (and no boolean)."""
    return type(value) is int and value >= 0


def shown(text: str) -> str:
    """Return *text* so that it can be printed anywhere: no control or invisible characters."""
    return "".join(one if one.isprintable() else "?" for one in text[:120])


# Ed25519 (RFC 8032 §5.1.7): verification only, so nothing here needs to be secret or constant.

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_I = pow(2, (_P - 1) // 4, _P)
_Point = tuple[int, int, int, int]


def _add(one: _Point, two: _Point) -> _Point:
    """Add two points in extended coordinates (x, y, z, t = xy/z)."""
    x1, y1, z1, t1 = one
    x2, y2, z2, t2 = two
    a, b = (y1 - x1) * (y2 - x2) % _P, (y1 + x1) * (y2 + x2) % _P
    c, d = 2 * t1 * t2 * _D % _P, 2 * z1 * z2 % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


_NEUTRAL: _Point = (0, 1, 1, 0)


def _decompressed(data: bytes) -> _Point | None:
    """Return the point that 32 bytes encode, None where they encode none."""
    y = int.from_bytes(data, "little") & (2**255 - 1)
    if y >= _P:
        return None
    u, v = y * y - 1, _D * y * y + 1
    x = u * pow(v, 3, _P) * pow(u * pow(v, 7, _P), (_P - 5) // 8, _P) % _P
    if (v * x * x - u) % _P:
        x = x * _I % _P
    if (v * x * x - u) % _P:
        return None
    if x & 1 != data[31] >> 7:
        x = -x % _P
    return x, y, 1, x * y % _P


def _multiples(point: _Point) -> list[list[_Point]]:
    """Return 0…15 times 16^i times *point*, for every i: adding then replaces doubling."""
    table = []
    for _ in range(64):
        row = [_NEUTRAL]
        for _ in range(15):
            row.append(_add(row[-1], point))
        table.append(row)
        point = _add(row[-1], point)
    return table


def _times(table: list[list[_Point]], factor: int, start: _Point) -> _Point:
    for row in table:
        if factor & 15:
            start = _add(start, row[factor & 15])
        factor >>= 4
    return start


@lru_cache(None)
def _base_table() -> list[list[_Point]]:
    point = _decompressed((4 * pow(5, _P - 2, _P) % _P).to_bytes(32, "little"))
    assert point is not None
    return _multiples(point)


@lru_cache(256)
def _key_table(public: bytes) -> list[list[_Point]] | None:
    """Return the multiples of the key's point, negated; None for bytes that are no key."""
    point = _decompressed(public)
    return None if point is None else _multiples((-point[0] % _P, point[1], 1, -point[3] % _P))


def signature_is_right(public: bytes, message: bytes, signature: bytes) -> bool:
    """Say whether *signature* (64 bytes) is that of *public* (32 bytes) on *message*."""
    table = _key_table(public)
    factor = int.from_bytes(signature[32:], "little")
    if table is None or len(signature) != 64 or factor >= _L:
        return False
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    point = _times(_base_table(), factor, _NEUTRAL)
    x, y, z, _ = _times(table, int.from_bytes(digest, "little") % _L, point)
    inverse = pow(z, _P - 2, _P)
    x, y = x * inverse % _P, y * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]


# Keys, signed notes, checkpoints, trust policies.

_SPACES = frozenset(
    map(chr, [*range(0x21), 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B)])
) | frozenset("\u2028\u2029\u202f\u205f\u3000")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,15}")
LOG_KEY, WITNESS_KEY = 1, 4


class Key(NamedTuple):
    """A public key as an auditor was given it (name+id+base64), of kind 1 (log) or 4 (witness)."""

    name: str
    key_id: int
    kind: int
    public: bytes


def read_key(vkey: str) -> Key:
    """Return the key that *vkey* spells; raise `Broken`."""
    parts = vkey.split("+", 2)
    if len(parts) != 3 or not re.fullmatch(r"[0-9a-fA-F]{8}", parts[1]):
        raise Broken("a key reads name+id+base64")
    name, typed = parts[0], from_base64(parts[2])
    if not name or _SPACES & set(name):
        raise Broken("a key's name is not empty and holds no spaces")
    named = name.encode("utf-8", "surrogatepass") + b"\n" + typed
    key_id = int.from_bytes(hashlib.sha256(named).digest()[:4], "big")
    if int(parts[1], 16) != key_id:
        raise Broken("the key's id does not fit its bytes; was it copied whole?")
    if len(typed) != 33 or typed[0] not in (LOG_KEY, WITNESS_KEY):
        raise Broken("a key of a kind this program cannot check")
    return Key(name, key_id, typed[0], typed[1:])


class Line(NamedTuple):
    """One signature line of a note."""

    name: str
    key_id: int
    blob: bytes


class Note(NamedTuple):
    """A signed note: the text, and the lines of those who say to have signed it."""

    text: str
    lines: list[Line]


def read_note(data: bytes) -> Note:
    """Return the note in *data*; raise `Broken`."""
    if len(data) > NOTE_BYTES_MAX:
        raise Broken("longer than any note")
    try:
        written = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Broken("not UTF-8") from None
    if any(one < " " and one != "\n" for one in written):
        raise Broken("control characters")
    text, empty, signatures = written.rpartition("\n\n")
    if not empty or not signatures.endswith("\n"):
        raise Broken("no text, empty line and signature lines")
    lines = []
    for written_line in signatures[:-1].split("\n"):
        parts = written_line.split(" ")
        if len(parts) != 3 or parts[0] != "\u2014" or not parts[1]:
            raise Broken("a signature line reads: — name base64")
        blob = from_base64(parts[2])
        if len(blob) < 5 or "+" in parts[1] or _SPACES & set(parts[1]):
            raise Broken("a signature line reads: — name base64")
        lines.append(Line(parts[1], int.from_bytes(blob[:4], "big"), blob[4:]))
    if len(lines) > 100:
        raise Broken("more than 100 signatures")
    return Note(text + "\n", lines)


class Checkpoint(NamedTuple):
    """The size of a log and the root over all its entries, as a note states them."""

    origin: str
    size: int
    root: bytes
    suites: list[str]
    note: Note


def read_checkpoint(data: bytes) -> Checkpoint:
    """Return the checkpoint in the signed note *data*; raise `Broken`."""
    note = read_note(data)
    lines = note.text[:-1].split("\n")
    if len(lines) < 3 or "" in lines:
        raise Broken("a checkpoint has three lines or more, none empty")
    root = from_base64(lines[2])
    if len(root) != 32:
        raise Broken("a root has 32 bytes")
    suites = [line[6:] for line in lines[3:] if line.startswith("suite ")]
    return Checkpoint(lines[0], read_number(lines[1]), root, suites, note)


def read_number(text: str) -> int:
    """Return the decimal number *text* without sign or leading zeroes; raise `Broken`."""
    if not _NUMBER.fullmatch(text) or int(text) > INTEGER_MAX:
        raise Broken("not a number")
    return int(text)


class Trust:
    """Whom the auditor believes: the keys of the log, those of witnesses, and how many are needed.

    *quorum* is None, a witness's name, or (how many, of which members).
    """

    def __init__(self) -> None:
        self.logs: list[Key] = []
        self.witnesses: dict[str, Key] = {}
        self.quorum: Any = None
        self.tsa_keys: list[tuple[int, int]] = []

    def is_satisfied(self, keys: set[Key], quorum: Any) -> bool:
        """Say whether cosignatures by *keys* form *quorum*."""
        if quorum is None:
            return True
        if isinstance(quorum, str):
            return self.witnesses[quorum] in keys
        needed, members = quorum
        return sum(self.is_satisfied(keys, one) for one in members) >= int(needed)


def read_policy(data: bytes) -> Trust:
    """Return the trust policy in *data* (C2SP tlog-policy); raise `CannotVerify` with the line."""
    trust, named, members = Trust(), {}, set()  # type: tuple[Trust, dict[str, Any], set[str]]
    quorum_read = False
    try:
        # An editor on Windows puts its mark and CR around what it saves; the policy is the same.
        lines = data.decode("utf-8-sig").replace("\r\n", "\n").split("\n")
    except UnicodeDecodeError:
        raise CannotVerify("信任策略不是 UTF-8 文本。 The policy is not UTF-8 text.") from None
    for number, line in enumerate(lines, 1):
        words = [word for word in re.split(r"[ \t]+", line) if word]
        try:
            if any((one < " " and one != "\t") or one == "\x7f" for one in line):
                raise Broken("control characters; lines end with LF alone")
            if not words or words[0].startswith("#"):
                continue
            if words[0] == "log" and len(words) in (2, 3):
                _add_log(trust, words[1])
            elif words[0] == "witness" and len(words) in (3, 4):
                _new_name(named, words[1])
                _add_witness(trust, words[1], words[2])
                named[words[1]] = words[1]
            elif words[0] == "group" and len(words) >= 4:
                _new_name(named, words[1])
                for member in words[3:]:
                    if member not in named or member in members:
                        raise Broken("a member is not defined above, or is in a group already")
                    members.add(member)
                needed = {"all": len(words) - 3, "any": 1}.get(words[2])
                needed = read_number(words[2]) if needed is None else needed
                if not 1 <= needed <= len(words) - 3:
                    raise Broken("the threshold is all, any, or 1 to the number of members")
                named[words[1]] = (needed, [named[member] for member in words[3:]])
            elif words[0] == "quorum" and len(words) == 2:
                if quorum_read or (words[1] != "none" and words[1] not in named):
                    raise Broken("one quorum line, naming a witness or group above, or none")
                quorum_read = True
                trust.quorum = None if words[1] == "none" else named[words[1]]
            else:
                raise Broken("not a line of a policy")
        except Broken as problem:
            raise CannotVerify(
                f"信任策略第 {number} 行有误。 Trust policy, line {number}: {problem}."
            ) from None
    if not quorum_read:
        raise CannotVerify("信任策略缺少 quorum 行。 The policy has no quorum line.")
    return trust


def _new_name(named: dict[str, Any], name: str) -> None:
    if name == "none" or name in named:
        raise Broken("the name is taken")


def _add_log(trust: Trust, vkey: str) -> None:
    key = read_key(vkey)
    if key.kind != LOG_KEY:
        raise Broken("a log's key is of kind 0x01")
    if any(key.public == other.public for other in trust.logs):
        raise Broken("the same key twice")
    trust.logs.append(key)


def _add_witness(trust: Trust, name: str, vkey: str) -> None:
    key = read_key(vkey)
    if key.kind != WITNESS_KEY:
        raise Broken("a witness's key is of kind 0x04")
    if any(key.public == other.public for other in trust.witnesses.values()):
        raise Broken("the same key twice")
    trust.witnesses[name] = key


# Instants. All are compared as the texts they are hashed in, which sort as time does.

_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")
SECONDS_MAX = 253_402_300_799
"""The last second of the year 9999."""


@lru_cache(64)
def is_instant(text: str) -> bool:
    """Say whether *text* is an instant in UTC with microseconds, on a day that exists."""
    if not _INSTANT.fullmatch(text):
        return False
    year, month, day = int(text[:4]), int(text[5:7]), int(text[8:10])
    if not (year and 1 <= month <= 12):
        return False
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    days = (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]
    return 1 <= day <= days and text[11:13] < "24" and text[14:16] < "60" and text[17:19] < "60"


def instant_text(seconds: int) -> str:
    """Return the instant *seconds* after 1970 as text, kept within the years 1970 to 9999."""
    at = datetime(1970, 1, 1) + timedelta(seconds=min(max(seconds, 0), SECONDS_MAX))  # noqa: DTZ001
    return at.strftime("%Y-%m-%dT%H:%M:%S.000000Z")


# Signatures on checkpoints and stream heads.


class Signed(NamedTuple):
    """What the trusted keys say about one checkpoint."""

    checkpoint: Checkpoint
    cosigners: set[Key]
    cosigned_at: list[int]


def check_log_signature(note: Note, origin: str, trust: Trust) -> bool:
    """Say whether a trusted key of the log signed *note*, and no line of such a key is wrong."""
    right = 0
    for key in trust.logs:
        for line in note.lines:
            if key.name == origin and (line.name, line.key_id) == (key.name, key.key_id):
                if not signature_is_right(key.public, note.text.encode("utf-8"), line.blob):
                    return False
                right += 1
    return right > 0


def check_signatures(checkpoint: Checkpoint, trust: Trust, report: Report) -> Signed:
    """Check every line of a trusted key on *checkpoint*; report lines of others as not checked."""
    where = checkpoint.size - 1 if checkpoint.size else None
    at_size = f"checkpoint of {checkpoint.size} entries"
    origins = {key.name for key in trust.logs}
    if checkpoint.origin not in origins:
        report.fault(where, "origin", f"{at_size} is of {shown(checkpoint.origin)}")
    elif check_log_signature(checkpoint.note, checkpoint.origin, trust):
        report.count("log_signatures")
    else:
        report.fault(where, "log-signature", at_size)
    if checkpoint.suites not in ([], [SUITE]):
        report.fault(where, "suite", f"{at_size}: {shown(', '.join(checkpoint.suites))}")
    cosigners: set[Key] = set()
    times: list[int] = []
    known = {(key.name, key.key_id): key for key in trust.witnesses.values()}
    for line in checkpoint.note.lines:
        key = known.get((line.name, line.key_id))
        if key is None:
            if line.name not in origins:
                report.witnesses_not_checked.add(line.name)
            continue
        at = int.from_bytes(line.blob[:8], "big")
        message = b"cosignature/v1\ntime %d\n" % at + checkpoint.note.text.encode("utf-8")
        if (
            len(line.blob) == 72
            and at <= SECONDS_MAX
            and signature_is_right(key.public, message, line.blob[8:])
        ):
            report.count("cosignatures")
            report.witnesses_checked.add(key.name)
            cosigners.add(key)
            times.append(at)
        else:
            report.fault(where, "cosignature", f"{at_size}: {shown(line.name)}")
    return Signed(checkpoint, cosigners, times)


def check_quorum(signed: Signed, trust: Trust, report: Report) -> None:
    """Enough of the trusted witnesses cosigned the checkpoint everything here hangs on."""
    size = signed.checkpoint.size
    names = sorted(key.name for key in signed.cosigners)
    if not trust.is_satisfied(signed.cosigners, trust.quorum):
        report.fault(
            size - 1 if size else None, "quorum", f"checkpoint of {size} entries: {len(names)}"
        )
    absent = sorted({key.name for key in trust.witnesses.values()} - set(names))
    report.witnesses_not_checked.update(absent)
    if absent:
        report.notes.append(
            "未见证最新检查点："
            + "、".join(absent)
            + "。 These witnesses did not cosign the newest "
            "checkpoint: " + ", ".join(absent) + "."
        )
    if not signed.cosigners:
        report.notes.append(NO_WITNESS)


# The tree (RFC 6962 §2.1).


def leaf_hash(body: bytes) -> bytes:
    """Return the hash of an entry: SHA-256(0x00 ‖ body)."""
    return hashlib.sha256(b"\x00" + body).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node: SHA-256(0x01 ‖ left ‖ right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """A growing tree that keeps only the roots of its complete subtrees, largest first."""

    def __init__(self) -> None:
        self.size = 0
        self.subtrees: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        """Take the next leaf hash."""
        size = self.size
        while size & 1:
            leaf = node_hash(self.subtrees.pop(), leaf)
            size >>= 1
        self.subtrees.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """Return the root over all leaves so far."""
        if not self.subtrees:
            return hashlib.sha256(b"").digest()
        whole = self.subtrees[-1]
        for subtree in reversed(self.subtrees[:-1]):
            whole = node_hash(subtree, whole)
        return whole


class Tiles:
    """The hash tiles of a growing tree (C2SP tlog-tiles), as the SHA-256 of each by its path."""

    def __init__(self) -> None:
        self.digests: dict[str, str] = {}
        self._levels: list[list[bytes]] = []
        self._done: list[int] = []

    def add(self, value: bytes, level: int = 0) -> None:
        """Take the next hash of a level; a tile of 256 gives its root to the level above."""
        if level == len(self._levels):
            self._levels.append([])
            self._done.append(0)
        hashes = self._levels[level]
        hashes.append(value)
        if len(hashes) == 256:
            self._tell(level, "")
            tree = Tree()
            for one in hashes:
                tree.add(one)
            self._levels[level] = []
            self._done[level] += 1
            self.add(tree.root(), level + 1)

    def finish(self) -> None:
        """Tell the last tile of each level, which is partial."""
        for level, hashes in enumerate(self._levels):
            if hashes:
                self._tell(level, f".p/{len(hashes)}")

    def _tell(self, level: int, partial: str) -> None:
        digits = str(self._done[level])
        digits = "0" * (-len(digits) % 3) + digits
        groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        path = "/".join(["x" + group for group in groups[:-1]] + groups[-1:])
        tile = b"".join(self._levels[level])
        self.digests[f"tile/{level}/{path}{partial}"] = hashlib.sha256(tile).hexdigest()


def proved_root(leaf: bytes, index: int, size: int, proof: list[bytes]) -> bytes | None:
    """Return the root that *proof* leads to from *leaf* (RFC 9162 §2.1.3.2), None if to none."""
    if index >= size:
        return None
    last = size - 1
    for step in proof:
        if last == 0:
            return None
        if index & 1 or index == last:
            leaf = node_hash(step, leaf)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            leaf = node_hash(leaf, step)
        index, last = index >> 1, last >> 1
    return leaf if last == 0 else None


# Entries: their form, their chain, the order of states, what is sealed in them.

_FIELDS = {
    "stream": (str,),
    "version": (int,),
    "kind": (str,),
    "recorded_at": (str,),
    "occurred_at": (str,),
    "by": (dict,),
    "command_id": (str,),
    "because_of": (str, type(None)),
    "pairing": (str, type(None)),
    "policy": (str, type(None)),
    "calendar": (str, type(None)),
    "seen": (int,),
    "previous": (str,),
    "fact": (dict,),
}
_STREAM = re.compile(r"[a-z]{1,20}/[A-Za-z0-9-]{1,64}")
_KIND = re.compile(r"[a-z][a-z0-9_]{0,80}\.v[1-9][0-9]{0,3}")
_SEALED = {"holder", "item", "digest"}


def wrong_fields(entry: dict[str, Any]) -> list[str]:
    """Return the names of fields that are missing, unknown or of a wrong form."""
    if entry.keys() != _FIELDS.keys():
        return sorted(entry.keys() ^ _FIELDS.keys())
    wrong = [name for name, types in _FIELDS.items() if type(entry[name]) not in types]
    if wrong:
        return wrong
    if not _STREAM.fullmatch(entry["stream"]):
        wrong.append("stream")
    if not _KIND.fullmatch(entry["kind"]):
        wrong.append("kind")
    if entry["version"] < 1:
        wrong.append("version")
    if entry["seen"] < -1:
        wrong.append("seen")
    instants = ("recorded_at", "occurred_at")
    return [*wrong, *(name for name in instants if not is_instant(entry[name]))]


class Step(NamedTuple):
    """One line of the table of states."""

    before: frozenset[str]
    after: str
    allowed: frozenset[str]
    condition: str


def read_states(table: str) -> dict[str, dict[str, list[Step]]]:
    """Return the steps of each kind of fact, by category of case."""
    steps: dict[str, dict[str, list[Step]]] = {}
    category, groups = "", {}  # type: tuple[str, dict[str, list[str]]]
    for line in table.strip().split("\n"):
        if line.startswith("["):
            category, groups = line.strip("[]"), {}
            steps[category] = {}
        elif " = " in line:
            name, _, members = line.partition(" = ")
            groups[name] = members.split()
        else:
            kinds, _, rest = line.partition(": ")
            before, _, after = rest.partition(" > ")
            after, _, condition = after.partition(" if ")
            named = [state for word in before.split() for state in groups.get(word, [word])]
            words = after.split()
            step = Step(frozenset(named), words[0], frozenset(words[1:]), condition)
            for kind in kinds.split():
                steps[category].setdefault(kind + ".v1", []).append(step)
    return steps


_STEPS = read_states(STATES)


def state_after(category: str, state: str, kind: str, fact: dict[str, Any]) -> tuple[str, bool]:
    """Return the state after a fact, and whether the fact may follow *state* at all."""
    steps = _STEPS[category].get(kind, [])
    for step in steps:
        if state in step.before and _holds(step.condition, fact):
            if step.after == "same":
                return state, True
            if step.after != "then":
                return step.after, True
            then = fact.get("then")
            return (
                (then, True) if isinstance(then, str) and then in step.allowed else (state, False)
            )
    # Out of place: go on as if it had stood in its place, so that one fault is told once.
    after = steps[0].after if steps else "same"
    return (state if after in ("same", "then") else after), False


def _holds(condition: str, fact: dict[str, Any]) -> bool:
    if condition == "moved":
        before = fact.get("main_before")
        return isinstance(before, str) and before != fact.get("main")
    return not condition or fact.get(condition) is not None


class Opening(NamedTuple):
    """The opening of one sealed field, as it is given away: enough for it and for nothing else."""

    position: int
    field: str
    holder: str
    item: str
    digest: str


_OPENING_FIELDS = {"position", "field", "holder", "item", "key", "plaintext"}


def read_opening(told: Any) -> Opening:
    """Return the opening *told* states, with the digest its plaintext gives; raise `Broken`."""
    if not isinstance(told, dict) or told.keys() != _OPENING_FIELDS:
        raise Broken("an opening has other fields")
    texts = [told["field"], told["holder"], told["item"]]
    if not is_natural(told["position"]) or not all(isinstance(one, str) for one in texts):
        raise Broken("an opening has other fields")
    key, plaintext = from_base64(told["key"]), from_base64(told["plaintext"])
    if len(key) != 32:
        raise Broken("an opening's key has 32 bytes")
    try:
        parts = [told["holder"].encode("utf-8"), told["item"].encode("utf-8"), plaintext]
    except UnicodeEncodeError:
        raise Broken("an opening has other fields") from None
    framed = b"".join(struct.pack(">Q", len(part)) + part for part in parts)
    digest = hmac.new(key, framed, hashlib.sha256).hexdigest()
    return Opening(told["position"], told["field"], told["holder"], told["item"], digest)


def fits(opening: Opening, fact: dict[str, Any]) -> bool:
    """Say whether *fact* holds, at the opening's field, the reference that was opened."""
    value: Any = fact
    for step in opening.field.split("."):
        if isinstance(value, list) and re.fullmatch(r"0|[1-9][0-9]{0,5}", step):
            value = value[int(step)] if int(step) < len(value) else None
        else:
            value = value.get(step) if isinstance(value, dict) else None
    reference = {"holder": opening.holder, "item": opening.item, "digest": opening.digest}
    return bool(value == reference)


def sealed_in(value: Any) -> Iterator[tuple[str, str]]:
    """Yield (holder, item) of every sealed text that *value* refers to."""
    if isinstance(value, dict):
        if value.keys() == _SEALED and all(isinstance(one, str) for one in value.values()):
            yield value["holder"], value["item"]
        else:
            for one in value.values():
                if isinstance(one, (dict, list)):
                    yield from sealed_in(one)
    elif isinstance(value, list):
        for one in value:
            yield from sealed_in(one)


class Case:
    """What is remembered of one stream: its last version and hash, and its state."""

    __slots__ = ("hash", "state", "version")

    def __init__(self) -> None:
        self.version, self.hash, self.state = 0, "", "NONE"


class Window(NamedTuple):
    """The log had reached *size* by *reached*, and a witness saw no more of it at *seen*.

    Both in seconds since 1970. A time stamp can be made long after the checkpoint: it says nothing
    of what came later, and *seen* is None.
    """

    size: int
    reached: int
    seen: int | None


class Book:
    """Walks entries in log order and judges each; remembers one short record a case.

    Of *windows* each says by when the log had reached a size, and since when it was seen there.
    """

    def __init__(
        self, report: Report, windows: Sequence[Window], openings: Sequence[Opening]
    ) -> None:
        self.report = report
        self.cases: dict[str, Case] = {}
        self.newest = ""
        self.on_entry: Callable[[int, dict[str, Any], bool], None] = lambda *_: None
        self.openings: dict[int, list[Opening]] = {}
        for opening in openings:
            self.openings.setdefault(opening.position, []).append(opening)
        self._windows = sorted(windows, key=lambda window: (window.size, window.reached))
        self._next_window = 0
        self._window_end = -1
        self._earliest, self._latest = "", ":"

    def _set_window(self, position: int) -> None:
        """Between which cosigned times an entry at *position* must have been recorded."""
        windows = self._windows
        while self._next_window < len(windows) and windows[self._next_window].size <= position:
            seen = windows[self._next_window].seen
            if seen is not None:
                self._earliest = instant_text(seen - TOLERANCE_SECONDS)
            self._next_window += 1
        self._window_end, self._latest = INTEGER_MAX + 1, ":"  # which sorts after every digit
        if self._next_window < len(windows):
            self._window_end, reached, _ = windows[self._next_window]
            self._latest = instant_text(reached + TOLERANCE_SECONDS)

    def add(self, position: int, body: bytes, leaf: bytes) -> dict[str, Any] | None:
        """Judge one entry; return it when it can be read at all."""
        self.report.count("entries")
        self.report.compare_receipts(position, leaf)
        entry = self._read(position, body)
        for opening in self.openings.pop(position, ()):
            if entry is None or not fits(opening, entry["fact"]):
                self.report.fault(position, "opening", shown(opening.field))
            else:
                self.report.count("openings")
        if entry is None:
            return None
        self._chain(position, entry, leaf)
        self._times(position, entry["recorded_at"])
        if entry["seen"] >= position:
            self.report.fault(position, "seen", f"{entry['seen']}")
        self.on_entry(position, entry, b'"digest":"' in body)
        return entry

    def _read(self, position: int, body: bytes) -> dict[str, Any] | None:
        found = "longer than 65,535 bytes"
        try:
            if len(body) <= ENTRY_BYTES_MAX:
                entry, canonical = parsed(body)
                found = "not an object"
        except Broken as problem:
            found = str(problem)
            entry = None
        if len(body) > ENTRY_BYTES_MAX or not isinstance(entry, dict):
            self.report.fault(position, "unreadable", found)
        elif not canonical:
            self.report.fault(position, "canonical", f"{len(body)} bytes")
        elif wrong := wrong_fields(entry):
            self.report.fault(position, "fields", shown(", ".join(wrong)))
        else:
            return entry
        return None

    def _chain(self, position: int, entry: dict[str, Any], leaf: bytes) -> None:
        stream, version = entry["stream"], entry["version"]
        case = self.cases.get(stream)
        if case is None:
            case = self.cases[stream] = Case()
        if version != case.version + 1:
            self.report.fault(position, "version", f"{version} after {case.version}")
        if entry["previous"] != case.hash:
            self.report.fault(position, "previous", f"version {case.version} has another hash")
        case.version, case.hash = version, leaf.hex()
        category = stream[: stream.index("/")]
        if category in _STEPS:
            state, legal = state_after(category, case.state, entry["kind"], entry["fact"])
            if not legal:
                self.report.fault(position, "legality", f"{entry['kind']} after {case.state}")
            case.state = state

    def _times(self, position: int, recorded_at: str) -> None:
        if recorded_at < self.newest:
            self.report.fault(position, "time", f"{recorded_at} after {self.newest}")
        else:
            self.newest = recorded_at
        if position >= self._window_end:
            self._set_window(position)
        if not self._earliest <= recorded_at <= self._latest:
            around = f"{recorded_at} not within {self._earliest} to {self._latest}"
            self.report.fault(position, "time-window", around)

    def finish(self) -> None:
        """Report openings of entries that are not here."""
        for position, openings in self.openings.items():
            for opening in openings:
                self.report.fault(position, "opening", shown(opening.field))
        self.report.count("streams", len(self.cases))


class Erasures:
    """Compares what opens no more with the erasures on record.

    Erasing a resident destroys the resident's key, and that of each task of which no other party
    is left. *gone* are the items that open no more, by item: the operator's own statement.
    """

    def __init__(self, gone: dict[str, str]) -> None:
        self.gone = gone
        self.found: dict[str, int] = {}
        self.opens: dict[str, int] = {}
        self.erased: set[str] = set()
        self.must: set[str] = set()
        self.parties: dict[str, set[str]] = {}
        self.tasks_of: dict[str, set[str]] = {}
        self.histories: set[str] = set()

    def on_entry(self, position: int, entry: dict[str, Any], seals: bool) -> None:
        """Remember who is a party of what, who was erased, and which items are referred to."""
        stream, fact = entry["stream"], entry["fact"]
        if entry["kind"] == "task_registered.v1":
            self._join(stream, [fact.get("requester")])
        elif entry["kind"] == "duplicate_attached.v1":
            subjects = fact.get("subjects")
            self._join(stream, subjects if isinstance(subjects, list) else [])
        elif entry["kind"] == "subject_erased.v1":
            self.erased.add(stream)
            tasks = self.tasks_of.get(stream, ())
            self.must |= {stream, *(one for one in tasks if self.parties[one] <= self.erased)}
        elif entry["kind"] == "workflow_history_sealed.v1":
            self.histories.add(str(fact.get("digest")))
        for holder, item in sealed_in(fact) if seals else ():
            if self.gone.get(item) == holder:
                self.found.setdefault(item, position)
            else:
                self.opens.setdefault(holder, position)

    def _join(self, task: str, subjects: list[Any]) -> None:
        for subject in subjects:
            if isinstance(subject, str):
                self.parties.setdefault(task, set()).add(subject)
                self.tasks_of.setdefault(subject, set()).add(task)

    def compare(self, report: Report, opened: Sequence[Opening]) -> None:
        """Report items gone without an erasure, items that outlived one, and contradictions."""
        report.count("erased_items", len(self.gone))
        for item, holder in self.gone.items():
            parties = self.parties.get(holder, set())
            allowed = holder in self.must or (bool(parties) and parties <= self.erased)
            if item not in self.found:
                report.fault(None, "erasure", f"no fact refers to {shown(item)}")
            elif not allowed:
                report.fault(self.found[item], "erasure", "gone without an erasure on record")
        for holder in self.must & self.opens.keys():
            report.fault(self.opens[holder], "erasure", f"{shown(holder)} was erased; this opens")
        for opening in opened:
            if opening.item in self.gone:
                report.fault(opening.position, "erasure", "said to be gone, and opened")


# Packages: a zip file or a folder. Nothing is ever written; names are only compared.

_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")


class Folder:
    """A package as a folder."""

    def __init__(self, path: str, report: Report) -> None:
        self.path = path
        self.names: list[str] = []
        for where, folders, files in os.walk(path):
            for name in sorted(folders + files):
                whole = Path(where, name)
                relative = whole.relative_to(path).as_posix()
                mode = whole.lstat().st_mode
                if stat.S_ISDIR(mode):
                    continue
                if not stat.S_ISREG(mode) or not _NAME.fullmatch(relative):
                    report.fault(None, "name", shown(relative))
                else:
                    self.names.append(relative)

    def chunks(self, name: str) -> Iterator[bytes]:
        """Yield the bytes of the file *name* in pieces; raise `Broken`."""
        try:
            with Path(self.path, name).open("rb") as file:
                while chunk := file.read(2**18):
                    yield chunk
        except OSError:
            raise Broken("it cannot be read") from None


class Member(NamedTuple):
    """One file in a zip package: how and where it lies."""

    method: int
    checksum: int
    packed: int
    size: int
    start: int


class Zip:
    """A package as a zip file, read strictly.

    What two readers could understand in two ways, and what no honest writer makes, is a fault.
    """

    def __init__(self, path: str, report: Report) -> None:
        self.file = Path(path).open("rb")  # noqa: SIM115 - closed with the package
        self.members: dict[str, Member] = {}
        self.length = os.fstat(self.file.fileno()).st_size
        try:
            self._read_directory(report)
        except (Broken, struct.error) as problem:
            self.members = {}
            report.fault(None, "zip", str(problem) if isinstance(problem, Broken) else "cut short")
        self.names = list(self.members)

    def close(self) -> None:
        """Close the file."""
        self.file.close()

    def _at(self, offset: int, length: int) -> bytes:
        if offset < 0 or length < 0 or offset + length > self.length:
            raise Broken("it points outside itself")
        self.file.seek(offset)
        return self.file.read(length)

    def _read_directory(self, report: Report) -> None:
        end = self.length - 22
        tail = self._at(end, 22)
        if tail[:4] != b"PK\x05\x06" or tail[20:] != b"\0\0" or tail[4:8] != b"\0\0\0\0":
            raise Broken("it does not end as a zip file does")
        here, count, size, offset = struct.unpack("<HHII", tail[8:20])
        if here != count:
            raise Broken("it is one part of several")
        if count == 0xFFFF or size == 0xFFFFFFFF or offset == 0xFFFFFFFF:
            locator = self._at(end - 20, 20)
            (end,) = struct.unpack("<Q", locator[8:16])
            record = self._at(end, 56)
            if locator[:4] != b"PK\x06\x07" or record[:4] != b"PK\x06\x06":
                raise Broken("its large directory is not where it should be")
            count, size, offset = struct.unpack("<QQQ", record[32:56])
        if size > DIRECTORY_BYTES_MAX or offset + size != end:
            raise Broken("its directory is not where it should be")
        directory = self._at(offset, size)
        place, found = 0, []  # type: tuple[int, list[tuple[int, bytes, Member]]]
        while place < size:
            if directory[place : place + 4] != b"PK\x01\x02" or place + 46 > size:
                raise Broken("its directory is damaged")
            flags, method = struct.unpack("<HH", directory[place + 8 : place + 12])
            checksum, packed, whole = struct.unpack("<III", directory[place + 16 : place + 28])
            lengths = struct.unpack("<HHH", directory[place + 28 : place + 34])
            (start,) = struct.unpack("<I", directory[place + 42 : place + 46])
            place += 46
            if place + sum(lengths) > size or flags & ~0x0808 or method not in (0, 8):
                raise Broken("its directory is damaged")
            name = directory[place : place + lengths[0]]
            extra = directory[place + lengths[0] : place + lengths[0] + lengths[1]]
            whole, packed, start = _large(extra, whole, packed, start)
            found.append((start, name, Member(method, checksum, packed, whole, start)))
            place += sum(lengths)
        if len(found) != count:
            raise Broken("its directory counts other files")
        if sum(one.size for _, _, one in found) > 64 * 2**20 + UNPACKED_FACTOR_MAX * self.length:
            raise Broken("it unpacks to far more than its size")
        self._take(found, offset, report)

    def _take(self, found: list[tuple[int, bytes, Member]], end: int, report: Report) -> None:
        """Take the files whose place is their own; *end* is where the directory begins."""
        free = 0
        for start, raw, member in sorted(found):
            name = raw.decode("latin-1")
            header = self._at(start, 30)
            lengths = struct.unpack("<HH", header[26:30])
            data = start + 30 + sum(lengths)
            if (
                header[:4] != b"PK\x03\x04"
                or start < free
                or data + member.packed > end
                or self._at(start + 30, lengths[0]) != raw
            ):
                raise Broken("a file in it is not where the directory says")
            free = data + member.packed
            if name.endswith("/") and member.size == 0:
                continue
            if not _NAME.fullmatch(name) or name in self.members:
                report.fault(None, "name", shown(name))
            else:
                self.members[name] = member._replace(start=data)

    def chunks(self, name: str) -> Iterator[bytes]:
        """Yield the unpacked bytes of *name* in pieces; raise `Broken` where it is damaged."""
        member = self.members[name]
        unpack = zlib.decompressobj(-15) if member.method == 8 else None
        left, size, checksum, place = member.packed, 0, 0, member.start
        while left:
            piece = self._at(place, min(left, 2**18))
            left, place = left - len(piece), place + len(piece)
            while piece:
                try:
                    data = piece if unpack is None else unpack.decompress(piece, 2**20)
                except zlib.error:
                    raise Broken("damaged") from None
                piece = b"" if unpack is None else unpack.unconsumed_tail
                size, checksum = size + len(data), zlib.crc32(data, checksum)
                if size > member.size or (unpack is not None and unpack.unused_data):
                    raise Broken("damaged")
                yield data
        rest = b"" if unpack is None else unpack.flush()
        size, checksum = size + len(rest), zlib.crc32(rest, checksum)
        if size != member.size or checksum != member.checksum or (unpack and not unpack.eof):
            raise Broken("damaged")
        yield rest


def _large(extra: bytes, size: int, packed: int, start: int) -> tuple[int, int, int]:
    """Return the numbers of a member, those of a large one taken from its *extra* field."""
    place = 0
    while place + 4 <= len(extra):
        kind, length = struct.unpack("<HH", extra[place : place + 4])
        if kind == 1:
            large = extra[place + 4 : place + 4 + length]
            values = []
            for value in (size, packed, start):
                whole = value
                if value == 0xFFFFFFFF:
                    (whole,) = struct.unpack("<Q", large[:8])
                    large = large[8:]
                values.append(whole)
            if max(values) > INTEGER_MAX:
                raise Broken("its directory is damaged")
            return values[0], values[1], values[2]
        place += 4 + length
    return size, packed, start


def whole_file(chunks: Iterator[bytes], longest: int) -> bytes:
    """Return all of *chunks* together; raise `Broken` when that is more than *longest* bytes."""
    data = bytearray()
    for chunk in chunks:
        data += chunk
        if len(data) > longest:
            raise Broken("too long")
    return bytes(data)


def lines_of(chunks: Iterator[bytes], longest: int) -> Iterator[bytes]:
    """Yield the lines of *chunks* without newlines; of one too long only *longest* + 1 bytes."""
    left = b""
    for chunk in chunks:
        *lines, last = chunk.split(b"\n")
        for line in lines:
            yield (left + line)[: longest + 1]
            left = b""
        left = (left + last)[: longest + 1]
    if left:
        yield left


# The evidence bundle.


class Bundle:
    """Checks a package from the outside in: files, checkpoints, entries, erasures, openings."""

    def __init__(self, package: Folder | Zip, trust: Trust, report: Report) -> None:
        self.package, self.trust, self.report = package, trust, report
        self.sound: dict[str, tuple[int, str]] = {}
        self.manifest: dict[str, Any] | None = None
        self.roots: dict[int, list[bytes]] = {}
        self.newest: Signed | None = None
        self.windows: list[Window] = []
        self.size = 0

    def check(self, kept: Sequence[bytes], heads: Sequence[StreamHead]) -> None:
        """Check everything, with checkpoints the auditor *kept* and *heads* signed elsewhere."""
        for name in self.package.names:
            self._hash(name)
        self._check_manifest()
        self._check_checkpoints()
        for data in kept:
            self._keep(read_checkpoint(data))
        openings, gone = self._openings(), self._gone()
        book = Book(self.report, self.windows, openings)
        erasures = Erasures(gone or {})
        ends = Ends(heads)
        self._walk(book, erasures, ends)
        if gone is not None:
            erasures.compare(self.report, openings)
        elif erasures.erased:
            self.report.notes.append(
                "包内无 vault/erased.jsonl，未核对删除。 Erasures were not compared: the package "
                "has no vault/erased.jsonl."
            )
        for name, (_, digest) in self.sound.items():
            if name.startswith("histories/") and digest not in erasures.histories:
                self.report.fault(None, "history", name)
        ends.compare(self.report, self.size)

    def _hash(self, name: str) -> None:
        size, digest = 0, hashlib.sha256()
        try:
            for chunk in self.package.chunks(name):
                size += len(chunk)
                digest.update(chunk)
        except Broken as problem:
            self.report.fault(None, "zip", f"{name}: {problem}")
            return
        self.sound[name] = size, digest.hexdigest()
        self.report.count("files")

    def _read(self, name: str, longest: int) -> bytes:
        return whole_file(self.package.chunks(name), longest)

    def _check_manifest(self) -> None:
        fields = {"format", "origin", "size", "made_at", "files"}
        try:
            if "manifest.json" not in self.sound:
                raise Broken("not there")
            manifest = document(self._read("manifest.json", DIRECTORY_BYTES_MAX), fields)
            if manifest["format"] != BUNDLE_FORMAT:
                self.report.fault(None, "format", f"not {BUNDLE_FORMAT}")
            origin, files = manifest["origin"], manifest["files"]
            if not isinstance(origin, str) or not is_natural(manifest["size"]):
                raise Broken("origin or size")
            if not isinstance(files, list) or not isinstance(manifest["made_at"], str):
                raise Broken("files or made_at")
            listed: dict[str, tuple[int, str]] = {}
            for one in files:
                if not isinstance(one, dict) or one.keys() != {"path", "bytes", "sha256"}:
                    raise Broken("files")
                path = one["path"]
                if not isinstance(path, str) or path in listed or not is_natural(one["bytes"]):
                    raise Broken("files")
                listed[path] = one["bytes"], one["sha256"]
        except Broken as problem:
            self.report.fault(None, "manifest", str(problem))
            return
        self.manifest = manifest
        if origin not in {key.name for key in self.trust.logs}:
            self.report.fault(None, "origin", f"the manifest names {shown(origin)}")
        here = set(self.package.names)
        for path in sorted(listed.keys() - here):
            self.report.fault(None, "missing", shown(path))
        for path in sorted(here - listed.keys() - {"manifest.json"}):
            self.report.fault(None, "unlisted", path)
        for path in sorted(listed.keys() & self.sound.keys()):
            if listed[path] != self.sound[path]:
                self.report.fault(None, "file", path)

    def _check_checkpoints(self) -> None:
        for name in self.package.names:
            folder, _, written = name.partition("/")
            if folder != "checkpoints" or name not in self.sound:
                continue
            where = None
            try:
                size = read_number(written)
                where = size - 1 if size else None
                checkpoint = read_checkpoint(self._read(name, NOTE_BYTES_MAX))
                if checkpoint.size != size:
                    raise Broken(f"it is of {checkpoint.size} entries")
            except Broken as problem:
                self.report.fault(where, "checkpoint", f"{name}: {problem}")
                continue
            self._keep(checkpoint)
        if self.newest is not None:
            check_quorum(self.newest, self.trust, self.report)
        self._note_tokens()

    def _keep(self, checkpoint: Checkpoint) -> None:
        """Check the signatures of one checkpoint, and remember its root, its size and its times."""
        size = checkpoint.size
        self.report.count("checkpoints")
        signed = check_signatures(checkpoint, self.trust, self.report)
        origins = {key.name for key in self.trust.logs}
        expected = self.manifest["origin"] if self.manifest else checkpoint.origin
        if checkpoint.origin != expected and checkpoint.origin in origins:
            self.report.fault(size - 1 if size else None, "origin", "not the manifest's log")
        times = signed.cosigned_at + self._stamped(checkpoint)
        if times:
            self.windows.append(Window(size, min(times), min(signed.cosigned_at, default=None)))
        self.roots.setdefault(size, []).append(checkpoint.root)
        if self.newest is None or size > self.newest.checkpoint.size:
            self.newest = signed

    def _stamped(self, checkpoint: Checkpoint) -> list[int]:
        """Return the time of the checkpoint's RFC 3161 token, when the auditor trusts its maker."""
        size, name = checkpoint.size, f"timestamps/{checkpoint.size}.tsr"
        if name not in self.sound or not self.trust.tsa_keys:
            return []
        try:
            token = self._read(name, TOKEN_BYTES_MAX)
            at = stamped_at(token, checkpoint.note.text.encode("utf-8"), self.trust.tsa_keys)
        except Broken as problem:
            self.report.fault(size - 1 if size else None, "timestamp", f"{name}: {problem}")
            return []
        self.report.count("timestamps")
        return [at]

    def _note_tokens(self) -> None:
        names = [name for name in self.package.names if name.startswith("timestamps/")]
        if names and not self.trust.tsa_keys:
            self.report.notes.append(
                f"{len(names)} 个时间戳未核验：未提供时间戳机构证书。 {len(names)} time stamps "
                "were not checked: no certificate of their authority was given."
            )

    def _records(self, name: str) -> Iterator[bytes]:
        if name in self.sound:
            yield from lines_of(self.package.chunks(name), LINE_BYTES_MAX)

    def _openings(self) -> list[Opening]:
        openings = []
        for number, line in enumerate(self._records("vault/openings.jsonl"), 1):
            try:
                openings.append(read_opening(document(line, _OPENING_FIELDS)))
            except Broken as problem:
                self.report.fault(None, "opening", f"line {number}: {problem}")
        return openings

    def _gone(self) -> dict[str, str] | None:
        """Return the holder of each item that opens no more; None where nothing is said of it."""
        if "vault/erased.jsonl" not in self.sound:
            return None
        gone: dict[str, str] = {}
        for number, line in enumerate(self._records("vault/erased.jsonl"), 1):
            try:
                told = document(line, {"holder", "item"})
                holder, item = told["holder"], told["item"]
                if not isinstance(holder, str) or not isinstance(item, str) or item in gone:
                    raise Broken("not one item, once")
                gone[item] = holder
            except Broken as problem:
                self.report.fault(None, "erasure", f"line {number}: {problem}")
        return gone

    def _walk(self, book: Book, erasures: Erasures, ends: Ends) -> None:
        tree, tiles = Tree(), Tiles()
        self._compare_root(tree)
        named = [name for name in self.package.names if name.startswith("tile/")]
        if "entries.jsonl" in self.sound:
            book.on_entry = erasures.on_entry
            for body in lines_of(self.package.chunks("entries.jsonl"), ENTRY_BYTES_MAX):
                position, leaf = tree.size, leaf_hash(body)
                entry = book.add(position, body, leaf)
                if entry is not None and entry["stream"] in ends.heads:
                    ends.on_entry(position, entry, leaf)
                tree.add(leaf)
                if named:
                    tiles.add(leaf)
                if tree.size in self.roots:
                    self._compare_root(tree)
        elif "entries.jsonl" not in self.package.names:
            self.report.fault(None, "missing", "entries.jsonl")
        book.finish()
        self.size = tree.size
        tiles.finish()
        for name in named:
            if name in self.sound and tiles.digests.get(name) != self.sound[name][1]:
                self.report.fault(None, "tile", name)
        for size in sorted(self.roots):
            if size > tree.size:
                self.report.fault(size - 1, "truncated", f"{tree.size} of {size} entries are here")
        covered = self.newest.checkpoint.size if self.newest else 0
        if covered < tree.size or self.newest is None:
            self.report.fault(covered, "uncovered", f"{tree.size - covered} entries")
        if self.manifest is not None and self.manifest["size"] != tree.size:
            found = f"{tree.size} entries, {self.manifest['size']} in the manifest"
            self.report.fault(None, "size", found)

    def _compare_root(self, tree: Tree) -> None:
        for root in self.roots.get(tree.size, ()):
            if root != tree.root():
                where = tree.size - 1 if tree.size else None
                self.report.fault(where, "root", f"at {tree.size} entries")


# Stream heads and case files.


class StreamHead(NamedTuple):
    """What a log signed about one case: its last version and that entry's hash at a log size."""

    stream: str
    version: int
    hash: str
    size: int


def read_stream_head(note: Note, trust: Trust, report: Report) -> StreamHead:
    """Return the stream head in *note*, its signature checked; raise `Broken`."""
    lines = note.text[:-1].split("\n")
    if len(lines) != 5 or not lines[0].endswith("/stream-head"):
        raise Broken("a stream head has five lines")
    origin = lines[0][: -len("/stream-head")]
    if origin not in {key.name for key in trust.logs}:
        report.fault(None, "origin", f"the head is of {shown(origin)}")
    elif check_log_signature(note, origin, trust):
        report.count("log_signatures")
    else:
        report.fault(None, "log-signature", "stream head")
    if not re.fullmatch(r"[0-9a-f]{64}", lines[3]):
        raise Broken("a hash has 64 hexadecimal digits")
    return StreamHead(lines[1], read_number(lines[2]), lines[3], read_number(lines[4]))


class Ends:
    """Compares signed stream heads with the whole log: nothing may come after them."""

    def __init__(self, heads: Sequence[StreamHead]) -> None:
        self.heads: dict[str, list[StreamHead]] = {}
        for head in heads:
            self.heads.setdefault(head.stream, []).append(head)
        self.last: dict[StreamHead, tuple[int, int, str]] = {}

    def on_entry(self, position: int, entry: dict[str, Any], leaf: bytes) -> None:
        """Remember the newest entry each head had to speak of."""
        for head in self.heads[entry["stream"]]:
            if position < head.size:
                self.last[head] = position, entry["version"], leaf.hex()

    def compare(self, report: Report, size: int) -> None:
        """Report every head that hides how its case went on, or speaks of what is not here."""
        for head in (one for heads in self.heads.values() for one in heads):
            if head.size > size:
                report.notes.append(
                    f"案卷末端签于 {head.size} 条时，包内仅 {size} 条，未能比对。 A head signed at "
                    f"{head.size} entries was not compared with {size}."
                )
                continue
            position, version, found = self.last.get(head, (None, 0, ""))
            if (version, found) == (head.version, head.hash):
                report.count("stream_heads")
            else:
                report.fault(position, "stream-head", f"version {head.version}, not {version}")


_CASE_FIELDS = {"format", "origin", "stream", "entries", "head", "checkpoint", "openings"}


def check_case(data: bytes, trust: Trust, report: Report) -> StreamHead | None:
    """Check a case file: that these are all the facts of one case, in order, none left out.

    Returns its signed head, to be compared with a whole log.
    """
    try:
        told = document(data, _CASE_FIELDS)
        if told["format"] != CASE_FORMAT:
            report.fault(None, "format", f"not {CASE_FORMAT}")
        texts = [told["origin"], told["stream"], told["head"], told["checkpoint"]]
        if not all(isinstance(one, str) for one in texts):
            raise Broken("origin, stream, head and checkpoint are texts")
        entries = [_case_entry(one) for one in _list(told["entries"])]
        openings = [read_opening(one) for one in _list(told["openings"])]
    except Broken as problem:
        report.fault(None, "case", str(problem))
        return None
    signed = _checked(told["checkpoint"].encode("utf-8"), trust, report)
    if signed is not None and signed.checkpoint.origin != told["origin"]:
        report.fault(None, "origin", "the checkpoint is of another log than the case file")
    head = None
    try:
        head = read_stream_head(read_note(told["head"].encode("utf-8")), trust, report)
    except Broken as problem:
        report.fault(None, "stream-head", str(problem))
    windows = _windows(signed)
    book = Book(report, windows, openings)
    before, version, last = -1, 0, b""
    for position, body, proof in entries:
        if position <= before:
            report.fault(position, "position", f"after {before}")
        last = leaf_hash(body)
        entry = book.add(position, body, last)
        if entry is not None:
            version = entry["version"]
            if entry["stream"] != told["stream"]:
                report.fault(position, "stream", "not of this case")
        _check_inclusion(signed, position, last, proof, report)
        before = position
    book.finish()
    if head is not None:
        here = StreamHead(told["stream"], version, last.hex(), head.size)
        if head != here or before >= head.size or (signed and head.size > signed.checkpoint.size):
            found = f"version {head.version} at {head.size}, here {version}"
            report.fault(before if before >= 0 else None, "stream-head", found)
        else:
            report.count("stream_heads")
    return head


def _windows(signed: Signed | None) -> list[Window]:
    """Return when the log had reached the size of *signed*, where a witness told."""
    if signed is None or not signed.cosigned_at:
        return []
    seen = min(signed.cosigned_at)
    return [Window(signed.checkpoint.size, seen, seen)]


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise Broken("entries and openings are lists")
    return value


def _case_entry(told: Any) -> tuple[int, bytes, list[bytes]]:
    if not isinstance(told, dict) or told.keys() != {"position", "body", "proof"}:
        raise Broken("an entry has a position, a body and a proof")
    if not is_natural(told["position"]) or not isinstance(told["body"], str):
        raise Broken("an entry has a position, a body and a proof")
    proof = [from_base64(one) for one in _list(told["proof"])]
    return told["position"], told["body"].encode("utf-8"), proof


def _checked(data: bytes, trust: Trust, report: Report) -> Signed | None:
    """Return the one checkpoint a proof leads to, its signatures and quorum checked."""
    try:
        checkpoint = read_checkpoint(data)
    except Broken as problem:
        report.fault(None, "checkpoint", str(problem))
        return None
    report.count("checkpoints")
    signed = check_signatures(checkpoint, trust, report)
    check_quorum(signed, trust, report)
    return signed


def _check_inclusion(
    signed: Signed | None, position: int, leaf: bytes, proof: list[bytes], report: Report
) -> None:
    if signed is None:
        return
    size, root = signed.checkpoint.size, signed.checkpoint.root
    if any(len(one) != 32 for one in proof) or proved_root(leaf, position, size, proof) != root:
        report.fault(position, "inclusion", f"in the checkpoint of {size} entries")
    else:
        report.count("proofs")


def check_proof(data: bytes, trust: Trust, report: Report) -> None:
    """Check a tlog-proof: that its one entry stands at its place in the log."""
    head, _, checkpoint = data.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")[1:]
        if not lines or not lines[0].startswith("extra "):
            raise Broken("it holds no entry")
        body = from_base64(lines[0][6:])
        if len(lines) < 2 or not lines[1].startswith("index "):
            raise Broken("it names no position")
        position = read_number(lines[1][6:])
        proof = [from_base64(line) for line in lines[2:]]
    except (Broken, UnicodeDecodeError) as problem:
        report.fault(None, "proof", str(problem) if isinstance(problem, Broken) else "not ASCII")
        return
    signed = _checked(checkpoint, trust, report)
    windows = _windows(signed)
    leaf = leaf_hash(body)
    entry = Alone(report, windows, ()).add(position, body, leaf)
    if entry is not None:
        report.notes.append(
            f"已核验 {entry['stream']} 第 {entry['version']} 版（{entry['kind']}）；单条证明不表明"
            f"案卷齐全。 This is version {entry['version']} of {entry['stream']}; a single proof "
            "does not show that a case is complete."
        )
    _check_inclusion(signed, position, leaf, proof, report)


class Alone(Book):
    """Judges an entry that comes without the rest of its case: its form and times only."""

    def _chain(self, position: int, entry: dict[str, Any], leaf: bytes) -> None:
        """What came before is not here to be compared with."""


# RFC 3161 time stamps: DER and RSA (PKCS #1 v1.5) by hand.

_OIDS = {
    "signed-data": "2a864886f70d010702",
    "tst-info": "2a864886f70d0109100104",
    "content-type": "2a864886f70d010903",
    "message-digest": "2a864886f70d010904",
    "rsa": "2a864886f70d010101",
}
_DIGESTS = {
    "608648016503040201": ("sha256", "2a864886f70d01010b"),
    "608648016503040202": ("sha384", "2a864886f70d01010c"),
    "608648016503040203": ("sha512", "2a864886f70d01010d"),
}
_TIME = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})(\.[0-9]{1,9})?Z")


class Der(NamedTuple):
    """One DER value: its tag, its content, and all its bytes."""

    tag: int
    content: bytes
    whole: bytes

    def inside(self, *tags: int) -> list[Der]:
        """Return the values inside, whose first tags must be *tags* (0: any); raise `Broken`."""
        found = read_der(self.content)
        if len(found) < len(tags) or not all(
            tag in (0, one.tag)
            for tag, one in zip(tags, found)  # noqa: B905 - Python 3.9
        ):
            raise Broken("not of its DER form")
        return found


def read_der(data: bytes) -> list[Der]:
    """Return the DER values that *data* is made of; raise `Broken`."""
    found, place = [], 0
    while place < len(data):
        begin, tag = place, data[place]
        length = data[place + 1] if place + 1 < len(data) else 0x80
        place += 2
        if length >= 0x80:
            size = length - 0x80
            written = data[place : place + size]
            length = int.from_bytes(written, "big")
            place += size
            if not 1 <= size <= 3 or len(written) < size or written[0] == 0 or length < 0x80:
                raise Broken("not DER")
        if tag & 31 == 31 or place + length > len(data):
            raise Broken("not DER")
        found.append(Der(tag, data[place : place + length], data[begin : place + length]))
        place += length
    return found


def stamped_at(token: bytes, text: bytes, keys: Sequence[tuple[int, int]]) -> int:
    """Return the second (since 1970) at which a trusted authority stamped *text*, or `Broken`."""
    response = Der(0, token, b"").inside(0x30)[0].inside(0x30, 0x30)
    if response[0].inside(0x02)[0].content not in (b"\0", b"\1"):
        raise Broken("not granted")
    content = response[1].inside(0x06, 0xA0)
    signed = content[1].inside(0x30)[0].inside(0x02, 0x31, 0x30)
    stated = signed[2].inside(0x06, 0xA0)
    kinds = [content[0].content.hex(), stated[0].content.hex()]
    if kinds != [_OIDS["signed-data"], _OIDS["tst-info"]] or signed[-1].tag != 0x31:
        raise Broken("not a time-stamp token")
    statement = stated[1].inside(0x04)[0].content
    fields = Der(0, statement, b"").inside(0x30)[0].inside(0x02, 0x06, 0x30, 0x02, 0x18)
    imprint = fields[2].inside(0x30, 0x04)
    if hashlib.new(_digest(imprint[0]), text).digest() != imprint[1].content:
        raise Broken("it stamps something else")
    signers = signed[-1].inside(0x30)
    signer = signers[0].inside(0x02, 0, 0x30, 0xA0, 0x30, 0x04)
    if len(signers) != 1:
        raise Broken("it has not one signer")
    digest = _digest(signer[2])
    attributes = {}
    for attribute in signer[3].inside():
        kind, values = attribute.inside(0x06, 0x31)[:2]
        attributes[kind.content.hex()] = values.inside(0)[0].content
    if attributes.get(_OIDS["content-type"]) != bytes.fromhex(_OIDS["tst-info"]):
        raise Broken("its signer signed something else")
    if attributes.get(_OIDS["message-digest"]) != hashlib.new(digest, statement).digest():
        raise Broken("its signer signed something else")
    algorithm = signer[4].inside(0x06)[0].content.hex()
    allowed = [_OIDS["rsa"], *(rsa for name, rsa in _DIGESTS.values() if name == digest)]
    message = b"\x31" + signer[3].whole[1:]
    if algorithm not in allowed or not any(
        _rsa_is_right(key, digest, message, signer[5].content) for key in keys
    ):
        raise Broken("no trusted authority signed it")
    return _seconds(fields[4].content)


def _digest(algorithm: Der) -> str:
    oid = algorithm.inside(0x06)[0].content.hex()
    if oid not in _DIGESTS:
        raise Broken("a digest other than SHA-256, SHA-384, SHA-512")
    return _DIGESTS[oid][0]


def _rsa_is_right(key: tuple[int, int], digest: str, message: bytes, signature: bytes) -> bool:
    modulus, exponent = key
    length = (modulus.bit_length() + 7) // 8
    hashed = hashlib.new(digest, message).digest()
    oid = next(oid for oid, (name, _) in _DIGESTS.items() if name == digest)
    info = bytes.fromhex("0609" + oid + "0500")
    info = b"\x30" + bytes([len(info)]) + info + b"\x04" + bytes([len(hashed)]) + hashed
    info = b"\x30" + bytes([len(info)]) + info
    number = int.from_bytes(signature, "big")
    if len(signature) != length or number >= modulus or length < len(info) + 11:
        return False
    padded = b"\x00\x01" + b"\xff" * (length - len(info) - 3) + b"\x00" + info
    return pow(number, exponent, modulus).to_bytes(length, "big") == padded


def _seconds(written: bytes) -> int:
    match = _TIME.fullmatch(written.decode("latin-1"))
    text = "{}-{}-{}T{}:{}:{}.000000Z".format(*match.groups()[:6]) if match else ""
    if not is_instant(text) or text < "1970":
        raise Broken("its time is no time")
    since = datetime.strptime(text[:19] + "+0000", "%Y-%m-%dT%H:%M:%S%z").timestamp()
    return int(since)


def read_certificate(data: bytes) -> tuple[int, int]:
    """Return the RSA key (modulus, exponent) of a certificate in PEM or DER; `CannotVerify`."""
    try:
        if b"-----BEGIN CERTIFICATE-----" in data:
            inner = data.split(b"-----BEGIN CERTIFICATE-----", 1)[1].split(b"-----END", 1)[0]
            data = base64.b64decode(b"".join(inner.split()), validate=True)
        body = Der(0, data, b"").inside(0x30)[0].inside(0x30)[0].inside()
        body = body[1:] if body[0].tag == 0xA0 else body
        algorithm, bits = body[5].inside(0x30, 0x03)[:2]
        if algorithm.inside(0x06)[0].content.hex() != _OIDS["rsa"]:
            raise Broken("not RSA")
        numbers = Der(0, bits.content[1:], b"").inside(0x30)[0].inside(0x02, 0x02)
    except (Broken, ValueError, IndexError):
        raise CannotVerify(
            "时间戳机构证书应为 RSA 证书。 The authority's certificate is not one with an RSA key."
        ) from None
    modulus, exponent = (int.from_bytes(one.content, "big") for one in numbers[:2])
    return modulus, exponent


# What is asked, and the answer.

USAGE = """jiedui_verify.py EXPORT --policy FILE [options]
jiedui_verify.py EXPORT --log-key KEY [--witness KEY]... [--quorum NUMBER] [options]
jiedui_verify.py --batch FILE

EXPORT is an evidence bundle (zip or folder), a case file or a tlog-proof.
--policy FILE      whom you trust (C2SP tlog-policy), never taken from the export
--log-key KEY      a key of the log, name+id+base64; repeat after a key was changed
--witness KEY      a key of a witness; --quorum says how many must cosign (default: all)
--case FILE        a case file whose signed head is compared with the whole bundle
--checkpoint FILE  a checkpoint you kept yourself: the bundle must continue it
--receipt P:HASH   a receipt somebody holds: the entry of that hash stands at position P
--tsa-cert FILE    the certificate of a time-stamp authority you trust (RSA)
--json             the verdict as JSON
--batch FILE       one JSON list of arguments a line; one verdict a line

Exit status: 0 intact, 1 not intact, 2 could not be tried.
"""


def judge(arguments: Sequence[str]) -> dict[str, Any]:
    """Return the verdict on what *arguments* ask about; every input has one."""
    try:
        options = read_arguments(arguments)
        return _judged(options)
    except CannotVerify as problem:
        return {
            "verdict": "cannot-verify",
            "faults": [],
            "checked": {},
            "witnesses": {"checked": [], "not_checked": []},
            "notes": [str(problem)],
        }


def read_arguments(arguments: Sequence[str]) -> dict[str, list[str]]:
    """Return the options and their values, the export under ``""``; raise `CannotVerify`."""
    known = (
        "--policy",
        "--log-key",
        "--witness",
        "--quorum",
        "--case",
        "--checkpoint",
        "--receipt",
        "--tsa-cert",
    )
    options: dict[str, list[str]] = {name: [] for name in ("", *known)}
    waiting = list(arguments)
    while waiting:
        word = waiting.pop(0)
        if word == "--json":
            continue
        if word.startswith("--"):
            if word not in known or not waiting:
                raise CannotVerify(f"看不懂参数 {shown(word)}。 Unknown option.\n{USAGE}")
            options[word].append(waiting.pop(0))
        else:
            options[""].append(word)
    if len(options[""]) != 1:
        raise CannotVerify(f"请给出一个待核验的文件。 Name one export.\n{USAGE}")
    return options


def read_receipt(told: str) -> tuple[int, str]:
    """Return position and hash of a receipt, written ``1256:`` and 64 hexadecimal digits."""
    written, _, hexadecimal = told.partition(":")
    try:
        if not re.fullmatch("[0-9a-f]{64}", hexadecimal):
            raise Broken("the hash has 64 hexadecimal digits")
        return read_number(written), hexadecimal
    except Broken:
        raise CannotVerify(
            f"回执应写作“位置:哈希”，现为 {shown(told)}。 A receipt reads position:hash; found "
            f"{shown(told)}."
        ) from None


def _trust(options: dict[str, list[str]]) -> Trust:
    """Return whom the auditor trusts, from a policy file or from keys."""
    if len(options["--policy"]) == 1 and not (options["--log-key"] or options["--witness"]):
        trust = read_policy(_file(options["--policy"][0], NOTE_BYTES_MAX))
    elif options["--log-key"] and not options["--policy"]:
        trust = Trust()
        try:
            for vkey in options["--log-key"]:
                _add_log(trust, vkey)
            for number, vkey in enumerate(options["--witness"]):
                _add_witness(trust, f"w{number}", vkey)
            needed = [read_number(one) for one in options["--quorum"]] or [len(trust.witnesses)]
        except Broken as problem:
            raise CannotVerify(f"公钥有误。 A key cannot be used: {problem}.") from None
        if len(needed) != 1 or needed[0] > len(trust.witnesses):
            raise CannotVerify("见证人数有误。 --quorum is at most the number of witnesses.")
        trust.quorum = (needed[0], list(trust.witnesses)) if needed[0] else None
    else:
        raise CannotVerify(
            "请用 --policy 或 --log-key 给出您信任的公钥；公钥绝不取自待核验文件。 Give the keys "
            "you trust by --policy or --log-key; they are never taken from the export."
        )
    if not trust.logs:
        raise CannotVerify("信任策略未列日志公钥。 The policy names no log.")
    trust.tsa_keys = [
        read_certificate(_file(one, TOKEN_BYTES_MAX)) for one in options["--tsa-cert"]
    ]
    return trust


def _file(path: str, longest: int) -> bytes:
    try:
        with Path(path).open("rb") as file:
            data = file.read(longest + 1)
    except (OSError, ValueError):
        raise CannotVerify(f"无法读取 {shown(path)}。 {shown(path)} cannot be read.") from None
    if len(data) > longest:
        raise CannotVerify(f"{shown(path)} 过大。 {shown(path)} is too large.")
    return data


def _judged(options: dict[str, list[str]]) -> dict[str, Any]:
    trust, report = _trust(options), Report()
    for told in options["--receipt"]:
        position, hexadecimal = read_receipt(told)
        report.receipts.setdefault(position, set()).add(hexadecimal)
    path = options[""][0]
    heads = []
    for case in options["--case"]:
        head = check_case(_file(case, DOCUMENT_BYTES_MAX), trust, report)
        heads += [head] if head else []
    kept = [_file(one, NOTE_BYTES_MAX) for one in options["--checkpoint"]]
    try:
        for data in kept:
            read_checkpoint(data)
    except Broken as problem:
        raise CannotVerify(f"所存检查点有误。 A checkpoint you gave: {problem}.") from None
    if Path(path).is_dir():
        Bundle(Folder(path, report), trust, report).check(kept, heads)
        return report.verdict()
    beginning = _file_beginning(path)
    if beginning.startswith(b"PK"):
        package = Zip(path, report)
        try:
            Bundle(package, trust, report).check(kept, heads)
        finally:
            package.close()
    elif beginning.startswith(b"{"):
        check_case(_file(path, DOCUMENT_BYTES_MAX), trust, report)
    elif beginning == PROOF_TITLE + b"\n":
        check_proof(_file(path, NOTE_BYTES_MAX), trust, report)
    else:
        raise CannotVerify(
            "不是证据包、案卷文件或证明文件。 Neither an evidence bundle, a case file nor a proof."
        )
    return report.verdict()


def _file_beginning(path: str) -> bytes:
    try:
        with Path(path).open("rb") as file:
            return file.read(len(PROOF_TITLE) + 1)
    except (OSError, ValueError):
        raise CannotVerify(f"无法读取 {shown(path)}。 {shown(path)} cannot be read.") from None


def told(verdict: dict[str, Any]) -> str:
    """Return the verdict in sentences, Chinese first."""
    sentences = {
        "intact": "完好：未发现任何改动。 Intact: nothing was altered, removed or reordered.",
        "not-intact": "不完好！ Not intact.",
        "cannot-verify": "无法核验。 Could not be tried.",
    }
    lines = []
    for fault in verdict["faults"]:
        where = "—" if fault["position"] is None else f"位置 position {fault['position']}"
        chinese, english = RULES[fault["rule"]]
        lines.append(f"{where}: {chinese} {english} [{fault['rule']}]: {fault['found']}")
    checked = ", ".join(f"{name} {number}" for name, number in sorted(verdict["checked"].items()))
    lines.append(sentences[verdict["verdict"]] + (f" ({checked})" if checked else ""))
    for name, label in (
        ("checked", "已核对见证 witnesses checked"),
        ("not_checked", "未核对见证 not checked"),
    ):
        names = ", ".join(map(shown, verdict["witnesses"][name])) or "—"
        lines.append(f"{label}: {names}")
    return "\n".join([*lines, *verdict["notes"]]) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Print the verdict; return the exit status."""
    if not arguments or "--help" in arguments:
        sys.stdout.write(USAGE)
        return 0 if arguments else 2
    if arguments[0] == "--batch" and len(arguments) == 2:
        for line in _file(arguments[1], DOCUMENT_BYTES_MAX).decode("utf-8").splitlines():
            sys.stdout.write(json.dumps(judge(json.loads(line)), ensure_ascii=False) + "\n")
        return 0
    verdict = judge(arguments)
    as_json = json.dumps(verdict, ensure_ascii=False) + "\n"
    sys.stdout.write(as_json if "--json" in arguments else told(verdict))
    return {"intact": 0, "not-intact": 1}.get(verdict["verdict"], 2)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
