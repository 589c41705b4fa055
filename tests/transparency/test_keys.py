"""A signature counts for one key, one text and one purpose; a signing key stays its owner's."""

import os
import pickle
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transparency.trees import with_bit_flipped
from transparency.keys import (
    COSIGNATURE_V1,
    ED25519,
    SignatureInvalid,
    SigningKey,
    SigningKeyRefused,
    VerifierKey,
    VerifierKeyMalformed,
    cosigned_at,
    load_key,
    make_key,
)
from transparency.notes import Note, NoteMalformed, Signature, read_note

TEXT = "gz.example/ledger\n3\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
MONDAY = datetime(2026, 9, 21, 1, 2, 3, 456789, tzinfo=UTC)
# Of fixed seeds: they stand in the names of tests, which every worker must call the same.
LOG = SigningKey("gz.example/ledger", ED25519, bytes([1] * 32))
WITNESS = SigningKey("jiwei.example/w1", COSIGNATURE_V1, bytes([2] * 32))


def test_a_signed_note_is_recognised_by_its_key() -> None:
    signature = LOG.sign(TEXT)
    note = read_note(Note(TEXT, (signature,)).encoded())
    assert LOG.verifier.signed(note) == signature
    assert WITNESS.verifier.signed(note) is None


def test_a_cosignature_states_its_second() -> None:
    """The second is signed: a fraction is dropped, a zone does not matter."""
    beijing = MONDAY.astimezone(timezone(timedelta(hours=8)))
    signature = WITNESS.cosign(TEXT, beijing)
    assert WITNESS.verifier.signed(Note(TEXT, (signature,))) == signature
    assert cosigned_at(signature) == MONDAY.replace(microsecond=0)


def test_every_flipped_bit_of_a_signature_is_noticed() -> None:
    for key, signature in ((LOG, LOG.sign(TEXT)), (WITNESS, WITNESS.cosign(TEXT, MONDAY))):
        for bit in range(len(signature.blob) * 8):
            blob = with_bit_flipped(signature.blob, bit)
            forged = Signature(signature.name, signature.key_id, blob)
            with pytest.raises(SignatureInvalid):
                key.verifier.signed(Note(TEXT, (forged,)))


@given(st.integers(0, len(TEXT) - 2), st.characters(codec="ascii", min_codepoint=33))
def test_a_signature_covers_every_letter(at: int, letter: str) -> None:
    altered = TEXT[:at] + letter + TEXT[at + 1 :]
    for key, signature in ((LOG, LOG.sign(TEXT)), (WITNESS, WITNESS.cosign(TEXT, MONDAY))):
        note = Note(altered, (signature,))
        if altered == TEXT:
            assert key.verifier.signed(note) == signature
        else:
            with pytest.raises(SignatureInvalid):
                key.verifier.signed(note)


def test_one_bad_line_in_a_known_name_condemns_the_note() -> None:
    """Beside a good line, a bad one of the same key is somebody's forgery."""
    good = LOG.sign(TEXT)
    bad = Signature(good.name, good.key_id, bytes(64))
    with pytest.raises(SignatureInvalid, match="signature of gz"):
        LOG.verifier.signed(Note(TEXT, (good, bad)))


def test_lines_of_other_names_or_ids_are_passed_over() -> None:
    good = LOG.sign(TEXT)
    same_name = Signature(good.name, good.key_id ^ 1, b"strange")
    same_id = Signature("other.example", good.key_id, b"strange")
    assert LOG.verifier.signed(Note(TEXT, (same_name, same_id, good))) == good
    assert LOG.verifier.signed(Note(TEXT, (same_name, same_id))) is None


@pytest.mark.parametrize("blob", [b"x", bytes(63), bytes(65), bytes(71), bytes(72), bytes(73)])
def test_a_signature_of_another_length_is_invalid(blob: bytes) -> None:
    for key in (LOG, WITNESS):
        forged = Signature(key.verifier.name, key.verifier.key_id, blob)
        with pytest.raises(SignatureInvalid):
            key.verifier.signed(Note(TEXT, (forged,)))


@pytest.mark.parametrize("seconds", [2**64 - 1, 2**63, 253402300800])
def test_a_second_that_no_calendar_has_is_invalid(seconds: int) -> None:
    forged = Signature("w", 1, seconds.to_bytes(8) + bytes(64))
    with pytest.raises(SignatureInvalid, match="time"):
        cosigned_at(forged)
    last = Signature("w", 1, (253402300799).to_bytes(8) + bytes(64))
    assert cosigned_at(last).year == 9999


def test_a_key_of_one_kind_does_not_do_the_other() -> None:
    """The same 32 bytes under another kind are another key."""
    with pytest.raises(ValueError, match="0x04"):
        LOG.cosign(TEXT, MONDAY)
    with pytest.raises(ValueError, match="0x01"):
        WITNESS.sign(TEXT)
    signature = LOG.sign(TEXT)
    twin = VerifierKey(LOG.verifier.name, COSIGNATURE_V1, LOG.verifier.public)
    assert twin.key_id != LOG.verifier.key_id
    assert twin.signed(Note(TEXT, (signature,))) is None


def test_times_that_cannot_be_signed_are_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        WITNESS.cosign(TEXT, MONDAY.replace(tzinfo=None))
    with pytest.raises(ValueError, match="1970"):
        WITNESS.cosign(TEXT, datetime(1969, 12, 31, tzinfo=UTC))
    for sign in (LOG.sign, lambda text: WITNESS.cosign(text, MONDAY)):
        with pytest.raises(NoteMalformed):
            sign("no newline")


@given(st.sampled_from([ED25519, COSIGNATURE_V1]), st.binary(min_size=32, max_size=32))
def test_a_verifier_key_is_read_as_written(algorithm: int, public: bytes) -> None:
    key = VerifierKey("天河.example/日志", algorithm, public)
    assert VerifierKey.parse(key.vkey) == key
    assert key.vkey.split("+")[1] == f"{key.key_id:08x}"


@pytest.mark.parametrize(
    ("vkey", "because"),
    [
        ("", "reads"),
        ("name+00000000", "reads"),
        ("name+00000000+", "reads"),
        ("name+00000000+!!!!", "reads"),
        ("name+00000000+AQ==", "32 bytes; found 0"),
        ("+00000000+AQ==", "key name"),
        ("a b+00000000+AQ==", "key name"),
        ("name+00000000+Ag==", "0x02"),
        (LOG.verifier.vkey + "A", "reads"),
        (LOG.verifier.vkey + "\n", "reads"),
    ],
)
def test_each_way_of_not_being_a_key_is_named(vkey: str, because: str) -> None:
    with pytest.raises(VerifierKeyMalformed, match=because):
        VerifierKey.parse(vkey)


@given(st.integers(0, len(LOG.verifier.vkey) - 1), st.characters())
def test_a_key_copied_wrongly_is_noticed(at: int, letter: str) -> None:
    vkey = LOG.verifier.vkey
    copied = vkey[:at] + letter + vkey[at + 1 :]
    if copied.lower() == vkey.lower() and "+" not in letter:
        return  # the id may be written in capitals; the rest is decided by the next line
    with pytest.raises(VerifierKeyMalformed):
        VerifierKey.parse(copied)


@given(st.text(max_size=80))
def test_arbitrary_text_is_refused_as_a_key(text: str) -> None:
    with pytest.raises(VerifierKeyMalformed):
        VerifierKey.parse(text)


def test_a_key_file_is_private_and_signs_again(tmp_path: Path) -> None:
    file = tmp_path / "keys" / "log.key"
    made = make_key(file, "gz.example/ledger", ED25519)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert list(file.parent.iterdir()) == [file]
    loaded = load_key(file)
    assert loaded.verifier == made.verifier
    assert loaded.sign(TEXT) == made.sign(TEXT)


def test_a_key_file_is_never_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "log.key"
    first = make_key(file, "gz.example/ledger", ED25519)
    before = file.read_bytes()
    assert make_key(file, "gz.example/ledger", ED25519).verifier == first.verifier
    for name, algorithm in (("other.example", ED25519), ("gz.example/ledger", COSIGNATURE_V1)):
        with pytest.raises(SigningKeyRefused, match="already holds"):
            make_key(file, name, algorithm)
    assert file.read_bytes() == before


def test_of_many_who_make_a_key_at_once_all_get_the_same(tmp_path: Path) -> None:
    file = tmp_path / "keys" / "log.key"
    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(lambda _: make_key(file, "gz.example/ledger", ED25519), range(16)))
    assert {key.verifier for key in keys} == {load_key(file).verifier}
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o610, 0o601, 0o620, 0o602, 0o777])
def test_a_key_that_others_may_touch_is_refused(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "log.key"
    make_key(file, "gz.example/ledger", ED25519)
    file.chmod(mode)
    with pytest.raises(SigningKeyRefused, match=f"{mode:04o}.*chmod 600"):
        load_key(file)


def test_what_is_no_key_file_is_refused_without_being_shown(tmp_path: Path) -> None:
    file = tmp_path / "log.key"
    with pytest.raises(SigningKeyRefused, match="cannot be read"):
        load_key(file)
    with pytest.raises(SigningKeyRefused, match="not a regular file"):
        load_key(Path(os.devnull))
    whole = make_key(file, "gz.example/ledger", ED25519)
    text = file.read_text()
    seed = text.strip().split("+", 4)[-1]  # base64 has plus signs of its own
    assert len(seed) == 44
    other = f"{whole.verifier.key_id ^ 1:08x}"
    spoiled = text.replace(f"{whole.verifier.key_id:08x}", other)
    for content in (b"", b"\xff\xfe", text[:-8].encode(), text[12:].encode(), spoiled.encode()):
        file.write_bytes(content)
        with pytest.raises(SigningKeyRefused, match="not a signing key") as refusal:
            load_key(file)
        assert seed[:20] not in str(refusal.value)


def test_a_signing_key_does_not_show_itself(tmp_path: Path) -> None:
    file = tmp_path / "log.key"
    key = make_key(file, "gz.example/ledger", ED25519)
    seed = file.read_text().strip().split("+", 4)[-1]
    assert seed not in repr(key)
    with pytest.raises(TypeError, match="never copied"):
        pickle.dumps(key)
