"""Open the zip of XML that a modern workbook is, without being harmed by it.

The zip directory is judged before anything is unpacked; XML is streamed through expat with every
document type refused, and elements, cells and characters are counted as they come.
"""

import zipfile
from dataclasses import dataclass, field
from typing import BinaryIO, Protocol
from xml.parsers import expat

from importing.tables import Limits, broken_file, protected_file, too_large, too_many

END_OF_DIRECTORY = b"PK\x05\x06"
ZIP64_LOCATOR = b"PK\x06\x07"
CHUNK = 64 * 1024
DEPTH_MAX = 64
"""No part of a workbook nests deeper than a dozen elements."""
MARKED_AS_ENCRYPTED = 0x1
PLAIN_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})


class Handler(Protocol):
    """What listens to one XML part."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Hear an element begin."""

    def end(self, name: str) -> None:
        """Hear an element end."""

    def characters(self, text: str) -> None:
        """Hear text."""


@dataclass
class Budget:
    """Counts what a file has cost so far, over all its parts."""

    limits: Limits
    elements: int = 0
    characters: int = 0
    cells: int = 0

    def text(self, length: int) -> None:
        """Count text that is kept."""
        self.characters += length
        if self.characters > self.limits.characters:
            raise too_many("文字", "characters of text", self.limits.characters)

    def cell(self) -> None:
        """Count one cell, empty or not."""
        self.cells += 1
        if self.cells > self.limits.cells:
            raise too_large(self.limits)

    def reach(self, row: int, column: int) -> None:
        """Refuse a cell that is not empty and lies too far out."""
        if row > self.limits.rows or column >= self.limits.columns:
            raise too_large(self.limits)


def judge_directory(file: BinaryIO, limits: Limits) -> None:
    """Refuse a zip whose directory is too long, before anything reads that directory."""
    size = file.seek(0, 2)
    file.seek(max(0, size - (22 + 65535)))
    tail = file.read()
    at = tail.rfind(END_OF_DIRECTORY)
    if at < 0 or len(tail) - at < 22:
        raise broken_file()
    entries = int.from_bytes(tail[at + 10 : at + 12], "little")
    length = int.from_bytes(tail[at + 12 : at + 16], "little")
    # Zip64 is for archives beyond 4 GiB; a table that says it needs it is not a table.
    if ZIP64_LOCATOR in tail[max(0, at - 20) : at]:
        raise too_many("解压后的字节", "bytes unpacked", limits.unpacked_bytes)
    if entries > limits.entries:
        raise too_many(
            "内含文件（图片、附件等）", "parts inside (pictures and such)", limits.entries
        )
    if length > limits.directory_bytes:
        raise too_many("内部目录的字节", "bytes of directory", limits.directory_bytes)
    file.seek(0)


def judge_entries(package: zipfile.ZipFile, limits: Limits) -> None:
    """Refuse a zip that unpacks to too much, hides entries or wants a password."""
    entries = package.infolist()
    if len(entries) > limits.entries:
        raise too_many(
            "内含文件（图片、附件等）", "parts inside (pictures and such)", limits.entries
        )
    # Pictures are never unpacked, so they may be as large as the file itself.
    texts = (entry for entry in entries if not is_picture(entry.filename))
    if sum(entry.file_size for entry in texts) > limits.unpacked_bytes:
        raise too_many("解压后的字节", "bytes unpacked", limits.unpacked_bytes)
    if any(entry.flag_bits & MARKED_AS_ENCRYPTED for entry in entries):
        raise protected_file()
    if any(entry.compress_type not in PLAIN_METHODS for entry in entries):
        raise broken_file()
    if len({entry.filename for entry in entries}) != len(entries):
        raise broken_file()


def is_picture(name: str) -> bool:
    """Say whether the part *name* is one that is counted and never opened."""
    return name.startswith("xl/media/") and not name.lower().endswith((".xml", ".rels"))


def parse(package: zipfile.ZipFile, name: str, handler: Handler, budget: Budget) -> None:
    """Stream the part *name* through *handler*; no document type, no entity, no endless token."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    listen, leave, most = handler.start, handler.end, budget.limits.elements
    depth = 0

    # A bomb may hold a million elements: this is the one place where each costs something.
    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        budget.elements += 1
        if depth > DEPTH_MAX:
            raise broken_file()
        if budget.elements > most:
            raise too_many("XML 元素", "XML elements", most)
        listen(name.rpartition(":")[2] if ":" in name else name, attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        leave(name.rpartition(":")[2] if ":" in name else name)

    def no_document_type(*_: object) -> None:
        raise broken_file()

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = handler.characters
    parser.StartDoctypeDeclHandler = no_document_type
    parser.EntityDeclHandler = no_document_type
    fed = 0
    with package.open(name) as part:
        while chunk := part.read(CHUNK):
            fed += len(chunk)
            parser.Parse(chunk, False)
            # Expat before 2.6 reads an unfinished token again with each chunk (CVE-2023-52425).
            if fed - parser.CurrentByteIndex > budget.limits.token_bytes:
                raise too_many("单个标记的字节", "bytes in one token", budget.limits.token_bytes)
    parser.Parse(b"", True)


@dataclass
class Attributes:
    """Gathers the attributes of every element with one of some names."""

    names: frozenset[str]
    found: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Keep the attributes."""
        if name in self.names:
            self.found.append((name, attributes))

    def end(self, name: str) -> None:
        """Nothing ends here."""

    def characters(self, text: str) -> None:
        """Text is not asked for."""
