#!/usr/bin/env node
// A second, independent verifier of jiedui's exports, for Node.js 18 or newer: it uses the platform's own
// Ed25519, SHA-2, RSA and inflate, where the Python one brings its own. Both must reach the same
// verdict. Rules, formats and the table of states are those written in the Python file; keys come
// from the auditor alone. Nothing is written, unpacked or sent anywhere.
//
//   node jiedui_verify.mjs EXPORT --policy FILE [--case FILE] [--checkpoint FILE] [--receipt P:HASH] [--tsa-cert FILE]
//   node jiedui_verify.mjs EXPORT --log-key KEY [--witness KEY]... [--quorum NUMBER]
//   node jiedui_verify.mjs --batch FILE      (one JSON list of arguments a line)
//
// Exit status: 0 intact, 1 not intact, 2 could not be tried.

import { createHash, createHmac, createPublicKey, verify, constants, X509Certificate } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import zlib from "node:zlib";

const MIB = 2 ** 20;
const LIMITS = {
  entry: 65_535, line: 16 * MIB, note: 1_000_000, document: 256 * MIB, token: MIB,
  directory: 64 * MIB, unpackedFactor: 200, depth: 100, signatures: 100,
};
const TOLERANCE = 300;
const LAST_SECOND = 253_402_300_799;
const SUITE = "SHA-256+Ed25519";
const NO_WITNESS =
  "没有任何外部见证：持有日志私钥的运营方可以重写全部记录而本核验不能发现。 Without any outside " +
  "witness, an operator who holds the log's key could have rewritten everything unnoticed.";

const STATES = `
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
`;

class CannotVerify extends Error {}
class Broken extends Error {}

const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();
const leafHash = (body) => sha256(Buffer.of(0), body);
const nodeHash = (left, right) => sha256(Buffer.of(1), left, right);
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isNatural = (value) => Number.isSafeInteger(value) && value >= 0;
const before = (size) => (size > 0 ? size - 1 : null);

function hasExactly(value, names) {
  return isObject(value) && Object.keys(value).length === names.length &&
    names.every((name) => Object.hasOwn(value, name));
}

function demand(condition, sentence) {
  if (!condition) throw new Broken(sentence);
}

// Runs a reader; what it finds broken goes to the second function.
function attempt(reader, onBroken) {
  try {
    return reader();
  } catch (problem) {
    if (!(problem instanceof Broken)) throw problem;
    return onBroken(problem.message);
  }
}

class Report {
  faults = [];
  checked = {};
  notes = [];
  seenWitnesses = new Set();
  otherWitnesses = new Set();
  #receipts = new Map();

  expect(position, hash) {
    this.#receipts.set(position, (this.#receipts.get(position) ?? new Set()).add(hash));
  }

  // A receipt is compared once, with the first entry that claims its position.
  arrived(position, leaf) {
    const hashes = this.#receipts.get(position);
    if (!hashes) return;
    this.#receipts.delete(position);
    for (const hash of hashes) {
      if (hash === leaf.toString("hex")) this.count("receipts");
      else this.fault(position, "receipt", "another entry stands there");
    }
  }

  fault(position, rule, found = "") {
    this.faults.push({ position, rule, found });
  }

  count(what, number = 1) {
    this.checked[what] = (this.checked[what] ?? 0) + number;
  }

  verdict() {
    for (const [position, hashes] of this.#receipts) {
      for (const _ of hashes) this.fault(position, "receipt", "no entry of that position is here");
    }
    this.#receipts.clear();
    const other = [...this.otherWitnesses].filter((name) => !this.seenWitnesses.has(name));
    return {
      verdict: this.faults.length ? "not-intact" : "intact",
      faults: this.faults.sort((a, b) => (a.position ?? -1) - (b.position ?? -1)),
      checked: this.checked,
      witnesses: { checked: [...this.seenWitnesses].sort(), not_checked: other.sort() },
      notes: this.notes,
    };
  }
}

// JSON: canonical (RFC 8785, integers only, ASCII keys) or not.

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function decoded(bytes) {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new Broken("not UTF-8");
  }
}

class NoCanonicalForm extends Error {}

/** Half of a character, which no UTF-8 can hold (Node.js 18 has no isWellFormed). */
const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

function canonical(value) {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new NoCanonicalForm();
    return String(value);
  }
  if (typeof value === "string") {
    if (LONE_SURROGATE.test(value)) throw new NoCanonicalForm();
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  const keys = Object.keys(value);
  // eslint-disable-next-line no-control-regex
  if (keys.some((key) => !/^[\x00-\x7f]*$/.test(key))) throw new NoCanonicalForm();
  return `{${keys.sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
}

function isTooDeep(value, left = LIMITS.depth) {
  if (typeof value !== "object" || value === null) return false;
  return left === 0 || Object.values(value).some((one) => isTooDeep(one, left - 1));
}

// Returns [value, whether the bytes are its canonical form].
function parsed(bytes) {
  const text = decoded(bytes);
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Broken("not JSON");
  }
  demand(!isTooDeep(value), "nested too deep");
  try {
    return [value, canonical(value) === text];
  } catch (problem) {
    if (problem instanceof NoCanonicalForm) return [value, false];
    throw problem;
  }
}

function document(bytes, names) {
  const end = bytes.length && bytes[bytes.length - 1] === 10 ? bytes.length - 1 : bytes.length;
  const [value, isCanonical] = parsed(bytes.subarray(0, end));
  demand(isCanonical, "not canonical JSON");
  demand(hasExactly(value, names), `not an object with the fields ${names.join(", ")}`);
  return value;
}

function base64(text) {
  demand(typeof text === "string", "not base64");
  const bytes = Buffer.from(text, "base64");
  demand(bytes.toString("base64") === text, "not the one base64 of its bytes");
  return bytes;
}

function number(text) {
  demand(/^(0|[1-9][0-9]{0,15})$/.test(text) && Number.isSafeInteger(Number(text)), "not a number");
  return Number(text);
}

// Keys, notes, checkpoints, policies (C2SP signed-note, tlog-checkpoint, tlog-policy).

const SPACE = /[\u0000-\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;
const isKeyName = (name) => name !== "" && !name.includes("+") && !SPACE.test(name);

function readKey(vkey) {
  const match = /^([^+]*)\+([0-9a-fA-F]{8})\+([^]*)$/.exec(vkey);
  demand(match, "a key reads name+id+base64");
  const [, name, id, encoded] = match;
  const typed = base64(encoded);
  demand(isKeyName(name), "a key's name is not empty and holds no spaces");
  const keyId = sha256(`${name}\n`, typed).readUInt32BE(0);
  demand(Number.parseInt(id, 16) === keyId, "the key's id does not fit its bytes");
  demand(typed.length === 33 && (typed[0] === 1 || typed[0] === 4), "a key of an unknown kind");
  const raw = typed.subarray(1);
  let object = null;
  try {
    object = createPublicKey({
      key: { kty: "OKP", crv: "Ed25519", x: raw.toString("base64url") }, format: "jwk",
    });
  } catch {
    object = null; // no point of the curve: nothing it signs will verify
  }
  return { name, keyId, kind: typed[0], bytes: raw.toString("hex"), object };
}

function isSigned(key, message, signature) {
  if (!key.object || signature.length !== 64) return false;
  try {
    return verify(null, message, key.object, signature);
  } catch {
    return false;
  }
}

function readNote(bytes) {
  demand(bytes.length <= LIMITS.note, "longer than any note");
  const written = decoded(bytes);
  demand(!/[\u0000-\u0009\u000b-\u001f]/.test(written), "control characters");
  const divide = written.lastIndexOf("\n\n");
  demand(divide >= 0 && written.endsWith("\n") && divide + 2 < written.length, "no signature lines");
  const lines = written.slice(divide + 2, -1).split("\n").map((line) => {
    const parts = line.split(" ");
    demand(parts.length === 3 && parts[0] === "—" && isKeyName(parts[1]), "not a signature line");
    const blob = base64(parts[2]);
    demand(blob.length >= 5, "not a signature line");
    return { name: parts[1], keyId: blob.readUInt32BE(0), blob: blob.subarray(4) };
  });
  demand(lines.length <= LIMITS.signatures, "more than 100 signatures");
  return { text: written.slice(0, divide + 1), lines };
}

function readCheckpoint(bytes) {
  const note = readNote(bytes);
  const lines = note.text.slice(0, -1).split("\n");
  demand(lines.length >= 3 && !lines.includes(""), "a checkpoint has three lines or more");
  const root = base64(lines[2]);
  demand(root.length === 32, "a root has 32 bytes");
  const suites = lines.slice(3).filter((line) => line.startsWith("suite "));
  return { origin: lines[0], size: number(lines[1]), root, suites, note };
}

class Trust {
  logs = [];
  witnesses = new Map();
  quorum = null; // null, a witness's name, or {needed, members}
  authorities = [];

  addLog(vkey) {
    const key = readKey(vkey);
    demand(key.kind === 1, "a log's key is of kind 0x01");
    demand(!this.logs.some((other) => other.bytes === key.bytes), "the same key twice");
    this.logs.push(key);
  }

  addWitness(name, vkey) {
    const key = readKey(vkey);
    demand(key.kind === 4, "a witness's key is of kind 0x04");
    const others = [...this.witnesses.values()];
    demand(!others.some((other) => other.bytes === key.bytes), "the same key twice");
    this.witnesses.set(name, key);
  }

  knowsLog(origin) {
    return this.logs.some((key) => key.name === origin);
  }

  isSatisfied(cosigners, quorum = this.quorum) {
    if (quorum === null) return true;
    if (typeof quorum === "string") return cosigners.has(this.witnesses.get(quorum));
    return quorum.members.filter((one) => this.isSatisfied(cosigners, one)).length >= quorum.needed;
  }
}

function readPolicy(bytes) {
  const trust = new Trust();
  const named = new Map();
  const members = new Set();
  let quorumRead = false;
  const define = (name) => demand(name !== "none" && !named.has(name), "the name is taken");
  // An editor on Windows puts its mark and CR around what it saves; the policy is the same.
  const lines = attempt(() => decoded(bytes), () => {
    throw new CannotVerify("信任策略不是 UTF-8 文本。 The policy is not UTF-8 text.");
  }).replace(/^\uFEFF/, "").replaceAll("\r\n", "\n").split("\n");
  const read = (line) => {
    demand(!/[\u0000-\u0008\u000a-\u001f\u007f]/.test(line), "control characters");
    const words = line.split(/[ \t]+/).filter((word) => word !== "");
    if (!words.length || words[0].startsWith("#")) return;
    const [keyword, name, third, ...rest] = words;
    if (keyword === "log" && (words.length === 2 || words.length === 3)) {
      trust.addLog(name);
    } else if (keyword === "witness" && (words.length === 3 || words.length === 4)) {
      define(name);
      trust.addWitness(name, third);
      named.set(name, name);
    } else if (keyword === "group" && rest.length) {
      define(name);
      for (const member of rest) {
        demand(named.has(member) && !members.has(member), "a member is unknown or taken");
        members.add(member);
      }
      const needed = third === "all" ? rest.length : third === "any" ? 1 : number(third);
      demand(needed >= 1 && needed <= rest.length, "the threshold is out of range");
      named.set(name, { needed, members: rest.map((member) => named.get(member)) });
    } else if (keyword === "quorum" && words.length === 2) {
      demand(!quorumRead && (name === "none" || named.has(name)), "one quorum, defined above");
      quorumRead = true;
      trust.quorum = name === "none" ? null : named.get(name);
    } else {
      throw new Broken("not a line of a policy");
    }
  };
  lines.forEach((line, index) => attempt(() => read(line), (problem) => {
    throw new CannotVerify(`信任策略第 ${index + 1} 行有误。 Trust policy, line ${index + 1}: ${problem}.`);
  }));
  if (!quorumRead) throw new CannotVerify("信任策略缺少 quorum 行。 The policy has no quorum line.");
  return trust;
}

function isSignedByLog(note, origin, trust) {
  let right = 0;
  for (const key of trust.logs.filter((one) => one.name === origin)) {
    for (const line of note.lines.filter((one) => one.name === key.name && one.keyId === key.keyId)) {
      if (!isSigned(key, Buffer.from(note.text), line.blob)) return false;
      right += 1;
    }
  }
  return right > 0;
}

// What trusted keys say of a checkpoint: who cosigned it, and when.
function checkSignatures(checkpoint, trust, report) {
  const where = before(checkpoint.size);
  const { note, origin, size } = checkpoint;
  if (!trust.knowsLog(origin)) report.fault(where, "origin", `checkpoint of ${size} entries`);
  else if (isSignedByLog(note, origin, trust)) report.count("log_signatures");
  else report.fault(where, "log-signature", `checkpoint of ${size} entries`);
  if (checkpoint.suites.length > 1 || (checkpoint.suites[0] ?? `suite ${SUITE}`) !== `suite ${SUITE}`) {
    report.fault(where, "suite", `checkpoint of ${size} entries`);
  }
  const cosigners = new Set();
  const times = [];
  const keys = [...trust.witnesses.values()];
  for (const line of note.lines) {
    const key = keys.find((one) => one.name === line.name && one.keyId === line.keyId);
    if (!key) {
      if (!trust.knowsLog(line.name)) report.otherWitnesses.add(line.name);
      continue;
    }
    const at = line.blob.length === 72 ? line.blob.readBigUInt64BE(0) : -1n;
    const message = Buffer.from(`cosignature/v1\ntime ${at}\n${note.text}`);
    if (at >= 0n && at <= BigInt(LAST_SECOND) && isSigned(key, message, line.blob.subarray(8))) {
      report.count("cosignatures");
      report.seenWitnesses.add(key.name);
      cosigners.add(key);
      times.push(Number(at));
    } else {
      report.fault(where, "cosignature", line.name);
    }
  }
  return { checkpoint, cosigners, times };
}

function checkQuorum({ checkpoint, cosigners }, trust, report) {
  if (!trust.isSatisfied(cosigners)) {
    report.fault(before(checkpoint.size), "quorum", `${cosigners.size} cosigned`);
  }
  const here = new Set([...cosigners].map((key) => key.name));
  const absent = new Set([...trust.witnesses.values()].map((key) => key.name).filter((name) => !here.has(name)));
  absent.forEach((name) => report.otherWitnesses.add(name));
  if (absent.size) {
    const names = [...absent].sort();
    report.notes.push(`未见证最新检查点：${names.join("、")}。 These witnesses did not cosign the newest checkpoint: ${names.join(", ")}.`);
  }
  if (!cosigners.size) report.notes.push(NO_WITNESS);
}

// Instants are compared as the texts that are hashed.

function isInstant(text) {
  const match = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)\.\d{6}Z$/.exec(text);
  if (!match) return false;
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number);
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return year > 0 && month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1] &&
    hour < 24 && minute < 60 && second < 60;
}

function instantText(seconds) {
  const kept = Math.min(Math.max(seconds, 0), LAST_SECOND);
  return new Date(kept * 1000).toISOString().replace(".000Z", ".000000Z");
}

// The tree (RFC 6962).

class Tree {
  size = 0;
  #subtrees = [];

  add(leaf) {
    let whole = leaf;
    for (let size = this.size; size % 2 === 1; size = Math.floor(size / 2)) {
      whole = nodeHash(this.#subtrees.pop(), whole);
    }
    this.#subtrees.push(whole);
    this.size += 1;
  }

  root() {
    if (!this.#subtrees.length) return sha256("");
    return this.#subtrees.reduceRight((whole, subtree) => nodeHash(subtree, whole));
  }
}

// The hash tiles of the tree (C2SP tlog-tiles): the SHA-256 of each by its path.
function tilesOf(leaves) {
  const digests = new Map();
  for (let [level, hashes] = [0, leaves]; hashes.length; level += 1) {
    const above = [];
    for (let first = 0, index = 0; first < hashes.length; first += 256, index += 1) {
      const tile = hashes.slice(first, first + 256);
      const padded = String(index).padStart(Math.ceil(String(index).length / 3) * 3, "0");
      const groups = padded.match(/.{3}/g).map((group, at, all) => (at < all.length - 1 ? `x${group}` : group));
      const partial = tile.length < 256 ? `.p/${tile.length}` : "";
      digests.set(`tile/${level}/${groups.join("/")}${partial}`, sha256(Buffer.concat(tile)).toString("hex"));
      if (!partial) {
        const tree = new Tree();
        tile.forEach((hash) => tree.add(hash));
        above.push(tree.root());
      }
    }
    hashes = above;
  }
  return digests;
}

// The root that an inclusion proof leads to; null when it leads to none. Written as the recursion
// of RFC 6962 §2.1.1, read from the proof's end.
function provedRoot(leaf, index, size, proof) {
  if (index >= size) return null;
  const climb = (position, count, steps) => {
    if (count === 1) return steps === 0 ? leaf : null;
    if (steps === 0) return null;
    const split = largestPowerBelow(count);
    const step = proof[steps - 1];
    if (position < split) {
      const left = climb(position, split, steps - 1);
      return left && nodeHash(left, step);
    }
    const right = climb(position - split, count - split, steps - 1);
    return right && nodeHash(step, right);
  };
  return climb(index, size, proof.length);
}

function largestPowerBelow(count) {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}

// Entries.

const TYPES = {
  stream: "string", version: "integer", kind: "string", recorded_at: "string", occurred_at: "string",
  by: "object", command_id: "string", because_of: "string?", pairing: "string?", policy: "string?",
  calendar: "string?", seen: "integer", previous: "string", fact: "object",
};
const OPENING_FIELDS = ["position", "field", "holder", "item", "key", "plaintext"];

function isOfType(value, type) {
  if (type === "integer") return Number.isSafeInteger(value);
  if (type === "object") return isObject(value);
  return typeof value === "string" || (type === "string?" && value === null);
}

function wrongFields(entry) {
  if (!hasExactly(entry, Object.keys(TYPES))) return ["names"];
  const wrong = Object.keys(TYPES).filter((name) => !isOfType(entry[name], TYPES[name]));
  if (wrong.length) return wrong;
  if (!/^[a-z]{1,20}\/[A-Za-z0-9-]{1,64}$/.test(entry.stream)) wrong.push("stream");
  if (!/^[a-z][a-z0-9_]{0,80}\.v[1-9][0-9]{0,3}$/.test(entry.kind)) wrong.push("kind");
  if (entry.version < 1) wrong.push("version");
  if (entry.seen < -1) wrong.push("seen");
  return wrong.concat(["recorded_at", "occurred_at"].filter((name) => !isInstant(entry[name])));
}

// The table of states as {category: Map(kind → steps)}.
const STEPS = (() => {
  const table = new Map();
  let steps;
  let groups;
  for (const line of STATES.trim().split("\n")) {
    const section = /^\[(\w+)\]$/.exec(line);
    const group = /^(\w+) = (.+)$/.exec(line);
    const step = /^([^:]+): (.+) > (\S+)((?: [A-Z_]+)*)(?: if (\w+))?$/.exec(line);
    if (section) {
      [steps, groups] = [new Map(), new Map()];
      table.set(section[1], steps);
    } else if (group) {
      groups.set(group[1], group[2].split(" "));
    } else {
      const from = new Set(step[2].split(" ").flatMap((word) => groups.get(word) ?? [word]));
      const allowed = new Set(step[4].trim().split(" "));
      for (const kind of step[1].split(" ")) {
        const known = steps.get(`${kind}.v1`) ?? [];
        steps.set(`${kind}.v1`, [...known, { from, to: step[3], allowed, condition: step[5] }]);
      }
    }
  }
  return table;
})();

function holds(condition, fact) {
  if (!condition) return true;
  if (condition === "moved") {
    return typeof fact.main_before === "string" && fact.main_before !== fact.main;
  }
  return (fact[condition] ?? null) !== null;
}

// Returns [the state after, whether the fact may stand there].
function stateAfter(category, state, kind, fact) {
  const steps = STEPS.get(category).get(kind) ?? [];
  const step = steps.find((one) => one.from.has(state) && holds(one.condition, fact));
  if (step?.to === "same") return [state, true];
  if (step?.to === "then") return step.allowed.has(fact.then) ? [fact.then, true] : [state, false];
  if (step) return [step.to, true];
  const usual = steps[0]?.to ?? "same";
  return [usual === "same" || usual === "then" ? state : usual, false];
}

function readOpening(told) {
  demand(hasExactly(told, OPENING_FIELDS) && isNatural(told.position), "not an opening");
  demand([told.field, told.holder, told.item].every((one) => typeof one === "string"), "not an opening");
  const key = base64(told.key);
  const plaintext = base64(told.plaintext);
  demand(key.length === 32, "an opening's key has 32 bytes");
  const mac = createHmac("sha256", key);
  for (const part of [Buffer.from(told.holder), Buffer.from(told.item), plaintext]) {
    const length = Buffer.alloc(8);
    length.writeBigUInt64BE(BigInt(part.length));
    mac.update(length).update(part);
  }
  const { position, field, holder, item } = told;
  return { position, field, holder, item, digest: mac.digest("hex") };
}

function fits(opening, fact) {
  let value = fact;
  for (const step of opening.field.split(".")) {
    if (Array.isArray(value)) value = /^(0|[1-9][0-9]{0,5})$/.test(step) ? value[Number(step)] : null;
    else value = isObject(value) && Object.hasOwn(value, step) ? value[step] : null;
  }
  return hasExactly(value, ["holder", "item", "digest"]) &&
    ["holder", "item", "digest"].every((name) => value[name] === opening[name]);
}

function* sealedIn(value) {
  if (hasExactly(value, ["holder", "item", "digest"]) &&
      Object.values(value).every((one) => typeof one === "string")) {
    yield [value.holder, value.item];
  } else if (typeof value === "object" && value !== null) {
    for (const one of Object.values(value)) yield* sealedIn(one);
  }
}

class Book {
  #cases = new Map();
  #newest = "";
  #openings = new Map();
  #windows;
  #earliest = "";

  constructor(report, windows, openings, alone = false) {
    this.report = report;
    this.alone = alone;
    this.#windows = [...windows].sort((a, b) => a.size - b.size || a.at - b.at);
    for (const opening of openings) {
      this.#openings.set(opening.position, [...(this.#openings.get(opening.position) ?? []), opening]);
    }
  }

  // Judges one entry; returns it when it can be read at all.
  add(position, body, leaf) {
    this.report.count("entries");
    this.report.arrived(position, leaf);
    const entry = this.#read(position, body);
    for (const opening of this.#openings.get(position) ?? []) {
      if (entry && fits(opening, entry.fact)) this.report.count("openings");
      else this.report.fault(position, "opening", opening.field);
    }
    this.#openings.delete(position);
    if (!entry) return null;
    if (!this.alone) this.#chain(position, entry, leaf.toString("hex"));
    this.#times(position, entry.recorded_at);
    if (entry.seen >= position) this.report.fault(position, "seen", String(entry.seen));
    return entry;
  }

  #read(position, body) {
    if (body.length > LIMITS.entry) {
      this.report.fault(position, "unreadable", "too long");
      return null;
    }
    const [entry, isCanonical] = attempt(() => parsed(body), () => [null, false]);
    let rule = null;
    if (!isObject(entry)) rule = "unreadable";
    else if (!isCanonical) rule = "canonical";
    else if (wrongFields(entry).length) rule = "fields";
    if (rule) this.report.fault(position, rule, `${body.length} bytes`);
    return rule ? null : entry;
  }

  #chain(position, entry, hash) {
    const { stream, version, kind, fact } = entry;
    const known = this.#cases.get(stream) ?? { version: 0, hash: "", state: "NONE" };
    if (version !== known.version + 1) this.report.fault(position, "version", `${version}`);
    if (entry.previous !== known.hash) this.report.fault(position, "previous", `${version}`);
    let { state } = known;
    const category = stream.slice(0, stream.indexOf("/"));
    if (STEPS.has(category)) {
      const [after, legal] = stateAfter(category, state, kind, fact);
      if (!legal) this.report.fault(position, "legality", `${kind} after ${state}`);
      state = after;
    }
    this.#cases.set(stream, { version, hash, state });
  }

  #times(position, recordedAt) {
    if (recordedAt < this.#newest) this.report.fault(position, "time", recordedAt);
    else this.#newest = recordedAt;
    while (this.#windows.length && this.#windows[0].size <= position) {
      // A time stamp may be made long after the checkpoint; only a witness saw no more at that time.
      const { seen } = this.#windows.shift();
      if (seen !== null) this.#earliest = instantText(seen - TOLERANCE);
    }
    const latest = this.#windows.length ? instantText(this.#windows[0].at + TOLERANCE) : ":";
    if (recordedAt < this.#earliest || recordedAt > latest) {
      this.report.fault(position, "time-window", recordedAt);
    }
  }

  finish() {
    for (const [position, openings] of this.#openings) {
      openings.forEach((opening) => this.report.fault(position, "opening", opening.field));
    }
    this.report.count("streams", this.#cases.size);
  }
}

class Erasures {
  #found = new Map();
  #opens = new Map();
  #erased = new Set();
  #must = new Set();
  #parties = new Map();
  #tasks = new Map();
  histories = new Set();

  constructor(gone) {
    this.gone = gone;
  }

  get any() {
    return this.#erased.size > 0;
  }

  on(position, { stream, kind, fact }) {
    if (kind === "task_registered.v1") this.#join(stream, [fact.requester]);
    if (kind === "duplicate_attached.v1") this.#join(stream, Array.isArray(fact.subjects) ? fact.subjects : []);
    if (kind === "subject_erased.v1") {
      this.#erased.add(stream);
      this.#must.add(stream);
      for (const task of this.#tasks.get(stream) ?? []) {
        if ([...this.#parties.get(task)].every((one) => this.#erased.has(one))) this.#must.add(task);
      }
    }
    if (kind === "workflow_history_sealed.v1") this.histories.add(String(fact.digest));
    for (const [holder, item] of sealedIn(fact)) {
      const gone = this.gone.get(item) === holder;
      const [book, key] = gone ? [this.#found, item] : [this.#opens, holder];
      if (!book.has(key)) book.set(key, position);
    }
  }

  #join(task, subjects) {
    for (const subject of subjects.filter((one) => typeof one === "string")) {
      if (!this.#parties.has(task)) this.#parties.set(task, new Set());
      if (!this.#tasks.has(subject)) this.#tasks.set(subject, new Set());
      this.#parties.get(task).add(subject);
      this.#tasks.get(subject).add(task);
    }
  }

  compare(report, openings) {
    report.count("erased_items", this.gone.size);
    for (const [item, holder] of this.gone) {
      const parties = [...(this.#parties.get(holder) ?? [])];
      const orphaned = parties.length > 0 && parties.every((one) => this.#erased.has(one));
      if (!this.#found.has(item)) report.fault(null, "erasure", "no fact refers to it");
      else if (!this.#must.has(holder) && !orphaned) report.fault(this.#found.get(item), "erasure", "no erasure");
    }
    for (const holder of this.#must) {
      if (this.#opens.has(holder)) report.fault(this.#opens.get(holder), "erasure", "this still opens");
    }
    for (const opening of openings) {
      if (this.gone.has(opening.item)) report.fault(opening.position, "erasure", "gone, and opened");
    }
  }
}

// Packages: a folder, or a zip file read strictly.

const FILE_NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/;

class Folder {
  names = [];

  constructor(root, report) {
    this.root = root;
    const walk = (folder, prefix) => {
      for (const found of fs.readdirSync(folder, { withFileTypes: true })) {
        const name = prefix + found.name;
        if (found.isDirectory()) walk(path.join(folder, found.name), `${name}/`);
        else if (found.isFile() && FILE_NAME.test(name)) this.names.push(name);
        else report.fault(null, "name", name);
      }
    };
    walk(root, "");
  }

  async *chunks(name) {
    try {
      yield* fs.createReadStream(path.join(this.root, name));
    } catch {
      throw new Broken("it cannot be read");
    }
  }

  close() {}
}

class Zip {
  members = new Map();

  constructor(file, report) {
    this.file = fs.openSync(file, "r");
    this.path = file;
    this.length = fs.fstatSync(this.file).size;
    attempt(() => this.#read(report), (problem) => {
      this.members.clear();
      report.fault(null, "zip", problem);
    });
    this.names = [...this.members.keys()];
  }

  close() {
    fs.closeSync(this.file);
  }

  #at(offset, length) {
    demand(offset >= 0 && length >= 0 && offset + length <= this.length, "it points outside itself");
    const bytes = Buffer.alloc(length);
    fs.readSync(this.file, bytes, 0, length, offset);
    return bytes;
  }

  #read(report) {
    let end = this.length - 22;
    const tail = this.#at(end, 22);
    demand(tail.readUInt32LE(0) === 0x06054b50 && tail.readUInt16LE(20) === 0, "no end of a zip file");
    demand(tail.readUInt32LE(4) === 0 && tail.readUInt16LE(8) === tail.readUInt16LE(10), "one of several");
    let [count, size, offset] = [tail.readUInt16LE(10), tail.readUInt32LE(12), tail.readUInt32LE(16)];
    if (count === 0xffff || size === 0xffffffff || offset === 0xffffffff) {
      const locator = this.#at(end - 20, 20);
      end = large(locator, 8);
      const record = this.#at(end, 56);
      demand(locator.readUInt32LE(0) === 0x07064b50 && record.readUInt32LE(0) === 0x06064b50, "no large directory");
      [count, size, offset] = [large(record, 32), large(record, 40), large(record, 48)];
    }
    demand(size <= LIMITS.directory && offset + size === end, "no directory where it should be");
    const found = this.#directory(this.#at(offset, size));
    demand(found.length === count, "its directory counts other files");
    const unpacked = found.reduce((sum, one) => sum + one.size, 0);
    demand(unpacked <= 64 * MIB + LIMITS.unpackedFactor * this.length, "it unpacks to far more");
    this.#place(found, offset, report);
  }

  #directory(bytes) {
    const found = [];
    for (let place = 0; place < bytes.length;) {
      demand(place + 46 <= bytes.length && bytes.readUInt32LE(place) === 0x02014b50, "a damaged directory");
      const head = bytes.subarray(place, place + 46);
      const [nameLength, extraLength, commentLength] = [28, 30, 32].map((at) => head.readUInt16LE(at));
      const next = place + 46 + nameLength + extraLength + commentLength;
      const [flags, method] = [head.readUInt16LE(8), head.readUInt16LE(10)];
      demand(next <= bytes.length && (flags & ~0x0808) === 0 && (method === 0 || method === 8), "a damaged directory");
      const name = bytes.subarray(place + 46, place + 46 + nameLength);
      const extra = bytes.subarray(place + 46 + nameLength, place + 46 + nameLength + extraLength);
      const [size, packed, start] = enlarged(extra, [24, 20, 42].map((at) => head.readUInt32LE(at)));
      found.push({ name, method, checksum: head.readUInt32LE(16), packed, size, start });
      place = next;
    }
    return found;
  }

  #place(found, end, report) {
    let free = 0;
    for (const member of found.sort((a, b) => a.start - b.start || Buffer.compare(a.name, b.name))) {
      const header = this.#at(member.start, 30);
      const data = member.start + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
      demand(
        header.readUInt32LE(0) === 0x04034b50 && member.start >= free && data + member.packed <= end &&
          this.#at(member.start + 30, header.readUInt16LE(26)).equals(member.name),
        "a file in it is not where the directory says",
      );
      free = data + member.packed;
      const name = member.name.toString("latin1");
      if (name.endsWith("/") && member.size === 0) continue;
      if (!FILE_NAME.test(name) || this.members.has(name)) report.fault(null, "name", name);
      else this.members.set(name, { ...member, data });
    }
  }

  async *chunks(name) {
    const member = this.members.get(name);
    const sum = new Checksum();
    let size = 0;
    for await (const chunk of member.method === 8 ? this.#inflated(member) : this.#raw(member)) {
      size += chunk.length;
      demand(size <= member.size, "damaged");
      sum.add(chunk);
      yield chunk;
    }
    demand(size === member.size && sum.value === member.checksum, "damaged");
  }

  *#raw({ data, packed }) {
    for (let place = 0; place < packed; place += 2 ** 18) {
      yield this.#at(data + place, Math.min(2 ** 18, packed - place));
    }
  }

  async *#inflated(member) {
    demand(member.packed > 0, "damaged");
    const inflate = zlib.createInflateRaw();
    const { data: start, packed } = member;
    const input = fs.createReadStream(this.path, { start, end: start + packed - 1 });
    input.on("error", (problem) => inflate.destroy(problem));
    try {
      yield* input.pipe(inflate);
    } catch {
      throw new Broken("damaged");
    } finally {
      input.destroy();
    }
    demand(inflate.bytesWritten === packed, "damaged");
  }
}

function large(bytes, at) {
  const value = bytes.readBigUInt64LE(at);
  demand(value <= BigInt(Number.MAX_SAFE_INTEGER), "it points outside itself");
  return Number(value);
}

// The numbers of a member; those of a large one stand in its extra field.
function enlarged(extra, values) {
  for (let place = 0; place + 4 <= extra.length;) {
    const length = extra.readUInt16LE(place + 2);
    if (extra.readUInt16LE(place) === 1) {
      let field = extra.subarray(place + 4, place + 4 + length);
      return values.map((value) => {
        if (value !== 0xffffffff) return value;
        demand(field.length >= 8, "cut short");
        const whole = large(field, 0);
        field = field.subarray(8);
        return whole;
      });
    }
    place += 4 + length;
  }
  return values;
}

class Checksum {
  static #table = Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
    return value;
  });

  value = 0;

  add(bytes) {
    if (zlib.crc32) {
      this.value = zlib.crc32(bytes, this.value);
      return;
    }
    let value = ~this.value;
    for (const byte of bytes) value = Checksum.#table[(value ^ byte) & 0xff] ^ (value >>> 8);
    this.value = ~value >>> 0;
  }
}

async function wholeFile(chunks, longest) {
  const parts = [];
  let size = 0;
  for await (const chunk of chunks) {
    parts.push(chunk);
    size += chunk.length;
    demand(size <= longest, "too long");
  }
  return Buffer.concat(parts);
}

// Yields lines; of one that is too long only its beginning, a byte longer than allowed.
async function* linesOf(chunks, longest) {
  let left = [];
  const joined = (...more) => {
    const line = Buffer.concat([...left, ...more]).subarray(0, longest + 1);
    left = [];
    return line;
  };
  for await (const chunk of chunks) {
    let begin = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, begin)) {
      yield left.length ? joined(chunk.subarray(begin, end)) : chunk.subarray(begin, Math.min(end, begin + longest + 1));
      begin = end + 1;
    }
    if (begin < chunk.length) left = [joined(chunk.subarray(begin))];
  }
  const last = joined();
  if (last.length) yield last;
}

// The evidence bundle.

class Bundle {
  #sound = new Map();
  #manifest = null;
  #roots = new Map();
  #newest = null;
  #windows = [];

  constructor(parcel, trust, report) {
    Object.assign(this, { parcel, trust, report });
  }

  async check(kept, heads) {
    for (const name of this.parcel.names) await this.#hash(name);
    await this.#checkManifest();
    await this.#checkCheckpoints();
    for (const checkpoint of kept) await this.#keep(checkpoint);
    const openings = await this.#records("vault/openings.jsonl", "opening", (line) =>
      readOpening(document(line, OPENING_FIELDS)));
    const gone = await this.#gone();
    const book = new Book(this.report, this.#windows, openings);
    const erasures = new Erasures(gone ?? new Map());
    const ends = new Ends(heads);
    const size = await this.#walk(book, erasures, ends);
    if (gone) erasures.compare(this.report, openings);
    else if (erasures.any) this.report.notes.push("包内无 vault/erased.jsonl，未核对删除。 Erasures were not compared: the package has no vault/erased.jsonl.");
    for (const [name, { sha256: digest }] of this.#sound) {
      if (name.startsWith("histories/") && !erasures.histories.has(digest)) this.report.fault(null, "history", name);
    }
    ends.compare(this.report, size);
  }

  async #hash(name) {
    const hash = createHash("sha256");
    let bytes = 0;
    try {
      for await (const chunk of this.parcel.chunks(name)) {
        bytes += chunk.length;
        hash.update(chunk);
      }
    } catch (problem) {
      if (!(problem instanceof Broken)) throw problem;
      this.report.fault(null, "zip", `${name}: ${problem.message}`);
      return;
    }
    this.#sound.set(name, { bytes, sha256: hash.digest("hex") });
    this.report.count("files");
  }

  #bytes(name, longest) {
    return wholeFile(this.parcel.chunks(name), longest);
  }

  async #checkManifest() {
    let manifest;
    try {
      demand(this.#sound.has("manifest.json"), "not there");
      const fields = ["format", "origin", "size", "made_at", "files"];
      manifest = document(await this.#bytes("manifest.json", LIMITS.directory), fields);
      if (manifest.format !== "jiedui-evidence/1") this.report.fault(null, "format", "not jiedui-evidence/1");
      demand(typeof manifest.origin === "string" && isNatural(manifest.size), "origin or size");
      demand(Array.isArray(manifest.files) && typeof manifest.made_at === "string", "files or made_at");
      const paths = new Set();
      for (const file of manifest.files) {
        demand(hasExactly(file, ["path", "bytes", "sha256"]), "files");
        demand(typeof file.path === "string" && !paths.has(file.path) && isNatural(file.bytes), "files");
        paths.add(file.path);
      }
    } catch (problem) {
      if (!(problem instanceof Broken)) throw problem;
      this.report.fault(null, "manifest", problem.message);
      return;
    }
    this.#manifest = manifest;
    if (!this.trust.knowsLog(manifest.origin)) this.report.fault(null, "origin", "the manifest's");
    const here = new Set(this.parcel.names);
    here.delete("manifest.json");
    for (const { path: name, bytes, sha256: digest } of manifest.files) {
      const found = this.#sound.get(name);
      if (!here.has(name) && name !== "manifest.json") this.report.fault(null, "missing", name);
      else if (found && (found.bytes !== bytes || found.sha256 !== digest)) this.report.fault(null, "file", name);
      here.delete(name);
    }
    here.forEach((name) => this.report.fault(null, "unlisted", name));
  }

  async #checkCheckpoints() {
    const names = this.parcel.names.filter((name) => name.startsWith("checkpoints/") && this.#sound.has(name));
    for (const name of names) {
      let where = null;
      try {
        const size = number(name.slice("checkpoints/".length));
        where = before(size);
        const checkpoint = readCheckpoint(await this.#bytes(name, LIMITS.note));
        demand(checkpoint.size === size, `it is of ${checkpoint.size} entries`);
        await this.#keep(checkpoint);
      } catch (problem) {
        if (!(problem instanceof Broken)) throw problem;
        this.report.fault(where, "checkpoint", `${name}: ${problem.message}`);
      }
    }
    if (this.#newest) checkQuorum(this.#newest, this.trust, this.report);
    const tokens = this.parcel.names.filter((name) => name.startsWith("timestamps/")).length;
    if (tokens && !this.trust.authorities.length) {
      this.report.notes.push(`${tokens} 个时间戳未核验：未提供时间戳机构证书。 ${tokens} time stamps were not checked: no certificate of their authority was given.`);
    }
  }

  async #keep(checkpoint) {
    const { size, origin, root } = checkpoint;
    this.report.count("checkpoints");
    const signed = checkSignatures(checkpoint, this.trust, this.report);
    if (this.#manifest && origin !== this.#manifest.origin && this.trust.knowsLog(origin)) {
      this.report.fault(before(size), "origin", "not the manifest's log");
    }
    const times = [...signed.times, ...(await this.#stamped(checkpoint))];
    const seen = signed.times.length ? Math.min(...signed.times) : null;
    if (times.length) this.#windows.push({ size, at: Math.min(...times), seen });
    this.#roots.set(size, [...(this.#roots.get(size) ?? []), root]);
    if (!this.#newest || size > this.#newest.checkpoint.size) this.#newest = signed;
  }

  async #stamped({ size, note }) {
    const name = `timestamps/${size}.tsr`;
    if (!this.#sound.has(name) || !this.trust.authorities.length) return [];
    try {
      const token = await this.#bytes(name, LIMITS.token);
      const at = stampedAt(token, Buffer.from(note.text), this.trust.authorities);
      this.report.count("timestamps");
      return [at];
    } catch (problem) {
      if (!(problem instanceof Broken)) throw problem;
      this.report.fault(before(size), "timestamp", problem.message);
      return [];
    }
  }

  async #records(name, rule, read) {
    const records = [];
    if (!this.#sound.has(name)) return records;
    for await (const line of linesOf(this.parcel.chunks(name), LIMITS.line)) {
      attempt(() => records.push(read(line)), (problem) => this.report.fault(null, rule, problem));
    }
    return records;
  }

  async #gone() {
    if (!this.#sound.has("vault/erased.jsonl")) return null;
    const gone = new Map();
    await this.#records("vault/erased.jsonl", "erasure", (line) => {
      const { holder, item } = document(line, ["holder", "item"]);
      demand(typeof holder === "string" && typeof item === "string" && !gone.has(item), "not one item, once");
      gone.set(item, holder);
    });
    return gone;
  }

  async #walk(book, erasures, ends) {
    const tree = new Tree();
    const leaves = [];
    const tiles = this.parcel.names.filter((name) => name.startsWith("tile/"));
    this.#compareRoot(tree);
    if (this.#sound.has("entries.jsonl")) {
      for await (const body of linesOf(this.parcel.chunks("entries.jsonl"), LIMITS.entry)) {
        const position = tree.size;
        const leaf = leafHash(body);
        const entry = book.add(position, body, leaf);
        if (entry) {
          erasures.on(position, entry);
          ends.on(position, entry, leaf);
        }
        tree.add(leaf);
        if (tiles.length) leaves.push(leaf);
        this.#compareRoot(tree);
      }
    } else if (!this.parcel.names.includes("entries.jsonl")) {
      this.report.fault(null, "missing", "entries.jsonl");
    }
    book.finish();
    const right = tilesOf(leaves);
    for (const name of tiles) {
      const here = this.#sound.get(name);
      if (here && right.get(name) !== here.sha256) this.report.fault(null, "tile", name);
    }
    for (const size of this.#roots.keys()) {
      if (size > tree.size) this.report.fault(size - 1, "truncated", `${tree.size} of ${size} are here`);
    }
    const covered = this.#newest?.checkpoint.size ?? 0;
    if (!this.#newest || covered < tree.size) this.report.fault(covered, "uncovered", `${tree.size - covered} entries`);
    if (this.#manifest && this.#manifest.size !== tree.size) this.report.fault(null, "size", String(tree.size));
    return tree.size;
  }

  #compareRoot(tree) {
    for (const root of this.#roots.get(tree.size) ?? []) {
      if (!tree.root().equals(root)) this.report.fault(before(tree.size), "root", `at ${tree.size} entries`);
    }
  }
}

// Stream heads, case files, proofs.

const HEAD = "/stream-head";

function readHead(note, trust, report) {
  const lines = note.text.slice(0, -1).split("\n");
  demand(lines.length === 5 && lines[0].endsWith(HEAD), "a stream head has five lines");
  const origin = lines[0].slice(0, -HEAD.length);
  if (!trust.knowsLog(origin)) report.fault(null, "origin", "the head's");
  else if (isSignedByLog(note, origin, trust)) report.count("log_signatures");
  else report.fault(null, "log-signature", "stream head");
  demand(/^[0-9a-f]{64}$/.test(lines[3]), "a hash has 64 hexadecimal digits");
  return { stream: lines[1], version: number(lines[2]), hash: lines[3], size: number(lines[4]) };
}

class Ends {
  constructor(heads) {
    const different = new Map(heads.map((head) => [JSON.stringify(head), head]));
    this.heads = [...different.values()].map((head) => ({ ...head, last: null }));
  }

  on(position, { stream, version }, leaf) {
    for (const head of this.heads) {
      if (head.stream === stream && position < head.size) head.last = { position, version, hash: leaf.toString("hex") };
    }
  }

  compare(report, size) {
    for (const { last, ...head } of this.heads) {
      if (head.size > size) {
        report.notes.push(`案卷末端签于 ${head.size} 条时，包内仅 ${size} 条，未能比对。 A head signed at ${head.size} entries was not compared with ${size}.`);
      } else if ((last?.version ?? 0) === head.version && (last?.hash ?? "") === head.hash) {
        report.count("stream_heads");
      } else {
        report.fault(last?.position ?? null, "stream-head", `version ${head.version}, not ${last?.version}`);
      }
    }
  }
}

const windowsOf = (signed) => {
  if (!signed?.times.length) return [];
  const seen = Math.min(...signed.times);
  return [{ size: signed.checkpoint.size, at: seen, seen }];
};

function checkedCheckpoint(bytes, trust, report) {
  const checkpoint = attempt(() => readCheckpoint(bytes), (problem) => {
    report.fault(null, "checkpoint", problem);
    return null;
  });
  if (!checkpoint) return null;
  report.count("checkpoints");
  const signed = checkSignatures(checkpoint, trust, report);
  checkQuorum(signed, trust, report);
  return signed;
}

function checkInclusion(signed, position, leaf, proof, report) {
  if (!signed) return;
  const { size, root } = signed.checkpoint;
  const sound = proof.length <= 64 && proof.every((one) => one.length === 32);
  const found = sound ? provedRoot(leaf, position, size, proof) : null;
  if (found?.equals(root)) report.count("proofs");
  else report.fault(position, "inclusion", `in the checkpoint of ${size} entries`);
}

function readCase(bytes) {
  const names = ["format", "origin", "stream", "entries", "head", "checkpoint", "openings"];
  const told = document(bytes, names);
  demand([told.origin, told.stream, told.head, told.checkpoint].every((one) => typeof one === "string"), "texts");
  demand(Array.isArray(told.entries) && Array.isArray(told.openings), "entries and openings are lists");
  const entries = told.entries.map((one) => {
    demand(hasExactly(one, ["position", "body", "proof"]) && isNatural(one.position), "not an entry");
    demand(typeof one.body === "string" && Array.isArray(one.proof), "not an entry");
    return { position: one.position, body: Buffer.from(one.body), proof: one.proof.map(base64) };
  });
  return { ...told, entries, openings: told.openings.map(readOpening) };
}

// Checks a case file and returns its signed head, to be compared with a whole log.
function checkCase(bytes, trust, report) {
  const told = attempt(() => readCase(bytes), (problem) => {
    report.fault(null, "case", problem);
    return null;
  });
  if (!told) return null;
  if (told.format !== "jiedui-case/1") report.fault(null, "format", "not jiedui-case/1");
  const signed = checkedCheckpoint(Buffer.from(told.checkpoint), trust, report);
  if (signed && signed.checkpoint.origin !== told.origin) report.fault(null, "origin", "the checkpoint's");
  const head = attempt(() => readHead(readNote(Buffer.from(told.head)), trust, report), (problem) => {
    report.fault(null, "stream-head", problem);
    return null;
  });
  const book = new Book(report, windowsOf(signed), told.openings);
  let [previous, version, last] = [-1, 0, ""];
  for (const { position, body, proof } of told.entries) {
    if (position <= previous) report.fault(position, "position", `after ${previous}`);
    const leaf = leafHash(body);
    const entry = book.add(position, body, leaf);
    if (entry && entry.stream !== told.stream) report.fault(position, "stream", "not of this case");
    checkInclusion(signed, position, leaf, proof, report);
    version = entry ? entry.version : version;
    [previous, last] = [position, leaf.toString("hex")];
  }
  book.finish();
  if (!head) return null;
  const isTheEnd = head.stream === told.stream && head.version === version && head.hash === last &&
    previous < head.size && (!signed || head.size <= signed.checkpoint.size);
  if (isTheEnd) report.count("stream_heads");
  else report.fault(previous >= 0 ? previous : null, "stream-head", `version ${head.version}, here ${version}`);
  return head;
}

function checkProof(bytes, trust, report) {
  const divide = bytes.indexOf("\n\n");
  const text = (divide < 0 ? bytes : bytes.subarray(0, divide)).toString("latin1");
  const proof = attempt(() => {
    demand(!/[\u0080-\u00ff]/.test(text), "not ASCII");
    const [, extra, index, ...hashes] = text.split("\n");
    demand(extra?.startsWith("extra "), "it holds no entry");
    const body = base64(extra.slice(6));
    demand(index?.startsWith("index "), "it names no position");
    return { body, position: number(index.slice(6)), hashes: hashes.map(base64) };
  }, (problem) => {
    report.fault(null, "proof", problem);
    return null;
  });
  if (!proof) return;
  const checkpoint = divide < 0 ? Buffer.alloc(0) : bytes.subarray(divide + 2);
  const signed = checkedCheckpoint(checkpoint, trust, report);
  const leaf = leafHash(proof.body);
  const entry = new Book(report, windowsOf(signed), [], true).add(proof.position, proof.body, leaf);
  if (entry) report.notes.push(`已核验 ${entry.stream} 第 ${entry.version} 版（${entry.kind}）；单条证明不表明案卷齐全。 This is version ${entry.version} of ${entry.stream}; a single proof does not show that a case is complete.`);
  checkInclusion(signed, proof.position, leaf, proof.hashes, report);
}

// RFC 3161 time stamps.

const OID = {
  signedData: "2a864886f70d010702", tstInfo: "2a864886f70d0109100104", contentType: "2a864886f70d010903",
  messageDigest: "2a864886f70d010904", rsa: "2a864886f70d010101",
};
const DIGEST = new Map([
  ["608648016503040201", { name: "sha256", rsa: "2a864886f70d01010b" }],
  ["608648016503040202", { name: "sha384", rsa: "2a864886f70d01010c" }],
  ["608648016503040203", { name: "sha512", rsa: "2a864886f70d01010d" }],
]);

// The DER values that bytes are made of; the first ones must have these tags (0: any).
function der(bytes, ...tags) {
  const values = [];
  for (let place = 0; place < bytes.length;) {
    const begin = place;
    const tag = bytes[place];
    let length = bytes[place + 1] ?? 0x80;
    place += 2;
    if (length >= 0x80) {
      const size = length - 0x80;
      demand(size >= 1 && size <= 3 && place + size <= bytes.length && bytes[place] !== 0, "not DER");
      length = bytes.readUIntBE(place, size);
      demand(length >= 0x80, "not DER");
      place += size;
    }
    demand((tag & 31) !== 31 && place + length <= bytes.length, "not DER");
    values.push({ tag, content: bytes.subarray(place, place + length), whole: bytes.subarray(begin, place + length) });
    place += length;
  }
  demand(values.length >= tags.length && tags.every((tag, index) => !tag || tag === values[index].tag), "not of its DER form");
  return values;
}

function digestOf(algorithm) {
  const digest = DIGEST.get(der(algorithm.content, 0x06)[0].content.toString("hex"));
  demand(digest, "a digest other than SHA-256, SHA-384, SHA-512");
  return digest;
}

const hashed = (digest, bytes) => createHash(digest.name).update(bytes).digest();

// The second at which a trusted authority stamped the text.
function stampedAt(token, text, authorities) {
  const [status, content] = der(der(token, 0x30)[0].content, 0x30, 0x30);
  const granted = der(status.content, 0x02)[0].content.toString("hex");
  demand(granted === "00" || granted === "01", "not granted");
  const [kind, explicit] = der(content.content, 0x06, 0xa0);
  const signed = der(der(explicit.content, 0x30)[0].content, 0x02, 0x31, 0x30);
  const [statedKind, stated] = der(signed[2].content, 0x06, 0xa0);
  const last = signed[signed.length - 1];
  demand(
    kind.content.toString("hex") === OID.signedData && statedKind.content.toString("hex") === OID.tstInfo &&
      last.tag === 0x31,
    "not a time-stamp token",
  );
  const statement = der(stated.content, 0x04)[0].content;
  const fields = der(der(statement, 0x30)[0].content, 0x02, 0x06, 0x30, 0x02, 0x18);
  const [algorithm, imprint] = der(fields[2].content, 0x30, 0x04);
  demand(hashed(digestOf(algorithm), text).equals(imprint.content), "it stamps something else");
  const signers = der(last.content, 0x30);
  const signer = der(signers[0].content, 0x02, 0, 0x30, 0xa0, 0x30, 0x04);
  demand(signers.length === 1, "it has not one signer");
  const digest = digestOf(signer[2]);
  const attributes = new Map(der(signer[3].content).map((attribute) => {
    const [name, values] = der(attribute.content, 0x06, 0x31);
    return [name.content.toString("hex"), der(values.content, 0)[0].content];
  }));
  demand(attributes.get(OID.contentType)?.toString("hex") === OID.tstInfo, "its signer signed something else");
  demand(attributes.get(OID.messageDigest)?.equals(hashed(digest, statement)), "its signer signed something else");
  const how = der(signer[4].content, 0x06)[0].content.toString("hex");
  const message = Buffer.concat([Buffer.of(0x31), signer[3].whole.subarray(1)]);
  const right = authorities.some((key) => {
    try {
      return verify(digest.name, message, { key, padding: constants.RSA_PKCS1_PADDING }, signer[5].content);
    } catch {
      return false;
    }
  });
  demand((how === OID.rsa || how === digest.rsa) && right, "no trusted authority signed it");
  const time = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\.\d{1,9})?Z$/.exec(fields[4].content.toString("latin1"));
  demand(time, "its time is no time");
  const text19 = `${time[1]}-${time[2]}-${time[3]}T${time[4]}:${time[5]}:${time[6]}`;
  demand(isInstant(`${text19}.000000Z`) && time[1] >= "1970", "its time is no time");
  return Date.parse(`${text19}Z`) / 1000;
}

function readCertificate(bytes) {
  let key;
  try {
    key = new X509Certificate(bytes).publicKey;
  } catch {
    key = null;
  }
  if (key?.asymmetricKeyType !== "rsa") {
    throw new CannotVerify("时间戳机构证书应为 RSA 证书。 The authority's certificate is not one with an RSA key.");
  }
  return key;
}

// The command line.

const OPTIONS = ["--policy", "--log-key", "--witness", "--quorum", "--case", "--checkpoint", "--receipt", "--tsa-cert"];

function readArguments(words) {
  const options = Object.fromEntries(["export", ...OPTIONS].map((name) => [name, []]));
  const waiting = [...words];
  while (waiting.length) {
    const word = waiting.shift();
    if (word === "--json") continue;
    if (!word.startsWith("--")) options.export.push(word);
    else if (OPTIONS.includes(word) && waiting.length) options[word].push(waiting.shift());
    else throw new CannotVerify(`看不懂参数 ${word}。 Unknown option ${word}.`);
  }
  if (options.export.length !== 1) throw new CannotVerify("请给出一个待核验的文件。 Name one export.");
  return options;
}

function readFile(name, longest) {
  let bytes;
  try {
    bytes = fs.statSync(name).size > longest ? null : fs.readFileSync(name);
  } catch {
    throw new CannotVerify(`无法读取 ${name}。 ${name} cannot be read.`);
  }
  if (!bytes) throw new CannotVerify(`${name} 过大。 ${name} is too large.`);
  return bytes;
}

function readTrust(options) {
  let trust;
  const keys = options["--log-key"];
  const witnesses = options["--witness"];
  if (options["--policy"].length === 1 && !keys.length && !witnesses.length) {
    trust = readPolicy(readFile(options["--policy"][0], LIMITS.note));
  } else if (keys.length && !options["--policy"].length) {
    trust = new Trust();
    const needed = attempt(() => {
      keys.forEach((vkey) => trust.addLog(vkey));
      witnesses.forEach((vkey, index) => trust.addWitness(`w${index}`, vkey));
      return options["--quorum"].map(number);
    }, (problem) => {
      throw new CannotVerify(`公钥有误。 A key cannot be used: ${problem}.`);
    });
    if (!needed.length) needed.push(witnesses.length);
    if (needed.length !== 1 || needed[0] > witnesses.length) {
      throw new CannotVerify("见证人数有误。 --quorum is at most the number of witnesses.");
    }
    trust.quorum = needed[0] ? { needed: needed[0], members: [...trust.witnesses.keys()] } : null;
  } else {
    throw new CannotVerify("请用 --policy 或 --log-key 给出您信任的公钥；公钥绝不取自待核验文件。 Give the keys you trust by --policy or --log-key; they are never taken from the export.");
  }
  if (!trust.logs.length) throw new CannotVerify("信任策略未列日志公钥。 The policy names no log.");
  trust.authorities = options["--tsa-cert"].map((name) => readCertificate(readFile(name, LIMITS.token)));
  return trust;
}

function kindOf(name) {
  try {
    if (fs.statSync(name).isDirectory()) return "folder";
    const file = fs.openSync(name, "r");
    const bytes = Buffer.alloc(23);
    const text = bytes.toString("latin1", 0, fs.readSync(file, bytes, 0, 23, 0));
    fs.closeSync(file);
    if (text.startsWith("PK")) return "zip";
    if (text.startsWith("{")) return "case";
    if (text === "c2sp.org/tlog-proof@v1\n") return "proof";
  } catch {
    throw new CannotVerify(`无法读取 ${name}。 ${name} cannot be read.`);
  }
  throw new CannotVerify("不是证据包、案卷文件或证明文件。 Neither an evidence bundle, a case file nor a proof.");
}

export async function judge(words) {
  const report = new Report();
  try {
    const options = readArguments(words);
    const trust = readTrust(options);
    for (const told of options["--receipt"]) {
      const found = /^(0|[1-9]\d{0,15}):([0-9a-f]{64})$/.exec(told);
      if (!found || !Number.isSafeInteger(Number(found[1]))) {
        throw new CannotVerify(`回执应写作“位置:哈希”，现为 ${told}。 A receipt reads position:hash; found ${told}.`);
      }
      report.expect(Number(found[1]), found[2]);
    }
    const heads = options["--case"].map((name) => checkCase(readFile(name, LIMITS.document), trust, report));
    const kept = attempt(
      () => options["--checkpoint"].map((name) => readCheckpoint(readFile(name, LIMITS.note))),
      (problem) => {
        throw new CannotVerify(`所存检查点有误。 A checkpoint you gave: ${problem}.`);
      },
    );
    const [name] = options.export;
    const kind = kindOf(name);
    if (kind === "case") checkCase(readFile(name, LIMITS.document), trust, report);
    else if (kind === "proof") checkProof(readFile(name, LIMITS.note), trust, report);
    else {
      const parcel = kind === "zip" ? new Zip(name, report) : new Folder(name, report);
      try {
        await new Bundle(parcel, trust, report).check(kept, heads.filter(Boolean));
      } finally {
        parcel.close();
      }
    }
    return report.verdict();
  } catch (problem) {
    if (!(problem instanceof CannotVerify)) throw problem;
    return {
      verdict: "cannot-verify", faults: [], checked: {},
      witnesses: { checked: [], not_checked: [] }, notes: [problem.message],
    };
  }
}

// What is printed may come from a forger: no control or invisible characters.
const shown = (text) => String(text).slice(0, 400).replace(/[\p{C}\u2028\u2029]/gu, "?");

function told({ verdict, faults, checked, witnesses, notes }) {
  const sentences = {
    intact: "完好：未发现任何改动。 Intact: nothing was altered, removed or reordered.",
    "not-intact": "不完好！ Not intact.", "cannot-verify": "无法核验。 Could not be tried.",
  };
  return [
    ...faults.map(({ position, rule, found }) => `${position === null ? "—" : `位置 position ${position}`}: ${rule}: ${shown(found)}`),
    `${sentences[verdict]} ${shown(JSON.stringify(checked))}`,
    `已核对见证 witnesses checked: ${witnesses.checked.map(shown).join(", ") || "—"}`,
    `未核对见证 not checked: ${witnesses.not_checked.map(shown).join(", ") || "—"}`,
    ...notes.map(shown),
  ].join("\n");
}

async function main(words) {
  if (words[0] === "--batch" && words.length === 2) {
    for (const line of fs.readFileSync(words[1], "utf8").split("\n").filter(Boolean)) {
      process.stdout.write(`${JSON.stringify(await judge(JSON.parse(line)))}\n`);
    }
    return 0;
  }
  const verdict = await judge(words);
  process.stdout.write(`${words.includes("--json") ? JSON.stringify(verdict) : told(verdict)}\n`);
  return { intact: 0, "not-intact": 1 }[verdict.verdict] ?? 2;
}

process.exitCode = await main(process.argv.slice(2));
