"""Films, sounds and pictures in boxes (ISO 14496-12, QuickTime, HEIF), blanked of what they tell.

Nothing is moved, so that every offset in the file stays true: a box that holds where and by whom
it was taken is renamed `free` and filled with zeros. Sound and picture stay as they are.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from evidence.kinds import HEIC, M4A, MOV, MP4, PIXELS_MAX
from evidence.unfit import Reason, Unfit

_TELLING = frozenset({b"udta", b"meta", b"uuid", b"free", b"skip"})
"""Where cameras write place, owner and device, and where anybody may hide anything."""

_HOLDING = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"moof", b"traf"})
_FILM_PARTS = _HOLDING | {b"ftyp", b"mdat", b"sidx", b"mfra", b"styp"}
"""What a player needs; makers of telephones put boxes of their own beside them."""

_HEIF = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1"})
_FILMS = frozenset(
    {b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"3gp4"}
    | {b"3gp5", b"3gp6", b"M4A ", b"M4B ", b"qt  ", b"dash", b"MSNV"}
)
_DEPTH_MAX = 8
_BOXES_MAX = 20_000
_WORDS_ABOUT = frozenset({b"Exif", b"mime", b"uri "})


@dataclass(frozen=True)
class Box:
    """One box: its name, where it begins, where its content does, and where it ends."""

    name: bytes
    at: int
    inside: int
    end: int


def cleaned(content: bytes) -> tuple[str, bytes]:
    """Return kind and content of a file in boxes, blanked; raises `Unfit`."""
    data = bytearray(content)
    top = list(_boxes(data, 0, len(data)))
    brand = bytes(data[8:12])
    if not top or top[0].name != b"ftyp":
        raise Unfit(Reason.UNKNOWN)
    if brand in _HEIF:
        return HEIC, _picture(data, top)
    if brand not in _FILMS:
        raise Unfit(Reason.UNKNOWN)
    handlers = set(_film(data, top, 0))
    if not any(box.name == b"mdat" for box in top):
        raise Unfit(Reason.BROKEN)
    if b"vide" in handlers:
        return (MOV if brand == b"qt  " else MP4), bytes(data)
    if b"soun" in handlers:
        return M4A, bytes(data)
    raise Unfit(Reason.BROKEN)


def _boxes(data: bytearray, start: int, end: int) -> Iterator[Box]:
    """Yield the boxes that fill *start* to *end* without a gap."""
    at = start
    for _ in range(_BOXES_MAX):
        if at == end:
            return
        inside = at + 8
        size = _number(data, at, 4, end)
        name = bytes(data[at + 4 : inside])
        if size == 1:
            size, inside = _number(data, inside, 8, end), inside + 8
        elif size == 0:
            size = end - at
        if size < inside - at or at + size > end:
            raise Unfit(Reason.BROKEN)
        yield Box(name, at, inside, at + size)
        at += size
    raise Unfit(Reason.BROKEN)


def _number(data: bytearray, at: int, length: int, end: int) -> int:
    if at + length > end:
        raise Unfit(Reason.BROKEN)
    return int.from_bytes(data[at : at + length], "big")


def _blank(data: bytearray, box: Box) -> None:
    data[box.at + 4 : box.at + 8] = b"free"
    data[box.inside : box.end] = bytes(box.end - box.inside)


def _film(data: bytearray, boxes: list[Box], depth: int) -> Iterator[bytes]:
    """Blank what tells, at every depth, and yield what each track is handled as."""
    for box in boxes:
        if box.name in _TELLING or (depth == 0 and box.name not in _FILM_PARTS):
            _blank(data, box)
        elif box.name == b"hdlr":
            yield bytes(data[box.inside + 8 : box.inside + 12])
        elif box.name in _HOLDING and depth < _DEPTH_MAX:
            yield from _film(data, list(_boxes(data, box.inside, box.end)), depth + 1)


def _picture(data: bytearray, top: list[Box]) -> bytes:
    """Blank the items of a HEIF file that are words about it: EXIF, XMP and the like."""
    metas = [box for box in top if box.name == b"meta"]
    if len(metas) != 1 or not any(box.name in {b"mdat", b"idat"} for box in top):
        raise Unfit(Reason.BROKEN)
    inside = {box.name: box for box in _boxes(data, metas[0].inside + 4, metas[0].end)}
    if not {b"iinf", b"iloc"} <= inside.keys():
        raise Unfit(Reason.BROKEN)
    _judge_size(data, inside.get(b"iprp"))
    about = set(_items_about(data, inside[b"iinf"]))
    start = inside[b"idat"].inside if b"idat" in inside else 0
    for item, first, last in _extents(data, inside[b"iloc"], start):
        if item in about:
            if not 0 <= first < last <= len(data):
                raise Unfit(Reason.BROKEN)
            data[first:last] = bytes(last - first)
    for box in top:
        if box.name not in {b"ftyp", b"meta", b"mdat", b"moov"}:
            _blank(data, box)
    return bytes(data)


def _judge_size(data: bytearray, properties: Box | None) -> None:
    if properties is None:
        raise Unfit(Reason.BROKEN)
    for container in _boxes(data, properties.inside, properties.end):
        if container.name != b"ipco":
            continue
        for box in _boxes(data, container.inside, container.end):
            if box.name == b"ispe":
                width = _number(data, box.inside + 4, 4, box.end)
                height = _number(data, box.inside + 8, 4, box.end)
                if width * height > PIXELS_MAX:
                    raise Unfit(Reason.PIXELS, f"{width}×{height}")


def _items_about(data: bytearray, box: Box) -> Iterator[int]:
    """Yield the numbers of the items that are words about the picture."""
    wide = 2 if data[box.inside] == 0 else 4
    for entry in _boxes(data, box.inside + 4 + wide, box.end):
        version = data[entry.inside]
        length = 2 if version == 2 else 4
        at = entry.inside + 4
        kind = bytes(data[at + length + 2 : at + length + 6])
        if version < 2 or kind in _WORDS_ABOUT:
            yield _number(data, at, 2 if version < 2 else length, entry.end)


def _extents(data: bytearray, box: Box, start: int) -> Iterator[tuple[int, int, int]]:
    """Yield item, first and last byte of every stretch an item lies in (14496-12, 8.11.3)."""
    version = data[box.inside]
    at = box.inside + 4

    def take(length: int) -> int:
        nonlocal at
        value = _number(data, at, length, box.end)
        at += length
        return value

    sizes, more = take(1), take(1)
    offset_size, length_size = sizes >> 4, sizes & 15
    base_size, index_size = more >> 4, (more & 15 if version else 0)
    for _ in range(take(2 if version < 2 else 4)):
        item = take(2 if version < 2 else 4)
        method = take(2) & 15 if version else 0
        take(2)
        base = take(base_size) + (start if method == 1 else 0)
        for _ in range(take(2)):
            take(index_size)
            first = base + take(offset_size)
            yield item, first, first + take(length_size)
