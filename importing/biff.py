"""Look into a legacy .xls file before a spreadsheet library may open it.

The file is a compound file (MS-CFB) whose stream `Workbook` is a run of records (MS-XLS). Walking
the records tells how far the cells reach and which of them are formulas, in bounded time and
without building anything.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from importing.tables import Limits, Span, broken_file, protected_file, too_large, too_many

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
END_OF_CHAIN = 0xFFFFFFFA
"""Sector numbers from here on are marks (end of chain, free, FAT), not sectors."""

BOF, EOF, FILEPASS, BOUNDSHEET, DIMENSIONS = 0x0809, 0x000A, 0x002F, 0x0085, 0x0200
FORMULAS = frozenset({0x0006, 0x0206, 0x0406})
CELLS = FORMULAS | {0x0203, 0x0204, 0x0205, 0x00FD, 0x00D6, 0x027E}
MANY_CELLS = 0x00BD
ROW, MERGED = 0x0208, 0x00E5
ROW_HIDDEN = 0x20


@dataclass
class Survey:
    """What a survey found in one sheet.

    Its formula cells (row and column from 0), the merged cells, and the rows out of sight (from 1).
    """

    formulas: set[tuple[int, int]] = field(default_factory=set)
    merged: list[Span] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)


@dataclass
class CompoundFile:
    """The few parts of a compound file that lead to its streams."""

    data: bytes
    sector: int = 512
    fat: list[int] = field(default_factory=list)
    streams: dict[str, tuple[int, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Read the sector table and the directory."""
        shift = struct.unpack_from("<H", self.data, 0x1E)[0]
        if shift not in (9, 12):
            raise broken_file()
        self.sector = 1 << shift
        count, directory = self.word(0x2C), self.word(0x30)
        if count > self.sectors:
            raise broken_file()
        tables = [self.word(0x4C + 4 * index) for index in range(min(count, 109))]
        following = self.word(0x44)
        while following < END_OF_CHAIN and len(tables) < count:
            block = struct.unpack(f"<{self.sector // 4}I", self.block(following))
            tables.extend(block[:-1])
            following = block[-1]
        for table in tables[:count]:
            self.fat.extend(struct.unpack(f"<{self.sector // 4}I", self.block(table)))
        entries = self.chain(directory)
        for at in range(0, len(entries) - 127, 128):
            length, kind = struct.unpack_from("<HxB", entries, at + 64)[0], entries[at + 66]
            name = entries[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
            start, size = struct.unpack_from("<II", entries, at + 116)
            if kind in (2, 5) and name not in self.streams:
                self.streams[name] = (start, size)

    @property
    def sectors(self) -> int:
        """How many sectors the file can hold; nothing in it may be longer than that."""
        return len(self.data) // self.sector

    def word(self, at: int) -> int:
        """Return the 32-bit number at *at*."""
        return int(struct.unpack_from("<I", self.data, at)[0])

    def block(self, number: int) -> bytes:
        """Return the sector *number*; one that lies outside the file is refused."""
        at = (number + 1) * self.sector
        if number >= END_OF_CHAIN or at + self.sector > len(self.data):
            raise broken_file()
        return self.data[at : at + self.sector]

    def chain(self, start: int) -> bytes:
        """Return the sectors that follow each other from *start*; a circle is refused."""
        pieces: list[bytes] = []
        while start < END_OF_CHAIN:
            if start >= len(self.fat) or len(pieces) > self.sectors:
                raise broken_file()
            pieces.append(self.block(start))
            start = self.fat[start]
        return b"".join(pieces)

    def stream(self, name: str) -> bytes:
        """Return the stream *name*; one below the cutoff lies in the root's small sectors."""
        start, size = self.streams[name]
        if size >= self.word(0x38):
            return self.chain(start)[:size]
        small = self.chain(self.streams["Root Entry"][0])
        table = self.chain(self.word(0x3C))
        pieces: list[bytes] = []
        while start < END_OF_CHAIN:
            if len(pieces) > len(table) // 4:
                raise broken_file()
            pieces.append(small[start * 64 : start * 64 + 64])
            start = struct.unpack_from("<I", table, start * 4)[0]
        return b"".join(pieces)[:size]


def survey(data: bytes, limits: Limits) -> list[Survey]:
    """Return what the .xls file *data* tells of each of its sheets, in order.

    Raises `TableRefused` where the cells reach beyond *limits*, or the file is protected or broken.
    """
    try:
        compound = CompoundFile(data)
        if "EncryptedPackage" in compound.streams:
            raise protected_file()
        name = next((name for name in ("Workbook", "Book") if name in compound.streams), None)
        if name is None:
            raise broken_file()
        return walk(compound.stream(name), limits)
    except (struct.error, IndexError, KeyError) as error:
        raise broken_file() from error


def walk(stream: bytes, limits: Limits) -> list[Survey]:
    """Walk the records of the workbook *stream*, sheet by sheet."""
    allowance = iter(range(limits.elements))
    sheets: list[int] = []
    for kind, body in records(stream, 0, allowance, limits):
        if kind == FILEPASS:
            raise protected_file()
        if kind == BOUNDSHEET:
            sheets.append(struct.unpack_from("<I", body)[0])
    if not sheets:
        raise broken_file()
    cells, found = 0, []
    for start in sheets:
        sheet = Survey()
        for kind, body in records(stream, start, allowance, limits):
            if kind == DIMENSIONS:
                judge_dimensions(body, limits)
            elif kind == MERGED:
                sheet.merged += merged_in(body)
            elif kind == ROW and len(body) > 12 and body[12] & ROW_HIDDEN:
                sheet.hidden_rows.add(struct.unpack_from("<H", body)[0] + 1)
            if kind not in CELLS and kind != MANY_CELLS:
                continue
            row, column = struct.unpack_from("<HH", body)
            last = column
            if kind == MANY_CELLS:
                last = struct.unpack_from("<H", body, len(body) - 2)[0]
            cells += max(1, last - column + 1)
            if row >= limits.rows or last >= limits.columns or cells > limits.cells:
                raise too_large(limits)
            if kind in FORMULAS:
                sheet.formulas.add((row, column))
        found.append(sheet)
    return found


def merged_in(body: bytes) -> Iterator[Span]:
    """Yield the ranges of a record of merged cells."""
    for number in range(struct.unpack_from("<H", body)[0]):
        top, bottom, left, right = struct.unpack_from("<HHHH", body, 2 + 8 * number)
        yield Span(top + 1, bottom + 1, left, right)


def judge_dimensions(body: bytes, limits: Limits) -> None:
    """Refuse a sheet that announces more than it may hold: readers reserve what is announced."""
    form = "<IIHH" if len(body) >= 14 else "<HHHH"
    _, last_row, _, last_column = struct.unpack_from(form, body)
    if last_row > limits.rows or last_column > max(limits.columns, 256):
        raise too_large(limits)


def records(
    stream: bytes, at: int, allowance: Iterator[int], limits: Limits
) -> Iterator[tuple[int, bytes]]:
    """Yield kind and body of the records of the substream at *at*, as far as *allowance* goes."""
    depth = 0
    while at + 4 <= len(stream):
        if next(allowance, None) is None:
            raise too_many("记录", "records", limits.elements)
        kind, length = struct.unpack_from("<HH", stream, at)
        yield kind, stream[at + 4 : at + 4 + length]
        depth += (kind == BOF) - (kind == EOF)
        at += 4 + length
        if kind == EOF and depth <= 0:
            return
