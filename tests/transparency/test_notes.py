"""A signed note is read exactly as it was written, and nothing else is taken for one."""

import base64

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from transparency.notes import (
    BYTES_MAX,
    SIGNATURES_MAX,
    Note,
    NoteMalformed,
    Signature,
    read_note,
    read_signature_line,
    read_signature_lines,
)

LETTERS = st.characters(exclude_categories=["Cs"], exclude_characters="".join(map(chr, range(32))))
NAMES = st.text(LETTERS, min_size=1, max_size=20).filter(
    lambda name: "+" not in name and not any(letter.isspace() for letter in name)
)
SIGNATURES = st.builds(
    Signature, NAMES, st.integers(0, 2**32 - 1), st.binary(min_size=1, max_size=80)
)
TEXTS = st.lists(st.text(LETTERS, max_size=20), min_size=1, max_size=6).map(
    lambda lines: "".join(line + "\n" for line in lines)
)
SIGNED = "gz.example/ledger\n1\nroot\n\n— gz.example/ledger AAAAAAE=\n".encode()


@given(TEXTS, st.lists(SIGNATURES, min_size=1, max_size=5))
def test_what_is_written_is_read(text: str, signatures: list[Signature]) -> None:
    """Signature lines of keys nobody knows are among them: all come back, in order."""
    note = Note(text, tuple(signatures))
    assert read_note(note.encoded()) == note


@given(SIGNATURES)
def test_a_signature_line_is_read_as_written(signature: Signature) -> None:
    assert read_signature_line(signature.line) == signature
    assert read_signature_lines(signature.line + "\n") == (signature,)


@given(st.binary(max_size=200))
@example(b"")
@example(b"\n\n")
@example(b"a\n\n\xff\n")
def test_arbitrary_bytes_are_refused_as_a_note(data: bytes) -> None:
    with pytest.raises(NoteMalformed):
        read_note(data)


@given(st.data())
def test_damaged_notes_are_read_exactly_or_refused(data: st.DataObject) -> None:
    """No two byte strings are the same note: what is read writes itself as it stood."""
    at = data.draw(st.integers(0, len(SIGNED) - 1))
    replacement = data.draw(st.binary(max_size=3))
    damaged = SIGNED[:at] + replacement + SIGNED[at + data.draw(st.integers(0, 3)) :]
    try:
        note = read_note(damaged)
    except NoteMalformed:
        return
    assert note.encoded() == damaged


@pytest.mark.parametrize(
    ("data", "because"),
    [
        (b"text\n", "empty line"),
        (b"text\n\n", "no signature"),
        (b"text\n\n\n", "no signature"),
        ("text\n\n— a AAAAAAE=".encode(), "newline"),
        (b"text\n\n- a AAAAAAE=\n", "reads"),
        ("text\n\n— a\n".encode(), "reads"),
        ("text\n\n— a  AAAAAAE=\n".encode(), "base64"),
        ("text\n\n— a AAAAAAE\n".encode(), "base64"),
        ("text\n\n— a AAAAAAF=\n".encode(), "base64"),
        ("text\n\n— a AAAAAAE=\r\n".encode(), "base64"),
        ("text\n\n— a AAAAAA==\n".encode(), "no signature"),
        ("text\n\n— a+b AAAAAAE=\n".encode(), "key name"),
        ("text\n\n—  AAAAAAE=\n".encode(), "key name"),
        ("text\n\n— a\u3000b AAAAAAE=\n".encode(), "key name"),
        ("te\txt\n\n— a AAAAAAE=\n".encode(), "control"),
        ("te\x00xt\n\n— a AAAAAAE=\n".encode(), "control"),
        (b"\xffext\n\n\xe2\x80\x94 a AAAAAAE=\n", "UTF-8"),
        ("text\n\n— a AAAAAAE=\n".encode() + b"x" * BYTES_MAX, "at most"),
        (b"text\n\n" + "— a AAAAAAE=\n".encode() * (SIGNATURES_MAX + 1), "at most"),
    ],
)
def test_each_way_of_being_malformed_is_named(data: bytes, because: str) -> None:
    with pytest.raises(NoteMalformed, match=because):
        read_note(data)


def test_text_and_signatures_part_at_the_last_empty_line() -> None:
    data = "one\n\ntwo\n\n— a AAAAAAE=\n".encode()
    note = read_note(data)
    assert note.text == "one\n\ntwo\n"
    assert note.signatures == (Signature("a", 0, b"\x01"),)


def test_signatures_are_added_once_and_below() -> None:
    """Collecting cosignatures twice leaves the note as it was."""
    first, second = Signature("log", 1, b"one"), Signature("witness", 2, b"two")
    note = Note("text\n", (first,)).with_signatures(second, first).with_signatures(second)
    assert note.signatures == (first, second)
    other = Signature("witness", 2, b"later")
    assert note.with_signatures(other).signatures == (first, second, other)


def test_sixteen_large_signatures_are_carried() -> None:
    """Post-quantum lines are long, and C2SP asks for sixteen at least."""
    lines = tuple(Signature(f"witness-{one}", one, bytes(5000)) for one in range(16))
    assert read_note(Note("text\n", lines).encoded()).signatures == lines


@pytest.mark.parametrize("text", ["", "no newline", "a\rb\n", "\x1f\n", "\ud800\n"])
def test_a_text_that_cannot_be_signed_is_no_note(text: str) -> None:
    with pytest.raises(NoteMalformed):
        Note(text)


def test_an_unsigned_note_has_no_encoding() -> None:
    with pytest.raises(NoteMalformed, match="found 0"):
        Note("text\n").encoded()
    line = Signature("a", 0, b"\x01")
    with pytest.raises(NoteMalformed, match="found 101"):
        Note("text\n", (line,) * 101).encoded()


def test_a_signature_that_has_no_line_is_refused() -> None:
    for name, key_id, blob in (
        ("a b", 0, b"x"),
        ("a", -1, b"x"),
        ("a", 2**32, b"x"),
        ("a", 0, b""),
    ):
        with pytest.raises(NoteMalformed):
            Signature(name, key_id, blob)
    assert base64.b64decode(Signature("a", 258, b"x").line.split()[-1]) == b"\x00\x00\x01\x02x"
