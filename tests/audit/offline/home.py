"""A small town whose ledger was signed, witnessed, partly erased and partly opened, for real.

Real entries from the desk, real checkpoints, tiles and cosignatures; only Temporal is away.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from audit.proofs.bundle import Extras, opening_line, write_evidence
from audit.proofs.proving import prove_case, prove_entry
from audit.reading import open_reader
from desk.casework import Asking
from desk.gateway import Gateway, asking_of
from desk.identifiers import new_uuid7
from desk.opening import Books, books
from desk.orders import Order
from domain.casebook import kind_of
from domain.envelope import SYSTEM
from domain.sealed import Sealed
from ledger.checkpoints import Checkpoints, StoredCheckpoint, StoredCosignature
from tests.accounts import key_of, somebody
from tests.journeys.district import District
from transparency.checkpoints import Checkpoint
from transparency.keys import COSIGNATURE_V1, ED25519, SigningKey
from transparency.notes import Note
from transparency.suites import suite_line
from transparency.tiles import TileFolder

ORIGIN = "log.example.org/shipai"
LOG = SigningKey.generate(ORIGIN, ED25519)
STRANGER = SigningKey.generate(ORIGIN, ED25519)
DISCIPLINE = SigningKey.generate("witness.example.org/discipline", COSIGNATURE_V1)
ARCHIVE = SigningKey.generate("witness.example.org/archive", COSIGNATURE_V1)
POLICY = (
    f"log {LOG.verifier.vkey}\n"
    f"witness discipline {DISCIPLINE.verifier.vkey}\n"
    f"witness archive {ARCHIVE.verifier.vkey}\n"
    "group both all discipline archive\nquorum both\n"
)


@dataclass(frozen=True)
class Town:
    """Where everything lies, and what is known of it."""

    folder: Path
    bundle: Path
    case: Path
    proof: Path
    policy: Path
    erased: str
    stream: str


def sign(opened: Books, tiles: TileFolder, *witnesses: SigningKey) -> Note:
    """Sign the log as it stands, have it cosigned, and store both."""
    store, at = Checkpoints(opened.ledger), datetime.now(UTC)
    tiles.append([body for _, body in store.bodies(tiles.size - 1, 100_000)])
    size = tiles.size
    text = Checkpoint(ORIGIN, size, tiles.root(size), (suite_line(),)).text
    note = Note(text, (LOG.sign(text),))
    store.add(StoredCheckpoint(size, tiles.root(size), note.encoded(), at))
    for witness in witnesses:
        line = witness.cosign(text, at)
        store.add_cosignature(StoredCosignature(size, witness.verifier.name, line.line, at))
        note = note.with_signatures(line)
    return note


async def _record(opened: Books, orders: list[Order]) -> None:
    stream = orders[0].stream
    askings = [asking_of(kind_of(stream), one) for one in orders]
    handled = await opened.desk.record(stream, askings)
    assert handled.state == "IN_PROGRESS", handled.answers


async def found(folder: Path) -> Town:
    """Build the town and write its exports."""
    url = f"sqlite:///{folder}"
    tiles = TileFolder(folder / "log")
    (folder / "keys").mkdir()
    (folder / "keys" / "log.key").write_text(LOG._written() + "\n")
    (folder / "keys" / "log.key").chmod(0o600)
    with books(
        f"{url}/ledger.db", f"{url}/vault.db", folder / "keys" / "vault.key", "gd-2022"
    ) as opened:
        gateway = Gateway(opened)
        district = await District.found(gateway)
        key_of(opened.desk, somebody(opened.desk, "AUDITOR"), folder)
        sign(opened, tiles, DISCIPLINE, ARCHIVE)
        streams = [f"task/{new_uuid7()}" for _ in range(4)]
        subject = f"subject/{new_uuid7()}"
        for stream in streams[:2]:
            await _record(opened, district.whole_case(stream))
        sign(opened, tiles)
        about = {"requester": subject, "name": "陈阿婆", "phone": "13800138000"}
        await _record(opened, district.whole_case(streams[2], **about))
        sign(opened, tiles, ARCHIVE)
        await _record(opened, district.whole_case(streams[3]))
        erasing = Asking("erase/1", SYSTEM, {"kind": "record_erasure", "basis": "期满"})
        opened.desk.record_now(subject, [erasing])
        for holder in (subject, streams[2]):
            opened.vault.erase(holder)
        sign(opened, tiles, DISCIPLINE, ARCHIVE)
        openings = _openings(opened, streams[0])
        town = Town(
            folder,
            folder / "evidence.zip",
            folder / "one.case.json",
            folder / "one.tlog-proof",
            folder / "policy",
            subject,
            streams[0],
        )
        town.policy.write_text(POLICY)
        with open_reader(f"{url}/ledger.db") as reader:
            extras = Extras(tuple(openings), lambda one: opened.vault.erased(one.holder))
            written = write_evidence(reader, town.bundle, extras)
            assert (written.openings, written.checkpoints) == (2, 4)
            assert written.erased >= 3
            case = prove_case(reader, town.stream, tiles.subtree, LOG, openings)
            town.case.write_bytes(case.data)
            proof = prove_entry(reader, reader.head(), tiles.subtree)
            town.proof.write_bytes(proof.encoded())
    return town


def _openings(opened: Books, stream: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for entry in opened.ledger.read(stream):
        for name in ("text", "note"):
            if isinstance(entry.fact.get(name), dict):
                opening = opened.vault.opening(Sealed.model_validate(entry.fact[name]))
                assert opening is not None
                found.append(
                    opening_line(
                        entry.position,
                        name,
                        opening.holder,
                        opening.item,
                        opening.key,
                        opening.plaintext,
                    )
                )
    return found
