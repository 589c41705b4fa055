"""A policy believes exactly what its author wrote, and a slip in it is found with its line."""

from datetime import UTC, datetime
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transparency.checkpoints import Checkpoint
from transparency.keys import (
    COSIGNATURE_V1,
    ED25519,
    SignatureInvalid,
    SigningKey,
    VerifierKey,
)
from transparency.notes import Note, NoteMalformed, Signature
from transparency.policies import (
    PARTIES_MAX,
    CheckpointUntrusted,
    Group,
    Nobody,
    PolicyMalformed,
    Witness,
    read_policy,
)

MONDAY = datetime(2026, 9, 21, 1, tzinfo=UTC)
ORIGIN = "gz.example/ledger"
# Made of fixed seeds: they stand in the names of tests, which every worker must call the same.
LOG = SigningKey(ORIGIN, ED25519, bytes([1] * 32))
NEXT_LOG = SigningKey(ORIGIN, ED25519, bytes([2] * 32))
OTHER_LOG = SigningKey("sz.example/ledger", ED25519, bytes([3] * 32))
KEYS = {
    name: SigningKey(f"{name}.example", COSIGNATURE_V1, bytes([10 + number] * 32))
    for number, name in enumerate(("X1", "X2", "X3", "Y1", "Y2", "Y3"))
}
WITNESSES = "".join(f"witness {name} {key.verifier.vkey}\n" for name, key in KEYS.items())
TWO_LEVELS = f"""
# the specification's own example, with keys
log {LOG.verifier.vkey} https://gz.example/ledger/
log\t{NEXT_LOG.verifier.vkey}
\t log {OTHER_LOG.verifier.vkey}  \t
{WITNESSES}
group X-witnesses 2 X1 X2 X3
group Y-witnesses any Y1 Y2 Y3
group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""


def _checkpoint(*cosigners: SigningKey, by: SigningKey = LOG) -> Note:
    text = Checkpoint(by.verifier.name, 3, bytes(32)).text
    return Note(text, (by.sign(text), *(key.cosign(text, MONDAY) for key in cosigners)))


def test_a_quorum_is_formed_as_its_groups_say() -> None:
    """Every set of witnesses is judged as a person reading the file would."""
    policy = read_policy(TWO_LEVELS)
    for count in range(7):
        for names in combinations(KEYS, count):
            expected = sum(name[0] == "X" for name in names) >= 2 and any(
                name[0] == "Y" for name in names
            )
            keys = [KEYS[name].verifier for name in names]
            assert policy.satisfied_by(keys) is expected
            note = _checkpoint(*(KEYS[name] for name in names))
            assert policy.cosigners(note) == set(keys)
            if expected:
                assert policy.checked(note).size == 3
            else:
                with pytest.raises(CheckpointUntrusted, match="quorum"):
                    policy.checked(note)


def test_a_policy_says_whom_it_knows_and_where() -> None:
    policy = read_policy(TWO_LEVELS.encode())
    assert policy.logs[0] == (LOG.verifier, "https://gz.example/ledger/")
    assert policy.log_keys(ORIGIN) == (LOG.verifier, NEXT_LOG.verifier)
    assert policy.log_keys("nobody.example") == ()
    assert policy.witnesses["Y3"] == (KEYS["Y3"].verifier, None)
    assert isinstance(policy.quorum, Group)
    addressed = read_policy(f"witness w {KEYS['X1'].verifier.vkey} http://w/\nquorum w")
    assert addressed.witnesses["w"] == (KEYS["X1"].verifier, "http://w/")
    assert addressed.quorum == Witness("w")
    assert read_policy("quorum none\n").quorum == Nobody()
    assert read_policy("quorum none\n").satisfied_by([])


def test_strangers_do_not_count() -> None:
    """A witness is its key: the same name with another key is somebody else."""
    policy = read_policy(f"log {LOG.verifier.vkey}\n{WITNESSES}quorum X1\n")
    impostor = SigningKey.generate("X1.example", COSIGNATURE_V1)
    assert not policy.satisfied_by([impostor.verifier, KEYS["X2"].verifier])
    with pytest.raises(CheckpointUntrusted, match="quorum"):
        policy.checked(_checkpoint(impostor, KEYS["X2"]))
    assert policy.checked(_checkpoint(impostor, KEYS["X1"])).origin == ORIGIN


def test_only_a_log_of_that_name_may_sign_its_checkpoints() -> None:
    policy = read_policy(TWO_LEVELS.replace("quorum X-and-Y", "quorum none"))
    assert policy.checked(_checkpoint(by=NEXT_LOG)).origin == ORIGIN
    assert policy.checked(_checkpoint(by=OTHER_LOG)).origin == "sz.example/ledger"
    text = Checkpoint(ORIGIN, 3, bytes(32)).text
    for signer in (OTHER_LOG, SigningKey.generate(ORIGIN, ED25519)):
        with pytest.raises(CheckpointUntrusted, match="No trusted key"):
            policy.checked(Note(text, (signer.sign(text),)))
    with pytest.raises(NoteMalformed):
        policy.checked(Note("no checkpoint\n", (LOG.sign("no checkpoint\n"),)))


def test_a_forged_line_in_a_witness_s_name_is_not_passed_over() -> None:
    policy = read_policy(f"log {LOG.verifier.vkey}\n{WITNESSES}quorum X1\n")
    note = _checkpoint(KEYS["X1"])
    true = note.signatures[-1]
    forged = note.with_signatures(Signature(true.name, true.key_id, bytes(72)))
    with pytest.raises(SignatureInvalid):
        policy.checked(forged)


X1, X2 = KEYS["X1"].verifier.vkey, KEYS["X2"].verifier.vkey
RETYPED = VerifierKey("other.example", COSIGNATURE_V1, KEYS["X1"].verifier.public).vkey


@pytest.mark.parametrize(
    ("line", "text", "because"),
    [
        (1, "", "quorum line is missing"),
        (3, f"witness a {X1}\n\n", "quorum line is missing"),
        (2, "quorum none\nquorum none", "exactly one"),
        (1, "quorum a", "no earlier line"),
        (1, "quorum", "cannot read"),
        (1, "quorum none none", "cannot read"),
        (1, "Quorum none", "cannot read"),
        (1, "log", "cannot read"),
        (1, f"log {X1} a b", "cannot read"),
        (1, "log nonsense", "cannot be used"),
        (2, f"log {X1}\nlog {X1}", "earlier line"),
        (2, f"log {X1}\nlog {RETYPED}", "earlier line"),
        (1, f"witness a {LOG.verifier.vkey}", "kind 0x04"),
        (2, f"witness a {X1}\nwitness a {X2}", "taken"),
        (2, f"witness a {X1}\nwitness b {RETYPED}", "earlier line"),
        (1, f"witness none {X1}", "taken"),
        (2, f"witness a {X1}\ngroup a all a", "taken"),
        (1, "group g all", "cannot read"),
        (1, "group g all a", "no earlier line"),
        (2, f"witness a {X1}\ngroup g all none", "no earlier line"),
        (1, "group g all g", "no earlier line"),
        (2, f"witness a {X1}\ngroup g all a a", "member already"),
        (3, f"witness a {X1}\ngroup g all a\ngroup h all a", "member already"),
        (2, f"witness a {X1}\ngroup g 0 a", "threshold"),
        (2, f"witness a {X1}\ngroup g 2 a", "threshold"),
        (2, f"witness a {X1}\ngroup g 01 a", "threshold"),
        (2, f"witness a {X1}\ngroup g １ a", "threshold"),
        (2, f"witness a {X1}\ngroup g most a", "threshold"),
        (2, "# fine\nquorum\rnone\n", "control"),
        (1, "quorum none\x00", "control"),
        (1, "quorum none\x7f", "control"),
        (1, "quorum\u00a0none", "cannot read"),
        (2, "quorum none\n\u3000", "cannot read"),
    ],
)
def test_each_slip_is_found_with_its_line(line: int, text: str, because: str) -> None:
    with pytest.raises(PolicyMalformed, match=because) as found:
        read_policy(text)
    assert found.value.line == line
    assert f"line {line}:" in str(found.value)


def test_names_are_octets_and_messages_can_be_printed() -> None:
    """A Kelvin sign is not the letter K, and bytes that are no text still name a witness."""
    text = f"witness K {X1}\nwitness \u212a {X2}\nquorum \u212a\n"
    assert read_policy(text).witnesses.keys() == {"K", "\u212a"}
    assert read_policy(b"witness \xff " + X1.encode() + b"\nquorum \xff").quorum == Witness(
        "\udcff"
    )
    with pytest.raises(PolicyMalformed) as found:
        read_policy(b"quorum \xff")
    assert str(found.value).encode()


def test_a_policy_without_end_is_refused() -> None:
    """Deep nesting must not exhaust whoever reads it."""
    groups = "".join(f"group g{at + 1} any g{at}\n" for at in range(PARTIES_MAX))
    text = f"witness g0 {X1}\n{groups}quorum g{PARTIES_MAX}\n"
    with pytest.raises(PolicyMalformed, match="more than"):
        read_policy(text)
    deepest = "".join(f"group g{at + 1} any g{at}\n" for at in range(PARTIES_MAX - 1))
    policy = read_policy(f"witness g0 {X1}\n{deepest}quorum g{PARTIES_MAX - 1}\n")
    assert policy.satisfied_by([KEYS["X1"].verifier])
    assert not policy.satisfied_by([])


@given(
    st.lists(
        st.lists(
            st.sampled_from(
                ["log", "witness", "group", "quorum", "none", "all", "1", "a", "b", "#", X1, X2, ""]
            )
            | st.text(max_size=5),
            max_size=5,
        ),
        max_size=6,
    )
)
def test_arbitrary_lines_are_read_or_refused_with_a_line(lines: list[list[str]]) -> None:
    text = "\n".join(" ".join(words) for words in lines)
    try:
        policy = read_policy(text)
    except PolicyMalformed as problem:
        refused_at = problem.line
    else:
        assert policy.satisfied_by([key for key, _ in policy.witnesses.values()])
        return
    assert 1 <= refused_at <= text.count("\n") + 1


def test_a_policy_saved_with_notepad_is_the_same_policy() -> None:
    plain = "# ours\nquorum none\n"
    for saved in (plain.encode("utf-8-sig"), plain.replace("\n", "\r\n").encode("utf-8-sig")):
        assert read_policy(saved) == read_policy(plain)
