"""Looking at a block as a whole and looking row by row come to the same; the tree is RFC 6962's."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.sources import Row, opened
from audit.verify.checkpoints import Trust
from audit.verify.log_files import wrong_files
from audit.verify.tree import Tree
from audit.verify.verifying import CannotVerify, Looking, verify
from audit.verify.walk import Walk
from ledger.store import open_ledger
from tests.audit.verify.stage import (
    LOG,
    POLICY,
    TASKS,
    WITNESSES,
    Office,
    another,
    founded,
    made_whole,
    rewritten,
    unguarded,
)
from tests.ledger.episodes import append, minutes
from transparency.merkle import root_of
from transparency.policies import read_policy
from transparency.tiles import TileFolder, tile_path


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return _office(tmp_path_factory.mktemp("home"))


def _office(home: Path) -> Office:
    return founded(f"sqlite:///{home}/ledger.db", f"sqlite:///{home}/vault.db", home / "vault.key")


def _leaf(number: int) -> bytes:
    return sha256(b"\x00%d" % number).digest()


@given(st.lists(st.integers(0, 40), max_size=12))
def test_the_tree_is_the_same_in_whatever_portions_it_grows(portions: list[int]) -> None:
    tree, leaves = Tree(), []
    for portion in portions:
        some = [_leaf(len(leaves) + number) for number in range(portion)]
        leaves += some
        tree.extend(some)
        assert (tree.size, tree.root()) == (len(leaves), root_of(leaves))


def test_the_tree_is_right_at_every_size_up_to_sixty_four() -> None:
    for size in range(65):
        tree = Tree()
        tree.extend([_leaf(number) for number in range(size)])
        assert tree.root() == root_of(map(_leaf, range(size)))


def _rows(office: Office) -> list[Row]:
    with opened(office.url) as source:
        return [row for block in source.rows() for row in block if isinstance(row, tuple)]


STRANGE: tuple[Any, ...] = (1.0, 1e300, -0.0, 2**53, -(2**60), {"键": 1}, {"a": [0.5]}, "\u2028")
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**55), 2**55) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)


@settings(max_examples=300, suppress_health_check=list(HealthCheck))
@given(
    place=st.integers(0, 11),
    field=st.sampled_from(["fact", "by", "seen", "policy", "version", "note", "recorded_at"]),
    value=values | st.sampled_from(STRANGE),
    column=st.none() | st.integers(0, 11),
)
def test_a_block_is_passed_as_a_whole_only_if_every_row_of_it_is_right(
    office: Office, place: int, field: str, value: Any, column: int | None
) -> None:
    """Whatever is written into an entry, hashed anew or put in a column of it."""
    rows = _rows(office)
    row = list(rows[place])
    if column is None:
        entry = json.loads(row[10])
        if field == "note":
            entry["fact"]["note"] = value
        else:
            entry[field] = value
        text = json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        row[10] = text.encode("utf-8", "surrogatepass")
        row[11] = sha256(b"\x00" + row[10]).digest()
    else:
        row[column] = value
    changed = [*rows[:place], tuple(row), *rows[place + 1 :]]
    whole, by_row = Walk(), Walk()
    is_well = whole._all_is_well(changed)  # type: ignore[arg-type]
    by_row._one_by_one(changed)  # type: ignore[arg-type]
    assert is_well == (not by_row.faults), [str(fault) for fault in by_row.faults]


@pytest.mark.parametrize("strange", STRANGE, ids=repr)
def test_what_has_no_canonical_form_is_named(office: Office, strange: Any) -> None:
    rows = _rows(office)
    row = list(rows[11])
    entry = json.loads(row[10])
    entry["fact"]["note"] = strange
    row[10] = json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    row[11] = sha256(b"\x00" + row[10]).digest()
    walk = Walk()
    walk.over([[*rows[:11], tuple(row)]])  # type: ignore[list-item]
    expected = set() if strange == "\u2028" else {(11, "canonical")}
    assert {(fault.position, fault.rule) for fault in walk.faults} == expected


def _kept(office: Office) -> Trust:
    return Trust(log_keys=(LOG.verifier,), since=office.kept)


def test_a_verification_goes_on_from_a_checkpoint_the_auditor_kept(tmp_path: Path) -> None:
    """What the checkpoint vouches for is not read whole again, and this is said."""
    office = _office(tmp_path)
    verdict = verify(office.url, _kept(office))
    assert verdict.intact, [str(fault) for fault in verdict.faults]
    assert (verdict.skipped, verdict.entries) == (9, 3)
    assert verdict.root == verify(office.url).root


def test_what_comes_after_the_starting_point_is_checked_whole(tmp_path: Path) -> None:
    office = _office(tmp_path)
    rewritten(office.url, lambda rows: [*rows[:10], another(rows[10]), rows[11]])
    assert {(f.position, f.rule) for f in verify(office.url, _kept(office)).faults} >= {
        (10, "hash")
    }


def test_a_starting_point_that_does_not_hold_makes_everything_be_checked(tmp_path: Path) -> None:
    office = _office(tmp_path)
    rewritten(office.url, lambda rows: made_whole([*rows[:4], another(rows[4]), *rows[5:]]))
    verdict = verify(office.url, _kept(office))
    assert (verdict.skipped, verdict.entries) == (0, 12)
    assert (8, "checkpoint") in {(fault.position, fault.rule) for fault in verdict.faults}


def test_a_starting_point_nobody_known_signed_is_not_used(tmp_path: Path) -> None:
    office = _office(tmp_path)
    with pytest.raises(CannotVerify):
        verify(office.url, Trust(since=office.kept))


def test_which_witnesses_were_checked_is_said(tmp_path: Path) -> None:
    office = _office(tmp_path)
    checked = verify(office.url, Trust(policy=POLICY)).checked
    assert (checked.witnesses, checked.not_checked) == ({"inspection": 3, "archives": 3}, set())
    assert checked.cosigned_up_to == 12
    one = read_policy(
        f"log {LOG.verifier.vkey}\nwitness inspection {WITNESSES[0].verifier.vkey}\n"
        "quorum inspection\n"
    )
    checked = verify(office.url, Trust(policy=one)).checked
    assert (checked.witnesses, checked.not_checked) == ({"inspection": 3}, {"archives.example.org"})


def test_a_cosignature_taken_from_another_checkpoint_is_found(tmp_path: Path) -> None:
    office = _office(tmp_path)
    with unguarded(office.url) as connection:
        connection.exec_driver_sql("DELETE FROM cosignatures WHERE size = 12")
        connection.exec_driver_sql("UPDATE cosignatures SET size = 12 WHERE size = 9")
    found = verify(office.url, Trust(policy=POLICY)).faults
    assert {(fault.position, fault.rule) for fault in found} == {(11, "witness")}


def test_checkpoints_of_an_unknown_key_are_not_believed(tmp_path: Path) -> None:
    office = _office(tmp_path)
    stranger = type(LOG).generate(LOG.verifier.name, 1).verifier
    found = verify(office.url, Trust(log_keys=(stranger,))).faults
    assert {fault.rule for fault in found} == {"signature"}


def test_files_of_the_log_that_differ_from_the_ledger_are_named(tmp_path: Path) -> None:
    leaves = [b"%d" % number for number in range(600)]
    folder = TileFolder(tmp_path)
    folder.append(leaves)
    hashes = [sha256(b"\x00" + leaf).digest() for leaf in leaves]
    assert list(wrong_files(tmp_path, 600, [hashes])) == []
    assert list(wrong_files(tmp_path, 513, [hashes[:300], hashes[300:]])) == []
    for path in (tile_path(0, 1), tile_path("entries", 2, 88), tile_path(1, 0, 2)):
        file = tmp_path / path
        sound = file.read_bytes()
        file.write_bytes(sound[:-1] + bytes([sound[-1] ^ 1]))
        (fault,) = wrong_files(tmp_path, 600, [hashes])
        assert path in fault.found
        file.write_bytes(sound)


def test_an_office_that_goes_on_working_stays_intact(tmp_path: Path) -> None:
    office = _office(tmp_path)
    ledger = open_ledger(office.url)
    append(ledger, TASKS[0], 4, "c-more", at=minutes(400))
    ledger.close()
    verdict = verify(office.url, Trust(policy=POLICY), Looking(vault_url=office.vault_url))
    assert verdict.intact, [str(fault) for fault in verdict.faults]
    assert verdict.sealed is not None
    assert (verdict.sealed.items, verdict.sealed.undecryptable) == (12, 0)
