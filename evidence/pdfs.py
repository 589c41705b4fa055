"""PDF: taken as it is if it is whole and does nothing by itself.

Names are looked for everywhere, also within streams and in packed objects: a reader may find an
object wherever it likes. A file that cannot be looked through (encrypted, packed in an unusual
way) is refused.
"""

import re
import zlib
from collections.abc import Iterator

from evidence.kinds import MEBIBYTE
from evidence.unfit import Reason, Unfit

_NAME = re.compile(rb"/([^\x00\t\n\f\r ()<>\[\]{}/%]{2,64})")
_BEGIN = re.compile(rb"\bstream\r?\n")
_NUMBERS = re.compile(rb"\s*\d+\s+\d+\s")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_ACTIVE = {
    b"JavaScript": "JavaScript",
    b"Launch": "Launch",
    b"EmbeddedFile": "EmbeddedFile",
    b"EmbeddedFiles": "EmbeddedFiles",
    b"RichMedia": "RichMedia",
    b"SubmitForm": "SubmitForm",
    b"ImportData": "ImportData",
    b"GoToE": "GoToE",
    b"XFA": "XFA",
}
_UNPACKED_MAX = 12 * MEBIBYTE
_END_WITHIN = 1024


def judge(content: bytes) -> None:
    """Refuse a PDF that is cut off, cannot be looked through, or would do something; `Unfit`."""
    end = content.rfind(b"%%EOF")
    if end < len(content) - _END_WITHIN or b"startxref" not in content:
        raise Unfit(Reason.BROKEN)
    _judge_names(content)
    for packed in _packed_objects(content):
        _judge_names(packed)


def _judge_names(text: bytes) -> None:
    for found in _NAME.finditer(text):
        name = _plain(found[1])
        if name == b"Encrypt":
            raise Unfit(Reason.PROTECTED)
        if name in _ACTIVE:
            raise Unfit(Reason.ACTIVE, _ACTIVE[name])


def _plain(name: bytes) -> bytes:
    """Return a name as it is meant: `/J#61vaScript` is `/JavaScript`."""
    if b"#" not in name:
        return name
    return _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), name)


def _packed_objects(content: bytes) -> Iterator[bytes]:
    """Yield what lies in object streams, unpacked up to a limit over all of them."""
    left, done = _UNPACKED_MAX, 0
    for found in _NAME.finditer(content):
        if found.start() < done or _plain(found[1]) != b"ObjStm":
            continue
        begin = _BEGIN.search(content, found.end())
        if begin is None:
            return
        begun = max(done, content.rfind(b"endobj", done, found.start()))
        about = [_plain(name[1]) for name in _NAME.finditer(content, begun, begin.start())]
        decoders = [name for name in about if name.endswith(b"Decode")]
        if decoders != [b"FlateDecode"] or b"Predictor" in about:
            raise Unfit(Reason.PROTECTED)
        done = begin.end()
        unpacked = _unpacked(content[done:], left)
        left -= len(unpacked)
        yield unpacked


def _unpacked(packed: bytes, left: int) -> bytes:
    """Return an object stream unpacked; it begins with the numbers of its objects."""
    try:
        unpacked = zlib.decompressobj().decompress(packed, left + 1)
    except zlib.error as error:
        raise Unfit(Reason.BROKEN) from error
    if len(unpacked) > left:
        raise Unfit(Reason.UNPACKED)
    if unpacked.strip() and not _NUMBERS.match(unpacked):
        raise Unfit(Reason.BROKEN)
    return unpacked
