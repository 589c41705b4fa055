"""Files an auditor takes away from a page: exports and proofs, recorded before they appear."""

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from audit.exports.choosing import Tick, no_tick
from audit.proofs.bundle import NothingSigned
from audit.proofs.proving import CannotProve
from audit.reading import open_reader
from domain.refusals import CommandRefused
from services.auditing import case_at, trace_of
from services.exporting import FORMS, Asked, export, extras_of_evidence
from services.proving import hand_out, of_case
from services.seeing import NothingHere, Seer
from transparency.bundles import TilesDamaged
from transparency.keys import SigningKeyRefused

SUFFIXES = {
    "evidence": ".zip",
    "xlsx": ".xlsx",
    "jsonl": ".jsonl",
    "ocel-json": ".json",
    "ocel-xml": ".xml",
    "ocel-sqlite": ".sqlite",
    "xes": ".xes",
}


def exported(seer: Seer, form: str, folder: Path) -> Path:
    """Write the whole record in one form into *folder* and return the file.

    Sealed texts stay sealed. Raises `NothingHere` for no such form, and `CommandRefused`.
    """
    if form not in FORMS:
        raise NothingHere
    settings, books = seer.house.settings, seer.house.books
    out = folder / f"jiedui-{form}{SUFFIXES[form]}"
    lost: list[str] = []

    def showing(_entries: int, _whole: bool) -> AbstractContextManager[Tick]:
        return nullcontext(no_tick)

    with open_reader(settings.ledger_url) as reader:
        try:
            export(
                settings,
                reader,
                Asked(form, out),
                trace_of(seer, lost),
                lambda: extras_of_evidence(settings, lambda: books, [], None),
                showing,
            )
        except (NothingSigned, TilesDamaged) as problem:
            raise _not_yet(problem) from None
    _recorded(lost, out)
    return out


def proved(seer: Seer, key: str, folder: Path) -> Path:
    """Write the proof of the whole case *key* into *folder* and return the file.

    Raises `NothingHere`, and `CommandRefused` where nothing is signed that covers it.
    """
    stream, _ = case_at(seer, key)
    lost: list[str] = []
    trace = trace_of(seer, lost)
    trace.may("record_export")
    out = folder / f"{stream.replace('/', '-')}.case.json"
    try:
        hand_out(of_case(seer.house.settings, stream), out, trace, force=False)
    except (CannotProve, NothingSigned, SigningKeyRefused, TilesDamaged) as problem:
        raise _not_yet(problem) from None
    _recorded(lost, out)
    return out


def _recorded(lost: list[str], out: Path) -> None:
    """Hand nothing out that could not be put on record."""
    if lost:
        out.unlink()
        raise CommandRefused(
            "export-unrecorded", f"未能入账：{lost[0]}", f"Not recorded: {lost[0]}"
        )


def _not_yet(problem: Exception) -> CommandRefused:
    chinese, _, english = str(problem).partition("。 ")
    return CommandRefused("not-proved", f"{chinese}。", english or chinese)
