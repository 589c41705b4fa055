"""Forgeries: the same export with one thing wrong, by everybody from a bad disk to a thief of keys.

Each forgery is a function that changes an `Export`; `Export.write` puts it down again as a zip,
with the manifest repaired or left as it was.
"""

import base64
import copy
import hashlib
import json
import random
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from domain.canonical import canonical
from domain.values import instant_text
from tests.audit.offline.home import ARCHIVE, DISCIPLINE, LOG, ORIGIN, STRANGER
from transparency.checkpoints import Checkpoint, StreamHead
from transparency.keys import ED25519, SigningKey
from transparency.merkle import Roots, leaf_hash
from transparency.notes import Note, read_note, to_base64
from transparency.suites import suite_line

Entry = dict[str, Any]


@dataclass
class Export:
    """An evidence bundle, taken apart; *draw* decides where a forgery strikes."""

    files: dict[str, bytes]
    draw: random.Random
    repaired: bool = True
    raw: Callable[[bytes], bytes] = field(default=lambda data: data)

    @classmethod
    def read(cls, path: Path, draw: random.Random) -> "Export":
        with zipfile.ZipFile(path) as archive:
            return cls({name: archive.read(name) for name in archive.namelist()}, draw)

    @property
    def lines(self) -> list[bytes]:
        return self.files["entries.jsonl"].split(b"\n")[:-1]

    @lines.setter
    def lines(self, lines: list[bytes]) -> None:
        self.files["entries.jsonl"] = b"".join(line + b"\n" for line in lines)

    @property
    def entries(self) -> list[Entry]:
        return [json.loads(line) for line in self.lines]

    def any_line(self) -> int:
        return self.draw.randrange(len(self.lines))

    def sizes(self) -> list[int]:
        names = [name for name in self.files if name.startswith("checkpoints/")]
        return sorted(int(name.partition("/")[2]) for name in names)

    def chained(self, entries: list[Entry]) -> None:
        """Put *entries* down with every `previous` made right again: a whole new history."""
        heads: dict[str, str] = {}
        lines = []
        for entry in entries:
            entry["previous"] = heads.get(entry["stream"], "")
            line = canonical(entry)
            heads[entry["stream"]] = leaf_hash(line).hex()
            lines.append(line)
        self.lines = lines

    def signed(self, by: SigningKey = LOG, at: datetime | None = None) -> None:
        """Sign every checkpoint anew over what stands here now, as if everybody colluded.

        They say they saw it *at* that time, or when the newest entry claims to be from.
        """
        at = at or self.newest_at()
        sizes, roots = self.sizes(), Roots()
        sizes[-1] = len(self.lines)
        replaced = ("checkpoints/", "tile/")
        self.files = {n: d for n, d in self.files.items() if not n.startswith(replaced)}
        for line in self.lines:
            roots.add(leaf_hash(line))
            if roots.size in sizes:
                note = noted(roots.size, roots.root(), by, at)
                self.files[f"checkpoints/{roots.size}"] = note.encoded()

    def newest_at(self) -> datetime | None:
        try:
            return datetime.fromisoformat(self.entries[-1]["recorded_at"])
        except (IndexError, KeyError, TypeError, ValueError):
            return None

    def write(self, path: Path) -> None:
        files = dict(self.files)
        if self.repaired and "manifest.json" in files:
            files["manifest.json"] = repaired(files)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in files.items():
                archive.writestr(name, data)
        path.write_bytes(self.raw(path.read_bytes()))


def noted(
    size: int,
    root: bytes,
    by: SigningKey = LOG,
    at: datetime | None = None,
    *extensions: str,
    origin: str = ORIGIN,
) -> Note:
    """Return a checkpoint signed by *by* and cosigned by both witnesses."""
    text = Checkpoint(origin, size, root, extensions or (suite_line(),)).text
    cosigned = [witness.cosign(text, at or datetime.now(UTC)) for witness in (DISCIPLINE, ARCHIVE)]
    return Note(text, (by.sign(text), *cosigned))


def repaired(files: dict[str, bytes]) -> bytes:
    """Return the manifest as an honest writer would write it for these files."""
    try:
        told = json.loads(files["manifest.json"])
        told["files"] = [
            {"path": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for name, data in files.items()
            if name != "manifest.json"
        ]
        return canonical(told) + b"\n"
    except (ValueError, TypeError):
        return files["manifest.json"]


def flipped(data: bytes, draw: random.Random) -> bytes:
    """Return *data* with one bit the other way round."""
    place = draw.randrange(len(data))
    return data[:place] + bytes([data[place] ^ 1 << draw.randrange(8)]) + data[place + 1 :]


# Entries changed by somebody who can write the file, and no more.


def flip_an_entry(export: Export) -> None:
    export.files["entries.jsonl"] = flipped(export.files["entries.jsonl"], export.draw)


def remove_a_line(export: Export) -> None:
    lines = export.lines
    del lines[export.any_line()]
    export.lines = lines


def repeat_a_line(export: Export) -> None:
    lines, place = export.lines, export.any_line()
    lines.insert(export.any_line(), lines[place])
    export.lines = lines


def swap_lines(export: Export) -> None:
    lines, one, two = export.lines, export.any_line(), export.any_line()
    lines[one], lines[two] = lines[two], lines[one]
    export.lines = lines


def cut_the_tail(export: Export) -> None:
    export.lines = export.lines[: export.any_line()]


def empty_the_log(export: Export) -> None:
    export.lines = []


def cut_a_line_short(export: Export) -> None:
    data = export.files["entries.jsonl"]
    export.files["entries.jsonl"] = data[: export.draw.randrange(1, len(data))]


def write_otherwise(export: Export) -> None:
    """The same or nearly the same value in bytes that are not its one form."""
    lines, place = export.lines, export.any_line()
    line = lines[place]
    ways: list[Callable[[bytes], bytes]] = [
        lambda one: one.replace(b":", b": ", 1),
        lambda one: one + b"\r",
        lambda one: b"\xef\xbb\xbf" + one,
        lambda one: one.replace(b'"version":', b'"version":1,"version":', 1),
        lambda one: one[:-1] + b',"z":1.0}',
        lambda one: one[:-1] + b',"z":-0}',
        lambda one: one[:-1] + b',"z":12345678901234567890}',
        lambda one: one[:-1] + b',"z":' + b"9" * 5000 + b"}",
        lambda one: one[:-1] + b',"z":NaN}',
        lambda one: one[:-1] + b',"z":1e5}',
        lambda one: one[:-1] + b',"z":"\\ud800"}',
        lambda one: one[:-1] + b',"z":"\\u00e9"}',
        lambda one: one[:-1] + b',"z":"\xff"}',
        lambda one: one[:-1] + b',"z":"\x01"}',
        lambda one: one[:-1] + ',"钥":1}'.encode(),
        lambda one: one[:-1] + b',"__proto__":{"version":7}}',
        lambda one: one[:-1] + b',"z":' + b"[" * 101 + b"]" * 101 + b"}",
        lambda one: one[:-1] + b',"z":' + b"[" * 30_000 + b"}",
        lambda one: one[:-1] + b',"z":' + b"[" * 20_000 + b"]" * 20_000 + b"}",
        lambda _: b"",
        lambda _: b"null",
        lambda _: b"[1.5]",
        lambda _: b'{"a":' + b"1" * 70_000 + b"}",
        lambda _: b"{}",
        lambda one: one[::-1],
    ]
    lines[place] = export.draw.choice(ways)(line)
    export.lines = lines


def change_a_fact(export: Export) -> None:
    entries, place = export.entries, export.any_line()
    entries[place]["fact"]["changed"] = export.draw.randrange(1000)
    export.lines = [canonical(entry) for entry in entries]


def rehash_the_tail(export: Export) -> None:
    entries, place = export.entries, export.any_line()
    entries[place]["fact"]["changed"] = export.draw.randrange(1000)
    export.chained(entries)


def forge_a_tail(export: Export) -> None:
    entries = export.entries
    more = copy.deepcopy(entries[-1])
    more["stream"], more["version"] = "notice/00000000-0000-7000-8000-000000000000", 1
    export.chained([*entries, *[more] * export.draw.randrange(1, 4)])


def renumber(export: Export) -> None:
    entries, place = export.entries, export.any_line()
    entries[place]["version"] += export.draw.choice([-1, 1, 5])
    export.chained(entries)


# Entries changed by somebody who holds every key there is.


def collude(export: Export) -> None:
    """Write something impossible and have it signed by everybody."""
    entries, place = export.entries, export.any_line()
    entry, draw = entries[place], export.draw
    changes: list[Callable[[], Any]] = [
        lambda: entry.update(version=draw.choice([0, -1, 99, True, None, "1"])),
        lambda: entry.update(seen=draw.choice([-2, place, place + 7, None])),
        lambda: entry.update(recorded_at=draw.choice(["", "2026-02-30T00:00:00.000000Z", 5])),
        lambda: entry.update(occurred_at="2026-13-01T00:00:00.000000Z"),
        lambda: entry.update(recorded_at="0000-01-01T00:00:00.000000Z"),
        lambda: entry.update(recorded_at="2026-02-28T24:00:00.000000Z"),
        lambda: entry.update(recorded_at=instant_text(datetime.now(UTC) - timedelta(days=9))),
        lambda: entry.update(recorded_at=instant_text(datetime.now(UTC) + timedelta(days=9))),
        lambda: entry.update(stream=draw.choice(["task", "task/../x", "Task/1", "task/é", 1])),
        lambda: entry.update(kind=draw.choice(["task_closed", "task_archived.v1", "x.v1", []])),
        lambda: entry.update(fact=draw.choice([[], "x", None, {}, {"then": "CLOSED"}])),
        lambda: entry.update(extra=1),
        lambda: entry.pop(draw.choice(sorted(entry))),
        lambda: entry.update(previous="ab" * 32),
    ]
    draw.choice(changes)()
    lines = [canonical(one) for one in entries]
    if draw.random() < 0.5 and all({"stream", "previous"} <= one.keys() for one in entries):
        export.chained(entries)
    else:
        export.lines = lines
    export.signed()


def swap_kinds(export: Export) -> None:
    """Two facts of one case change places, everything else made right again."""
    entries = export.entries
    tasks = [n for n, entry in enumerate(entries) if entry["stream"].startswith("task/")]
    one, two = export.draw.sample(tasks, 2)
    for name in ("kind", "fact"):
        entries[one][name], entries[two][name] = entries[two][name], entries[one][name]
    export.chained(entries)
    export.signed()


def invent_a_state(export: Export) -> None:
    entries = export.entries
    entry = next(one for one in reversed(entries) if one["stream"].startswith("task/"))
    entry["kind"] = export.draw.choice(["callback_recorded.v1", "task_taken_over.v1", "y.v9"])
    choices: list[Any] = [{"then": "CLOSED"}, {"then": []}, {"main": "A", "main_before": "B"}, {}]
    entry["fact"] = export.draw.choice(choices)
    export.chained(entries)
    export.signed()


def cosign_at_another_time(export: Export) -> None:
    days = export.draw.choice([-4000, -1, 1, 400])
    export.signed(at=datetime.now(UTC) + timedelta(days=days))


def pair_up(export: Export) -> None:
    """A pairing as no office ever had it, signed by everybody."""
    entries = export.entries
    stream = "pairing/00000000-0000-7000-8000-000000000001"
    kinds = ["pairing_drafted", "pairing_proposed", "proposal_accepted", "agreement_signed"]
    kinds += ["pairing_submitted", "pairing_approved", "review_opened", "review_scored"]
    if export.draw.random() < 0.7:
        export.draw.shuffle(kinds)
    for version, kind in enumerate(kinds, 1):
        more = copy.deepcopy(entries[-1])
        more |= {"stream": stream, "version": version, "kind": f"{kind}.v1"}
        more["fact"] = {"sign_by": {}, "hand_over_by": export.draw.choice([None, {}])}
        entries.append(more)
    export.chained(entries)
    export.signed()


# Checkpoints and cosignatures.


def _one_checkpoint(export: Export) -> str:
    return f"checkpoints/{export.draw.choice(export.sizes())}"


def flip_a_checkpoint(export: Export) -> None:
    name = _one_checkpoint(export)
    export.files[name] = flipped(export.files[name], export.draw)


def drop_checkpoints(export: Export) -> None:
    for size in export.draw.sample(export.sizes(), export.draw.randrange(1, 5)):
        del export.files[f"checkpoints/{size}"]


def forge_a_checkpoint(export: Export) -> None:
    export.signed(export.draw.choice([STRANGER, SigningKey.generate("other.example", ED25519)]))


def sign_another_root(export: Export) -> None:
    size, draw = export.draw.choice(export.sizes()), export.draw
    root = hashlib.sha256(b"another").digest()
    suites = draw.choice([("suite SM3+SM2",), (suite_line(), "suite SM3+SM2"), ("note",), ()])
    origin = draw.choice([ORIGIN, ORIGIN, "other.example"])
    claimed = draw.choice([size, size, size + 1, size + 1000, 0])
    note = noted(claimed, root, LOG, None, *suites, origin=origin)
    export.files[f"checkpoints/{draw.choice([size, claimed])}"] = note.encoded()


def misname_a_checkpoint(export: Export) -> None:
    name = _one_checkpoint(export)
    other = export.draw.choice(
        ["checkpoints/7", "checkpoints/x", "checkpoints/007", "checkpoints/a/b"]
    )
    export.files[other] = export.files.pop(name)


def edit_cosignatures(export: Export) -> None:
    name = f"checkpoints/{export.sizes()[-1]}"
    note, draw = read_note(export.files[name]), export.draw
    lines = list(note.signatures)
    other = read_note(export.files[f"checkpoints/{export.sizes()[0]}"])
    choice = draw.randrange(6)
    if choice == 0:
        del lines[draw.randrange(len(lines))]
    elif choice == 1:
        lines[-1] = other.signatures[-1]
    elif choice == 2:
        draw.shuffle(lines)
    elif choice == 3:
        lines.append(SigningKey.generate("stranger.example", ED25519).sign(note.text))
    elif choice == 4:
        lines = lines[:1]
    else:
        lines.append(
            DISCIPLINE.cosign(note.text, datetime.now(UTC) + timedelta(days=draw.choice([0, 3])))
        )
    export.files[name] = Note(note.text, tuple(lines)).encoded()


def mangle_a_note(export: Export) -> None:
    name, draw = _one_checkpoint(export), export.draw
    data = export.files[name]
    ways: list[Callable[[bytes], bytes]] = [
        lambda one: one.replace(b"\n", b"\r\n"),
        lambda one: one[:-1],
        lambda one: one + b"\n",
        lambda one: one.replace(b"\n\n", b"\n"),
        lambda one: one.replace("—".encode(), b"-"),
        lambda one: one * 40,
        lambda _: b"",
        lambda one: one.replace(b"=\n", b"\n", 1),
        lambda one: one + "— 甲\u00a0乙 AAAAAAA=\n".encode(),
        lambda one: one + b"\xe2\x80\x94 a+b AAAAAAAA\n",
        lambda one: one + b"\xe2\x80\x94 unknown.example AAAAAAAAAAAA\n",
        lambda one: one + b"\xff",
        lambda one: b"x\n" + one,
        lambda one: one + b"\xe2\x80\x94 a AAAAAAAA\n" * 150,
    ]
    export.files[name] = draw.choice(ways)(data)


# The package.


def alter_a_tile(export: Export) -> None:
    name = export.draw.choice([name for name in export.files if name.startswith("tile/")])
    match export.draw.randrange(3):
        case 0:
            export.files[name] = flipped(export.files[name], export.draw)
        case 1:
            export.files[name] = export.files[name][:-32]
        case _:
            export.files["tile/0/001"] = export.files.pop(name)


def edit_the_manifest(export: Export) -> None:
    told, draw = json.loads(export.files["manifest.json"]), export.draw
    changes: list[Callable[[], Any]] = [
        lambda: told["files"].pop(draw.randrange(len(told["files"]))),
        lambda: told["files"][0].update(sha256="0" * 64),
        lambda: told["files"][0].update(bytes=1),
        lambda: told["files"][0].update(bytes=draw.choice([-1, None, True, "1"])),
        lambda: told["files"].append(dict(told["files"][0])),
        lambda: told["files"].append({"path": "../etc", "bytes": 1, "sha256": "00"}),
        lambda: told.update(files=draw.choice([{}, [1], None])),
        lambda: told.update(size=draw.choice([0, 1, 10**6, -1, None, "5"])),
        lambda: told.update(origin=draw.choice(["other.example", 5, ""])),
        lambda: told.update(format=draw.choice(["jiedui-evidence/2", None])),
        lambda: told.update(more=1),
        lambda: told.update(made_at=draw.choice([1, "never"])),
        lambda: told.pop(draw.choice(sorted(told))),
    ]
    draw.choice(changes)()
    written = canonical(told)
    if draw.random() < 0.2:
        written = json.dumps(told, indent=1).encode()
    export.files["manifest.json"], export.repaired = written, False


def claim_another_format(export: Export) -> None:
    told = json.loads(export.files["manifest.json"])
    told["format"] = export.draw.choice(["jiedui-evidence/2", "jiedui-case/1"])
    export.files["manifest.json"] = canonical(told) + b"\n"


def add_a_history(export: Export) -> None:
    """A workflow history that no fact seals."""
    export.files["histories/a/b.json.gz"] = b"x" * export.draw.randrange(9)


def lose_a_file(export: Export) -> None:
    del export.files[export.draw.choice(sorted(export.files))]
    export.repaired = export.draw.random() < 0.5


def slip_a_file_in(export: Export) -> None:
    names = ["../../evil", "/etc/passwd", "a\\b", "x/../y", ".hidden", "timestamps/1.tsr", "a//b"]
    names += [
        "histories/a/b.json.gz",
        "histories/c.json",
        "entries.jsonl.bak",
        "CON",
        "checkpoints/",
        "钥匙",
        "a b",
        "vault/erased.jsonl/x",
    ]
    export.files[export.draw.choice(names)] = b"x" * export.draw.randrange(2)
    export.repaired = export.draw.random() < 0.5


def leave_the_manifest(export: Export) -> None:
    export.draw.choice([flip_an_entry, remove_a_line, flip_a_checkpoint, edit_openings])(export)
    export.repaired = False


def damage_the_zip(export: Export) -> None:
    draw = export.draw
    ways: list[Callable[[bytes], bytes]] = [
        lambda data: flipped(data, draw),
        lambda data: flipped(data, draw),
        lambda data: data[:-400] + flipped(data[-400:], draw),
        lambda data: data[: draw.randrange(2, len(data))],
        lambda data: data + b"\0",
        lambda data: data[:50] + b"PK" + data[50:],
        lambda data: b"PK" + data,
        lambda data: data.replace(b"PK\x01\x02", b"PK\x01\x03", 1),
        lambda data: data.replace(b"PK\x03\x04", b"PK\x03\x05", 1),
        lambda data: data[:-22] + data[-22:-4] + b"\xff\xff\xff\xff",
        lambda data: data[-22:],
        lambda data: b"PK\x05\x06" + bytes(18),
        lambda _: b"PK",
    ]
    export.raw = draw.choice(ways)


def name_twice(export: Export) -> None:
    export.files["entries.jsonM"] = b'{"another":1}\n'
    export.raw = lambda data: data.replace(b"entries.jsonM", b"entries.jsonl")


# What was opened and erased.


def _told(export: Export, name: str) -> list[Any]:
    return [json.loads(line) for line in export.files[name].split(b"\n")[:-1]]


def _tell(export: Export, name: str, values: list[Any]) -> None:
    export.files[name] = b"".join(canonical(value) + b"\n" for value in values)


def edit_openings(export: Export) -> None:
    openings, draw = _told(export, "vault/openings.jsonl"), export.draw
    one = draw.choice(openings)
    changes: list[Callable[[], Any]] = [
        lambda: one.update(plaintext=to_base64("别的话".encode())),
        lambda: one.update(key=to_base64(bytes(32))),
        lambda: one.update(key=draw.choice([to_base64(b"short"), 5, "?", "QR=="])),
        lambda: one.update(position=draw.choice([0, 3, 10**9, -1, None, "2"])),
        lambda: one.update(field=draw.choice(["name", "text.x", "", "__proto__", "0", "note.0"])),
        lambda: one.update(holder="task/00000000-0000-7000-8000-000000000000"),
        lambda: one.update(item=draw.choice(["x", 5])),
        lambda: one.update(more=1),
        lambda: one.pop("item"),
    ]
    draw.choice(changes)()
    _tell(export, "vault/openings.jsonl", openings)


def edit_erasures(export: Export) -> None:
    gone, draw = _told(export, "vault/erased.jsonl"), export.draw
    opened = _told(export, "vault/openings.jsonl")[0]
    changes: list[Callable[[], Any]] = [
        gone.pop,
        gone.clear,
        lambda: gone.append({"holder": "subject/x", "item": "y"}),
        lambda: gone.append({"holder": opened["holder"], "item": opened["item"]}),
        lambda: gone.append(dict(gone[0])),
        lambda: gone[0].update(holder="task/x"),
        lambda: gone.append(draw.choice([1, [], {}, {"holder": 1, "item": "a"}])),
    ]
    draw.choice(changes)()
    _tell(export, "vault/erased.jsonl", gone)
    if draw.random() < 0.2:
        export.files["vault/erased.jsonl"] += b"{not json\n\xff\n"


def forget_the_erasure(export: Export) -> None:
    """The fact of the erasure is gone from the log, and everybody signed that."""
    export.chained([one for one in export.entries if one["kind"] != "subject_erased.v1"])
    export.signed()


FORGERIES: tuple[Callable[[Export], None], ...] = (
    *(flip_an_entry, remove_a_line, repeat_a_line, swap_lines, cut_the_tail, empty_the_log),
    *(cut_a_line_short, write_otherwise, write_otherwise, write_otherwise, change_a_fact),
    *(rehash_the_tail, forge_a_tail, renumber, collude, collude, collude, swap_kinds),
    *(invent_a_state, cosign_at_another_time, pair_up, flip_a_checkpoint, drop_checkpoints),
    *(forge_a_checkpoint, sign_another_root, sign_another_root, misname_a_checkpoint),
    *(edit_cosignatures, edit_cosignatures, mangle_a_note, mangle_a_note, edit_the_manifest),
    *(
        alter_a_tile,
        edit_the_manifest,
        lose_a_file,
        slip_a_file_in,
        slip_a_file_in,
        leave_the_manifest,
    ),
    *(damage_the_zip, damage_the_zip, damage_the_zip, name_twice, edit_openings, edit_openings),
    *(edit_erasures, edit_erasures, forget_the_erasure, claim_another_format, add_a_history),
)
"""Everything that is done to a bundle, what can go wrong in many ways more often."""


# Case files and single proofs.


def forged_case(data: bytes, proof: bytes, draw: random.Random) -> bytes:
    """Return a case file with one thing wrong."""
    told = json.loads(data)
    entries = told["entries"]
    one = draw.choice(entries)
    body = json.loads(one["body"])
    body["fact"]["changed"] = 1
    hashes = one["proof"]
    text = f"{ORIGIN}/stream-head"
    stranger = Note(StreamHead(ORIGIN, told["stream"], 1, "ab" * 32, 5).text)
    other = proof.partition(b"\n\n")
    foreign = base64.b64decode(other[0].split(b"\n")[1][6:]).decode()
    at = int(other[0].split(b"\n")[2][6:])
    steps = [line.decode() for line in other[0].split(b"\n")[3:]]
    changes: list[Callable[[], Any]] = [
        entries.pop,
        lambda: entries.pop(draw.randrange(len(entries))),
        entries.reverse,
        entries.clear,
        lambda: entries.append({"position": at, "body": foreign, "proof": steps}),
        lambda: entries.append(dict(one)),
        lambda: one.update(body=canonical(body).decode()),
        lambda: one.update(body=one["body"] + " "),
        lambda: one.update(position=draw.choice([0, 1, 10**6, -1, None, "3"])),
        lambda: one.update(
            proof=draw.choice([[], hashes[:-1], [*hashes, hashes[0]], hashes[::-1]])
        ),
        lambda: one.update(proof=draw.choice([["QQ=="], ["?"], [5], 5, ["QR=="]])),
        lambda: told.update(stream=draw.choice(["task/x", "", 5])),
        lambda: told.update(origin=draw.choice(["other.example", 5])),
        lambda: told.update(format="jiedui-case/9"),
        lambda: told.update(
            head=Note(stranger.text, (LOG.sign(stranger.text),)).encoded().decode()
        ),
        lambda: told.update(head=told["head"].replace(text, "other.example/stream-head")),
        lambda: told.update(head=flipped(told["head"].encode(), draw).decode("latin-1")),
        lambda: told.update(head=draw.choice(["", told["checkpoint"], 5])),
        lambda: told.update(checkpoint=draw.choice(["", told["head"], "x\n\n", 5])),
        lambda: told.update(checkpoint=told["checkpoint"].rpartition("— ")[0]),
        told["openings"].clear,
        lambda: told["openings"][0].update(plaintext="QQ=="),
        lambda: told["openings"][0].update(position=10**6),
        lambda: told.update(openings=draw.choice([5, [5], [{}]])),
        lambda: told.update(more=1),
    ]
    if draw.random() < 0.2:
        return flipped(data, draw)
    if draw.random() < 0.1:
        return json.dumps(told, indent=1).encode()
    draw.choice(changes)()
    return canonical(told) + b"\n"


def forged_proof(data: bytes, draw: random.Random) -> bytes:
    """Return a tlog-proof with one thing wrong."""
    lines = data.split(b"\n")
    ways: list[Callable[[], Any]] = [
        lambda: lines.pop(1),
        lambda: lines.pop(2),
        lambda: lines.pop(3),
        lambda: lines.insert(3, lines[3]),
        lambda: lines.__setitem__(
            2, draw.choice([b"index 0", b"index 007", b"index -1", b"index"])
        ),
        lambda: lines.__setitem__(2, b"index 99999999999999999999"),
        lambda: lines.__setitem__(1, b"extra " + base64.b64encode(b"{}")),
        lambda: lines.__setitem__(3, base64.b64encode(bytes(31))),
        lambda: lines.__setitem__(3, b"\xff"),
        lambda: lines.remove(b""),
        lines.pop,
        lambda: lines.__delitem__(slice(-2, None)),
    ]
    if draw.random() < 0.4:
        return flipped(data, draw)
    draw.choice(ways)()
    return b"\n".join(lines)
