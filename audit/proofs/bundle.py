"""Write an evidence bundle: all an auditor needs to judge the log on their own machine.

A zip file with the entries up to a checkpoint, every checkpoint with its signatures, what was
erased and opened, time stamps, histories, and the verifiers themselves. It is written as a stream;
memory does not grow with the log. What is in it is only what is true already: nothing is signed
here, and no key is put in.
"""

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from audit.reading import CannotRead, Reader
from domain.canonical import canonical
from domain.oversight.parties import KINDS, Parties
from domain.sealed import Sealed, sealed_in
from domain.values import instant_text
from transparency.checkpoints import read_checkpoint
from transparency.keys import SignatureInvalid
from transparency.merkle import leaf_hash
from transparency.notes import Note, read_note, read_signature_line
from transparency.policies import TrustPolicy, read_policy
from transparency.tiles import hash_tiles

FORMAT = "jiedui-evidence/1"
VERIFIERS = ("jiedui_verify.py", "jiedui_verify.mjs")
OFFLINE = Path(__file__).parents[1] / "offline"

Tick = Callable[[int], None]
Gone = Callable[[Sealed], bool]
"""Says whether a sealed text opens no more, because the key of its holder was destroyed."""

_MADE = (1980, 1, 1, 0, 0, 0)
_README = """结对账本证据包

本包含截至某一检查点的全部记录。请用您自己另行取得的公钥核验，切勿使用随包收到的公钥：

    python3 verifier/jiedui_verify.py 本包.zip --policy 信任策略文件
    node verifier/jiedui_verify.mjs 本包.zip --policy 信任策略文件

两个程序各自独立，结论应当一致；不联网，不解压，不写任何文件。为防程序被改，可另行取得后再用。
未经外部见证的日志，持有私钥者可以全部重写：请看结论中已核对和未核对的见证方。

Evidence bundle of a jiedui ledger

All entries up to a checkpoint. Check them with public keys you have from elsewhere, never with
keys that came along with this file; both programs are independent and should agree. They need no
network, unpack nothing and write nothing. You may take the programs from elsewhere, too.
A log without outside witnesses could have been rewritten by whoever holds its key: read which
witnesses were checked, and which were not.

entries.jsonl    一行一条，行号即位置。 One entry a line; the line number is its position.
checkpoints/     已签名的检查点及见证签名。 Signed checkpoints with cosignatures.
tile/            哈希切片（C2SP tlog-tiles），供其他工具。 Hash tiles for strangers' tools.
vault/           获准启封的内容，已不能启封的条目。 Openings granted; items that open no more.
timestamps/      RFC 3161 时间戳（对检查点正文）。 Time stamps of the checkpoints' texts.
histories/       已封存的流程历史。 Sealed workflow histories.
manifest.json    文件清单与 SHA-256。 Every file with its SHA-256.
"""


class NothingSigned(Exception):
    """No checkpoint stands that evidence could be built on."""


@dataclass(frozen=True)
class Evidence:
    """What was written: entries, how many openings, items gone, checkpoints, and for which log."""

    origin: str
    size: int
    openings: int
    erased: int
    checkpoints: int


@dataclass(frozen=True)
class Extras:
    """What goes along with the entries: folders are left out where they are not there.

    *openings* are the fields of `opening_line`; *gone* None leaves erasures untold; *timestamps*
    holds `<size>.tsr`, *histories* the sealed workflow histories.
    """

    openings: tuple[dict[str, Any], ...] = ()
    gone: Gone | None = None
    timestamps: Path | None = None
    histories: Path | None = None


def opening_line(
    position: int, path: str, holder: str, item: str, key: bytes, plaintext: bytes
) -> dict[str, Any]:
    """Return one opening as bundles and case files hold it; *path* is the field, as `text`."""
    from transparency.notes import to_base64

    return {
        "position": position,
        "field": path,
        "holder": holder,
        "item": item,
        "key": to_base64(key),
        "plaintext": to_base64(plaintext),
    }


def signed_notes(reader: Reader) -> Iterator[tuple[int, Note]]:
    """Yield every checkpoint as (size, note with all its cosignatures), smallest first."""
    for size, _, note in reader.checkpoints():
        lines = (read_signature_line(line) for line in reader.cosignatures(size))
        yield size, read_note(note).with_signatures(*lines)


def adopted_policy(reader: Reader) -> TrustPolicy | None:
    """Return the witness policy adopted last, None where none was."""
    adopted = [
        entry.fact["policy"]
        for entry in reader.stream("log/checkpoints")
        if entry.kind == "witness_policy_adopted.v1"
    ]
    return read_policy(adopted[-1]) if adopted else None


def newest_witnessed(reader: Reader) -> tuple[int, Note]:
    """Return the newest checkpoint that the adopted policy's witnesses agree on, and its size.

    Without a policy any signed checkpoint will do; raises `NothingSigned` where none does.
    """
    policy = adopted_policy(reader)
    for size, _, note in reversed(reader.checkpoints()):
        lines = (read_signature_line(line) for line in reader.cosignatures(size))
        whole = read_note(note).with_signatures(*lines)
        if size <= reader.head() + 1 and (policy is None or _agreed(policy, whole)):
            return size, whole
    raise NothingSigned(
        "尚无已签发并达到见证人数的检查点，请先运行 jiedui log publish。 No checkpoint was signed "
        "and witnessed yet; run jiedui log publish first."
    )


def _agreed(policy: TrustPolicy, note: Note) -> bool:
    try:
        return policy.satisfied_by(policy.cosigners(note))
    except SignatureInvalid:
        return False


def write_evidence(
    reader: Reader,
    target: Path,
    extras: Extras | None = None,
    *,
    made_at: datetime | None = None,
    tick: Tick = lambda _: None,
) -> Evidence:
    """Write the evidence bundle of everything up to the newest witnessed checkpoint to *target*.

    *tick* hears how many more entries are written. Raises `NothingSigned`, `CannotRead`, `OSError`.
    """
    size, newest = newest_witnessed(reader)
    origin = read_checkpoint(newest).origin
    extras = extras or Extras()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        writer = _Writer(archive)
        writer.add("README.txt", _README.encode())
        for name in VERIFIERS:
            writer.add(f"verifier/{name}", (OFFLINE / name).read_bytes())
        count = 0
        for checkpoint_size, note in signed_notes(reader):
            if checkpoint_size <= size:
                writer.add(f"checkpoints/{checkpoint_size}", note.encoded())
                count += 1
        gone: list[dict[str, str]] = []
        with writer.adding("entries.jsonl") as entries:
            leaves = bytearray()
            for _, body in reader.bodies(until=size - 1):
                entries.write(body + b"\n")
                leaves += leaf_hash(body)
                gone += _gone_in(body, extras.gone)
                tick(1)
        every = (bytes(leaves[at : at + 32]) for at in range(0, len(leaves), 32))
        for path, tile in hash_tiles(every):
            writer.add(path, tile)
        openings = [one for one in extras.openings if one["position"] < size]
        if openings:
            writer.add("vault/openings.jsonl", _lines(openings))
        if extras.gone is not None:
            gone = _explained(reader, size, gone)
            writer.add("vault/erased.jsonl", _lines(gone))
        writer.add_folder("timestamps", extras.timestamps)
        writer.add_folder("histories", extras.histories)
        manifest = {
            "format": FORMAT,
            "origin": origin,
            "size": size,
            "made_at": instant_text(made_at or datetime.now(UTC)),
            "files": writer.files,
        }
        archive.writestr(_entry_of("manifest.json"), canonical(manifest) + b"\n")
    return Evidence(origin, size, len(openings), len(gone), count)


def _gone_in(body: bytes, gone: Gone | None) -> list[dict[str, str]]:
    if gone is None or b'"digest":' not in body:
        return []
    try:
        sealed = [one for _, one in sealed_in(json.loads(body)["fact"])]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return []  # damaged bytes go out as they lie; the verifiers name them
    return [{"holder": one.holder, "item": one.item} for one in sealed if gone(one)]


def _explained(reader: Reader, size: int, gone: list[dict[str, str]]) -> list[dict[str, str]]:
    """Leave out what only an erasure recorded after the bundle's last entry explains; name once."""
    try:
        later = _erased(reader, None) - _erased(reader, size - 1)
    except CannotRead:
        later = set()  # a damaged fact of that kind; the verifiers name it
    named = {one["item"]: one for one in gone if one["holder"] not in later}
    return list(named.values())


def _erased(reader: Reader, until: int | None) -> set[str]:
    """Return whose keys the erasures recorded up to position *until* ended."""
    parties, subjects = Parties(), set()
    for kind in KINDS:
        for entry in reader.of_kind(kind, until=until):
            parties.remember(entry.stream, entry.kind, entry.fact)
            if kind == "subject_erased.v1":
                subjects.add(entry.stream)
    return {holder for subject in subjects for holder in parties.holders_of(subject)}


def _lines(values: Iterable[Any]) -> bytes:
    return b"".join(canonical(value) + b"\n" for value in values)


def _entry_of(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _MADE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return entry


@dataclass
class _Writer:
    """Adds files to the archive and lists them for the manifest."""

    archive: zipfile.ZipFile
    files: list[dict[str, Any]] = field(default_factory=list)

    def add(self, name: str, data: bytes) -> None:
        with self.adding(name) as file:
            file.write(data)

    @contextmanager
    def adding(self, name: str) -> "Iterator[_Counted]":
        """Open a file in the archive; it is listed once it is whole."""
        with self.archive.open(_entry_of(name), "w", force_zip64=True) as opened:
            counted = _Counted(opened)  # type: ignore[arg-type] # zipfile gives a writer of bytes
            yield counted
        self.files.append(
            {"path": name, "bytes": counted.bytes, "sha256": counted.digest.hexdigest()}
        )

    def add_folder(self, name: str, folder: Path | None) -> None:
        """Add every file of *folder*, none where it is not there."""
        if folder is None or not folder.is_dir():
            return
        for file in sorted(folder.rglob("*")):
            inside = file.relative_to(folder).as_posix()
            if file.is_file() and not file.is_symlink() and not inside.startswith("."):
                with self.adding(f"{name}/{inside}") as target, file.open("rb") as source:
                    while block := source.read(1 << 20):
                        target.write(block)


class _Counted:
    """A file being written, with its length and SHA-256 so far."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.bytes = 0
        self.digest = hashlib.sha256()

    def write(self, data: bytes) -> None:
        self._file.write(data)
        self.bytes += len(data)
        self.digest.update(data)
