"""Check that no entry of a ledger was altered, removed, reordered or slipped in.

The verdict lists every fault with its position, not only the first. It rests on the stored bytes
and on this room; it shares no code path with the hand that writes. What only copies outside can
show (a tail cut off, a whole history written anew) is told by checkpoints and witnesses: without
them the verdict says so. Start here; `walk.py` looks at entries, `checkpoints.py` at signed notes,
`legality.py` at what cases may do, `sealed_items.py` at the vault, `log_files.py` at the tiles.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

from audit.sources import UNREADABLE, CannotVerify, Part, Source, opened, parts_of
from audit.verify.beside import judged_beside
from audit.verify.checkpoints import (
    Checked,
    Checkpoints,
    Stored,
    Trust,
    kept_in,
    sizes_of,
    stored_checkpoints,
)
from audit.verify.faults import FAULTS, Fault
from audit.verify.legality import Legality, judge
from audit.verify.log_files import folder_size, wrong_files
from audit.verify.sealed_items import Sealed, compare
from audit.verify.tree import Tree
from audit.verify.walk import Head, Walk
from transparency.bundles import TilesDamaged

__all__ = ["FAULTS", "CannotVerify", "Fault", "Looking", "Trust", "Verdict", "verify"]

BESIDE_FROM = 20_000
"""Entries from which legality is judged in other processes, so many a part."""

_UNBOUNDED = 2**62

OnProgress = Callable[[str, int, int | None], None]
"""Told the name of the pass, how many entries it has read, and how many there are."""


@dataclass(frozen=True)
class Looking:
    """What to look at besides the entries themselves.

    *log_folder* holds the public log's files, *vault_url* the sealed items, *vault_key* is the file
    of the key that opens them; *legality* folds every case by the rules of the domain.
    """

    log_folder: Path | None = None
    vault_url: str | None = None
    legality: bool = False
    vault_key: Path | None = None


@dataclass(frozen=True)
class Verdict:
    """What was checked, and all that is wrong with it.

    *entries* counts the rows read whole, *skipped* those before the starting point whose hashes
    alone were read; *root* is the RFC 6962 root over all, in hex. *seconds* tells how long each
    pass took.
    """

    entries: int
    streams: int
    root: str
    faults: tuple[Fault, ...]
    skipped: int = 0
    checked: Checked = field(default_factory=Checked)
    tiles: int | None = None
    legality: Legality | None = None
    sealed: Sealed | None = None
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def intact(self) -> bool:
        """Say whether nothing is wrong."""
        return not self.faults


def verify(
    url: str,
    trust: Trust | None = None,
    looking: Looking | None = None,
    on_progress: OnProgress | None = None,
) -> Verdict:
    """Check the whole ledger at *url* in one snapshot; writers may go on meanwhile.

    Raises `CannotVerify` where no ledger can be read at all, or where what the auditor brought
    cannot be used.
    """
    trust, looking = trust or Trust(), looking or Looking()
    # What lies in files is read first: an entry is in the ledger before any file speaks of it, so
    # the snapshot that follows has it.
    folder = looking.log_folder
    in_files = [] if folder is None or not folder.is_dir() else kept_in(folder)
    tiles, tile_faults = _tiles(looking.log_folder)
    with opened(url) as source:
        verification = _Verification(url, source, trust, looking, on_progress)
        with verification.judging() as legality:
            return verification.verdict(in_files, tiles, tile_faults, legality)


def _tiles(folder: Path | None) -> tuple[int | None, list[Fault]]:
    if folder is None or not folder.is_dir():
        return None, []
    try:
        return folder_size(folder), []
    except (TilesDamaged, OSError) as problem:
        return None, [
            Fault(None, None, "tile", f"the size of the folder: {type(problem).__name__}")
        ]


class _Verification:
    """One verification, pass after pass."""

    def __init__(
        self,
        url: str,
        source: Source,
        trust: Trust,
        looking: Looking,
        on_progress: OnProgress | None,
    ) -> None:
        self._url, self._source, self._trust, self._looking = url, source, trust, looking
        self._on_progress = on_progress
        self._faults: list[Fault] = []
        self._seconds: dict[str, float] = {}

    @contextmanager
    def judging(self) -> Iterator[Callable[[], Legality | None]]:
        """Begin to judge legality; yields what returns it: a large log is judged beside."""
        size = self._end()
        if not self._looking.legality:
            yield lambda: None
        elif size < BESIDE_FROM:
            yield lambda: judge(self._source.stories(Part(size)), self._tell("legality", 0))
        else:
            parts = parts_of(self._source, size, BESIDE_FROM)
            with judged_beside(self._url, parts, self._tell("legality", 0)) as waiting:
                yield waiting

    def _end(self) -> int:
        """Return the position after the last; what cannot be read bounds nothing."""
        try:
            ((top,),) = self._source.ask("SELECT max(position) FROM entries")
        except UNREADABLE:
            return _UNBOUNDED
        return 0 if top is None else int(top) + 1

    def verdict(
        self,
        in_files: Sequence[Stored],
        tiles: int | None,
        tile_faults: list[Fault],
        judged: Callable[[], Legality | None],
    ) -> Verdict:
        """Run every pass and put together what was found."""
        self._faults += tile_faults
        signed = self._told_checkpoints()
        self._faults += self._gone(signed)
        stored = [*signed, *in_files]
        walk = self._walk(stored)
        size = walk.tree.size
        self._pass("structure", self._structure)
        self._faults += self._counters(walk)
        checkpoints = Checkpoints(self._source, self._trust, size, walk.roots, walk.first)
        self._pass("checkpoints", lambda: checkpoints.faults(stored))
        if tiles is not None and self._looking.log_folder is not None:
            folder = self._looking.log_folder
            self._pass("tiles", lambda: self._compare_tiles(folder, tiles, size))
        sealed = self._sealed()
        legality = judged()
        if legality is not None:
            self._faults += legality.faults
            self._seconds["legality"] = legality.seconds
        place = [(fault.position is None, fault.position or 0) for fault in self._faults]
        in_order = sorted(range(len(place)), key=place.__getitem__)
        return Verdict(
            entries=walk.entries,
            streams=len(walk.streams),
            root=walk.tree.root().hex(),
            faults=tuple(self._faults[number] for number in in_order),
            skipped=walk.first,
            checked=checkpoints.checked,
            tiles=tiles,
            legality=legality,
            sealed=sealed,
            seconds=self._seconds,
        )

    def _gone(self, signed: Sequence[Stored]) -> Iterator[Fault]:
        folder = self._looking.log_folder
        if folder is not None and signed and not folder.is_dir():
            found = f"{len(signed)} checkpoints were signed, and the log's folder is gone"
            yield Fault(None, None, "tile", found)

    def _told_checkpoints(self) -> list[Stored]:
        try:
            return stored_checkpoints(self._source)
        except (*UNREADABLE, ValueError, TypeError) as problem:
            self._faults.append(Fault(None, None, "checkpoint", type(problem).__name__))
            return []

    def _walk(self, stored: Sequence[Stored]) -> Walk:
        """Walk over all entries, or from the auditor's own checkpoint on where it holds."""
        began = perf_counter()
        notes = [*self._trust.kept, *([self._trust.since] if self._trust.since else [])]
        sizes = sizes_of(stored, notes)
        walk = Walk(sizes)
        if (start := self._trust.starting_point()) is not None and start.size:
            tree = self._vouched(start.size)
            if tree is not None and tree.root() == start.root:
                walk = Walk(sizes, tree, self._head_before)
        walk.over(self._source.rows(walk.first), self._tell("entries", walk.first))
        self._faults += walk.faults
        self._seconds["entries"] = perf_counter() - began
        return walk

    def _vouched(self, size: int) -> Tree | None:
        """Return the tree over the stored hashes of the first *size* entries, if all are there."""
        tree = Tree()
        for block in self._source.leaves(size):
            positions = [position for position, _ in block]
            if positions != list(range(tree.size, tree.size + len(block))):
                return None
            tree.extend([bytes(leaf) for _, leaf in block])
        return tree if tree.size == size else None

    def _head_before(self, stream: str, version: int) -> Head | None:
        """Return the entry before, from its stored row; its hash was in the vouched tree."""
        rows = self._source.ask(
            "SELECT version, hash, command_id, ordinal FROM entries "
            "WHERE stream = ? AND version = ?",
            stream,
            version - 1,
        )
        if not rows:
            return None
        found, leaf, command_id, ordinal = rows[0]
        return int(found), bytes(leaf).hex(), str(command_id), int(ordinal)

    def _structure(self) -> Iterator[Fault]:
        for stream, command_id, ordinal in self._source.reused_commands():
            found = f"command {command_id[:80]!r}: its facts are not 0 to {ordinal}, each once"
            yield Fault(None, stream, "command", found)
        for place, what in self._source.structure():
            yield Fault(place, None, "structure", what)
        for name in self._source.missing_guards():
            yield Fault(None, None, "guard", name)

    def _counters(self, walk: Walk) -> Iterator[Fault]:
        """Each counter of work-order numbers stands at the last number that was given."""
        if not self._source.has("counters"):
            return
        try:
            rows = self._source.ask("SELECT county, day, last FROM counters")
        except UNREADABLE as problem:
            yield Fault(None, None, "structure", f"counters: {type(problem).__name__}")
            return
        counters = {(str(county), str(day)): last for county, day, last in rows}
        for place, last in sorted(walk.serials.items()):
            if counters.pop(place, 0) != last:
                found = f"the counter of {place[0]} on {place[1]} is not at {last}, the last given"
                yield Fault(None, None, "number", found)
        if counters and not walk.first:
            yield Fault(None, None, "number", f"{len(counters)} counters of numbers never given")

    def _compare_tiles(self, folder: Path, tiles: int, size: int) -> Iterator[Fault]:
        if tiles > size:
            yield Fault(size, None, "tile", f"the folder has {tiles} entries, the ledger {size}")
        leaves = ([bytes(leaf) for _, leaf in block] for block in self._source.leaves(size))
        yield from wrong_files(folder, min(tiles, size), leaves)

    def _sealed(self) -> Sealed | None:
        if self._looking.vault_url is None:
            return None
        began = perf_counter()
        sealed = compare(self._source, self._looking.vault_url, self._looking.vault_key)
        self._faults += sealed.faults
        self._seconds["vault"] = perf_counter() - began
        return sealed

    def _pass(self, name: str, faults: Callable[[], Iterator[Fault]]) -> None:
        began = perf_counter()
        if self._on_progress is not None:
            self._on_progress(name, 0, None)
        self._faults += faults()
        self._seconds[name] = perf_counter() - began

    def _tell(self, name: str, first: int) -> Callable[[int], None] | None:
        on_progress = self._on_progress
        if on_progress is None:
            return None
        rows = self._source.ask("SELECT count(*) FROM entries")
        total = max(int(rows[0][0]) - first, 0)
        return lambda done: on_progress(name, done, total)
