"""Asking the witnesses: each is shown the new checkpoint with a proof from the one it saw last.

C2SP tlog-witness, the log's side. A witness that knows another size tells it (409) and is asked
again from there, with nothing to configure. An answer counts only when its signature verifies
under the witness's key as the adopted policy gives it.
"""

import asyncio
import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import httpx2

from domain.oversight.words import AlarmGround
from transparency.checkpoints import Checkpoint
from transparency.keys import SignatureInvalid, VerifierKey
from transparency.notes import Note, NoteMalformed, Signature, read_signature_lines
from transparency.policies import TrustPolicy

TIMEOUT_SECONDS = 10.0
_ANSWER_BYTES_MAX = 64 * 1024
_ATTEMPTS = 4
_SIZE_DIGITS_MAX = 19

Prove = Callable[[int, int], list[bytes]]
"""Gives the consistency proof between two sizes of our tree; takes milliseconds."""


@dataclass(frozen=True)
class Cosigned:
    """The witness vouches for the checkpoint."""

    signature: Signature


@dataclass(frozen=True)
class Declined:
    """The witness answered, and did not vouch; *status* is its HTTP answer, *told* its size."""

    ground: AlarmGround
    status: int | None = None
    told: int | None = None


Answer = Cosigned | Declined


@dataclass(frozen=True)
class KnownWitness:
    """One witness of the adopted policy that has an address."""

    name: str
    key: VerifierKey
    url: str

    @property
    def id(self) -> str:
        """Return what names this very key among cosignatures at rest."""
        return f"{self.key.name}+{self.key.key_id:08x}"


def reachable(policy: TrustPolicy) -> tuple[KnownWitness, ...]:
    """Return the witnesses of *policy* that can be asked, in its order."""
    return tuple(
        KnownWitness(name, key, url)
        for name, (key, url) in policy.witnesses.items()
        if url is not None
    )


class WitnessClient:
    """Asks witnesses over HTTP; remembers in *seen* the size each is known to have seen."""

    def __init__(
        self, timeout_seconds: float = TIMEOUT_SECONDS, seen: dict[str, int] | None = None
    ) -> None:
        self.timeout_seconds = timeout_seconds
        self.seen = {} if seen is None else seen
        self.http = httpx2.AsyncClient(
            timeout=timeout_seconds, follow_redirects=False, trust_env=False
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.aclose()

    async def ask(
        self, witness: KnownWitness, checkpoint: Checkpoint, note: Note, prove: Prove
    ) -> Answer:
        """Return what *witness* says to *checkpoint*, which *note* holds with the log's signature.

        Starts from the size it was last known to have seen (`seen`, 0 at first).
        """
        try:
            async with asyncio.timeout(self.timeout_seconds * 2):
                return await self._ask(witness, checkpoint, note, prove)
        except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError, UnicodeError):
            return Declined(AlarmGround.UNREACHABLE)

    async def _ask(
        self, witness: KnownWitness, checkpoint: Checkpoint, note: Note, prove: Prove
    ) -> Answer:
        start = min(self.seen.get(witness.id, 0), checkpoint.size)
        for _ in range(_ATTEMPTS):
            proof = await asyncio.to_thread(prove, start, checkpoint.size)
            status, body = await self._post(witness, _asking(start, proof, note))
            match status:
                case 200:
                    return self._cosigned(witness, checkpoint, note, body)
                case 409:
                    told = _size(body)
                    if told is None:
                        return Declined(AlarmGround.REFUSED, status)
                    if told > checkpoint.size or told == start:
                        # It vouched for more than we have, or for another tree of this size.
                        return Declined(AlarmGround.INCONSISTENT, status, told)
                    start = self.seen[witness.id] = told
                case 422:
                    return Declined(AlarmGround.INCONSISTENT, status, start)
                case _ if 400 <= status < 500 and status not in (408, 429):
                    return Declined(AlarmGround.REFUSED, status)
                case _:
                    return Declined(AlarmGround.UNREACHABLE, status)
        # Others move it on faster than we can ask: it is alive, and behind or ahead of us.
        return Declined(AlarmGround.LAGGING, 409)

    async def _post(self, witness: KnownWitness, asking: bytes) -> tuple[int, bytes]:
        url = f"{witness.url.rstrip('/')}/add-checkpoint"
        body = bytearray()
        async with self.http.stream(
            "POST", url, content=asking, headers={"content-type": "text/plain; charset=utf-8"}
        ) as answer:
            async for part in answer.aiter_bytes():
                body += part
                if len(body) > _ANSWER_BYTES_MAX:
                    return answer.status_code, b""
            return answer.status_code, bytes(body)

    def _cosigned(
        self, witness: KnownWitness, checkpoint: Checkpoint, note: Note, body: bytes
    ) -> Answer:
        try:
            told = Note(note.text, read_signature_lines(body.decode()))
            signature = witness.key.signed(told)
        except (UnicodeDecodeError, NoteMalformed, SignatureInvalid):
            signature = None
        if signature is None:
            return Declined(AlarmGround.INVALID_COSIGNATURE, 200)
        self.seen[witness.id] = checkpoint.size
        return Cosigned(signature)


def _asking(old_size: int, proof: list[bytes], note: Note) -> bytes:
    """Return the body of `add-checkpoint`."""
    lines = [f"old {old_size}", *(base64.b64encode(part).decode("ascii") for part in proof)]
    return "\n".join(lines).encode("ascii") + b"\n\n" + note.encoded()


def _size(body: bytes) -> int | None:
    digits = body.removesuffix(b"\n")
    if not digits.isdigit() or len(digits) > _SIZE_DIGITS_MAX:
        return None
    return int(digits)
