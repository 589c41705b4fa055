"""Files that arrive in pieces: begun by one session, continued by it alone, gone after a day.

A piece lies on the disk only as ciphertext, in a folder nobody else can read; its key is in the
memory of this process and nowhere else. Forgetting an upload is forgetting its key, and so is the
end of the process: whoever was uploading then begins anew.
"""

import secrets
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from accounts.store import Session
from desk.orders import NotNow
from domain.refusals import CommandRefused
from evidence.kinds import FILE_BYTES_MAX, MEBIBYTE
from vault.keys import decrypt, encrypt

PIECE_BYTES_MAX = MEBIBYTE
PIECES_MAX = 2_000
KEPT = timedelta(hours=24)
ONCE_ATTACHED = timedelta(minutes=10)
"""How long a file that was attached is kept for: its form may be sent twice."""

EACH_MAX = 5
"""How many one person has under way; one more, and the oldest of theirs is forgotten."""

ALL_MAX = 200


class UploadUnknown(Exception):
    """There is no such upload for whoever asks, whether or not there is one of somebody else."""


class OffsetDiffers(Exception):
    """A piece does not begin where the last one ended, at *offset*."""

    def __init__(self, offset: int) -> None:
        self.offset = offset
        super().__init__(f"the next piece begins at {offset}")


@dataclass
class Upload:
    """A file under way: whose it is, for which case, how much of it is there."""

    name: str
    session: str
    person: str
    stream: str
    length: int
    media_type: str
    until: datetime
    key: bytes = field(repr=False)
    pieces: list[int] = field(default_factory=list)

    @property
    def offset(self) -> int:
        """Where the next piece begins."""
        return sum(self.pieces)


class Uploads:
    """The files under way of one process; safe for threads."""

    def __init__(self, folder: Path, clock: Callable[[], datetime] | None = None) -> None:
        self._folder = folder
        self._clock = clock or (lambda: datetime.now(UTC))
        self._lock = threading.Lock()
        self._known: dict[str, Upload] = {}

    def begin(self, session: Session, stream: str, length: int, media_type: str) -> Upload:
        """Begin a file of *length* bytes for the case *stream*.

        Raises `CommandRefused` for a length no file may have, `NotNow` where there is no room.
        """
        if length == 0:
            raise CommandRefused(
                "document-empty",
                "文件是空的（0 字节）；请重新选择文件。",
                "The file is empty (0 bytes); choose it again.",
            )
        if not 0 < length <= FILE_BYTES_MAX:
            raise CommandRefused(
                "document-too-large",
                f"文件为 {length} 字节，上限 {FILE_BYTES_MAX} 字节；请压缩或分开上传。",
                f"The file has {length} bytes, at most {FILE_BYTES_MAX} fit; make it smaller.",
            )
        with self._lock:
            self._let_go()
            theirs = [one for one in self._known.values() if one.person == session.person]
            for one in theirs[: max(0, len(theirs) - EACH_MAX + 1)]:
                self._forget(one)
            if len(self._known) >= ALL_MAX:
                raise NotNow("正在上传的文件过多 too many uploads under way")
            upload = Upload(
                name=secrets.token_urlsafe(16),
                session=session.session,
                person=session.person,
                stream=stream,
                length=length,
                media_type=media_type[:100],
                until=self._clock() + KEPT,
                key=secrets.token_bytes(32),
            )
            self._known[upload.name] = upload
            return upload

    def under_way(self, session: Session, stream: str, name: str) -> Upload:
        """Return an upload of this session for this case; anything else is `UploadUnknown`."""
        with self._lock:
            return self._theirs(session, stream, name)

    def append(self, session: Session, stream: str, name: str, at: int, piece: bytes) -> Upload:
        """Keep the piece that begins *at*, and return the upload as it stands then.

        Raises `OffsetDiffers`, `UploadUnknown`, `NotNow`, and `CommandRefused` beyond its length.
        """
        with self._lock:
            upload = self._theirs(session, stream, name)
            if at != upload.offset:
                raise OffsetDiffers(upload.offset)
            beyond = at + len(piece) > upload.length or len(upload.pieces) >= PIECES_MAX
            if beyond or not piece or len(piece) > PIECE_BYTES_MAX:
                raise CommandRefused(
                    "document-too-large",
                    f"上传超出所报的长度（{upload.length} 字节）或分段不当；请重新选择文件。",
                    f"More was sent than the {upload.length} bytes announced, or in pieces too "
                    "small or large; choose the file again.",
                )
            try:
                self._write(upload, piece)
            except OSError as problem:
                raise NotNow(problem.strerror or "disk") from None
            upload.pieces.append(len(piece))
            return upload

    def whole(self, session: Session, stream: str, name: str) -> tuple[bytes, str]:
        """Return a finished file and what was declared of it.

        Raises `UploadUnknown`, and `CommandRefused` where some of it is missing.
        """
        with self._lock:
            upload = self._theirs(session, stream, name)
            if upload.offset != upload.length:
                raise CommandRefused(
                    "broken-file",
                    f"文件没有传完（{upload.offset} / {upload.length} 字节）；请继续，或重新选择。",
                    f"The file has not arrived whole ({upload.offset} of {upload.length} bytes); "
                    "go on with it, or choose it again.",
                )
            return self._read(upload), upload.media_type

    def settle(self, name: str) -> None:
        """Keep an upload that was attached a little longer, for a form that comes twice."""
        with self._lock:
            if upload := self._known.get(name):
                upload.until = min(upload.until, self._clock() + ONCE_ATTACHED)

    def forget(self, name: str) -> None:
        """Forget an upload and remove what is there of it."""
        with self._lock:
            if upload := self._known.get(name):
                self._forget(upload)

    # -- under the lock ------------------------------------------------------------------------

    def _theirs(self, session: Session, stream: str, name: str) -> Upload:
        self._let_go()
        upload = self._known.get(name)
        if upload is None or (upload.session, upload.stream) != (session.session, stream):
            raise UploadUnknown
        return upload

    def _let_go(self) -> None:
        now = self._clock()
        for upload in [one for one in self._known.values() if one.until <= now]:
            self._forget(upload)
        if not self._folder.is_dir():
            return
        old = (now - KEPT).timestamp()
        for path in self._folder.iterdir():  # of a process that ended: nobody has their keys
            with suppress(OSError):
                if path.name not in self._known and path.stat().st_mtime < old:
                    path.unlink()

    def _forget(self, upload: Upload) -> None:
        del self._known[upload.name]
        with suppress(OSError):
            (self._folder / upload.name).unlink()

    def _write(self, upload: Upload, piece: bytes) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._folder / upload.name
        if not path.exists():
            path.touch(mode=0o600)
        sealed = encrypt(upload.key, piece, _place(upload, upload.offset))
        with path.open("r+b") as file:
            # What a write that failed half-way left behind is written over.
            file.seek(sum(size + _SEALED_MORE for size in upload.pieces))
            file.write(sealed)

    def _read(self, upload: Upload) -> bytes:
        found = bytearray()
        with (self._folder / upload.name).open("rb") as file:
            for size in upload.pieces:
                sealed = file.read(size + _SEALED_MORE)
                found += decrypt(upload.key, sealed, _place(upload, len(found)))
        return bytes(found)


_SEALED_MORE = 12 + 16
"""Nonce and tag of AES-GCM."""


def _place(upload: Upload, offset: int) -> bytes:
    return f"{upload.name}/{offset}".encode()
