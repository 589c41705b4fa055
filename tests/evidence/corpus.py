"""The corpus: every file by a name, what is declared of it, and what must become of it."""

import io
import random
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image

from tests.evidence import files
from tests.evidence.files import (
    EICAR,
    GPS_MARK,
    MEBIBYTE,
    SCRIPT,
    compound,
    docx,
    docx_with,
    packed,
    pdf,
    picture,
    related,
    zipped,
)

JPEG, PNG, PDF = "image/jpeg", "image/png", "application/pdf"
_OPEN = "application/vnd.openxmlformats-officedocument."
DOCX, XLSX = f"{_OPEN}wordprocessingml.document", f"{_OPEN}spreadsheetml.sheet"


@dataclass(frozen=True)
class File:
    """One file of the corpus: *rule* refuses it, or it is kept as *kept*."""

    name: str
    content: bytes
    declared: str
    rule: str = ""
    kept: str = ""


def sound() -> Iterator[File]:
    """Yield one of every kind that is taken, most with something in it that is not kept."""
    yield File("photograph.jpg", files.jpeg(), JPEG, kept=JPEG)
    yield File("turned.jpg", files.jpeg(6), JPEG, kept=JPEG)
    yield File("screen.png", files.png(), PNG, kept=PNG)
    yield File("picture.webp", files.webp(), "image/webp", kept="image/webp")
    yield File("apple.heic", files.heic(), "image/heic", kept="image/heic")
    yield File("film.mp4", files.film(), "video/mp4", kept="video/mp4")
    yield File("film.mov", files.film(b"qt  "), "video/quicktime", kept="video/quicktime")
    yield File("voice.m4a", files.film(b"M4A ", (b"soun",)), "audio/mp4", kept="audio/mp4")
    yield File("voice.mp3", files.mp3(), "audio/mpeg", kept="audio/mpeg")
    yield File("voice.amr", files.amr(), "audio/amr", kept="audio/amr")
    yield File("plain.pdf", pdf(packed(b"<< /Type /Annot >>")), PDF, kept=PDF)
    yield File("plain.docx", docx(), DOCX, kept=DOCX)
    link = docx_with({"word/_rels/document.xml.rels": related("hyperlink", "https://gd.gov.cn/")})
    yield File("link.docx", link, DOCX, kept=DOCX)
    yield File("plain.xlsx", files.xlsx(), XLSX, kept=XLSX)
    yield File("plain.ofd", files.ofd(), "application/ofd", kept="application/ofd")
    yield File("old.xls", files.xls(), "application/vnd.ms-excel", kept="application/vnd.ms-excel")
    yield File("old.doc", compound("WordDocument"), "application/msword", kept="application/msword")
    yield File("note.txt", "已上门查看。".encode("gb18030"), "text/plain", kept="text/plain")
    yield File("table.csv", "日期,事项\n".encode(), "application/vnd.ms-excel", kept="text/csv")


def neutralised() -> Iterator[File]:
    """Yield files that mean harm, or are wrong about themselves, and are kept made harmless."""
    yield File("a-jpeg.png", files.jpeg(), PNG, kept=JPEG)
    yield File("a-png.jpg", files.png(), JPEG, kept=PNG)
    yield File("no-ending", files.jpeg(), "application/octet-stream", kept=JPEG)
    yield File("page-behind.jpg", files.jpeg() + SCRIPT, JPEG, kept=JPEG)
    yield File("zip-behind.png", files.png() + zipped({"a.exe": b"MZ"}), PNG, kept=PNG)
    yield File("script-in-comment.jpg", picture("JPEG", comment=SCRIPT), JPEG, kept=JPEG)
    yield File("other-colours.jpg", files.in_another_profile(), JPEG, kept=JPEG)
    cmyk = picture("JPEG", files.scene().convert("CMYK"), exif=files.exif())
    yield File("print.jpg", cmyk, JPEG, kept=JPEG)
    yield File("large.jpg", picture("JPEG", files.scene(6000, 4000)), JPEG, kept=JPEG)
    two = picture("MPO", save_all=True, append_images=[files.scene()], exif=files.exif())
    yield File("two-in-one.jpg", two, JPEG, kept=JPEG)


def hostile() -> Iterator[File]:
    """Yield files that are refused."""
    yield from _not_of_a_kind()
    yield from _too_much()
    yield from _cut_off()
    yield from _active()
    yield from _protected()


def _not_of_a_kind() -> Iterator[File]:
    kind = "evidence-kind"
    yield File("page.png", SCRIPT.replace(b"<html>", b"\x01<html>"), PNG, kind)
    yield File("moving.gif", picture("GIF"), "image/gif", kind)
    yield File("points.bmp", picture("BMP"), "image/bmp", kind)
    yield File("scan.tiff", picture("TIFF"), "image/tiff", kind)
    yield File("programme.jpg", b"MZ\x90\0" + bytes(200), JPEG, kind)
    yield File("elf.pdf", b"\x7fELF" + bytes(200), PDF, kind)
    yield File("noise.bin", random.Random(1).randbytes(4096), "application/octet-stream", kind)
    yield File("archive.zip", zipped({"a.txt": b"a"}), "application/zip", kind)
    yield File("both.docx", docx_with({"xl/workbook.xml": b"<a/>"}), DOCX, kind)
    yield File("a-pdf.png", pdf(), PNG, kind)
    yield File("a-photograph.pdf", files.jpeg(), PDF, kind)
    yield File("a-text.jpg", b"just words", JPEG, kind)
    yield File("avif.heic", files.film(b"avif"), "image/heic", kind)
    frames = [files.scene(), files.scene().rotate(90)]
    moving = picture("WEBP", save_all=True, append_images=frames[1:])
    yield File("moving.webp", moving, "image/webp", kind)
    yield File("compound.doc", compound("SomethingElse"), "application/msword", kind)


def _too_much() -> Iterator[File]:
    large = "document-too-large"
    yield File("bomb.png", files.png_of_size(30_000, 30_000, bytes(20 * MEBIBYTE)), PNG, large)
    yield File("huge-numbers.png", files.png_of_size(2**31 - 1, 2**31 - 1), PNG, large)
    many = bytearray(picture("JPEG"))
    at = many.index(b"\xff\xc0")
    many[at + 5 : at + 9] = b"\xff\xff\xff\xff"
    yield File("65535.jpg", bytes(many), JPEG, large)
    yield File("huge.heic", files.heic(100_000, 100_000), "image/heic", large)
    bomb = {"word/media/image1.bmp": bytes(120 * MEBIBYTE)}
    yield File("bomb.docx", docx_with(bomb), DOCX, large)
    yield File("many.docx", docx_with({f"word/media/{at}": b"" for at in range(2100)}), DOCX, large)
    yield File("bomb.pdf", pdf(packed(bytes(70 * MEBIBYTE))), PDF, large)
    yield File("long.txt", b"a" * (MEBIBYTE + 1), "text/plain", large)


def _cut_off() -> Iterator[File]:
    broken = "broken-file"
    noisy = Image.effect_noise((400, 300), 80)
    yield File("cut.jpg", picture("JPEG", noisy)[:9000], JPEG, broken)
    yield File("cut.png", picture("PNG", noisy)[:9000], PNG, broken)
    yield File("cut.webp", picture("WEBP", noisy)[:3000], "image/webp", broken)
    yield File("magic-only.png", b"\x89PNG\r\n\x1a\n", PNG, broken)
    yield File("magic-only.jpg", b"\xff\xd8\xff\xe0", JPEG, broken)
    yield File("text-bomb.png", files.text_bomb(), PNG, broken)
    yield File("cut.pdf", pdf()[:-30], PDF, broken)
    yield File("page-behind.pdf", pdf(tail=SCRIPT * 40), PDF, broken)
    yield File("cut.docx", docx()[:-40], DOCX, broken)
    yield File("photograph-before.docx", b"PK\3\4" + bytes(96) + docx(), DOCX, broken)
    yield File("page-behind.docx", docx() + SCRIPT, DOCX, broken)
    laughs = b'<!DOCTYPE a [<!ENTITY a "ha">]><w:document>&a;</w:document>'
    yield File("laughs.docx", docx_with({"word/header1.xml": laughs}), DOCX, broken)
    yield File("cut.mp4", files.film()[:-30], "video/mp4", broken)
    yield File("page-behind.mp4", files.film() + SCRIPT, "video/mp4", broken)
    yield File("cut.amr", files.amr()[:-3], "audio/amr", broken)
    yield File("no-sound.mp3", b"ID3\4\0\0\0\0\0\4AAAA" + SCRIPT, "audio/mpeg", broken)
    yield File("cut.xls", files.xls()[:1400], "application/vnd.ms-excel", broken)


def _active() -> Iterator[File]:
    active = "active-content"
    drawn = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    yield File("drawing.svg", drawn, "image/svg+xml", active)
    yield File("drawing.png", b'<?xml version="1.0"?>' + drawn, PNG, active)
    yield File("page.html", SCRIPT, "text/html", active)
    yield File("page.txt", b"hello " + SCRIPT, "text/plain", active)
    yield File("virus.txt", EICAR, "text/plain", active)
    yield File("script.txt", b"#!/bin/sh\nrm -rf /\n", "text/plain", active)
    does = b"<< /S /JavaScript /JS (app.alert(1)) >>"
    yield File("script.pdf", pdf(b"4 0 obj " + does + b" endobj"), PDF, active)
    escaped = does.replace(b"JavaScript", b"J#61v#61Script")
    yield File("escaped.pdf", pdf(b"4 0 obj " + escaped + b" endobj"), PDF, active)
    yield File("packed.pdf", pdf(packed(does)), PDF, active)
    yield File("launch.pdf", pdf(b"4 0 obj << /S /Launch /F (cmd.exe) >> endobj"), PDF, active)
    held = b"4 0 obj << /Type /Filespec /EF << /F 5 0 R >> /EmbeddedFile 1 >> endobj"
    yield File("holding.pdf", pdf(held), PDF, active)
    yield File("form.pdf", pdf(b"4 0 obj << /XFA 5 0 R >> endobj"), PDF, active)
    yield File("macro.docx", docx_with({"word/vbaProject.bin": b"macro"}), DOCX, active)
    types = files.TYPES.replace(b"main+xml", b"application/vnd.ms-word.document.macroEnabled+xml")
    yield File("macro-type.docx", docx_with({"[Content_Types].xml": types}), DOCX, active)
    yield File("object.docx", docx_with({"word/embeddings/oleObject1.bin": b"o"}), DOCX, active)
    template = related("attachedTemplate", "http://192.0.2.9/x.dotm")
    yield File("template.docx", docx_with({"word/_rels/settings.xml.rels": template}), DOCX, active)
    dde = b"<w:p><w:instrText>DD</w:instrText><w:instrText>EAUTO c:\\x</w:instrText></w:p>"
    yield File("dde.docx", docx_with({"word/footer1.xml": dde}), DOCX, active)
    yield File("climbing.docx", docx_with({"../../etc/cron.d/x": b"x"}), DOCX, active)
    sheets = {"xl/workbook.xml": b"<workbook/>", "xl/macrosheets/sheet1.xml": b"<a/>"}
    yield File("macro.xlsx", zipped(sheets), XLSX, active)
    link = zipped({"OFD.xml": b"/etc/passwd"}, mode=0o120777)
    yield File("link.ofd", link, "application/ofd", active)
    old = compound("WordDocument", "Macros", "_VBA_PROJECT")
    yield File("macro.doc", old, "application/msword", active)
    yield File("macro.xls", files.xls_with_macro_sheet(), "application/vnd.ms-excel", active)
    holding = compound("WordDocument", "\x01Ole10Native")
    yield File("object.doc", holding, "application/msword", active)


def _protected() -> Iterator[File]:
    protected = "protected-file"
    yield File("secret.pdf", pdf(b"4 0 obj << /Encrypt 5 0 R >> endobj"), PDF, protected)
    twice = packed(b"<< >>", b"/Filter [/ASCIIHexDecode /FlateDecode]")
    yield File("packed-twice.pdf", pdf(twice), PDF, protected)
    yield File("secret.docx", compound("EncryptedPackage"), DOCX, protected)
    locked = bytearray(docx())
    for mark, flags in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = locked.find(mark)
        while at >= 0:
            locked[at + flags] |= 1
            at = locked.find(mark, at + 4)
    yield File("locked.docx", bytes(locked), DOCX, protected)


SOUND, NEUTRALISED, HOSTILE = tuple(sound()), tuple(neutralised()), tuple(hostile())


def shown(content: bytes) -> Image.Image:
    """Return a photograph that was kept, as whoever opens it sees it."""
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


__all__ = ["GPS_MARK", "HOSTILE", "NEUTRALISED", "SOUND", "File", "shown"]
