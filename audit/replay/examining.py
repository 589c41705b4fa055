"""A figure statement against the ledger it speaks of: signature, checkpoint, and every count.

For an auditor who has the city's ledger: the entries' root is computed anew, and each figure is
counted once more from the facts up to the very position the statement names.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from audit.reading import Reader
from audit.replay.stated import stated
from domain.oversight.case import LOG_STREAM
from domain.statements import StatedFigure, digest_of
from transparency.keys import SignatureInvalid, VerifierKey
from transparency.merkle import Roots, leaf_hash
from transparency.notes import Note
from transparency.statements import Statement

Both = tuple[str, str]

_KEYS = frozenset({"signing_key_introduced.v1", "signing_key_rotated.v1"})
_STATED = frozenset({"figures_published.v1", "figures_withdrawn.v1"})


@dataclass(frozen=True)
class Recounted:
    """One figure as it was stated, and as the facts give it (None: it is not counted here)."""

    code: str
    said: StatedFigure
    found: StatedFigure | None

    @property
    def same(self) -> bool:
        """Whether what was stated is what the facts give, in meaning too."""
        return self.said == self.found


@dataclass(frozen=True)
class Examined:
    """What became of the examination; *faults* is empty where the statement is true.

    *unstated* are figures that are counted here and that the statement, of an earlier program
    perhaps, says nothing of.
    """

    statement: Statement
    figures: tuple[Recounted, ...]
    unstated: tuple[str, ...]
    faults: tuple[Both, ...]


def examine(
    reader: Reader, note: Note, statement: Statement, keys: Sequence[VerifierKey] = ()
) -> Examined:
    """Examine *statement*, which *note* holds; without *keys* those on record are believed."""
    faults = [*_of_signature(reader, note, statement, keys), *_of_record(reader, note, statement)]
    faults += _of_checkpoint(reader, statement)
    figures: tuple[Recounted, ...] = ()
    unstated: tuple[str, ...] = ()
    if statement.position is not None:
        covered = 0 <= statement.position < statement.stated.size <= reader.head() + 1
        if not covered:
            faults.append(
                (
                    f"统计位置 {statement.position} 不在所附检查点和账本之内",
                    f"position {statement.position} does not lie within checkpoint and ledger",
                )
            )
        else:
            found = {one.code: one for one in stated(reader, statement.month, statement.position)}
            figures = tuple(
                Recounted(one.code, StatedFigure(**vars(one)), found.pop(one.code, None))
                for one in statement.figures
            )
            unstated = tuple(found)
            faults += [_differs(one) for one in figures if not one.same]
    return Examined(statement, figures, unstated, tuple(faults))


def _of_signature(
    reader: Reader, note: Note, statement: Statement, keys: Sequence[VerifierKey]
) -> Iterator[Both]:
    believed = keys or [
        VerifierKey.parse(str(entry.fact["key"]))
        for entry in reader.stream(LOG_STREAM)
        if entry.kind in _KEYS
    ]
    for what, signed in (("报表 statement", note), ("检查点 checkpoint", statement.checkpoint)):
        if not any(_signed(key, signed) for key in believed):
            yield (
                f"{what}：没有可信密钥的有效签名",
                f"{what}: no believed key validly signed it",
            )


def _signed(key: VerifierKey, note: Note) -> bool:
    try:
        return key.signed(note) is not None
    except SignatureInvalid:
        return False


def _of_record(reader: Reader, note: Note, statement: Statement) -> Iterator[Both]:
    """Compare with what the ledger says was published under this number, and before it."""
    made = {
        int(entry.fact["number"]): entry.fact
        for entry in reader.stream(LOG_STREAM)
        if entry.kind in _STATED
    }
    fact, before = made.get(statement.number), made.get(statement.number - 1)
    if fact is None:
        yield (
            f"账本中没有第 {statement.number} 号报表",
            f"the ledger knows no statement {statement.number}",
        )
    elif fact["text"] != note.text:
        yield (
            f"账本中第 {statement.number} 号报表内容不同（摘要 {fact['digest']}）",
            f"the ledger's statement {statement.number} reads otherwise (digest {fact['digest']})",
        )
    if statement.previous != (None if before is None else digest_of(str(before["text"]))):
        yield (
            "不接续账本中的上一份报表",
            "it does not continue the statement before it in the ledger",
        )


def _of_checkpoint(reader: Reader, statement: Statement) -> Iterator[Both]:
    roots, size = Roots(), statement.stated.size
    for _, body in reader.bodies(until=size - 1):
        roots.add(leaf_hash(body))
    if roots.size != size or roots.root() != statement.stated.root:
        yield (
            f"账本前 {size:,} 条的根哈希与所附检查点不符（账本有 {roots.size:,} 条）",
            (
                f"the root of the first {size:,} entries is not that of the checkpoint "
                f"(the ledger has {roots.size:,})"
            ),
        )


def _differs(one: Recounted) -> Both:
    said, found = _told(one.said), _told(one.found)
    return (
        f"指标 {one.code}：报表为 {said}，按账本为 {found}",
        f"figure {one.code}: stated {said}, the facts give {found}",
    )


def _told(one: StatedFigure | None) -> str:
    return "—" if one is None else f"{one.numerator}/{one.denominator}（{one.excluded}）"
