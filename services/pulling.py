"""Pulling the cities' statements over HTTP, and looking whether the log they serve still agrees.

Beside the statements themselves the log's newest checkpoint is compared with the newest one held,
by a consistency proof made here from the city's own tiles: a log that was rewritten is found before
its next statement comes.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from domain.province.standing import Held
from domain.province.words import CityAlarmGround
from domain.refusals import CommandRefused
from runtime.outgoing import AddressRefused, NotSent, Outgoing
from services.province import Known, Province, Taken
from transparency.checkpoints import Checkpoint, read_checkpoint
from transparency.keys import SignatureInvalid, VerifierKey
from transparency.notes import Note, NoteMalformed, read_note
from transparency.proofs import ProofInvalid, verify_consistency
from transparency.tiles import FetchedTiles, TilesDamaged

_AT_ONCE = 200
"""How many statements of a city one pull takes."""

_STATEMENT_BYTES = 100_000

Fetch = Callable[[str], bytes | None]


class LogLook(StrEnum):
    """What the look at a city's served log came to."""

    AGREES = "AGREES"  # 与所持一致
    CONTRADICTS = "CONTRADICTS"  # 与所持矛盾
    BEHIND = "BEHIND"  # 落后于所持
    NOT_LOOKED = "NOT_LOOKED"  # 未能查看


@dataclass(frozen=True)
class Pulled:
    """What one pull of a city came to; *trouble* is a machine word where it broke off."""

    city: str
    taken: tuple[Taken, ...]
    refused: CommandRefused | None
    trouble: str | None
    log: LogLook


async def pull(province: Province) -> list[Pulled]:
    """Pull from every city that has an address, one after the other."""
    return [
        await pulled(province, one)
        for one in await asyncio.to_thread(province.cities)
        if one.city.url is not None and one.city.removed_at is None
    ]


async def pulled(province: Province, known: Known) -> Pulled:
    """Take what *known* has stated since, and look at the log it serves."""
    name, url = known.city.name, known.city.url or ""
    why = province.why_not(url)
    if why is not None:
        return Pulled(name, (), None, why, LogLook.NOT_LOOKED)
    try:
        there = Outgoing(url, inner=province.settings.city_inner)
    except AddressRefused:
        return Pulled(name, (), None, "address-malformed", LogLook.NOT_LOOKED)
    loop = asyncio.get_running_loop()

    async def got(path: str) -> bytes | None:
        answer = await there.get(path, _STATEMENT_BYTES)
        if answer.status == 404:
            return None
        if answer.status != 200:
            raise NotSent(f"http-{answer.status}")
        return answer.body

    def fetch(path: str) -> bytes | None:
        return asyncio.run_coroutine_threadsafe(got(path), loop).result()

    try:
        return await asyncio.to_thread(_pulled, province, known, fetch)
    finally:
        await there.close()


def _pulled(province: Province, known: Known, fetch: Fetch) -> Pulled:
    taken: list[Taken] = []
    no: CommandRefused | None = None
    trouble: str | None = None
    look = LogLook.NOT_LOOKED
    newest = known.city.newest
    # The newest one held is asked for again: a city may have put another in its place.
    first = 1 if newest is None else newest.number
    try:
        for number in range(first, first + _AT_ONCE):
            data = fetch(f"statements/{number}")
            if data is None:
                break
            found = province.take(data, known.stream)
            if not found.repeated:
                taken.append(found)
    except CommandRefused as refusal:
        no = refusal
    except NotSent as problem:
        trouble = problem.detail
    try:
        look = _looked(province, province.named(known.stream), fetch)
    except (NotSent, NoteMalformed, SignatureInvalid, ProofInvalid, TilesDamaged) as problem:
        trouble = trouble or getattr(problem, "detail", "log-unreadable")
    return Pulled(known.city.name, tuple(taken), no, trouble, look)


def _looked(province: Province, known: Known, fetch: Fetch) -> LogLook:
    """Compare the newest checkpoint that is served with the newest one held."""
    held, data = known.city.newest, fetch("checkpoint")
    if held is None or data is None:
        return LogLook.NOT_LOOKED
    note = read_note(data)
    shown = read_checkpoint(note)
    key = VerifierKey.parse(known.city.keys[-1])
    if shown.origin != known.city.origin or key.signed(note) is None:
        return LogLook.NOT_LOOKED  # somebody else's: it says nothing about the city
    if shown.size < held.size:
        return LogLook.BEHIND
    other = _other_root(held, shown, FetchedTiles(shown.size, fetch))
    if other is None:
        return LogLook.AGREES
    root, proof = other
    _kept(province, known, held, note, root, proof)
    return LogLook.CONTRADICTS


def _other_root(
    held: Held, shown: Checkpoint, tiles: FetchedTiles
) -> tuple[bytes, list[bytes]] | None:
    """Return the root that the log shown had at the size held, where it is another, and its proof.

    The tiles are believed only because they lead to the checkpoint shown: raises `ProofInvalid`.
    """
    root = shown.root if held.size == shown.size else tiles.root(held.size)
    proof = tiles.consistency(held.size, shown.size)
    verify_consistency(held.size, root, shown.size, shown.root, proof)
    return None if root.hex() == held.root else (root, proof)


def _kept(
    province: Province, known: Known, held: Held, note: Note, root: bytes, proof: list[bytes]
) -> None:
    province.alarm(
        known,
        CityAlarmGround.CHECKPOINTS,
        province.note_of(known, held),
        note.encoded().decode(),
        root,
        proof,
    )
