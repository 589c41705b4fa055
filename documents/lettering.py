"""Which characters a paper can show: nothing unseen goes in, nothing the font lacks is lost unsaid.

People paste anything into a form. Marks that turn the order of reading round, and other characters
without ink, are left out. What the font has no glyph for (an emoji, Arabic) is set as 〓, the sign
printers put where a type is missing, and the paper says that it did.
"""

import struct
import unicodedata
from functools import cache

MISSING = "〓"
_KEPT = frozenset("\n\t")
_WITHOUT_INK = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))


def seen(text: str) -> str:
    """Return *text* without characters that have no ink, its line ends made one kind."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(one for one in plain if one in _KEPT or not _unseen(one))


def fitted(text: str) -> str:
    """Return *text* as the font can show it; each missing character is 〓."""
    letters = _letters()
    return "".join(
        one if one in _KEPT or ord(one) in letters else MISSING
        for one in unicodedata.normalize("NFC", seen(text))
    )


def _unseen(one: str) -> bool:
    code = ord(one)
    selector = 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF
    return selector or unicodedata.category(one) in _WITHOUT_INK


@cache
def _letters() -> frozenset[int]:
    """Return the code points the font has a glyph for: its `cmap` of format 12 (ISO 14496-22)."""
    from documents.extra import font_file

    data = font_file().read_bytes()
    (first,) = struct.unpack_from(">I", data, 12)  # a collection's faces share their characters
    (tables,) = struct.unpack_from(">H", data, first + 4)
    places = {}
    for at in range(tables):
        tag, _, offset, _ = struct.unpack_from(">4sIII", data, first + 12 + 16 * at)
        places[tag] = offset
    start = places[b"cmap"]
    (count,) = struct.unpack_from(">H", data, start + 2)
    found: set[int] = set()
    for at in range(count):
        (offset,) = struct.unpack_from(">I", data, start + 4 + 8 * at + 4)
        (kind,) = struct.unpack_from(">H", data, start + offset)
        if kind == 12:
            (groups,) = struct.unpack_from(">I", data, start + offset + 12)
            for group in range(groups):
                low, high, _ = struct.unpack_from(">III", data, start + offset + 16 + 12 * group)
                found.update(range(low, high + 1))
    assert found, "the font has a table of all Unicode characters"
    return frozenset(found)
