"""Look at the file on standard input and write what is to be kept of it; run apart by `preparing`.

Writes one line of JSON, `{"media_type"}` or `{"unfit", "found"}`, then the content. Whatever a
library does not survive ends this process with another exit status than 0: a broken file.
"""

import json
import sys

from evidence import boxes, office, pdfs, sounds, texts
from evidence.kinds import AMR, JPEG, MP3, PDF, PNG, TEXT, WEBP
from evidence.unfit import Reason, Unfit

_OLDER_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MPEG = (b"ID3", b"\xff\xfb", b"\xff\xfa", b"\xff\xf3", b"\xff\xf2", b"\xff\xe3", b"\xff\xe2")


def read(content: bytes) -> tuple[str, bytes]:
    """Return what *content* is and what is to be kept of it; raises `Unfit`."""
    head = content[:16]
    photograph = photograph_of(head)
    if photograph is not None:
        from evidence import images

        return photograph, images.cleaned(content, photograph)
    if head.startswith(b"%PDF-"):
        pdfs.judge(content)
        return PDF, content
    if head.startswith(b"PK\x03\x04"):
        return office.judge(content), content
    if head.startswith(_OLDER_OFFICE):
        from evidence import older_office

        return older_office.judge(content), content
    if head[4:8] == b"ftyp":
        return boxes.cleaned(content)
    if head.startswith(b"#!AMR"):
        return AMR, sounds.amr(content)
    if head.startswith(_MPEG):
        return MP3, sounds.mpeg(content)
    texts.judge(content)
    return TEXT, content


def photograph_of(head: bytes) -> str | None:
    """Return which photograph begins like this."""
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    return WEBP if head.startswith(b"RIFF") and head[8:12] == b"WEBP" else None


def small(content: bytes) -> tuple[str, bytes]:
    """Return a small picture of a photograph; raises `Unfit`."""
    photograph = photograph_of(content[:16])
    if photograph is None:
        raise Unfit(Reason.UNKNOWN)
    from evidence import images

    return JPEG, images.thumbnail(content, photograph)


def main(wanted: str) -> None:
    """Answer the parent."""
    content = sys.stdin.buffer.read()
    try:
        media_type, kept = small(content) if wanted == "small" else read(content)
        told = {"media_type": media_type}
    except Unfit as unfit:
        told, kept = {"unfit": unfit.reason.value, "found": unfit.found}, b""
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n" + kept)


if __name__ == "__main__":
    main(sys.argv[1])
