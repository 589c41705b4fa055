"""A checkpoint and a stream head say one thing each, and neither is taken for the other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transparency.checkpoints import (
    SIZE_MAX,
    Checkpoint,
    StreamHead,
    read_checkpoint,
    read_stream_head,
)
from transparency.notes import Note, NoteMalformed
from transparency.suites import DEFAULT, SuiteUnknown, suite_line, suite_of

LINES = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="".join(map(chr, range(32)))),
    min_size=1,
    max_size=30,
)
ROOT = bytes(range(32))
HASH = "0f" * 32


@given(
    LINES,
    st.integers(0, SIZE_MAX),
    st.binary(min_size=32, max_size=32),
    st.lists(LINES, max_size=4),
)
def test_a_checkpoint_is_read_as_written(
    origin: str, size: int, root: bytes, extensions: list[str]
) -> None:
    checkpoint = Checkpoint(origin, size, root, tuple(extensions))
    assert read_checkpoint(Note(checkpoint.text)) == checkpoint


@given(LINES, LINES, st.integers(1, SIZE_MAX), st.integers(0, 9))
def test_a_stream_head_is_read_as_written_and_is_no_checkpoint(
    origin: str, id_: str, version: int, more: int
) -> None:
    """One key signs both; no text may mean two things."""
    size = min(version + more, SIZE_MAX)
    head = StreamHead(origin, f"task/{id_}", version, HASH, size)
    assert read_stream_head(Note(head.text)) == head
    with pytest.raises(NoteMalformed):
        read_checkpoint(Note(head.text))


@given(LINES, st.integers(0, SIZE_MAX), st.lists(LINES, max_size=4))
def test_no_checkpoint_is_a_stream_head(origin: str, size: int, extensions: list[str]) -> None:
    for named in (origin, origin + "/stream-head"):
        checkpoint = Checkpoint(named, size, ROOT, tuple(extensions))
        with pytest.raises(NoteMalformed):
            read_stream_head(Note(checkpoint.text))


def test_the_text_is_that_of_the_specification() -> None:
    text = Checkpoint("gz.example/ledger", 20852163, ROOT, (suite_line(),)).text
    assert text == (
        "gz.example/ledger\n20852163\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
        "suite SHA-256+Ed25519\n"
    )
    assert StreamHead("gz.example/ledger", "task/1", 2, HASH, 9).text == (
        f"gz.example/ledger/stream-head\ntask/1\n2\n{HASH}\n9\n"
    )


ROOT_LINE = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


@pytest.mark.parametrize(
    "text",
    [
        "origin\n1\n",
        f"\n1\n{ROOT_LINE}\n",
        f"origin\n01\n{ROOT_LINE}\n",
        f"origin\n-1\n{ROOT_LINE}\n",
        f"origin\n+1\n{ROOT_LINE}\n",
        f"origin\n1 \n{ROOT_LINE}\n",
        f"origin\n１\n{ROOT_LINE}\n",
        f"origin\n1_0\n{ROOT_LINE}\n",
        f"origin\n\n{ROOT_LINE}\n",
        f"origin\n{2**63}\n{ROOT_LINE}\n",
        f"origin\n{'9' * 5000}\n{ROOT_LINE}\n",
        "origin\n1\nAAEC\n",
        "origin\n1\nnot base64 at all\n",
        f"origin\n1\n{ROOT_LINE[:-2]}9=\n",
        f"origin\n1\n{ROOT_LINE}\n\n",
        f"origin\n1\n{ROOT_LINE}\nsuite\n\nmore\n",
    ],
)
def test_a_text_that_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NoteMalformed):
        read_checkpoint(Note(text))


@pytest.mark.parametrize(
    "text",
    [
        f"origin\ntask/1\n1\n{HASH}\n1\n",
        f"/stream-head\ntask/1\n1\n{HASH}\n1\n",
        f"o/stream-head\n12\n1\n{HASH}\n1\n",
        f"o/stream-head\ntask/1\n0\n{HASH}\n1\n",
        f"o/stream-head\ntask/1\n2\n{HASH}\n1\n",
        f"o/stream-head\ntask/1\n1\n{HASH.upper()}\n1\n",
        f"o/stream-head\ntask/1\n1\n{HASH[1:]}\n1\n",
        f"o/stream-head\ntask/1\n1\n{HASH}\n1\nmore\n",
        f"o/stream-head\ntask/1\n1\n{HASH}\n",
    ],
)
def test_a_text_that_is_no_stream_head_is_refused(text: str) -> None:
    with pytest.raises(NoteMalformed):
        read_stream_head(Note(text))


@given(st.text(max_size=120))
def test_arbitrary_text_is_refused_as_either(text: str) -> None:
    for read in (read_checkpoint, read_stream_head):
        with pytest.raises(NoteMalformed):
            read(Note(text + "\n") if "\n" in text else Note(text))


def test_values_that_have_no_text_are_refused() -> None:
    for origin, size, root, extensions in (
        ("", 1, ROOT, ()),
        ("a\nb", 1, ROOT, ()),
        ("a", -1, ROOT, ()),
        ("a", SIZE_MAX + 1, ROOT, ()),
        ("a", 1, ROOT[1:], ()),
        ("a", 1, ROOT, ("",)),
        ("a", 1, ROOT, ("b\nc",)),
    ):
        with pytest.raises(NoteMalformed):
            Checkpoint(origin, size, root, extensions)


def test_a_suite_is_named_known_and_single() -> None:
    """Strangers' logs name none: theirs is the one that C2SP means."""
    assert suite_of([]) == suite_of(["other line"]) == DEFAULT
    assert suite_of(["other line", suite_line()]) == DEFAULT
    for lines in (["suite SM3+SM2"], [suite_line(), suite_line()], ["suite "]):
        with pytest.raises(SuiteUnknown):
            suite_of(lines)
    with pytest.raises(SuiteUnknown, match="SM3"):
        suite_line("SM3+SM2")
