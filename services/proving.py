"""Proofs of one entry, or of a whole case, that need nobody's word; recorded before they appear."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audit.exports.placing import placed
from audit.proofs.bundle import OFFLINE, VERIFIERS, opening_line
from audit.proofs.proving import prove_case, prove_entry
from audit.reading import open_reader
from domain.casebook import kind_of
from domain.oversight.words import ExportFormat
from runtime.settings import Settings
from services.tracing import Trace
from services.unmasking import FieldOpening
from transparency.keys import load_key
from transparency.tiles import TileFolder

_SUFFIX = {ExportFormat.PROOF: ".tlog-proof", ExportFormat.CASE_FILE: ".case.json"}


@dataclass(frozen=True)
class Proof:
    """What is handed out: its bytes and form, what it is about, and how far the log reached."""

    data: bytes
    form: ExportFormat
    about: str
    entries: int
    uncovered: int
    openings: int
    size: int


def of_entry(settings: Settings, position: int) -> Proof:
    """Return the proof of the entry at *position*; raise `CannotProve` or `TilesDamaged`."""
    with open_reader(settings.ledger_url) as reader:
        found = prove_entry(reader, position, TileFolder(settings.log_path).subtree)
        entry = reader.entry(position)
        about = entry.stream if entry is not None else ""
    size = int(found.checkpoint.text.split("\n")[1])
    return Proof(found.encoded(), ExportFormat.PROOF, about, 1, 0, 0, size)


def of_case(
    settings: Settings, case: str, opening: Callable[[], list[FieldOpening]] | None = None
) -> Proof:
    """Return the proof of all of *case*, with what *opening* opens of it for its reader.

    Raises `CannotProve`, `SigningKeyRefused`, `TilesDamaged`, or what *opening* raises.
    """
    kind_of(case)
    key, subtree = load_key(settings.log_key_path), TileFolder(settings.log_path).subtree
    openings: list[Any] = []
    with open_reader(settings.ledger_url) as reader:
        # Proved once before anything is opened: a grant is not used for a proof that fails.
        found = prove_case(reader, case, subtree, key)
        if opening is not None:
            openings = [
                opening_line(one.position, one.field, one.holder, one.item, one.key, one.plaintext)
                for one in opening()
            ]
            found = prove_case(reader, case, subtree, key, openings)
    return Proof(
        found.data,
        ExportFormat.CASE_FILE,
        case,
        found.entries,
        found.uncovered,
        len(openings),
        found.size,
    )


def hand_out(proof: Proof, out: Path | None, trace: Trace, *, force: bool) -> dict[str, Any]:
    """Write the file, record that it was made, and only then let it appear."""
    target = out or Path(proof.about.replace("/", "-") + _SUFFIX[proof.form])
    with placed(target, force=force) as draft:
        draft.path.write_bytes(proof.data)
        sealing = draft.finish()
        recorded = trace.exported(
            proof.form,
            about=(proof.about,),
            head=proof.size - 1,
            rows=proof.entries,
            bytes=sealing.bytes,
            digest=sealing.digest,
            openings=proof.openings,
        )
    return {
        "path": str(target),
        "verifier": str(_verifier_beside(target)),
        "about": proof.about,
        "entries": proof.entries,
        "uncovered": proof.uncovered,
        "openings": proof.openings,
        "size": proof.size,
        "bytes": sealing.bytes,
        "sha256": sealing.digest,
        "recorded": recorded is not None,
    }


def _verifier_beside(target: Path) -> Path:
    """Lay the offline verifier next to what was handed out; a file of that name is left alone."""
    beside = target.absolute().parent / VERIFIERS[0]
    with suppress(FileExistsError), beside.open("xb") as file:
        file.write((OFFLINE / VERIFIERS[0]).read_bytes())
    return beside
