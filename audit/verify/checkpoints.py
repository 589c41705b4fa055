"""Every signed checkpoint there is, held against the ledger.

They lie in its tables, in the log's folder, and among the notes an auditor kept.

A checkpoint is right when its root is the one recomputed from the entries, when a key known for the
log signed it, and when each witness that the auditor knows and that is named on it did cosign it.
Roots that all agree with one tree make every checkpoint a prefix of the next.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson

from audit.sources import CannotVerify, Source
from audit.verify.faults import Fault
from domain.values import instant_text
from transparency.checkpoints import Checkpoint, read_checkpoint
from transparency.keys import SignatureInvalid, VerifierKey, VerifierKeyMalformed, cosigned_at
from transparency.notes import Note, NoteMalformed, Signature, read_note, read_signature_line
from transparency.policies import TrustPolicy
from transparency.suites import SuiteUnknown, suite_of

TOLERANCE = timedelta(minutes=5)
"""How far clocks of the log and of its witnesses may be apart."""


@dataclass(frozen=True)
class Trust:
    """What the auditor brings: keys of the log, a policy with witnesses, notes kept from before.

    *since* is a kept note from which a verification may go on. Nothing here comes from what is
    verified.
    """

    log_keys: tuple[VerifierKey, ...] = ()
    policy: TrustPolicy | None = None
    kept: tuple[Note, ...] = ()
    since: Note | None = None

    @property
    def keys(self) -> tuple[VerifierKey, ...]:
        """Return the keys of the log, from both sources."""
        named = () if self.policy is None else tuple(key for key, _ in self.policy.logs)
        return (*self.log_keys, *named)

    def starting_point(self) -> Checkpoint | None:
        """Return the checkpoint to go on from; raise `CannotVerify` if no known key signed it."""
        if self.since is None:
            return None
        try:
            if any(key.signed(self.since) for key in self.keys):
                return read_checkpoint(self.since)
        except (SignatureInvalid, NoteMalformed):
            pass
        raise CannotVerify(
            "起点检查点没有受信公钥的签名；请用 --log-key 或 --policy 给出公钥。 "
            "No key you gave signed the checkpoint to go on from; give the log's key with "
            "--log-key or --policy, or use the checkpoint you kept."
        )


@dataclass(frozen=True)
class Stored:
    """One checkpoint as it lies somewhere: its place in words, and its bytes."""

    place: str
    size: int | None
    note: bytes
    root: bytes | None = None
    signed_at: str | None = None
    misnamed: bool = False
    """Whether a cosignature stands under the name of another witness."""


@dataclass
class Checked:
    """What was checked of the checkpoints, for the verdict."""

    checkpoints: int = 0
    kept: int = 0
    witnesses: dict[str, int] = field(default_factory=dict)
    """Witnesses of the policy by name, with how many of their cosignatures were right."""
    not_checked: set[str] = field(default_factory=set)
    """Witnesses named on checkpoints whose keys the auditor did not give."""
    cosigned_up_to: int | None = None
    """The largest size that fulfils the policy's quorum."""
    keys_from_ledger: bool = False
    longest_lag: timedelta | None = None


def stored_checkpoints(source: Source) -> list[Stored]:
    """Return the checkpoints in the ledger's tables, each with its cosignatures; [] without any."""
    if not source.has("checkpoints"):
        return []
    lines: dict[int, list[str]] = {}
    misnamed: set[int] = set()
    if source.has("cosignatures"):
        question = "SELECT size, witness, line FROM cosignatures ORDER BY size, witness"
        for size, witness, line in source.ask(question):
            lines.setdefault(int(size), []).append(str(line))
            if witness != _named_in(str(line)):
                misnamed.add(int(size))
    rows = source.ask("SELECT size, root, note, signed_at FROM checkpoints ORDER BY size")
    stored = [
        Stored(
            f"checkpoint {size}",
            int(size),
            bytes(note) + "".join(f"{line}\n" for line in lines.pop(size, ())).encode(),
            bytes(root),
            str(signed_at),
            misnamed=size in misnamed,
        )
        for size, root, note, signed_at in rows
    ]
    lost = [Stored(f"checkpoint {size}, cosigned and missing", size, b"") for size in lines]
    return [*stored, *lost]


def _named_in(line: str) -> str | None:
    """Return the name and id of the key that *line* names, as the table names witnesses."""
    try:
        signature = read_signature_line(line)
    except NoteMalformed:
        return None
    return f"{signature.name}+{signature.key_id:08x}"


def kept_in(folder: Path) -> list[Stored]:
    """Return the checkpoints in the log's folder, the published one last."""
    found = [
        Stored(f"checkpoint {file.name} in the folder", int(file.name), file.read_bytes())
        for file in (folder / "checkpoints").glob("*")
        if file.name.isdigit()
    ]
    published = folder / "checkpoint"
    if published.is_file():
        found.append(Stored("the published checkpoint", None, published.read_bytes()))
    return sorted(found, key=lambda one: (one.size is None, one.size or 0))


def sizes_of(stored: Iterable[Stored], notes: Iterable[Note]) -> set[int]:
    """Return the tree sizes whose roots are wanted."""
    sizes = {one.size for one in stored if one.size is not None}
    for one in stored:
        checkpoint = _readable(one.note)
        if checkpoint is not None:
            sizes.add(checkpoint.size)
    return sizes | {read_checkpoint(note).size for note in notes}


def keys_on_record(source: Source) -> list[tuple[int, VerifierKey]]:
    """Return the log's keys as its own facts tell: (position from which each signs, key)."""
    found: list[tuple[int, VerifierKey]] = []
    rows = source.ask(
        "SELECT position, body FROM entries WHERE kind IN (?, ?) ORDER BY position",
        "signing_key_introduced.v1",
        "signing_key_rotated.v1",
    )
    for position, body in rows:
        try:
            found.append((int(position), VerifierKey.parse(orjson.loads(body)["fact"]["key"])))
        except (VerifierKeyMalformed, ValueError, KeyError, TypeError):
            continue  # a fact of another form; the legality of its stream is judged elsewhere
    return found


class Checkpoints:
    """Holds checkpoints against one ledger: *size* entries, *roots* by tree size.

    *skipped* is the size below which entries were taken on trust.
    """

    def __init__(
        self, source: Source, trust: Trust, size: int, roots: Mapping[int, bytes], skipped: int
    ) -> None:
        self.checked = Checked()
        self._source, self._trust = source, trust
        self._size, self._roots, self._skipped = size, roots, skipped
        self._given = trust.keys
        self._recorded = [] if self._given else keys_on_record(source)
        self.checked.keys_from_ledger = bool(self._recorded)
        self._origin: str | None = None
        self._published: dict[int, list[bool]] = {}
        policy = trust.policy
        self._witnesses = (
            {} if policy is None else {name: key for name, (key, _) in policy.witnesses.items()}
        )

    def faults(self, stored: Sequence[Stored]) -> Iterator[Fault]:
        """Check every stored checkpoint, then what the auditor kept, then the quorum."""
        for one in stored:
            yield from self._of_one(one)
        for note in (
            *self._trust.kept,
            *(() if self._trust.since is None else (self._trust.since,)),
        ):
            yield from self._of_kept(note)
        yield from self._of_series(stored)
        if self._trust.policy is not None and self._size:
            yield from self._of_quorum()

    def _of_series(self, stored: Sequence[Stored]) -> Iterator[Fault]:
        """What was signed stands in the table; whoever signed once has signed since."""
        signed = {one.size: _lines(one.note) for one in stored if one.signed_at is not None}
        for one in stored:
            checkpoint = _readable(one.note)
            if one.signed_at is not None or checkpoint is None:
                continue
            at = max(checkpoint.size - 1, 0)
            if checkpoint.size not in signed:
                found = f"{one.place}: it was published, and is missing where it was signed"
                yield Fault(at, None, "checkpoint", found)
            elif _lines(one.note) - signed[checkpoint.size]:
                found = f"{one.place}: a signature that was published is missing where it was kept"
                yield Fault(at, None, "witness", found)
        for position, _ in keys_on_record(self._source)[:1]:
            introduced, newest = self._time(position), self._time(self._size - 1)
            if not stored and _apart(introduced or "", newest or "") > TOLERANCE:
                found = "the log has a signing key, and no checkpoint is left"
                yield Fault(position, None, "checkpoint", found)
        before: tuple[int, datetime] | None = None
        for one in stored:
            signed_at = None if one.signed_at is None else _instant(one.signed_at)
            if signed_at is None or one.size is None:
                continue
            if before is not None and one.size > before[0] and signed_at < before[1]:
                found = f"{one.place}: signed before the checkpoint {before[0]}"
                yield Fault(max(one.size - 1, 0), None, "signed", found)
            before = (one.size, signed_at)

    def _of_signing(self, one: Stored, checkpoint: Checkpoint, note: Note) -> Iterator[Fault]:
        """A checkpoint is signed after its last entry, before the next, and before witnesses."""
        if one.signed_at is None or checkpoint.size > self._size:
            return
        at, place = _instant(one.signed_at), max(checkpoint.size - 1, 0)
        if at is None:
            yield Fault(place, None, "signed", f"{one.place}: signed at no instant")
            return
        last, following = self._time(checkpoint.size - 1), self._time(checkpoint.size)
        seen = [
            cosigned_at(signed)
            for key in self._witnesses.values()
            if (signed := _signed_by(key, note)) is not None
        ]
        told = f"{one.place}: signed at {one.signed_at[:27]}"
        if last is not None and last > instant_text(at + TOLERANCE):
            yield Fault(place, None, "signed", f"{told}, its last entry is of {last}")
        if following is not None and following < instant_text(at - TOLERANCE):
            yield Fault(place, None, "signed", f"{told}, the next entry is of {following}")
        if seen and min(seen) < at - TOLERANCE:
            found = f"{told}, a witness saw it at {instant_text(min(seen))}"
            yield Fault(place, None, "signed", found)

    def _of_one(self, one: Stored) -> Iterator[Fault]:
        self.checked.checkpoints += 1
        at = None if one.size is None else max(one.size - 1, 0)
        try:
            note = read_note(one.note)
            checkpoint = read_checkpoint(note)
            suite_of(checkpoint.extensions)
        except (NoteMalformed, SuiteUnknown) as problem:
            yield Fault(at, None, "checkpoint", f"{one.place}: {type(problem).__name__}")
            return
        at = max(checkpoint.size - 1, 0)
        if one.size not in (None, checkpoint.size) or one.root not in (None, checkpoint.root):
            yield Fault(
                at, None, "checkpoint", f"{one.place}: its note states another size or root"
            )
        if one.misnamed:
            yield Fault(at, None, "witness", f"{one.place}: a cosignature under another name")
        self._origin = self._origin or checkpoint.origin
        if checkpoint.origin != self._origin:
            yield Fault(at, None, "checkpoint", f"{one.place}: of another log")
        yield from self._of_root(one.place, checkpoint)
        yield from self._of_signature(one.place, checkpoint, note)
        yield from self._of_witnesses(one, checkpoint, note)
        yield from self._of_signing(one, checkpoint, note)

    def _of_root(self, place: str, checkpoint: Checkpoint) -> Iterator[Fault]:
        size = checkpoint.size
        if size < self._skipped:
            return  # what lies before the starting point is vouched for by it
        if size > self._size:
            yield Fault(
                self._size,
                None,
                "checkpoint",
                f"{place}: {size} entries, the ledger has {self._size}",
            )
        elif self._roots.get(size) != checkpoint.root:
            yield Fault(
                max(size - 1, 0),
                None,
                "checkpoint",
                f"{place}: the first {size} entries have another root",
            )

    def _of_signature(self, place: str, checkpoint: Checkpoint, note: Note) -> Iterator[Fault]:
        keys = self._given or self._in_force(checkpoint.size)
        at = max(checkpoint.size - 1, 0)
        try:
            named = [key for key in keys if key.name == checkpoint.origin]
            if [key for key in named if key.signed(note)]:
                return
        except SignatureInvalid:
            yield Fault(at, None, "signature", f"{place}: the log's signature does not verify")
            return
        known = "no key given signed it" if self._given else "no key on record signed it"
        yield Fault(at, None, "signature", f"{place}: {known}")

    def _in_force(self, size: int) -> tuple[VerifierKey, ...]:
        """Return the key on record that must have signed a checkpoint of *size*."""
        before = [key for position, key in self._recorded if position < size]
        first = self._recorded[0][1:] if self._recorded else ()
        return tuple(before[-1:]) or first

    def _of_witnesses(self, one: Stored, checkpoint: Checkpoint, note: Note) -> Iterator[Fault]:
        known = {(key.name, key.key_id) for key in self._witnesses.values()}
        logs = {(key.name, key.key_id) for key in (*self._given, *(k for _, k in self._recorded))}
        for line in note.signatures:
            if (line.name, line.key_id) not in known | logs:
                self.checked.not_checked.add(line.name)
        cosigned = set()
        at = max(checkpoint.size - 1, 0)
        for name, key in self._witnesses.items():
            try:
                signed = key.signed(note)
            except SignatureInvalid:
                yield Fault(
                    at, None, "witness", f"{one.place}: the cosignature of {name} does not verify"
                )
                continue
            if signed is None:
                continue
            cosigned.add(key)
            self.checked.witnesses[name] = self.checked.witnesses.get(name, 0) + 1
            yield from self._of_time(one, checkpoint.size, name, cosigned_at(signed))
        policy = self._trust.policy
        if policy is None:
            return
        fulfils = bool(cosigned) and policy.satisfied_by(cosigned)
        if fulfils:
            self.checked.cosigned_up_to = max(self.checked.cosigned_up_to or 0, checkpoint.size)
        if one.signed_at is None:
            self._published.setdefault(checkpoint.size, []).append(fulfils)

    def _of_time(self, one: Stored, size: int, name: str, seen: datetime) -> Iterator[Fault]:
        """What a witness saw was recorded before; what came after was recorded later.

        A witness may have been late: then the log's own time of signing is the bound, and how late
        it was is told, for only that much could have been backdated.
        """
        if size > self._size:
            return
        signed = seen
        if one.signed_at is not None:
            signed = min(seen, _instant(one.signed_at) or seen)
            lag = seen - signed
            self.checked.longest_lag = max(self.checked.longest_lag or lag, lag)
        last, following = self._time(size - 1), self._time(size)
        if last is not None and last > instant_text(seen + TOLERANCE):
            yield Fault(
                size - 1, None, "backdated", f"recorded at {last}, yet seen before by {name}"
            )
        if following is not None and following < instant_text(signed - TOLERANCE):
            yield Fault(
                size,
                None,
                "backdated",
                f"recorded as of {following}, yet not there when {name} looked",
            )

    def _time(self, position: int) -> str | None:
        rows = self._source.ask("SELECT recorded_at FROM entries WHERE position = ?", position)
        return str(rows[0][0]) if rows else None

    def _of_kept(self, note: Note) -> Iterator[Fault]:
        """A note the auditor kept is believed as kept; a key, where one is known, must agree."""
        self.checked.kept += 1
        checkpoint = read_checkpoint(note)
        place = f"the kept checkpoint {checkpoint.size}"
        if checkpoint.size == self._skipped and self._roots.get(checkpoint.size) == checkpoint.root:
            return
        if checkpoint.size < self._skipped:
            return
        yield from self._of_root(place, checkpoint)
        if self._given:
            yield from self._of_signature(place, checkpoint, note)

    def _of_quorum(self) -> Iterator[Fault]:
        policy = self._trust.policy
        assert policy is not None, "asked only with a policy"
        if self.checked.cosigned_up_to is None and not policy.satisfied_by(()):
            yield Fault(None, None, "witness", "no checkpoint has the quorum of the policy")
        begun = False
        for size, places in sorted(self._published.items()):
            if begun and not all(places):
                found = f"the published checkpoint {size} lacks a cosignature the policy asks for"
                yield Fault(max(size - 1, 0), None, "witness", found)
            begun = begun or all(places)


def _readable(note: bytes) -> Checkpoint | None:
    try:
        return read_checkpoint(read_note(note))
    except NoteMalformed:
        return None


def _lines(note: bytes) -> set[bytes]:
    """Return the signature lines of *note* as they stand there."""
    return {line for line in note.splitlines() if line.startswith("— ".encode())}


def _signed_by(key: VerifierKey, note: Note) -> Signature | None:
    try:
        return key.signed(note)
    except SignatureInvalid:
        return None  # told where its cosignature is looked at


def _apart(one: str, other: str) -> timedelta:
    first, second = _instant(one), _instant(other)
    return timedelta() if first is None or second is None else abs(second - first)


def _instant(told: str) -> datetime | None:
    try:
        return datetime.fromisoformat(told).astimezone(UTC)
    except ValueError:
        return None


def read_kept(data: bytes) -> Note:
    """Return the checkpoint an auditor kept; raise `CannotVerify` for anything else."""
    try:
        note = read_note(data)
        read_checkpoint(note)
    except NoteMalformed as problem:
        raise CannotVerify(f"不是检查点文件：{problem} Not a checkpoint: {problem}") from None
    return note
