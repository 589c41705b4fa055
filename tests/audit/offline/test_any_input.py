"""Whatever bytes are handed in, there is a verdict: never a traceback, never a false "intact"."""

import random
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.offline import jiedui_verify
from audit.offline.jiedui_verify import judge, proved_root, signature_is_right
from tests.audit.offline.forging import Export, flipped
from tests.audit.offline.home import ARCHIVE, DISCIPLINE, LOG, Town
from tests.audit.offline.test_two_verifiers import node
from transparency.keys import ED25519, SigningKey
from transparency.merkle import Roots, leaf_hash
from transparency.proofs import prove_inclusion

FUZZ = settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
BEGINNINGS = st.sampled_from([b"", b"PK\x03\x04", b"PK\x05\x06", b"{", b"c2sp.org/tlog-proof@v1\n"])


@FUZZ
@given(BEGINNINGS, st.binary(max_size=400))
def test_bytes_of_any_kind_have_a_verdict(
    town: Town, tmp_path: Path, beginning: bytes, data: bytes
) -> None:
    path = tmp_path / "any"
    path.write_bytes(beginning + data)
    assert judge([str(path), "--policy", str(town.policy)])["verdict"] != "intact"


@FUZZ
@given(st.integers(), st.integers(1, 40))
def test_an_export_with_many_bits_wrong_has_a_verdict(
    town: Town, tmp_path: Path, number: int, times: int
) -> None:
    draw = random.Random(number)
    export = Export.read(town.bundle, draw)
    for _ in range(times):
        name = draw.choice(sorted(export.files))
        export.files[name] = flipped(export.files[name], draw)
    export.write(path := tmp_path / "bits.zip")
    judge([str(path), "--policy", str(town.policy)])
    for whole in (town.case, town.proof):
        data = whole.read_bytes()
        for _ in range(times):
            data = flipped(data, draw)
        (tmp_path / "bits").write_bytes(data)
        judge([str(tmp_path / "bits"), "--policy", str(town.policy)])


@FUZZ
@given(st.lists(st.text(max_size=20), max_size=5))
def test_any_arguments_have_a_verdict(words: list[str]) -> None:
    assert judge(words)["verdict"] == "cannot-verify"


def test_keys_are_never_taken_from_the_export(town: Town, tmp_path: Path) -> None:
    """Without the auditor's keys nothing is said at all; with a stranger's, nothing is believed."""
    assert judge([str(town.bundle)])["verdict"] == "cannot-verify"
    stranger = SigningKey.generate(LOG.verifier.name, ED25519).verifier.vkey
    asked = [str(town.bundle), "--log-key", stranger]
    verdict = judge(asked)
    assert {fault["rule"] for fault in verdict["faults"]} == {"log-signature"}
    assert verdict == node([asked], tmp_path)[0] | {"faults": verdict["faults"]}


def test_the_verdict_says_which_witnesses_were_not_checked(town: Town) -> None:
    asked = [str(town.bundle), "--log-key", LOG.verifier.vkey]
    alone = judge(asked)
    names = sorted([ARCHIVE.verifier.name, DISCIPLINE.verifier.name])
    assert alone["verdict"] == "intact"
    assert alone["witnesses"] == {"checked": [], "not_checked": names}
    assert jiedui_verify.NO_WITNESS in alone["notes"]
    both = judge(
        [*asked, "--witness", ARCHIVE.verifier.vkey, "--witness", DISCIPLINE.verifier.vkey]
    )
    assert both["witnesses"] == {"checked": names, "not_checked": []}
    assert jiedui_verify.NO_WITNESS not in both["notes"]
    assert "无" not in jiedui_verify.told(both).splitlines()[0]


@pytest.mark.parametrize(
    "policy",
    [
        "",
        "quorum none\n",
        f"log {LOG.verifier.vkey}\n",
        f"log {LOG.verifier.vkey}\nquorum nobody\n",
        f"log {LOG.verifier.vkey}\nlog {LOG.verifier.vkey}\nquorum none\n",
        f"log {LOG.verifier.vkey}x\nquorum none\n",
        f"log {DISCIPLINE.verifier.vkey}\nquorum none\n",
        f"witness w {LOG.verifier.vkey}\nquorum w\n",
        f"log {LOG.verifier.vkey}\ngroup g 2 w\nquorum g\n",
    ],
    ids=lambda text: str(len(text)),
)
def test_a_policy_that_cannot_be_used_is_said_to_be_so(
    town: Town, tmp_path: Path, policy: str
) -> None:
    (tmp_path / "policy").write_bytes(policy.encode())
    asked = [str(town.bundle), "--policy", str(tmp_path / "policy")]
    assert judge(asked)["verdict"] == node([asked], tmp_path)[0]["verdict"] == "cannot-verify"


def test_a_policy_asks_for_as_many_witnesses_as_it_says(town: Town, tmp_path: Path) -> None:
    text = town.policy.read_text().replace("group both all", "# both\ngroup both 2")
    (tmp_path / "policy").write_text(text)
    asked = [str(town.bundle), "--policy", str(tmp_path / "policy")]
    assert judge(asked)["verdict"] == node([asked], tmp_path)[0]["verdict"] == "intact"


def test_a_package_that_unpacks_without_end_is_not_unpacked(town: Town, tmp_path: Path) -> None:
    export = Export.read(town.bundle, random.Random(1))
    export.files["README.txt"] = bytes(120 * 2**20)
    export.write(path := tmp_path / "bomb.zip")
    asked = [str(path), "--policy", str(town.policy)]
    for verdict in (judge(asked), node([asked], tmp_path)[0]):
        assert [fault["rule"] for fault in verdict["faults"]][:1] == ["zip"]


def test_a_checkpoint_the_auditor_kept_shows_a_fork(town: Town, tmp_path: Path) -> None:
    """No witness agreed with anybody here but the auditor's own old note."""
    export = Export.read(town.bundle, random.Random(1))
    (tmp_path / "kept").write_bytes(export.files[f"checkpoints/{export.sizes()[0]}"])
    entries = export.entries
    entries[2]["fact"]["changed"] = 1
    export.chained(entries)
    export.signed()
    export.write(path := tmp_path / "fork.zip")
    asked = [str(path), "--policy", str(town.policy)]
    assert judge(asked)["verdict"] == "intact"
    asked += ["--checkpoint", str(tmp_path / "kept")]
    for verdict in (judge(asked), node([asked], tmp_path)[0]):
        assert [fault["rule"] for fault in verdict["faults"]] == ["root"]


def test_a_whole_log_refutes_a_head_that_hid_how_a_case_went_on(town: Town, tmp_path: Path) -> None:
    import json

    from domain.canonical import canonical
    from transparency.checkpoints import StreamHead
    from transparency.notes import Note

    told = json.loads(town.case.read_bytes())
    hidden = told["entries"].pop()["position"]
    last = told["entries"][-1]
    version = json.loads(last["body"])["version"]
    size = int(told["checkpoint"].split("\n")[1])
    digest = leaf_hash(last["body"].encode()).hex()
    head = StreamHead(told["origin"], told["stream"], version, digest, size)
    told["head"] = Note(head.text, (LOG.sign(head.text),)).encoded().decode()
    told["openings"] = [one for one in told["openings"] if one["position"] != hidden]
    (path := tmp_path / "short.case.json").write_bytes(canonical(told) + b"\n")
    policy = ["--policy", str(town.policy)]
    assert judge([str(path), *policy])["verdict"] == "intact"
    asked = [str(town.bundle), *policy, "--case", str(path)]
    for verdict in (judge(asked), node([asked], tmp_path)[0]):
        faults = [(fault["position"], fault["rule"]) for fault in verdict["faults"]]
        assert faults == [(hidden, "stream-head")]


@FUZZ
@given(st.binary(max_size=80), st.integers(0, 511), st.booleans())
def test_our_ed25519_agrees_with_openssl(message: bytes, bit: int, spoiled: bool) -> None:
    key = Ed25519PrivateKey.generate()
    signature = bytearray(key.sign(message))
    if spoiled:
        signature[bit // 8] ^= 1 << bit % 8
    public = key.public_key().public_bytes_raw()
    assert signature_is_right(public, message, bytes(signature)) is not spoiled


def test_every_inclusion_proof_up_to_64_entries_leads_to_the_root() -> None:
    leaves = [leaf_hash(b"%d" % number) for number in range(64)]

    def subtree(start: int, end: int) -> bytes:
        roots = Roots()
        for leaf in leaves[start:end]:
            roots.add(leaf)
        return roots.root()

    for size in range(1, 65):
        for index in range(size):
            proof = prove_inclusion(index, size, subtree)
            assert proved_root(leaves[index], index, size, proof) == subtree(0, size)
            assert proved_root(leaves[index], index, size, [*proof, leaves[0]]) is None
            if proof:
                assert proved_root(leaves[index], index, size, proof[:-1]) is None
