"""Office documents in a zip (docx, xlsx, ofd): taken as they are if nothing in them acts."""

import html
import io
import re
import stat
import zipfile
import zlib

from evidence.kinds import DOCX, MEBIBYTE, OFD, UNPACKED_MAX, XLSX
from evidence.unfit import Reason, Unfit

ENTRIES_MAX = 2000
_DIRECTORY_MAX = MEBIBYTE
_END_LENGTH = 22
_MAIN_PARTS = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX, "OFD.xml": OFD}
_ACTIVE_PARTS = (
    (re.compile(r"(^|/)vbaproject|(^|/)vbadata", re.IGNORECASE), "VBA"),
    (re.compile(r"/macrosheets/|/dialogsheets/", re.IGNORECASE), "XLM"),
    (re.compile(r"/activex/|/ctrlprops/", re.IGNORECASE), "ActiveX"),
    (re.compile(r"/embeddings/|\.ole$", re.IGNORECASE), "OLE"),
    (
        re.compile(
            r"\.(exe|dll|scr|com|bat|cmd|ps1|vbs|jse?|jar|sh|hta|html?|lnk)$", re.IGNORECASE
        ),
        "programme",
    ),
)
_MACRO_TYPES = (b"macroenabled", b"vbaproject", b"ms-office.activex")
_RELATION = re.compile(r"<(?:\w+:)?Relationship\b[^>]*>")
_OUTSIDE = re.compile(r"""TargetMode\s*=\s*["']\s*External""", re.IGNORECASE)
_A_LINK = re.compile(r"""Type\s*=\s*["'][^"']*/hyperlink\s*["']""")
_INSTRUCTION = re.compile(rb"<w:instrText[^>]*>([^<]*)")
_INSTRUCTED = re.compile(rb"""w:instr\s*=\s*["']\s*DDE""", re.IGNORECASE)


def judge(content: bytes) -> str:
    """Return which document the zip is; raises `Unfit` for one that acts or bursts."""
    with _package(content) as package:
        entries = package.infolist()
        names = {entry.filename for entry in entries}
        kinds = {kind for part, kind in _MAIN_PARTS.items() if part in names}
        if len(kinds) != 1:
            raise Unfit(Reason.UNKNOWN)
        for entry in entries:
            for pattern, what in _ACTIVE_PARTS:
                if pattern.search(entry.filename):
                    raise Unfit(Reason.ACTIVE, what)
        for entry in entries:
            _judge_part(package, entry)
    (kind,) = kinds
    return kind


def _package(content: bytes) -> zipfile.ZipFile:
    """Return the zip, whose directory was judged before anything was unpacked."""
    end = content.rfind(b"PK\x05\x06")
    # Nothing stands before the first part or behind the directory: the file is this zip only.
    if end < 0 or end + _END_LENGTH != len(content):
        raise Unfit(Reason.BROKEN)
    if (
        int.from_bytes(content[end + 10 : end + 12], "little") > ENTRIES_MAX
        or int.from_bytes(content[end + 12 : end + 16], "little") > _DIRECTORY_MAX
    ):
        raise Unfit(Reason.UNPACKED)
    try:
        package = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise Unfit(Reason.BROKEN) from error
    _judge_entries(package.infolist())
    return package


def _judge_entries(entries: list[zipfile.ZipInfo]) -> None:
    names = [entry.filename for entry in entries]
    if not entries or len(entries) > ENTRIES_MAX or len(set(names)) != len(names):
        raise Unfit(Reason.BROKEN)
    if min(entry.header_offset for entry in entries) != 0:
        raise Unfit(Reason.BROKEN)
    if sum(entry.file_size for entry in entries) > UNPACKED_MAX:
        raise Unfit(Reason.UNPACKED)
    for entry in entries:
        if entry.flag_bits & 0x1:
            raise Unfit(Reason.PROTECTED)
        outside = entry.filename.startswith(("/", "\\")) or ".." in entry.filename.split("/")
        if outside or stat.S_ISLNK(entry.external_attr >> 16) or "\\" in entry.filename:
            raise Unfit(Reason.ACTIVE, "path")


def _judge_part(package: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Unpack a part, which shows that it is whole, and look at those that could act."""
    telling = entry.filename.lower().endswith((".xml", ".rels"))
    kept = bytearray()
    try:
        with package.open(entry) as part:
            while chunk := part.read(256 * 1024):
                if telling:
                    kept += chunk
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise Unfit(Reason.BROKEN) from error
    if telling:
        _judge_words(entry.filename, bytes(kept))


def _judge_words(name: str, words: bytes) -> None:
    # Offices write UTF-8 and no document type; anything else would be read otherwise than here.
    if b"\0" in words or b"<!DOCTYPE" in words or b"<!ENTITY" in words:
        raise Unfit(Reason.BROKEN)
    lowered = words.lower() if name == "[Content_Types].xml" else b""
    if any(kind in lowered for kind in _MACRO_TYPES):
        raise Unfit(Reason.ACTIVE, "VBA")
    if name.endswith(".rels"):
        for relation in _RELATION.findall(html.unescape(words.decode("utf-8", "replace"))):
            if _OUTSIDE.search(relation) and not _A_LINK.search(relation):
                raise Unfit(Reason.ACTIVE, "external part")
    if b"ddeLink" in words or _INSTRUCTED.search(words):
        raise Unfit(Reason.ACTIVE, "DDE")
    if b"DDE" in b"".join(_INSTRUCTION.findall(words)).upper():
        raise Unfit(Reason.ACTIVE, "DDE")
