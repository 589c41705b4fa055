"""A figure statement says one thing, has one text, and is never taken for anything else."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transparency.checkpoints import Checkpoint, StreamHead, read_checkpoint, read_stream_head
from transparency.keys import ED25519, SigningKey
from transparency.notes import Note, NoteMalformed, read_note
from transparency.statements import (
    SUFFIX,
    StatedFigure,
    Statement,
    digest_of,
    read_statement,
)

ORIGIN = "gz.example.org/log"
KEY = SigningKey.generate(ORIGIN, ED25519)
CHECKPOINT = Checkpoint(ORIGIN, 42, bytes(range(32)))
SIGNED = Note(CHECKPOINT.text, (KEY.sign(CHECKPOINT.text),))
FIGURES = Statement(
    origin=ORIGIN,
    number=2,
    previous="ab" * 32,
    proof=(bytes(32), bytes(range(32))),
    issued="2026-11-03T01:00:00.000000Z",
    month="2026-10",
    checkpoint=SIGNED,
    figures=(StatedFigure("return_rate@1", 139, 1234, 5678, "回退率 return rate"),),
    position=41,
    replaces=1,
    reason="补录一件",
)
WITHDRAWAL = replace(FIGURES, figures=(), position=None, replaces=None, withdraws=1)
LINE = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40)


@st.composite
def statements(draw: st.DrawFn) -> Statement:
    """Any statement there can be."""
    number = st.integers(0, 10**15)
    withdraws = draw(st.none() | st.integers(1, 10**6))
    figures = st.builds(
        StatedFigure,
        st.from_regex(r"[a-z][a-z_]{0,20}@[1-9]", fullmatch=True),
        number,
        number,
        number,
        LINE,
    )
    return Statement(
        origin=ORIGIN,
        number=draw(st.integers(1, 10**6)),
        previous=draw(st.none() | st.from_regex(r"[0-9a-f]{64}", fullmatch=True)),
        proof=tuple(draw(st.lists(st.binary(min_size=32, max_size=32), max_size=5))),
        issued="2026-11-03T01:00:00.000000Z",
        month="2026-10",
        checkpoint=SIGNED,
        figures=() if withdraws else tuple(draw(st.lists(figures, max_size=4))),
        position=None if withdraws else draw(number),
        replaces=None if withdraws else draw(st.none() | st.integers(1, 10**6)),
        withdraws=withdraws,
        reason=draw(st.none() | LINE),
    )


@given(statements())
def test_a_statement_is_read_as_written_and_is_nothing_else(one: Statement) -> None:
    note = read_note(Note(one.text, (KEY.sign(one.text),)).encoded())
    assert read_statement(note) == one
    for read in (read_checkpoint, read_stream_head):
        with pytest.raises(NoteMalformed):
            read(note)


@given(LINE, st.integers(0, 2**63 - 1), st.lists(LINE, max_size=4))
def test_no_checkpoint_and_no_stream_head_is_a_statement(
    origin: str, size: int, extensions: list[str]
) -> None:
    """One key signs all three; also a log whose name ends as a statement begins."""
    for named in (origin, origin + SUFFIX):
        for text in (
            Checkpoint(named, size, bytes(32), tuple(extensions)).text,
            StreamHead(named, "task/x", 1, "0f" * 32, 1).text,
        ):
            with pytest.raises(NoteMalformed):
                read_statement(Note(text))


def test_the_text_is_as_it_is_documented() -> None:
    assert WITHDRAWAL.text == (
        "gz.example.org/log/figure-statement\n"
        "statement 2\n"
        f"previous {'ab' * 32}\n"
        "proof AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
        "proof AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
        "issued 2026-11-03T01:00:00.000000Z\n"
        "month 2026-10\n"
        "withdraws 1\n"
        "reason 补录一件\n"
        "\n" + SIGNED.encoded().decode()
    )
    assert "position 41\nfigure return_rate@1 139/1234 left out 5678\nmeans 回" in FIGURES.text


def test_another_signature_makes_no_other_statement() -> None:
    again = SigningKey.generate(ORIGIN, ED25519)
    notes = [
        read_note(Note(FIGURES.text, (key.sign(FIGURES.text),)).encoded()) for key in (KEY, again)
    ]
    assert len({digest_of(note.text) for note in notes}) == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("statement 2", "statement 02"),
        ("statement 2", "statement 0"),
        ("statement 2\n", ""),
        ("previous ab", "previous AB"),
        ("month 2026-10", "month 2026-13"),
        ("issued 2026-11-03T01", "issued 2026-11-03 01"),
        ("139/1234", "139 / 1234"),
        ("139/1234", "-139/1234"),
        ("139/1234", "0139/1234"),
        ("position 41\n", ""),
        ("position 41\n", "position 41\nposition 41\n"),
        ("replaces 1\n", "withdraws 1\n"),
        ("means 回退率 return rate\n", ""),
        ("means 回退率 return rate\n", "means 回退率 return rate\nnote beside\n"),
        (SUFFIX, "/figures"),
        ("figure-statement\n", "figure-statement\n\n"),
        ("\n42\n", "\n042\n"),
        ("gz.example.org/log/", "zh.example.org/log/"),
    ],
)
def test_any_other_text_is_none(old: str, new: str) -> None:
    assert old in FIGURES.text
    with pytest.raises(NoteMalformed):
        read_statement(Note(FIGURES.text.replace(old, new, 1)))


@pytest.mark.parametrize(
    "changes",
    [
        {"number": 0},
        {"previous": "none of it"},
        {"proof": (b"short",)},
        {"month": "October"},
        {"position": None},
        {"withdraws": 1},
        {"origin": "zh.example.org/log"},
    ],
)
def test_values_that_belong_to_no_statement_make_none(changes: dict[str, Any]) -> None:
    with pytest.raises(NoteMalformed):
        replace(FIGURES, **changes)
