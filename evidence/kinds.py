"""The kinds of file that can be told apart by content: families, size limits, endings."""

MEBIBYTE = 1024 * 1024
FILE_BYTES_MAX = 10 * MEBIBYTE
"""The largest file of any kind: what the vault seals as one item."""

PIXELS_MAX = 50_000_000
"""More than telephones take; what claims more is refused before a point of it is unpacked."""

UNPACKED_MAX = 100 * MEBIBYTE
"""What an office document may unpack to."""

JPEG, PNG, WEBP, HEIC = "image/jpeg", "image/png", "image/webp", "image/heic"
PDF, OFD = "application/pdf", "application/ofd"
_OFFICE = "application/vnd.openxmlformats-officedocument."
DOCX, XLSX = f"{_OFFICE}wordprocessingml.document", f"{_OFFICE}spreadsheetml.sheet"
DOC, XLS = "application/msword", "application/vnd.ms-excel"
M4A, MP3, AMR = "audio/mp4", "audio/mpeg", "audio/amr"
MP4, MOV = "video/mp4", "video/quicktime"
TEXT, CSV = "text/plain", "text/csv"

ENDINGS = {
    JPEG: "jpg",
    PNG: "png",
    WEBP: "webp",
    HEIC: "heic",
    PDF: "pdf",
    OFD: "ofd",
    DOCX: "docx",
    XLSX: "xlsx",
    DOC: "doc",
    XLS: "xls",
    M4A: "m4a",
    MP3: "mp3",
    AMR: "amr",
    MP4: "mp4",
    MOV: "mov",
    TEXT: "txt",
    CSV: "csv",
}
"""Every kind, and how the name of such a file ends."""

SHOWN = frozenset({JPEG, PNG, WEBP})
"""Photographs that a small picture can be made of; the others are handed out whole only."""

_FAMILIES = {
    PDF: "pdf",
    OFD: "ofd",
    DOC: "office",
    DOCX: "office",
    XLS: "office",
    XLSX: "office",
}
_SAYS_NOTHING = frozenset(
    {"", "application/octet-stream", "application/zip", "application/x-zip-compressed"}
)
_BYTES_MAX = {"text": MEBIBYTE}


def family(media_type: str) -> str:
    """Return what a media type is one of: photo, recording, office, pdf, ofd, text, or itself."""
    major = media_type.partition("/")[0]
    by_major = {"image": "photo", "audio": "recording", "video": "recording", "text": "text"}
    return _FAMILIES.get(media_type) or by_major.get(major) or media_type


def bytes_max(media_type: str) -> int:
    """Return how many bytes a file of this kind may have."""
    return _BYTES_MAX.get(family(media_type), FILE_BYTES_MAX)


def settled(declared: str, found: str) -> str | None:
    """Return the kind a file is recorded as, None where what is *declared* contradicts it.

    The content's own kind; only between plain text and a table in plain text does the content not
    tell, and the declaration does (a browser may call such a table Excel's).
    """
    declared = declared.partition(";")[0].strip().lower()
    if found == TEXT and declared in {CSV, XLS}:
        return CSV
    if declared in _SAYS_NOTHING or family(declared) == family(found):
        return found
    return None
