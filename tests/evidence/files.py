"""Files as cameras, telephones and offices make them, and as somebody who means harm does."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

import xlsxwriter
import xlwt
from PIL import Image, ImageCms, PngImagePlugin

GPS_MARK = b"23.1291N113.2644E-secret"
"""Stands in every place where a device writes where it was; found nowhere in what is kept."""

SCRIPT = b"<html><script>alert(document.domain)</script></html>"
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
MEBIBYTE = 1024 * 1024


def scene(width: int = 120, height: int = 80) -> Image.Image:
    """A picture whose top left corner is red, the rest blue."""
    image = Image.new("RGB", (width, height), (20, 60, 200))
    image.paste((230, 20, 20), (0, 0, width // 4, height // 4))
    return image


def exif(orientation: int = 1) -> Image.Exif:
    about = Image.Exif()
    about[0x0112] = orientation
    about[0x010F] = GPS_MARK.decode()  # the maker's name, in the clear in the file
    about[0x8825] = {1: "N", 2: (23.0, 7.0, 44.0), 3: "E", 4: (113.0, 15.0, 51.0)}
    about[0x9286] = GPS_MARK.decode()
    return about


def picture(form: str, image: Image.Image | None = None, **about: object) -> bytes:
    to = io.BytesIO()
    (image or scene()).save(to, form, **about)
    return to.getvalue()


def jpeg(orientation: int = 1) -> bytes:
    return picture("JPEG", exif=exif(orientation), comment=GPS_MARK, quality=92)


def png() -> bytes:
    words = PngImagePlugin.PngInfo()
    words.add_text("Location", GPS_MARK.decode())
    words.add_itxt("XML:com.adobe.xmp", f"<x:xmpmeta>{GPS_MARK.decode()}</x:xmpmeta>")
    return picture("PNG", exif=exif(), pnginfo=words)


def webp() -> bytes:
    return picture("WEBP", exif=exif(), xmp=b"<x:xmpmeta>" + GPS_MARK + b"</x:xmpmeta>")


def in_another_profile() -> bytes:
    """A photograph in a profile of its own, whose description gives somebody away."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    return picture("JPEG", icc_profile=profile.tobytes() + GPS_MARK)


def chunk(name: bytes, data: bytes) -> bytes:
    check = zlib.crc32(name + data)
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", check)


def png_of_size(width: int, height: int, rows: bytes = b"") -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def text_bomb() -> bytes:
    words = b"Comment\0\0" + zlib.compress(b"A" * (80 * MEBIBYTE), 9)
    sound = picture("PNG")
    at = sound.index(b"IDAT") - 4
    return sound[:at] + chunk(b"zTXt", words) + sound[at:]


# -- boxes ---------------------------------------------------------------------------------------


def box(name: bytes, *inside: bytes) -> bytes:
    content = b"".join(inside)
    return struct.pack(">I", 8 + len(content)) + name + content


def track(handler: bytes) -> bytes:
    return box(b"trak", box(b"mdia", box(b"hdlr", b"\0" * 8 + handler + b"\0" * 13)))


def film(brand: bytes = b"isom", handlers: tuple[bytes, ...] = (b"vide", b"soun")) -> bytes:
    told = box(b"udta", box(b"\xa9xyz", GPS_MARK))
    return (
        box(b"ftyp", brand, b"\0\0\2\0", brand)
        + box(b"moov", *(track(one) for one in handlers), told, box(b"meta", GPS_MARK))
        + box(b"uuid", b"\xbe\x7a\xcf\xcb" * 4, GPS_MARK)
        + box(b"free", GPS_MARK)
        + box(b"sefd", GPS_MARK + SCRIPT)
        + box(b"mdat", b"frames" * 40)
    )


def heic(width: int = 400, height: int = 300) -> bytes:
    """A HEIF file of one coded picture and the EXIF beside it (no decoder is asked)."""
    coded, words = b"hevc-picture" * 8, b"\0\0\0\0MM\0*" + GPS_MARK

    def made(start: int) -> bytes:
        entries = [
            box(b"infe", b"\2\0\0\0", struct.pack(">HH", at, 0), kind, b"\0")
            for at, kind in ((1, b"hvc1"), (2, b"Exif"))
        ]
        extents = (
            struct.pack(">HHHII", 1, 0, 1, start, len(coded)),
            struct.pack(">HHHII", 2, 0, 1, start + len(coded), len(words)),
        )
        size = box(b"ispe", b"\0" * 4, struct.pack(">II", width, height))
        meta = box(
            b"meta",
            b"\0" * 4,
            box(b"hdlr", b"\0" * 8, b"pict", b"\0" * 13),
            box(b"iinf", b"\0" * 4, struct.pack(">H", 2), *entries),
            box(b"iloc", b"\0" * 4, b"\x44\0", struct.pack(">H", 2), *extents),
            box(b"iprp", box(b"ipco", size)),
        )
        return box(b"ftyp", b"heic", b"\0" * 4, b"mif1heic") + meta

    return made(len(made(0)) + 8) + box(b"mdat", coded, words) + box(b"mpvd", GPS_MARK)


# -- sounds --------------------------------------------------------------------------------------


def mp3() -> bytes:
    tag = b"TXXX" + GPS_MARK
    frame = b"\xff\xfb\x90\x00" + b"\x55" * 413
    size = bytes((0, 0, 0, len(tag)))
    return b"ID3\4\0\0" + size + tag + frame * 8 + b"TAG" + GPS_MARK.ljust(125, b"\0")


def amr() -> bytes:
    return b"#!AMR\n" + (b"\x3c" + b"\1" * 31) * 10


# -- documents -----------------------------------------------------------------------------------


def pdf(*more: bytes, head: bytes = b"%PDF-1.7\n", tail: bytes = b"") -> bytes:
    objects = [
        b"1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj",
        b"2 0 obj << /Type /Pages /Kids [3 0 R] /Count 1 >> endobj",
        b"3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >> endobj",
        *more,
    ]
    body = head + b"\n".join(objects) + b"\n"
    return body + b"trailer << /Root 1 0 R /Size 9 >>\nstartxref\n9\n%%EOF\n" + tail


def packed(words: bytes, about: bytes = b"/Filter /FlateDecode", pack: bool = True) -> bytes:
    content = b"7 0 " + words
    content = zlib.compress(content) if pack else content
    start = b"7 0 obj << /Type /ObjStm /N 1 /First 4 " + about
    return start + b" >>\nstream\n" + content + b"\nendstream endobj"


def zipped(parts: Mapping[str, bytes], **about: int) -> bytes:
    to = io.BytesIO()
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as package:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = about.get("mode", 0o600) << 16
            package.writestr(entry, content)
    return to.getvalue()


TYPES = b'<Types><Override PartName="/word/document.xml" ContentType="main+xml"/></Types>'


def docx(**more: bytes) -> bytes:
    parts = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": b'<Relationship Id="r1" Target="word/document.xml"/>',
        "word/document.xml": "<w:document><w:t>已办结</w:t></w:document>".encode(),
    }
    return zipped(parts | {name.replace("__", "/"): content for name, content in more.items()})


def docx_with(parts: Mapping[str, bytes]) -> bytes:
    return docx(**{name.replace("/", "__"): content for name, content in parts.items()})


def related(kind: str, target: str) -> bytes:
    kind = f"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}"
    inside = f'<Relationship Id="r9" Type="{kind}" Target="{target}" TargetMode="External"/>'
    return f"<Relationships>{inside}</Relationships>".encode()


def xlsx() -> bytes:
    to = io.BytesIO()
    with xlsxwriter.Workbook(to) as workbook:
        workbook.add_worksheet("台账").write("A1", "已办结")
    return to.getvalue()


def ofd() -> bytes:
    return zipped({"OFD.xml": b"<ofd:OFD/>", "Doc_0/Document.xml": b"<ofd:Document/>"})


def xls() -> bytes:
    workbook = xlwt.Workbook()
    workbook.add_sheet("台账").write(0, 0, "已办结")
    to = io.BytesIO()
    workbook.save(to)
    return to.getvalue()


def xls_with_macro_sheet() -> bytes:
    """A workbook whose only sheet is of Excel 4 macros: the byte in BOUNDSHEET that says so."""
    sound = xls()
    at = sound.index(b"\x85\x00", 512)
    return sound[: at + 9] + b"\1" + sound[at + 10 :]


def compound(*names: str) -> bytes:
    """The outward form of a compound file with these names in its directory."""
    entries = b""
    for at, name in enumerate(("Root Entry", *names)):
        written = name.encode("utf-16-le") + b"\0\0"
        kind = 5 if at == 0 else 2
        entries += written.ljust(64, b"\0") + struct.pack("<HBB", len(written), kind, 1) + bytes(60)
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\0")
    return head + entries.ljust(1024, b"\0") + bytes(512)
