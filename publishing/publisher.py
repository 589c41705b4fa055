"""Publishes the log again and again: sign what is new, ask the witnesses, show what they agree on.

A checkpoint is due every 256 entries, and after 60 s when there is something new; what is shown as
the newest one has the witnesses' quorum. An alarm about a witness is itself an entry; alone it
brings no checkpoint for an hour, so that a failing witness cannot make the log grow by itself.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice

import structlog

from desk.opening import Books
from domain.envelope import SYSTEM, By
from domain.refusals import CommandRefused
from ledger.checkpoints import Checkpoints, StoredCheckpoint, StoredCosignature
from ledger.database import LedgerDamaged, LedgerUnavailable
from publishing.alarms import Alarms
from publishing.folder import LogBusy, LogFolder
from publishing.keyring import Keyring
from publishing.noting import ALARM_KINDS, Noting
from publishing.signer import Signer, SigningRefused, key_on_record, whole_note
from publishing.statements import Statements
from publishing.witnesses import (
    TIMEOUT_SECONDS,
    Answer,
    Cosigned,
    KnownWitness,
    WitnessClient,
    reachable,
)
from runtime.settings import Settings
from transparency.checkpoints import read_checkpoint
from transparency.keys import SignatureInvalid, SigningKeyRefused
from transparency.notes import Note, read_note
from transparency.policies import Nobody, PolicyMalformed, TrustPolicy, read_policy

log = structlog.get_logger("publishing")

ALARMS_ALONE = timedelta(hours=1)
"""How long facts about witnesses wait for a checkpoint when nothing else has happened."""

_POLL_SECONDS = 1.0
_LAST_ROUND_SECONDS = 5.0
_BACK_MAX = 10_000
"""How many checkpoints back a lost `checkpoint` file is looked for."""

_ALARMS_MAX = 100
"""More new entries than this are looked at as something new whatever they are."""

_NO_WITNESSES = TrustPolicy((), {}, Nobody())
_NOT_NOW = (LedgerUnavailable, LedgerDamaged)


class PolicyNotOurs(Exception):
    """A witness policy speaks of other logs than this one."""


_KNOWN_TROUBLE = (
    *_NOT_NOW,
    CommandRefused,
    LogBusy,
    OSError,
    PolicyMalformed,
    PolicyNotOurs,
    SigningKeyRefused,
    SigningRefused,
    UnicodeDecodeError,
)


@dataclass(frozen=True)
class Published:
    """What one round did: whether it signed, how far is signed, and how far is published."""

    signed: bool
    size: int
    published: int | None
    cosigned: tuple[str, ...]


class Publisher:
    """The publisher of one log; one round at a time, as many processes as you like."""

    def __init__(self, settings: Settings, books: Books) -> None:
        self.settings, self.books = settings, books
        self.noting = Noting(books.desk)
        self.folder = LogFolder(settings.log_path)
        self.keyring = Keyring(settings.log_key_path, settings.log_origin)
        self.checkpoints = Checkpoints(books.ledger)
        self.signer = Signer(self.checkpoints, self.folder, self.keyring, self.noting)
        self.statements = Statements(books.ledger, self.folder, self.keyring, self.noting)
        self.alarms = Alarms(self.noting, timedelta(seconds=settings.witness_lag_seconds))
        self._seen: dict[str, int] = {}
        self._shown_under: TrustPolicy | None = None
        self._adopted_given = False
        self.trouble = ""
        """What keeps the log from being published, as last seen by `run`; "" while all is well."""
        self._policy: tuple[str | None, TrustPolicy] = (None, _NO_WITNESSES)

    # -- one round -----------------------------------------------------------------------------

    async def publish(
        self, *, sign: bool = True, patience_seconds: float = TIMEOUT_SECONDS
    ) -> Published:
        """Sign what is new, ask the witnesses that lack the newest checkpoint, show the quorum's.

        With *sign* false only what was signed is looked at and shown. Witnesses get
        *patience_seconds*. Raises `SigningRefused`, `SigningKeyRefused`, `LogBusy`,
        `LedgerUnavailable`.
        """
        signed = None
        if sign:
            signed = await asyncio.to_thread(self.signer.sign, datetime.now(UTC))
        else:
            await asyncio.to_thread(self.signer.check)
        newest = await asyncio.to_thread(self.checkpoints.newest)
        if newest is None:
            return Published(False, 0, None, ())
        policy = await asyncio.to_thread(self.policy)
        await self._ask(newest, policy, patience_seconds)
        published = await asyncio.to_thread(self._show, newest, policy)
        await asyncio.to_thread(self.statements.put_out)
        cosigned = await asyncio.to_thread(self.checkpoints.cosignatures, newest.size)
        return Published(
            signed is not None, newest.size, published, tuple(each.witness for each in cosigned)
        )

    def policy(self) -> TrustPolicy:
        """Return the witness policy on record; none was adopted: nobody is asked."""
        text = self.noting.standing().policy
        if text != self._policy[0]:
            self._policy = (text, _NO_WITNESSES if text is None else read_policy(text))
        return self._policy[1]

    async def _ask(
        self, newest: StoredCheckpoint, policy: TrustPolicy, patience_seconds: float
    ) -> None:
        lacking = await asyncio.to_thread(self._lacking, newest.size, policy)
        if not lacking:
            return
        note = read_note(newest.note)
        checkpoint = read_checkpoint(note)
        async with WitnessClient(patience_seconds, self._seen) as client:
            prove = self.folder.tiles.consistency
            answers = await asyncio.gather(
                *(client.ask(witness, checkpoint, note, prove) for witness in lacking)
            )
        for witness, answer in zip(lacking, answers, strict=True):
            await asyncio.to_thread(self._hear, witness, answer, newest)

    def _lacking(self, size: int, policy: TrustPolicy) -> list[KnownWitness]:
        """Return the witnesses that have not cosigned the checkpoint of *size*."""
        have = {each.witness for each in self.checkpoints.cosignatures(size)}
        lacking = [witness for witness in reachable(policy) if witness.id not in have]
        for witness in lacking:
            if witness.id not in self._seen:
                self._seen[witness.id] = self.checkpoints.newest_cosigned(witness.id) or 0
        return lacking

    def _hear(self, witness: KnownWitness, answer: Answer, newest: StoredCheckpoint) -> None:
        now = datetime.now(UTC)
        if isinstance(answer, Cosigned):
            self.checkpoints.add_cosignature(
                StoredCosignature(newest.size, witness.id, answer.signature.line, now)
            )
        elif answer.told is not None and self._signed_meanwhile(newest.size, answer.told):
            return  # another publisher of ours was faster: nothing is wrong
        self.alarms.hear(
            witness, answer, newest.size, now, lambda: self._behind_since(witness, now)
        )

    def _signed_meanwhile(self, size: int, told: int) -> bool:
        stands = self.checkpoints.newest()
        return told > size and stands is not None and stands.size >= told

    def _behind_since(self, witness: KnownWitness, now: datetime) -> datetime:
        """Return when the oldest checkpoint *witness* lacks was signed, while it could be asked."""
        after = self.checkpoints.newest_cosigned(witness.id)
        oldest = next(self.checkpoints.above(-1 if after is None else after), None)
        signed_at = now if oldest is None else oldest.signed_at
        return max(signed_at, self.noting.policy_adopted_at() or signed_at)

    def _show(self, newest: StoredCheckpoint, policy: TrustPolicy) -> int | None:
        """Publish the newest checkpoint that fulfils *policy*; return the size published.

        What is published is never taken back: a stricter policy waits for the next checkpoint.
        """
        shown = self.folder.published()
        shown_size = -1 if shown is None else read_checkpoint(shown).size
        # Only the newest is shown to witnesses; older ones matter after a loss or a new policy.
        looked_for = 1 if self._shown_under is policy else _BACK_MAX
        self._shown_under = policy
        for stored in islice(self.checkpoints.below(newest.size), looked_for):
            if stored.size < shown_size:
                break
            note = whole_note(self.checkpoints, stored)
            self.folder.keep(stored.size, note)
            if _fulfils(policy, note):
                self.folder.publish(note)
                return stored.size
        return None if shown is None else shown_size

    def due(self, at: datetime) -> bool:
        """Say whether a checkpoint is due *at* that instant."""
        newest = self.checkpoints.newest()
        size = 0 if newest is None else newest.size
        new = self.books.ledger.head() + 1 - size
        if new <= 0:
            return False
        if newest is None:
            return True
        waited = at - newest.signed_at
        if new <= _ALARMS_MAX and set(self.checkpoints.kinds(size - 1, new)) <= ALARM_KINDS:
            return waited >= ALARMS_ALONE
        every = timedelta(seconds=self.settings.checkpoint_seconds)
        return new >= self.settings.checkpoint_entries or waited >= every

    def adopt(self, text: str, by: By = SYSTEM) -> TrustPolicy:
        """Put the witness policy *text* on record; the same one again changes nothing.

        *by* is who had it adopted, the system where the settings name it. Raises
        `PolicyMalformed`, `PolicyNotOurs`, `CommandRefused`.
        """
        policy = read_policy(text)
        ours = key_on_record(self.noting.standing())
        if ours is not None and policy.logs and not policy.log_keys(ours.name):
            raise PolicyNotOurs(
                f"规则文件列出的日志不是 {ours.name}。 The policy lists other logs than "
                f"{ours.name}; add a line: log {ours.vkey}"
            )
        self.noting.policy_adopted(text, by)
        return policy

    # -- again and again -------------------------------------------------------------------------

    async def run(self, stop: asyncio.Event) -> None:
        """Publish whenever it is due until *stop* is set, and once more then.

        Trouble is logged once and tried again: a publisher that ends in silence would be worse.
        """
        loop, interval = asyncio.get_running_loop(), self.settings.checkpoint_seconds
        look_at = not_before = loop.time()
        while not stop.is_set():
            due = loop.time() >= not_before and await self._is_due()
            if due or loop.time() >= look_at:
                # Also with nothing new: witnesses that lag are asked again, old entries looked at.
                done = await self._attempt(partial(self._round, sign=due))
                look_at = loop.time() + interval
                not_before = loop.time() if done else look_at
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), min(_POLL_SECONDS, interval))
        await self._attempt(partial(self._round, patience_seconds=_LAST_ROUND_SECONDS))

    async def _round(self, *, sign: bool = True, patience_seconds: float = TIMEOUT_SECONDS) -> None:
        # A policy that was given and cannot be adopted must not mean publishing without one.
        if not self._adopted_given:
            await self.adopt_given_policy()
            self._adopted_given = True
        await self.publish(sign=sign, patience_seconds=patience_seconds)

    async def _is_due(self) -> bool:
        try:
            return await asyncio.to_thread(self.due, datetime.now(UTC))
        except _NOT_NOW:
            return False

    async def _attempt(self, work: Callable[[], Awaitable[object]]) -> bool:
        """Do *work*; say whether it was done, and log trouble when it begins and when it ends."""
        try:
            await work()
        except _KNOWN_TROUBLE as trouble:
            found = f"{type(trouble).__name__}: {trouble}"
            if found != self.trouble:
                log.error("the public log is not published", found=found)  # noqa: TRY400 - known
            self.trouble = found
            return False
        except Exception as bug:
            self.trouble = f"{type(bug).__name__}"
            log.exception("the public log is not published")
            return False
        if self.trouble:
            log.info("the public log is published again")
        self.trouble = ""
        return True

    async def adopt_given_policy(self) -> None:
        """Adopt the policy file the settings name, if they name one; raises as `adopt` does."""
        file = self.settings.witness_policy_file
        if file is not None:
            text = await asyncio.to_thread(file.read_text, encoding="utf-8")
            await asyncio.to_thread(self.adopt, text)


def _fulfils(policy: TrustPolicy, note: Note) -> bool:
    try:
        return policy.satisfied_by(policy.cosigners(note))
    except SignatureInvalid:
        return False


@contextlib.asynccontextmanager
async def publishing(
    settings: Settings, books: Books, stop: asyncio.Event
) -> AsyncIterator[Publisher]:
    """Publish the log of *books* for the length of the block, or until *stop* is set.

    At the end a last checkpoint is signed.
    """
    publisher = Publisher(settings, books)
    ended = asyncio.Event()
    at_work = asyncio.create_task(publisher.run(ended))
    told = asyncio.create_task(_pass_on(stop, ended))
    try:
        yield publisher
    finally:
        told.cancel()
        ended.set()
        await at_work


async def _pass_on(stop: asyncio.Event, ended: asyncio.Event) -> None:
    await stop.wait()
    ended.set()
