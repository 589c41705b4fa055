"""Trust policies: which logs an auditor believes, and how many of which witnesses must agree.

The file format is C2SP tlog-policy: lines `log`, `witness`, `group`, `quorum`. The auditor writes
it, or has it from somebody they trust; it never comes from what is being checked.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Never, assert_never

from transparency.checkpoints import Checkpoint, read_checkpoint
from transparency.keys import COSIGNATURE_V1, VerifierKey, VerifierKeyMalformed
from transparency.notes import Note

_BLANK = re.compile(r"[ \t]+")
_NONE = "none"
PARTIES_MAX = 256
"""The most logs, and the most witnesses and groups, that one policy may name."""


class PolicyMalformed(Exception):
    """A policy cannot be read; *line* (from 1) says where, the message says why."""

    def __init__(self, line: int, chinese: str, english: str) -> None:
        super().__init__(f"信任策略第 {line} 行：{chinese}。 Trust policy, line {line}: {english}.")
        self.line = line


class CheckpointUntrusted(Exception):
    """A checkpoint does not fulfil the policy: no trusted log signed it, or too few witnesses."""


@dataclass(frozen=True)
class Nobody:
    """No cosignature is asked for."""


@dataclass(frozen=True)
class Witness:
    """One witness, by its name in the policy."""

    name: str


@dataclass(frozen=True)
class Group:
    """At least *threshold* of *members*."""

    name: str
    threshold: int
    members: tuple["Witness | Group", ...]


Quorum = Nobody | Witness | Group
Party = tuple[VerifierKey, str | None]
"""A key and the address where its holder can be reached, if any was given."""


@dataclass(frozen=True)
class TrustPolicy:
    """The logs and witnesses believed, with their addresses, and the quorum they must form."""

    logs: tuple[Party, ...]
    witnesses: Mapping[str, Party]
    quorum: Quorum

    def satisfied_by(self, cosigners: Collection[VerifierKey]) -> bool:
        """Say whether cosignatures by these keys form the quorum."""
        return self._formed(self.quorum, frozenset(cosigners))

    def log_keys(self, origin: str) -> tuple[VerifierKey, ...]:
        """Return the keys believed for the log named *origin* (several around a rotation)."""
        return tuple(key for key, _ in self.logs if key.name == origin)

    def cosigners(self, note: Note) -> frozenset[VerifierKey]:
        """Return the keys of this policy's witnesses that cosigned *note*.

        Raises `SignatureInvalid` where a line in the name of one of them does not verify.
        """
        keys = (key for key, _ in self.witnesses.values())
        return frozenset(key for key in keys if key.signed(note))

    def checked(self, note: Note) -> Checkpoint:
        """Return the checkpoint in *note* if this policy lets it be believed.

        Raises `CheckpointUntrusted`, `SignatureInvalid`, `NoteMalformed`.
        """
        checkpoint = read_checkpoint(note)
        if not any(key.signed(note) for key in self.log_keys(checkpoint.origin)):
            raise CheckpointUntrusted(
                f"检查点没有受信日志 {checkpoint.origin} 的签名。 "
                f"No trusted key of the log {checkpoint.origin} signed this checkpoint."
            )
        cosigners = self.cosigners(note)
        if not self.satisfied_by(cosigners):
            names = "、".join(sorted(key.name for key in cosigners)) or "—"
            raise CheckpointUntrusted(
                f"见证不足：大小为 {checkpoint.size} 的检查点只有 {names} 见证。 "
                f"The checkpoint at size {checkpoint.size} lacks the quorum of witnesses; "
                f"cosigned by: {names}."
            )
        return checkpoint

    def _formed(self, quorum: Quorum, cosigners: frozenset[VerifierKey]) -> bool:
        match quorum:
            case Nobody():
                return True
            case Witness(name):
                return self.witnesses[name][0] in cosigners
            case Group(_, threshold, members):
                return sum(self._formed(member, cosigners) for member in members) >= threshold
            case _:
                assert_never(quorum)


def read_policy(text: str | bytes) -> TrustPolicy:
    """Return the policy that *text* states; raise `PolicyMalformed` with the line that is wrong."""
    reader = _Reader()
    lines = as_written(text).split("\n")
    for number, line in enumerate(lines, start=1):
        reader.read(number, line)
    if reader.quorum is None:
        raise PolicyMalformed(
            len(lines), "缺少 quorum 行", "the quorum line is missing; write quorum none for none"
        )
    return TrustPolicy(tuple(reader.logs), MappingProxyType(reader.witnesses), reader.quorum)


def as_written(text: str | bytes) -> str:
    """Return *text* without what an editor on Windows puts around it: its mark, CR at line ends.

    The format knows neither; whoever saves a policy with Notepad means the same policy.
    """
    if isinstance(text, bytes):  # names are octets to the format; so they stay distinct
        text = text.decode("utf-8", "surrogateescape")
    return text.removeprefix("\ufeff").replace("\r\n", "\n")


class _Reader:
    """What has been read so far, and the line being read."""

    def __init__(self) -> None:
        self.logs: list[Party] = []
        self.witnesses: dict[str, Party] = {}
        self.quorum: Quorum | None = None
        self._named: dict[str, Witness | Group] = {}
        self._members: set[str] = set()
        self._line = 0

    def read(self, number: int, line: str) -> None:
        self._line = number
        if any(letter < " " and letter != "\t" for letter in line) or "\x7f" in line:
            self._refuse("含控制字符（换行应为 LF）", "control character; lines end with LF alone")
        match _BLANK.split(line.strip(" \t")):
            case [""]:
                return
            case [word, *_] if word.startswith("#"):
                return
            case ["log", vkey, *url] if len(url) <= 1:
                self._require_room(len(self.logs))
                self.logs.append((self._new_key(vkey, self.logs), url[0] if url else None))
            case ["witness", name, vkey, *url] if len(url) <= 1:
                self._read_witness(name, vkey, url[0] if url else None)
            case ["group", name, threshold, *members] if members:
                self._read_group(name, threshold, members)
            case ["quorum", name]:
                self._read_quorum(name)
            case [word, *_]:
                self._refuse(
                    f"看不懂“{_shown(word)}”",
                    f"cannot read {_shown(word)}; expected log VKEY [URL], witness NAME VKEY [URL],"
                    " group NAME all|any|K MEMBER…, or quorum NAME",
                )

    def _read_witness(self, name: str, vkey: str, url: str | None) -> None:
        self._require_new(name)
        key = self._new_key(vkey, self.witnesses.values())
        if key.algorithm != COSIGNATURE_V1:
            self._refuse("见证公钥应为 0x04 类", "a witness key is of kind 0x04 (cosignature/v1)")
        self.witnesses[name] = (key, url)
        self._named[name] = Witness(name)

    def _read_group(self, name: str, threshold: str, members: list[str]) -> None:
        self._require_new(name)
        for member in members:
            if member in self._members:
                self._refuse(
                    f"“{_shown(member)}”已属于一个组", f"{_shown(member)} is a group member already"
                )
            self._members.add(member)
        found = tuple(self._known(member) for member in members)
        needed = self._threshold(threshold, len(members))
        self._named[name] = Group(name, needed, found)

    def _read_quorum(self, name: str) -> None:
        if self.quorum is not None:
            self._refuse("quorum 只能有一行", "there is exactly one quorum line")
        self.quorum = Nobody() if name == _NONE else self._known(name)

    def _threshold(self, written: str, count: int) -> int:
        match written:
            case "all":
                return count
            case "any":
                return 1
        if not re.fullmatch(r"[1-9][0-9]{0,4}", written) or int(written) > count:
            self._refuse(
                f"门槛应为 all、any 或 1–{count}", f"the threshold is all, any, or 1 to {count}"
            )
        return int(written)

    def _new_key(self, vkey: str, others: Iterable[Party]) -> VerifierKey:
        try:
            key = VerifierKey.parse(vkey)
        except VerifierKeyMalformed as problem:
            self._refuse("公钥有误", f"the key cannot be used ({problem})")
        if any(key.public == other.public for other, _ in others):
            self._refuse("公钥重复", "this public key stands on an earlier line")
        return key

    def _require_new(self, name: str) -> None:
        self._require_room(len(self._named))
        if name == _NONE or name in self._named:
            self._refuse(f"名称“{_shown(name)}”已被使用", f"the name {_shown(name)} is taken")

    def _require_room(self, count: int) -> None:
        if count >= PARTIES_MAX:
            self._refuse(f"超过 {PARTIES_MAX} 项", f"more than {PARTIES_MAX} of a kind")

    def _known(self, name: str) -> Witness | Group:
        if name not in self._named:
            self._refuse(f"前文没有“{_shown(name)}”", f"no earlier line defines {_shown(name)}")
        return self._named[name]

    def _refuse(self, chinese: str, english: str) -> Never:
        raise PolicyMalformed(self._line, chinese, english)


def _shown(word: str) -> str:
    """Return *word* as it can be printed anywhere, cut to a glance."""
    return word.encode("utf-8", "backslashreplace").decode()[:80]
